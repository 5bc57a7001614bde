"""A person's own commit whose message says that it is about the tests, and whose tests ask as much as before."""

import re
from collections.abc import Iterable
from functools import lru_cache

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.trials import Trial
from orchestrator.verify.rules.sides import sides

_OF_TESTS = re.compile(
    r"(?i)\b(?:improv|refactor|clean|reorgani[sz]|moderni[sz]|migrat|rewrit|convert|simplif|enhanc|restructur|port|unif|rework"
    r"|consolidat|replac|switch|split|mov|synchroni[sz]|isolat|parametri[sz]|dedup|extract|renam|merg)\w*\b.*"
    r"\b(?:tests?|testing|testsuite|assert\w*|specs?|suite)\b"
)
"""Work on the tests there are: who adds some might drop others."""


@lru_cache(maxsize=8)
def is_rework(diff: Diff) -> bool:
    """Say whether a message's first line speaks of work on tests, and they assert as much and as strictly in all.

    What is silenced counts for nothing, so that one cannot be given up for another that does not run.
    """
    if not _OF_TESTS.search(diff.message.strip().partition("\n")[0]):
        return False
    both = sides(diff)
    was = _weight(test for side in both for test in side.old.values())
    return _weight(test for side in both for test in side.new.values() if not test.unconditional) >= was


def _weight(tests: Iterable[Trial]) -> int:
    """Add up how strictly tests ask."""
    return sum(one.strength for test in tests if test.is_test for one in test.asserts)

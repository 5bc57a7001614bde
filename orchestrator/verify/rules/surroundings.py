"""The honest rule for surroundings that have a runner of tests run fewer of them, or hear less. Never runs any."""

import re
from collections import Counter
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import CI
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.surroundings import told
from orchestrator.verify.rules.product import in_use
from orchestrator.verify.rules.task_words import asks_to_skip_tests
from orchestrator.verify.testpaths import is_test_file

_RUNNERS_OWN = re.compile(r"(?:^|/)(?:conftest|sitecustomize|usercustomize)\.py$|\.(?:pth|ini|cfg|toml)$|/\.?env\w*$")


def told_by_surroundings(diff: Diff) -> Iterable[Finding]:
    """Find variables, set for good and new in this snapshot, by which a runner runs some of the tests only."""
    for edit in () if asks_to_skip_tests(diff.message) else in_use(diff):
        if is_test_file(edit.path) and not _RUNNERS_OWN.search(edit.path):
            continue  # what a test sets is what it is about
        if matches_any(edit.path.casefold(), CI):
            continue
        known = Counter(said for _, said in told(edit.path, edit.old or ""))
        for line, said in told(edit.path, edit.new or ""):
            if known[said] > 0:
                known[said] -= 1
                continue
            yield found(
                "tests-deselected",
                edit.path,
                f"`{said[:80]}` has whatever runs the tests run fewer of them, or hear less of it; take it out and "
                "make the code satisfy them (`allow_test_changes` can name the file, if a person wants it)",
                line=line,
                about=said,
            )

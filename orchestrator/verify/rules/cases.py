"""Cases of a test that a person says went elsewhere: what had to be refused is supported, or has a test of its own."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.trials import Trial
from orchestrator.verify.rules.sides import Side
from orchestrator.verify.rules.task_words import said_in
from orchestrator.verify.testpaths import is_test_file


def cases_of(trials: Mapping[str, Trial]) -> Counter[str]:
    """Count the cases of all tests of a file that are run."""
    return Counter(case for test in trials.values() if test.asserts and not test.unconditional for case in test.cases)


def but_cases(body: str, cases: Iterable[str]) -> str:
    """Give what a test does without its cases, where its table stands in it."""
    for case in cases:
        body = body.replace(case, "", 1)
    return re.sub(r"[\s,]+", " ", body)


def went_elsewhere(name: str, lost: Counter[str], side: Side, diff: Diff) -> bool:
    """Say whether a person's message, and more cases than went, are of what each lost case is of; the code changed too.

    Or whether as many cases are those of a new test, which has the name of the old and a word of the message besides.
    """
    if not diff.message or all(is_test_file(edit.path) for edit in diff.edits):
        return False
    count = sum(lost.values())
    about = [said_in(diff.message, _CLASS.sub(" ", case)) for case in lost]
    gained = cases_of(side.new) - cases_of(side.old)
    common = frozenset.intersection(*about) if about else frozenset[str]()
    told = sum(number for case, number in gained.items() if common & said_in(diff.message, _CLASS.sub(" ", case)))
    return told > count or any(
        len(test.cases) >= count and test.asserts and not test.unconditional and _is_part_of(name, other, diff.message)
        for other, test in side.new.items()
        if other not in side.old
    )


def _is_part_of(name: str, other: str, message: str) -> bool:
    """Say whether a test is called as another, and by words of a message besides."""
    both = [Counter(re.findall(r"[a-z0-9]+", one.lower())) for one in (name, other)]
    more = both[1] - both[0]
    return bool(more) and not both[0] - both[1] and set(more) <= said_in(message, " ".join(more))


_CLASS = re.compile(
    r"'(?:pytest|param|id|marks?)'|\b(?:Call|Attribute|Name|Subscript|Constant|Tuple|List|Dict|Set|keyword|Lambda|BinOp|UnaryOp)\("
)
"""What a case of Python is made of."""

"""New tests that say nothing, and take nothing away either: beside others, for later, for other tests. Never judges."""

import re

from orchestrator.verify.diff import Diff
from orchestrator.verify.rules.sides import Side, proves, sides
from orchestrator.verify.rules.taken_over import grown_of

_SEVERAL = 4
"""So many new tests that assert stand for one that is empty."""
_LATER = re.compile(r"(?://|#|/\*|\*).*\b(?:TODO|FIXME|WIP)\b")
_NEAR = 5
_SHORT = 3
_SLOW = re.compile(
    r"(?i)(?:(?:ignore|disabled|skip)\b|//|#|\*).*\b(?:slow|performance|benchmarks?|long[ -]running|by hand|manual\w*"
    r"|not (?:yet |currently )?(?:supported|implemented))\b"
)
_EXPECTED = frozenset({"failing", "fails", "xfail", "expectedFailure"})
"""What says of a test that runs that it fails as yet."""


def proves_anything(diff: Diff) -> bool:
    """Say whether a snapshot has new tests that run and assert, or old ones that assert more."""
    both = sides(diff)
    new = any(proves(side, name, test) for side in both for name, test in side.new.items())
    return new or any(not test.unconditional for test in grown_of(both))


def _only_adds(diff: Diff) -> bool:
    """Say whether a person's own commit left every test there was in its place."""
    kept = all(name in side.new for side in sides(diff) for name, test in side.old.items() if test.is_test)
    return bool(diff.message) and kept


def may_wait(side: Side, name: str, marker: str, diff: Diff) -> bool:
    """Say whether a new test stands beside all that there were, and is to fail as yet, or says why it waits."""
    if name in side.old or not _only_adds(diff):
        return False
    line = side.new[name].line
    head = side.text.splitlines()[max(0, line - _NEAR) : line + 1]
    return marker in _EXPECTED or any(_SLOW.search(one) for one in head)


def is_new_beside(side: Side, name: str, diff: Diff) -> bool:
    """Say whether a silenced suite is all of a person's own new file, and other files have new tests that run."""
    if not name or side.old or not _only_adds(diff):
        return False
    return any(
        proves(one, other, test) and not _is_in_silence(one, other)
        for one in sides(diff)
        if one.path != side.path
        for other, test in one.new.items()
    )


def _is_in_silence(side: Side, name: str) -> bool:
    """Say whether the suite that a test stands in, or its file, is silenced as a whole."""
    within = ("", *(name[: match.start()] for match in re.finditer(r"\.| > ", name)))
    return any(side.new[suite].unconditional for suite in within if suite in side.new)


def is_left_for_later(side: Side, name: str, diff: Diff) -> bool:
    """Say whether a new empty test of a person's own commit says that it is for later, or is one beside several."""
    test = side.new[name]
    if name in side.old or not _only_adds(diff):
        return False
    lines = side.text.splitlines()[max(0, test.line - 1) : test.line + _NEAR]
    return any(_LATER.search(line) for line in _until_next(lines)) or _is_beside_several(diff)


def _until_next(lines: list[str]) -> list[str]:
    """Give the lines of a test up to a blank one behind it."""
    end = next((number for number, line in enumerate(lines) if number and not line.strip()), len(lines))
    return lines[:end]


def _is_beside_several(diff: Diff) -> bool:
    """Say whether there are several new tests that assert for each that is empty."""
    new = [(side, name, test) for side in sides(diff) for name, test in side.new.items() if name not in side.old]
    empty = sum(test.is_test and test.hollow for _, _, test in new)
    return sum(proves(side, name, test) for side, name, test in new) >= _SEVERAL * empty


def is_proved_above(side: Side, name: str) -> bool:
    """Say whether a new suite only leaves out what another of its file, which it goes on from, tests still."""
    suite, _, own = name.rpartition(".")
    if not suite or suite in side.old or name in side.old:
        return False
    head = re.search(rf"^\s*class {re.escape(suite.rpartition('.')[2])}\(([^)]*)\)", side.text, re.MULTILINE)
    bases = re.findall(r"\w+", head[1]) if head is not None else []
    above = (side.new.get(f"{base}.{own}") for base in bases if f"{base}.{own}" in side.old)
    return any(test is not None and test.assertions > 0 and not test.unconditional for test in above)


def is_material(side: Side, name: str, diff: Diff) -> bool:
    """Say whether a new suite or file of tests is an example in the documentation, or what tests of the commit run."""
    suite = name.rpartition(".")[0]
    if not diff.message or name in side.old or (side.old and (not suite or suite in side.old)):
        return False
    if not side.old and _DOCUMENTS.search(side.path):
        return True
    own = suite.rpartition(".")[2] if side.path.endswith(".java") else ""
    stem = side.path.rpartition("/")[2].partition(".")[0]
    named = re.compile(rf"\b{re.escape(own)}\.class\b" if own else rf"['\"/]{re.escape(stem)}(?:\.\w+)?['\"]")
    others = [one for one in sides(diff) if one.path != side.path or (own and "." in suite)]
    return len(own or stem) > _SHORT and any(named.search(one.text) and _asks(one, suite) for one in others)


def _asks(side: Side, suite: str) -> bool:
    """Say whether a file has tests, of another suite, that are new or changed, run, and assert something."""
    return any(
        test.is_test and test.assertions > 0 and not test.unconditional and side.old.get(name) != test
        for name, test in side.new.items()
        if name.rpartition(".")[0] != suite or not suite
    )


_DOCUMENTS = re.compile(r"^(?:docs?|documentation|examples?)/")

"""Honest rules for tests whose assertions stand where their failure is not heard any more. Never runs them."""

import re
from collections import Counter
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.trials import NONE, Assertion, Trial
from orchestrator.verify.rules.reworked import is_rework
from orchestrator.verify.rules.sides import sides
from orchestrator.verify.rules.testing import HOW


def test_unheard(diff: Diff) -> Iterable[Finding]:
    """Find tests in which what was asserted now fails unheard: it is never run, runs aside, or is caught."""
    for side in sides(diff):
        for name, before, after in side.kept():
            left = _left(before, after) if not before.unconditional else ""
            emptied = not after.asserts and not after.words & side.helpers and not is_rework(diff)  # another rule's
            why = silenced(before, after) if not (before.unconditional or emptied) else ""
            why = why or ("no longer tells its callback what went wrong" if _hears_less(before, after) else "")
            why = why or (f"is left where `{left[:60]}`" if left else "")
            if why:
                yield found(
                    "test-swallowed",
                    side.path,
                    f"{name} asserts what it did, but that {why}; let its failure fail the test {HOW}",
                    line=after.line,
                    about=name,
                )


def subject_shadowed(diff: Diff) -> Iterable[Finding]:
    """Find tests that judged what something came to, and now put an answer of their own in its place."""
    for side in sides(diff):
        for name, before, after in side.kept():
            made = (after.bound - before.bound) & after.judged
            mine = {one for one in made if "." in one.rstrip(".") or one in before.judged}
            if mine:
                yield found(
                    "test-mocks-subject",
                    side.path,
                    f"{name} puts an answer of its own in the place of `{min(mine).rstrip('.')}` and then asserts it; "
                    f"call the real one {HOW}",
                    line=after.line,
                    about=name,
                )


def _left(before: Trial, after: Trial) -> str:
    """Give on what it hangs that a test now ends with nothing said, ahead of what it asserted on the base as well."""
    known, said = {asked for _, asked in before.leaves}, {one.dump for one in before.asserts if one.strength > NONE}
    for line, asked in after.leaves:
        about = set(re.findall(r"[A-Za-z_]\w*", asked)) - _PLAIN
        fresh = asked not in known and bool(about & before.words)
        if fresh and any(one.line > line and one.dump in said for one in after.asserts):
            return asked
    return ""


def _hears_less(before: Trial, after: Trial) -> bool:
    """Say whether what went wrong reached a test's callback, and now only that it is over does."""
    less = after.told[0] < before.told[0] and after.told[1] > before.told[1]
    return less and _ASKED_OF_ERROR.search(after.body) is None


_ASKED_OF_ERROR = re.compile(
    r"(?:throw|ifError|assert|expect|should|fail|equal|ok)\b[^;{}]*\b(?:err|error|e|er|reason)\b|\bawait\b"
)
_PLAIN = frozenset({"Ok", "Some", "Err", "None", "is", "not", "nil", "null", "self", "this", "t", "is_err", "is_none"})


def silenced(before: Trial, after: Trial) -> str:
    """Say why something that was asserted and heard is not heard any more; nothing where it still is."""
    was, now = _heard(before), _heard(after)
    known = {one.dump for one, _ in before.unheard}
    lost = Counter(map(_key, was)) - Counter(map(_key, now))
    hidden = [(one, why) for one, why in after.unheard if one.dump not in known]
    for one, why in hidden:
        if lost[_key(one)] > 0:
            return why
    fewer = len(was) - len(now)
    return hidden[0][1] if 0 < fewer <= len(hidden) else ""


def _key(one: Assertion) -> object:
    """Give what an assertion says, in whatever words."""
    return frozenset(one.sides) if len(one.sides) == _COMPARED else one.dump


_COMPARED = 2


def _heard(test: Trial) -> list[Assertion]:
    """Give what a test asserts so that its failure is one of the test."""
    silent = {(one.dump, one.line) for one, _ in test.unheard}
    return [one for one in test.asserts if one.strength > NONE and (one.dump, one.line) not in silent]

"""Honest rules for tests whose assertions stand where their failure is not heard any more. Never runs them."""

from collections import Counter
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.trials import NONE, Assertion, Trial
from orchestrator.verify.rules.sides import sides
from orchestrator.verify.rules.testing import HOW


def test_unheard(diff: Diff) -> Iterable[Finding]:
    """Find tests in which what was asserted now fails unheard: it is never run, runs aside, or is caught."""
    for side in sides(diff):
        for name, before, after in side.kept():
            emptied = not after.asserts and not after.words & side.helpers  # that is another rule's
            why = silenced(before, after) if not (before.unconditional or emptied) else ""
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
            mine = {one for one in made if "." in one or one in before.judged}
            if mine:
                yield found(
                    "test-mocks-subject",
                    side.path,
                    f"{name} puts an answer of its own in the place of `{min(mine)}` and then asserts it; call the "
                    f"real one {HOW}",
                    line=after.line,
                    about=name,
                )


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

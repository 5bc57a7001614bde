"""The honest rule for tests that compare with what is equal to everything. Never runs them."""

from collections import Counter
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.readers.trials import NONE, Trial
from orchestrator.verify.rules.sides import sides
from orchestrator.verify.rules.testing import HOW


def compared_with_anything(diff: Diff) -> Iterable[Finding]:
    """Find tests that compared with something, and now with an object that says yes to whatever it is compared with."""
    agreeing = _agreeing(diff)
    for side in sides(diff) if agreeing else ():
        for name, before, after in side.kept():
            used = _used(before, after, agreeing)
            if used:
                yield found(
                    "test-weakened",
                    side.path,
                    f"{name} compares with a `{used}`, which is equal to everything; compare with what must come out "
                    f"{HOW}",
                    line=after.line,
                    about=name,
                )


def _agreeing(diff: Diff) -> frozenset[str]:
    """Give the types of the snapshot whose objects are equal to everything."""
    found: set[str] = set()
    for edit in diff.edits:
        language = language_of(edit.path)
        signs = language.signs(edit.new, "agreeing", True) if language is not None and edit.new is not None else ()
        found |= {name.partition(".")[0] for _, name in signs}
    return frozenset(found)


def _used(before: Trial, after: Trial, agreeing: frozenset[str]) -> str:
    """Give the type that a test asserts by in the place of something that could fail, and did not."""
    fresh = (agreeing & after.words) - before.words
    lost = Counter(one.dump for one in before.asserts if one.strength > NONE)
    lost -= Counter(one.dump for one in after.asserts)
    asked = [one for one in after.asserts if one.words & fresh]
    return min(asked[0].words & fresh) if lost and asked else ""

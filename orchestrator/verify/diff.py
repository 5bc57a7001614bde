"""What a snapshot changes, as the honest rules see it. Never judges."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.policy.globs import matches_any


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One changed path. `old` and `new` are the texts, where they were read and the side exists."""

    path: str
    status: str
    old: str | None = None
    new: str | None = None
    old_blob: str = ""
    new_blob: str = ""
    was: str = ""
    """Where it stood, if it was moved."""

    @property
    def added(self) -> list[str]:
        """The lines that the file has and nowhere had."""
        old = frozenset((self.old or "").splitlines())
        return [line for line in (self.new or "").splitlines() if line not in old]


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """All a snapshot changes against its base, and what its task may change."""

    edits: tuple[Edit, ...]
    allow_test_changes: tuple[str, ...] = ()
    allow_protected: tuple[str, ...] = ()
    steering: tuple[str, ...] = ()
    merged: bool = False
    files: tuple[str, ...] = ()
    tree: tuple[str, ...] = ()
    """Every path of the snapshot, where a rule needs to know."""

    manifests: tuple[str, ...] = ()
    """The texts of the manifests of Rust that say which features there are, where a rule needs to know."""

    ignored: str = ""
    """What `.gitignore` says, where a rule needs to know."""

    whole: bool = False
    """Everything there is is judged, as if the base were empty."""

    spares_tests: bool = True
    """False where the task itself asks to take tests out."""

    message: str = ""
    """Of a person's own commit: it is all that says what was asked for."""

    def judged(self) -> tuple[Edit, ...]:
        """Give the edits the test rules look at: all but those a person allowed."""
        return tuple(edit for edit in self.edits if not matches_any(edit.path, self.allow_test_changes))


class Rule(msgspec.Struct, frozen=True):
    """One way of cheating and how it is seen. `answers`: what the check says when the rule finds anything.

    `also`: other ways to the same end, which are found under the same name.
    """

    name: str
    answers: Verdict
    find: Callable[[Diff], Iterable[Finding]]
    also: tuple[Callable[[Diff], Iterable[Finding]], ...] = ()


def found(rule: str, path: str, message: str, *, line: int = 0, about: str = "") -> Finding:
    """Make a finding; `about` tells several in one file apart."""
    return Finding(path=path, line=line, rule=rule, message=message, id=f"{rule}:{path}:{about}")


def fresh_lines(old: str, new: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Give the lines a pattern is found in, by number and match, beyond those of the same text the old side has."""
    before = Counter(line.strip() for line in old.splitlines() if pattern.search(line))
    for number, line in enumerate(new.splitlines(), start=1):
        match = pattern.search(line)
        if match is None:
            continue
        if before[line.strip()] > 0:
            before[line.strip()] -= 1
        else:
            yield number, match

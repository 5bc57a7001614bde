"""What proofs are about, and how one of them is concluded. Never runs anything."""

from collections.abc import Iterable

import msgspec

from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches_any
from orchestrator.verify.proofs.scope import Names, Scope
from orchestrator.verify.question import Question


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One tree and its base.

    `head` and `base` are the check as asked of them; `created` entries of the task's tests the base lacks; `allowed`
    paths whose tests may change. `strict`: a queue's task, where nothing else lets tests change; a commit's message may
    have said why, so there what such proofs find is only told.
    """

    head: Question
    base: Question
    scope: Scope
    created: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    strict: bool = True

    def judged(self, names: Names) -> Names:
        """Leave out tests a person allowed to change."""
        return {path: found for path, found in names.items() if not matches_any(path, self.allowed)}


class Found(msgspec.Struct, frozen=True):
    """What a proof found: what counts, and what is told and changes nothing."""

    counts: tuple[Finding, ...] = ()
    told: tuple[Finding, ...] = ()


def counted(findings: Iterable[Finding], *, strict: bool = True) -> Found:
    """Let findings count, or only tell them."""
    found = tuple(findings)
    return Found(counts=found) if strict else Found(told=tuple(map(as_note, found)))


def as_note(finding: Finding) -> Finding:
    """Make a finding one that is told."""
    return msgspec.structs.replace(finding, severity="note")

"""What `orchestrator train --json` answers. Moments are RFC 3339 UTC text."""

import msgspec


class DoubtAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Why a member will be sent back if what it stands on lands."""

    reason: str
    findings: tuple[str, ...] = ()


class MemberAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One in the line. `state` is waiting, merging, verifying, passed, landing, doubt or orphaned."""

    task: str
    attempt: int
    state: str
    since: str
    owner: str | None
    alive: bool
    behind: str | None
    """The member it stands behind; none: it is on the target's head."""
    onto: str | None
    """The commit its proposal stands on."""
    proposal: str | None
    tree: str | None
    alone: bool
    """It touches a protected path: nobody is tried together with it."""
    verdict: str | None
    checks: dict[str, str] = {}
    doubt: DoubtAnswer | None = None


class WaitingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Verified work that has no place in the line yet, the next one first."""

    task: str
    attempt: int
    priority: int
    since: str
    owner: str | None
    alone: bool


class DepartureAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who left the line: `how` is landed or evicted."""

    task: str
    attempt: int
    how: str
    at: str
    commit: str | None = None
    reason: str | None = None


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The train of one target (`REPOSITORY:orchestrator/BASE`; the project's own repository has no name)."""

    target: str
    branch: str
    head: str | None
    """As last heard of: a person's newer commits are taken in before the next merge."""
    window: int
    limit: int
    members: tuple[MemberAnswer, ...] = ()
    waiting: tuple[WaitingAnswer, ...] = ()
    left: tuple[DepartureAnswer, ...] = ()
    """The last twenty, the latest first."""


class RequestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A request on a code host that waits for a person to merge it."""

    task: str
    attempt: int
    url: str
    branch: str
    seen: str
    """When it was last looked at."""
    next_look: str | None


class TrainAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`orchestrator train --json`."""

    seq: int
    land: str
    trains: tuple[LineAnswer, ...]
    requests: tuple[RequestAnswer, ...] = ()

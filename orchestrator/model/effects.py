"""Intents: what ought to be running because the journal says so. Frozen and hashable; two equal ones are one.

An effect names what it is for, not the data it needs: whoever carries it out reads that from the world.
"""

from typing import TypeAlias

import msgspec


class _Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is done for a claim: `fence` is its token, refused once the claim has changed hands."""

    task: str
    attempt: int
    fence: int


class Prepare(_Effect, frozen=True):
    """Make the attempt's workspace."""


class RunAgent(_Effect, frozen=True):
    """Run the iteration's agent; `fresh` when this claim started it itself, else adopt what another left."""

    iteration: int
    fresh: bool


class CaptureWork(_Effect, frozen=True):
    """Snapshot the workspace."""

    iteration: int


class Judge(_Effect, frozen=True):
    """Verify a commit; `merged` when it is the one that would land."""

    iteration: int
    commit: str
    merged: bool


class Combine(_Effect, frozen=True):
    """Build the commit that would land: `commit` merged onto `onto`, the proposal of the member `behind`.

    Without, onto the target's head as it then is.
    """

    commit: str
    onto: str = ""
    behind: str = ""


class Advance(_Effect, frozen=True):
    """Move the target."""

    commit: str
    onto: str


class Keep(_Effect, frozen=True):
    """Leave the verified commit on a branch instead of landing it."""

    commit: str


class Publish(_Effect, frozen=True):
    """Push the verified commit and ask a person on the code host to merge it."""

    commit: str


class LookAtRequest(_Effect, frozen=True):
    """See whether the request was merged."""

    url: str
    commit: str


class DoAction(msgspec.Struct, frozen=True, kw_only=True):
    """Run a trigger's command under its idempotency key."""

    key: str
    tries: int


class CheckGate(msgspec.Struct, frozen=True, kw_only=True):
    """Run a gate's checks on a commit."""

    gate: str
    commit: str
    tries: int


class SendMessages(msgspec.Struct, frozen=True, kw_only=True):
    """Send what waits for a channel, as one."""

    channel: str
    messages: tuple[str, ...]
    tries: int


OfNoTask: TypeAlias = DoAction | CheckGate | SendMessages
"""Effects that no claim stands behind."""
Effect: TypeAlias = (
    Prepare | RunAgent | CaptureWork | Judge | Combine | Advance | Keep | Publish | LookAtRequest | OfNoTask
)

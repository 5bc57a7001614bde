"""The seam to a code host: where verified work waits for a person to merge it."""

from typing import Protocol

import msgspec

from orchestrator.errors import FaultError
from orchestrator.ports.workspace import AttemptKey


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """An open request, and the branch that was pushed for it."""

    url: str
    branch: str


class RequestState(msgspec.Struct, frozen=True, kw_only=True):
    """How a request stands: `open`, `merged` (as `commit`), `closed`, or `unknown` (`note` says why)."""

    state: str
    commit: str = ""
    tree: str = ""
    note: str = ""


class Forge(Protocol):
    """Pushes branches and opens requests, as the person at whose machine this runs. Never merges one.

    Every method is idempotent: asked again after a crash it finds the request that is there.
    """

    async def publish(self, key: AttemptKey, commit: str, title: str, body: str) -> Published:
        """Push the verified commit to a branch of its own and open a request for it.

        Open requests of the task's earlier attempts are closed where the host lets us; what cannot be closed stays for
        a person. Raises FaultError where it cannot be pushed or opened.
        """
        ...

    async def look(self, key: AttemptKey, url: str) -> RequestState:
        """Say how the request stands; where it was merged, the target has taken in what the host's branch holds."""
        ...


class NoForge:
    """For projects that merge by themselves."""

    async def publish(self, key: AttemptKey, commit: str, title: str, body: str) -> Published:
        """Refuse."""
        del commit, title, body
        raise FaultError(f'{key.task}: no code host is set up: set `land = "merge"`')

    async def look(self, key: AttemptKey, url: str) -> RequestState:
        """Refuse."""
        raise FaultError(f'{key.task}: {url} cannot be looked at: set `land = "pr"`')

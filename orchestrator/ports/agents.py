"""The seam to the programs that do the work."""

from enum import StrEnum
from typing import Protocol

import msgspec


class RunKey(msgspec.Struct, frozen=True):
    """One iteration of one attempt: what a run folder, a guardian and an agent's process tree belong to."""

    task: str
    attempt: int
    iteration: int


class Life(StrEnum):
    """What is known of a run's process tree, from its guardian's lock and records."""

    RUNNING = "running"
    ENDED = "ended"
    """The guardian recorded the end."""
    GONE = "gone"
    """No guardian holds it and no end was recorded: the tree is dead and the run was cut short (or never started)."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One agent call."""

    key: RunKey
    agent: str
    """A name of `[agents.NAME]`."""
    prompt: str
    promise: str | None
    slot: int
    timeout_s: float | None = None
    base: str = ""
    test_files: tuple[str, ...] = ()


class Outcome(StrEnum):
    """How an agent call ended; the exit code is evidence, never the answer."""

    CLAIMED = "claimed"
    INCOMPLETE = "incomplete"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    STALLED = "stalled"
    KILLED = "killed"


class AgentEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an agent call. Durations are seconds, money USD."""

    outcome: Outcome
    claimed: bool
    seconds: float
    usd: float = 0.0
    tokens: int = 0
    exit_code: int | None = None
    note: str = ""
    """One line for the next prompt and the log, e.g. `no output for 600 s`."""


class Agents(Protocol):
    """Runs agents under guard. Owns no state: what it knows is in run folders and locks."""

    async def run(self, job: Job) -> AgentEnd:
        """Start the agent, or adopt the one that already runs for this key, or read the end that was recorded.

        Never starts a second one for a key whose tree lives or whose end is recorded. Cancelling leaves the agent
        running (its guardian owns it). Raises FaultError if it cannot start (missing, 126, 127): no iteration is
        consumed.
        """
        ...

    async def life(self, key: RunKey) -> Life:
        """Look at a run without touching it."""
        ...

    async def stop(self, key: RunKey) -> None:
        """End the run's whole process tree by the ladder and return when nothing of it is left."""
        ...

    def sandbox(self, task: str) -> str:
        """Name the sandbox level agents of this task's queue get: `L0`, `L2`."""
        ...

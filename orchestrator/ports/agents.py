"""The seam to the programs that do the work."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec

from orchestrator.model.agent_events import Outcome as Outcome  # noqa: PLC0414  # re-exported: part of this seam
from orchestrator.model.talk import Briefing, Heard, Reply


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
    session: str = ""
    """The agent's own session to go on with; empty: a fresh one, or after a cut the one that was cut."""
    interrupted: bool = False
    """An earlier run of this iteration was cut short where its folder does not show it: the prompt says so."""
    taken_over: bool = False
    """Whoever started it is gone: where it still lives, its agent's `on_interrupt` says what becomes of it."""
    resumes: int = 0
    """How many ends of this very iteration the journal has on record already (a limit, an outage) without counting
    them: as many are set aside before the folder is read, and the agent goes on where it was."""
    briefing: Briefing | None = None
    """What the agent can look up; None: it is given nothing to look up."""


class AgentEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an agent call. Durations are seconds, money USD."""

    outcome: Outcome
    claimed: bool
    seconds: float
    usd: float = 0.0
    tokens: int = 0
    """All of them: input, cached and output."""
    exit_code: int | None = None
    note: str = ""
    """One line for the next prompt and the log, e.g. `no output for 600 s`."""
    until: int | None = None
    """Unix milliseconds: when a limit resets, if the agent knows."""
    account_scope: bool = False
    """The reason lies with the account the agent uses: it holds for every lane that uses the same one."""
    session: str = ""
    """The agent's own session, to be resumed or attached to."""
    final: str = ""
    """What it said last."""
    model: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    """Part of the output."""
    summary: str = ""
    """Its last words, short."""
    priced: bool = True
    """`usd` is the agent's own word; False: it names no price, only tokens."""


Hear = Callable[[Heard], None]


def unheard(_heard: Heard) -> None:
    """Let words fall."""


class Agents(Protocol):
    """Runs agents under guard. Owns no state: what it knows is in run folders and locks."""

    async def run(self, job: Job, hear: Hear = unheard) -> AgentEnd:
        """Start the agent, or adopt the one that already runs for this key, or read the end that was recorded.

        `hear` is told what the agent says back, as it says it and at the latest before the end is given: everything
        that lies there, also what somebody else was told before (the ids tell).
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

    async def reply(self, key: RunKey, word: str, reply: Reply) -> None:
        """Tell the speaker of a word what became of it; a later reply replaces an earlier one."""
        ...

    def sandbox(self, task: str) -> str:
        """Name the sandbox level agents of this task's queue get: `L0`, `L2`."""
        ...

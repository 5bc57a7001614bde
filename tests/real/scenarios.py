"""What each agent has to live through, and what it has to come to. A table."""

from typing import NamedTuple

from orchestrator.model.agent_events import Outcome
from orchestrator.model.settings import Permissions


class Scenario(NamedTuple):
    """One row. `limit_s` is the run's time limit; None: whatever the proof allows."""

    about: str
    expected: tuple[Outcome, ...]
    limit_s: float | None = None
    plays: str = ""
    """What the service is to play; empty: the row's own name."""
    permissions: Permissions | None = None
    """Not None: spoken to by the Agent Client Protocol, with these rules."""


_DONE = (Outcome.CLAIMED,)
_SHORT_S, _LONGER_S, _PATIENT_S, _LONG_S = 8.0, 20.0, 30.0, 120.0
"""Some try again for minutes: what counts is what the run is said to have come to when it is stopped."""

SCENARIOS = {
    "edit": Scenario("a task done, with its own tool for files", _DONE),
    "shell": Scenario("a command run", _DONE),
    "mcp": Scenario("progress told by MCP (pi, which has none: by `orchestrator-tell`)", _DONE),
    "huge": Scenario("a command that prints a megabyte", _DONE),
    "background": Scenario("a command that leaves a child", _DONE),
    "flaky": Scenario("two outages, then service", _DONE),
    "r429": Scenario("rate limit (429)", (Outcome.RATE_LIMITED,), _PATIENT_S),
    "quota": Scenario("usage limit", (Outcome.RATE_LIMITED,), _PATIENT_S),
    "r529": Scenario("service overloaded (529)", (Outcome.TRANSIENT,), _PATIENT_S),
    "r401": Scenario("login refused (401)", (Outcome.AUTH,)),
    "cut": Scenario("answer cut in the middle of a word", (Outcome.TRUNCATED,), _PATIENT_S),
    "hang": Scenario("service does not answer", (Outcome.TIMEOUT,), _SHORT_S),
    "slow": Scenario("a command that outlasts the time limit", (Outcome.TIMEOUT,), _LONGER_S),
    "kill": Scenario("kill -9 in the middle of a command, then resumed", _DONE),
    "login": Scenario("only logged in, through `orchestrator run`", _DONE),
    "acp-edit": Scenario("ACP: a task done", _DONE, plays="edit", permissions=Permissions()),
    "acp-deny": Scenario(
        "ACP: a command denied by rule",
        (Outcome.CLAIMED, Outcome.INCOMPLETE),  # some end there, some tell the model and go on
        plays="shell",
        permissions=Permissions(deny=("execute: *hello*",)),
    ),
    "acp-cancel": Scenario(
        "ACP: cancelled in the middle of a command",
        (Outcome.TIMEOUT,),
        _LONGER_S,
        plays="slow",
        permissions=Permissions(),
    ),
    "acp-kill": Scenario(
        "ACP: kill -9, then the session loaded",
        _DONE,
        _LONG_S,
        plays="edit",
        permissions=Permissions(),
    ),
}

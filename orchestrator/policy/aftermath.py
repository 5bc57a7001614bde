"""What follows from each way an agent's call can end: the whole table, for people. The choices stand where it says.

`counts`: the iteration is used up. Where it is not, the account is parked (`accounts`) and the iteration is had again
under its number. Whatever an agent left in its folder is kept in each case, and is where the next one begins.
"""

import msgspec

from orchestrator.model.agent_events import Outcome


class After(msgspec.Struct, frozen=True):
    """One outcome: how it shows, whether it counts, and what is done about it."""

    shows: str
    counts: bool
    then: str


_NEXT = "the next iteration begins with its files and is told why"
AFTERMATH = {
    Outcome.CLAIMED: After("a proper end, with the claim in its final message", True, "the verifier judges its work"),
    Outcome.INCOMPLETE: After("a proper end without the claim", True, "the next iteration is told that none was seen"),
    Outcome.RATE_LIMITED: After(
        "its service says that a limit is reached",
        False,
        "its account is parked until the reset that was named, else 5 minutes and longer; a `fallback` takes over",
    ),
    Outcome.TRANSIENT: After(
        "its service is overloaded or out of reach",
        False,
        "its account is parked for 10 seconds and longer; a `fallback` takes over",
    ),
    Outcome.AUTH: After(
        "its login or key is refused",
        False,
        "its account is parked and tried now and then while `patience` lasts: a person must log in",
    ),
    Outcome.CONFIGURATION: After(
        "its program or service does not know what it is asked for, such as a model",
        False,
        "this agent is parked and tried now and then while `patience` lasts: a person must correct it",
    ),
    Outcome.CRASHED: After("it ended with an error of its own", True, _NEXT),
    Outcome.KILLED: After("a signal, a person or a limit of output, memory or processes ended it", True, _NEXT),
    Outcome.BUDGET: After("it reached its own money limit (`max_usd`)", True, _NEXT),
    Outcome.TURN_LIMIT: After("it reached `max_turns`, or called tools more often than `max_steps`", True, _NEXT),
    Outcome.TRUNCATED: After("its words stop in the middle, whatever its exit status", True, _NEXT),
    Outcome.TIMEOUT: After("it ran longer than `timeout`", True, _NEXT),
    Outcome.STALLED: After("it neither wrote nor worked for `stall`", True, _NEXT),
    Outcome.LOOPING: After("its model answered `max_answers` times in a row and used no tool", True, _NEXT),
}

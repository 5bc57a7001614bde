"""What is done about iterations that change nothing: another agent is tried, then a person is asked. Pure.

Rules
1. An iteration that ends with the files it began with made no progress, whatever its agent says of it; the verifier
   would find in them what it found before. One that was cut off by its account is none.
2. After so many in a row as the task's agent is granted (`no_progress`), each of its fallbacks whose account is free
   gets one iteration. The first change closes the matter, and the task's own agent has it back.
3. When nobody is left to try, the task waits for a person, with what is known.
"""

from orchestrator.model.settings import AgentSettings
from orchestrator.model.world import Attempt, Task, World
from orchestrator.policy.accounts import held
from orchestrator.policy.limits import staffed
from orchestrator.policy.seat import Seat
from orchestrator.policy.staffing import agent_settings


def stuck(world: World, task: Task, attempt: Attempt, seat: Seat) -> bool:
    """Say whether the attempt has gone on for too long without changing anything."""
    own = _own(world, task, seat)
    return own is not None and 0 < own.no_progress <= len(attempt.idle)


def rescuer(world: World, task: Task, attempt: Attempt, now: int, seat: Seat) -> str | None:
    """Name the fallback that is to try next, or None when all have tried or may not now."""
    own = _own(world, task, seat)
    fallbacks = own.fallback if own is not None else ()
    free = (name for name in fallbacks if name not in attempt.idle and held(world, name, now, seat) is None)
    return next(free, None)


def diagnosis(task: Task, attempt: Attempt) -> str:
    """Say what is known of an attempt that is stuck, and what a person can do."""
    who = ", ".join(dict.fromkeys(attempt.idle))
    found = task.feedback[0].message if task.feedback else task.note or "nothing was claimed"
    line = next(iter(found.strip().splitlines()), "")
    return (
        f"no progress: {len(attempt.idle)} iterations in a row changed nothing (by {who}); last: {line[:200]}; "
        f"see `orchestrator history {task.ref}`, change the task or help, then `orchestrator retry {task.ref}`"
    )


def _own(world: World, task: Task, seat: Seat) -> AgentSettings | None:
    return agent_settings(seat.settings, staffed(world, task, seat).agent)

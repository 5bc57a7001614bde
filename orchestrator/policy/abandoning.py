"""What is given up together with a task or a gate: everything that could only come after it. Pure.

Rules
1. What depends on it is given up, and what depends on that: through dependencies, and through gates that can open no
   more because what they require is given up.
2. What has ended well stays as it is; what failed, is blocked or runs is skipped. All of it is one commit, or nothing.
"""

from collections.abc import Iterable

from orchestrator.model import commands as c
from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import SATISFIES
from orchestrator.model.world import World
from orchestrator.policy import rollback
from orchestrator.policy.limits import lands
from orchestrator.policy.seat import Seat
from orchestrator.policy.visits import in_the_way


def behind(world: World, name: str) -> tuple[str, ...]:
    """List the tasks that could only come after `name` (`queue/ID` or `gate:ID`), itself not among them."""
    found: dict[str, None] = {name: None}
    waiting = [name]
    while waiting:
        for follower in (*world.dependents.get(waiting.pop(), ()), *_gates(world, found)):
            if follower not in found:
                found[follower] = None
                waiting.append(follower)
    return tuple(ref for ref in found if ref != name and ref in world.tasks)


def _gates(world: World, given_up: Iterable[str]) -> Iterable[str]:
    """Name the gates that can open no more."""
    gone = set(given_up)
    for gate in world.gates.values():
        if not gate.open and gate.spec.requires is not None and gone & _needed(gate.spec.requires):
            yield f"gate:{gate.id}"


def _needed(condition: q.Condition) -> frozenset[str]:
    """Name what must come about for a condition to be true, whatever else does."""
    match condition:
        case q.TaskIs(task=ref, state="completed") | q.VerdictIs(task=ref, state="PASS"):
            return frozenset({ref})
        case q.GateIs(gate=gate):
            return frozenset({f"gate:{gate}"})
        case q.All(of=parts):
            return frozenset().union(*map(_needed, parts))
        case q.Any(of=parts) if parts:
            return frozenset.intersection(*map(_needed, parts))
        case _:
            return frozenset()


def given_up(world: World, root: str, words: tuple[str, str], seat: Seat) -> tuple[e.Event, ...] | c.Refusal:
    """Skip what could only come after `root`, for a reason and by somebody (`words`), or say what stands against it."""
    reason, by = words
    events: list[e.Event] = []
    for ref in behind(world, root):
        task = world.tasks[ref]
        if task.status in SATISFIES:
            continue
        if lands(world, task):
            return c.Refusal(f"{ref} is landing this very moment; ask again when `orchestrator status` shows it done")
        if refusal := in_the_way(task, seat):
            return refusal
        if held := rollback.in_the_way(world.queues[queue_of(ref)]):
            return c.Refusal(held)
        events.append(e.TaskSkipped(task=ref, reason=f"{reason} (given up with {root})", by=by, root=root))
    return tuple(events)

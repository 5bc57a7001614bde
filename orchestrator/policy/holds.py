"""Which tasks may not run side by side, and which had better not. Pure.

May not: who wants what is `taken`. Had better not: what would touch a file that a running one has changed so far. Such
a task lets others of its priority go first, and waits for nobody: where nothing else could start, it starts.
"""

from orchestrator.model.ids import queue_of
from orchestrator.model.world import Task, World
from orchestrator.policy.globs import matches_any
from orchestrator.policy.seat import Seat
from orchestrator.policy.taking import Clash, taken


def conflicting(world: World, task: Task, now: int, seat: Seat) -> Clash | None:
    """Say which claimed tasks this one must wait for, and why; None when it may start."""
    return taken(world, now, seat).clash(task)


def foreseen(world: World, task: Task, seat: Seat) -> tuple[tuple[str, ...], str]:
    """Name the running tasks whose changes so far this one's will probably conflict with, and in what."""
    target = seat.targets.get(queue_of(task.ref), "")
    done = frozenset(task.files) if task.attempts else frozenset[str]()
    if not done and not task.spec.files:
        return (), ""
    found: dict[str, str] = {}
    for ref in world.claims:
        holder = world.claimed(ref)
        if holder.ref != task.ref and seat.targets.get(queue_of(ref), "") == target:
            changed = holder.files if holder.attempt is not None and holder.attempt.commit else ()
            both = (p for p in changed if p in done or matches_any(p, task.spec.files))
            said = (p for p in done if matches_any(p, holder.spec.files))
            if path := next(both, "") or next(said, ""):
                found[holder.ref] = path
    text = ", ".join(f"{ref} is changing {path}" for ref, path in found.items())
    return tuple(found), text


def has_place(world: World, agent: str, seat: Seat) -> bool:
    """Say whether one more agent of this name may work."""
    return taken(world, 0, seat).has_place(agent)

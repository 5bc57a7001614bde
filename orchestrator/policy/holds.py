"""Which tasks may not run side by side, and which had better not. Pure; a rule each.

May not: one folder, resources, files both say they will touch, agents with limited places. Had better not: what would
touch a file that a running one has changed so far. Such a task lets others of its priority go first, and waits for
nobody: where nothing else could start, it starts.
"""

from orchestrator.model.specs import ENDED
from orchestrator.model.world import Task, World
from orchestrator.policy.globs import matches_any, overlap
from orchestrator.policy.limits import staffed
from orchestrator.policy.resources import in_use
from orchestrator.policy.seat import Seat


def conflicting(world: World, task: Task, now: int, seat: Seat) -> tuple[tuple[str, ...], str]:
    """Name the claimed tasks this one must wait for, and why. Empty when it may start."""
    holders = [world.tasks[ref] for ref in world.claims if ref in world.tasks and ref != task.ref]
    for rule in (_folder, _resources, _files, _places):
        on, text = rule(world, task, holders, now, seat)
        if on:
            return on, text
    return (), ""


def foreseen(world: World, task: Task, seat: Seat) -> tuple[tuple[str, ...], str]:
    """Name the running tasks whose changes so far this one's will probably conflict with, and in what."""
    target = seat.targets.get(task.ref.partition("/")[0], "")
    done = frozenset(task.files) if task.attempts else frozenset[str]()
    if not done and not task.spec.files:
        return (), ""
    found: dict[str, str] = {}
    for ref in world.claims:
        holder = world.claimed(ref)
        if holder.ref != task.ref and seat.targets.get(ref.partition("/")[0], "") == target:
            changed = holder.files if holder.attempt is not None and holder.attempt.commit else ()
            both = (p for p in changed if p in done or matches_any(p, task.spec.files))
            said = (p for p in done if matches_any(p, holder.spec.files))
            if path := next(both, "") or next(said, ""):
                found[holder.ref] = path
    text = ", ".join(f"{ref} is changing {path}" for ref, path in found.items())
    return tuple(found), text


def _folder(world: World, task: Task, holders: list[Task], _now: int, seat: Seat) -> tuple[tuple[str, ...], str]:
    if seat.settings.workspace != "inplace":
        return (), ""
    begun = (t for t in world.tasks.values() if t.attempt is not None and t.attempt.base and t.status not in ENDED)
    holder = next((other for other in (*holders, *begun) if other.ref != task.ref), None)
    return ((holder.ref,), f"{holder.ref} has the project's one folder") if holder is not None else ((), "")


_resources = in_use


def _files(_world: World, task: Task, holders: list[Task], _now: int, seat: Seat) -> tuple[tuple[str, ...], str]:
    target = seat.targets.get(task.ref.partition("/")[0], "")
    for holder in holders:
        if seat.targets.get(holder.ref.partition("/")[0], "") != target:
            continue
        for ours in task.spec.files:
            theirs = next((f for f in holder.spec.files if overlap(ours, f)), None)
            if theirs is not None:
                return (holder.ref,), f"{holder.ref} is changing {theirs}"
    return (), ""


def _places(world: World, task: Task, _holders: list[Task], _now: int, seat: Seat) -> tuple[tuple[str, ...], str]:
    agent = staffed(world, task, seat).agent
    places, busy = _concurrency(agent, seat), _at_work(world, agent, seat)
    others = tuple(dict.fromkeys(ref for ref in busy if ref != task.ref))
    if not places or len(busy) < places or not others:
        return (), ""
    return others, f"all {places} places of agent {agent} are taken"


def has_place(world: World, agent: str, seat: Seat) -> bool:
    """Say whether one more agent of this name may work."""
    places = _concurrency(agent, seat)
    return not places or len(_at_work(world, agent, seat)) < places


def _concurrency(agent: str, seat: Seat) -> int:
    settings = seat.settings.agents.get(agent)
    return settings.concurrency if settings is not None else 0


def _at_work(world: World, agent: str, seat: Seat) -> list[str]:
    """List the claimed tasks of an agent, one with several attempts side by side as often as it is theirs."""
    claimed = (world.claimed(key) for key in world.claims)
    return [holder.ref for holder in claimed if _works(world, holder, seat) == agent]


def _works(world: World, holder: Task, seat: Seat) -> str:
    """Name the agent of a claimed task: the one that was started, which another process may have been told to use."""
    started = holder.attempt.agent if holder.attempt is not None else ""
    return started or staffed(world, holder, seat).agent

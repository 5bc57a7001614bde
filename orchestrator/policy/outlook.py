"""Whether a run stays or leaves, and with which exit code. Pure; the one home of that rule.

A run waits for what has a known end (a limit's reset, a new day's budget, a start, a back-off), probes faults while its
patience lasts, and waits for what live processes are working on; all that within its wall budget. Everything else it
leaves for the next run, and says what for.
"""

import msgspec

from orchestrator.model.gates import Gate
from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Leave
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.world import Task, World
from orchestrator.policy.actions import failing, next_tries, words
from orchestrator.policy.budgets import run_ends, run_over, used_up
from orchestrator.policy.gates import open_tasks, opens_by_itself
from orchestrator.policy.handoff import shut
from orchestrator.policy.reasons import Code, Reason, reason_for
from orchestrator.policy.rollback import going_on
from orchestrator.policy.seat import Seat, mine, running
from orchestrator.policy.until import is_reached
from orchestrator.policy.visits import holder

DONE, FAILED, LIMIT, WAITING, SIGNALLED = 0, 1, 3, 5, 130


class Stay(msgspec.Struct, frozen=True):
    """Wait: until a commit, an edit, or the moment `until` (milliseconds) if there is one. `text` says what for."""

    until: int | None = None
    text: str = ""


def outlook(world: World, now: int, seat: Seat) -> Stay | Leave:
    """Say whether this process still has something to wait for."""
    if mine(world, seat):
        return Stay(text="working")
    if seat.scope.until is not None and is_reached(world, seat.scope.until):
        return _arrived(world, seat.scope.until)
    if seat.draining:
        return _leave(world, now, seat)
    if undoing := going_on(world, seat):
        return Stay(text=undoing)
    reasons = _open(world, now, seat)
    waits = [(task, _wait(world, task, reason, now, seat)) for task, reason in reasons]
    stays = [stay for _, stay in waits if stay is not None]
    stays += [Stay(until=at, text=text) for at, text in next_tries(world, seat) if at > now]
    if stays:
        return _within_wall(stays, now, seat) or _leave(world, now, seat, cut=True)
    if seat.scope.watch and not _limited(seat, now):
        return Stay(until=run_ends(seat), text="nothing to do: watching for more")
    return _leave(world, now, seat)


def _arrived(world: World, target: str) -> Leave:
    """Leave at the target, and say in what state it is."""
    task = world.tasks.get(target)
    if task is not None and task.status is Status.FAILED:
        return Leave(FAILED, _name([task], "failed"))
    return Leave(DONE, f"{target} is {task.status.value if task is not None else 'open'}")


def _within_wall(stays: list[Stay], now: int, seat: Seat) -> Stay | None:
    """Say how long to wait, if the run's time reaches that far; at its end it waits for nothing any more."""
    first = min(stays, key=lambda stay: stay.until if stay.until is not None else now)
    ends = run_ends(seat)
    soonest = min((stay.until for stay in stays if stay.until is not None), default=None)
    if ends is None:
        return Stay(until=soonest, text=first.text)
    if ends <= now or (first.until is not None and first.until > ends):
        return None
    return Stay(until=min(ends, soonest or ends), text=first.text)


def _in_scope(world: World, seat: Seat) -> list[Task]:
    return [task for task in world.tasks.values() if seat.serves(task.ref)]


def _open(world: World, now: int, seat: Seat) -> list[tuple[Task, Reason | None]]:
    return [(t, reason_for(world, t, now, seat)) for t in _in_scope(world, seat) if t.status not in ENDED]


def _wait(world: World, task: Task, reason: Reason | None, now: int, seat: Seat) -> Stay | None:
    """Say what this open task gives us to wait for; None when nothing."""
    if reason is None:
        return Stay(text=f"{task.ref} is worked on by another process")
    if _comes_back(task, seat):
        return Stay(text=f"{task.ref}: {reason.text}")
    match reason.code:
        case Code.PARKED | Code.TIME | Code.BUDGET | Code.PAUSED:
            return Stay(until=reason.until, text=f"{task.ref}: {reason.text}") if reason.until is not None else None
        case Code.CONFLICT if reason.until is not None:
            return Stay(until=_known_end(world, reason), text=f"{task.ref}: {reason.text}")
        case Code.FAULT:
            stay = _patience(reason, now, seat)
            return Stay(until=stay.until, text=f"{task.ref}: {reason.text}") if stay is not None else None
        case Code.READY:
            return None if _limited(seat, now) else Stay(text="starting")
        case Code.ORPHAN:
            return Stay(text=f"taking over {task.ref}")
        case _:
            return _others(world, task, reason, now, seat)


def _known_end(world: World, reason: Reason) -> int | None:
    """Give when a conflict ends; None where that is the latest, and what runs will end it before."""
    return None if any(name in world.tasks for name in reason.on) else reason.until


def _comes_back(task: Task, seat: Seat) -> bool:
    """Say whether a person is at work on the task, and it can go on when they have left."""
    return task.status is Status.PENDING and holder(task, seat) is not None


def _limited(seat: Seat, now: int) -> bool:
    return run_over(seat, now) is not None or seat.sated()


def _others(world: World, task: Task, reason: Reason, now: int, seat: Seat) -> Stay | None:
    """Wait for a dependency, lock, gate or conflict only while a live process works on it, or its end is known."""
    if reason.code not in {Code.DEPENDENCY, Code.LOCKED, Code.CONFLICT, Code.GATE}:
        return None
    if (stay := _gates(world, _before(world, task, reason), now, seat)) is not None:
        return Stay(until=stay.until, text=reason.text)
    seen: set[str] = {task.ref}
    for name in _causes(world, task, reason):
        if (stay := _progress(world, name, now, seat, seen)) is not None:
            return Stay(until=stay.until, text=f"{task.ref}: {reason.text}")
    return None


def _before(world: World, task: Task, reason: Reason) -> tuple[Gate | None, ...]:
    """List the gates, and the hand-offs of tasks, that stand before a task."""
    if reason.code is Code.DEPENDENCY:
        return shut(world, task)
    named = (name.removeprefix("gate:") for name in reason.on) if reason.code is Code.GATE else ()
    return tuple(world.gates.get(name) for name in named)


def _gates(world: World, gates: tuple[Gate | None, ...], now: int, seat: Seat) -> Stay | None:
    """Wait for gates whose checks run, or are about to, and for those that time alone will open."""
    for gate in gates:
        if gate is not None and (at := opens_by_itself(world, gate, now, seat)) is not None:
            return Stay(until=at if at > now else None)
    return None


def _causes(world: World, task: Task, reason: Reason) -> tuple[str, ...]:
    match reason.code:
        case Code.LOCKED:
            return _unlockers(world, queue_of(task.ref))
        case Code.GATE:
            gates = (world.gates.get(name.removeprefix("gate:")) for name in reason.on)
            return tuple(ref for gate in gates if gate is not None for ref in open_tasks(world, gate))
        case _:
            return reason.on


def _unlockers(world: World, queue: str) -> tuple[str, ...]:
    """Name the open tasks of other queues: any of them may be what unlocks this one."""
    return tuple(t.ref for t in world.tasks.values() if t.status not in ENDED and not t.ref.startswith(f"{queue}/"))


def _progress(world: World, ref: str, now: int, seat: Seat, seen: set[str]) -> Stay | None:
    """Say how another task's waiting will end, if a live process or a known moment will end it."""
    task = world.tasks.get(ref)
    if task is None or ref in seen or task.status in ENDED:
        return None
    seen.add(ref)
    if running(world, ref, seat) or _comes_back(task, seat):
        return Stay()
    reason = reason_for(world, task, now, seat)
    queue = queue_of(ref)
    others = any(queues is None or queue in queues for peer, queues in seat.peers.items() if peer != seat.me)
    if reason is None or not (others or seat.serves(ref)):
        return None
    match reason.code:
        case Code.READY | Code.ORPHAN:
            return Stay() if others or not _limited(seat, now) else None
        case Code.PARKED | Code.TIME | Code.BUDGET | Code.PAUSED:
            return Stay(until=reason.until) if reason.until is not None else None
        case Code.CONFLICT if reason.until is not None:
            return Stay(until=_known_end(world, reason))
        case Code.FAULT:
            return _patience(reason, now, seat)
        case Code.DEPENDENCY | Code.CONFLICT | Code.LOCKED | Code.GATE:
            ways = (_progress(world, name, now, seat, seen) for name in _causes(world, task, reason))
            return next((stay for stay in ways if stay is not None), None)
        case _:
            return None


def _patience(reason: Reason, now: int, seat: Seat) -> Stay | None:
    """Wait for the next look at a fault, at most until patience with it is at its end."""
    lost = max(reason.since, seat.since) + round(seat.settings.patience_s * 1000)
    if now >= lost:
        return None
    probe = reason.until if reason.until is not None and reason.until > now else lost
    return Stay(until=min(probe, lost))


def _leave(world: World, now: int, seat: Seat, *, cut: bool = False) -> Leave:
    """Say how it ends. `cut`: there is something to wait for, and no time left to do it."""
    tasks = _in_scope(world, seat)
    left = [task for task in tasks if task.status not in ENDED]
    bad = [task for task in tasks if task.status in {Status.FAILED, Status.BLOCKED}]
    if seat.draining and (undoing := going_on(world, seat)):
        return Leave(SIGNALLED, f"{undoing}; the same command goes on")
    if seat.draining and any(task.status is not Status.BLOCKED for task in left):
        return Leave(SIGNALLED, f"stopped with {len(left)} task(s) left; the same command goes on")
    if bad:
        return Leave(FAILED, _name(bad, "failed or blocked"))
    if not left:
        left_over = [words(action) for action in failing(world)]
        return Leave(DONE, f"all done, but {left_over[0]}" if left_over else "all done")
    if cut or (_limited(seat, now) and any(_wants(world, task, now, seat) for task in left)):
        why = f"this run's limit is reached ({_limit(seat, now)})"
        return Leave(LIMIT, f"{why} with {len(left)} task(s) left; the same command goes on")
    reasons = [reason_for(world, task, now, seat) for task in left]
    over = next((reason for reason in reasons if reason is not None and reason.code is Code.BUDGET), None)
    if over is not None:
        return Leave(LIMIT, over.text)
    return Leave(WAITING, f"{left[0].ref}: {reasons[0].text if reasons[0] else 'worked on elsewhere'}")


def _limit(seat: Seat, now: int) -> str:
    full = run_over(seat, now)
    if full is not None:
        return used_up(full)
    return "its tasks are taken" if seat.sated() else "what it waits for comes after its time is up"


def _wants(world: World, task: Task, now: int, seat: Seat) -> bool:
    reason = reason_for(world, task, now, seat)
    return reason is not None and reason.code in {Code.READY, Code.DEPENDENCY, Code.CONFLICT}


def _name(tasks: list[Task], what: str) -> str:
    names = ", ".join(task.ref for task in tasks[:3])
    more = f" and {len(tasks) - 3} more" if len(tasks) > 3 else ""  # noqa: PLR2004 - three names are readable
    return f"{names}{more} {what}; `orchestrator explain {tasks[0].ref}` says why"

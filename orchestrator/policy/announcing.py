"""Changes that are announced before they happen: who is told, until when they wait, what agents know of them. Pure.

Rules
1. A task with `notice` waits for that long from when it was announced, which is at once: as soon as any process that
   may write sees it. Once it has begun, its notice is over.
2. Told are those whom it concerns: who depends on it, and who shares a resource or a file with it. People get a
   message, agents read it in their next prompt.
3. Before a task changes a resource that the registry describes, its owner and those who share it are told as well.
"""

from datetime import UTC, datetime

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.world import Task, World
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.globs import overlap
from orchestrator.policy.limits import notice_ends
from orchestrator.policy.resources import wants
from orchestrator.policy.seat import Seat, repository_of

_MOST = 8
"""Lines of a prompt."""


def announcements(world: World, agenda: Agenda, settings: Settings) -> tuple[e.NoticeAnnounced, ...]:
    """Announce what nobody has announced yet."""
    fresh = (world.tasks[ref] for ref in agenda.unannounced)
    return tuple(e.NoticeAnnounced(task=task.ref, told=concerned(world, task, settings)) for task in fresh)


def concerned(world: World, task: Task, settings: Settings) -> tuple[str, ...]:
    """Name the open tasks a task's change concerns: its dependents, and those that share something with it."""
    behind = world.dependents.get(task.ref, {})
    others = (other for other in world.tasks.values() if other.ref != task.ref and other.status not in ENDED)
    return tuple(other.ref for other in others if other.ref in behind or _meet(world, task, other, settings))


def _meet(world: World, task: Task, other: Task, settings: Settings) -> bool:
    """Say whether what a task changes is something the other reads or changes."""
    changed = {own.name for own in wants(task, settings) if not own.reads}
    if changed & {own.name for own in wants(other, settings)}:
        return True
    here, there = (repository_of(settings, world.queues[queue_of(ref)].spec) for ref in (task.ref, other.ref))
    return here == there and any(overlap(ours, theirs) for ours in task.spec.files for theirs in other.spec.files)


def shared(task: Task, settings: Settings) -> tuple[str, ...]:
    """Name the resources of the registry that a task changes."""
    return tuple(own.name for own in wants(task, settings) if not own.reads and own.name in settings.registry)


def changes(task: Task, settings: Settings) -> str:
    """Say in words what a task changes."""
    names = dict.fromkeys((*(own.name for own in wants(task, settings) if not own.reads), *task.spec.files))
    return ", ".join(names) or task.spec.title or task.ref


def around(world: World, task: Task, seat: Seat) -> tuple[str, ...]:
    """Tell an agent, a line each, of changes that concern its task: announced, or landed since its attempt began."""
    found: list[str] = []
    began = task.attempt.began if task.attempt is not None else None
    for other in world.tasks.values():
        if other.ref == task.ref:
            continue
        if other.status is Status.PENDING and other.announced and not other.attempts:
            if other.ref not in task.spec.dependencies and _concerns(world, other, task, seat.settings):
                found.append(_coming(other, seat.settings))
        elif began is not None and (other.completed_at or 0) > began and _meet(world, other, task, seat.settings):
            found.append(_landed(other, seat.settings))
    return tuple(found[:_MOST])


def _concerns(world: World, other: Task, task: Task, settings: Settings) -> bool:
    return task.ref in other.told or other.ref in task.spec.dependencies or _meet(world, other, task, settings)


def _coming(other: Task, settings: Settings) -> str:
    what = f" ({other.spec.title})" if other.spec.title else ""
    day = datetime.fromtimestamp(notice_ends(other) / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"announced: {other.ref}{what} is going to change {changes(other, settings)}, not before {day}"


def _landed(other: Task, settings: Settings) -> str:
    as_commit = f" (landed as {other.commit[:12]})" if other.commit else ""
    return f"{other.ref} changed {changes(other, settings)} since this attempt began{as_commit}"

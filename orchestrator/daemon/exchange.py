"""Task lists of other tools: taken in as queue files, and given back. Overwrites nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from orchestrator.codec.canonical import dumps_pretty, loads
from orchestrator.codec.foreign.formats import (
    OF_SEVERAL,
    QUEUE,
    detect,
    empty_source,
    joined_source,
    read_foreign,
    write_foreign,
)
from orchestrator.codec.foreign.shape import Foreign, Now, Record, safe
from orchestrator.codec.queuefile import read_queue, set_member
from orchestrator.daemon.desk import Desk
from orchestrator.daemon.project import Project
from orchestrator.errors import InvalidInputError
from orchestrator.files.atomic import write_atomic
from orchestrator.model.commands import AddTask, Refusal
from orchestrator.model.documents import QueueDocument, TaskEntry
from orchestrator.model.event_parts import Imported
from orchestrator.model.specs import ENDED, RunAction
from orchestrator.model.world import Queue, World
from orchestrator.policy.adding import rings

FOLDER = "queues"
_MOST = 64 << 20


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One queue that a file became: what it holds, and the file it is to be."""

    kind: str
    path: Path
    data: bytes
    document: QueueDocument
    warnings: tuple[str, ...] = ()


def read_list(project: Project, data: bytes, name: str, kind: str | None, queue: str | None) -> tuple[Taken, ...]:
    """Read a list of tasks in whatever format into queue files, and judge them as queue files are."""
    if len(data) > _MOST:
        raise InvalidInputError(f"{name}: {len(data)} bytes, at most {_MOST} are read; split it")
    chosen = kind or detect(data, name)
    stem = queue or safe(Path(name).name.partition(".")[0] or "imported")
    if chosen == QUEUE:
        taken: tuple[Taken, ...] = (_judged(project, QUEUE, queue or _named(data, stem), data, ()),)
    else:
        found = tuple(each for each in read_foreign(data, name, chosen, stem) if each.tasks)
        if not found:
            raise InvalidInputError(f"{name}: there is no task in it (read as {chosen}; --format says otherwise)")
        taken = tuple(_of(project, chosen, each) for each in _called(found, name, queue))
    _refuse_circles(name, taken)
    return taken


def _called(found: tuple[Foreign, ...], name: str, queue: str | None) -> tuple[Foreign, ...]:
    """Give the queue the name a person said, where there is one queue."""
    if queue is None or [each.queue for each in found] == [queue]:
        return found
    if len(found) > 1:
        held = ", ".join(each.queue for each in found)
        raise InvalidInputError(f"{name}: holds {len(found)} queues ({held}), each of its own name; leave --queue out")
    return (msgspec.structs.replace(found[0], queue=queue),)


def _refuse_circles(name: str, taken: Sequence[Taken]) -> None:
    """Say which open tasks wait for themselves: no run would begin with them there."""
    batch = {
        f"{each.document.spec.name}/{entry.spec.id}": entry.spec
        for each in taken
        for entry in each.document.tasks
        if entry.status not in ENDED
    }
    if circles := [" -> ".join(circle) for circle in rings(World(), batch).values()]:
        raise InvalidInputError(*(f"{name}: {circle} wait for each other; take one out" for circle in circles))


def _of(project: Project, kind: str, found: Foreign) -> Taken:
    return _judged(project, kind, found.queue, dumps_pretty(found.document()), found.warnings)


def _named(data: bytes, stem: str) -> str:
    value = loads(data)
    name = value.get("queue") if isinstance(value, dict) else None
    return name if isinstance(name, str) and name else stem


def _judged(project: Project, kind: str, name: str, data: bytes, warnings: tuple[str, ...]) -> Taken:
    path = project.root / FOLDER / f"{name}.json"
    document = read_queue(data, path=f"{FOLDER}/{name}.json", calendar=project.settings.calendar)
    said = (*warnings, *document.warnings, *_undefined(project, document))
    return Taken(kind=kind, path=path, data=data, document=document, warnings=said)


def _undefined(project: Project, document: QueueDocument) -> Iterator[str]:
    """Tell of commands that it names and nobody has defined: a run would refuse them."""
    known = project.settings.actions
    named = [(entry.spec.id, entry.spec.rollback) for entry in document.tasks if entry.spec.rollback]
    runs = [(trigger.id, action) for trigger in document.triggers for action in trigger.do]
    named += [(f"trigger {name}", action.action) for name, action in runs if isinstance(action, RunAction)]
    for place, action in named:
        if action not in known:
            yield f"{place} runs {action}, which is not defined; add [actions.{action}] command before `run`"


def refuse_those_there(taken: Sequence[Taken]) -> None:
    """Say which queue files are there already: none is overwritten."""
    there = [each.path for each in taken if each.path.exists()]
    if there:
        raise InvalidInputError(
            *(f"{path}: is there already; --queue names another, --add adds what is new to it" for path in there)
        )


def keep(taken: Sequence[Taken]) -> None:
    """Write the queue files; none where one of them is there already."""
    refuse_those_there(taken)
    for each in taken:
        each.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(each.path, each.data, mode=0o644)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What came of adding a list to a queue that is there. `refused` says why."""

    tasks: tuple[str, ...]
    refused: tuple[str, ...] = ()


def new_in(world: World, taken: Taken) -> tuple[TaskEntry, ...]:
    """Give the tasks that the queue does not have yet."""
    name = taken.document.spec.name
    return tuple(entry for entry in taken.document.tasks if f"{name}/{entry.spec.id}" not in world.tasks)


async def add_new(desk: Desk, taken: Taken) -> Added:
    """Add what is new to a queue that is there: in the order of the file, but after what it depends on."""
    name, rest = taken.document.spec.name, list(new_in(desk.world, taken))
    added, refused = list[str](), list[str]()
    while rest:
        missing = {f"{name}/{entry.spec.id}" for entry in rest}
        ready = [entry for entry in rest if not missing & {*entry.spec.dependencies}] or rest
        for entry in ready:
            ref = f"{name}/{entry.spec.id}"
            stood = msgspec.structs.replace(entry.imported, status=entry.status)
            imported = None if stood == Imported() else stood
            said = await desk.ask(AddTask(queue=name, spec=entry.spec, imported=imported, by=desk.me))
            if isinstance(said, Refusal):
                refused.append(said.text)
                continue
            added.append(ref)
        rest = [entry for entry in rest if entry not in ready]
    return Added(tasks=tuple(added), refused=tuple(refused))


def keep_source(taken: Taken) -> None:
    """Keep in the queue's file, too, what an export of the tasks that were added needs."""
    before = taken.path.read_bytes()
    old = loads(before)
    new = loads(taken.data)
    known, more = (value.get("source") if isinstance(value, dict) else None for value in (old, new))
    if isinstance(more, dict) and (joined := joined_source(known, more)) is not None:
        write_atomic(taken.path, set_member(before, "source", joined), mode=0o644)


# -- and back ------------------------------------------------------------------------------------------------------


def give_back(project: Project, world: World, names: Sequence[str], kind: str | None) -> bytes:
    """Write queues in a format: the one they came in, unless another is asked for. InvalidInputError: it cannot be."""
    with_files = [queue for queue in world.queues.values() if queue.spec.path]
    queues = [_known(world, name) for name in names] or with_files or list(world.queues.values())
    if not queues:
        raise InvalidInputError("there is no queue to export: put one into queues/, or `orchestrator import FILE`")
    files = {queue.name: _file(project, queue) for queue in queues}
    sources = {name: document.get("source") for name, document in files.items()}
    chosen = kind or next((str(s["format"]) for s in sources.values() if isinstance(s, dict) and "format" in s), QUEUE)
    if len(files) > 1 and chosen not in OF_SEVERAL:
        raise InvalidInputError(
            f"a file in the format {chosen} holds one queue, and there are {', '.join(files)}: name one with --queue"
        )
    if chosen == QUEUE:
        return _whole(project, queues[0])
    tasks = {queue.name: [_now(world, ref) for ref in queue.tasks] for queue in queues}
    return write_foreign([{**_source(sources[name], chosen, name), "queue": name} for name in files], tasks)


def _whole(project: Project, queue: Queue) -> bytes:
    """Give a queue's file as it is."""
    if not queue.spec.path:
        raise InvalidInputError(f"queue {queue.name} has no file of its own; take another --format")
    try:
        return (project.root / queue.spec.path).read_bytes()
    except OSError as error:
        raise InvalidInputError(
            f"{queue.spec.path}: cannot read it: {error.strerror}; put it back, or take another --format"
        ) from None


def _source(found: Any, kind: str, name: str) -> Record:
    return found if isinstance(found, dict) and found.get("format") == kind else empty_source(kind, name)


def _known(world: World, name: str) -> Queue:
    if name not in world.queues:
        raise InvalidInputError(f"there is no queue {name!r} (known: {', '.join(world.queues) or 'none'})")
    return world.queues[name]


def _file(project: Project, queue: Queue) -> Record:
    try:
        value = loads((project.root / queue.spec.path).read_bytes()) if queue.spec.path else {}
    except OSError:
        value = {}
    return value if isinstance(value, dict) else {}


def _now(world: World, ref: str) -> Now:
    task = world.tasks[ref]
    spec = task.spec
    return Now(
        id=spec.id,
        status=task.status.value,
        title=spec.title,
        description=spec.description,
        dependencies=spec.dependencies,
        priority=spec.priority,
    )

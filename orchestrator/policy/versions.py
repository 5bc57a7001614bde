"""What stood at a seq, and how a person's change is carried over to what stands now. Never says whether it may be."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec

from orchestrator.model.documents import Stamp
from orchestrator.model.specs import Status, TaskSpec
from orchestrator.model.world import Queue, Task, World

T = TypeVar("T")
Spec = TypeVar("Spec", bound=msgspec.Struct)

ORDER_STEP = 1000
"""Room left between neighbours, so that a task put between two others moves neither."""


def base_seq(world: World, stamp: Stamp | None) -> int | None:
    """Give the seq a file descends from; None without a stamp, with another journal's or with one of the future."""
    if stamp is None or stamp.journal != world.journal or stamp.seq > world.seq:
        return None
    return stamp.seq


def version_at(versions: Sequence[tuple[int, T]], seq: int) -> T:
    """Give the last version at or before `seq`; the first one where all are later (the file itself brought it)."""
    return next((value for at, value in reversed(versions) if at <= seq), versions[0][1])


def shown_at(task: Task, seq: int) -> Status:
    """Give the status a file rendered at `seq` shows: an imported one stands as imported until the first own event."""
    later_than_import = any(at <= seq for at, _ in task.statuses[1:])
    if task.imported is not None and not later_than_import:
        return task.imported.status
    return version_at(task.statuses, seq)


def shown(task: Task) -> Status:
    """Give the status the task's file shows now."""
    return task.imported.status if task.imported is not None and not task.reported else task.status


def changed_since(world: World, queue: Queue, seq: int) -> bool:
    """Say whether a specification or status of the queue has a version later than `seq`."""
    if any(at > seq for at, _ in queue.specs[-1:]):
        return True
    tasks = (world.tasks[ref] for ref in queue.tasks)
    if any(task.specs[-1][0] > seq or task.statuses[-1][0] > seq for task in tasks):
        return True
    return any(at > seq and ref.startswith(f"{queue.name}/") for ref, (at, _) in world.removed.items())


def carried(base: Spec, wanted: Spec, current: Spec) -> Spec:
    """Apply to `current` what differs between `base` and `wanted`, field by field."""
    fields = wanted.__struct_fields__
    changes = {name: getattr(wanted, name) for name in fields if getattr(wanted, name) != getattr(base, name)}
    return msgspec.structs.replace(current, **changes)


def carried_task(base: TaskSpec, wanted: TaskSpec, current: TaskSpec) -> TaskSpec:
    """Do the same for a task, whose unknown fields are carried over key by key."""
    details = _carried_details(base.details, wanted.details, current.details)
    return msgspec.structs.replace(carried(base, wanted, current), details=details)


def _carried_details(base: str, wanted: str, current: str) -> str:
    if wanted == base:
        return current
    if current == base:
        return wanted
    was, asked, now = _keys(base), _keys(wanted), _keys(current)
    kept = {key: value for key, value in now.items() if key in asked or key not in was}
    kept |= {key: value for key, value in asked.items() if was.get(key) != value}
    if kept == now:
        return current
    return msgspec.json.encode({key: msgspec.Raw(value) for key, value in kept.items()}).decode() if kept else ""


def _keys(details: str) -> dict[str, bytes]:
    """Give each key's JSON text: values are compared and moved, never read, so that no number changes its spelling."""
    decoded = msgspec.json.decode(details or "{}", type=dict[str, msgspec.Raw])
    return {key: bytes(value) for key, value in decoded.items()}


def orders(wanted: Sequence[str], known: Mapping[str, int], *, move: bool) -> dict[str, int]:
    """Give an order to every new name of `wanted`, and to those of `known` that were moved (only if `move`).

    `known` holds the order of everything that stays, also of what `wanted` does not name. As few as possible change.
    """
    anchors = _longest_rising([name for name in wanted if name in known], known)
    listed = [name for name in wanted if move or name not in known or name in anchors]
    stops = [-1, *(i for i, name in enumerate(listed) if name in anchors), len(listed)]
    found: dict[str, int] = {}
    for before, after in pairwise(stops):
        run = listed[before + 1 : after]
        low = known[listed[before]] if before >= 0 else 0
        high = known[listed[after]] if after < len(listed) else None
        if high is not None and high - low <= len(run):
            if not move:
                found |= dict.fromkeys(run, low)
                continue
            return {name: (i + 1) * ORDER_STEP for i, name in enumerate(listed)}
        found |= _spread(run, low, high, tail=max(known.values(), default=0))
    return found


def behind_last(world: World, queue: str) -> int:
    """Give the order of a task that comes behind all others of a queue (which need not exist yet)."""
    known = world.queues.get(queue)
    return max(known.tasks.values(), default=0) + ORDER_STEP if known is not None else ORDER_STEP


def _spread(run: Sequence[str], low: int, high: int | None, *, tail: int) -> dict[str, int]:
    if high is None:
        return {name: max(low, tail) + (i + 1) * ORDER_STEP for i, name in enumerate(run)}
    return {name: low + (high - low) * (i + 1) // (len(run) + 1) for i, name in enumerate(run)}


def _longest_rising(names: Sequence[str], known: Mapping[str, int]) -> frozenset[str]:
    """Keep as many names as possible whose orders already rise: the rest was moved."""
    tails: list[str] = []
    before: dict[str, str | None] = {}
    for name in names:
        place = _first_not_below(tails, known, known[name])
        before[name] = tails[place - 1] if place else None
        tails[place:] = [name] if place == len(tails) else [name, *tails[place + 1 :]]
    rising: list[str] = []
    last = tails[-1] if tails else None
    while last is not None:
        rising.append(last)
        last = before[last]
    return frozenset(rising)


def _first_not_below(tails: Sequence[str], known: Mapping[str, int], order: int) -> int:
    low, high = 0, len(tails)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if known[tails[middle]] < order else (low, middle)
    return low

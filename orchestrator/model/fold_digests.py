"""What has happened since people were last told at a set time. See `fold` for the rules."""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.messages import DIGESTS, MOST_NAMED, Tally
from orchestrator.model.spending import micros
from orchestrator.model.world import World


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold what a digest counts."""


def _tallies(world: World, ref: str) -> list[Tally]:
    """Give what counts an event about a task; nothing where there is no such task."""
    return [world.post.tallies.setdefault(kind, Tally()) for kind in DIGESTS] if ref in world.tasks else []


def _count(world: World, word: str, ref: str) -> None:
    for tally in _tallies(world, ref):
        names = tally.names.setdefault(word, [])
        if ref not in names:
            tally.counts[word] = tally.counts.get(word, 0) + 1
            names.append(ref)
            del names[:-MOST_NAMED]


@fold.register
def _(event: e.TaskCompleted, world: World) -> None:
    _count(world, "completed", event.task)


@fold.register
def _(event: e.TaskSkipped, world: World) -> None:
    _count(world, "skipped", event.task)


@fold.register
def _(event: e.TaskFailed, world: World) -> None:
    _count(world, "failed", event.task)


@fold.register
def _(event: e.TaskBlocked, world: World) -> None:
    _count(world, "blocked", event.task)


@fold.register
def _(event: e.TaskAdded, world: World) -> None:
    _count(world, "added", event.task)


@fold.register
def _(event: e.TaskClaimed, world: World) -> None:
    if not event.resumed and not event.rival:
        _count(world, "started", event.task)


@fold.register
def _(event: e.VerdictReached, world: World) -> None:
    queue = queue_of(event.task)
    for tally in _tallies(world, event.task):
        judged, passed = tally.verdicts.get(queue, (0, 0))
        tally.verdicts[queue] = (judged + 1, passed + (event.verdict == "PASS"))
        tally.micros += micros(event.usd)


@fold.register
def _(event: e.AgentFinished, world: World) -> None:
    for tally in _tallies(world, event.task):
        tally.micros += micros(event.usd)


@fold.register
def _(event: e.DigestDue, world: World) -> None:
    if event.kind in DIGESTS:
        world.post.tallies[event.kind] = Tally(moment=event.moment, since=world.at)

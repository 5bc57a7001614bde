"""What stood at a seq, and whether a queue has moved since."""

from collections.abc import Callable

import pytest

from orchestrator.model import events as e
from orchestrator.model.documents import Stamp
from orchestrator.model.fold import apply
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.versions import ORDER_STEP, base_seq, behind_last, changed_since

NEW = QueueSpec(name="q", title="new")


def happen(world: World, *events: e.Event) -> World:
    apply(world, e.Commit(seq=world.seq + 1, id=f"c{world.seq + 1}", prev="", at=1, by="t", events=events))
    return world


@pytest.fixture
def world() -> World:
    queues = (e.QueueAdded(queue=name, spec=QueueSpec(name=name)) for name in ("q", "other"))
    tasks = (e.TaskAdded(task=ref, spec=TaskSpec(id="A"), order=70) for ref in ("q/A", "other/A"))
    return happen(World(), *queues, *tasks)


@pytest.mark.parametrize(
    ("event", "moved"),
    [
        (lambda: e.TaskEdited(task="q/A", spec=TaskSpec(id="A", title="x")), True),
        (lambda: e.TaskSkipped(task="q/A", reason="no"), True),
        (lambda: e.TaskRemoved(task="q/A"), True),
        (lambda: e.QueueEdited(queue="q", spec=NEW), True),
        (lambda: e.QueuePaused(queue="q"), False),
        (lambda: e.TaskRemoved(task="other/A"), False),
        (lambda: e.TaskSkipped(task="other/A", reason="no"), False),
    ],
)
def test_a_queue_has_changed_when_its_specifications_or_statuses_have(
    world: World, event: Callable[[], e.Event], *, moved: bool
) -> None:
    seq = world.seq
    assert not changed_since(world, world.queues["q"], seq)
    happen(world, event())
    assert changed_since(world, world.queues["q"], seq) is moved
    assert not changed_since(world, world.queues["q"], world.seq)


@pytest.mark.parametrize(
    ("stamp", "found"),
    [(None, None), (Stamp(1, "c1"), 1), (Stamp(1, "another journal"), None), (Stamp(2, "c1"), None)],
)
def test_only_a_stamp_of_this_journal_and_its_past_counts(world: World, stamp: Stamp | None, found: int | None) -> None:
    assert base_seq(world, stamp) == found


def test_behind_the_last_there_is_always_room(world: World) -> None:
    assert behind_last(world, "q") == 70 + ORDER_STEP
    assert behind_last(world, "unknown") == ORDER_STEP

"""Rollbacks, at the edges that no transcript comes to."""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.documents import QueueDocument, Stamp, TaskEntry
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.world import PendingAction, World
from orchestrator.policy import rollback
from orchestrator.policy.asks import answer
from orchestrator.policy.humans import objection
from orchestrator.policy.saves import merge_save
from orchestrator.policy.seat import Seat
from orchestrator.views.statement import status_of, stuck_rollbacks
from orchestrator.views.story import tell


def world_of(*events: e.Event) -> World:
    world = World()
    queue = e.QueueAdded(queue="r", spec=QueueSpec(name="r"))
    first = e.TaskAdded(task="r/A", spec=TaskSpec(id="A", rollback="undo", agent="human"))
    second = e.TaskAdded(task="r/B", spec=TaskSpec(id="B", agent="human"), order=1)
    for event in (queue, first, second, *events):
        happen(world, event)
    return world


def happen(world: World, *events: e.Event) -> None:
    seq = world.seq + 1
    apply(world, e.Commit(seq=seq, id=f"c{seq}", prev="", at=seq * 1000, by="test", events=events))


def seat(queues: tuple[str, ...] | None = None) -> Seat:
    return Seat(me="A", scope=Scope(queues=queues), settings=Settings(), peers={"A": None}, targets={})


STEP = e.RollbackStep(queue="r", task="r/A", action="undo", key="rollback:r#1/A")
FAILED = (e.TaskCompleted(task="r/A"), e.TaskFailed(task="r/B", reason="no"))
STARTED = (*FAILED, e.RollbackStarted(queue="r", task="r/B"))
BLOCKED = (*STARTED, STEP, e.RollbackBlocked(queue="r", task="r/A", reason="exit 1"))


def test_a_failure_is_owed_until_the_rollback_is_recorded() -> None:
    world = world_of(*FAILED)
    assert rollback.starts(world) == (e.RollbackStarted(queue="r", task="r/B", reason="no"),)
    assert rollback.words(world.queues["r"]) == "queue r is about to be rolled back: r/B failed"
    assert rollback.going_on(world, seat()) == rollback.words(world.queues["r"])
    assert not rollback.going_on(world, seat(queues=("other",)))
    happen(world, e.TaskRemoved(task="r/B"))
    assert rollback.starts(world) == (e.RollbackStarted(queue="r", task="r/B", reason=""),)


def test_a_second_failure_begins_no_second_rollback() -> None:
    world = world_of(*FAILED, e.TaskFailed(task="r/A", reason="too"))
    assert world.queues["r"].rollback_due == "r/B"
    happen(world, e.RollbackStarted(queue="r", task="r/B"), e.TaskFailed(task="r/B", reason="again"))
    assert not rollback.starts(world)


def test_what_was_imported_as_completed_is_not_undone() -> None:
    imported = e.TaskAdded(
        task="r/OLD",
        spec=TaskSpec(id="OLD", rollback="undo"),
        imported=e.Imported(status=Status.COMPLETED),
    )
    world = world_of(imported, e.TaskFailed(task="r/B", reason="no"), e.RollbackStarted(queue="r", task="r/B"))
    assert [type(event) for event in rollback.steps(world, seat())] == [e.RollbackFinished, e.QueuePaused]


def test_a_step_removed_from_its_file_meanwhile_is_undone_all_the_same() -> None:
    world = world_of(*STARTED, STEP, e.TaskRemoved(task="r/A"))
    outcome = c.NoteAction(key=STEP.key, ok=True)
    assert rollback.consequences(world, world.actions[STEP.key], outcome) == (
        e.TaskRolledBack(task="r/A", queue="r", because="r/B"),
    )
    happen(world, e.TaskRolledBack(task="r/A", queue="r", because="r/B"))
    assert world.queues["r"].rollback is not None
    assert world.queues["r"].rollback.undone == ["r/A"]


def test_the_end_of_an_action_of_another_rollback_says_nothing() -> None:
    world = world_of(*STARTED)
    other = PendingAction(key="rollback:r#0/A", trigger="", action="undo", task="r/A")
    assert rollback.consequences(world, other, c.NoteAction(key=other.key, ok=True)) == ()


def test_a_person_reports_nothing_as_done_meanwhile() -> None:
    world = world_of(*STARTED)
    refusal = objection(world, world.tasks["r/B"], seat())
    assert refusal is not None
    assert refusal.text == "queue r is being rolled back because r/B failed; ask again once that is over"


def refused(world: World, ask: c.Ask) -> str:
    said = answer(world, ask, seat())
    assert isinstance(said, c.Refusal)
    return said.text


def test_meanwhile_nothing_of_the_queue_is_retried_skipped_reset_or_removed_and_what_is_owed_stays_owed() -> None:
    world = world_of(*BLOCKED)
    for ask in (
        c.Retry(task="r/A", by="ana"),
        c.Skip(task="r/A", reason="no", by="ana"),
        c.Retry(task="r/B", by="ana"),
    ):
        assert "ask again once that is over" in refused(world, ask)
    queue = world.queues["r"]
    entry = TaskEntry(spec=world.tasks["r/A"].spec, status=Status.PENDING, imported=e.Imported(), line=1)
    stamp = Stamp(seq=world.seq, journal=world.journal)
    saved = merge_save(world, QueueDocument(path="r.json", spec=queue.spec, tasks=(entry,), stamp=stamp))
    refusals = [event for event in saved if isinstance(event, e.EditRefused)]
    assert {event.task: "ask again once that is over" in event.reason for event in refusals} == {
        "r/A": True,
        "r/B": True,
    }


def test_again_runs_the_action_that_the_step_names_now() -> None:
    world = world_of(*BLOCKED)
    again = c.DecideRollback(queue="r", decision="again", by="ana")
    happen(world, e.TaskEdited(task="r/A", spec=TaskSpec(id="A", rollback="", agent="human")))
    assert "r/A names no rollback any more" in refused(world, again)
    happen(world, e.TaskEdited(task="r/A", spec=TaskSpec(id="A", rollback="undo-better", agent="human")))
    said = answer(world, again, seat())
    assert isinstance(said, tuple)
    happen(world, *said)
    assert world.actions["rollback:r#1/A"].action == "undo-better"


def test_a_queue_that_was_taken_back_goes_on_once_what_failed_has_failed_no_more() -> None:
    undone = e.TaskRolledBack(task="r/A", queue="r", because="r/B")
    over = (e.RollbackFinished(queue="r", task="r/B", undone=("r/A",)), e.QueuePaused(queue="r"))
    world = world_of(*STARTED, STEP, undone, *over)
    assert "`orchestrator retry r/B`, then `orchestrator resume r` goes on" in refused(
        world, c.Resume(queue="r", by="a")
    )
    assert "was rolled back because r/B failed" in status_of(world, 0, seat()).headline
    happen(world, e.TaskReset(task="r/B", reason="retry"))
    said = answer(world, c.Resume(queue="r", by="ana"), seat())
    assert isinstance(said, tuple)
    assert isinstance(said[0], e.QueueResumed)


def test_a_rollback_that_waits_for_a_person_is_the_one_thing_that_matters() -> None:
    world = world_of(*BLOCKED)
    answer = status_of(world, 10_000, seat())
    assert answer.headline.startswith(
        "the rollback of r/A failed 3 times: exit 1; mend it, then `orchestrator rollback r"
    )
    assert [stuck.task for stuck in stuck_rollbacks(world)] == ["r/A"]
    assert not rollback.going_on(world, seat())


def test_a_claim_nobody_here_may_take_over_is_not_waited_for() -> None:
    claimed = e.TaskClaimed(task="r/A", attempt=1, worker="gone")
    world = world_of(claimed, e.TaskFailed(task="r/B", reason="no"))
    assert not rollback.going_on(
        world, Seat(me="A", scope=Scope(task="r/B"), settings=Settings(), peers={"A": None}, targets={})
    )
    assert rollback.going_on(world, seat())


def test_each_event_is_told() -> None:
    left = e.RollbackDecided(queue="r", task="r/A", decision="leave", by="ana", reason="harmless")
    again = e.RollbackDecided(queue="r", task="r/A", decision="again", by="ana")
    over = e.RollbackFinished(queue="r", task="r/B", undone=("r/A",), left=("r/C",))
    told = [said.text for event in (*BLOCKED[2:], left, again, over) if (said := tell(event)) is not None]
    assert told == [
        "queue r is rolled back: r/B failed",
        "its rollback is to run (undo, key rollback:r#1/A)",
        "its rollback does not succeed: exit 1",
        "ana leaves it as it is: harmless",
        "ana says: try its rollback again",
        "queue r is rolled back: undone r/A, left as it is: r/C",
    ]

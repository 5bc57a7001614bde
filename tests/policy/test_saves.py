"""A person saves a queue file: what it asks is applied or refused, once, and nothing else changes."""

import msgspec
import pytest

from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.documents import QueueDocument, Stamp, TaskEntry
from orchestrator.model.events import Imported
from orchestrator.model.fold import apply
from orchestrator.model.specs import GateSpec, Notify, QueueSpec, Status, TaskSpec, TriggerSpec
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import World
from orchestrator.policy.saves import merge_save
from orchestrator.policy.versions import ORDER_STEP, shown

JOURNAL = "first"


class Desk:
    """A person's desk: a world, and the file `queues/q.json` as documents."""

    def __init__(self) -> None:
        self.world = World()
        self.happen(e.QueueResumed(queue="nobody"))

    def happen(self, *events: e.Event) -> None:
        seq = self.world.seq + 1
        apply(
            self.world, e.Commit(seq=seq, id=JOURNAL if seq == 1 else f"c{seq}", prev="", at=seq, by="t", events=events)
        )

    def save(self, document: QueueDocument) -> tuple[e.Event, ...]:
        events = merge_save(self.world, document)
        if events:
            self.happen(*events)
        return events

    def render(self) -> QueueDocument:
        """Give the file as it is shown now."""
        queue = self.world.queues["q"]
        tasks = sorted((self.world.tasks[ref] for ref in queue.tasks), key=lambda t: t.order)
        return QueueDocument(
            path="queues/q.json",
            spec=queue.spec,
            tasks=tuple(entry(t.spec.id, t.spec, status=shown(t)) for t in tasks),
            triggers=tuple(t.spec for t in self.world.triggers.values()),
            gates=tuple(g.spec for g in self.world.gates.values()),
            stamp=Stamp(self.world.seq, self.world.journal),
        )

    def finish(self, ref: str) -> None:
        self.happen(e.TaskClaimed(task=ref, attempt=1, worker="w"))
        self.happen(e.TaskCompleted(task=ref))

    def status(self, ref: str) -> Status:
        return self.world.tasks[ref].status


def entry(task_id: str, spec: TaskSpec | None = None, status: Status = Status.PENDING, **fields: object) -> TaskEntry:
    spec = msgspec.structs.replace(spec or TaskSpec(id=task_id), **fields)
    return TaskEntry(spec=spec, status=status, imported=Imported(status=status), line=1)


def file(*tasks: TaskEntry, **fields: object) -> QueueDocument:
    document = QueueDocument(path="queues/q.json", spec=QueueSpec(name="q", path="queues/q.json"), tasks=tasks)
    return msgspec.structs.replace(document, **fields)


def changed(document: QueueDocument, task_id: str, **fields: object) -> QueueDocument:
    """Edit one task of a file; `status` is its status, anything else a field of its specification."""

    def edit(one: TaskEntry) -> TaskEntry:
        status = fields.get("status", one.status)
        rest = {k: v for k, v in fields.items() if k != "status"}
        return msgspec.structs.replace(one, spec=msgspec.structs.replace(one.spec, **rest), status=status)

    tasks = tuple(edit(one) if one.spec.id == task_id else one for one in document.tasks)
    return msgspec.structs.replace(document, tasks=tasks)


def without(document: QueueDocument, task_id: str) -> QueueDocument:
    return msgspec.structs.replace(document, tasks=tuple(t for t in document.tasks if t.spec.id != task_id))


def plus(document: QueueDocument, *tasks: TaskEntry) -> QueueDocument:
    return msgspec.structs.replace(document, tasks=(*document.tasks, *tasks))


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.save(file(entry("A"), entry("B"), entry("C")))
    return desk


# -- first sight -----------------------------------------------------------------------------------------------------


def test_a_new_file_adds_its_queue_and_then_its_tasks_in_order() -> None:
    desk = Desk()
    events = desk.save(file(entry("A"), entry("B")))
    assert [type(event) for event in events] == [e.QueueAdded, e.TaskAdded, e.TaskAdded]
    assert desk.world.tasks["q/A"].order < desk.world.tasks["q/B"].order
    assert desk.save(desk.render()) == ()


def test_a_task_seen_for_the_first_time_keeps_its_status_and_in_progress_reads_as_pending() -> None:
    desk = Desk()
    desk.save(file(entry("A", status=Status.COMPLETED), entry("B", status=Status.IN_PROGRESS), entry("C")))
    assert [desk.status(f"q/{name}") for name in "ABC"] == [Status.COMPLETED, Status.PENDING, Status.PENDING]
    assert desk.world.tasks["q/A"].imported == Imported(status=Status.COMPLETED)
    assert desk.world.tasks["q/C"].imported is None
    assert desk.render().tasks[1].status is Status.IN_PROGRESS
    assert desk.save(desk.render()) == ()


def test_a_status_imported_as_in_progress_can_be_set_to_pending_by_hand_and_asks_nothing() -> None:
    desk = Desk()
    desk.save(file(entry("B", status=Status.IN_PROGRESS)))
    assert desk.save(changed(desk.render(), "B", status=Status.PENDING)) == ()


# -- what a person changes -------------------------------------------------------------------------------------------


def test_saving_what_was_rendered_asks_nothing(desk: Desk) -> None:
    assert desk.save(desk.render()) == ()


def test_an_edit_an_addition_and_a_removal_are_applied_in_one_commit(desk: Desk) -> None:
    document = plus(without(changed(desk.render(), "A", title="new"), "C"), entry("D"))
    events = desk.save(document)
    assert {type(event) for event in events} == {e.TaskEdited, e.TaskRemoved, e.TaskAdded}
    assert desk.world.tasks["q/A"].spec.title == "new"
    assert set(desk.world.tasks) == {"q/A", "q/B", "q/D"}


def test_the_same_save_read_twice_asks_nothing_the_second_time(desk: Desk) -> None:
    document = changed(plus(without(desk.render(), "C"), entry("D")), "A", title="new", status=Status.SKIPPED)
    assert desk.save(document)
    assert desk.save(document) == ()


def test_a_stale_save_edits_only_what_its_writer_changed(desk: Desk) -> None:
    stale = desk.render()
    desk.save(changed(desk.render(), "A", title="theirs", priority=0))
    desk.save(changed(stale, "A", description="mine"))
    spec = desk.world.tasks["q/A"].spec
    assert (spec.title, spec.priority, spec.description) == ("theirs", 0, "mine")


def test_unknown_fields_are_merged_key_by_key_and_numbers_keep_their_spelling() -> None:
    desk = Desk()
    desk.save(file(entry("A", details='{"x":1,"y":1.50,"z":3}')))
    stale = desk.render()
    desk.save(changed(stale, "A", details='{"x":2,"y":1.50,"z":3}'))
    desk.save(changed(stale, "A", details='{"x":1,"y":1.50,"n":123456789012345678901234567890}'))
    assert desk.world.tasks["q/A"].spec.details == '{"x":2,"y":1.50,"n":123456789012345678901234567890}'


def test_unknown_fields_in_another_order_are_no_edit() -> None:
    desk = Desk()
    desk.save(file(entry("A", details='{"x":1,"y":2}')))
    stale = desk.render()
    desk.save(changed(stale, "A", details='{"x":1,"y":2,"z":3}'))
    assert desk.save(changed(stale, "A", details='{"y":2,"x":1}')) == ()


def test_tasks_added_after_the_stamp_are_kept_by_a_stale_save(desk: Desk) -> None:
    stale = desk.render()
    desk.save(plus(desk.render(), entry("D")))
    assert desk.save(stale) == ()
    assert "q/D" in desk.world.tasks


def test_a_buffer_saved_again_with_its_old_stamp_still_edits_the_task_it_added(desk: Desk) -> None:
    buffer = plus(desk.render(), entry("D", title="one"))
    desk.save(buffer)
    desk.finish("q/D")
    desk.save(changed(buffer, "D", title="two"))
    assert desk.world.tasks["q/D"].spec.title == "two"
    assert desk.status("q/D") is Status.COMPLETED


def test_a_stale_save_does_not_bring_back_a_task_that_was_removed_since(desk: Desk) -> None:
    stale = desk.render()
    desk.save(without(desk.render(), "B"))
    assert desk.save(stale) == ()
    assert "q/B" not in desk.world.tasks


def test_an_edit_of_a_task_that_was_removed_since_is_not_lost(desk: Desk) -> None:
    stale = desk.render()
    desk.save(without(desk.render(), "B"))
    desk.save(changed(stale, "B", title="still needed"))
    assert desk.world.tasks["q/B"].spec.title == "still needed"


def test_a_removed_task_written_into_the_current_file_is_new_and_its_attempts_are_numbered_on(desk: Desk) -> None:
    desk.finish("q/B")
    desk.save(without(desk.render(), "B"))
    assert isinstance(desk.save(plus(desk.render(), entry("B")))[0], e.TaskAdded)
    assert desk.status("q/B") is Status.PENDING
    assert desk.world.tasks["q/B"].attempts == 1


def test_a_task_in_progress_is_not_removed_but_can_be_edited(desk: Desk) -> None:
    desk.happen(e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    (refused,) = desk.save(without(desk.render(), "A"))
    assert isinstance(refused, e.EditRefused)
    assert "orchestrator cancel q/A" in refused.reason
    desk.save(changed(desk.render(), "A", dependencies=("q/B",)))
    assert desk.world.tasks["q/A"].spec.dependencies == ("q/B",)


def test_what_completed_since_the_stamp_is_not_removed(desk: Desk) -> None:
    stale = desk.render()
    desk.finish("q/A")
    (refused,) = desk.save(without(stale, "A"))
    assert isinstance(refused, e.EditRefused)
    assert desk.save(without(desk.render(), "A")) == (e.TaskRemoved(task="q/A"),)


def test_an_id_that_differs_only_in_case_is_refused(desk: Desk) -> None:
    (refused,) = desk.save(plus(desk.render(), entry("a")))
    assert isinstance(refused, e.EditRefused)
    assert "only in case" in refused.reason
    renamed = plus(without(desk.render(), "A"), entry("a"))
    assert {type(event) for event in desk.save(renamed)} == {e.TaskRemoved, e.TaskAdded}


# -- status by hand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.BLOCKED, Status.FAILED, Status.IN_PROGRESS])
def test_only_pending_and_skipped_are_set_by_hand(desk: Desk, status: Status) -> None:
    (refused,) = desk.save(changed(desk.render(), "A", status=status))
    assert isinstance(refused, e.EditRefused)
    assert status.value in refused.reason
    assert desk.status("q/A") is Status.PENDING


def test_pending_over_failed_resets_once_even_when_the_same_buffer_is_saved_again(desk: Desk) -> None:
    desk.happen(e.TaskFailed(task="q/A", reason="x"))
    buffer = changed(desk.render(), "A", status=Status.PENDING)
    assert isinstance(desk.save(buffer)[0], e.TaskReset)
    desk.happen(e.TaskFailed(task="q/A", reason="again"))
    assert desk.save(buffer) == ()
    assert desk.status("q/A") is Status.FAILED


def test_completed_is_left_only_by_an_edit_against_the_current_stamp(desk: Desk) -> None:
    desk.happen(e.TaskFailed(task="q/A", reason="x"))
    stale = desk.render()
    desk.happen(e.TaskReset(task="q/A", reason="retry"))
    desk.finish("q/A")
    assert desk.save(stale) == ()
    assert desk.save(changed(stale, "A", status=Status.PENDING)) == ()
    (refused,) = desk.save(changed(stale, "A", status=Status.SKIPPED))
    assert isinstance(refused, e.EditRefused)
    assert desk.status("q/A") is Status.COMPLETED
    assert isinstance(desk.save(changed(desk.render(), "A", status=Status.PENDING))[0], e.TaskReset)
    assert desk.status("q/A") is Status.PENDING


def test_blocked_reset_from_a_stale_copy_is_refused_once_it_completed(desk: Desk) -> None:
    desk.happen(e.TaskBlocked(task="q/A", reason="x"))
    stale = desk.render()
    desk.happen(e.TaskCompleted(task="q/A", by="ana"))
    (refused,) = desk.save(changed(stale, "A", status=Status.PENDING))
    assert isinstance(refused, e.EditRefused)
    assert "orchestrator retry q/A" in refused.reason


def test_skipped_skips_a_task_that_started_meanwhile(desk: Desk) -> None:
    stale = desk.render()
    desk.happen(e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    desk.save(changed(stale, "A", status=Status.SKIPPED))
    assert desk.status("q/A") is Status.SKIPPED


# -- no stamp --------------------------------------------------------------------------------------------------------


def test_a_file_without_stamp_can_only_add(desk: Desk) -> None:
    bare = file(entry("A", title="other"), entry("D"))
    added, refused = desk.save(bare)
    assert isinstance(added, e.TaskAdded)
    assert isinstance(refused, e.EditRefused)
    assert refused.task == "q/A"
    assert set(desk.world.tasks) == {"q/A", "q/B", "q/C", "q/D"}
    assert desk.save(bare) == ()


def test_a_file_without_stamp_that_differs_in_nothing_asks_nothing(desk: Desk) -> None:
    assert desk.save(msgspec.structs.replace(desk.render(), stamp=None)) == ()


def test_a_file_that_says_what_it_first_said_asks_nothing_however_far_its_tasks_have_come() -> None:
    """A crash before the first rendering leaves the file as its writer saved it, and nobody asked for anything."""
    desk = Desk()
    first = file(entry("A"), entry("B", status=Status.IN_PROGRESS), entry("C", status=Status.COMPLETED))
    desk.save(first)
    desk.happen(e.TaskClaimed(task="q/A", attempt=1, worker="w"), e.TaskFailed(task="q/B", reason="x"))
    desk.happen(e.TaskReset(task="q/C", reason="retry"))
    assert desk.save(first) == ()
    assert desk.save(changed(first, "A", title="other"))


@pytest.mark.parametrize("stamp", [Stamp(3, "another"), Stamp(99, JOURNAL)])
def test_a_stamp_of_another_journal_or_of_the_future_counts_as_none(desk: Desk, stamp: Stamp) -> None:
    document = msgspec.structs.replace(without(desk.render(), "A"), stamp=stamp)
    assert desk.save(document) == ()
    assert "q/A" in desk.world.tasks


def test_the_same_refusal_from_a_newer_copy_is_told_again(desk: Desk) -> None:
    assert desk.save(changed(desk.render(), "A", status=Status.FAILED))
    assert desk.save(changed(desk.render(), "A", status=Status.FAILED))


# -- the queue itself, triggers and gates ----------------------------------------------------------------------------


def test_queue_fields_are_merged_like_a_tasks(desk: Desk) -> None:
    stale = desk.render()
    desk.save(msgspec.structs.replace(stale, spec=msgspec.structs.replace(stale.spec, locked=True)))
    desk.save(msgspec.structs.replace(stale, spec=msgspec.structs.replace(stale.spec, agent="codex")))
    assert (desk.world.queues["q"].spec.locked, desk.world.queues["q"].spec.agent) == (True, "codex")


def test_queue_fields_without_stamp_are_refused_with_the_queue_named(desk: Desk) -> None:
    bare = msgspec.structs.replace(desk.render(), stamp=None, spec=QueueSpec(name="q", locked=True))
    (refused,) = desk.save(bare)
    assert isinstance(refused, e.EditRefused)
    assert not desk.world.queues["q"].locked
    assert desk.save(bare) == ()


def test_a_queue_made_without_a_file_takes_the_first_files_fields() -> None:
    desk = Desk()
    desk.happen(e.QueueAdded(queue="q", spec=QueueSpec(name="q")), e.TaskAdded(task="q/A", spec=TaskSpec(id="A")))
    desk.save(file(entry("A"), entry("B"), spec=QueueSpec(name="q", locked=True)))
    assert desk.world.queues["q"].spec == QueueSpec(name="q", path="queues/q.json", locked=True)
    assert set(desk.world.tasks) == {"q/A", "q/B"}


TRIGGER = TriggerSpec(id="t", when=TaskIs(task="q/A"), do=(Notify("done"),))
GATE = GateSpec(id="g", approvers=("ana",))


def test_triggers_and_gates_are_defined_changed_and_removed_with_their_file(desk: Desk) -> None:
    desk.save(msgspec.structs.replace(desk.render(), triggers=(TRIGGER,), gates=(GATE,)))
    assert desk.world.triggers["t"].spec.source == "queues/q.json"
    stale = desk.render()
    louder = msgspec.structs.replace(TRIGGER, do=(Notify("DONE"),))
    desk.save(msgspec.structs.replace(desk.render(), triggers=(louder,)))
    assert desk.save(stale) == ()
    assert desk.world.triggers["t"].spec.do == (Notify("DONE"),)
    desk.save(msgspec.structs.replace(desk.render(), triggers=(), gates=()))
    assert (desk.world.triggers, desk.world.gates) == ({}, {})
    assert desk.save(stale) == ()
    assert (desk.world.triggers, desk.world.gates) == ({}, {})


def test_a_trigger_another_file_defines_is_refused(desk: Desk) -> None:
    desk.happen(e.TriggerDefined(trigger="t", spec=msgspec.structs.replace(TRIGGER, source="queues/other.json")))
    (refused,) = desk.save(file(*desk.render().tasks, triggers=(TRIGGER,), stamp=desk.render().stamp))
    assert isinstance(refused, e.EditRefused)
    assert "queues/other.json" in refused.reason


def test_triggers_in_a_file_without_stamp_are_added_but_not_changed(desk: Desk) -> None:
    bare = msgspec.structs.replace(desk.render(), stamp=None, triggers=(TRIGGER,))
    assert isinstance(desk.save(bare)[0], e.TriggerDefined)
    louder = msgspec.structs.replace(TRIGGER, do=(Notify("DONE"),))
    (refused,) = desk.save(msgspec.structs.replace(bare, triggers=(louder,)))
    assert isinstance(refused, e.EditRefused)
    assert desk.world.triggers["t"].spec.do == (Notify("done"),)


def test_a_refused_file_that_is_renamed_takes_its_queue_along_and_stays_refused(desk: Desk) -> None:
    bare = msgspec.structs.replace(desk.render(), stamp=None, spec=QueueSpec(name="q", locked=True))
    desk.save(bare)
    (moved,) = desk.save(msgspec.structs.replace(bare, path="queues/new.json"))
    assert isinstance(moved, e.QueueEdited)
    assert (moved.spec.path, moved.spec.locked) == ("queues/new.json", False)


def test_a_trigger_follows_its_file_when_that_is_renamed(desk: Desk) -> None:
    desk.save(msgspec.structs.replace(desk.render(), triggers=(TRIGGER,)))
    desk.save(msgspec.structs.replace(desk.render(), path="queues/renamed.json"))
    assert desk.world.triggers["t"].spec.source == "queues/renamed.json"
    assert desk.world.queues["q"].spec.path == "queues/renamed.json"


# -- order -----------------------------------------------------------------------------------------------------------


def in_order(desk: Desk) -> str:
    refs = desk.world.queues["q"].tasks
    return "".join(sorted((r.removeprefix("q/") for r in refs), key=lambda n: desk.world.tasks[f"q/{n}"].order))


def test_a_task_put_between_two_others_moves_neither(desk: Desk) -> None:
    now = desk.render()
    events = desk.save(msgspec.structs.replace(now, tasks=(now.tasks[0], entry("X"), *now.tasks[1:])))
    assert [type(event) for event in events] == [e.TaskAdded]
    assert in_order(desk) == "AXBC"


def test_moving_one_task_edits_only_that_task(desk: Desk) -> None:
    a, b, c = desk.render().tasks
    events = desk.save(msgspec.structs.replace(desk.render(), tasks=(c, a, b)))
    assert len(events) == 1
    assert isinstance(events[0], e.TaskEdited)
    assert in_order(desk) == "CAB"
    assert desk.save(desk.render()) == ()


def test_when_there_is_no_room_between_neighbours_all_are_numbered_anew(desk: Desk) -> None:
    for number in range(14):
        now = desk.render()
        desk.save(msgspec.structs.replace(now, tasks=(now.tasks[0], entry(f"x{number}"), *now.tasks[1:])))
    orders = sorted(task.order for task in desk.world.tasks.values())
    assert len(set(orders)) == 17
    assert orders[-1] >= 3 * ORDER_STEP
    assert [t.spec.id for t in desk.render().tasks][:3] == ["A", "x13", "x12"]


def test_a_task_that_lands_this_very_moment_is_not_let_go_of(desk: Desk) -> None:
    desk.save(file(entry("A")))
    copy = desk.render()
    prepared = e.TrainProposed(task="q/A", attempt=1, target="main", commit="c", tree="t", onto="o")
    passed = e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=Verdict.PASS, tree="t", base="o", merged=True)
    desk.happen(e.TaskClaimed(task="q/A", attempt=1, worker="w"), prepared, passed)
    (refused,) = desk.save(changed(copy, "A", status=Status.SKIPPED))
    assert isinstance(refused, e.EditRefused)
    assert "landing this very moment" in refused.reason

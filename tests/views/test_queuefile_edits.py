"""People and the orchestrator change one queue file in any order: nothing is lost, doubled or undone."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from orchestrator.codec.queuefile import read_queue
from orchestrator.model import events as e
from orchestrator.model.documents import QueueDocument
from orchestrator.model.fold import apply
from orchestrator.model.specs import Status, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.saves import merge_save
from orchestrator.views.queuefile import render_queue

PATH = "queues/q.json"
START = [
    {"id": "A", "title": "a", "note": 1},
    {"id": "B", "title": "b", "status": "pending"},
    {"id": "C", "title": "c"},
]
BY_HAND = ["pending", "skipped", "completed", "in_progress", "failed"]
anyone = st.integers(0, 7)
Tasks = dict[str, dict[str, Any]]


def tasks_of(text: str) -> Tasks:
    return {task["id"]: task for task in json.loads(text)["tasks"]}


class Buffer(msgspec.Struct):
    """An editor's window: what it was opened on, and what stands in it."""

    base: str
    text: str

    def change(self, tasks: Tasks) -> None:
        self.text = json.dumps({**json.loads(self.text), "tasks": list(tasks.values())}, indent=1)


class Editing(RuleBasedStateMachine):
    """The world, the file, some open windows, and what must hold of them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.file = json.dumps({"tasks": START})
        self.buffers: list[Buffer] = []
        self.titles = {"A": "a", "B": "b", "C": "c"}
        self.gone: set[str] = set()
        self.count = 0
        self.read()

    # -- the orchestrator ----------------------------------------------------------------------------------------------

    def happen(self, *events: e.Event) -> None:
        seq = self.world.seq + 1
        name = "first" if seq == 1 else f"c{seq}"
        apply(self.world, e.Commit(seq=seq, id=name, prev="", at=seq, by="t", events=events))

    def read(self) -> tuple[e.Event, ...]:
        events = merge_save(self.world, self.document())
        if events:
            self.happen(*events)
        self.file = render_queue(self.world, "q", self.file.encode()).decode()
        return events

    def document(self) -> QueueDocument:
        return read_queue(self.file.encode(), path=PATH)

    def some(self, number: int) -> str:
        refs = sorted(self.world.queues["q"].tasks)
        return refs[number % len(refs)]

    @precondition(lambda self: self.world.queues["q"].tasks)
    @rule(number=anyone, how=st.sampled_from(["claim", "complete", "fail", "block", "release", "reset"]))
    def work(self, number: int, how: str) -> None:
        ref = self.some(number)
        attempt = self.world.tasks[ref].attempts + 1
        event: dict[str, e.Event] = {
            "claim": e.TaskClaimed(task=ref, attempt=attempt, worker="w"),
            "complete": e.TaskCompleted(task=ref),
            "fail": e.TaskFailed(task=ref, reason="tests"),
            "block": e.TaskBlocked(task=ref, reason="secrets"),
            "release": e.TaskReleased(task=ref, reason="stopped"),
            "reset": e.TaskReset(task=ref, reason="retry"),
        }
        self.happen(event[how])

    @rule()
    def add_by_command(self) -> None:
        self.count += 1
        name = f"N{self.count}"
        self.titles[name] = "added"
        self.happen(e.TaskAdded(task=f"q/{name}", spec=TaskSpec(id=name, title="added"), order=self.count * 50))

    @precondition(lambda self: self.world.queues["q"].tasks)
    @rule(number=anyone)
    def edit_by_command(self, number: int) -> None:
        self.count += 1
        task = self.world.tasks[self.some(number)]
        self.titles[task.spec.id] = f"t{self.count}"
        self.happen(e.TaskEdited(task=task.ref, spec=msgspec.structs.replace(task.spec, title=f"t{self.count}")))

    @rule()
    def render(self) -> None:
        self.file = render_queue(self.world, "q", self.file.encode()).decode()

    # -- people --------------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.buffers) < 3)
    @rule()
    def open(self) -> None:
        self.buffers.append(Buffer(self.file, self.file))

    @precondition(lambda self: self.buffers)
    @rule(which=anyone, number=anyone, status=st.sampled_from(BY_HAND), saved=st.booleans())
    def type_status(self, which: int, number: int, status: str, *, saved: bool) -> None:
        self.type(which, number, status=status)
        self.save_if(which, saved=saved)

    @precondition(lambda self: self.buffers)
    @rule(which=anyone, number=anyone, saved=st.booleans())
    def type_title(self, which: int, number: int, *, saved: bool) -> None:
        self.count += 1
        self.type(which, number, title=f"t{self.count}")
        self.save_if(which, saved=saved)

    def save_if(self, which: int, *, saved: bool) -> None:
        if saved:
            self.save(which, close=False)

    def type(self, which: int, number: int, **fields: str) -> None:
        buffer = self.buffers[which % len(self.buffers)]
        tasks = tasks_of(buffer.text)
        if tasks:
            list(tasks.values())[number % len(tasks)].update(fields)
        buffer.change(tasks)

    @precondition(lambda self: self.buffers)
    @rule(which=anyone, number=anyone, how=st.sampled_from(["add", "remove", "move"]), saved=st.booleans())
    def type_structure(self, which: int, number: int, how: str, *, saved: bool) -> None:
        buffer = self.buffers[which % len(self.buffers)]
        tasks = list(tasks_of(buffer.text).values())
        place = number % (len(tasks) + 1)
        if how == "add":
            self.count += 1
            tasks.insert(place, {"id": f"N{self.count}", "title": f"t{self.count}"})
        elif tasks and how == "remove":
            tasks.pop(number % len(tasks))
        elif tasks:
            tasks.insert(place, tasks.pop(0))
        buffer.change({task["id"]: task for task in tasks})
        self.save_if(which, saved=saved)

    @precondition(lambda self: self.buffers)
    @rule(which=anyone)
    def strip_the_stamp(self, which: int) -> None:
        buffer = self.buffers[which % len(self.buffers)]
        buffer.text = json.dumps({key: value for key, value in json.loads(buffer.text).items() if key != "summary"})

    @precondition(lambda self: self.buffers)
    @rule(which=anyone, close=st.booleans())
    def save(self, which: int, *, close: bool) -> None:
        buffer = self.buffers[which % len(self.buffers)]
        text = buffer.text
        before = {ref: task.status for ref, task in self.world.tasks.items()}
        self.file = text
        stamp = self.document().stamp
        self.expect(buffer, stamped=stamp is not None)
        since = self.completed_after(stamp.seq if stamp else None)
        self.read()
        for ref in since:
            assert self.world.tasks[ref].status is Status.COMPLETED, "an old copy undid what was finished"
        if stamp is None:
            now = {ref: self.world.tasks[ref].status for ref in before}
            assert now == before, "a file without stamp changed what was there"
        before = {ref: task.status for ref, task in self.world.tasks.items()}
        self.file = text
        assert all(isinstance(event, e.TaskEdited | e.EditRefused) for event in self.read()), "asked twice"
        assert before == {ref: task.status for ref, task in self.world.tasks.items()}
        if close:
            self.buffers.remove(buffer)

    def completed_after(self, seq: int | None) -> list[str]:
        done = [task for task in self.world.tasks.values() if task.status is Status.COMPLETED]
        return [task.ref for task in done if seq is None or task.statuses[-1][0] > seq]

    def expect(self, buffer: Buffer, *, stamped: bool) -> None:
        """Work out, from what its writer saw and wrote, which titles there must be afterwards."""
        base, wanted = tasks_of(buffer.base), tasks_of(buffer.text)
        for name, task in wanted.items():
            known = f"q/{name}" in self.world.tasks
            first = self.first_title(name) if known else None
            seen = base[name]["title"] if name in base else first
            if not known and (name not in self.gone or not stamped or task["title"] != seen):
                if name not in self.gone or not stamped or name in base or task["title"] != self.last_first(name):
                    self.titles[name] = task["title"]
                    self.gone.discard(name)
            elif known and stamped and task["title"] != seen:
                self.titles[name] = task["title"]
        for name in base.keys() - wanted.keys() if stamped else ():
            task_now = self.world.tasks.get(f"q/{name}")
            if task_now is None or self.stays(task_now.ref, buffer):
                continue
            self.titles.pop(name, None)
            self.gone.add(name)

    def first_title(self, name: str) -> str:
        return self.world.tasks[f"q/{name}"].specs[0][1].title

    def last_first(self, name: str) -> str:
        return self.world.removed[f"q/{name}"][1].specs[0][1].title

    def stays(self, ref: str, buffer: Buffer) -> bool:
        stamp = read_queue(buffer.text.encode(), path=PATH).stamp
        task = self.world.tasks[ref]
        late = stamp is not None and (ref in self.completed_after(stamp.seq) or task.added_seq > stamp.seq)
        return late or task.status is Status.IN_PROGRESS

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def no_task_and_no_title_is_lost(self) -> None:
        assert {task.spec.id: task.spec.title for task in self.world.tasks.values()} == self.titles

    @invariant()
    def what_was_merged_is_not_asked_again(self) -> None:
        rendered = render_queue(self.world, "q", self.file.encode())
        again = merge_save(self.world, read_queue(rendered, path=PATH))
        assert all(isinstance(event, e.TaskEdited) and event.order is not None for event in again)
        assert render_queue(self.world, "q", rendered) == rendered

    @invariant()
    def the_file_shows_every_task_as_it_stands(self) -> None:
        rendered = json.loads(render_queue(self.world, "q", self.file.encode()))["tasks"]
        shown = {task["id"]: (task["title"], task.get("status", "pending")) for task in rendered}
        assert shown == {t.spec.id: (t.spec.title, t.status.value) for t in self.world.tasks.values()}


Editing.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
test_people_and_the_orchestrator_edit_one_file = pytest.mark.slow(Editing.TestCase)

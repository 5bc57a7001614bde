"""A queue's file as the world has it, every other byte as its owner wrote it."""

import json
from pathlib import Path

import msgspec
import pytest

from orchestrator.codec.queuefile import read_queue
from orchestrator.files.exchange import Changed, Failed, Missing, Replaced, Same
from orchestrator.model import events as e
from orchestrator.model.documents import Stamp
from orchestrator.model.fold import apply
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.saves import merge_save
from orchestrator.views.queuefile import QueueFiles, has_work, render_queue

PATH = "queues/q.json"
TEXT = b"""{
  "project":   "clinic", "notes": [1.50,
     123456789012345678901234567890],
  "features": [
    {"id": "A", "title": "first", "file": "a.py", "files": ["b.py"], "x": {"y": 1.50}, "status": "pending"},
    {"id": "B", "depends_on": ["A"], "priority": "P1", "status": "complete", "attempts": 23}
  ]
}
"""


class Project:
    """A world and the text of one queue file, kept in step the way the daemon does it."""

    def __init__(self, text: bytes = TEXT) -> None:
        self.world = World()
        self.text = text
        self.sync()

    def happen(self, *events: e.Event) -> None:
        seq = self.world.seq + 1
        apply(
            self.world, e.Commit(seq=seq, id="first" if seq == 1 else f"c{seq}", prev="", at=seq, by="t", events=events)
        )

    def sync(self, text: bytes | None = None) -> tuple[e.Event, ...]:
        self.text = self.text if text is None else text
        events = merge_save(self.world, read_queue(self.text, path=PATH))
        if events:
            self.happen(*events)
        self.text = render_queue(self.world, "q", self.text)
        return events

    def render(self) -> bytes:
        self.text = render_queue(self.world, "q", self.text)
        return self.text

    def task(self, name: str) -> dict[str, object]:
        return next(task for task in json.loads(self.text)["features"] if task["id"] == name)


@pytest.fixture
def project() -> Project:
    return Project()


def test_on_import_only_the_stamp_is_written(project: Project) -> None:
    text = project.text.decode()
    for line in TEXT.decode().splitlines():
        assert line in text
    summary = json.loads(text)["summary"]
    assert (summary["seq"], summary["journal"], summary["total"], summary["pending"]) == (1, "first", 2, 1)
    assert project.sync() == ()


def test_rendering_twice_changes_nothing(project: Project) -> None:
    once = project.render()
    assert project.render() == once


def test_what_happens_elsewhere_does_not_change_the_file(project: Project) -> None:
    before = project.text
    project.happen(e.QueueAdded(queue="other", spec=QueueSpec(name="other")))
    assert project.render() == before


def test_results_appear_with_the_first_event_and_in_the_files_words(project: Project) -> None:
    project.happen(e.TaskClaimed(task="q/A", attempt=1, worker="w"), e.TaskCompleted(task="q/A"))
    project.render()
    assert project.task("A")["status"] == "complete"
    assert project.task("A")["attempts"] == 1
    assert project.task("B")["attempts"] == 23
    assert b'"x": {"y": 1.50}' in project.text
    assert json.loads(project.text)["summary"]["seq"] == 2
    assert project.sync() == ()


def test_a_failure_tells_why_until_the_task_is_reset(project: Project) -> None:
    project.happen(e.TaskFailed(task="q/A", reason="30 iterations are used up"))
    project.render()
    assert project.task("A")["error"] == "30 iterations are used up"
    edited = project.text.replace(b'"status": "failed"', b'"status": "pending"')
    assert isinstance(project.sync(edited)[0], e.TaskReset)
    assert project.task("A")["error"] is None


def test_a_task_added_by_command_appears_in_the_file(project: Project) -> None:
    spec = TaskSpec(
        id="C", title="new", dependencies=("q/A", "other/X"), details='{"n":123456789012345678901234567890}'
    )
    project.happen(e.TaskAdded(task="q/C", spec=spec, order=9000))
    project.render()
    assert project.task("C")["dependencies"] == ["A", "other/X"]
    assert b'"n": 123456789012345678901234567890' in project.text
    assert project.sync() == ()


def test_a_task_removed_elsewhere_disappears(project: Project) -> None:
    project.happen(e.TaskRemoved(task="q/A"))
    assert b'"A"' not in project.render().split(b'"features"')[1].split(b"depends_on")[0]
    assert project.sync() == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "other"},
        {"dependencies": ("q/A", "gate:g")},
        {"dependencies": ()},
        {"priority": 0},
        {"files": ("z.py",)},
        {"files": ("a.py", "c.py")},
        {"files": ()},
        {"details": ""},
        {"details": '{"x":{"y":2},"z":[1]}'},
        {"agent": "codex", "max_iterations": 3, "checks": ()},
        {"estimate_s": 7200},
    ],
)
@pytest.mark.parametrize("name", ["A", "B"])
def test_an_edit_by_command_is_written_and_reads_back_the_same(
    project: Project, name: str, fields: dict[str, object]
) -> None:
    spec = msgspec.structs.replace(project.world.tasks[f"q/{name}"].spec, **fields)
    project.happen(e.TaskEdited(task=f"q/{name}", spec=spec))
    project.render()
    assert project.sync() == ()
    assert project.world.tasks[f"q/{name}"].spec == spec


def test_a_field_written_under_two_names_is_put_right_by_an_edit() -> None:
    project = Project(b'{"tasks": [{"id": "A", "dependencies": ["x/1"], "depends_on": ["x/2"], "estimate": "2h"}]}')
    spec = msgspec.structs.replace(project.world.tasks["q/A"].spec, dependencies=("x/1",), estimate_s=3600 * 5)
    project.happen(e.TaskEdited(task="q/A", spec=spec))
    project.render()
    assert project.sync() == ()
    assert project.world.tasks["q/A"].spec == spec


def test_a_refused_status_is_put_right_and_the_refusal_not_repeated(project: Project) -> None:
    edited = project.text.replace(b'"status": "pending"', b'"status": "blocked"')
    (refused,) = project.sync(edited)
    assert isinstance(refused, e.EditRefused)
    assert project.task("A")["status"] == "pending"
    assert project.sync() == ()


def test_a_refused_removal_is_written_back(project: Project) -> None:
    project.happen(e.TaskClaimed(task="q/B", attempt=1, worker="w"))
    start = project.text.index(b'    {"id": "B"')
    without = project.text[:start].rstrip().removesuffix(b",") + b"\n  ]\n}\n"
    assert isinstance(project.sync(without)[0], e.EditRefused)
    assert project.task("B")["status"] == "in_progress"
    project.sync()
    assert set(project.world.tasks) == {"q/A", "q/B"}


def test_a_file_without_its_stamp_is_put_right_and_stamped_again(project: Project) -> None:
    bare = TEXT.replace(b'"first"', b'"changed"')
    (refused,) = project.sync(bare)
    assert isinstance(refused, e.EditRefused)
    assert project.task("A")["title"] == "first"
    assert project.sync() == ()
    edited = project.text.replace(b'"first", "file"', b'"changed", "file"')
    assert isinstance(project.sync(edited)[0], e.TaskEdited)


def test_fields_of_the_queue_refused_without_a_stamp_stay_refused_when_stamped(project: Project) -> None:
    bare = TEXT.replace(b'"project"', b'"locked": true, "project"')
    assert [type(event) for event in project.sync(bare)] == [e.EditRefused]
    assert project.sync() == ()
    assert not project.world.queues["q"].locked
    project.sync(project.text.replace(b'"locked": true', b'"locked": true, "title": "t"'))
    assert project.world.queues["q"].locked


def test_what_was_refused_once_can_be_asked_for_again_after_something_else_was_accepted(project: Project) -> None:
    locked = b'"locked": true, "project"'
    project.sync(TEXT.replace(b'"project"', locked))
    project.sync(project.text.replace(b'"locked": true, ', b'"title": "t", '))
    project.sync(project.text.replace(b'"title": "t", ', b'"locked": true, '))
    assert project.world.queues["q"].locked


def test_a_queue_without_a_file_is_not_written(tmp_path: Path, project: Project) -> None:
    project.happen(e.QueueAdded(queue="prompt", spec=QueueSpec(name="prompt")))
    assert QueueFiles(tmp_path).write(project.world, "prompt", b'{"tasks": []}') == Same()


def test_an_id_refused_for_its_case_stays_in_the_file_and_removes_nobody(project: Project) -> None:
    project.happen(e.TaskAdded(task="q/C", spec=TaskSpec(id="C"), order=9000))
    mine = project.text.replace(b'{"id": "A"', b'{"id": "c", "title": "mine"}, {"id": "A"')
    assert [type(event) for event in project.sync(mine)] == [e.EditRefused]
    assert b'"mine"' in project.text
    assert project.sync() == ()
    assert "q/C" in project.world.tasks
    project.sync(project.text.replace(b'"id": "c"', b'"id": "D"'))
    assert {"q/C", "q/D"} <= set(project.world.tasks)
    assert project.task("C")["status"] == "pending"


def test_a_text_nobody_can_read_stays_as_it_is(project: Project) -> None:
    assert render_queue(project.world, "q", b'{"tasks": [') == b'{"tasks": ['
    assert render_queue(project.world, "unknown", TEXT) == TEXT


def test_a_stamp_of_another_journal_is_replaced(project: Project) -> None:
    project.sync(project.text.replace(b'"journal": "first"', b'"journal": "other"'))
    assert read_queue(project.text, path=PATH).stamp == Stamp(project.world.seq, "first")


# -- on disk -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "queues").mkdir()
    (tmp_path / PATH).write_bytes(TEXT)
    return tmp_path


def test_a_file_is_written_only_when_there_is_something_new(root: Path, project: Project) -> None:
    files = QueueFiles(root)
    assert files.write(project.world, "q", TEXT) == Replaced()
    text = (root / PATH).read_bytes()
    assert text == project.text
    assert files.write(project.world, "q", text) == Same()


def test_a_save_nobody_merged_is_not_written_over(root: Path, project: Project) -> None:
    (root / PATH).write_bytes(TEXT + b"\n")
    assert QueueFiles(root).write(project.world, "q", TEXT) == Changed()
    assert (root / PATH).read_bytes() == TEXT + b"\n"


def test_a_deleted_file_comes_back_while_its_queue_has_work(root: Path, project: Project) -> None:
    files = QueueFiles(root)
    (root / PATH).unlink()
    assert files.write(project.world, "q", TEXT) == Missing()
    assert files.restore(project.world, "q", TEXT) == Replaced()
    assert (root / PATH).read_bytes() == project.text
    (root / PATH).unlink()
    project.happen(e.TaskSkipped(task="q/A", reason="x"))
    assert not has_work(project.world, "q")
    assert files.restore(project.world, "q", TEXT) == Same()


def test_a_queue_made_by_command_gets_a_file_that_reads_back_the_same(root: Path) -> None:
    project = Project()
    project.happen(
        e.QueueAdded(queue="r", spec=QueueSpec(name="r", path="queues/r.json")),
        e.TaskAdded(task="r/A", spec=TaskSpec(id="A", title="t"), order=1000),
    )
    assert QueueFiles(root).create(project.world, "r") == Replaced()
    document = read_queue((root / "queues/r.json").read_bytes(), path="queues/r.json")
    assert merge_save(project.world, document) == ()
    assert document.tasks[0].status is Status.PENDING


def test_a_missing_folder_is_a_clear_failure(tmp_path: Path, project: Project) -> None:
    outcome = QueueFiles(tmp_path).restore(project.world, "q", TEXT)
    assert isinstance(outcome, Failed | Missing)

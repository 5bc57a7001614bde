"""Tasks that come by command."""

import pytest

from orchestrator.errors import InvalidInputError
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.additions import add_task, define_prompt_task, edit_task, prompt_id


def happen(world: World, *events: e.Event) -> World:
    apply(world, e.Commit(seq=world.seq + 1, id="c", prev="", at=1, by="t", events=events))
    return world


@pytest.fixture
def world() -> World:
    spec = QueueSpec(name="q", path="queues/q.json")
    return happen(World(), e.QueueAdded(queue="q", spec=spec), e.TaskAdded(task="q/A", spec=TaskSpec(id="A"), order=7))


def test_a_task_is_added_behind_the_last(world: World) -> None:
    happen(world, *add_task(world, "q", TaskSpec(id="B")))
    assert world.tasks["q/B"].order > world.tasks["q/A"].order


@pytest.mark.parametrize(("queue", "name", "why"), [("r", "B", "no queue r"), ("q", "a", "q/A"), ("q", "../x", "id")])
def test_what_cannot_be_added_says_why(world: World, queue: str, name: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        add_task(world, queue, TaskSpec(id=name))


def test_an_edit_that_changes_nothing_asks_nothing(world: World) -> None:
    assert edit_task(world, "q/A", TaskSpec(id="A")) == ()
    assert edit_task(world, "q/A", TaskSpec(id="A", title="x")) == (
        e.TaskEdited(task="q/A", spec=TaskSpec(id="A", title="x")),
    )


@pytest.mark.parametrize(("ref", "name"), [("q/Z", "Z"), ("q/A", "B")])
def test_an_edit_of_an_unknown_task_or_of_an_id_is_refused(world: World, ref: str, name: str) -> None:
    with pytest.raises(InvalidInputError):
        edit_task(world, ref, TaskSpec(id=name))


def test_a_prompt_becomes_a_task_once(world: World) -> None:
    ref, events = define_prompt_task(world, "fix the login", "# Fix\n\nthe login")
    assert ref == "prompt/fix-the-login"
    assert [type(event) for event in events] == [e.QueueAdded, e.TaskAdded]
    happen(world, *events)
    assert world.tasks[ref].spec.title == "Fix"
    assert define_prompt_task(world, "fix the login", "# Fix\n\nthe login") == (ref, ())


def test_another_text_under_the_same_name_starts_an_ended_prompt_anew(world: World) -> None:
    ref, events = define_prompt_task(world, "p", "one")
    happen(world, *events)
    happen(world, *define_prompt_task(world, "p", "two")[1])
    happen(world, e.TaskCompleted(task=ref))
    happen(world, *define_prompt_task(world, "p", "three")[1])
    assert (world.tasks[ref].status, world.tasks[ref].spec.description) == (Status.PENDING, "three")


def test_an_empty_prompt_is_refused(world: World) -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        define_prompt_task(world, "p", " \n")


@pytest.mark.parametrize(("stem", "name"), [("ok-1", "ok-1"), ("a..b", "a-b"), ("äö", "prompt"), (".x.lock", "x")])
def test_any_file_name_makes_a_usable_id(stem: str, name: str) -> None:
    assert prompt_id(stem) == name

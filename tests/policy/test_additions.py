"""A prompt file as a task."""

import pytest

from orchestrator.errors import InvalidInputError
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.additions import define_prompt_task, prompt_id


def happen(world: World, *events: e.Event) -> World:
    apply(world, e.Commit(seq=world.seq + 1, id="c", prev="", at=1, by="t", events=events))
    return world


@pytest.fixture
def world() -> World:
    spec = QueueSpec(name="q", path="queues/q.json")
    return happen(World(), e.QueueAdded(queue="q", spec=spec), e.TaskAdded(task="q/A", spec=TaskSpec(id="A"), order=7))


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

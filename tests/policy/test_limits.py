"""What a task gets where it does not say so itself."""

import pytest

from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import (
    AgentSettings,
    CheckSettings,
    QueueSettings,
    RepoSettings,
    RoleSettings,
    Settings,
)
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.verdicts import Finding
from orchestrator.model.world import PendingAction, Task, World
from orchestrator.policy import limits
from orchestrator.policy.seat import Seat, repository_of

AGENTS = {name: AgentSettings(name=name) for name in ("sh", "codex")}


def seat(settings: Settings) -> Seat:
    return Seat(me="w", scope=Scope(), settings=settings, peers={}, targets={})


def one_task(queue: QueueSpec | None = None, **spec: object) -> tuple[World, Task]:
    world = World()
    task = TaskSpec(id="T", **spec)  # type: ignore[arg-type]
    events = (e.QueueAdded(queue="q", spec=queue or QueueSpec(name="q")), e.TaskAdded(task="q/T", spec=task))
    apply(world, e.Commit(seq=1, id="c", prev="", at=1, by="t", events=events))
    return world, world.tasks["q/T"]


@pytest.mark.parametrize(
    ("own", "queues", "configured", "found"),
    [
        (("a",), ("b",), ("c",), ("a",)),
        ((), ("b",), ("c",), ()),
        (None, ("b",), ("c",), ("b",)),
        (None, None, ("c",), ("c",)),
        (None, None, None, ("lint", "honest")),
    ],
)
def test_checks_are_the_tasks_own_else_its_queues_else_all_and_honest(
    own: tuple[str, ...] | None, queues: tuple[str, ...] | None, configured: tuple[str, ...] | None, found: object
) -> None:
    settings = Settings(checks={"lint": CheckSettings(name="lint")}, queues={"q": QueueSettings(checks=configured)})
    world, task = one_task(QueueSpec(name="q", checks=queues), checks=own)
    assert limits.checks(world, task, settings) == found


def test_honest_is_asked_once_and_also_where_a_queue_is_not_configured() -> None:
    settings = Settings(checks={"honest": CheckSettings(name="honest", builtin="honest")})
    assert limits.checks(*one_task(), settings) == ("honest",)


@pytest.mark.parametrize(
    ("own", "queues", "found"), [("DONE", "READY", "DONE"), (None, "READY", "READY"), (None, None, None)]
)
def test_the_promise_is_the_tasks_own_else_its_queues(own: str | None, queues: str | None, found: str | None) -> None:
    assert limits.promise(*one_task(QueueSpec(name="q", completion_promise=queues), completion_promise=own)) == found


@pytest.mark.parametrize(
    ("own", "role", "queues", "found"),
    [(0, 5, 7, 0), (3, 5, 7, 3), (None, 5, 7, 5), (None, None, 7, 7), (None, None, None, 30)],
)
def test_iterations_are_the_tasks_own_else_its_roles_else_its_queues_else_the_projects(
    own: int | None, role: int | None, queues: int | None, found: int
) -> None:
    settings = Settings(agent="sh", agents=AGENTS, roles={"careful": RoleSettings(agent="sh", max_iterations=role)})
    world, task = one_task(QueueSpec(name="q", max_iterations=queues), agent="careful", max_iterations=own)
    assert limits.max_iterations(world, task, seat(settings)) == found


def test_nobody_is_told_with_the_reason() -> None:
    staffed = limits.staffed(*one_task(), seat(Settings()))
    assert staffed.agent == ""
    assert "no agent" in (staffed.warning or "")
    assert not limits.is_human(*one_task(), seat(Settings()))


def test_waits_grow_and_end() -> None:
    assert [limits.backoff_ms(n) for n in (0, 1, 2, 5, 6, 99)] == [1000, 2000, 4000, 32_000, 60_000, 60_000]
    tries = [limits.retry_at(PendingAction(key="k", trigger="t", action="a", tries=n)) for n in (1, 2, 3, 6, 99)]
    assert tries == [10_000, 20_000, 40_000, 300_000, 300_000]


@pytest.mark.parametrize("findings", [(), (Finding(message="test_x fails"), Finding(message="test_y fails"))])
def test_an_exhausted_task_says_what_was_found_first_and_what_to_do(findings: tuple[Finding, ...]) -> None:
    text = limits.exhausted("q/T", 3, findings)
    assert ("test_x fails" in text) is bool(findings)
    assert "`orchestrator retry q/T`" in text


def test_a_queue_lands_where_it_says_then_where_its_repository_says_then_where_the_project_says() -> None:
    repos = {"lib": RepoSettings(name="lib", path="../lib", base="release"), "new": RepoSettings(name="new")}
    own = {"a": QueueSettings(repo="lib"), "b": QueueSettings(repo="lib", base="main")}
    settings = Settings(base="trunk", repos=repos, queues=own)
    named = {name: repository_of(settings, QueueSpec(name=name)) for name in ("a", "b", "c")}
    assert named == {"a": ("lib", "release"), "b": ("lib", "main"), "c": ("", "trunk")}
    assert repository_of(settings, QueueSpec(name="a", repo="new")) == ("new", "trunk")
    assert repository_of(Settings(), QueueSpec(name="a", repo="unheard of")) == ("unheard of", "")

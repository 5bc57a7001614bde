"""The loop-state file of one worker slot: front matter for machines, the task for people."""

import json
import re
from typing import Any

import pytest

from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.model.world import Task, World
from orchestrator.policy.seat import Seat
from orchestrator.views.loopstate import file_name, loop_state

AT = 1_767_225_600_000
KEYS = [
    "iteration", "max_iterations", "completion_promise", "agent_name", "session_id", "started_at", "project_name",
    "task_id", "queue", "attempt", "verdict", "next_step",
]  # fmt: skip
SPEC = TaskSpec(
    id="A", title='Log in: #1, "quoted"\n---\nnasty: yes', description="Do it.\n---\nReally.",
    completion_promise="DONE: 'é' - !tag", max_iterations=7,
)  # fmt: skip
CLAIMED = e.TaskClaimed(task="q/A", attempt=1, worker="w1")
STARTED = e.IterationStarted(task="q/A", attempt=1, iteration=2, agent="codex", sandbox="L2", base="b")
FAILED = e.VerdictReached(
    task="q/A", attempt=1, iteration=2, verdict=Verdict.FAIL, tree="t", base="b",
    findings=(Finding(message="test_x\nfails", path="a.py", line=3),),
)  # fmt: skip


def after(*events: e.Event, spec: TaskSpec = SPEC) -> tuple[World, Task]:
    world = World()
    defined = (e.QueueAdded(queue="q", spec=QueueSpec(name="q")), e.TaskAdded(task="q/A", spec=spec))
    apply(world, e.Commit(seq=1, id="c", prev="", at=AT, by="t", events=(*defined, *events)))
    return world, world.tasks["q/A"]


def written(*events: e.Event, spec: TaskSpec = SPEC) -> str:
    settings = Settings(agent="sh", agents={"sh": AgentSettings(name="sh")})
    seat = Seat(me="w1", scope=Scope(), settings=settings, peers={"w1": None}, targets={"q": "main"})
    return loop_state(*after(*events, spec=spec), seat, 'clinic: "north"')


def front_matter(text: str) -> dict[str, Any]:
    """Read the front matter as YAML would: one scalar a line, each a JSON value, which YAML reads as it is."""
    begin, front, _ = text.split("---\n", 2)
    assert begin == ""
    found: dict[str, Any] = {}
    for line in front.splitlines():
        name, value = line.split(": ", 1)
        assert re.fullmatch(r"[a-z_]+", name)
        found[name] = json.loads(value)
    return found


def test_the_front_matter_has_every_key_in_order_whatever_people_write() -> None:
    said = front_matter(written(CLAIMED, STARTED, FAILED))
    assert list(said) == KEYS
    assert said == {
        "iteration": 2, "max_iterations": 7, "completion_promise": "DONE: 'é' - !tag", "agent_name": "codex",
        "session_id": "w1", "started_at": "2026-01-01T00:00:00Z", "project_name": 'clinic: "north"', "task_id": "A",
        "queue": "q", "attempt": 1, "verdict": "FAIL", "next_step": "start the next iteration",
    }  # fmt: skip


def test_before_anything_happened_what_is_not_known_is_null() -> None:
    said = front_matter(written(spec=TaskSpec(id="A")))
    empty = {name for name, value in said.items() if value is None}
    assert empty == {"completion_promise", "session_id", "started_at", "verdict"}
    assert (said["agent_name"], said["next_step"]) == ("sh", "claim it again")


def test_the_body_tells_the_task_and_the_last_findings() -> None:
    body = written(CLAIMED, STARTED, FAILED).split("---\n", 2)[2]
    assert "Do it.\n---\nReally." in body
    assert "## Last findings\n\n- a.py:3 test_x fails\n" in body
    assert written(spec=TaskSpec(id="A")).endswith("---\n# A\n")


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ((CLAIMED,), "prepare the workspace"),
        ((CLAIMED, STARTED), "the agent is working"),
        ((CLAIMED, STARTED, e.TaskReleased(task="q/A", reason="draining")), "resume: the agent is working"),
        ((CLAIMED, e.AttemptEnded(task="q/A", attempt=1, reason="merge conflict")), "claim it again"),
        ((CLAIMED, STARTED, e.TaskBlocked(task="q/A", reason="edits ci")), "none: blocked"),
        ((CLAIMED, e.TaskCompleted(task="q/A"), e.AttemptEnded(task="q/A", attempt=1, reason="merged")),
         "none: completed"),
    ],
)  # fmt: skip
def test_the_next_step_is_what_comes_next(events: tuple[e.Event, ...], says: str) -> None:
    assert front_matter(written(*events))["next_step"] == says


@pytest.mark.parametrize(("slot", "name"), [(1, "agent-loop.q.local.md"), (2, "agent-loop.q.2.local.md")])
def test_each_slot_has_its_file(slot: int, name: str) -> None:
    _, task = after(e.TaskClaimed(task="q/A", attempt=1, worker="w1", slot=slot))
    assert file_name(task) == name

"""`status` in the shape and the words people script against."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.fold import apply
from orchestrator.model.hours import Window
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AccountSettings, AgentSettings, Budget, Settings
from orchestrator.model.specs import GateSpec, QueueSpec, Status, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.seat import Seat
from orchestrator.views.statement import status_of

AT = 1_767_225_600_000
"""2026-01-01T00:00:00Z"""
SETTINGS = Settings(agent="sh", agents={"sh": AgentSettings(name="sh")}, budget=Budget(iterations=9, per_day_usd=5.0))


def after(*events: e.Event, tasks: Sequence[str] = ("A", "B")) -> World:
    """Give a queue `q` of some tasks after these events."""
    world = World()
    first: list[e.Event] = [e.QueueAdded(queue="q", spec=QueueSpec(name="q"))]
    first += [e.TaskAdded(task=f"q/{name}", spec=TaskSpec(id=name, title=f"Task {name}")) for name in tasks]
    for seq, told in enumerate([tuple(first), *((event,) for event in events)], 1):
        apply(world, e.Commit(seq=seq, id=f"c{seq}", prev="", at=AT, by="t", events=told))
    return world


def status(world: World, *alive: str, now: int = AT) -> dict[str, Any]:
    seat = Seat(me="reader", scope=Scope(), settings=SETTINGS, peers=dict.fromkeys(alive), targets={"q": "main"})
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(status_of(world, now, seat, _pid, ("a notice",))))
    return found


def _pid(_task: str, _attempt: int, _iteration: int) -> int:
    return 4711


CLAIMED = e.TaskClaimed(task="q/A", attempt=1, worker="w")
STARTED = e.IterationStarted(task="q/A", attempt=1, iteration=1, agent="sh", sandbox="L0", base="b")
FINISHED = e.AgentFinished(task="q/A", attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=1, usd=0.25)
CAPTURED = e.IterationCaptured(task="q/A", attempt=1, iteration=1, commit="c" * 40, tree="t", ref="refs/o/1")


def test_it_has_every_field_of_the_contract() -> None:
    said = status(after(CLAIMED, STARTED, e.GateDefined(gate="g", spec=GateSpec(id="g", approvers=("ana",)))), "w")
    assert {"seq", "queues", "gates", "workers", "budget"} <= said.keys()
    (queue,) = said["queues"]
    assert {"name", "locked", "paused", "parked_until", "summary", "tasks"} <= queue.keys()
    counts = {status.value: 0 for status in Status} | {"in_progress": 1, "pending": 1}
    assert queue["summary"] == {"total": 2, **counts}
    fields = {"id", "status", "attempts", "iterations", "verdict", "reason", "agent", "owner", "branch", "commit"}
    assert {*fields, "cost_usd"} <= queue["tasks"][0].keys()
    assert said["workers"] == [
        {
            "id": "w", "queue": "q", "task": "q/A", "attempt": 1, "iteration": 1, "step": "agent",
            "since": "2026-01-01T00:00:00Z", "agent": "sh", "pid": 4711, "alive": True,
        }
    ]  # fmt: skip
    (gate,) = said["gates"]
    assert (gate["id"], gate["state"], gate["waiting_for"]) == ("g", "ready", ["1 signature of ana"])
    assert said["notices"] == ["a notice"]


def test_money_and_iterations_stand_beside_their_limits() -> None:
    budget = status(after(CLAIMED, STARTED, FINISHED))["budget"]
    assert budget["iterations"] == {"used": 1, "limit": 9}
    assert budget["usd"] == {"used": 0.25, "limit": None}
    assert budget["day_usd"] == {"used": 0.25, "limit": 5.0}
    tomorrow = status(after(CLAIMED, STARTED, FINISHED), now=AT + 86_400_000)["budget"]
    assert tomorrow["day_usd"]["used"] == 0.0


def test_what_nobody_knows_the_price_of_is_said_with_what_to_do() -> None:
    unknown = msgspec.structs.replace(FINISHED, usd=0.0, priced=False)
    first, second = status(after(CLAIMED, STARTED, unknown, msgspec.structs.replace(unknown, model="m-1")))["notices"][
        1:
    ]
    assert "1 call(s) by agent sh" in first
    assert "say model in [agents.sh]" in first
    assert 'add [prices."m-1"]' in second


def test_a_task_under_way_shows_who_has_it_and_where_its_work_is() -> None:
    task = status(after(CLAIMED, STARTED, FINISHED, CAPTURED), "w")["queues"][0]["tasks"][0]
    assert (task["owner"], task["reason"], task["branch"], task["agent"]) == ("w", None, "refs/o/1", "sh")
    assert (task["iterations"], task["cost_usd"], task["verdict"]) == (1, 0.25, None)


def test_a_worker_that_is_gone_is_not_alive_and_its_task_an_orphan() -> None:
    said = status(after(CLAIMED, STARTED))
    assert [worker["alive"] for worker in said["workers"]] == [False]
    reason = said["queues"][0]["tasks"][0]["reason"]
    assert (reason["code"], reason["since"], reason["until"]) == ("orphan", "2026-01-01T00:00:00Z", None)


def test_imported_results_are_shown_until_there_are_own_ones() -> None:
    known = e.Imported(status=Status.COMPLETED, verdict="PASS", commit="abc")
    world = after(e.TaskAdded(task="q/C", spec=TaskSpec(id="C", description="do it"), imported=known))
    task = status(world)["queues"][0]["tasks"][2]
    assert (task["status"], task["verdict"], task["commit"], task["title"]) == ("completed", "PASS", "abc", "do it")


def test_a_parked_lane_says_why_and_until_when() -> None:
    parked = e.LaneParked(queue="q", code="fault", text="git: not found", until=AT + 1000)
    (queue,) = status(after(parked))["queues"]
    assert queue["parked_until"] == "2026-01-01T00:00:01Z"
    assert (queue["park"]["code"], queue["park"]["text"]) == ("fault", "git: not found")


def test_an_account_is_told_of_while_it_waits() -> None:
    parked = e.AccountParked(account="team", code="limit", text="resets", until=AT + 1000, task="q/A")
    assert [account["name"] for account in status(after(parked))["accounts"]] == ["team"]
    assert status(after(parked), now=AT + 1000)["accounts"] == []
    by_hand = msgspec.structs.replace(parked, by_hand=True)
    (account,) = status(after(by_hand), now=AT + 1000)["accounts"]
    assert (account["until"], account["resets"]) == (None, "2026-01-01T00:00:01Z")
    assert "`orchestrator resume account:team` goes on" in account["text"]


def test_an_account_names_its_agents_and_the_tasks_that_wait_for_it() -> None:
    agents = {name: AgentSettings(name=name, account="team") for name in ("sh", "other")}
    settings = msgspec.structs.replace(SETTINGS, agents=agents)
    parked = e.AccountParked(account="team", code="limit", text="resets", until=AT + 1000)
    seat = Seat(me="reader", scope=Scope(), settings=settings, peers={}, targets={"q": "main"})
    (account,) = status_of(after(parked), AT, seat).accounts
    assert (account.agents, account.waiting) == (("sh", "other"), ("q/A", "q/B"))


def test_hours_are_told_of_an_account_whose_every_agent_is_out_of_them() -> None:
    night = (Window(start=22 * 60, end=6 * 60, text="22:00-06:00"),)
    agents = {"sh": AgentSettings(name="sh", hours=night, account="team"), "free": AgentSettings(name="free")}
    shared = AccountSettings(name="free", hours=(Window(start=60, end=120, text="01:00-02:00"),))
    settings = Settings(agent="sh", agents=agents, accounts={"free": shared})
    seat = Seat(me="reader", scope=Scope(), settings=settings, peers={}, targets={"q": "main"})
    noon = status_of(after(), AT + 12 * 3_600_000, seat).accounts
    assert [(a.name, a.code, a.until) for a in noon] == [
        ("team", "hours", "2026-01-01T22:00:00Z"),
        ("free", "hours", "2026-01-02T01:00:00Z"),
    ]
    assert [a.name for a in status_of(after(), AT, seat).accounts] == ["free"]


@pytest.mark.parametrize(
    ("events", "spec", "state", "waiting"),
    [
        ((), GateSpec(id="g"), "ready", ["a process that opens it: `orchestrator run`"]),
        ((), GateSpec(id="g", requires=TaskIs(task="q/A")), "waiting", ["q/A"]),
        ((e.GateApproved(gate="g", by="ana"),), GateSpec(id="g", approvers=("ana", "bea"), quorum=2), "ready",
         ["1 signature of ana, bea"]),
        ((e.GateRejected(gate="g", by="ana", reason="no"),), GateSpec(id="g", approvers=("ana",)), "rejected",
         ["a new approval: ana rejected it (no)", "1 signature of ana"]),
        ((), GateSpec(id="g", deadline=AT), "expired", ["a later deadline: it has passed"]),
        ((e.GateOpened(gate="g"),), GateSpec(id="g", approvers=("ana",)), "open", []),
    ],
)  # fmt: skip
def test_a_gate_waits_for_nothing_exactly_when_it_is_open(
    events: tuple[e.Event, ...], spec: GateSpec, state: str, waiting: list[str]
) -> None:
    (gate,) = status(after(e.GateDefined(gate="g", spec=spec), *events))["gates"]
    assert (gate["state"], gate["waiting_for"]) == (state, waiting)


# -- the one thing that matters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "alive", "says"),
    [
        ((), (), "nothing is running; 2 task(s) could start: `orchestrator run`"),
        ((CLAIMED,), ("w",), "1 running, 0 of 2 done: q/A"),
        ((e.TaskBlocked(task="q/A", reason="edits ci"), e.TaskClaimed(task="q/B", attempt=1, worker="w")), ("w",),
         "1 task(s) wait for a person: `orchestrator inbox` (q/A)"),
        ((e.LaneParked(queue="q", code="fault", text="git: not found", until=AT),), (),
         "queue q is parked by a fault: git: not found"),
        ((e.TaskFailed(task="q/A", reason="no"),), (), "1 failed: `orchestrator explain q/A`"),
        ((e.TaskCompleted(task="q/A"), e.TaskSkipped(task="q/B", reason="no")), (), "all done"),
        ((e.TaskCompleted(task="q/A"), e.QueuePaused(queue="q")), (),
         "nothing is running; 1 of 2 done; queue q is paused: `orchestrator resume q`"),
    ],
)  # fmt: skip
def test_the_headline_is_the_one_thing_that_matters(
    events: tuple[e.Event, ...], alive: tuple[str, ...], says: str
) -> None:
    assert status(after(*events), *alive)["headline"] == says


def test_a_project_without_tasks_says_what_to_do() -> None:
    assert status(after(tasks=()))["headline"].startswith("no tasks yet")

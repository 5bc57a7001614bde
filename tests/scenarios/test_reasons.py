"""Why does it not run? One project walked through every reason there is, but for gates."""

import json
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.model.events import LaneParked
from tests.scenarios.conftest import Shop


def reasons(shop: Shop) -> dict[str, str]:
    """Give the one reason of each task that has not ended and does not run; the others must have none."""
    status = shop.status()
    running = {worker["task"] for worker in status["workers"] if worker["alive"]}
    found: dict[str, str] = {}
    for queue in status["queues"]:
        for task in queue["tasks"]:
            ref, reason = f"{queue['name']}/{task['id']}", task["reason"]
            quiet = task["status"] in {"completed", "failed", "skipped"} or ref in running
            assert (reason is None) == quiet, (ref, task)
            if reason is not None:
                assert reason["text"]
                found[ref] = reason["code"]
    return found


def reason(shop: Shop, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.task(ref)["reason"]
    return found


def test_before_anything_ran_each_task_says_what_it_waits_for(shop: Shop) -> None:
    later = "2999-01-01T09:00:00Z"
    shop.queue(
        "work",
        "A",
        {"id": "B", "dependencies": ["A"]},
        {"id": "C", "start": later},
        {"id": "D", "notice": "14d"},
        {"id": "E", "agent": "human", "owner": "ana"},
        {"id": "F", "agent": "human", "dependencies": ["A"]},
        {"id": "G", "status": "completed"},
        {"id": "H", "status": "blocked"},
    )
    shop.queue("shut", "A", {"id": "B", "dependencies": ["work/A"]}, locked=True)
    shop.commit()
    assert reasons(shop) == {
        "work/A": "ready",
        "work/B": "dependency",
        "work/C": "time",
        "work/D": "time",
        "work/E": "person",
        "work/F": "dependency",
        "work/H": "person",
        "shut/A": "locked",
        "shut/B": "dependency",
    }
    assert reason(shop, "work/C")["until"] == later
    assert not (shop.root / ".aibrain").exists()


@pytest.mark.slow
def test_every_other_reason_comes_and_goes_with_its_cause(shop: Shop) -> None:
    """Walk through conflict, paused, orphan, ready, fault, person, dependency and budget, in this order."""
    shop.config("[queues.work]\nworkers = 2\n")
    shop.queue(
        "work",
        {"id": "A", "file": "main.py", "priority": "P0"},
        {"id": "B", "file": "main.py"},
        {"id": "C", "dependencies": ["B"]},
    )
    shop.hold("a")
    shop.play("work/A", "works; gate a; claims")
    shop.play("work/B", "mkdir -p .github && echo on: push > .github/ci.yml; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    assert reasons(shop) == {"work/B": "conflict", "work/C": "dependency"}
    assert reason(shop, "work/B")["on"] == ["work/A"]

    assert shop.ask("pause", "work").code == 0
    assert reasons(shop) == {"work/B": "paused", "work/C": "dependency"}  # what runs goes on
    run.kill()
    assert reasons(shop) == {"work/A": "orphan", "work/B": "paused", "work/C": "dependency"}
    assert shop.ask("resume", "work").code == 0
    assert reasons(shop) == {"work/A": "orphan", "work/B": "conflict", "work/C": "dependency"}

    shop.open("a")
    (shop.root / "green.sh").rename(shop.root / "gone.sh")
    run = shop.start("run")
    shop.until("lane.parked", code="fault")
    run.kill()  # or we might look just while it probes
    assert reasons(shop) == {"work/A": "fault", "work/B": "fault", "work/C": "fault"}
    assert "green.sh" in reason(shop, "work/A")["text"]

    (shop.root / "gone.sh").rename(shop.root / "green.sh")
    assert shop.run().code == 1
    shop.until("task.completed", task="work/A")
    shop.until("task.blocked", task="work/B")
    assert reasons(shop) == {"work/B": "person", "work/C": "dependency"}

    shop.config("[budget]\niterations = 2\n")
    assert shop.ask("skip", "work/B", "--reason", "not needed").code == 0
    assert reasons(shop) == {"work/C": "budget"}
    shop.config("[budget]\niterations = 3\n")
    assert reasons(shop) == {"work/C": "ready"}


@pytest.mark.slow
def test_a_busy_worker_leaves_the_next_task_ready_and_a_stopped_one_is_not_taken_for_dead(shop: Shop) -> None:
    shop.queue("work", "A", "B")
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    assert reasons(shop) == {"work/B": "ready"}
    run.signal(signal.SIGSTOP)
    assert reasons(shop) == {"work/B": "ready"}
    run.signal(signal.SIGCONT)
    shop.open("a")
    assert run.wait().code == 0


@pytest.mark.slow
def test_a_lane_parked_until_a_limit_resets_says_until_when_and_goes_on_by_itself(shop: Shop) -> None:
    """The parking itself is noted as another process would: in the journal, expecting its head."""
    shop.queue("work", "A")
    shop.commit()
    assert shop.ask("pause", "work").code == 0
    assert shop.ask("resume", "work").code == 0
    shop.note(LaneParked(queue="work", code="parked", text="the limit resets tomorrow", until=moment(hours=24)))
    assert reasons(shop) == {"work/A": "parked"}
    assert reason(shop, "work/A")["until"] == shop.status()["queues"][0]["parked_until"]

    run = shop.start("run")
    shop.wait_alive()
    until = moment(seconds=0.5)
    shop.note(LaneParked(queue="work", code="parked", text="the limit resets soon", until=until))
    assert run.wait().code == 0
    claimed = datetime.fromisoformat(shop.events("task.claimed")[0]["at"])
    assert claimed.timestamp() * 1000 >= until


def moment(**later: float) -> int:
    """Give a moment from now, in milliseconds."""
    now = datetime.now(UTC)  # noqa: TID251 - the process under test has a clock of its own
    return int((now + timedelta(**later)).timestamp() * 1000)


def test_what_helps_where_a_person_is_waited_for_is_the_command_that_person_needs(shop: Shop) -> None:
    shop.queue("q", {"id": "SIGN", "agent": "human", "owner": "ana"}, {"id": "STUCK", "status": "blocked"})
    shop.commit()
    sign = shop.ask("explain", "q/SIGN").out
    assert "what helps: `orchestrator done q/SIGN --as WHO --evidence FILE`" in sign
    assert "decide" not in sign
    assert "`orchestrator decide q/STUCK revert|override|abort --reason ...`" in shop.ask("explain", "q/STUCK").out
    shop.ask("pause", "q")  # takes the file in
    inbox = shop.ask("inbox").out.splitlines()
    assert inbox[:2] == ["q/STUCK  STUCK", "  blocked: waits for a decision"]


@pytest.mark.slow
def test_a_worker_and_a_queue_are_explained(shop: Shop) -> None:
    """What a worker is at, who waits for it, what helps; what holds a queue, what is next."""
    shop.queue("work", "A", {"id": "B", "dependencies": ["A"]}, "C", "D", "E", "F")
    shop.queue("later", "X", unlock_when={"task": "work/A"})
    shop.queue("shut", "Y", locked=True)
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    (worker,) = shop.status()["workers"]
    why = shop.ask("explain", f"worker:{worker['id']}").out
    assert f"worker:{worker['id']}  alive" in why
    assert "work/A: attempt 1, iteration 1, agent" in why
    assert "`orchestrator retry work/A --take-over`" in why
    assert "behind it wait: work/B" in why
    assert json.loads(shop.ask("explain", f"worker:{worker['id']}", "--json").out)[0]["task"] == "work/A"
    nobody = shop.ask("explain", "worker:nobody")
    assert (nobody.code, f"at work: {worker['id']}" in nobody.err) == (2, True)

    queue = shop.ask("explain", "work").out
    assert "work  0 of 6 tasks have ended" in queue
    assert f"at work: work/A ({worker['id']})" in queue
    assert "could start now: C, D, E and 1 more" in queue
    assert "is unlocked by its `unlock_when`: waits for work/A" in shop.ask("explain", "later").out
    assert "nothing in the plan unlocks it" in shop.ask("explain", "shut").out
    assert shop.ask("pause", "work").code == 0
    assert "  paused since 2" in shop.ask("explain", "work").out

    run.kill()
    assert "`orchestrator run --queue work` goes on with" in shop.ask("explain", f"worker:{worker['id']}").out

"""Three tracks of one product in three terminals, on one branch; one of them dies in the middle."""

import json
import signal
import subprocess
from datetime import datetime

import pytest

from tests.scenarios.conftest import Shop, Terminal

UI = ("UI-1", "UI-2", "UI-3", "UI-4")
BACKEND = ("API-1", "API-2", "API-3", "API-4", "API-5")
CUSTOMER = ("CX-1", "CX-2", "CX-3", "CX-4")
HOURS = dict(zip((*UI, *BACKEND, *CUSTOMER), (1.5, 1.5, 1.5, 1.5, 2, 1, 1, 2, 2, 1, 1, 2, 2), strict=True))
BACKEND_COMMAND = ("run", "--queue", "backend", "--max-iterations", "30", "--non-interactive")


def chain(ids: tuple[str, ...], **more: list[str]) -> list[dict[str, object]]:
    """Give tasks of which each waits for the one before, and for what `more` names."""
    before = dict(zip(ids[1:], ids, strict=False))
    extra = {name.replace("_", "-"): waits for name, waits in more.items()}
    waits = {i: [*([before[i]] if i in before else []), *extra.get(i, [])] for i in ids}
    return [{"id": i, "dependencies": needs, "estimated_hours": HOURS[i]} for i, needs in waits.items()]


def build(shop: Shop) -> None:
    """Lay out the product and its three tracks."""
    shop.write("menu.py", "prices = 'old'\n")
    shop.queue("ui", *chain(UI, UI_3=["backend/API-4"]))
    shop.queue("backend", *chain(BACKEND))
    shop.queue(
        "customer",
        *chain(CUSTOMER, CX_4=["ui/UI-4", "backend/API-5"]),
        locked=True,
        triggers=[{"id": "open-customer", "when": "backend/API-3", "do": [{"unlock": "customer"}]}],
    )
    shop.play("backend/API-2", 'sed -i "s/old/from the backend/" menu.py; works; claims')
    shop.play(
        "ui/UI-2",
        """
        if [ "$attempt" = 1 ]; then sed -i "s/old/from the ui/" menu.py; gate ui-2
        else echo "prices = 'from the backend and the ui'" > menu.py; fi
        works; claims
        """,
    )
    shop.play("backend/API-3", "works; gate api-3; claims")
    shop.play("backend/API-4", "works; gate api-4; claims")
    shop.play("customer/CX-4", "test -s UI_4.py && test -s API_5.py && works; claims")
    for gate in ("ui-2", "api-3", "api-4"):
        shop.hold(gate)
    shop.commit()


def drop_edge(shop: Shop) -> None:
    """Save the queue file as a person who has it open would."""
    path = shop.root / "queues" / "ui.json"
    document = json.loads(path.read_text())
    task = next(task for task in document["tasks"] if task["id"] == "UI-3")
    task["dependencies"].remove("backend/API-4")
    path.write_text(json.dumps(document, indent=2))


def assert_every_commit_is_green(shop: Shop, at_least: int) -> None:
    commits = shop.git("rev-list", "--first-parent", "orchestrator/main").splitlines()
    assert len(commits) > at_least
    out = shop.base / "out"
    shop.git("worktree", "add", "-q", "--detach", str(out), commits[-1])
    for commit in commits:
        subprocess.run(["git", "checkout", "-q", commit], cwd=out, env=shop.env, check=True)
        subprocess.run([shop.root / "green.sh"], cwd=out, env=shop.env, check=True)


@pytest.mark.slow
def test_three_tracks_share_one_branch_and_one_of_them_dies_in_the_middle(shop: Shop) -> None:
    build(shop)
    the_claim_of_twenty_hours_in_eleven_is_computed(shop)
    one = shop.start("run", "--queue", "ui")
    shop.started("ui/UI-2")
    three = shop.start("run", "--queue", "customer", "--watch")
    two = shop.start(*BACKEND_COMMAND)
    shop.started("backend/API-3")
    assert not shop.events("task.claimed", task="customer/CX-1")

    two = cut_the_power_and_go_on(shop, two)
    the_third_track_starts_by_itself(shop)
    a_conflict_comes_back_to_the_agent(shop)
    an_edge_is_dropped_while_everything_runs(shop)

    assert (one.wait().code, two.wait().code) == (0, 0)
    shop.until("task.completed", task="customer/CX-4")
    assert three.alive  # it watches for more
    three.signal(signal.SIGTERM)
    assert three.wait().code == 0
    the_first_and_third_track_never_noticed(shop)
    assert_every_commit_is_green(shop, at_least=13)
    the_windows_tell_the_same_story(shop)
    what_it_took_is_measured(shop)


def the_claim_of_twenty_hours_in_eleven_is_computed(shop: Shop) -> None:
    plan = json.loads(shop.ask("plan", "--workers", "3", "--format", "json").out)
    assert (plan["sequential_hours"], plan["makespan_hours"]) == (20, 11)
    ways = [f"backend/API-{n}" for n in (1, 2, 3, 4)], ["ui/UI-3", "ui/UI-4", "customer/CX-4"]
    assert plan["critical_path"] == [*ways[0], *ways[1]]  # through the edge that only sounds like one
    assert plan["lower_bound_hours"] == 11 < plan["barrier_hours"]


def cut_the_power_and_go_on(shop: Shop, two: Terminal) -> Terminal:
    """Kill terminal 2 while its agent works: the same command goes on where it was; the agent is not called again."""
    two.kill()
    again = shop.start(*BACKEND_COMMAND)
    shop.until("task.claimed", task="backend/API-3", resumed=True)
    shop.open("api-3")
    shop.until("task.completed", task="backend/API-3")
    assert [(e["attempt"], e["iteration"]) for e in shop.events("agent.finished", task="backend/API-3")] == [(1, 1)]
    assert len(shop.events("iteration.started", task="backend/API-3")) == 1
    assert shop.ledger("backend/API-3") == ["1 1"]
    return again


def the_third_track_starts_by_itself(shop: Shop) -> None:
    unlocked = shop.until("queue.unlocked", queue="customer")[0]
    claimed = shop.until("task.claimed", task="customer/CX-1")[0]
    completed = shop.events("task.completed", task="backend/API-3")[0]
    assert completed["seq"] < unlocked["seq"] < claimed["seq"]
    assert shop.events("trigger.fired", trigger="open-customer")[0]["seq"] <= unlocked["seq"]


def a_conflict_comes_back_to_the_agent(shop: Shop) -> None:
    """UI-2 changed a line that API-2 has landed a change of meanwhile."""
    shop.open("ui-2")
    shop.until("task.completed", task="ui/UI-2")
    ended = shop.events("attempt.ended", task="ui/UI-2")
    assert [(e["attempt"], e["reason"]) for e in ended] == [(1, "merge conflict"), (2, "merged")]
    assert "menu.py" in (shop.run_dir("ui/UI-2", attempt=2) / "prompt.md").read_text()
    assert shop.git("show", "orchestrator/main:menu.py") == "prices = 'from the backend and the ui'"


def an_edge_is_dropped_while_everything_runs(shop: Shop) -> None:
    """UI-3 only sounded dependent on API-4: without the edge they run side by side."""
    shop.started("backend/API-4")
    assert shop.task("ui/UI-3")["reason"]["on"] == ["backend/API-4"]
    shop.play("ui/UI-3", "works; gate ui-3; claims")
    shop.hold("ui-3")
    drop_edge(shop)
    shop.started("ui/UI-3")
    workers = {worker["task"]: worker["alive"] for worker in shop.status()["workers"]}
    assert workers["ui/UI-3"]
    assert workers["backend/API-4"]
    the_windows_agree_while_it_runs(shop)
    shop.open("ui-3")
    shop.open("api-4")


def the_windows_agree_while_it_runs(shop: Shop) -> None:
    """With both agents held and the third track before its last task nothing moves: each window shows that moment."""
    shop.until("task.completed", task="customer/CX-3")
    told = {"backend": (3, 1, "backend/API-4"), "ui": (2, 1, "ui/UI-3"), "customer": (3, 0, "customer/CX-3")}
    board, verdicts = shop.state / "board.md", shop.state / "ralph-verification.log"

    def counted() -> bool:
        counts = {q: shop.saved(q)["summary"] for q in told}
        return all((counts[q]["completed"], counts[q]["in_progress"]) == told[q][:2] for q in told)

    shop.wait_for(counted, shop.root / "queues", f"queue files show {told}")
    lines = [f"| {q} | open | {told[q][0]}/" for q in told]
    shop.wait_for(lambda: all(line in board.read_text() for line in lines), shop.state, f"the board shows {lines}")
    for queue, (done, _, task) in told.items():
        log = shop.state / "logs" / f"{queue}.log"
        last = [json.loads(text) for text in log.read_text().splitlines()][-1]
        assert last["seq"] == max(e["seq"] for e in shop.events() if (e.get("task") or "").startswith(f"{queue}/"))
        assert last["task"] == task
        said = [text.split()[1:3] for text in verdicts.read_text().splitlines() if f" {queue}/" in text]
        assert len({ref for verdict, ref in said if verdict == "PASS"}) == done
        assert shop.ask("logs", "--queue", queue, "--json", "-n", "1").out == log.read_text().splitlines()[-1] + "\n"


def what_it_took_is_measured(shop: Shop) -> None:
    """Hours under claims against hours on the clock, as the journal has them."""
    measure = json.loads(shop.ask("report", "--json").out)["measure"]
    assert measure["estimated_hours"] == 20
    assert measure["speedup"] > 1  # tracks ran side by side
    moments = [datetime.fromisoformat(e["at"]) for e in shop.events("task.claimed") + shop.events("task.completed")]
    elapsed = (max(moments) - min(moments)).total_seconds() / 3600
    assert abs(measure["elapsed_hours"] - elapsed) < 0.002


def the_first_and_third_track_never_noticed(shop: Shop) -> None:
    assert not shop.events("task.blocked")
    assert not shop.events("task.failed")
    assert not shop.events("lane.parked")
    for queue, tasks in (("ui", UI), ("customer", CUSTOMER)):
        claims = [shop.events("task.claimed", task=f"{queue}/{task}") for task in tasks]
        assert len({claim["by"] for found in claims for claim in found}) == 1
        assert [claim["resumed"] for found in claims for claim in found].count(True) == 0


def the_windows_tell_the_same_story(shop: Shop) -> None:
    """Queue file, log, log of verdicts, board, status and `logs` agree with the journal."""
    counts = {queue["name"]: queue["summary"] for queue in shop.status()["queues"]}
    board = (shop.state / "board.md").read_text()
    verdicts = (shop.state / "ralph-verification.log").read_text().splitlines()
    for queue, tasks in (("ui", UI), ("backend", BACKEND), ("customer", CUSTOMER)):
        document = shop.saved(queue)
        assert counts[queue] == {key: document["summary"][key] for key in counts[queue]}
        assert counts[queue]["completed"] == counts[queue]["total"] == len(tasks)
        assert f"| {queue} | open | {len(tasks)}/{len(tasks)} |" in board
        log = (shop.state / "logs" / f"{queue}.log").read_text()
        told = [json.loads(line) for line in log.splitlines()]
        assert [e["task"] for e in told if e["event"] == "task.completed"] == [f"{queue}/{task}" for task in tasks]
        reached = [e for e in shop.events("verdict.reached") if e["task"].startswith(f"{queue}/")]
        said = [line.split()[1:4] for line in verdicts if f" {queue}/" in line]
        assert said == [[e["verdict"], e["task"], f"attempt={e['attempt']}"] for e in reached]
        assert document["by_id"][tasks[0]]["verification_verdict"] == "PASS"
    answer = shop.ask("logs", "--queue", "backend", "--json", "-n", "1000")
    assert answer.out == (shop.state / "logs" / "backend.log").read_text()

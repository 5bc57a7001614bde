"""How `run` ends: its exit codes, what signals do, and that the same command goes on after any of them."""

import json
import shutil
import signal

import pytest

from orchestrator.processes.sandbox import complaint
from tests.scenarios.conftest import Shop

CLAUDE = """\
#!/usr/bin/env python3
import json, pathlib, sys
assert "-p" in sys.argv and "fix the sign" in sys.stdin.read()
pathlib.Path("main.py").write_text("open = 'yes'\\n")
print(json.dumps({"type": "result", "subtype": "success", "is_error": False, "result": "done", "total_cost_usd": 0.25}))
"""


def done(shop: Shop) -> list[str]:
    return [event["task"] for event in shop.events("task.completed")]


@pytest.mark.slow
def test_limits_end_a_run_with_3_and_the_next_goes_on_until_0(shop: Shop) -> None:
    shop.queue("work", "A", "B", "C", "D")
    shop.commit()
    first = shop.run("--max-iterations", "1")
    assert (first.code, len(shop.events("iteration.started"))) == (3, 1)
    assert "limit" in first.out
    assert shop.run("--max-tasks", "1").code == 3
    assert done(shop) == ["work/A", "work/B"]
    assert shop.run("--task", "work/D").code == 0
    assert done(shop) == ["work/A", "work/B", "work/D"]

    before = shop.events()[-1]["seq"]
    last = shop.run("--output", "json")
    assert last.code == 0
    *commits, verdict = [json.loads(line) for line in last.out.splitlines()]
    assert [commit["seq"] for commit in commits] == list(range(before + 1, shop.events()[-1]["seq"] + 1))
    journal = b"".join(path.read_bytes() for path in sorted((shop.state / "journal").glob("*.jsonl")))
    assert all(line.encode() in journal for line in last.out.splitlines()[:-1])
    assert verdict == {"exit": 0, "reason": "all done"}


@pytest.mark.slow
def test_what_failed_or_is_blocked_ends_a_run_with_1_and_tells_what_to_do_next(shop: Shop) -> None:
    shop.config("[queues.work]\nworkers = 2\n")
    shop.queue("work", {"id": "LAZY", "max_iterations": 1}, "NOSY")
    shop.play("work/LAZY", "echo 'I would rather not'")
    shop.play("work/NOSY", "works; echo '{}' > queues/work.json; claims")
    shop.commit()
    answer = shop.run()
    assert answer.code == 1
    assert {t: task["status"] for t, task in shop.tasks().items()} == {"work/LAZY": "failed", "work/NOSY": "blocked"}
    assert "orchestrator inbox" in answer.out
    assert "work/LAZY" in answer.out
    assert shop.run().code == 1  # and it starts nothing anew
    assert len(shop.events("iteration.started")) == 2


@pytest.mark.slow
def test_what_cannot_start_ends_a_run_with_5_and_says_what_for(shop: Shop) -> None:
    shop.config(project='patience = "1s"')
    shop.queue("later", "A", locked=True)
    shop.queue("other", "A")
    shop.queue("work", {"id": "B", "dependencies": ["other/A"]})
    shop.commit()
    waiting = shop.run("--queue", "work")
    assert (waiting.code, "other/A" in waiting.out) == (5, True)
    locked = shop.run("--queue", "later")
    assert (locked.code, "locked" in locked.out) == (5, True)

    (shop.root / "green.sh").rename(shop.root / "gone.sh")
    fault = shop.run("--queue", "other")
    assert (fault.code, "green.sh" in fault.out) == (5, True)
    (shop.root / "gone.sh").rename(shop.root / "green.sh")
    assert shop.run().code == 5  # the locked one is left
    assert done(shop) == ["other/A", "work/B"]
    assert len(shop.events("agent.finished")) == 2  # what the agent had done was judged, not done again


@pytest.mark.slow
def test_a_run_is_stopped_while_the_configuration_is_broken(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    shop.write("orchestrator.toml", "x = [")
    assert shop.ask("stop", "--now").code == 0
    assert run.wait().code == 130
    assert (shop.guardians(), shop.processes()) == ([], [])


@pytest.mark.slow
def test_hanging_up_leaves_the_agent_at_work_and_stopping_twice_leaves_no_process(shop: Shop) -> None:
    shop.queue("work", "A", "B")
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    run.signal(signal.SIGHUP)
    assert run.wait().code == 130
    assert len(shop.guardians()) == 1
    assert shop.task("work/A")["reason"]["code"] == "orphan"

    run = shop.start("run")
    shop.until("task.claimed", task="work/A", resumed=True)
    assert shop.ledger("work/A") == ["1 1"]
    run.signal(signal.SIGTERM)
    run.says("finishing what runs")
    run.signal(signal.SIGTERM)
    assert run.wait().code == 130
    assert (shop.guardians(), shop.processes()) == ([], [])
    assert shop.task("work/A")["reason"]["code"] == "ready"

    run = shop.start("run")
    shop.until("task.claimed", count=3, task="work/A")
    shop.wait_for(lambda: len(shop.ledger("work/A")) == 2, shop.run_dir("work/A") / "scratch", "it starts again")
    run.signal(signal.SIGTERM)
    run.says("finishing what runs")
    shop.open("a")
    assert run.wait().code == 130
    assert done(shop) == ["work/A"]  # the running iteration was finished, and nothing else started
    assert shop.task("work/A")["iterations"] == 1
    assert shop.task("work/B")["reason"]["code"] == "ready"


@pytest.mark.slow
def test_workers_are_so_many_in_all_and_a_watching_run_takes_up_what_is_added(shop: Shop) -> None:
    shop.queue("work", "A", "B")
    shop.queue("more", "C")
    shop.queue("not-asked-for", "Z")
    for task in ("work/A", "work/B", "more/C"):
        shop.hold(task[-1])
        shop.play(task, f"gate {task[-1]}; works; claims")
    shop.commit()
    run = shop.start("run", "--queue", "work", "--queue", "more", "--workers", "2", "--watch")
    first = {event["task"] for event in shop.until("iteration.started", count=2)}
    assert len([worker for worker in shop.status()["workers"] if worker["alive"]]) == 2
    assert {event["task"] for event in shop.events("task.claimed")} == first
    for gate in "ABC":
        shop.open(gate)
    shop.until("task.completed", count=3)

    assert shop.ask("add", "more/D", "--title", "one more", "--promise", "DONE").code == 0
    shop.until("task.completed", task="more/D")
    assert run.alive
    run.signal(signal.SIGINT)
    assert run.wait().code == 0
    assert shop.saved("more")["by_id"]["D"]["status"] == "completed"
    assert not shop.events("task.claimed", task="not-asked-for/Z")


@pytest.mark.slow
def test_a_prompt_needs_neither_configuration_nor_queue(shop: Shop) -> None:
    """The agent is the one that is installed: here a `claude` where its own installer puts it."""
    if problem := complaint():  # without it a `claude` that may do anything is not begun
        pytest.skip(f"bubblewrap does not work here: {problem}")
    for name in ("queues", "plays", "gates"):
        shutil.rmtree(shop.root / name)
    (shop.root / "orchestrator.toml").unlink()
    local = shop.base / "home" / ".claude" / "local"
    local.mkdir(parents=True)
    (local / "claude").write_text(CLAUDE)
    (local / "claude").chmod(0o755)
    shop.commit()
    prompt = shop.base / "The Sign.md"
    prompt.write_text("Please fix the sign at the door.\n")
    answer = shop.ask("run", "--prompt", str(prompt), env={"PATH": f"{local}:{shop.env['PATH']}"})
    assert answer.code == 0, answer.err
    task = shop.task("prompt/The-Sign")
    assert (task["status"], task["agent"], task["cost_usd"]) == ("completed", "claude", 0.25)
    assert shop.git("show", "main:main.py") == "open = 'yes'"
    assert "no check" in answer.err  # nothing runs tests here, and it is said
    assert not (shop.root / "queues").exists()
    assert shop.git("status", "--porcelain") == ""

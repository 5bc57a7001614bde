"""Done means done: what an agent says starts the verifier and never replaces it, and nobody pays for a broken tool."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.processes.sandbox import complaint
from tests.scenarios.conftest import Shop

PYTEST = f"""
[checks.tests]
command = ["{sys.executable}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml={{report}}"]
format = "junit"

[queues.work]
checks = ["tests"]
"""


def verdicts(shop: Shop, task: str) -> list[str]:
    return [event["verdict"] for event in shop.events("verdict.reached", task=task, merged=False)]


def findings(shop: Shop, task: str, iteration: int) -> str:
    folder = shop.run_dir(task, iteration=iteration)
    document: dict[str, Any] = json.loads((folder / "verdict.json").read_text())
    return json.dumps(document["regressions"])


@pytest.mark.slow
def test_a_claim_without_work_fails_until_the_iterations_are_used_up(shop: Shop) -> None:
    shop.queue("work", {"id": "LIAR", "max_iterations": 2}, {"id": "AFTER", "dependencies": ["LIAR"]}, "HONEST")
    shop.play("work/LIAR", "claims")
    shop.commit()
    head = shop.git("rev-parse", "main")
    assert shop.run().code == 1
    assert verdicts(shop, "work/LIAR") == ["FAIL", "FAIL"]
    assert shop.ledger("work/LIAR") == ["1 1", "1 2"]
    tasks = shop.tasks()
    assert {name: task["status"] for name, task in tasks.items()} == {
        "work/LIAR": "failed",
        "work/AFTER": "pending",
        "work/HONEST": "completed",
    }
    assert tasks["work/AFTER"]["reason"]["on"] == ["work/LIAR"]
    saved = shop.saved("work")["by_id"]["LIAR"]
    assert (saved["verification_verdict"], saved["passes"], saved["iterations"]) == ("FAIL", False, 2)
    assert shop.git("log", "--format=%s", f"{head}..orchestrator/main").count("LIAR") == 0


@pytest.mark.slow
def test_a_deleted_test_is_found_and_goes_back_to_the_agent_who_may_mend_it(shop: Shop) -> None:
    shop.write("tests/test_main.py", "from main import open\n\n\ndef test_it_is_open() -> None:\n    assert open\n")
    shop.queue("work", "A")
    shop.play("work/A", "works; [ $iteration = 1 ] && rm tests/test_main.py || git checkout -q tests; claims")
    shop.commit()
    assert shop.run().code == 0
    assert verdicts(shop, "work/A") == ["FAIL", "PASS"]
    assert "tests/test_main.py" in findings(shop, "work/A", 1)
    assert "tests/test_main.py" in (shop.run_dir("work/A", iteration=2) / "prompt.md").read_text()
    assert shop.git("ls-tree", "--name-only", "orchestrator/main", "tests/") == "tests/test_main.py"


@pytest.mark.slow
def test_what_steers_the_verifier_is_for_people_to_change(shop: Shop) -> None:
    """Alone, a run reverts such work and tries again within the budget, then leaves it blocked."""
    shop.config("[queues.work]\nworkers = 3\n")
    shop.queue(
        "work",
        {"id": "QUEUES", "max_iterations": 2},
        {"id": "CI", "max_iterations": 2},
        {"id": "LET", "allow_protected": [".github/**"]},
    )
    shop.play("work/QUEUES", "works; sed -i s/pending/completed/ queues/work.json; echo >> queues/work.json; claims")
    shop.play("work/CI", "works; mkdir -p .github/workflows; echo on: push > .github/workflows/ci.yml; claims")
    shop.play("work/LET", "works; mkdir -p .github; echo on: push > .github/let.yml; claims")
    shop.commit()
    assert shop.run("--non-interactive").code == 1
    assert verdicts(shop, "work/QUEUES") == verdicts(shop, "work/CI") == ["BLOCKED", "BLOCKED"]
    assert verdicts(shop, "work/LET") == ["PASS"]
    assert shop.ledger("work/CI") == ["1 1", "2 1"]  # each time from a clean base
    statuses = {name: task["status"] for name, task in shop.tasks().items()}
    assert statuses == {"work/QUEUES": "blocked", "work/CI": "blocked", "work/LET": "completed"}
    landed = shop.git("ls-tree", "-r", "--name-only", "orchestrator/main").splitlines()
    assert ".github/let.yml" in landed
    assert ".github/workflows/ci.yml" not in landed


@pytest.mark.slow
def test_a_tool_that_disappears_burns_no_queue(shop: Shop) -> None:
    tool = shop.base / "bin" / "shop-lint"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    shop.env["PATH"] = f"{tool.parent}:{shop.env['PATH']}"
    shop.config('[checks.lint]\ncommand = ["shop-lint"]\n')
    shop.queue("work", "A", "B", "C", "D")
    shop.hold("b")
    shop.play("work/B", "works; gate b; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/B")
    tool.rename(tool.with_name("gone"))
    shop.open("b")
    parked = shop.until("lane.parked", count=2)  # it looks again by itself, with growing pauses
    assert "shop-lint" in parked[0]["text"]
    assert {event["task"] for event in parked} == {"work/B"}
    assert not shop.events("task.claimed", task="work/C")
    tool.with_name("gone").rename(tool)
    assert run.wait().code == 0
    assert shop.events("lane.resumed", queue="work")
    assert {task["iterations"] for task in shop.tasks().values()} == {1}
    assert shop.ledger("work/B") == ["1 1"]  # its work was judged when the tool was back, not done again
    faults = [line.split()[1:3] for line in (shop.state / "ralph-verification.log").read_text().splitlines()]
    assert faults.count(["FAULT", "work/B"]) == len(shop.events("lane.parked"))


@pytest.mark.slow
def test_a_test_that_was_red_before_is_nobodys_fault_and_one_made_red_is(shop: Shop) -> None:
    shop.config(PYTEST)
    shop.write("test_old.py", "def test_it_was_red_before() -> None:\n    assert 1 + 1 == 3\n")
    shop.write("test_main.py", "import main\n\n\ndef test_it_is_open() -> None:\n    assert main.open\n")
    shop.queue("work", "A")
    shop.play("work/A", 'works; [ $iteration = 1 ] && o=False || o=True; echo "open = $o" > main.py; claims')
    shop.commit()
    assert shop.run().code == 0
    assert verdicts(shop, "work/A") == ["FAIL", "PASS"]
    assert "test_it_is_open" in findings(shop, "work/A", 1)
    assert "test_it_was_red_before" not in findings(shop, "work/A", 1)
    last = json.loads((shop.run_dir("work/A", iteration=2) / "verdict.json").read_text())
    assert "test_it_was_red_before" in json.dumps(last["pre_existing"])
    assert last["regressions"] == []


@pytest.mark.slow
def test_in_a_sandbox_an_agent_reaches_nothing_but_its_work(make_shop: Callable[..., Shop]) -> None:
    """And it outlives the run that started it there as well."""
    if problem := complaint():
        pytest.skip(f"bubblewrap does not work here: {problem}")
    shop = make_shop(sandbox="bwrap")
    shop.queue("work", "A")
    shop.hold("a")
    shop.play(
        "work/A",
        f"""
        for target in "$here/main.py" {shop.state}/journal/000000000001.jsonl {shop.state}/ralph-verification.log \\
            "$ORCHESTRATOR_RUN_DIR/verdict.json" "$ORCHESTRATOR_RUN_DIR/exit.json" {shop.base}/outside; do
            (echo forged >> "$target") 2>/dev/null && echo "$target" >> "$ORCHESTRATOR_RUN_DIR/scratch/reached"
        done
        works; gate a; claims
        """,
    )
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    run.kill()
    run = shop.start("run")
    shop.until("task.claimed", task="work/A", resumed=True)
    shop.open("a")
    assert run.wait().code == 0
    assert {event["sandbox"] for event in shop.events("iteration.started")} == {"L2"}
    assert shop.ledger("work/A") == ["1 1"]
    assert "forged" not in (shop.root / "main.py").read_text()
    assert "forged" not in (shop.state / "journal" / "000000000001.jsonl").read_text()
    assert "forged" not in (shop.run_dir("work/A") / "verdict.json").read_text()
    assert not (shop.base / "outside").exists()
    assert shop.git("show", "main:A.py") == "A_done = 1"

"""The product as a library: run to a target, look in the middle, take one step, resume what another left."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import anyio
import pytest

import orchestrator
from tests.scenarios.conftest import Shop

CHAIN = ({"id": "A"}, {"id": "B", "dependencies": ["A"]}, {"id": "C", "dependencies": ["B"]}, {"id": "ASIDE"})


@pytest.fixture
def chain(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop.queue("work", *CHAIN)
    shop.commit()
    for name, value in shop.env.items():
        monkeypatch.setenv(name, value)
    return shop


def statuses(results: dict[str, Any]) -> dict[str, str]:
    return {ref.removeprefix("work/"): result["status"] for ref, result in results.items()}


@pytest.mark.slow
@pytest.mark.asyncio
async def test_it_runs_until_a_target_and_starts_nothing_beyond_it(chain: Shop) -> None:
    async with orchestrator.open(chain.root) as project:
        assert statuses(await project.results()) == dict.fromkeys(("A", "B", "C", "ASIDE"), "pending")
        ended = await project.run_until("work/B")
        assert (ended["exit"], ended["reason"]) == (0, "work/B is completed")
        results = await project.results()
        assert statuses(results) == {"A": "completed", "B": "completed", "C": "pending", "ASIDE": "pending"}
        assert results["work/A"]["verification_verdict"] == "PASS"
        assert results["work/A"]["files_actually_changed"] == ["A.py"]
        state = await project.state()
        assert state["seq"] == ended["seq"]
        assert state["queues"][0]["summary"]["completed"] == 2
    assert chain.status()["seq"] == ended["seq"]
    assert chain.run("--until", "work/C").code == 0
    assert chain.task("work/ASIDE")["status"] == "pending"
    unknown = chain.run("--until", "work/NONE")
    assert unknown.code == 2
    assert "'work/NONE'" in unknown.err


@pytest.mark.slow
@pytest.mark.asyncio
async def test_a_step_is_one_commit_and_at_most_one_agent_call_and_the_command_line_goes_on(chain: Shop) -> None:
    async with orchestrator.open(chain.root) as project:
        seen: list[str] = []
        while "iteration.captured" not in seen:
            before = (await project.state())["seq"]
            events = await project.step()
            assert (await project.state())["seq"] > before
            seen += [event["type"] for event in events]
            assert len(chain.ledger("work/A")) <= 1
        assert seen[:2] == ["task.claimed", "attempt.prepared"]
        kept = await project.checkpoint()
        assert kept["captured"]["work/A"].startswith("refs/orchestrator/work/A/1/")
        assert chain.saved("work")["by_id"]["A"]["status"] == "in_progress"
    assert chain.events("task.released", task="work/A")
    assert chain.run().code == 0
    assert chain.ledger("work/A") == ["1 1"]
    async with orchestrator.open(chain.root) as project:
        assert await project.step() == []


@pytest.mark.slow
@pytest.mark.asyncio
async def test_an_agent_that_speaks_within_a_step_is_heard_and_answered(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop(sandbox="auto")
    shop.queue("work", "A")
    shop.play("work/A", 'orchestrator-tell learn "the till needs a key" | grep "is not there" || { works; claims; }')
    shop.commit()
    for name, value in shop.env.items():
        monkeypatch.setenv(name, value)
    async with orchestrator.open(shop.root) as project:
        while not shop.events("agent.finished"):
            with anyio.fail_after(60):
                assert await project.step()
    assert [event["text"] for event in shop.events("agent.learned")] == ["the till needs a key"]
    assert shop.events("agent.finished")[0]["claimed"]


STEPS = """
import anyio, os, orchestrator
async def main():
    async with orchestrator.open(".") as project:
        while True:
            events = await project.step()
            if any(event["type"] == "{last}" for event in events):
                os.kill(os.getpid(), 9)
anyio.run(main)
"""


@pytest.mark.slow
@pytest.mark.parametrize("last", ["task.claimed", "agent.finished", "verdict.reached"])
def test_a_crash_between_two_steps_loses_and_repeats_nothing(chain: Shop, last: str) -> None:
    done = subprocess.run([sys.executable, "-c", STEPS.format(last=last)], cwd=chain.root, env=chain.env, check=False)
    assert done.returncode == -9
    assert chain.run("--until", "work/A").code == 0
    assert chain.ledger("work/A") == ["1 1"]
    assert len(chain.events("task.completed", task="work/A")) == 1


@pytest.mark.asyncio
async def test_limits_nobody_knows_are_refused(chain: Shop) -> None:
    async with orchestrator.open(chain.root) as project:
        with pytest.raises(TypeError, match="unknown limit speed"):
            await project.run(speed=3)

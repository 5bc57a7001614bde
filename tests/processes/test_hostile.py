"""Trees that will not end, pids that are another's, agents that change hands; at length: `scripts/prove processes`."""

import json
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End
from orchestrator.processes import GuardedRunner
from tests.processes.adopting import adopted
from tests.processes.trees import STORM, grown, guardian_killed, seconds_until_gone


@pytest.mark.slow
def test_a_storm_of_forks_ends_with_its_guardian(runner: GuardedRunner, ground: Any) -> None:
    async def story() -> None:
        launch, guarded = await grown(runner, ground, STORM)
        await guardian_killed(runner, launch, guarded)
        seconds_until_gone(ground, within_s=5.0)
        await runner.wait(launch.run_dir)

    anyio.run(story)


@pytest.mark.slow
def test_an_agent_is_adopted_as_often_as_its_adopters_are_killed(runner: GuardedRunner, ground: Any) -> None:
    end = adopted(runner, ground, 2)
    assert end is not None
    assert (end.code, end.reason) == (4, "")
    assert ground.out() == "before\nafter\n"


@pytest.fixture
def bystander() -> Generator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def record(bystander: "subprocess.Popen[bytes]", **changes: Any) -> dict[str, Any]:
    """Write down a guardian and a root as they would stand in `guardian.json`, had they been this process."""
    start = int(Path(f"/proc/{bystander.pid}/stat").read_text().rpartition(")")[2].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    whole = {"pid": bystander.pid, "start": start, "boot": boot, "root": bystander.pid, "root_start": start}
    return {**whole, "program": "agent", "isolation": "subreaper", "marker": "m-1", **changes}


@pytest.mark.parametrize("what", ["its pid is another's", "the machine was started anew"])
def test_no_pid_is_believed_without_its_start_and_boot(
    bare: GuardedRunner, ground: Any, bystander: Any, what: str
) -> None:
    start = record(bystander)["root_start"] - 1
    changes = {"start": start, "root_start": start} if what.startswith("its pid") else {"boot": "another"}
    folder = ground.run_dir()
    folder.mkdir(parents=True)
    (folder / "guardian.json").write_text(json.dumps(record(bystander, **changes)))
    (folder / "guardian.lock").touch()

    async def story() -> None:
        assert await bare.life(str(folder)) is Life.GONE
        assert (await bare.wait(str(folder)))[1] == End(reason="lost")
        assert (await bare.stop(str(folder))).reason == "lost"

    anyio.run(story)
    assert bystander.poll() is None


def test_the_very_process_of_a_lost_tree_is_ended(bare: GuardedRunner, ground: Any, bystander: Any) -> None:
    folder = ground.run_dir()
    folder.mkdir(parents=True)
    (folder / "guardian.json").write_text(json.dumps(record(bystander)))
    (folder / "guardian.lock").touch()
    assert anyio.run(bare.life, str(folder)) is Life.GONE
    assert bystander.wait(5) == -9

"""Who is killed with -9, and what is left: the orchestrator's death costs nothing, the guardian's leaves nothing."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from orchestrator.errors import FaultError
from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End, Launch, Watch
from orchestrator.processes import GuardedRunner


@pytest.mark.slow
def test_kill_9_of_the_guardian_leaves_nothing(runner: GuardedRunner, ground: Any, living: Any, until: Any) -> None:
    async def story() -> None:
        launch = ground.tree()
        await runner.start(launch)
        until(ground.is_up)
        os.kill(ground.guardian_pid(), signal.SIGKILL)
        until(lambda: not living(ground.mark), within_s=5.0)
        assert await runner.wait(launch.run_dir) == (Watch.ENDED, End(reason="lost"))
        assert await runner.life(launch.run_dir) is Life.GONE

    anyio.run(story)


@pytest.mark.slow
def test_a_free_lock_means_a_dead_tree(runner: GuardedRunner, ground: Any, living: Any, until: Any) -> None:
    async def story() -> None:
        launch = ground.tree()
        await runner.start(launch)
        until(ground.is_up)
        os.kill(ground.guardian_pid(), signal.SIGKILL)
        while await runner.life(launch.run_dir) is Life.RUNNING:
            pass
        assert living(ground.mark) == []

    anyio.run(story)


def guardian_of(run_dir: Path, living: Any) -> int:
    """Find the guardian before it has named itself: not what started it, which leads the session, nor its children."""
    parents: dict[int, int] = {}
    for pid in living(str(run_dir)):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended just now
            _, parent, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
            if b"guardian" in Path(f"/proc/{pid}/cmdline").read_bytes() and pid != int(session):
                parents[pid] = int(parent)
    return next(pid for pid, parent in parents.items() if parent not in parents)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["guardian.lock", "guardian.sock", "exit.json.part", "guardian.json", "out"])
def test_kill_9_while_the_tree_is_being_made_leaves_nothing(
    runner: GuardedRunner, ground: Any, living: Any, until: Any, point: str
) -> None:
    launch = ground.shell(f"sleep {ground.mark} & sleep {ground.mark}; exit")

    async def kill_at(reached: Callable[[], bool]) -> None:
        while not reached():
            await anyio.sleep(0)
        os.kill(guardian_of(ground.run_dir(), living), signal.SIGKILL)

    async def story() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(kill_at, (ground.run_dir() / point).exists)
            with contextlib.suppress(FaultError):
                await runner.start(launch)

    anyio.run(story)
    until(lambda: anyio.run(runner.life, launch.run_dir) is not Life.RUNNING, within_s=5.0)
    assert living(ground.mark) == []


STARTER = """
import sys, anyio, msgspec
from orchestrator.ports.runner import Launch
from orchestrator.processes import GuardedRunner

async def main():
    sandbox, isolation, how, text = sys.argv[1:5]
    launch = msgspec.json.decode(text, type=Launch)
    runner = GuardedRunner(sandbox, isolation=isolation)
    if how == "run":
        await runner.run(launch, timeout_s=60)
    await runner.start(launch)
    print("started", flush=True)
    await runner.wait(launch.run_dir)

anyio.run(main)
"""


def starter(isolation: str, how: str, launch: Launch) -> "subprocess.Popen[bytes]":
    sandbox = "bwrap" if isolation == "bwrap" else "none"
    words = [sys.executable, "-c", STARTER, sandbox, isolation, how, msgspec.json.encode(launch).decode()]
    return subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])


@pytest.mark.slow
def test_kill_9_of_the_orchestrator_and_the_agent_works_on_and_is_adopted(
    isolation: str, runner: GuardedRunner, ground: Any
) -> None:
    os.mkfifo(ground.work / "pipe")
    launch = ground.shell("echo before; read line < pipe; echo $line; exit 4")
    with starter(isolation, "start", launch) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        process.kill()

    async def adopt() -> End | None:
        assert await runner.life(launch.run_dir) is Life.RUNNING
        (ground.work / "pipe").write_text("after\n")
        return (await runner.wait(launch.run_dir))[1]

    end = anyio.run(adopt)
    assert end is not None
    assert (end.code, end.reason) == (4, "")
    assert ground.out() == "before\nafter\n"


@pytest.mark.slow
def test_a_run_dies_with_its_caller_killed_by_kill_9(isolation: str, ground: Any, living: Any, until: Any) -> None:
    launch = ground.tree()
    with starter(isolation, "run", launch) as process:
        until(lambda: (ground.run_dir() / "out").exists() and ground.out() == "ready\n")
        until(ground.is_up)
        process.kill()
    until(lambda: not living(ground.mark + "\0"), within_s=5.0)
    until((ground.run_dir() / "exit.json").exists)
    assert json.loads((ground.run_dir() / "exit.json").read_bytes())["reason"] == "orphaned"

"""Adoption, again and again: each adopter is a process of its own that is killed -9 as soon as it has adopted."""

import os
import subprocess
import sys
from pathlib import Path

import anyio

from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End
from orchestrator.processes import GuardedRunner
from tests.processes.conftest import Ground

_ADOPTER = """
import sys, anyio
from orchestrator.processes import GuardedRunner

class Says:
    def pause_s(self): return 60.0
    async def look(self, seen, now): print("adopted", flush=True)

async def main():
    runner = GuardedRunner("none")
    assert (await runner.life(sys.argv[1])).value == "running"
    print(await runner.wait(sys.argv[1], watchdog=Says()), flush=True)

anyio.run(main)
"""


def adopted(runner: GuardedRunner, ground: Ground, times: int) -> End | None:
    """Start an agent, have it adopted so many times, then let it go on; gives the end its last adopter hears of."""
    os.mkfifo(ground.work / "pipe")
    launch = ground.shell("echo before; read line < pipe; echo $line; exit 4")

    async def story() -> End | None:
        await runner.start(launch)
        for _ in range(times):
            _adopt_once(launch.run_dir)
        assert await runner.life(launch.run_dir) is Life.RUNNING
        (ground.work / "pipe").write_text("after\n")
        return (await runner.wait(launch.run_dir))[1]

    return anyio.run(story)


def _adopt_once(run_dir: str) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", _ADOPTER, run_dir], stdout=subprocess.PIPE, cwd=root) as adopter:
        assert adopter.stdout is not None
        said = adopter.stdout.readline()
        adopter.kill()
    assert said == b"adopted\n"

"""A machine that sleeps: the clock on the wall goes on, no other does. What was waited for is not missed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.wall import Wall

SLEEPER = """
import anyio
from orchestrator.daemon import clock

async def main():
    wall = clock.WallClock()
    clock._LOOK_AGAIN_S = 0.1
    before, until = anyio.current_time(), wall.now() + 7_200_000
    print("waits", flush=True)
    await wall.sleep_until(until)
    print("woke", anyio.current_time() - before < 60, flush=True)

anyio.run(main)
"""


@pytest.mark.slow
def test_a_moment_the_machine_slept_through_is_noticed_when_it_wakes(tmp_path: Path) -> None:
    wall = Wall(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER],
        env={**os.environ, **wall.variables},
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        wall.set(7300)
        assert process.communicate(timeout=60)[0] == "woke True\n"
    finally:
        process.kill()
        process.wait()

"""A machine that sleeps: the clock on the wall goes on, no other does. What was waited for is not missed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.ground import FAKETIME

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
@pytest.mark.skipif(not FAKETIME.exists(), reason="libfaketime is not installed")
def test_a_moment_the_machine_slept_through_is_noticed_when_it_wakes(tmp_path: Path) -> None:
    hands = tmp_path / "clock"
    hands.write_text("+0\n")
    asleep = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(hands), "FAKETIME_NO_CACHE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER],
        env={**os.environ, **asleep, "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        hands.write_text("+7300\n")
        assert process.communicate(timeout=60)[0] == "woke True\n"
    finally:
        process.kill()
        process.wait()

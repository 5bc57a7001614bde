"""A few of the points of `scripts/prove syscalls`, each in another flow."""

import shutil
from pathlib import Path

import pytest

from tests.syscalls.strike import SHORT, Point, points, strike, undisturbed


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_run_that_dies_or_fails_at_a_system_call_loses_and_doubles_nothing(tmp_path: Path) -> None:
    found = undisturbed(tmp_path / "once", "work")
    assert {"fdatasync", "rename", "write", "flock"} <= found.calls.keys()
    assert len(points("work", found, ["kill"], 1)) == sum(found.calls.values())
    assert 20 < len(points("work", found, [SHORT], 1)) < found.calls["write"] * 2
    blows = [Point("work", "kill", "fdatasync", 4), Point("recover", "EIO", "rename", 9)]
    if shutil.which("cc") is not None:
        blows.append(Point("work", SHORT, "write", 12))
    for number, point in enumerate(blows):
        blow = strike(tmp_path / f"{number}", point, found.seconds)
        assert (blow.hit, blow.wrong) == (True, []), point

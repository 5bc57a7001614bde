"""A few seconds of what `scripts/soak` does for hours."""

import os
import socket
from pathlib import Path

import pytest

from tests.soak.ground import ground
from tests.soak.judge import Judge
from tests.soak.prove import keep, soak


@pytest.mark.slow
def test_a_short_storm_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with ground(tmp_path / "soak", disk_mb=0) as here:
        found = soak(here, 3.0, seed=7, every_s=1.0)
    assert found.wrong == []
    assert found.storm.tasks
    assert found.samples[-1].commits > 0


@pytest.mark.slow
def test_what_is_lost_doubled_or_left_is_told(tmp_path: Path) -> None:
    with ground(tmp_path / "soak", disk_mb=0) as here:
        here.shop.queue("left", "T0")
        assert here.shop.run().code == 0
        judge = Judge(here)
        assert judge.conclude(["left/T0"]) == []
        segment = next((here.shop.state / "journal").glob("*.jsonl"))
        segment.write_bytes(segment.read_bytes().replace(b'"make T0"', b'"make TO"', 1))
        (here.shop.state / "trash" / "x").mkdir(parents=True)
        told = "\n".join(judge.conclude(["left/T0", "left/T1"]))
        for part in (
            "are not what they were",
            "not whole",
            "left/T1: 0 x task.added",
            "landed 0 times",
            "gone",
            "trash",
        ):
            assert part in told


def test_a_project_with_sockets_and_pipes_in_it_is_kept(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / "runs").mkdir(parents=True)
    (root / "runs" / "record").write_text("what happened")
    (root / "link").symlink_to("nowhere")
    os.mkfifo(root / "runs" / "gate")
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(str(root / "runs" / "guardian.sock"))
        keep(root, tmp_path / "kept")
    assert sorted(str(path.relative_to(tmp_path / "kept")) for path in (tmp_path / "kept").rglob("*")) == [
        "link",
        "runs",
        "runs/record",
    ]

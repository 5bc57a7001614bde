"""The shipped demo is real: its recordings fit its code base, wrong tries are red and last ones green."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestrator.agents.cassettes import part_for, read_cassette, write_part

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "scripts" / "demo"


def tasks() -> list[tuple[str, dict[str, Any]]]:
    """Give the demo's tasks in the order in which they can be done."""
    found: list[tuple[str, dict[str, Any]]] = []
    for queue in ("backend", "frontend"):
        document = json.loads((ROOT / "queues" / f"{queue}.json").read_text())
        found += [(f"{queue}/{task['id']}", task) for task in document["features"]]
    return found


def pytest_passes(workspace: Path, *tests: str) -> bool:
    argv = (sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests)
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(argv, cwd=workspace, env=env, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.returncode == 0


@pytest.mark.slow
def test_each_task_is_red_until_its_last_recording_and_the_whole_is_green_in_the_end(tmp_path: Path) -> None:
    workspace = tmp_path / "harbour"
    shutil.copytree(DEMO / "base", workspace)
    cassette = read_cassette((DEMO / "cassette.json").read_bytes(), "demo")
    for ref, task in tasks():
        plays = len(cassette.tasks[ref])
        for number in range(1, plays + 1):
            (tmp_path / "part.json").write_bytes(write_part(part_for(cassette, ref, number, "demo"), ""))
            player = ROOT / "orchestrator" / "agents" / "player.py"
            done = subprocess.run(
                (sys.executable, "-I", "-S", str(player), str(tmp_path / "part.json")),
                cwd=workspace,
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stdout.rstrip().endswith("<promise>FEATURE_COMPLETE</promise>")
            assert pytest_passes(workspace, *task["tests"]) is (number == plays), (ref, number)
    assert pytest_passes(workspace)


def test_every_backend_task_needs_a_second_try_and_every_task_is_recorded() -> None:
    cassette = read_cassette((DEMO / "cassette.json").read_bytes(), "demo")
    assert sorted(cassette.tasks) == sorted(ref for ref, _ in tasks())
    assert all(len(plays) == 2 for ref, plays in cassette.tasks.items() if ref.startswith("backend/"))


@pytest.mark.slow
def test_the_demos_repository_is_the_same_commit_whoever_makes_it(tmp_path: Path) -> None:
    heads: set[str] = set()
    for number, home in enumerate(("/nonexistent", str(tmp_path))):
        target = tmp_path / "made here" / str(number)
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "GIT_DIR": "/nonexistent"}
        subprocess.run((str(DEMO / "make"), str(target)), env=env, check=True)
        head = subprocess.run(
            ("git", "-C", str(target), "rev-parse", "main"), capture_output=True, text=True, check=True
        )
        heads.add(head.stdout)
        assert subprocess.run((str(DEMO / "make"), str(target)), env=env, check=False, stderr=-3).returncode == 1
    assert len(heads) == 1

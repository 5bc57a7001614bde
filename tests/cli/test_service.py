"""The unit that keeps a project going: read as systemd reads it, and never written over another project's."""

import configparser
import shlex
import subprocess
import sys
from pathlib import Path

import pytest


def call(root: Path, *argv: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin:/opt/50%", "HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", "-C", str(root), "service", *argv],
        env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def unit(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return parser


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / 'a "shop" at 100%'
    (folder / "queues").mkdir(parents=True)
    return folder


def test_it_runs_what_a_person_would_run_from_this_folder(root: Path, tmp_path: Path) -> None:
    done = call(root, "--queue", "backend", "--workers", "2", home=tmp_path)
    assert done.returncode == 0, done.stderr
    service = unit(done.stdout)["Service"]
    words = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(service["ExecStart"])]
    tail = ["run", "--watch", "--non-interactive", "--queue", "backend", "--workers", "2"]
    assert words == [sys.executable, "-m", "orchestrator", "-C", str(root), *tail]
    assert service["WorkingDirectory"] == str(root).replace("%", "%%")
    assert service["Environment"] == "PATH=/usr/bin:/bin:/opt/50%%"
    assert (service["Restart"], service["KillMode"]) == ("on-abnormal", "process")


def test_it_is_installed_where_systemd_looks_and_again_but_not_over_anothers(root: Path, tmp_path: Path) -> None:
    for _ in range(2):
        done = call(root, "--install", home=tmp_path)
        assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / ".config" / "systemd" / "user").iterdir()
    assert f"enable --now {file.name}" in done.stdout
    other = tmp_path / "elsewhere" / root.name
    (other / "queues").mkdir(parents=True)
    refused = call(other, "--install", home=tmp_path)
    assert refused.returncode == 2
    assert "another project's" in refused.stderr
    assert str(other) not in file.read_text()

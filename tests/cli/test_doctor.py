"""`doctor` says what is wrong and what to do about it, whatever is broken, and changes nothing."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.daemon import holding, machine
from orchestrator.journal.presence import FilePresence
from orchestrator.model.answers import DoctorLine
from orchestrator.model.egress import Allowed
from orchestrator.model.settings import Settings
from orchestrator.processes import sandbox, system
from orchestrator.processes.system import Found


def lines(answer: Any, level: str) -> list[str]:
    return [line.partition("  ")[2].strip() for line in answer.out.splitlines() if line.startswith(f"{level:<4}  ")]


def test_a_sound_project_has_nothing_to_complain_of_and_stays_as_it_was(project: Any) -> None:
    before = project.everything()
    answer = project.run("doctor")
    assert answer.code == 0, answer.out
    assert lines(answer, "bad") == []
    assert "agent script:" in answer.out
    assert "check tests:" in answer.out
    assert "no journal yet" in answer.out
    assert project.everything() == before


def test_an_empty_folder_is_told_how_to_begin_and_stays_empty(terminal: Any) -> None:
    answer = terminal.run("doctor")
    assert answer.code == 1
    assert any("orchestrator init" in line for line in lines(answer, "warn"))
    assert any("git init" in line for line in lines(answer, "bad"))
    assert list(terminal.folder.iterdir()) == []


def test_without_git_everything_else_is_still_looked_at(project: Any) -> None:
    before = project.everything()
    answer = project.run("doctor", env={"PATH": "/nonexistent"})
    assert answer.code == 1
    assert any("git is not on the PATH" in line for line in lines(answer, "bad"))
    assert any("no program pytest" in line for line in lines(answer, "bad"))
    assert any(line.startswith("queue files read: backlog") for line in lines(answer, "ok"))
    assert project.everything() == before


def test_json_holds_the_same_lines_and_the_exit_code(project: Any) -> None:
    project.write("queues/other.json", "{")
    answer = project.run("doctor", "--json")
    found = json.loads(answer.out)
    assert answer.code == found["exit"] == 1
    assert {line["level"] for line in found["lines"]} == {"ok", "bad"}
    assert any("queues/other.json: line 1" in line["what"] for line in found["lines"])


# -- what people wrote ---------------------------------------------------------------------------------------------


def test_every_mistake_of_the_configuration_is_told_and_the_rest_is_still_looked_at(project: Any) -> None:
    project.write("orchestrator.toml", '[project]\nland = "sea"\npatience = "long"\n[queues.backlog]\nworkers = 0\n')
    answer = project.run("doctor")
    assert answer.code == 1
    assert sum("orchestrator.toml:" in line for line in lines(answer, "bad")) == 3
    assert any("queue files read" in line for line in lines(answer, "ok"))


def test_what_preflight_would_refuse_is_told_before_any_run(project: Any) -> None:
    project.write("queues/backlog.json", '{"tasks": [{"id": "A-1", "depends_on": ["A-2"], "checks": ["nope"]}]}')
    answer = project.run("doctor")
    assert answer.code == 1
    assert any("depends on backlog/A-2, which does not exist" in line for line in lines(answer, "bad"))
    assert any('check "nope" is not defined' in line for line in lines(answer, "bad"))
    assert not (project.folder / ".aibrain").exists()


def test_a_program_that_is_missing_is_bad_only_where_a_task_needs_it(project: Any) -> None:
    configuration = (project.folder / "orchestrator.toml").read_text()
    spare = '\n[agents.spare]\ncommand = ["no-such-agent"]\n[checks.lint]\ncommand = ["./lint.sh"]\n'
    project.write("orchestrator.toml", configuration.replace("[project]", '[project]\nagent = "script"') + spare)
    answer = project.run("doctor")
    assert answer.code == 1
    assert any("no-such-agent" in line and "no open task needs it" in line for line in lines(answer, "warn"))
    assert any("lint.sh does not exist" in line for line in lines(answer, "bad"))

    project.write("lint.sh", "#!/bin/sh\n")
    assert any("chmod +x" in line for line in lines(project.run("doctor"), "bad"))
    (project.folder / "lint.sh").chmod(0o755)
    assert project.run("doctor").code == 0

    project.write("queues/backlog.json", '{"tasks": [{"id": "A-1", "agent": "spare"}]}')
    answer = project.run("doctor")
    assert any("no-such-agent" in line for line in lines(answer, "bad"))


def test_a_project_whose_tests_nobody_runs_is_warned(project: Any) -> None:
    project.write("orchestrator.toml", '[agents.script]\ncommand = ["./agent.sh"]\n')
    answer = project.run("doctor")
    assert answer.code == 0
    assert any("no check runs tests" in line for line in lines(answer, "warn"))


# -- what happened -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def after_a_run(tmp_path_factory: pytest.TempPathFactory, begin: Any) -> Any:
    """Run a project to its end once; every test gets a copy."""
    project = begin(tmp_path_factory.mktemp("once"))
    assert project.run("run").code == 0
    return project


@pytest.fixture
def worked(after_a_run: Any, tmp_path: Path, begin: Any) -> Any:
    shutil.copytree(after_a_run.folder, tmp_path / "shop", symlinks=True)
    return begin(tmp_path, fresh=False)


def journal_of(project: Any) -> Path:
    segments: list[Path] = [*(project.folder / ".aibrain" / "journal").glob("*.jsonl")]
    return segments[0]


@pytest.mark.slow
def test_after_a_run_the_journal_holds_and_nothing_is_touched(worked: Any) -> None:
    before = worked.everything()
    answer = worked.run("doctor")
    assert answer.code == 0, answer.out
    assert any(line.startswith("journal: ") and "holds" in line for line in lines(answer, "ok"))
    assert any("stand at seq" in line for line in lines(answer, "ok"))
    assert worked.everything() == before


@pytest.mark.slow
def test_damage_is_4_and_its_place_is_named_and_left_alone(worked: Any) -> None:
    segment = journal_of(worked)
    rows = segment.read_bytes().splitlines(keepends=True)
    rows[3] = rows[3].replace(b'"by":"', b'"by":"x', 1)
    segment.write_bytes(b"".join(rows))
    offset = sum(map(len, rows[:3]))
    before = worked.everything()
    answer = worked.run("doctor")
    assert answer.code == 4
    told = next(line for line in lines(answer, "bad") if "damaged" in line)
    assert f"commit 4 at byte {offset}" in told
    assert f"3 commits before it are whole, {len(rows) - 4} lines behind it" in told
    assert json.loads(worked.run("doctor", "--json").out)["exit"] == 4
    assert worked.everything() == before


@pytest.mark.slow
def test_a_tail_that_was_cut_short_is_no_damage_and_is_left_for_the_next_run(worked: Any) -> None:
    segment = journal_of(worked)
    segment.write_bytes(segment.read_bytes()[:-20])
    before = worked.everything()
    answer = worked.run("doctor")
    assert answer.code == 0
    assert any("cut short" in line for line in lines(answer, "warn"))
    assert worked.everything() == before

    assert worked.run("pause", "backlog").code == 0
    assert any("1 cut-off tails" in line for line in lines(worked.run("doctor"), "warn"))


def test_a_journal_that_cannot_be_read_is_4(project: Any) -> None:
    project.write(".aibrain/journal", "not a folder")
    answer = project.run("doctor")
    assert answer.code == 4
    assert any("cannot be read" in line for line in lines(answer, "bad"))


@pytest.mark.slow
def test_who_is_alive_and_what_lost_its_worker_is_told(worked: Any) -> None:
    presence = FilePresence(worked.folder / ".aibrain" / "workers")
    presence.join("late-shift", ("backlog",))
    try:
        assert any("run late-shift is alive" in line for line in lines(worked.run("doctor"), "ok"))
    finally:
        presence.leave()
    assert "late-shift" not in worked.run("doctor").out


@pytest.mark.slow
def test_views_that_lag_and_a_base_that_did_not_follow_are_told(worked: Any) -> None:
    cursor = worked.folder / ".aibrain" / "views.json"
    kept = json.loads(cursor.read_bytes())
    cursor.write_text(json.dumps({**kept, "seq": kept["seq"] - 2}))
    worked.git("reset", "-q", "--hard", "HEAD~1")
    warned = lines(worked.run("doctor"), "warn")
    assert any(f"stand at seq {kept['seq'] - 2} of {kept['seq']}" in line for line in warned)
    assert any("git merge --ff-only orchestrator/main" in line for line in warned)


# -- the machine ---------------------------------------------------------------------------------------------------


def test_an_old_python_is_bad() -> None:
    assert machine.python((3, 10, 12)).level == "bad"
    assert machine.python((3, 11, 0)).level == "ok"


@pytest.mark.parametrize(
    ("free", "files", "level"),
    [(100 << 20, -1, "bad"), (1 << 30, -1, "warn"), (9 << 30, 50, "warn"), (9 << 30, 0, "warn"), (9 << 30, -1, "ok")],
)
def test_room_is_judged_by_bytes_and_by_files(free: int, files: int, level: str) -> None:
    found = machine.room(free, files)
    assert found.level == level
    assert bool(found.remedy) is (level != "ok")


def test_the_deepest_mount_says_what_the_disk_is(tmp_path: Path) -> None:
    mounts = [("/", "ext4"), (str(tmp_path), "nfs4"), (str(tmp_path / "local"), "btrfs")]
    assert machine.kind_of_disk(tmp_path / "shop", mounts).level == "warn"
    assert machine.kind_of_disk(tmp_path / "local" / "shop", mounts) == machine.ok("file system btrfs")
    assert machine.kind_of_disk(tmp_path, []).level == "ok"


def test_the_last_mount_over_a_point_is_the_one_that_counts(tmp_path: Path) -> None:
    mounts = [(str(tmp_path), "nfs"), (str(tmp_path), "xfs")]
    assert machine.kind_of_disk(tmp_path, mounts) == machine.ok("file system xfs")


def test_a_disk_without_the_exchange_is_warned_of_and_one_without_locks_is_bad(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [line.level for line in machine.trials()] == ["ok", "ok", "ok"]

    def never(*_: object) -> bool:
        return False

    monkeypatch.setattr("orchestrator.daemon.machine.exchange_at_once", never)
    monkeypatch.setattr("orchestrator.daemon.machine.is_locked", never)
    assert [line.level for line in machine.trials()] == ["bad", "warn", "ok"]


def test_no_room_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent/orchestrator")
    (found,) = machine.trials()
    assert found.level == "bad"


def _confined(setting: str = "auto", wrapper: tuple[str, ...] = (), **changes: Any) -> DoctorLine:
    return holding.confinement(Settings(sandbox=setting, wrapper=wrapper, **changes))[0]


@pytest.fixture
def system_without(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a way to say what does not work here; what is not said does."""

    def without(bubblewrap: str = "", landlock: int = 7, *, filters: bool = True, namespaces: str = "") -> None:
        found = Found(landlock=landlock, filter=filters, namespaces=namespaces, network=namespaces)
        monkeypatch.setattr(sandbox, "complaint", lambda: bubblewrap)
        monkeypatch.setattr(system, "found", lambda: found)

    return without


def test_how_agents_are_held_is_said_with_the_reason(system_without: Callable[..., None]) -> None:
    system_without("no user namespaces", landlock=0)
    assert (_confined().level, "no user namespaces" in _confined().what) == ("warn", True)
    assert (_confined("bwrap").level, "no user namespaces" in _confined("bwrap").what) == ("bad", True)
    assert _confined("none").level == "warn"
    assert (_confined("landlock").level, "has no Landlock" in _confined("landlock").what) == ("bad", True)
    system_without()
    assert _confined().level == _confined("bwrap").level == "ok"
    assert "not held" not in _confined().what
    assert _confined("wrapper", ("sh",)).level == "ok"
    assert _confined("wrapper", ("no-such-wrapper",)).level == "bad"


def test_landlock_stands_in_and_what_it_does_not_hold_is_said(system_without: Callable[..., None]) -> None:
    system_without("it is not installed")
    assert _confined() == machine.ok("sandbox L1, Landlock 7 (bubblewrap does not work: it is not installed)")
    assert _confined("landlock").what == 'sandbox L1, Landlock 7 (sandbox = "landlock")'
    system_without("it is not installed", landlock=2, filters=False, namespaces="not permitted")
    for gap in ("cutting files short", "signals to your other", "sockets in the file system", "modes and times"):
        assert gap in _confined().what
    assert _confined().level == "warn"


def test_bubblewrap_alone_does_not_hold_sockets_without_a_file(system_without: Callable[..., None]) -> None:
    system_without(landlock=4)
    assert "not held: abstract sockets" in _confined().what
    assert "not held" not in _confined(egress=()).what


def test_a_folder_that_is_worked_in_itself_is_not_for_landlock(system_without: Callable[..., None]) -> None:
    system_without("it is not installed")
    assert _confined("landlock", workspace="inplace").level == "bad"
    assert _confined(workspace="inplace").what.startswith("sandbox L0, none: it is not installed; Landlock cannot")


def test_what_of_the_network_is_open_is_said(system_without: Callable[..., None]) -> None:
    def network(egress: tuple[Allowed, ...] | None, sandbox: str = "auto") -> DoctorLine:
        return holding.confinement(Settings(sandbox=sandbox, egress=egress))[1]

    system_without()
    hosts = (Allowed("api.example.com"),)
    assert network(None) == machine.ok("the network is open to agents and checks (no egress is set)")
    assert network(hosts) == machine.ok("network: 1 allowed, the rest is out of reach")
    assert "get round it" in network(hosts, "none").what
    system_without(namespaces="not permitted")
    assert (network(hosts).level, "very port of the proxy" in network(hosts).what) == ("warn", True)
    system_without(landlock=3, namespaces="not permitted")
    assert (network(hosts).level, "cannot be held here" in network(hosts).what) == ("bad", True)

import os
import socket
import stat
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from orchestrator.agents.profiles import PROFILES
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.ports.runner import End, Launch, Level, Place, Watch
from orchestrator.processes import GuardedRunner, detect, sandbox, system
from orchestrator.processes.denied import denied_paths, listening_sockets
from orchestrator.processes.system import Found


def seen(runner: GuardedRunner, ground: Any, script: str, **changes: Any) -> str:
    """Run a script and give what it printed; it must end well."""

    async def story() -> tuple[Watch, End]:
        return await runner.run(ground.shell(script, **changes), timeout_s=30)

    watch, end = anyio.run(story)
    errors = (ground.run_dir() / "err").read_text()
    assert (watch, end.code, end.reason) == (Watch.ENDED, 0, ""), errors
    return str(ground.out())


def test_the_attempt_stands_at_the_repositorys_own_path(confined: GuardedRunner, ground: Any) -> None:
    ground.repository()
    (ground.work / "code.py").write_text("here = 'the attempt'\n")
    script = "pwd; cat code.py; echo new > made.txt; cat .aibrain/project/code.py"
    assert seen(confined, ground, script, place=ground.repository_place()) == (
        f"{ground.project}\nhere = 'the attempt'\nhere = 'the checkout'\n"
    )
    assert (ground.work / "made.txt").read_text() == "new\n"
    assert not (ground.project / "made.txt").exists()


def test_git_works_in_a_shared_clone_through_its_alternates(confined: GuardedRunner, ground: Any) -> None:
    ground.repository()
    script = "git log --format=%s; git status --short; git fsck --connectivity-only 2>&1 | grep -v '^notice'; true"
    env = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    out = seen(confined, ground, script, place=ground.repository_place(), env=env)
    assert out == "the first commit\n"
    commit = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m second && git log --format=%s"
    assert seen(confined, ground, commit, place=ground.repository_place(), env=env) == "second\nthe first commit\n"


def test_only_what_is_its_own_can_be_written(confined: GuardedRunner, ground: Any) -> None:
    ground.repository()
    run = ground.run_dir()
    refused = [
        *(
            "/etc/mark",
            "/usr/mark",
            "/mark",
            f"{ground.state}/mark",
            f"{ground.state}/objects/mark",
        ),
        *(f"{ground.state}/project/mark", f"{run}/mark", f"{run}/exit.json", f"{run}/guardian.json"),
        *(f"{ground.state}/.gitignore", "/proc/sys/kernel/hostname"),
    ]
    allowed = [f"{ground.project}/mark", f"{run}/scratch/mark", f"{run}/home/mark", "/tmp/mark", "/dev/shm/mark"]
    script = f"for f in {' '.join((*refused, *allowed))}; do if (echo x >> $f) 2>/dev/null; then echo $f; fi; done"
    assert seen(confined, ground, script, place=ground.repository_place()).split() == allowed
    assert (run / "scratch" / "mark").exists()
    assert (run / "tmp" / "mark").exists(), "what is /tmp inside is the run's own"
    assert not (ground.work / ".aibrain" / "mark").exists()


def test_the_state_folder_shows_nothing_but_what_is_named(confined: GuardedRunner, ground: Any) -> None:
    ground.repository()
    for secret in ("journal/1.jsonl", "workspaces/other/code.py", "runs/other/transcript.jsonl"):
        (ground.state / secret).parent.mkdir(parents=True)
        (ground.state / secret).write_text("secret")
    script = "ls -A .aibrain; ls -A .aibrain/project/.aibrain; ls -A .aibrain/runs"
    out = seen(confined, ground, script, place=ground.repository_place()).split()
    assert sorted(out) == sorted([".gitignore", "objects", "project", "runs", "run"])


def test_all_capabilities_are_dropped(confined: GuardedRunner, ground: Any) -> None:
    out = seen(confined, ground, "grep -E 'Cap(Prm|Eff|Inh|Amb)|NoNewPrivs' /proc/self/status | cut -f2")
    assert out.split() == ["0" * 16] * 4 + ["1"]
    escape = "mount -o remount,rw,bind / 2>/dev/null && echo escaped; umount /proc 2>/dev/null && echo escaped; true"
    assert seen(confined, ground, escape) == ""


def test_root_without_capabilities_cannot_write_the_kernels_settings(confined: GuardedRunner, ground: Any) -> None:
    ways_out = "/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sysrq-trigger /sys/kernel/uevent_helper"
    script = f"for f in {ways_out}; do test -w $f && echo $f; done; true"
    assert seen(confined, ground, script) == ""


def test_other_processes_are_out_of_sight(confined: GuardedRunner, ground: Any) -> None:
    processes = seen(confined, ground, "ls -d /proc/[0-9]*").split()
    assert len(processes) <= 4
    assert f"/proc/{os.getpid()}" not in processes


def test_keys_and_credentials_cannot_be_read(ground: Any, confined: GuardedRunner, tmp_path: Path) -> None:
    home = tmp_path / "person"
    secrets = (".ssh/id_ed25519", ".aws/credentials", ".config/gcloud/token", ".claude/.credentials.json", ".netrc")
    for name in (*secrets, "notes.txt", ".claude/local/claude"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"content of {name}\n")
    assert {str(home / name) for name in (".ssh", ".aws", ".netrc", ".claude")} <= set(denied_paths(str(home)))
    runner = GuardedRunner("bwrap", home=str(home))
    place = msgspec.structs.replace(ground.place(), readable=(str(home),))
    out = seen(
        runner,
        ground,
        f"cd {home}; cat {' '.join(secrets)} notes.txt .claude/local/claude 2>/dev/null; true",
        place=place,
    )
    assert out == "content of notes.txt\ncontent of .claude/local/claude\n"
    unwritable = f"for f in .ssh .aws .config/gcloud; do (echo x > {home}/$f/new) 2>/dev/null && echo $f; done; true"
    assert seen(runner, ground, unwritable, place=place) == ""


def test_the_logins_of_every_agent_we_know_are_denied(tmp_path: Path) -> None:
    for profile in PROFILES.values():
        named = [tmp_path / name for name in (*profile.folders, *(login.path for login in profile.logins))]
        for path in named:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(exist_ok=True)
        hidden = [Path(path) for path in denied_paths(str(tmp_path))]
        bare = [str(path) for path in named if not any(path.is_relative_to(one) for one in hidden)]
        assert bare == [], profile


def test_the_systems_secrets_cannot_be_read(confined: GuardedRunner, ground: Any) -> None:
    sockets = "/run/docker.sock /var/run/docker.sock"
    out = seen(confined, ground, f"cat /etc/shadow 2>/dev/null; ls -A /etc/ssh {sockets} 2>/dev/null; true")
    assert out.replace("/etc/ssh:", "").strip() == ""


def test_a_shared_home_is_read_only_but_for_the_folders_named(
    ground: Any, confined: GuardedRunner, tmp_path: Path
) -> None:
    home = tmp_path / "person"
    (home / ".claude").mkdir(parents=True)
    (home / ".claude" / "login").write_text("token\n")
    place = msgspec.structs.replace(ground.place(), readable=(str(home),), writable=(str(home / ".claude"),))
    script = "echo $HOME; cat $HOME/.claude/login; echo new > $HOME/.claude/login; (echo x > $HOME/x) 2>/dev/null; true"
    runner = GuardedRunner("bwrap", home=str(home))
    assert seen(runner, ground, script, place=place, home=str(home)) == f"{home}\ntoken\n"
    assert (home / ".claude" / "login").read_text() == "new\n"
    assert not (home / "x").exists()


@pytest.mark.parametrize("plant", ["link to a folder", "dangling link", "file", "nothing"])
def test_what_an_agent_planted_at_a_mount_point_is_remade(
    confined: GuardedRunner, ground: Any, tmp_path: Path, plant: str
) -> None:
    ground.repository()
    target, planted = tmp_path / "target", ground.work / ".aibrain"
    target.mkdir()
    match plant:
        case "link to a folder":
            planted.symlink_to(target)
        case "dangling link":
            planted.symlink_to(tmp_path / "nowhere")
        case "file":
            planted.write_text("mine")
        case _:
            pass
    place = ground.repository_place()
    assert seen(confined, ground, "git log --format=%s; test ! -L .aibrain", place=place) == "the first commit\n"
    assert stat.S_ISDIR(planted.lstat().st_mode)
    assert list(target.iterdir()) == []


def test_a_repository_of_the_orchestrators_own_stands_inside_the_state_folder(
    confined: GuardedRunner, ground: Any
) -> None:
    inside = ground.state / "repos" / "made"
    inside.mkdir(parents=True)
    (ground.work / "file.txt").write_text("the attempt\n")
    place = msgspec.structs.replace(ground.place(), seen_as=str(inside), checkout=str(inside))
    out = seen(
        confined,
        ground,
        "pwd; cat file.txt; ls -A ..; ls -A ../..; (echo x > ../y) 2>/dev/null || echo held",
        place=place,
    )
    assert out.split("\n")[:2] == [str(inside), "the attempt"]
    assert set(out.split()[3:]) == {"made", ".gitignore", "project", "repos", "runs", "held"}


@pytest.mark.parametrize("where", ["beside the project", "around the project"])
def test_a_repository_may_lie_elsewhere(confined: GuardedRunner, ground: Any, tmp_path: Path, where: str) -> None:
    repository = tmp_path / "elsewhere" if where == "beside the project" else tmp_path
    repository.mkdir(exist_ok=True)
    (ground.work / "file.txt").write_text("the attempt\n")
    place = msgspec.structs.replace(ground.place(), seen_as=str(repository), checkout=str(repository))
    out = seen(confined, ground, f"pwd; cat file.txt; ls -A {ground.state}", place=place)
    assert out.split() == [str(repository), "the", "attempt", ".gitignore", "project", "runs"]


def test_a_project_may_be_reached_through_links(confined: GuardedRunner, ground: Any, tmp_path: Path) -> None:
    ground.repository()
    (tmp_path / "kept").mkdir()
    ground.state.rename(tmp_path / "kept" / "state")
    ground.state.symlink_to(tmp_path / "kept" / "state")
    (tmp_path / "link").symlink_to(ground.project)
    ground.project = tmp_path / "link"
    ground.state, ground.work = ground.project / ".aibrain", ground.project / ".aibrain" / "workspaces" / "one"
    out = seen(confined, ground, "git log --format=%s; echo x > made; ls -A .aibrain", place=ground.repository_place())
    assert out.split("\n")[0] == "the first commit"
    assert (ground.work / "made").exists()
    assert "journal" not in out


def test_shared_folders_and_files_are_read_only_at_their_place(
    confined: GuardedRunner, ground: Any, tmp_path: Path
) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "one.js").write_text("one\n")
    (tmp_path / "env").write_text("A=1\n")
    shared = (
        (str(tmp_path / "modules"), f"{ground.project}/deep/node_modules"),
        (str(tmp_path / "env"), f"{ground.project}/.env"),
    )
    (ground.work / "deep").symlink_to("/etc")
    place = msgspec.structs.replace(ground.place(), shared=shared)
    script = "cat deep/*/one.js .env; for f in deep/node_modules/y .env; do (echo x > $f) 2>/dev/null; done; true"
    assert seen(confined, ground, script, place=place) == "one\nA=1\n"
    assert (tmp_path / "env").read_text() == "A=1\n"
    assert sorted(path.name for path in (tmp_path / "modules").iterdir()) == ["one.js"]


def test_a_workspace_that_is_gone_is_a_fault_that_says_so(confined: GuardedRunner, ground: Any) -> None:
    ground.work.rmdir()
    with pytest.raises(FaultError, match=r"cannot show .*workspaces/one .* does not exist"):
        anyio.run(confined.start, ground.shell("true"))


def test_a_sandbox_that_cannot_start_is_a_fault_with_its_own_words(
    ground: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: no namespaces today' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sandbox, "complaint", lambda: "")
    monkeypatch.setattr(sandbox, "program", lambda: str(broken))
    with pytest.raises(FaultError, match="no namespaces today"):
        anyio.run(GuardedRunner("bwrap").start, ground.shell("true"))
    assert not (ground.run_dir() / "guardian.json").exists(), "nothing began here"


def test_where_bubblewrap_does_not_work_auto_takes_the_next_best_and_bwrap_is_a_fault(
    ground: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    sandbox.complaint.cache_clear()
    try:
        assert detect() is Level.L1
        assert GuardedRunner("auto").level() is Level.L1
        assert seen(GuardedRunner("auto"), ground, "echo works") == "works\n"
        monkeypatch.setattr(system, "found", lambda: Found(landlock=0))
        assert GuardedRunner("auto").level() is Level.L0
        assert seen(GuardedRunner("auto"), ground, "echo works") == "works\n"
        with pytest.raises(FaultError, match='uid map: Permission denied; repair it or set sandbox = "auto"'):
            anyio.run(GuardedRunner("bwrap").start, ground.shell("true"))
    finally:
        sandbox.complaint.cache_clear()


def test_an_unknown_sandbox_is_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match='sandbox = "chroot"'):
        GuardedRunner("chroot")


def test_without_a_sandbox_the_program_works_in_the_workspace_with_a_home_and_tmp_of_its_own(
    bare: GuardedRunner, ground: Any
) -> None:
    out = seen(bare, ground, "pwd; echo $HOME; echo $TMPDIR")
    run = ground.run_dir()
    assert out.split() == [str(ground.work), f"{run}/home", f"{run}/tmp"]
    assert stat.S_IMODE((run / "home").stat().st_mode) == 0o700


def test_a_link_planted_in_the_run_folder_is_not_followed_but_a_persons_home_may_be_one(
    bare: GuardedRunner, ground: Any, tmp_path: Path
) -> None:
    (tmp_path / "target").mkdir()
    ground.run_dir().mkdir(parents=True)
    (ground.run_dir() / "tmp").symlink_to(tmp_path / "target")
    (tmp_path / "person").symlink_to(tmp_path / "target")
    seen(bare, ground, "echo x > $TMPDIR/mark; echo y > $HOME/own", home=str(tmp_path / "person"))
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["own"]
    assert (tmp_path / "person").is_symlink()


def test_a_wrapper_of_the_users_runs_the_program(ground: Any) -> None:
    runner = GuardedRunner(("/usr/bin/env", "WRAPPED=yes"))
    assert runner.level() is Level.L3
    assert seen(runner, ground, "echo $WRAPPED") == "yes\n"


def test_a_launch_may_ask_for_a_level_of_its_own(confined: GuardedRunner, ground: Any) -> None:
    assert confined.level() is Level.L2
    assert seen(confined, ground, "pwd", level=Level.L0).strip() == str(ground.work)
    assert seen(GuardedRunner("none"), ground, "pwd", level=Level.L2).strip() == str(ground.project)


def test_a_place_needs_no_more_than_its_paths(confined: GuardedRunner, ground: Any) -> None:
    place = Place(workspace=str(ground.work), seen_as=str(ground.project), project=str(ground.project), checkout="")
    launch: Launch = ground.shell("ls -A .aibrain", place=place)
    assert seen(confined, ground, "ls -A .aibrain", place=launch.place).split() == [".gitignore", "runs"]


def test_programs_on_the_path_are_found_although_tmp_is_private(
    confined: GuardedRunner, ground: Any, tmp_path: Path
) -> None:
    """A project under /tmp keeps its programs there too; a prefix is shown whole, the repository's own never is."""
    ground.repository()
    plain, prefix, theirs = tmp_path / "tools", tmp_path / "node" / "bin", ground.project / ".venv" / "bin"
    for folder, name in ((plain, "one"), (prefix, "two"), (theirs, "three")):
        folder.mkdir(parents=True)
        (folder / name).write_text("#!/bin/sh\necho $0; cat $(dirname $0)/../lib/part 2>/dev/null; true\n")
        (folder / name).chmod(0o755)
    (prefix.parent / "lib").mkdir()
    (prefix.parent / "lib" / "part").write_text("a part\n")
    (plain.parent / "secret").write_text("not on the path")
    env = {"PATH": f"{plain}:{prefix}:{theirs}:.:{tmp_path}/gone:{os.environ['PATH']}"}
    script = f"one; two; command -v three; cat {plain.parent}/secret 2>/dev/null; touch {plain}/mark 2>/dev/null; true"
    assert seen(confined, ground, script, place=ground.repository_place(), env=env) == (
        f"{plain}/one\n{prefix}/two\na part\n"
    )


def test_sockets_are_covered_and_one_that_goes_away_meanwhile_is_no_fault(
    confined: GuardedRunner, ground: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "person"
    home.mkdir()
    place = msgspec.structs.replace(ground.place(), readable=(str(home),))
    gone = [str(home / "gone.sock")]
    argv = sandbox.bwrap_argv

    def late(*args: Any) -> list[str]:
        """Cover a socket that is not there any more, once."""
        *options, last, seen_as = argv(*args)
        cover = ["--ro-bind", "/dev/null", gone.pop()] if gone else []
        return [*options, *cover, last, seen_as]

    monkeypatch.setattr(sandbox, "bwrap_argv", late)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(home / "app.sock"))
        one.listen()
        assert str(home / "app.sock") in listening_sockets()
        out = seen(confined, ground, f"test -S {home}/app.sock || echo covered", place=place)
    assert (out, gone) == ("covered\n", [])


def test_our_own_interpreter_is_shown_where_a_private_tmp_would_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = tmp_path / "venv"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "pyvenv.cfg").touch()
    monkeypatch.setattr(sandbox, "_REPLACED", (str(tmp_path.parent),))
    monkeypatch.setattr("sys.prefix", str(prefix))
    assert str(prefix) in sandbox.programs_below("/usr/bin:/bin", ())
    assert str(prefix) not in sandbox.programs_below("/usr/bin:/bin", (str(tmp_path),))

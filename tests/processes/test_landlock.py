"""Level L1: files, sockets and calls held back without a single mount."""

import os
import sys
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from orchestrator.errors import FaultError
from orchestrator.guardian import calls
from orchestrator.ports.runner import End, Level, Watch
from orchestrator.processes import GuardedRunner, landlock, sandbox, system
from orchestrator.processes.sandbox import Home
from orchestrator.processes.system import Found

PYTHON = str(Path(sys.executable).resolve())


def seen(runner: GuardedRunner, ground: Any, script: str, **changes: Any) -> str:
    """Run a script and give what it printed; it must end well."""

    async def story() -> tuple[Watch, End]:
        return await runner.run(ground.shell(script, **changes), timeout_s=30)

    watch, end = anyio.run(story)
    errors = (ground.run_dir() / "err").read_text()
    assert (watch, end.code, end.reason) == (Watch.ENDED, 0, ""), errors
    return str(ground.out())


def tried(runner: GuardedRunner, ground: Any, code: str) -> str:
    """Run Python, and give what it printed; each line of code that is not permitted says so."""
    lines = "".join(f"try: {line}\nexcept OSError as e: print('held', e.errno)\n" for line in code.splitlines())
    program = f"import ctypes, os, socket, fcntl\nlibc = ctypes.CDLL(None, use_errno=True)\n{lines}"

    async def story() -> End:
        return (await runner.run(ground.launch(PYTHON, "-I", "-S", "-c", program), timeout_s=30))[1]

    end = anyio.run(story)
    assert (end.code, end.reason) == (0, ""), (ground.run_dir() / "err").read_text()
    return str(ground.out())


def test_the_attempt_stands_where_it_lies_and_git_works_in_it(caged: GuardedRunner, ground: Any) -> None:
    ground.repository()
    env = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    commit = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m second && git log --format=%s"
    out = seen(caged, ground, f"pwd; cat code.py; {commit}", place=ground.repository_place(), env=env)
    assert out == f"{ground.work}\nhere = 'the checkout'\nsecond\nthe first commit\n"


def test_only_what_is_its_own_can_be_written(caged: GuardedRunner, ground: Any) -> None:
    ground.repository()
    run, secret = ground.run_dir(), ground.state / "journal" / "1.jsonl"
    secret.parent.mkdir()
    secret.write_text("a line\n")
    refused = [
        *("/etc/mark", "/usr/mark", "/mark", "/tmp/mark", "/var/tmp/mark", f"{ground.state}/mark", str(secret)),
        *(f"{ground.project}/mark", f"{ground.project}/code.py", f"{ground.project}/.git/config", f"{run}/mark"),
        *(f"{run}/exit.json", f"{run}/guardian.json", f"{run}/guardian.lock", f"{ground.state}/.gitignore"),
    ]
    allowed = [*(f"{ground.work}/mark", f"{run}/scratch/mark", f"{run}/home/mark", f"{run}/tmp/mark"), "/dev/null"]
    script = f"for f in {' '.join((*refused, *allowed))}; do if (echo x >> $f) 2>/dev/null; then echo $f; fi; done"
    assert seen(caged, ground, script, place=ground.repository_place()).split() == allowed
    assert secret.read_text() == "a line\n"


def test_keys_and_credentials_cannot_be_read_and_the_rest_can(
    ground: Any, caged: GuardedRunner, tmp_path: Path
) -> None:
    home = tmp_path / "person"
    secrets = (".ssh/id_ed25519", ".aws/credentials", ".config/gcloud/token", ".claude/.credentials.json", ".netrc")
    for name in (*secrets, "notes.txt", ".config/app/settings", ".claude/local/claude"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"content of {name}\n")
    (home / "link").symlink_to(home / ".ssh")
    script = f"cd {home}; cat {' '.join(secrets)} link/id_ed25519 notes.txt .config/app/settings .claude/local/claude"
    place = msgspec.structs.replace(ground.place(), readable=(str(home),))
    out = seen(GuardedRunner("landlock", home=str(home)), ground, f"{script} 2>/dev/null; true", place=place)
    assert out == "content of notes.txt\ncontent of .config/app/settings\ncontent of .claude/local/claude\n"
    system = "cat /etc/shadow /etc/ssh/* 2>/dev/null; ls -A /etc/ssh /run 2>/dev/null; head -c 5 /etc/passwd"
    assert seen(caged, ground, system) == "root:"


def test_what_lies_beside_the_attempt_in_the_state_cannot_be_read(caged: GuardedRunner, ground: Any) -> None:
    ground.repository()
    for secret in ("journal/1.jsonl", "workspaces/other/code.py", "runs/other/transcript.jsonl"):
        (ground.state / secret).parent.mkdir(parents=True)
        (ground.state / secret).write_text("secret")
    script = f"find {ground.state} -type f -exec cat {{}} + 2>/dev/null | grep -c secret; cat {ground.project}/code.py"
    assert seen(caged, ground, script, place=ground.repository_place()) == "0\nhere = 'the checkout'\n"


def test_nothing_is_left_of_root_and_nothing_comes_back(caged: GuardedRunner, ground: Any) -> None:
    out = seen(caged, ground, "grep -E 'Cap(Prm|Eff|Inh|Bnd|Amb)|NoNewPrivs' /proc/self/status | cut -f2")
    assert out.split() == ["0" * 16] * 5 + ["1"]


def test_sockets_that_lead_out_cannot_be_had_and_pairs_can(caged: GuardedRunner, ground: Any) -> None:
    out = tried(
        caged,
        ground,
        "socket.socket(socket.AF_UNIX)\n"
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "print(len(socket.socketpair()))\n"
        "print(socket.socket().family.name)",
    )
    assert out == "held 1\nheld 1\n2\nAF_INET\n"


def test_programs_still_work_as_programs_do(caged: GuardedRunner, ground: Any) -> None:
    """Semaphores, devices, temporary files, names of outputs, moving and linking among its own."""
    script = (
        "echo out > /dev/stdout; echo err > /dev/stderr; head -c 4 /dev/urandom | wc -c; mktemp -d > /dev/null;"
        " mkdir a b; echo x > a/f; mv a/f b/f; ln b/f a/hard; ln -s b/f soft; rm a/hard; cat soft;"
        f" {PYTHON} -I -c 'import multiprocessing as m; print(m.Pool(2).map(abs, [-1, 2]))'"
    )
    assert seen(caged, ground, script) == "out\n4\nx\n[1, 2]\n"


def test_shared_memory_is_its_own_where_namespaces_can_be_made(caged: GuardedRunner, ground: Any) -> None:
    mark = Path("/dev/shm") / ground.unique
    assert seen(caged, ground, f"echo x > {mark}; cat {mark}") == "x\n"
    assert not mark.exists()


@pytest.mark.usefixtures("caged")
def test_an_older_landlock_is_made_up_for_by_refused_calls(ground: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second version knows nothing of cutting files short: the calls that do are refused, without any mounts."""
    keep = ground.project / "kept"
    keep.write_text("all of it")
    whole = landlock.cage_of

    def older(*args: Any) -> landlock.Cage:
        return msgspec.structs.replace(whole(*args), version=2)

    monkeypatch.setattr(landlock, "cage_of", older)
    code = (
        f"os.truncate('{keep}', 0)\nos.open('{keep}', os.O_RDONLY | os.O_TRUNC)\n"
        f"os.open('{keep}', os.O_WRONLY | os.O_TRUNC)\nprint(os.read(os.open('{keep}', os.O_RDONLY), 20))"
    )
    monkeypatch.setattr(system, "found", lambda: Found(landlock=2, filter=True))
    alone = GuardedRunner("landlock", isolation="subreaper")
    assert tried(alone, ground, code) == "held 1\nheld 1\nheld 13\nb'all of it'\n"
    assert keep.read_text() == "all of it"


def test_a_workspace_that_holds_the_state_is_refused(ground: Any, caged: GuardedRunner) -> None:
    place = msgspec.structs.replace(ground.place(), workspace=str(ground.project))
    with pytest.raises(FaultError, match="Landlock cannot protect"):
        anyio.run(caged.start, ground.shell("true", place=place))


def test_where_landlock_does_not_work_asking_for_it_is_a_fault(ground: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "found", lambda: Found(landlock=0))
    with pytest.raises(FaultError, match="repair it or set sandbox"):
        anyio.run(GuardedRunner("landlock").start, ground.shell("true"))


def test_auto_takes_landlock_where_bubblewrap_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "complaint", lambda: "not installed")
    monkeypatch.setattr(system, "found", lambda: Found(landlock=7))
    assert GuardedRunner("auto").level() is Level.L1
    assert not GuardedRunner("auto").level().mounts


def test_what_is_readable_goes_around_what_is_hidden(tmp_path: Path, ground: Any) -> None:
    home = tmp_path / "person"
    for name in (".ssh", "code", ".config/gcloud", ".config/app"):
        (home / name).mkdir(parents=True)
    own = Home(str(ground.run_dir()), str(tmp_path / "h"), str(tmp_path / "t"))
    place = msgspec.structs.replace(ground.place(), readable=(str(home),))
    read = landlock.cage_of(place, own, str(home), ()).read
    assert {str(home / "code"), str(home / ".config" / "app")} <= set(read)
    hidden = (home, home / ".ssh", home / ".config", home / ".config" / "gcloud", "/", "/etc", "/tmp", "/run", "/dev")
    assert not {str(path) for path in hidden} & set(read)


def test_a_filter_is_made_only_for_processors_that_are_known() -> None:
    assert calls.program(["keys"], "riscv64") == b""
    for machine in ("x86_64", "aarch64"):
        assert len(calls.program(list(calls.GROUPS), machine)) % 8 == 0

import contextlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import SocketStream

from orchestrator.errors import FaultError
from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End, Launch, Watch
from orchestrator.processes import GuardedRunner

PYTHON = str(Path(sys.executable).resolve())
"""The interpreter itself: a virtual environment below /tmp is hidden where /tmp is private."""


async def outcome(runner: GuardedRunner, launch: Launch) -> End:
    await runner.start(launch)
    watch, end = await runner.wait(launch.run_dir)
    assert watch is Watch.ENDED
    assert end is not None
    return end


@pytest.mark.parametrize(
    ("script", "code", "number"),
    [("exit 0", 0, None), ("exit 3", 3, None), ("exit 126", 126, None), ("kill -11 $$", None, 11)],
)
def test_the_record_says_exactly_one_of_code_and_signal(
    runner: GuardedRunner, ground: Any, script: str, code: int | None, number: int | None
) -> None:
    end = anyio.run(outcome, runner, ground.shell(script))
    assert (end.code, end.signal, end.reason) == (code, number, "")
    recorded = json.loads((ground.run_dir() / "exit.json").read_bytes())
    assert (recorded["code"], recorded["signal"], recorded["reason"]) == (code, number, "")


def test_a_missing_program_is_127_and_says_so(runner: GuardedRunner, ground: Any) -> None:
    end = anyio.run(outcome, runner, ground.launch("no-such-program"))
    assert end.code == 127
    assert end.reason == "cannot start: no-such-program: No such file or directory"


def test_a_program_that_may_not_be_executed_is_126_and_says_so(runner: GuardedRunner, ground: Any) -> None:
    end = anyio.run(outcome, runner, ground.launch("/etc/passwd"))
    assert end.code == 126
    assert end.reason == "cannot start: /etc/passwd: Permission denied"


def test_what_the_agent_left_running_is_gone_before_the_end_is_told(
    runner: GuardedRunner, ground: Any, living: Any
) -> None:
    script = ground.tree().argv[-1].replace("wait\n", "")
    end = anyio.run(outcome, runner, ground.shell(script))
    assert end.code == 0
    assert living(ground.mark) == []


@pytest.mark.slow
def test_stopping_climbs_the_ladder_and_leaves_nothing(
    runner: GuardedRunner, ground: Any, living: Any, until: Any
) -> None:
    async def story() -> None:
        launch = ground.tree()
        await runner.start(launch)
        until(ground.is_up)
        end = await runner.stop(launch.run_dir, grace_s=0.2)
        assert end.reason == "stopped"
        assert living(ground.mark) == []
        assert await runner.life(launch.run_dir) is Life.ENDED
        assert await runner.stop(launch.run_dir) == end, "stopping what has ended tells how it ended"

    anyio.run(story)


@pytest.mark.slow
@pytest.mark.parametrize(("trap", "code"), [("trap 'exit 7' INT", 7), ("trap '' INT; trap 'exit 8' TERM", 8)])
def test_a_tree_that_listens_ends_in_its_own_way(
    runner: GuardedRunner, ground: Any, until: Any, trap: str, code: int
) -> None:
    async def story() -> End:
        launch = ground.shell(f"{trap}; echo ready; while :; do sleep 0.02; done")
        await runner.start(launch)
        until(lambda: ground.out() == "ready\n")
        return await runner.stop(launch.run_dir, grace_s=0.5)

    end = anyio.run(story)
    assert (end.code, end.signal, end.reason) == (code, None, "stopped")


@pytest.mark.slow
def test_a_program_that_passes_interrupts_on_is_the_only_one_to_get_one(
    runner: GuardedRunner, ground: Any, until: Any
) -> None:
    heard = "signal.signal(2, lambda *_: print('child', flush=True))"
    child = f"import signal, time; {heard}; print('ready', flush=True); time.sleep(60)"
    script = f"trap 'sleep 0.1; echo parent; exit 7' INT; {PYTHON} -I -S -c \"{child}\" & while :; do sleep 0.02; done"

    async def story() -> End:
        launch = ground.shell(script, passes_on=True)
        await runner.start(launch)
        until(lambda: ground.out() == "ready\n")
        return await runner.stop(launch.run_dir, grace_s=0.5)

    assert anyio.run(story).code == 7
    assert ground.out() == "ready\nparent\n"


@pytest.mark.slow
def test_a_tree_that_hears_nothing_is_killed(runner: GuardedRunner, ground: Any, until: Any) -> None:
    async def story() -> End:
        launch = ground.shell("trap '' INT TERM; echo ready; while :; do sleep 0.02; done")
        await runner.start(launch)
        until(lambda: ground.out() == "ready\n")
        return await runner.stop(launch.run_dir, grace_s=0.1)

    end = anyio.run(story)
    assert (end.code, end.signal, end.reason) == (None, 9, "stopped")


def test_a_second_guardian_refuses(bare: GuardedRunner, ground: Any) -> None:
    async def story() -> None:
        launch = ground.shell("sleep 60")
        await bare.start(launch)
        before = (ground.run_dir() / "guardian.json").read_bytes()
        with pytest.raises(FaultError, match="another guardian holds this run"):
            await bare.start(ground.shell("echo intruder"))
        assert (ground.run_dir() / "guardian.json").read_bytes() == before
        assert ground.out() == ""
        await bare.stop(launch.run_dir, grace_s=0.1)

    anyio.run(story)


def test_a_run_whose_end_is_recorded_is_not_started_again(bare: GuardedRunner, ground: Any) -> None:
    first = anyio.run(outcome, bare, ground.shell("echo once"))
    with pytest.raises(FaultError, match="this run has ended"):
        anyio.run(bare.start, ground.shell("echo twice"))
    assert ground.out() == "once\n"
    assert anyio.run(bare.wait, str(ground.run_dir())) == (Watch.ENDED, first)


def test_the_guardian_names_itself_before_the_agent_starts_and_hides_the_environment(
    runner: GuardedRunner, ground: Any
) -> None:
    script = f"cat {ground.run_dir()}/guardian.json; ls {ground.run_dir()}"
    end = anyio.run(outcome, runner, ground.shell(script, env={"PATH": os.environ["PATH"], "TOKEN": "s3cret"}))
    assert end.code == 0, (ground.run_dir() / "err").read_text()
    record, _, listing = ground.out().partition("}")
    seen = json.loads(record + "}")
    assert seen["program"] == "/bin/sh"
    assert seen["boot"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert seen["start"] > 0
    assert "launch.json" not in listing
    assert all("s3cret" not in path.read_text() for path in ground.run_dir().iterdir() if path.is_file())


@pytest.mark.slow
def test_nobody_adopts_it_and_the_guardian_ends_it(bare: GuardedRunner, ground: Any, until: Any, living: Any) -> None:
    launch = ground.shell(f"sleep {ground.mark}", orphan_timeout_s=0.3)
    anyio.run(bare.start, launch)
    until((ground.run_dir() / "exit.json").exists)
    assert json.loads((ground.run_dir() / "exit.json").read_bytes())["reason"] == "orphaned"
    assert living(ground.mark) == []


@pytest.mark.slow
def test_a_held_wait_keeps_the_orphan_timeout_from_counting(bare: GuardedRunner, ground: Any, until: Any) -> None:
    async def story() -> None:
        launch = ground.shell("sleep 60", orphan_timeout_s=0.2)
        await bare.start(launch)
        assert await bare.wait(launch.run_dir, timeout_s=0.7) == (Watch.TIMEOUT, None)
        assert await bare.life(launch.run_dir) is Life.RUNNING
        until((ground.run_dir() / "exit.json").exists)
        end = (await bare.wait(launch.run_dir))[1]
        assert end is not None
        assert end.reason == "orphaned"

    anyio.run(story)


@pytest.mark.slow
def test_too_much_output_ends_the_run(runner: GuardedRunner, ground: Any) -> None:
    end = anyio.run(outcome, runner, ground.shell("yes >&2", max_output=100_000))
    assert (end.signal, end.reason) == (9, "output")
    assert (ground.run_dir() / "err").stat().st_size > 100_000


def test_the_agent_holds_three_descriptors_and_inherits_no_environment(
    runner: GuardedRunner, ground: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OF_THE_ORCHESTRATOR", "secret")
    leak = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(leak, True)
    probe = "import os; print(sorted(os.listdir('/proc/self/fd'))); print(sorted(os.environ))"
    try:
        end = anyio.run(outcome, runner, ground.launch(PYTHON, "-I", "-S", "-c", probe, env={"A": "1"}))
    finally:
        os.close(leak)
    assert end.code == 0, (ground.run_dir() / "err").read_text()
    descriptors, names = ground.out().splitlines()
    assert descriptors == "['0', '1', '2', '3']", "3 is the listing itself"
    expected = {"A", "HOME", "TMPDIR", "PATH", "ORCHESTRATOR_RUN"}
    assert expected <= set(json.loads(names.replace("'", '"'))) <= expected | {"PWD", "LC_CTYPE"}


def test_the_agent_is_the_same_user(runner: GuardedRunner, ground: Any) -> None:
    anyio.run(outcome, runner, ground.shell("id -u; id -g"))
    assert ground.out().split() == [str(os.getuid()), str(os.getgid())]


def test_stdin_comes_from_a_file_or_is_empty(bare: GuardedRunner, ground: Any, tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text("do it\n")
    anyio.run(outcome, bare, ground.launch("cat", stdin=str(tmp_path / "prompt.md")))
    assert ground.out() == "do it\n"
    anyio.run(outcome, bare, ground.launch("cat", name="second"))
    assert ground.out("second") == ""


def test_a_run_folder_may_have_a_very_long_path(bare: GuardedRunner, ground: Any) -> None:
    name = "/".join(["a-rather-long-name-for-a-folder-of-a-run"] * 6)
    assert len(str(ground.run_dir(name))) > 250
    end = anyio.run(outcome, bare, ground.shell("echo far", name=name))
    assert end.code == 0
    assert ground.out(name) == "far\n"


@pytest.mark.slow
def test_the_agent_cannot_adopt_or_stop_its_own_run(runner: GuardedRunner, ground: Any, until: Any) -> None:
    talk = (
        "import os, socket, sys, time\n"
        "os.chdir(sys.argv[1])\n"
        "door = socket.socket(socket.AF_UNIX)\n"
        "door.connect('guardian.sock')\n"
        'try: door.sendall(b\'{"do": "stop", "grace_s": 0}\\n\'); print(door.recv(100))\n'
        "except OSError: print('refused')\n"
        "sys.stdout.flush(); time.sleep(60)\n"
    )
    launch = ground.launch(PYTHON, "-I", "-S", "-c", talk, str(ground.run_dir()), orphan_timeout_s=0.25)
    anyio.run(runner.start, launch)
    until((ground.run_dir() / "exit.json").exists)
    assert json.loads((ground.run_dir() / "exit.json").read_bytes())["reason"] == "orphaned"
    assert ground.out() in ("b''\n", "refused\n")


@pytest.mark.slow
def test_a_guardian_whose_folder_was_deleted_ends_with_its_tree(bare: GuardedRunner, ground: Any, until: Any) -> None:
    launch = ground.shell("sleep 60", orphan_timeout_s=0.25)
    anyio.run(bare.start, launch)
    guardian = json.loads((ground.run_dir() / "guardian.json").read_bytes())["pid"]
    shutil.rmtree(ground.run_dir())
    until(lambda: not Path(f"/proc/{guardian}").exists() or " Z " in Path(f"/proc/{guardian}/stat").read_text())


async def tell(stream: SocketStream, what: bytes) -> None:
    """Say something and wait for the other side to hang up."""
    with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
        await stream.send(what)
        while True:
            await stream.receive()


def test_a_caller_that_talks_nonsense_changes_nothing(
    bare: GuardedRunner, ground: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> End:
        launch = ground.shell("read line < pipe; exit 5")
        os.mkfifo(ground.work / "pipe")
        await bare.start(launch)
        for nonsense in (b"what\n", b'{"do": "stop"}\n', b"[1]\n", b"x" * 10_000):
            with monkeypatch.context() as inside:
                inside.chdir(launch.run_dir)  # paths of sockets must be short
                stream = await anyio.connect_unix("guardian.sock")
            async with stream:
                await tell(stream, nonsense)
        (ground.work / "pipe").write_text("go\n")
        _, end = await bare.wait(launch.run_dir)
        assert end is not None
        return end

    assert anyio.run(story).code == 5


@pytest.mark.slow
def test_a_stuck_guardian_is_ended_with_its_tree(
    bare: GuardedRunner, ground: Any, living: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("orchestrator.processes.runner._STOP_SLACK_S", 0.1)

    async def story() -> End:
        launch = ground.shell(f"sleep {ground.mark}")
        await bare.start(launch)
        os.kill(ground.guardian_pid(), signal.SIGSTOP)
        return await bare.stop(launch.run_dir, grace_s=0.05)

    assert anyio.run(story) == End(reason="lost")
    assert living(ground.mark) == []


@pytest.mark.slow
def test_asked_to_end_at_once_the_guardian_stops_the_tree_and_records_it(runner: GuardedRunner, ground: Any) -> None:
    async def story() -> End | None:
        launch = ground.shell("exec sleep 60")
        await runner.start(launch)
        os.kill(ground.guardian_pid(), signal.SIGTERM)
        return (await runner.wait(launch.run_dir))[1]

    end = anyio.run(story)
    assert end is not None
    assert end.reason == "stopped"
    assert end.signal in (2, 9), "9 where bubblewrap had not yet executed it"
    assert end.seconds < 2.5, "the first rung was enough"

"""What every Runner must do, told once and asked of each."""

import os
from collections.abc import Callable
from pathlib import Path

import anyio
import msgspec
import pytest

from orchestrator.agents.watchdogs import Watchdogs
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End, Launch, Level, Look, Place, Process, Runner, Watch
from orchestrator.processes import GuardedRunner
from orchestrator.processes.sandbox import complaint
from orchestrator.processes.system import landlock_complaint

RUNNERS: dict[str, Callable[[], Runner]] = {
    "in bubblewrap": lambda: GuardedRunner("bwrap"),
    "in landlock": lambda: GuardedRunner("landlock"),
    "bare": lambda: GuardedRunner("none"),
}


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> Runner:
    if request.param == "in bubblewrap" and complaint():
        pytest.skip("bubblewrap does not work here")
    if request.param == "in landlock" and landlock_complaint():
        pytest.skip("landlock does not work here")
    return RUNNERS[request.param]()


@pytest.fixture
def launch(tmp_path: Path) -> Callable[..., Launch]:
    def make(script: str, name: str = "run") -> Launch:
        run = tmp_path / ".aibrain" / "runs" / name
        work = tmp_path / ".aibrain" / "work"
        work.mkdir(parents=True, exist_ok=True)
        return Launch(
            run_dir=str(run),
            argv=("/bin/sh", "-c", script),
            env={"PATH": os.environ["PATH"], "WORD": "from the launch"},
            place=Place(workspace=str(work), seen_as=str(tmp_path), project=str(tmp_path), checkout=str(tmp_path)),
            home=str(run / "home"),
            tmp=str(run / "tmp"),
            stdout=str(run / "out"),
            stderr=str(run / "err"),
            orphan_timeout_s=30.0,  # what a failing test leaves behind goes soon
        )

    return make


def test_a_program_runs_in_its_workspace_with_its_environment(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> tuple[Watch, End | None]:
        started = launch("echo $WORD; echo beside >&2; touch made")
        await runner.start(started)
        return await runner.wait(started.run_dir)

    watch, end = anyio.run(story)
    made = launch("")
    assert watch is Watch.ENDED
    assert end is not None
    assert (end.code, end.signal, end.reason) == (0, None, "")
    assert Path(made.stdout).read_text() == "from the launch\n"
    assert Path(made.stderr).read_text() == "beside\n"
    assert (Path(made.place.workspace) / "made").exists()


def test_a_run_is_gone_then_running_then_ended(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> list[Life]:
        started = launch("sleep 60")
        lives = [await runner.life(started.run_dir)]
        await runner.start(started)
        lives.append(await runner.life(started.run_dir))
        await runner.stop(started.run_dir, grace_s=0.05)
        return [*lives, await runner.life(started.run_dir)]

    assert anyio.run(story) == [Life.GONE, Life.RUNNING, Life.ENDED]


def test_a_folder_where_nothing_ran_was_lost(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> tuple[tuple[Watch, End | None], End]:
        folder = launch("").run_dir
        return await runner.wait(folder), await runner.stop(folder)

    assert anyio.run(story) == ((Watch.ENDED, End(reason="lost")), End(reason="lost"))


def test_the_end_can_be_asked_for_again_and_by_many_at_once(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> list[End | None]:
        started = launch("sleep 0.1; exit 6")
        ends: list[End | None] = []

        async def follow() -> None:
            ends.append((await runner.wait(started.run_dir))[1])

        await runner.start(started)
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(follow)
        await follow()
        return ends

    ends = anyio.run(story)
    assert [end.code for end in ends if end] == [6, 6, 6, 6]
    assert len(set(map(msgspec.json.encode, ends))) == 1


@pytest.mark.slow
def test_a_wait_that_ends_early_leaves_the_run_alone(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> None:
        started = launch("sleep 60")
        await runner.start(started)
        assert await runner.wait(started.run_dir, timeout_s=0.1) == (Watch.TIMEOUT, None)
        assert await runner.wait(started.run_dir, timeout_s=0.1) == (Watch.TIMEOUT, None), "it counts from the start"
        with anyio.move_on_after(0.05):
            await runner.wait(started.run_dir)
        assert await runner.life(started.run_dir) is Life.RUNNING
        assert (await runner.stop(started.run_dir, grace_s=0.05)).reason == "stopped"

    anyio.run(story)


class Sees:
    """A watchdog that trips once it has seen so much output."""

    def __init__(self, output: int) -> None:
        self.output, self.looks = output, list[Look]()

    def pause_s(self) -> float:
        return 0.05

    async def look(self, look: Look | None, now: float) -> Watch | None:
        self.looks += [look] if look else []
        return Watch.OUTPUT if look and look.output >= self.output else None


@pytest.mark.slow
def test_a_watchdog_is_shown_how_the_run_stands_until_it_trips(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> list[Look]:
        started, dog = launch("echo word; sleep 0.2; echo word >&2; sleep 60"), Sees(10)
        await runner.start(started)
        assert await runner.wait(started.run_dir, watchdog=dog) == (Watch.OUTPUT, None)
        assert await runner.life(started.run_dir) is Life.RUNNING
        await runner.stop(started.run_dir, grace_s=0.05)
        return dog.looks

    looks = anyio.run(story)
    assert looks[-1].output == 10
    assert [look.age_s for look in looks] == sorted(look.age_s for look in looks)


@pytest.mark.slow
def test_the_processes_of_a_run_are_listed_parents_first(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> tuple[tuple[Process, ...], tuple[Process, ...]]:
        started, dog = launch("sleep 61 & echo up; sleep 62"), Sees(3)
        await runner.start(started)
        await runner.wait(started.run_dir, watchdog=dog)
        with anyio.fail_after(20):  # the one in the background is a shell until it has become the sleep
            while len(sleeps(alive := await runner.processes(started.run_dir))) < 2:
                await anyio.sleep(0.02)
        await runner.stop(started.run_dir, grace_s=0.05)
        return alive, await runner.processes(started.run_dir)

    def sleeps(found: tuple[Process, ...]) -> set[str]:
        return {one.command for one in found} & {"sleep 61", "sleep 62"}

    alive, after = anyio.run(story)
    commands = [process.command for process in alive]
    assert alive[0].depth == 0
    assert {"sleep 61", "sleep 62"} <= {*commands}
    shell = next(number for number, command in enumerate(commands) if command.startswith("/bin/sh -c sleep 61"))
    assert alive[shell].depth < alive[commands.index("sleep 62")].depth
    assert after == ()


def stall(launch: Launch, seconds: float) -> Watchdogs:
    return Watchdogs(Path(launch.stdout), "plain", AgentSettings(name="a", stall_s=seconds))


@pytest.mark.slow
def test_silence_and_idleness_are_a_stall(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> None:
        started = launch("echo once; sleep 60")
        await runner.start(started)
        assert await runner.wait(started.run_dir, watchdog=stall(started, 0.4)) == (Watch.STALLED, None)
        assert await runner.life(started.run_dir) is Life.RUNNING
        await runner.stop(started.run_dir, grace_s=0.05)

    anyio.run(story)


@pytest.mark.slow
@pytest.mark.parametrize("work", ["while :; do :; done", "while :; do echo word; sleep 0.05; done"])
def test_who_computes_or_writes_does_not_stall(runner: Runner, launch: Callable[..., Launch], work: str) -> None:
    async def story() -> None:
        started = launch(work)
        await runner.start(started)
        watch = await runner.wait(started.run_dir, timeout_s=0.8, watchdog=stall(started, 0.4))
        assert watch == (Watch.TIMEOUT, None)
        await runner.stop(started.run_dir, grace_s=0.05)

    anyio.run(story)


def test_run_gives_the_end(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> tuple[Watch, End]:
        return await runner.run(launch("exit 2"), timeout_s=30)

    watch, end = anyio.run(story)
    assert (watch, end.code) == (Watch.ENDED, 2)


def test_run_may_use_its_folder_again(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> list[int | None]:
        return [(await runner.run(launch(f"echo {code}; exit {code}"), timeout_s=30))[1].code for code in (3, 4)]

    assert anyio.run(story) == [3, 4]
    assert Path(launch("").stdout).read_text() == "4\n"


@pytest.mark.slow
def test_run_ends_what_takes_too_long(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> tuple[Watch, End]:
        return await runner.run(launch("sleep 60"), timeout_s=0.1)

    watch, end = anyio.run(story)
    assert (watch, end.reason) == (Watch.TIMEOUT, "stopped")


@pytest.mark.slow
def test_a_run_that_is_cancelled_is_over_when_the_cancelling_is(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> Life:
        started = launch("trap '' INT TERM; sleep 60; sleep 60")
        with anyio.move_on_after(0.2):
            await runner.run(started, timeout_s=60)
        return await runner.life(started.run_dir)

    assert anyio.run(story) is Life.ENDED


def test_a_folder_is_guarded_once(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> None:
        started = launch("sleep 60")
        await runner.start(started)
        with pytest.raises(FaultError):
            await runner.start(launch("echo intruder"))
        await runner.stop(started.run_dir, grace_s=0.05)

    anyio.run(story)
    assert Path(launch("").stdout).read_text() == ""


def test_a_program_that_is_not_there_cannot_start(runner: Runner, launch: Callable[..., Launch]) -> None:
    async def story() -> End:
        return (await runner.run(msgspec.structs.replace(launch(""), argv=("/no/such",)), timeout_s=30))[1]

    assert anyio.run(story).reason.startswith("cannot start: /no/such")


def test_many_run_side_by_side(runner: Runner, launch: Callable[..., Launch]) -> None:
    codes: dict[int, int | None] = {}

    async def one(number: int) -> None:
        codes[number] = (await runner.run(launch(f"exit {number}", f"run-{number}"), timeout_s=30))[1].code

    async def story() -> None:
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(one, number)

    anyio.run(story)
    assert codes == {number: number for number in range(5)}


def test_the_level_is_named(runner: Runner) -> None:
    assert runner.level() in Level

"""Guardians are forked by one interpreter, and are each as alone as if it had been started for them."""

import gc
import json
import os
import signal
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.ports.agents import Life
from orchestrator.ports.runner import Launch, Watch
from orchestrator.processes import GuardedRunner, nursery

pytestmark = pytest.mark.slow


@pytest.fixture
def runner() -> GuardedRunner:
    return GuardedRunner("none")


@pytest.fixture
def nurseries(ground: Any, living: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """Find this test's nurseries by what stands in their padding."""
    mark = f"nursery-{ground.mark}"
    monkeypatch.setattr(nursery, "_PADDING", mark + " " * 1024)
    return lambda: list(living(mark))


def handles(pid: int) -> set[str]:
    return {str(handle.readlink()) for handle in Path(f"/proc/{pid}/fd").iterdir()}


def facts(pid: int) -> tuple[list[bytes], int, int]:
    """Give a process's command line, its parent and its session."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0"), int(fields[1]), int(fields[3])


async def up(runner: GuardedRunner, launch: Launch) -> int:
    await runner.start(launch)
    return int(json.loads((Path(launch.run_dir) / "guardian.json").read_bytes())["pid"])


def test_guardians_have_one_nursery_and_nothing_in_common(runner: GuardedRunner, nurseries: Any, ground: Any) -> None:
    async def story() -> None:
        launches = [ground.shell("sleep 60", name=name) for name in ("one", "two")]
        guardians = [await up(runner, launch) for launch in launches]
        (mother,) = nurseries()
        seen = [facts(pid) for pid in guardians]
        assert [words[-1] for words, _, _ in seen] == [os.fsencode(launch.run_dir) for launch in launches]
        assert mother not in {parent for _, parent, _ in seen}
        assert len({session for _, _, session in seen} | {facts(mother)[2]}) == 3
        opened = [handles(pid) for pid in (*guardians, mother)]
        assert all(link.startswith("/dev/null") for one, other in pairwise(opened) for link in one & other)
        for launch in launches:
            await runner.stop(launch.run_dir, grace_s=0.1)

    anyio.run(story)


def test_a_nursery_that_dies_takes_nobody_with_it_and_the_next_start_works(
    runner: GuardedRunner, nurseries: Any, ground: Any, until: Any
) -> None:
    async def story() -> None:
        first = ground.shell("sleep 60", name="first")
        await up(runner, first)
        (mother,) = nurseries()
        os.kill(mother, signal.SIGKILL)
        until(lambda: not nurseries())
        assert await runner.life(first.run_dir) is Life.RUNNING
        second = ground.shell("exit 3", name="second")
        await runner.start(second)
        watch, end = await runner.wait(second.run_dir)
        assert (watch, end and end.code) == (Watch.ENDED, 3)
        assert (await runner.stop(first.run_dir, grace_s=0.1)).reason == "stopped"

    anyio.run(story)


def test_without_a_nursery_a_guardian_is_started_by_itself(
    runner: GuardedRunner, nurseries: Any, ground: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.processes.nursery.Nursery._open", lambda _: False)

    async def story() -> None:
        launch = ground.shell("sleep 60")
        words, _, session = facts(guardian := await up(runner, launch))
        assert (words[-1], nurseries()) == (os.fsencode(launch.run_dir), [])
        assert session != guardian
        await runner.stop(launch.run_dir, grace_s=0.1)

    anyio.run(story)


def test_a_nursery_ends_with_its_runner_and_guardians_do_not(nurseries: Any, ground: Any, until: Any) -> None:
    async def story() -> None:
        runner = GuardedRunner("none")
        launch = ground.shell("sleep 60")
        await up(runner, launch)
        (mother,) = nurseries()
        del runner
        gc.collect()
        until(lambda: not Path(f"/proc/{mother}").exists())
        other = GuardedRunner("none")
        assert await other.life(launch.run_dir) is Life.RUNNING
        await other.stop(launch.run_dir, grace_s=0.1)

    anyio.run(story)


def test_a_folder_with_a_long_name_is_guarded_under_the_name_of_its_nursery(
    runner: GuardedRunner, nurseries: Any, ground: Any
) -> None:
    async def story() -> None:
        launch = ground.shell("exit 3", name="/".join(["x" * 100] * 12))
        await runner.start(launch)
        _, end = await runner.wait(launch.run_dir)
        assert end is not None
        assert end.code == 3

    anyio.run(story)

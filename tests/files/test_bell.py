"""Being woken by the kernel."""

import errno
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from orchestrator.errors import FaultError
from orchestrator.files import bell
from orchestrator.files.bell import CONTENT, HOLDERS, Bell, Watchfiles


@pytest.fixture(params=["inotify", "watchfiles"])
def ring(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Choose what the bell listens to."""
    if request.param == "watchfiles":
        monkeypatch.setattr(bell, "_source", Watchfiles)
    return str(request.param)


def run(folder: Path, story: Callable[[Bell], Awaitable[None]], what: int = CONTENT) -> None:
    async def outer() -> None:
        listening = Bell(folder, what)
        with anyio.fail_after(20):
            await story(listening)
        listening.close()

    anyio.run(outer)


def test_what_happened_before_the_wait_is_not_missed(tmp_path: Path, ring: str) -> None:
    async def story(listening: Bell) -> None:
        (tmp_path / "new").write_text("x")
        await listening.wait()

    run(tmp_path, story)


def test_every_waiter_is_woken_and_again_by_the_next_change(tmp_path: Path, ring: str) -> None:
    async def story(listening: Bell) -> None:
        for round_ in range(2):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(listening.wait)
                await anyio.wait_all_tasks_blocked()
                with (tmp_path / "log").open("a") as log:
                    log.write(f"{round_}\n")

    run(tmp_path, story)


def test_a_cancelled_listener_hands_over(tmp_path: Path, ring: str) -> None:
    async def story(listening: Bell) -> None:
        woken = anyio.Event()

        async def again() -> None:
            while not (tmp_path / "new").exists():
                await listening.wait()
            woken.set()

        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as doomed:
                    doomed.start_soon(listening.wait)
                    await anyio.wait_all_tasks_blocked()
                    group.start_soon(again)
                    await anyio.wait_all_tasks_blocked()
                    scope.cancel()
            assert not woken.is_set()
            (tmp_path / "new").touch()
        assert woken.is_set()

    run(tmp_path, story)


def test_nothing_rings_in_a_quiet_folder(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")

    async def story(listening: Bell) -> None:
        (tmp_path / "there").read_text()
        with anyio.move_on_after(0.05) as scope:
            await listening.wait()
        assert scope.cancelled_caught

    run(tmp_path, story)


def test_letting_go_of_a_file_rings_for_holders_only(tmp_path: Path) -> None:
    held = (tmp_path / "held").open("a")

    async def quiet(listening: Bell) -> None:
        with anyio.move_on_after(0.05) as scope:
            await listening.wait()
        assert scope.cancelled_caught

    async def rings(listening: Bell) -> None:
        held.close()
        await listening.wait()

    run(tmp_path, quiet, HOLDERS)
    run(tmp_path, rings, HOLDERS)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=r"cannot watch .*/gone: No such file or directory; check that it exists"):
        Bell(tmp_path / "gone")


def test_too_many_watchers_are_told_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.get_errno", lambda: errno.EMFILE)
    with pytest.raises(FaultError, match=r"raise fs\.inotify\.max_user_instances"):
        Bell(tmp_path / "gone")

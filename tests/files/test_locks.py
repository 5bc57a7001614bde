"""Locks end with their holder and with nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from orchestrator.files.locks import FileLock, LockHeldError, is_locked

HOLD = """
import sys
from pathlib import Path
from orchestrator.files.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.try_acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_two_locks_on_one_path_exclude_each_other(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.try_acquire()
    assert first.try_acquire()
    assert not second.try_acquire()
    first.release()
    first.release()
    assert second.try_acquire()
    second.close()
    first.close()


def test_a_waiting_lock_gets_its_turn_or_says_who_is_in_the_way(tmp_path: Path) -> None:
    holder, waiter = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")

    async def story() -> None:
        assert holder.try_acquire()
        with pytest.raises(LockHeldError, match=r"held by another process for over 0\.02 s; `fuser "):
            await waiter.acquire(0.02)
        async with anyio.create_task_group() as group:
            group.start_soon(waiter.acquire, 20)
            await anyio.wait_all_tasks_blocked()
            assert not waiter.held
            holder.release()
        assert waiter.held

    anyio.run(story)
    waiter.close()


def test_a_cancelled_wait_holds_nothing(tmp_path: Path) -> None:
    holder, waiter = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")

    async def story() -> None:
        assert holder.try_acquire()
        with anyio.move_on_after(0.01):
            await waiter.acquire(20)

    anyio.run(story)
    holder.close()
    assert not waiter.held
    assert not is_locked(tmp_path / "lock")


def test_a_block_holds_the_lock(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock"):
        assert is_locked(tmp_path / "lock")
        with pytest.raises(LockHeldError), FileLock(tmp_path / "lock"):
            pass
    assert not is_locked(tmp_path / "lock")


def test_a_replaced_lock_file_does_not_let_two_in(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    old, new, third = FileLock(path), FileLock(path), FileLock(path)
    assert old.try_acquire()
    path.unlink()
    assert new.try_acquire()  # on the file that stands there now; the old holder's guards nothing any more
    assert not third.try_acquire()
    old.release()
    assert not old.try_acquire()
    new.release()
    assert old.try_acquire()
    for lock in (old, new, third):
        lock.close()


def test_a_lock_that_may_not_be_made_is_not(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileLock(tmp_path / "lock", create=False).try_acquire()
    assert not is_locked(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []


def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.try_acquire()
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    lock.close()
    assert not is_locked(tmp_path / "lock")
    child.communicate()


@pytest.mark.slow
def test_a_killed_holder_is_one_no_more(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    assert is_locked(tmp_path / "lock")
    assert not FileLock(tmp_path / "lock").try_acquire()
    child.kill()
    child.communicate()
    assert not is_locked(tmp_path / "lock")

"""A lock that a git left which died keeps nobody waiting; one that may be held, or is the person's, stays."""

import os
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import FaultError

Yard = Any
LONG_AGO = (1, 1)


def test_old_locks_on_our_refs_go_when_a_run_begins(yard: Yard) -> None:
    refs = yard.path / ".git" / "refs"
    locks = [refs / "heads/orchestrator/main.lock", refs / "orchestrator/q/T-1/1/base.lock"]
    theirs = refs / "heads/main.lock"
    for lock in (*locks, theirs):
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
        os.utime(lock, LONG_AGO)

    async def story() -> None:
        await yard.start()

    yard.run(story)
    assert [lock.exists() for lock in (*locks, theirs)] == [False, False, True]


def test_a_lock_that_may_be_held_is_waited_for_and_told(yard: Yard) -> None:
    lock: Path = yard.path / ".git" / "refs/heads/orchestrator/main.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()

    async def story() -> None:
        with pytest.raises(FaultError, match=r"main\.lock"):
            await yard.start()

    yard.run(story)
    assert lock.exists()

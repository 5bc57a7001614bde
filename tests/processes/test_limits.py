"""What a run may use: memory and processes, counted over its whole tree."""

import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.ports.runner import End
from orchestrator.processes import GuardedRunner

PYTHON = str(Path(sys.executable).resolve())
MIB = 1 << 20
SHARED = """
import os, time
kept = bytearray(b"x" * (40 << 20))
children = [os.fork() for _ in range(3)]
if not all(children):
    time.sleep(0.8)
    os._exit(0)
for child in children:
    os.waitpid(child, 0)
"""
SPREAD = """
import os, time
children = [os.fork() for _ in range(3)]
if not all(children):
    kept = bytearray(b"x" * (40 << 20))
    time.sleep(30)
time.sleep(30)
"""


def end_of(runner: GuardedRunner, ground: Any, *argv: str, **limits: int) -> End:
    async def story() -> End:
        return (await runner.run(ground.launch(*argv, **limits), timeout_s=20))[1]

    return anyio.run(story)


@pytest.mark.slow
def test_a_tree_that_takes_too_much_memory_together_is_ended(confined: GuardedRunner, ground: Any) -> None:
    end = end_of(confined, ground, PYTHON, "-I", "-S", "-c", SPREAD, max_memory=100 * MIB)
    assert (end.signal, end.reason) == (9, "memory")


@pytest.mark.slow
def test_memory_that_is_shared_counts_once(bare: GuardedRunner, ground: Any) -> None:
    end = end_of(bare, ground, PYTHON, "-I", "-S", "-c", SHARED, max_memory=100 * MIB)
    assert (end.code, end.reason) == (0, "")


def test_one_process_is_refused_at_once_what_is_beyond_all_measure(runner: GuardedRunner, ground: Any) -> None:
    script = "try: bytearray(4 << 30)\nexcept MemoryError: print('refused')"
    end = end_of(runner, ground, PYTHON, "-I", "-S", "-c", script, max_memory=200 * MIB)
    assert (end.code, ground.out()) == (0, "refused\n")


@pytest.mark.slow
def test_a_tree_of_too_many_processes_is_ended(runner: GuardedRunner, ground: Any, living: Any) -> None:
    bomb = f"while :; do sleep {ground.mark} & sleep 0.01; done"
    end = end_of(runner, ground, "/bin/sh", "-c", bomb, max_processes=10)
    assert (end.signal, end.reason) == (9, "processes")
    assert living(ground.mark) == []


def test_limits_that_are_kept_are_not_felt(runner: GuardedRunner, ground: Any) -> None:
    end = end_of(runner, ground, "/bin/sh", "-c", "echo fine", max_memory=100 * MIB, max_processes=10)
    assert (end.code, end.reason, ground.out()) == (0, "", "fine\n")


def test_a_crash_leaves_no_core_among_the_work(bare: GuardedRunner, ground: Any) -> None:
    assert end_of(bare, ground, "/bin/sh", "-c", "ulimit -c; kill -11 $$").signal == 11
    assert ground.out() == "0\n"
    assert list(ground.work.iterdir()) == []

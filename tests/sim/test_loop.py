"""The virtual event loop: one seed one order, time only when nobody is ready, an end to every wait."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest

from orchestrator.sim.loop import PROCESS, DeadlockError, InOrder, LivelockError, run, virtual_loop

PROGRAM = Path(__file__).with_name("traced_program.py")
ROOT = Path(__file__).parents[2]


def traces(mode: str, seeds: Sequence[int], processes: int) -> list[tuple[str, ...]]:
    """Run the program in fresh processes, two at a time; one tuple of hashes (one a seed) each."""
    argv = [sys.executable, str(PROGRAM), mode, *map(str, seeds)]

    def start(number: int) -> "subprocess.Popen[str]":
        env = {**os.environ, "PYTHONHASHSEED": str(number), "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True)

    answers: list[tuple[str, ...]] = []
    for first in range(0, processes, 2):
        pair = [start(number) for number in range(first, min(first + 2, processes))]
        answers += [tuple(process.communicate()[0].split()) for process in pair]
    return answers


@pytest.mark.slow
def test_a_seed_has_one_trace_in_twenty_fresh_processes_and_other_seeds_have_others() -> None:
    seeds = (1, 2, 3)
    answers = traces("steady", seeds, 20)
    assert len(answers[0]) == len(seeds)
    assert set(answers) == {answers[0]}
    assert len(set(answers[0])) == len(seeds)


@pytest.mark.slow
def test_left_to_addresses_the_same_program_has_many_traces() -> None:
    """The control: without this the test above proves nothing."""
    assert len(set(traces("by-address", (1,), 4))) > 1


def test_a_day_of_sleep_takes_no_time_and_ends_exactly_on_time() -> None:
    async def main() -> float:
        await anyio.sleep(86_400)
        return anyio.current_time()

    assert run(main, 1) == 86_400


def test_timers_fire_in_order_of_time_whatever_the_seed() -> None:
    async def main() -> list[int]:
        woken: list[int] = []

        async def sleeper(seconds: int) -> None:
            await anyio.sleep(seconds)
            woken.append(seconds)

        async with anyio.create_task_group() as group:
            for seconds in (5, 3, 4, 1, 2):
                group.start_soon(sleeper, seconds)
        return woken

    assert all(run(main, seed) == [1, 2, 3, 4, 5] for seed in range(10))


def test_what_is_ready_together_runs_in_an_order_of_the_seeds_choosing() -> None:
    async def main() -> tuple[int, ...]:
        order: list[int] = []

        async def note(number: int) -> None:
            await anyio.lowlevel.checkpoint()
            order.append(number)

        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(note, number)
        return tuple(order)

    orders = {run(main, seed) for seed in range(10)}
    assert len(orders) > 5
    assert run(main, 3) == run(main, 3)


def test_nothing_scheduled_is_a_deadlock_that_names_who_waits_where() -> None:
    async def waits_for_godot() -> None:
        await anyio.Event().wait()

    with pytest.raises(DeadlockError, match=r"nothing is scheduled at 0\.000 s.*waits_for_godot at .*wait"):
        run(waits_for_godot, 1)


def test_a_cancelled_timer_keeps_nobody_from_a_deadlock() -> None:
    async def main() -> None:
        with anyio.move_on_after(100) as scope:
            scope.cancel()
            await anyio.sleep(1)
        await anyio.Event().wait()

    with pytest.raises(DeadlockError, match=r"at 0\.000 s"):
        run(main, 1)


def test_turning_without_time_passing_is_a_livelock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.sim.loop._MAX_TURNS", 500)

    async def polls() -> None:
        while True:
            await anyio.sleep(0)

    with pytest.raises(LivelockError, match="500 turns at 0"):
        run(polls, 1)


def test_a_frozen_process_makes_no_step_until_it_is_thawed_and_then_sees_all_that_happened() -> None:
    async def main() -> list[tuple[str, float]]:
        loop, seen, news = virtual_loop(), list[tuple[str, float]](), anyio.Event()

        async def process() -> None:
            PROCESS.set("p")
            seen.append(("started", anyio.current_time()))
            with anyio.move_on_after(5):
                await news.wait()
            seen.append(("told" if news.is_set() else "gave up", anyio.current_time()))

        async with anyio.create_task_group() as group:
            group.start_soon(process)
            await anyio.sleep(1)
            loop.freeze("p")
            await anyio.sleep(1)
            news.set()
            await anyio.sleep(10)
            assert seen == [("started", 0)]
            loop.thaw("p")
        return seen

    assert run(main, 4) == [("started", 0), ("told", 12)]


def test_a_process_frozen_for_ever_runs_no_finally_while_the_others_go_on() -> None:
    async def main() -> list[str]:
        loop, said, heard = virtual_loop(), list[str](), list[str]()

        async def process(name: str) -> None:
            PROCESS.set(name)
            try:
                await anyio.sleep(10)
                said.append(f"{name} done")
            finally:
                said.append(f"{name} tidied")

        async with anyio.create_task_group() as group:
            group.start_soon(process, "killed")
            group.start_soon(process, "lives")
            await anyio.sleep(1)
            loop.freeze("killed")
            await anyio.sleep(20)
            heard += said
            loop.thaw("killed")
            group.cancel_scope.cancel()
        return heard

    assert run(main, 1) == ["lives done", "lives tidied"]


def test_waiting_for_a_process_that_is_frozen_for_ever_is_a_deadlock_that_says_so() -> None:
    async def main() -> None:
        async def process() -> None:
            PROCESS.set("p")
            await anyio.sleep(1)

        async with anyio.create_task_group() as group:
            group.start_soon(process)
            await anyio.sleep(0)
            await anyio.sleep(0)
            virtual_loop().freeze("p")

    with pytest.raises(DeadlockError, match="frozen: p"):
        run(main, 1)


def test_anyio_is_left_as_it_was_found() -> None:
    async def inside() -> bool:
        return isinstance(anyio.CancelScope()._child_scopes, InOrder)  # type: ignore[attr-defined]

    assert run(inside, 1)
    assert not anyio.run(inside)

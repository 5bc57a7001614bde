"""A program in a terminal of its own, joined to a person's: keys go in, the screen comes out, nobody is left behind."""

import os
import signal
import struct
import termios
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from fcntl import ioctl
from typing import TYPE_CHECKING, Any

import anyio
import msgspec
import pytest

from orchestrator.errors import FaultError
from orchestrator.ports.runner import End, Launch
from orchestrator.processes import GuardedRunner
from orchestrator.processes.terminal import joined

if TYPE_CHECKING:
    from tests.processes.conftest import Ground

pytestmark = pytest.mark.slow


class Person:
    """Sits at a terminal: types, and sees what is drawn."""

    def __init__(self) -> None:
        self.hand, self.terminal = os.openpty()
        os.set_blocking(self.hand, False)
        self.resize(24, 80)
        self.screen = ""

    def resize(self, rows: int, columns: int) -> None:
        ioctl(self.hand, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def types(self, keys: str) -> None:
        os.write(self.hand, keys.encode())

    async def sees(self, words: str) -> None:
        with anyio.fail_after(60):
            while words not in self.screen:
                await anyio.wait_readable(self.hand)
                self.screen += os.read(self.hand, 4096).decode()

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)


@asynccontextmanager
async def session(runner: GuardedRunner, launch: Launch) -> AsyncIterator[tuple[Person, list[Any]]]:
    """Open the program for a person; afterwards the list holds how it ended."""
    person, ends = Person(), list[Any]()

    def at(path: str) -> Awaitable[tuple[Any, End]]:
        there = msgspec.structs.replace(launch, stdin=path, stdout=path, stderr=path, terminal=True)
        return runner.run(there, timeout_s=float("inf"))

    async def go() -> None:
        try:
            ends.append((await joined(at, person.terminal, person.terminal))[1])
        except FaultError as error:
            ends.append(error)

    with anyio.fail_after(90):
        async with anyio.create_task_group() as group:
            group.start_soon(go)
            yield person, ends
    assert person.echoes, "the terminal is as it was"


def test_keys_reach_the_program_and_what_it_draws_the_person(runner: GuardedRunner, ground: "Ground") -> None:
    script = 'test -t 0 -a -t 1 -a -t 2 && stty size; printf "who? "; read line; echo "hello $line"; exit 3'

    async def story() -> None:
        async with session(runner, ground.shell(script)) as (person, ends):
            await person.sees("24 80")
            await person.sees("who? ")
            assert not person.echoes, "every key is handed on as it is typed"
            person.types("ana\r")
            await person.sees("hello ana")
        assert ends == [End(code=3, seconds=ends[0].seconds)]

    anyio.run(story)


def test_the_terminal_is_the_programs_own_so_that_its_keys_work(runner: GuardedRunner, ground: "Ground") -> None:
    script = 'trap "echo interrupted; exit 4" INT; echo there > /dev/tty; while :; do sleep 0.05; done'

    async def story() -> None:
        async with session(runner, ground.shell(script)) as (person, ends):
            await person.sees("there")
            person.types("\x03")
            await person.sees("interrupted")
        assert ends[0].code == 4

    anyio.run(story)


def test_a_window_that_changes_is_told(bare: GuardedRunner, ground: "Ground") -> None:
    script = 'trap "stty size" WINCH; echo ready; for _ in $(seq 100); do sleep 0.05; done'

    async def story() -> None:
        async with session(bare, ground.shell(script)) as (person, _):
            await person.sees("ready")
            person.resize(30, 100)
            signal.raise_signal(signal.SIGWINCH)  # as the system does for the process at that terminal
            await person.sees("30 100")
            signal.raise_signal(signal.SIGTERM)

    anyio.run(story)


def test_whoever_is_told_to_end_leaves_nothing_behind(
    runner: GuardedRunner, ground: "Ground", living: Callable[[str], list[int]], until: Callable[..., None]
) -> None:
    async def story() -> None:
        async with session(runner, ground.tree()) as (person, ends):
            await person.sees("ready")
            await anyio.to_thread.run_sync(until, ground.is_up)
            signal.raise_signal(signal.SIGTERM)
        assert str(ends[0]) == "ended by SIGTERM"

    anyio.run(story)
    assert living(ground.mark) == []

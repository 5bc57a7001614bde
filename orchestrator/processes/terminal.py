"""A person's terminal joined to a program's: what is typed goes in, what is drawn comes out. Keeps nothing of either.

The program gets a terminal of its own, not the person's: it may be killed, confined or hung without the person's
terminal being the worse for it, and what it could type into it reaches nobody but itself.
"""

import contextlib
import fcntl
import os
import signal
import termios
import tty
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import anyio

from orchestrator.errors import FaultError, OrchestratorError

T = TypeVar("T")
_BLOCK = 1 << 16
_ROOM = b"\0" * 8
"""Of the window's size: four short numbers."""


async def joined(work: Callable[[str], Awaitable[T]], keys: int = 0, screen: int = 1) -> T:
    """Do `work` with the path of a terminal that `keys` and `screen` are joined to, and give what it gives.

    SIGTERM and SIGHUP end it: the work is cancelled, and OrchestratorError is raised once it is over. The person's
    terminal is left as it was found, whatever happens.
    """
    with _pair() as (ours, path), _raw(keys):
        _resize(keys, ours)
        found: list[T] = []
        ended: list[signal.Signals] = []
        problems: list[OrchestratorError] = []

        async def do() -> None:
            try:
                found.append(await work(path))
            except OrchestratorError as error:
                problems.append(error)  # out of a task group it would come wrapped
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(_signals, keys, ours, ended, group.cancel_scope)
            group.start_soon(_pass, keys, ours)
            group.start_soon(_pass, ours, screen)
            group.start_soon(do)
        _drain(ours, screen)
    if problems:
        raise problems[0]
    if not found:
        raise FaultError(f"ended by {ended[0].name}" if ended else "it was ended")
    return found[0]


@contextlib.contextmanager
def _pair() -> Iterator[tuple[int, str]]:
    """Make a terminal: our side, and the path of theirs, which stays open here so that ours is never hung up."""
    ours, theirs = os.openpty()
    try:
        os.set_blocking(ours, False)
        yield ours, os.ttyname(theirs)
    finally:
        os.close(theirs)
        os.close(ours)


@contextlib.contextmanager
def _raw(keys: int) -> Iterator[None]:
    """Hand every key on as it is typed, until we are done."""
    before = termios.tcgetattr(keys)
    try:
        tty.setraw(keys)
        yield
    finally:
        with contextlib.suppress(termios.error):  # it is gone
            termios.tcsetattr(keys, termios.TCSADRAIN, before)


def _resize(keys: int, ours: int) -> None:
    fcntl.ioctl(ours, termios.TIOCSWINSZ, fcntl.ioctl(keys, termios.TIOCGWINSZ, _ROOM))


async def _signals(keys: int, ours: int, ended: list[signal.Signals], scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP) as signals:
        async for number in signals:
            if number == signal.SIGWINCH:
                _resize(keys, ours)
                continue
            ended.append(number)
            scope.cancel()


async def _pass(source: int, goal: int) -> None:
    """Hand on what comes until nothing more can."""
    while True:
        await anyio.wait_readable(source)
        try:
            block = os.read(source, _BLOCK)
        except BlockingIOError:
            continue
        except OSError:  # the person's terminal is gone, and SIGHUP is on its way
            return
        if not block:
            return
        await _write(goal, block)


async def _write(goal: int, block: bytes) -> None:
    while block:
        try:
            block = block[os.write(goal, block) :]
        except BlockingIOError:
            await anyio.wait_writable(goal)
        except OSError:
            return


def _drain(ours: int, screen: int) -> None:
    """Show what was still on its way when the program ended."""
    with contextlib.suppress(OSError):  # nothing more, or nobody to show it to
        while block := os.read(ours, _BLOCK):
            os.write(screen, block)

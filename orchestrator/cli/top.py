"""`orchestrator top`: one screen that stays up to date."""

import os
import select
import shutil
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import anyio
import click

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.desk import reading
from orchestrator.errors import InvalidInputError
from orchestrator.files.bell import ringing
from orchestrator.views.dashboard import Row, frame

_LONGEST_S = 5.0
"""Between two looks where nothing happens: ages grow."""
_BREATH_S = 0.2
"""Between two looks however much happens."""
_OPEN, _SHUT = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _REST_OF_LINE, _REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
_WIDTH, _HEIGHT = 100, 50
"""Of a frame where there is no terminal."""


@click.command("top")
@click.option("--once", is_flag=True, help="Print one frame and leave.")
@pass_context
def command(context: Context, *, once: bool) -> int:
    """Show what is at work, what waits for a person and what is next, as it changes. `q` or Ctrl-C leaves."""
    if once:
        size = shutil.get_terminal_size((_WIDTH, _HEIGHT))
        for row in waits(lambda: _frame(context, size)):
            click.echo(paint(clean(row.text), row.level))
        return 0
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidInputError("`top` needs a terminal; `orchestrator top --once` or `status` print once")
    with _screen(), suppress(KeyboardInterrupt):
        waits(lambda: _watch(context))
    return 0


async def _frame(context: Context, size: os.terminal_size) -> list[Row]:
    async with reading(context.project) as desk:
        return frame(await desk.status(), WallClock().now(), context.project.name, size.columns, size.lines)


async def _watch(context: Context) -> None:
    journal = context.project.journal_folder
    stirred = anyio.Event()

    def stir() -> None:
        nonlocal stirred
        stirred.set()
        stirred = anyio.Event()

    async with anyio.create_task_group() as group:
        group.start_soon(ringing, journal, stir)
        group.start_soon(_until_left, group.cancel_scope)
        while True:
            waited = stirred
            _draw(await _frame(context, os.get_terminal_size()))
            await anyio.sleep(_BREATH_S)
            with anyio.move_on_after(_LONGEST_S):
                await waited.wait()


async def _until_left(scope: anyio.CancelScope) -> None:
    """End the watching when a person says so, or when the terminal is gone."""
    while True:
        await anyio.wait_readable(sys.stdin)
        if select.select([sys.stdin], [], [], 0)[0] and os.read(sys.stdin.fileno(), 16).lower() in {b"", b"q", b"\x1b"}:
            scope.cancel()
            return


def _draw(rows: list[Row]) -> None:
    lines = [paint(clean(row.text), row.level) + _REST_OF_LINE for row in rows]
    sys.stdout.write(_HOME + "\r\n".join(lines) + _REST_OF_SCREEN)
    sys.stdout.flush()


@contextmanager
def _screen() -> Iterator[None]:
    """Take the terminal over and give it back as it was."""
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    sys.stdout.write(_OPEN)
    try:
        yield
    finally:
        sys.stdout.write(_SHUT)
        sys.stdout.flush()
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

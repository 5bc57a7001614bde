"""Live progress of a run on stderr: one line an event, and in a terminal a last line that says what is going on."""

import sys
from collections.abc import Callable, Sequence
from functools import partial

import click

from orchestrator.cli.context import clean, paint
from orchestrator.codec.moments import format_moment
from orchestrator.engine.engine import Engine
from orchestrator.model.events import Commit, TaskAdded
from orchestrator.model.world import World
from orchestrator.views.story import tell

_WIDTH = 22


class Progress:
    """Tells a person how a run goes; says nothing where machines listen."""

    def __init__(self, *, as_json: bool) -> None:
        self._quiet = as_json
        self._live = sys.stderr.isatty() and not as_json
        self._engine: Engine | None = None
        self._shown = False

    def begin(self, engine: Engine) -> None:
        """Know whose progress this is; what happened before is not news."""
        self._engine = engine

    def tell(self, world: World, commits: Sequence[Commit]) -> None:
        """Tell what just happened."""
        if self._engine is None or self._quiet:
            return
        for commit in commits:
            for event in commit.events:
                told = tell(event)
                if told is None or isinstance(event, TaskAdded):
                    continue
                if told.queue and not self._engine.scope.covers(told.queue) and told.level == "info":
                    continue
                at = paint(format_moment(commit.at)[11:19], "dim", err=True)
                text = paint(clean(told.text), told.level, err=True)
                self.aside(partial(self._line, at, told.task or told.queue, text))
        self._status(world)

    def _line(self, at: str, where: str, text: str) -> None:
        click.echo(f"{at}  {clean(where):<{_WIDTH}} {text}", err=True)

    def aside(self, say: Callable[[], None]) -> None:
        """Say something without the status line in its way."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            self._shown = False
        say()

    def _status(self, world: World) -> None:
        if not self._live or self._engine is None:
            return
        own = [ref for ref, worker in world.claims.items() if worker == self._engine.me]
        parts = [f"{ref} {_step(world, ref)}" for ref in own[:3]]
        text = " · ".join(parts) or self._engine.waiting_for
        columns = _columns()
        if text:
            sys.stderr.write(f"\r\x1b[K{paint(clean(text)[: columns - 2], 'dim', err=True)}")
            sys.stderr.flush()
            self._shown = True

    def close(self) -> None:
        """Leave the terminal as it was."""
        self.aside(lambda: None)


def _step(world: World, ref: str) -> str:
    attempt = world.claimed(ref).attempt
    return f"{attempt.step.value} {attempt.iteration or ''}".strip() if attempt else ""


def _columns() -> int:
    import shutil  # noqa: PLC0415 - only in a terminal

    return shutil.get_terminal_size().columns

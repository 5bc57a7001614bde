"""`orchestrator logs`: the tracks' logs in readable form; `-f` follows them, and shows what the agents do meanwhile."""

import shutil
import sys
from collections import deque
from collections.abc import Iterable, Iterator

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.codec.moments import format_moment
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.desk import open_desk, reading
from orchestrator.daemon.following import Did, Entry, Following, Tail
from orchestrator.daemon.watching import Iteration, Watching, exit_code, iterations
from orchestrator.errors import InvalidInputError
from orchestrator.model.agent_events import AgentEvent
from orchestrator.model.ids import queue_of
from orchestrator.ports.agents import RunKey
from orchestrator.views.work import Line, Work

_WHERE, _AT = 22, 10
_WIDTH = 160
"""Of a line where no terminal says how wide it is."""


@click.command("logs")
@click.option("-f", "--follow", is_flag=True, help="Go on as they grow, and show what the agents do.")
@click.option("--queue", multiple=True, help="Only this track; repeatable.")
@click.option("--task", help="Only this task (`queue/ID`).")
@click.option("-n", "--lines", type=click.IntRange(0), default=200, show_default=True, help="How many to begin with.")
@click.option("--events", "--quiet", "-q", "quiet", is_flag=True, help="With -f: only the journal's lines.")
@click.option("--transcript", is_flag=True, help="The work of one iteration of --task instead (default: the last).")
@click.option("--attempt", type=click.IntRange(1), help="For --transcript.")
@click.option("--iteration", type=click.IntRange(1), help="For --transcript.")
@click.option("--json", "as_json", is_flag=True, help="The lines as they are on disk; an agent's work as its events.")
@pass_context
def command(  # noqa: PLR0913 - click hands over one argument an option
    context: Context,
    *,
    follow: bool,
    queue: tuple[str, ...],
    task: str | None,
    lines: int,
    quiet: bool,
    transcript: bool,
    attempt: int | None,
    iteration: int | None,
    as_json: bool,
) -> int:
    """Show what the tracks say, in the order it happened.

    With -f also what the agents that run say and do, each in the same form. --transcript shows that of an iteration
    that has ended.
    """
    if transcript:
        return _transcript(context, task, (attempt, iteration), as_json=as_json)
    folder = context.project.state / "logs"
    tail = Tail(folder, (*queue, queue_of(task)) if task else queue, task)
    for name in queue:
        if not (folder / f"{name}.log").exists() and not follow:
            known = ", ".join(sorted(path.stem for path in folder.glob("[!_]*.log"))) or "none yet"
            raise InvalidInputError(
                f"there is no log of a queue {name!r} (known: {known}); it appears with its first event"
            )
    screen = _Screen(as_json=as_json)
    for entry in deque(tail.new(), maxlen=lines):
        screen.show(entry)
    if follow:
        waits(lambda: _follow(context, tail, screen, quiet=quiet or as_json))
    return 0


async def _follow(context: Context, tail: Tail, screen: "_Screen", *, quiet: bool) -> None:
    desk = None if quiet else await open_desk(context.project, "reader", read_only=True)
    try:
        await Following(tail, desk).run(screen.show)
    finally:
        if desk is not None:
            desk.journal.close()


class _Screen:
    """Prints entries of logs and what agents do, one form for all."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._clock = WallClock()
        self._works: dict[RunKey, Work] = {}

    def show(self, what: Entry | Did) -> None:
        """Print one thing."""
        if isinstance(what, Did):
            for line in self._told(what):
                at = format_moment(self._clock.now())[11:19]
                click.echo(f"{paint(at, 'dim')}  {clean(what.key.task):<{_WHERE}} {paint('│', 'dim')} {_painted(line)}")
        elif self._as_json:
            click.echo(what.raw.decode("utf-8", "replace").rstrip("\n"))
        else:
            fields = what.fields
            text = paint(clean(str(fields.get("text", ""))), str(fields.get("level", "")))
            at = paint(str(fields.get("at", ""))[11:19], "dim")
            click.echo(f"{at}  {clean(str(fields.get('task') or '')):<{_WHERE}} {text}")

    def _told(self, did: Did) -> Iterator[Line]:
        work = self._works.setdefault(did.key, Work(_columns() - max(_WHERE, len(did.key.task)) - _AT - 3))
        if did.event is not None:
            return work.tell(did.event)
        del self._works[did.key]
        return work.end()


def _columns() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH


def _painted(line: Line) -> str:
    return paint(line.text, line.level)


# -- what has ended ------------------------------------------------------------------------------------------------


def _transcript(context: Context, task: str | None, wanted: tuple[int | None, int | None], *, as_json: bool) -> int:
    if task is None:
        raise InvalidInputError("--transcript needs to know whose: name the task as --task QUEUE/ID")

    async def read() -> list[AgentEvent]:
        async with reading(context.project) as desk:
            found = _chosen(iterations(await desk.commits()), task, *wanted)
            watching = Watching(desk)
            events = watching.transcript(found)
            return [*events.finish(exit_code(watching.folder(found.key))), *events.errors()]

    events = waits(read)
    for line in _as_json(events) if as_json else _as_text(events):
        click.echo(line)
    return 0


def _chosen(begun: dict[RunKey, str], task: str, attempt: int | None, iteration: int | None) -> Iteration:
    found = [
        Iteration(key, agent)
        for key, agent in begun.items()
        if key.task == task and attempt in {None, key.attempt} and iteration in {None, key.iteration}
    ]
    if not found:
        known = ", ".join(f"{key.attempt}.{key.iteration}" for key in begun if key.task == task)
        what = f"attempts and iterations known: {known}" if known else "none of its iterations has begun"
        raise InvalidInputError(f"there is no such transcript of {task!r} ({what})")
    return found[-1]


def _as_json(events: Iterable[AgentEvent]) -> Iterator[bytes]:
    return (msgspec.json.encode(event) for event in events)


def _as_text(events: Iterable[AgentEvent]) -> Iterator[str]:
    work = Work(_columns())
    for event in events:
        yield from map(_painted, work.tell(event))
    yield from map(_painted, work.end())

"""`orchestrator discover`: what linters, type checkers and tests report becomes tasks, each once."""

import sys
from pathlib import Path

import click
import msgspec

from orchestrator.cli.answering import tell_events
from orchestrator.cli.context import Context, by_option, clean, pass_context, refuse_agents, waits, warn, who
from orchestrator.daemon.desk import Desk, reading, writing
from orchestrator.daemon.discovering import Seen, make_queue, read_files, read_reports, run_checks
from orchestrator.errors import InvalidInputError
from orchestrator.model.adding_answers import DiscoverAnswer, DiscoveredTask
from orchestrator.model.commands import Discover, RecordBaseline, Refusal
from orchestrator.model.events import Event, TaskSkipped
from orchestrator.model.world import World
from orchestrator.policy.discovery import Discovery, is_unbegun, look, tasks

QUEUE = "discovered"
_STDIN = Path("-")


@click.command("discover")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--queue", default=QUEUE, show_default=True, metavar="Q", help="The queue that gets the tasks.")
@click.option("--check", "checks", multiple=True, metavar="C", help="Run only this check; repeatable.")
@click.option("--baseline", is_flag=True, help="Record what is found as what was there before; add nothing.")
@click.option(
    "--by",
    "by_what",
    type=click.Choice(["both", "file", "rule"]),
    default="both",
    show_default=True,
    help="What one task mends: a rule in a file, all rules of a file, or a rule in all files.",
)
@click.option("--max", "most", type=click.IntRange(1), default=50, show_default=True, help="Add at most so many tasks.")
@click.option("--close", is_flag=True, help="Skip tasks nobody has begun whose findings are no longer reported.")
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@by_option
@pass_context
def command(  # noqa: PLR0913 - click hands over one argument an option
    context: Context,
    *,
    files: tuple[Path, ...],
    queue: str,
    checks: tuple[str, ...],
    baseline: bool,
    by_what: str,
    most: int,
    close: bool,
    dry_run: bool,
    as_json: bool,
    by: str | None,
) -> int:
    """Make tasks of what SARIF and JUnit FILES report (- is standard input), else the checks on the target's head."""
    refuse_agents("discover")
    if files and checks:
        raise InvalidInputError("--check names what is to be run: give reports as files, or checks, not both")
    if baseline and (close or dry_run):
        raise InvalidInputError("--baseline only records what is found: leave --close and --dry-run out")
    seen = _seen(context, files, queue, checks)
    for fault in seen.faults:
        warn(f"{fault} (nothing is said of what it would find)")
    if baseline:
        return _recorded(context, RecordBaseline(queue=queue, found=seen.found, by=by or who()), seen)
    ask = Discover(
        queue=queue, found=seen.found, sources=seen.sources, by_what=by_what, most=most, close=close, by=by or who()
    )
    answer = waits(lambda: _discover(context, ask, seen, dry_run=dry_run))
    if isinstance(answer, Refusal):
        click.echo(f"cannot discover: {clean(answer.text)}", err=True)
        return 1
    click.echo(msgspec.json.encode(answer) if as_json else "\n".join(clean(line) for line in _told(answer)))
    return 1 if seen.faults else 0


def _seen(context: Context, files: tuple[Path, ...], queue: str, checks: tuple[str, ...]) -> Seen:
    if not files:
        return waits(lambda: run_checks(context.project, queue, checks))
    given = [("standard input", sys.stdin.buffer.read())] if _STDIN in files else []
    return read_reports(context.project, [*given, *read_files([path for path in files if path != _STDIN])])


def _recorded(context: Context, ask: RecordBaseline, seen: Seen) -> int:
    async def act() -> tuple[Event, ...] | Refusal:
        async with reading(context.project) as desk:
            make_queue(context.project, desk.world, ask.queue)
        async with writing(context.project, who()) as desk:
            return await desk.ask(ask)

    answer = waits(act)
    if isinstance(answer, Refusal):
        click.echo(f"cannot discover: {clean(answer.text)}", err=True)
        return 1
    tell_events(answer)
    return 1 if seen.faults else 0


async def _discover(context: Context, ask: Discover, seen: Seen, *, dry_run: bool) -> DiscoverAnswer | Refusal:
    async with reading(context.project) as desk:
        if dry_run or not look(desk.world, ask).new:
            found = look(desk.world, ask)
            closed = tuple(ref for ref in found.gone if ask.close and is_unbegun(desk.world.tasks[ref]))
            if dry_run or not closed:
                return _answer(desk.world, ask, found, closed, seen)
        make_queue(context.project, desk.world, ask.queue)
    async with writing(context.project, who()) as desk:
        return await _written(desk, ask, seen)


async def _written(desk: Desk, ask: Discover, seen: Seen) -> DiscoverAnswer | Refusal:
    found, world = look(desk.world, ask), desk.world
    answer = _answer(world, ask, found, (), seen)
    said = await desk.ask(ask)
    if isinstance(said, Refusal):
        return said
    closed = tuple(event.task for event in said if isinstance(event, TaskSkipped))
    return msgspec.structs.replace(answer, closed=closed, seq=desk.world.seq)


def _answer(world: World, ask: Discover, found: Discovery, closed: tuple[str, ...], seen: Seen) -> DiscoverAnswer:
    pairs = zip(tasks(world, ask.queue, found), found.new, strict=True)
    return DiscoverAnswer(
        seq=world.seq,
        queue=ask.queue,
        tasks=tuple(
            DiscoveredTask(
                id=f"{ask.queue}/{one.spec.id}",
                title=one.spec.title,
                priority=one.spec.priority,
                source=group.source,
                findings=len(group.found),
            )
            for one, group in pairs
        ),
        found=len(ask.found),
        known=found.known,
        baseline=found.baseline,
        left=found.left,
        gone=found.gone,
        closed=closed,
        faults=seen.faults,
    )


def _told(answer: DiscoverAnswer) -> list[str]:
    lines = [f"{task.id}  P{task.priority}  {task.title}" for task in answer.tasks]
    covered = [
        f"{answer.found} finding{'s' * (answer.found != 1)}",
        f"{len(answer.tasks)} new task{'s' * (len(answer.tasks) != 1)} in queue {answer.queue}",
        *([f"{answer.left} more for the next time (--max)"] if answer.left else []),
        *([f"{answer.known} findings that a task is there for"] if answer.known else []),
        *([f"{answer.baseline} of the baseline"] if answer.baseline else []),
    ]
    lines.append(", ".join(covered))
    for ref in answer.gone:
        what = "skipped" if ref in answer.closed else "`discover --close` skips it"
        lines.append(f"{ref}  its findings are no longer reported: {what}")
    return lines

"""`orchestrator import`: a task list of another tool becomes a queue; nothing of it is lost, nothing is overwritten."""

import sys
from collections import Counter
from pathlib import Path

import click

from orchestrator.cli.context import Context, by_option, clean, pass_context, refuse_agents, waits, warn, who
from orchestrator.codec.foreign.formats import FORMATS
from orchestrator.daemon.desk import reading, writing
from orchestrator.daemon.exchange import Added, Taken, add_new, keep, keep_source, new_in, read_list, refuse_those_there
from orchestrator.errors import InvalidInputError


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--queue", metavar="Q", help="What the queue is to be called (default: by the file).")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="How the file is written (default: found out).")
@click.option("--add", "only_new", is_flag=True, help="Add the tasks that a queue that is there does not have yet.")
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@by_option
@pass_context
def command(  # noqa: PLR0913 - one parameter an option
    context: Context,
    *,
    file: Path,
    queue: str | None,
    kind: str | None,
    only_new: bool,
    dry_run: bool,
    by: str | None,
) -> int:
    """Take FILE (- is standard input) in: prd.json, Task Master, beads, GitHub issues, a checklist, a queue file."""
    refuse_agents("import")
    data, name = _read(file)
    taken = read_list(context.project, data, name, kind, queue)
    for each in taken:
        for warning in each.warnings:
            warn(f"{each.path.name}: {warning}")
    there = tuple(each for each in taken if only_new and each.path.exists())
    fresh = tuple(each for each in taken if each not in there)
    (refuse_those_there if dry_run else keep)(fresh)
    for each in fresh:
        verb = "would be" if dry_run else _are(len(each.document.tasks))
        click.echo(clean(f"{_count(each)} {verb} in {each.path} (read as {each.kind})"))
    refused = sum(_added(context, each, by or who(), dry_run=dry_run) for each in there)
    if not dry_run:
        click.echo("next:  orchestrator plan, then orchestrator run")
    return 1 if refused else 0


def _read(file: Path) -> tuple[bytes, str]:
    if str(file) == "-":
        return sys.stdin.buffer.read(), "standard input"
    try:
        return file.read_bytes(), str(file)
    except OSError as error:
        raise InvalidInputError(f"{file}: cannot read it: {error.strerror}; name a file") from None


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _count(taken: Taken) -> str:
    entries = taken.document.tasks
    states = Counter(entry.status.value for entry in entries)
    told = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in states.items() if status != "pending")
    return f"{len(entries)} task{'s' if len(entries) != 1 else ''}{f' ({told})' if told else ''}"


def _added(context: Context, taken: Taken, by: str, *, dry_run: bool) -> int:
    """Add what is new to a queue that is there, or only say what that is; give how many were refused."""

    async def add() -> Added:
        if dry_run:
            async with reading(context.project) as desk:
                return Added(tasks=tuple(entry.spec.id for entry in new_in(desk.world, taken)))
        async with writing(context.project, by) as desk:
            return await add_new(desk, taken)

    said = waits(add)
    if said.tasks and not dry_run:
        keep_source(taken)
    for text in said.refused:
        warn(text)
    verb = "would be" if dry_run else _are(len(said.tasks))
    refused = f", {len(said.refused)} refused" if said.refused else ""
    count = len(taken.document.tasks)
    click.echo(
        clean(f"{len(said.tasks)} of {count} tasks {verb} added to {taken.path}{refused} (read as {taken.kind})")
    )
    return len(said.refused)

"""`orchestrator import`: a task list of another tool becomes a queue; nothing of it is lost, nothing is overwritten."""

import sys
from collections import Counter
from pathlib import Path

import click

from orchestrator.cli.context import Context, clean, pass_context, refuse_agents, waits, warn
from orchestrator.codec.foreign.formats import FORMATS
from orchestrator.daemon.desk import writing
from orchestrator.daemon.exchange import Taken, keep, read_list
from orchestrator.errors import InvalidInputError
from orchestrator.model.commands import AddTask, Refusal

_ME = "import"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--queue", metavar="Q", help="What the queue is to be called (default: by the file).")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="How the file is written (default: found out).")
@click.option("--add", "only_new", is_flag=True, help="Add the tasks that a queue that is there does not have yet.")
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@pass_context
def command(context: Context, *, file: Path, queue: str | None, kind: str | None, only_new: bool, dry_run: bool) -> int:
    """Take FILE (- is standard input) in: prd.json, Task Master, beads, GitHub issues, a checklist, a queue file."""
    refuse_agents("import")
    data, name = _read(file)
    taken = read_list(context.project, data, name, kind, queue)
    for each in taken:
        for warning in each.warnings:
            warn(f"{each.path.name}: {warning}")
    if dry_run:
        verb = "would be"
    elif only_new:
        verb = "are"
        taken = tuple(each for each in taken if not _added(context, each))
        keep(taken)
    else:
        verb = "are"
        keep(taken)
    for each in taken:
        click.echo(clean(f"{_count(each)} {verb} in {each.path} (read as {each.kind})"))
    if not dry_run:
        click.echo("next:  orchestrator plan, then orchestrator run")
    return 0


def _read(file: Path) -> tuple[bytes, str]:
    if str(file) == "-":
        return sys.stdin.buffer.read(), "standard input"
    try:
        return file.read_bytes(), str(file)
    except OSError as error:
        raise InvalidInputError(f"{file}: cannot read it: {error.strerror}; name a file") from None


def _count(taken: Taken) -> str:
    entries = taken.document.tasks
    states = Counter(entry.status.value for entry in entries)
    told = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in states.items() if status != "pending")
    return f"{len(entries)} task{'s' if len(entries) != 1 else ''}{f' ({told})' if told else ''}"


def _added(context: Context, taken: Taken) -> bool:
    """Add what is new to a queue that is there, in the order of the file; False where there is none."""
    if not taken.path.exists():
        return False

    async def add() -> tuple[int, list[str]]:
        async with writing(context.project, _ME) as desk:
            name = taken.document.spec.name
            new = [entry.spec for entry in taken.document.tasks if f"{name}/{entry.spec.id}" not in desk.world.tasks]
            refused: list[str] = []
            while new:  # those that depend on others that are new come after them
                ready = [s for s in new if not any(d == f"{name}/{o.id}" for o in new for d in s.dependencies)] or new
                for spec in ready:
                    said = await desk.ask(AddTask(queue=name, spec=spec))
                    refused += [said.text] if isinstance(said, Refusal) else []
                new = [spec for spec in new if spec not in ready]
            return len(taken.document.tasks), refused

    count, refused = waits(add)
    for text in refused:
        warn(text)
    click.echo(clean(f"{taken.path}: what was new of {count} tasks was added"))
    return True

"""`orchestrator history TASK`: everything that happened to a task, from the journal."""

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.codec.moments import Shape, format_moment
from orchestrator.daemon.desk import reading
from orchestrator.errors import InvalidInputError
from orchestrator.model.events import Commit
from orchestrator.views.story import tell


@click.command("history")
@click.argument("task")
@click.option("--json", "as_json", is_flag=True, help="The events as JSON, one a line.")
@pass_context
def command(context: Context, task: str, *, as_json: bool) -> int:
    """Tell everything that happened to TASK (`queue/ID`)."""

    async def ask() -> list[Commit]:
        async with reading(context.project) as desk:
            return [commit for commit in await desk.commits() if any(_of(event, task) for event in commit.events)]

    commits = waits(ask)
    if not commits:
        raise InvalidInputError(
            f"the journal holds nothing of a task {task!r}; name it as queue/ID (`orchestrator status`)"
        )
    for commit in commits:
        for event in commit.events:
            if not _of(event, task):
                continue
            if as_json:
                line = {"seq": commit.seq, "at": format_moment(commit.at, _MS), "by": commit.by}
                click.echo(msgspec.json.encode({**line, **msgspec.to_builtins(event)}))
            elif (told := tell(event)) is not None:
                at = format_moment(commit.at, _MS)
                click.echo(f"{paint(f'{at} #{commit.seq}', 'dim')}  {paint(clean(told.text), told.level)}")
    return 0


_MS = Shape("T", 3, "Z")


def _of(event: object, task: str) -> bool:
    return getattr(event, "task", None) == task

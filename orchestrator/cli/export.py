"""`orchestrator export`: queues in the format they came in, or another, with where their tasks stand now."""

import sys
from pathlib import Path

import click

from orchestrator.cli.context import Context, pass_context, waits, write_out
from orchestrator.codec.foreign.formats import QUEUE, WRITERS
from orchestrator.daemon.desk import reading
from orchestrator.daemon.exchange import give_back


@click.command("export")
@click.option("--queue", "queues", multiple=True, metavar="Q", help="Only this queue; repeatable (default: all).")
@click.option(
    "--format", "kind", type=click.Choice((QUEUE, *WRITERS)), help="Default: the format it was imported from."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@pass_context
def command(context: Context, *, queues: tuple[str, ...], kind: str | None, output: Path | None) -> int:
    """Write queues as another tool's task list; what came from it is as it was, but for where tasks stand."""

    async def ask() -> bytes:
        async with reading(context.project) as desk:
            return give_back(context.project, desk.world, queues, kind)

    data = waits(ask)
    if output is None:
        sys.stdout.buffer.write(data)
        return 0
    write_out(output, data)
    return 0

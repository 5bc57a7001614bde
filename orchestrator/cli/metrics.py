"""`orchestrator metrics`: figures for a monitoring system."""

from pathlib import Path

import click

from orchestrator.cli.context import Context, pass_context, waits, write_out
from orchestrator.daemon.desk import reading
from orchestrator.views.metrics import metrics


@click.command("metrics")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file, whole or not at all.")
@pass_context
def command(context: Context, *, output: Path | None) -> int:
    """Print every figure in the text format of Prometheus.

    Nothing listens: let a timer write to the folder of node_exporter's textfile collector, or push it where you like.
    """

    async def ask() -> str:
        async with reading(context.project) as desk:
            return metrics(await desk.status(), await desk.commits(), context.project.name)

    text = waits(ask)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_out(output, text.encode())
    return 0

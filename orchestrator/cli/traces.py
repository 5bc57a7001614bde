"""`orchestrator traces`: what happened as spans of OpenTelemetry."""

from pathlib import Path

import click
import msgspec

from orchestrator import __version__
from orchestrator.cli.context import Context, pass_context, waits, write_out
from orchestrator.daemon.desk import reading
from orchestrator.views.traces import request, spans


@click.command("traces")
@click.option("--since", default=0, metavar="SEQ", type=click.IntRange(0), help="Only spans that ended after this seq.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file, whole or not at all.")
@pass_context
def command(context: Context, *, since: int, output: Path | None) -> int:
    """Print tasks, attempts, agents' calls, judging and landing as spans, in one line of OTLP/JSON.

    That is what a collector takes: POST it to `/v1/traces`, or let its `otlpjsonfile` receiver read the file. A span
    keeps its ids however often it is told.
    """

    async def ask() -> bytes:
        async with reading(context.project) as desk:
            found = [span for span in spans(await desk.commits()) if span.seq > since]
            return msgspec.json.encode(request(found, desk.world.journal, context.project.name, __version__))

    data = waits(ask)
    if output is None:
        click.echo(data)
    else:
        write_out(output, data + b"\n")
    return 0

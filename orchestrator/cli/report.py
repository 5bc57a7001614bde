"""`orchestrator report`: the status document people would write by hand, computed from the journal."""

from pathlib import Path

import click
import msgspec

from orchestrator.cli.context import Context, clean, pass_context, waits, write_out
from orchestrator.codec.moments import format_moment, parse_duration, parse_moment
from orchestrator.daemon.desk import reading
from orchestrator.daemon.reporting import full_report
from orchestrator.errors import InvalidInputError
from orchestrator.model.report_answers import DigestAnswer, DigestPart, ReportAnswer
from orchestrator.policy.digests import said, sections
from orchestrator.views.report import html_page, markdown_page


@click.command("report")
@click.option("--format", "how", type=click.Choice(["md", "html", "json"]), default="md", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--standup", "kind", flag_value="standup", help="The standup, as people are told it at its set time.")
@click.option("--daily", "kind", flag_value="daily", help="The daily report, as people are told it at its set time.")
@click.option("--since", default="24h", show_default=True, metavar="TIME", help="Tell in detail what happened since.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@pass_context
def command(context: Context, *, how: str, as_json: bool, kind: str | None, since: str, output: Path | None) -> int:
    """Report progress, phases, blockers with their age, dates, decisions, estimate against actual, next steps."""
    how = "json" if as_json else how
    text = _digest(context, kind, how) if kind is not None else _full(context, since, how)
    if output is None:
        click.echo(clean(text) if how == "md" else text, nl=False)
        return 0
    write_out(output, text.encode())
    return 0


def _digest(context: Context, kind: str, how: str) -> str:
    """Say what a digest would say now."""
    if how == "html":
        raise InvalidInputError(f"--{kind} is a message: take --format md or json")

    async def ask() -> DigestAnswer:
        async with reading(context.project) as desk:
            now, seat = desk.now(), desk.seat()
            parts = tuple(
                DigestPart(heading=heading, rows=tuple(rows)) for heading, rows in sections(desk.world, kind, now, seat)
            )
            text = said(desk.world, kind, now, seat)
            return DigestAnswer(kind=kind, at=format_moment(now), seq=desk.world.seq, parts=parts, text=text)

    answer = waits(ask)
    return msgspec.json.encode(answer).decode() + "\n" if how == "json" else answer.text + "\n"


def _full(context: Context, since: str, how: str) -> str:

    async def ask() -> ReportAnswer:
        async with reading(context.project) as desk:
            return await full_report(desk, _begin(since, desk.now()))

    return _written(waits(ask), how)


def _begin(since: str, now: int) -> int:
    seconds = parse_duration(since)
    moment = parse_moment(since) if seconds is None else now - round(seconds * 1000)
    if moment is None:
        raise InvalidInputError(f"--since {since}: write a duration as 24h, or a moment as 2026-03-01T09:00:00Z")
    return moment


def _written(answer: ReportAnswer, how: str) -> str:
    match how:
        case "json":
            return msgspec.json.encode(answer).decode() + "\n"
        case "html":
            return html_page(answer)
        case _:
            return markdown_page(answer)

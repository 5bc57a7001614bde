"""`orchestrator doctor`: what is wrong with the machine or the project, and what to do. Changes nothing."""

from collections import Counter

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.daemon.doctor import examine_project
from orchestrator.model.answers import DoctorAnswer

_LEVELS = {"ok": "good", "warn": "warn", "bad": "bad"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON (`orchestrator schema doctor`).")
@click.option("--audit", "audited", is_flag=True, help="Also check the journal's hash chain and every signature.")
@pass_context
def command(context: Context, *, as_json: bool, audited: bool) -> int:
    """Check git, disk, sandbox, programs, queue files and the journal. Changes nothing.

    Exit codes: 0 nothing bad (perhaps warnings), 1 something is bad, 4 the journal is damaged or cannot be read.
    """
    root = context.root
    answer = waits(lambda: examine_project(root, audited=audited))
    if as_json:
        click.echo(msgspec.json.encode(answer))
    else:
        for line in _lines(answer):
            click.echo(line)
    return answer.exit


def _lines(answer: DoctorAnswer) -> list[str]:
    lines = [
        f"{paint(f'{line.level:<4}', _LEVELS[line.level])}  {clean(line.what)}"
        + (f"  — {clean(line.remedy)}" if line.remedy else "")
        for line in answer.lines
    ]
    counts = Counter(line.level for line in answer.lines)
    return [*lines, "", f"{counts['ok']} ok, {counts['warn']} to look at, {counts['bad']} bad"]

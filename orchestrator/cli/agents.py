"""`orchestrator agents`: who could work here; `agents test NAME` proves one on a tiny task."""

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, refuse_agents, waits
from orchestrator.daemon.project import Project
from orchestrator.daemon.roster import AgentAnswer, Proof, prove, roster
from orchestrator.errors import InvalidInputError

REFUSED = 1


@click.group("agents", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """List agents: what is installed, versions, what each can do, and why one cannot be used."""
    if ctx.invoked_subcommand is not None:
        return
    project = _project(ctx)
    answers = waits(lambda: roster(project))
    if as_json:
        click.echo(msgspec.json.encode({"agents": answers}))
        return
    for answer in sorted(answers, key=lambda found: (not found.configured, not found.installed)):
        for line in _lines(answer):
            click.echo(line)


@command.command("test")
@click.argument("name")
@click.option("--yes", is_flag=True, help="It may cost money: do it all the same.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_context
def test(context: Context, name: str, *, yes: bool, as_json: bool) -> int:
    """Let NAME do a tiny task in a repository made for it, guarded and confined as in a run.

    Exit codes: 0 it did the work and said so, 1 not, 2 there is no such agent.
    """
    refuse_agents("agents test")
    if not yes:
        raise InvalidInputError(f"agents test {name} calls its model, which may cost money; say --yes")
    project = context.project
    proof = waits(lambda: prove(project, name))
    if as_json:
        click.echo(msgspec.json.encode({"good": proof.good, **msgspec.to_builtins(proof)}))
    else:
        click.echo(_verdict(proof))
    return 0 if proof.good else REFUSED


def _project(ctx: click.Context) -> Project:
    context = ctx.find_object(Context)
    assert context is not None  # noqa: S101  # main always sets it
    return context.project


def _lines(answer: AgentAnswer) -> list[str]:
    level, mark = ("good", "ready") if answer.usable else ("warn", "doubt") if answer.installed else ("dim", "     ")
    what = answer.version or answer.program or ("" if answer.installed else "not installed")
    kind = "" if answer.profile == answer.name else f" ({answer.profile})"
    lines = [f"{paint(mark, level)}  {clean(answer.name)}{clean(kind)}  {clean(what)}"]
    if answer.can:
        lines.append(
            f"       can: {', '.join(answer.can)}  [{answer.provenance}{' ' + answer.tried if answer.tried else ''}]"
        )
    if answer.why and (answer.installed or answer.configured):
        lines.append(f"       {clean(answer.why)}")
    return lines


def _verdict(proof: Proof) -> str:
    end = proof.end
    cost = f", ${end.usd:.4f}" if end.priced and end.usd else ""
    used = f"{end.seconds:.1f} s, {end.tokens} tokens{cost}, sandbox {proof.sandbox}"
    if proof.good:
        return f"{paint('good', 'good')}  {proof.name} did the task and said so ({used})"
    work = "the file is right" if proof.done else "the file is not as it was to be"
    return f"{paint('bad ', 'bad')}  {proof.name}: {end.outcome.value}; {work}; {clean(end.note)} ({used})"

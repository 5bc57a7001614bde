"""`orchestrator init`: a configuration and a first queue from what is found here. Never overwrites anything."""

import os
from pathlib import Path

import click

from orchestrator.cli.context import Context, clean, paint, pass_context, refuse_agents, waits, warn
from orchestrator.daemon.starter import Found, Wrote, look, place_for, write


@click.command("init")
@pass_context
def command(context: Context) -> int:
    """Look at this folder and write orchestrator.toml and a first queue for it.

    Files that are there stay as they are. The project is the folder given with -C, else the nearest parent that is
    one already, else the root of the git repository, else this folder.
    """
    refuse_agents("init")

    async def begin() -> tuple[Found, tuple[Wrote, ...]]:
        found = await look(await place_for(Path.cwd(), context.explicit), dict(os.environ))
        return found, write(found)

    found, files = waits(begin)
    for line in _found(found):
        click.echo(clean(line))
    click.echo("")
    for file in files:
        done = paint("wrote", "good") if file.written else paint("kept ", "dim")
        click.echo(f"{done}  {file.path}  {file.why}".rstrip())
    for text in found.trouble:
        warn(text)
    click.echo("")
    for line in _next(found, files):
        click.echo(clean(line))
    return 0


def _found(found: Found) -> list[str]:
    stack = found.stack
    branch = f"git, base branch {found.base}" if found.base else "no git" if found.inplace else "git"
    lines = [f"project   {found.root} ({branch})", f"stack     {', '.join(stack.languages) or 'nothing known'}"]
    lines += [f"tests     {' '.join(suite.command)}   ({suite.why})" for suite in stack.suites]
    lines += [f"note      {hint}" for hint in stack.hints]
    lines += [f"shared    {path}" for path in found.shared]
    lines += [f"note      {text}" for text in found.unshared]
    lines.append(f"agents    {', '.join(found.agents) or 'none of claude, codex, gemini, opencode is installed'}")
    return lines


def _next(found: Found, files: tuple[Wrote, ...]) -> list[str]:
    queue = next(file.path for file in files if file.path.endswith(".json"))
    steps = [f"next:  put your own tasks into {queue}"]
    if not found.agents:
        steps.append("       name an agent in orchestrator.toml: install a CLI, or define [agents.NAME] command")
    steps.append("       orchestrator doctor          what is missing, if anything")
    steps.append(f"       orchestrator run --queue {Path(queue).stem} --max-iterations 5")
    return steps

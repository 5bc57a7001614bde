"""`orchestrator restore`: a backup put back."""

import sys
from pathlib import Path

import click

from orchestrator.cli.context import Context, clean, pass_context, refuse_agents, waits
from orchestrator.daemon.restoring import restore
from orchestrator.errors import InvalidInputError
from orchestrator.model.backups import Restored


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--replace", is_flag=True, help="Set a journal that is there, and work that differs, aside.")
@pass_context
def command(context: Context, *, file: Path, replace: bool) -> int:
    """Put the backup FILE (`-`: standard input) back into the current folder, or the one `-C` names.

    The folder may be empty, a clone of the repository, or the project itself. Everything is checked before anything is
    changed. Files and branches of yours that are there stay as they are. Afterwards `orchestrator run` goes on.
    """
    refuse_agents("restore")
    root = (context.explicit or Path.cwd()).absolute()
    if str(file) == "-":
        done = waits(lambda: restore(root, sys.stdin.buffer, "standard input", replace=replace))
    else:
        try:
            source = file.open("rb")
        except OSError as error:
            raise InvalidInputError(f"{file}: cannot read it: {error.strerror}; name a backup") from error
        with source:
            done = waits(lambda: restore(root, source, str(file), replace=replace))
    for line in _lines(done, root):
        click.echo(clean(line))
    return 0


def _lines(done: Restored, root: Path) -> list[str]:
    lines = [f"restored {root} as of seq {done.seq}, {done.made_at}"]
    lines += [f"left as it is: {each} (the backup's differs)" for each in done.kept]
    if done.aside:
        lines.append(f"what was there lies in {done.aside}")
    return [*lines, "make sure that no other copy of this project runs", "next: orchestrator status; orchestrator run"]

"""`orchestrator service`: a run that starts with the machine and comes back after a crash, as a systemd user unit."""

import os
import re
import sys
from pathlib import Path

import click

from orchestrator.cli.context import Context, pass_context, refuse_agents, write_out
from orchestrator.errors import InvalidInputError

_UNIT = """\
[Unit]
Description=orchestrator for {root}
After=network-online.target

[Service]
Type=exec
WorkingDirectory={root}
Environment={path}
ExecStart={command}
# A crash and a kill are gone on from; an answer (0 to 5) is for a person to read.
Restart=on-abnormal
RestartSec=5
# The first signal lets what runs end. Agents are not killed with the run: the next one takes them over.
KillMode=process
TimeoutStopSec={patience}

[Install]
WantedBy=default.target
"""


@click.command("service")
@click.option("--queue", "queues", multiple=True, metavar="Q", help="Only this queue; repeatable (default: all).")
@click.option("--workers", type=click.IntRange(1), help="As for `run`.")
@click.option("--patience", default=300, show_default=True, type=click.IntRange(1), help="Seconds a stop may drain.")
@click.option("--install", is_flag=True, help="Write it to where systemd looks for units of yours.")
@pass_context
def command(context: Context, *, queues: tuple[str, ...], workers: int | None, patience: int, install: bool) -> int:
    """Print a systemd user unit that keeps `run --watch --non-interactive` going for this project.

    It uses this Python and the PATH of this shell, so that agents and tools are found; secrets stay out of it. Nothing
    is started: what to say to systemd is printed.
    """
    refuse_agents("service")
    root = context.project.root
    words = [sys.executable, "-m", "orchestrator", "-C", str(root), "run", "--watch", "--non-interactive"]
    words += [part for name in queues for part in ("--queue", name)]
    words += ["--workers", str(workers)] if workers else []
    path = _quoted(f"PATH={os.environ.get('PATH', os.defpath)}")
    text = _UNIT.format(root=_plain(root), path=path, command=" ".join(map(_word, words)), patience=patience)
    if not install:
        click.echo(text, nl=False)
        return 0
    name = f"orchestrator-{re.sub(r'[^A-Za-z0-9_.-]', '-', root.name)}.service"
    file = _units() / name
    if file.exists() and f"WorkingDirectory={_plain(root)}\n" not in file.read_text():
        raise InvalidInputError(f"{file}: is another project's; print the unit and write it under another name")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_out(file, text.encode())
    click.echo(f"wrote {file}")
    click.echo(f"next: systemctl --user daemon-reload; systemctl --user enable --now {name}")
    click.echo(f"logs: orchestrator -C {root} logs -f; journalctl --user -u {name}")
    return 0


def _units() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.environ.get("HOME", ""), ".config")  # noqa: PTH118
    if not os.path.isabs(home):  # noqa: PTH117
        raise InvalidInputError("neither XDG_CONFIG_HOME nor HOME says where units go; print it without --install")
    return Path(home) / "systemd" / "user"


def _plain(path: Path) -> str:
    """Write a path where systemd takes one as it is: only its own `%` must be doubled."""
    if re.search(r"[\n\r]", str(path)):
        raise InvalidInputError(f"{str(path)!r}: systemd takes no path with a line end in it; move the project")
    return str(path).replace("%", "%%")


def _word(word: str) -> str:
    """Write one word of a command: systemd puts variables in for `$`."""
    return _quoted(word.replace("$", "$$"))


def _quoted(word: str) -> str:
    """Quote a word as systemd reads it, so that nothing of it is a specifier."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"' if re.search(r"[\s\"'\\;]", word) else plain

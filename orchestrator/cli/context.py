"""What every verb shares: the project, who is asking, how to paint, how to run something that waits."""

import getpass
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from orchestrator.errors import InvalidInputError, OrchestratorError
from orchestrator.files.atomic import write_atomic
from orchestrator.views.safe import clean as clean  # noqa: PLC0414  # every verb shows agents' words
from orchestrator.views.safe import one_line as one_line  # noqa: PLC0414

if TYPE_CHECKING:
    from orchestrator.daemon.project import Project
    from orchestrator.model.settings import Settings

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., int])

_COLOURS = {"good": "green", "warn": "yellow", "bad": "red", "dim": "bright_black", "head": "bright_white"}


class Context:
    """Click's context object. `lenient`: the verb only looks on, or holds; a broken configuration does not stop it."""

    def __init__(self, project: Path | None, *, lenient: bool = False) -> None:
        self.explicit, self.lenient = project, lenient

    @cached_property
    def root(self) -> Path:
        """The project's root."""
        from orchestrator.daemon.project import find_root  # noqa: PLC0415 - `--help` needs no project

        return find_root(Path.cwd(), self.explicit)

    @cached_property
    def project(self) -> "Project":
        """The project, read once; what its configuration leaves doubtful is said on stderr."""
        from orchestrator.daemon.project import Project  # noqa: PLC0415 - `--help` needs no project

        project = Project(self.root, self._settings())
        for warning in project.settings.warnings:
            warn(warning)
        return project

    def _settings(self) -> "Settings":
        from orchestrator.daemon.project import last_settings, load_settings  # noqa: PLC0415 - as above

        try:
            return load_settings(self.root)
        except InvalidInputError as error:
            known = last_settings(self.root) if self.lenient else None
            if known is None:
                raise
            more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
            warn(f"{error.problems[0]}{more}; until then this goes by the configuration of the last run")
            return known


pass_context = click.make_pass_decorator(Context)


def waits(function: Callable[[], Awaitable[T]]) -> T:
    """Run something that waits, on the one event loop."""
    import anyio  # noqa: PLC0415 - `--help` and `schema` wait for nothing

    return anyio.run(function)


def paint(text: str, level: str, *, err: bool = False) -> str:
    """Colour a text where a person looks at a terminal and has not said NO_COLOR."""
    stream = sys.stderr if err else sys.stdout
    if level not in _COLOURS or "NO_COLOR" in os.environ or not stream.isatty():
        return text
    return click.style(text, fg=_COLOURS[level], bold=level == "head")


def write_out(output: Path, data: bytes) -> None:
    """Write an answer to the file a person named, whole or not at all."""
    try:
        write_atomic(output, data, mode=0o644)
    except OSError as error:
        raise InvalidInputError(f"{output}: cannot write it: {error.strerror}; name another file") from None


def warn(text: str) -> None:
    """Say on stderr what a person should know but need not mend now."""
    click.echo(f"{paint('warning:', 'warn', err=True)} {clean(text)}", err=True)


def who() -> str:
    """Name the person who asks: git's user, else the login."""
    said = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
    name = " ".join(said.stdout.split())
    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def by_option(command: Command) -> Command:
    """Add `--as WHO` to a verb."""
    decorated: Command = click.option("--as", "by", metavar="WHO", help="Who asks for it (default: you).")(command)
    return decorated


def refuse_agents(verb: str) -> None:
    """Keep agents from deciding about their own work: a refusal, but for `run`, where 1 says something else."""
    if task := os.environ.get("ORCHESTRATOR_TASK"):
        kind = InvalidInputError if verb == "run" else OrchestratorError
        raise kind(f"`{verb}` is for people: it is refused inside the agent of {task}")

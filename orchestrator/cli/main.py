"""`orchestrator`: finds the verb, imports only that, and turns errors into one line and an exit code."""

import importlib
import os
import sys
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click

from orchestrator import __version__
from orchestrator.cli.context import Context
from orchestrator.errors import DiskFullError, InvalidInputError, JournalError, OrchestratorError
from orchestrator.files.room import lack_of_room

REFUSED, USAGE, JOURNAL, SIGNALLED = 1, 2, 4, 130

VERBS = {
    "init": "detect the stack, agents and tests; write orchestrator.toml and a first queue",
    "run": "work the queues until nothing in scope can proceed",
    "status": "how everything stands, and the one thing that matters",
    "top": "one screen that stays up to date: what works, what waits for a person, what is next",
    "explain": "why a task or queue does not run, since when, and who can change that",
    "history": "everything that happened to a task",
    "logs": "what the tracks say; -f follows",
    "attach": "open a task's agent session in this terminal, and hand it back",
    "inbox": "what waits for a person, with the evidence; accept or reject what agents propose",
    "notify": "the channels by which people are told; send what is due, or a test",
    "answer": "answer what a task's agent asks",
    "decide": "revert, override or abort a blocked task",
    "approve": "sign a gate, affirming its checklist",
    "reject": "hold a gate, with the reason, until it is approved anew",
    "revoke": "take an approval back; an open gate is shut for what has not begun",
    "ack": "see to what waits for people: nobody further of its ladder is told",
    "add": "add a task to a queue",
    "discover": "make tasks of what linters, type checkers and tests report",
    "edit": "change a task",
    "import": "take in a task list of another tool as a queue",
    "export": "write queues as a task list of another tool",
    "done": "report a person's task as done; its checks decide all the same",
    "retry": "grant a task its iterations anew",
    "skip": "leave a task undone, with a reason",
    "cancel": "stop working on a task and hold it",
    "pause": "hold a queue",
    "resume": "let a held queue go on; probe a parked one now",
    "lock": "have a resource that tasks share for oneself, for a while",
    "unlock": "give a locked resource back before its time",
    "workers": "who works, and how many at once: more or fewer while runs go on",
    "rollback": "say how a rollback that does not succeed goes on",
    "stop": "ask the live runs of this project to end",
    "train": "the merge queue of every target: who is in line, on what, and who left it why",
    "agents": "which agents could work here; `agents test NAME` proves one",
    "verify": "judge a revision, the working tree, a task or everything; needs no queue",
    "plan": "what the queues add up to: tiers, critical path, schedule, and whether parallel work pays",
    "report": "the status document people would write by hand: Markdown, HTML or JSON",
    "metrics": "figures for a monitoring system, in the text format of Prometheus",
    "traces": "what happened as spans of OpenTelemetry",
    "simulate": "play the queues many times: when they finish, what it costs, where they get stuck",
    "prompt": "print the prompt a task's next iteration would get",
    "board": "print the board over all queues",
    "doctor": "check git, disk, sandbox, tools and the journal; changes nothing",
    "backup": "write journal, runs, queue files and the work in git to one file",
    "restore": "put a backup back: into an empty folder, a clone, or over a damaged journal",
    "service": "a systemd unit that keeps a run going: printed, or installed for this user",
    "mcp": "serve the agent of one run as an MCP server; started by agents",
    "schema": "print the JSON schema of a file or answer",
}


LOOKING = frozenset(
    (
        *("status", "top", "explain", "history", "logs", "inbox", "train", "report", "metrics", "traces"),
        *("board", "ack", "pause", "resume", "cancel", "stop"),
    )
)
"""What only looks on, or holds, and starts no program of the configuration's: it is wanted most while that is wrong."""


class Verbs(click.Group):
    """The verbs, imported on use: `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the verbs in the order people meet them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"orchestrator.cli.{cmd_name}{'_' * iskeyword(cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orchestrator")
@click.option("-C", "--project", type=click.Path(path_type=Path), help="The project's root (default: found upwards).")
@click.pass_context
def cli(ctx: click.Context, project: Path | None) -> None:
    """Work JSON queues of tasks with coding agents: verified, merged, durable."""
    ctx.obj = Context(project, lenient=ctx.invoked_subcommand in LOOKING)


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """Run one command; give its exit code. Bad input is 2, a broken journal 4, a refusal 1."""
    try:
        result: Any = cli.main(argv, prog_name="orchestrator", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return SIGNALLED
    except click.ClickException as error:
        error.show()
        return USAGE
    except OrchestratorError as error:
        return _explain(error)
    except BaseExceptionGroup as group:
        return _explain(_told(group))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if text := lack_of_room(error):
            return _explain(DiskFullError(text))
        raise
    except KeyboardInterrupt:
        return SIGNALLED
    return result if isinstance(result, int) else 0


def _told(group: BaseExceptionGroup[BaseException]) -> OrchestratorError:
    """Give what a person can be told of several failures at once; a bug among them is raised as it is."""
    if text := lack_of_room(group):
        return DiskFullError(text)
    told, bugs = group.split(OrchestratorError)
    if told is None or bugs is not None:
        raise group
    first: OrchestratorError | BaseExceptionGroup[OrchestratorError] = told
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


def _explain(error: OrchestratorError) -> int:
    lines = error.problems if isinstance(error, InvalidInputError) else (str(error),)
    for line in lines:
        click.echo(f"orchestrator: {line}", err=True)
    if isinstance(error, InvalidInputError):
        return USAGE
    if isinstance(error, JournalError):
        return JOURNAL
    return REFUSED

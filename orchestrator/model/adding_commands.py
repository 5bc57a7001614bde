"""Asks for more work: tasks of people and programs, proposals of agents, findings of checks. See `commands`."""

from typing import TypeAlias

import msgspec

from orchestrator.model.event_parts import Imported
from orchestrator.model.specs import TaskSpec
from orchestrator.model.verdicts import Finding


class AddTask(msgspec.Struct, frozen=True, kw_only=True):
    """Add a task to a queue that exists."""

    queue: str
    spec: TaskSpec
    imported: Imported | None = None
    """Where it stood in the list it comes from."""
    by: str = ""


class AddTasks(msgspec.Struct, frozen=True, kw_only=True):
    """Add many tasks at once: all of them, or none."""

    tasks: tuple[AddTask, ...]
    by: str = ""


class AcceptProposal(msgspec.Struct, frozen=True, kw_only=True):
    """Add the task an agent proposed; `queue` and `id` replace what it said."""

    proposal: str
    by: str = ""
    queue: str = ""
    id: str = ""


class AcceptProposals(msgspec.Struct, frozen=True, kw_only=True):
    """Add every task that agents have proposed, all or none; `queue` replaces what they said."""

    by: str = ""
    queue: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A finding, and the check or tool that reports it."""

    finding: Finding
    source: str


class Discover(msgspec.Struct, frozen=True, kw_only=True):
    """Make tasks of what is new among these findings, at most so many; `close`: skip those whose findings are gone.

    `sources` have been asked, also those that found nothing; `by_what` is what a task is for: `both` (a rule in a
    file), `file` or `rule`.
    """

    queue: str
    found: tuple[Found, ...]
    sources: tuple[str, ...]
    by_what: str = "both"
    most: int = 50
    close: bool = False
    by: str = ""


class RecordBaseline(msgspec.Struct, frozen=True, kw_only=True):
    """Take these findings for what was there before: no tasks are made of them in this queue."""

    queue: str
    found: tuple[Found, ...]
    by: str = ""


AskToAdd: TypeAlias = AddTask | AddTasks | AcceptProposal | AcceptProposals | Discover | RecordBaseline

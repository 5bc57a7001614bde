"""What an agent may say while it works, and what is kept of it. Defines; chooses nothing.

A word never claims, merges or approves anything: it informs a person, or asks one. Every text in here is an agent's
own and untrusted: whoever shows it takes out what could steer a terminal, whoever prompts with it what could claim.
"""

from typing import Annotated, TypeAlias

import msgspec

from orchestrator.model.specs import TaskSpec

MAX_TEXT = 4000
"""Characters of one text."""
MAX_TITLE = 200
MAX_NAMES = 50
MAX_LEARNINGS = 60
"""Of a project: the oldest go."""
MAX_QUESTIONS = 30
"""Kept of one task, answered ones too: the oldest go."""

Said = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE)]
Names = Annotated[tuple[Line, ...], msgspec.Meta(max_length=MAX_NAMES)]


class _Word(msgspec.Struct, frozen=True, kw_only=True, tag_field="verb", forbid_unknown_fields=True):
    """Base of what an agent may say."""


class Progress(_Word, frozen=True, tag="progress"):
    """It tells how far it is."""

    text: Said


class Blocked(_Word, frozen=True, tag="blocked"):
    """It cannot go on without a person, and says why."""

    text: Said


class AskPerson(_Word, frozen=True, tag="ask"):
    """It asks a person. `holds`: it cannot go on without the answer; else it works on meanwhile."""

    text: Said
    holds: bool = True


class ProposeTask(_Word, frozen=True, tag="propose"):
    """It proposes work for later. What decides how work is judged (checks, exceptions, agents) cannot be proposed."""

    title: Line
    description: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    queue: Annotated[str, msgspec.Meta(max_length=MAX_TITLE)] = ""
    """Empty: the task's own."""
    id: Annotated[str, msgspec.Meta(max_length=MAX_TITLE)] = ""
    type: Annotated[str, msgspec.Meta(max_length=MAX_TITLE)] = ""
    priority: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 2
    dependencies: Names = ()
    files: Names = ()
    tests: Names = ()
    outputs: Names = ()


class Learn(_Word, frozen=True, tag="learn"):
    """It learned something that later tasks of the project should know."""

    text: Said


Word: TypeAlias = Progress | Blocked | AskPerson | ProposeTask | Learn


class Heard(msgspec.Struct, frozen=True):
    """A word and the id its speaker gave it: heard once within its iteration."""

    id: str
    word: Word


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the speaker of a word is told. `answer` is a person's, once there is one."""

    ok: bool
    text: str
    answer: str | None = None
    by: str = ""


class Briefing(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent can look up about its task. Texts are the same as in its prompt; `None` is no limit."""

    task: str
    title: str
    description: str
    attempt: int
    iteration: int
    iterations_left: int
    usd_left: float | None = None
    findings: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    """(question, a person's answer), oldest first."""
    learnings: tuple[str, ...] = ()


# -- what is kept --------------------------------------------------------------------------------------------------


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question to a person, or a report of being blocked, which is one too. `answer` empty: none yet."""

    id: str
    """`Q1`, for people."""
    attempt: int
    iteration: int
    word: str
    text: str
    at: int
    holds: bool = True
    blocked: bool = False
    answer: str = ""
    by: str = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Work an agent proposed, until a person accepts or rejects it."""

    id: str
    task: str
    queue: str
    spec: TaskSpec
    at: int


class Learning(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent learned."""

    id: str
    task: str
    text: str
    at: int

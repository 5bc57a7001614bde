"""The seam to the judges."""

from typing import Protocol

import msgspec

from orchestrator.model.verdicts import Judgement


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be judged: `commit` (its tree) against `base`, for a task, by the named checks."""

    task: str
    attempt: int
    iteration: int
    commit: str
    tree: str
    base: str
    checks: tuple[str, ...]
    tests: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """Paths or globs of what the task must leave, not empty."""
    mends: tuple[str, ...] = ()
    """Findings the task is there to mend: nothing excuses one that still stands."""
    allow_test_changes: tuple[str, ...] = ()
    allow_protected: tuple[str, ...] = ()
    steering: tuple[str, ...] = ()
    """Further protected files: those that prompts are made of."""
    merged: bool = False
    fresh: bool = False
    """Whether commands are run whatever they have said of this tree before: a gate's must stay green."""
    title: str = ""
    description: str = ""
    """What the task is, for who reviews."""
    author: str = ""
    """The agent that did the work."""
    by_hand: bool = False
    """A person's own work, and nothing runs tests: its runner configuration steers nothing here."""

    words: str = ""
    """A commit's message where it is all that says what the task was; empty where a queue says it."""


class Verifier(Protocol):
    """Runs checks on a clean checkout of exactly the tree in question. Decides nothing but what was seen."""

    async def judge(self, case: Case) -> Judgement:
        """Run every check and conclude. A judgement whose `fault` is set is no verdict. Cancelling kills the checks."""
        ...

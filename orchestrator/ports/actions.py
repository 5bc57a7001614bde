"""The seam to what triggers do outside the journal."""

from typing import Protocol

import msgspec

from orchestrator.model.specs import WriteRecord


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written, for which trigger, and since when (milliseconds); `checks` judge the tree that lands."""

    key: str
    trigger: str
    at: int
    spec: WriteRecord
    queue: str
    checks: tuple[str, ...]
    tries: int
    """Which try it is: an earlier one may have landed it."""


class Actions(Protocol):
    """Does what triggers ask for outside the journal, under an idempotency key."""

    async def run(self, key: str, action: str, task: str = "") -> tuple[bool, str]:
        """Run the named action, for the step `task` where it undoes one; say whether it succeeded, else why."""
        ...

    async def write(self, record: Record) -> tuple[bool, str]:
        """Land a record on a queue's target, once; say whether it stands there, else why not."""
        ...

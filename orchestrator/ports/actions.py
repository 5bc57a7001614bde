"""The seam to what triggers do outside the journal."""

from typing import Protocol


class Actions(Protocol):
    """Runs the commands of `[actions]`, under an idempotency key that it hands on to them."""

    async def run(self, key: str, action: str, task: str = "") -> tuple[bool, str]:
        """Run the named action, for the step `task` where it undoes one; say whether it succeeded, else why."""
        ...

"""The seam to what triggers do outside the journal."""

from typing import Protocol


class Actions(Protocol):
    """Runs the commands of `[actions]`, under an idempotency key that it hands on to them."""

    async def run(self, key: str, action: str) -> tuple[bool, str]:
        """Run the named action; say whether it succeeded and, if not, why in one line."""
        ...

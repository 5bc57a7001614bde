"""The seam to the people who are told."""

from typing import Protocol

from orchestrator.model.messages import Message


class Notifier(Protocol):
    """Sends messages through channels."""

    async def send(self, channel: str, messages: tuple[Message, ...]) -> tuple[bool, str]:
        """Send these as one; say whether the channel's service took them and, if not, why in one line."""
        ...


class NoNotifier:
    """Where nobody is told of anything."""

    async def send(self, channel: str, messages: tuple[Message, ...]) -> tuple[bool, str]:  # noqa: ARG002 - the port's
        """Say that there is no way."""
        return False, f"nothing here sends through {channel}"

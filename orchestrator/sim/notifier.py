"""People who are told, in memory: who got which messages, in which order, as often as they got them."""

import anyio

from orchestrator.model.messages import Message


class MemoryNotifier:
    """`ports.notifier.Notifier`: takes what it is sent, unless a channel is told to refuse."""

    def __init__(self) -> None:
        self.took: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.refusing: dict[str, int] = {}
        """Channel -> how many more times it refuses."""
        self.slow: set[str] = set()
        """Channels that take a message and never say so."""

    async def send(self, channel: str, messages: tuple[Message, ...]) -> tuple[bool, str]:
        """Take some time, then the messages."""
        await anyio.sleep(1)
        if self.refusing.get(channel, 0) > 0:
            self.refusing[channel] -= 1
            return False, "not now"
        self.took.append((channel, tuple(message.id for message in messages)))
        self.texts += [message.text for message in messages]
        if channel in self.slow:
            await anyio.sleep_forever()
        return True, ""

    def times(self, channel: str) -> dict[str, int]:
        """Count how often a channel got each message."""
        got = [name for where, names in self.took if where == channel for name in names]
        return {name: got.count(name) for name in dict.fromkeys(got)}

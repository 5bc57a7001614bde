"""Programs that print text: their last words are the final message, and a clean exit is their proper end."""

from orchestrator.agents.claims import TAIL
from orchestrator.model.agent_events import AgentEvent, Final, Text


class Plain:
    """A script, or a recording played back."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, line: bytes) -> list[AgentEvent]:
        """Read one line of stdout."""
        self._tail = (self._tail + line)[-TAIL:]
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        return [Text(text=text)] if text.strip() else []

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:  # noqa: ARG002  # a script's stderr is anything
        """Take a clean exit for a proper end."""
        return [Final(text=self._tail.decode("utf-8", "replace"))] if code == 0 else []

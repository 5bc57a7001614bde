"""Kimi's `--output-format stream-json`, from its documentation: messages in the manner of OpenAI, no usage, no end."""

import json
from typing import Any

from orchestrator.agents.normalise.lines import JsonLines, array, obj, one_line, said, string, title
from orchestrator.model.agent_events import AgentEvent, Final, Text, ToolEnd, ToolStart


class Kimi(JsonLines):
    """Kimi CLI. Its end is a clean exit after a message that asks for no tool."""

    def __init__(self) -> None:
        self._final: str | None = None

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        match event.get("role"):
            case "assistant":
                return self._assistant(event)
            case "tool":
                self._final = None
                summary = one_line(said(event.get("content")))
                return [ToolEnd(id=string(event.get("tool_call_id")), ok=True, summary=summary)]
            case "user" | "system":
                return []
            case _:
                return None

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:  # noqa: ARG002  # the family's shape
        """Take the last message for the final one after a clean exit."""
        return [Final(text=self._final)] if code == 0 and self._final is not None else []

    def _assistant(self, message: dict[str, Any]) -> list[AgentEvent]:
        text, calls = said(message.get("content")), [obj(call) for call in array(message.get("tool_calls"))]
        self._final = None if calls else text
        return [*([Text(text=text)] if text else []), *map(_call, calls)]


def _call(call: dict[str, Any]) -> ToolStart:
    function = obj(call.get("function"))
    try:
        arguments = json.loads(string(function.get("arguments")) or "{}")
    except (ValueError, RecursionError):
        arguments = {}
    return ToolStart(id=string(call.get("id")), name=string(function.get("name")), title=title(arguments))

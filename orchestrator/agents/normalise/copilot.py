"""Copilot CLI's `--output-format json`: the session's id and the exit code come with `result`, the tokens never do."""

from typing import Any

from orchestrator.agents.normalise.lines import JsonLines, array, count, number, obj, one_line, status, string, title
from orchestrator.model.agent_events import AgentEvent, Failure, Final, Started, Text, ToolEnd, ToolStart, Usage

_QUIET = ("session.", "user.", "assistant.", "model.", "tool.", "hook.", "permission.", "subagent.")


class Copilot(JsonLines):
    """GitHub Copilot CLI."""

    def __init__(self) -> None:
        self._text = ""

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        data = obj(event.get("data"))
        match event.get("type"):
            case "session.start" | "session.resume":
                return [Started(session=string(data.get("sessionId")), model=string(data.get("selectedModel")))]
            case "session.error":
                code = status(data.get("statusCode"))
                return [Failure(status=code, text=string(data.get("message")) or "error")]
            case "assistant.message":
                self._text = string(data.get("content"))
                return [Text(text=self._text)] if self._text else []
            case "assistant.usage":
                return [_usage(data)]
            case "tool.execution_start":
                name = string(data.get("toolName"))
                return [ToolStart(id=string(data.get("toolCallId")), name=name, title=title(data.get("arguments")))]
            case "tool.execution_complete":
                return [_tool_end(data)]
            case "result":
                failed = event.get("exitCode") != 0
                return [Started(session=string(event.get("sessionId"))), Final(text=self._text, is_error=failed)]
            case str() as kind if kind.startswith(_QUIET):
                return []
            case _:
                return None


def _tool_end(data: dict[str, Any]) -> ToolEnd:
    output = string(obj(data.get("result")).get("content")) or string(obj(data.get("error")).get("message"))
    return ToolEnd(id=string(data.get("toolCallId")), ok=bool(data.get("success")), summary=one_line(output))


def _usage(data: dict[str, Any]) -> Usage:
    cached = count(data.get("cacheReadTokens"))
    fresh = max(0, count(data.get("inputTokens")) - cached)
    cost = data.get("cost")
    usd = number(cost) if cost is not None and not array(data.get("quotaSnapshots")) else None
    return Usage(input=fresh, cached=cached, output=count(data.get("outputTokens")), usd=usd)

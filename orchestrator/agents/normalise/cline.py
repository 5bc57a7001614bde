"""Cline's `--json`: `run_result` ends and counts everything; a failure stands on stderr, as JSON."""

import json
from typing import Any

from orchestrator.agents.normalise.lines import JsonLines, array, count, number, obj, one_line, status_in, string, title
from orchestrator.model.agent_events import (
    AgentEvent,
    Failure,
    FailureKind,
    Final,
    Started,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)

_REASONS = {
    "max_iterations": FailureKind.TURNS,
    "max_turns": FailureKind.TURNS,
    "aborted": FailureKind.INTERRUPTED,
    "max_tokens": FailureKind.TRUNCATED,
}


class Cline(JsonLines):
    """Cline."""

    def __init__(self) -> None:
        self._session = ""
        self._ended = False

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        match event.get("type"):
            case "hook_event":
                return self._hook(string(event.get("taskId")))
            case "agent_event":
                return _agent(obj(event.get("event")))
            case "run_result":
                self._ended = True
                return _result(event)
            case _:
                return None

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Read the failure on stderr."""
        if self._ended or code in {0, None}:
            return []
        for line in reversed(stderr.splitlines()):
            message = _message(line)
            if message:
                return [Failure(status=status_in(message), text=message)]
        return []

    def _hook(self, session: str) -> list[AgentEvent]:
        if session in {"", self._session}:
            return []
        self._session = session
        return [Started(session=session)]


def _agent(event: dict[str, Any]) -> list[AgentEvent]:
    kind, content, key = event.get("type"), event.get("contentType"), string(event.get("toolCallId"))
    match kind, content:
        case "content_end", "text":
            return [Text(text=string(event.get("text")))]
        case "content_start", "tool":
            name = string(event.get("toolName"))
            return [ToolStart(id=key, name=name, title=title(event.get("input")))]
        case "content_end", "tool":
            outputs = [obj(output) for output in array(event.get("output"))]
            ok = not event.get("error") and all(output.get("success", True) for output in outputs)
            result = string(outputs[0].get("result")) if outputs else string(event.get("error"))
            return [ToolEnd(id=key, ok=ok, summary=one_line(result))]
        case "usage", _:
            return [_usage(event, total=False)]
        case "error", _:
            message = string(event.get("message")) or string(obj(event.get("error")).get("message"))
            return [Failure(status=status_in(message), text=message or "error")]
        case _:
            return []


def _result(event: dict[str, Any]) -> list[AgentEvent]:
    usage, text = _usage(obj(event.get("usage")), total=True), string(event.get("text"))
    reason = string(event.get("finishReason"))
    if reason == "completed":
        return [usage, Final(text=text)]
    kind = _REASONS.get(reason, FailureKind.OTHER)
    told = string(obj(event.get("error")).get("message")) or text or reason
    return [usage, Failure(kind=kind, status=status_in(told), text=told), Final(text=text, is_error=True)]


def _usage(usage: dict[str, Any], *, total: bool) -> Usage:
    cached = count(usage.get("cacheReadTokens"))
    fresh = max(0, count(usage.get("inputTokens")) - cached) + count(usage.get("cacheWriteTokens"))
    usd = number(usage.get("totalCost")) if total and usage.get("totalCost") else None
    return Usage(input=fresh, cached=cached, output=count(usage.get("outputTokens")), usd=usd, total=total)


def _message(line: str) -> str:
    try:
        told = obj(json.loads(line))
    except (ValueError, RecursionError):
        return ""
    return string(told.get("message")) or string(obj(told.get("error")).get("message")) or string(told.get("error"))

"""pi's `--mode json`. Each `message_update` repeats the whole message so far: dropped. It exits 0 whatever happened."""

from typing import Any

from orchestrator.agents.normalise.lines import (
    JsonLines,
    count,
    number,
    obj,
    one_line,
    said,
    status_in,
    string,
    title,
)
from orchestrator.model.agent_events import (
    AgentEvent,
    Failure,
    FailureKind,
    Final,
    Retry,
    Started,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)

_QUIET = frozenset(
    {
        "agent_start",
        "turn_start",
        "turn_end",
        "message_start",
        "message_update",
        "tool_execution_update",
        "queue_update",
    }
)


class Pi(JsonLines):
    """pi."""

    def __init__(self) -> None:
        self._last: dict[str, Any] = {}
        self._ended = False

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        match event.get("type"):
            case "session":
                return [Started(session=string(event.get("id")))]
            case "message_end":
                return self._message(obj(event.get("message")))
            case "tool_execution_start" | "tool_execution_end":
                return [_tool(event)]
            case "auto_retry_start":
                return [_again(event)]
            case "auto_retry_end":
                return [] if event.get("success") else [_failed(string(event.get("finalError")))]
            case "agent_end":
                return self._end()
            case kind if kind in _QUIET or string(kind).startswith(("compaction_", "extension_")):
                return []
            case _:
                return None

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Say that the session to go on with is unknown, where stderr says so."""
        lost = not self._ended and code not in {0, None} and "session" in stderr.lower() and "found" in stderr.lower()
        return [Failure(kind=FailureKind.SESSION, text=one_line(stderr))] if lost else []

    def _message(self, message: dict[str, Any]) -> list[AgentEvent]:
        if message.get("role") != "assistant":
            return []
        self._last = message
        text = said(message.get("content"))
        usage = _usage(obj(message.get("usage")))
        return [*([Text(text=text)] if text else []), *([] if usage is None else [usage])]

    def _end(self) -> list[AgentEvent]:
        self._ended = True
        text = said(self._last.get("content"))
        match self._last.get("stopReason"):
            case "stop":
                return [Final(text=text)]
            case "error":
                return [_failed(string(self._last.get("errorMessage"))), Final(text=text, is_error=True)]
            case "aborted":
                failure = Failure(kind=FailureKind.INTERRUPTED, text="aborted")
            case reason:
                told = f"the answer stops in the middle (stopReason {reason})"
                failure = Failure(kind=FailureKind.TRUNCATED, text=told)
        return [failure, Final(text=text, is_error=True)]


def _tool(event: dict[str, Any]) -> AgentEvent:
    key = string(event.get("toolCallId"))
    if event.get("type") == "tool_execution_start":
        return ToolStart(id=key, name=string(event.get("toolName")), title=title(event.get("args")))
    summary = one_line(said(obj(event.get("result")).get("content")))
    return ToolEnd(id=key, ok=not event.get("isError"), summary=summary)


def _again(event: dict[str, Any]) -> Retry:
    text = string(event.get("errorMessage"))
    delay = number(event.get("delayMs")) / 1000
    of = count(event.get("maxAttempts"))
    return Retry(attempt=count(event.get("attempt")), of=of, delay_s=delay, status=status_in(text), text=text)


def _failed(message: str) -> Failure:
    return Failure(status=status_in(message), text=message or "error")


def _usage(usage: dict[str, Any]) -> Usage | None:
    fresh, cached = count(usage.get("input")) + count(usage.get("cacheWrite")), count(usage.get("cacheRead"))
    output = count(usage.get("output"))
    if not fresh and not cached and not output:
        return None
    cost = obj(usage.get("cost")).get("total")
    return Usage(input=fresh, cached=cached, output=output, usd=None if cost is None else number(cost))

"""`codex exec --json`. Its `error` lines are also how it says that it tries again; its `error` items are warnings."""

import re
from typing import Any

from orchestrator.agents.normalise.lines import JsonLines, array, count, obj, one_line, said, status_in, string, title
from orchestrator.model.agent_events import (
    AgentEvent,
    Failure,
    FailureKind,
    Final,
    Raw,
    Retry,
    Started,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)

_AGAIN = re.compile(r"Reconnecting\.\.\. (\d+)/(\d+)(?: \((.*)\))?\s*\Z", re.DOTALL)
_NO_SESSION = re.compile(r"no (?:rollout|thread|conversation|session) found", re.IGNORECASE)
_QUIET = frozenset({"turn.started", "item.updated"})
_DONE = frozenset({"completed", "success"})


class Codex(JsonLines):
    """Codex."""

    def __init__(self) -> None:
        self._final = ""
        self._open: set[str] = set()
        self._ended = False

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        match event.get("type"):
            case "thread.started":
                return [Started(session=string(event.get("thread_id")))]
            case "item.started":
                return self._begin(obj(event.get("item")))
            case "item.completed":
                return self._item(obj(event.get("item")))
            case "turn.completed":
                self._ended = True
                return [_usage(obj(event.get("usage"))), Final(text=self._final)]
            case "turn.failed":
                self._ended = True
                return [_failure(string(obj(event.get("error")).get("message"))), Final(text="", is_error=True)]
            case "error":
                return [_error(string(event.get("message")))]
            case kind if kind in _QUIET:
                return []
            case _:
                return None

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Say that the session to go on with is unknown, where stderr says so."""
        if self._ended or code in {0, None} or not _NO_SESSION.search(stderr):
            return []
        return [Failure(kind=FailureKind.SESSION, text=one_line(stderr))]

    def _begin(self, item: dict[str, Any]) -> list[AgentEvent]:
        key, kind = string(item.get("id")), string(item.get("type"))
        if kind in {"agent_message", "reasoning", "todo_list", "error"}:
            return []
        self._open.add(key)
        return [ToolStart(id=key, name=_name(item, kind), title=_title(item))]

    def _item(self, item: dict[str, Any]) -> list[AgentEvent]:
        key, kind = string(item.get("id")), string(item.get("type"))
        match kind:
            case "agent_message":
                self._final = string(item.get("text"))
                return [Text(text=self._final)]
            case "reasoning" | "todo_list":
                return []
            case "error":
                return [Raw(text=string(item.get("message")))]
            case _:
                begun = [] if key in self._open else self._begin(item)
                self._open.discard(key)
                return [*begun, ToolEnd(id=key, ok=_went_well(item), summary=_summary(item))]


def _name(item: dict[str, Any], kind: str) -> str:
    match kind:
        case "command_execution":
            return "shell"
        case "mcp_tool_call":
            return f"{string(item.get('server'))}.{string(item.get('tool'))}"
        case _:
            return kind


def _title(item: dict[str, Any]) -> str:
    changes = [string(obj(change).get("path")) for change in array(item.get("changes"))]
    return one_line(" ".join(changes)) if changes else title(item.get("arguments")) or title(item)


def _went_well(item: dict[str, Any]) -> bool:
    code = item.get("exit_code")
    return (code == 0) if code is not None else string(item.get("status")) in _DONE or not item.get("status")


def _summary(item: dict[str, Any]) -> str:
    result = obj(item.get("result"))
    output = string(item.get("aggregated_output")) or said(result.get("content"))
    return one_line(output or string(obj(item.get("error")).get("message")))


def _usage(usage: dict[str, Any]) -> Usage:
    cached = count(usage.get("cached_input_tokens"))
    return Usage(
        input=max(0, count(usage.get("input_tokens")) - cached),
        cached=cached,
        output=count(usage.get("output_tokens")),
        reasoning=count(usage.get("reasoning_output_tokens")),
    )


def _error(message: str) -> AgentEvent:
    again = _AGAIN.match(message)
    if again is None:
        return _failure(message)
    why = again[3] or ""
    return Retry(attempt=int(again[1]), of=int(again[2]), status=status_in(why), text=why)


def _failure(message: str) -> Failure:
    kind = FailureKind.SESSION if _NO_SESSION.search(message) else FailureKind.OTHER
    return Failure(kind=kind, status=status_in(message), text=message or "turn failed")

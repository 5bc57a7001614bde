"""Gemini CLI's `stream-json`: the final message is what it said after its last tool; it retries on stderr only."""

import re
from typing import Any

from orchestrator.agents.normalise import asides
from orchestrator.agents.normalise.lines import JsonLines, count, obj, one_line, status_in, string, title
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

_EXITS = {
    41: FailureKind.AUTH,
    42: FailureKind.CONFIGURATION,
    44: FailureKind.CONFIGURATION,
    52: FailureKind.CONFIGURATION,
    53: FailureKind.TURNS,
    130: FailureKind.INTERRUPTED,
}
_STATUSES = {code & 0xFF: code for code in (400, 401, 403, 404, 429, 500, 502, 503, 504)}
"""It exits with the HTTP status of what failed, of which a shell sees the last eight bits."""
_SESSION = re.compile(r"(?:invalid|no|unknown) session|session[^\n]{0,60}not found|resum", re.IGNORECASE)
_COMPLAINT = re.compile(r"\A\W*API Error: (.*?)\]?\s*(?:\n|\Z)", re.DOTALL)


class Gemini(JsonLines):
    """Gemini CLI."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._busy = False
        self._ended = False
        self._complaint = "error"

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        match event.get("type"):
            case "init":
                return [Started(session=string(event.get("session_id")), model=string(event.get("model")))]
            case "message":
                return self._message(event)
            case "tool_use":
                self._busy = True
                name = string(event.get("tool_name"))
                return [ToolStart(id=string(event.get("tool_id")), name=name, title=title(event.get("parameters")))]
            case "tool_result":
                self._said.clear()
                ok, output = event.get("status") == "success", string(event.get("output"))
                output = output or string(obj(event.get("error")).get("message"))
                return [ToolEnd(id=string(event.get("tool_id")), ok=ok, summary=one_line(output))]
            case "error":
                return self._error(event)
            case "result":
                self._ended = True
                return self._result(event)
            case _:
                return None

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Read the exit status, which has meanings of its own, and the attempts that only stderr tells of."""
        if self._ended:
            return []
        if code in _EXITS:
            lost = code == 42 and _SESSION.search(stderr)  # noqa: PLR2004  # its own: bad input, a session among it
            text = one_line(stderr.strip().splitlines()[-1]) if stderr.strip() else f"exit status {code}"
            return [Failure(kind=FailureKind.SESSION if lost else _EXITS[code], text=text)]
        if code in _STATUSES:
            return [Failure(status=_STATUSES[code], text=f"HTTP status {_STATUSES[code]}")]
        again = None if self._busy else asides.gemini(stderr)
        return [again] if again else []

    def _message(self, event: dict[str, Any]) -> list[AgentEvent]:
        if event.get("role") != "assistant":
            return []
        self._busy = True
        self._said.append(string(event.get("content")))
        return [Text(text=self._said[-1])]

    def _result(self, event: dict[str, Any]) -> list[AgentEvent]:
        stats = obj(event.get("stats"))
        events: list[AgentEvent] = [_usage(stats)] if stats else []
        if event.get("status") == "success":
            return [*events, Final(text="".join(self._said))]
        message = string(obj(event.get("error")).get("message")) or self._complaint
        complaint = _COMPLAINT.match(message)
        told = complaint[1] if complaint else message
        return [*events, Failure(status=_code_in(told), text=told), Final(text="", is_error=True)]

    def _error(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Keep what was wrong: the result that follows does not always say it again."""
        if event.get("severity") != "error":
            return None
        self._complaint = string(event.get("message")) or self._complaint
        return [Failure(status=_code_in(self._complaint), text=self._complaint)]


def _usage(stats: dict[str, Any]) -> Usage:
    cached, total = count(stats.get("cached")), count(stats.get("total_tokens"))
    fresh = max(0, count(stats.get("input_tokens")) - cached)
    output = count(stats.get("output_tokens"))
    thought = max(0, total - fresh - cached - output)  # it counts what was thought in the total only
    return Usage(input=fresh, cached=cached, output=output + thought, reasoning=thought, total=True)


def _code_in(text: str) -> int | None:
    found = re.search(r'"code":\s*([45]\d\d)\b', text)
    return int(found[1]) if found else status_in(text)

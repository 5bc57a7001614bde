"""`opencode run --format json`: no result; a step that ends with `stop` is the end. Costs are summed over steps.

That it tries a request again stands only in its log, on stderr.
"""

from typing import Any

from orchestrator.agents.normalise import asides
from orchestrator.agents.normalise.lines import JsonLines, count, number, obj, one_line, status, string, title
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

_KINDS = {
    "ProviderAuthError": FailureKind.AUTH,
    "ProviderModelNotFoundError": FailureKind.CONFIGURATION,
    "ModelNotFoundError": FailureKind.CONFIGURATION,
    "ConfigInvalidError": FailureKind.CONFIGURATION,
    "MessageAbortedError": FailureKind.INTERRUPTED,
    "MessageOutputLengthError": FailureKind.TRUNCATED,
}
_GOES_ON = frozenset({"tool-calls", ""})
_NO_SESSION = ("session not found", "notfounderror", "no session found")


class Opencode(JsonLines):
    """opencode."""

    def __init__(self) -> None:
        self._session = ""
        self._text = ""
        self._ended = False
        self._last_ms = 0

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        self._last_ms = max(self._last_ms, count(event.get("timestamp")))
        understood = self._read(event, obj(event.get("part")))
        session = string(event.get("sessionID"))
        if understood is None or session in {"", self._session}:
            return understood
        self._session = session
        return [Started(session=session), *understood]

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Say what stderr tells: the session to go on with is unknown; the last request failed, and is tried again."""
        if self._ended:
            return []
        if code not in {0, None} and any(word in stderr.lower() for word in _NO_SESSION):
            return [Failure(kind=FailureKind.SESSION, text=one_line(stderr))]
        again = asides.opencode(stderr, self._last_ms)
        return [again] if again else []

    def _read(self, event: dict[str, Any], part: dict[str, Any]) -> list[AgentEvent] | None:
        match event.get("type"):
            case "step_start" | "reasoning":
                return []
            case "text":
                self._text = string(part.get("text"))
                return [Text(text=self._text)]
            case "tool_use":
                return _tool(part, obj(part.get("state")))
            case "step_finish":
                return [_usage(part), *self._step(string(part.get("reason")))]
            case "error":
                return [_error(obj(event.get("error")))]
            case _:
                return None

    def _step(self, reason: str) -> list[AgentEvent]:
        if reason == "stop":
            self._ended = True
            return [Final(text=self._text)]
        if reason in _GOES_ON:
            return []
        return [Failure(kind=FailureKind.TRUNCATED, text=f"the answer stops in the middle (reason {reason})")]


def _tool(part: dict[str, Any], state: dict[str, Any]) -> list[AgentEvent]:
    key = string(part.get("callID"))
    exit_code = obj(state.get("metadata")).get("exit")
    ok = state.get("status") == "completed" and exit_code in {None, 0}
    output = string(state.get("output")) or string(state.get("error"))
    return [
        ToolStart(id=key, name=string(part.get("tool")), title=title(state.get("input"))),
        ToolEnd(id=key, ok=ok, summary=one_line(output)),
    ]


def _usage(part: dict[str, Any]) -> Usage:
    tokens = obj(part.get("tokens"))
    cache = obj(tokens.get("cache"))
    reasoning = count(tokens.get("reasoning"))
    fresh, cached = count(tokens.get("input")) + count(cache.get("write")), count(cache.get("read"))
    total = count(tokens.get("total"))
    output = total - fresh - cached if total else count(tokens.get("output")) + reasoning
    cost = part.get("cost")
    usd = number(cost) if cost is not None else None
    return Usage(input=fresh, cached=cached, output=max(0, output), reasoning=reasoning, usd=usd)


def _error(error: dict[str, Any]) -> Failure:
    data, name = obj(error.get("data")), string(error.get("name"))
    text = string(data.get("message")) or name or "error"
    later = string(obj(data.get("responseHeaders")).get("retry-after"))
    told = f"{text}; retry after {later} s" if later.isdigit() else text
    return Failure(kind=_KINDS.get(name, FailureKind.OTHER), status=status(data.get("statusCode")), text=told)

"""What our bridge to agents that speak the Agent Client Protocol writes: their updates as they were, and its own lines.

A tool is begun when it is more than announced: somebody decided about it, or it says what it does. Usage is told in
three ways: with the end of the prompt, with a piece of text, in money only; what was spent before a session was loaded
is not spent again.
"""

from typing import Any

from orchestrator.agents.normalise import asides
from orchestrator.agents.normalise.lines import (
    JsonLines,
    array,
    count,
    number,
    obj,
    one_line,
    said,
    status,
    status_in,
    string,
    title,
)
from orchestrator.model.agent_events import (
    AgentEvent,
    Failure,
    FailureKind,
    Final,
    Permission,
    Started,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)

_REASONS = {
    "max_tokens": (FailureKind.TRUNCATED, "the answer stops in the middle (max_tokens)"),
    "max_turn_requests": (FailureKind.TURNS, "its turn limit is reached"),
    "refusal": (FailureKind.OTHER, "the model refused"),
    "cancelled": (FailureKind.INTERRUPTED, "cancelled"),
}
_AUTH_REQUIRED = -32000
_KINDS = {"usage_limit_exceeded": FailureKind.LIMIT, "unauthorized": FailureKind.AUTH}
_TELLING = frozenset({"command", "path", "file_path", "filePath", "url", "query", "pattern"})


class Acp(JsonLines):
    """Any agent behind the bridge."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._tools: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self._spent = 0.0
        self._denied = False
        self._ended = False
        self._last_ms = 0

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one line means."""
        self._last_ms = max(self._last_ms, count(event.get("at")))
        match event.get("type"):
            case "session":
                self._spent = _usd(event.get("spent")) or 0.0
                return [Started(session=string(event.get("id")), model=string(event.get("model")))]
            case "update":
                return self._update(obj(event.get("update")))
            case "permission":
                return self._permission(event)
            case "stop":
                return self._stop(event)
            case "error":
                return self._error(event)
            case _:
                return None

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:  # noqa: ARG002  # the exit status is the bridge's
        """Say that a request is tried again, in the words of whichever agent it is."""
        if self._ended:
            return []
        silent = not self._said and not self._begun
        again = (
            asides.opencode(stderr, self._last_ms) or asides.qwen(stderr) or (asides.gemini(stderr) if silent else None)
        )
        return [again] if again else []

    def _update(self, update: dict[str, Any]) -> list[AgentEvent] | None:
        match update.get("sessionUpdate"):
            case "agent_message_chunk":
                return self._text(update)
            case "tool_call" | "tool_call_update":
                return self._tool(update)
            case "user_message_chunk":  # what stands before it is no answer to it
                self._said.clear()
                return []
            case "usage_update":
                usd = _usd(update.get("cost"))
                return [] if usd is None else self._cost(usd)
            case str():
                return []
            case _:
                return None

    def _text(self, update: dict[str, Any]) -> list[AgentEvent]:
        text = string(obj(update.get("content")).get("text"))
        usage = obj(obj(update.get("_meta")).get("usage"))
        events: list[AgentEvent] = [_usage(usage, cached_is_input=True)] if usage else []
        if text:
            self._said.append(text)
            events.insert(0, Text(text=text))
        return events

    def _cost(self, usd: float) -> list[AgentEvent]:
        new, self._spent = usd - self._spent, max(usd, self._spent)
        return [Usage(usd=new)] if new > 0 else []

    def _tool(self, update: dict[str, Any]) -> list[AgentEvent]:
        self._said.clear()
        key = string(update.get("toolCallId"))
        tool = {**self._tools.get(key, {}), **{name: value for name, value in update.items() if value}}
        self._tools[key] = tool
        state = tool.get("status")
        tells = any(obj(tool.get("rawInput")).get(word) for word in _TELLING)
        events = self._begin(key, tool) if tells or state in {"in_progress", "completed", "failed"} else []
        if state not in {"completed", "failed"}:
            return events
        del self._tools[key]
        self._begun.discard(key)
        return [*events, ToolEnd(id=key, ok=state == "completed" and not _exit(tool), summary=_summary(tool))]

    def _begin(self, key: str, tool: dict[str, Any]) -> list[AgentEvent]:
        if key in self._begun:
            return []
        self._begun.add(key)
        shown = string(tool.get("title")).strip("` ")
        asked = title(tool.get("rawInput")) if obj(tool.get("rawInput")).get("command") else ""
        return [ToolStart(id=key, name=string(tool.get("kind")) or "tool", title=one_line(asked or shown))]

    def _permission(self, event: dict[str, Any]) -> list[AgentEvent]:
        tool = obj(event.get("tool"))
        key = string(tool.get("toolCallId"))
        allowed = event.get("decision") == "allow"
        self._denied = self._denied or not allowed
        self._tools.setdefault(key, tool)
        about = one_line("; ".join(map(string, array(event.get("about")))))
        asked = Permission(id=key, title=about, allowed=allowed, why=string(event.get("why")))
        return [*(self._begin(key, tool) if allowed else []), asked]

    def _stop(self, event: dict[str, Any]) -> list[AgentEvent]:
        self._ended = True
        reason, text = string(event.get("reason")), "".join(self._said)
        events = _spent_by(event)
        over = reason == "cancelled" and self._denied and not event.get("cancelled")  # so some end after a refusal
        if reason not in _REASONS or over:
            return [*events, Final(text=text)]
        kind, told = _REASONS[reason]
        return [*events, Failure(kind=kind, text=told), Final(text=text, is_error=True)]

    def _error(self, event: dict[str, Any]) -> list[AgentEvent]:
        self._ended = True
        data = obj(event.get("data"))
        text = string(data.get("message")) or string(data.get("details")) or string(event.get("message"))
        kind = _KINDS.get(string(data.get("codex_error_info")), FailureKind.OTHER)
        if event.get("doing") == "session" and event.get("loading"):
            kind = FailureKind.SESSION
        elif event.get("code") == _AUTH_REQUIRED:
            kind = FailureKind.AUTH
        code = status(event.get("code")) or status(data.get("status")) or status_in(text)
        return [Failure(kind=kind, status=code, text=text or "error"), Final(text="", is_error=True)]


def _spent_by(event: dict[str, Any]) -> list[AgentEvent]:
    """Read what the end of a prompt says was used; Gemini CLI says it in its own way, and of all its requests."""
    tokens = obj(obj(obj(event.get("meta")).get("quota")).get("token_count"))
    if tokens:
        return [Usage(input=count(tokens.get("input_tokens")), output=count(tokens.get("output_tokens")))]
    usage = obj(event.get("usage"))
    return [_usage(usage, cached_is_input=False)] if usage else []


def _usage(usage: dict[str, Any], *, cached_is_input: bool) -> Usage:
    cached, thought = count(usage.get("cachedReadTokens")), count(usage.get("thoughtTokens"))
    fresh = count(usage.get("inputTokens")) - (cached if cached_is_input else 0)
    return Usage(
        input=max(0, fresh) + count(usage.get("cachedWriteTokens")),
        cached=cached,
        output=count(usage.get("outputTokens")) + thought,
        reasoning=thought,
    )


def _usd(cost: Any) -> float | None:
    named = obj(cost)
    return number(named.get("amount")) if named.get("currency", "USD") == "USD" and "amount" in named else None


def _exit(tool: dict[str, Any]) -> int:
    output = obj(tool.get("rawOutput"))
    return count(output.get("exit_code")) or count(obj(output.get("metadata")).get("exit"))


def _summary(tool: dict[str, Any]) -> str:
    raw = tool.get("rawOutput")
    blocks = [obj(obj(block).get("content")) for block in array(tool.get("content"))]
    named = string(raw) or string(obj(raw).get("output")) or string(obj(raw).get("stdout"))
    return one_line(said(blocks) or named)

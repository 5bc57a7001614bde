"""Claude Code's `stream-json`, and the programs that speak it with an accent: Amp, Cursor, Qwen Code.

A message is repeated for each of its blocks with the same usage: what is new is counted. The `result` counts it all.
"""

import re
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
    Limit,
    Retry,
    Started,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)

_SUBTYPES = {"error_max_turns": FailureKind.TURNS, "error_max_budget_usd": FailureKind.BUDGET}
_WHOLE = frozenset({"end_turn", "stop_sequence", "tool_use"})
_NO_SESSION = re.compile(r"no (?:conversation|session|saved session)[^\n]{0,40} found", re.IGNORECASE)
_QUIET = frozenset({"stream_event", "control_request", "control_response", "keep_alive", "thinking"})


class Claude(JsonLines):
    """Claude Code and Amp."""

    cached_is_input = False
    """Whether `input_tokens` includes the cached ones."""

    def __init__(self) -> None:
        self._counted: dict[str, Usage] = {}
        self._interrupted = False
        self._ended = False

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        match event.get("type"):
            case "system":
                return self._system(event)
            case "assistant":
                return self._assistant(event)
            case "user":
                return self._user(obj(event.get("message")))
            case "rate_limit_event":
                return _limit(obj(event.get("rate_limit_info")))
            case "result":
                self._ended = True
                return self._result(event)
            case kind if kind in _QUIET:
                return []
            case _:
                return None

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Say that the session to go on with is unknown, where stderr says so."""
        unknown = not self._ended and code not in {0, None} and _NO_SESSION.search(stderr)
        return [Failure(kind=FailureKind.SESSION, text=one_line(stderr))] if unknown else []

    def _system(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        match event.get("subtype"):
            case "init":
                return [Started(session=string(event.get("session_id")), model=string(event.get("model")))]
            case "api_retry":
                return [
                    Retry(
                        attempt=count(event.get("attempt")),
                        of=count(event.get("max_retries")),
                        delay_s=number(event.get("retry_delay_ms")) / 1000,
                        status=status(event.get("error_status")),
                        text=string(event.get("error")),
                    )
                ]
            case str():
                return []
            case _:
                return None

    def _assistant(self, event: dict[str, Any]) -> list[AgentEvent]:
        if event.get("error"):  # its own words about a failure, not the model's; the result says it again
            return []
        message = obj(event.get("message"))
        events: list[AgentEvent] = []
        for block in map(obj, array(message.get("content"))):
            match block.get("type"):
                case "text":
                    events.append(Text(text=string(block.get("text"))))
                case "tool_use":
                    name = string(block.get("name"))
                    events.append(ToolStart(id=string(block.get("id")), name=name, title=title(block.get("input"))))
                case _:
                    pass
        return [*events, *self._new_usage(message)]

    def _new_usage(self, message: dict[str, Any]) -> list[AgentEvent]:
        key, now = string(message.get("id")), self._usage(obj(message.get("usage")))
        before = self._counted.get(key, Usage())
        self._counted[key] = now
        new = Usage(
            input=max(0, now.input - before.input),
            cached=max(0, now.cached - before.cached),
            output=max(0, now.output - before.output),
        )
        return [] if new == Usage() else [new]

    def _usage(self, usage: dict[str, Any]) -> Usage:
        cached = count(usage.get("cache_read_input_tokens"))
        fresh = count(usage.get("input_tokens")) - (cached if self.cached_is_input else 0)
        return Usage(
            input=max(0, fresh) + count(usage.get("cache_creation_input_tokens")),
            cached=cached,
            output=count(usage.get("output_tokens")),
        )

    def _user(self, message: dict[str, Any]) -> list[AgentEvent]:
        events: list[AgentEvent] = []
        for block in map(obj, array(message.get("content"))):
            if block.get("type") == "tool_result":
                key, summary = string(block.get("tool_use_id")), one_line(said(block.get("content")))
                events.append(ToolEnd(id=key, ok=not block.get("is_error"), summary=summary))
            elif string(block.get("text")).startswith("[Request interrupted"):
                self._interrupted = True
        return events

    def _result(self, result: dict[str, Any]) -> list[AgentEvent]:
        text = string(result.get("result"))
        started = Started(session=string(result.get("session_id")))
        failure = self._failure(result, text)
        events: list[AgentEvent] = [started, *self._all_usage(result), *([failure] if failure else [])]
        return [*events, Final(text=text, is_error=failure is not None)]

    def _all_usage(self, result: dict[str, Any]) -> list[AgentEvent]:
        usage, cost = obj(result.get("usage")), result.get("total_cost_usd")
        if not usage and cost is None:
            return []
        total = self._usage(usage)
        usd = number(cost) if cost is not None else None
        return [Usage(input=total.input, cached=total.cached, output=total.output, usd=usd, total=True)]

    def _failure(self, result: dict[str, Any], text: str) -> Failure | None:
        subtype = string(result.get("subtype"))
        if result.get("is_error") or subtype != "success":
            told = text or "; ".join(map(string, array(result.get("errors")))) or string(result.get("error")) or subtype
            code = status(result.get("api_error_status")) or status_in(text)
            return Failure(kind=self._kind(subtype, told), status=code, text=told)
        reason = result.get("stop_reason", "end_turn")
        if reason in _WHOLE:
            return None
        if reason == "refusal":
            return Failure(text="the model refused")
        return Failure(kind=FailureKind.TRUNCATED, text=f"the answer stops in the middle (stop_reason {reason})")

    def _kind(self, subtype: str, told: str) -> FailureKind:
        if subtype in _SUBTYPES:
            return _SUBTYPES[subtype]
        if _NO_SESSION.search(told):
            return FailureKind.SESSION
        return FailureKind.INTERRUPTED if self._interrupted else FailureKind.OTHER


class Qwen(Claude):
    """Qwen Code: failures come back as success, with the complaint (and at most advice) as the end of the answer.

    That it tries a request again stands only in its diary, which comes with stderr.
    """

    cached_is_input = True
    _COMPLAINT = re.compile(
        r"\[API Error: (?P<text>[^\n]*)\](?:\n(?:Possible quota limitations|Please wait and try again)[^\n]*)?\s*\Z"
    )
    _TURNS = 53

    def _failure(self, result: dict[str, Any], text: str) -> Failure | None:
        found = self._COMPLAINT.search(text)
        if found is not None:
            return Failure(status=status_in(found["text"]), text=found["text"])
        return super()._failure(result, text)

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Tell the turn limit, which has no result, by the exit status that is its own."""
        if code == self._TURNS and not self._ended:
            return [Failure(kind=FailureKind.TURNS, text=one_line(stderr) or "its turn limit is reached")]
        again = None if self._ended else asides.qwen(stderr)
        return super().close(code, stderr) or ([again] if again else [])


class Cursor(Claude):
    """Cursor's agent: tool calls are events of their own; no usage; a failure has no result."""

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        if event.get("type") != "tool_call":
            return super().read(event)
        name, call = next(iter(obj(event.get("tool_call")).items()), ("tool", None))
        key = string(event.get("call_id"))
        if event.get("subtype") == "started":
            return [ToolStart(id=key, name=name.removesuffix("ToolCall"), title=title(obj(call).get("args")))]
        result = obj(obj(call).get("result"))
        return [ToolEnd(id=key, ok="success" in result or not result, summary=title(result.get("success")))]


def _limit(info: dict[str, Any]) -> list[AgentEvent]:
    """Read a limit: reached only where the status says `rejected`; the event comes with every subscription."""
    if info.get("status") != "rejected" or info.get("isUsingOverage"):
        return []
    resets = number(info.get("resetsAt"))
    kind = string(info.get("rateLimitType"))
    return [Limit(kind=kind, until_ms=int(resets * 1000) if resets else None, text=f"{kind} limit".strip())]

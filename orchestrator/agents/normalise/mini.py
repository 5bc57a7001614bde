"""mini-swe-agent: sections of text while it works, a trajectory (one JSON document) when it has ended.

The trajectory is what counts where it was written; without it, the `Exit:` section is the end if the run says that it
saved one.
"""

import json
import re
from typing import Any

from orchestrator.agents.normalise.lines import array, count, number, obj, one_line, said, string
from orchestrator.model.agent_events import (
    AgentEvent,
    Failure,
    FailureKind,
    Final,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)

_STEP = re.compile(r"mini-swe-agent \(step (?P<number>\d+), \$(?P<usd>[\d.]+)\):\s*\Z")
_KINDS = {
    "LimitsExceeded": FailureKind.BUDGET,
    "RateLimitError": FailureKind.LIMIT,
    "AuthenticationError": FailureKind.AUTH,
    "ServiceUnavailableError": FailureKind.TRANSIENT,
    "InternalServerError": FailureKind.TRANSIENT,
    "APIConnectionError": FailureKind.TRANSIENT,
    "ModuleNotFoundError": FailureKind.CONFIGURATION,
}


class MiniSweAgent:
    """mini-swe-agent."""

    def __init__(self) -> None:
        self._section = ""
        self._exit: list[str] = []
        self._last: list[str] = []
        self._saved = False
        self._step = ""
        self._ended = False

    def feed(self, line: bytes) -> list[AgentEvent]:
        """Read one line of stdout, or the trajectory whole."""
        if line.startswith(b"{"):
            whole = _trajectory(line)
            if whole is not None:
                self._ended = True
                return _told(whole)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        step = _STEP.match(text)
        if step is not None:
            self._section, self._step, self._last = "step", step["number"], []
            return []
        if text in {"System:", "User:", "Tool:", "Exit:"}:
            self._section = text
            self._exit = []
            return []
        return self._line(text)

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:  # noqa: ARG002  # all is on stdout
        """Take the `Exit:` section for the end where there was no trajectory."""
        if self._ended or not self._saved or code != 0:
            return []
        return [Final(text="\n".join([*self._last, *self._exit]).strip())]

    def _line(self, text: str) -> list[AgentEvent]:
        if self._section == "Exit:":
            self._saved = self._saved or text.startswith("Saved trajectory to")
            self._exit += [] if self._saved else [text]
            return []
        if self._section == "step" and text.strip():
            self._last.append(text)
            return [Text(text=text)]
        return []


def _trajectory(document: bytes) -> dict[str, Any] | None:
    try:
        whole = obj(json.loads(document))
    except (ValueError, RecursionError):
        return None
    return whole if string(whole.get("trajectory_format")).startswith("mini-swe-agent") else None


def _told(whole: dict[str, Any]) -> list[AgentEvent]:
    info, events = obj(whole.get("info")), list[AgentEvent]()
    last, used = "", Usage(usd=number(obj(info.get("model_stats")).get("instance_cost")) or None, total=True)
    for message in map(obj, array(whole.get("messages"))):
        extra = obj(message.get("extra"))
        if message.get("role") == "assistant":
            last = said(message.get("content"))
            events += [ToolStart(id=_key(action), name="bash", title=_command(action)) for action in _actions(extra)]
            used = _more(used, obj(obj(extra.get("response")).get("usage")))
        elif message.get("role") == "tool":
            ok, output = count(extra.get("returncode")) == 0, string(extra.get("raw_output"))
            events.append(ToolEnd(id=string(message.get("tool_call_id")), ok=ok, summary=one_line(output)))
    return [*events, used, *_ending(info, last)]


def _ending(info: dict[str, Any], last: str) -> list[AgentEvent]:
    status, text = string(info.get("exit_status")), f"{last}\n{string(info.get('submission'))}".strip()
    if status == "Submitted":
        return [Final(text=text)]
    failure = Failure(
        kind=_KINDS.get(status, FailureKind.OTHER), text=string(info.get("traceback")) or status or "error"
    )
    return [failure, Final(text=text, is_error=True)]


def _more(sofar: Usage, usage: dict[str, Any]) -> Usage:
    cached = count(obj(usage.get("prompt_tokens_details")).get("cached_tokens"))
    return Usage(
        input=sofar.input + max(0, count(usage.get("prompt_tokens")) - cached),
        cached=sofar.cached + cached,
        output=sofar.output + count(usage.get("completion_tokens")),
        reasoning=sofar.reasoning + count(obj(usage.get("completion_tokens_details")).get("reasoning_tokens")),
        usd=sofar.usd,
        total=True,
    )


def _actions(extra: dict[str, Any]) -> list[dict[str, Any]]:
    return [obj(action) for action in array(extra.get("actions"))]


def _key(action: dict[str, Any]) -> str:
    return string(action.get("tool_call_id"))


def _command(action: dict[str, Any]) -> str:
    return one_line(string(action.get("command")))

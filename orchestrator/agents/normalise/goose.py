"""goose's `--output-format stream-json`, from its documentation and source: messages, errors and `complete`."""

from typing import Any

from orchestrator.agents.normalise.lines import (
    JsonLines,
    array,
    count,
    obj,
    one_line,
    said,
    status_in,
    string,
    title,
)
from orchestrator.model.agent_events import AgentEvent, Failure, Final, Text, ToolEnd, ToolStart, Usage


class Goose(JsonLines):
    """goose."""

    def __init__(self) -> None:
        self._said: list[str] = []

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        match event.get("type"):
            case "message":
                return self._message(obj(event.get("message")))
            case "notification":
                return []
            case "error":
                message = string(event.get("error")) or string(event.get("message")) or "error"
                return [Failure(status=status_in(message), text=message), Final(text="", is_error=True)]
            case "complete":
                total = count(event.get("total_tokens"))  # it does not say which were input
                counted = [Usage(input=total, total=True)] if total else []
                return [*counted, Final(text="".join(self._said))]
            case _:
                return None

    def _message(self, message: dict[str, Any]) -> list[AgentEvent]:
        events: list[AgentEvent] = []
        for block in map(obj, array(message.get("content"))):
            match block.get("type"):
                case "text" if message.get("role") == "assistant":
                    self._said.append(string(block.get("text")))
                    events.append(Text(text=self._said[-1]))
                case "toolRequest":
                    events.append(_request(block))
                case "toolResponse":
                    self._said.clear()
                    events.append(_response(block))
                case _:
                    pass
        return events


def _request(block: dict[str, Any]) -> ToolStart:
    call = obj(obj(block.get("toolCall")).get("value"))
    return ToolStart(id=string(block.get("id")), name=string(call.get("name")), title=title(call.get("arguments")))


def _response(block: dict[str, Any]) -> ToolEnd:
    result = obj(block.get("toolResult"))
    value = result.get("value")
    content = obj(value).get("content") if isinstance(value, dict) else value
    ok = result.get("status") == "success" and not obj(value).get("isError")
    return ToolEnd(id=string(block.get("id")), ok=ok, summary=one_line(said(content) or string(result.get("error"))))

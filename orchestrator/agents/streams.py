"""What agent CLIs say on stdout, read as one message each: final text, cost, and whether they say they failed.

Pure functions over lines. A line that is no JSON is never fatal; an exit code is never looked at here.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

import msgspec

_OUTSIDE = re.compile(
    r"hit your [\w ]*limit|usage limit|usage_limit|quota|rate.?limit|overloaded|unauthorized|not logged in|/login"
    r"|\b(?:401|403|429|500|502|503|529)\b",
    re.IGNORECASE,
)
_INJECTED = '{"type":"rate_limit_event"'


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent said in the end. `complete`: its stream came to a proper end.

    `failed` is why, by its own word, it failed; `outside` says that the reason lies with the service it uses (limits,
    login, outage), not with the task. Money is USD; `tokens` are input and output together.
    """

    text: str = ""
    complete: bool = False
    failed: str = ""
    outside: bool = False
    usd: float = 0.0
    tokens: int = 0


def read_claude(lines: Iterable[bytes]) -> Message:
    """Read Claude Code's `stream-json`: the last `result` event says it all."""
    result: dict[str, Any] | None = None
    for event in _events(lines):
        if event.get("type") == "result":
            result = event
    if result is None:
        return Message(failed="no result event")
    text = _text(result.get("result"))
    failed = (text or _text(result.get("subtype")) or "error") if result.get("is_error") else ""
    status = result.get("api_error_status")
    usage = _object(result.get("usage"))
    kinds = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return Message(
        text=text,
        complete=result.get("subtype") == "success",
        failed=failed,
        outside=bool(failed) and (status is not None or _is_outside(failed)),
        usd=_number(result.get("total_cost_usd")),
        tokens=sum(int(_number(usage.get(kind))) for kind in kinds),
    )


def read_codex(lines: Iterable[bytes]) -> Message:
    """Read `codex exec --json`: the last agent message; input tokens already include cached ones; no cost is given."""
    text, failed, complete, tokens = "", "", False, 0
    for event in _events(lines):
        match event.get("type"):
            case "item.completed":
                item = _object(event.get("item"))
                if item.get("type") == "agent_message":
                    text = _text(item.get("text"))
            case "turn.completed":
                usage = _object(event.get("usage"))
                tokens += int(_number(usage.get("input_tokens")) + _number(usage.get("output_tokens")))
                complete, failed = True, ""
            case "turn.failed":
                complete, failed = False, _text(_object(event.get("error")).get("message")) or "turn failed"
            case _:
                pass
    return Message(text=text, complete=complete, failed=failed, outside=_is_outside(failed), tokens=tokens)


def read_gemini(lines: Iterable[bytes]) -> Message:
    """Read Gemini's `stream-json`: what the assistant said after the last tool, and the `result`."""
    said: list[str] = []
    failed, complete, tokens = "", False, 0
    for event in _events(lines):
        match event.get("type"):
            case "message" if event.get("role") == "assistant":
                said.append(_text(event.get("content")))
            case "tool_result":
                said.clear()
            case "result":
                complete = event.get("status") == "success"
                error = _text(_object(event.get("error")).get("message"))
                failed = "" if complete else error or "error"
                tokens = int(_number(_object(event.get("stats")).get("total_tokens")))
            case _:
                pass
    return Message(text="".join(said), complete=complete, failed=failed, outside=_is_outside(failed), tokens=tokens)


def read_opencode(lines: Iterable[bytes]) -> Message:
    """Read `opencode run --format json`: the last text; costs are summed over its steps; a stop ends it properly."""
    text, failed, complete, usd, tokens = "", "", False, 0.0, 0
    for event in _events(lines):
        part = _object(event.get("part"))
        match event.get("type"):
            case "text":
                text = _text(part.get("text"))
            case "step_finish":
                complete, failed = part.get("reason") == "stop", ""
                usd += _number(part.get("cost"))
                used = _object(part.get("tokens"))
                kept = _object(used.get("cache"))
                counts = (used.get("input"), used.get("output"), kept.get("read"), kept.get("write"))
                tokens += sum(int(_number(count)) for count in counts)
            case "error":
                error = _object(event.get("error"))
                data = _object(error.get("data"))
                status = data.get("statusCode") or ""
                failed = f"{_text(data.get('message')) or _text(error.get('name')) or 'error'} {status}".strip()
                complete = False
            case _:
                pass
    return Message(text=text, complete=complete, failed=failed, outside=_is_outside(failed), usd=usd, tokens=tokens)


def _is_outside(failed: str) -> bool:
    return _OUTSIDE.search(failed) is not None


def _events(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        text = line.decode("utf-8", "replace").strip()
        if text.startswith("{"):
            yield from _decode(text)


def _decode(text: str) -> Iterator[dict[str, Any]]:
    """Decode one line, also one that another event was written into the middle of (seen with Claude Code)."""
    whole = _parse(text)
    if whole is None and _INJECTED in text[1:]:
        at = text.index(_INJECTED, 1)
        try:
            _, end = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            return
        whole = _parse(text[:at] + text[end:])
    if whole is not None:
        yield whole


def _parse(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _object(value) or None


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0

"""JSON lines as other people's programs write them: broken, enormous, one inside another. Never raises over content."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, cast

from orchestrator.model.agent_events import AgentEvent, Raw

ONE_LINE = 200
"""Characters of a title or a summary."""
_INNER = re.compile(r'\{"type":')
_TRIES = 16
_TELLING = (
    "command",
    "commands",
    "cmd",
    "file_path",
    "path",
    "filePath",
    "pattern",
    "query",
    "url",
    "description",
    "prompt",
)


class Normaliser(Protocol):
    """The state of reading one call's stream. Made afresh for each call."""

    def feed(self, line: bytes) -> list[AgentEvent]:
        """Read one line of stdout."""
        ...

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:
        """Say what only the end tells: `code` is the exit status, None if it was killed; `stderr` is its tail."""
        ...


class JsonLines:
    """A stream of JSON objects. Families say in `read` what one means; None: they do not know it."""

    def feed(self, line: bytes) -> list[AgentEvent]:
        """Read one line of stdout."""
        text = line.decode("utf-8", "replace").strip()
        events: list[AgentEvent] = []
        for found in objects(text) if text else ():
            understood = self.read(found) if isinstance(found, dict) else None
            if understood is None:
                events.append(Raw(text=found if isinstance(found, str) else json.dumps(found)))
            else:
                events += understood
        return events

    def read(self, event: dict[str, Any]) -> list[AgentEvent] | None:
        """Say what one object means."""
        raise NotImplementedError

    def close(self, code: int | None, stderr: str) -> list[AgentEvent]:  # noqa: ARG002  # families look at them
        """Say what only the end tells: nothing, for most."""
        return []


def objects(text: str) -> Iterator[dict[str, Any] | str]:
    """Give the objects of one line; of a broken one, those written into its middle, then what is left of it."""
    whole = _parse(text)
    if whole is not None:
        yield whole
        return
    rest, at = text, 0
    for _ in range(_TRIES):
        found = _INNER.search(rest, at)
        if found is None:
            break
        inner, end = _inner(rest, found.start())
        if inner is None:
            at = found.end()
            continue
        yield inner
        rest, at = rest[: found.start()] + rest[end:], found.start()
        whole = _parse(rest)
        if whole is not None:
            yield whole
            return
    if rest.strip():
        yield rest


def _parse(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) and value else None


def _inner(text: str, at: int) -> tuple[dict[str, Any] | None, int]:
    try:
        value, end = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, at
    return (cast("dict[str, Any]", value), end) if isinstance(value, dict) else (None, at)


def obj(value: Any) -> dict[str, Any]:
    """Give an object, or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def array(value: Any) -> list[Any]:
    """Give a list, or an empty one."""
    return list(cast("Iterable[Any]", value)) if isinstance(value, list) else []


def string(value: Any) -> str:
    """Give a string, or an empty one."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> float:
    """Give a finite number, or zero."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    try:
        real = float(value)
    except OverflowError:
        return 0.0
    return real if abs(real) < float("inf") else 0.0


def count(value: Any) -> int:
    """Give a whole number that is not negative."""
    return max(0, int(number(value)))


def status(value: Any) -> int | None:
    """Give an HTTP status of a failure, or None."""
    code = count(value)
    return code if 400 <= code <= 599 else None  # noqa: PLR2004  # HTTP's own


def status_in(text: str) -> int | None:
    """Find the HTTP status an error's text gives: at its start, or after the word."""
    found = re.match(r"\W*(?:api error:?\W*)?([45]\d\d)\b", text, re.IGNORECASE) or re.search(
        r"\bstatus(?: code)?:? ([45]\d\d)\b", text, re.IGNORECASE
    )
    return int(found[1]) if found else None


def one_line(text: str) -> str:
    """Give the first line with anything in it, shortened."""
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    return line if len(line) <= ONE_LINE else f"{line[: ONE_LINE - 1]}\u2026"


def title(arguments: Any) -> str:
    """Say in one line what a tool was asked: its command, path or first word that tells."""
    named = obj(arguments)
    for key in _TELLING:
        if isinstance(named.get(key), str) and named[key].strip():
            return one_line(named[key])
        if array(named.get(key)):
            return one_line(" ".join(string(part) for part in array(named[key])))
    return one_line(next((value for value in named.values() if isinstance(value, str) and value), ""))


def said(content: Any) -> str:
    """Give the text of a message's content: a string, or the text blocks of a list."""
    if isinstance(content, str):
        return content
    blocks = [obj(block) for block in array(content)]
    return "".join(
        string(block.get("text")) for block in blocks if block.get("type", "text") in {"text", "output_text"}
    )

"""An agent's work told to a person: what it said and did, in one form for every agent, in short lines that are safe."""

from collections.abc import Iterator
from typing import NamedTuple, assert_never

from orchestrator.model import agent_events as a
from orchestrator.views.safe import clean

MAX_ROWS = 40
"""Lines of one message that are shown."""
_SMALLEST = 20


class Line(NamedTuple):
    """One line and how it is meant: `head`, `info`, `dim`, `good`, `warn` or `bad`."""

    level: str
    text: str


class Work:
    """One call as it goes; counts what was used, which is told at its end."""

    def __init__(self, width: int) -> None:
        self._width = max(_SMALLEST, width)
        self._used = a.Usage()
        self._begun = False

    def tell(self, event: a.AgentEvent) -> Iterator[Line]:
        """Put one event into lines of at most `width` characters."""
        for level, text in self._rows(event):
            yield Line(level, self._cut(clean(text).replace("\t", "    ")))

    def end(self) -> Iterator[Line]:
        """Say what the call used, if it said so."""
        used = self._used
        if used.input or used.cached or used.output or used.usd:
            cost = f", {used.usd:.4f} USD" if used.usd else ""
            cached = f" ({used.cached:,} more from its cache)" if used.cached else ""
            yield Line("dim", self._cut(f"used {used.input:,} tokens in{cached}, {used.output:,} out{cost}"))

    def _cut(self, text: str) -> str:
        return text if len(text) <= self._width else f"{text[: self._width - 1]}…"

    def _rows(self, event: a.AgentEvent) -> Iterator[tuple[str, str]]:
        match event:
            case a.Started():
                yield from self._start(event)
            case a.Text():
                yield from self._message(event.text)
            case a.ToolStart():
                yield "head", f"▸ {event.name}{': ' if event.title else ''}{event.title}"
            case a.ToolEnd():
                yield ("dim" if event.ok else "bad"), f"  {'✓' if event.ok else '✗'} {event.summary}"
            case a.Permission():
                yield ("dim" if event.allowed else "warn"), f"  {_answer(event)}: {event.title}"
            case a.Usage():
                self._count(event)
            case _:
                yield self._trouble(event)

    def _start(self, event: a.Started) -> Iterator[tuple[str, str]]:
        """Tell it once: programs say again whose session it was when they end."""
        if not self._begun:
            self._begun = True
            about = (event.model, f"session {event.session}" if event.session else "")
            yield "dim", " ".join(("started", *filter(None, about)))

    def _message(self, text: str) -> Iterator[tuple[str, str]]:
        rows = [row.rstrip() for row in text.strip("\n").splitlines()]
        for row in rows[:MAX_ROWS]:
            yield "info", row
        if len(rows) > MAX_ROWS:
            yield "dim", f"... and {len(rows) - MAX_ROWS} more lines"

    def _trouble(self, event: a.Retry | a.Limit | a.Failure | a.Final | a.Raw) -> tuple[str, str]:
        match event:
            case a.Retry():
                of = f" of {event.of}" if event.of else ""
                delay = f" in {event.delay_s:g} s" if event.delay_s else ""
                return "warn", f"tries again ({event.attempt}{of}){delay}: {_status(event.status)}{_line(event.text)}"
            case a.Limit():
                return "warn", f"limit reached: {_line(event.text) or event.kind}"
            case a.Failure():
                return "bad", f"failed ({event.kind.value}): {_status(event.status)}{_line(event.text)}"
            case a.Final():
                return ("bad", "ended with an error") if event.is_error else ("dim", "ended")
            case a.Raw():
                return "dim", _line(event.text)
            case _:  # pragma: no cover - the union is closed
                assert_never(event)

    def _count(self, usage: a.Usage) -> None:
        """Add up; a total replaces what was counted."""
        known = a.Usage() if usage.total else self._used
        dearer = [amount for amount in (known.usd, usage.usd) if amount is not None]
        self._used = a.Usage(
            input=known.input + usage.input,
            cached=known.cached + usage.cached,
            output=known.output + usage.output,
            usd=sum(dearer) if dearer else None,
        )


def _answer(event: a.Permission) -> str:
    return f"{'allowed' if event.allowed else 'denied'} ({event.why})"


def _line(text: str) -> str:
    return " ".join(text[:2000].split())


def _status(status: int | None) -> str:
    return f"{status} " if status else ""

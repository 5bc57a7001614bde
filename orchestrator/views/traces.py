"""What happened as spans, in the JSON of OpenTelemetry's protocol (OTLP 1.x, `ExportTraceServiceRequest`).

A task is a trace; under it stand its attempts, and under these the calls of agents, the judging and the landing. Ids
follow from the journal alone, so that a span told twice is the same span.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from orchestrator.model import events as e
from orchestrator.model import train_events as t
from orchestrator.model.ids import queue_of
from orchestrator.model.verdicts import Verdict

_OK, _ERROR = 1, 2
_INTERNAL = 1
_NS = 1_000_000
"""Nanoseconds in one of the journal's milliseconds."""
_GOOD = frozenset({"claimed", "incomplete"})


About = dict[str, str | float]


class Span(NamedTuple):
    """Something that began and ended. Moments are milliseconds since the epoch, `seq` the commit that ended it."""

    task: str
    trace: str
    id: str
    parent: str
    """The id of the span it stands under; empty for a task's own."""
    name: str
    start: int
    end: int
    seq: int
    status: int
    attributes: About


def spans(commits: Sequence[e.Commit]) -> Iterator[Span]:
    """Give every span that has ended, in the order of their ends."""
    book = _Book()
    for commit in commits:
        for event in commit.events:
            yield from book.note(event, commit.at, commit.seq)


class _Book:
    """Which spans are open, and since when."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._ids: dict[str, str] = {}
        """The last span of each key, also after its end: a task's own ends before that of its last attempt."""
        self._agents: dict[str, str] = {}

    def note(self, event: e.Event, at: int, seq: int) -> Iterable[Span]:
        """Open and end what an event opens and ends."""
        match event:
            case e.TaskClaimed():
                self._open(_task(event.task), at)
                self._open(_attempt(event), at)
            case e.IterationStarted():
                key = _iteration(event, "agent")
                self._open(key, at)
                self._agents[key] = event.agent
            case e.AgentFinished():
                yield from self._agent(event, at, seq)
            case e.IterationCaptured() | t.TrainProposed():
                self._since.pop(f"{_attempt(event)}/verify", None)
                self._open(f"{_attempt(event)}/verify", at)
            case e.VerdictReached():
                yield from self._verdict(event, at, seq)
            case t.TrainBoarded():
                self._open(f"{_attempt(event)}/land", at)
            case e.TaskMerged() | t.TrainEvicted():
                good = isinstance(event, e.TaskMerged)
                about: About = {"target": event.target, "landed": int(good)}
                where = f"{_attempt(event)}/land"
                yield from self._end(event.task, where, _attempt(event), "land", at, seq, good=good, about=about)
            case e.AttemptEnded():
                why: About = {"attempt": event.attempt, "reason": event.reason}
                key = _attempt(event)
                name = f"attempt {event.attempt}"
                yield from self._end(event.task, key, _task(event.task), name, at, seq, good=None, about=why)
            case e.TaskCompleted() | e.TaskFailed() | e.TaskSkipped():
                yield from self._left(event, at, seq)
                ended = None if isinstance(event, e.TaskSkipped) else isinstance(event, e.TaskCompleted)
                key = _task(event.task)
                yield from self._end(event.task, key, "", event.task, at, seq, good=ended, about={})
            case _:
                pass

    def _left(self, event: e.TaskCompleted | e.TaskFailed | e.TaskSkipped, at: int, seq: int) -> Iterator[Span]:
        """End the attempts that end with their task and have no end of their own."""
        if isinstance(event, e.TaskCompleted):
            return  # its attempt ends in the same commit, and says why
        task = _task(event.task)
        for key in [key for key in self._since if key.rpartition("/")[0] == task]:
            number = key.rpartition("/")[2]
            about: About = {"attempt": int(number), "reason": event.reason}
            yield from self._end(event.task, key, task, f"attempt {number}", at, seq, good=None, about=about)

    def _open(self, key: str, at: int) -> None:
        if key not in self._since:
            self._since[key] = at
            self._ids[key] = f"{key}@{at}"

    def _agent(self, event: e.AgentFinished, at: int, seq: int) -> Iterable[Span]:
        key = _iteration(event, "agent")
        agent = self._agents.pop(key, "")
        about: About = {
            "attempt": event.attempt,
            "iteration": event.iteration,
            "agent": agent,
            "outcome": event.outcome,
            "usd": event.usd,
            "tokens": event.tokens,
        }
        good = None if event.outcome in _GOOD else False
        name = f"agent {agent}".rstrip()
        return self._end(event.task, key, _attempt(event), name, at, seq, good=good, about=about)

    def _verdict(self, event: e.VerdictReached, at: int, seq: int) -> Iterable[Span]:
        about: About = {
            "attempt": event.attempt,
            "iteration": event.iteration,
            "verdict": event.verdict.value,
            "tree": event.tree,
            "merged": int(event.merged),
        }
        key = f"{_attempt(event)}/verify"
        good = event.verdict is Verdict.PASS
        return self._end(event.task, key, _attempt(event), "verify", at, seq, good=good, about=about)

    def _end(  # noqa: PLR0913 - a span is that many things
        self,
        task: str,
        key: str,
        parent: str,
        name: str,
        at: int,
        seq: int,
        *,
        good: bool | None,
        about: About,
    ) -> Iterable[Span]:
        start = self._since.pop(key, None)
        if start is None:
            return ()
        status = 0 if good is None else (_OK if good else _ERROR)
        trace, above = self._ids.get(_task(task), ""), self._ids.get(parent, "")
        return (Span(task, trace, self._ids[key], above, name, start, max(start, at), seq, status, about),)


def _task(ref: str) -> str:
    return ref


def _attempt(event: Any) -> str:
    return f"{event.task}/{event.attempt}"


def _iteration(event: Any, what: str) -> str:
    return f"{event.task}/{event.attempt}/{event.iteration}/{what}"


def request(found: Iterable[Span], journal: str, project: str, version: str) -> dict[str, Any]:
    """Make the request a collector takes. `journal`, the journal's id, keeps projects apart."""
    rendered = [_rendered(span, journal) for span in found]
    scope = {"scope": {"name": "orchestrator", "version": version}, "spans": rendered}
    about = {"service.name": "orchestrator", "orchestrator.project": project}
    return {"resourceSpans": [{"resource": {"attributes": _attributes(about)}, "scopeSpans": [scope]}]}


def _rendered(span: Span, journal: str) -> dict[str, Any]:
    about: About = {
        "orchestrator.task": span.task,
        "orchestrator.queue": queue_of(span.task),
        "orchestrator.seq": span.seq,
    }
    own: About = {f"orchestrator.{key}": value for key, value in span.attributes.items()}
    return {
        "traceId": _hex(journal, span.trace, 32),
        "spanId": _hex(journal, span.id, 16),
        "parentSpanId": _hex(journal, span.parent, 16) if span.parent else "",
        "name": span.name,
        "kind": _INTERNAL,
        "startTimeUnixNano": str(span.start * _NS),
        "endTimeUnixNano": str(span.end * _NS),
        "attributes": _attributes({**about, **own}),
        "status": {"code": span.status} if span.status else {},
    }


def _hex(journal: str, text: str, digits: int) -> str:
    return hashlib.sha256(f"{journal}\0{text}".encode()).hexdigest()[:digits]


def _attributes(values: Mapping[str, str | float]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: str | float) -> dict[str, Any]:
    match value:
        case str():
            return {"stringValue": value}
        case int():
            return {"intValue": str(value)}
        case _:
            return {"doubleValue": value}

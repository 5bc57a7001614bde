"""What the end of an agent call means. Pure; never decides whether the work is good, nor what is done about it.

Rules
1. An exit code is evidence, never the answer: done is a proper end of the stream with the claim in the final message.
2. A proper end outlives what came before it (a retry, a limit that passed) and what came after it (a process that
   would not go away, a signal, an exit code).
3. A run we stopped while it was trying a request again is what the request was: a limit, an outage, a refused login.
   That it was interrupted is no reason, if it was we who did.
4. Structured fields first, then the final error's own text, then what stands at the start of stderr lines. The agent's
   prose and what its tools printed are never read for a reason: an agent working on rate limits speaks of them.
5. Words that stop in the middle are `truncated`, exit code 0 or not, unless the program said why.
"""

from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import assert_never

import msgspec

from orchestrator.model.agent_events import (
    AgentEvent,
    Failure,
    FailureKind,
    Final,
    Limit,
    Outcome,
    Permission,
    Raw,
    Retry,
    Started,
    Text,
    ToolEnd,
    ToolStart,
    Usage,
)
from orchestrator.policy.complaints import blamed_line, of_status, of_words
from orchestrator.policy.resets import reset_ms

NOTE = 300
"""Characters of a note."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """All of one call's events, summed up. `final` is None while the stream has not come to its proper end."""

    session: str = ""
    model: str = ""
    final: Final | None = None
    failure: Failure | None = None
    limit: Limit | None = None
    retry: Retry | None = None
    """The request it was trying again when its words ended."""
    usage: Usage = Usage()
    tools: int = 0


class EndFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one ended call.

    `stopped` is why we ended it: empty (we did not), `timeout`, `stalled`, `steps` (too many tool calls), `looping`
    (answers that come to nothing), `output` (wrote too much), else any reason.
    `claimed` says that the final message holds the promise; with `promised` False nothing was to be said, and a clean
    exit claims. `stderr` is its end, empty for programs whose stderr is not their own. `at_ms` is when it ended.
    """

    heard: Heard
    at_ms: int
    claimed: bool = False
    promised: bool = True
    code: int | None = None
    signal: int | None = None
    stopped: str = ""
    stderr: str = ""


class AgentResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a call came to. `usd` is None where the program names no price; counts are as in `Usage`."""

    outcome: Outcome
    claimed: bool = False
    until_ms: int | None = None
    account_scope: bool = False
    usd: float | None = None
    usage: Usage = Usage()
    session: str = ""
    model: str = ""
    final: str = ""
    note: str = ""

    @property
    def tokens(self) -> int:
        """Count all tokens."""
        return self.usage.input + self.usage.cached + self.usage.output


ACCOUNT_WIDE = frozenset({Outcome.RATE_LIMITED, Outcome.AUTH})
"""Outcomes whose reason holds for every lane that uses the same account."""

_OUTCOMES = {
    FailureKind.LIMIT: Outcome.RATE_LIMITED,
    FailureKind.TRANSIENT: Outcome.TRANSIENT,
    FailureKind.AUTH: Outcome.AUTH,
    FailureKind.CONFIGURATION: Outcome.CONFIGURATION,
    FailureKind.BUDGET: Outcome.BUDGET,
    FailureKind.TURNS: Outcome.TURN_LIMIT,
    FailureKind.TRUNCATED: Outcome.TRUNCATED,
    FailureKind.INTERRUPTED: Outcome.KILLED,
    FailureKind.SESSION: Outcome.CONFIGURATION,
    FailureKind.OTHER: Outcome.CRASHED,
}
_STOPPED = {
    "timeout": Outcome.TIMEOUT,
    "stalled": Outcome.STALLED,
    "steps": Outcome.TURN_LIMIT,
    "looping": Outcome.LOOPING,
}
"""What a run is that a watchdog stopped, where its own words do not explain it."""
_OF_STOPPING = {why: {FailureKind.INTERRUPTED} for why in _STOPPED} | {
    "looping": {FailureKind.INTERRUPTED, FailureKind.TRUNCATED}
}
"""Failures that a program reports because it was stopped: they explain nothing."""
_BY_SIGNAL = 128
_SIGNALLED = frozenset({_BY_SIGNAL + 2, _BY_SIGNAL + 9, _BY_SIGNAL + 15})
"""Exit codes by which a program or a shell says that a signal ended it."""


def sum_up(events: Iterable[AgentEvent]) -> Heard:
    """Fold a call's events."""
    heard = Heard()
    for event in events:
        heard = _hear(heard, event)
    return heard


def classify(facts: EndFacts, zone: tzinfo = UTC) -> AgentResult:
    """Conclude what one ended call came to; `zone` is where the program reads its clock."""
    heard = facts.heard
    outcome, note, until = _conclude(facts, zone)
    return AgentResult(
        outcome=outcome,
        claimed=outcome is Outcome.CLAIMED,
        until_ms=until if outcome is Outcome.RATE_LIMITED else None,
        account_scope=outcome in ACCOUNT_WIDE,
        usd=heard.usage.usd,
        usage=heard.usage,
        session=heard.session,
        model=heard.model,
        final=heard.final.text if heard.final else "",
        note=note[:NOTE],
    )


_Conclusion = tuple[Outcome, str, int | None]


def _conclude(facts: EndFacts, zone: tzinfo) -> _Conclusion:
    heard, final = facts.heard, facts.heard.final
    if final is not None and not final.is_error and facts.stopped in {"", "output", *_STOPPED}:
        return _proper(facts)
    if facts.stopped in _STOPPED:
        return _stopped(facts, zone)
    if facts.stopped:
        note = "stopped because it wrote more output than a run may" if facts.stopped == "output" else facts.stopped
        return Outcome.KILLED, note, None
    if heard.failure is not None or heard.limit is not None or final is not None:
        return _failed(facts, zone)
    if facts.signal is not None:
        return Outcome.KILLED, f"ended by signal {facts.signal}", None
    return _without_an_end(facts, zone)


def _proper(facts: EndFacts) -> _Conclusion:
    if facts.claimed if facts.promised else facts.code == 0:
        return Outcome.CLAIMED, "", None
    if not facts.promised and facts.code != 0:
        return Outcome.CRASHED, f"exit status {facts.code}" if facts.code is not None else "it did not exit", None
    return Outcome.INCOMPLETE, "no claim of completion in the final message", None


def _stopped(facts: EndFacts, zone: tzinfo) -> _Conclusion:
    heard = facts.heard
    if heard.limit is not None or (heard.failure is not None and heard.failure.kind not in _OF_STOPPING[facts.stopped]):
        return _failed(facts, zone)
    if heard.retry is not None:
        tried = of_status(heard.retry.status) or of_words(heard.retry.text)
        if tried is not None:
            return tried, _tried(heard.retry), reset_ms(heard.retry.text, facts.at_ms, zone)
    return _STOPPED[facts.stopped], "", None


def _failed(facts: EndFacts, zone: tzinfo) -> _Conclusion:
    heard = facts.heard
    limit, failure = heard.limit, heard.failure
    said = (
        (failure.text if failure else "") or (heard.final.text if heard.final else "") or (limit.text if limit else "")
    )
    if limit is not None:
        until = limit.until_ms if limit.until_ms is not None else reset_ms(f"{limit.text}\n{said}", facts.at_ms, zone)
        return Outcome.RATE_LIMITED, _line(said) or f"{limit.kind} limit reached".strip(), until
    outcome = _of_failure(failure or Failure(text=said), said)
    return outcome, _line(said) or outcome.value, reset_ms(said, facts.at_ms, zone)


def _of_failure(failure: Failure, said: str) -> Outcome:
    if failure.kind is not FailureKind.OTHER:
        return _OUTCOMES[failure.kind]
    return of_status(failure.status) or of_words(said) or Outcome.CRASHED


def _without_an_end(facts: EndFacts, zone: tzinfo) -> _Conclusion:
    if facts.code in _SIGNALLED:
        return Outcome.KILLED, f"ended by signal {facts.code - _BY_SIGNAL} (exit status {facts.code})", None
    if facts.code == 0:
        return Outcome.TRUNCATED, "its output ended in the middle", None
    line, outcome = blamed_line(facts.stderr)
    if outcome is not None:
        return outcome, line, reset_ms(line, facts.at_ms, zone)
    return Outcome.CRASHED, f"exit status {facts.code}{': ' + line if line else ''}", None


def _tried(retry: Retry) -> str:
    times = f" {retry.attempt} times" if retry.attempt > 1 else ""
    status = f" with status {retry.status}" if retry.status else ""
    return f"stopped while its request failed{times}{status}{': ' + _line(retry.text) if retry.text else ''}"


def _line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _hear(heard: Heard, event: AgentEvent) -> Heard:
    change = msgspec.structs.replace
    match event:
        case Started():
            return change(heard, session=event.session or heard.session, model=event.model or heard.model)
        case Text():
            return change(heard, retry=None, failure=None)
        case ToolStart() | ToolEnd():  # it works again: whatever was wrong is over
            more = 1 if isinstance(event, ToolStart) else 0
            return change(heard, retry=None, failure=None, limit=None, tools=heard.tools + more)
        case Usage():
            return change(heard, usage=event if event.total else _added(heard.usage, event))
        case Retry():
            return change(heard, retry=event)
        case Limit():
            return change(heard, limit=event)
        case Failure():
            return change(heard, failure=event)
        case Final():
            over = {} if event.is_error else {"failure": None, "limit": None, "retry": None}
            return change(heard, final=event, **over)
        case Permission() | Raw():
            return heard
        case _:
            assert_never(event)


def _added(sofar: Usage, more: Usage) -> Usage:
    usd = sofar.usd if more.usd is None else (sofar.usd or 0.0) + more.usd
    return Usage(
        input=sofar.input + more.input,
        cached=sofar.cached + more.cached,
        output=sofar.output + more.output,
        reasoning=sofar.reasoning + more.reasoning,
        usd=usd,
    )

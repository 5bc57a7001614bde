"""From a run's records to how it ended. Reads files; never starts, stops or moves anything.

The same records always give the same answer: the moment of the end is the file's that recorded it, not now.
"""

import os
from datetime import tzinfo
from pathlib import Path

import msgspec

from orchestrator.agents import sessions
from orchestrator.agents.calling import Profile
from orchestrator.agents.claims import claims
from orchestrator.agents.folders import STDERR, TRANSCRIPT, RunFolder, tail_regular
from orchestrator.agents.normalise.registry import events_of
from orchestrator.model.agent_events import FailureKind, Final, Outcome
from orchestrator.policy.outcome import AgentResult, EndFacts, Heard, classify, sum_up
from orchestrator.policy.summary import summary_of
from orchestrator.ports.agents import AgentEnd, Job
from orchestrator.ports.runner import End, Watch

_NAMED = 3
STDERR_TAIL = 16 << 10
RESULT_LIMIT = 64 << 20
_BY_A_WATCHDOG = frozenset(watch.value for watch in Watch if watch is not Watch.ENDED)
_STOPPED = frozenset({Outcome.TIMEOUT, Outcome.STALLED, Outcome.LOOPING, Outcome.TURN_LIMIT, Outcome.KILLED})
"""Outcomes of a run that was stopped, where nothing else explains why it had to be."""


class Ended:
    """One ended run, read once."""

    def __init__(self, folder: RunFolder, profile: Profile, job: Job, end: End, zone: tzinfo) -> None:
        self._folder, self._profile, self._job, self.end = folder, profile, job, end
        self.heard, self._cut = _heard(folder, profile, end)
        self.result = self._noted(classify(self._facts(), zone))

    def as_end(self) -> AgentEnd:
        """Give what crosses the port."""
        result, usage = self.result, self.result.usage
        return AgentEnd(
            outcome=result.outcome,
            claimed=result.claimed,
            seconds=self.end.seconds,
            usd=result.usd or 0.0,
            priced=result.usd is not None or result.tokens == 0,
            tokens=result.tokens,
            input_tokens=usage.input,
            cached_tokens=usage.cached,
            output_tokens=usage.output,
            reasoning_tokens=usage.reasoning,
            exit_code=self.end.code,
            note=result.note,
            until=result.until_ms,
            account_scope=result.account_scope,
            session=result.session,
            model=result.model,
            summary=summary_of(result.final, printed=self._profile.stream == "plain"),
            final=result.final,
        )

    def forgot_session(self) -> bool:
        """Say whether the program did not know the session it was to go on with."""
        failure = self.heard.failure
        return failure is not None and failure.kind is FailureKind.SESSION

    def last_error(self) -> str:
        """Give the last line of stderr."""
        return last_line(self._folder.last_words(STDERR)[0])

    def _facts(self) -> EndFacts:
        plain = self._profile.stream == "plain"
        final = self.heard.final
        promise = self._job.promise
        return EndFacts(
            heard=self.heard,
            at_ms=_ended_at_ms(self._folder),
            claimed=bool(final and promise and claims(final.text, promise, self._folder.prompt(), cut=self._cut)),
            promised=promise is not None,
            code=self.end.code,
            signal=self.end.signal,
            stopped=self._stopped(),
            stderr="" if plain else self._folder.last_words(STDERR, STDERR_TAIL)[0],
        )

    def _stopped(self) -> str:
        match self.end.reason, self._folder.marked():
            case "", _:
                return ""
            case "stopped", why if why in _BY_A_WATCHDOG:
                return why
            case "stopped", _:
                return "stopped by hand"
            case "output", _:
                return "output"
            case reason, _:
                return f"ended: {reason}"

    def _noted(self, result: AgentResult) -> AgentResult:
        """Say what only we know: the limit that ran out, the last words of a script that failed."""
        note = result.note
        if result.outcome in _STOPPED and self._stopped() in _BY_A_WATCHDOG and self._folder.marked("note"):
            note = self._folder.marked("note")
        elif result.outcome is Outcome.CRASHED and self._profile.stream == "plain" and self.last_error():
            note = f"{note}: {self.last_error()}"
        refused = self._folder.refused_hosts()
        if refused:
            more = f" and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
            note = f"{note}; " * bool(note) + f"egress refused {', '.join(refused[:_NAMED])}{more}"
        return msgspec.structs.replace(result, note=note)


def last_line(text: str) -> str:
    """Give the last line with anything in it, shortened."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def _heard(folder: RunFolder, profile: Profile, end: End) -> tuple[Heard, bool]:
    """Sum up what was said, and whether the final message begins in the middle of a line."""
    if profile.stream == "plain":
        text, cut = folder.last_words(TRANSCRIPT)
        return Heard(final=Final(text=text) if end.code == 0 and not end.reason else None), cut
    stderr = folder.last_words(STDERR, STDERR_TAIL)[0] + _told_aside(folder, profile)
    with folder.transcript() as stream:
        document = folder.document(profile.result, RESULT_LIMIT) if profile.result else None
        lines = [*(stream or ()), *([document] if document else [])] if document else (stream or ())
        return sum_up(events_of(profile.stream, lines, end.code, stderr)), False


def _told_aside(folder: RunFolder, profile: Profile) -> str:
    """Read the end of the diary a program keeps in its home, if it keeps one and the home was the run's own."""
    if not profile.diary:
        return ""
    path = folder.file("home") / profile.diary.replace("{session}", Path(sessions.begun(folder)).name)
    return "\n" + tail_regular(path, STDERR_TAIL).decode("utf-8", "replace")


def _ended_at_ms(folder: RunFolder) -> int:
    for name in ("exit.json", TRANSCRIPT, STDERR):
        try:
            return os.stat(folder.file(name)).st_mtime_ns // 1_000_000  # noqa: PTH116  # of a file, whatever the clock
        except FileNotFoundError:
            continue
    return 0

"""One call as it went, made into a play: what it said and when, what it changed, how it ended. Only reads.

Rules
1. What stands in a recording is what stands in the run's records, which hold no known secret; what does not come from
   there (files, words, documents) is cleaned the same way.
2. A call that was ended from outside hangs when it is played: whoever plays it ends it by the same limit.
"""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from orchestrator.agents.calling import Profile
from orchestrator.agents.cassettes import Die, Hang, Leave, Pause, Play, Say, Step, Tell, lines_of, patches_of
from orchestrator.agents.folders import STDERR, RunFolder
from orchestrator.agents.redact import Redactor
from orchestrator.agents.replaying import digest
from orchestrator.agents.spool import words_in
from orchestrator.ports.runner import End

MAX_STDERR = 256 << 10
MAX_DOCUMENT = 64 << 20
_SHORTEST_S = 0.02
"""Pauses below this are none."""


class Beat(NamedTuple):
    """After so many seconds the stream had so many lines."""

    seconds: float
    lines: int


class Call(NamedTuple):
    """One call that ended: its folder, its records (there, or moved aside), and what else is known of it."""

    folder: RunFolder
    records: RunFolder
    profile: Profile
    end: End
    patch: bytes
    """What it changed, from the files it found to those it left."""
    beats: Sequence[Beat]
    told: frozenset[str]
    """Words of earlier calls that lie in the same folder."""


def play_of(call: Call, redactor: Redactor) -> Play:
    """Make a play of a call."""
    return Play(
        steps=tuple(_steps(call, redactor)),
        exit=call.end.code or 0,
        prompt=digest(call.records.prompt()),
        stream=call.profile.stream,
        result=call.profile.result if _document(call) is not None else "",
    )


def _steps(call: Call, redactor: Redactor) -> Iterator[Step]:
    yield from _said(call)
    for name, content in words_in(call.folder):
        word = _object(redactor(content))
        if word is not None and name not in call.told:
            yield Tell(id=name, word=word)
    if (document := _document(call)) is not None:
        yield Leave(name=call.profile.result, text=lines_of(redactor(document).decode("utf-8", "replace")))
    if call.patch:
        yield from patches_of(redactor(call.patch))
    errors = call.records.last_words(STDERR, MAX_STDERR)[0]
    if errors:
        yield Say(text=lines_of(errors), exact=True, error=True)
    if call.end.signal is not None and not call.end.reason:
        yield Die(signal=call.end.signal)
    elif call.end.reason:
        yield Hang()


def _said(call: Call) -> Iterator[Step]:
    """Give the stream in pieces, each after the pause that was before it."""
    with call.records.transcript() as stream:
        lines = [line.decode("utf-8", "replace") for line in stream or ()]
    at, done = 0.0, 0
    for seconds, upto in (*call.beats, Beat(call.end.seconds, len(lines))):
        if seconds - at >= _SHORTEST_S:
            yield Pause(seconds=round(seconds - at, 3))
            at = seconds
        if lines[done:upto]:
            yield Say(text=lines_of("".join(lines[done:upto])), exact=True)
            done = min(upto, len(lines))


def _document(call: Call) -> bytes | None:
    return call.folder.document(call.profile.result, MAX_DOCUMENT) if call.profile.result else None


def _object(content: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return msgspec.convert(found, dict[str, object]) if isinstance(found, dict) else None

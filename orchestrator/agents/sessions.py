"""An agent's own conversation, so that what was cut short can be gone on with instead of told again.

Rules
1. A run's session is known as soon as it can be: it is written down before the start where we choose its id, and it
   stands in the transcript from the first event on where the program does; `session.json` keeps it when the records
   move aside.
2. It is gone on with only in the folder it was begun in, and only after a cut within the same iteration: the next one
   starts afresh, with the findings in its prompt.
3. A session the program does not know (any more) is forgotten, and the start is fresh with a summary of what was done.
"""

import json
import uuid
from itertools import islice
from pathlib import Path

from orchestrator.agents.calling import Call, Profile
from orchestrator.agents.folders import TRANSCRIPT, RunFolder
from orchestrator.agents.normalise.registry import events_of
from orchestrator.model.agent_events import Started, Text, ToolStart

SESSION = "session.json"
INTERRUPTED = (
    "## You were interrupted\n\nAn earlier run of this iteration was cut short. Inspect the working tree first: part "
    "of the work may stand already, and a command may have run half.\n"
)
_EARLY = 400
"""Lines in which a program says whose session it is."""
_LATE = 5_000
_SUMMED = 25
_KINDS = ("cut", "ended", "fault")
_NAMESPACE = uuid.UUID("6f8f2f0c-3a0d-5d0b-9c57-1a1d8f6c2b11")


def chosen(folder: RunFolder, profile: Profile, cwd: str, given: str) -> Call:
    """Say which session a call gets: one that was cut or that is `given`, else a new one; and write it down."""
    known = given or _kept(folder, cwd)
    if known and profile.resume:
        _keep(folder, known, cwd)
        return Call(session=known, resume=True)
    if not profile.assign:
        folder.file(SESSION).unlink(missing_ok=True)
        return Call()
    new = str(uuid.uuid5(_NAMESPACE, f"{folder.path}:{sum(map(folder.shelves, _KINDS))}"))
    _keep(folder, new, cwd)
    return Call(session=new)


def note_session(folder: RunFolder, profile: Profile, cwd: str) -> None:
    """Before the records of a cut run move aside: keep whose session it was, if the program got so far.

    An id we chose is kept from the agent's first words on, for programs that say it only at their end; one that
    nothing was ever said under names nothing and is forgotten.
    """
    events = _events(folder.file(TRANSCRIPT), profile, _EARLY)
    said = next((event.session for event in events if isinstance(event, Started) and event.session), "")
    if said:
        _keep(folder, said, cwd)
    elif not (profile.assign and events):
        forget(folder)


def forget(folder: RunFolder) -> None:
    """Start afresh next time."""
    folder.file(SESSION).unlink(missing_ok=True)


def last(folder: RunFolder, profile: Profile, cwd: str) -> str:
    """Give the session of the run of this folder, also of one whose records moved aside, or nothing."""
    shelf = folder.last_cut()
    for transcript in (folder.file(TRANSCRIPT), *([shelf / TRANSCRIPT] if shelf else [])):
        events = _events(transcript, profile, _EARLY)
        said = next((event.session for event in events if isinstance(event, Started) and event.session), "")
        if said or (events and profile.assign):
            return said or _kept(folder, cwd)
    return ""


def summary(folder: RunFolder, profile: Profile) -> str:
    """Sum up what the last run that was cut short did, for an agent that cannot remember it."""
    shelf = folder.last_cut()
    if shelf is None or profile.stream == "plain":
        return ""
    done = [
        f"- {event.name}: {event.title}" if isinstance(event, ToolStart) else f"- said: {event.text.strip()[:300]}"
        for event in _events(shelf / TRANSCRIPT, profile, _LATE)
        if isinstance(event, ToolStart) or (isinstance(event, Text) and event.text.strip())
    ]
    listed = "\n".join(done[-_SUMMED:])
    return f"\nWhat it did last, oldest first:\n\n{listed}\n" if listed else ""


def _events(transcript: Path, profile: Profile, lines: int) -> list[Started | Text | ToolStart]:
    try:
        with transcript.open("rb") as stream:
            read = list(events_of(profile.stream, islice(stream, lines)))
    except FileNotFoundError:
        return []
    return [event for event in read if isinstance(event, Started | Text | ToolStart)]


def _keep(folder: RunFolder, session: str, cwd: str) -> None:
    folder.write(SESSION, json.dumps({"session": session, "cwd": cwd}).encode())


def begun(folder: RunFolder) -> str:
    """Give the session a run of this folder was begun with, wherever it was, or nothing."""
    return _record(folder).get("session", "")


def _kept(folder: RunFolder, cwd: str) -> str:
    kept = _record(folder)
    return kept.get("session", "") if kept.get("cwd") == cwd else ""


def _record(folder: RunFolder) -> dict[str, str]:
    try:
        kept = json.loads(folder.file(SESSION).read_bytes())
        return {"session": str(kept["session"]), "cwd": str(kept["cwd"])}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}

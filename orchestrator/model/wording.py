"""The kinds of messages people may get, and the named places of the words they are told in. Defines; sends nothing."""

import re

KINDS = {
    "blocked": "a task waits for a person",
    "failed": "a task has failed",
    "fault": "a queue is parked by a fault",
    "gate": "a gate waits for signatures, has opened, was rejected or has expired",
    "escalation": "somebody has been waited for too long",
    "done": "every task of a queue has ended",
    "question": "an agent asks a person",
    "budget": "a budget is nearly used up, or is",
    "account": "an account is parked",
    "completed": "a task is completed",
    "trigger": "what a trigger says",
    "standup": "the standup's time has come",
    "daily": "the daily report's time has come",
    "action": "a command of a trigger fails, or is given up",
    "notice": "a change is announced, some time before it is made",
    "change": "a task is about to change something that others share",
}
USUAL = tuple(kind for kind in KINDS if kind != "completed")
"""What is told where nobody chose."""
PLACES = {
    "about": "the task, queue, gate or account it is about",
    "kind": "its kind",
    "what": "what has happened, in one line",
    "why": "why, or what was said",
    "who": "who is asked to act, or has acted",
    "next": "what to do",
}
RECORD_PLACES = {"at": "when the trigger fired", "trigger": "its name"}
"""The places of a text that a trigger writes."""
_PLACE = re.compile(r"\{([a-z_]+)\}")


def format_seconds(seconds: int) -> str:
    """Write a duration shortly: `1h30m`, `14d`, `0s`."""
    text = ""
    for letter, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        text += f"{count}{letter}" if count else ""
    return text or "0s"


def places(text: str) -> tuple[str, ...]:
    """Name the places of a template."""
    return tuple(_PLACE.findall(text))


def fill(text: str, parts: dict[str, str]) -> str:
    """Put parts into their places, once: what a part says is never read as a place."""
    return _PLACE.sub(lambda place: parts.get(place[1], place[0]), text)

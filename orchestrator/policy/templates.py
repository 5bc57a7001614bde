"""Templates of prompts: a text with named places, one for each type of task, which a person may replace. Pure.

Rules
1. A place is `{name}`; `{{name}}` is that text itself, and braces around anything else are nobody's business.
2. A line that holds only a place whose part is empty goes, with the empty line after it.
3. What an agent must be told is told: a part of `ALWAYS` that a template does not place stands at its end.
"""

import re
from collections.abc import Iterator, Mapping

from orchestrator.errors import InvalidInputError

PLACES = {
    "task": "`queue/ID`",
    "id": "the task's id in its queue",
    "title": "its title, or its id",
    "type": "its type, as its file has it",
    "queue": "its queue's name",
    "attempt": "the number of the attempt",
    "iteration": "the number of the iteration within it",
    "heading": "title, task and where it works: the built-in beginning",
    "description": "what is to be done, as the task says",
    "approach": "how work of this type is done: the built-in advice",
    "scope": "files it is expected to change, tests that decide, outputs that must exist",
    "details": "fields of the queue file that have no meaning here",
    "upstream": "what the tasks it depends on made: commits, outputs, what their agents said last",
    "conflicts": "files that hold conflict markers",
    "findings": "what the verifier found last",
    "notes": "how the last call ended, who else was there",
    "answers": "what people answered to its agents' questions",
    "rules": "the project's rules",
    "learnings": "what agents of other tasks recorded, the most telling first",
    "limits": "what it may not touch",
    "talk": "how it can talk back while it works",
    "finish": "how it says that it is done",
}
"""Every place and what stands there."""
ALWAYS = ("conflicts", "findings", "notes", "answers", "limits", "finish")
BUILT_IN = "\n\n".join(
    f"{{{name}}}"
    for name in (
        *("heading", "description", "approach", "scope", "details", "upstream", "conflicts", "findings", "notes"),
        *("answers", "rules", "learnings", "limits", "talk", "finish"),
    )
)
"""The template of a type nobody replaced."""
DEFAULT = "default"
"""The name under which a person replaces the template of every type that has none of its own."""

_PLACE = re.compile(r"\{\{([a-z_]+)\}\}|\{([a-z_]+)\}")


def vet(text: str, path: str) -> None:
    """Raise InvalidInputError with every place of a template that nobody fills, each with its line."""
    problems = [
        f"{path}: line {number}: {{{name}}} is no place of a prompt; {_near(name)} ({{{{{name}}}}} is text)"
        for number, line in enumerate(text.splitlines(), start=1)
        for name in _names(line)
        if name not in PLACES
    ]
    if not text.strip():
        problems = [f"{path}: the template is empty; write one, or take it out of [prompts]"]
    if problems:
        raise InvalidInputError(*problems)


def fill(text: str, parts: Mapping[str, str]) -> str:
    """Put the parts into a template; ends with a newline."""
    named = {name for line in text.splitlines() for name in _names(line)}
    missing = "".join(f"\n\n{{{name}}}" for name in ALWAYS if name not in named)
    return "\n".join(_lines(text.strip() + missing, parts)).strip() + "\n"


def _lines(text: str, parts: Mapping[str, str]) -> Iterator[str]:
    gone = False
    for line in text.splitlines():
        if gone and not line.strip():
            gone = False
            continue
        alone = _PLACE.fullmatch(line.strip())
        gone = alone is not None and bool(alone[2]) and not parts[alone[2]]
        if not gone:
            yield _PLACE.sub(lambda place: f"{{{place[1]}}}" if place[1] else parts[place[2]], line)


def _names(line: str) -> list[str]:
    return [place[2] for place in _PLACE.finditer(line) if place[2]]


def _near(name: str) -> str:
    import difflib  # noqa: PLC0415 - most words are right

    found = difflib.get_close_matches(name, sorted(PLACES), 1, 0.6)
    return f"did you mean {{{found[0]}}}?" if found else f"there are {', '.join(PLACES)}"

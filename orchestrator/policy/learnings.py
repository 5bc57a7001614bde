"""What agents learned that later ones are told: the most telling of it, and how one says it in passing. Pure.

What was learned is an agent's word that nobody has checked: it is passed on as such, and never much of it.
"""

import re
from collections.abc import Iterable

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import TaskSpec
from orchestrator.model.talk import MAX_TEXT, Learning

MOST, MOST_CHARACTERS = 12, 3000
"""Of learnings, and of their texts together."""
MOST_IN_PASSING = 5
"""Learnings of one final message."""
_SAID = re.compile(r"<\s*learning\s*>(.*?)<\s*/\s*learning\s*>", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"[a-z_]{4,}")
_UPSTREAM, _NEIGHBOUR, _MOST_WORDS = 3, 2, 3


def telling(known: Iterable[Learning], task: str, spec: TaskSpec) -> tuple[Learning, ...]:
    """Choose what an agent of a task is told: what its own work comes near to first, then the newest."""
    words = _words(" ".join((spec.title, spec.description, *spec.files, *spec.tests)))
    ranked = sorted(known, key=lambda one: (-_nearness(one, task, spec, words), -one.at))
    chosen: list[Learning] = []
    room = MOST_CHARACTERS
    for learning in ranked[:MOST]:
        room -= len(learning.text)
        if room >= 0 or not chosen:
            chosen.append(learning)
    return tuple(chosen)


def said_in_passing(final: str, prompt: str) -> tuple[str, ...]:
    """Take the learnings out of a final message: each between its tags, outside lines that stand in the prompt."""
    told = {line.strip() for line in prompt.splitlines()} - {""}
    own = "\n".join(line for line in final.splitlines() if line.strip() not in told)
    found = (" ".join(text.split())[:MAX_TEXT] for text in _SAID.findall(own))
    return tuple(dict.fromkeys(text for text in found if text))[:MOST_IN_PASSING]


def without_learnings(text: str) -> str:
    """Take out what was said in passing."""
    return _SAID.sub("", text)


def _nearness(learning: Learning, task: str, spec: TaskSpec, words: frozenset[str]) -> int:
    upstream = _UPSTREAM if learning.task in spec.dependencies else 0
    neighbour = _NEIGHBOUR if queue_of(learning.task) == queue_of(task) else 0
    return upstream + neighbour + min(_MOST_WORDS, len(words & _words(learning.text)))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))

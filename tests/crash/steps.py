"""Names for the durable steps of a run: one commit, one step. Reads events, never a journal's files."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from orchestrator.model.events import Commit, Event, IterationStarted, TaskClaimed, VerdictReached

_WHO = ("task", "queue", "trigger", "key", "attempt", "iteration")


class Step(NamedTuple):
    """What a commit records; `facts` has one entry an event: type, whom it is about, attempt, iteration."""

    facts: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its first fact: no two commits of the scenario begin with the same one."""
        return self.facts[0]


def step_of(events: Sequence[Event]) -> Step:
    """Name what these events record together."""
    return Step(tuple(_fact(event) for event in events))


def steps_of(commits: Iterable[Commit]) -> list[Step]:
    """Name every commit of a journal, in order."""
    return [step_of(commit.events) for commit in commits]


def _fact(event: Event) -> str:
    words = [str(event.__struct_config__.tag), *(str(getattr(event, name)) for name in _WHO if hasattr(event, name))]
    match event:
        case VerdictReached(merged=True):
            words.append("merged")
        case TaskClaimed(resumed=True):
            words.append("resumed")
        case IterationStarted(restarted=True):
            words.append("restarted")
        case _:
            pass
    return " ".join(words)

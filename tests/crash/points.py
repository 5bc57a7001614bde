"""Where the orchestrator is killed: around every commit, and inside what happens between commits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.crash.steps import Step


@dataclass(frozen=True)
class Place:
    """The n-th call of a function, before or after it did its work; `only` picks the calls that count."""

    module: str
    function: str
    moment: str
    call: int = 1
    only: Callable[[tuple[Any, ...]], bool] | None = None
    meanwhile: Callable[[tuple[Any, ...]], None] | None = None
    """What a person does in that very moment."""
    asks: str = ""
    """The fact that what they did becomes, once."""


_RUNNER, _ATTEMPTS, _TARGET = (
    "orchestrator.processes.runner",
    "orchestrator.workspace.attempts",
    "orchestrator.workspace.target",
)
_EXCHANGE, _WINDOWS, _CHRONICLE = (
    "orchestrator.files.exchange",
    "orchestrator.daemon.windows",
    "orchestrator.views.chronicle",
)


def _is_agent(args: tuple[Any, ...]) -> bool:
    return args[1] is None  # checks die with us through a lifeline, agents live on


def _is_check(args: tuple[Any, ...]) -> bool:
    return args[1] is not None


def _is_cursor(args: tuple[Any, ...]) -> bool:
    return bool(args[0].name == "views.json")


def _is_verdicts(args: tuple[Any, ...]) -> bool:
    return bool(args[1] == "ralph-verification.log")


def _is_backend(args: tuple[Any, ...]) -> bool:
    return bool(args[1].name == "backend.json")


def _person_saves(args: tuple[Any, ...]) -> None:
    text = args[1].read_text()
    args[1].write_text(text.replace('"change B2"', '"change B2 with care"'))


INSIDE = {
    "preparing: files written, no repository": Place(_ATTEMPTS, "make_git_dir", "before", 1),
    "preparing: clone made, not marked complete": Place(_ATTEMPTS, "write_paths", "before", 3),
    "agent: all written, no guardian": Place(_RUNNER, "_spawn", "before", 1, _is_agent),
    "agent: guardian spawned, not heard": Place(_RUNNER, "_spawn", "after", 2, _is_agent),
    "agent: guardian answered": Place(_RUNNER, "_handshake", "after", 3),
    "check: guardian spawned": Place(_RUNNER, "_spawn", "after", 1, _is_check),
    "capture: tree written, no commit": Place(_ATTEMPTS, "commit_tree", "before", 2),
    "capture: commit made, no ref": Place(_ATTEMPTS, "commit_tree", "after", 3),
    "landing: merge made, no ref": Place(_TARGET, "commit_tree", "after", 1),
    "landing: target moved, base not": Place(_TARGET, "swap", "after", 2),
    "landing: target and base moved": Place("orchestrator.workspace.follow", "_step", "after", 2),
    "conflict: markers stored, not recorded": Place(_TARGET, "commit_tree", "after", 2),
    "tidying: clone thrown away": Place(_ATTEMPTS, "_clear", "after", 5),
    "view: queue file written beside, not swapped": Place(_EXCHANGE, "exchange", "before", 2),
    "view: queue file swapped, old text beside": Place(_EXCHANGE, "exchange", "after", 3),
    "view: a person saved meanwhile, their text beside": Place(
        _EXCHANGE, "exchange", "after", 2, _is_backend, _person_saves, "task.edited backend/B2"
    ),
    "view: log of verdicts extended, others not": Place(_CHRONICLE, "Chronicle._extend", "after", 1, _is_verdicts),
    "view: logs extended, cursor not": Place(_WINDOWS, "write_whole", "before", 4, _is_cursor),
    "view: cursor written, queue files not": Place(_WINDOWS, "write_whole", "after", 5, _is_cursor),
}

TORN_EVERY = 4
"""Every n-th commit is also torn in half, and every n-th, two later, stored without its newline."""


def around(step: Step) -> tuple[str, str]:
    """Name the two moments around the storing of a commit."""
    return f"before {step.name}", f"after {step.name}"


def points(steps: Iterable[Step]) -> list[str]:
    """List where to die, for the steps of an undisturbed run."""
    found: list[str] = []
    for number, step in enumerate(steps):
        before, after = around(step)
        found.append(before)
        if number % TORN_EVERY == 0:
            found.append(f"torn {step.name}")
        if number % TORN_EVERY == TORN_EVERY // 2:
            found.append(f"unended {step.name}")
        found.append(after)
    return [*found, *(f"inside {name}" for name in INSIDE)]

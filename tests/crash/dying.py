"""The orchestrator, started so that it kills itself (SIGKILL) at one point: `DIE_AT="before task.merged backend/B1 1"`.

The product knows nothing of this: what it calls is wrapped here, in this process only. Where the point is never
reached, the run ends as any other, and whoever started it sees that it did not die.
"""

import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from inspect import isawaitable
from typing import Any

from orchestrator.cli.main import run
from orchestrator.files.append import Disk
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import Commit, Event
from tests.crash.points import INSIDE, Place
from tests.crash.steps import step_of


def die() -> None:
    """Be gone at once, as after `kill -9`: nothing is flushed, closed, unlocked or told."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_commit(moment: str, step: str) -> None:
    """Die around the storing of the commit with this name."""
    stored = FileJournal.append

    async def append(self: FileJournal, events: Sequence[Event], **stamp: Any) -> Commit:
        if step_of(events).name != step:
            return await stored(self, events, **stamp)
        match moment:
            case "before":
                die()
            case "torn":
                Disk.write = _all_but(lambda content: content[: len(content) // 2])  # type: ignore[method-assign, assignment]
            case "unended":
                Disk.write = _all_but(lambda content: content[:-1])  # type: ignore[method-assign, assignment]
            case _:
                pass
        commit = await stored(self, events, **stamp)
        die()
        return commit

    FileJournal.append = append  # type: ignore[method-assign]


def _all_but(kept: Callable[[memoryview], memoryview]) -> Callable[[Disk, int, memoryview], int]:
    """Make a disk that takes a part of what it is given; then the process is gone."""

    def write(_self: Disk, descriptor: int, content: memoryview) -> int:
        os.write(descriptor, kept(content))
        die()
        return len(content)

    return write


def die_inside(place: Place) -> None:
    """Die at the n-th call of a function that matters, before or after what it does."""
    owner: Any = importlib.import_module(place.module)
    *path, name = place.function.split(".")
    for part in path:
        owner = getattr(owner, part)
    real = getattr(owner, name)
    left = place.call

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        if place.only is None or place.only(args):
            left -= 1
            if left == 0 and place.meanwhile is not None:
                place.meanwhile(args)
            if left == 0 and place.moment == "before":
                die()
        else:
            return real(*args, **kwargs)
        result = real(*args, **kwargs)
        if left > 0 or place.moment == "before":
            return result
        return _then_die(result) if isawaitable(result) else die()

    setattr(owner, name, call)


async def _then_die(work: Awaitable[Any]) -> None:
    await work
    die()


def main() -> None:
    """Arm what `DIE_AT` names, then be `orchestrator`."""
    moment, _, rest = os.environ.pop("DIE_AT").partition(" ")
    if moment == "inside":
        die_inside(INSIDE[rest])
    else:
        die_at_commit(moment, rest)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

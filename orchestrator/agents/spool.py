"""Where an agent's words lie and its replies: files in the run's folder. Never trusts what lies there.

Rules
1. A word is one file `<id>.json` in `scratch/outbox/`, renamed into place whole. Whose it is follows from the folder
   alone, never from what it says. It stays where it is: telling it again is harmless, its id says so.
2. A reply is `replies/<id>.json` in the run's folder, which the agent can only read.
3. The outbox is the agent's to fill: what is no plain file of a plain name in it is passed over, links are not
   followed, and only so many files are looked at.
"""

import contextlib
import os
import re
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path

import anyio
from anyio import to_thread

from orchestrator.agents.folders import RunFolder, make_folder, read_regular
from orchestrator.codec.spoken import MAX_WORD, read_word, write_reply
from orchestrator.errors import FaultError
from orchestrator.files.atomic import write_atomic
from orchestrator.files.bell import Bell
from orchestrator.model.talk import Heard, Reply
from orchestrator.ports.agents import Hear
from orchestrator.ports.runner import End

OUTBOX, REPLIES = "outbox", "replies"
MAX_FILES = 500
"""Of one run: more than all limits together let an agent say."""
_NAME = re.compile(r"([0-9A-Za-z][0-9A-Za-z-]{0,63})\.json\Z")
_BREATH_S = 0.05
"""Between two looks: an agent that writes without end must not keep us busy."""


class Spool:
    """One run's words, each told to `hear` once. `clean` takes secrets out before anything is looked at."""

    def __init__(self, folder: RunFolder, clean: Callable[[bytes], bytes], hear: Hear) -> None:
        self._folder, self._clean, self._hear = folder, clean, hear
        self._told: set[str] = set()

    async def heard_during(self, work: Awaitable[End]) -> End:
        """Wait for the run's end, telling its words as they come; all of them are told when this returns."""
        end: End | FaultError = FaultError("the wait for its end was cancelled")
        async with anyio.create_task_group() as group:
            group.start_soon(self._listen)
            end = await _or_fault(work)
            group.cancel_scope.cancel()
        if isinstance(end, FaultError):
            raise end
        await self._tell()
        return end

    async def _listen(self) -> None:
        bell = await to_thread.run_sync(self._bell)
        if bell is None:
            return
        try:
            while True:
                await self._tell()
                await bell.wait()
                await anyio.sleep(_BREATH_S)
        finally:
            bell.close()

    def _bell(self) -> Bell | None:
        """Listen for new files; where that cannot be had, all that was said is told when the run has ended."""
        try:
            make_folder(self._folder.file("scratch") / OUTBOX)
            return Bell(self._folder.file("scratch") / OUTBOX)
        except (FaultError, OSError):
            return None

    async def _tell(self) -> None:
        for name, content in await to_thread.run_sync(_files, self._folder.file("scratch"), frozenset(self._told)):
            self._told.add(name)
            word = read_word(self._clean(content))
            if isinstance(word, str):
                await to_thread.run_sync(leave_reply, self._folder, name, Reply(ok=False, text=word))
            else:
                self._hear(Heard(name, word))


def leave_reply(folder: RunFolder, name: str, reply: Reply) -> None:
    """Write a reply where the run's agent can read it, if it has such a place; one that is lost stops nothing."""
    place = folder.file(REPLIES)
    if place.is_dir() and not place.is_symlink():
        with contextlib.suppress(OSError):
            write_atomic(place / f"{name}.json", write_reply(reply))


async def _or_fault(work: Awaitable[End]) -> End | FaultError:
    """Take a fault out of a task group as a value: it would come out wrapped."""
    try:
        return await work
    except FaultError as error:
        return error


def words_in(folder: RunFolder) -> list[tuple[str, bytes]]:
    """Give all words that lie in a run's outbox, by id, as they are."""
    return _files(folder.file("scratch"), frozenset())


def _files(scratch: Path, known: frozenset[str]) -> list[tuple[str, bytes]]:
    """Read the plain files of plain names in the outbox that are not known, in the order of their names."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        outbox = os.open(scratch / OUTBOX, flags)
    except OSError:
        return []
    try:
        with os.scandir(outbox) as entries:
            names = sorted(entry.name for entry in islice(entries, MAX_FILES))
        new = [(match[1], name) for name in names if (match := _NAME.match(name)) and match[1] not in known]
        found = [(word, read_regular(Path(name), MAX_WORD, outbox)) for word, name in new]
        return [(word, content) for word, content in found if content is not None]
    finally:
        os.close(outbox)

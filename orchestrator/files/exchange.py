"""A file that others write too is replaced, and what it displaces is looked at. Never loses what a person saved.

Rules
1. The new text is whole and synced under a name of its own before anything happens.
2. It changes places with the file in one step; what comes back must be what the caller read. If it is not, or if
   somebody still has it open for writing, it is a person's save and goes back into its place.
3. Until then our text could be seen, edited and saved by somebody fast, without what was displaced: so the displaced
   text is also given to the caller, to be merged whatever becomes of the file.
4. If another save arrives while that happens, the newest stands in the file and the one before stays beside it as a
   `.swap`, for the caller to merge and discard. A crash leaves a `.swap` too: merging it twice asks nothing.
"""

import contextlib
import hashlib
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import TypeAlias

import anyio
import msgspec

from orchestrator.files.atomic import write_all
from orchestrator.files.swap import being_written, exchange, place, settled

_NEW = ".new"
_SWAP = ".swap"
_ASIDE = ".aside"
_TRIES = 64
"""Each takes some ten microseconds: nobody saves that often for that long."""
_RESTS, _REST_S = 50, 0.001
"""How often, and after what pause, a displaced file's writer is looked for before the file goes back."""
_FIRST_PAUSE_S = 0.005
_LONGEST_PAUSE_S = 0.1
_DEFAULT_MODE = 0o644


class Replaced(msgspec.Struct, frozen=True):
    """The new text stands in the file."""


class Same(msgspec.Struct, frozen=True):
    """The file says so already; it was not touched."""


class Changed(msgspec.Struct, frozen=True):
    """Somebody saved meanwhile and that stands in the file: read it again, after merging what follows.

    `saves` stood in the file and may have been written over since by someone who saw our text for a moment: merge them.
    `rescued` were displaced for good: merge them once `until_written` says they are whole, then delete them.
    """

    saves: tuple[bytes, ...] = ()
    rescued: tuple[Path, ...] = ()


class Busy(msgspec.Struct, frozen=True):
    """Somebody has the file open for writing; nothing was changed. Wait with `until_written`, then read it again."""


class Missing(msgspec.Struct, frozen=True):
    """The file is not there any more; nothing was changed."""


class Failed(msgspec.Struct, frozen=True):
    """The system refused, for instance on a read-only or full disk; nothing was changed."""

    reason: str


Outcome: TypeAlias = Replaced | Same | Changed | Busy | Missing | Failed


def digest(text: bytes) -> str:
    """Name a text by its content (SHA-256)."""
    return hashlib.sha256(text).hexdigest()


def replace_if_unchanged(path: Path, new: bytes, expected: str | None) -> Outcome:
    """Put `new` into the file if its text is still the one with the digest `expected` (None: if there is no file).

    Blocks for one sync of one file. Symbolic links are followed, mode bits are kept.
    """
    real = Path(os.path.realpath(path))
    try:
        if expected is None:
            return _create(real, new)
        if (refusal := _look(real, expected)) is not None:
            return refusal
        return _replace(real, new, expected)
    except FileNotFoundError:
        return Missing()
    except OSError as error:
        return Failed(f"cannot write {path}: {error.strerror or error}")


async def until_written(path: Path, patience_s: float) -> bool:
    """Return once nobody has the file open for writing, or False when that takes too long; a missing file is at rest.

    There is no event for it, so it is asked again after growing pauses: writers of queue files are done in moments.
    """
    deadline = anyio.current_time() + patience_s
    pause = _FIRST_PAUSE_S
    while _written_now(path):
        if anyio.current_time() >= deadline:
            return False
        await anyio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)
    return True


def owner_of(leftover: Path) -> Path:
    """Give the file a leftover was displaced from."""
    name = leftover.name[1:].removesuffix(_ASIDE + _SWAP).removesuffix(_SWAP)
    return leftover.with_name(name.rpartition(".")[0])


def leftovers(folder: Path) -> tuple[Path, ...]:
    """List the displaced files a crash left in a folder; for whoever holds the lock on rendering.

    Texts of our own that were never finished are deleted on the way.
    """
    for name in folder.glob(f".*{_NEW}"):
        name.unlink(missing_ok=True)
    return tuple(sorted(folder.glob(f".*{_SWAP}")))


def _written_now(path: Path) -> bool:
    try:
        return being_written(path)
    except OSError:
        return False


def _look(real: Path, expected: str) -> Outcome | None:
    if not stat.S_ISREG(real.lstat().st_mode):
        return Failed(f"cannot write {real}: it is not a file")
    text = real.read_bytes()
    if being_written(real):  # asked last: a text read while a writer was at work is not one anybody saved
        return Busy()
    return None if digest(text) == expected else Changed()


def _create(real: Path, new: bytes) -> Outcome:
    ready = _prepared(real, new, None)
    try:
        place(ready, real)
    except FileExistsError:
        ready.unlink()
        return Changed()
    except BaseException:
        ready.unlink(missing_ok=True)
        raise
    return Replaced()


def _replace(real: Path, new: bytes, expected: str) -> Outcome:
    spare = _prepared(real, new, real.stat())
    try:
        exchange(spare, real)
    except BaseException:
        spare.unlink(missing_ok=True)
        raise
    if not being_written(spare) and digest(spare.read_bytes()) == expected:
        spare.unlink(missing_ok=True)
        return Replaced()
    return _put_back(spare, real, digest(new))


def _put_back(spare: Path, real: Path, ours: str) -> Outcome:
    """Swap until what comes out is what was put in: then nobody saved in between and the newest stands."""
    standing, saves = ours, list[bytes]()
    for _ in range(_TRIES):
        held = digest(spare.read_bytes())
        try:
            saves += _swapped_back(spare, real, ours)
        except FileNotFoundError:  # deleted, or about to be made anew: what was displaced is the newest
            return _stand_in(spare, real)
        written = being_written(spare)  # asked first: whoever is done by then has written what is read next
        came = digest(spare.read_bytes())
        if came == standing and not written:
            break
        standing = held
    else:
        return Changed(tuple(saves), (spare,))
    if came != ours:
        return Changed(tuple(saves), (spare,))
    spare.unlink(missing_ok=True)
    return Busy() if not saves else Changed(tuple(saves))


def _swapped_back(spare: Path, real: Path, ours: str) -> tuple[bytes, ...]:
    """Exchange, and give what went into the file.

    It is read before: while it lies aside nobody can open it, but once it is back somebody who saw our text may write
    over it. Nothing, if it is ours, or if its writer is at work all the while: then it is no save yet, and whoever
    writes it has not seen our text.
    """
    with spare.open("rb") as displaced:
        text = _at_rest(displaced.fileno())
        exchange(spare, real)
        if text is None:
            text = settled(displaced.fileno())
    return () if text is None or digest(text) == ours else (text,)


def _at_rest(descriptor: int) -> bytes | None:
    """Give the content once nobody writes it any more; None where that takes longer than a save does."""
    for _ in range(_RESTS):
        if (text := settled(descriptor)) is not None:
            return text
        time.sleep(_REST_S)
    return None


def _stand_in(spare: Path, real: Path) -> Outcome:
    text = spare.read_bytes()
    try:
        place(spare, real)
    except FileExistsError:
        return Changed(rescued=(spare,))
    return Changed((text,))


def _prepared(real: Path, new: bytes, like: os.stat_result | None) -> Path:
    """Write the new text beside the file, whole and synced; only then does it get the name of something to keep."""
    descriptor, name = tempfile.mkstemp(prefix=f".{real.name}.", suffix=_NEW, dir=real.parent)
    try:
        try:
            write_all(descriptor, new)
            _dress(descriptor, like)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return Path(name).replace(Path(name).with_suffix(_SWAP))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _dress(descriptor: int, like: os.stat_result | None) -> None:
    if like is None:
        os.fchmod(descriptor, _DEFAULT_MODE)
        return
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
    if (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(OSError):  # only root may give files away; the text matters more than its owner
            os.fchown(descriptor, like.st_uid, like.st_gid)

"""A conversation with a guardian over the socket in its run folder. Holding it is adoption; it never polls."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec
from anyio.abc import SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from orchestrator.ports.runner import End, Look

_MAX_LINE = 1 << 16
_ANSWER_S = 10.0


class _Heard(msgspec.Struct, frozen=True):
    look: Look | None = None
    end: End | None = None


class Link:
    """One connection. After `lost` nothing more will be heard: the record, if any, is in the folder."""

    def __init__(self, stream: SocketStream) -> None:
        self._stream = stream
        self._lines = BufferedByteReceiveStream(stream)
        self.lost = False
        self.heard = False
        self.end: End | None = None
        self.seen: Look | None = None

    async def look(self) -> Look | None:
        """Ask how the run stands; None if the guardian does not answer or the run is over."""
        self.seen = None
        await self._say({"do": "look"})
        with anyio.move_on_after(_ANSWER_S):
            await self._hear_until_seen()
        return self.seen

    async def stop(self, grace_s: float) -> None:
        """Ask for the ladder."""
        await self._say({"do": "stop", "grace_s": grace_s})

    def over(self) -> bool:
        """Say whether there is nothing more to hear."""
        return self.lost or self.end is not None

    async def follow(self) -> None:
        """Return once the run is over."""
        while not self.over():
            await self.hear()

    async def _hear_until_seen(self) -> None:
        while not (self.seen or self.over()):
            await self.hear()

    async def hear(self) -> None:
        """Take in one line."""
        try:
            heard = msgspec.json.decode(await self._lines.receive_until(b"\n", _MAX_LINE), type=_Heard)
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            self.lost = True
        else:
            self.heard = True
            self.seen, self.end = heard.look or self.seen, heard.end or self.end

    async def _say(self, what: dict[str, object]) -> None:
        try:
            await self._stream.send(msgspec.json.encode(what) + b"\n")
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            self.lost = True


def _short(folder: int, run_dir: str) -> Path:
    short = Path(f"/proc/self/fd/{folder}")
    return short if short.exists() else Path(run_dir)


@asynccontextmanager
async def connected(run_dir: str) -> AsyncGenerator[Link | None]:
    """Connect to the run's guardian, or give None if none answers. Goes through the folder: socket paths are short."""
    try:
        folder = os.open(run_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    try:
        stream = await anyio.connect_unix(_short(folder, run_dir) / "guardian.sock")
    except OSError:
        stream = None
    finally:
        os.close(folder)
    if stream is None:
        yield None
        return
    async with stream:
        yield Link(stream)

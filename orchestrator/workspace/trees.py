"""Reading what is stored: differences, files, lists, clean checkouts. Never writes to the person's checkout or refs."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.ports.runner import Place
from orchestrator.ports.workspace import AttemptKey, Change
from orchestrator.workspace.checkouts import Wanted, checkout
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.refs import head_of
from orchestrator.workspace.shadow import through

_NAMES_ALONE = 3
"""Parts of an answer `<id> missing`, against `<id> blob <size>` with the bytes behind."""


EMPTY = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The tree without files, which git knows by heart."""


class GitTrees:
    """`ports.workspace.Trees` over git. Paths that are not UTF-8 are shown with escapes and read as absent."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def changes(self, queue: str, base: str, commit: str) -> tuple[Change, ...]:
        """List what differs; a mode that changes alone is an M with one blob. Without a base, everything is new."""
        repository = await self._ground.repository(queue)
        said = await through(
            repository, "diff-tree", "-r", "-z", "--no-renames", "--raw", base or EMPTY[repository.format], commit
        )
        rows = said.out.split(b"\0")[:-1]
        return tuple(_change(about, path, repository.zero) for about, path in zip(rows[::2], rows[1::2], strict=True))

    async def read(self, queue: str, commit: str, path: str) -> bytes | None:
        """Give a file's content (a link's goal) in a commit, or None."""
        repository = await self._ground.repository(queue)
        if not path or "\n" in path or "\0" in path or path.startswith(("/", "./", "../")):
            return None
        query = f"{commit}:{path}\n".encode(errors="surrogateescape")
        said = await through(repository, "cat-file", "--batch", stdin=query)
        about, _, rest = said.out.partition(b"\n")
        words = about.split()
        if len(words) >= _NAMES_ALONE and words[-2] == b"blob" and said.out[:1] != b":":
            return rest[: int(words[-1])]
        if about.endswith(b" missing"):
            await head_of(repository, commit)
        return None

    async def patch(self, queue: str, base: str, commit: str) -> bytes:
        """Give the difference of two commits as a patch `git apply` takes."""
        repository = await self._ground.repository(queue)
        start = base or EMPTY[repository.format]
        return (await through(repository, "diff-tree", "-p", "--binary", "--no-renames", start, commit)).out

    async def plain_patch(self, queue: str, base: str, commit: str) -> bytes:
        """Give the same with every file as it is, bytes that are no text too: what stands in it can be found in it."""
        repository = await self._ground.repository(queue)
        return (
            await through(repository, "diff-tree", "-p", "--text", "--no-renames", "--full-index", base, commit)
        ).out

    async def paths(self, queue: str, commit: str) -> tuple[str, ...]:
        """List all files of a commit."""
        repository = await self._ground.repository(queue)
        said = await through(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
        return tuple(path.decode(errors="backslashreplace") for path in said.items())

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        """Say where the attempt's agent works; makes the run folder's writable parts."""
        repository = self._ground.known(queue_of(key.task))
        writable = tuple(str(Path(run_dir) / part) for part in ("scratch", "home"))
        for folder in writable:
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self._ground.place(repository, self._ground.folder(key))
        return msgspec.structs.replace(place, readable=(*place.readable, run_dir), writable=writable)

    def checkout(
        self, queue: str, commit: str, overlay_from: str, overlay: tuple[str, ...]
    ) -> AbstractAsyncContextManager[Place]:
        """Give a clean checkout of the commit, furnished, the overlay taken from the other commit."""
        return self._checkout(queue, Wanted(commit, overlay_from, overlay))

    @asynccontextmanager
    async def _checkout(self, queue: str, wanted: Wanted) -> AsyncGenerator[Place, None]:
        repository = await self._ground.repository(queue)
        async with checkout(self._ground, repository, wanted) as place:
            yield place


def _change(about: bytes, path: bytes, zero: str) -> Change:
    _, _, old, new, status = about.decode().split()
    return Change(
        path=path.decode(errors="backslashreplace"),
        status=status[0],
        old_blob="" if old == zero else old,
        new_blob="" if new == zero else new,
    )

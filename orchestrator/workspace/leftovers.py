"""What the past left in git and in the folders of this room, and how it is put away in bounded pieces.

Never decides how long anything is kept, never removes what somebody uses: whoever uses a folder holds a lock on it, and
a ref is removed only if it still holds what was looked at.
"""

from pathlib import Path

from orchestrator.files.locks import FileLock
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.refs import landed
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.setup import LOCK, RUNS, SETUP
from orchestrator.workspace.survey import forget

_TASK_PARTS = 4
"""`refs/orchestrator/<queue>/<task>` of a ref's parts."""


class Kept:
    """The refs of one queue: which there are, by task, and which of them the target holds as well."""

    def __init__(self, repository: Repository, queue: str) -> None:
        self.repository, self._prefix = repository, f"refs/orchestrator/{queue}/"
        self._commits: dict[str, str] = {}
        self._held: frozenset[str] = frozenset()

    async def look(self) -> None:
        """Read them."""
        said = await self.repository.git("for-each-ref", "--format=%(objectname) %(refname)", self._prefix)
        rows = (row.decode(errors="backslashreplace").partition(" ") for row in said.out.splitlines())
        self._commits = {name: commit for commit, _, name in rows}
        target = f"--merged=refs/heads/{self.repository.target}"
        said = await self.repository.git(
            "for-each-ref", "--format=%(refname)", target, self._prefix, accept=(0, 128, 129)
        )
        self._held = frozenset(said.out.decode(errors="backslashreplace").split() if said.code == 0 else ())

    def by_task(self) -> dict[str, dict[str, bool]]:
        """Give them as task -> ref -> whether the target holds its commit."""
        found: dict[str, dict[str, bool]] = {}
        for name in self._commits:
            task = "/".join(name.split("/")[2:_TASK_PARTS])
            found.setdefault(task, {})[name] = name in self._held
        return found

    async def landed(self, commit: str) -> bool:
        """Say whether the target holds a commit."""
        return await landed(self.repository, commit)

    async def drop(self, names: list[str]) -> int:
        """Remove refs, each only if it is as it was looked at; gives how many went."""
        orders = "".join(f"delete {name}\0{self._commits[name]}\0" for name in names)
        said = await self.repository.git("update-ref", "--stdin", "-z", stdin=orders.encode(), accept=(0, 128))
        return len(names) if said.code == 0 else 0


def idle(ground: Ground, before_s: float) -> list[Path]:
    """List the checkouts and the products of `setup` that nobody has used since then (seconds since the epoch)."""
    checkouts = [index.with_suffix("") for index in (ground.state / "checkouts").glob("*/*.index")]
    used = [(_changed(folder.with_suffix(".index")), folder) for folder in checkouts]
    used += [(_changed(folder), folder) for folder in (ground.state / SETUP).glob("*/*/") if folder.parent.name != RUNS]
    return [folder for moment, folder in sorted(used) if moment < before_s]


def drop_idle(ground: Ground, folder: Path, before_s: float) -> bool:
    """Throw one of them away, unless somebody uses it now or has used it meanwhile."""
    made = folder.parent.parent.name == SETUP
    lock = FileLock(folder.parent / LOCK if made else folder.with_suffix(".lock"))
    try:
        mark = folder if made else folder.with_suffix(".index")
        if not lock.try_acquire() or _changed(mark) >= before_s:
            return False
        ground.throw_away(folder)
        if not made:
            forget(mark)
        return True
    finally:
        lock.close()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # gone meanwhile

"""The seam to git: where attempts work, how their work is kept, how it lands."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from orchestrator.ports.runner import Place


class AttemptKey(msgspec.Struct, frozen=True):
    """One attempt at one task (`queue/ID`); its queue decides the repository and the base branch."""

    task: str
    attempt: int


class Head(msgspec.Struct, frozen=True):
    """A commit and its tree, full hex ids."""

    commit: str
    tree: str


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace as a synced commit reachable from `ref`; `files` are the paths that differ from the base."""

    commit: str
    tree: str
    ref: str
    files: tuple[str, ...] = ()


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that could land: our work merged onto `onto`."""

    commit: str
    tree: str
    onto: str


class Collision(msgspec.Struct, frozen=True, kw_only=True):
    """The work does not merge onto `onto`: `paths` conflict; `marked` is the merge, with markers, as a commit."""

    onto: str
    paths: tuple[str, ...]
    marked: str


class Workspace(Protocol):
    """Git, with our own GIT_DIR and index, hooks and filters off, everything synced before it is depended on.

    Every method is idempotent: called again after a crash it finds what is there and returns the same answer.
    Raises FaultError where the environment fails (git missing, disk full, repository unusable).
    """

    async def target(self, queue: str) -> Head:
        """Give the head of `orchestrator/<base>`, made from `<base>` if absent; takes in the user's new commits."""
        ...

    def target_name(self, queue: str) -> str:
        """Name the target of a queue: `<repo>:orchestrator/<base>`, the unit of one train."""
        ...

    async def prepare(self, key: AttemptKey, base: str, carry: str) -> str:
        """Make the attempt's private clone at `base`, holding the files of commit `carry` if not empty.

        `refs/orchestrator/<queue>/<task>/<attempt>/base` holds the base first. Gives the base it stands at: one that
        stands already keeps its own, for between two calls the target may have moved.
        """
        ...

    async def exists(self, key: AttemptKey) -> bool:
        """Say whether the attempt's workspace still stands."""
        ...

    async def capture(self, key: AttemptKey, iteration: int, base: str) -> Capture:
        """Snapshot the workspace into the user's object store under the iteration's ref."""
        ...

    async def combine(
        self, key: AttemptKey, commit: str, base: str, message: str, onto: str = ""
    ) -> Merged | Collision:
        """Merge the captured commit onto `onto`, without touching any worktree; the same merge is the same commit.

        Without `onto` it is merged onto the target's head as it is now, the user's new commits taken in.
        """
        ...

    async def advance(self, key: AttemptKey, commit: str, onto: str) -> bool:
        """Move the target from `onto` to `commit` by compare-and-swap, then let `<base>` follow.

        True if the target now contains the commit (also when it already did); False if it moved elsewhere.
        """
        ...

    async def contains(self, queue: str, commit: str) -> bool:
        """Say whether the target's history holds the commit."""
        ...

    async def keep_branch(self, key: AttemptKey, commit: str) -> str:
        """For `land = "branch"`: leave the verified commit on a branch and name it."""
        ...

    async def discard(self, key: AttemptKey) -> None:
        """Remove the workspace of an attempt that is over, in which nothing works. Its refs stay.

        What it holds and none of them does is kept under one more first; where that fails, nothing is removed.
        """
        ...


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One path that differs between two trees: `status` is A, M, D or T (type change); no rename detection."""

    path: str
    status: str
    old_blob: str = ""
    new_blob: str = ""


class Trees(Protocol):
    """Reading what is stored: diffs, files, clean checkouts. Never writes to the user's checkout or refs."""

    async def changes(self, queue: str, base: str, commit: str) -> tuple[Change, ...]:
        """List what differs between two commits; without a base, everything in the commit is new."""
        ...

    async def read(self, queue: str, commit: str, path: str) -> bytes | None:
        """Give a file's content in a commit, or None."""
        ...

    async def patch(self, queue: str, base: str, commit: str) -> bytes:
        """Give the difference of two commits as a patch `git apply` takes."""
        ...

    async def paths(self, queue: str, commit: str) -> tuple[str, ...]:
        """List all files of a commit."""
        ...

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        """Say where the attempt's agent works: its clone, shown at the repository's own path."""
        ...

    def checkout(
        self, queue: str, commit: str, overlay_from: str, overlay: tuple[str, ...]
    ) -> AbstractAsyncContextManager[Place]:
        """Give a clean checkout of the commit as a place to run checks in, `setup`, `share` and `copy` applied.

        The `overlay` paths are taken from the commit `overlay_from` instead (removed where it lacks them). The folder
        is the caller's alone until the context ends.
        """
        ...

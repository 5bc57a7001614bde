"""`workspace = "inplace"`: a folder without git, worked in as it is, by one worker.

Snapshots go into a repository of ours beside the state; there is nothing to merge: what was captured is what lands. A
person's changes between attempts are taken in as they are. What a discarded attempt left is kept under its ref before
the folder goes back to what last landed. Never makes a `.git` in the folder.
"""

import anyio

from orchestrator.errors import FaultError
from orchestrator.ports.workspace import AttemptKey, Capture, Collision, Head, Merged
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.names import INPLACE
from orchestrator.workspace.private import write_files
from orchestrator.workspace.refs import (
    attempt_path,
    commit_tree,
    contains,
    head_of,
    hold,
    landed,
    lookup,
    names_under,
    ref_of,
    swap,
)
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.survey import write_tree

_OPEN = "refs/orchestrator-open"
CLOSES_WITHIN_S = 30.0
"""How long an attempt that is over may take to be closed: its agent is ended first."""


class InplaceWorkspace:
    """`ports.workspace.Workspace` over a folder without git. Its ground must have been opened in place."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._closed = anyio.Event()
        self._kept = ""
        """The ref that holds what the folder lost when an attempt was last given up."""

    async def target(self, queue: str) -> Head:
        """Give what last landed; while no attempt is open, with what the person changed since."""
        repository = await self._ground.repository(queue)
        head = (await lookup(repository, _track(repository))).get(_track(repository), "")
        if head and await self._open(repository):
            return await head_of(repository, head)
        tree = await self._snapshot(repository, head)
        if head and (await head_of(repository, head)).tree == tree:
            return await head_of(repository, head)
        parents = (head,) if head else ()
        made = await commit_tree(repository, tree, parents, "as found\n", self._ground.clock.now())
        await hold(repository, {_track(repository): made, f"refs/heads/{INPLACE}": made})
        return await head_of(repository, made)

    def target_name(self, queue: str) -> str:
        """Name the one train there is."""
        del queue
        return f":orchestrator/{INPLACE}"

    async def prepare(self, key: AttemptKey, base: str, carry: str) -> str:
        """Open the attempt: the folder gets the wanted files, what it held before is kept. Gives the base it has."""
        repository, held = await self._ground.repository(""), ref_of(key, "base")
        if await self.exists(key):
            return (await lookup(repository, held)).get(held, base)
        await hold(repository, {held: base} | ({ref_of(key, "carry"): carry} if carry else {}))
        if others := await self._in_the_way():
            raise FaultError(_occupied(others, repository))
        await self._restore(repository, carry or base, ref_of(key, "before"))
        await hold(repository, {f"{_OPEN}/{attempt_path(key)}": base})
        return base

    async def _in_the_way(self) -> tuple[AttemptKey, ...]:
        """Wait for an attempt that is over to be closed; give what is open still."""
        with anyio.move_on_after(CLOSES_WITHIN_S):
            while True:
                closed = self._closed  # before looking: what is closed meanwhile is not waited for
                if not await self.standing():
                    break
                await closed.wait()
        return await self.standing()

    async def exists(self, key: AttemptKey) -> bool:
        """Say whether the attempt is the open one."""
        return f"{_OPEN}/{attempt_path(key)}" in await self._open(await self._ground.repository(""))

    async def standing(self) -> tuple[AttemptKey, ...]:
        """List the attempts that are open: one at most."""
        names = await self._open(await self._ground.repository(""))
        return tuple(map(_key, names))

    async def capture(self, key: AttemptKey, iteration: int, base: str) -> Capture:
        """Store the folder's files under the iteration's ref."""
        repository, ref = await self._ground.repository(""), ref_of(key, str(iteration))
        if not await self.exists(key):
            raise FaultError(f"{key.task} attempt {key.attempt} is not open in {repository.top}: `retry` the task")
        tree = await self._snapshot(repository, base)
        held = (await lookup(repository, ref)).get(ref, "")
        if not held or (await head_of(repository, held)).tree != tree:
            message = f"{key.task} attempt {key.attempt} iteration {iteration}\n"
            older = {ref_of(key, f"earlier/{iteration}-{held}"): held} if held else {}
            held = await commit_tree(repository, tree, (base,), message, self._ground.clock.now())
            await hold(repository, {**older, ref: held})
        said = await repository.git("diff-tree", "-r", "-z", "--no-renames", "--name-only", base, held)
        files = tuple(sorted(path.decode(errors="backslashreplace") for path in said.items()))
        return Capture(commit=held, tree=tree, ref=ref, files=files)

    async def combine(
        self, key: AttemptKey, commit: str, base: str, message: str, onto: str = ""
    ) -> Merged | Collision:
        """Give the capture as it is: what was verified lands. Of one attempt at a time none stands on another."""
        del key, message, onto
        repository = await self._ground.repository("")
        head = await self.target("")
        # a child of the head is not in its history
        if base != head.commit and await contains(repository, head.commit, commit):
            return Merged(commit=head.commit, tree=head.tree, onto=head.commit)
        return Merged(commit=commit, tree=(await head_of(repository, commit)).tree, onto=head.commit)

    async def advance(self, key: AttemptKey, commit: str, onto: str) -> bool:
        """Move the target to the capture."""
        del key
        repository = await self._ground.repository("")
        return await swap(repository, _track(repository), commit, onto) or await landed(repository, commit)

    async def contains(self, queue: str, commit: str) -> bool:
        """Say whether the target's history holds the commit."""
        return await landed(await self._ground.repository(queue), commit)

    async def keep_branch(self, key: AttemptKey, commit: str) -> str:
        """Name the ref under which the work stays; a folder without git has no branches."""
        name = ref_of(key, "verified")
        await hold(await self._ground.repository(""), {name: commit})
        return name

    async def discard(self, key: AttemptKey) -> None:
        """Close the attempt: the folder goes back to what last landed, what it held is kept under the attempt."""
        repository = await self._ground.repository("")
        mark = f"{_OPEN}/{attempt_path(key)}"
        if not await self.exists(key):
            return
        head = (await lookup(repository, _track(repository)))[_track(repository)]
        if await self._restore(repository, head, kept := ref_of(key, "discarded")):
            self._kept = kept
        await repository.git("update-ref", "-d", mark)
        self._closed.set()
        self._closed = anyio.Event()

    async def follow_problem(self, queue: str) -> str:
        """Say where what the folder held is, if it went back to what last landed; nothing has to follow here."""
        if not self._kept:
            return ""
        git, kept = f"git --git-dir={(await self._ground.repository(queue)).git_dir}", self._kept
        return (
            "the folder went back to what last landed; what else it held is kept: "
            f"`{git} diff {kept}^ {kept}` shows it, `{git} --work-tree=. checkout {kept} -- FILE` brings a file back"
        )

    async def sweep(self) -> None:
        """Delete what was thrown away: slow, for when nothing waits."""
        await self._ground.sweep()

    async def _open(self, repository: Repository) -> tuple[str, ...]:
        return await names_under(repository, _OPEN)

    async def _snapshot(self, repository: Repository, base: str) -> str:
        index = repository.shadow / "inplace.index"
        excluded = self._ground.excluded(repository)
        async with self._ground.lock("inplace"):
            return await write_tree(repository, repository.top, index, base, excluded)

    async def _restore(self, repository: Repository, wanted: str, kept_as: str) -> bool:
        """Keep what the folder holds under a ref, then give it the wanted files; False: it has them, and stays."""
        tree = await self._snapshot(repository, wanted)
        if (await head_of(repository, wanted)).tree == tree:
            return False
        made = await commit_tree(repository, tree, (wanted,), "kept\n", self._ground.clock.now())
        await hold(repository, {kept_as: made})
        await write_files(repository, repository.top, repository.shadow / "inplace.index", wanted)
        return True


def _key(mark: str) -> AttemptKey:
    task, _, attempt = mark.removeprefix(f"{_OPEN}/").rpartition("/")
    return AttemptKey(task, int(attempt))


def _occupied(others: tuple[AttemptKey, ...], repository: Repository) -> str:
    names = ", ".join(f"{key.task} attempt {key.attempt}" for key in others)
    return (
        f"{names} works in {repository.top}: in place there is one attempt at a time; this one begins when that one is"
        f" over, `orchestrator explain {others[0].task}` says what it waits for, `orchestrator skip` ends it"
    )


def _track(repository: Repository) -> str:
    return f"refs/heads/{repository.target}"

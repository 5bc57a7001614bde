"""`ports.workspace.Workspace` over git: every attempt in a clone of its own, landing by merge."""

import anyio

from orchestrator.model.ids import queue_of
from orchestrator.ports.workspace import AttemptKey, Capture, Collision, Head, Merged
from orchestrator.workspace import attempts, follow, records, refs, target
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.repository import Repository


class GitWorkspace:
    """Finds a queue's repository and hands on. Owns no state: what it knows is in refs and folders."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def target(self, queue: str) -> Head:
        """Give the target's head, with the person's new commits taken in."""
        repository = await self._ground.repository(queue)
        async with self._moving(repository):
            return await target.take_in(self._ground, repository)

    def target_name(self, queue: str) -> str:
        """Name the queue's train: `<repo>:orchestrator/<base>`."""
        repository = self._ground.known(queue)
        return f"{repository.name}:{repository.target}"

    async def prepare(self, key: AttemptKey, base: str, carry: str) -> str:
        """Make the attempt's clone unless it stands; give the base it stands at."""
        return await attempts.prepare(self._ground, await self._of(key), key, base, carry)

    async def exists(self, key: AttemptKey) -> bool:
        """Say whether the attempt's clone stands."""
        return attempts.stands(self._ground, key)

    async def standing(self) -> tuple[AttemptKey, ...]:
        """List the attempts whose clones stand."""
        return attempts.standing(self._ground)

    async def capture(self, key: AttemptKey, iteration: int, base: str) -> Capture:
        """Store the clone's files under the iteration's ref."""
        return await attempts.capture(self._ground, await self._of(key), key, iteration, base)

    async def combine(
        self, key: AttemptKey, commit: str, base: str, message: str, onto: str = ""
    ) -> Merged | Collision:
        """Merge a capture onto another commit, or onto the target's head as it is now."""
        repository = await self._of(key)
        if onto:
            return await target.combine(repository, key, (commit, base), message, await refs.head_of(repository, onto))
        async with self._moving(repository):
            head = await target.take_in(self._ground, repository)
        return await target.combine(repository, key, (commit, base), message, head)

    async def advance(self, key: AttemptKey, commit: str, onto: str) -> bool:
        """Move the target by compare-and-swap; the base follows if it can."""
        repository = await self._of(key)
        async with self._moving(repository):
            return await target.advance(repository, commit, onto)

    async def record(
        self, key: AttemptKey, path: str, change: records.Change, message: tuple[str, str, int]
    ) -> Merged | None:
        """Make the commit that changes a file of the target as it is now; None: it stands there, or landed before."""
        repository = await self._of(key)
        async with self._moving(repository):
            head = await target.take_in(self._ground, repository)
        if await records.landed(repository, head, message[1]):
            return None
        return await records.write(repository, head, key, path, change, message)

    async def contains(self, queue: str, commit: str) -> bool:
        """Say whether the target's history holds the commit."""
        return await refs.landed(await self._ground.repository(queue), commit)

    async def keep_branch(self, key: AttemptKey, commit: str) -> str:
        """Leave the commit on a branch and name it."""
        return await attempts.keep_branch(await self._of(key), key, commit)

    async def discard(self, key: AttemptKey) -> None:
        """Keep what the clone holds and no ref does, then move it into the trash."""
        await attempts.keep(self._ground, await self._of(key), key)
        attempts.discard(self._ground, key)

    async def follow_problem(self, queue: str) -> str:
        """Say why `<base>` does not have what landed and what to do about it; empty if it has."""
        return await follow.problem(await self._ground.repository(queue))

    async def sweep(self) -> None:
        """Delete what was discarded: slow, for when nothing waits."""
        await self._ground.sweep()

    async def _of(self, key: AttemptKey) -> Repository:
        return await self._ground.repository(queue_of(key.task))

    def _moving(self, repository: Repository) -> anyio.Lock:
        return self._ground.lock(f"target {repository.git_dir} {repository.target}")

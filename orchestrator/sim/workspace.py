"""Git in memory: targets, attempts and their captured work, shared by all simulated processes as a disk is.

Rules
1. What a method does is done in commands, as with git: each changes something at one moment, before or after which the
   caller may die. Whoever asks again gets the same answer.
2. The environment may fail before the first command or after the last; either way asking again is safe.
3. It keeps a ledger of what landed, which only the simulation's invariants read.
"""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from orchestrator.errors import FaultError
from orchestrator.model.ids import queue_of
from orchestrator.ports.runner import Place
from orchestrator.ports.workspace import AttemptKey, Capture, Change, Collision, Head, Merged
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.store import Files, Node, Store, merge

FIRST = {"README": "a project\n"}
_TRIES = 20
"""Times a moving ref is looked at again."""


async def _nothing_happens(command: str) -> None:
    del command


class Landing(msgspec.Struct, frozen=True, kw_only=True):
    """One move of a target by an attempt."""

    key: AttemptKey
    target: str
    commit: str
    tree: str
    onto: str


class _Attempt(msgspec.Struct):
    """An attempt's private folder, and the last commit made of it."""

    head: str
    files: dict[str, str]


class MemoryWorkspace:
    """`ports.workspace.Workspace` and the reading half of `Trees`. `repos` names the repository of each queue."""

    def __init__(
        self,
        chaos: Chaos | None = None,
        *,
        files: Files | None = None,
        repos: Mapping[str, str] | None = None,
        base: str = "main",
        pace: Pace | None = None,
    ) -> None:
        self.store = Store()
        self.refs: dict[str, str] = {}
        self.landings: list[Landing] = []
        self._chaos, self._pace = chaos or Chaos(), pace or Pace()
        self._repos, self._base = dict(repos or {}), base
        self._first = self.store.commit(files if files is not None else FIRST, (), "first")
        self._attempts: dict[AttemptKey, _Attempt] = {}
        self.command: Callable[[str], Awaitable[None]] = _nothing_happens
        """Told of each command before it takes effect; it may let the caller die there."""

    # -- what the simulation does to it ----------------------------------------------------------------------------

    def files(self, key: AttemptKey) -> dict[str, str] | None:
        """Give the attempt's working files, to be changed in place by its agent; None when there is no workspace."""
        attempt = self._attempts.get(key)
        return attempt.files if attempt else None

    def lose(self, key: AttemptKey) -> None:
        """Let a workspace vanish, as when somebody cleans up by hand."""
        self._attempts.pop(key, None)

    def standing(self) -> tuple[AttemptKey, ...]:
        """List the attempts whose folders stand."""
        return tuple(self._attempts)

    def user_head(self, queue: str) -> Node:
        """Look at the user's own branch."""
        return self.store[self._user(queue)]

    def save(self, queue: str, files: Files, message: str = "a person's commit") -> str:
        """Commit to the user's own branch."""
        head = self.store[self._user(queue)]
        made = self.store.commit({**head.files, **files}, (head.commit,), message)
        self.refs[self._branch(queue)] = made.commit
        return made.commit

    def overtake(self, queue: str) -> None:
        """Let the target take in the user's commits at this very moment, as another process might."""
        self.refs[self.target_name(queue)] = self._goal(queue)

    def head(self, queue: str) -> Node:
        """Look at the target without touching it."""
        return self.store[self.refs.get(self.target_name(queue), self._first.commit)]

    # -- the port --------------------------------------------------------------------------------------------------

    async def target(self, queue: str) -> Head:
        """Give the target's head, with the user's new commits taken in."""
        await self._toil("target")
        head = await self._take_in(queue)
        await self._linger()
        return Head(head.commit, head.tree)

    def target_name(self, queue: str) -> str:
        """Name the target of a queue."""
        return f"{self._repos.get(queue, '')}:orchestrator/{self._base}"

    async def prepare(self, key: AttemptKey, base: str, carry: str) -> str:
        """Make the attempt's folder; one that stands already is left as it is, at its own base."""
        await self._toil("prepare")
        if key not in self._attempts:
            await self.command("prepare: update-ref base")
            self.refs[f"{_ref(key)}/base"] = base
            await self.command("prepare: read-tree")
            self._attempts.setdefault(key, _Attempt(head=base, files=dict(self._node(carry or base).files)))
        await self._after("prepare")
        return self.refs[f"{_ref(key)}/base"]

    async def exists(self, key: AttemptKey) -> bool:
        """Say whether the attempt's folder stands."""
        await self._linger()
        return key in self._attempts

    async def capture(self, key: AttemptKey, iteration: int, base: str) -> Capture:
        """Commit the folder as it is, under the iteration's ref."""
        await self._toil("capture")
        attempt = self._attempts.get(key)
        if attempt is None:
            raise FaultError(f"the workspace of {key.task} attempt {key.attempt} is gone")
        ref = f"{_ref(key)}/{iteration}"
        known = self.store[self.refs[ref]] if ref in self.refs else None
        await self.command("capture: commit-tree")
        made = known if known is not None and known.files == attempt.files else self._capture(attempt, key, iteration)
        await self.command("capture: update-ref")
        self.refs[ref] = attempt.head = made.commit
        changed = tuple(change.path for change in self._changes(base, made.commit))
        await self._after("capture")
        return Capture(commit=made.commit, tree=made.tree, ref=ref, files=changed)

    def _capture(self, attempt: _Attempt, key: AttemptKey, iteration: int) -> Node:
        return self.store.commit(attempt.files, (attempt.head,), f"{key.task} {key.attempt}/{iteration}")

    async def combine(
        self, key: AttemptKey, commit: str, base: str, message: str, onto: str = ""
    ) -> Merged | Collision:
        """Merge the commit onto another, or onto the target's head."""
        await self._toil("combine")
        tip, work = self._node(onto) if onto else await self._take_in(_queue(key)), self._node(commit)
        await self.command("combine: merge-tree")
        files, paths = merge(self._node(base).files, tip.files, work.files)
        await self.command("combine: commit-tree")
        made = self.store.commit(files, (tip.commit, work.commit), f"{message}{' (conflicts)' if paths else ''}")
        await self.command("combine: update-ref")
        self.refs[f"{_ref(key)}/{'conflict' if paths else 'merged'}"] = made.commit
        await self._after("combine")
        if paths:
            return Collision(onto=tip.commit, paths=paths, marked=made.commit)
        return Merged(commit=made.commit, tree=made.tree, onto=tip.commit)

    async def advance(self, key: AttemptKey, commit: str, onto: str) -> bool:
        """Move the target by compare-and-swap; the user's branch follows if it can without a merge."""
        await self._toil("advance")
        queue, new, name = _queue(key), self._node(commit), self.target_name(_queue(key))
        await self.command("advance: update-ref target")
        landed = self.store.holds(self.head(queue).commit, commit)
        if not landed and self.head(queue).commit == onto:
            landed = True
            self.refs[name] = commit
            self.landings.append(Landing(key=key, target=name, commit=commit, tree=new.tree, onto=onto))
        await self.command("advance: merge --ff-only")
        self._follow(queue)
        await self._after("advance")
        return landed

    def _follow(self, queue: str) -> None:
        head = self.head(queue).commit
        if self.store.holds(head, self._user(queue)):
            self.refs[self._branch(queue)] = head

    async def contains(self, queue: str, commit: str) -> bool:
        """Say whether the target's history holds the commit."""
        await self._linger()
        return commit in self.store and self.store.holds(self.head(queue).commit, commit)

    async def keep_branch(self, key: AttemptKey, commit: str) -> str:
        """Leave the commit on a branch of the user's repository."""
        await self._toil("keep")
        name = f"orchestrator/{key.task}"
        self.refs[f"{self._repos.get(_queue(key), '')}:refs/heads/{name}"] = self._node(commit).commit
        return name

    async def discard(self, key: AttemptKey) -> None:
        """Remove the folder; its refs stay."""
        await self._linger()
        self._attempts.pop(key, None)

    # -- reading ---------------------------------------------------------------------------------------------------

    async def changes(self, queue: str, base: str, commit: str) -> tuple[Change, ...]:
        """List what differs between two commits."""
        del queue
        await self._linger()
        return self._changes(base, commit)

    async def read(self, queue: str, commit: str, path: str) -> bytes | None:
        """Give a file's content in a commit."""
        del queue
        await self._linger()
        text = self._node(commit).files.get(path)
        return None if text is None else text.encode()

    async def paths(self, queue: str, commit: str) -> tuple[str, ...]:
        """List the files of a commit."""
        del queue
        await self._linger()
        return tuple(sorted(self._node(commit).files))

    def place(self, key: AttemptKey, run_dir: str) -> Place:
        """Name where the attempt works; nothing of it is on a disk."""
        del run_dir
        where = f"/memory/{key.task}/{key.attempt}"
        return Place(workspace=where, seen_as="/memory/project", project="/memory/project", checkout="/memory/project")

    # -- within ----------------------------------------------------------------------------------------------------

    def _changes(self, base: str, commit: str) -> tuple[Change, ...]:
        old, new = self._node(base).files, self._node(commit).files
        status = {(False, True): "A", (True, False): "D", (True, True): "M"}
        return tuple(
            Change(path=path, status=status[path in old, path in new])
            for path in sorted({*old, *new})
            if old.get(path) != new.get(path)
        )

    def _node(self, commit: str) -> Node:
        if commit not in self.store:
            raise FaultError(f"there is no commit {commit!r}")
        return self.store[commit]

    def _branch(self, queue: str) -> str:
        return f"{self._repos.get(queue, '')}:{self._base}"

    def _user(self, queue: str) -> str:
        return self.refs.setdefault(self._branch(queue), self._first.commit)

    async def _take_in(self, queue: str) -> Node:
        """Make the target if it is not there, and bring the user's new commits into it."""
        name = self.target_name(queue)
        for _ in range(_TRIES):
            before = self.refs.get(name)
            goal = self._goal(queue)
            if goal == before:
                return self.store[goal]
            await self.command("take in: update-ref target")
            if self.refs.get(name) == before:
                self.refs[name] = goal
                await self.command("take in: merge --ff-only")
                self._follow(queue)
                return self.store[goal]
        raise FaultError(f"{name} keeps moving")

    def _goal(self, queue: str) -> str:
        """Say where the target belongs: what landed and the user's commits, merged where they differ."""
        user, name = self._user(queue), self.target_name(queue)
        head = self.refs.get(name, user)
        if self.store.holds(head, user):
            return head
        if self.store.holds(user, head):
            return user
        fork = self.store.fork(head, user)
        files, paths = merge(self.store[fork].files, self.store[head].files, self.store[user].files)
        if paths:
            raise FaultError(f"{self._base} and {name} conflict in {', '.join(paths)}: merge them by hand")
        return self.store.commit(files, (head, user), f"take in {self._base}").commit

    async def _linger(self) -> None:
        await self._chaos.linger(self._pace.low, self._pace.high)

    async def _toil(self, step: str) -> None:
        await self._linger()
        if self._chaos.strikes(f"workspace.{step}") or self._chaos.strikes("workspace"):
            raise FaultError(f"git failed before {step}: no space left on the device")

    async def _after(self, step: str) -> None:
        await self.command(f"{step}: all done")
        if self._chaos.strikes("workspace.after"):
            raise FaultError(f"git failed after {step}: no space left on the device")
        await self._linger()


def _queue(key: AttemptKey) -> str:
    return queue_of(key.task)


def _ref(key: AttemptKey) -> str:
    return f"refs/orchestrator/{key.task}/{key.attempt}"

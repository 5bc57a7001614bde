"""What every workspace does, whatever is under it: the same stories over git and over memory."""

import os
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import anyio
import pytest

from orchestrator.model.settings import RepoSettings
from orchestrator.ports.workspace import AttemptKey, Change, Collision, Head, Merged, Workspace
from orchestrator.sim.workspace import MemoryWorkspace
from orchestrator.workspace.clones import GitWorkspace
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.trees import GitTrees

FIRST = {"a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n", "b.txt": "b\n"}
KEY = AttemptKey("q/T-1", 1)
OTHER = AttemptKey("q/T-2", 1)


class Reading(Protocol):
    """The half of `Trees` that touches no disk."""

    async def changes(self, queue: str, base: str, commit: str) -> tuple[Change, ...]: ...
    async def read(self, queue: str, commit: str, path: str) -> bytes | None: ...
    async def paths(self, queue: str, commit: str) -> tuple[str, ...]: ...


class Hands(Protocol):
    """A workspace under test, and what agents and people do around it."""

    workspace: Workspace
    trees: Reading

    def write(self, key: AttemptKey, path: str, text: str) -> None: ...
    def remove(self, key: AttemptKey, path: str) -> None: ...
    def save(self, path: str, text: str) -> str:
        """Commit to the person's base branch."""
        ...

    def base(self) -> str:
        """Give the head of the person's base branch."""
        ...


class GitHands:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self._git("init", "-q", "-b", "main")
        for name, text in FIRST.items():
            (path / name).write_text(text)
        self._git("add", ".")
        self._git("commit", "-qm", "first")
        ground = Ground(path, path / ".aibrain", clock=Still(), queues={"q": RepoSettings()})
        anyio.run(ground.open)
        self._ground = ground
        self.workspace: Workspace = GitWorkspace(ground)
        self.trees: Reading = GitTrees(ground)

    def write(self, key: AttemptKey, path: str, text: str) -> None:
        (self._ground.folder(key) / path).write_text(text)

    def remove(self, key: AttemptKey, path: str) -> None:
        (self._ground.folder(key) / path).unlink()

    def save(self, path: str, text: str) -> str:
        (self.path / path).write_text(text)
        self._git("add", path)
        self._git("commit", "-qm", "person")
        return self.base()

    def base(self) -> str:
        return self._git("rev-parse", "main")

    def _git(self, *args: str) -> str:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
        who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
        return subprocess.run(
            ["git", *who, *args], cwd=self.path, env=env, check=True, capture_output=True, encoding="utf-8"
        ).stdout.strip()


class MemoryHands:
    def __init__(self) -> None:
        self._memory = MemoryWorkspace(files=FIRST)
        self.workspace: Workspace = self._memory
        self.trees: Reading = self._memory

    def write(self, key: AttemptKey, path: str, text: str) -> None:
        files = self._memory.files(key)
        assert files is not None
        files[path] = text

    def remove(self, key: AttemptKey, path: str) -> None:
        files = self._memory.files(key)
        assert files is not None
        del files[path]

    def save(self, path: str, text: str) -> str:
        return self._memory.save("q", {path: text})

    def base(self) -> str:
        return self._memory.refs[":main"]


class Still:
    def now(self) -> int:
        return 1_700_000_000_000

    async def sleep_until(self, at: int) -> None:
        raise AssertionError


@pytest.fixture(params=["git", "memory"])
def hands(request: pytest.FixtureRequest, tmp_path: Path) -> Hands:
    return GitHands(tmp_path / "project") if request.param == "git" else MemoryHands()


def tell(story: Callable[[], Awaitable[None]]) -> None:
    anyio.run(story)


async def begin(hands: Hands, key: AttemptKey) -> Head:
    base = await hands.workspace.target("q")
    await hands.workspace.prepare(key, base.commit, "")
    return base


def test_the_target_is_made_from_the_base_and_stays_until_something_lands(hands: Hands) -> None:
    async def story() -> None:
        first = await hands.workspace.target("q")
        assert first.commit == hands.base()
        assert await hands.workspace.target("q") == first
        assert hands.workspace.target_name("q") == ":orchestrator/main"

    tell(story)


def test_a_workspace_is_there_once_prepared_until_discarded(hands: Hands) -> None:
    async def story() -> None:
        assert not await hands.workspace.exists(KEY)
        base = await begin(hands, KEY)
        assert await hands.workspace.exists(KEY)
        hands.write(KEY, "new", "n\n")
        await hands.workspace.prepare(KEY, base.commit, "")
        assert (await hands.workspace.capture(KEY, 1, base.commit)).files == ("new",)
        assert not await hands.workspace.exists(OTHER)
        await hands.workspace.discard(KEY)
        await hands.workspace.discard(KEY)
        assert not await hands.workspace.exists(KEY)

    tell(story)


def test_a_workspace_prepared_again_after_the_target_moved_says_the_base_it_stands_at(hands: Hands) -> None:
    """Killed after preparing, before it was recorded: the next try must not believe it stands at the new head."""

    async def story() -> None:
        base = await begin(hands, KEY)
        hands.save("b.txt", "the person's\n")
        moved = await hands.workspace.target("q")
        assert await hands.workspace.prepare(KEY, moved.commit, "") == base.commit != moved.commit
        assert await hands.workspace.prepare(OTHER, moved.commit, "") == moved.commit

    tell(story)


def test_a_capture_holds_what_was_written_changed_and_removed(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        hands.write(KEY, "new", "n\n")
        hands.write(KEY, "a.txt", "changed\n")
        hands.remove(KEY, "b.txt")
        kept = await hands.workspace.capture(KEY, 1, base.commit)
        assert kept.files == ("a.txt", "b.txt", "new")
        assert kept.ref == "refs/orchestrator/q/T-1/1/1"
        changes = await hands.trees.changes("q", base.commit, kept.commit)
        assert [(change.status, change.path) for change in changes] == [("M", "a.txt"), ("D", "b.txt"), ("A", "new")]
        assert await hands.trees.paths("q", kept.commit) == ("a.txt", "new")
        assert await hands.trees.read("q", kept.commit, "a.txt") == b"changed\n"
        assert await hands.trees.read("q", kept.commit, "b.txt") is None
        assert await hands.workspace.capture(KEY, 1, base.commit) == kept

    tell(story)


def test_nothing_changed_is_a_capture_of_the_bases_tree(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        kept = await hands.workspace.capture(KEY, 1, base.commit)
        assert kept.files == ()
        assert kept.tree == base.tree

    tell(story)


def test_the_same_files_have_the_same_tree_in_every_attempt(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        await begin(hands, OTHER)
        for key in (KEY, OTHER):
            hands.write(key, "new", "same\n")
        one, two = [await hands.workspace.capture(key, 1, base.commit) for key in (KEY, OTHER)]
        assert one.tree == two.tree

    tell(story)


def test_what_is_combined_lands_and_the_base_follows(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        hands.write(KEY, "new", "n\n")
        kept = await hands.workspace.capture(KEY, 1, base.commit)
        merged = await hands.workspace.combine(KEY, kept.commit, base.commit, "m")
        assert isinstance(merged, Merged)
        assert merged.onto == base.commit
        assert merged.tree == kept.tree
        assert not await hands.workspace.contains("q", merged.commit)
        assert await hands.workspace.advance(KEY, merged.commit, merged.onto)
        assert await hands.workspace.advance(KEY, merged.commit, merged.onto)
        assert await hands.workspace.contains("q", merged.commit)
        assert await hands.workspace.contains("q", base.commit)
        assert await hands.workspace.target("q") == Head(merged.commit, merged.tree)
        assert hands.base() == merged.commit

    tell(story)


def test_a_commit_nobody_has_is_not_in_the_target(hands: Hands) -> None:
    async def story() -> None:
        await begin(hands, KEY)
        assert not await hands.workspace.contains("q", "f" * 40)

    tell(story)


def test_of_two_that_race_one_lands_and_the_other_merges_again(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        await begin(hands, OTHER)
        hands.write(KEY, "one", "1\n")
        hands.write(OTHER, "two", "2\n")
        merges: dict[AttemptKey, Merged] = {}
        for key in (KEY, OTHER):
            kept = await hands.workspace.capture(key, 1, base.commit)
            merged = await hands.workspace.combine(key, kept.commit, base.commit, "m")
            assert isinstance(merged, Merged)
            merges[key] = merged
        assert await hands.workspace.advance(KEY, merges[KEY].commit, merges[KEY].onto)
        assert not await hands.workspace.advance(OTHER, merges[OTHER].commit, merges[OTHER].onto)
        kept = await hands.workspace.capture(OTHER, 1, base.commit)
        again = await hands.workspace.combine(OTHER, kept.commit, base.commit, "m")
        assert isinstance(again, Merged)
        assert again.onto == merges[KEY].commit
        assert await hands.workspace.advance(OTHER, again.commit, again.onto)
        assert set(await hands.trees.paths("q", again.commit)) == {*FIRST, "one", "two"}

    tell(story)


def test_work_is_merged_onto_a_proposal_before_that_lands_and_both_land_in_order(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        await begin(hands, OTHER)
        hands.write(KEY, "one", "1\n")
        hands.write(OTHER, "two", "2\n")
        kept = {key: await hands.workspace.capture(key, 1, base.commit) for key in (KEY, OTHER)}
        first = await hands.workspace.combine(KEY, kept[KEY].commit, base.commit, "m")
        assert isinstance(first, Merged)
        second = await hands.workspace.combine(OTHER, kept[OTHER].commit, base.commit, "m", first.commit)
        assert isinstance(second, Merged)
        assert second.onto == first.commit
        assert set(await hands.trees.paths("q", second.commit)) == {*FIRST, "one", "two"}
        assert await hands.workspace.target("q") == base
        assert not await hands.workspace.advance(OTHER, second.commit, second.onto)
        assert await hands.workspace.advance(KEY, first.commit, first.onto)
        assert await hands.workspace.advance(OTHER, second.commit, second.onto)
        assert await hands.workspace.target("q") == Head(second.commit, second.tree)

    tell(story)


def test_the_same_merge_is_the_same_commit_whatever_was_merged_meanwhile(hands: Hands) -> None:
    """A line rebuilt after a crash, or after somebody was passed over, is the very line that was judged."""

    async def story() -> None:
        base = await begin(hands, KEY)
        await begin(hands, OTHER)
        hands.write(KEY, "one", "1\n")
        hands.write(OTHER, "two", "2\n")
        kept = {key: await hands.workspace.capture(key, 1, base.commit) for key in (KEY, OTHER)}
        first = await hands.workspace.combine(KEY, kept[KEY].commit, base.commit, "m")
        assert isinstance(first, Merged)
        behind = await hands.workspace.combine(OTHER, kept[OTHER].commit, base.commit, "m", first.commit)
        alone = await hands.workspace.combine(OTHER, kept[OTHER].commit, base.commit, "m")
        assert isinstance(alone, Merged)
        assert alone.onto == base.commit
        assert await hands.workspace.combine(OTHER, kept[OTHER].commit, base.commit, "m", first.commit) == behind

    tell(story)


def test_work_that_collides_names_the_paths_and_shows_the_conflict(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        hands.write(KEY, "b.txt", "ours\n")
        hands.write(KEY, "new", "n\n")
        hands.save("b.txt", "theirs\n")
        onto = await hands.workspace.target("q")
        kept = await hands.workspace.capture(KEY, 1, base.commit)
        collision = await hands.workspace.combine(KEY, kept.commit, base.commit, "m")
        assert isinstance(collision, Collision)
        assert collision.onto == onto.commit
        assert collision.paths == ("b.txt",)
        marked = await hands.trees.read("q", collision.marked, "b.txt") or b""
        assert b"<<<<<<<" in marked
        assert b">>>>>>>" in marked
        assert await hands.workspace.target("q") == onto
        again = AttemptKey("q/T-1", 2)
        await hands.workspace.prepare(again, collision.onto, collision.marked)
        hands.write(again, "b.txt", "both\n")
        solved = await hands.workspace.capture(again, 1, collision.onto)
        assert solved.files == ("b.txt", "new")
        merged = await hands.workspace.combine(again, solved.commit, collision.onto, "m")
        assert isinstance(merged, Merged)
        assert await hands.workspace.advance(again, merged.commit, merged.onto)

    tell(story)


def test_the_persons_commits_are_taken_in_before_work_lands(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        hands.write(KEY, "new", "n\n")
        kept = await hands.workspace.capture(KEY, 1, base.commit)
        saved = hands.save("person", "p\n")
        merged = await hands.workspace.combine(KEY, kept.commit, base.commit, "m")
        assert isinstance(merged, Merged)
        assert merged.onto == saved
        assert await hands.workspace.advance(KEY, merged.commit, merged.onto)
        hands.save("later", "l\n")
        head = await hands.workspace.target("q")
        assert set(await hands.trees.paths("q", head.commit)) == {*FIRST, "new", "person", "later"}

    tell(story)


def test_a_new_attempt_goes_on_from_carried_work(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        hands.write(KEY, "half", "h\n")
        kept = await hands.workspace.capture(KEY, 1, base.commit)
        again = AttemptKey("q/T-1", 2)
        await hands.workspace.prepare(again, base.commit, kept.commit)
        assert (await hands.workspace.capture(again, 1, base.commit)).files == ("half",)

    tell(story)


def test_verified_work_can_stay_on_a_branch(hands: Hands) -> None:
    async def story() -> None:
        base = await begin(hands, KEY)
        hands.write(KEY, "new", "n\n")
        kept = await hands.workspace.capture(KEY, 1, base.commit)
        name = await hands.workspace.keep_branch(KEY, kept.commit)
        assert name
        assert await hands.workspace.keep_branch(KEY, kept.commit) == name
        assert hands.base() == base.commit
        assert not await hands.workspace.contains("q", kept.commit)

    tell(story)

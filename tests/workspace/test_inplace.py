"""A folder without git is worked in place: one attempt at a time, and nothing anybody wrote is lost."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.ports.workspace import AttemptKey, Merged
from orchestrator.workspace import inplace, survey
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.inplace import InplaceWorkspace
from orchestrator.workspace.trees import GitTrees

Yard = Any


@pytest.fixture
def plain(yard: Yard, tmp_path: Path) -> Yard:
    """Make a folder with two files and no git; `yard.open` makes its ground anew."""
    clock = yard.ground.clock
    yard.path = tmp_path / "plain"
    (yard.path / "src").mkdir(parents=True)
    (yard.path / "a.txt").write_text("1\n")
    (yard.path / "src" / "b.txt").write_text("2\n")

    def again() -> None:
        yard.ground = Ground(yard.path, yard.path / ".aibrain", clock=clock, inplace=True)
        yard.workspace, yard.trees = InplaceWorkspace(yard.ground), GitTrees(yard.ground)

    yard.open = again
    again()
    return yard


def test_repositories_in_our_own_state_are_nobodys_work(plain: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise AssertionError("a repository was taken for one of the agent's")

    async def story() -> None:
        key, base, folder = await plain.start()
        (folder / "a.txt").write_text("agent\n")
        kept = await plain.keep(key, base)
        async with plain.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / ".git").is_dir()
        monkeypatch.setattr(survey, "_take_nested", refuse)
        assert await plain.keep(key, base) == kept

    plain.run(story)


def test_work_is_captured_verified_elsewhere_and_landed_where_it_is(plain: Yard) -> None:
    async def story() -> None:
        key, base, folder = await plain.start()
        assert folder == plain.path
        (folder / "a.txt").write_text("agent\n")
        kept = await plain.keep(key, base)
        assert kept.files == ("a.txt",)
        plain.open()
        assert await plain.keep(key, base) == kept
        merged = await plain.workspace.combine(key, kept.commit, base.commit, "m")
        assert merged == Merged(commit=kept.commit, tree=kept.tree, onto=base.commit)
        async with plain.trees.checkout("q", kept.commit, base.commit, ("a.txt",)) as place:
            assert (Path(place.workspace) / "a.txt").read_text() == "1\n"
            assert place.seen_as == str(plain.path)
        assert plain.trees.place(key, str(plain.path / ".aibrain" / "runs" / "x")).workspace == str(plain.path)
        assert await plain.workspace.advance(key, merged.commit, merged.onto)
        assert await plain.workspace.advance(key, merged.commit, merged.onto)
        assert await plain.workspace.contains("q", merged.commit)
        await plain.workspace.discard(key)
        assert (folder / "a.txt").read_text() == "agent\n"
        assert (await plain.workspace.target("q")).tree == merged.tree
        assert not (folder / ".git").exists()

    plain.run(story)


def test_what_a_person_changed_between_attempts_is_taken_in(plain: Yard) -> None:
    async def story() -> None:
        first = await plain.workspace.target("q")
        assert await plain.workspace.target("q") == first
        (plain.path / "mine.txt").write_text("person")
        second = await plain.workspace.target("q")
        assert await plain.trees.paths("q", second.commit) == ("a.txt", "mine.txt", "src/b.txt")
        assert await plain.workspace.contains("q", first.commit)

    plain.run(story)


def test_a_discarded_attempt_leaves_the_folder_as_it_was_and_its_work_kept(plain: Yard) -> None:
    async def story() -> None:
        key, base, folder = await plain.start()
        (folder / "a.txt").write_text("bad\n")
        (folder / "extra").write_text("bad")
        await plain.workspace.discard(key)
        await plain.workspace.discard(key)
        assert (folder / "a.txt").read_text() == "1\n"
        assert not (folder / "extra").exists()
        store = plain.path / ".aibrain" / "inplace.git"
        kept = plain.git(f"--git-dir={store}", "rev-parse", "refs/orchestrator/q/T-1/1/discarded")
        assert await plain.trees.read("q", kept, "extra") == b"bad"
        assert (
            "refs/orchestrator/q/T-1/1/discarded -- FILE` brings a file back"
            in await plain.workspace.follow_problem("q")
        )
        plain.git(f"--git-dir={store}", f"--work-tree={folder}", "checkout", kept, "--", "extra")
        assert (folder / "extra").read_text() == "bad"
        (folder / "extra").unlink()
        assert await plain.workspace.target("q") == base
        again = AttemptKey("q/T-1", 2)
        await plain.workspace.prepare(again, base.commit, kept)
        assert (folder / "extra").read_text() == "bad"

    plain.run(story)


def test_a_second_attempt_has_to_wait(plain: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inplace, "CLOSES_WITHIN_S", 0.01)

    async def story() -> None:
        key, base, _ = await plain.start()
        await plain.workspace.prepare(key, base.commit, "")
        with pytest.raises(FaultError, match=r"q/T-1 attempt 1 works in .* one attempt at a time; .*orchestrator skip"):
            await plain.workspace.prepare(AttemptKey("q/T-2", 1), base.commit, "")
        assert await plain.workspace.standing() == (key,)
        assert await plain.workspace.exists(key)
        assert not await plain.workspace.exists(AttemptKey("q/T-2", 1))

    plain.run(story)


def test_an_attempt_that_is_closed_while_the_next_looks_is_not_waited_for(
    plain: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        key, base, _ = await plain.start()
        look = plain.workspace.standing

        async def closed_meanwhile() -> tuple[AttemptKey, ...]:
            monkeypatch.setattr(plain.workspace, "standing", look)
            seen: tuple[AttemptKey, ...] = await look()
            await plain.workspace.discard(key)
            return seen

        monkeypatch.setattr(plain.workspace, "standing", closed_meanwhile)
        with anyio.fail_after(inplace.CLOSES_WITHIN_S / 2):
            await plain.workspace.prepare(AttemptKey("q/T-2", 1), base.commit, "")

    plain.run(story)


def test_a_second_attempt_begins_as_soon_as_the_first_is_closed(plain: Yard) -> None:
    async def story() -> None:
        key, base, _ = await plain.start()
        async with anyio.create_task_group() as group:
            group.start_soon(plain.workspace.prepare, AttemptKey("q/T-2", 1), base.commit, "")
            await anyio.lowlevel.checkpoint()
            await plain.workspace.discard(key)
        assert await plain.workspace.standing() == (AttemptKey("q/T-2", 1),)

    plain.run(story)


def test_a_folder_with_git_is_not_worked_in_place(plain: Yard) -> None:
    plain.git("init", "-q")
    with pytest.raises(InvalidInputError, match="is a git repository"):
        plain.run(plain.ground.open)


def test_what_steers_the_orchestrator_is_nobodys_work_and_is_shown_read_only(plain: Yard) -> None:
    """The queue file is written while the attempt is open: that is no change of the agent's, and is never undone."""
    queue = plain.path / "queues" / "q.json"
    queue.parent.mkdir()
    queue.write_text("before")
    (plain.path / "orchestrator.toml").write_text("")

    async def story() -> None:
        key, base, folder = await plain.start()
        (folder / "a.txt").write_text("agent\n")
        queue.write_text("rendered")
        kept = await plain.keep(key, base)
        assert kept.files == ("a.txt",)
        place = plain.trees.place(key, str(plain.path / ".aibrain" / "runs" / "x"))
        assert {str(queue.parent), str(plain.path / "orchestrator.toml")} <= set(place.readable)
        await plain.workspace.discard(key)
        assert (folder / "a.txt").read_text() == "1\n"
        assert queue.read_text() == "rendered"

    plain.run(story)


def test_a_link_among_them_is_left_to_itself(plain: Yard, tmp_path: Path) -> None:
    """A mount point may not be a link, and one of the person's own is not remade."""
    (tmp_path / "elsewhere").mkdir()
    (plain.path / "queues").symlink_to(tmp_path / "elsewhere")

    async def story() -> None:
        key, _, _ = await plain.start()
        place = plain.trees.place(key, str(plain.path / ".aibrain" / "runs" / "x"))
        assert str(plain.path / "queues") not in place.readable

    plain.run(story)

"""Work lands by compare-and-swap, the base follows, and nothing of the person's is touched on the way."""

from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from orchestrator.errors import FaultError
from orchestrator.ports.workspace import AttemptKey, Collision, Merged

Yard = Any


def test_work_lands_on_the_target_and_the_checked_out_base_follows(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        merged = await yard.land(key, base)
        assert yard.git("rev-parse", "main") == yard.git("rev-parse", "orchestrator/main") == merged.commit
        assert (yard.path / "new").read_text() == "n"
        assert yard.git("status", "--short") == ""
        assert yard.git("log", "-1", "--format=%an %ae %s") == "orchestrator orchestrator@localhost landed"
        assert await yard.workspace.contains("q", merged.commit)
        assert not await yard.workspace.contains("q", "0" * 40)

    yard.run(story)


def test_every_step_asked_again_after_a_crash_gives_the_same_answer(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        kept = await yard.keep(key, base)
        first = await yard.workspace.combine(key, kept.commit, base.commit, "m")
        yard.open()
        again = await yard.workspace.combine(key, kept.commit, base.commit, "m")
        assert first == again
        assert isinstance(again, Merged)
        assert await yard.workspace.advance(key, again.commit, again.onto)
        yard.open()
        assert await yard.workspace.advance(key, again.commit, again.onto)
        landed = await yard.workspace.combine(key, kept.commit, base.commit, "m")
        assert landed == Merged(commit=again.commit, tree=again.tree, onto=again.commit)

    yard.run(story)


def test_work_that_lost_the_race_is_told_and_merges_onto_the_new_head(yard: Yard) -> None:
    async def story() -> None:
        one, base, folder = await yard.start("q/A")
        two, _, other = await yard.start("q/B")
        (folder / "a").write_text("a")
        (other / "a.txt").write_text((other / "a.txt").read_text() + "tail\n")
        kept = await yard.keep(two, base)
        slow = await yard.workspace.combine(two, kept.commit, base.commit, "m")
        await yard.land(one, base)
        assert isinstance(slow, Merged)
        assert not await yard.workspace.advance(two, slow.commit, slow.onto)
        fresh = await yard.workspace.combine(two, kept.commit, base.commit, "m")
        assert isinstance(fresh, Merged)
        assert fresh.onto != slow.onto
        assert await yard.workspace.advance(two, fresh.commit, fresh.onto)
        assert (yard.path / "a").exists()
        assert (yard.path / "a.txt").read_text().endswith("tail\n")

    yard.run(story)


@pytest.mark.slow
def test_a_conflict_names_its_paths_and_a_commit_that_shows_it(yard: Yard) -> None:
    async def story() -> None:
        one, base, folder = await yard.start("q/A")
        two, _, other = await yard.start("q/B")
        (folder / "a.txt").write_text("one\n")
        (other / "a.txt").write_text("two\n")
        (other / "fine").write_text("no conflict")
        (other / ".gitattributes").write_text("a.txt merge=ours -diff\n")
        await yard.land(one, base)
        kept = await yard.keep(two, base)
        collision = await yard.workspace.combine(two, kept.commit, base.commit, "m")
        assert isinstance(collision, Collision)
        assert collision.paths == ("a.txt",)
        marked = await yard.trees.read("q", collision.marked, "a.txt")
        assert marked is not None
        assert b"<<<<<<<" in marked
        assert b"one" in marked
        assert b"two" in marked
        assert await yard.workspace.combine(two, kept.commit, base.commit, "m") == collision
        yard.git("gc", "-q", "--prune=now")
        again = AttemptKey("q/B", 2)
        await yard.workspace.prepare(again, collision.onto, collision.marked)
        assert (yard.folder(again) / "a.txt").read_bytes() == marked
        assert (yard.folder(again) / "fine").exists()

    yard.run(story)


def test_only_what_the_attempt_did_is_merged_even_where_its_base_is_no_ancestor(yard: Yard) -> None:
    async def story() -> None:
        yard.commit({"secret-plan": "dropped later"})
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        yard.git("reset", "-q", "--hard", "HEAD~1")
        yard.git("branch", "-f", "orchestrator/main", "main")
        merged = await yard.land(key, base)
        assert await yard.trees.paths("q", merged.commit) == ("a.txt", "gone.txt", "new", "src/code.py")

    yard.run(story)


def test_the_persons_new_commits_are_taken_in(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        ahead = yard.commit({"user": "1"})
        assert (await yard.workspace.target("q")).commit == ahead
        (folder / "new").write_text("n")
        kept = await yard.keep(key, base)
        first = await yard.workspace.combine(key, kept.commit, base.commit, "m")
        assert isinstance(first, Merged)
        yard.commit({"user2": "2"})
        assert await yard.workspace.advance(key, first.commit, first.onto)
        assert "taken in before the next landing" in await yard.workspace.follow_problem("q")
        both = await yard.workspace.target("q")
        assert set(await yard.trees.paths("q", both.commit)) >= {"user", "user2", "new"}
        assert yard.git("rev-parse", "main") == both.commit
        assert await yard.workspace.target("q") == both
        assert await yard.workspace.follow_problem("q") == ""

    yard.run(story)


def test_a_person_who_conflicts_with_the_target_is_told_how_to_resolve_it(yard: Yard) -> None:
    async def story() -> None:
        yard.git("checkout", "-q", "-b", "elsewhere")
        yard.ground._default = yard.ground._default.__class__(base="main")
        key, base, folder = await yard.start()
        other = yard.path.parent / "second"
        yard.git("worktree", "add", "-q", "--force", str(other), "main")
        (folder / "a.txt").write_text("agent\n")
        kept = await yard.keep(key, base)
        merged = await yard.workspace.combine(key, kept.commit, base.commit, "m")
        yard.commit({"a.txt": "person\n"}, at=other)
        assert await yard.workspace.advance(key, merged.commit, merged.onto)
        with pytest.raises(FaultError, match="git merge orchestrator/main"):
            await yard.workspace.target("q")
        yard.git("merge", "-q", "-X", "ours", "orchestrator/main", at=other)
        assert (await yard.workspace.target("q")).commit == yard.git("rev-parse", "main")

    yard.run(story)


def test_uncommitted_work_is_never_touched(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "a.txt").write_text("agent\n")
        (yard.path / "src" / "code.py").write_text("dirty but elsewhere\n")
        (yard.path / "staged").write_text("s")
        yard.git("add", "staged")
        await yard.land(key, base)
        assert (yard.path / "a.txt").read_text() == "agent\n"
        assert (yard.path / "src" / "code.py").read_text() == "dirty but elsewhere\n"
        assert yard.git("diff", "--cached", "--name-only") == "staged"

    yard.run(story)


@pytest.mark.parametrize("kind", ["dirty", "untracked", "ignored"])
def test_where_git_refuses_the_person_is_told_and_the_next_look_tries_again(yard: Yard, kind: str) -> None:
    async def story() -> None:
        if kind == "ignored":
            (yard.path / ".git" / "info" / "exclude").write_text("precious\n")
        key, base, folder = await yard.start()
        name = "a.txt" if kind == "dirty" else "precious"
        (folder / ".git" / "info" / "exclude").write_text("")
        (folder / name).write_text("agent\n")
        if kind == "ignored":
            (yard.path / ".aibrain" / "shadow" / "_project.git" / "info" / "exclude").write_text("")
        (yard.path / name).write_text("mine\n")
        merged = await yard.land(key, base)
        assert (yard.path / name).read_text() == "mine\n"
        assert yard.git("rev-parse", "main") == base.commit
        text = await yard.workspace.follow_problem("q")
        assert name in text
        assert "git merge --ff-only orchestrator/main" in text
        yard.git("checkout", "--", name) if kind == "dirty" else (yard.path / name).unlink()
        await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == merged.commit
        assert await yard.workspace.follow_problem("q") == ""

    yard.run(story)


@pytest.mark.parametrize("state", ["detached", "other branch"])
def test_a_base_checked_out_nowhere_follows_by_its_ref_alone(yard: Yard, state: str) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        yard.git("checkout", "-q", *(("--detach",) if state == "detached" else ("-b", "mine")))
        merged = await yard.land(key, base)
        assert yard.git("rev-parse", "main") == merged.commit
        assert yard.git("rev-parse", "HEAD") == base.commit
        assert not (yard.path / "new").exists()
        assert yard.git("status", "--short") == ""

    yard.run(story)


def test_a_base_checked_out_in_another_worktree_follows_there(yard: Yard, tmp_path: Path) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        yard.git("checkout", "-q", "-b", "mine")
        yard.git("worktree", "add", "-q", str(tmp_path / "tree"), "main")
        await yard.land(key, base)
        assert (tmp_path / "tree" / "new").exists()
        assert not (yard.path / "new").exists()

    yard.run(story)


def test_a_rebase_of_the_base_under_way_is_not_disturbed(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        yard.git("checkout", "-q", "-b", "side", "HEAD")
        yard.commit({"a.txt": "side\n"})
        yard.git("checkout", "-q", "main")
        yard.commit({"a.txt": "main\n"})
        yard.git("rebase", "-q", "side", check=False)
        before = yard.git("rev-parse", "main")
        await yard.land(key, base)
        assert yard.git("rev-parse", "main") == before
        assert "in the middle of a rebase" in await yard.workspace.follow_problem("q")

    yard.run(story)


def test_a_person_who_moved_the_base_back_is_not_overruled(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "bad").write_text("bad idea")
        await yard.land(key, base)
        yard.git("reset", "-q", "--hard", base.commit)
        await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == base.commit
        assert "git branch -f orchestrator/main main" in await yard.workspace.follow_problem("q")
        yard.git("branch", "-f", "orchestrator/main", "main")
        assert await yard.workspace.target("q") == base
        assert await yard.workspace.follow_problem("q") == ""
        again = AttemptKey("q/T-1", 2)
        await yard.workspace.prepare(again, base.commit, "")
        (yard.folder(again) / "good").write_text("good idea")
        merged = await yard.land(again, base)
        assert yard.git("rev-parse", "main") == merged.commit

    yard.run(story)


def test_a_verified_branch_is_left_and_what_the_person_did_to_it_is_kept(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        kept = await yard.keep(key, base)
        name = await yard.workspace.keep_branch(key, kept.commit)
        assert await yard.workspace.keep_branch(key, kept.commit) == name
        assert yard.git("rev-parse", name) == kept.commit
        yard.git("branch", "-f", name, "main")
        with pytest.raises(FaultError, match="rename it"):
            await yard.workspace.keep_branch(key, kept.commit)
        assert yard.git("rev-parse", "main") == base.commit

    yard.run(story)


def test_two_queues_of_one_repository_share_one_train(yard: Yard) -> None:
    async def story() -> None:
        await yard.ground.open()
        assert yard.workspace.target_name("q") == yard.workspace.target_name("p") == ":orchestrator/main"
        base = await yard.workspace.target("q")
        assert await yard.workspace.target("p") == base

    yard.run(story)


@pytest.mark.slow
def test_processes_that_land_at_once_all_land(yard: Yard) -> None:
    async def story() -> None:
        base = await yard.workspace.target("q")
        shares: list[tuple[Any, AttemptKey]] = []
        for name in ("A", "B", "C"):
            yard.open()  # a ground each, as if a process each: they meet at the refs alone
            key = AttemptKey(f"q/{name}", 1)
            await yard.workspace.prepare(key, base.commit, "")
            (yard.folder(key) / name).write_text(name)
            shares.append((yard.workspace, key))

        async def land(workspace: Any, key: AttemptKey) -> None:
            kept = await workspace.capture(key, 1, base.commit)
            while True:
                merged = await workspace.combine(key, kept.commit, base.commit, "m")
                if await workspace.advance(key, merged.commit, merged.onto):
                    return

        async with anyio.create_task_group() as group:
            for workspace, key in shares:
                group.start_soon(land, workspace, key)
        head = await yard.workspace.target("q")
        assert set(await yard.trees.paths("q", head.commit)) >= {"A", "B", "C"}
        assert yard.git("rev-parse", "main") == head.commit
        assert yard.git("status", "--short") == ""

    yard.run(story)


@pytest.mark.slow
def test_a_lock_of_the_persons_own_git_is_waited_out(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        kept = await yard.keep(key, base)
        merged = await yard.workspace.combine(key, kept.commit, base.commit, "m")
        lock = yard.path / ".git" / "index.lock"
        lock.write_text("")

        async def land() -> None:
            assert await yard.workspace.advance(key, merged.commit, merged.onto)

        async with anyio.create_task_group() as group:
            group.start_soon(land)
            while yard.git("rev-parse", "orchestrator/main") != merged.commit:
                await anyio.lowlevel.checkpoint()
            lock.unlink()
        assert await yard.workspace.follow_problem("q") == ""
        assert (yard.path / "new").exists()

    yard.run(story)


def test_a_cancelled_step_is_finished_by_git_and_can_be_asked_again(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        kept = await yard.keep(key, base)
        merged = await yard.workspace.combine(key, kept.commit, base.commit, "m")
        for deadline in (0.0, 0.005, 0.01, 0.015):
            with anyio.move_on_after(deadline):
                await yard.workspace.advance(key, merged.commit, merged.onto)
        assert await yard.workspace.advance(key, merged.commit, merged.onto)
        assert yard.git("rev-parse", "main") == merged.commit
        assert yard.git("status", "--short") == ""

    yard.run(story)


def test_standing_merge_options_of_the_person_do_not_squash_the_landing(yard: Yard) -> None:
    async def story() -> None:
        yard.git("config", "branch.main.mergeOptions", "--squash")
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        merged = await yard.land(key, base)
        assert yard.git("rev-parse", "main") == merged.commit

    yard.run(story)

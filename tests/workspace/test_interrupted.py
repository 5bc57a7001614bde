"""A fast-forward of the person's checkout that was cut off is taken up; what the person has there stays theirs."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import tenacity

from orchestrator.errors import FaultError
from orchestrator.workspace import git

Yard = Any
DIED, FULL = "kill -9 $$", "echo 'error: unable to write file' >&2; exit 128"
HALF = {
    "all": 'for f in new src/code.py; do "$git" show "orchestrator/main:$f" >"$f"; done; ln -sf new link',
    "cut short": 'for f in new src/code.py; do "$git" show "orchestrator/main:$f" | head -c 3 >"$f"; done',
    "nothing in them": ": >new; : >src/code.py",
    "gone": "rm src/code.py; : >new",
}


def _git_that_stops(folder: Path, half: str, end: str) -> None:
    """Make a git that writes some of the files of a fast-forward, and then no index and no branch."""
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(
        f'#!/bin/sh\ngit={shutil.which("git")}\ncase "$*" in *" merge --ff-only "*) {half}; {end};; esac\n'
        'exec "$git" "$@"\n'
    )
    (folder / "git").chmod(0o755)


async def _cut_off(yard: Yard, monkeypatch: pytest.MonkeyPatch, half: str, end: str = DIED) -> Any:
    """Land a change while git dies on the way into the person's checkout."""
    key, base, folder = await yard.start()
    (folder / "new").write_text("new work\n")
    (folder / "src" / "code.py").write_text("y = 2, as landed\n")
    (folder / "link").symlink_to("new")
    wrapped = yard.path.parent / "bin"
    _git_that_stops(wrapped, half, end)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{wrapped}:{os.environ['PATH']}")
        if end == DIED:
            with pytest.raises(FaultError):
                await yard.land(key, base)
        else:
            await yard.land(key, base)
    assert yard.git("rev-parse", "main") == base.commit
    return base


@pytest.mark.parametrize("half", HALF.values(), ids=HALF)
@pytest.mark.parametrize("end", [DIED, FULL], ids=["died", "full"])
def test_a_checkout_that_was_cut_off_on_its_way_gets_there(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, half: str, end: str
) -> None:
    async def story() -> None:
        await _cut_off(yard, monkeypatch, half, end)
        yard.open()
        landed = await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == landed.commit
        assert yard.git("status", "--short") == ""
        assert (yard.path / "src" / "code.py").read_text() == "y = 2, as landed\n"
        assert (yard.path / "link").read_text() == "new work\n"
        assert await yard.workspace.follow_problem("q") == ""

    yard.run(story)


def test_what_landed_since_is_taken_too(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        await _cut_off(yard, monkeypatch, HALF["cut short"])
        goal = yard.git("rev-parse", "orchestrator/main")
        other = yard.path.parent / "other"
        yard.git("worktree", "add", "-q", str(other), "orchestrator/main")
        yard.commit({"new": "newer work\n"}, at=other)
        yard.git("worktree", "remove", str(other))
        assert yard.git("rev-parse", "orchestrator/main") != goal
        await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == yard.git("rev-parse", "orchestrator/main")
        assert (yard.path / "new").read_text() == "newer work\n"
        assert yard.git("status", "--short") == ""

    yard.run(story)


def test_what_the_person_wrote_since_stays_and_the_index_is_as_it_was(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        base = await _cut_off(yard, monkeypatch, HALF["all"])
        (yard.path / "src" / "code.py").write_text("y = mine\n")
        yard.open()
        await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == base.commit
        assert (yard.path / "src" / "code.py").read_text() == "y = mine\n"
        assert yard.git("diff", "--cached", "--name-only") == ""
        assert "src/code.py" in await yard.workspace.follow_problem("q")
        yard.git("checkout", "--", "src/code.py")
        await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == yard.git("rev-parse", "orchestrator/main")
        assert yard.git("status", "--short") == ""

    yard.run(story)


def test_a_file_the_person_emptied_is_theirs_where_nothing_was_cut_off(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "a.txt").write_text("agent\n")
        (yard.path / "a.txt").write_text("")
        await yard.land(key, base)
        assert (yard.path / "a.txt").read_text() == ""
        assert yard.git("rev-parse", "main") == base.commit

    yard.run(story)


def test_a_file_that_is_as_what_landed_has_it_is_in_nobodys_way(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "a.txt").write_text("the same\n")
        (folder / "new").write_text("the same\n")
        for name in ("a.txt", "new"):
            (yard.path / name).write_text("the same\n")
        merged = await yard.land(key, base)
        assert yard.git("rev-parse", "main") == merged.commit
        assert yard.git("status", "--short") == ""

    yard.run(story)


def test_nothing_outside_the_checkout_is_looked_at(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        base = await _cut_off(yard, monkeypatch, HALF["nothing in them"])
        outside = yard.path.parent / "outside"
        (yard.path / "src").rename(outside)
        (yard.path / "src").symlink_to(outside)
        await yard.workspace.target("q")
        assert (outside / "code.py").read_text() == ""
        assert yard.git("rev-parse", "main") == base.commit

    yard.run(story)


def test_a_checkout_without_room_for_the_mark_is_told_and_tried_again(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        blocked = yard.path / ".aibrain" / "shadow" / "_project.git"
        (blocked / "following").write_text("a file where a folder is to be")
        merged = await yard.land(key, base)
        assert yard.git("rev-parse", "main") == base.commit
        assert "tried again" in await yard.workspace.follow_problem("q")
        (blocked / "following").unlink()
        await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == merged.commit

    yard.run(story)


def test_an_index_that_the_persons_own_git_holds_is_theirs_to_let_go(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git._patiently.retry, "stop", tenacity.stop_after_attempt(1))

    async def story() -> None:
        await _cut_off(yard, monkeypatch, HALF["all"])
        lock = yard.path / ".git" / "index.lock"
        lock.touch()
        await yard.workspace.target("q")
        assert "index.lock" in await yard.workspace.follow_problem("q")
        lock.unlink()
        await yard.workspace.target("q")
        assert yard.git("rev-parse", "main") == yard.git("rev-parse", "orchestrator/main")
        assert yard.git("status", "--short") == ""

    yard.run(story)


def test_a_step_to_what_the_target_has_left_again_is_not_gone_on_with(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        base = await _cut_off(yard, monkeypatch, HALF["cut short"])
        other = yard.path.parent / "other"
        yard.git("worktree", "add", "-q", "-b", "aside", str(other), base.commit)
        yard.commit({"else": "else\n"}, at=other)
        yard.git("update-ref", "refs/heads/orchestrator/main", "aside")
        await yard.workspace.target("q")
        assert (yard.path / "new").read_text() == "new"
        assert yard.git("rev-parse", "main") == yard.git("rev-parse", "aside")

    yard.run(story)


def test_a_file_where_a_link_is_to_be_is_the_persons(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "link").symlink_to("a.txt")
        (yard.path / "link").write_text("a.txt")
        await yard.land(key, base)
        assert (yard.path / "link").read_text() == "a.txt"
        assert not (yard.path / "link").is_symlink()
        assert yard.git("rev-parse", "main") == base.commit

    yard.run(story)

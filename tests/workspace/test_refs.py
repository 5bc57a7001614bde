"""Refs are read from their files where git keeps them so, and from git wherever it does not."""

import os
from pathlib import Path
from typing import Any

import pytest

from orchestrator.workspace import refs
from orchestrator.workspace.git import Said
from orchestrator.workspace.repository import Repository

Yard = Any
NAMES = ("refs/heads/main", "refs/heads/other", "refs/orchestrator/q/T/1/base", "refs/heads/absent", "refs/heads")


async def both(yard: Yard) -> tuple[dict[str, str], dict[str, str]]:
    """Give what is read, and what git says."""
    repository = await yard.ground.repository("q")
    listed = yard.git("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
    said = dict(reversed(line.split()) for line in listed)
    return await refs.lookup(repository, *NAMES), {name: said[name] for name in NAMES if name in said}


def furnish(yard: Yard) -> None:
    yard.git("branch", "other")
    yard.git("update-ref", "refs/orchestrator/q/T/1/base", "main")


@pytest.mark.parametrize("how", ["loose", "packed", "moved since", "symbolic", "deleted"])
def test_refs_are_what_git_says_they_are(yard: Yard, how: str) -> None:
    furnish(yard)
    if how in {"packed", "moved since"}:
        yard.git("pack-refs", "--all")
    if how == "moved since":
        yard.commit({"a.txt": "new\n"})
    if how == "symbolic":
        yard.git("symbolic-ref", "refs/heads/other", "refs/heads/main")
    if how == "deleted":
        yard.git("update-ref", "-d", "refs/orchestrator/q/T/1/base")

    async def story() -> None:
        read, said = await both(yard)
        assert read == said
        assert "refs/heads/main" in read

    yard.run(story)


def test_a_ref_that_a_power_cut_left_empty_is_asked_of_git_which_has_none(yard: Yard) -> None:
    furnish(yard)
    (yard.path / ".git" / "refs" / "heads" / "other").write_bytes(b"")

    async def story() -> None:
        read, said = await both(yard)
        assert read == said
        assert "refs/heads/other" not in read

    yard.run(story)


def test_a_ref_in_a_file_of_its_own_costs_no_program(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(yard)

    async def refuse(*_: object, **__: object) -> Said:
        raise AssertionError("git was asked")

    async def story() -> None:
        repository = await yard.ground.repository("q")
        with monkeypatch.context() as patch:
            patch.setattr(Repository, "git", refuse)
            assert len(await refs.lookup(repository, *NAMES)) == 3

    yard.run(story)


def test_names_below_a_prefix_are_found_however_they_are_kept(yard: Yard) -> None:
    furnish(yard)

    async def story() -> None:
        repository = await yard.ground.repository("q")
        found = await refs.names_under(repository, "refs/orchestrator")
        assert found == ("refs/orchestrator/q/T/1/base",)
        yard.git("pack-refs", "--all")
        assert await refs.names_under(repository, "refs/orchestrator") == found
        assert await refs.names_under(repository, "refs/nothing") == ()

    yard.run(story)


def test_an_index_of_ours_that_a_power_cut_tore_is_made_anew(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "a.txt").write_text("agent\n")
        first = await yard.keep(key, base)
        for torn in (b"", b"DIRC" + bytes(8), os.urandom(200)):
            yard.ground.index(key).write_bytes(torn)
            assert (await yard.keep(key, base)).tree == first.tree
        async with yard.trees.checkout("q", first.commit, base.commit, ()) as place:
            folder = Path(place.workspace)
        folder.with_name(f"{folder.name}.index").write_bytes(b"")
        async with yard.trees.checkout("q", first.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / "a.txt").read_text() == "agent\n"

    yard.run(story)

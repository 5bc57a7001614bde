"""A repository that cannot be used is refused before any work, with every reason and its remedy."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import InvalidInputError
from orchestrator.model.settings import RepoSettings
from orchestrator.workspace import repository
from orchestrator.workspace.ground import Furnishing

Yard = Any


def refusal(yard: Yard) -> str:
    yard.open()
    with pytest.raises(InvalidInputError) as caught:
        yard.run(yard.ground.open)
    return str(caught.value)


def test_a_folder_without_git_is_refused_with_both_ways_out(yard: Yard) -> None:
    (yard.path / ".git").rename(yard.path.parent / "away")
    text = refusal(yard)
    assert "git init" in text
    assert "inplace" in text


def test_all_problems_are_told_at_once(yard: Yard) -> None:
    yard.git("branch", "orchestrator")
    yard.git("checkout", "-q", "--detach")
    yard.queues = {
        "a": RepoSettings(base="nope"),
        "b": RepoSettings(name="missing", path="../nowhere"),
        "c": RepoSettings(name="sub", path="src"),
        "d": RepoSettings(name="bad name", path="."),
    }
    text = refusal(yard)
    assert "'nope' has no commit" in text
    assert "git branch -m orchestrator" in text
    assert "no folder" in text
    assert "is a folder of the repository" in text
    assert "unsafe" in text
    yard.queues = {}
    assert "detached" in refusal(yard)


def test_a_branch_of_the_train_is_no_base(yard: Yard) -> None:
    yard.git("checkout", "-q", "-b", "orchestrator/main")
    assert "train" in refusal(yard)


def test_a_repository_without_commits_is_refused(yard: Yard) -> None:
    yard.git("update-ref", "-d", "refs/heads/main")
    assert "commit something" in refusal(yard)


def test_bare_shallow_and_partial_clones_are_refused(yard: Yard) -> None:
    source = f"file://{yard.path}"
    yard.commit({"b": "2"})
    yard.git("config", "uploadpack.allowFilter", "true")
    yard.git("clone", "-q", "--bare", source, str(yard.path.parent / "bare"))
    yard.git("clone", "-q", "--depth=1", source, str(yard.path.parent / "shallow"))
    yard.git("clone", "-q", "--filter=blob:none", source, str(yard.path.parent / "partial"))
    yard.queues = {name: RepoSettings(name=name, path=f"../{name}") for name in ("bare", "shallow", "partial")}
    text = refusal(yard)
    assert "is a bare repository" in text
    assert "git fetch --unshallow" in text
    assert "partial clone" in text


def test_submodules_lfs_and_filters_are_refused(yard: Yard) -> None:
    inner = yard.path / "mod"
    yard.git("init", "-q", str(inner))
    yard.git("-c", "user.name=a", "-c", "user.email=a", "commit", "-q", "--allow-empty", "-m", "m", at=inner)
    yard.git("-c", "advice.addEmbeddedRepo=false", "add", "mod")
    yard.git("config", "filter.crypt.clean", "cat")
    yard.commit(
        {"art/.gitattributes": "*.psd filter=lfs -text\n", ".gitattributes": "key filter=crypt\n*.x filter=unset\n"}
    )
    text = refusal(yard)
    assert "submodules are not supported (mod)" in text
    assert "git lfs migrate export" in text
    assert "'crypt'" in text
    assert "unset" not in text


def test_an_old_git_is_refused(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MINIMUM", (99, 0, 0))
    assert "older than 99.0.0" in refusal(yard)


def test_a_repository_named_for_a_queue_may_lie_in_the_state_folder(
    yard: Yard, make_yard: Callable[[str], Yard]
) -> None:
    demo = make_yard("project/.aibrain/demo")
    yard.queues = {"q": RepoSettings(name="demo", path=".aibrain/demo", base="main")}
    yard.open()

    async def story() -> None:
        await yard.ground.open()
        assert yard.workspace.target_name("q") == "demo:orchestrator/main"
        assert yard.workspace.target_name("other") == ":orchestrator/main"
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        merged = await yard.land(key, base)
        assert (demo.path / "new").exists()
        assert demo.git("rev-parse", "main") == merged.commit
        place = yard.trees.place(key, str(yard.path / ".aibrain" / "runs" / "1"))
        assert place.seen_as == place.checkout == str(demo.path)
        assert place.project == str(yard.path)
        assert (folder / ".git" / "objects" / "info" / "alternates").read_text() == f"{place.objects_as}\n"
        assert os.path.realpath(place.objects_as) == place.objects == str(demo.path / ".git" / "objects")

    yard.run(story)


def test_the_persons_line_endings_and_excludes_hold_in_our_snapshots(yard: Yard) -> None:
    yard.git("config", "core.autocrlf", "input")
    (yard.path / ".git" / "info" / "exclude").write_text("*.tmp\n")
    yard.open()

    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "dos.txt").write_bytes(b"a\r\nb\r\n")
        (folder / "x.tmp").write_text("ignored")
        kept = await yard.keep(key, base)
        assert kept.files == ("dos.txt",)
        assert await yard.trees.read("q", kept.commit, "dos.txt") == b"a\nb\n"

    yard.run(story)


@pytest.mark.slow
def test_sha256_repositories_work(yard: Yard) -> None:
    (yard.path / ".git").rename(yard.path.parent / "away")
    yard.git("init", "-q", "-b", "main", "--object-format=sha256")
    yard.git("config", "user.name", "Ana")
    yard.git("config", "user.email", "a@b")
    yard.commit({"a.txt": "1\n"})
    yard.open()

    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        merged = await yard.land(key, base)
        assert len(merged.commit) == 64
        assert [c.status for c in await yard.trees.changes("q", base.commit, merged.commit)] == ["A"]
        assert yard.git("status", "--short", at=folder) == "?? new"
        async with yard.trees.checkout("q", merged.commit, base.commit, ("new",)) as place:
            assert not (Path(place.workspace) / "new").exists()

    yard.run(story)


def test_a_linked_worktree_can_be_the_project(yard: Yard, tmp_path: Path) -> None:
    yard.git("worktree", "add", "-q", "-b", "feature/x", str(tmp_path / "linked"))
    main, yard.path = yard.path, tmp_path / "linked"
    yard.open()

    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        await yard.land(key, base)
        assert (tmp_path / "linked" / "new").exists()
        assert not (main / "new").exists()

    yard.run(story)


def test_what_is_tracked_or_leads_outside_cannot_be_shared(yard: Yard) -> None:
    for path in ("/etc", "../x", "."):
        with pytest.raises(InvalidInputError, match="inside the repository"):
            Furnishing(share=(path,))
    yard.furnishing = Furnishing(share=("src",))
    assert "tracked by git" in refusal(yard)


def test_a_share_that_links_back_is_refused_without_mounts(yard: Yard) -> None:
    packages = yard.path / "venv" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "ok.pth").write_text("/usr/lib/python3\n")
    (packages / "inner").symlink_to(packages / "ok.pth")
    yard.furnishing = Furnishing(share=("venv",), mounts=False)
    yard.open()
    yard.run(yard.ground.open)
    (packages / "editable.pth").write_text(f"{yard.path}\n")
    assert "leads back" in refusal(yard)
    (packages / "editable.pth").unlink()
    (packages / "linked").symlink_to("../../src")
    assert "leads back" in refusal(yard)
    yard.furnishing = Furnishing(share=("venv",), mounts=True)
    yard.open()
    yard.run(yard.ground.open)


def test_our_git_reads_no_configuration_of_anybody(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flag = tmp_path / "ran"
    (tmp_path / ".gitconfig").write_text(f"[core]\n\tfsmonitor = \"sh -c 'touch {flag}'\"\n\thooksPath = {tmp_path}\n")
    (tmp_path / "post-merge").write_text(f"#!/bin/sh\ntouch {flag}\n")
    (tmp_path / "post-merge").chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")

    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        await yard.land(key, base)
        assert not flag.exists()

    yard.run(story)

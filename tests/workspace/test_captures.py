"""What an agent leaves in its workspace is kept, all of it, and nothing it left runs as us."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.ports.workspace import AttemptKey

Yard = Any


def test_new_changed_deleted_files_and_links_are_captured(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new dir").mkdir()
        (folder / "new dir" / "na\nme.txt").write_text("untracked files count\n")
        (folder / "src" / "code.py").write_text("x = 2\n")
        (folder / "src" / "code.py").chmod(0o755)
        (folder / "gone.txt").unlink()
        (folder / "link").symlink_to("/etc/passwd")
        kept = await yard.keep(key, base)
        assert kept.files == ("gone.txt", "link", "new dir/na\nme.txt", "src/code.py")
        assert await yard.trees.read("q", kept.commit, "link") == b"/etc/passwd"
        assert yard.git("ls-tree", kept.commit, "src/code.py").startswith("100755")
        assert yard.git("rev-parse", kept.ref) == kept.commit
        assert yard.git("rev-parse", "refs/orchestrator/q/T-1/1/base") == base.commit

    yard.run(story)


def test_the_agents_own_commits_and_branches_do_not_matter(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        assert yard.git("branch", "--show-current", at=folder) == "T-1"
        assert yard.git("remote", at=folder) == ""
        (folder / "one").write_text("1")
        yard.git("add", ".", at=folder)
        yard.git("commit", "-qm", "mine", at=folder)
        yard.git("checkout", "-q", "--orphan", "elsewhere", at=folder)
        (folder / "two").write_text("2")
        kept = await yard.keep(key, base)
        assert kept.files == ("one", "two")
        assert yard.git("rev-parse", f"{kept.commit}^") == base.commit

    yard.run(story)


def test_a_workspace_whose_git_folder_was_destroyed_is_captured_all_the_same(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / ".git").rename(folder.parent / "away")
        (folder / ".git").symlink_to("/etc")
        (folder / "new").write_text("n")
        assert (await yard.keep(key, base)).files == ("new",)

    yard.run(story)


def test_nested_repositories_are_captured_as_files(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        for nested in ("vendor/lib", "src", "vendor/lib/deeper", "-odd name"):
            (folder / nested).mkdir(parents=True, exist_ok=True)
            yard.git("init", "-q", str(folder / nested))
            (folder / nested / "inside.txt").write_text(nested)
        yard.git("add", ".", at=folder / "-odd name")
        yard.git("-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "inner", at=folder / "-odd name")
        (folder / ".gitignore").write_text("*.log\n")
        (folder / "vendor/lib/noise.log").write_text("ignored")
        (folder / "src/code.py").write_text("x = 3\n")
        for ignored in ("deps.log", "[*]?.log"):
            yard.git("init", "-q", str(folder / ignored))
            (folder / ignored / "x").write_text("an ignored repository, as package managers leave them")
        yard.git("init", "-q", str(folder / "[a]*"))
        (folder / "[a]*" / "x").write_text("x")
        (folder / "a").write_text("no repository")
        kept = await yard.keep(key, base)
        assert kept.files == (
            "-odd name/inside.txt",
            ".gitignore",
            "[a]*/x",
            "a",
            "src/code.py",
            "src/inside.txt",
            "vendor/lib/deeper/inside.txt",
            "vendor/lib/inside.txt",
        )
        (folder / "vendor/lib/inside.txt").unlink()
        (folder / "src/code.py").unlink()
        again = await yard.keep(key, base, 2)
        assert "vendor/lib/inside.txt" not in again.files
        assert [c.status for c in await yard.trees.changes("q", kept.commit, again.commit)] == ["D", "D"]

    yard.run(story)


def test_a_file_that_became_a_nested_repository_is_replaced_by_its_files(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "gone.txt").unlink()
        yard.git("init", "-q", str(folder / "gone.txt"))
        (folder / "gone.txt" / "x").write_text("x")
        kept = await yard.keep(key, base)
        assert kept.files == ("gone.txt", "gone.txt/x")

    yard.run(story)


def test_pipes_and_sockets_are_no_work_and_replace_nothing_silently(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        os.mkfifo(folder / "fresh-pipe")
        (folder / "gone.txt").unlink()
        os.mkfifo(folder / "gone.txt")
        here = Path.cwd()
        os.chdir(folder)  # a socket's path may be no longer than 107 bytes
        server = socket.socket(socket.AF_UNIX)
        server.bind("sock")
        server.close()
        os.chdir(here)
        kept = await yard.keep(key, base)
        assert kept.files == ("gone.txt",)
        assert [c.status for c in await yard.trees.changes("q", base.commit, kept.commit)] == ["D"]

    yard.run(story)


@pytest.mark.slow
def test_filters_hooks_and_monitors_of_agent_and_person_never_run(yard: Yard, tmp_path: Path) -> None:
    async def story() -> None:
        flag = tmp_path / "ran"
        payload = f"touch {flag}; cat"
        hostile = {
            "core.fsmonitor": f"sh -c 'touch {flag}'",
            "filter.evil.clean": payload,
            "filter.evil.smudge": payload,
            "filter.evil.required": "true",
            "diff.evil.textconv": payload,
            "merge.evil.driver": f"touch {flag}",
            "core.hooksPath": "hooks",
        }
        for setting, value in hostile.items():
            yard.git("config", setting, value)
        key, base, folder = await yard.start()
        yard.git("config", "core.fsmonitor", f"sh -c 'touch {flag}'", at=folder)
        yard.git("config", "filter.evil.clean", payload, at=folder)
        (folder / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
        hooks = ("post-checkout", "post-merge", "post-index-change", "reference-transaction", "post-commit")
        for place in (folder / "hooks", folder / ".git" / "hooks"):
            place.mkdir(exist_ok=True)
            for name in hooks:
                (place / name).write_text(f"#!/bin/sh\ntouch {flag}\n")
                (place / name).chmod(0o755)
        (folder / "a.txt").write_text((folder / "a.txt").read_text() + "9\n")
        # so that a content merge, with its driver, happens too
        (yard.path / "a.txt").write_text("0\n" + (yard.path / "a.txt").read_text())
        yard.git("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "commit", "-qam", "user's")
        flag.unlink(missing_ok=True)
        merged = await yard.land(key, base)
        assert await yard.workspace.follow_problem("q") == ""
        assert (yard.path / "hooks" / "post-merge").exists()
        async with yard.trees.checkout("q", merged.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / "a.txt").read_text().startswith("0\n1\n")
        assert not flag.exists()

    yard.run(story)


def test_an_encoding_the_agent_claims_cannot_break_the_capture(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / ".gitattributes").write_text("*.txt working-tree-encoding=UTF-16 text eol=crlf\n")
        (folder / "b.txt").write_bytes(b"\xff\xff\xff odd")
        kept = await yard.keep(key, base)
        assert await yard.trees.read("q", kept.commit, "b.txt") == b"\xff\xff\xff odd"

    yard.run(story)


def test_the_orchestrators_own_folder_and_what_was_brought_in_are_no_work(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / ".aibrain" / "journal").mkdir(parents=True)
        (folder / ".aibrain" / "journal" / "x").write_text("forged")
        yard.git("init", "-q", str(folder / ".aibrain"))
        assert (await yard.keep(key, base)).files == ()
        assert yard.git("status", "--short") == ""

    yard.run(story)


def test_asking_twice_gives_the_same_capture_and_a_later_one_keeps_the_earlier(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "n").write_text("1")
        first = await yard.keep(key, base)
        yard.open()
        assert await yard.keep(key, base) == first
        (folder / "n").write_text("2")
        second = await yard.keep(key, base)
        assert second.commit != first.commit
        assert first.commit in yard.git("for-each-ref", "--format=%(objectname)", "refs/orchestrator")

    yard.run(story)


def test_the_persons_gc_loses_no_capture(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "n").write_text("precious")
        kept = await yard.keep(key, base)
        yard.git("reflog", "expire", "--expire=now", "--all")
        yard.git("gc", "-q", "--prune=now")
        assert await yard.trees.read("q", kept.commit, "n") == b"precious"
        (folder / "m").write_text("more")
        assert (await yard.keep(key, base, 2)).files == ("m", "n")

    yard.run(story)


@pytest.mark.slow
def test_an_index_that_names_lost_objects_is_made_anew(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "n").write_text("staged by a capture that died before its ref was written")
        kept = await yard.keep(key, base)
        yard.git("update-ref", "-d", kept.ref)
        yard.git("reflog", "expire", "--expire=now", "--all")
        yard.git("gc", "-q", "--prune=now")
        yard.ground.index(key).with_name("1.index.lock").write_text("left by a kill -9")
        assert (await yard.keep(key, base)).files == ("n",)

    yard.run(story)


def test_two_attempts_are_captured_at_once(yard: Yard) -> None:
    async def story() -> None:
        base = await yard.workspace.target("q")
        keys = [AttemptKey("q/A", 1), AttemptKey("q/B", 1), AttemptKey("p/A", 2)]
        found: dict[AttemptKey, tuple[str, ...]] = {}

        async def one(key: AttemptKey) -> None:
            await yard.workspace.prepare(key, base.commit, "")
            (yard.folder(key) / f"{key.attempt}{key.task[2:]}").write_text(key.task)
            found[key] = (await yard.keep(key, base)).files

        async with anyio.create_task_group() as group:
            for key in keys:
                group.start_soon(one, key)
        assert found == {key: (f"{key.attempt}{key.task[2:]}",) for key in keys}

    yard.run(story)


def test_a_new_attempt_carries_the_files_of_an_older_one(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "half").write_text("done")
        kept = await yard.keep(key, base)
        await yard.workspace.discard(key)
        assert not await yard.workspace.exists(key)
        again = AttemptKey("q/T-1", 2)
        await yard.workspace.prepare(again, base.commit, kept.commit)
        await yard.workspace.prepare(again, base.commit, kept.commit)
        assert (yard.folder(again) / "half").read_text() == "done"
        assert (await yard.keep(again, base)).files == ("half",)
        assert yard.git("rev-parse", "HEAD", at=yard.folder(again)) == base.commit

    yard.run(story)


def test_a_clone_a_crash_left_unfinished_is_made_anew(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        folder.with_name("1.ready").unlink()
        (folder / "a.txt").write_text("half-written")
        assert not await yard.workspace.exists(key)
        with pytest.raises(FaultError, match="is gone"):
            await yard.keep(key, base)
        await yard.workspace.prepare(key, base.commit, "")
        assert (await yard.keep(key, base)).files == ()
        await yard.workspace.discard(key)
        await yard.workspace.discard(key)
        await yard.workspace.sweep()
        assert list((yard.path / ".aibrain" / "trash").iterdir()) == []

    yard.run(story)


def test_unsafe_names_become_no_path(yard: Yard) -> None:
    async def story() -> None:
        base = await yard.workspace.target("q")
        for task in ("q/../../x", "q/a b", "q/", "q/x.lock"):
            with pytest.raises(InvalidInputError):
                await yard.workspace.prepare(AttemptKey(task, 1), base.commit, "")

    yard.run(story)


@pytest.mark.slow
def test_a_warm_capture_of_two_thousand_files_reads_none_of_them(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        yard.fill(2000)
        key, base, folder = await yard.start()
        (folder / "many" / "3" / "3.txt").write_text("changed\n")
        said: list[tuple[str, ...]] = []
        original = subprocess.run

        def counting(command: Any, **rest: Any) -> Any:
            said.append(tuple(command))
            return original(command, **rest)

        monkeypatch.setattr(subprocess, "run", counting)
        kept = await yard.keep(key, base)
        assert kept.files == ("many/3/3.txt",)
        assert 3 <= len(said) <= 7

    yard.run(story)


@pytest.mark.parametrize("name", ["git~1/x", "deep/.GIT/x", "deep/.git/../git~1"])
def test_a_name_that_git_takes_from_nobody_is_left_out_and_no_fault(yard: Yard, name: str) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
        (folder / "made.txt").write_text("made\n")
        assert (await yard.keep(key, base)).files == ("made.txt",)

    yard.run(story)


def test_a_missing_git_is_a_fault_that_names_it(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        key, base, _ = await yard.start()
        yard.commit({"a.txt": "meanwhile\n"})
        monkeypatch.setenv("PATH", "/nonexistent")
        with pytest.raises(FaultError, match="git is not on the PATH"):
            await yard.workspace.target("q")
        with pytest.raises(FaultError, match="is not on the PATH"):
            await yard.keep(key, base)

    yard.run(story)


def test_what_a_discarded_workspace_holds_and_no_ref_does_is_kept_first(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "new").write_text("n")
        await yard.keep(key, base)
        await yard.workspace.discard(key)
        assert yard.git("for-each-ref", "--format=%(refname:lstrip=5)", "refs/orchestrator/q/T-1/1").split() == [
            "1",
            "base",
        ]
        again, base, folder = await yard.start(attempt=2)
        (folder / "late").write_text("l")
        await yard.workspace.discard(again)
        left = yard.git("for-each-ref", "--format=%(refname)", "refs/orchestrator/q/T-1/2/left")
        assert yard.git("show", f"{left}:late") == "l"
        assert not folder.exists()

    yard.run(story)


def test_a_workspace_whose_work_cannot_be_kept_is_not_discarded(yard: Yard) -> None:
    async def story() -> None:
        key, _, folder = await yard.start()
        (folder / "new").write_text("n")
        yard.git("update-ref", "-d", "refs/orchestrator/q/T-1/1/base")
        with pytest.raises(FaultError, match="stays as it is"):
            await yard.workspace.discard(key)
        assert (folder / "new").exists()

    yard.run(story)


def test_a_workspace_is_on_the_disk_before_it_counts_as_made_and_with_each_capture(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    script = tmp_path / "bin" / "sync"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\n[ -e "$2.ready" ] && made=yes || made=no\necho "$1 $2 $made" >>{told}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")

    async def story() -> None:
        key, base, folder = await yard.start()
        await yard.keep(key, base)
        assert told.read_text().splitlines() == [f"-f {folder} no", f"-f {folder} yes"]

    yard.run(story)

"""Checks see exactly the tree in question, furnished, whatever the last user of the folder did to it."""

import os
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.errors import FaultError
from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End, Launch, Level, Process, Watch, Watchdog
from orchestrator.ports.workspace import AttemptKey
from orchestrator.workspace.ground import Furnishing

Yard = Any


class PlainRunner:
    """Runs a program at its workspace, unconfined, and counts; a fake of the runner."""

    def __init__(self) -> None:
        self.ran: list[Launch] = []

    async def run(self, launch: Launch, *, timeout_s: float) -> tuple[Watch, End]:
        self.ran.append(launch)
        with Path(launch.stdout).open("wb") as out:
            env = {"PATH": os.environ["PATH"], **launch.env}
            code = subprocess.run(launch.argv, cwd=launch.place.workspace, stdout=out, stderr=out, env=env, check=False)
        return Watch.ENDED, End(code=code.returncode)

    async def start(self, launch: Launch) -> None:
        raise NotImplementedError

    async def wait(
        self, run_dir: str, *, timeout_s: float | None = None, watchdog: Watchdog | None = None
    ) -> tuple[Watch, End | None]:
        raise NotImplementedError

    async def processes(self, run_dir: str) -> tuple[Process, ...]:
        return ()

    async def stop(self, run_dir: str, *, grace_s: float = 3.0) -> End:
        raise NotImplementedError

    async def life(self, run_dir: str) -> Life:
        raise NotImplementedError

    def level(self) -> Level:
        return Level.L0


def files(folder: str | Path) -> set[str]:
    root = Path(folder)
    found = (path.relative_to(root) for path in root.rglob("*") if not path.is_dir() or path.is_symlink())
    return {str(path) for path in found if path.parts[0] != ".git"}


FIRST = {"a.txt", "gone.txt", "src/code.py"}


def test_what_a_git_that_died_left_of_its_index_is_in_nobodys_way(yard: Yard) -> None:
    """The folder is ours by its own lock: a lock of git's beside it is a dead git's, by a power cut or a kill."""

    async def story() -> None:
        base = await yard.workspace.target("q")
        async with yard.trees.checkout("q", base.commit, base.commit, ("a.txt",)) as place:
            pool = Path(place.workspace).parent
        for name in ("1.mix", "1.mix.lock", "1.index.lock"):
            (pool / name).write_bytes(b"half of it")
        async with yard.trees.checkout("q", base.commit, base.commit, ("a.txt",)) as place:
            assert files(place.workspace) == FIRST

    anyio.run(story)


def test_a_checkout_is_clean_whatever_the_last_user_did_to_it(yard: Yard) -> None:
    async def story() -> None:
        base = await yard.workspace.target("q")
        async with yard.trees.checkout("q", base.commit, base.commit, ()) as place:
            folder = Path(place.workspace)
            assert files(folder) == FIRST
            (folder / "a.txt").write_text("tampered\n")
            (folder / "gone.txt").unlink()
            (folder / "gone.txt").mkdir()
            (folder / "gone.txt" / "x").write_text("")
            (folder / ".gitignore").write_text("*\n")
            (folder / "conftest.py").write_text("all tests pass")
            os.mkfifo(folder / "pipe")
            yard.git("init", "-q", str(folder / "nested"))
            (folder / ".git" / "config").write_text("[core]\n\tfsmonitor = touch ran\n")
            (folder / "src").rename(folder / "src2")
            (folder / "src").symlink_to("src2")
            (folder / "empty" / "dirs").mkdir(parents=True)
        async with yard.trees.checkout("q", base.commit, base.commit, ()) as place:
            assert Path(place.workspace) == folder
            assert files(folder) == FIRST
            assert (folder / "a.txt").read_text().startswith("1\n")
            assert not (folder / "src").is_symlink()
            assert not (folder / "empty").exists()
            assert yard.git("status", "--short", at=folder) == ""
            assert yard.git("rev-parse", "HEAD", at=folder) == base.commit
            assert yard.git("config", "--get", "core.fsmonitor", at=folder, check=False) == ""

    yard.run(story)


def test_a_git_folder_made_a_link_by_the_last_user_is_not_written_through(yard: Yard, tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "victim").mkdir()
        base = await yard.workspace.target("q")
        async with yard.trees.checkout("q", base.commit, "", ()) as place:
            folder = Path(place.workspace)
            (folder / ".git").rename(tmp_path / "stolen")
            (folder / ".git").symlink_to(tmp_path / "victim")
        async with yard.trees.checkout("q", base.commit, "", ()):
            assert list((tmp_path / "victim").iterdir()) == []
            assert not (folder / ".git").is_symlink()

    yard.run(story)


def test_a_checkout_a_crash_left_is_made_clean(yard: Yard) -> None:
    async def story() -> None:
        base = await yard.workspace.target("q")
        async with yard.trees.checkout("q", base.commit, "", ()) as place:
            folder = Path(place.workspace)
        folder.with_name("1.index").write_bytes(b"torn")
        folder.with_name("1.index.lock").write_bytes(b"")
        (folder / "junk").write_text("")
        (folder / "a.txt").write_text("half")
        async with yard.trees.checkout("q", base.commit, "", ()):
            assert files(folder) == FIRST
            assert (folder / "a.txt").read_text().startswith("1\n")

    yard.run(story)


def test_a_folder_is_one_users_alone(yard: Yard) -> None:
    async def story() -> None:
        base = await yard.workspace.target("q")
        one = yard.trees.checkout("q", base.commit, "", ())
        two = yard.trees.checkout("q", base.commit, "", ())
        async with one as first, two as second:
            assert first.workspace != second.workspace
            yard.open()
            async with yard.trees.checkout("q", base.commit, "", ()) as third:
                assert third.workspace not in {first.workspace, second.workspace}
        async with yard.trees.checkout("q", base.commit, "", ()) as again:
            assert again.workspace in {first.workspace, second.workspace}

    yard.run(story)


def test_the_overlay_comes_from_the_other_commit_and_what_it_lacks_is_gone(yard: Yard) -> None:
    async def story() -> None:
        yard.commit({"tests/test_a.py": "real", "tests/deep/b.py": "b", "conf": "file"})
        key, base, folder = await yard.start()
        (folder / "tests" / "test_a.py").write_text("weakened")
        (folder / "tests" / "conftest.py").write_text("cheat")
        (folder / "tests" / "deep" / "b.py").unlink()
        (folder / "conf").unlink()
        (folder / "conf").mkdir()
        (folder / "conf" / "x").write_text("x")
        (folder / "tests" / "[x]*.py").write_text("odd")
        kept = await yard.keep(key, base)
        overlay = ("tests/test_a.py", "tests/deep", "tests/conftest.py", "conf", "absent", "tests/[x]*.py")
        async with yard.trees.checkout("q", kept.commit, base.commit, overlay) as place:
            seen = Path(place.workspace)
            assert files(seen) == FIRST | {"tests/test_a.py", "tests/deep/b.py", "conf"}
            assert (seen / "tests" / "test_a.py").read_text() == "real"
        async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / "tests" / "test_a.py").read_text() == "weakened"
            assert (Path(place.workspace) / "conf" / "x").exists()

    yard.run(story)


def test_what_the_agent_exports_or_ignores_is_there_all_the_same(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / ".gitattributes").write_text(
            "a.txt export-ignore\nsrc export-ignore\n* export-subst eol=crlf -text\n"
        )
        (folder / ".gitignore").write_text("src/\n")
        kept = await yard.keep(key, base)
        async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert files(place.workspace) == FIRST | {".gitattributes", ".gitignore"}

    yard.run(story)


def test_trees_are_read_by_path_and_by_difference(yard: Yard) -> None:
    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "src" / "code.py").unlink()
        (folder / "src" / "code.py").symlink_to("../a.txt")
        (folder / "a.txt").chmod(0o755)
        (folder / "sp ace: x missing").write_bytes(b"\0\xff bytes\n")
        (folder / "gone.txt").unlink()
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("not UTF-8")
        kept = await yard.keep(key, base)
        seen = await yard.trees.changes("q", base.commit, kept.commit)
        assert [(c.status, c.path) for c in seen] == [
            ("M", "a.txt"),
            ("D", "gone.txt"),
            ("A", "sp ace: x missing"),
            ("T", "src/code.py"),
            ("A", "\\xff.txt"),
        ]
        assert seen[0].old_blob == seen[0].new_blob != ""
        assert seen[1].new_blob == seen[2].old_blob == ""
        assert await yard.trees.read("q", kept.commit, "sp ace: x missing") == b"\0\xff bytes\n"
        for absent in ("gone.txt", "src", "", "./a.txt", "../a.txt", "/a.txt", "a\nb", "nope"):
            assert await yard.trees.read("q", kept.commit, absent) is None
        with pytest.raises(FaultError, match="is not in"):
            await yard.trees.read("q", "1" * 40, "a.txt")
        with pytest.raises(FaultError):
            await yard.trees.paths("q", "1" * 40)

    yard.run(story)


def test_a_place_shows_the_attempt_at_the_repositorys_own_path(yard: Yard, tmp_path: Path) -> None:
    (yard.path / "deps").mkdir()
    yard.furnishing = Furnishing(share=("deps", "not-installed"))
    yard.open()

    async def story() -> None:
        key, _, folder = await yard.start()
        place = yard.trees.place(key, str(tmp_path / "run"))
        assert place.workspace == str(folder)
        assert place.seen_as == place.checkout == place.project == str(yard.path)
        assert place.readable == (str(tmp_path / "run"),)
        assert place.writable == (str(tmp_path / "run" / "scratch"), str(tmp_path / "run" / "home"))
        assert place.shared == ((str(yard.path / "deps"), str(yard.path / "deps")),)
        assert not (folder / "deps").exists()
        yard.open()
        with pytest.raises(FaultError, match="open the workspace"):
            yard.trees.place(key, str(tmp_path / "run"))

    yard.run(story)


def test_shares_without_mounts_are_links_and_copies_are_files_and_neither_is_work(yard: Yard) -> None:
    (yard.path / "deps").mkdir()
    (yard.path / ".env").write_text("SECRET=1")
    (yard.path / "conf").mkdir()
    (yard.path / "conf" / "local.ini").write_text("ini")
    yard.furnishing = Furnishing(share=("deps/", "absent"), copy=(".env", "conf/local.ini", "nope"), mounts=False)
    yard.open()

    async def story() -> None:
        key, base, folder = await yard.start()
        assert (folder / "deps").resolve() == yard.path / "deps"
        assert (folder / ".env").read_text() == "SECRET=1"
        assert (folder / "conf" / "local.ini").read_text() == "ini"
        (folder / "conf" / "mine").write_text("work")
        kept = await yard.keep(key, base)
        assert kept.files == ("conf/mine",)
        assert yard.git("status", "--short", at=folder) == "?? conf/"
        async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert files(place.workspace) == FIRST | {"deps", ".env", "conf/local.ini", "conf/mine"}
            (Path(place.workspace) / ".env").write_text("SECRET=2")
        async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / ".env").read_text() == "SECRET=1"

    yard.run(story)


def furnished(yard: Yard, *, mounts: bool, command: str = "mkdir deps; cp lock.lock deps/installed") -> PlainRunner:
    runner = PlainRunner()
    yard.commit({"uv.lock": "1", "lock.lock": "x", ".gitignore": "deps/\n"})
    yard.furnishing = Furnishing(setup=("sh", "-c", command), runner=runner, mounts=mounts)
    yard.open()
    return runner


@pytest.mark.slow
def test_setup_runs_once_for_each_lock_file_and_its_products_are_copies(yard: Yard) -> None:
    runner = furnished(yard, mounts=True, command="mkdir deps; cat uv.lock > deps/installed; echo 1 > stray")

    async def story() -> None:
        key, base, folder = await yard.start()
        assert (folder / "deps" / "installed").read_text() == "1"
        assert yard.git("status", "--short", at=folder) == ""
        (folder / "deps" / "installed").write_text("the agent's own")
        (folder / "new").write_text("n")
        kept = await yard.keep(key, base)
        assert kept.files == ("new",)
        yard.open()
        for _ in range(2):
            async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
                installed = Path(place.workspace) / "deps" / "installed"
                assert installed.read_text() == "1"
                installed.write_text("poison")
        assert len(runner.ran) == 1
        assert runner.ran[0].place.seen_as == str(yard.path)
        (folder / "uv.lock").write_text("2")
        changed = await yard.keep(key, base, 2)
        async with yard.trees.checkout("q", changed.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / "deps" / "installed").read_text() == "2"
        async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / "deps" / "installed").read_text() == "1"
        assert len(runner.ran) == 2

    yard.run(story)


def test_a_setup_that_the_work_broke_is_the_checks_to_find(yard: Yard) -> None:
    runner = furnished(yard, mounts=True, command="test $(cat uv.lock) = 1 && mkdir deps && touch deps/ok")

    async def story() -> None:
        key, base, folder = await yard.start()
        (folder / "uv.lock").write_text("broken")
        kept = await yard.keep(key, base)
        async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert not (Path(place.workspace) / "deps").exists()
        assert len(runner.ran) == 2

    yard.run(story)


def test_a_setup_that_fails_on_the_base_is_a_fault_and_leaves_no_workspace(yard: Yard) -> None:
    furnished(yard, mounts=True, command="echo no network; exit 3")

    async def story() -> None:
        base = await yard.workspace.target("q")
        key = AttemptKey("q/T-1", 1)
        with pytest.raises(FaultError, match=r"exit code 3.*no network"):
            await yard.workspace.prepare(key, base.commit, "")
        assert not await yard.workspace.exists(key)

    yard.run(story)


def test_products_never_replace_files_of_the_tree_nor_follow_its_links(yard: Yard, tmp_path: Path) -> None:
    furnished(yard, mounts=True, command="mkdir -p deps lib; echo setup > deps/x; echo setup > lib/x")

    async def story() -> None:
        (tmp_path / "victim").mkdir()
        key, base, folder = await yard.start()
        (folder / "deps" / "x").write_text("committed")
        (folder / ".gitignore").unlink()
        (folder / "lib" / "x").unlink()
        (folder / "lib").rmdir()
        yard.ground.index(key).with_name("1.ready").write_bytes(b"")
        (folder / "lib").symlink_to(tmp_path / "victim")
        kept = await yard.keep(key, base)
        assert kept.files == (".gitignore", "deps/x", "lib")
        async with yard.trees.checkout("q", kept.commit, base.commit, ()) as place:
            assert (Path(place.workspace) / "deps" / "x").read_text() == "committed"
        assert list((tmp_path / "victim").iterdir()) == []

    yard.run(story)


def test_without_mounts_setup_runs_where_its_products_are_used(yard: Yard) -> None:
    runner = furnished(yard, mounts=False, command="mkdir deps; pwd > deps/path; echo 1 > stray")

    async def story() -> None:
        key, base, folder = await yard.start()
        assert (folder / "deps" / "path").read_text().strip() == str(folder)
        assert (await yard.keep(key, base)).files == ()
        for _ in range(2):
            async with yard.trees.checkout("q", base.commit, base.commit, ()) as place:
                checkout = Path(place.workspace)
                assert (checkout / "deps" / "path").read_text().strip() == str(checkout)
                (checkout / "a.txt").write_text("dirty")
                (checkout / "junk").write_text("dirty")
        async with yard.trees.checkout("q", base.commit, base.commit, ()) as place:
            checkout = Path(place.workspace)
            assert files(checkout) >= {"deps/path", "stray"}
            assert not (checkout / "junk").exists()
            assert (checkout / "a.txt").read_text().startswith("1\n")
        assert len(runner.ran) == 2

    yard.run(story)


def test_many_checkouts_at_once_share_the_shadow(yard: Yard) -> None:
    async def story() -> None:
        commits = [yard.commit({"n": str(n)}) for n in range(4)]
        seen: dict[str, str] = {}

        async def look(commit: str) -> None:
            async with yard.trees.checkout("q", commit, "", ()) as place:
                seen[commit] = (Path(place.workspace) / "n").read_text()

        async with anyio.create_task_group() as group:
            for commit in commits:
                group.start_soon(look, commit)
        assert seen == {commit: str(n) for n, commit in enumerate(commits)}

    yard.run(story)

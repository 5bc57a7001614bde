"""Whatever way an editor saves, it is told once the save is whole. Real files, real events."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from orchestrator.files.exchange import Replaced, digest, replace_if_unchanged
from orchestrator.inbox import watch as watch_module
from orchestrator.inbox.folder import QueueFolder, Reading
from orchestrator.inbox.watch import watch

OLD = b'{"tasks": [{"id": "A"}]}\n'
NEW = b'{"tasks": [{"id": "A"}, {"id": "B"}]}\n'
pytestmark = pytest.mark.slow


class RealClock:
    def now(self) -> int:
        return 0  # every file is young: each reading opens it

    async def sleep_until(self, at: int) -> None:
        raise NotImplementedError


class Ear:
    """Hears what is told and reads the folder, as the daemon does."""

    def __init__(self, root: Path) -> None:
        self.folder = QueueFolder(root, RealClock())
        self.told = 0
        self.bell = anyio.Event()

    def hear(self, _paths: frozenset[Path]) -> None:
        self.told += 1
        self.bell.set()

    async def until(self, good: Callable[[Reading], bool]) -> Reading:
        """Read when something is told, and only then, until the reading is as awaited."""
        with anyio.fail_after(10):
            while True:
                await self.bell.wait()
                self.bell = anyio.Event()
                reading = self.folder.read()
                if good(reading):
                    return reading


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "queues").mkdir()
    (tmp_path / "queues" / "q.json").write_bytes(OLD)
    return tmp_path


def listening(root: Path, story: Callable[[Ear], Awaitable[None]]) -> None:
    """Tell a story to somebody who watches."""

    async def main() -> None:
        ear = Ear(root)
        async with anyio.create_task_group() as group:
            await group.start(watch, ear.folder, ear.hear)
            ear.bell = anyio.Event()
            await story(ear)
            group.cancel_scope.cancel()

    anyio.run(main)


def has_b(reading: Reading) -> bool:
    assert not reading.problems, "a half-written text was read"
    return any(len(file.document.tasks) == 2 for file in reading.files)


def in_place(path: Path) -> None:
    path.write_bytes(NEW)


def by_rename(path: Path) -> None:
    spare = path.with_name("sedAbC")
    spare.write_bytes(NEW)
    spare.replace(path)


def like_vim(path: Path) -> None:
    """Backup by rename, then a new file under the old name."""
    path.rename(path.with_name("q.json~"))
    path.write_bytes(NEW)
    path.with_name("q.json~").unlink()


def like_emacs(path: Path) -> None:
    os.link(path, path.with_name("q.json~"))
    path.unlink()
    path.write_bytes(NEW)


def deleted_and_made_anew(path: Path) -> None:
    path.unlink()
    path.write_bytes(NEW)


def slowly(path: Path) -> None:
    """Hold the file open between two halves, longer than a burst of events."""
    code = "import sys, time\nf = open(sys.argv[1], 'wb', 0)\nf.write(sys.argv[2].encode()[:20])\n"
    code += "time.sleep(0.25)\nf.write(sys.argv[2].encode()[20:])\n"
    subprocess.run([sys.executable, "-S", "-c", code, str(path), NEW.decode()], check=True)


def over_a_link(path: Path) -> None:
    spare = path.with_name("linked")
    spare.symlink_to(path)
    spare.write_bytes(NEW)


@pytest.mark.parametrize(
    "save", [in_place, by_rename, like_vim, like_emacs, deleted_and_made_anew, slowly, over_a_link]
)
def test_every_manner_of_saving_is_heard(root: Path, save: Callable[[Path], None]) -> None:
    async def story(ear: Ear) -> None:
        assert not has_b(ear.folder.read())
        await anyio.to_thread.run_sync(save, root / "queues" / "q.json")
        await ear.until(has_b)

    listening(root, story)


@pytest.mark.parametrize("place", ["", "queues"])
def test_a_name_that_is_no_utf_8_deafens_nobody(root: Path, place: str) -> None:
    async def story(ear: Ear) -> None:
        for _ in range(3):
            Path(os.fsdecode(os.fsencode(root / place) + b"/caf\xe9.txt")).write_text("x")
            await anyio.sleep(0.1)
            (root / "queues" / "q.json").write_bytes(NEW)
            await ear.until(has_b)
            (root / "queues" / "q.json").write_bytes(OLD)
            await ear.until(lambda reading: not has_b(reading))

    listening(root, story)


def test_below_a_folder_whose_name_is_no_utf_8_saves_are_heard(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    (root / "queues").mkdir(parents=True)
    (root / "queues" / "q.json").write_bytes(OLD)

    async def story(ear: Ear) -> None:
        (root / "queues" / "q.json").write_bytes(NEW)
        await ear.until(has_b)

    listening(root, story)


def test_a_new_file_and_a_deleted_one_are_heard(root: Path) -> None:
    async def story(ear: Ear) -> None:
        (root / "queues" / "r.json").write_bytes(OLD)
        await ear.until(lambda reading: len(reading.files) == 2)
        (root / "queues" / "q.json").unlink()
        await ear.until(lambda reading: [file.path for file in reading.files] == ["queues/r.json"])

    listening(root, story)


def test_a_folder_made_later_or_made_anew_is_watched(tmp_path: Path) -> None:
    async def story(ear: Ear) -> None:
        for name in ("one.json", "two.json"):
            (tmp_path / "queues").mkdir()
            (tmp_path / "queues" / name).write_bytes(NEW)
            await ear.until(has_b)
            (tmp_path / "queues" / name).unlink()
            (tmp_path / "queues").rmdir()
            await ear.until(lambda reading: not reading.files)

    listening(tmp_path, story)


def test_a_file_behind_a_link_is_heard(root: Path) -> None:
    async def story(ear: Ear) -> None:
        (root / "plans").mkdir()
        (root / "plans" / "real.json").write_bytes(OLD)
        (root / "queues" / "r.json").symlink_to("../plans/real.json")
        await ear.until(lambda reading: len(reading.files) == 2)
        (root / "plans" / "real.json").write_bytes(NEW)
        await ear.until(has_b)

    listening(root, story)


def test_the_configuration_is_heard_and_other_files_are_not(root: Path) -> None:
    async def story(ear: Ear) -> None:
        begun = ear.told
        (root / "queues" / "notes.txt").write_bytes(b"x")
        (root / "orchestrator.toml").write_bytes(b"")
        ear.bell = anyio.Event()
        with anyio.fail_after(10):
            await ear.bell.wait()
        assert ear.told == begun + 1

    listening(root, story)


def test_our_own_exchange_is_read_as_what_it_is(root: Path) -> None:
    async def story(ear: Ear) -> None:
        assert replace_if_unchanged(root / "queues" / "q.json", NEW, digest(OLD)) == Replaced()
        await ear.until(has_b)

    listening(root, story)


def test_watching_ends_at_once_when_cancelled(root: Path) -> None:
    async def main() -> None:
        ear = Ear(root)
        with anyio.fail_after(2):
            async with anyio.create_task_group() as group:
                await group.start(watch, ear.folder, ear.hear)
                group.cancel_scope.cancel()

    anyio.run(main)


def test_where_the_systems_watches_are_used_up_it_looks_every_second(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(watch_module, "RustNotify", refuse)

    async def story(ear: Ear) -> None:
        (root / "queues" / "q.json").write_bytes(NEW)
        await ear.until(has_b)

    listening(root, story)

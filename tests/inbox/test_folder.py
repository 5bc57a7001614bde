"""Every queue file of a project is read; one that cannot be is told by name and keeps its last good version."""

import os
from pathlib import Path

import pytest

from orchestrator.inbox.folder import Problem, QueueFile, QueueFolder

GOOD = b'{"tasks": [{"id": "A"}]}\n'


class Noon:
    """A clock that stands a day ahead of every file: nothing is young."""

    def __init__(self, at: int = 10**15) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    async def sleep_until(self, at: int) -> None:
        raise NotImplementedError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "queues").mkdir(parents=True)
    return root


def write(root: Path, name: str, text: bytes = GOOD) -> Path:
    path = root / "queues" / name
    path.write_bytes(text)
    return path


def folder(root: Path, *extra: Path, clock: Noon | None = None) -> QueueFolder:
    return QueueFolder(root, clock or Noon(), extra=extra)


def only(problems: tuple[Problem, ...]) -> Problem:
    (problem,) = problems
    return problem


def test_all_queue_files_are_read_in_order_of_their_names(root: Path) -> None:
    write(root, "b.json")
    write(root, "a.json")
    write(root, "notes.txt", b"not ours")
    write(root, ".hidden.json", b"not ours")
    reading = folder(root).read()
    assert [file.path for file in reading.files] == ["queues/a.json", "queues/b.json"]
    assert reading.files[0].text == GOOD
    assert reading.problems == ()


def test_a_project_without_queues_has_none(tmp_path: Path) -> None:
    reading = folder(tmp_path).read()
    assert (reading.files, reading.problems, reading.gone) == ((), (), ())
    assert folder(tmp_path).folders() == (tmp_path,)


def test_only_news_are_marked_as_changed(root: Path) -> None:
    write(root, "a.json")
    here = folder(root)
    assert here.read().files[0].changed
    assert not here.read().files[0].changed
    write(root, "a.json", GOOD + b" ")
    assert here.read().files[0].changed


def test_an_unchanged_file_is_not_opened_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "a.json")
    here = folder(root)
    here.read()

    def refuse(path: Path) -> bytes:
        raise AssertionError(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert len(here.read().files) == 1


def test_a_file_read_while_young_is_read_again_since_a_write_may_hide_behind_its_times(root: Path) -> None:
    path = write(root, "a.json", b'{"tasks": [{"id": "A"}]}')
    written = path.stat()
    clock = Noon(written.st_ctime_ns // 1_000_000)
    here = folder(root, clock=clock)
    here.read()
    path.write_bytes(b'{"tasks": [{"id": "B"}]}')
    os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert here.read().files[0].document.tasks[0].spec.id == "B"


def test_a_broken_file_is_a_problem_with_its_place_and_its_last_good_name(root: Path) -> None:
    write(root, "a.json", b'{"queue": "named", "tasks": []}')
    write(root, "b.json")
    here = folder(root)
    here.read()
    write(root, "a.json", b'{"queue": "named",\n "tasks": [}')
    reading = here.read()
    assert [file.path for file in reading.files] == ["queues/b.json"]
    problem = only(reading.problems)
    assert problem.path == "queues/a.json"
    assert problem.queue == "named"
    assert "line 2" in problem.text


def test_a_text_that_is_still_being_written_is_no_problem_yet(root: Path) -> None:
    path = write(root, "a.json")
    here = folder(root)
    here.read()
    with path.open("wb", buffering=0) as writer:
        writer.write(GOOD[:8])
        assert [file.text for file in here.read().files] == [GOOD]
    assert only(here.read().problems).path == "queues/a.json"


def test_a_problem_is_news_once(root: Path) -> None:
    write(root, "a.json", b"{")
    here = folder(root)
    assert only(here.read().problems).changed
    assert not only(here.read().problems).changed


def test_an_absent_file_is_gone_and_no_problem(root: Path) -> None:
    path = write(root, "a.json")
    here = folder(root)
    here.read()
    path.unlink()
    reading = here.read()
    assert (reading.files, reading.problems, reading.gone) == ((), (), ("queues/a.json",))
    assert here.read().gone == ()


def test_directories_broken_links_and_links_out_of_the_project_are_named(root: Path) -> None:
    (root / "queues" / "dir.json").mkdir()
    (root / "queues" / "gone.json").symlink_to("nowhere.json")
    (root / "queues" / "loop.json").symlink_to("loop.json")
    outside = root.parent / "outside.json"
    outside.write_bytes(GOOD)
    (root / "queues" / "out.json").symlink_to(outside)
    problems = {problem.path.removeprefix("queues/"): problem.text for problem in folder(root).read().problems}
    assert "is a directory" in problems["dir.json"]
    assert "links to nowhere.json, which does not exist" in problems["gone.json"]
    assert "cannot be read" in problems["loop.json"]
    assert "outside the project" in problems["out.json"]


def test_a_link_inside_the_project_is_followed_and_its_real_folder_watched(root: Path) -> None:
    (root / "plans").mkdir()
    (root / "plans" / "real.json").write_bytes(GOOD)
    (root / "queues" / "a.json").symlink_to("../plans/real.json")
    here = folder(root)
    assert [file.path for file in here.read().files] == ["queues/a.json"]
    assert root / "plans" in here.folders()


def test_a_fifo_does_not_block_reading(root: Path) -> None:
    os.mkfifo(root / "queues" / "f.json")
    assert "no regular file" in only(folder(root).read().problems).text


def test_two_files_for_one_queue_are_a_problem_of_both(root: Path) -> None:
    write(root, "backend.json")
    write(root, "copy.json", b'{"queue": "Backend", "tasks": []}')
    write(root, "other.json")
    reading = folder(root).read()
    assert [file.path for file in reading.files] == ["queues/other.json"]
    assert [problem.path for problem in reading.problems] == ["queues/backend.json", "queues/copy.json"]
    assert "queues/copy.json" in reading.problems[0].text


def test_a_file_named_besides_is_read_wherever_it_is_and_once_only(root: Path) -> None:
    outside = root.parent / "elsewhere.json"
    outside.write_bytes(GOOD)
    inside = write(root, "a.json")
    reading = folder(root, outside, inside, Path("queues/a.json")).read()
    assert [file.path for file in reading.files] == ["queues/a.json", str(outside)]
    assert reading.files[1].document.spec.name == "elsewhere"


def test_a_file_named_besides_that_does_not_exist_is_a_problem(root: Path) -> None:
    assert only(folder(root, Path("none.json")).read().problems).text.startswith("none.json: ")


def test_what_a_crash_left_is_read_as_a_save_of_its_file(root: Path) -> None:
    write(root, "a.json")
    write(root, ".a.json.x1.swap", b'{"tasks": [{"id": "A"}, {"id": "B"}]}')
    write(root, ".a.json.x2.swap", b'{"tasks": [')
    write(root, ".a.json.x3.new", b"half")
    found = {path.name: result for path, result in folder(root).rescued()}
    saved, broken = found[".a.json.x1.swap"], found[".a.json.x2.swap"]
    assert isinstance(saved, QueueFile)
    assert (saved.path, saved.document.spec.name, len(saved.document.tasks)) == ("queues/a.json", "a", 2)
    assert isinstance(broken, Problem)
    assert ".a.json.x2.swap" in broken.text
    assert not (root / "queues" / ".a.json.x3.new").exists()

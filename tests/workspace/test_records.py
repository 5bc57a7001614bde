"""Records are made in the store alone, found again by their name, and go through no link."""

import pytest

from orchestrator.errors import FaultError
from orchestrator.ports.workspace import AttemptKey, Merged
from tests.workspace.conftest import Yard

KEY = AttemptKey("q/record.x", 1)


def record(yard: Yard, path: str, text: str, name: str = "j/t#1.0") -> Merged | None:
    def change(before: bytes) -> bytes:
        return before + text.encode()

    async def work() -> Merged | None:
        return await yard.workspace.record(KEY, path, change, (f"write {path}", name, 1_700_000_000_000))

    return yard.run(work)


def land(yard: Yard, made: Merged | None) -> None:
    assert made is not None

    async def work() -> bool:
        return await yard.workspace.advance(KEY, made.commit, made.onto)

    assert yard.run(work)


def test_what_landed_is_found_again_and_made_no_second_time(yard: Yard) -> None:
    made = record(yard, "docs/log.md", "one\n")
    assert made is not None
    again = record(yard, "docs/log.md", "one\n")
    assert again == made  # the same record on the same head is the same commit
    land(yard, made)
    assert yard.git("show", "orchestrator/main:docs/log.md") == "one"
    assert yard.git("show", "main:docs/log.md") == "one"
    assert record(yard, "docs/log.md", "one\n") is None
    other = record(yard, "docs/log.md", "two\n", "j/t#1.01")
    land(yard, other)
    assert yard.git("show", "orchestrator/main:docs/log.md") == "one\ntwo"
    assert "Orchestrator-Record" in yard.git("log", "-1", "--format=%B", "orchestrator/main")


def test_what_stands_there_already_needs_no_commit_and_a_mode_is_kept(yard: Yard) -> None:
    yard.commit({"run.sh": "#!/bin/sh\n"})
    yard.git("update-index", "--chmod=+x", "run.sh")
    yard.git("commit", "-qm", "runs")
    assert record(yard, "run.sh", "") is None
    land(yard, record(yard, "run.sh", "true\n"))
    assert yard.git("ls-tree", "orchestrator/main", "run.sh").startswith("100755")


@pytest.mark.parametrize("path", ["link/log.md", "link", "a.txt/log.md", "src"])
def test_nothing_is_written_through_a_link_or_over_a_folder(yard: Yard, path: str) -> None:
    (yard.path / "link").symlink_to("/tmp")
    yard.git("add", "link")
    yard.git("commit", "-qm", "a link")
    with pytest.raises(FaultError, match=r"is no (file|folder) in the target"):
        record(yard, path, "x")


def test_a_path_is_the_name_it_is_and_one_that_git_takes_from_nobody_is_a_fault(yard: Yard) -> None:
    land(yard, record(yard, '"a.txt"', "not that one\n"))
    assert yard.git("show", "orchestrator/main:a.txt") != "not that one"
    assert yard.git("show", 'orchestrator/main:"a.txt"') == "not that one"
    with pytest.raises(FaultError, match="git takes no file of that name"):
        record(yard, "git~1/x", "x", "j/t#2.0")


def test_the_persons_checkout_and_index_stay_as_they_are(yard: Yard) -> None:
    (yard.path / "a.txt").write_text("mine\n")
    (yard.path / "new.txt").write_text("mine too\n")
    yard.git("add", "new.txt")
    before = yard.git("status", "--porcelain")
    assert record(yard, "a.txt", "theirs\n") is not None
    assert yard.git("status", "--porcelain") == before
    assert (yard.path / "a.txt").read_text() == "mine\n"

"""A command that finds no room on the disk says so in one line."""

import errno
from typing import Any

import pytest

from orchestrator.cli import main

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [FULL, ExceptionGroup("tasks", [FULL])], ids=["plain", "from a task group"])
def test_a_full_disk_is_one_line_and_the_code_of_a_journal_that_cannot_be_written(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(main.cli, "main", fails)
    assert main.run(["run"]) == 4
    assert capsys.readouterr().err == (
        "orchestrator: no room on the disk (No space left on device); make room, and it goes on\n"
    )


def test_what_is_no_lack_of_room_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(main.cli, "main", fails)
    with pytest.raises(PermissionError):
        main.run(["run"])

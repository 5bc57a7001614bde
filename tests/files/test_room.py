"""What counts as a lack of room, and what does not."""

import errno

import pytest

from orchestrator.errors import FaultError
from orchestrator.files.room import full_disk_is_a_fault, lack_of_room

FULL = OSError(errno.ENOSPC, "No space left on device", "/shop/x")
QUOTA = OSError(errno.EDQUOT, "Disk quota exceeded")
DENIED = PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FULL, "no room on the disk (No space left on device: /shop/x); make room, and it goes on"),
        (QUOTA, "no room on the disk (Disk quota exceeded); make room, and it goes on"),
        (ExceptionGroup("a", [ExceptionGroup("b", [FaultError("git failed")]), QUOTA]), "no room on the disk"),
        (DENIED, ""),
        (ExceptionGroup("a", [FULL, DENIED]), ""),
        (ExceptionGroup("a", [FaultError("git failed")]), ""),
        (ValueError("a bug"), ""),
    ],
)
def test_only_a_lack_of_room_is_one(error: Exception, told: str) -> None:
    assert lack_of_room(error).startswith(told)
    assert bool(lack_of_room(error)) == bool(told)
    with pytest.raises(FaultError if told else type(error)), full_disk_is_a_fault():
        raise error

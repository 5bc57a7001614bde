"""What it looks like when there is no room: a full disk, a full quota, a limit on the size of files."""

import contextlib
import errno
from collections.abc import Generator, Iterator

from orchestrator.errors import FaultError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a full disk, a full quota and a file size limit say."""


def lack_of_room(error: BaseException) -> str:
    """Say where there was no room, if that is all that went wrong, in a group too; else nothing."""
    leaves = list(_leaves(error))
    full = [leaf for leaf in leaves if isinstance(leaf, OSError) and leaf.errno in NO_ROOM]
    if not full or not all(leaf in full or isinstance(leaf, FaultError) for leaf in leaves):
        return ""
    place = f": {full[0].filename}" if full[0].filename else ""
    return f"no room on the disk ({full[0].strerror}{place}); make room, and it goes on"


@contextlib.contextmanager
def full_disk_is_a_fault() -> Generator[None]:
    """Let a lack of room come out as what it is: the environment's failure, whatever was being written."""
    try:
        yield
    except (OSError, ExceptionGroup) as error:
        if text := lack_of_room(error):
            raise FaultError(text) from error
        raise


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error

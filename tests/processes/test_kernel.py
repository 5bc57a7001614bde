"""What the guardian asks of the table of processes: the same from the kernel's lists of children as from the table."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.guardian import kernel

GROWN = "sh -c 'sleep 30 & sleep 31 & wait' & sleep 32 & wait"


@contextmanager
def tree() -> Iterator[int]:
    """Grow a shell with a sleep and a shell with two; give its pid."""
    shell = subprocess.Popen(["/bin/sh", "-c", GROWN], start_new_session=True)
    try:
        until = time.monotonic() + 20
        while sorted(map(command, kernel.family(shell.pid)))[-3:] != ["sleep 30", "sleep 31", "sleep 32"]:
            assert time.monotonic() < until
            time.sleep(0.01)
        yield shell.pid
    finally:
        kernel.send(kernel.family(shell.pid), 9)
        shell.kill()
        shell.wait()


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode()


def test_a_family_is_the_same_by_lists_of_children_as_by_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    with tree() as root:
        asked = kernel.family(root)
        monkeypatch.setattr(kernel, "_born_of", lambda _: pytest.fail("there are no lists"))
        monkeypatch.setattr(os.path, "exists", lambda _: False)
        assert kernel.family(root).keys() == asked.keys()
        assert len(asked) == 4
        assert len(kernel.children(asked, root)) == 2


def test_who_is_in_a_tree_is_known_by_its_parents() -> None:
    with tree() as root:
        everyone = [root, *kernel.family(root)]
        assert all(kernel.is_below(root, pid) for pid in everyone)
        assert not any(kernel.is_below(pid, os.getpid()) for pid in everyone)
        assert not kernel.is_below(root, 1)
        inner = next(pid for pid in everyone[1:] if kernel.family(pid))
        assert [kernel.is_below(inner, pid) for pid in everyone].count(True) == 3
    assert kernel.is_below(os.getpid(), root), "nobody vouches for one that is gone"

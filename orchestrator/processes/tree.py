"""What lives below a process, as the system tells it. Looks; signals nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from orchestrator.ports.runner import Process

_TICKS = os.sysconf("SC_CLK_TCK")
_LONGEST = 200
"""Characters of a command line."""


class _Row(NamedTuple):
    parent: int
    state: str
    cpu_s: float
    age_s: float


def tree_of(root: int) -> tuple[Process, ...]:
    """List a process and all its descendants, parents first; the dead that wait to be collected are among them."""
    up_s = _uptime()
    rows = {pid: row for pid in _pids() if (row := _row(pid, up_s)) is not None}
    children: dict[int, list[int]] = {}
    for pid, row in rows.items():
        children.setdefault(row.parent, []).append(pid)
    return tuple(_walk(root, 0, rows, children)) if root in rows else ()


def _walk(pid: int, depth: int, rows: dict[int, _Row], children: dict[int, list[int]]) -> Iterator[Process]:
    row = rows[pid]
    yield Process(
        pid=pid, depth=depth, state=row.state, cpu_s=row.cpu_s, age_s=max(0.0, row.age_s), command=_command(pid)
    )
    for child in sorted(children.get(pid, ())):
        yield from _walk(child, depth + 1, rows, children)


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _row(pid: int, up_s: float) -> _Row | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    own, start = int(fields[11]) + int(fields[12]), int(fields[19])
    return _Row(parent=int(fields[1]), state=fields[0], cpu_s=own / _TICKS, age_s=up_s - start / _TICKS)


def _uptime() -> float:
    try:
        return float(Path("/proc/uptime").read_text().split()[0])
    except OSError:
        return 0.0


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    line = " ".join(word.decode("utf-8", "replace") for word in words if word)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"

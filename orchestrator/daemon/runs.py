"""What run folders tell: the guardian of a run. Never a source of truth."""

import os
from pathlib import Path

import msgspec


class _Guardian(msgspec.Struct):
    pid: int


def guardian_pid(state: Path, task: str, attempt: int, iteration: int) -> int | None:
    """Give the process id of a run's guardian while it lives."""
    path = state / "runs" / task / str(attempt) / str(iteration) / "guardian.json"
    try:
        pid = msgspec.json.decode(path.read_bytes(), type=_Guardian).pid
        os.kill(pid, 0)
    except (OSError, msgspec.DecodeError):
        return None
    return pid

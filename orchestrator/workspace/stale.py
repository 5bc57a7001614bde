"""Locks on our refs that nobody holds any more. Never touches those of a person's branches, or one that is new."""

from pathlib import Path

from orchestrator.workspace.git import LIMIT_S
from orchestrator.workspace.repository import Repository


def break_locks(repository: Repository, now_s: float) -> None:
    """Remove the locks on refs of ours that a git left which died, by a power cut or a kill.

    Only below names that nobody but us writes, and only what no git can hold: older than the machine has been up, or
    than any git of ours may run. All others are the person's to judge; git says how.
    """
    refs = repository.git_dir / "refs"
    ours = (refs / "heads" / "orchestrator", *refs.glob("orchestrator*"))
    before_s = max(now_s - 2 * LIMIT_S, _booted())
    for lock in (lock for folder in ours for lock in folder.rglob("*.lock")):
        if _made(lock) < before_s:
            lock.unlink(missing_ok=True)


def _booted() -> float:
    """Say when the machine came up, in seconds since the epoch; 0 where nobody knows."""
    try:
        rows = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((float(row.split()[1]) for row in rows if row.startswith("btime ")), 0.0)


def _made(lock: Path) -> float:
    try:
        return lock.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # its git has just ended

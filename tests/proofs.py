"""What every page of a proof says of itself: of which commit, and on which day."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.daemon.clock import WallClock

ROOT = Path(__file__).resolve().parents[1]


def commit() -> str:
    """Name what is proved."""
    argv = ["git", "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def today() -> str:
    """Give the date, as UTC has it."""
    return datetime.fromtimestamp(WallClock().now() / 1000, UTC).strftime("%Y-%m-%d")

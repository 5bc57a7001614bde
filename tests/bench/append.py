"""A process that commits as often as it can when its input ends: `python -m tests.bench.append FOLDER TIMES`."""

import sys
from pathlib import Path

import anyio

from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.project import RandomIds
from orchestrator.engine.ledger import Ledger
from orchestrator.journal.file import FileJournal
from tests.bench.truth import commit_often


async def main(folder: Path, times: int) -> None:
    """Say when ready, then commit."""
    journal = await FileJournal.open(folder)
    ledger = Ledger(journal, WallClock(), RandomIds(), "me")
    await ledger.catch_up()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    await commit_often(ledger, times)
    journal.close()


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]), int(sys.argv[2]))

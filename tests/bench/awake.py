"""A process that sleeps until the journal grows, and says when it woke: `python -m tests.bench.awake FOLDER TIMES`."""

import sys
import time
from pathlib import Path

import anyio

from orchestrator.journal.file import FileJournal


async def main(folder: Path, times: int) -> None:
    """Wait for one commit after another, read each, then print the moments (monotonic seconds)."""
    journal = await FileJournal.open(folder)  # as runs do: what another wrote is synced before it is believed
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    woken, seen = list[float](), 0
    while seen < times:
        await journal.wait(seen)
        seen += len(commits := await journal.read(seen))
        woken += [time.monotonic()] * len(commits)
    sys.stdout.write("".join(f"{moment!r}\n" for moment in woken))
    journal.close()


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]), int(sys.argv[2]))

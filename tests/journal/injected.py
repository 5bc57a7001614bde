"""A writer of the journal to whom a system call does what it seldom does: kills it, or fails. By strace; Linux only."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import anyio

from orchestrator.journal.file import FileJournal
from orchestrator.model.events import TaskFailed

_COMMITS = 3
_LONGEST_S = 15
_AT = 1_772_355_600_000
_WRITER = """
import sys, anyio
from pathlib import Path
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import TaskFailed

async def main():
    journal = await FileJournal.open(Path(sys.argv[1]))
    for number in range(int(sys.argv[2])):
        event = TaskFailed(task=f"q/T-{number}", reason="no")
        commit = await journal.append([event], expected=number, by="w", at=1772355600000, commit_id=f"w{number}")
        print(commit.seq, commit.id, flush=True)
    journal.close()

anyio.run(main)
"""


class Trial(NamedTuple):
    """One writer; `hit` says whether it came to what was to happen, `wrong` what does not hold afterwards."""

    hit: bool
    wrong: list[str]


def tried(folder: Path, call: str, happening: str, number: int) -> Trial:
    """Let the numbered call on the journal's files do so, and see what is there afterwards."""
    journal, log = folder / "journal", folder / "strace"
    journal.mkdir(parents=True)
    paths = [word for name in ("", "lock", "000000000001.jsonl") for word in ("-P", str(journal / name).rstrip("/"))]
    inject = f"inject={call}:{happening}:when={number}"
    argv = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}", "-e", inject, *paths]
    try:
        done = subprocess.run(
            [*argv, sys.executable, "-c", _WRITER, str(journal), str(_COMMITS)],
            check=False,
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        return Trial(hit=True, wrong=[f"it hung for {_LONGEST_S} s"])
    said = [line.split() for line in done.stdout.splitlines(keepends=True) if line.endswith("\n")]
    hit = "INJECTED" in log.read_text() or "SIGKILL" in log.read_text()
    return Trial(hit, anyio.run(_afterwards, journal, said))


async def _afterwards(folder: Path, acknowledged: list[list[str]]) -> list[str]:
    """Start again: what was acknowledged is there, once, and it goes on."""
    journal = await FileJournal.open(folder)
    try:
        commits = {commit.seq: commit.id for commit in await journal.read(0)}
        event = TaskFailed(task="q/next", reason="no")
        await journal.append([event], expected=len(commits), by="n", at=_AT, commit_id="next")
    finally:
        journal.close()
    lost = [f"acknowledged and not there: {seq} {name}" for seq, name in acknowledged if commits.get(int(seq)) != name]
    dense = list(commits.items()) == [(number + 1, f"w{number}") for number in range(len(commits))]
    return [*lost, *([] if dense else [f"not dense: {commits}"])]

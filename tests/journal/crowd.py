"""Processes that all append to one journal and all read along: what each saw, and when."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).resolve().parents[2]
_LONGEST_S = 120
_MEMBER = """
import sys, time, anyio
from pathlib import Path
from orchestrator.errors import ConflictError
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import QueuePaused

folder, name, each, goal = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
said = []

async def append():
    journal = await FileJournal.open(folder, segment_bytes=200_000)
    head, number = journal.head, 0
    while number < each:
        try:
            event = QueuePaused(queue=name)
            commit = await journal.append([event], expected=head, by=name, at=0, commit_id=f"{name}-{number}")
        except ConflictError:
            head = (await journal.read(head))[-1].seq
        else:
            said.append(("stored", commit.seq, commit.id, time.monotonic()))
            head, number = commit.seq, number + 1
            await anyio.lowlevel.checkpoint()
    journal.close()

async def read_along():
    journal = await FileJournal.open(folder, read_only=True)
    head = 0
    while head < goal:
        await journal.wait(head)
        for commit in await journal.read(head):
            head = commit.seq
            said.append(("saw", commit.seq, commit.id, time.monotonic()))
    journal.close()

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    async with anyio.create_task_group() as group:
        group.start_soon(read_along)
        group.start_soon(append)
    for what, seq, name_, moment in said:
        print(what, seq, name_, f"{moment:.6f}")

anyio.run(main)
"""


class Crowd(NamedTuple):
    """How it went: `wrong` is what did not hold, `lags` how long after its acknowledgement each commit was seen."""

    commits: int
    seconds: float
    wrong: list[str]
    lags: list[float]

    def lag(self, share: float) -> float:
        """Give the lag that this share of all sights stayed within."""
        return self.lags[min(len(self.lags) - 1, int(share * len(self.lags)))]


def crowd(folder: Path, members: int, each: int) -> Crowd:
    """Let so many processes append so many commits each while all of them read along."""
    names, goal = [f"m{number}" for number in range(members)], members * each
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _MEMBER, str(folder), name, str(each), str(goal)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_HERE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        for name in names
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        texts = [process.communicate(timeout=_LONGEST_S)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return judge([text.splitlines() for text in texts], goal)


def judge(said: list[list[str]], goal: int) -> Crowd:
    """Compare what all members stored with what each of them saw."""
    stored: dict[int, tuple[str, float]] = {}
    wrong: list[str] = []
    for lines in said:
        for _, seq, name, moment in (line.split() for line in lines if line.startswith("stored ")):
            if int(seq) in stored:
                wrong.append(f"commit {seq} was acknowledged twice: {stored[int(seq)][0]} and {name}")
            stored[int(seq)] = (name, float(moment))
    if sorted(stored) != list(range(1, goal + 1)):
        wrong.append(f"{len(stored)} of {goal} commits were acknowledged, not each number once")
    if len({name for name, _ in stored.values()}) != len(stored):
        wrong.append("one commit was acknowledged under two numbers")
    lags: list[float] = []
    for member, lines in enumerate(said):
        sights = [line.split() for line in lines if line.startswith("saw ")]
        if [int(seq) for _, seq, *_ in sights] != list(range(1, goal + 1)):
            wrong.append(f"member {member} saw {len(sights)} commits, not 1 to {goal} in order")
        for _, seq, name, moment in sights:
            what, at = stored.get(int(seq), ("nothing", 0.0))
            if what != name:
                wrong.append(f"member {member} saw {name} as {seq}, {what} was acknowledged")
            lags.append(max(0.0, float(moment) - at))
    moments = [at for _, at in stored.values()] or [0.0]
    return Crowd(goal, max(moments) - min(moments), wrong, sorted(lags))

"""Several processes at one journal: none waits for another, none overwrites another, no acknowledged commit is lost."""

import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from orchestrator.journal.examine import examine
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import QueuePaused
from tests.journal.conftest import Fill, Open

WRITER = """
import sys, anyio
from pathlib import Path
from orchestrator.errors import ConflictError
from orchestrator.journal.file import FileJournal
from orchestrator.model.events import QueuePaused

async def main(folder, name, goal):
    journal = await FileJournal.open(Path(folder), segment_bytes=60_000)
    head, number = journal.head, 0
    while head < goal:
        try:
            commit = await journal.append(
                [QueuePaused(queue=name)], expected=head, by=name, at=0, commit_id=f"{name}-{number}"
            )
        except ConflictError:
            head = (await journal.read(head))[-1].seq
        else:
            head, number = commit.seq, number + 1
            print(commit.seq, commit.id, flush=True)
    journal.close()

anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]))
"""
WAITER = """
import sys, time, anyio
from pathlib import Path
from orchestrator.journal.file import FileJournal

async def main(folder):
    journal = await FileJournal.open(Path(folder))
    print("open", flush=True)
    await journal.wait(journal.head)
    print(time.monotonic(), (await journal.read(0))[-1].id, flush=True)

anyio.run(main, sys.argv[1])
"""
GOAL = 600


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_six_writers_of_which_three_are_killed_leave_a_dense_journal_with_every_acknowledged_commit(
    tmp_path: Path, open_journal: Open
) -> None:
    async def story(journal: FileJournal) -> None:
        goals = dict.fromkeys("abc", 10**9) | dict.fromkeys("def", GOAL)
        writers = {name: start(WRITER, str(tmp_path), name, str(goal)) for name, goal in goals.items()}
        for name, kill_at in (("a", GOAL // 4), ("b", GOAL // 3), ("c", GOAL // 2)):
            await journal.wait(kill_at)
            writers[name].kill()
        said = {name: writer.communicate(timeout=60)[0] for name, writer in writers.items()}
        assert [writers[name].returncode for name in "abcdef"] == [-9, -9, -9, 0, 0, 0]
        commits = {commit.seq: commit.id for commit in await journal.read(0)}
        assert list(commits) == list(range(1, len(commits) + 1))
        assert len(commits) >= GOAL
        assert len(set(commits.values())) == len(commits)
        acknowledged = [
            line.split() for text in said.values() for line in text.splitlines(keepends=True) if "\n" in line
        ]
        assert all(commits[int(seq)] == commit_id for seq, commit_id in acknowledged)
        assert len(acknowledged) >= len(commits) - 3

    open_journal(tmp_path, story)
    seen = examine(tmp_path)
    assert seen.chain_intact
    assert len(seen.segments) > 1


@pytest.mark.slow
def test_another_process_is_woken_by_an_append_without_looking_again_and_again(
    tmp_path: Path, open_journal: Open, fill: Fill
) -> None:
    fill(tmp_path, 2)
    waiter = start(WAITER, str(tmp_path))
    assert waiter.stdout is not None
    assert waiter.stdout.readline() == "open\n"
    stat = Path("/proc", str(waiter.pid), "stat")

    async def story(journal: FileJournal) -> None:
        while stat.read_text().rpartition(")")[2].split()[0] != "S":
            await anyio.lowlevel.checkpoint()
        await anyio.sleep(0.05)
        idle = switches(waiter.pid)
        await anyio.sleep(0.2)
        assert switches(waiter.pid) == idle, "it runs while nothing happens"
        await journal.append([QueuePaused(queue="q")], expected=2, by="me", at=0, commit_id="ring")

    open_journal(tmp_path, story)
    assert waiter.communicate(timeout=20)[0].split()[1] == "ring"


def switches(pid: int) -> int:
    """Count how often a process was put to sleep: a polling one more and more often."""
    text = Path("/proc", str(pid), "status").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if "ctxt_switches" in line)


@pytest.mark.slow
def test_a_writer_killed_in_the_middle_of_a_line_loses_nothing(tmp_path: Path, fill: Fill, open_journal: Open) -> None:
    stored = fill(tmp_path, 3)
    program = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from orchestrator.files.append import Disk\n"
        "class Dying(Disk):\n"
        "    def write(self, descriptor, content):\n"
        "        super().write(descriptor, content[:40])\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "from orchestrator.journal.file import FileJournal\n"
        "import anyio\n"
        "async def main():\n"
        "    journal = await FileJournal.open(Path(sys.argv[1]), disk=Dying())\n"
        "    await journal.append([], expected=3, by='me', at=0, commit_id='lost')\n"
        "anyio.run(main)\n"
    )
    writer = start(program, str(tmp_path))
    writer.communicate(timeout=20)
    assert writer.returncode == -9

    async def story(journal: FileJournal) -> None:
        assert list(await journal.read(0)) == stored

    notices = open_journal(tmp_path, story).notices
    assert len(notices) == 1
    assert len((tmp_path / "quarantine-4-1.bin").read_bytes()) == 40

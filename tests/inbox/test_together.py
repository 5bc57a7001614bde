"""Read, merge, append, render: what the daemon makes of the pieces, while somebody else saves the file all the time."""

import json
import subprocess
import sys
from pathlib import Path

import anyio
import msgspec
import pytest

from orchestrator.files.exchange import Changed, Failed, until_written
from orchestrator.inbox.folder import QueueFile, QueueFolder
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.specs import Status
from orchestrator.model.world import World
from orchestrator.policy.saves import merge_save
from orchestrator.views.queuefile import QueueFiles

EDITOR = """
import json, os, sys, tempfile, time
path, turns = sys.argv[1], int(sys.argv[2])
def text():
    for _ in range(2000):
        try:
            with open(path) as file:
                return file.read()
        except FileNotFoundError:
            time.sleep(0.0005)
def renamed(new):
    with open(path + "~", "w") as file:
        file.write(new)
    os.replace(path + "~", path)
def truncated(new):
    with open(path, "w") as file:
        file.write(new)
def recreated(new):
    os.unlink(path)
    with open(path, "w") as file:
        file.write(new)
def slow(new):
    with open(path, "w") as file:
        file.write(new[:9]); file.flush(); time.sleep(0.003); file.write(new[9:])
for turn in range(turns):
    document = json.loads(text())
    document["tasks"].append({"id": "T%d" % turn, "title": "by hand"})
    document["tasks"][0]["description"] = "turn %d" % turn
    if turn % 5 == 4:
        time.sleep(0.002)
    new = json.dumps(document, indent=2)
    (renamed, truncated, recreated, slow)[turn % 4](new)
"""


class Clock:
    def now(self) -> int:
        return 0

    async def sleep_until(self, at: int) -> None:
        raise NotImplementedError


class Daemon:
    """The loop, as short as it can be: a journal that never conflicts and a world."""

    def __init__(self, root: Path) -> None:
        self.world = World()
        self.folder = QueueFolder(root, Clock())
        self.files = QueueFiles(root)
        self.texts: dict[str, bytes] = {}
        self.refused: list[str] = []

    def append(self, *events: e.Event) -> None:
        seq = self.world.seq + 1
        name = "first" if seq == 1 else f"c{seq}"
        apply(self.world, e.Commit(seq=seq, id=name, prev="", at=seq, by="t", events=events))
        self.refused += [event.reason for event in events if isinstance(event, e.EditRefused)]

    def merge(self, file: QueueFile) -> None:
        if events := merge_save(self.world, file.document):
            self.append(*events)

    async def turn(self) -> None:
        for file in self.folder.read().files:
            if file.changed:
                self.merge(file)
            self.texts[file.document.spec.name] = file.text
        for name, text in self.texts.items():
            outcome = self.files.write(self.world, name, text)
            assert not isinstance(outcome, Failed)
            if isinstance(outcome, Changed):
                await self.merge_displaced(self.world.queues[name].spec.path, outcome)

    async def merge_displaced(self, path: str, outcome: Changed) -> None:
        for spare in outcome.rescued:
            assert await until_written(spare, 5)
        for text in (*(spare.read_bytes() for spare in outcome.rescued), *outcome.saves):
            save = self.folder.understand(path, text)
            assert isinstance(save, QueueFile)
            self.merge(save)
        for spare in outcome.rescued:
            spare.unlink()


@pytest.mark.slow
def test_whatever_a_person_saves_while_everything_moves_nothing_is_lost(tmp_path: Path) -> None:
    turns, path = 120, tmp_path / "queues" / "q.json"
    path.parent.mkdir()
    path.write_text('{"tasks": [{"id": "A", "title": "first"}, {"id": "B"}]}')

    async def main() -> None:
        daemon = Daemon(tmp_path)
        await daemon.turn()
        with subprocess.Popen([sys.executable, "-S", "-c", EDITOR, str(path), str(turns)]) as editor:
            step = 0
            while editor.poll() is None:
                step += 1
                task = daemon.world.tasks["q/B"]
                spec = msgspec.structs.replace(task.spec, title=f"step {step}")
                daemon.append(e.TaskEdited(task="q/B", spec=spec))
                if open_ones := [t.ref for t in daemon.world.tasks.values() if t.status is Status.PENDING][2:]:
                    daemon.append(e.TaskCompleted(task=open_ones[0]))
                await daemon.turn()
                await anyio.sleep(0)
            assert editor.wait() == 0
        done = {task.ref for task in daemon.world.tasks.values() if task.status is Status.COMPLETED}
        await daemon.turn()
        await daemon.turn()
        tasks = daemon.world.tasks
        assert set(tasks) == {"q/A", "q/B", *(f"q/T{n}" for n in range(turns))}
        assert all(tasks[ref].status is Status.COMPLETED for ref in done)
        assert len(done) > 5
        assert (tasks["q/A"].spec.description, tasks["q/B"].spec.title) == (f"turn {turns - 1}", f"step {step}")
        assert daemon.refused == []
        shown = {task["id"]: task.get("title", "") for task in json.loads(path.read_bytes())["tasks"]}
        assert shown == {task.spec.id: task.spec.title for task in tasks.values()}
        assert [one.name for one in path.parent.iterdir()] == ["q.json"]

    anyio.run(main)

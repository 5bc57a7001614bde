"""One process of the real-git run: `python -m tests.train.lorry FOLDER`. Real journal, git, engine and policy.

Only agents and checks are played, in this process: an agent writes its files and records its end at once, a check reads
the tree. What is proved is the train; programs under guardians have proofs of their own.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio
import msgspec

from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.project import RandomIds
from orchestrator.engine.engine import Engine
from orchestrator.engine.hands import Hands
from orchestrator.files.atomic import write_atomic
from orchestrator.journal.file import FileJournal
from orchestrator.journal.presence import FilePresence
from orchestrator.model import events as e
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, RepoSettings, Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.talk import Reply
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict
from orchestrator.ports.agents import AgentEnd, Hear, Job, Life, Outcome, RunKey, unheard
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import AttemptKey
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.store import resolved
from orchestrator.workspace.clones import GitWorkspace
from orchestrator.workspace.ground import Ground

QUEUES, WORKERS, SHARED = 3, 3, 4


class Load(msgspec.Struct, frozen=True):
    """What is to land: how many changes, and the real git (the one on the PATH may kill whoever calls it)."""

    changes: int
    git: str
    window: int = 4

    @property
    def refs(self) -> list[str]:
        """The tasks."""
        return [f"q{n % QUEUES}/T{n}" for n in range(self.changes)]


def number(ref: str) -> int:
    """Give a task's number."""
    return int(ref.partition("/T")[2])


def shared_file(ref: str) -> str:
    """Name the file a third of the changes adds its line to; empty for the others."""
    return f"shared/{number(ref) // 3 % SHARED}" if number(ref) % 3 == 0 else ""


def rival(ref: str) -> str:
    """Name the change it is red together with unless one of both says so: two of seven go in such pairs."""
    place = number(ref) % 7
    others = {1: number(ref) + 1, 2: number(ref) - 1}
    return f"q{others[place] % QUEUES}/T{others[place]}" if place in others else ""


def clash_file(ref: str) -> str:
    """Name its file in such a pair."""
    return f"clash/T{number(ref)}"


def red(files: Mapping[str, str], load: Load) -> list[str]:
    """Say what is wrong with a tree: conflict markers, and pairs of which neither knows the other."""
    found = [path for path, text in files.items() if "<<<<<<<" in text]
    for ref in load.refs:
        one, other = clash_file(ref), clash_file(rival(ref)) if rival(ref) else ""
        if other in files and one in files and other not in files[one] and one not in files[other]:
            found.append(f"{one} and {other} do not know each other")
    return found


def files_of(git: str, git_dir: Path, commit: str) -> dict[str, str]:
    """Read a commit's small files."""
    command = [git, f"--git-dir={git_dir}"]
    rows = subprocess.run([*command, "ls-tree", "-r", "--full-tree", commit], check=True, capture_output=True).stdout
    blobs = [row.split(b"\t") for row in rows.splitlines()]
    asked = b"".join(about.split()[2] + b"\n" for about, _ in blobs)
    answer = subprocess.run([*command, "cat-file", "--batch"], check=True, capture_output=True, input=asked).stdout
    files: dict[str, str] = {}
    for _, path in blobs:
        about, _, rest = answer.partition(b"\n")
        size = int(about.split()[2])
        files[path.decode()], answer = rest[:size].decode(), rest[size + 1 :]
    return files


class HandMade:
    """Agents that do their work at once. The end of each call is a file, so that none is done twice."""

    def __init__(self, ground: Ground, ends: Path) -> None:
        self._ground, self._ends = ground, ends

    async def run(self, job: Job, hear: Hear = unheard) -> AgentEnd:
        """Write the work and record the end, unless it is recorded; it has nothing to say."""
        del hear
        end = self._end(job.key)
        if not end.exists():
            await anyio.lowlevel.checkpoint()
            _work(self._ground.folder(AttemptKey(job.key.task, job.key.attempt)), job.key.task)
            write_atomic(end, b"claimed")
        return AgentEnd(outcome=Outcome.CLAIMED, claimed=True, seconds=0.1)

    async def life(self, key: RunKey) -> Life:
        """Say whether its end is recorded."""
        return Life.ENDED if self._end(key).exists() else Life.GONE

    async def stop(self, key: RunKey) -> None:
        """Nothing outlives its call."""

    async def reply(self, key: RunKey, word: str, reply: Reply) -> None:
        """Nobody said anything."""

    def sandbox(self, task: str) -> str:
        """Name the level: it runs in this process."""
        del task
        return "L0"

    def _end(self, key: RunKey) -> Path:
        return self._ends / f"{key.task.replace('/', '.')}.{key.attempt}.{key.iteration}"


def _work(folder: Path, ref: str) -> None:
    texts = {f"done/T{number(ref)}": "right\n"}
    if path := shared_file(ref):
        old = (folder / path).read_text() if (folder / path).exists() else ""
        texts[path] = "".join(f"{line}\n" for line in dict.fromkeys((*resolved(old), ref)))
    if rival(ref):
        known = sorted(f"clash/{path.name}" for path in (folder / "clash").glob("*") if path.name != f"T{number(ref)}")
        texts[clash_file(ref)] = " ".join(known) + "\n"
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


class Reader:
    """A judge that reads the tree. A check in a dozen fails once for nothing: then it is asked again."""

    def __init__(self, load: Load, git_dir: Path) -> None:
        self._load, self._git_dir = load, git_dir

    async def judge(self, case: Case) -> Judgement:
        """Look at the merged or captured tree."""
        await anyio.lowlevel.checkpoint()
        files = files_of(self._load.git, self._git_dir, case.commit)
        wrong = red(files, self._load)
        if files.get(f"done/T{number(case.task)}") != "right\n":
            wrong.append("the work is not there")
        findings = tuple(Finding(message=text, id=text) for text in wrong)
        report = Report(name="reads", report=Verdict.FAIL if wrong else Verdict.PASS, findings=findings)
        return Judgement(verdict=report.report, tree=case.tree, base=case.base, checks=(report,), regressions=findings)


def define(load: Load) -> tuple[e.Event, ...]:
    """Give what is to be done as its file would."""
    queues = (e.QueueAdded(queue=f"q{n}", spec=QueueSpec(name=f"q{n}")) for n in range(QUEUES))
    tasks = (e.TaskAdded(task=r, spec=TaskSpec(id=r.partition("/")[2], title=r)) for r in load.refs)
    return (*queues, *tasks)


async def drive(folder: Path) -> int:
    """Work until all has landed; give the run's exit code."""
    load = msgspec.json.decode((folder / "load.json").read_bytes(), type=Load)
    state, clock, me = folder / "project" / ".aibrain", WallClock(), f"p{os.getpid()}"
    settings = Settings(
        agents={"hand": AgentSettings(name="hand")},
        queues={f"q{n}": QueueSettings(workers=WORKERS) for n in range(QUEUES)},
        max_iterations=200,
        patience_s=1000.0,
        train_window=load.window,
    )
    queues = {f"q{n}": RepoSettings(base="main") for n in range(QUEUES)}
    ground = Ground(folder / "project", state, clock=clock, queues=queues)
    await ground.open()
    journal = await FileJournal.open(state / "journal")
    presence = FilePresence(state / "workers")
    presence.join(me)
    hands = Hands(
        agents=HandMade(ground, folder / "ends"),
        verifier=Reader(load, folder / "project" / ".git"),
        workspace=GitWorkspace(ground),
        actions=MemoryActions(),
    )
    engine = Engine(journal, hands, clock, RandomIds(), presence, settings, me)
    await engine.propose(lambda world: () if world.tasks else define(load))
    try:
        return (await engine.run(Scope())).exit_code
    finally:
        presence.leave()
        journal.close()


def digest(text: str) -> int:
    """Draw a number from a text, the same everywhere."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


if __name__ == "__main__":
    sys.exit(anyio.run(drive, Path(sys.argv[1])))

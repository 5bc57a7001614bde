"""Rows in which no program works: claims in memory, wake-ups, replay, snapshots, appends from many at once."""

import gc
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import anyio
import msgspec
import orjson

from orchestrator.codec.lines import GENESIS, encode, line_hash
from orchestrator.codec.worlds import encode_world
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.desk import open_desk
from orchestrator.daemon.project import Project, RandomIds
from orchestrator.engine.ledger import Ledger
from orchestrator.journal.file import FileJournal
from orchestrator.journal.segments import segment_name
from orchestrator.journal.snapshot import Snapshot, save
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.world import World
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.initiative import initiative
from orchestrator.policy.seat import Seat
from tests.bench.gauge import Compared, Row, Size, compare, serial_s, spread, sync_s, timed
from tests.bench.lives import commits_of, queue_of
from tests.bench.working import fresh
from tests.bench.workshop import environment

AT_ONCE, PROCESSES = 64, 4
JOURNAL = ".aibrain/journal"
_TAIL = 1000


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """What decoding alone makes of a line."""

    seq: int
    id: str
    at: str
    by: str
    events: tuple[e.Event, ...]


# -- claims --------------------------------------------------------------------------------------------------------


def claim(size: Size, _folder: Path) -> Iterator[Row]:
    """Measure one choice of the next task, and taking it in, with a world that holds very many."""
    many, few = _Claims(size.known), _Claims(min(100, size.known))
    compared = compare(size, many.each_s, few.each_s)
    micros = spread([1_000_000 * value for value in compared.row])
    few_micros = spread([1_000_000 * value for value in compared.baseline])
    yield Row(
        goal=3,
        name=f"a claim in memory, {size.known:,} tasks: chosen and folded",
        value=micros,
        unit="us",
        most=10.0,
        took=micros.text("us"),
        against=f"100 tasks: {few_micros.text('us')}",
    )
    yield Row(goal=3, name="the same over one with 100 tasks", value=compared.ratio, most=1.2)


class _Claims:
    """A world of pending tasks, and the claims made in it."""

    def __init__(self, tasks: int) -> None:
        self.world, self.agenda = World(), Agenda()
        for commit in queue_of(tasks):
            apply(self.world, commit)
        self.agenda.update(self.world, ())
        self.world.touched = {}
        self.seat = Seat(me="me", scope=Scope(), settings=Settings(), peers={"me": None}, targets={"q": ":main"})

    def each_s(self) -> float:
        """Claim and give back, some times over; the middle of what a claim took."""
        taken = sorted(self._once() for _ in range(200))
        return taken[len(taken) // 2]

    def _once(self) -> float:
        began = time.perf_counter()
        events = initiative(self.world, self.agenda, self.world.at, self.seat)
        self._fold(events)
        took = time.perf_counter() - began
        claimed = events[0]
        assert isinstance(claimed, e.TaskClaimed)
        self._fold((e.TaskReleased(task=claimed.task, reason="measured"),))
        return took

    def _fold(self, events: tuple[e.Event, ...]) -> None:
        seq = self.world.seq + 1
        apply(self.world, e.Commit(seq=seq, id="x", prev="", at=self.world.at, by="me", events=events))
        touched, self.world.touched = self.world.touched, {}
        self.agenda.update(self.world, touched)


# -- waking --------------------------------------------------------------------------------------------------------


def awake(size: Size, folder: Path) -> Iterator[Row]:
    """Measure how long after an append another process is awake with it."""
    middles, worst = list[float](), list[float]()

    def once() -> float:
        late = sorted(anyio.run(_wakes, fresh(folder), min(300, size.appends)))
        middles.append(1000 * late[len(late) // 2])
        worst.append(1000 * late[int(len(late) * 0.99)])
        return middles[-1] / 1000

    compared = compare(size, once, lambda: sync_s(folder))
    yield Row(
        goal=4,
        name="appended by one process, read by another that slept: p50",
        value=spread(middles),
        unit="ms",
        most=1.0,
        took=f"{compared.ratio.text('x')} one fdatasync",
        against=f"fdatasync: {spread([1000 * value for value in compared.baseline]).text('ms')}",
    )
    yield Row(goal=4, name="the same: p99", value=spread(worst), unit="ms", most=5.0)


async def _wakes(folder: Path, times: int) -> list[float]:
    journal = await FileJournal.open(folder)
    argv = [sys.executable, "-m", "tests.bench.awake", str(folder), str(times)]
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(argv, cwd=root, env=environment(), stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        appended = list[float]()
        for seq in range(times):
            await anyio.sleep(0.003)
            await journal.append((e.QueueResumed(queue="q"),), expected=seq, by="me", at=seq, commit_id=f"{seq:016x}")
            appended.append(time.monotonic())
        woken = [float(line) for line in reader.stdout]
    journal.close()
    return [after - before for before, after in zip(appended, woken, strict=True)]


# -- reading it all ------------------------------------------------------------------------------------------------


def replay(size: Size, folder: Path) -> Iterator[Row]:
    """Measure opening a long journal and folding all of it, against decoding its lines and nothing else."""
    root = fresh(folder)
    events = written(root, commits_of(size.lives))
    lines = [line for path in sorted(root.glob(f"{JOURNAL}/*.jsonl")) for line in path.read_bytes().splitlines()]
    decoder = msgspec.json.Decoder(_Line)

    def decode() -> None:
        for line in lines:
            decoder.decode(line)

    compared = compare(size, lambda: timed(lambda: anyio.run(_folded, root)), lambda: timed(decode))
    yield Row(
        goal=8,
        name=f"a journal of {events:,} events verified and folded",
        value=compared.ratio,
        most=2.0,
        took=compared.row.text("s"),
        against=f"decoding alone: {compared.baseline.text('s')}",
        note="verified: length, checksum, number and the hash of the line before, of every line",
    )


def snapshot(size: Size, folder: Path) -> Iterator[Row]:
    """Measure a start from a snapshot with a tail behind it, against reading the same world as plain JSON."""
    root, world = fresh(folder), World()
    begun = list(queue_of(size.known))
    for commit in begun:
        apply(world, commit)
    world.touched = {}
    tail = list(commits_of(1 + _TAIL // 9, after=begun[-1].seq, begin=False))[:_TAIL]
    written(root, [*begun, *tail])
    anyio.run(_keep, root, world)
    plain = orjson.dumps(msgspec.to_builtins(world, str_keys=True))
    gc.collect()
    compared = compare(
        size, lambda: timed(lambda: anyio.run(_folded, root)), lambda: timed(lambda: orjson.loads(plain))
    )
    yield Row(
        goal=8,
        name=f"a start from a snapshot of {size.known:,} tasks and {len(tail):,} commits behind it",
        value=compared.ratio,
        most=0.5,
        took=compared.row.text("s"),
        against=f"`orjson.loads` of that world: {compared.baseline.text('s')}",
    )


def written(folder: Path, commits: Sequence[e.Commit] | Iterator[e.Commit]) -> int:
    """Write a project's journal in one go; gives the number of its events."""
    journal = folder / JOURNAL
    journal.mkdir(parents=True)
    (journal / "lock").touch()
    prev, events = GENESIS, 0
    with (journal / segment_name(1)).open("wb") as file:
        for commit in commits:
            line = encode(msgspec.structs.replace(commit, prev=prev))
            file.write(line + b"\n")
            prev = line_hash(line)
            events += len(commit.events)
    return events


async def _folded(folder: Path) -> None:
    desk = await open_desk(Project(folder, Settings()), "me", read_only=True)
    desk.journal.close()


async def _keep(folder: Path, world: World) -> None:
    journal = await FileJournal.open(folder / JOURNAL, read_only=True)
    line = await journal.hash_at(world.seq)
    assert line is not None
    save(folder / JOURNAL, Snapshot(seq=world.seq, line=line, payload=encode_world(world)))
    journal.close()


# -- appending from many -------------------------------------------------------------------------------------------


def group(size: Size, folder: Path) -> Iterator[Row]:
    """Measure commits of many tasks of one process at once, and of several processes, against one after another."""
    times = size.appends

    def together() -> float:
        return times / anyio.run(_committed, fresh(folder), times, AT_ONCE)

    compared = compare(size, together, lambda: times / serial_s(folder, times))
    yield Row(
        goal=9,
        name=f"commits of {AT_ONCE} tasks of one process at once",
        value=compared.ratio,
        least=10.0,
        took=_rate(compared.row),
        against=f"one after another, write and fdatasync alone: {_rate(compared.baseline)}",
    )
    compared = _several(size, folder)
    yield Row(
        goal=9,
        name=f"commits of {PROCESSES} processes together, against one",
        value=compared.ratio,
        least=0.5,
        took=_rate(compared.row),
        against=f"one process: {_rate(compared.baseline)}",
    )


def _several(size: Size, folder: Path) -> Compared:
    times = max(8, size.appends // 8)

    def processes(number: int) -> float:
        root = fresh(folder)
        anyio.run(_committed, root, 1, 1)
        return number * times / _appending(root, number, times)

    return compare(size, partial(processes, PROCESSES), partial(processes, 1))


def _appending(journal: Path, number: int, times: int) -> float:
    """Let processes append as quickly as they can; from the moment all are ready to the last one's end."""
    argv = [sys.executable, "-m", "tests.bench.append", str(journal), str(times)]
    root = str(Path(__file__).resolve().parents[2])
    pipe = subprocess.PIPE
    writers = [
        subprocess.Popen(argv, cwd=root, env=environment(), stdin=pipe, stdout=pipe, text=True) for _ in range(number)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    began = time.perf_counter()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()
    for writer in writers:
        writer.stdin = None
        writer.communicate()
    return time.perf_counter() - began


async def _committed(folder: Path, times: int, at_once: int) -> float:
    journal = await FileJournal.open(folder)
    ledger = Ledger(journal, WallClock(), RandomIds(), "me")
    await ledger.commit(lambda _: next(queue_of(1)).events)
    began = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for _ in range(at_once):
            tasks.start_soon(commit_often, ledger, times // at_once)
    took = time.perf_counter() - began
    journal.close()
    return took


async def commit_often(ledger: Ledger, times: int) -> None:
    """Commit something small, some times over."""
    for _ in range(times):
        await ledger.commit(lambda _: (e.QueuePaused(queue="q", because="x" * 60),))


def _rate(values: Sequence[float]) -> str:
    return f"{spread(values).text()} a second"

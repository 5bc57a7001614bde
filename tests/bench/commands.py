"""Rows about processes that come and go: `status`, a run that idles, a run that is killed and started again."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.gauge import Row, Size, command_s, compare, python_s, spread
from tests.bench.working import fresh
from tests.bench.workshop import Workshop, orchestrator

_SEED = 7
_TICKS = os.sysconf("SC_CLK_TCK")
_SETTLED_S = 1.0


def status(size: Size, folder: Path) -> Iterator[Row]:
    """Measure `orchestrator status` on a small project against an interpreter that does nothing."""
    shop = Workshop(fresh(folder), 2)
    shop.run()
    for name, argv in (("status", ("status",)), ("--help", ("--help",))):
        compared = compare(size, partial(command_s, orchestrator(*argv), cwd=shop.root), python_s)
        yield Row(
            goal=10,
            name=f"`orchestrator {name}`",
            value=compared.ratio,
            most=6.0 if name == "status" else None,
            took=spread([1000 * value for value in compared.row]).text("ms"),
            against=f"`python -c pass`: {spread([1000 * value for value in compared.baseline]).text('ms')}",
        )


def idle(size: Size, folder: Path) -> Iterator[Row]:
    """Measure what a run that waits for work takes of a core and of memory, and how often it wakes."""
    shop = Workshop(fresh(folder), 1)
    with shop.start("--watch") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if b"task.completed" in line:
                break
        time.sleep(_SETTLED_S)
        before = _used(process.pid)
        time.sleep(size.idle_s)
        after, memory = _used(process.pid), _megabytes(process.pid)
        process.terminate()
        process.communicate()
    share = 100 * (after[0] - before[0]) / size.idle_s
    wakes = (after[1] - before[1]) / size.idle_s
    yield Row(goal=11, name="a run that waits: share of a core", value=spread([share]), unit="%", most=0.5)
    yield Row(goal=11, name="a run that waits: memory", value=spread([memory]), unit="MiB", most=60.0)
    yield Row(
        goal=11,
        name="a run that waits: wake-ups",
        value=spread([wakes]),
        unit="a second",
        most=20.0,
        note="nothing polls more often than every 50 ms",
    )


def _used(pid: int) -> tuple[float, int]:
    """Give the seconds of a core and the wake-ups of a process so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    wakes = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        wakes += int(_field(thread / "status", "voluntary_ctxt_switches"))
    return (int(fields[11]) + int(fields[12])) / _TICKS, wakes


def _megabytes(pid: int) -> float:
    return int(_field(Path(f"/proc/{pid}/status"), "VmRSS").split()[0]) / 1024


def _field(path: Path, name: str) -> str:
    lines = path.read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))


def resume(size: Size, folder: Path) -> Iterator[Row]:
    """Kill a run again and again; measure from each start to its first commit, and see what was lost or repeated."""
    shop, chance = Workshop(fresh(folder), size.tasks + size.kills // 4), random.Random(_SEED)  # noqa: S311 - the same kills in every run
    imports = "import orchestrator.cli.main, orchestrator.cli.run, orchestrator.daemon.run"
    firsts, floors = list[float](), list[float]()
    for _ in range(size.kills):
        before = python_s(imports, 1)
        first = _killed(shop, chance.randint(1, 4))
        floor = (before + python_s(imports, 1)) / 2
        if first is not None:
            firsts.append(first)
            floors.append(floor)
    shop.run()
    yield Row(
        goal=7,
        name="from a start after kill -9 to the first commit",
        value=spread([first / floor for first, floor in zip(firsts, floors, strict=True)]),
        most=2.0,
        took=spread([1000 * first for first in firsts]).text("ms"),
        against=f"interpreter and imports: {spread([1000 * floor for floor in floors]).text('ms')}",
    )
    wrong = _wrong(shop)
    yield Row(
        goal=7,
        name=f"after {len(firsts)} kills: tasks lost, ends or completions recorded twice",
        value=spread([float(wrong)]),
        unit="",
        most=0.0,
        note=f"agents' calls started: {len(shop.calls())}, for {len(shop.moments())} tasks",
    )


def _killed(shop: Workshop, after: int) -> float | None:
    """Start a run, kill it after some commits; give the seconds to its first commit, None if there was none."""
    began = time.perf_counter()
    first: float | None = None
    with shop.start() as process:
        assert process.stdout is not None
        for count, line in enumerate(process.stdout, 1):
            if b'"seq"' not in line:
                continue
            first = first if first is not None else time.perf_counter() - began
            if count >= after:
                break
        process.kill()
        process.communicate()
    return first


def _wrong(shop: Workshop) -> int:
    """Count tasks that were not completed, and whatever was recorded more than once."""
    ends, completed = Counter[tuple[object, ...]](), Counter[str]()
    for commit in shop.commits():
        for event in commit["events"]:
            if event["type"] == "agent.finished":
                ends[event["task"], event["attempt"], event["iteration"]] += 1
            elif event["type"] == "task.completed":
                completed[event["task"]] += 1
    lost = sum(1 for task in shop.moments() if completed[task] != 1)
    return lost + sum(1 for count in ends.values() if count > 1)

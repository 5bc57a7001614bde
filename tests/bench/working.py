"""Rows in which agents work: an iteration and what it costs, workers side by side, chains, long queues, isolation."""

import itertools
import re
import shutil
import statistics
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.gauge import Compared, Row, Size, compare, spawn_s, spawns_at_once_s, spread, sync_s, timed
from tests.bench.workshop import AGENT, Call, Workshop, apart, between, calls_in

PROGRAMS, MOST_SYNCS = 3, 8
"""What an iteration cannot do without: a guardian, the agent, one check; and the syncs that are granted to it."""

_numbers = itertools.count()


def fresh(folder: Path) -> Path:
    """Name a folder nobody has used."""
    return folder / f"project-{next(_numbers)}"


def iteration(size: Size, folder: Path) -> Iterator[Row]:
    """Measure what an iteration costs in place, without a sandbox, on one worker; and what it does all that time."""
    programs, syncs = counted(folder, size)
    k = min(MOST_SYNCS, syncs) if syncs else MOST_SYNCS

    def floor() -> float:
        return PROGRAMS * spawn_s() + k * sync_s(folder)

    worked = worked_in_place(size, folder)
    compared = compare(size, worked, floor)
    yield Row(
        goal=1,
        name="a task of one iteration, in place, no sandbox, one worker",
        value=compared.ratio,
        most=2.0,
        took=_ms(compared),
        against=f"{PROGRAMS} x spawn + {k:g} x fdatasync: {_ms_base(compared)}",
        note=f"it starts {programs:.0f} programs and syncs {syncs:.0f} times, as strace counts" if programs else "",
    )


def worked_in_place(size: Size, folder: Path) -> Callable[[], float]:
    """Give the measurement: from the beginning of one agent to that of the next."""

    def work() -> float:
        shop = Workshop(fresh(folder), size.tasks)
        shop.run()
        return statistics.median(apart(shop.calls()))

    return work


def counted(folder: Path, size: Size) -> tuple[float, float]:
    """Count the programs and syncs between the first and the last start of an agent, per task; 0 without strace."""
    if shutil.which("strace") is None:
        return 0.0, 0.0
    log, shop = folder / "strace", Workshop(fresh(folder), min(size.tasks, 6))
    asked = "trace=execve,fsync,fdatasync,sync_file_range,syncfs"
    shop.run(before=("strace", "-f", "-qq", "-o", str(log), "-e", asked, "-e", "status=successful"))
    found, agents = Counter[str](), 0
    for line in log.read_text(errors="replace").splitlines():
        if re.search(r"execve\(.*agent\.sh", line):
            agents += 1
            totals = dict(found)
        if agents and (call := re.search(r"\b(execve|fsync|fdatasync|sync_file_range|syncfs)\(", line)):
            found["execve" if call[1] == "execve" else "sync"] += 1
    return tuple(totals.get(what, 0) / max(1, agents - 1) for what in ("execve", "sync"))  # type: ignore[return-value]


def hop(size: Size, folder: Path) -> Iterator[Row]:
    """Measure how soon a task follows the one it depends on, against tasks that depend on nothing."""

    def chained() -> float:
        shop = Workshop(fresh(folder), size.tasks, chain=True)
        shop.run()
        return statistics.median(apart(shop.calls()))

    compared = compare(size, chained, worked_in_place(size, folder))
    yield Row(
        goal=4,
        name="a hop along a chain of dependencies, within a process",
        value=compared.ratio,
        most=1.5,
        took=_ms(compared),
        against=f"the same without dependencies: {_ms_base(compared)}",
    )


def gap(size: Size, folder: Path) -> Iterator[Row]:
    """Measure what lies between two agents, against a loop of bash that calls the same agent."""

    def ours() -> float:
        shop = Workshop(fresh(folder), size.tasks)
        shop.run()
        return statistics.median(between(shop.calls()))

    compared = compare(size, ours, lambda: statistics.median(between(bash_loop(folder, size.tasks))))
    yield Row(
        goal=5,
        name="from one agent's end to the next one's beginning",
        value=compared.ratio,
        most=2.0,
        took=_ms(compared),
        against=f"`while` in bash: {_ms_base(compared)}",
        note="bash keeps nothing, checks nothing and lands nothing",
    )


def bash_loop(folder: Path, times: int) -> list[Call]:
    """Call the agent in a loop of bash."""
    root = fresh(folder)
    (root / "scratch").mkdir(parents=True)
    (root / "agent.sh").write_text(AGENT)
    (root / "agent.sh").chmod(0o755)
    loop = f"i=0; while [ $((i += 1)) -le {times} ]; do ORCHESTRATOR_TASK=q/T-$i ./agent.sh; done"
    env = {"ORCHESTRATOR_RUN_DIR": str(root), "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", "-c", loop], cwd=root, env=env, check=True, stdout=subprocess.DEVNULL)
    return calls_in(root / "scratch" / "ledger")


def four(size: Size, folder: Path) -> Iterator[Row]:
    """Measure how much four workers get done, each task in a clone of its own."""

    def ours() -> float:
        return done_a_second(folder, 2 * size.tasks)

    compared = compare(size, ours, lambda: 50 * size.tasks / spawns_at_once_s(50 * size.tasks, 4))
    yield Row(
        goal=2,
        name="tasks a second with four workers, in clones, no sandbox",
        value=compared.ratio,
        least=0.5,
        took=f"{compared.row.text()} a second",
        against=f"`anyio.open_process(true)` at four: {compared.baseline.text()} a second",
    )
    if shutil.which("parallel") is not None:
        compared = compare(size, ours, lambda: 20 * size.tasks / parallel_s(folder, 20 * size.tasks))
        yield Row(
            goal=2,
            name="the same, against GNU parallel",
            value=compared.ratio,
            least=1.5,
            took=f"{compared.row.text()} a second",
            against=f"`parallel -j4 --joblog true`: {compared.baseline.text()} a second",
        )


def done_a_second(folder: Path, tasks: int) -> float:
    """Let four workers do tasks, each in a clone of its own, and say how many a second it came to."""
    shop = Workshop(fresh(folder), tasks, workers=4, workspace="clone")
    shop.run()
    moments = [moment for each in shop.moments().values() for moment in each.values()]
    return tasks / (max(moments) - min(moments))


def parallel_s(folder: Path, times: int) -> float:
    """Let GNU parallel run a program many times, four at once."""
    numbers = "".join(f"{number}\n" for number in range(times))
    log = folder / "joblog"
    argv = ["parallel", "-j4", "--joblog", str(log), "true {}"]
    return timed(lambda: subprocess.run(argv, input=numbers, text=True, check=True, capture_output=True))


def long_queue(size: Size, folder: Path) -> Iterator[Row]:
    """Measure a task's cost while very many others wait, against one with few."""

    def with_waiting(waiting: int) -> float:
        shop = Workshop(fresh(folder), size.tasks + waiting)
        shop.run("--max-tasks", str(size.tasks))
        return statistics.median(apart(shop.calls()))

    few = min(100, size.pending // 10)
    compared = compare(size, lambda: with_waiting(size.pending), lambda: with_waiting(few))
    yield Row(
        goal=3,
        name=f"a task's cost with {size.pending:,} waiting",
        value=compared.ratio,
        most=1.2,
        took=_ms(compared),
        against=f"with {few:,} waiting: {_ms_base(compared)}",
    )


def isolation(size: Size, folder: Path) -> Iterator[Row]:
    """Measure what a private clone, the best sandbox and clean checkouts add to each iteration, part by part."""
    plain, best = list[Mapping[str, list[float]]](), list[Mapping[str, list[float]]]()

    def steps(into: list[Mapping[str, list[float]]], sandbox: str, workspace: str) -> float:
        shop = Workshop(fresh(folder), size.tasks, sandbox=sandbox, workspace=workspace)
        shop.run()
        into.append(shop.steps_s())
        return statistics.median(apart(shop.calls()))

    compared = compare(size, lambda: steps(best, "auto", "clone"), lambda: steps(plain, "none", "inplace"))
    more = [1000 * (row - floor) for row, floor in zip(compared.row, compared.baseline, strict=True)]
    parts = ", ".join(f"{name} {1000 * (_middle(best, name) - _middle(plain, name)):+.0f}" for name in plain[0])
    yield Row(
        goal=12,
        name="what full isolation adds to an iteration",
        value=spread(more),
        unit="ms",
        most=150.0,
        took=_ms(compared),
        against=f"in place, no sandbox: {_ms_base(compared)}",
        note=f"by parts, in ms: {parts}",
    )


def _middle(found: Sequence[Mapping[str, list[float]]], name: str) -> float:
    return statistics.median(value for each in found for value in each[name])


def _ms(compared: Compared) -> str:
    return spread([1000 * value for value in compared.row]).text("ms")


def _ms_base(compared: Compared) -> str:
    return spread([1000 * value for value in compared.baseline]).text("ms")

"""`scripts/prove plan`: how good the schedules are, over random plans, against what no schedule can beat.

Each plan has 10 to 500 tasks, 1 to 16 workers, and tasks that exclude each other. Small ones are also solved exactly,
by OR-tools' CP-SAT (installed beside this run only). Writes the section of docs/benchmarks.md between its markers.
"""

import argparse
import gc
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from orchestrator.model.world import World
from orchestrator.policy.plan import estimated, make_plan
from orchestrator.policy.plan_graph import Graph
from orchestrator.policy.plan_play import play
from tests.policy.playing.planning import NOW, seat_of, task, world_of
from tests.proofs import commit, today

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- begin plan -->", "<!-- end plan -->"
_SMALL = 14
"""Tasks of a plan that is also solved exactly."""


class Result(NamedTuple):
    """One plan's makespan over the lower bound, and what others make of it over the makespan."""

    tasks: int
    workers: int
    bound: float
    barriers: float
    first_come: float
    sequential: float


def draw(seed: int, count: int | None = None) -> tuple[World, int]:
    """Draw a plan: some tasks in chains, some side by side, some that share a resource or a file."""
    dice = random.Random(seed)  # noqa: S311 - plans, not secrets
    count = count or dice.randint(10, 500)
    workers, reach = dice.randint(1, 16), dice.choice((3, 10, 30, 100))
    resources = dice.choice((0, 0, 2, 5, 20))
    edges = dice.choice(((0, 1), (0, 1, 2), (1, 1, 2, 3)))
    tasks = []
    for n in range(count):
        needs = {f"T{dice.randrange(max(0, n - reach), n)}" for _ in range(dice.choice(edges))} if n else set[str]()
        shared = (
            tuple({f"r{dice.randrange(resources)}" for _ in range(dice.choice((0, 0, 1, 1, 2)))}) if resources else ()
        )
        files = (f"src/{dice.randrange(50)}.py",) if dice.random() < 0.2 else ()
        tasks.append(
            task(f"q/T{n}", dice.choice((1, 2, 3, 4, 6, 8, 16)), " ".join(needs), resources=shared, files=files)
        )
    return world_of(*tasks), workers


def measure(seed: int, count: int | None = None) -> Result:
    """Plan one drawn world, and play it with barriers and in first-come order too."""
    world, workers = draw(seed, count)
    seat = seat_of(world)
    plan = make_plan(world, seat, NOW, workers)
    for number, known in enumerate(world.tasks.values()):
        known.spec = msgspec.structs.replace(known.spec, priority=number)
    first_come = play(world, seat, NOW, estimated, workers=workers).seconds
    made = plan.played.seconds
    return Result(
        tasks=len(world.tasks),
        workers=workers,
        bound=made / plan.lower_bound_s,
        barriers=plan.barrier_s / made,
        first_come=first_come / made,
        sequential=plan.sequential_s / made,
    )


def exact(seed: int, model: Any) -> float | None:
    """Give a small plan's makespan over the best there is; None where that was not found in time."""
    dice = random.Random(-seed)  # noqa: S311 - plans, not secrets
    world, workers = draw(seed, dice.randint(6, _SMALL))
    made = play(world, seat_of(world), NOW, estimated, workers=workers).seconds
    best = _solved(world, workers, model)
    return made / best if best is not None else None


def _solved(world: World, workers: int, cp: Any) -> int | None:
    """Solve with CP-SAT: intervals, precedences, exclusions, so many at a time; None where time ran out."""
    problem = cp.CpModel()
    horizon = sum(estimated(known) for known in world.tasks.values())
    starts = {ref: problem.new_int_var(0, horizon, ref) for ref in world.tasks}
    spans = {
        ref: problem.new_fixed_size_interval_var(starts[ref], estimated(known), f"span {ref}")
        for ref, known in world.tasks.items()
    }
    end = problem.new_int_var(0, horizon, "end")
    users: dict[str, list[Any]] = {}
    for ref, known in world.tasks.items():
        problem.add(starts[ref] + estimated(known) <= end)
        for need in Graph(world).needs[ref]:
            for other in need[0]:
                problem.add(starts[other] + estimated(world.tasks[other]) <= starts[ref])
        for name in (*known.spec.resources, *known.spec.files):
            users.setdefault(name, []).append(spans[ref])
    for sharing in users.values():
        problem.add_no_overlap(sharing)
    problem.add_cumulative(list(spans.values()), [1] * len(spans), workers)
    problem.minimize(end)
    solver = cp.CpSolver()
    solver.parameters.max_time_in_seconds = 5.0
    solver.parameters.num_workers = 1
    status = solver.solve(problem)
    return int(solver.objective_value) if status == cp.OPTIMAL else None


def _solver(folder: Path) -> Any:
    argv = [sys.executable, "-m", "pip", "install", "-q", "--no-input", "--target", str(folder), "ortools>=9.8"]
    subprocess.run(argv, check=True)
    sys.path.append(str(folder))
    from ortools.sat.python import cp_model  # type: ignore[import-not-found,unused-ignore]

    return cp_model


def _large() -> float:
    """Time the planning of ten thousand tasks, in seconds."""
    world, workers = draw(1, 10_000)
    seat = seat_of(world)
    gc.collect()
    gc.freeze()  # as `plan` does with the world it has read
    began = time.perf_counter()
    make_plan(world, seat, NOW, workers)
    return time.perf_counter() - began


def main() -> int:
    """Measure, print and write the page; fails where a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--plans", type=int, default=1000)
    asked.add_argument("--exact", type=int, default=200)
    words = asked.parse_args()
    results = [measure(seed) for seed in range(words.plans)]
    with tempfile.TemporaryDirectory() as folder:
        solver = _solver(Path(folder)) if words.exact else None
        tried = [exact(seed, solver) for seed in range(words.exact)]
    solved = [ratio for ratio in tried if ratio is not None]
    text = _page(results, solved, _large())
    sys.stdout.write(text)
    _write(text)
    best = solved or [1.0]
    return 0 if statistics.mean(best) <= 1.03 and max(best) <= 1.15 else 1


def _page(results: list[Result], solved: list[float], large: float) -> str:
    rows = [
        ("makespan over the lower bound", [r.bound for r in results]),
        ("barriers between tiers over makespan", [r.barriers for r in results]),
        ("first-come order over makespan", [r.first_come for r in results]),
        ("one after another over makespan", [r.sequential for r in results]),
    ]
    if solved:
        rows.insert(1, (f"makespan over the best there is ({len(solved)} plans of 6 to {_SMALL} tasks)", solved))
    lines = [f"| {name} | {_figures(values)} |" for name, values in rows]
    return "\n".join(
        [
            f"`scripts/prove plan --plans {len(results)} --exact {len(solved)}` on {today()} at {commit()}:",
            "",
            f"| {len(results)} random plans of 10 to 500 tasks, 1 to 16 workers | mean | median | worst | best |",
            "|---|---|---|---|---|",
            *lines,
            "",
            f"Planning 10,000 tasks took {large:.2f} s.",
            "",
        ]
    )


def _figures(values: list[float]) -> str:
    found = (statistics.mean(values), statistics.median(values), max(values), min(values))
    return " | ".join(f"{value:.3f}" for value in found)


def _write(text: str) -> None:
    page = _PAGE.read_text(encoding="utf-8") if _PAGE.exists() else "# Benchmarks\n"
    if _BEGIN not in page:
        page += f"\n## Plans\n\n{_BEGIN}\n{_END}\n"
    before, _, rest = page.partition(_BEGIN)
    _PAGE.write_text(f"{before}{_BEGIN}\n\n{text}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

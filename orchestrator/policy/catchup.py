"""Late arrivals that must be level with work under way: whom they overtake, and for how long. Pure.

Rules
1. A task with `catch_up` overtakes the tasks it names, or those of the tiers it names, that have not ended as it
   arrives: which, is recorded. It overtakes neither another that catches up nor what any of them needs.
2. What is overtaken begins no iteration until the newcomer has ended: what runs comes to the end of its iteration and
   waits there, on the same attempt; what is verified lands. Then all go on together.
3. Nobody waits for what does not get on. While a newcomer waits for a person, a gate, a moment, money or a process that
   serves it, whom it overtook goes on, and waits again when it gets on again.
4. Who catches up, and what it needs, is claimed before everything else.
"""

from orchestrator.model import events as e
from orchestrator.model.specs import ENDED, TaskSpec
from orchestrator.model.world import Task, World
from orchestrator.policy.plan_graph import Graph
from orchestrator.policy.until import needed

TIER = "tier:"


def tier_of(name: str) -> int | None:
    """Read `tier:1`; None where it names a task."""
    number = name.removeprefix(TIER)
    return int(number) if number != name and number.isascii() and number.isdigit() else None


def starts(world: World) -> tuple[e.CatchUpStarted, ...]:
    """Record whom the newcomers overtake of whom that is not known yet."""
    fresh = [ref for ref in world.newcomers if ref not in world.overtaking]
    if not fresh:
        return ()
    spared = hurried(world)
    tiers = levels(world)
    return tuple(e.CatchUpStarted(task=ref, over=_over(world, world.tasks[ref], spared, tiers)) for ref in fresh)


def _over(world: World, newcomer: Task, spared: frozenset[str], tiers: dict[str, int]) -> tuple[str, ...]:
    named = {*newcomer.spec.catch_up}
    wanted = {tier for name in named if (tier := tier_of(name)) is not None}
    open_ = (task for task in world.tasks.values() if task.status not in ENDED and task.ref not in spared)
    return tuple(task.ref for task in open_ if task.ref in named or tiers.get(task.ref) in wanted)


def hurried(world: World) -> frozenset[str]:
    """Name those who catch up, and what they need."""
    return frozenset(name for ref in world.newcomers for name in needed(world, ref))


def levels(world: World) -> dict[str, int]:
    """Give for each task its tier, counted from 1 as the plan tells them."""
    bounds = Graph(world).bounds(lambda task: 0 if task.status in ENDED else task.spec.estimate_s, lambda _task: 0)
    return {ref: level + 1 for ref, level in bounds.levels.items()}


def ahead(world: World, ref: str) -> tuple[str, ...]:
    """Name the newcomers that overtake a task."""
    return tuple(name for name, catching in world.overtaking.items() if ref in catching.over)


def misnamed(world: World, ref: str, spec: TaskSpec) -> str:
    """Say what of its `catch_up` there is not; empty where all is well."""
    if not spec.catch_up:
        return ""
    deepest = max((level for name, level in levels(world).items() if name != ref), default=0)
    for name in spec.catch_up:
        tier = tier_of(name)
        if tier is None and (name not in world.tasks or name == ref):
            return f"catches up with {name}, which is no other task; name one, or tier:1 to tier:{deepest}"
        if tier is not None and not 1 <= tier <= deepest:
            return f"catches up with {name}, and there are {deepest} tiers (`orchestrator plan`)"
    return ""

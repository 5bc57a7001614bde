"""A plan as its JSON answer and as pictures: text with a time line, Mermaid, DOT. Never plans."""

from collections.abc import Iterable

from orchestrator.codec.moments import format_moment, moment_or_none
from orchestrator.model.plan_answers import MilestoneAnswer, PlanAnswer, SlotAnswer
from orchestrator.model.settings import Calendar
from orchestrator.model.specs import ENDED
from orchestrator.model.world import World
from orchestrator.policy.plan import Plan

_HOUR = 3600.0
_DAY_MS = 86_400_000
_WEEK_DAYS = 7
_BAR = 40
_NAMES = 6


def plan_answer(world: World, plan: Plan, now: int, calendar: Calendar) -> PlanAnswer:
    """Put the figures into the words of the contract."""
    return PlanAnswer(
        tiers=plan.tiers,
        critical_path=plan.critical_path,
        critical_path_hours=_hours(plan.critical_s),
        sequential_hours=_hours(plan.sequential_s),
        barrier_hours=_hours(plan.barrier_s),
        makespan_hours=_hours(plan.played.seconds),
        lower_bound_hours=_hours(plan.lower_bound_s),
        schedule=tuple(
            SlotAnswer(
                task=slot.task,
                worker=slot.worker,
                start=_hours(slot.start),
                end=_hours(slot.end),
                slack=_hours(plan.slack.get(slot.task, 0)),
                yields_to=slot.yielded,
            )
            for slot in plan.played.slots
        ),
        foundation=plan.foundation,
        advice=plan.advice,
        problems=(*plan.problems, *_late(world, plan, now, calendar)),
        workers=plan.workers,
        useful_workers=plan.useful_workers,
        milestones=tuple(_milestones(world, plan, now, calendar)),
    )


def date_of(now: int, seconds: int, calendar: Calendar) -> int:
    """Give the moment (milliseconds) so much working time after `now`: so many hours a day, so many days a week."""
    days, rest = divmod(seconds, calendar.day_s)
    weeks, over = divmod(days, calendar.week_days)
    return round(now + (weeks * _WEEK_DAYS + over) * _DAY_MS + rest * 1000)


def _hours(seconds: int) -> float:
    return round(seconds / _HOUR, 6)


def _milestones(world: World, plan: Plan, now: int, calendar: Calendar) -> Iterable[MilestoneAnswer]:
    for name, seconds, due in sorted(_moments(world, plan), key=lambda found: (found[1], found[0])):
        date = date_of(now, seconds, calendar)
        yield MilestoneAnswer(
            id=name,
            hours=_hours(seconds),
            date=format_moment(date),
            due=moment_or_none(due),
            late=due is not None and date > due,
        )


def _moments(world: World, plan: Plan) -> Iterable[tuple[str, int, int | None]]:
    ends = {slot.task: slot.end for slot in plan.played.slots}
    stuck = set(plan.played.stuck)
    for queue in world.queues.values():
        left = [ref for ref in queue.tasks if world.tasks[ref].status not in ENDED]
        if left and not stuck.intersection(left):
            yield f"queue:{queue.name}", max(ends.get(ref, 0) for ref in left), None
    for gate in world.gates.values():
        if (opens := plan.played.opened.get(f"gate:{gate.id}")) is not None:
            yield f"gate:{gate.id}", opens, gate.spec.deadline
    for ref, end in ends.items():
        if (due := world.tasks[ref].spec.due) is not None:
            yield ref, end, due


def _late(world: World, plan: Plan, now: int, calendar: Calendar) -> Iterable[str]:
    for milestone in _milestones(world, plan, now, calendar):
        if milestone.late:
            yield f"{milestone.id} is due {milestone.due} and planned for {milestone.date}"


# -- for people ----------------------------------------------------------------------------------------------------


def plan_lines(plan: PlanAnswer) -> list[str]:
    """Write the plan as text."""
    lines = [plan.advice, "", *_figures(plan)]
    if plan.critical_path:
        lines += ["", f"critical path: {' -> '.join(plan.critical_path)}"]
    if plan.foundation:
        lines.append(f"foundation (three or more wait for each): {', '.join(plan.foundation)}")
    lines += ["", *(f"tier {number}: {_some(tier)}" for number, tier in enumerate(plan.tiers, start=1))]
    lines += ["", *_time_line(plan)]
    if plan.milestones:
        lines += ["", *(_milestone(milestone) for milestone in plan.milestones)]
    return [*lines, *(f"problem: {problem}" for problem in plan.problems)]


def _figures(plan: PlanAnswer) -> list[str]:
    rows = (
        ("one after another", plan.sequential_hours),
        ("with barriers between tiers", plan.barrier_hours),
        (f"with {plan.workers} worker{'s' if plan.workers > 1 else ''}", plan.makespan_hours),
        ("critical path", plan.critical_path_hours),
        ("no schedule can be shorter than", plan.lower_bound_hours),
    )
    return [f"{name:<32}{hours:>10.4g} h" for name, hours in rows]


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"{', '.join(names[:_NAMES])}{more}"


def _time_line(plan: PlanAnswer) -> Iterable[str]:
    whole = plan.makespan_hours or 1.0
    width = max((len(slot.task) for slot in plan.schedule), default=0)
    on_path = set(plan.critical_path)
    for slot in plan.schedule:
        first = round(slot.start / whole * _BAR)
        last = max(first + 1, round(slot.end / whole * _BAR))
        bar = " " * first + ("#" if slot.task in on_path else "=") * (last - first)
        yield f"{slot.task:<{width}}  |{bar:<{_BAR}}|  {slot.start:.4g}-{slot.end:.4g} h  {_who(slot)}"


def _who(slot: SlotAnswer) -> str:
    who = f"worker {slot.worker}" if isinstance(slot.worker, int) else slot.worker
    return f"{who}, lets {', '.join(slot.yields_to)} go first" if slot.yields_to else who


def _milestone(milestone: MilestoneAnswer) -> str:
    due = f", due {milestone.due}{': late' if milestone.late else ''}" if milestone.due else ""
    return f"{milestone.id}: after {milestone.hours:.4g} h, {milestone.date[:16].replace('T', ' ')}{due}"


def mermaid(plan: PlanAnswer, world: World) -> list[str]:
    """Draw who waits for whom as a Mermaid flow chart; the critical path is thick."""
    ids = {ref: f"t{number}" for number, ref in enumerate(world.tasks)}
    lines = ["flowchart LR"]
    for tier, refs in enumerate(plan.tiers, start=1):
        lines += [f"  subgraph tier{tier}[tier {tier}]", *(f'    {ids[ref]}["{ref}"]' for ref in refs), "  end"]
    lines += [f'  g{number}{{{{"gate {gate}"}}}}' for number, gate in enumerate(world.gates)]
    gates = {f"gate:{gate}": f"g{number}" for number, gate in enumerate(world.gates)}
    for one, other in _edges(world):
        thick = one in plan.critical_path and other in plan.critical_path
        lines.append(f"  {ids.get(one) or gates[one]} {'==>' if thick else '-->'} {ids.get(other) or gates[other]}")
    return lines


def dot(plan: PlanAnswer, world: World) -> list[str]:
    """Draw who waits for whom for Graphviz."""
    lines = ["digraph plan {", "  rankdir=LR; node [shape=box];"]
    lines += ["  { rank=same; " + " ".join(f'"{ref}";' for ref in refs) + " }" for refs in plan.tiers]
    lines += [f'  "gate:{gate}" [shape=hexagon];' for gate in world.gates]
    for one, other in _edges(world):
        thick = one in plan.critical_path and other in plan.critical_path
        lines.append(f'  "{one}" -> "{other}"{" [penwidth=3]" if thick else ""};')
    return [*lines, "}"]


def _edges(world: World) -> Iterable[tuple[str, str]]:
    known = {*world.tasks, *(f"gate:{gate}" for gate in world.gates)}
    for task in world.tasks.values():
        for name in task.spec.dependencies:
            if name in known:
                yield name, task.ref

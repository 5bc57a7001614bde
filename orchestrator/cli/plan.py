"""`orchestrator plan`: what the queues add up to, how long so many workers take, and whether that is worth it."""

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.daemon.desk import reading
from orchestrator.model.plan_answers import PlanAnswer
from orchestrator.model.world import World
from orchestrator.policy.plan import make_plan
from orchestrator.views.planned import dot, mermaid, plan_answer, plan_lines


@click.command("plan")
@click.option(
    "--workers", type=click.IntRange(1), help="How many in all (default: as `run` would, each queue its own)."
)
@click.option(
    "--format", "how", type=click.Choice(["text", "json", "mermaid", "dot"]), default="text", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@pass_context
def command(context: Context, *, workers: int | None, how: str, as_json: bool) -> int:
    """Plan what is open: tiers, critical path, schedule, and what no number of workers could beat."""

    async def ask() -> tuple[World, PlanAnswer]:
        async with reading(context.project) as desk:
            now, seat = desk.now(), desk.seat()
            plan = make_plan(desk.world, seat, now, workers)
            return desk.world, plan_answer(desk.world, plan, now, seat.settings.calendar)

    world, answer = waits(ask)
    if as_json or how == "json":
        click.echo(msgspec.json.encode(answer))
        return 0
    for number, line in enumerate(_drawn(how, answer, world)):
        click.echo(paint(clean(line), "head") if how == "text" and number == 0 else clean(line))
    return 0


def _drawn(how: str, answer: PlanAnswer, world: World) -> list[str]:
    match how:
        case "mermaid":
            return mermaid(answer, world)
        case "dot":
            return dot(answer, world)
        case _:
            return plan_lines(answer)

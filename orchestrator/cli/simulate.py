"""`orchestrator simulate`: the queues as they stand, played many times: when they finish, and where they get stuck."""

import random

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.daemon.desk import reading
from orchestrator.model.plan_answers import ForecastAnswer
from orchestrator.policy.forecast import forecast
from orchestrator.policy.history import Wanted, chosen_odds
from orchestrator.views.forecasted import forecast_answer, forecast_lines

_SHARE = click.FloatRange(0, 0.95)


@click.command("simulate")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same answer.")
@click.option("--runs", type=click.IntRange(1, 1_000_000), default=500, show_default=True, help="How often to play.")
@click.option(
    "--workers", type=click.IntRange(1), help="How many in all (default: as `run` would, each queue its own)."
)
@click.option("--fail", type=_SHARE, help="Share of iterations that fail (default: as so far, else 0.3).")
@click.option("--conflict", type=_SHARE, help="Share of merges that collide (default: as so far, else 0.05).")
@click.option(
    "--spread", type=click.FloatRange(1.01, 20), help="P90 over P50 of a task's duration, instead of history."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON (`orchestrator schema simulate`).")
@pass_context
def command(  # noqa: PLR0913 - click's options
    context: Context,
    *,
    seed: int,
    runs: int,
    workers: int | None,
    fail: float | None,
    conflict: float | None,
    spread: float | None,
    as_json: bool,
) -> int:
    """Play the open queues with drawn durations, failures and conflicts; changes nothing."""

    async def ask() -> ForecastAnswer:
        async with reading(context.project) as desk:
            wanted = Wanted(fail=fail, conflict=conflict, spread=spread)
            odds = chosen_odds(desk.world, await desk.commits(), wanted)
            dice = random.Random(seed)  # noqa: S311 - reproducible on purpose
            found = forecast(desk.world, desk.seat(), desk.now(), odds, (dice, runs), workers)
            return forecast_answer(found, odds, seed)

    answer = waits(ask)
    if as_json:
        click.echo(msgspec.json.encode(answer))
        return 0
    for number, line in enumerate(forecast_lines(answer)):
        click.echo(paint(clean(line), "head") if number == 0 else clean(line))
    return 0

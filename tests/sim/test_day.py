"""A day of limits, logins, outages and budgets: all work is done, every wait has its reason, the bill is exact."""

from decimal import Decimal

import anyio
import pytest

from orchestrator.ports.agents import AgentEnd, Job, Outcome, RunKey
from orchestrator.ports.workspace import AttemptKey
from orchestrator.sim.agents import Act, Play, ScriptedAgents
from orchestrator.sim.clock import EPOCH
from orchestrator.sim.day import simulate_day
from orchestrator.sim.loop import run
from orchestrator.sim.services import Service, Services, Tariff, Trouble
from orchestrator.sim.simulation import SimulationError
from orchestrator.sim.workspace import MemoryWorkspace


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3])
def test_every_promise_holds_through_a_day(seed: int) -> None:
    try:
        day = simulate_day(seed)
    except SimulationError as error:
        pytest.fail("\n".join((*error.story[-20:], str(error))))
    assert day.report.tasks == 60
    assert day.usd > 30
    assert min(day.refused, day.parks, day.waits["parked"], day.waits["budget"], day.waits["dependency"]) > 0


# -- the services it depends on ------------------------------------------------------------------------------------

KEY = RunKey("q/T", 1, 1)
LIMIT = Trouble(outcome=Outcome.RATE_LIMITED, begins=30.0, ends=500.0, named=True)
TARIFFS = {
    "paid": Tariff(account="team"),
    "tokens": Tariff(account="team", model="m", prices=("1.25", "0.125", "10")),
}


def job(agent: str, resumes: int = 0) -> Job:
    return Job(key=KEY, agent=agent, prompt="", promise=None, slot=1, resumes=resumes)


def call(services: Services, *jobs: Job, at: float = 0.0) -> list[AgentEnd]:
    """Call the agent once a job, one after another, from that time on."""

    async def main() -> list[AgentEnd]:
        ends: list[AgentEnd] = []
        async with anyio.create_task_group() as group:
            workspace = MemoryWorkspace()
            await workspace.prepare(AttemptKey("q/T", 1), (await workspace.target("q")).commit, "")
            agents = ScriptedAgents(group, workspace, script=lambda _job, _nth: Play(Act.PASS, 60))
            agents.services = services
            await anyio.sleep(at)
            for one in jobs:
                ends.append(await agents.run(one))
                await anyio.sleep(600)
            group.cancel_scope.cancel()
        return ends

    return run(main, 1)


def services(*troubles: Trouble, flaps: float = 0.0) -> Services:
    return Services(1, {"team": Service(name="team", troubles=list(troubles), flaps=flaps)}, TARIFFS)


def test_a_call_is_cut_off_where_the_limit_begins_and_had_again_when_it_is_asked_for_anew() -> None:
    team = services(LIMIT)
    cut, again = call(team, job("paid"), job("paid", resumes=1))
    assert (cut.outcome, cut.until, cut.seconds) == (Outcome.RATE_LIMITED, EPOCH + 500_000, 30.0)
    assert (again.outcome, again.claimed) == (Outcome.CLAIMED, True)
    assert [Decimal(str(end.usd)) for end in (cut, again)] == [usd for _, usd in team.bill]


def test_a_refused_call_costs_nothing_and_one_that_is_not_asked_for_anew_is_only_read() -> None:
    team = services(LIMIT)
    refused, same = call(team, job("paid"), job("paid"), at=100.0)
    assert (refused.outcome, refused.usd, refused.seconds, team.bill) == (Outcome.RATE_LIMITED, 0.0, 2.0, [])
    assert same == refused


def test_a_service_that_flaps_says_so_and_one_in_an_unnamed_trouble_does_not_say_until_when() -> None:
    (end,) = call(services(flaps=1.0), job("paid"))
    assert (end.outcome, end.until) == (Outcome.TRANSIENT, None)
    unnamed = Trouble(outcome=Outcome.AUTH, begins=0.0, ends=10.0)
    (end,) = call(services(unnamed), job("paid"))
    assert (end.outcome, end.until) == (Outcome.AUTH, None)


def test_who_names_only_tokens_is_billed_by_them_to_the_millionth() -> None:
    team = services()
    (end,) = call(team, job("tokens"))
    exact = Decimal("1.25") * end.input_tokens + Decimal("0.125") * end.cached_tokens + 10 * end.output_tokens
    ((key, billed),) = team.bill
    assert (key, end.usd, end.priced, end.model) == (KEY, 0.0, False, "m")
    assert abs(billed - exact / 1_000_000) <= Decimal("0.0000005")
    assert end.tokens == end.input_tokens + end.cached_tokens + end.output_tokens

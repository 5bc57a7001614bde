"""The plan and the engine agree: with the estimates as durations, what starts and ends when is what was planned."""

import random

import pytest

from orchestrator.model import events as e
from orchestrator.policy.plan import make_plan
from orchestrator.sim.agents import Act, Play
from tests.engine.house import SCRIPT, House, play
from tests.policy.playing.planning import HOUR, queue, seat_of, task, world_of


def drawn(seed: int) -> list[e.Event]:
    """Draw tasks whose estimates add up differently, so that hardly anything ends at the same moment."""
    dice = random.Random(seed)  # noqa: S311 - plans, not secrets
    refs = [f"{name}/T{n}" for name in ("q", "r") for n in range(dice.randint(3, 14))]
    dice.shuffle(refs)
    return [
        task(
            ref,
            dice.randint(100, 1_700) / HOUR,
            " ".join(sorted({dice.choice(refs[:n]) for _ in range(dice.choice((0, 1, 2)))} if n else ())),
            priority=dice.choice((1, 2, 2, 2)),
            resources=dice.choice(((), (), ("db",), ("db:read",))),
            files=dice.choice(((), (), (f"src/{n % 3}.py",))),
        )
        for n, ref in enumerate(refs)
    ]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("workers", [1, 3])
def test_the_engine_does_what_the_plan_says(seed: int, workers: int) -> None:
    agree([queue("q"), queue("r"), *drawn(seed)], workers)


def test_the_engine_waits_on_purpose_where_the_plan_does() -> None:
    shared = task("q/SHARED", 0.1, "SHORT", resources=("db",))
    events = [queue("q"), task("q/SHORT", 0.05), shared, task("q/LAST", 0.3, "SHARED")]
    starts = agree([*events, task("q/LONG", 0.25, resources=("db",))], 3)
    assert starts == ["q/SHORT", "q/SHARED", "q/LAST", "q/LONG"]


def agree(events: list[e.Event], workers: int) -> list[str]:
    """Let the engine do it all, and compare; give the tasks in the order in which they were claimed."""
    world = world_of(*events)
    plays = {ref: (Play(Act.PASS, known.spec.estimate_s),) for ref, known in world.tasks.items()}
    ends: dict[str, float] = {}
    starts: list[str] = []

    async def story(house: House) -> None:
        await house.append(*events)
        began = house.stage.clock.now()
        await house.start(workers=workers).gone.wait()
        for commit in await house.stage.journal.read(0):
            starts.extend(event.task for event in commit.events if isinstance(event, e.TaskClaimed))
            ends.update({x.task: (commit.at - began) / 1000 for x in commit.events if isinstance(x, e.TaskCompleted)})

    play(story, settings=SCRIPT, plays=plays)
    planned = make_plan(world, seat_of(world), world.at, workers).played.slots
    assert starts == [slot.task for slot in planned]
    assert ends == {slot.task: pytest.approx(slot.end, abs=2) for slot in planned}
    return starts

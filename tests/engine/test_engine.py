"""The loop at work, told by what stands in the journal and what the agents met."""

import anyio
import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.settings import QueueSettings
from orchestrator.model.specs import RunAction, Status, TriggerSpec
from orchestrator.ports.agents import Life, RunKey
from orchestrator.ports.workspace import AttemptKey
from orchestrator.sim.agents import Act, Play
from tests.engine.house import SCRIPT, House, play

LONG = Play(Act.PASS, 1000.0)
FIRST = RunKey("q/T1", 1, 1)


def test_a_task_goes_from_its_queue_into_the_target() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        left = await house.leaves(house.start())
        assert (left.exit_code, left.reason) == (0, "all done")
        assert house.told[2:] == [
            "task.claimed", "attempt.prepared", "iteration.started", "agent.finished", "iteration.captured",
            "verdict.reached", "train.boarded", "train.proposed", "task.merged", "task.completed", "attempt.ended",
        ]  # fmt: skip
        assert house.stage.workspace.head("q").files["done/q/T1"] == "right"

    play(story)


def test_findings_go_back_to_the_agent_until_they_are_gone() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        assert (await house.leaves(house.start())).exit_code == 0
        task = house.world.tasks["q/T1"]
        assert (task.attempts, task.iterations, task.status) == (1, 4, Status.COMPLETED)

    play(story, plays={"q/T1": (Play(Act.WRONG), Play(Act.SILENT), Play(Act.CRASH), Play())})


def test_a_worker_that_slept_through_its_replacement_changes_nothing_when_it_wakes() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        sleeper = house.start()
        await house.until("iteration.started")
        await house.crew.stop(sleeper, lose_place=True)
        other = house.start()
        assert (await house.leaves(other)).exit_code == 0
        seq = house.world.seq
        house.crew.wake(sleeper)
        assert (await house.leaves(sleeper)).exit_code == 0
        assert house.world.seq == seq
        assert house.stage.agents.starts == {FIRST: 1}

    play(story, plays={"q/T1": (LONG,)})


def test_an_agent_outlives_its_orchestrator_and_is_adopted_by_the_next() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        first = house.start()
        await house.until("iteration.started")
        await anyio.sleep(1)
        await house.crew.kill(first)
        assert house.stage.agents.living() == (FIRST,)
        assert (await house.leaves(house.start())).exit_code == 0
        assert house.stage.agents.starts == {FIRST: 1}
        assert house.world.tasks["q/T1"].iterations == 1

    play(story, plays={"q/T1": (LONG,)})


def test_an_iteration_whose_guardian_died_too_starts_over_under_its_number() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        first = house.start()
        await house.until("iteration.started")
        await anyio.sleep(1)
        await house.crew.kill(first)
        house.stage.agents.lose(FIRST)
        assert (await house.leaves(house.start(max_iterations=1))).exit_code == 0
        assert house.stage.agents.starts == {FIRST: 2}
        assert house.world.tasks["q/T1"].iterations == 1

    play(story, plays={"q/T1": (LONG,)})


@pytest.mark.parametrize("ask", [c.Cancel(task="q/T1", by="ana"), c.Skip(task="q/T1", reason="no", by="ana")])
def test_an_agent_nobody_wants_any_more_is_ended_before_the_run_leaves(ask: c.Ask) -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()
        await house.until("iteration.started")
        await anyio.sleep(1)
        assert await house.crew.ask(ask) is None
        await house.leaves(member)
        assert house.stage.agents.living() == ()
        assert await house.stage.agents.life(FIRST) is Life.ENDED

    play(story, plays={"q/T1": (LONG,)})


def test_an_effect_that_is_due_no_longer_is_cancelled() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start(watch=True)
        await house.until("iteration.started")
        assert await house.crew.ask(c.Cancel(task="q/T1", by="ana")) is None
        await anyio.sleep(5000)
        assert "agent.finished" not in house.told
        assert await house.crew.ask(c.Retry(task="q/T1", by="ana")) is None
        await house.until("task.completed")
        member.engine.drain()
        assert (await house.leaves(member)).exit_code == 0

    play(story, plays={"q/T1": (LONG,)})


def test_draining_finishes_what_runs_and_starts_nothing() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1", "q/T2")
        member = house.start()
        await house.until("iteration.started")
        member.engine.drain()
        left = await house.leaves(member)
        assert (left.exit_code, house.world.tasks["q/T1"].status) == (130, Status.COMPLETED)
        assert house.world.tasks["q/T2"].attempts == 0

    play(story, plays={"q/T1": (LONG,)})


def test_stopping_ends_the_agents_and_gives_the_claims_back() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1", "q/T2", "q/T3")
        member = house.start()
        await house.until("iteration.started", 2)
        await anyio.sleep(1)
        member.engine.stop()
        left = await house.leaves(member)
        assert (left.exit_code, house.stage.agents.living()) == (130, ())
        assert not house.world.claims
        assert (await house.leaves(house.start())).exit_code == 0

    settings = SCRIPT.__class__(agent="sh", agents=SCRIPT.agents, queues={"q": QueueSettings(workers=2)})
    play(story, plays={"q/T1": (LONG,), "q/T2": (LONG,)}, settings=settings)


def test_detaching_leaves_the_agents_at_work_for_the_next_run() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()
        await house.until("iteration.started")
        await anyio.sleep(1)
        member.engine.detach()
        left = await house.leaves(member)
        assert (left.exit_code, house.stage.agents.living()) == (130, (FIRST,))
        assert (await house.leaves(house.start())).exit_code == 0
        assert house.stage.agents.starts == {FIRST: 1}

    play(story, plays={"q/T1": (LONG,)})


def test_an_agent_that_cannot_start_costs_nothing_and_is_tried_again() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        assert (await house.leaves(house.start(max_iterations=1))).exit_code == 0
        task = house.world.tasks["q/T1"]
        assert (task.iterations, house.told.count("lane.parked")) == (1, 3)
        assert house.world.queues["q"].park is None

    play(story, plays={"q/T1": (Play(Act.MISSING),) * 3})


def test_a_lost_workspace_begins_a_new_attempt_from_what_was_captured() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()
        await house.until("iteration.started", 2)
        await house.crew.kill(member)
        house.stage.workspace.lose(AttemptKey("q/T1", 1))
        assert (await house.leaves(house.start())).exit_code == 0
        assert house.world.tasks["q/T1"].attempts == 2
        assert "done/q/T1" in house.stage.workspace.head("q").files

    play(story, plays={"q/T1": (Play(Act.WRONG), LONG)})


def test_what_does_not_merge_is_mended_by_its_agent_on_a_new_attempt() -> None:
    def craft(task: str, quality: str, files: dict[str, str]) -> None:
        files[f"done/{task}"] = quality
        kept = [line for line in files.get("shared", "").splitlines() if line.startswith("q/")]
        files["shared"] = "".join(f"{line}\n" for line in dict.fromkeys((*kept, task)))

    async def story(house: House) -> None:
        await house.define("q/T1", "q/T2")
        assert (await house.leaves(house.start())).exit_code == 0
        assert sorted(task.attempts for task in house.world.tasks.values()) == [1, 2]
        assert set(house.stage.workspace.head("q").files["shared"].split()) == {"q/T1", "q/T2"}

    settings = SCRIPT.__class__(agent="sh", agents=SCRIPT.agents, queues={"q": QueueSettings(workers=2)})
    play(story, craft=craft, settings=settings)


def test_work_is_left_on_its_branch_where_that_is_asked_for() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        assert (await house.leaves(house.start())).exit_code == 0
        task = house.world.tasks["q/T1"]
        assert (task.branch, task.status) == ("orchestrator/q/T1", Status.COMPLETED)
        assert "done/q/T1" not in house.stage.workspace.head("q").files

    play(story, settings=SCRIPT.__class__(agent="sh", agents=SCRIPT.agents, land="branch"))


def test_a_trigger_runs_its_command_once() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        spec = TriggerSpec(id="hello", when=TaskIs(task="q/T1"), do=(RunAction(action="announce"),))
        await house.append(e.TriggerDefined(trigger="hello", spec=spec))
        members = [house.start(), house.start()]
        for member in members:
            await house.leaves(member)
        assert house.stage.actions.succeeded == {"hello#1.0": 1}

    play(story)


def test_the_run_waits_for_edits_that_are_not_taken_in_yet() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()
        unread = [True]
        member.engine.ready_to_leave = lambda: not unread
        await house.until("attempt.ended")
        await anyio.sleep(100)
        assert member.alive
        unread.clear()
        member.engine.wake()
        assert (await house.leaves(member)).exit_code == 0

    play(story)


def test_people_may_ask_a_running_engine_and_propose_to_it() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start(watch=True)
        await house.until("attempt.ended")
        engine = member.engine
        refused = await engine.ask(c.Skip(task="q/T1", reason="no", by="ana"))
        assert isinstance(refused, c.Refusal)
        assert await engine.propose(lambda _world: (e.QueuePaused(queue="q", because="by ana"),))
        assert engine.world.queues["q"].paused
        await engine.discard(AttemptKey("q/T1", 1))
        assert house.stage.workspace.standing() == ()

    play(story)

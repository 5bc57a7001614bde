"""Agents that say something back: heard once, whoever listens; people's answers reach who waits for them."""

import anyio
import msgspec

from orchestrator.model import commands as c
from orchestrator.model.settings import QueueSettings
from orchestrator.model.specs import Status
from orchestrator.model.talk import AskPerson, Blocked, Learn, Progress, ProposeTask
from orchestrator.ports.agents import RunKey
from orchestrator.sim.agents import Act, Play
from tests.engine.house import SCRIPT, House, play

FIRST = RunKey("q/T1", 1, 1)
ALL = (Progress(text="half way"), ProposeTask(title="more"), Learn(text="TZ=UTC"))


def test_what_an_agent_says_stands_in_the_journal_before_its_end() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        assert (await house.leaves(house.start())).exit_code == 0
        began = house.told.index("iteration.started")
        said = ["agent.reported", "agent.proposed", "agent.learned", "agent.finished"]
        assert house.told[began + 1 : began + 5] == said
        assert house.stage.agents.replies[FIRST, "1-0"].text == "noted"
        assert house.stage.agents.replies[FIRST, "1-1"].text == "P1 waits for a person"
        assert house.world.learnings["L2"].text == "TZ=UTC"

    play(story, plays={"q/T1": (Play(words=ALL),)})


def test_words_are_heard_once_though_the_orchestrator_dies_and_another_adopts_the_agent() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        first = house.start()
        await house.until("agent.learned")
        await house.crew.kill(first)
        assert (await house.leaves(house.start())).exit_code == 0
        assert house.told.count("agent.reported") == house.told.count("agent.proposed") == 1
        assert house.stage.agents.starts == {FIRST: 1}

    play(story, plays={"q/T1": (Play(Act.PASS, 1000.0, ALL),)})


def test_words_said_while_nobody_listens_are_heard_by_the_next() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        first = house.start()
        await house.until("iteration.started")
        await anyio.sleep(1)
        await house.crew.kill(first)
        await anyio.sleep(700)
        assert "agent.reported" not in house.told
        assert (await house.leaves(house.start())).exit_code == 0
        assert house.told.count("agent.reported") == 1

    play(story, plays={"q/T1": (Play(Act.PASS, 1200.0, ALL),)})


def test_an_answer_reaches_the_agent_that_still_runs() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()
        await house.until("agent.asked")
        assert await house.crew.ask(c.AnswerQuestion(task="q/T1", text="80", by="ana")) is None
        await house.until("agent.finished")
        reply = house.stage.agents.replies[FIRST, "1-0"]
        assert (reply.answer, reply.by) == ("80", "ana")
        assert (await house.leaves(member)).exit_code == 0

    play(story, plays={"q/T1": (Play(Act.PASS, 1000.0, (AskPerson(text="which?"),)),)})


def test_a_task_that_waits_for_an_answer_holds_up_no_other_and_goes_on_with_it() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1", "q/T2")
        left = await house.leaves(house.start())
        assert (left.exit_code, left.reason[:30]) == (5, "q/T1: waits for an answer to Q")
        assert house.world.tasks["q/T2"].status is Status.COMPLETED
        assert await house.crew.ask(c.AnswerQuestion(task="q/T1", text="80", by="ana")) is None
        assert (await house.leaves(house.start())).exit_code == 0
        assert house.world.tasks["q/T1"].attempts == 1
        assert house.world.tasks["q/T1"].iterations == 2

    play(story, plays={"q/T1": (Play(Act.SILENT, 10.0, (AskPerson(text="which?"),)), Play())})


def test_a_blocked_agent_ends_in_a_blocked_task_and_an_answer_lets_it_go_on() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1", "q/T2")
        assert (await house.leaves(house.start())).exit_code == 1
        assert house.world.tasks["q/T1"].status is Status.BLOCKED
        assert house.world.tasks["q/T2"].status is Status.COMPLETED
        assert await house.crew.ask(c.AnswerQuestion(task="q/T1", text="in the vault", by="ana")) is None
        assert (await house.leaves(house.start())).exit_code == 0

    play(story, plays={"q/T1": (Play(Act.SILENT, 10.0, (Blocked(text="no key"),)), Play())})


def test_of_two_side_by_side_that_are_blocked_one_is_given_up_and_the_last_one_blocks_the_task() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1", race=2)
        assert (await house.leaves(house.start())).exit_code == 1
        assert house.told.count("rival.left") == house.told.count("task.blocked") == 1
        replies = {key.attempt: reply.text for (key, _), reply in house.stage.agents.replies.items()}
        assert sorted(replies.values()) == ["Q1 waits for a person", "Q2 waits for a person"]
        assert sorted(replies) == [1, 2]

    blocked = Play(Act.SILENT, 10.0, (Blocked(text="no key"),))
    two = msgspec.structs.replace(SCRIPT, queues={"q": QueueSettings(workers=2)})
    play(story, settings=two, plays={"q/T1": (blocked, blocked)})

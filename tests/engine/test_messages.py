"""People are told by whichever process lives: once while all is well, again where it died before it could say so."""

import anyio
import msgspec

from orchestrator.model.hours import Appointment
from orchestrator.model.settings import AgentSettings, NotifySettings, Settings
from orchestrator.sim.notifier import MemoryNotifier
from tests.engine.house import House, play

TOLD = Settings(
    agent="sh",
    agents={"sh": AgentSettings(name="sh")},
    notify=NotifySettings(urls=("mem://ops",), on=("completed", "done")),
)
CHANNEL = "notify#1"


def notifier_of(house: House) -> MemoryNotifier:
    found = house.stage.hands.notifier
    assert isinstance(found, MemoryNotifier)
    return found


def test_a_run_tells_before_it_leaves_each_thing_once_although_two_could() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1", "q/T2")
        first, second = house.start(), house.start()
        assert (await house.leaves(first)).exit_code == 0
        assert (await house.leaves(second)).exit_code == 0
        notifier = notifier_of(house)
        assert set(notifier.times(CHANNEL).values()) == {1}
        assert sorted(notifier.texts) == ["q/T1 is completed", "q/T2 is completed", "queue q is done: 2 completed"]
        assert (house.world.post.messages, house.world.post.channels[CHANNEL].waiting) == ({}, [])

    play(story, settings=TOLD)


def test_a_channel_that_refuses_is_tried_again_while_something_lives() -> None:
    async def story(house: House) -> None:
        notifier_of(house).refusing[CHANNEL] = 2
        await house.define("q/T1")
        house.start(watch=True)
        await house.until("message.sent")
        assert house.told.count("message.failed") == 2
        assert notifier_of(house).times(CHANNEL) == {"M1": 1, "M2": 1}

    play(story, settings=TOLD)


def test_who_dies_between_sending_and_saying_so_leaves_it_to_the_next_and_it_comes_twice() -> None:
    async def story(house: House) -> None:
        notifier = notifier_of(house)
        notifier.slow.add(CHANNEL)
        await house.define("q/T1")
        dying = house.start(watch=True)
        while not notifier.took:
            await anyio.sleep(1)
        await house.crew.kill(dying)
        notifier.slow.clear()
        assert (await house.leaves(house.start())).exit_code == 0
        assert notifier.times(CHANNEL) == {"M1": 2, "M2": 2}
        assert house.world.post.messages == {}

    play(story, settings=TOLD)


DAY_S = 86_400.0
EVERY_DAY = msgspec.structs.replace(
    TOLD, notify=NotifySettings(urls=("mem://ops",), on=(), standup=(Appointment(minute=9 * 60),))
)


def test_a_standup_is_told_once_a_day_by_whoever_lives_and_caught_up_when_nobody_did() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1", start=10**15)
        first, second = house.start(watch=True), house.start(watch=True)
        await anyio.sleep(2 * DAY_S)
        await house.crew.kill(first)
        await anyio.sleep(DAY_S)
        assert house.told.count("digest.due") == 3
        await house.crew.kill(second)
        await anyio.sleep(3 * DAY_S)
        house.start(watch=True)
        await anyio.sleep(60)
        assert house.told.count("digest.due") == 4
        await anyio.sleep(DAY_S)
        assert house.told.count("digest.due") == 5
        assert set(notifier_of(house).times(CHANNEL).values()) == {1}
        assert len(notifier_of(house).texts) == 5

    play(story, settings=EVERY_DAY)

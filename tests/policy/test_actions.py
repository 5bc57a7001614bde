"""Commands of triggers that fail: tried later and later, never for ever, never in silence; and holds that end."""

from typing import Any

import msgspec
import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.conditions import QueueIs
from orchestrator.model.fold import apply
from orchestrator.model.scope import Leave
from orchestrator.model.settings import NotifySettings
from orchestrator.model.specs import PauseQueue, ResumeQueue, RunAction, Status
from orchestrator.model.world import World
from orchestrator.policy import actions
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import decide
from orchestrator.policy.initiative import initiative, owed
from orchestrator.policy.outlook import Stay, outlook
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat
from orchestrator.policy.tidings import messages
from tests.policy.playing.planning import NOW, queue, seat_of, task, trigger, world_of

MINUTE = 60_000
DONE = QueueIs(queue="q")


class Play:
    """A process that tries a trigger's command as often as it may."""

    def __init__(self, *do: Any) -> None:
        self.world = world_of(task("q/A"), trigger("ship", when=DONE, do=do or (RunAction(action="announce"),)))
        self.now = NOW
        self.agenda = Agenda()
        self.then(e.TaskCompleted(task="q/A"))

    @property
    def seat(self) -> Seat:
        return msgspec.structs.replace(seat_of(self.world), peers={"w": None})

    def then(self, *events: e.Event) -> tuple[e.Event, ...]:
        commit = e.Commit(seq=self.world.seq + 1, id="d", prev="", at=self.now, by="w", events=events)
        apply(self.world, commit)
        self.agenda.update(self.world, ())
        return events

    def settle(self) -> None:
        while events := initiative(self.world, self.agenda, self.now, self.seat):
            self.then(*events)

    def fail(self, note: str = "exit 1: no network") -> tuple[e.Event, ...]:
        self.settle()
        (action,) = self.world.actions.values()
        assert action.worker == "w", "it is not being tried"
        said = decide(self.world, c.NoteAction(key=action.key, ok=False, note=note), self.now, self.seat)
        assert not isinstance(said, c.Refusal)
        return self.then(*said)

    def wait(self) -> bool:
        """Sleep until the next moment; False: there is none."""
        at = alarm(self.world, self.agenda, self.now, self.seat)
        if at is None:
            return False
        self.now = at
        return True

    def ask(self, **asked: Any) -> tuple[e.Event, ...] | c.Refusal:
        ask = c.DecideAction(**{"trigger": "ship", "decision": "again", "by": "ana", **asked})
        said = answer(self.world, ask, self.seat, self.now)
        return said if isinstance(said, c.Refusal) else self.then(*said)


def test_it_is_tried_later_and_later_and_then_waits_for_a_person() -> None:
    play = Play()
    tries = []
    while True:
        tries.append((play.now - NOW) // 1000)
        events = play.fail()
        if not play.wait():
            break
    assert tries == [0, 10, 30, 70, 150, 310, 610, 910, 1210, 1510]
    blocked = e.ActionBlocked(key="ship#1.0", trigger="ship", action="announce", reason="exit 1: no network")
    assert events[-1] == blocked
    (action,) = actions.failing(play.world)
    assert "failed 10 times and waits for a person: exit 1: no network; `orchestrator retry trigger:ship`" in (
        actions.words(action)
    )
    play.settle()
    assert action.worker == ""


def test_people_are_told_when_it_first_fails_and_when_it_is_given_up() -> None:
    play = Play()
    settings = msgspec.structs.replace(play.seat.settings, notify=NotifySettings(urls=("json://all",)))
    told = []
    while True:
        play.settle()
        before = msgspec.msgpack.decode(msgspec.msgpack.encode(play.world), type=World)
        events = play.fail()
        told += [message.text for message in messages(before, events, play.now, settings)]
        if not play.wait():
            break
    assert len(told) == 2
    assert told[0].startswith("action announce of trigger ship failed; it is tried again by itself: exit 1")
    assert told[1].startswith("action announce of trigger ship failed 10 times and waits for a person: exit 1")


def test_a_run_stays_for_the_first_tries_and_says_what_it_leaves() -> None:
    play = Play()
    play.fail()
    stay = outlook(play.world, play.now, play.seat)
    assert isinstance(stay, Stay)
    assert (stay.until, "announce of trigger ship fails (1 tries)" in stay.text) == (NOW + 10_000, True)
    for _ in range(2):
        play.wait()
        play.fail()
    left = outlook(play.world, play.now, play.seat)
    assert left == Leave(0, f"all done, but {actions.words(actions.failing(play.world)[0])}")
    assert "fails (3 tries)" in left.reason


def test_a_person_has_it_tried_at_once_or_drops_it() -> None:
    play = Play()
    assert isinstance(play.ask(), c.Refusal)
    for _ in range(actions.TRIES):
        play.fail()
        play.wait()
    again = e.ActionDecided(key="ship#1.0", trigger="ship", decision="again", by="ana")
    assert play.ask() == (again,)
    play.fail("still")
    assert play.world.actions["ship#1.0"].tries == 1
    why = play.ask(decision="drop")
    assert isinstance(why, c.Refusal)
    assert "needs a reason" in why.text
    play.ask(trigger="ship#1.0", decision="drop", reason="told them by phone")
    play.settle()
    assert actions.failing(play.world) == ()
    refused = play.ask()
    assert isinstance(refused, c.Refusal)
    assert refused.text == "no command of trigger ship fails and waits (those that do: none)"


def test_what_succeeds_at_last_is_no_trouble_any_more() -> None:
    play = Play()
    play.fail()
    play.wait()
    play.settle()
    said = decide(play.world, c.NoteAction(key="ship#1.0", ok=True), play.now, play.seat)
    assert said == (e.ActionFinished(key="ship#1.0", ok=True),)
    play.then(*said)
    assert actions.failing(play.world) == ()
    assert outlook(play.world, play.now, play.seat) == Leave(0, "all done")


# -- holds that end ------------------------------------------------------------------------------------------------


def pause(world: World, now: int = NOW, **asked: Any) -> Any:
    return answer(world, c.Pause(queue="q", by="ana", **asked), seat_of(world), now)


def then(world: World, now: int, *events: e.Event) -> World:
    apply(world, e.Commit(seq=world.seq + 1, id="d", prev="", at=now, by="t", events=events))
    return world


def test_a_hold_ends_at_its_time_whoever_sees_it_first() -> None:
    world = world_of(task("q/A"))
    later = NOW + 10 * MINUTE
    then(world, NOW, *pause(world, within_ms=10 * MINUTE))
    seat, agenda = seat_of(world), Agenda()
    agenda.update(world, ())
    reason = reason_for(world, world.tasks["q/A"], NOW, seat)
    assert reason is not None
    assert (reason.code, reason.until) == (Code.PAUSED, later)
    assert outlook(world, NOW, seat) == Stay(until=later, text=f"q/A: {reason.text}")
    assert alarm(world, agenda, NOW, seat) == later
    assert initiative(world, agenda, later - 1, seat) == ()
    over = reason_for(world, world.tasks["q/A"], later, seat)
    assert over is not None
    assert over.code is Code.READY
    ended = (e.QueueResumed(queue="q", because="its time has come"),)
    assert initiative(world, agenda, later, seat) == owed(world, agenda, later, seat) == ended
    then(world, later, *ended)
    assert world.queues["q"].paused_until is None


def test_a_hold_can_be_made_longer_shorter_or_without_end() -> None:
    world = world_of(task("q/A"))
    for asked, until in (({}, None), ({"within_ms": 5}, NOW + 5), ({"until": NOW + 9}, NOW + 9), ({}, None)):
        (event,) = pause(world, **asked)
        assert event.until == until
        then(world, NOW, event)
        assert pause(world, **asked) == ()
    assert "has passed" in pause(world, until=NOW).text
    for unknown in (c.Pause(queue="x"), c.Resume(queue="x")):
        refused = answer(world, unknown, seat_of(world))
        assert refused == c.Refusal("there is no queue x (known: q)")


def test_a_queue_that_was_rolled_back_goes_on_only_by_a_persons_word() -> None:
    world = world_of(task("q/A"), queue("r"), trigger("t", when=QueueIs(queue="r"), do=(ResumeQueue(queue="q"),)))
    then(world, NOW, e.TriggerFired(trigger="t", count=1))
    then(world, NOW, e.RollbackFinished(queue="q", task="q/A"), e.QueuePaused(queue="q"))
    assert pause(world) == ()
    assert "was rolled back" in pause(world, within_ms=5).text
    world.triggers["t"].due = 1
    agenda = Agenda()
    assert owed(world, agenda, NOW, seat_of(world)) == (e.TriggerFired(trigger="t", count=2),)


@pytest.mark.parametrize(
    ("action", "until"),
    [
        (PauseQueue(queue="q"), (None,)),
        (PauseQueue(queue="q", for_s=60), (NOW + MINUTE,)),
        (PauseQueue(queue="q", until=NOW + 5), (NOW + 5,)),
        (PauseQueue(queue="q", until=NOW), ()),
    ],
)
def test_a_trigger_holds_a_queue_for_a_while(action: PauseQueue, until: tuple[int | None, ...]) -> None:
    world = world_of(task("q/A"), trigger("t", when=QueueIs(queue="q", state="unlocked"), do=(action,)))
    _, *paused = owed(world, Agenda(), NOW, seat_of(world))
    assert tuple(event.until for event in paused if isinstance(event, e.QueuePaused)) == until


def test_a_run_waits_for_another_queue_whose_hold_ends() -> None:
    world = world_of(task("q/A"), task("r/B", 1, "q/A"))
    then(world, NOW, *pause(world, within_ms=MINUTE))
    stay = outlook(world, NOW, seat_of(world))
    assert isinstance(stay, Stay)
    assert stay.until == NOW + MINUTE
    then(world, NOW, *pause(world))
    assert isinstance(outlook(world, NOW, seat_of(world)), Leave)
    assert world.tasks["q/A"].status is Status.PENDING

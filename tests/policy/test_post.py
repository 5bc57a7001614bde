"""When messages go, who sends them, and what becomes of those that do not get through."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.hours import Window
from orchestrator.model.settings import NotifySettings, PersonSettings
from orchestrator.model.world import World
from orchestrator.policy import post
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.decide import decide
from orchestrator.policy.due import due
from orchestrator.policy.initiative import initiative
from orchestrator.policy.seat import Seat
from tests.policy.playing.planning import NOW, seat_of, task, then, world_of

NIGHT = Window(start=22 * 60, end=6 * 60)
LATE = round(datetime(2026, 3, 2, 23, 0, tzinfo=UTC).timestamp() * 1000)
MORNING = LATE + 7 * 3_600_000


def due_message(number: int, *to: str, urgent: bool = False) -> e.Event:
    name = f"M{number}"
    return e.MessageDue(message=name, kind="failed", about="q/A", title=name, text=name, to=to, urgent=urgent)


def seat(world: World, me: str = "w", *, quiet: tuple[Window, ...] = (), **notify: Any) -> Seat:
    ana = PersonSettings(name="ana", notify=("json://ana",), quiet=quiet)
    made = seat_of(world, people={"ana": ana}, notify=NotifySettings(urls=("json://all",), **notify))
    return msgspec.structs.replace(made, me=me, peers={me: None})


def sends(world: World, now: int = NOW, **made: Any) -> e.Event | None:
    return next(iter(post.sendings(world, now, seat(world, **made))), None)


def sending(channel: str, *names: str, worker: str = "w") -> e.MessageSending:
    return e.MessageSending(channel=channel, messages=names, worker=worker)


def test_what_waits_goes_as_one_through_each_channel_and_is_then_forgotten() -> None:
    world = then(world_of(task("q/A")), due_message(1, "notify#1", "people.ana#1"), due_message(2, "notify#1"))
    then(world, due_message(3))
    assert (world.post.numbered, set(world.post.messages)) == (3, {"M1", "M2"})
    first = sends(world)
    assert first == sending("notify#1", "M1", "M2")
    then(world, first)
    assert sends(world) == sending("people.ana#1", "M1")
    assert alarm(world, Agenda(), NOW, seat(world)) is None
    assert due(world, seat(world)) == (f.SendMessages(channel="notify#1", messages=("M1", "M2"), tries=1),)
    note = c.NoteDelivery(channel="notify#1", messages=("M1", "M2"), ok=True)
    then(world, *_events(decide(world, note, NOW, seat(world))))
    assert set(world.post.messages) == {"M1"}
    assert isinstance(decide(world, note, NOW, seat(world)), c.Refusal)
    then(world, sending("people.ana#1", "M1"), e.MessageSent(channel="people.ana#1", messages=("M1",)))
    assert (world.post.messages, sends(world), list(post.moments(world, NOW, seat(world)))) == ({}, None, [])


def _events(answer: tuple[e.Event, ...] | c.Refusal) -> tuple[e.Event, ...]:
    assert not isinstance(answer, c.Refusal)
    return answer


def test_who_died_while_sending_leaves_it_to_the_next() -> None:
    world = then(world_of(task("q/A")), due_message(1, "notify#1"), sending("notify#1", "M1", worker="dead"))
    assert sends(world, me="w") == sending("notify#1", "M1")
    world.post.channels["notify#1"].worker = "w"
    assert sends(world) is None


def test_a_channel_that_fails_is_tried_later_and_later_and_given_up_at_last() -> None:
    world = then(world_of(task("q/A")), due_message(1, "notify#1"))
    waits = []
    while world.post.messages:
        channel = world.post.channels["notify#1"]
        then(world, sending("notify#1", "M1"))
        note = c.NoteDelivery(channel="notify#1", messages=("M1",), ok=False, note="refused")
        then(world, *_events(decide(world, note, NOW, seat(world))))
        if world.post.messages:
            assert sends(world) is None
            waits.append((post.retry_at(channel) - NOW) // 1000)
            assert sends(world, post.retry_at(channel)) is not None
            assert alarm(world, Agenda(), NOW, seat(world)) == post.retry_at(channel)
    assert waits[:4] == [15, 30, 60, 120]
    assert (waits[-1], len(waits)) == (3600, post.TRIES - 1)
    (trouble,) = post.troubles(world, seat(world).settings)
    assert trouble.endswith("refused; 1 message(s) to notify#1 were given up")
    then(
        world,
        due_message(2, "notify#1"),
        sending("notify#1", "M2"),
        e.MessageSent(channel="notify#1", messages=("M2",)),
    )
    assert post.troubles(world, seat(world).settings) == ()


def test_a_person_may_have_a_channel_tried_at_once_but_not_for_ever() -> None:
    world = then(world_of(task("q/A")), due_message(1, "notify#1"), sending("notify#1", "M1"))
    then(world, e.MessageFailed(channel="notify#1", messages=("M1",), note="no route"))
    assert sends(world) is None
    assert post.sendings(world, NOW, seat(world), frozenset()) == (sending("notify#1", "M1"),)
    assert post.sendings(world, NOW, seat(world), frozenset({"notify#1"})) == ()


def test_a_failing_channel_says_so() -> None:
    world = then(world_of(task("q/A")), due_message(1, "notify#1"), sending("notify#1", "M1"))
    then(world, e.MessageFailed(channel="notify#1", messages=("M1",), note="no route"))
    assert post.troubles(world, seat(world).settings) == (
        "notify#1 cannot be reached (1 tries, 1 message(s) wait): no route",
    )


def test_what_has_nowhere_to_go_is_given_up_and_no_trouble() -> None:
    world = then(world_of(task("q/A")), due_message(1, "people.gone#1"))
    gone = sends(world)
    assert gone == e.MessageFailed(channel="people.gone#1", messages=("M1",), note=post.NOWHERE, final=True)
    then(world, gone)
    assert (sends(world), post.troubles(world, seat(world).settings)) == (None, ())
    then(world, e.MessageFailed(channel="unknown", messages=("M1",), note="x"))


def test_quiet_hours_hold_what_is_not_urgent_and_end_in_one_digest() -> None:
    world = then(world_of(task("q/A")), due_message(1, "people.ana#1"), due_message(2, "people.ana#1", urgent=True))
    then(world, due_message(3, "people.ana#1"))
    night: dict[str, Any] = {"quiet": (NIGHT,)}
    urgent = sends(world, LATE, **night)
    assert urgent == sending("people.ana#1", "M2")
    then(world, urgent, e.MessageSent(channel="people.ana#1", messages=("M2",)))
    assert sends(world, LATE, **night) is None
    assert list(post.moments(world, LATE, seat(world, **night))) == [MORNING]
    assert sends(world, MORNING, **night) == sending("people.ana#1", "M1", "M3")
    assert list(post.moments(world, MORNING, seat(world))) == [NOW]


def test_a_digest_keeps_its_pace_and_a_bare_address_knows_no_quiet_hours() -> None:
    world = then(world_of(task("q/A")), due_message(1, "notify#1", "json://bare"))
    then(
        world,
        sending("notify#1", "M1"),
        e.MessageSent(channel="notify#1", messages=("M1",)),
        due_message(2, "notify#1"),
    )
    assert sends(world, digest_s=60) == sending("json://bare", "M1")
    then(world, sending("json://bare", "M1"))
    assert sends(world, digest_s=60) is None
    assert sends(world, NOW + 60_000, digest_s=60) == sending("notify#1", "M2")


def test_a_full_disk_sends_nothing() -> None:
    world = then(world_of(), due_message(1, "notify#1"))
    assert initiative(world, Agenda(), NOW, msgspec.structs.replace(seat(world), full=True)) == ()
    assert initiative(world, Agenda(), NOW, seat(world)) == (sending("notify#1", "M1"),)

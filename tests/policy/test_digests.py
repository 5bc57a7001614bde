"""What people are told at set times: when, once, and in what words."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.fold import apply
from orchestrator.model.hours import Appointment
from orchestrator.model.settings import NotifySettings, PersonSettings
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import World
from orchestrator.policy import digests, hours
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.initiative import initiative
from orchestrator.policy.seat import Seat
from orchestrator.policy.tidings import messages
from tests.policy.playing.planning import gate, queue, seat_of, task, world_of

HOUR = 3_600_000
NINE, SIX = Appointment(minute=9 * 60), Appointment(minute=18 * 60)
WORKDAYS = Appointment(minute=9 * 60, days=(0, 1, 2, 3, 4))


def at(day: int, hour: int, minute: int = 0) -> int:
    """Give a moment of March 2026; the 2nd is a Monday."""
    return round(datetime(2026, 3, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def happen(world: World, now: int, *events: e.Event) -> World:
    apply(world, e.Commit(seq=world.seq + 1, id=f"c{world.seq}", prev="", at=now, by="t", events=events))
    return world


def seat(world: World, *, urls: tuple[str, ...] = ("json://all",), **notify: Any) -> Seat:
    made = NotifySettings(urls=urls, **{"standup": (NINE,), **notify})
    ana = PersonSettings(name="ana", notify=("json://ana",), on=("daily",)) if urls else PersonSettings(name="ana")
    return seat_of(world, people={"ana": ana}, notify=made)


def world() -> World:
    """Make a project that began on Monday at eight."""
    made = World()
    whole = world_of(task("q/A", title="the first"), task("q/B", title="the second", needs="A"))
    for known in whole.queues.values():
        happen(made, at(2, 8), e.QueueAdded(queue=known.name, spec=known.spec))
    for known_task in whole.tasks.values():
        happen(made, at(2, 8), e.TaskAdded(task=known_task.ref, spec=known_task.spec, order=known_task.order))
    return made


def told(made: World, now: int, sat: Seat) -> tuple[e.Event, ...]:
    return digests.owed(made, now, sat)


def test_it_is_told_once_when_its_time_has_come() -> None:
    made = world()
    sat = seat(made)
    assert told(made, at(2, 8, 59), sat) == ()
    (due,) = told(made, at(2, 9), sat)
    assert isinstance(due, e.DigestDue)
    assert (due.kind, due.moment, due.title) == ("standup", at(2, 9), "standup of Mon 2026-03-02 09:00")
    happen(made, at(2, 9), due)
    assert told(made, at(2, 9), sat) == ()
    assert told(made, at(3, 8), sat) == ()
    assert told(made, at(3, 9, 30), sat)


def test_the_engine_wakes_for_it_and_records_it_with_its_message() -> None:
    made = world()
    sat = seat(made)
    assert alarm(made, Agenda(), at(2, 8, 30), sat) == at(2, 9)
    agenda = Agenda()
    events = initiative(made, agenda, at(2, 9), msgspec.structs.replace(sat, draining=True))
    assert [type(event) for event in events] == [e.DigestDue]
    (message,) = messages(made, events, at(2, 9), sat.settings)
    assert (message.kind, message.to, message.title) == ("standup", ("notify#1",), "standup of Mon 2026-03-02 09:00")
    assert message.text.startswith("0 of 2 tasks are done (0 %)\nsince the beginning: 2 added")
    assert initiative(made, agenda, at(2, 9), msgspec.structs.replace(sat, draining=True, full=True)) == ()


def test_after_sleep_only_the_last_of_each_is_told() -> None:
    made = world()
    sat = seat(made, daily=(SIX,))
    first = told(made, at(6, 8), sat)
    happen(made, at(6, 8), *first)
    second = told(made, at(6, 8), sat)
    happen(made, at(6, 8), *second)
    found = [(event.kind, event.moment) for event in (*first, *second) if isinstance(event, e.DigestDue)]
    assert found == [("standup", at(5, 9)), ("daily", at(5, 18))]
    assert told(made, at(6, 8), sat) == ()


def test_a_project_younger_than_the_time_and_one_nobody_hears_of_are_told_of_nothing() -> None:
    made = world()
    assert told(made, at(2, 8, 30), seat(made, standup=(Appointment(minute=7 * 60),))) == ()
    assert told(made, at(2, 10), seat(made, urls=())) == ()
    assert told(World(), at(2, 10), seat(World())) == ()
    assert list(digests.moments(at(2, 8), seat(made, urls=()))) == []
    assert list(digests.moments(at(2, 8), seat(made))) == [at(2, 9)]


def test_who_chose_the_kind_is_told_and_everybodys_channel_also_where_it_chose_others() -> None:
    made = world()
    sat = seat(made, standup=(), daily=(NINE,), on=("failed",))
    (message,) = messages(made, told(made, at(2, 9), sat), at(2, 9), sat.settings)
    assert message.to == ("notify#1", "people.ana#1")


@pytest.mark.parametrize(
    ("now", "last", "coming"),
    [
        (at(2, 8, 59), None, at(2, 9)),
        (at(2, 9), at(2, 9), at(3, 9)),
        (at(7, 12), at(6, 9), at(9, 9)),
    ],
)
def test_a_time_may_be_of_some_days(now: int, last: int | None, coming: int) -> None:
    found = hours.last((WORKDAYS,), now, UTC)
    assert found == (last if last is not None else at(2, 9) - 3 * 24 * HOUR)
    assert hours.coming((WORKDAYS,), now, UTC) == coming
    assert hours.last((), now, UTC) is None


def test_a_time_is_that_of_its_place_whatever_the_clocks_there_do() -> None:
    berlin = Appointment(minute=9 * 60, zone="Europe/Berlin")
    assert hours.coming((berlin,), at(28, 12), UTC) == at(29, 7)  # summer time has begun that night
    assert hours.last((berlin,), at(28, 12), UTC) == at(28, 8)
    assert hours.coming((NINE,), at(28, 12), ZoneInfo("Europe/Berlin")) == at(29, 7)


def test_it_tells_what_happened_what_waits_and_what_is_next() -> None:
    made = world_of(
        task("q/A", title="the first"),
        task("q/B", title="the second", owner="ana", due=at(3, 9)),
        task("q/C", title="the third", due=at(2, 8)),
        task("q/D", title="the fourth", needs="B"),
        task("q/E", title="late", due=at(2, 7)),
        gate("go", approvers=("ops",), deadline=at(4, 9)),
        gate("later", requires=TaskIs(task="q/D")),
        queue("empty"),
    )
    claimed = e.TaskClaimed(task="q/A", attempt=1, worker="w", slot=1)
    verdict = e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=Verdict.PASS, tree="t", base="b", usd=0.5)
    red = e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=Verdict.FAIL, tree="t", base="b")
    ended = e.AgentFinished(task="q/A", attempt=1, iteration=1, outcome="ended", claimed=True, seconds=1, usd=1.0)
    happen(made, at(2, 6), claimed, ended, red, verdict, e.TaskCompleted(task="q/A"))
    happen(made, at(2, 6), e.TaskClaimed(task="q/C", attempt=1, worker="w", slot=1))
    happen(made, at(2, 6), e.TaskClaimed(task="q/C", attempt=1, worker="w", slot=1, resumed=True))
    happen(made, at(2, 5), e.TaskBlocked(task="q/B", reason="no\nkey"), e.GateReady(gate="go"))
    happen(made, at(2, 7), e.TaskFailed(task="q/E", reason="no"), e.TaskSkipped(task="q/E", reason="no"))
    sat = seat(made)
    parts = dict(digests.sections(made, "daily", at(2, 9), sat))
    assert parts[""][1] == (
        "since the beginning: 1 completed, 2 started, 1 failed, 1 blocked, 1 skipped, 5 added, 1 of 2 verdicts PASS, "
        "1.50 USD"
    )
    assert parts["completed"] == ["q/A the first"]
    assert parts["waits"][0].startswith("q/B [ana], for 3 h: no key; holds up 1")
    assert any(row.startswith("gate:go, for ") for row in parts["waits"])
    assert parts["late"] == ["q/C the third, due Mon 2026-03-02 08:00"]
    assert parts["due"] == ["q/B the second, Tue 2026-03-03 09:00", "gate:go, Wed 2026-03-04 09:00"]
    assert parts["teams"] == ["q: 2 of 5 (40 %), 50 % of 2 verdicts PASS"]
    assert parts["critical path"]
    standup = dict(digests.sections(made, "standup", at(2, 9), sat))
    assert "teams" not in standup
    assert standup["due"] == ["q/B the second, Tue 2026-03-03 09:00"]


def test_what_was_told_before_is_not_told_again() -> None:
    made = world()
    happen(made, at(2, 8), e.TaskCompleted(task="q/A"))
    sat = seat(made)
    happen(made, at(2, 9), *told(made, at(2, 9), sat))
    assert dict(digests.sections(made, "standup", at(2, 10), sat))[""] == [
        "1 of 2 tasks are done (50 %)",
        "since Mon 2026-03-02 09:00: nothing happened",
    ]
    assert "1 completed" in dict(digests.sections(made, "daily", at(2, 10), sat))[""][1]
    assert dict(digests.sections(made, "standup", at(2, 10), sat))["next"] == ["q/B the second"]


def test_long_lists_are_cut_and_ages_are_rough() -> None:
    made = world_of(*(task(f"q/T{n}", title="t") for n in range(60)))
    for n in range(60):
        happen(made, at(1, 0), e.TaskClaimed(task=f"q/T{n}", attempt=1, worker="w", slot=1))
    text = digests.said(made, "standup", at(4, 0), seat(made))
    assert "for 3 days" in text
    assert "- and 52 more" in text
    assert "60 started" in text
    assert "for 5 min" in digests.said(made, "standup", at(1, 0, 5), seat(made))
    happen(made, at(4, 0), e.TaskRemoved(task="q/T59"), e.TaskCompleted(task="q/T58"))
    happen(made, at(4, 0), e.TaskCompleted(task="q/T58"))
    assert len(made.post.tallies["standup"].names["started"]) == 50

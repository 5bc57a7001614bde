"""Who is told when people are waited for too long: each rung once, in its time, until somebody sees to it."""

from typing import Any

import msgspec
import pytest

from orchestrator.model import commands as c
from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.settings import NotifySettings, PersonSettings
from orchestrator.model.specs import GateSpec, Rung, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy import ladders
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.asks import answer
from orchestrator.policy.initiative import initiative, owed
from orchestrator.policy.seat import Seat
from orchestrator.policy.tidings import messages
from tests.policy.playing.planning import NOW, gate, seat_of, task, world_of

MINUTE = 60_000
LADDER = (Rung(after_s=1800, notify="ops"), Rung(after_s=3600, notify="exec"))


def at(world: World, minutes: float, *events: e.Event) -> World:
    moment = NOW + round(minutes * MINUTE)
    apply(world, e.Commit(seq=world.seq + 1, id="d", prev="", at=moment, by="t", events=events))
    return world


def agenda_of(world: World) -> Agenda:
    agenda = Agenda()
    agenda.update(world, ())
    return agenda


def due(world: World, minutes: float, seat: Seat | None = None) -> tuple[e.Event, ...]:
    moment = NOW + round(minutes * MINUTE)
    return ladders.raises(world, agenda_of(world).laddered, moment, seat or seat_of(world))


def told(world: World, minutes: float) -> list[str]:
    """Climb as far as the time lets, and name who was told."""
    raised = due(world, minutes)
    at(world, minutes, *raised)
    assert due(world, minutes) == ()
    return [event.notify for event in raised if isinstance(event, e.EscalationRaised)]


def ready(**spec: Any) -> World:
    made = {"approvers": ("ana", "bob"), "escalate": LADDER, **spec}
    return at(world_of(task("q/A", 1, "gate:g"), gate("g", **made)), 0, e.GateReady(gate="g"))


def ask(world: World, minutes: float, **asked: Any) -> Any:
    return answer(world, c.Acknowledge(**{"about": "gate:g", "by": "ana", **asked}), seat_of(world), moment(minutes))


def moment(minutes: float) -> int:
    return NOW + round(minutes * MINUTE)


def alarm_of(world: World, minutes: float) -> int | None:
    return alarm(world, agenda_of(world), moment(minutes), seat_of(world))


# -- rungs ---------------------------------------------------------------------------------------------------------


def test_each_rung_is_told_once_when_its_time_has_come() -> None:
    world = ready()
    assert told(world, 29) == []
    assert alarm_of(world, 29) == moment(30)
    assert told(world, 30) == ["ops"]
    assert told(world, 59) == []
    assert told(world, 60) == ["exec"]
    assert told(world, 999) == []
    assert alarm_of(world, 61) is None


def test_what_was_missed_while_nothing_ran_is_told_each_in_its_own_words() -> None:
    world = ready()
    raised = due(world, 90)
    settings = seat_of(world, people={"ops": PersonSettings(name="ops", notify=("json://o",))}).settings
    settings = msgspec.structs.replace(settings, notify=NotifySettings(urls=("json://all",)))
    sent = messages(world, raised, moment(90), settings)
    assert [(m.kind, m.about, m.to, m.urgent) for m in sent] == [
        ("escalation", "gate:g", ("notify#1", "people.ops#1"), True),
        ("escalation", "gate:g", ("notify#1",), True),
    ]
    assert sent[0].text.startswith("gate:g has waited for 30m: 1 signature of ana, bob\n")
    assert "orchestrator ack gate:g --as WHO" in sent[0].text
    assert "has waited for 1h" in sent[1].text


def test_any_process_and_any_command_tells_what_is_due() -> None:
    world = ready()
    agenda, seat = agenda_of(world), seat_of(world)
    (by_run,) = initiative(world, agenda, moment(31), seat)
    (by_command,) = owed(world, agenda, moment(31), seat)
    assert by_run == by_command
    assert isinstance(by_run, e.EscalationRaised)


def test_a_rung_that_is_added_later_is_told_and_those_that_were_are_not_told_again() -> None:
    world = ready()
    assert told(world, 31) == ["ops"]
    longer = (*LADDER, Rung(after_s=60, notify="early"))
    spec = GateSpec(id="g", approvers=("ana", "bob"), escalate=longer)
    at(world, 32, e.GateDefined(gate="g", spec=spec))
    assert told(world, 33) == ["early"]
    assert told(world, 61) == ["exec"]


def test_without_a_ladder_nobody_is_told() -> None:
    world = ready(escalate=())
    assert told(world, 999) == []
    assert alarm_of(world, 1) is None


# -- what counts as waiting for people -----------------------------------------------------------------------------


def test_a_gate_waits_for_people_only_once_its_work_is_done() -> None:
    world = world_of(task("q/A"), gate("g", requires=q.TaskIs(task="q/A"), evidence=("e.md",), escalate=LADDER))
    assert told(world, 999) == []
    at(world, 1000, e.TaskCompleted(task="q/A"))
    assert told(world, 1029) == []
    (raised,) = due(world, 1030)
    assert (getattr(raised, "cause", ""), getattr(raised, "since", 0)) == ("evidence", moment(1000))
    at(world, 1031, *due(world, 1031))
    at(world, 1032, e.TaskReset(task="q/A", reason="again"))
    assert told(world, 1090) == []
    at(world, 1100, e.TaskCompleted(task="q/A"))
    assert told(world, 1129) == []
    assert told(world, 1130) == ["ops"]


def test_evidence_that_nothing_else_announces_is_not_waited_for() -> None:
    world = world_of(task("q/A"), gate("g", evidence=("e.md",), escalate=LADDER))
    assert told(world, 999) == []


def test_checks_that_are_red_are_peoples_and_those_that_run_or_must_stay_green_are_not() -> None:
    world = world_of(task("q/A"), gate("g", checks=("smoke",), hold_s=7200, approvers=("ana",), escalate=LADDER))
    at(world, 0, e.TargetMoved(target="m", commit="c1", queues=("q",)))
    assert told(world, 100) == []
    at(world, 100, e.GateChecked(gate="g", commit="c1", verdict="FAIL"))
    at(world, 120, e.GateChecked(gate="g", commit="c2", verdict="FAULT"))
    assert told(world, 130) == ["ops"]
    at(world, 140, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert told(world, 259) == []
    at(world, 260, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    at(world, 261, e.GateReady(gate="g"))
    assert told(world, 290) == []
    assert told(world, 291) == ["ops"]
    at(world, 292, e.GateChecked(gate="g", commit="c1", verdict="FAIL"))
    assert told(world, 321) == []
    at(world, 322, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert told(world, 999) == []


def test_a_rejection_and_a_deadline_that_has_passed_begin_anew() -> None:
    world = ready(deadline=moment(100))
    assert told(world, 31) == ["ops"]
    at(world, 40, e.GateRejected(gate="g", by="ana", reason="no"))
    assert told(world, 69) == []
    assert told(world, 70) == ["ops"]
    at(world, 71, e.GateApproved(gate="g", by="ana"), e.GateReady(gate="g"))
    assert told(world, 100) == []
    assert told(world, 129) == []
    assert told(world, 130) == ["ops"]
    at(world, 131, e.GateOpened(gate="g"))
    assert told(world, 999) == []


def test_a_task_waits_for_people_while_it_is_blocked_or_theirs() -> None:
    world = world_of(
        task("q/A", escalate=LADDER), task("q/B", 1, "A", agent="human", escalate=LADDER), task("q/C", agent="human")
    )
    assert told(world, 500) == []
    at(world, 501, e.TaskBlocked(task="q/A", reason="why"))
    assert told(world, 531) == ["ops"]
    at(world, 532, e.TaskCompleted(task="q/A"))
    assert told(world, 561) == []
    assert told(world, 562) == ["ops"]
    at(world, 563, e.TaskSkipped(task="q/B", reason="no"))
    assert told(world, 999) == []
    at(world, 999, e.TaskRemoved(task="q/A"))


def test_a_task_of_a_person_does_not_wait_before_its_start() -> None:
    world = world_of(task("q/B", agent="human", start=moment(600), escalate=LADDER))
    assert told(world, 629) == []
    assert told(world, 630) == ["ops"]


def test_who_is_attached_is_not_waited_for() -> None:
    world = world_of(task("q/A", escalate=LADDER))
    at(world, 1, e.TaskBlocked(task="q/A", reason="why"))
    at(world, 2, e.TaskAttached(task="q/A", attempt=1, by="ana", worker="p"))
    seat = msgspec.structs.replace(seat_of(world), peers={"p": None})
    assert due(world, 60, seat) == ()
    assert len(due(world, 32)) == 1


# -- acknowledging -------------------------------------------------------------------------------------------------


def test_who_acknowledges_stops_the_ladder_until_something_changes() -> None:
    world = ready()
    at(world, 10, *ask(world, 10, note="calling them"))
    assert told(world, 999) == []
    assert alarm_of(world, 11) is None
    at(world, 1000, e.GateRejected(gate="g", by="bob", reason="no"))
    assert told(world, 1030) == ["ops"]


def test_the_time_for_which_somebody_sees_to_it_is_taken_out_of_its_age() -> None:
    world = ready()
    at(world, 10, *ask(world, 10, within_ms=40 * MINUTE))
    assert told(world, 40) == []
    at(world, 30, *ask(world, 30, until=moment(50)))
    assert alarm_of(world, 40) == moment(70)
    assert told(world, 69) == []
    assert told(world, 70) == ["ops"]
    at(world, 80, *ask(world, 80))
    at(world, 90, *ask(world, 90, until=moment(100)))
    assert told(world, 119) == []
    assert told(world, 120) == ["exec"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"about": "gate:no"}, "there is no gate no (known: g, open)"),
        ({"about": "q/NO"}, "there is no task q/NO"),
        ({"about": "gate:open"}, "nobody is waited for: `orchestrator explain gate:open`"),
        ({"about": "q/A"}, "nobody is waited for"),
        ({"about": "q/B"}, 'q/B has no ladder, so nobody further would be told; give it one: "escalate"'),
        ({"until": moment(5)}, "that moment has passed"),
    ],
)
def test_an_acknowledgement_that_would_stop_nothing_is_refused(asked: dict[str, Any], why: str) -> None:
    world = ready()
    at(world, 1, gate("open"), e.GateOpened(gate="open"), e.TaskAdded(task="q/B", spec=TaskSpec(id="B")))
    at(world, 2, e.TaskBlocked(task="q/B", reason="why"))
    refused = ask(world, 10, **asked)
    assert isinstance(refused, c.Refusal)
    assert why in refused.text


# -- deadlines -----------------------------------------------------------------------------------------------------


def test_that_a_deadline_has_passed_is_recorded_once_and_another_one_counts_anew() -> None:
    world = ready(deadline=moment(100), escalate=())
    seat, agenda = seat_of(world), agenda_of(world)
    assert initiative(world, agenda, moment(99), seat) == ()
    (expired,) = initiative(world, agenda, moment(100), seat)
    assert expired == e.GateExpired(gate="g", deadline=moment(100))
    at(world, 101, expired)
    assert owed(world, agenda, moment(101), seat) == ()
    at(world, 102, e.GateDefined(gate="g", spec=GateSpec(id="g", approvers=("ana",), deadline=moment(200))))
    assert owed(world, agenda, moment(150), seat) == ()
    assert owed(world, agenda, moment(200), seat) == (e.GateExpired(gate="g", deadline=moment(200)),)


def test_an_early_signer_may_sign_again_after_the_deadline() -> None:
    world = ready(deadline=moment(100), escalate=())
    at(world, 50, e.GateApproved(gate="g", by="ana"))
    late = answer(world, c.Approve(gate="g", by="ana"), seat_of(world), moment(101))
    assert late == (e.GateApproved(gate="g", by="ana"),)

"""What a gate waits for, in words; what conditions are looked for outside the journal; whether waiting is of use."""

import msgspec
import pytest

from orchestrator.model import commands as k
from orchestrator.model import conditions as c
from orchestrator.model import events as e
from orchestrator.model.commands import NoteInspection, Refusal
from orchestrator.model.fold import apply
from orchestrator.model.specs import GateSpec, Notify, TaskSpec
from orchestrator.model.verdicts import Judgement, Verdict
from orchestrator.model.world import World
from orchestrator.policy import gates
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import decide
from orchestrator.policy.initiative import owed
from orchestrator.policy.outlook import Stay, outlook
from orchestrator.policy.reasons import Code, reason_for
from orchestrator.policy.seat import Seat
from tests.policy.playing.planning import NOW, gate, queue, seat_of, task, then, trigger, world_of

MINUTE = 60_000


def waits(world: World, name: str = "g", now: int = NOW) -> tuple[str, ...]:
    return gates.waiting_for(world, world.gates[name], now)


def alive(world: World) -> Seat:
    return msgspec.structs.replace(seat_of(world), peers={"w": None})


@pytest.mark.parametrize(
    ("requires", "said"),
    [
        (c.TaskIs(task="q/A"), ("q/A",)),
        (c.TaskIs(task="q/A", state="failed"), ("q/A failed",)),
        (c.VerdictIs(task="q/A"), ("q/A",)),
        (c.VerdictIs(task="q/A", state="FAIL"), ("q/A FAIL",)),
        (c.QueueIs(queue="q"), ("queue q",)),
        (c.QueueIs(queue="q", state="paused"), ("queue q paused",)),
        (c.GateIs(gate="h"), ("gate:h",)),
        (c.FileExists(path="a.md"), ("file:a.md",)),
        (c.Not(of=c.QueueIs(queue="q", state="unlocked")), ("not queue:q",)),
        (c.Any(of=(c.TaskIs(task="q/A"), c.GateIs(gate="h"))), ("any of q/A, gate:h",)),
        (c.Any(of=()), ("any of nothing",)),
        (c.All(of=(c.TaskIs(task="q/A"), c.TaskIs(task="q/NONE"))), ("q/A", "q/NONE")),
    ],
)
def test_what_is_not_true_is_named(requires: c.Condition, said: tuple[str, ...]) -> None:
    assert waits(world_of(task("q/A"), gate("g", requires=requires), gate("h"))) == said


def test_a_gate_with_nothing_to_wait_for_opens_and_what_hangs_on_it_follows() -> None:
    world = world_of(
        task("q/A"),
        queue("r", unlock_when=c.GateIs(gate="g")),
        gate("g"),
        trigger("t", when=c.GateIs(gate="g"), do=(Notify(message="x"),)),
    )
    events: list[e.Event] = []
    while more := owed(world, Agenda(), NOW, seat_of(world)):
        events += more
        then(world, *more)
    assert [type(event).__name__ for event in events] == ["GateOpened", "QueueUnlocked", "TriggerFired"]


def test_only_what_something_waits_for_is_looked_for() -> None:
    world = world_of(
        task("q/A"),
        queue("r", unlock_when=c.FileExists(path="r.md")),
        gate("g", requires=c.FileExists(path="g.md"), evidence=("e.md",), checks=("smoke",)),
        gate("h", evidence=("h.md",)),
        gate("bare"),
        trigger("t", when=c.All(of=(c.FileExists(path="t.md"), c.TimeReached(at=NOW + MINUTE))), do=()),
    )
    then(world, e.GateOpened(gate="h"), e.FileSeen(path="g.md"), e.FileSeen(path="g.md"))
    assert gates.watched_files(world) == {"r.md", "e.md", "t.md"}
    assert gates.watched_queues(world) == ("q",)
    assert world.seen_files["g.md"] == world.seq
    then(world, e.QueueUnlocked(queue="r"), e.GateOpened(gate="g"))
    assert gates.watched_files(world) == {"t.md"}
    assert gates.watched_queues(world) == ()


def test_what_a_task_asks_by_its_when_is_looked_for_until_it_was_asked() -> None:
    either = c.Any(of=(c.FileExists(path="front.py"), c.TimeReached(at=NOW + MINUTE)))
    world = world_of(task("q/A"), task("q/B", needs="A", when=either), task("r/C", when=c.TaskIs(task="q/A")))
    asked, plain, other = (world.tasks[ref] for ref in ("q/B", "q/A", "r/C"))
    assert gates.watched_files(world) == {"front.py"}
    assert gates.watched_queues(world) == ("q",)
    assert gates.arrivals(world, NOW + 2 * MINUTE) == (e.MomentReached(moment=NOW + MINUTE),)
    assert [gates.wants_a_look(world, known) for known in (asked, plain, other)] == [True, False, False]
    then(world, e.TargetMoved(target="main", commit="c1", queues=("q",)))
    assert not gates.wants_a_look(world, asked)
    then(world, e.TaskMerged(task="q/A", attempt=1, commit="c2", tree="t2", target="main"))
    assert gates.wants_a_look(world, asked)  # nobody knows yet what has landed
    then(world, e.TargetMoved(target="main", commit="c2", queues=("q",)))
    then(world, e.TaskMerged(task="q/A", attempt=1, commit="c2", tree="t2", target="main"))
    assert not gates.wants_a_look(world, asked)  # the look came first
    then(world, e.TaskSkipped(task="q/B", reason="its `when` is not true"))
    assert gates.watched_queues(world) == ()
    then(world, e.TaskReset(task="q/B", reason="retry"), e.TaskReset(task="q/A", reason="retry"))
    assert gates.wants_a_look(world, asked)
    then(world, e.FileSeen(path="front.py"))
    assert not gates.wants_a_look(world, asked)
    then(world, e.TaskEdited(task="q/B", spec=TaskSpec(id="B")))
    assert list(world.conditional) == ["r/C"]


def test_moments_are_noted_once_they_have_come() -> None:
    world = world_of(task("q/A"), trigger("t", when=c.Not(of=c.TimeReached(at=NOW + MINUTE)), do=()))
    assert gates.arrivals(world, NOW) == ()
    assert gates.arrivals(world, NOW + 2 * MINUTE) == (e.MomentReached(moment=NOW + MINUTE),)
    assert alarm(world, Agenda(), NOW, seat_of(world)) == NOW + MINUTE


def test_deadlines_checks_that_could_not_speak_and_green_periods_wake_the_engine() -> None:
    due = NOW + 5 * MINUTE
    world = world_of(
        task("q/A"), gate("g", checks=("smoke",), hold_s=60, deadline=due), gate("open", deadline=due), gate("bare")
    )
    then(world, e.TargetMoved(target="m", commit="c1", queues=("q",)), e.GateOpened(gate="open"))
    assert set(gates.moments(world)) == {due}
    then(world, e.GateChecked(gate="g", commit="c1", verdict="FAULT", note="no"))
    assert set(gates.moments(world)) == {due, world.at + MINUTE}
    then(world, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    then(world, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert set(gates.moments(world)) == {due, world.at + MINUTE}
    assert waits(world) == ("checks to stay green for 60 s",)


def test_other_checks_begin_anew_and_a_gate_that_is_gone_is_ignored() -> None:
    world = world_of(task("q/A"), gate("g", checks=("smoke",)))
    then(world, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    then(world, e.GateDefined(gate="g", spec=GateSpec(id="g", checks=("smoke", "load"))))
    assert (world.gates["g"].verdict, world.gates["g"].green_since) == ("", None)
    then(world, e.GateRemoved(gate="g"))
    assert world.gates == {}


def test_checks_that_were_replaced_while_they_ran_open_nothing() -> None:
    world = world_of(task("q/A"), gate("g", checks=("smoke",)))
    then(world, e.GateChecking(gate="g", commit="c1", worker="w"))
    then(world, e.GateDefined(gate="g", spec=GateSpec(id="g", checks=("smoke", "load"))))
    late = NoteInspection(gate="g", commit="c1", tries=1, judgement=Judgement(verdict=Verdict.PASS, tree="", base=""))
    assert isinstance(decide(world, late, NOW, seat_of(world)), Refusal)
    then(world, e.GateChecking(gate="g", commit="c1", worker=seat_of(world).me))
    assert isinstance(decide(world, late, NOW, seat_of(world)), Refusal)


# -- is it of use to wait? -----------------------------------------------------------------------------------------


def look(world: World, now: int = NOW) -> object:
    return outlook(world, now, alive(world))


def test_a_run_stays_for_checks_that_run_and_for_what_time_will_open() -> None:
    needs = c.TimeReached(at=NOW + MINUTE)
    timed = world_of(task("q/B", 1, "gate:g"), gate("g", requires=needs))
    assert look(timed) == Stay(until=NOW + MINUTE, text="waits for gate:g to open: at")
    world = world_of(task("q/B", 1, "gate:g"), gate("g", checks=("smoke",), hold_s=60))
    then(world, e.TargetMoved(target="m", commit="c1", queues=("q",)))
    assert not isinstance(look(world), Stay)
    then(world, e.GateChecking(gate="g", commit="c1", worker="w"))
    assert isinstance(look(world), Stay)
    then(world, e.GateChecked(gate="g", commit="c1", verdict="FAULT"))
    assert isinstance(look(world), Stay)
    then(world, e.GateChecked(gate="g", commit="c1", verdict="FAIL"))
    assert not isinstance(look(world), Stay)
    then(world, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert look(world) == Stay(until=NOW + MINUTE, text="waits for gate:g to open: checks to stay green for 60 s")
    at(world, NOW + MINUTE, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert owed(world, Agenda(), NOW + MINUTE, alive(world)) == (e.GateOpened(gate="g"),)


def test_a_run_stays_while_something_works_on_what_a_gate_waits_for() -> None:
    nested = c.All(of=(c.GateIs(gate="h"), c.GateIs(gate="g"), c.QueueIs(queue="r"), c.TaskIs(task="q/NONE")))
    world = world_of(
        task("q/A"),
        task("q/B", 1, "gate:g"),
        task("r/A"),
        gate("g", requires=nested),
        gate("h", requires=c.TaskIs(task="q/A")),
    )
    assert gates.open_tasks(world, world.gates["g"]) == ("q/A", "r/A")
    then(world, e.TaskClaimed(task="r/A", attempt=1, worker="other"))
    seat = msgspec.structs.replace(seat_of(world), peers={"w": None, "other": None})
    assert isinstance(outlook(world, NOW, seat), Stay)
    then(world, e.GateRejected(gate="g", by="ana", reason="no"))
    assert gates.open_tasks(world, world.gates["g"]) == ()
    assert gates.opens_by_itself(world, world.gates["g"], NOW, seat) is None
    assert gates.open_tasks(world_of(gate("bare")), world_of(gate("bare")).gates["bare"]) == ()


def test_a_gate_nobody_defined_is_not_waited_for() -> None:
    assert not isinstance(look(world_of(task("q/B", 1, "gate:none"))), Stay)


def test_checks_that_are_no_longer_ours_change_nothing() -> None:
    world = world_of(task("q/A"), gate("g", checks=("smoke",)))
    then(world, e.GateChecking(gate="g", commit="c1", worker="other"))
    note = NoteInspection(gate="g", commit="c1", tries=1)
    assert isinstance(decide(world, note, NOW, alive(world)), Refusal)


def at(world: World, now: int, *events: e.Event) -> World:
    apply(world, e.Commit(seq=world.seq + 1, id="d", prev="", at=now, by="t", events=events))
    return world


def test_checks_that_must_stay_green_are_asked_again_meanwhile_and_once_more_at_the_end() -> None:
    world = world_of(task("q/A"), gate("g", checks=("smoke",), hold_s=1800))
    then(world, e.TargetMoved(target="m", commit="c1", queues=("q",)))
    seat, asked, now = seat_of(world), [], NOW
    while not owed(world, Agenda(), now, seat):
        looks = gates.inspections(world, now, seat)
        if not looks:
            now = alarm(world, Agenda(), now, seat) or 0
            continue
        asked.append((now - NOW) // MINUTE)
        at(world, now, *looks)
        at(world, now, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert asked == [0, 7, 15, 22, 30]
    assert owed(world, Agenda(), now, seat) == (e.GateOpened(gate="g"),)


def test_one_answer_that_is_not_green_begins_the_time_anew() -> None:
    world = world_of(task("q/A"), gate("g", checks=("smoke",), hold_s=1800))
    then(world, e.TargetMoved(target="m", commit="c1", queues=("q",)))
    for minute, verdict in ((0, "PASS"), (15, "FAULT"), (16, "PASS"), (30, "PASS"), (45, "PASS")):
        at(world, NOW + minute * MINUTE, e.GateChecked(gate="g", commit="c1", verdict=verdict))
        assert owed(world, Agenda(), NOW + minute * MINUTE, seat_of(world)) == ()
    at(world, NOW + 46 * MINUTE, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert owed(world, Agenda(), NOW + 46 * MINUTE, seat_of(world)) == (e.GateOpened(gate="g"),)


# -- taking it back ------------------------------------------------------------------------------------------------


def revoke(world: World, by: str = "ana", reason: str = "other machine") -> object:
    return answer(world, k.RevokeGate(gate="g", by=by, reason=reason), seat_of(world))


def test_an_approval_is_taken_back_before_the_gate_is_open() -> None:
    world = world_of(task("q/A"), gate("g", approvers=("ana", "bob"), quorum=2))
    assert isinstance(revoke(world), Refusal)
    then(world, e.GateApproved(gate="g", by="ana"), e.GateApproved(gate="g", by="bob"))
    taken = e.GateRevoked(gate="g", by="ana", reason="other machine")
    assert revoke(world) == (taken,)
    then(world, taken)
    assert gates.signed_by(world.gates["g"]) == ("bob",)
    assert owed(world, Agenda(), NOW, seat_of(world)) == (e.GateReady(gate="g"),)
    assert waits(world) == ("1 signature of ana, bob",)


def test_an_open_gate_is_shut_for_what_has_not_begun_and_its_checks_speak_anew() -> None:
    world = world_of(
        task("q/A", 1, "gate:g"), task("q/B", 1, "gate:g"), gate("g", approvers=("ana",), checks=("smoke",))
    )
    then(world, e.TargetMoved(target="m", commit="c1", queues=("q",)))
    then(world, e.GateChecked(gate="g", commit="c1", verdict="PASS"), e.GateApproved(gate="g", by="ana"))
    then(world, e.GateOpened(gate="g"), e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    for by, reason, why in (("carl", "x", "may not sign"), ("ana", " ", "needs a reason")):
        refused = revoke(world, by, reason)
        assert isinstance(refused, Refusal)
        assert why in refused.text
    late = answer(world, k.RejectGate(gate="g", by="ana", reason="no"), seat_of(world))
    assert isinstance(late, Refusal)
    assert "`orchestrator revoke gate:g --as ana --reason WHY` shuts it" in late.text
    then(world, e.GateRevoked(gate="g", by="ana", reason="other machine"))
    assert gates.state_of(world, world.gates["g"], NOW) is gates.State.REJECTED
    assert waits(world) == ("check smoke", "a new approval: ana revoked it (other machine)", "1 signature of ana")
    assert reason_for(world, world.tasks["q/A"], NOW, alive(world)) is None
    held = reason_for(world, world.tasks["q/B"], NOW, alive(world))
    assert held is not None
    assert held.code is Code.GATE
    then(world, e.GateApproved(gate="g", by="ana"))
    assert owed(world, Agenda(), NOW, seat_of(world)) == ()
    then(world, *gates.inspections(world, NOW, seat_of(world)))
    then(world, e.GateChecked(gate="g", commit="c1", verdict="PASS"))
    assert owed(world, Agenda(), NOW, seat_of(world)) == (e.GateOpened(gate="g"),)

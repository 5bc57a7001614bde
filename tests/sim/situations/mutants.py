"""Broken ways to coordinate, each small and named: what the oracle of the situations must find. None is shipped."""

# ruff: noqa: D401 - each says what goes wrong while it is in

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from msgspec.structs import replace

from orchestrator.model import events as e
from orchestrator.model import fold as folds
from orchestrator.model import fold_gates, fold_rollback, truth
from orchestrator.model.gates import Gate, Signature
from orchestrator.model.settings import Settings
from orchestrator.model.specs import GateSpec, Status
from orchestrator.model.world import LANDING, Queue, Task, World
from orchestrator.policy import (
    agenda,
    announcing,
    claiming,
    gates,
    initiative,
    reasons,
    resources,
    rollback,
    signing,
    taking,
)
from orchestrator.policy.resources import Want
from orchestrator.policy.seat import Seat
from orchestrator.policy.taking import Taken
from tests.sim.mutants import Mutant, Place

Events = tuple[e.Event, ...]
Users = Sequence[tuple[str, Want]]


def _rule(wrong: Any, right: Any) -> Place:
    return (initiative, "_RULES", tuple(wrong if known is right else known for known in initiative._RULES))


# -- triggers ------------------------------------------------------------------------------------------------------


def a_trigger_fires_again_after_a_restart() -> tuple[Place, ...]:
    """A process that has just sat down fires what holds already, once more."""
    right = initiative._fire

    def fire(world: World, known: agenda.Agenda, now: int, sat: Seat) -> Events:
        old = next((t for t in world.triggers.values() if t.true and t.fired == 1 and sat.me != "p1"), None)
        return right(world, known, now, sat) or ((e.TriggerFired(trigger=old.id, count=2),) if old else ())

    return (_rule(fire, right),)


def a_trigger_is_lost_where_two_come_true_at_once() -> tuple[Place, ...]:
    """Of several conditions that become true by one commit only the first is remembered."""
    right = folds._owe

    def owe(world: World) -> None:
        before = {name: trigger.due for name, trigger in world.triggers.items()}
        right(world)
        risen = [t for name, t in world.triggers.items() if t.due > before[name]]
        for lost in risen[1:]:
            lost.due -= 1

    return ((folds, "_owe", owe),)


def half_of_what_a_trigger_does_is_forgotten() -> tuple[Place, ...]:
    """Only the first of several actions is done."""
    right = initiative._fired

    def fired(world: World, now: int) -> Events:
        found = right(world, now)
        return (*found[:2], *(event for event in found[2:] if isinstance(event, e.TaskSkipped)))

    return (_rule(lambda world, _agenda, now, _seat: fired(world, now), initiative._fire),)


def a_queue_unlocks_one_task_too_early() -> tuple[Place, ...]:
    """A queue is unlocked when what its condition names has begun."""
    right = truth.holds

    def early(world: World, condition: Any) -> bool:
        ref = getattr(condition, "task", "")
        begun = ref in world.tasks and world.tasks[ref].status is Status.IN_PROGRESS
        return right(world, condition) or (begun and getattr(condition, "state", "") == "completed")

    return ((folds, "holds", early),)


# -- gates ---------------------------------------------------------------------------------------------------------


def a_quorum_is_one_short() -> tuple[Place, ...]:
    """One signature less than the quorum is enough."""
    right = gates._of_people

    def of_people(gate: Gate, now: int) -> Iterable[str]:
        return right(_with(gate, quorum=gate.spec.quorum - 1) if gate.spec.quorum > 1 else gate, now)

    return ((gates, "_of_people", of_people),)


def who_signs_twice_counts_twice() -> tuple[Place, ...]:
    """A person's word does not take the place of the one before."""

    def sign(world: World, name: str, signature: Signature) -> None:
        world.gates[name].signatures = [*world.gates[name].signatures, signature]

    return ((fold_gates, "_sign", sign), (signing, "signed_by", lambda _gate: ()))


def anybody_may_sign() -> tuple[Place, ...]:
    """Whom a gate names does not matter."""

    def signer(_settings: Settings, _spec: GateSpec, who: str) -> str:
        return who

    return ((signing, "signer", signer),)


def a_gate_does_not_ask_for_its_evidence() -> tuple[Place, ...]:
    """A gate opens without the files it asks for."""
    return (_before_people(evidence=()),)


def a_gate_does_not_ask_for_its_checks() -> tuple[Place, ...]:
    """A gate opens without its checks."""
    return (_before_people(checks=()),)


def a_gate_does_not_ask_for_its_condition() -> tuple[Place, ...]:
    """A gate opens whatever its condition says."""
    return (_before_people(requires=None),)


def checks_need_not_stay_green() -> tuple[Place, ...]:
    """A gate opens the moment its checks are green."""
    return (_before_people(hold_s=None),)


def the_end_of_a_hold_is_taken_on_trust() -> tuple[Place, ...]:
    """Time that has passed is enough: what the checks say at the end of a hold is not waited for."""
    right = gates._before_people

    def before_people(world: World, gate: Gate) -> Iterable[str]:
        return right(world, replace(gate, checked_at=world.at) if gate.verdict == "PASS" else gate)

    return ((gates, "_before_people", before_people),)


def _before_people(**spec: Any) -> Place:
    right = gates._before_people

    def before_people(world: World, gate: Gate) -> Iterable[str]:
        return right(world, _with(gate, **spec))

    return (gates, "_before_people", before_people)


def _with(gate: Gate, **spec: Any) -> Gate:
    """Give the gate as if it were specified otherwise."""
    return replace(gate, spec=replace(gate.spec, **spec))


def a_check_of_an_older_head_counts() -> tuple[Place, ...]:
    """What the checks said before the target moved is taken for said of what lies there now."""
    right = gates.head_of

    def head_of(world: World, gate: Gate) -> str:
        return gate.checked if gate.verdict == "PASS" else right(world, gate)

    return ((gates, "head_of", head_of),)


def a_rejection_holds_nothing() -> tuple[Place, ...]:
    """A gate that was rejected opens all the same once enough have signed."""
    return ((gates, "is_rejected", lambda _gate: False),)


def a_rejected_gate_holds_everything() -> tuple[Place, ...]:
    """While a gate is rejected nothing new starts."""
    right = claiming.startable

    def startable(world: World, name: str, now: int, sat: Seat) -> bool:
        rejected = any(gates.is_rejected(gate) and not gate.open for gate in world.gates.values())
        return right(world, name, now, sat) and not rejected

    return tuple((room, "startable", startable) for room in (initiative, claiming))


# -- what is held --------------------------------------------------------------------------------------------------


def a_resource_is_released_before_the_work_has_landed() -> tuple[Place, ...]:
    """Who only lands any more holds nothing."""
    return (_of_others(lambda task: task.attempt is None or task.attempt.step not in LANDING),)


def an_orphan_holds_nothing() -> tuple[Place, ...]:
    """What a task holds whose process died is taken for free, though its agent may live."""
    right = Taken.take

    def take(self: Taken, key: str) -> None:
        worker = self._world.claims.get(key)
        if worker is None or self._seat.alive(worker):
            right(self, key)

    return ((Taken, "take", take),)


def a_reader_does_not_wait_for_a_writer() -> tuple[Place, ...]:
    """Who only reads a service starts beside who changes it."""
    right = resources.in_the_way

    def in_the_way(world: World, wanted: Want, users: Users, now: int, settings: Settings) -> tuple[str, ...]:
        return () if wanted.reads else right(world, wanted, users, now, settings)

    return ((taking, "in_the_way", in_the_way),)


def a_counted_resource_has_one_place_too_many() -> tuple[Place, ...]:
    """One more than there are may have one."""
    right = resources.in_the_way

    def in_the_way(world: World, wanted: Want, users: Users, now: int, settings: Settings) -> tuple[str, ...]:
        more = {name: count + 1 for name, count in settings.resources.items()}
        return right(world, wanted, users, now, replace(settings, resources=more))

    return ((taking, "in_the_way", in_the_way),)


def a_persons_lock_holds_nobody() -> tuple[Place, ...]:
    """What somebody has to themselves is taken all the same."""
    return ((resources, "locked_out", lambda *_: None), (claiming, "locked_out", lambda *_: None))


def _of_others(holds_on: Callable[[Task], bool]) -> Place:
    right = resources.in_the_way

    def in_the_way(world: World, wanted: Want, users: Users, now: int, settings: Settings) -> tuple[str, ...]:
        holders = [(ref, own) for ref, own in users if holds_on(world.tasks[ref])]
        return right(world, wanted, holders, now, settings)

    return (taking, "in_the_way", in_the_way)


# -- what may start, and what people are told ----------------------------------------------------------------------


def a_notice_need_not_run_out() -> tuple[Place, ...]:
    """What is announced starts at once."""
    return ((reasons, "_RULES", tuple(rule for rule in reasons._RULES if rule is not reasons._time)),)


def a_change_is_announced_to_those_who_need_it_only() -> tuple[Place, ...]:
    """Who shares something with what is changed does not hear of it."""
    return ((announcing, "_meet", lambda *_: False),)


def a_when_is_asked_before_anybody_has_looked() -> tuple[Place, ...]:
    """A file that nobody has looked for is taken for one that is not there."""
    return ((claiming, "wants_a_look", lambda *_: False),)


def an_edge_that_was_dropped_still_holds() -> tuple[Place, ...]:
    """What waits goes by the dependencies a task had at first."""
    right = reasons._dependency

    def dependency(world: World, task: Task, now: int, sat: Seat) -> reasons.Reason | None:
        return right(world, replace(task, spec=task.specs[0][1]), now, sat)

    return ((reasons, "_RULES", tuple(dependency if rule is right else rule for rule in reasons._RULES)),)


def people_are_not_told_what_a_gate_holds() -> tuple[Place, ...]:
    """A shut gate is told as just another dependency."""
    return ((reasons, "_RULES", tuple(rule for rule in reasons._RULES if rule is not reasons._gate)),)


def people_are_told_that_what_is_locked_could_start() -> tuple[Place, ...]:
    """A locked queue is no reason."""
    return ((reasons, "_RULES", tuple(rule for rule in reasons._RULES if rule is not reasons._locked)),)


# -- rollbacks -----------------------------------------------------------------------------------------------------


def the_first_step_is_undone_first() -> tuple[Place, ...]:
    """A queue is taken back in the order in which it went forward."""
    right = rollback._next

    def following(world: World, queue: Queue, under_way: Any) -> Events:
        found = right(world, queue, under_way)
        if not isinstance(found[0], e.RollbackStep):
            return found
        done = [ref for ref in queue.tasks if rollback._is_ours(world.tasks[ref])]
        first = min(done, key=lambda ref: world.tasks[ref].statuses[-1][0])
        key = f"rollback:{queue.name}#{queue.rollbacks}/{world.tasks[first].spec.id}"
        return (e.RollbackStep(queue=queue.name, task=first, action="undo", key=key),)

    return ((rollback, "_next", following),)


def a_queue_that_failed_goes_on() -> tuple[Place, ...]:
    """A step that fails takes nothing back."""
    return ((fold_rollback, "is_whole", lambda *_: False),)


MUTANTS: tuple[Mutant, ...] = tuple(
    chain(
        (
            a_trigger_fires_again_after_a_restart,
            a_trigger_is_lost_where_two_come_true_at_once,
            half_of_what_a_trigger_does_is_forgotten,
            a_queue_unlocks_one_task_too_early,
        ),
        (
            a_quorum_is_one_short,
            who_signs_twice_counts_twice,
            anybody_may_sign,
            a_gate_does_not_ask_for_its_evidence,
            a_gate_does_not_ask_for_its_checks,
            a_gate_does_not_ask_for_its_condition,
            checks_need_not_stay_green,
            the_end_of_a_hold_is_taken_on_trust,
            a_check_of_an_older_head_counts,
            a_rejection_holds_nothing,
            a_rejected_gate_holds_everything,
        ),
        (
            a_resource_is_released_before_the_work_has_landed,
            an_orphan_holds_nothing,
            a_reader_does_not_wait_for_a_writer,
            a_counted_resource_has_one_place_too_many,
            a_persons_lock_holds_nobody,
        ),
        (
            a_notice_need_not_run_out,
            a_change_is_announced_to_those_who_need_it_only,
            a_when_is_asked_before_anybody_has_looked,
            an_edge_that_was_dropped_still_holds,
            people_are_not_told_what_a_gate_holds,
            people_are_told_that_what_is_locked_could_start,
        ),
        (the_first_step_is_undone_first, a_queue_that_failed_goes_on),
    )
)

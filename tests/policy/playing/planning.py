"""Worlds for tests of plans, in few words."""

from typing import Any

from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, Settings
from orchestrator.model.specs import GateSpec, QueueSpec, TaskSpec, TriggerSpec
from orchestrator.model.world import World
from orchestrator.policy.plan import Plan, make_plan
from orchestrator.policy.seat import Seat

HOUR = 3600
NOW = 1_000_000


def task(ref: str, hours: float = 1, needs: str = "", **spec: Any) -> e.Event:
    queue, name = ref.split("/")
    dependencies = tuple(f"{queue}/{n}" if "/" not in n and ":" not in n else n for n in needs.split())
    made = TaskSpec(id=name, dependencies=dependencies, estimate_s=round(hours * HOUR), **spec)
    return e.TaskAdded(task=ref, spec=made)


def queue(name: str, **spec: Any) -> e.Event:
    return e.QueueAdded(queue=name, spec=QueueSpec(name=name, **spec))


def gate(name: str, **spec: Any) -> e.Event:
    return e.GateDefined(gate=name, spec=GateSpec(id=name, **spec))


def trigger(name: str, **spec: Any) -> e.Event:
    return e.TriggerDefined(trigger=name, spec=TriggerSpec(id=name, **spec))


def world_of(*events: e.Event) -> World:
    world = World()
    named = {event.queue for event in events if isinstance(event, e.QueueAdded)}
    used = dict.fromkeys(event.task.partition("/")[0] for event in events if isinstance(event, e.TaskAdded))
    missing = tuple(queue(name) for name in used if name not in named)
    apply(world, e.Commit(seq=1, id="c", prev="", at=NOW, by="t", events=(*missing, *events)))
    return world


def then(world: World, *events: e.Event) -> World:
    apply(world, e.Commit(seq=world.seq + 1, id="d", prev="", at=NOW, by="t", events=events))
    return world


def seat_of(world: World, *, workers: int = 1, **settings: Any) -> Seat:
    queues = {name: QueueSettings(workers=workers) for name in world.queues}
    made = Settings(agents={"sh": AgentSettings(name="sh")}, queues=queues, **settings)
    return Seat(me="w", scope=Scope(), settings=made, peers={}, targets=dict.fromkeys(world.queues, "main"))


def plan_of(world: World, workers: int | None = None, **settings: Any) -> Plan:
    return make_plan(world, seat_of(world, **settings), NOW, workers)


def hours(plan: Plan) -> dict[str, tuple[float, float]]:
    return {slot.task.partition("/")[2]: (slot.start / HOUR, slot.end / HOUR) for slot in plan.played.slots}

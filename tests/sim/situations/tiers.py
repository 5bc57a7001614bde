"""Situation B: a plan in tiers, one phase before four others, services that are registered, outputs handed on."""

from orchestrator.model import conditions as q
from orchestrator.model.scope import Scope
from orchestrator.model.specs import Add, Notify, RunAction, TaskSpec
from tests.sim.situations.situation import Situation, Sketch

SERVICES = ("service:auth", "service:ledger")


def draw_tiers(seed: int) -> Situation:
    """Draw the plan of a seed."""
    sketch = Sketch("tiers", seed)
    dice = sketch.dice
    sketch.resources = {"rig": 3}
    sketch.locks = ("service:auth", "service:ledger:read")
    sketch.queue("phases")
    sketch.queue("follow")
    ground = sketch.task("phases/P-1", outputs=("docs/P-1",), priority=0)
    tier = [_phase(sketch, f"phases/P-{number}", [ground]) for number in range(2, 2 + dice.randint(4, 5))]
    late = [_phase(sketch, f"follow/F-{n}", dice.sample(tier, dice.randint(1, 2))) for n in range(dice.randint(1, 4))]
    sketch.trigger("ground-is-laid", q.TaskIs(ground), RunAction("announce"), Notify("the ground is laid"))
    found = TaskSpec(id="FOUND", title="found on the way", dependencies=(ground,))
    sketch.trigger("first-tier", q.All(tuple(q.TaskIs(ref) for ref in tier)), Add("follow", found))
    sketch.trigger("any-late", q.Any(tuple(q.TaskIs(ref, "in_progress") for ref in late)), RunAction("announce"))
    return sketch.situation(
        Scope(),
        Scope(queues=("phases",), max_tasks=dice.choice((None, 3))),
        Scope(queues=("follow",), watch=True),
        workers=dice.choice((None, 4)),
    )


def _phase(sketch: Sketch, ref: str, needs: list[str]) -> str:
    """Add a phase that changes or reads some service; what breaks others is announced first."""
    dice = sketch.dice
    return sketch.task(
        ref,
        *needs,
        resources=tuple(_claims(sketch)),
        outputs=(f"docs/{ref.partition('/')[2]}",) if dice.random() < 0.6 else (),
        notice_s=dice.randint(60, 3600) if dice.random() < 0.25 else None,
        priority=dice.choice((1, 2, 2, 3)),
    )


def _claims(sketch: Sketch) -> list[str]:
    """Choose what a phase uses of the registry, whether it only reads it, and whether it needs one of the few rigs."""
    dice = sketch.dice
    uses = (name if dice.random() < 0.5 else f"{name}:read" for name in SERVICES)
    return [*sketch.some(list(uses), 1), *([dice.choice(("rig", "rig=2"))] if dice.random() < 0.5 else [])]

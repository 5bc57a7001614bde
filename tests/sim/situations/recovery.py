"""Situation C: recovering with many agents on one repository, by ownership of files, with go/no-go checkpoints."""

from orchestrator.model import conditions as q
from orchestrator.model.scope import Scope
from orchestrator.model.specs import RunAction
from orchestrator.sim.clock import EPOCH
from tests.sim.situations.situation import MINUTE_MS, Situation, Sketch

OWNED = ("src/cart/**", "src/cart/total.py", "src/stock/**", "src/stock/count.py", "src/till.py")


def draw_recovery(seed: int) -> Situation:
    """Draw the recovery of a seed."""
    sketch = Sketch("recovery", seed)
    dice = sketch.dice
    lead, second = sketch.person("lena", "lead"), sketch.person("mark", "lead")
    sketch.queue("audit")
    sketch.queue("rebuild")
    sketch.queue("harden")
    audits = sketch.chain("audit", "A", dice.randint(1, 2))
    when = q.TimeReached(EPOCH + dice.randint(10, 120) * MINUTE_MS)
    first = sketch.gate("first-look", lead, requires=q.TaskIs(audits[-1]), approvers=("lead",), checklist=("honest",))
    parts: list[str] = []
    for number in range(1, dice.randint(4, 7)):
        needs = {first, *sketch.some(parts, 2)} if number > 1 else {audits[0]}
        parts.append(_part(sketch, f"rebuild/R-{number}", sorted(needs)))
    either = q.Any((q.All((q.TaskIs(parts[0]), when)), q.QueueIs("rebuild")))
    go = sketch.gate(
        "go-on", second, lead, requires=either, approvers=("lena", "mark", "nora"), quorum=2, rejects="nora"
    )
    sketch.task("harden/H-1", go, parts[0], on_upstream=dice.choice(("wait", "skip")))
    sketch.task("harden/H-2", "harden/H-1")
    sketch.trigger("went-on", q.GateIs("go-on"), RunAction("announce"))
    for ref in sketch.some(parts, 4):
        sketch.shared[ref] = ("src/common",)
    return sketch.situation(Scope(), Scope(workers=1), Scope(workers=2), Scope(workers=3, watch=True), workers=3)


def _part(sketch: Sketch, ref: str, needs: list[str]) -> str:
    return sketch.task(ref, *needs, files=tuple(sketch.some(OWNED, 1)), priority=sketch.dice.choice((0, 1, 2)))

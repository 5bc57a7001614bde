"""Situation E: capabilities under authority: conditional phases, phases that were not executed, sign-offs."""

from orchestrator.model import conditions as q
from orchestrator.model.scope import Scope
from orchestrator.model.specs import Add, Notify, TaskSpec, Unlock
from tests.sim.situations.situation import Situation, Sketch


def draw_board(seed: int) -> Situation:
    """Draw the board of a seed."""
    sketch = Sketch("board", seed)
    dice = sketch.dice
    sketch.person("omar", "operator")
    sketch.person("ines", "operator")
    names = ("intake", "ledger", "portal")[: dice.randint(2, 3)]
    before = ""
    for name in names:
        before = _capability(sketch, name, before)
    last = names[-1]
    sketch.queue("after", locked=True)
    sketch.task("after/CLOSE", agent=dice.choice(("human", None)))
    closing = TaskSpec(id="REPORT", title="write it up")
    opened = q.All(tuple(q.GateIs(name) for name in names))
    sketch.trigger("all-authorised", opened, Unlock("after"), Add("after", closing), Notify(f"{last} is authorised"))
    return sketch.situation(Scope(), Scope(watch=True), *(Scope(queues=(name,), watch=True) for name in names))


def _capability(sketch: Sketch, name: str, before: str) -> str:
    """Add a capability: a design, phases side by side, some conditional, and its authorisation."""
    dice = sketch.dice
    sketch.queue(name)
    has_front = dice.random() < 0.5
    design = sketch.task(f"{name}/DESIGN", *([before] if before else []), outputs=(f"spec/{name}",))
    front = (f"front/{name}",) if has_front else ()
    build = sketch.task(f"{name}/BUILD", design, outputs=(f"built/{name}", *front))
    looks = sketch.task(f"{name}/LOOKS", build, when=_front(sketch, name))
    audit = sketch.task(f"{name}/AUDIT", design)
    sketch.task(f"{name}/DRILL", design, agent=dice.choice((None, "human")), priority=3)
    if dice.random() < 0.5:
        sketch.not_executed[audit] = "done last quarter, see the minutes"
    accept = sketch.task(f"{name}/ACCEPT", looks, audit)
    sketch.papers[f"minutes/{name}"] = name
    signs, rejects = dice.sample(("omar", "ines"), 2)
    return sketch.gate(
        name,
        signs,
        requires=q.All((q.TaskIs(accept), q.QueueIs(name))) if dice.random() < 0.5 else q.TaskIs(accept),
        approvers=("operator",),
        evidence=(f"built/{name}", f"minutes/{name}"),
        rejects=rejects,
    )


def _front(sketch: Sketch, name: str) -> q.Condition:
    """Say when there are looks to see to: where the build has left a front end."""
    return sketch.dice.choice((q.FileExists(f"front/{name}"), q.Not(q.TaskIs(f"{name}/DESIGN", "skipped"))))

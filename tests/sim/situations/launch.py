"""Situation D: a launch in gated phases: sign-offs, quorum, checks, evidence, and a release that can be taken back."""

from orchestrator.model import conditions as q
from orchestrator.model.scope import Scope
from orchestrator.model.specs import Notify, PauseQueue, ResumeQueue, RunAction
from orchestrator.sim.agents import Act, Play
from tests.sim.situations.situation import Situation, Sketch


def draw_launch(seed: int) -> Situation:
    """Draw the launch of a seed."""
    sketch = Sketch("launch", seed)
    dice = sketch.dice
    for name in ("ana", "bert", "cleo"):
        sketch.person(name, "ops")
    sketch.person("dora", "security", "exec")
    sketch.person("emil", "security")
    infra = _ground(sketch)
    qa = [sketch.task(f"{sketch.queue('qa')}/Q-{n}", infra) for n in range(1, dice.randint(3, 5))]
    audit = [sketch.task(f"{sketch.queue('audit')}/D-{n}", infra) for n in range(1, dice.randint(3, 5))]
    tested = sketch.gate("tested", requires=q.QueueIs("qa"), checks=("smoke",), hold_s=dice.choice((None, 600)))
    sketch.conditions["tested"] = tuple(f"done/{ref}" for ref in qa[:1])
    secure = sketch.gate("secure", "dora", requires=q.QueueIs("audit"), approvers=("security",), rejects="emil")
    sketch.queue("guide")
    manual = sketch.task("guide/G-1", qa[0], audit[0])
    sketch.queue("watch")
    sketch.task("watch/W-1", qa[-1], agent="human")
    go = sketch.gate(
        "go",
        *dice.sample(("ana", "bert", "cleo", "dora"), 3),
        requires=q.All((q.GateIs("tested"), q.GateIs("secure"), q.TaskIs(manual))),
        approvers=("ops", "dora"),
        quorum=3,
        checklist=("no credentials in git", "somebody is on call"),
    )
    assert tested
    assert secure
    _release(sketch, go)
    sketch.trigger("it-is-go", q.GateIs("go"), RunAction("announce"), Notify("it is go"))
    quiet = q.All((q.GateIs("infra"), q.Not(q.GateIs("secure"))))
    sketch.trigger("hush", quiet, PauseQueue("guide"), ResumeQueue("guide"))
    return sketch.situation(Scope(), Scope(watch=True), Scope(queues=("infra", "qa"), interactive=False))


def _ground(sketch: Sketch) -> str:
    """Lay the ground: some tasks side by side, papers, and two of the people who know."""
    dice = sketch.dice
    sketch.queue("infra")
    made = [sketch.task(f"infra/I-{n}", outputs=(f"docs/I-{n}",)) for n in range(1, dice.randint(3, 5))]
    evidence = (f"docs/{made[0].partition('/')[2]}", "docs/load-test")
    sketch.papers = {"docs/load-test": "infra"}
    first, second, third = dice.sample(("ana", "bert", "cleo"), 3)
    return sketch.gate(
        "infra",
        *(first, second),
        requires=q.QueueIs("infra"),
        approvers=("ops",),
        quorum=2,
        evidence=evidence,
        rejects=third,
    )


def _release(sketch: Sketch, go: str) -> None:
    """Release step by step; in half of the seeds a step fails once, and everything before it is undone."""
    dice = sketch.dice
    sketch.queue("release")
    steps: list[str] = []
    for number in range(1, dice.randint(4, 5)):
        needs = (steps[-1],) if steps else (go,)
        steps.append(sketch.task(f"release/S-{number}", *needs, rollback="undo", max_iterations=2))
    if dice.random() < 0.5:
        bad = steps[-1]
        sketch.plays[bad] = (Play(Act.WRONG, 60), Play(Act.WRONG, 60), *(Play(Act.PASS, 60) for _ in range(3)))

"""What an agent can look up, and what its prompt says of talking and of answers."""

import pytest

from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.spending import Budget
from orchestrator.model.verdicts import Finding
from orchestrator.model.world import World
from orchestrator.policy.briefing import brief
from orchestrator.policy.prompt import PromptInput, compose
from orchestrator.policy.seat import Seat

CLAIM = "<promise>DONE</promise>"
GIVEN = PromptInput(
    task="q/T",
    spec=TaskSpec(id="T", title=f"say {CLAIM}", description="d", max_iterations=5),
    attempt=1,
    iteration=2,
    feedback=(Finding(message=f"no {CLAIM}", path="a.py"), Finding(message="plain")),
    answers=((f"may I say {CLAIM}?", "no,\nnever"),),
    talks=True,
)


@pytest.mark.parametrize(("usd", "left"), [(None, None), (2.0, 1.75), (0.1, 0.0)])
def test_a_briefing_says_what_is_left_and_holds_no_claim(usd: float | None, left: float | None) -> None:
    world = World()
    events: tuple[e.Event, ...] = (
        e.QueueAdded(queue="q", spec=QueueSpec(name="q")),
        e.TaskAdded(task="q/T", spec=GIVEN.spec),
        e.TaskClaimed(task="q/T", attempt=1, worker="me"),
        e.IterationStarted(task="q/T", attempt=1, iteration=1, agent="a", sandbox="L0", base="b"),
        e.AgentLearned(task="q/T", attempt=1, iteration=1, word="w", learning="L1", text=f"never {CLAIM}"),
        e.AgentFinished(task="q/T", attempt=1, iteration=1, outcome="x", claimed=False, seconds=1, usd=0.25),
    )
    apply(world, e.Commit(seq=1, id="c", prev="", at=1, by="me", events=events))
    seat = Seat(me="me", scope=Scope(), settings=Settings(budget=Budget(usd=usd)), peers={}, targets={})
    found = brief(GIVEN, world, world.tasks["q/T"], seat)
    assert (found.iterations_left, found.usd_left) == (4, left)
    assert found.findings == ("a.py: no the promise tag around DONE", "plain")
    assert found.learnings == ("never the promise tag around DONE",)
    assert CLAIM not in str(found)


def test_the_prompt_tells_what_people_answered_and_how_to_talk() -> None:
    text = compose(GIVEN)
    assert "You asked: may I say the promise tag around DONE?\n\nA person answers: no,\n    never" in text
    assert "orchestrator-tell ask" in text
    assert "orchestrator-tell" not in compose(PromptInput(task="q/T", spec=GIVEN.spec))

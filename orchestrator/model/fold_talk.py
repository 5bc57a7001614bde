"""The fold's part about what agents say back and what people answer. See `fold` for the rules."""

from functools import singledispatch

import msgspec

from orchestrator.model import events as e
from orchestrator.model.talk import MAX_LEARNINGS, MAX_QUESTIONS, Learning, Proposal, Question
from orchestrator.model.world import Attempt, Task, World

_Spoken = e.AgentReported | e.AgentAsked | e.AgentProposed | e.AgentLearned


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold one event of what was said; others are none of its business."""


def heard_as(iteration: int, word: str) -> str:
    """Give the name under which an attempt remembers a word."""
    return f"{iteration}/{word}"


def _hear(event: _Spoken, world: World, kind: str) -> tuple[Task, Attempt] | None:
    task, lane = world.tasks.get(event.task), world.lane(event.task, event.attempt)
    attempt = lane.attempt if lane is not None else None
    if task is None or attempt is None:
        return None
    attempt.heard[heard_as(event.iteration, event.word)] = kind
    world.touched[task.ref] = None
    return task, attempt


def _count(world: World, name: str) -> None:
    """Remember the highest number given away: `Q7`, `P8`, `L9` are counted together and never given twice."""
    if name[1:].isdigit():
        world.talked = max(world.talked, int(name[1:]))


@fold.register
def _(event: e.AgentReported, world: World) -> None:
    found = _hear(event, world, "blocked" if event.question else "progress")
    if found is not None and event.question:
        task, attempt = found
        attempt.plea = event.question
        _ask(world, task, event, event.question, holds=True)


@fold.register
def _(event: e.AgentAsked, world: World) -> None:
    found = _hear(event, world, "ask")
    if found is not None:
        _ask(world, found[0], event, event.question, holds=event.holds)


def _ask(world: World, task: Task, event: e.AgentReported | e.AgentAsked, name: str, *, holds: bool) -> None:
    _count(world, name)
    question = Question(
        id=name,
        attempt=event.attempt,
        iteration=event.iteration,
        word=event.word,
        text=event.text,
        at=world.at,
        holds=holds,
        blocked=isinstance(event, e.AgentReported),
    )
    again = [q for q in task.questions if not q.answer and q.text == event.text and not _beside(world, event, q)]
    others = [q for q in task.questions if q not in again]  # asked again: the new one stands for it
    task.questions = [*others, question][-MAX_QUESTIONS:]


def _beside(world: World, event: e.AgentReported | e.AgentAsked, asked: Question) -> bool:
    """Say whether another attempt that is under way asked it: each waits for its own."""
    return asked.attempt != event.attempt and world.lane(event.task, asked.attempt) is not None


@fold.register
def _(event: e.AgentProposed, world: World) -> None:
    if _hear(event, world, "propose") is not None:
        _count(world, event.proposal)
        world.proposals[event.proposal] = Proposal(
            id=event.proposal, task=event.task, queue=event.queue, spec=event.spec, at=world.at
        )


@fold.register
def _(event: e.AgentLearned, world: World) -> None:
    if _hear(event, world, "learn") is not None:
        _count(world, event.learning)
        world.learnings[event.learning] = Learning(id=event.learning, task=event.task, text=event.text, at=world.at)
        while len(world.learnings) > MAX_LEARNINGS:
            del world.learnings[next(iter(world.learnings))]
        world.touched["learnings"] = None


@fold.register
def _(event: e.QuestionAnswered, world: World) -> None:
    task = world.tasks.get(event.task)
    if task is None:
        return
    task.questions = [
        msgspec.structs.replace(q, answer=event.text, by=event.by) if q.id == event.question else q
        for q in task.questions
    ]
    for lane in (task, *task.rivals.values()):
        lane.awaits = [name for name in lane.awaits if name != event.question]
    world.touched[task.ref] = None


@fold.register
def _(event: e.ProposalAccepted, world: World) -> None:
    world.proposals.pop(event.proposal, None)


@fold.register
def _(event: e.ProposalRejected, world: World) -> None:
    world.proposals.pop(event.proposal, None)


@fold.register
def _(event: e.LearningDropped, world: World) -> None:
    world.learnings.pop(event.learning, None)
    world.touched["learnings"] = None


def settle(world: World, task: Task, attempt: Attempt, *, claimed: bool) -> None:
    """At the end of an agent's call: what it asked and cannot go on without is waited for, unless it claims."""
    asked = (
        q for q in world.tasks[task.ref].questions if (q.attempt, q.iteration) == (attempt.number, attempt.iteration)
    )
    task.awaits = [q.id for q in asked if q.holds and not q.answer and not claimed]
    if claimed:
        attempt.plea = ""

"""What follows from what agents say back, and from what people answer. Pure; the one home of its limits.

Rules
1. A word counts for the iteration whose agent said it, while that runs, once, and never as a claim of completion.
2. So many words of a kind an attempt; beyond that they are refused and the speaker is told.
3. A proposal adds nothing: a person accepts it. What decides how work is judged cannot be proposed.
4. A report of being blocked ends in a blocked task once the iteration is over, unless the agent claims after all. Where
   a clean exit claims, it does not while a question of that iteration holds or its agent is blocked.
5. A question that holds makes its own task wait for the answer and no other; where nobody answers
   (`--non-interactive`) the task goes on without.
6. What is asked is the task's, whichever of several attempts side by side asks. One that would block or wait leaves the
   race.
"""

from collections.abc import Iterable
from typing import assert_never

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model import talk as t
from orchestrator.model.fold_talk import heard_as
from orchestrator.model.ids import SAFE_ID_RULE, id_of, is_safe_id, queue_of, task_ref
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED, Status, TaskSpec
from orchestrator.model.talk import Word
from orchestrator.model.world import Attempt, Step, Task, World
from orchestrator.policy.limits import promise
from orchestrator.policy.staffing import agent_settings

LIMITS = {"progress": 50, "blocked": 5, "ask": 10, "propose": 20, "learn": 10}
"""How many words of a kind one attempt may say."""
MAX_ANSWER = 16_000
_STEM = 50
"""Characters of its proposer's id in the id of a proposal that brings none."""


def hear(world: World, task: Task, attempt: Attempt, note: c.NoteWord) -> tuple[e.Event, ...] | c.Refusal:
    """Turn a word into the event that records it; one that was heard already is nothing new."""
    if heard_as(note.iteration, note.id) in attempt.heard:
        return ()
    if attempt.step is not Step.AGENT or attempt.iteration != note.iteration:
        return c.Refusal(f"iteration {note.iteration} of {task.ref} is over: nothing more is taken from it")
    if _stands_already(world, task, note.word):
        return ()
    kind = str(note.word.__struct_config__.tag)
    if sum(1 for other in attempt.heard.values() if other == kind) >= LIMITS[kind]:
        return c.Refusal(f"an attempt may say `{kind}` {LIMITS[kind]} times, and this one has")
    event = _recorded(world, task, attempt.number, note)
    return event if isinstance(event, c.Refusal) else (event,)


def _stands_already(world: World, task: Task, word: Word) -> bool:
    """Say whether the same was learned or proposed before and still stands: agents of later iterations repeat it."""
    match word:
        case t.Learn(text=text):
            return any(learning.text.strip() == text.strip() for learning in world.learnings.values())
        case t.ProposeTask(title=title):
            queue = word.queue or queue_of(task.ref)
            return any((p.queue, p.spec.title) == (queue, title) for p in world.proposals.values())
        case _:
            return False


def unless_it_asks(world: World, task: Task, attempt: Attempt, end: c.NoteAgent) -> c.NoteAgent:
    """Take a clean exit for no claim where its agent left a question that holds; a spoken promise stays one."""
    asked = [q.id for q in _holding(world.tasks[task.ref].questions, attempt)]
    if not (asked and end.claimed and promise(world, task) is None):
        return end
    note = f"the last run ended with a question to a person ({' '.join(asked)})"
    return msgspec.structs.replace(end, outcome="incomplete", claimed=False, note=note)


def _holding(asked: Iterable[t.Question], attempt: Attempt) -> list[t.Question]:
    here = (attempt.number, attempt.iteration)
    return [q for q in asked if (q.attempt, q.iteration) == here and q.holds and not q.answer]


def _recorded(world: World, task: Task, attempt: int, note: c.NoteWord) -> e.Event | c.Refusal:
    ref, iteration, word, number = task.ref, note.iteration, note.id, world.talked + 1
    match note.word:
        case t.Progress(text=text):
            return e.AgentReported(task=ref, attempt=attempt, iteration=iteration, word=word, text=text)
        case t.Blocked(text=text):
            return e.AgentReported(
                task=ref, attempt=attempt, iteration=iteration, word=word, text=text, question=f"Q{number}"
            )
        case t.AskPerson(text=text, holds=holds):
            name = f"Q{number}"
            return e.AgentAsked(
                task=ref, attempt=attempt, iteration=iteration, word=word, question=name, text=text, holds=holds
            )
        case t.Learn(text=text):
            name = f"L{number}"
            return e.AgentLearned(task=ref, attempt=attempt, iteration=iteration, word=word, learning=name, text=text)
        case t.ProposeTask():
            return _proposed(world, task, attempt, note, note.word)
        case _:  # pragma: no cover - the union is closed
            assert_never(note.word)


def _proposed(world: World, task: Task, attempt: int, note: c.NoteWord, word: t.ProposeTask) -> e.Event | c.Refusal:
    queue, name = word.queue or queue_of(task.ref), f"P{world.talked + 1}"
    own = word.id or f"{id_of(task.ref)[:_STEM]}-{name}"
    if queue not in world.queues:
        return c.Refusal(f"there is no queue {queue} (known: {', '.join(world.queues)})")
    if not is_safe_id(own):
        return c.Refusal(f"{own!r} cannot be a task id: {SAFE_ID_RULE}")
    spec = TaskSpec(
        id=own,
        title=" ".join(word.title.split()),
        description=word.description,
        type=word.type,
        priority=word.priority,
        dependencies=tuple(_named(queue, d) for d in word.dependencies),
        files=word.files,
        tests=word.tests,
        outputs=word.outputs,
    )
    return e.AgentProposed(
        task=task.ref, attempt=attempt, iteration=note.iteration, word=note.id, proposal=name, queue=queue, spec=spec
    )


def _named(queue: str, name: str) -> str:
    return name if "/" in name or name.startswith("gate:") else task_ref(queue, name)


def replied(
    task: Task, note: c.NoteWord, recorded: tuple[e.Event, ...] | c.Refusal, asked: Iterable[t.Question]
) -> t.Reply:
    """Say to an agent what became of its word; `asked` is all that was asked of its task."""
    if isinstance(recorded, c.Refusal):
        return t.Reply(ok=False, text=recorded.text)
    number = task.attempt.number if task.attempt is not None else 0
    for question in asked:
        if (question.attempt, question.iteration, question.word) == (number, note.iteration, note.id):
            return answer_to(question)
    for event in recorded:
        if isinstance(event, e.AgentProposed):
            return t.Reply(ok=True, text=f"{event.proposal} waits for a person")
        if isinstance(event, e.AgentLearned):
            return t.Reply(ok=True, text=f"recorded as {event.learning}")
    return t.Reply(ok=True, text="noted")


def answer_to(question: t.Question) -> t.Reply:
    """Say to an agent how its question stands."""
    if question.answer:
        return t.Reply(ok=True, text=question.id, answer=question.answer, by=question.by)
    return t.Reply(ok=True, text=f"{question.id} waits for a person")


def talks(settings: Settings, agent: str) -> bool:
    """Say whether an agent may talk back."""
    found = agent_settings(settings, agent)
    return found is not None and found.talk == "auto"


# -- what waits for a person ---------------------------------------------------------------------------------------


def open_questions(task: Task) -> tuple[t.Question, ...]:
    """List what the attempts under way asked and nobody has answered; what one ended without is asked no more."""
    if task.attempt is None or task.status in ENDED:
        return ()
    lanes = (task, *task.rivals.values())
    pleas = {lane.attempt.number: lane.attempt.plea for lane in lanes if lane.attempt is not None}
    return tuple(
        q for q in task.questions if not q.answer and q.attempt in pleas and (not q.blocked or q.id == pleas[q.attempt])
    )


def pleads(world: World, task: Task, attempt: Attempt) -> t.Question | None:
    """Give the report of being blocked that the agent under way stands by and nobody has answered, or None."""
    asked = world.tasks[task.ref].questions
    return next((q for q in asked if q.id == attempt.plea and not q.answer), None)


def answered(task: Task, ask: c.AnswerQuestion) -> tuple[e.Event, ...] | c.Refusal:
    """Record a person's answer; a task that its agent reported blocked goes on with it."""
    text, waiting = ask.text.strip(), open_questions(task)
    found = [q for q in waiting if ask.question in {"", q.id}]
    if not text or len(text) > MAX_ANSWER:
        return c.Refusal(f"an answer has 1 to {MAX_ANSWER} characters; put more into a file and name it")
    if not found:
        what = f"{task.ref} asks nothing" if not waiting else f"{task.ref} does not ask {ask.question}"
        return c.Refusal(f"{what}; `orchestrator inbox` lists the open questions")
    if len(found) > 1:
        names = ", ".join(q.id for q in found)
        return c.Refusal(f"{task.ref} asks {len(found)} things; say which: --question {names}")
    question = found[0]
    told = e.QuestionAnswered(task=task.ref, question=question.id, text=text, by=ask.by)
    if question.blocked and task.status is Status.BLOCKED:
        return (told, e.TaskReset(task=task.ref, reason="its agent's question is answered", by=ask.by))
    return (told,)


def rejected(world: World, ask: c.Reject) -> tuple[e.Event, ...] | c.Refusal:
    """Drop a proposal or a learning."""
    if proposal := world.proposals.get(ask.name):
        return (e.ProposalRejected(task=proposal.task, proposal=proposal.id, by=ask.by, reason=ask.reason),)
    if learning := world.learnings.get(ask.name):
        return (e.LearningDropped(task=learning.task, learning=learning.id, by=ask.by, reason=ask.reason),)
    return no_such(world, ask.name)


def no_such(world: World, name: str) -> c.Refusal:
    """Say that nothing of that name waits, and what does."""
    known = ", ".join((*world.proposals, *world.learnings)) or "none"
    return c.Refusal(f"there is no proposal or learning {name} (known: {known}); `orchestrator inbox` lists them")

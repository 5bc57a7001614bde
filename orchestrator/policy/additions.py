"""Tasks that come by command instead of by a file. Never writes the file: the view brings it up to date."""

import re

import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.model import events as e
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id, task_ref
from orchestrator.model.specs import ENDED, QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.versions import ORDER_STEP

PROMPT_QUEUE = "prompt"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+|\.\.+")
_LONGEST_ID = 64


def add_task(world: World, queue: str, spec: TaskSpec) -> tuple[e.Event, ...]:
    """Add a task at the end of a queue. Raises InvalidInputError if the queue is unknown or the id cannot be used."""
    known = world.queues.get(queue)
    if known is None:
        names = ", ".join(world.queues) or "none"
        raise InvalidInputError(f"no queue {queue}: known are {names}; write queues/{queue}.json to make one")
    if not is_safe_id(spec.id):
        raise InvalidInputError(f'task id "{spec.id}" cannot be used: {SAFE_ID_RULE}')
    ref = task_ref(queue, spec.id)
    if clash := next((other for other in known.tasks if other.casefold() == ref.casefold()), None):
        raise InvalidInputError(f"{clash} exists already: choose another id, or `orchestrator edit {clash}`")
    return (e.TaskAdded(task=ref, spec=spec, order=_end(world, queue)),)


def edit_task(world: World, ref: str, spec: TaskSpec) -> tuple[e.Event, ...]:
    """Give a task a new specification under its own id; nothing if it has it. Raises InvalidInputError if unknown."""
    task = world.tasks.get(ref)
    if task is None:
        raise InvalidInputError(f"no task {ref}: `orchestrator status` lists them")
    if spec.id != task.spec.id:
        raise InvalidInputError(f"{ref}: an id cannot be changed; add a new task and remove this one")
    return () if spec == task.spec else (e.TaskEdited(task=ref, spec=spec),)


def define_prompt_task(world: World, name: str, text: str) -> tuple[str, tuple[e.Event, ...]]:
    """Make a prompt file the task `prompt/<name>`: its ref, and what is new about it.

    The same text again asks nothing, so that the same command resumes; another text edits the task and, where it has
    ended, starts it anew. Raises InvalidInputError for an empty text.
    """
    if not text.strip():
        raise InvalidInputError(f"prompt {name}: the file is empty; write what is to be done")
    spec = TaskSpec(id=prompt_id(name), title=_headline(text), description=text)
    ref = task_ref(PROMPT_QUEUE, spec.id)
    known = world.tasks.get(ref)
    if known is None:
        queue = () if PROMPT_QUEUE in world.queues else (_prompt_queue(),)
        return ref, (*queue, e.TaskAdded(task=ref, spec=spec, order=_end(world, PROMPT_QUEUE)))
    if known.spec.description == text:
        return ref, ()
    edited = e.TaskEdited(task=ref, spec=msgspec.structs.replace(known.spec, title=spec.title, description=text))
    if known.status in ENDED:
        return ref, (edited, e.TaskReset(task=ref, reason="its prompt changed"))
    return ref, (edited,)


def prompt_id(name: str) -> str:
    """Turn a file's stem into a task id."""
    if is_safe_id(name):
        return name
    found = _UNSAFE.sub("-", name)[:_LONGEST_ID].strip("-._").removesuffix(".lock")
    return found if is_safe_id(found) else "prompt"


def _prompt_queue() -> e.QueueAdded:
    return e.QueueAdded(queue=PROMPT_QUEUE, spec=QueueSpec(name=PROMPT_QUEUE, title="Prompts"))


def _headline(text: str) -> str:
    first = text.strip().splitlines()[0].lstrip("# ").strip()
    return first[:80]


def _end(world: World, queue: str) -> int:
    known = world.queues.get(queue)
    return max((world.tasks[ref].order for ref in known.tasks), default=0) + ORDER_STEP if known else ORDER_STEP

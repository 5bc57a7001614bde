"""A prompt file as a task: what `run --prompt FILE` asks. Never reads the file, never writes one."""

import re

import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.model import events as e
from orchestrator.model.ids import is_safe_id, task_ref
from orchestrator.model.specs import ENDED, QueueSpec, Status, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.versions import behind_last

PROMPT_QUEUE = "prompt"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+|\.\.+")
_LONGEST_ID = 64


def define_prompt_task(world: World, name: str, text: str) -> tuple[str, tuple[e.Event, ...]]:
    """Make a prompt file the task `prompt/<name>`: its ref, and what is new about it.

    The same text again asks nothing, so that the same command resumes; another text edits the task and, where it has
    ended or waits for a person, starts it anew. Raises InvalidInputError for an empty text.
    """
    if not text.strip():
        raise InvalidInputError(f"prompt {name}: the file is empty; write what is to be done")
    spec = TaskSpec(id=prompt_id(name), title=_headline(text), description=text)
    ref = task_ref(PROMPT_QUEUE, spec.id)
    known = world.tasks.get(ref)
    if known is None:
        queue = () if PROMPT_QUEUE in world.queues else (_prompt_queue(),)
        return ref, (*queue, e.TaskAdded(task=ref, spec=spec, order=behind_last(world, PROMPT_QUEUE)))
    if known.spec.description == text:
        return ref, ()
    edited = e.TaskEdited(task=ref, spec=msgspec.structs.replace(known.spec, title=spec.title, description=text))
    if known.status in {*ENDED, Status.BLOCKED}:
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

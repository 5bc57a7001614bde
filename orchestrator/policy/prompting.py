"""What goes into the next prompt of a task, gathered from the world and the configuration. Pure; words nothing."""

from orchestrator.model.coordination import Handed
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import Settings
from orchestrator.model.specs import SATISFIES, Status
from orchestrator.model.world import Attempt, Step, Task, World
from orchestrator.policy import limits
from orchestrator.policy.announcing import around
from orchestrator.policy.approaches import approach, known_type
from orchestrator.policy.conflicts import RULE, lines
from orchestrator.policy.learnings import telling
from orchestrator.policy.notes import notes_of
from orchestrator.policy.prompt import PromptInput, Upstream
from orchestrator.policy.seat import Seat
from orchestrator.policy.talk import talks
from orchestrator.policy.templates import BUILT_IN, DEFAULT


def prompt_input(world: World, task: Task, seat: Seat, handed: tuple[Handed, ...] = ()) -> PromptInput:
    """Gather what the next prompt of a task is made of; of one whose agent runs, that agent's.

    `handed` is what others would hand to an attempt that has not begun; one that has begun knows it.
    """
    attempt, settings = task.attempt, seat.settings
    agent = attempt.agent if attempt and attempt.agent else limits.staffed(world, task, seat).agent
    done = [other for other in (world.tasks.get(name) for name in task.spec.dependencies) if _is_done(other)]
    return PromptInput(
        task=task.ref,
        spec=task.spec,
        promise=limits.promise(world, task),
        attempt=attempt.number if attempt else task.attempts + 1,
        iteration=_coming(attempt),
        queue_title=world.queues[queue_of(task.ref)].spec.title,
        checks=limits.checks(world, task, settings),
        feedback=tuple(f for f in task.feedback if f.rule != RULE),
        notes=(*notes_of(task), *around(world, task, seat)),
        conflicts=lines(world, task),
        inputs=tuple(path for other in done if other for path in other.spec.outputs),
        upstream=tuple(_made(other, (attempt.inputs if attempt else ()) or handed) for other in done if other),
        answers=tuple((q.text, q.answer) for q in world.tasks[task.ref].questions if q.answer),
        talks=talks(settings, agent),
        learnings=telling(world.learnings.values(), task.ref, task.spec),
        rules=settings.rules_text,
        steering=steering(settings),
        template=template_for(settings, task.spec.type),
    )


def template_for(settings: Settings, kind: str) -> str:
    """Choose the template of a type: a person's for it, for what it means, for all; else the built-in one."""
    words = (" ".join(kind.lower().split()), known_type(kind), DEFAULT)
    return next((settings.templates[word] for word in words if word in settings.templates), BUILT_IN)


def spelled_out(template: str, kind: str) -> str:
    """Write the built-in advice for a type into a template, so that it can be changed; ends with a newline."""
    advice = approach(kind)
    place = "{approach}\n\n" if not advice else "{approach}"
    text = template.replace(place, f"## How to go about it\n\n{advice}" if advice else "", 1)
    return text.rstrip() + "\n"


def steering(settings: Settings) -> tuple[str, ...]:
    """List the files that prompts are made of: whoever changes one steers every later agent."""
    return tuple(dict.fromkeys([*settings.prompts.values(), *([settings.rules] if settings.rules else [])]))


def _coming(attempt: Attempt | None) -> int:
    if attempt is None:
        return 1
    return attempt.iteration if attempt.step is Step.AGENT else attempt.iteration + 1


def _is_done(task: Task | None) -> bool:
    return task is not None and task.status in SATISFIES


def _made(task: Task, handed: tuple[Handed, ...]) -> Upstream:
    skipped = task.status is Status.SKIPPED
    return Upstream(
        task=task.ref,
        title=task.spec.title,
        commit=task.commit,
        outputs=() if skipped else task.spec.outputs,
        summary="" if skipped else task.summary or task.reason,
        reason=(task.reason or "no reason was given") if skipped else "",
        handed=tuple(file for file in handed if file.task == task.ref),
    )

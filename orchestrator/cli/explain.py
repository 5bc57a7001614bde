"""`orchestrator explain`: why something does not run, since when, and what would change that."""

import click
import msgspec

from orchestrator.cli import explain_account, explain_queue, explain_resource, explain_worker
from orchestrator.cli.context import Context, clean, one_line, paint, pass_context, waits
from orchestrator.cli.escalations import ladder_lines
from orchestrator.daemon.desk import Desk, reading
from orchestrator.errors import InvalidInputError
from orchestrator.model.answers import (
    AccountAnswer,
    GateAnswer,
    QueueAnswer,
    StatusAnswer,
    TaskAnswer,
    WorkerAnswer,
)
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import Status

_GATE = "gate:"


@click.command("explain")
@click.argument("what", required=False)
@click.option("--json", "as_json", is_flag=True, help="The tasks explained, as JSON.")
@pass_context
def command(context: Context, what: str | None, *, as_json: bool) -> int:
    """Say why a TASK (`queue/ID`), QUEUE, gate:ID, worker:ID, account:NAME or resource:NAME waits; else, all."""
    for prefix, tells in (
        (explain_account.PREFIX, _account),
        (explain_resource.PREFIX, explain_resource.tells),
        (explain_worker.PREFIX, explain_worker.tells),
        (_GATE, _gate_tells),
    ):
        if what is not None and what.startswith(prefix):
            return tells(context, what, as_json=as_json)

    async def ask() -> tuple[StatusAnswer, dict[str, tuple[str, ...]], list[str]]:
        async with reading(context.project) as desk:
            status = await desk.status()
            itself = next((queue for queue in status.queues if queue.name == what), None)
            return status, _holdups(desk), explain_queue.lines(desk, itself, status.workers) if itself else []

    answer, holdups, of_queue = waits(ask)
    found = _chosen(answer, what)
    if as_json:
        click.echo(msgspec.json.encode([{"task": f"{q.name}/{t.id}", **msgspec.to_builtins(t)} for q, t in found]))
        return 0
    for line in of_queue:
        click.echo(clean(line))
    workers = {worker.task: worker for worker in answer.workers}
    asking = {question.task for question in answer.questions}
    for queue, task in found:
        ref = f"{queue.name}/{task.id}"
        for line in _task(queue, task, workers.get(ref), (ref in asking, holdups.get(ref, ()))):
            click.echo(clean(line))
    backs = [(q.name, q.rollback.text if q.rollback else q.rolled_back) for q in answer.queues if _names(what, q)]
    for name, text in (back for back in backs if back[1]):
        click.echo(clean(f"{name}: {text}"))
    if not found and not of_queue and not any(text for _, text in backs):
        click.echo("nothing waits: everything has ended or is running")
    return 0


def _gate_tells(context: Context, what: str, *, as_json: bool) -> int:
    async def ask() -> StatusAnswer:
        async with reading(context.project) as desk:
            return await desk.status()

    gate = _stop(waits(ask), what)
    for line in [msgspec.json.encode(gate).decode()] if as_json else map(clean, _gate(gate)):
        click.echo(line)
    return 0


def _names(what: str | None, queue: QueueAnswer) -> bool:
    return what is None or queue_of(what) == queue.name


def _account(context: Context, what: str, *, as_json: bool) -> int:
    async def ask() -> AccountAnswer:
        async with reading(context.project) as desk:
            return explain_account.find(desk, what)

    answer = waits(ask)
    if as_json:
        click.echo(msgspec.json.encode(answer))
        return 0
    for line in explain_account.lines(answer):
        click.echo(clean(line))
    return 0


def _holdups(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Name for each task who waits for it."""
    return {ref: tuple(sorted(waiting)) for ref, waiting in desk.world.dependents.items()}


def _stop(answer: StatusAnswer, what: str) -> GateAnswer:
    """Find a gate by `gate:ID`."""
    name = what.removeprefix(_GATE)
    found = next((gate for gate in answer.gates if gate.id == name), None)
    if found is None:
        known = ", ".join(gate.id for gate in answer.gates) or "none"
        raise InvalidInputError(f"there is no gate {name!r} (known: {known})")
    return found


def _gate(gate: GateAnswer) -> list[str]:
    lines = [paint(f"gate:{gate.id}", "head") + f"  {gate.state}  {one_line(gate.title)}"]
    lines += [f"  waits for: {name}" for name in gate.waiting_for]
    lines += [f"  signed by: {', '.join(gate.signed_by)}"] if gate.signed_by else []
    lines += [f"  signing affirms: {item}" for item in gate.checklist] if gate.state != "open" else []
    lines += [f"  due: {gate.deadline}"] if gate.deadline else []
    lines += ladder_lines(f"gate:{gate.id}", gate.escalation)
    if gate.unsigned:
        lines.append(f"  what helps: orchestrator approve gate:{gate.id} --as {' or '.join(gate.unsigned)}")
    return [*lines, *([f"  behind it wait: {', '.join(gate.behind)}"] if gate.behind and gate.state != "open" else [])]


def _chosen(answer: StatusAnswer, what: str | None) -> list[tuple[QueueAnswer, TaskAnswer]]:
    every = [(queue, task) for queue in answer.queues for task in queue.tasks]
    if what is None:
        return [(queue, task) for queue, task in every if task.reason is not None]
    found = [(queue, task) for queue, task in every if what in {f"{queue.name}/{task.id}", task.id, queue.name}]
    if not found and what not in {queue.name for queue in answer.queues}:
        known = ", ".join(queue.name for queue in answer.queues) or "none"
        raise InvalidInputError(
            f"there is no task or queue {what!r}; queues: {known}; `orchestrator status` lists tasks"
        )
    return found


def _task(
    queue: QueueAnswer, task: TaskAnswer, worker: WorkerAnswer | None, others: tuple[bool, tuple[str, ...]]
) -> list[str]:
    asks, waiting = others
    lines = [paint(f"{queue.name}/{task.id}", "head") + f"  {task.status}  {one_line(task.title)}"]
    reason = task.reason
    if reason is not None:
        since = f" since {reason.since}" if reason.since else ""
        until = f", until {reason.until}" if reason.until else ""
        lines.append(f"  {reason.code}: {reason.text}{since}{until}")
        if reason.on:
            lines.append(f"  waits for: {', '.join(reason.on)}")
        lines.append(f"  what helps: {_remedy(queue, task, asks=asks)}")
        lines += ladder_lines(f"{queue.name}/{task.id}", task.escalation)
    elif worker is not None:
        lines.append(
            f"  running: attempt {worker.attempt}, iteration {worker.iteration}, {worker.step} since {worker.since}, "
            f"agent {worker.agent or 'not yet started'}, worker {worker.id}"
        )
    elif task.error:
        lines.append(f"  {task.error}")
    lines += [f"  did not merge: {line}" for line in task.conflicts]
    lines += [f"  its change concerns: {', '.join(task.told)}"] if task.told and task.status == "pending" else []
    if waiting and task.status not in {"completed", "skipped"}:
        lines.append(f"  behind it wait: {', '.join(waiting)}")
    return lines


def _parked(task: TaskAnswer) -> str:
    """Name the account a task waits for, if it is one."""
    on = task.reason.on if task.reason is not None else ()
    return next((name for name in on if name.startswith(explain_account.PREFIX)), "")


def _by_hand(task: TaskAnswer) -> str:
    return f"`orchestrator resume {_parked(task)}`: it does not go on by itself"


def _of_a_person(ref: str, task: TaskAnswer, *, asks: bool) -> str:
    """Say what the person who is waited for does: leave, decide, merge, answer, or the task itself."""
    on = task.reason.on if task.reason is not None else ()
    if any(name.startswith("person:") for name in on):
        return "it goes on by itself when they leave what `orchestrator attach` opened"
    if task.status == Status.BLOCKED:
        return f"`orchestrator inbox`, then `orchestrator decide {ref} revert|override|abort --reason ...`"
    if on:
        return f"merge or close it; `orchestrator retry {ref}` looks at it at once"
    if asks:
        return f"`orchestrator answer {ref} '...'`"
    return f"`orchestrator done {ref} --as WHO --evidence FILE`"


def _of_a_conflict(task: TaskAnswer) -> str:
    """Say what ends a conflict: a lock, another's turn, or others' work."""
    on = task.reason.on if task.reason is not None else ()
    name = next((name.removeprefix("lock:") for name in on if name.startswith("lock:")), "")
    if name:
        return f"it starts by itself then, or by `orchestrator unlock {name}`"
    if task.reason is not None and task.reason.until is not None:
        return "it starts by itself after that one, or then at the latest; at once with `orchestrator run --task`"
    return "it starts by itself when they are done"


def _remedy(queue: QueueAnswer, task: TaskAnswer, *, asks: bool) -> str:
    code = task.reason.code if task.reason is not None else ""
    remedies = {
        "person": _of_a_person(f"{queue.name}/{task.id}", task, asks=asks),
        "fault": "mend what it names; it is probed by itself, or at once with "
        f"`orchestrator resume {_parked(task) or queue.name}`",
        "orphan": f"`orchestrator run --queue {queue.name}` takes it over where it stands",
        "gate": "the gate opens when its condition holds and its approvers have signed",
        "dependency": "it starts by itself when they are completed or skipped",
        "locked": "it starts by itself when the queue is unlocked",
        "paused": f"`orchestrator resume {queue.name}`",
        "parked": "it goes on by itself then" if task.reason and task.reason.until else _by_hand(task),
        "time": "it starts by itself then",
        "budget": "raise that limit, then `orchestrator run`"
        if task.reason is None or task.reason.until is None
        else "it goes on by itself then; or raise that limit",
        "conflict": _of_a_conflict(task),
        "ready": f"`orchestrator run --queue {queue.name}`",
    }
    return remedies.get(code, "nothing")

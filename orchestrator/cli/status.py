"""`orchestrator status`: how everything stands."""

import re

import click
import msgspec

from orchestrator.cli.context import Context, clean, one_line, paint, pass_context, waits
from orchestrator.codec.moments import parse_moment
from orchestrator.daemon.desk import Desk, reading
from orchestrator.errors import InvalidInputError
from orchestrator.model.answers import QueueAnswer, StatusAnswer, TaskAnswer
from orchestrator.views.money import money_line

_MARKS = {
    "completed": ("✓", "good"),
    "in_progress": ("▶", "head"),
    "pending": ("·", "dim"),
    "blocked": ("!", "bad"),
    "failed": ("✗", "bad"),
    "skipped": ("-", "dim"),
}


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON (`orchestrator schema status`).")
@click.option("--at", metavar="SEQ|TIME", help="How it stood then: a journal seq or a moment.")
@pass_context
def command(context: Context, *, as_json: bool, at: str | None) -> int:
    """Say how everything stands, and first the one thing that matters."""

    async def ask() -> StatusAnswer:
        async with reading(context.project) as desk:
            await _travel(desk, at)
            return await desk.status()

    answer = waits(ask)
    if as_json:
        click.echo(msgspec.json.encode(answer))
        return 0
    for line in _lines(answer):
        click.echo(line)
    return 0


async def _travel(desk: Desk, at: str | None) -> None:
    if at is None:
        return
    moment = None if re.fullmatch(r"\d+", at) else parse_moment(at)
    if moment is None and not at.isdigit():
        raise InvalidInputError(f"--at {at!r} is neither a journal seq nor a moment like 2026-03-01T09:00:00Z")
    await desk.travel(int(at) if at.isdigit() else None, moment)


def _lines(answer: StatusAnswer) -> list[str]:
    lines = [paint(clean(answer.headline), "head")]
    lines += [paint(f"note: {clean(notice)}", "warn") for notice in answer.notices]
    for queue in answer.queues:
        lines += ["", _title(queue), *(_task(task) for task in queue.tasks)]
    for gate in answer.gates:
        wait = f": waits for {', '.join(gate.waiting_for)}" if gate.waiting_for else ""
        lines.append(f"gate {gate.id} {gate.state}{clean(wait)}")
    lines += [
        f"account {a.name} parked {f'until {a.until}' if a.until else 'until it is resumed'}: {clean(a.text)}"
        for a in answer.accounts
    ]
    lines += [f"{k.resource} locked by {k.by} until {k.until}: {one_line(k.reason)[:120]}" for k in answer.locks]
    lines += [paint(clean(action.text), "bad" if action.blocked else "warn") for action in answer.actions]
    lines += [f"{q.task} asks ({q.id}): {one_line(q.text)[:120]}" for q in answer.questions if not q.blocked]
    if answer.proposals:
        lines.append(f"{len(answer.proposals)} proposed task(s) wait for a person: `orchestrator inbox`")
    lines += ["", paint(f"used: {money_line(answer.budget)}; journal at seq {answer.seq}", "dim")]
    return lines


def _title(queue: QueueAnswer) -> str:
    counts = queue.summary
    done = counts["completed"] + counts["skipped"]
    state = " [locked]" if queue.locked else ""
    state += f" [paused{f' until {queue.paused_until}' if queue.paused_until else ''}]" if queue.paused else ""
    park = f" [parked: {clean(queue.park.text)}]" if queue.park is not None else ""
    back = queue.rollback.text if queue.rollback is not None else queue.rolled_back
    park += f" [{clean(back)}]" if back else ""
    used = f"  used: {money_line(queue.budget)}" if queue.budget is not None else ""
    return paint(f"{queue.name}  {done}/{counts['total']}{state}{park}", "head") + paint(used, "dim")


def _task(task: TaskAnswer) -> str:
    mark, level = _MARKS[task.status]
    tried = f" ({task.iterations} iteration{'s' * (task.iterations > 1)})" if task.iterations else ""
    why = f"  {task.reason.code}: {task.reason.text}" if task.reason is not None else ""
    why += f" (until {task.reason.until})" if task.reason is not None and task.reason.until else ""
    if task.status == "failed" and task.error:
        why = f"  {task.error}"
    return f"  {paint(mark, level)} {task.id:<14} {one_line(task.title)[:60]}{tried}{paint(clean(why), 'dim')}"

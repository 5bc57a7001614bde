"""`orchestrator inbox`: what waits for a person, with the evidence and the command that answers it."""

import click
import msgspec

from orchestrator.cli import answer
from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, clean, paint, pass_context, waits, who
from orchestrator.daemon.desk import Desk, reading
from orchestrator.model.answers import ProposalAnswer, QuestionAnswer
from orchestrator.model.commands import AcceptProposal, Reject
from orchestrator.model.specs import Status
from orchestrator.model.world import Task
from orchestrator.views.statement import proposals_of, questions_of
from orchestrator.views.story import finding_line

_SHOWN = 10
"""Findings and files a person reads at a glance."""


class Waiting(msgspec.Struct, frozen=True):
    """Everything that waits: blocked tasks with the command that shows their work, questions, proposals."""

    blocked: list[tuple[Task, str]]
    questions: tuple[QuestionAnswer, ...]
    proposals: tuple[ProposalAnswer, ...]


@click.group("inbox", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """List what waits for a person: blocked tasks, agents' questions, and the work they propose."""
    if ctx.invoked_subcommand is not None:
        return
    context = ctx.find_object(Context)
    assert context is not None  # noqa: S101  # main always sets it
    found = waits(lambda: _look(context))
    if as_json:
        click.echo(msgspec.json.encode(_entries(found)))
        return
    lines = [line for part in (_blocked(found), _questions(found), _proposals(found)) for line in part]
    for line in lines or ["nothing waits for a person"]:
        click.echo(line)


@command.command("accept")
@click.argument("proposal")
@click.option("--queue", default="", metavar="Q", help="Another queue than the proposed one.")
@click.option("--id", "name", default="", metavar="ID", help="Another id than the proposed one.")
@click.option("--as", "by", help="Who accepts (default: you).")
@pass_context
def accept(context: Context, *, proposal: str, queue: str, name: str, by: str | None) -> int:
    """Add the task that PROPOSAL (P1) proposes, behind the last of its queue."""
    return do(context, "accept", AcceptProposal(proposal=proposal, by=by or who(), queue=queue, id=name))


@command.command("reject")
@click.argument("name")
@click.option("--reason", default="", help="Why; recorded in the journal.")
@click.option("--as", "by", help="Who rejects (default: you).")
@pass_context
def reject(context: Context, *, name: str, reason: str, by: str | None) -> int:
    """Drop the proposal (P1) or the learning (L1) called NAME."""
    return do(context, "reject", Reject(name=name, by=by or who(), reason=reason))


command.add_command(answer.command)


async def _look(context: Context) -> Waiting:
    async with reading(context.project) as desk:
        blocked = [(t, _diff(desk, t)) for t in desk.world.tasks.values() if t.status is Status.BLOCKED]
        return Waiting(blocked, questions_of(desk.world), proposals_of(desk.world))


def _diff(desk: Desk, task: Task) -> str:
    """Name the command that shows the work in question."""
    attempt = task.attempt
    if attempt is None or not attempt.commit:
        return ""
    return f"git -C {desk.repository_of(task.ref)} diff {attempt.base[:12]} {attempt.commit[:12]}"


# -- as JSON -------------------------------------------------------------------------------------------------------


def _entries(found: Waiting) -> list[dict[str, object]]:
    questions = [{"kind": "question", "reason": q.text, **msgspec.to_builtins(q)} for q in found.questions]
    proposals = [{"kind": "proposal", "reason": p.title, **msgspec.to_builtins(p)} for p in found.proposals]
    return [*(_entry(task, diff) for task, diff in found.blocked), *questions, *proposals]


def _entry(task: Task, diff: str) -> dict[str, object]:
    attempt = task.attempt
    return {
        "kind": "blocked",
        "task": task.ref,
        "reason": task.reason,
        "findings": msgspec.to_builtins(task.feedback),
        "files": task.files,
        "commit": attempt.commit if attempt else "",
        "diff": diff,
    }


# -- for people ----------------------------------------------------------------------------------------------------


def _blocked(found: Waiting) -> list[str]:
    asked = {question.task for question in found.questions if question.blocked}
    return [line for task, diff in found.blocked for line in _task(task, diff, asks=task.ref in asked)]


def _task(task: Task, diff: str, *, asks: bool) -> list[str]:
    lines = [f"{_head(task.ref)}  {clean(task.spec.title or task.spec.description[:60])}", f"  {clean(task.reason)}"]
    lines += [f"  - {clean(finding_line(finding))}" for finding in task.feedback[:_SHOWN]]
    if task.files:
        more = " ..." if len(task.files) > _SHOWN else ""
        lines.append(f"  changed: {clean(', '.join(task.files[:_SHOWN]))}{more}")
    if diff:
        lines.append(f"  diff: {clean(diff)}")
    if asks:
        lines.append(f"  answer: orchestrator answer {task.ref} '...'")
    lines.append(f"  {'or' if asks else 'answer'}: orchestrator decide {task.ref} revert|override|abort --reason '...'")
    return lines


def _questions(found: Waiting) -> list[str]:
    return [line for question in found.questions if not question.blocked for line in _question(question)]


def _question(question: QuestionAnswer) -> list[str]:
    waits_for = "its task waits" if question.holds else "it works on meanwhile"
    return [
        f"{_head(question.task)}  asks ({question.id}; {waits_for})",
        *_indented(question.text),
        f"  answer: orchestrator answer {question.task} '...' --question {question.id}",
    ]


def _proposals(found: Waiting) -> list[str]:
    return [line for proposal in found.proposals for line in _proposal(proposal)]


def _proposal(proposal: ProposalAnswer) -> list[str]:
    return [
        f"{_head(proposal.task)}  proposes {clean(proposal.adds)} ({proposal.id}): {clean(proposal.title)}",
        *_indented(proposal.description),
        f"  answer: orchestrator inbox accept {proposal.id}",
        f"  or: orchestrator inbox reject {proposal.id} --reason '...'",
    ]


def _head(ref: str) -> str:
    return paint(clean(ref), "head")


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in clean(text).strip().splitlines()]

"""`orchestrator inbox`: what waits for a person, with the evidence and the command that answers it."""

import click
import msgspec

from orchestrator.cli import answer
from orchestrator.cli.answering import do
from orchestrator.cli.context import Context, clean, one_line, paint, pass_context, waits, who
from orchestrator.cli.escalations import ladder_lines
from orchestrator.daemon.desk import Desk, reading
from orchestrator.errors import InvalidInputError
from orchestrator.model.answers import ActionAnswer, GateAnswer, ProposalAnswer, QuestionAnswer, RollbackAnswer
from orchestrator.model.commands import AcceptProposal, Reject
from orchestrator.model.ids import id_of, queue_of
from orchestrator.model.specs import Status
from orchestrator.model.world import Task
from orchestrator.policy import post
from orchestrator.policy.reasons import BLOCKED
from orchestrator.views.patches import files_of, stat_line
from orchestrator.views.statement import asked_gates, failing_actions, proposals_of, questions_of, stuck_rollbacks
from orchestrator.views.story import finding_line

_SHOWN = 10
"""Findings and files a person reads at a glance."""


class Blocked(msgspec.Struct, frozen=True):
    """A blocked task and its evidence: the command that shows its work, what that changes, where its verdict lies."""

    task: Task
    command: str
    patch: str = ""
    verdict: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """Everything that waits: blocked tasks with their evidence, questions, proposals."""

    blocked: list[Blocked]
    questions: tuple[QuestionAnswer, ...]
    proposals: tuple[ProposalAnswer, ...]
    gates: tuple[GateAnswer, ...] = ()
    """Those that people keep shut."""
    actions: tuple[ActionAnswer, ...] = ()
    """Commands of triggers that fail."""
    rollbacks: tuple[RollbackAnswer, ...] = ()
    """Those that do not succeed."""
    troubles: tuple[str, ...] = ()
    """Channels by which people should have been told."""


@click.group("inbox", invoke_without_command=True)
@click.option("--diff", metavar="TASK", help="Show the work of one blocked task, as a patch.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(ctx: click.Context, *, diff: str | None, as_json: bool) -> None:
    """List what waits for a person: blocked tasks, agents' questions, and the work they propose."""
    if ctx.invoked_subcommand is not None:
        return
    context = ctx.find_object(Context)
    assert context is not None  # noqa: S101  # main always sets it
    found = waits(lambda: _look(context))
    if diff is not None:
        _show(found.blocked, diff)
        return
    if as_json:
        click.echo(msgspec.json.encode(_entries(found)))
        return
    parts = (_blocked, _gates, _actions, _rollbacks, _questions, _proposals)
    lines = [line for part in parts for line in part(found)]
    lines += [paint(f"note: {clean(trouble)}", "warn") for trouble in found.troubles]
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
        blocked = [_blocked_of(desk, t) for t in desk.world.tasks.values() if t.status is Status.BLOCKED]
        troubles = post.troubles(desk.world, desk.project.settings)
        talk = (questions_of(desk.world), proposals_of(desk.world))
        shut = asked_gates(desk.world, desk.now(), desk.seat())
        return Waiting(blocked, *talk, shut, failing_actions(desk.world), stuck_rollbacks(desk.world), troubles)


def _blocked_of(desk: Desk, task: Task) -> Blocked:
    """Gather the evidence of a blocked task."""
    attempt = task.attempt
    if attempt is None or not attempt.commit:
        return Blocked(task, "")
    shows = f"git {desk.git_of(task.ref)} diff {attempt.base[:12]} {attempt.commit[:12]}"
    folder = desk.project.state / "runs" / task.ref / str(attempt.number) / str(attempt.iteration)
    verdicts = [path for name in ("verdict-merged.json", "verdict.json") if (path := folder / name).is_file()]
    patch = folder / "diff.patch"
    text = patch.read_text("utf-8", "replace") if patch.is_file() else ""
    return Blocked(task, shows, text, str(verdicts[0]) if verdicts else "")


def _show(blocked: list[Blocked], name: str) -> None:
    """Print the patch of the task named."""
    found = [one for one in blocked if name in {one.task.ref, id_of(one.task.ref)}]
    if len(found) != 1:
        waits_ = ", ".join(one.task.ref for one in found or blocked) or "nothing does"
        raise InvalidInputError(f"{name}: no one blocked task is called that; name one that waits: {waits_}")
    if not found[0].patch:
        raise InvalidInputError(f"{found[0].task.ref}: no patch was kept; {found[0].command or 'it has no work'}")
    click.echo(clean(found[0].patch), nl=False)


# -- as JSON -------------------------------------------------------------------------------------------------------


def _entries(found: Waiting) -> list[dict[str, object]]:
    questions = [{"kind": "question", "reason": q.text, **msgspec.to_builtins(q)} for q in found.questions]
    proposals = [{"kind": "proposal", "reason": p.title, **msgspec.to_builtins(p)} for p in found.proposals]
    gates = [{"kind": "gate", "reason": ", ".join(g.waiting_for), **msgspec.to_builtins(g)} for g in found.gates]
    actions = [{"kind": "action", "reason": action.text, **msgspec.to_builtins(action)} for action in found.actions]
    rollbacks = [{"kind": "rollback", "reason": r.text, **msgspec.to_builtins(r)} for r in found.rollbacks]
    return [*map(_entry, found.blocked), *gates, *actions, *rollbacks, *questions, *proposals]


def _entry(blocked: Blocked) -> dict[str, object]:
    task, attempt = blocked.task, blocked.task.attempt
    return {
        "kind": "blocked",
        "task": task.ref,
        "reason": task.reason,
        "findings": msgspec.to_builtins(task.feedback),
        "files": task.files,
        "commit": attempt.commit if attempt else "",
        "diff": blocked.command,
        "stat": msgspec.to_builtins(files_of(blocked.patch)),
        "verdict": blocked.verdict,
    }


# -- for people ----------------------------------------------------------------------------------------------------


def _blocked(found: Waiting) -> list[str]:
    asked = {question.task for question in found.questions if question.blocked}
    return [line for one in found.blocked for line in _task(one, asks=one.task.ref in asked)]


def _task(blocked: Blocked, *, asks: bool) -> list[str]:
    task = blocked.task
    lines = [
        f"{_head(task.ref)}  {one_line(task.spec.title or task.spec.description[:60])}",
        f"  {clean(task.reason or BLOCKED)}",
    ]
    lines += [f"  - {clean(finding_line(finding))}" for finding in task.feedback[:_SHOWN]]
    changed = [stat_line(one) for one in files_of(blocked.patch)] or list(task.files)
    if changed:
        more = " ..." if len(changed) > _SHOWN else ""
        lines.append(f"  changed: {clean(', '.join(changed[:_SHOWN]))}{more}")
    if blocked.patch:
        lines.append(f"  patch: orchestrator inbox --diff {task.ref}")
    if blocked.command:
        lines.append(f"  diff: {clean(blocked.command)}")
    if blocked.verdict:
        lines.append(f"  evidence: {clean(blocked.verdict)}")
    if asks:
        lines.append(f"  answer: orchestrator answer {task.ref} '...'")
    lines.append(f"  {'or' if asks else 'answer'}: orchestrator decide {task.ref} revert|override|abort --reason '...'")
    return lines


def _gates(found: Waiting) -> list[str]:
    return [line for gate in found.gates for line in _gate(gate)]


def _gate(gate: GateAnswer) -> list[str]:
    lines = [f"{_head(f'gate:{gate.id}')}  {gate.state}  {one_line(gate.title)}"]
    lines += [f"  waits for: {clean(name)}" for name in gate.waiting_for]
    if gate.unsigned:
        lines.append(f"  answer: orchestrator approve gate:{gate.id} --as {' or '.join(gate.unsigned)}")
    return [*lines, *ladder_lines(f"gate:{gate.id}", gate.escalation)]


def _actions(found: Waiting) -> list[str]:
    return [line for action in found.actions for line in _action(action)]


def _action(action: ActionAnswer) -> list[str]:
    again = "" if action.blocked else f"; it is tried again at {action.until}"
    return [
        f"{_head(f'trigger:{action.trigger}')}  its action {action.action} failed {action.tries} times{again}",
        f"  {clean(action.note)}",
        f"  answer: orchestrator retry trigger:{action.trigger}",
        f"  or: orchestrator skip trigger:{action.trigger} --reason '...'",
    ]


def _rollbacks(found: Waiting) -> list[str]:
    return [line for rollback in found.rollbacks for line in _stuck(rollback)]


def _stuck(rollback: RollbackAnswer) -> list[str]:
    queue = queue_of(rollback.task)
    return [
        f"{_head(rollback.task)}  its rollback does not succeed: {clean(rollback.blocked)}",
        f"  answer: orchestrator rollback {queue} --again",
        f"  or: orchestrator rollback {queue} --leave --reason '...'",
    ]


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
        f"{_head(proposal.task)}  proposes {clean(proposal.adds)} ({proposal.id}): {one_line(proposal.title)}",
        *_indented(proposal.description),
        f"  answer: orchestrator inbox accept {proposal.id}",
        f"  or: orchestrator inbox reject {proposal.id} --reason '...'",
    ]


def _head(ref: str) -> str:
    return paint(clean(ref), "head")


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in clean(text).strip().splitlines()]

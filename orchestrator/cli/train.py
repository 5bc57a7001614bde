"""`orchestrator train`: the merge queue of every target."""

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.daemon.compose import target_names
from orchestrator.daemon.desk import reading
from orchestrator.model.train_answers import DepartureAnswer, LineAnswer, MemberAnswer, TrainAnswer, WaitingAnswer
from orchestrator.views.trains import trains_of

_SHOWN = 8
_LEVELS = {"landing": "good", "passed": "good", "doubt": "warn", "orphaned": "bad"}
_WORDS = {
    "waiting": "waits for the merge before it",
    "merging": "is merged",
    "verifying": "is verified",
    "passed": "passed, waits for those before it",
    "landing": "lands",
    "doubt": "in doubt",
    "orphaned": "its worker is gone: passed over until a run takes it over",
}


@click.command("train")
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON (`orchestrator schema train`).")
@pass_context
def command(context: Context, *, as_json: bool) -> int:
    """Show the merge queue of every target: who is in line, on what each stands, who waits, who left it and why."""

    async def ask() -> TrainAnswer:
        async with reading(context.project) as desk:
            queues = tuple(queue.spec for queue in desk.world.queues.values())
            targets = await target_names(context.project, queues)
            return trains_of(desk.world, msgspec.structs.replace(desk.seat(), targets=targets))

    answer = waits(ask)
    if as_json:
        click.echo(msgspec.json.encode(answer))
        return 0
    if answer.land == "branch":
        click.echo('verified work is left on branches: `land = "branch"`')
    for request in answer.requests:
        click.echo(clean(f"{request.task}  waits for a person to merge {request.url}  (looked at {request.seen})"))
    if answer.land != "merge":
        return 0
    for line in answer.trains:
        for text in _line(line):
            click.echo(text)
    if not answer.trains:
        click.echo("no train yet: the first verified work starts one")
    return 0


def _line(line: LineAnswer) -> list[str]:
    repository = line.target.rpartition(":")[0]
    where = f"{repository}: {line.branch}" if repository else line.branch
    head = f" at {line.head[:12]}" if line.head else ""
    title = f"{where}{head}, {len(line.members)} in line, window {line.window} of at most {line.limit}"
    members = [text for number, member in enumerate(line.members, 1) for text in _member(number, member)]
    return [
        paint(clean(title), "head"),
        *members,
        *map(_waiting, line.waiting),
        *map(_departure, line.left[:_SHOWN]),
    ]


def _member(number: int, member: MemberAnswer) -> list[str]:
    state = paint(_WORDS[member.state], _LEVELS.get(member.state, "info"))
    behind = f" behind {member.behind}" if member.behind else ""
    onto = f" on {member.onto[:12]}" if member.onto else ""
    alone = ", alone: it touches protected paths" if member.alone else ""
    owner = f"  (attempt {member.attempt}, worker {member.owner or 'none'}, since {member.since})"
    lines = [f"  {number}. {clean(member.task)}  {state}{clean(behind)}{onto}{alone}{paint(owner, 'dim')}"]
    if member.doubt is not None:
        found = f": {member.doubt.findings[0]}" if member.doubt.findings else ""
        lines.append(f"       {member.doubt.reason}{clean(found)}")
        lines.append("       goes back if what it stands on lands, is merged anew if that leaves")
    return lines


def _waiting(task: WaitingAnswer) -> str:
    alone = ", alone" if task.alone else ""
    return f"  waits for a place: {clean(task.task)}  (priority {task.priority}{alone}, since {task.since})"


def _departure(left: DepartureAnswer) -> str:
    if left.how == "landed":
        return f"  {left.at}  {clean(left.task)} {paint('landed', 'good')} as {(left.commit or '')[:12]}"
    return f"  {left.at}  {clean(left.task)} {paint('sent back', 'warn')}: {clean(left.reason or '')}"

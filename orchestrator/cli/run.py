"""`orchestrator run`: work the queues until nothing in scope can proceed."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, refuse_agents, waits, warn
from orchestrator.cli.progress import Progress
from orchestrator.codec.lines import encode
from orchestrator.codec.moments import parse_duration
from orchestrator.daemon.run import Report, Request, Watcher, run
from orchestrator.engine.engine import Engine
from orchestrator.errors import InvalidInputError
from orchestrator.model.events import Commit
from orchestrator.model.scope import Scope
from orchestrator.model.world import World
from orchestrator.views.money import money_line

_MAX_PROMPT = 1 << 20


@click.command("run")
@click.option("--queue", "queues", multiple=True, metavar="Q", help="Only this queue; repeatable (default: every one).")
@click.option("--work-queue", "files", multiple=True, type=click.Path(path_type=Path), help="A queue file elsewhere.")
@click.option("--task", metavar="QUEUE/ID", help="Only this task.")
@click.option("--until", metavar="TASK|gate:ID", help="Go only so far, and start nothing this does not wait for.")
@click.option("--prompt", type=click.Path(path_type=Path), help="Work one prompt as task prompt/<file stem>.")
@click.option("--agent", help="Use this agent instead of what queues and tasks say.")
@click.option("--max-iterations", type=click.IntRange(1), metavar="N", help="Agent iterations this run may spend.")
@click.option("--max-tasks", type=click.IntRange(1), metavar="N", help="Tasks this run may claim.")
@click.option("--max-usd", type=click.FloatRange(0, min_open=True), metavar="USD", help="Money this run may spend.")
@click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="Tokens this run may use.")
@click.option("--max-wall", metavar="TIME", help="How long it may go on, as 8h; what runs then finishes and lands.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Tasks at once, in all.")
@click.option("--non-interactive", is_flag=True, help="Blocked work is reverted and retried within its budget.")
@click.option("--watch", is_flag=True, help="Stay for more when everything is done.")
@click.option(
    "--record",
    is_flag=False,
    flag_value="",
    metavar="[PATH]",
    help="Record every agent call for profile `replay`: in a file, a folder, or .aibrain/cassettes/QUEUE.json.",
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: one commit a line.")
@pass_context
def command(  # noqa: PLR0913 - click hands over one argument an option
    context: Context,
    *,
    queues: tuple[str, ...],
    files: tuple[Path, ...],
    task: str | None,
    until: str | None,
    prompt: Path | None,
    agent: str | None,
    max_iterations: int | None,
    max_tasks: int | None,
    max_usd: float | None,
    max_tokens: int | None,
    max_wall: str | None,
    workers: int | None,
    non_interactive: bool,
    watch: bool,
    record: str | None,
    output: str,
) -> int:
    """Work the queues. The same command goes on after any interruption.

    Exit codes: 0 all done, 1 something failed or is blocked, 2 usage, 3 a limit was reached, 4 the journal is broken,
    5 work is left that cannot start yet, 130 ended by a signal.
    """
    refuse_agents("run")
    scope = Scope(
        queues=queues or None,
        task=task,
        until=until,
        workers=workers,
        max_iterations=max_iterations,
        max_tasks=max_tasks,
        max_usd=max_usd,
        max_tokens=max_tokens,
        max_wall_s=_duration("--max-wall", max_wall),
        agent=agent,
        watch=watch,
        interactive=not non_interactive,
    )
    request = Request(scope, tuple(path.resolve() for path in files), _prompt(prompt), record)
    progress = Progress(as_json=output == "json")
    report = waits(lambda: run(context.project, request, _watcher(progress, as_json=output == "json")))
    progress.close()
    if output == "json":
        click.echo(msgspec.json.encode({"exit": report.leave.exit_code, "reason": report.leave.reason}))
    else:
        for line in _summary(context, report):
            click.echo(line)
    return report.leave.exit_code


def _watcher(progress: Progress, *, as_json: bool) -> Watcher:
    def commits(world: World, found: Sequence[Commit]) -> None:
        if as_json:
            for commit in found:
                sys.stdout.buffer.write(encode(commit) + b"\n")
            sys.stdout.buffer.flush()
        else:
            progress.tell(world, found)

    def started(engine: Engine) -> None:
        progress.begin(engine)

    return Watcher(warn=lambda text: progress.aside(lambda: warn(text)), commits=commits, started=started)


def _duration(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    seconds = float(text) if text.isdigit() else parse_duration(text)
    if not seconds:
        raise InvalidInputError(f"{option} {text}: write a duration above 0, as 8h or 90m, or seconds")
    return seconds


def _prompt(path: Path | None) -> tuple[str, str] | None:
    if path is None:
        return None
    try:
        if path.stat().st_size > _MAX_PROMPT:
            raise InvalidInputError(f"{path}: a prompt of more than 1 MiB is no prompt; put the data in the repository")
        text = path.read_text()
    except OSError as error:
        raise InvalidInputError(f"--prompt {path}: cannot read it: {error.strerror}; name a text file") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"--prompt {path}: not UTF-8 text at byte {error.start}; save it as UTF-8") from error
    return path.stem, text


def _summary(context: Context, report: Report) -> list[str]:
    code, status = report.leave.exit_code, report.status
    level = {0: "good", 1: "bad", 130: "warn"}.get(code, "warn")
    lines = ["", paint(clean(report.leave.reason), level)]
    for queue in status.queues:
        if not report.scope.covers(queue.name):
            continue
        counts = ", ".join(
            f"{n} {word.replace('_', ' ')}" for word, n in queue.summary.items() if n and word != "total"
        )
        lines.append(f"  {queue.name}: {counts or 'no tasks'}")
        lines += [
            f"    {paint('✗' if task.status == 'failed' else '!', 'bad')} {task.id}: {clean(task.error or '')}"
            for task in queue.tasks
            if task.status in {"failed", "blocked"}
        ]
    lines += [paint(f"  note: {clean(notice)}", "warn") for notice in status.notices]
    used = money_line(status.budget)
    lines.append(paint(f"  used so far: {used}; everything is in the journal at seq {status.seq}", "dim"))
    lines += ["", f"look:  {_look(context)}", f"next:  {_next(context, report)}"]
    return lines


def _look(context: Context) -> str:
    state = context.project.state
    return f"orchestrator status | {state}/board.md | {state}/logs/<queue>.log | {state}/ralph-verification.log"


def _next(context: Context, report: Report) -> str:
    code, status = report.leave.exit_code, report.status
    blocked = [f"{q.name}/{t.id}" for q in status.queues for t in q.tasks if t.status == "blocked"]
    failed = [f"{q.name}/{t.id}" for q in status.queues for t in q.tasks if t.status == "failed"]
    ready = [q.name for q in status.queues if any(t.reason and t.reason.code == "ready" for t in q.tasks)]
    if back := next((q.rollback for q in status.queues if q.rollback is not None), None):
        return f"orchestrator inbox   ({back.text})" if back.blocked else f"orchestrator run   ({back.text})"
    if after := next((q.rolled_back for q in status.queues if q.rolled_back), ""):
        return after
    if blocked:
        return f"orchestrator inbox   ({blocked[0]} waits for a decision)"
    if asked := [q.task for q in status.questions if q.holds]:
        return f"orchestrator inbox   ({asked[0]} waits for an answer)"
    if failed:
        return f"orchestrator explain {failed[0]}, then orchestrator retry {failed[0]}"
    if ready:
        return f"orchestrator run --queue {ready[0]}"
    if code == 0 and context.project.settings.workspace == "inplace":
        return "orchestrator report; the work stands in this folder"
    if code == 0:
        return "git log --graph orchestrator/<base> in the repository shows what landed"
    return "orchestrator explain"

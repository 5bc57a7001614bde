"""`orchestrator verify`: judges a revision, the working tree, a task's last work or everything; needs no queue."""

from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from orchestrator.cli.context import Context, clean, paint, pass_context, waits
from orchestrator.daemon.standalone import Court, Subject, sitting
from orchestrator.errors import DiskFullError, FaultError, InvalidInputError
from orchestrator.files.room import full_disk_is_a_fault
from orchestrator.model.verdicts import Finding, Judgement, Verdict
from orchestrator.verify.documents import as_document
from orchestrator.verify.formats import as_junit, as_sarif
from orchestrator.verify.honest import HONEST

FAULT = 7
_CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.BLOCKED: 6}
_LEVELS = {Verdict.PASS: "good", Verdict.FAIL: "bad", Verdict.BLOCKED: "warn"}


@click.command("verify")
@click.argument("what", required=False, metavar="[REV|TASK]")
@click.option("--staged", is_flag=True, help="Judge what is staged for the next commit, against HEAD: for git hooks.")
@click.option("--message", "said", metavar="FILE", help="The commit's message, where there is no commit yet.")
@click.option("--base", metavar="REV", help="Judge against this revision instead of the parent (or HEAD).")
@click.option("--all", "everything", is_flag=True, help="Judge everything there is, as if the base were empty.")
@click.option("--check", "checks", multiple=True, metavar="C", help="Only this check; may be given several times.")
@click.option("--history", type=click.IntRange(min=1), metavar="N", help="Say what it would have stopped in N commits.")
@click.option("--format", "style", type=click.Choice(["text", "json", "sarif", "junit"]), default="text")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@pass_context
def command(  # noqa: PLR0913, PLR0917 - click hands over one argument an option
    context: Context,
    what: str | None,
    base: str | None,
    checks: tuple[str, ...],
    history: int | None,
    style: str,
    said: str | None,
    *,
    staged: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """Judge REV against its parent, a TASK's last work, or (without either) the working tree against HEAD.

    Exit codes: 0 PASS, 1 FAIL, 6 BLOCKED, 7 a check could not answer.
    """
    style = "json" if as_json else style
    if everything and base is not None:
        raise InvalidInputError("--all takes everything for new: leave --base out")
    if history is not None and (what or base or everything or style in {"sarif", "junit"}):
        raise InvalidInputError("--history N takes only --check and --format text or json")
    _vet(what, base, said, staged=staged, everything=everything or history is not None)
    words = _words(said)
    folder = _folder(context)

    async def one() -> Judgement:
        async with sitting(folder) as (court, project):
            if everything:
                return await court.judge(await court.everything(what), checks)
            subject: Subject | None = None
            if what is None:
                found = await (court.staged() if staged else court.working_tree(base))
                subject = msgspec.structs.replace(found, message=words)
            elif not what.startswith("-"):
                subject = await court.task(what, project, base)
            return await court.judge(subject or await court.revision(what or "HEAD", base), checks)

    async def many() -> list[tuple[str, str, Judgement]]:
        async with sitting(folder) as (court, _):
            return [await _past(court, commit, line, checks) for commit, line in await court.past(history or 1)]

    def told() -> int:
        if history is not None:
            return _tell_past(waits(many), style)
        judgement = waits(one)
        click.echo(_rendered(judgement, style))
        return FAULT if judgement.fault else _CODES[judgement.verdict]

    return _or_fault(told)


def _folder(context: Context) -> Path:
    folder = context.explicit or Path.cwd()
    if not folder.is_dir():
        raise InvalidInputError(f"{folder}: there is no such folder; --project takes a folder of the repository")
    return folder


def _or_fault(judge: Callable[[], int]) -> int:
    """Give the code of a verdict; what kept there from being one is no verdict, and has a code of its own."""
    try:
        with full_disk_is_a_fault():
            return judge()
    except (FaultError, DiskFullError) as error:
        click.echo(f"orchestrator: {error}", err=True)
        return FAULT


def _vet(what: str | None, base: str | None, said: str | None, *, staged: bool, everything: bool) -> None:
    if staged and (what or base or everything):
        raise InvalidInputError(
            "--staged takes what the next commit would hold: leave REV, --base, --all, --history out"
        )
    if said is not None and (what or everything):
        raise InvalidInputError("--message is for work that is no commit yet: a commit has its own")


def _words(path: str | None) -> str:
    """Read a message as git will keep it: no comments, nothing below the scissors."""
    if path is None:
        return ""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidInputError(
            f"--message {path}: {error.strerror or error}; give the file git hands the hook"
        ) from None
    kept = text.partition("\n# ------------------------ >8")[0]
    return "\n".join(line for line in kept.splitlines() if not line.startswith("#")).strip()


async def _past(court: Court, commit: str, line: str, checks: tuple[str, ...]) -> tuple[str, str, Judgement]:
    return commit, line, await court.judge(await court.revision(commit, None), checks or (HONEST,))


def _rendered(judgement: Judgement, style: str) -> str:
    match style:
        case "json":
            return msgspec.json.format(msgspec.json.encode(as_document(judgement)), indent=2).decode()
        case "sarif":
            return msgspec.json.format(msgspec.json.encode(as_sarif(judgement)), indent=2).decode()
        case "junit":
            return as_junit(judgement)
        case _:
            return "\n".join(_text(judgement))


def _text(judgement: Judgement) -> list[str]:
    lines: list[str] = []
    for report in judgement.checks:
        said = "could not answer" if report.fault else report.report.value
        lines.append(f"{report.name}: {said} ({report.seconds:.1f} s)")
        lines += [f"  {report.fault}"] if report.fault else []
        lines += [f"  {_line(finding)}" for finding in report.findings]
    if judgement.pre_existing:
        lines.append(f"{len(judgement.pre_existing)} of these stood on the base already and are not counted")
    told = [clean(line) for line in lines]
    word = "FAULT" if judgement.fault else judgement.verdict.value
    return [*told, paint(word, "warn" if judgement.fault else _LEVELS[judgement.verdict])]


def _line(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}: " if finding.line else f"{finding.path}: " if finding.path else ""
    return f"{place}{f'[{finding.rule}] ' if finding.rule else ''}{finding.message}"


def _tell_past(judged: list[tuple[str, str, Judgement]], style: str) -> int:
    stopped = [row for row in judged if row[2].verdict is not Verdict.PASS or row[2].fault]
    if style == "json":
        rows = [{"commit": commit, "subject": line, **as_document(found)} for commit, line, found in judged]
        click.echo(msgspec.json.encode({"commits": rows, "stopped": len(stopped)}))
        return 0
    for commit, line, found in stopped:
        word = "FAULT" if found.fault else found.verdict.value
        click.echo(f"{commit[:10]} {paint(word, _LEVELS[found.verdict])} {clean(line)}")
        for finding in found.regressions:
            click.echo(f"    {clean(_line(finding))}")
    click.echo(f"{len(stopped)} of {len(judged)} commits would have been stopped")
    return 0

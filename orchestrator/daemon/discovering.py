"""What checks and reports find in a project, for `discover` to make tasks of. Writes nothing but a new queue's file."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from orchestrator.codec.junit import read_junit
from orchestrator.codec.queuefile import new_queue
from orchestrator.daemon.project import Project
from orchestrator.daemon.standalone import Court, sitting
from orchestrator.errors import InvalidInputError
from orchestrator.files.atomic import write_atomic
from orchestrator.model.commands import Found
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id
from orchestrator.model.verdicts import Finding, Report, Verdict
from orchestrator.model.world import World
from orchestrator.verify.honest import HONEST
from orchestrator.verify.reading import failures
from orchestrator.verify.sarif import read_sarif, tools_of

_MOST = 64 << 20
_FOLDER = "queues"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, by whom, and who could not answer."""

    found: tuple[Found, ...]
    sources: tuple[str, ...]
    faults: tuple[str, ...] = ()


def read_reports(project: Project, files: Sequence[tuple[str, bytes]]) -> Seen:
    """Read SARIF and JUnit reports; one that is neither is refused by name."""
    found: list[Found] = []
    sources: dict[str, None] = {}
    for name, data in files:
        if len(data) > _MOST:
            raise InvalidInputError(f"{name}: {len(data)} bytes, at most {_MOST} are read; report less")
        try:
            source, findings = _read(data, str(project.root))
        except InvalidInputError as error:
            raise InvalidInputError(*(f"{name}: {problem}" for problem in error.problems)) from None
        sources[source] = None
        found += [Found(finding=finding, source=source) for finding in findings]
    return Seen(found=tuple(found), sources=tuple(sources))


def _read(data: bytes, root: str) -> tuple[str, tuple[Finding, ...]]:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "tests", failures(read_junit(data), root)
    return tools_of(data) or "sarif", read_sarif(data, root)


async def run_checks(project: Project, queue: str, names: tuple[str, ...]) -> Seen:
    """Run checks on the head of a queue's target: those named, else every one defined but `honest` and reviews."""
    chosen = names or tuple(name for name, check in project.settings.checks.items() if not check.reviews)
    chosen = chosen if names else tuple(name for name in chosen if project.settings.checks[name].builtin != HONEST)
    if not chosen:
        raise InvalidInputError(
            "no check is defined to run; add [checks.NAME], name one with --check (honest), or give reports as files"
        )
    own = project.settings.queues.get(queue)
    repo = project.settings.repos.get(own.repo or "") if own is not None else None
    base = (own.base if own is not None else None) or (repo.base if repo is not None else None) or project.settings.base
    async with sitting(project.root / repo.path if repo is not None else project.root, project) as (court, _):
        whole = await court.everything(await _head(court, base))
        there = msgspec.structs.replace(whole, base=whole.commit)  # a check that cannot answer is a fault that way
        run = tuple(name for name in chosen if _is_run(project, name))
        read = tuple(name for name in chosen if name not in run)
        pairs = [(subject, names) for subject, names in ((there, run), (whole, read)) if names]
        reports = [report for subject, names in pairs for report in (await court.judge(subject, names)).checks]
    found = [one for report in reports if not report.fault for one in _of(report)]
    faults = tuple(f"{report.name}: {report.fault}" for report in reports if report.fault)
    answered = tuple(report.name for report in reports if not report.fault)
    return Seen(found=tuple(found), sources=answered, faults=faults)


def _is_run(project: Project, name: str) -> bool:
    """Say whether a check is a command; the others look at what differs from a base, here from nothing."""
    check = project.settings.checks.get(name)
    return check is not None and bool(check.command)


async def _head(court: Court, base: str | None) -> str:
    """Name what the target stands at: the train's branch, else the base itself, else what is checked out."""
    for rev in (f"refs/heads/orchestrator/{base}", base) if base else ():
        if rev and await court.knows(rev):
            return rev
    return "HEAD"


def _of(report: Report) -> tuple[Found, ...]:
    """Give the findings of a report; what an exit code alone says is one, of the check."""
    if report.structured or report.report is Verdict.PASS:
        return tuple(Found(finding=finding, source=report.name) for finding in report.findings)
    findings = report.findings if any(finding.path for finding in report.findings) else _whole(report)
    return tuple(Found(finding=finding, source=report.name) for finding in findings)


def _whole(report: Report) -> tuple[Finding, ...]:
    words = "\n".join(finding.message for finding in report.findings) or "it fails"
    name = f"check {report.name}"
    return (Finding(rule=name, id=f"check:{report.name}", message=words),)


def make_queue(project: Project, world: World, name: str) -> None:
    """Write the file of a queue that is not there yet."""
    path = project.root / _FOLDER / f"{name}.json"
    if name in world.queues or path.exists():
        return
    if not is_safe_id(name):
        raise InvalidInputError(f"--queue {name}: a queue's name has {SAFE_ID_RULE}")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, new_queue(name, ()), mode=0o644)


def read_files(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Read the files a person named."""
    found: list[tuple[str, bytes]] = []
    problems: list[str] = []
    for path in paths:
        try:
            found.append((str(path), path.read_bytes()))
        except OSError as error:
            problems.append(f"{path}: cannot read it: {error.strerror}; name a report")
    if problems:
        raise InvalidInputError(*problems)
    return found

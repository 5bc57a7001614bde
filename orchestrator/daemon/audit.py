"""The audit: every line of the journal against its chain, every person's signature against the keys of today.

Reads the whole journal. Never mends: what is not good is named with its seq, and what to do about it.
"""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.daemon.machine import bad, doubtful, ok
from orchestrator.daemon.project import Project
from orchestrator.daemon.signing import text_of, verify
from orchestrator.errors import OrchestratorError
from orchestrator.journal.file import FileJournal
from orchestrator.model import events as e
from orchestrator.model.answers import DoctorLine


async def audit(project: Project) -> tuple[DoctorLine, ...]:
    """Check the hash chain from the first line to the last, and every signature."""
    if not project.journal_folder.is_dir():
        return (ok("audit: there is no journal yet"),)
    try:
        journal = await FileJournal.open(project.journal_folder, read_only=True)
    except OrchestratorError as error:
        return (bad(f"audit: {error}", "restore the journal from a backup"),)
    try:
        commits = await journal.read(0)
        last = await journal.hash_at(commits[-1].seq) if commits else ""
    finally:
        journal.close()
    chain = ok(f"audit: {len(commits)} commits, each chained to the one before; the last line's hash is {last}")
    return (chain, *_signatures(project, commits))


def _signatures(project: Project, commits: Sequence[e.Commit]) -> tuple[DoctorLine, ...]:
    signed = [event for commit in commits for event in commit.events if isinstance(event, e.GateApproved)]
    with_key = [event for event in signed if event.signature]
    bare = len(signed) - len(with_key)
    lines = [doubtful(f"audit: {bare} approval(s) carry no signature", "set [project] allowed_signers")] if bare else []
    allowed = project.settings.allowed_signers
    if with_key and not allowed:
        return (*lines, doubtful("audit: nothing says whose key is whose", "set [project] allowed_signers = FILE"))
    judged = [_judge(event, commits[0].id, project.root / allowed) for event in with_key]
    problems = [line for line in judged if line is not None]
    good = len(with_key) - len(problems)
    told = [ok(f"audit: {good} signature{'s' if good != 1 else ''} of people {'are' if good != 1 else 'is'} good")]
    return (*lines, *(told if good else []), *problems)


def _judge(event: e.GateApproved, journal: str, allowed: Path) -> DoctorLine | None:
    whole = event.said == text_of(event, journal)
    problem = verify(event.said, event.signature, event.by, allowed) if whole else "it is over another text"
    if not problem:
        return None
    return bad(f"audit: the signature of {event.by} under gate {event.gate} is not good: {problem}", f"see {allowed}")

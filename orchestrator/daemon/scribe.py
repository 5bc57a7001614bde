"""What triggers and rollbacks do outside the journal: commands, and records written into a repository.

A record lands as any change does: made on the head of the queue's target, judged by the checks of the queue (but for
`honest`, which is about agents), then the target is moved by compare-and-swap and the base follows. It writes into
nobody's worktree. A report is rendered when it is written.
"""

import hashlib

from orchestrator.codec.moments import format_moment
from orchestrator.daemon.actions import CommandActions
from orchestrator.daemon.desk import reading
from orchestrator.daemon.project import Project
from orchestrator.daemon.reporting import full_report
from orchestrator.errors import OrchestratorError
from orchestrator.model.verdicts import Judgement, Verdict
from orchestrator.model.wording import fill
from orchestrator.ports.actions import Record
from orchestrator.ports.verifier import Case, Verifier
from orchestrator.ports.workspace import AttemptKey, Merged
from orchestrator.views.report import markdown_page
from orchestrator.workspace.clones import GitWorkspace
from orchestrator.workspace.records import Change

_TRIES = 5
"""Times a target that moves is written on anew within one try."""
_SHOWN = 3


class Scribe:
    """`ports.actions.Actions` of a project; without a workspace of clones it writes no records."""

    def __init__(self, project: Project, workspace: GitWorkspace | None, verifier: Verifier) -> None:
        self._project, self._workspace, self._verifier = project, workspace, verifier
        self._commands = CommandActions(project)

    async def run(self, key: str, action: str, task: str = "") -> tuple[bool, str]:
        """Run a command of `[actions]`."""
        return await self._commands.run(key, action, task)

    async def write(self, record: Record) -> tuple[bool, str]:
        """Land a record, once; a failure is told, and the caller tries again."""
        if self._workspace is None or self._project.settings.land != "merge":
            return False, 'records are written where work lands by merge: [project] land = "merge", with git'
        try:
            return await self._write(self._workspace, record)
        except OrchestratorError as error:
            return False, str(error)

    async def _write(self, workspace: GitWorkspace, record: Record) -> tuple[bool, str]:
        text = await self._text(record)
        name = await self._name(record)
        slug = hashlib.sha256(name.encode()).hexdigest()[:12]
        for turn in range(1, _TRIES + 1):
            key = AttemptKey(f"{record.queue}/record.{slug}", record.tries * _TRIES + turn)
            made = await workspace.record(key, record.spec.path, _changed(record, text), self._message(record, name))
            if made is None:
                return True, ""
            judgement = await self._judged(record, key, made)
            if judgement is not None and judgement.verdict is not Verdict.PASS:
                return False, _why(judgement)
            if await workspace.advance(key, made.commit, made.onto):
                return True, ""
        return False, "the target moved each time it was to land; it is tried again"

    async def _text(self, record: Record) -> bytes:
        spec = record.spec
        if not spec.render:
            said = fill(spec.text, {"at": format_moment(record.at), "trigger": record.trigger})
            return said.encode() if said.endswith("\n") else f"{said}\n".encode()
        async with reading(self._project) as desk:
            return markdown_page(await full_report(desk, record.at - 86_400_000)).encode()

    async def _name(self, record: Record) -> str:
        """Name the record in the target's history: keys are of one journal, and there may be others."""
        async with reading(self._project) as desk:
            return f"{desk.world.journal}/{record.key}"

    def _message(self, record: Record, name: str) -> tuple[str, str, int]:
        return f"{record.spec.path}: written by trigger {record.trigger}", name, record.at

    async def _judged(self, record: Record, key: AttemptKey, made: Merged) -> Judgement | None:
        if not record.checks:
            return None
        case = Case(
            task=key.task,
            attempt=key.attempt,
            iteration=1,
            commit=made.commit,
            tree=made.tree,
            base=made.onto,
            checks=record.checks,
            title=f"write {record.spec.path}",
        )
        return await self._verifier.judge(case)


def _changed(record: Record, text: bytes) -> Change:
    def change(before: bytes) -> bytes:
        if not record.spec.append:
            return text
        return before + (b"" if not before or before.endswith(b"\n") else b"\n") + text

    return change


def _why(judgement: Judgement) -> str:
    if judgement.fault:
        return judgement.fault
    named = [" ".join(finding.message.split())[:120] for finding in judgement.regressions[:_SHOWN]]
    return f"{judgement.verdict}: {'; '.join(named)}"

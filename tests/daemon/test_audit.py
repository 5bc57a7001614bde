"""Signatures under gates: good only where they are over this project, this gate, this note and this evidence."""

import subprocess
from pathlib import Path

import anyio
import msgspec
import pytest

from orchestrator.daemon.audit import audit
from orchestrator.daemon.project import Project
from orchestrator.daemon.signing import signed
from orchestrator.files.atomic import private_dir
from orchestrator.journal.file import FileJournal
from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.answers import DoctorLine
from orchestrator.model.settings import Settings

ASK = c.Approve(gate="go", by="ana", note="checked twice", evidence=("a.txt sha256:0",))


def audited(project: Project, ask: c.Approve, signed_for: str, key: Path) -> tuple[DoctorLine, ...]:
    """Record what ana signed for the journal named as an approval in a new journal, whose id is `here`."""

    async def story() -> tuple[DoctorLine, ...]:
        made = signed(project, ask, signed_for, str(key))
        approved = e.GateApproved(
            gate="go", by="ana", note=ASK.note, evidence=ASK.evidence, said=made.said, signature=made.signature
        )
        private_dir(project.state)
        journal = await FileJournal.open(project.journal_folder)
        await journal.append((approved,), expected=0, by="t", at=0, commit_id="here")
        journal.close()
        return await audit(project)

    return anyio.run(story)


@pytest.mark.parametrize(
    ("change", "journal", "good"),
    [
        ({}, "here", True),
        ({}, "elsewhere", False),
        ({"note": "not looked at"}, "here", False),
        ({"evidence": ()}, "here", False),
    ],
)
def test_a_signature_can_be_moved_to_nothing_else(
    tmp_path: Path, change: dict[str, object], journal: str, *, good: bool
) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (tmp_path / "people.keys").write_text(f"ana {key.with_suffix('.pub').read_text()}")
    project = Project(tmp_path, Settings(allowed_signers="people.keys"))
    lines = audited(project, msgspec.structs.replace(ASK, **change), journal, key)
    told = " ".join(line.what for line in lines)
    assert ("1 signature of people is good" in told) is good
    assert ("it is over another text" in told) is not good

"""Signatures of people: made and checked with their own SSH keys through `ssh-keygen -Y`. Keeps no key.

What is signed is a text that names the project's journal, the gate, the person and the digests of the evidence, so
that a signature can be moved to nothing else. `[project] allowed_signers` (a file as for git) says whose key is whose;
where it is set, nobody signs without.
"""

import hashlib
import subprocess
import tempfile
from pathlib import Path

import msgspec

from orchestrator.daemon.project import Project
from orchestrator.errors import InvalidInputError, OrchestratorError
from orchestrator.model.commands import Approve
from orchestrator.model.events import GateApproved

NAMESPACE = "orchestrator"


def digests(project: Project, paths: tuple[Path, ...]) -> tuple[str, ...]:
    """Name each file of evidence with its digest, as it is now."""
    return tuple(f"{_name(project, path)} sha256:{_digest(path)}" for path in paths)


def signed(project: Project, ask: Approve, journal: str, key: str | None) -> Approve:
    """Sign an approval with a key (empty: git's), and check it where the project says whose key is whose."""
    allowed = project.settings.allowed_signers
    if key is None:
        if allowed:
            raise OrchestratorError(f"cannot approve: {allowed} says whose key is whose, so sign it: --sign KEY")
        return ask
    said = text_of(ask, journal)
    signature = _sign(said, key or _git_key())
    if allowed and (problem := verify(said, signature, ask.by, project.root / allowed)):
        raise OrchestratorError(f"cannot approve: {allowed} does not know this key as that of {ask.by}: {problem}")
    return msgspec.structs.replace(ask, said=said, signature=signature)


def text_of(approval: Approve | GateApproved, journal: str) -> str:
    """Give the text a person signs: it can be moved to no other project, gate, person or evidence."""
    note = " ".join(approval.note.split())
    lines = [f"approve gate:{approval.gate}", f"as {approval.by}", f"journal {journal}", f"note {note}"]
    return "\n".join([*lines, *(f"evidence {file}" for file in approval.evidence)]) + "\n"


def verify(said: str, signature: str, who: str, allowed: Path) -> str:
    """Check a signature; empty where it is good, else why not."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "signature"
        file.write_text(signature)
        argv = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", who, "-n", NAMESPACE, "-s", str(file)]
        done = _keygen(argv, said)
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip() or "it is not good"


def _name(project: Project, path: Path) -> str:
    resolved = path.resolve()
    return str(resolved.relative_to(project.root)) if resolved.is_relative_to(project.root) else str(resolved)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InvalidInputError(f"--evidence {path}: {error.strerror}; name a file that can be read") from None


def _git_key() -> str:
    said = subprocess.run(["git", "config", "user.signingkey"], capture_output=True, text=True, check=False)
    key = said.stdout.strip()
    if not key:
        raise InvalidInputError("--sign: git has no user.signingkey; name the key, as --sign ~/.ssh/id_ed25519")
    return key


def _sign(text: str, key: str) -> str:
    done = _keygen(["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(Path(key).expanduser())], text)
    if done.returncode != 0:
        raise InvalidInputError(f"--sign {key}: {done.stderr.strip()}; name a private key, or load it into ssh-agent")
    return done.stdout


def _keygen(argv: list[str], text: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InvalidInputError(f"cannot run ssh-keygen: {error.strerror}; install OpenSSH") from None

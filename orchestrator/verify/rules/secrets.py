"""The honest rule for credentials in what was added. Never shows a credential in what it says."""

import re
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.testpaths import is_test_file

_PROVIDERS = {
    "AWS access key": r"\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z2-7]{16}\b",
    "GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b",
    "GitLab token": r"\bglpat-[A-Za-z0-9_-]{20}\b",
    "Slack token": r"\bxox[abprs]-\d{8,}-[A-Za-z0-9-]{10,}\b",
    "Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{20,}\b",
    "Anthropic key": r"\bsk-ant-(?:api|admin)\d\d-[A-Za-z0-9_-]{80,}",
    "OpenAI key": r"\bsk-(?:proj-|svcacct-)[A-Za-z0-9_-]{40,}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b",
    "Google API key": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "PyPI token": r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}",
    "npm token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "SendGrid key": r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b",
    "Hugging Face token": r"\bhf_[A-Za-z0-9]{34}\b",
    "DigitalOcean token": r"\bdop_v1_[a-f0-9]{64}\b",
    "Twilio key": r"\bSK[a-f0-9]{32}\b",
    "private key": r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP )?PRIVATE KEY(?: BLOCK)?-----\s*\n?[A-Za-z0-9+/=\s]{60}",
}
_ANY = re.compile("|".join(f"(?P<p{number}>{pattern})" for number, pattern in enumerate(_PROVIDERS.values())))
_NAMES = tuple(_PROVIDERS)
_HINT = re.compile(
    r"AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|k_live_|sk-|AIza|pypi-AgE|npm_|SG\.|hf_|dop_v1_|SK[a-f0-9]{32}"
    r"|-----BEGIN "
)
"""A text without these has none; it is several times as quick to see."""
_SHOWN = re.compile(r"(?i)example|dummy|fake|x{6}|0{8}|1234567")
_TESTING = re.compile(r"(?:^|/)(?:tests?|testing|fixtures?|dummyserver|examples?|docs?)/|cert")


def secret_added(diff: Diff) -> Iterable[Finding]:
    """Find credentials by their providers' patterns. Keys that tests are served with are not meant."""
    for edit in diff.edits:
        if edit.new is None or _HINT.search(edit.new) is None:
            continue
        for match in _ANY.finditer(edit.new):
            text, kind = match[0], _NAMES[int((match.lastgroup or "p0")[1:])]
            if (edit.old is not None and text in edit.old) or _SHOWN.search(text):
                continue
            if kind == "private key" and (is_test_file(edit.path) or _TESTING.search(edit.path)):
                continue
            yield found(
                "secret-added",
                edit.path,
                f"this looks like a {kind}: who can read the repository can use it; take it out, revoke it, and read "
                "it from the environment",
                line=edit.new.count("\n", 0, match.start()) + 1,
                about=f"{kind}:{match.start()}",
            )

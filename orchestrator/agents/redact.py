"""Secrets taken out of what an agent wrote before anybody keeps, shows or quotes it.

Two nets: the values we handed out, in every spelling a program may give them, and what looks like a provider's key
whoever's it is. Never touches what it does not find a secret in: a file without one keeps its bytes and its times.
"""

import base64
import html
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, quote_plus

from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import STDERR, TRANSCRIPT, RunFolder, read_regular
from orchestrator.files.atomic import write_atomic
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Pattern, Redaction

REDACTED = b"[redacted]"
_SHORTEST, _LONG = 6, 20
_MAX_LOGIN = 1 << 20
_TELLING = re.compile(r"KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|COOKIE|PRIVATE|DSN|BEARER", re.IGNORECASE)
_KEYS = {
    "sk-": r"sk-(?:ant-[\w-]{20,512}|(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9][\w-]{31,512})",
    "sk_live_": r"sk_live_[A-Za-z0-9]{20,255}",
    **{f"gh{kind}_": rf"gh{kind}_[A-Za-z0-9]{{30,255}}" for kind in "pousr"},
    "github_pat_": r"github_pat_\w{30,255}",
    "glpat-": r"glpat-[\w-]{20,255}",
    "AKIA": r"AKIA[0-9A-Z]{16}(?![0-9A-Za-z])",
    "ASIA": r"ASIA[0-9A-Z]{16}(?![0-9A-Za-z])",
    "AIza": r"AIza[\w-]{35}",
    "ya29.": r"ya29\.[\w-]{20,2048}",
    "xox": r"xox[abeprs]-[\w-]{10,255}",
    "hf_": r"hf_[A-Za-z0-9]{30,255}",
    "npm_": r"npm_[A-Za-z0-9]{36}",
    "pypi-": r"pypi-[\w-]{50,512}",
    "gsk_": r"gsk_[A-Za-z0-9]{40,255}",
    "xai-": r"xai-[A-Za-z0-9]{40,255}",
    "GOCSPX-": r"GOCSPX-[\w-]{20,255}",
    "AGE-SECRET-KEY-1": r"AGE-SECRET-KEY-1[0-9A-Z]{50,255}",
    "eyJ": r"eyJ[\w-]{10,8192}\.eyJ[\w-]{10,8192}\.[\w-]{10,8192}",
}
_BLOCK = (
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,16384}(?:-(?!-)[^-]{0,16384}){0,16}-----END [A-Z ]{0,40}KEY-----"
)
_CARRIED = r"([A-Za-z0-9+/=._~-]{20,4096})"
PATTERNS = (
    *(Pattern(at=at, match=rf"(?<![A-Za-z0-9]){key}") for at, key in _KEYS.items()),
    Pattern(at="-----BEGIN", match=_BLOCK),
    Pattern(at="bearer", match=rf"\b(?i:bearer)[ \t]+[\"']?{_CARRIED}", group=1, any_case=True),
    Pattern(
        at="x-api-key",
        match=rf"\b(?i:x-api-key)\\{{0,4}}[\"']?:[ \t]*\\{{0,4}}[\"']?{_CARRIED}",
        group=1,
        any_case=True,
    ),
    Pattern(at="://", match=r"[A-Za-z0-9+.-]://[^\s/:@\"'\\]+:([^\s/@\"'\\]{3,})@", back=1, group=1),
)
"""Every repetition is bounded: what agents write must not take longer to read than it took to write."""


class Redactor:
    """Takes known values and what looks like a provider's key out of what is whole."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = _forms(secrets)

    def __call__(self, content: bytes) -> bytes:
        """Give the content without secrets; the very same object where there are none."""
        clean = content
        for form in self._forms:
            clean = clean.replace(form, REDACTED) if form in clean else clean
        lower = clean.lower()
        for pattern in PATTERNS:
            if pattern.at.encode() in (lower if pattern.any_case else clean):
                clean = _compiled(pattern.match).sub(_marked, clean)
        return content if clean == content else clean

    def text(self, content: str) -> str:
        """Do the same for text."""
        return self(content.encode("utf-8", "replace")).decode("utf-8", "replace")


def redaction(secrets: Iterable[str]) -> Redaction:
    """Give the rules by which a guardian takes secrets out before anything is written."""
    forms = tuple(form.decode("latin-1") for form in _forms(secrets))
    return Redaction(forms=forms, patterns=PATTERNS, mark=REDACTED.decode())


def redact_folder(folder: RunFolder, secrets: Iterable[str]) -> None:
    """Rewrite a run's outputs without secrets, each at once; nothing to do where there are none.

    The guardian did so while they were written; what only became known since is what this is for.
    """
    redactor = Redactor(secrets)
    for name in (TRANSCRIPT, STDERR):
        path = folder.file(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        clean = redactor(content)
        if clean is not content:
            times = path.stat()
            write_atomic(path, clean)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _forms(secrets: Iterable[str]) -> list[bytes]:
    """Spell secrets in every way, the longest first."""
    spelled = {form for secret in secrets if len(secret) >= _SHORTEST for form in spellings(secret)}
    return sorted(spelled, key=len, reverse=True)


@cache
def _compiled(expression: str) -> re.Pattern[bytes]:
    return re.compile(expression.encode(), re.DOTALL)


def _marked(match: re.Match[bytes]) -> bytes:
    """Give the match with its secret part replaced."""
    whole, begin = match.group(), match.start()
    first, last = match.span(match.re.groups)
    return whole[: first - begin] + REDACTED + whole[last - begin :]


def secrets_of(
    environ: Mapping[str, str], agent: AgentSettings, profile: Profile, home: Path | None = None
) -> set[str]:
    """Collect what an agent was given that nobody else may read: variables passed on or set, and its logins."""
    given = {name: environ[name] for name in agent.pass_env if name in environ} | agent.env
    found = {value for name, value in given.items() if _is_secret(name, value, known=name in profile.keys)}
    for login in profile.logins if home else ():
        found |= set(_strings(_decoded(read_regular(cast("Path", home) / login.path, _MAX_LOGIN)), ""))
    return found


def spellings(secret: str) -> set[bytes]:
    """Give every way the secret may stand in a transcript."""
    raw = secret.encode()
    once = json.dumps(secret)[1:-1]
    forms = {
        secret,
        once,
        json.dumps(once)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        "".join(f"\\u{ord(letter):04x}" for letter in secret if ord(letter) <= 0xFFFF),  # noqa: PLR2004  # JSON's own
        "".join(f"\\x{byte:02x}" for byte in raw),
        quote(secret, safe=""),
        quote_plus(secret),
        quote(secret),
        "".join(f"%{byte:02X}" for byte in raw),
        "".join(f"%{byte:02x}" for byte in raw),
        html.escape(secret),
        raw.hex(),
        raw.hex().upper(),
        raw.hex(" "),
        raw.hex(":"),
        base64.b32encode(raw).decode().rstrip("="),
        secret.replace("'", "'\\''"),
        secret[::-1],
        *_in_base64(raw),
    }
    doubled = {form.replace("\\", "\\\\") for form in forms}
    return {form.encode() for form in forms | doubled if len(form) >= _SHORTEST}


def _in_base64(raw: bytes) -> Iterator[str]:
    """Give what stays the same of its base64, wherever in a longer text it begins: `user:secret` is one word there."""
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw).decode().rstrip("=")
        first = (lead * 8 + 5) // 6
        last = (lead + len(raw)) * 8 // 6
        yield whole[first:last]
        yield whole[first:last].replace("+", "-").replace("/", "_")


def _is_secret(name: str, value: str, *, known: bool) -> bool:
    if len(value) < _SHORTEST:
        return False
    if known or _TELLING.search(name):
        return True
    return len(value) >= _LONG and re.fullmatch(r"[\w+=.~-]+", value) is not None and any(map(str.isdigit, value))


def _decoded(content: bytes | None) -> Any:
    try:
        return json.loads(content or b"null")
    except (ValueError, RecursionError):
        return None


def _strings(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _strings(inner, key)
    elif isinstance(value, str) and len(value) >= _LONG and _TELLING.search(name):
        yield value

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
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, quote_plus

from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import STDERR, TRANSCRIPT, RunFolder, read_regular
from orchestrator.files.atomic import write_atomic
from orchestrator.model.settings import AgentSettings

REDACTED = b"[redacted]"
_SHORTEST, _LONG = 6, 20
_MAX_LOGIN = 1 << 20
_TELLING = re.compile(r"KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|COOKIE|PRIVATE|DSN|BEARER", re.IGNORECASE)
_PROVIDERS = re.compile(
    rb"(?<![A-Za-z0-9])(?:"
    rb"sk-ant-[\w-]{20,}|sk-(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9][\w-]{31,}|sk_live_[A-Za-z0-9]{20,}"
    rb"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"
    rb"|AIza[\w-]{35}|ya29\.[\w-]{20,}|xox[abeprs]-[\w-]{10,}|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}"
    rb"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
    rb"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END).)*-----END [A-Z ]*PRIVATE KEY-----",
    re.DOTALL,
)
_BEARER = re.compile(rb"(\b(?:Bearer|x-api-key[\"']?:)\s+[\"']?)([A-Za-z0-9+/=._~-]{20,})", re.IGNORECASE)
_IN_URL = re.compile(rb"(\b[a-z][a-z0-9+.-]*://[^\s/:@\"'\\]+:)([^\s/@\"'\\]{3,})(@)", re.IGNORECASE)


class Redactor:
    """Takes known values and provider patterns out of bytes."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spelled = {form for secret in secrets if len(secret) >= _SHORTEST for form in spellings(secret)}
        self._forms = sorted(spelled, key=len, reverse=True)

    def __call__(self, content: bytes) -> bytes:
        """Give the content without secrets; the very same object where there are none."""
        clean = content
        for form in self._forms:
            if form in clean:
                clean = clean.replace(form, REDACTED)
        clean = _PROVIDERS.sub(REDACTED, clean)
        clean = _BEARER.sub(rb"\1" + REDACTED, clean)
        clean = _IN_URL.sub(rb"\1" + REDACTED + rb"\3", clean)
        return content if clean == content else clean

    def text(self, content: str) -> str:
        """Do the same for text."""
        return self(content.encode("utf-8", "replace")).decode("utf-8", "replace")


def redact_folder(folder: RunFolder, secrets: Iterable[str]) -> None:
    """Rewrite a run's outputs without secrets, each at once; nothing to do where there are none."""
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

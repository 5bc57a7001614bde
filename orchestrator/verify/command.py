"""What exactly a check runs: arguments with placeholders filled, program, environment. Never starts it."""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Mapping

import msgspec

from orchestrator.model.settings import CheckSettings
from orchestrator.ports.runner import Level, Place

ALLOWED = ("PATH", "LANG", "LANGUAGE", "TERM", "TZ", "USER", "LOGNAME", "SHELL", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables of ours that checks see; with them every `LC_*`. HOME and TMPDIR are private."""

REPORT = "{report}"
ASKS_REPORT = "--junitxml={report}"
_PYTEST = re.compile(r"(?:^|/)(?:pytest|py\.test)$")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """What the placeholders of a command stand for. `{report}` stays until a run has a folder."""

    base: str
    tests: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def promises_report(check: CheckSettings) -> bool:
    """Say whether a run of the check must leave a report behind."""
    return check.format in {"junit", "sarif", "regex"} and any(REPORT in argument for argument in check.command)


def starts_pytest(check: CheckSettings) -> bool:
    """Say whether a check that goes by its exit code starts pytest itself, so that it can be asked for a report too."""
    if check.format or check.protocol or not check.command or "--" in check.command:
        return False
    return bool(_PYTEST.search(check.command[0])) or " -m pytest " in f" {' '.join(check.command)} "


def fill(command: tuple[str, ...], values: Fill) -> tuple[str, ...]:
    """Fill placeholders but `{report}`; an argument that is exactly `{tests}` or `{files}` becomes one an item."""
    lists = {"{tests}": values.tests, "{files}": values.files}
    return tuple(
        filled for argument in command for filled in lists.get(argument, (argument.replace("{base}", values.base),))
    )


def with_report(argv: tuple[str, ...], report: str) -> tuple[str, ...]:
    """Fill in where the report is to be written, as the program sees it."""
    return tuple(argument.replace(REPORT, report) for argument in argv)


def program(name: str, place: Place, level: Level) -> str:
    """Say where a program is: with a slash, at the root of the user's own checkout, never the one under judgement."""
    if "/" not in name or name.startswith("/"):
        return name
    root = f"{place.project}/.aibrain/project" if level.mounts else place.checkout
    return posixpath.join(root, posixpath.normpath(name))


def environment(check: CheckSettings, environ: Mapping[str, str]) -> dict[str, str]:
    """Make a check's environment: the allow-list, what it may pass on, what it sets."""
    found = {name: value for name, value in environ.items() if name in ALLOWED or name.startswith("LC_")}
    found.update({name: environ[name] for name in check.pass_env if name in environ})
    found["PATH"] = _absolute_only(found.get("PATH", _PATH))
    found.setdefault("LANG", "C.UTF-8")
    return found | check.env


def wary(env: Mapping[str, str], seen_as: str, paths: Iterable[str]) -> dict[str, str]:
    """Put folders of the PATH that hold files of the tree under judgement last: what is called must not be its own."""
    top = seen_as.rstrip("/") + "/"
    tracked = {path.rpartition("/")[0] for path in paths}

    def is_its_own(entry: str) -> bool:
        real = posixpath.normpath(entry)
        return real + "/" == top or (real.startswith(top) and real.removeprefix(top) in tracked)

    entries = env.get("PATH", "").split(":")
    return {**env, "PATH": ":".join(sorted(entries, key=is_its_own))}


def digest(*parts: object) -> str:
    """Give one name for everything an answer depends on."""
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _absolute_only(path: str) -> str:
    """Leave out entries that would be looked up in the tree under judgement."""
    return ":".join(entry for entry in path.split(":") if entry.startswith("/")) or _PATH

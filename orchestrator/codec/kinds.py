"""Kinds of agents in the configuration: `[profiles.NAME]`. What its words mean is for the room that calls agents."""

from collections.abc import Callable
from typing import TypeVar

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Fields, as_line, as_text
from orchestrator.codec.sections import argv, each, env_of
from orchestrator.model.kinds import KIND_ALIASES, Login, ProfileSettings, kind_name

T = TypeVar("T")
PROFILE = (
    "like",
    "program",
    "stream",
    "template",
    "model",
    "assign",
    "resume",
    "attach",
    "mcp",
    "alone",
    "held",
    "dangerous",
    "turns",
    "budget",
    "result",
    "logins",
    "folders",
    "env",
    "confined_env",
    "keys",
    "version",
    "can",
)
RESERVED = frozenset({"command", "replay"})
"""What a profile of one's own cannot be called."""


def read_profiles(top: Fields) -> dict[str, ProfileSettings]:
    """Read `[profiles.NAME]`, by the name each is known by here."""
    found = each(top, "profiles", _profile)
    for name in found:
        if name in RESERVED:
            top.complaints.refuse(f"{top.prefix}profiles.{name} cannot be replaced; give yours a name of its own")
        if name in KIND_ALIASES and kind_name(name) in found:
            top.complaints.refuse(f"{top.prefix}profiles.{name} is profiles.{kind_name(name)} too; keep one of them")
    return {kind_name(name): profile for name, profile in found.items()}


def _profile(name: str, fields: Fields) -> ProfileSettings:
    fields.refuse_unknown(PROFILE)
    return ProfileSettings(
        name=kind_name(name),
        like=kind_name(fields.line("like") or name),
        program=fields.optional("program"),
        stream=fields.optional("stream"),
        template=_words(fields, "template"),
        model=_words(fields, "model"),
        assign=_words(fields, "assign"),
        resume=_words(fields, "resume"),
        attach=_words(fields, "attach"),
        mcp=_words(fields, "mcp"),
        alone=_words(fields, "alone"),
        held=_words(fields, "held"),
        dangerous=_words(fields, "dangerous"),
        turns=_words(fields, "turns"),
        budget=_words(fields, "budget"),
        result=fields.optional("result"),
        logins=_given(fields, "logins", _logins, 'write paths below HOME, as [".tool/auth.json"]'),
        folders=_given(fields, "folders", _below_home, 'write folders below HOME, as [".tool"]'),
        env=env_of(fields, "env") if "env" in fields.values else None,
        confined_env=env_of(fields, "confined_env") if "confined_env" in fields.values else None,
        keys=fields.some_texts("keys"),
        version=_words(fields, "version"),
        can=fields.some_texts("can"),
    )


def _given(fields: Fields, key: str, convert: Callable[[Json], T | None], remedy: str) -> T | None:
    """Read what may be absent, which differs from empty."""
    nothing: T | None = None
    return fields.read(key, convert, nothing, remedy)


def _words(fields: Fields, key: str) -> tuple[str, ...] | None:
    return _given(fields, key, argv, 'write a list of words, as ["--resume", "{session}"]')


def _below_home(value: Json) -> tuple[str, ...] | None:
    rows = value if isinstance(value, list) else [value]
    paths = [path for path in map(as_line, rows) if path and _is_below(path)]
    return tuple(paths) if len(paths) == len(rows) else None


def _is_below(path: str) -> bool:
    return not path.startswith(("/", "~")) and ".." not in path.split("/")


def _logins(value: Json) -> tuple[Login, ...] | None:
    rows = value if isinstance(value, list) else [value]
    found = [login for login in map(_login, rows) if login is not None]
    return tuple(found) if len(found) == len(rows) else None


def _login(value: Json) -> Login | None:
    if not isinstance(value, dict):
        path = as_line(value)
        return Login(path) if path and _is_below(path) else None
    path, keep = as_line(value.get("path")), value.get("keep", [])
    words = [word for word in map(as_text, keep) if word] if isinstance(keep, list) else []
    whole = isinstance(keep, list) and len(words) == len(keep) and set(value) <= {"path", "keep"}
    return Login(path, tuple(words)) if path and _is_below(path) and whole else None

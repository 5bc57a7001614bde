"""A person's logins in an agent's private HOME: brought before it starts, refreshed tokens taken back after.

Only the files a profile names are touched. What comes back was in the agent's hands, so it is taken only if it is the
same kind of JSON object (the same keys all the way down, scalars where there were scalars), and only while the
person's own file is still the one that was brought. Settings that could name programs to run never come back.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, cast

from orchestrator.agents.folders import make_folder, read_regular
from orchestrator.files.atomic import write_atomic
from orchestrator.model.kinds import Login

MAX_LOGIN = 1 << 20
RECORD = "logins.json"


def bring(logins: tuple[Login, ...], home: Path, private: Path, record: Path) -> None:
    """Copy the login files that exist from `home` to `private`; `record` remembers what was brought."""
    give_back(logins, home, private, record)
    brought: dict[str, str] = {}
    for login in logins:
        content = _wanted(login, read_regular(home / login.path, MAX_LOGIN))
        if content is not None:
            _make_way(private, login.path)
            write_atomic(private / login.path, content)
            brought[login.path] = _digest(content)
    if brought:
        write_atomic(record, json.dumps(brought).encode())


def give_back(logins: tuple[Login, ...], home: Path, private: Path, record: Path) -> None:
    """Take refreshed tokens back to `home` and remove the private copies; without a record does nothing."""
    brought = _object(read_regular(record, MAX_LOGIN)) or {}
    for login in logins:
        inside = private / login.path
        if login.path not in brought or not _is_straight(private, inside.parent):
            continue
        if not login.keep:
            _take_back(inside, home / login.path, str(brought[login.path]))
        if os.path.lexists(inside) and (inside.is_symlink() or not inside.is_dir()):
            inside.unlink()
    record.unlink(missing_ok=True)


def _take_back(inside: Path, outside: Path, brought: str) -> None:
    new, old = read_regular(inside, MAX_LOGIN), read_regular(outside, MAX_LOGIN)
    if new is None or old is None or _digest(new) == brought or _digest(old) != brought:
        return
    shape = _shape(_object(new))
    if shape is not None and shape == _shape(_object(old)):
        write_atomic(outside, new)


def _wanted(login: Login, content: bytes | None) -> bytes | None:
    if content is None or not login.keep:
        return content
    whole = _object(content)
    return None if whole is None else json.dumps({key: whole[key] for key in login.keep if key in whole}).encode()


def _object(content: bytes | None) -> dict[str, Any] | None:
    try:
        value = json.loads(content or b"")
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _shape(value: Any) -> object:
    """Give the keys of a JSON value all the way down; everything but objects is None."""
    if not isinstance(value, dict):
        return None
    return {key: _shape(inner) for key, inner in cast("dict[str, Any]", value).items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_straight(private: Path, folder: Path) -> bool:
    """Say whether the way from the private home to the folder holds no link: an agent could have planted one."""
    return folder.resolve() == private.resolve() / folder.relative_to(private)


def _make_way(private: Path, path: str) -> None:
    way = private
    for part in Path(path).parent.parts:
        way /= part
        make_folder(way)

"""Which paths are left out by patterns as checkers, runners and git are given them. Never looks at a disk."""

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from orchestrator.policy.globs import matches

Names = Callable[[str, str], bool]
"""Says whether a path is named by a pattern: first the path."""

_ROOT = re.compile(r"^(?:<rootDir>|\$\{?workspaceFolder\}?|\{projectRoot\})/?|^\./|^/")


@lru_cache(maxsize=65536)
def by_glob(path: str, pattern: str) -> bool:
    """Say whether a pattern names a path, or a folder it is in, as `.gitignore` means it and most tools do."""
    bare = _ROOT.sub("", pattern.strip()).rstrip("/")
    if bare in {"", ".", "..."}:
        return pattern.strip() not in {"", "!"}
    anywhere = "/" not in pattern.strip().rstrip("/")
    several = (bare, f"{bare}/**", *((f"**/{bare}", f"**/{bare}/**") if anywhere else ()))
    return any(matches(path, one) for one in several) or fnmatchcase(path, bare)


@lru_cache(maxsize=65536)
def by_regex(path: str, pattern: str) -> bool:
    """Say whether a pattern is found in a path, which tools give from the root of the disk, or from where they run."""
    if not pattern.strip():
        return False
    try:
        found = re.compile(_ROOT.sub("/", pattern) if pattern.startswith("<") else pattern)
    except re.error:
        return False
    return found.search(path) is not None or found.search(f"/work/{path}") is not None


def is_named(path: str, patterns: Iterable[str], names: Names = by_glob) -> bool:
    """Say whether patterns name a path; one with `!` before it takes back what others named."""
    said = [one.strip() for one in patterns if one.strip()]
    found = bool(said) and said[0].startswith("!") and len(said) > 1 and names is not by_regex
    for one in said:
        if names(path, one.removeprefix("!")):
            found = not one.startswith("!")
    return found


def left(paths: Sequence[str], out: Sequence[str], only: Sequence[str] | None, names: Names = by_glob) -> list[str]:
    """Give the paths that are looked at still: those that `only` names, if it is told, without those of `out`."""
    inside = [path for path in paths if only is None or is_named(path, only, names)]
    return [path for path in inside if not _is_out(path, out, names)]


def _is_out(path: str, out: Sequence[str], names: Names) -> bool:
    found = False
    for one in out:
        if one.strip() and names(path, one.strip().removeprefix("!")):
            found = not one.strip().startswith("!")
    return found


def listed(value: str) -> list[str]:
    """Give the patterns of a value: on lines, or between commas and blanks that are in no braces."""
    return [part.strip().strip("'\"") for part in re.split(r"\n|,(?![^{}]*\})|(?<=\S)\s+(?=\S)", value) if part.strip()]


def is_plain(pattern: str) -> bool:
    """Say whether a pattern can be followed: it has no choices in parentheses, and nothing that is worked out."""
    return _WORKED_OUT.search(pattern) is None


_WORKED_OUT = re.compile(r"\(|\$(?!$)|%\(|\{\w*\}|\[(?!\w)")


def lines(text: str) -> list[str]:
    """Give the patterns of a file that is a list of them."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

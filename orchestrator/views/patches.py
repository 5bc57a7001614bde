"""What a patch changes, file by file, for a person who has to judge it. Pure; never applies one."""

import re

import msgspec

_FILE = re.compile(r'diff --git (?:"?a/.*?"?) (?:"?b/(?P<path>.*?)"?)$')


class Changed(msgspec.Struct, frozen=True):
    """One file of a patch: lines added and removed; both None where it holds no text."""

    path: str
    added: int | None = 0
    removed: int | None = 0


def files_of(patch: str) -> tuple[Changed, ...]:
    """Count what a patch of git's does to each file."""
    found: list[Changed] = []
    inside = False
    for line in patch.splitlines():
        begun = _FILE.match(line) if not inside or line.startswith("diff --git ") else None
        if begun:
            found.append(Changed(begun["path"]))
            inside = False
        elif found and line.startswith("@@"):
            inside = True
        elif found and line.startswith(("GIT binary patch", "Binary files ")):
            found[-1] = Changed(found[-1].path, None, None)
        elif found and inside and line[:1] in {"+", "-"}:
            found[-1] = _counted(found[-1], line[0])
    return tuple(found)


def stat_line(changed: Changed) -> str:
    """Say it: `src/a.py +3 -1`."""
    if changed.added is None:
        return f"{changed.path} (binary)"
    return f"{changed.path} +{changed.added} -{changed.removed}"


def _counted(changed: Changed, sign: str) -> Changed:
    added, removed = changed.added or 0, changed.removed or 0
    return Changed(changed.path, added + (sign == "+"), removed + (sign == "-"))

"""Settings by which a pipeline's checks see less, look at something else, or are not heard. Pure."""

import re
from collections.abc import Sequence

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.pipelines import Line, lines_of
from orchestrator.verify.rules.widened import beyond


def is_steered(edit: Edit) -> bool:
    """Say whether a pipeline gained a setting that has its checks do less, or lost one that had them do more."""
    if not (edit.old and edit.new and re.search(r"\.ya?ml$", edit.path)):
        return False
    old, new = lines_of(edit.old), lines_of(edit.new)
    lost, gained = beyond(old, new), beyond(new, old)
    return (
        any(_turns(one, lost) for one in gained)
        or any(_was_strict(one, gained) for one in lost)
        or _only_tags(new, gained)
        or any(_loses_newest(one, gained) for one in lost)
    )


def _turns(line: Line, lost: Sequence[Line]) -> bool:
    """Say whether a new setting has something else looked at, something else run, or turns what was strict off."""
    if line.key == "shell":
        return _SHELL.fullmatch(line.text) is None
    if line.keys[-1:] == ("with",):
        return line.key in {"ref", "repository", "sparse-checkout"} and "github." not in line.text
    if "env" not in line.keys or not line.key or line.is_run:
        return False
    again = any((one.keys, one.key) == (line.keys, line.key) for one in lost)
    return (_STEERS.search(line.key) is not None and not again) or (again and _OFF.fullmatch(line.text) is not None)


_SHELL = re.compile(
    r"(?:bash|pwsh|sh|cmd|powershell|msys2)(?: -\w+)*(?: -o pipefail)?(?: \{0\})?|\$\{\{ ?matrix\.[\w.-]+ ?\}\}"
)
_STEERS = re.compile(
    r"PLUGIN|^(?:BASH_)?ENV$|OPTIMIZE|WARNINGS|RCFILE|ADDOPTS|PRELOAD|PYTHONSTARTUP|_SKIP$|^SKIP_|NO_CHECK"
)
"""Variables that whatever checks listens to."""
_OFF = re.compile(r"(?i)0|false|no|off")


def _was_strict(line: Line, gained: Sequence[Line]) -> bool:
    """Say whether a setting that made something fail is gone, with the step or job it was of still there."""
    strict = line.keys[-1:] in {("with",), ("env",)} and _STRICT.search(line.key) is not None
    if not strict or _OFF.fullmatch(line.text):
        return False
    return not any(one.key == line.key for one in gained)


_STRICT = re.compile(r"(?i)fail_|fail-on|strict|max.?warnings|werror|\bdeny\b|require_")


def _only_tags(new: Sequence[Line], gained: Sequence[Line]) -> bool:
    """Say whether pushes came to count for nothing but tags."""
    tags = any(one.key == "tags" and one.keys == ("on", "push") for one in gained)
    return tags and not any(one.key == "branches" and one.keys == ("on", "push") for one in new)


def _loses_newest(line: Line, gained: Sequence[Line]) -> bool:
    """Say whether of several versions the newest went, and none as new came; or a list is an expression now."""
    was = _versions(line.text)
    if "matrix" not in line.keys or len(was) <= 1:
        return False
    now = [one for one in gained if (one.keys, one.key) == (line.keys, line.key)]
    return any(
        "fromJSON('[" in one.text or (found and max(found) < max(was)) for one in now for found in [_versions(one.text)]
    )


def _versions(text: str) -> list[tuple[int, ...]]:
    """Give the versions that a list is of."""
    parts = [part.strip(" '\"") for part in text.strip("[]").split(",")] if text.startswith("[") else []
    return [tuple(map(int, part.split("."))) for part in parts if re.fullmatch(r"\d+(?:\.\d+)*", part)]

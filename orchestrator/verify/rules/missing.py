"""The honest rule for code that cannot run: names, methods and modules that are nowhere. Never imports any."""

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.language import Language
from orchestrator.verify.readers.python.source import relative_imports
from orchestrator.verify.rules.product import is_beside, sources

_GENERATED = re.compile(
    r"(?:^|/)(?:_?_?version|_?build|_?generated|.*_pb2(?:_grpc)?|parser\.out|lextab|parsetab)(?:\.|/|$)|(?:^|/)(?:dist|build|lib|out|gen|generated)/"
)
_RELATIVE = re.compile(r"^[ \t]*from[ \t]+\.+\w", re.MULTILINE)
_PLACE = r"""['"](\.{1,2}/[^'"?\n]+)['"]"""
_REQUIRED = re.compile(
    rf"""^(?:import|export)\b(?! type\b)[^'"`;]*?\bfrom\s+{_PLACE}|^import\s+{_PLACE}"""
    rf"|^(?:const|let|var)\s+[\w$" + r"{},\s:]+=\s*require\(\s*" + _PLACE,
    re.MULTILINE,
)
_JS = re.compile(r"\.[cm]?[jt]sx?$")


def missing_name(diff: Diff) -> Iterable[Finding]:
    """Find names, methods and modules that are used and are nowhere, and were not used on the base."""
    for edit, language in sources(diff):
        known = language.missing(edit.old or "")
        for name, line in language.missing(edit.new or "").items():
            if name not in known and ("." not in name or _was_deleted(name, edit, language, diff)):
                yield found(
                    "missing-name",
                    edit.path,
                    f"`{name}` is used and defined nowhere, so this code cannot run; define or import it",
                    line=line,
                    about=name,
                )
        for line, module in _lost_modules(edit, diff):
            yield found(
                "missing-name",
                edit.path,
                f"`{module}` is imported and there is no such file, so this code cannot run; add it, or import another",
                line=line,
                about=module,
            )


def _was_deleted(name: str, edit: Edit, language: Language, diff: Diff) -> bool:
    """Say whether a method that is still called was there on the base, and is in no other file of the snapshot now."""
    last = name.rpartition(".")[2]
    others = [one.new for one in diff.edits if one.path != edit.path and one.new and last in one.new]
    return name in (language.functions(edit.old or "") or {}) and not others


def asks_for_modules(edits: Iterable[Edit]) -> bool:
    """Say whether a snapshot may import files by their place that it did not before."""
    return any(
        edit.new is not None
        and not is_beside(edit.path)
        and (_imports(edit.path, edit.new) - _imports(edit.path, edit.old))
        for edit in edits
    )


def _imports(path: str, text: str | None) -> set[str]:
    """Give the lines of a text that look like imports of modules by their place."""
    pattern = _RELATIVE if path.endswith(".py") else _REQUIRED if _JS.search(path) else None
    return {match[0] for match in pattern.finditer(text)} if pattern is not None and text else set()


def _fresh(edit: Edit) -> Iterator[tuple[int, str]]:
    """Give the modules that are imported by their place and were not, with the line."""
    if edit.path.endswith(".py"):
        before = {module for _, module in relative_imports(edit.old or "")}
        yield from ((line, module) for line, module in relative_imports(edit.new or "") if module not in before)
    elif _JS.search(edit.path):
        known = {module for _, module in _required(edit.old or "")}
        yield from ((line, module) for line, module in _required(edit.new or "") if module not in known)


def _required(text: str) -> Iterator[tuple[int, str]]:
    for match in _REQUIRED.finditer(text):
        if text.count("`", 0, match.start()) % 2:  # a text that is written, not a module that is read
            continue
        yield text.count("\n", 0, match.start()) + 1, match[1] or match[2] or match[3]


def _lost_modules(edit: Edit, diff: Diff) -> Iterator[tuple[int, str]]:
    if not diff.tree:
        return
    for line, module in _fresh(edit):
        place = _place(edit.path, module)
        made = _GENERATED.search(place) or _is_left_out(place, edit.path, diff.ignored)
        if place and not made and not _is_there(place, diff.tree):
            yield line, module


def _is_left_out(place: str, path: str, ignored: str) -> bool:
    """Say whether a file is made by whoever builds or installs: `.gitignore` leaves it out of the repository."""
    if "node_modules" in place.split("/"):
        return True
    names = (place, place + path[path.rfind(".") :])
    left = False
    for line in (line.strip() for line in ignored.splitlines()):
        plain = line.removeprefix("!")
        if plain and not line.startswith("#") and any(_matches(name, plain) for name in names):
            left = not line.startswith("!")
    return left


def _matches(name: str, line: str) -> bool:
    """Say whether a line of `.gitignore` names a path or a folder above it; what names everything names nothing."""
    wanted, parts = line.strip("/").split("/"), name.split("/")
    if not any(map(str.isalnum, wanted[-1].partition(".")[0] or wanted[-1])):
        return False
    able = len(parts) - line.endswith("/")  # with a slash at its end it is about what lies in a folder
    starts = range(able) if "/" not in line.rstrip("/") else range(1)
    rows = (parts[at : at + len(wanted)] for at in starts if at + len(wanted) <= able)
    return any(all(map(fnmatchcase, row, wanted)) for row in rows)


def _place(path: str, module: str) -> str:
    """Give where a module would be, without the end of its name; nothing where that is the package itself."""
    folder = path.rpartition("/")[0]
    if path.endswith(".py"):
        name = module.lstrip(".")
        up = "/".join([".."] * (len(module) - len(name) - 1))
        place = posixpath.normpath(posixpath.join(folder, up, name.replace(".", "/"))) if name else ""
    else:
        place = posixpath.normpath(posixpath.join(folder, re.sub(r"\.(?:[cm]?js|jsx)$", "", module)))
    return "" if place.startswith("..") or place == "." else place


def _is_there(place: str, tree: Sequence[str]) -> bool:
    """Say whether a file or folder of that name is among sorted paths."""
    for ending in ("", ".", "/"):
        at = bisect_left(tree, place + ending)
        if at < len(tree) and (tree[at].startswith(place + ending) if ending else tree[at] == place):
            return True
    return False

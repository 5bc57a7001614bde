"""Honest rules for Python code that only pretends. Never runs or imports what it reads."""

import re
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.python_code import PythonFunction, Shape
from orchestrator.verify.python_names import missing
from orchestrator.verify.python_source import functions_of, parse
from orchestrator.verify.test_files import is_test_file

_MANY = 2
_BESIDE = re.compile(
    r"(?:^|/)(?:testing|benchmarks?|bench|examples?|docs?|typing[-_]examples?)/|(?:^|/)(?:setup|conftest)\.py$"
)


def sources(diff: Diff) -> tuple[Edit, ...]:
    """Give the Python files of the snapshot that are no tests and can be read."""
    return tuple(
        edit
        for edit in diff.edits
        if edit.path.endswith(".py") and not is_beside(edit.path) and parse(edit.new or "") is not None
    )


def is_beside(path: str) -> bool:
    """Say whether a file is no product code: tests, their helpers, examples, benchmarks."""
    return is_test_file(path) or bool(_BESIDE.search(path))


def code_gutted(diff: Diff) -> Iterable[Finding]:
    """Find functions that did their work on the base and now only pretend to."""
    elsewhere = _moved(diff)
    for edit, before, after in _both(diff):
        lost = before.shape is Shape.REAL and after.shape is not Shape.REAL
        if lost and not after.abstract and after.name.rpartition(".")[2] not in elsewhere:
            yield found(
                "code-gutted",
                edit.path,
                f"{after.name} did its work on the base and now {_says(after)}: callers get a pretence; "
                "restore what it computed, or remove it together with its callers",
                line=after.line,
                about=after.name,
            )


def code_cut_short(diff: Diff) -> Iterable[Finding]:
    """Find functions of which a part can no longer be reached."""
    for edit, before, after in _both(diff):
        if after.cut > before.cut == 0:
            yield found(
                "code-cut-short",
                edit.path,
                f"{after.name} ends before {after.cut} of its statements, so they never run; "
                "let them run again, or delete them if the work they do is done elsewhere",
                line=after.line,
                about=after.name,
            )


def code_halved(diff: Diff) -> Iterable[Finding]:
    """Find functions whose end was dropped and with it what they gave back."""
    for edit, before, after in _both(diff):
        kept = len(after.steps)
        dropped = len(before.steps) - kept
        is_beginning = 0 < kept <= dropped and before.steps[:kept] == after.steps
        if is_beginning and before.gives and not after.gives and not after.declared:
            yield found(
                "code-halved",
                edit.path,
                f"{after.name} lost its last {dropped} statements and gives nothing back any more; "
                "restore them, or write what is to take their place",
                line=after.line,
                about=after.name,
            )


def code_swallows(diff: Diff) -> Iterable[Finding]:
    """Find functions that now keep every error of theirs quiet."""
    for edit, before, after in _both(diff):
        if after.swallows and not before.swallows:
            yield found(
                "code-swallows",
                edit.path,
                f"{after.name} now keeps every error of its body quiet, so nobody hears of a failure; "
                "catch only what can be handled, and handle it",
                line=after.line,
                about=after.name,
            )


def missing_helper(diff: Diff) -> Iterable[Finding]:
    """Find names that are used and defined nowhere, and were not used on the base."""
    for edit in sources(diff):
        head, base = parse(edit.new or ""), parse(edit.old or "")
        if head is None or base is None:
            continue
        known = missing(base)
        for name, line in missing(head).items():
            if name not in known:
                yield found(
                    "missing-name",
                    edit.path,
                    f"`{name}` is used and defined nowhere, so this code cannot run; define or import it",
                    line=line,
                    about=name,
                )


def stub_added(diff: Diff) -> Iterable[Finding]:
    """Find new functions that say of themselves that their work is still to be done."""
    for edit in sources(diff):
        old = functions_of(edit.old or "")
        for name, function in functions_of(edit.new or "").items():
            if name not in old and _is_stub(function, whole=diff.whole):
                yield found(
                    "stub-added",
                    edit.path,
                    f"{name} {_says(function)}: a stub does no work; write what it is to do, or leave it out",
                    line=function.line,
                    about=name,
                )


def _is_stub(function: PythonFunction, *, whole: bool) -> bool:
    if function.declared or function.shape in {Shape.REAL, Shape.ARGUMENT}:
        return False
    last = function.name.rpartition(".")[2]
    if function.later:
        return True
    if last.startswith("__") or function.shape is Shape.CONSTANT:
        return whole and function.shape is Shape.CONSTANT and function.promises and function.arguments >= _MANY
    alone = not function.method
    if whole:
        return alone or function.shape is Shape.RAISES
    return alone and function.arguments > 0 and function.promises


def _says(function: PythonFunction) -> str:
    return str(function.shape.value)


def _both(diff: Diff) -> Iterator[tuple[Edit, PythonFunction, PythonFunction]]:
    """Give every function both sides have, in the files the snapshot changes."""
    for edit in sources(diff):
        if edit.old is None or edit.new is None:
            continue
        old = functions_of(edit.old)
        for name, after in functions_of(edit.new).items():
            if name in old and old[name].steps != after.steps:
                yield edit, old[name], after


def _moved(diff: Diff) -> frozenset[str]:
    """Give the last names of functions that do their work in a place where the base had none of that name."""
    names: set[str] = set()
    for edit in sources(diff):
        old = functions_of(edit.old or "")
        for name, function in functions_of(edit.new or "").items():
            before = old.get(name)
            if function.shape is Shape.REAL and (before is None or before.shape is not Shape.REAL):
                names.add(name.rpartition(".")[2])
    return frozenset(names)

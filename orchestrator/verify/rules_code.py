"""Honest rules for code that only pretends, in every language that is read. Never runs or imports what it reads."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.code import Function, Shape
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.language import Language
from orchestrator.verify.languages import language_of
from orchestrator.verify.task_words import asks_for_quiet, asks_to_refuse, reverts
from orchestrator.verify.test_files import is_test_file

_MANY = 2
_BESIDE = re.compile(
    r"(?:^|/)_?(?:testing|benchmarks?|bench|examples?|samples?|demos?|docs|fixtures?|testdata|typing[-_]examples?)/|(?:^|/)(?:setup|conftest)\.py$"
)


def sources(diff: Diff) -> Iterator[tuple[Edit, Language]]:
    """Give the files of the snapshot that are no tests and can be read."""
    for edit in diff.edits:
        language = None if is_beside(edit.path) else language_of(edit.path)
        if language is not None and edit.new is not None and language.functions(edit.new) is not None:
            yield edit, language


def is_beside(path: str) -> bool:
    """Say whether a file is no product code: tests, their helpers, examples, benchmarks."""
    return is_test_file(path) or bool(_BESIDE.search(path))


def code_gutted(diff: Diff) -> Iterable[Finding]:
    """Find functions that did their work on the base and now only pretend to."""
    elsewhere = _moved(diff)
    for edit, before, after in _both(diff):
        refused = after.shape is Shape.RAISES and not after.later and asks_to_refuse(diff.message)
        kept = after.abstract or _is_discontinued(before, after) or refused
        if (
            _does_less(before, after)
            and not kept
            and not _was_little(before, after)
            and after.name.rpartition(".")[2] not in elsewhere
        ):
            yield found(
                "code-gutted",
                edit.path,
                f"{after.name} did its work on the base and now {_says(after)}: callers get a pretence; "
                "restore what it computed, or remove it together with its callers",
                line=after.line,
                about=after.name,
            )


def _was_little(before: Function, after: Function) -> bool:
    """Say whether there was no work that could be lost: an argument looked through, or made with nothing to go by."""
    looked = after.shape is Shape.ARGUMENT and len(before.steps) == 1 and _LOOKED.fullmatch(before.steps[0]) is not None
    bare = after.name.rpartition(".")[2] in {"new", "default"} and not (before.arguments or after.arguments)
    return looked or (bare and any(_DEFAULTS.search(step) for step in after.steps))


_LOOKED = re.compile(r"(?:return )?[*& ]*(?:mut )?\w+ ?;?")
_DEFAULTS = re.compile(r"^(?:return )?(?:Self|Default|\w+) :: default \( \)|\{ .* \}")


def _is_discontinued(before: Function, after: Function) -> bool:
    """Say whether a function told its callers on the base that it is deprecated, and still does."""
    return all(any("eprecat" in step for step in one.steps) for one in (before, after))


_SURROUNDED = frozenset({Shape.REAL, Shape.AMBIENT})
"""What a body comes to that gives more than one thing."""


def _does_less(before: Function, after: Function) -> bool:
    match after.shape:
        case Shape.REAL:
            drained = not after.uses and not after.works
            return drained and before.shape is Shape.REAL and bool(before.uses) and before.works > 0
        case Shape.ANSWERS:
            return before.shape is Shape.REAL and before.calls > 0
        case Shape.AMBIENT:
            worked = before.calls > 0 or len(before.steps) > 1
            return before.shape is Shape.REAL and worked and before.arguments + before.method > 0
        case Shape.FAILS:
            return before.shape is Shape.REAL and before.gives
        case Shape.EMPTY | Shape.RAISES | Shape.CONSTANT:
            return before.shape in _SURROUNDED
        case _:
            return before.shape in _SURROUNDED


def code_hollowed(diff: Diff) -> Iterable[Finding]:
    """Find loops and branches that are still there and do nothing any more."""
    for edit, before, after in _both(diff):
        fuller = Counter(before.full) - Counter(after.full)
        for head in sorted(fuller & (Counter(after.idle) - Counter(before.idle))):
            yield found(
                "code-hollowed",
                edit.path,
                f"`{head[:80]}` in {after.name} did something on the base and now does nothing; restore what it did, "
                "or take it out",
                line=after.line,
                about=f"{after.name}:{head}",
            )


def code_cut_short(diff: Diff) -> Iterable[Finding]:
    """Find functions of which a part can no longer be reached."""
    for edit, before, after in _both(diff):
        why = _cut_short(before, after)
        if why:
            yield found(
                "code-cut-short",
                edit.path,
                f"{after.name} {why}; let it do its work, or delete what is done elsewhere",
                line=after.line,
                about=after.name,
            )


def _cut_short(before: Function, after: Function) -> str:
    if after.cut > before.cut == 0:
        return f"ends before {after.cut} of its statements, so they never run"
    if after.switch > before.switch and after.steps[after.switch :] == before.steps[before.switch :]:
        return "gives back a constant now unless its surroundings say otherwise, and callers do not know"
    return ""


def code_halved(diff: Diff) -> Iterable[Finding]:
    """Find functions whose end was dropped and with it what they gave back."""
    for edit, before, after in _both(diff):
        kept = len(after.steps)
        dropped = len(before.steps) - kept
        is_beginning = (
            0 < kept <= dropped and before.steps[:kept] == after.steps and after.arguments >= before.arguments
        )
        withdrawn = before.promises and not after.promises  # its signature says so, and the compiler its callers
        is_beginning = is_beginning and not withdrawn and not _is_discontinued(before, after)
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
        if asks_for_quiet(diff.message) or reverts(diff.message):
            continue
        dropped = min(before.hands - after.hands, after.drops - before.drops)
        if dropped > 0:
            yield found(
                "code-swallows",
                edit.path,
                f"{after.name} now lets {dropped} errors go that it handed on, so nobody hears of a failure; hand them "
                "on, or handle them",
                line=after.line,
                about=f"{after.name}:dropped",
            )
        if after.swallows and not before.swallows:
            yield found(
                "code-swallows",
                edit.path,
                f"{after.name} now keeps every error of its body quiet, so nobody hears of a failure; "
                "catch only what can be handled, and handle it",
                line=after.line,
                about=after.name,
            )


def stub_added(diff: Diff) -> Iterable[Finding]:
    """Find new functions that say of themselves that their work is still to be done."""
    for edit, language in sources(diff):
        old = language.functions(edit.old or "") or {}
        for name, function in (language.functions(edit.new or "") or {}).items():
            if name in old or not _is_stub(function, whole=diff.whole):
                continue
            if not _is_for_other_systems(edit, name, diff) and not _came_from_elsewhere(edit, function, diff):
                yield found(
                    "stub-added",
                    edit.path,
                    f"{name} {_says(function)}: a stub does no work; write what it is to do, or leave it out",
                    line=function.line,
                    about=name,
                )


_BUILT_FOR = re.compile(r"^//go:build\s+(?!ignore|never)|^// \+build\s", re.MULTILINE)


def _is_for_other_systems(edit: Edit, name: str, diff: Diff) -> bool:
    """Say whether Go builds a function for some systems only, and another file of the folder does it on others."""
    if not edit.path.endswith(".go") or not _BUILT_FOR.search((edit.new or "").partition("package ")[0]):
        return False
    folder = edit.path.rpartition("/")[0]
    for other, language in sources(diff):
        if other.path != edit.path and other.path.rpartition("/")[0] == folder:
            twin = (language.functions(other.new or "") or {}).get(name)
            if twin is not None and twin.shape is Shape.REAL:
                return True
    return False


def _came_from_elsewhere(edit: Edit, function: Function, diff: Diff) -> bool:
    """Say whether a function stood as it is in a file that the snapshot deletes."""
    lines = (edit.new or "").splitlines()[function.line - 1 : function.line + 2]
    text = "\n".join(lines)
    return any(one.status == "D" and text in (one.old or "") for one in diff.edits)


def _is_stub(function: Function, *, whole: bool) -> bool:
    if function.declared or function.shape not in {Shape.EMPTY, Shape.RAISES, Shape.CONSTANT}:
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


def _says(function: Function) -> str:
    return str(function.shape.value or Shape.DRAINED.value)


def _both(diff: Diff) -> Iterator[tuple[Edit, Function, Function]]:
    """Give every function both sides have, in the files the snapshot changes."""
    for edit, language in sources(diff):
        if edit.old is None:
            continue
        old = language.functions(edit.old) or {}
        for name, after in (language.functions(edit.new or "") or {}).items():
            if name in old and (old[name].steps != after.steps or old[name].shape is not after.shape):
                yield edit, old[name], after


def _moved(diff: Diff) -> frozenset[str]:
    """Give the last names of functions that do their work in a place where the base had none of that name."""
    names: set[str] = set()
    for edit, language in sources(diff):
        old = language.functions(edit.old or "") or {}
        for name, function in (language.functions(edit.new or "") or {}).items():
            before = old.get(name)
            if function.shape is Shape.REAL and (before is None or before.shape is not Shape.REAL):
                names.add(name.rpartition(".")[2])
    return frozenset(names)

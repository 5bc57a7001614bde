"""What looks like a loss of a function's work and is none: it is refused, taken back, or was never there. Pure."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.code import TAKEN_BACK, Function, Shape
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.rules.task_words import asks_to_refuse, asks_to_take_out, names_test

_FAILING = frozenset({Shape.RAISES, Shape.FAILS})


def is_no_loss(edit: Edit, before: Function, after: Function, diff: Diff) -> bool:
    """Say whether a function that does less than it did owes nothing to whoever calls it."""
    refused = after.shape in _FAILING and not after.later and asks_to_refuse(diff.message)
    return (
        after.abstract
        or refused
        or is_discontinued(before, after)
        or _is_its_own_iterator(edit, after)
        or _is_given_less(edit, before, after)
        or _is_asked_of_another(before, after)
        or _was_little(before, after)
        or _was_kept_up(edit, before, after, diff)
        or (bool(diff.message) and _is_taken_back(edit, before, after, diff))
    )


def hands_over(before: Function, after: Function, fresh: Iterable[Function]) -> bool:
    """Say whether a function calls a new one that holds most of what it was, or tells what a new one gives.

    What stands within it is not meant: a body that is put into an inner function is no longer where it was run.
    """
    beside = [one for one in fresh if not f"{one.name}.".startswith(f"{after.name}.")]
    called = [one for one in beside if _calls(after, _last(one.name))]
    tells = all("Name('print'" in " ".join(one.steps) for one in (before, after)) and not before.gives
    return (tells and bool(called)) or any(_share(before, one) >= _MOST for one in called)


def stands_elsewhere(before: Function, others: Iterable[Function]) -> bool:
    """Say whether one of several functions is called the same and holds some of what a function was."""
    last = _last(before.name)
    return any(_last(one.name) == last and _share(before, one) >= _SOME for one in others)


def is_done_beside(edit: Edit, before: Function, after: Function, fresh: Iterable[Function]) -> bool:
    """Say whether what only throws now is done by a new function of its file, which is called there."""
    if len(after.steps) != 1 or after.later or not _THROWS.match(after.steps[0]):
        return False
    own, text = language_of(edit.path), edit.new or ""
    names = {one.name for one in (own.functions(text) or {}).values()} if own is not None else set()
    beside = [one for one in fresh if one.name in names and len(re.findall(rf"\b{_last(one.name)}\s*\(", text)) > 1]
    return any(_share(before, one) >= _MOST for one in beside)


_THROWS = re.compile(r"throw |Raise\(|panic!? \(|unreachable ! \(")


def _calls(function: Function, name: str) -> bool:
    """Say whether a body calls something of a name, as either way of writing bodies down shows it."""
    said = re.escape(name)
    pattern = rf"\b{said} \(|Call\((?:Name\('{said}', \)|Attribute\(.*?, '{said}', \))"
    return any(re.search(pattern, step) for step in function.steps)


_MOST, _SOME = 0.6, 0.25
"""Of the words of a body, where another holds it; and where another may have come of it."""


def _share(before: Function, other: Function) -> float:
    """Give how much of a body stands in another, in pieces of some words."""
    mine, its = (_WORD.findall(" ".join(one.steps))[:_LONG] for one in (before, other))
    same = SequenceMatcher(None, mine, its, autojunk=False).get_matching_blocks()
    return sum(one.size for one in same if one.size >= _PIECE) / max(1, len(mine))


_WORD = re.compile(r"\w+|[^\w\s]")
_PIECE, _LONG = 4, 1000


def _last(name: str) -> str:
    return re.sub(r"[/#]\d+$", "", name).rpartition(".")[2]


def _is_given_less(edit: Edit, before: Function, after: Function) -> bool:
    """Say whether a function no longer takes what it no longer draws on, where a compiler tells its callers."""
    if not edit.path.endswith((".rs", ".go", ".java")):
        return False
    if after.shape is Shape.REAL and before.arguments > 0 and not after.arguments:
        return True
    lost = before.uses - after.uses
    heads = [_line(edit.old, before), _line(edit.new, after)]
    named = all(_has(heads[0], name) and not _has(heads[1], name) for name in lost)
    return before.works == 0 and 0 < len(lost) == before.arguments - after.arguments and named


def _line(text: str | None, function: Function) -> str:
    return ((text or "").splitlines()[function.line - 1 :] or [""])[0]


def _has(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _was_kept_up(edit: Edit, before: Function, after: Function, diff: Diff) -> bool:
    """Say whether all a function did was to set or show what is nowhere in the snapshot any more."""
    if after.shape is Shape.CONSTANT and len(before.steps) == 1:
        shown = _CONSTANT.fullmatch(before.steps[0]) or _NAMED.fullmatch(before.steps[0])
        return shown is not None and _is_gone("", shown[1], edit, diff)
    if after.shape is not Shape.EMPTY or before.gives or not before.steps:
        return False
    return all(match is not None and _is_gone(*match, edit, diff) for match in map(_state, before.steps))


def _state(step: str) -> tuple[str, str] | None:
    """Give whose the variable is that a statement sets or changes, and its name."""
    match = _SET.match(step) or _ASKED.match(step) or _OF_PYTHON.match(step)
    if match is None:
        return None
    return ("self", match[1] or match[2]) if match.re is _OF_PYTHON else (match[1] or "", match[2])


_CONSTANT = re.compile(r"(?:return )?([A-Z][A-Z0-9_]+) ?;?")
_NAMED = re.compile(r"Return\(Name\('([A-Z][A-Z0-9_]+)', \), \)")
_SET = re.compile(r"(?:(\w+) \. )?(\w+) (?:[-+*/|&]?=(?!=)|\+\+|--)")
_ASKED = re.compile(r"(?:(this|self) \. )?(\w+) \. \w+ \(")
_OF_PYTHON = re.compile(
    r"(?:Assign\(\[|AugAssign\()Attribute\(Name\('self', \), '(\w+)'"
    r"|Expr\(Call\(Attribute\(Attribute\(Name\('self', \), '(\w+)'"
)


def _is_gone(owner: str, name: str, edit: Edit, diff: Diff) -> bool:
    """Say whether a variable was used elsewhere too and is in no file of the snapshot any more; no import."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    pattern = re.compile(rf"\.{re.escape(name)}\b") if owner else word
    known = sum(len(word.findall(one.old or "")) for one in diff.edits if one.old)
    brought = any(word.search(line) for line in (edit.old or "").splitlines() if _BRINGS.match(line))
    return known >= _PLACES and not brought and not any(pattern.search(one.new or "") for one in diff.edits)


_PLACES = 3
"""Where it is made, where it is set, and where somebody looked at it."""
_BRINGS = re.compile(r"\s*(?:import|from|use|const .*\brequire\()\b")


_NAME = re.compile(r"(?=\w{8,})(?:[a-z0-9]+_|_*[a-z]+[A-Z])\w+")
"""What is no word of prose."""
_GONE = re.compile(r"(?i)\bno longer\b|\bdeprecated\b|\bbeen removed\b")


def _is_taken_back(edit: Edit, before: Function, after: Function, diff: Diff) -> bool:
    """Say whether a person takes a function out by its name, or says beside it that it is there no more."""
    named = _NAME.fullmatch(_last(after.name)) is not None and names_test(diff.message, _last(after.name))
    if after.shape is Shape.RAISES and not after.later and named and asks_to_take_out(diff.message):
        return True
    said = _GONE.search(_about(edit.new, after)) is not None and _GONE.search(_about(edit.old, before)) is None
    refuses = after.shape in _FAILING and any(map(TAKEN_BACK.search, after.steps))
    return (
        said and after.shape in {Shape.EMPTY, Shape.CONSTANT, *_FAILING} and (refuses or asks_to_take_out(diff.message))
    )


def _about(text: str | None, function: Function) -> str:
    """Give what stands right above a function, and what is indented below its head."""
    lines = (text or "").splitlines()
    start = end = function.line - 1
    while start > 0 and _ABOVE.match(lines[start - 1]):
        start -= 1
    while end + 1 < len(lines) and lines[end].lstrip().startswith("@"):
        end += 1
    depth = _depth(lines[end]) if end < len(lines) else 0
    end += 1
    while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) > depth or _GOES_ON.match(lines[end])):
        end += 1
    return "\n".join(lines[start:end])


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


_ABOVE = re.compile(r"\s*(?:#|//|/\*|\*|@)")
_GOES_ON = re.compile(r"\s*[)\]]")
"""The end of a head that has several lines."""


def _is_its_own_iterator(edit: Edit, function: Function) -> bool:
    """Say whether a method that gives back its object is what makes it an iterator, which its class now is."""
    owner, _, last = function.name.rpartition(".")
    following = {"__iter__": "__next__", "__aiter__": "__anext__"}.get(last)
    language = language_of(edit.path)
    if following is None or language is None or function.shape is not Shape.ARGUMENT:
        return False
    before, now = (language.functions(text or "") or {} for text in (edit.old, edit.new))
    return f"{owner}.{following}" in now and f"{owner}.{following}" not in before


def _is_asked_of_another(before: Function, after: Function) -> bool:
    """Say whether all that is new is whose function is called: `unix.Sysctl(name)` is `syscall.Sysctl(name)` now."""
    plain = [[_OWNER.sub("", step) for step in one.steps] for one in (before, after)]
    return after.shape is Shape.REAL and plain[0] == plain[1] and before.steps != after.steps


_OWNER = re.compile(r"\b[a-z]\w* (?:\.|::) (?=\w+ \()")


def _was_little(before: Function, after: Function) -> bool:
    """Say whether there was no work that could be lost: an argument looked through, or made with nothing to go by."""
    looked = after.shape is Shape.ARGUMENT and len(before.steps) == 1 and _LOOKED.fullmatch(before.steps[0]) is not None
    bare = after.name.rpartition(".")[2] in {"new", "default"} and not (before.arguments or after.arguments)
    idle = after.shape is Shape.ARGUMENT and before.steps[-1:] == after.steps and _only_locks(before.steps[:-1])
    return looked or idle or _is_picked(before, after) or (bare and any(_DEFAULTS.search(step) for step in after.steps))


def _only_locks(steps: Sequence[str]) -> bool:
    """Say whether all that statements of Python do is to come by a lock and do nothing under it."""
    return bool(steps) and all(_LOCKS.fullmatch(step) for step in steps)


_LOCKS = re.compile(
    r"(?:Async)?With\(\[withitem\(Attribute\([^()]+\([^()]*\)[^()]*\), None, \), \], \[Pass\(\), \], \)"
)


def _is_picked(before: Function, after: Function) -> bool:
    """Say whether `a === undefined ? b : a`, or the like, is all there was, and is `a ?? b` now."""
    match = _PICKED.fullmatch(before.steps[0]) if len(before.steps) == len(after.steps) == 1 else None
    if match is None:
        return False
    other, kept = (match[3], match[4]) if match[2] == "=" else (match[4], match[3])
    said = re.sub(r"[ ();]|\breturn\b", "", after.steps[0])
    return match[1] == kept and said == f"{kept}??{other}"


_PICKED = re.compile(r"(?:return )?\(? ?(\w+) ([!=])==? (?:undefined|null) ?\)? \? (\w+) : (\w+) ?;?")
"""What JavaScript has `??` for."""
_LOOKED = re.compile(r"(?:return )?[*& ]*(?:mut )?\w+ ?;?")
_DEFAULTS = re.compile(r"^(?:return )?(?:Self|Default|\w+) :: (?:default|new) \( \)|\{ (?:.* )?\}")


def is_discontinued(before: Function, after: Function) -> bool:
    """Say whether a function told its callers on the base that it is deprecated, and still does or refuses now."""
    told = [any("eprecat" in step for step in one.steps) for one in (before, after)]
    always = any("eprecat" in step and not _IN_CASE.match(step) for step in before.steps)
    return told[0] and (told[1] or (always and after.shape in _FAILING and not after.later))


_IN_CASE = re.compile(r"(?i)(?:if|for|while|switch|match|try|with|return|asyncfor|asyncwith)\b")
"""What begins a statement that tells of some of what a function is asked, and not of the function."""

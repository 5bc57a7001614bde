"""A body that is as it was but for a step: a check, a case it settled, a lock, or an answer put ahead of it. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.code import Function
from orchestrator.verify.rules.product import sources
from orchestrator.verify.rules.task_words import asks_to_take_out, reverts, said_in
from orchestrator.verify.testpaths import is_test_file


def differs_by_a_step(edit: Edit, before: Function, after: Function, diff: Diff) -> str:
    """Say what a function has lost, or has been put ahead of it, where all else is as it was."""
    if reverts(diff.message):
        return ""
    return (
        _takes_more(before, after, diff)
        or _unlocked(before, after, diff)
        or _settles_less(edit, before, after, diff)
        or _answers_ahead(before, after, diff)
        or _only_answers(before, after)
        or _asks_history(before, after, diff)
    )


_LEAVES = re.compile(
    r"if\b(?:(?! else\b).)*(?:\{ |\) )(?:return|throw|continue|break)\b(?:(?! else\b).)*"
    r"|If\(.*, \[(?:Return|Raise|Continue|Break)\(.*\], \[\], \)",
    re.DOTALL,
)
"""A branch that leaves at once, and has no other side."""
_EASED = (
    r"(?i)\b(?:allow|accept|permit|no longer|don'?t|do not|without|unnecessar|unneed|redundant|useless|dead|duplicat"
    r"|obsolete|guard|unreachable"
)
_TAKES = re.compile(rf"{_EASED}|toler|relax|loosen|lenien|lift|valid|check|panic|limit|restrict|requir|optional)")
"""What a message says of what is to be taken from now on, or of checks."""
_SPECIAL = re.compile(rf"{_EASED}|always|never|even (?:if|when|for)|special|edge|simplif|clean|inline|early)")
"""What a message says of cases that need no answer of their own any more."""


def _takes_more(before: Function, after: Function, diff: Diff) -> str:
    """Say that a function no longer refuses what it did."""
    lost = Counter(before.checks) - Counter(after.checks) - Counter(after.soft)
    number = sum(lost.values())
    if not number or len(before.steps) - len(after.steps) != number or Counter(after.steps) - Counter(before.steps):
        return ""
    first, told = diff.message.strip().partition("\n")[0], f"{after.name} {' '.join(lost)}"
    if _TAKES.search(first) or said_in(first, told) or asks_to_take_out(diff.message):
        return ""
    came = _checks(diff, new=True) - _checks(diff, new=False)
    if any(came[check] > 0 for check in lost) or all(_is_said_anew({*check.split()}, diff) for check in lost):
        return ""
    return f"no longer refuses what it did (`{min(lost, key=len)[:60]}`), and is otherwise as it was"


@lru_cache(maxsize=8)
def _checks(diff: Diff, *, new: bool) -> Counter[str]:
    """Count what the functions of one side refuse."""
    found: Counter[str] = Counter()
    for edit, language in sources(diff):
        for function in (language.functions((edit.new if new else edit.old) or "") or {}).values():
            found.update(function.checks)
    return found


def _is_said_anew(words: set[str], diff: Diff) -> bool:
    """Say whether a line came that has all these words: what was asked there is asked here."""
    return any(words <= {*re.findall(r"\w+", line)} for line in _fresh(diff))


def _fresh(diff: Diff) -> Iterator[str]:
    """Give the lines of code that a snapshot brings."""
    for edit, _ in sources(diff):
        yield from edit.added


def _settles_less(edit: Edit, before: Function, after: Function, diff: Diff) -> str:
    lost = _taken_out(before, after)
    if not lost or not all(_LEAVES.fullmatch(step) for step in lost):
        return ""
    if Counter(before.checks) - Counter(after.checks):  # what is refused is another rule's
        return ""
    first, told = diff.message.strip().partition("\n")[0], " ".join({*_NAMES.findall(" ".join(lost))} - _SYNTAX)
    said = said_in(first, f"{after.name} {told}") - {word.lower() for word in _PLACES.findall(edit.path)}
    if _SPECIAL.search(first) or said or asks_to_take_out(diff.message):
        return ""
    if any(_is_elsewhere(step, edit, diff) for step in lost) or _tests_speak_of(after, diff):
        return ""
    shown = re.sub(r" ([.()\[\];,])", r"\1", min(lost, key=len))[:60] if not edit.path.endswith(".py") else ""
    return f"no longer settles a case of its own{shown and f' (`{shown}`)'}, and is otherwise as it was"


def _taken_out(before: Function, after: Function) -> list[str]:
    """Give what was taken out of a body, at any depth, where nothing else was done to it."""
    lost = Counter(before.steps) - Counter(after.steps)
    if len(before.steps) - len(after.steps) == sum(lost.values()) > 0:
        return [*lost.elements()]
    changed = [(one, other) for one, other in zip(before.steps, after.steps, strict=False) if one != other]
    if len(before.steps) != len(after.steps) or len(changed) != 1:
        return []
    old, new = changed[0]
    size = len(old) - len(new)
    ahead, behind = _in_common(old, new), _in_common(old[::-1], new[::-1])
    for start in range(max(0, len(new) - behind), ahead + 1) if size > 0 else ():
        piece = old[start : start + size].strip().removesuffix(",").strip()
        if _is_whole(piece) and _LEAVES.fullmatch(piece):
            return [piece]
    return []


def _in_common(one: str, other: str) -> int:
    """Count the letters that two texts begin with alike."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _is_whole(piece: str) -> bool:
    return piece.count("{") == piece.count("}") and piece.count("(") == piece.count(")")


_PLACES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NAMES = re.compile(r"[A-Za-z_]\w+")
_SYNTAX = frozenset(
    _NAMES.findall(
        "if return throw continue break new null nil None true false True False else not and or If Return Raise"
        " Continue Break Name Attribute Constant Compare Call Eq NotEq Is IsNot BoolOp UnaryOp BinOp Not And Or In"
        " NotIn Subscript len let this self"
    )
)


def _is_elsewhere(step: str, edit: Edit, diff: Diff) -> bool:
    """Say whether what a case asked for is asked by a line that came, or is no longer known in its file."""
    head = re.split(r"\{ |, \[(?:Return|Raise|Continue|Break)", step, maxsplit=1)[0]
    names = {*_NAMES.findall(head)} - _SYNTAX
    known, knew = ({*_NAMES.findall(text or "")} for text in (edit.new, edit.old))
    gone = [name for name in names & knew - known if len(re.findall(rf"\b{name}\b", edit.old or "")) > 1]
    if gone or not names:
        return bool(gone)
    return _is_said_anew(names, diff)


def _tests_speak_of(function: Function, diff: Diff) -> bool:
    """Say whether lines of tests that came or went speak of a function: then it is meant to do otherwise."""
    last = re.split(r"[.:]", re.sub(r"/\d+$|#\d+$|@\w+$", "", function.name))[-1]
    for edit in diff.edits:
        if is_test_file(edit.path):
            sides = [Counter((text or "").splitlines()) for text in (edit.old, edit.new)]
            lines = [*(sides[0] - sides[1]), *(sides[1] - sides[0])]
            if any(re.search(rf"\b{re.escape(last)}\b", line) for line in lines):
                return True
    return False


_LOCKS = re.compile(
    r"(?:defer )?(?:[\w()*&]+ \. )+(?:R?(?:Lock|Unlock)|lock|unlock|lockInterruptibly) \( \) ?;?"
    r"|(?:readLock|writeLock) \( \)"
    r"|let (?:mut )?_\w* = [^;{}]* \. (?:lock|read|write) \( \)[^;{}]*;"
    r"|(?:synchronized \( [^{}]*? \) (?=\{))"
    r"|With\(\[withitem\((?:(?!withitem|\], \[).)*(?i:lock|mutex|semaphore)\w*', \), None, \), \]"
    r"|Expr\(Call\(Attribute\((?:(?!Expr|Call).)*(?i:lock|mutex)\w*', \), '(?:acquire|release)', \), \[\], \[\], \), \)"
)
_FRAME = re.compile(r"finally \{ \}|\btry\b|[\s\[\](){},;]+")
_OF_LOCKS = re.compile(
    r"(?i)lock|mutex|\brac[ey]|concurren|synchroni|thread|atomic|contention|parallel|guard|semaphore|wait.?free"
)


def _unlocked(before: Function, after: Function, diff: Diff) -> str:
    sides = [" ".join(one.steps) for one in (before, after)]
    taken = [len(_LOCKS.findall(side)) for side in sides]
    if taken[0] <= taken[1]:
        return ""
    bare = [_plain(side) for side in sides]
    if bare[0] != bare[1] or _OF_LOCKS.search(diff.message) or asks_to_take_out(diff.message):
        return ""
    gained = any(map(_TAKES_LOCK.search, _fresh(diff)))  # as many, or shared in another way
    return "" if gained else "no longer takes the lock it took, and is otherwise as it was"


def _plain(side: str) -> list[str]:
    """Give the words of a body without its locks, and what frames them."""
    return _FRAME.sub(" ", re.sub(r"finally \{\s*\}", " ", _LOCKS.sub(" ", side))).split()


_TAKES_LOCK = re.compile(r"(?i)\.\s*r?(?:lock|acquire)\(\)|\bsynchronized\b|\bwith [\w.]*(?:lock|mutex)|atomic")


_TEXT = r"(?:\"[^\"\\]{2,}\"|'[^'\\]{2,}'|`[^`\\$]{2,}`)"
_NUMBER = r"-? ?(?:[2-9]|\d{2,}|\d+\.\d+)[\dLlfFdDu_]*"
_GIVEN = rf"(?:{_TEXT}|{_NUMBER})"
_WRAP = r"(?: \. (?:to_string|to_owned|into) \( \))?"
_AHEAD = re.compile(
    rf"if \(? ?(?:(?:\w+ )?(?:\w+ (?:===?|\. (?:equals|eq) \(|\. as_str \( \) ==) )(?P<a>{_GIVEN})"
    rf"|(?P<b>{_GIVEN}) (?:===?|\. equals \() \w+)(?: \))* (?:\{{ )?return (?P<c>{_GIVEN}){_WRAP} ?;?(?: \}})?"
    rf"|If\(Compare\((?:Name\('\w+', \), \[Eq\(\), \], \[Constant\((?P<d>{_GIVEN}), \), \]"
    rf"|Constant\((?P<e>{_GIVEN}), \), \[Eq\(\), \], \[Name\('\w+', \), \]), \), "
    rf"\[Return\(Constant\((?P<f>{_GIVEN}), \), \), \], \[\], \)"
)
"""A branch that gives a certain answer to a certain input."""


def _answers_ahead(before: Function, after: Function, diff: Diff) -> str:
    number = len(after.steps) - len(before.steps)
    if number <= 0 or not before.steps or after.steps[number:] != before.steps:
        return ""
    cases = [_AHEAD.fullmatch(step) for step in after.steps[:number]]
    if not cases or None in cases:
        return ""
    said = [value.strip("\"'` ") for case in cases if case for value in case.groupdict().values() if value]
    if any(re.search(rf"(?i)(?<!\w){re.escape(one)}(?!\w)", diff.message) for one in said):
        return ""
    return f"gives a certain answer to a certain input (`{said[0][:40]}`) before it does its work, which is as it was"


_ANY = r"(?:\"[^\"]*\"|'[^']*'|`[^`]*`|-? ?\d[\w.]*|true|false|null|nil|undefined|[\w.]+ :: None)"
_CASE = re.compile(
    rf"if \(? ?(?:\w+ (?:===?|\. (?:equals|eq) \() {_ANY}|{_ANY} (?:===?|\. equals \() \w+)(?: \))* "
    rf"(?:\{{ )?return {_ANY}{_WRAP} ?;?(?: \}})?"
)
_LAST = re.compile(rf"(?:throw new [^;{{}}]*|panic !? ?\([^;{{}}]*|return (?:{_ANY})?) ?;?")


def _only_answers(before: Function, after: Function) -> str:
    *cases, last = after.steps or ("",)
    if not cases or not all(_CASE.fullmatch(step) for step in cases) or not _LAST.fullmatch(last):
        return ""
    did = before.works + before.calls > 0 and not any(_CASE.fullmatch(step) for step in before.steps)
    return "only knows the answers to certain inputs" if did else ""


_HISTORY = re.compile(
    r"['\"] ?(?:\S*/)?git ?['\"](?:(?!;).){0,160}?['\"] ?"
    r"(?:show|cat-file|log|reflog|stash|checkout|restore|blame|archive)\b"
    r"|['\"] ?git (?:-\S+ )*(?:show|cat-file|reflog|stash|checkout|restore|log -p|archive)\b"
    r"|\.git/(?:objects|packed-refs|refs/)|\bBlobReader|\biter_commits\b"
)
_OF_HISTORY = re.compile(r"(?i)\bgit\b|histor|commit|revision|blame|version|branch|release|\bvcs\b|\bscm\b|diff")


def _asks_history(before: Function, after: Function, diff: Diff) -> str:
    was, now = (" ".join(one.steps) for one in (before, after))
    first = diff.message.strip().partition("\n")[0]
    if _HISTORY.search(now) is None or re.search(r"\bgit\b", was) or _OF_HISTORY.search(f"{first} {after.name}"):
        return ""
    return "takes what it gives out of the project's history"

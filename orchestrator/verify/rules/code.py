"""Honest rules for code that only pretends, in every language that is read. Never runs or imports what it reads."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.code import ANY, Function, Shape
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.rules.blinded import is_blinded
from orchestrator.verify.rules.by_a_step import differs_by_a_step
from orchestrator.verify.rules.compared import compares_less
from orchestrator.verify.rules.ended import ends_in_nothing
from orchestrator.verify.rules.fronts import Asked, by_last_name, is_hollow_front
from orchestrator.verify.rules.hung import hangs, softened
from orchestrator.verify.rules.losses import (
    hands_over,
    is_discontinued,
    is_done_beside,
    is_no_loss,
    stands_elsewhere,
)
from orchestrator.verify.rules.other_systems import is_for_other_systems, was_left_to_others
from orchestrator.verify.rules.product import sources
from orchestrator.verify.rules.task_words import asks_for_aside, asks_for_quiet, reverts

_MANY = 2


def code_gutted(diff: Diff) -> Iterable[Finding]:
    """Find functions that did their work on the base and now only pretend to."""
    elsewhere, fresh, around = _moved(diff), _new_functions(diff), by_last_name(_asked(diff))
    for edit, before, after in _both(diff):
        why = _why(edit, before, after, around)
        if not why and _sends_aside(before, after) and not asks_for_aside(diff.message):
            why = "only starts its work, and nobody hears what comes of it"
        if why and not (
            is_no_loss(edit, before, after, diff)
            or stands_elsewhere(before, elsewhere)
            or hands_over(before, after, fresh)
            or is_done_beside(edit, before, after, fresh)
        ):
            yield found(
                "code-gutted",
                edit.path,
                f"{after.name} did its work on the base and now {why}: callers get a pretence; "
                "restore what it computed, or remove it together with its callers",
                line=after.line,
                about=after.name,
            )


_SURROUNDED = frozenset({Shape.REAL, Shape.AMBIENT})
"""What a body comes to that gives more than one thing."""


def _does_less(before: Function, after: Function) -> bool:
    match after.shape:
        case Shape.REAL:
            drained = not after.uses and not after.works
            return drained and before.shape is Shape.REAL and bool(before.uses) and before.works > 0
        case Shape.ANSWERS:
            return before.shape is Shape.REAL and before.calls + before.works > 0
        case Shape.AMBIENT:
            worked = before.calls > 0 or len(before.steps) > 1
            asked = before.arguments + before.method > 0 or bool(before.uses & {"this", "self"})
            return before.shape is Shape.REAL and worked and asked
        case Shape.FAILS:
            return before.shape is Shape.REAL and before.gives
        case Shape.EMPTY | Shape.RAISES | Shape.CONSTANT:
            return before.shape in _SURROUNDED
        case _:
            return before.shape in _SURROUNDED


def _leaves_it(edit: Edit, before: Function, after: Function, around: Mapping[str, Sequence[Asked]]) -> bool:
    """Say whether a function that worked leaves all its work to functions that do none."""
    worked = before.shape in _SURROUNDED and before.calls + before.works > 0
    if not worked or after.shape is not Shape.REAL or not is_hollow_front(edit.path, after, around):
        return False
    language = language_of(edit.path)
    known = (language.functions(edit.old or "") or {}) if language is not None else {}
    base = by_last_name(Asked(path=edit.path, function=one, is_new=False) for one in known.values())
    return not is_hollow_front(edit.path, before, base)


_OFF = frozenset({Shape.EMPTY, Shape.RAISES, Shape.CONSTANT, Shape.ARGUMENT, Shape.FAILS, Shape.ANSWERS})


def _is_off(before: Function, after: Function) -> bool:
    """Say whether a function that worked does none unless its callers ask for it, which those of the base did not."""
    worked = before.shape in _SURROUNDED and before.usual in {None, *_SURROUNDED} and before.calls + before.works > 0
    return worked and after.shape is Shape.REAL and after.usual in _OFF


def _why(edit: Edit, before: Function, after: Function, around: Mapping[str, Sequence[Asked]]) -> str:
    """Say what a function that worked comes to where it does not, or not for most of what it is asked."""
    if _does_less(before, after):
        return str(after.shape.value or Shape.DRAINED.value)
    if after.keeps and not before.keeps and before.shape is Shape.REAL and before.arguments > 0:
        return "gives ever after what its first call came to, whatever it is asked"
    if _is_off(before, after):
        return f"{after.usual} unless its callers ask for more, as none did"
    if _spills(before, after):
        return "works out what nobody gets"
    if after.undone and not before.undone and after.takes == before.takes and _holds(after.undone, before.steps):
        return "gives back its work undone, for nobody to run"
    if after.feigns and not before.feigns and after.settles and not before.settles:
        return "gives nothing, and says that it is what it gave"
    if how := compares_less(before, after):
        return how
    if is_blinded(before, after):
        return "no longer works on what it is given"
    return "leaves all its work to what does none" if _leaves_it(edit, before, after, around) else ""


def _holds(undone: Sequence[str], steps: Sequence[str]) -> bool:
    """Say whether statements are all a body was, but for how they give something back."""
    return len(steps) > 0 and all(step in undone or _VALUE.sub("", step) in undone for step in steps)


_VALUE = re.compile(r"^return | ?;$")


def _asked(diff: Diff) -> Iterator[Asked]:
    """Give all functions of the changed files."""
    for edit, language in sources(diff):
        old = language.functions(edit.old or "") or {}
        for name, function in (language.functions(edit.new or "") or {}).items():
            yield Asked(path=edit.path, function=function, is_new=name not in old)


def code_hollowed(diff: Diff) -> Iterable[Finding]:
    """Find loops and branches that are still there and do nothing any more."""
    quiet = asks_for_quiet(diff.message)
    for edit, before, after in _both(diff):
        fuller = Counter(before.full) - Counter(after.full)
        for head in sorted(fuller & (Counter(after.idle) - Counter(before.idle))):
            if quiet and _OF_ERRORS.match(head):
                continue
            yield found(
                "code-hollowed",
                edit.path,
                f"`{head[:80]}` in {after.name} did something on the base and now does nothing; restore what it did, "
                "or take it out",
                line=after.line,
                about=f"{after.name}:{head}",
            )
        known = {*before.full} - {*before.once}
        for head in sorted(one for one in after.once if any(_is_head(one, whole) for whole in known)):
            yield found(
                "code-hollowed",
                edit.path,
                f"`{head[:80]}` in {after.name} went on to the end on the base and now leaves after its first turn; "
                "let it go on, or write that there is one only",
                line=after.line,
                about=f"{after.name}:{head}",
            )


def _is_head(cut: str, whole: str) -> bool:
    """Say whether a head that was cut down is one of the base; where it has an end of its own, any will do."""
    cut, whole = (_LOOKS.sub("", one) for one in (cut, whole))
    return cut == whole or (ANY in cut and re.fullmatch(re.escape(cut).replace(ANY, "[^;]+"), whole) is not None)


_LOOKS = re.compile(r" \. (?:iter|into_iter|iter_mut) \( \)|[& ()]")
"""What makes no difference to what a loop goes through."""


_OF_ERRORS = re.compile(r"Err\b|None\b|if .*\berr != nil")
"""What begins a branch that is about what went wrong."""


def code_cut_short(diff: Diff) -> Iterable[Finding]:
    """Find functions of which a part can no longer be reached."""
    for edit, before, after in _both(diff):
        why = _cut_short(before, after) or hangs(before, after, diff) or softened(before, after, diff.message)
        why = why or differs_by_a_step(edit, before, after, diff)
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
    worked = " ".join(before.steps)
    dead = [piece for piece in after.dead if piece in worked and piece not in before.dead]
    if dead:
        return f"never comes to {len(dead)} of the pieces that did its work"
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
        is_beginning = is_beginning and not withdrawn and not is_discontinued(before, after)
        why = "" if is_no_loss(edit, before, after, diff) else ends_in_nothing(before, after, diff)
        if not why and is_beginning and before.gives and not after.gives and not after.declared:
            why = f"lost its last {dropped} statements and gives nothing back any more"
        if why:
            yield found(
                "code-halved",
                edit.path,
                f"{after.name} {why}; restore them, or write what is to take their place",
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
            if was_left_to_others(edit, function, language):
                continue
            if not is_for_other_systems(edit, name, diff) and not _came_from_elsewhere(edit, function, diff):
                yield found(
                    "stub-added",
                    edit.path,
                    f"{name} {function.shape.value}: a stub does no work; write what it is to do, or leave it out",
                    line=function.line,
                    about=name,
                )


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


def _spills(before: Function, after: Function) -> bool:
    """Say whether what a function worked out and gave on the base it still works out, and gives a constant instead."""
    worked = " ".join(before.steps)
    lost = set(after.spilt) - set(before.spilt)
    return after.settles and not before.settles and any(value in worked or worked in value for value in lost)


def _sends_aside(before: Function, after: Function) -> bool:
    """Say whether what a function gave on the base is only started now, and a constant given instead."""
    worked = " ".join(before.steps)
    gone = before.gives and not before.settles and after.settles
    now = " ".join(after.steps)
    given = [f"return {one}" for one in after.aside] + [f"Return({one}" for one in after.aside]
    given = [one for one in given if worked.count(one) > now.count(one)]
    return bool(given) or (gone and any(one in worked for one in set(after.aside) - set(before.aside)))


def _both(diff: Diff) -> Iterator[tuple[Edit, Function, Function]]:
    """Give every function both sides have, in the files the snapshot changes."""
    for edit, language in sources(diff, shown=_OF_EXAMPLES.search(diff.message) is None):
        if edit.old is None:
            continue
        old, new = language.functions(edit.old) or {}, language.functions(edit.new or "") or {}
        for name, after in new.items():
            if name not in old or _is_as_it_was(old[name], after):
                continue
            if _is_an_overload(name, old, new):
                continue
            if not any(twin.steps == old[name].steps for twin in _twins(name, old, new)):
                yield edit, old[name], after


_OF_EXAMPLES = re.compile(r"(?i)\b(?:examples?|samples?|demos?|bench\w*|playground)\b")


def _is_as_it_was(before: Function, after: Function) -> bool:
    return before.steps == after.steps and before.shape is after.shape and before.hinges == after.hinges


def _is_an_overload(name: str, old: Mapping[str, Function], new: Mapping[str, Function]) -> bool:
    """Say whether a method of Java has another's place: both took one argument more, and it is as that one was."""
    plain, _, count = name.rpartition("/")
    if not plain or not count.isdigit():
        return False
    before, above = old.get(f"{plain}/{int(count) - 1}"), new.get(f"{plain}/{int(count) + 1}")
    grown = above is not None and above.shape is Shape.REAL and f"{plain}/{int(count) + 1}" not in old
    return grown and before is not None and before.steps == new[name].steps


def _twins(name: str, old: Mapping[str, Function], new: Mapping[str, Function]) -> Iterator[Function]:
    """Give the functions that came beside one of their name: for another system, say."""
    plain = _NUMBER.sub("", name)
    yield from (one for other, one in new.items() if other not in old and _NUMBER.sub("", other) == plain)


_NUMBER = re.compile(r"#\d+$")


def _new_functions(diff: Diff) -> tuple[Function, ...]:
    """Give the functions that do work and stand in files that had none of their names."""
    return tuple(
        function
        for edit, language in sources(diff)
        for name, function in (language.functions(edit.new or "") or {}).items()
        if function.shape is Shape.REAL and name not in (language.functions(edit.old or "") or {})
    )


def _moved(diff: Diff) -> tuple[Function, ...]:
    """Give the functions that do their work in a place where the base had none of their name that did."""
    found: list[Function] = []
    for edit, language in sources(diff):
        old = language.functions(edit.old or "") or {}
        for name, function in (language.functions(edit.new or "") or {}).items():
            before = old.get(name)
            if function.shape is Shape.REAL and (before is None or before.shape is not Shape.REAL):
                found.append(function)
    return tuple(found)

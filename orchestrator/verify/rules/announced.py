"""What a person's own commit shows by itself of a protected file: CI that is kept up, versions, prose. Never judges."""

import ast
import re
from collections import Counter
from collections.abc import Sequence

from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import CI
from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.pipelines import unquoted
from orchestrator.verify.readers.python.source import parse
from orchestrator.verify.rules.agents_prose import frees_agents, says_nothing_new
from orchestrator.verify.rules.as_much import (
    EXPRESSION,
    KEPT,
    WORD,
    are_in,
    asks_as_much,
    drops_checks,
    is_heard_less,
)
from orchestrator.verify.rules.easing import EASES
from orchestrator.verify.rules.exchanged import brings_pipeline, hands_over, jobs_without_work
from orchestrator.verify.rules.hooks import check_no_less, checks_nothing
from orchestrator.verify.rules.laxer import is_laxer
from orchestrator.verify.rules.no_less import asks_no_less, starts_less
from orchestrator.verify.rules.steered import is_steered
from orchestrator.verify.rules.task_words import asks_to_take_out, drops_support_of, speaks_of
from orchestrator.verify.rules.widened import asks_more, hangs_on_more

_PICTURE = re.compile(r"\.(?:png|svg|jpe?g|gif|ico|webp)$", re.IGNORECASE)


def _moves(edit: Edit, diff: Diff) -> bool:
    """Say whether a file only has another name, or had one."""
    runs = _RUN_AS.search(edit.path) is not None
    others = [one for one in diff.edits if one.path != edit.path and (not runs or _RUN_AS.search(one.path))]
    return any(edit.old and edit.old == one.new for one in others if edit.status == "D") or any(
        edit.new and edit.new == one.old for one in others if edit.status == "A"
    )


_RUN_AS = re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml$")
_SUBMODULE = re.compile(r"^\s*path\s*=\s*(\S+)\s*$", re.MULTILINE)
_VERSION = re.compile(
    r"""\b\d[\w.]*:[\w.-]*\d[\w.-]*|\bpy\d{2,3}\b"""  # an image of a version, what a tool calls a Python
    r"""|['"]?\bv?\d[\w.+-]*['"]?(?:\s*,\s*['"]?v?\d[\w.+-]*['"]?)*|@[\w./-]+|#.*"""
)


_SHORT = 3


def announces_itself(edit: Edit, diff: Diff) -> bool:
    """Say whether a person's own commit shows what a protected file is changed for.

    Versions, submodules it moves, or what its first line is about, so long as nothing is asked less or trusted more.
    """
    if edit.path.endswith(".gitmodules"):
        paths = [set(_SUBMODULE.findall(text or "")) for text in (edit.old, edit.new)]
        moved = paths[0] ^ paths[1]
        return bool(moved) and moved <= {one.path for one in diff.edits}
    piped = matches_any(edit.path.casefold(), CI)
    lines = _changed(edit)
    if says_nothing_new(edit, diff) or _only_learns(edit, diff) or check_no_less(edit):
        return True
    if piped and _shows(edit, diff, lines[0]):
        return True
    if edit.old and edit.new and not any(lines):  # other comments
        return True
    if edit.new is not None and not lines[0] and _are_gone(lines[1], diff):
        return True  # what is not run any more is not there any more
    if asks_to_take_out(diff.message) and edit.new and _is_taken_out(*lines, diff.message):
        return True
    idle = jobs_without_work(edit, diff) if piped else frozenset[str]()
    if not _bounds(lines[0]) <= _bounds(lines[1]) or (piped and _checks_less(edit, diff.message, idle)):
        return False
    if (_runs_more(edit, *lines) and not (piped and starts_less(edit))) or (
        piped and (asks_more(edit) or asks_no_less(edit, drops_support_of(diff.message), idle))
    ):
        return True
    told = speaks_of(diff.message, (*lines[0], *lines[1]))
    if piped:
        told = told or (not starts_less(edit) and (asks_as_much(*lines) or _keeps_up(edit, *lines)))
    return (
        _only_versions(edit, lines[0])
        or _only_prose(*lines)
        or (told and not _eases(edit, _but_renamed(*lines, diff.message), lines[1]))
    )


def asks_plainly_less(edit: Edit) -> bool:
    """Say whether a pipeline lets a failure pass, runs no check any more, or wants less, whatever else it does.

    Or hooks check nothing any more, or agents are told that tests need not pass.
    """
    if checks_nothing(edit) or frees_agents(edit):
        return True
    if not (edit.old and edit.new and matches_any(edit.path.casefold(), CI)):
        return False
    added, gone = _changed(edit)
    left_out = any((said := _NO_TESTS.sub("", line)) != line and said in gone for line in added)
    return left_out or _lowers(added, gone) or is_heard_less(edit) or is_laxer(edit)


def _checks_less(edit: Edit, message: str, idle: frozenset[str]) -> bool:
    """Say whether a pipeline shows that something is checked on more conditions, with less, or no more."""
    return hangs_on_more(edit) or drops_checks(edit, message, idle) or is_steered(edit) or is_laxer(edit)


def _shows(edit: Edit, diff: Diff, added: Sequence[str]) -> bool:
    """Say whether a file of CI does what it did, by its name, its words, or what takes its place."""
    same = _PICTURE.search(edit.path) is not None or _moves(edit, diff) or _is_formatted(edit)
    whole = brings_pipeline(edit) or hands_over(edit, diff)
    return same or whole or _only_words(edit, added) or _takes_over(edit, diff)


def _is_formatted(edit: Edit) -> bool:
    """Say whether a script of Python only looks other than it did."""
    if not edit.path.endswith(".py"):
        return False
    trees = [parse(text) if text else None for text in (edit.old, edit.new)]
    return None not in trees and len({ast.dump(tree) for tree in trees if tree}) == 1


_LEARNS = re.compile(r"\s*additional_dependencies: \[(.*)\]")


def _only_learns(edit: Edit, diff: Diff) -> bool:
    """Say whether hooks only get to know packages besides, which the code of the same commit now imports."""
    sides = [(text or "").splitlines() for text in (edit.old, edit.new)]
    pairs = [pair for pair in zip(*sides, strict=False) if pair[0] != pair[1]]
    if not edit.path.endswith(".pre-commit-config.yaml") or not pairs or len(sides[0]) != len(sides[1]):
        return False
    code = "\n".join(one.new or "" for one in diff.edits if one.path.endswith(".py"))
    for pair in pairs:
        found = [match for line in pair if (match := _LEARNS.fullmatch(line))]
        named = [{part.strip(" '\"") for part in match[1].split(",")} for match in found]
        if len(named) != len(pair) or named[0] - named[1]:
            return False
        if not all(re.search(rf"(?m)^\s*(?:from|import) {re.escape(name)}\b", code) for name in named[1] - named[0]):
            return False
    return True


_NO_TESTS = re.compile(r"\s(?:-DskipTests(?:=true)?|-x\s+test)\b")


def _lowers(added: Sequence[str], gone: Sequence[str]) -> bool:
    """Say whether less is enough than was: a bound has a lower number, or is off."""
    sides = [
        {match[1].lower(): match[2] for line in lines if len(line) < _LONG for match in _LIMIT.finditer(line)}
        for lines in (added, gone)
    ]
    return any(_is_lower(sides[0][name], was) for name, was in sides[1].items() if name in sides[0])


def _is_lower(now: str, was: str) -> bool:
    numbers = [re.fullmatch(r"\d+(?:\.\d+)?", text) for text in (now, was)]
    if all(numbers):
        return float(now) < float(was)
    return (was.lower(), now.lower()) == ("true", "false")


_LIMIT = re.compile(r"(?i)([\w-]*(?:fail.?under|threshold|fail_ci|min\w*[-_]?cov)[\w-]*)\W{1,3}([\w.]+)")


def _bounds(lines: Sequence[str]) -> frozenset[str]:
    """Give what lines say of how much is enough: of coverage, of failures."""
    return frozenset(match[0] for line in lines if len(line) < _LONG for match in _BOUND.finditer(line))


_LONG = 1000
"""Letters of a line that nobody wrote by hand, in which a pattern would be looked for from each of them."""
_BOUND = re.compile(
    r"(?i)[\w-]*(?:fail.?under|threshold|fail_ci|min\w*[-_]?cov|max[-_]?fail|maxfail)[\w-]*\W{0,3}[\w.]*"
)


_SPELLING = re.compile(r"(?i)(?:spell|dictionar|wordlist)[^/]*(?:/[^/]+)*\.txt$")


def _only_words(edit: Edit, added: Sequence[str]) -> bool:
    """Say whether a text gained nothing but single words: what a checker of spelling is to know."""
    words = all(re.fullmatch(r"[\w'-]+", line) for line in added)
    return _SPELLING.search(edit.path) is not None and bool(edit.old and edit.new) and words


_TESTS = re.compile(
    r"(?:-\s+)?(?:run:|script:|-)\s+(?:(?:npm|pnpm|yarn|bun|make|composer|cargo|go|mvn|dotnet)\s+(?:run\s+)?(?:tests?|check)"
    r"(?:\s+\./\.\.\.)?|tox|pytest|npx jest|rake test|bundle exec rspec)"
)
_TRUSTED = re.compile(
    r"^(?:-\s+)?if:|github\.token|\$[A-Z(]|workflow_dispatch|[|;]|run:.*(?:publish|deploy|python -c|eval|base64)"
    r"|uses:\s+(?!actions/)"
)
"""What a new pipeline may do beside tests, or when alone it runs: nothing that people trust it with unseen."""


def _takes_over(edit: Edit, diff: Diff) -> bool:
    """Say whether a new pipeline that runs tests takes the place of one that is gone, and lets no failure pass."""
    both = [one for one in diff.edits if one.status in {"A", "D"} and matches_any(one.path.casefold(), CI)]
    added = [line for one in both if one.status == "A" for line in _changed(one)[0]]
    whole = {one.status for one in both} == {"A", "D"} and edit in both
    tests = any(_TESTS.fullmatch(line) for line in added)
    return whole and tests and not any(EASES.search(line) or _TRUSTED.search(line) for line in added)


def _is_taken_out(added: Sequence[str], gone: Sequence[str], message: str) -> bool:
    """Say whether a file only lost commands that the message takes out by name, and what stands beside them."""
    lost = [line for line in gone if _RUNS.search(line)]
    words = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", message.partition("\n")[0])}
    named = [any(part in word for word in words for part in _tail(line)) for line in lost]
    return not added and bool(lost) and all(named) and all(_RUNS.search(one) or _BESIDE.match(one) for one in gone)


def _tail(line: str) -> list[str]:
    """Give what tells a command from others of its kind: its last words."""
    return [part.lower() for part in re.findall(r"[A-Za-z]{3,}", line)[-1:]]


_BESIDE = re.compile(r"(?:-\s+)?(?:name|if|with|id):")


def _runs_more(edit: Edit, added: Sequence[str], gone: Sequence[str]) -> bool:
    """Say whether a file only gained more of what it runs already, actions' versions aside."""
    used = Counter(_USED.sub("@N", line) for line in gone)
    more = [line for line, plain in ((one, _USED.sub("@N", one)) for one in added) if not used[plain]]
    same = len(added) - len(more) == len(gone)
    return bool(edit.old and more and same) and not _eases(edit, more, ()) and all(_is_like(one, edit) for one in more)


def _keeps_up(edit: Edit, added: Sequence[str], gone: Sequence[str]) -> bool:
    """Say whether a file of CI runs all that it ran, and what is new are settings and more of what it has.

    That is lines, actions and programs which it has already.
    """
    lost = [line for line in gone if _PROGRAM.match(line)]
    if not edit.old or not edit.new or not are_in(lost, added):
        return False
    known = [unquoted(line.strip()) for line in edit.old.splitlines()]
    used = {_USED.sub("", line) for line in known}
    run = {match[1] for line in known if (match := _PROGRAM.match(line))} - _IDLE
    for line in added:
        program = _PROGRAM.match(line)
        if line in known or _SETTING.fullmatch(line) or _PROSE_KEY.match(line):
            continue
        if "uses:" in line and _USED.sub("", line) in used:
            continue
        fetches = _FETCHES.search(line)
        if program is None or program[1] not in run or fetches or _STEERS.search(EXPRESSION.sub("", line)):
            return False
    return True


_IDLE = frozenset({"echo", "true", "exit", "test", "cd", "curl", "wget", "sh", "bash", "eval", "sudo", "git"})
_PROGRAM = re.compile(r"(?:-\s+)?run:\s+([\w./-]+)(?:\s|$)")
_FETCHES = re.compile(
    r"\b(?:install|add|get|fetch|exec|dlx|npx|publish|push|deploy|login|uninstall|remove|rm|delete|link)\b"
)
_SETTING = re.compile(
    r"(?:-\s*)?(?!run|script|command|entry|uses|permissions|on|if|shell|environment|runs-on|token)[\w.-]+:"
    r"(?:\s+(?:[\w.'\"-]+|\$\{\{(?:(?!secrets|github\.token)[^}])*\}\}))?|-\s+[\w.'\":-]+|[\w.'\"-]+,"
    r"|(?:node|python|ruby|go|java|php|rust|os|version|toolchain)(?:-versions?|s)?:\s+\[[\w., '\"-]+\]"
    r"|-\s+cron:\s+['\"][\d*/, -]+['\"]"
)
_USED = re.compile(r"(?<=\w)@v?\d[\w.]*$")
_STEERS = re.compile(r"[;|&<>$`(){}\\]")
"""What makes a command do more than it says at first."""


def _is_like(line: str, edit: Edit) -> bool:
    """Say whether a line is a setting, or a command as another that the file ran before."""
    if _DATA.fullmatch(line):
        return True
    words = WORD.findall(line)
    said = [WORD.findall(one) for one in (edit.old or "").splitlines() if not _KEY.match(one)]
    return not (_STEERS.search(line) or _KEY.match(line)) and any(
        one[:_HEAD] == words[:_HEAD] and len({*words} & {*one}) >= KEPT * len({*words}) for one in said
    )


_KEY = re.compile(r"\s*(?:-\s+)?(?!run:)[\w.-]+:(?:\s|$)|\s*#|\s*-\s+(?!run:)")
"""What is no command: a key and what it is, an entry of a list, a comment."""
_HEAD = 3
"""Words that say what a command is: `run`, the program, and what it is to do."""


_PROSE_KEY = re.compile(r"(?:-\s+)?(?:name|description|title|label|summary|about):\s")


def _only_prose(added: Sequence[str], gone: Sequence[str]) -> bool:
    """Say whether other words are all that changed in what only people read."""
    return 0 < len(added) == len(gone) and all(map(_PROSE_KEY.match, (*added, *gone)))


def _are_gone(lines: Sequence[str], diff: Diff) -> bool:
    """Say whether all that a file no longer runs or names is of folders or files that the snapshot deletes."""
    kept = {part for path in diff.tree for part in path.split("/")}
    kept |= {part for edit in diff.edits if edit.status != "D" for part in edit.path.split("/")}
    gone = {part for edit in diff.edits if edit.status == "D" for part in edit.path.split("/")} - kept
    names = [name for name in gone if len(name) > _SHORT]
    told = [any(name in line for name in names) for line in lines]
    return any(told) and all(said or not _RUNS.search(line) for said, line in zip(told, lines, strict=True))


_DATA = re.compile(
    r"(?:-\s*)?(?!run|script|command|entry|uses|with|permissions|on|if|shell|environment|runs-on|token)[\w.-]+:(?:\s+[\w.'\"-]+)?|-\s+[\w.'\"-]+"
)
"""A setting or an entry of a list, and nothing that is run or decides what is."""
_RUNS = re.compile(r"^\s*(?:-\s*)?(?:run|script|command|entry|uses|-\s*repo|-\s*id)\s*:")


def _eases(edit: Edit, added: Sequence[str], gone: Sequence[str]) -> bool:
    runs = [sum(bool(_RUNS.search(line)) for line in lines) for lines in (added, gone)]
    if edit.new is None or runs[0] < runs[1]:
        return True
    easing = (line for line in added if EASES.search(line)) if not edit.path.endswith(".md") else ()
    return not all(any(_is_no_more(line, one) for one in gone) for line in easing)


_PINNED = re.compile(r"(?:\s+--?[\w-]+(?:[ =]v?\d[\w.]*))+")


def _is_no_more(line: str, before: str) -> bool:
    """Say whether a line has only words of the line it took the place of, or names a version besides."""
    words = frozenset(WORD.findall(line)) <= frozenset(WORD.findall(before))
    return words or (line.startswith(before) and _PINNED.fullmatch(line[len(before) :]) is not None)


_SECRET = re.compile(r"\bsecrets\.\w+")


def _but_renamed(added: Sequence[str], gone: Sequence[str], message: str) -> list[str]:
    """Give the new lines but those in which only a secret has another name, which the message is about."""
    before = Counter(_SECRET.sub("S", line) for line in gone if _SECRET.search(line))
    left = []
    for line in added:
        said = _SECRET.sub("S", line)
        if before[said] > 0 and speaks_of(message, [part.replace("_", " ") for part in _SECRET.findall(line)]):
            before[said] -= 1
        else:
            left.append(line)
    return left


def _changed(edit: Edit) -> tuple[list[str], list[str]]:
    """Give the lines a file gained and lost, indentation, quotes and comments aside."""
    sides = [
        Counter(said for line in (text or "").splitlines() if (said := unquoted(f" {line}".partition(" #")[0].strip())))
        for text in (edit.new, edit.old)
    ]
    return list((sides[0] - sides[1]).elements()), list((sides[1] - sides[0]).elements())


def _only_versions(edit: Edit, added: Sequence[str]) -> bool:
    """Say whether a file is as it was but for the versions it names, which a person's own commit may change."""
    if edit.old is None or edit.new is None or any(map(_ANSWERS.search, added)):
        return False
    plain = [_PIN.sub("", _VERSION.sub("N", text)) for text in (edit.old, edit.new)]
    return plain[0] == plain[1] and re.sub(r"#.*", "", edit.old) != re.sub(r"#.*", "", edit.new)


_ANSWERS = re.compile(r"(?i)\b(?:exit|return|status|code)\b\W{0,4}\d")
"""Where a number is no version: what a program answers."""
_PIN = re.compile(r"[=~<>!]=N\b")

"""What an edited pipeline shows by itself: that it runs all that it ran, where it ran it, and what more. Never judges.

What is new of it may build, check and test as pipelines do. Nothing may be fetched to where secrets are, no action be
trusted that nobody knows, and nothing that stood there before may hang on a new condition.
"""

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from orchestrator.verify.diff import Edit
from orchestrator.verify.readers.pipelines import Line, lines_of
from orchestrator.verify.rules.easing import CHECKS, EASES, HOSTED, ONLY_AHEAD, is_known_action, is_ordinary, words_of


class Sides(msgspec.Struct, frozen=True):
    """A pipeline as it was and as it is, and what each has that the other has not."""

    old: Sequence[Line]
    new: Sequence[Line]
    lost: Sequence[Line]
    gained: Sequence[Line]
    trusted: bool
    """Whether it holds what other people trust it with, beside the token of every run."""

    dropped: frozenset[str] = frozenset()
    """The words of what a person says is no longer supported."""


def asks_more(edit: Edit) -> bool:
    """Say whether an edited pipeline loses nothing that it ran, and what it gained asks more, or prepares it."""
    texts = (edit.old or "", edit.new or "")
    if not all(texts) or not re.search(r"\.ya?ml$", edit.path) or any(map(_UNREAD.search, texts)):
        return False
    old, new = (lines_of(text) for text in texts)
    both = Sides(old, new, beyond(old, new), beyond(new, old), _TRUSTED.search("\n".join(texts)) is not None)
    left = list(both.gained)
    for line in both.lost:
        instead = next((one for one in left if _is_as_much(line, one, both)), None)
        if instead is not None:
            left.remove(instead)
        elif not _may_go(line, both):
            return False
    return bool(both.lost or both.gained) and all(_is_more(line, both) for line in left)


_UNREAD = re.compile(r"(?m)(?::|-)\s+[&*][A-Za-z]|<<:|pull_request_target|workflow_run|\t|^---|^\s*\?")
"""Where a line stands for others, or where what strangers write is run with what people trust the pipeline with."""
_TRUSTED = re.compile(r"secrets\.(?!GITHUB_TOKEN\b)|secrets:|:\s*write\b|write-all|secure:")


def _said(line: Line) -> tuple[object, ...]:
    return (line.keys, line.key, line.text, line.guards)


def beyond(lines: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    """Give the lines that others lack; of several alike those of entries that others lack."""
    left = Counter(map(_said, others))
    known = {one.item for one in others}
    more = []
    for line in sorted(lines, key=lambda one: one.item not in known):
        if left[_said(line)] > 0:
            left[_said(line)] -= 1
        else:
            more.append(line)
    return more


def _is_as_much(was: Line, now: Line, both: Sides) -> bool:
    """Say whether a line says at its place what the one says that it replaces, or more of it."""
    if set(map(plain, now.guards)) - set(map(plain, was.guards)):
        return False
    if (was.keys, was.key) == (now.keys, now.key) and LEAVES_OUT.sub("", was.text) == now.text != was.text:
        return True
    if was.is_run and was.place == now.place:
        return now.is_run and _runs_as_much(was.text, now.text, both)
    if (was.keys, was.key) != (now.keys, now.key) or was.is_run or _ASKS.search(was.key):
        return False
    if {was.key, *was.keys} & _NEVER or (_eases(now) and not _eases(was)):
        return False
    if was.key in _PROSE:
        return True
    if was.key == "uses":
        return was.text.partition("@")[0] == now.text.partition("@")[0] and bool(was.text)
    if was.key == "if" and not _are_in(now.text, "\n".join(one.text for one in both.new if one.key != "if")):
        return False
    if was.text.startswith("[") and now.text.startswith("[") and was.key not in _FILTERS:
        return _lists_as_much(was.text, now.text)
    return bool(was.text) and plain(was.text) == plain(now.text)


LEAVES_OUT = re.compile(r"\s+--?(?:ignore|exclude|skip|deselect)(?:-\w+)?[= ][\w./*-]+")
"""What is asked besides, once it is gone."""
_PROSE = frozenset(("name", "description", "title", "label", "summary"))
_ASKS = re.compile(r"(?i)timeout|min|max|threshold|fail|limit|retr|cov|args|parallel|depth")
"""A setting whose number is no version."""


def plain(text: str) -> str:
    """Give what a setting says, versions aside."""
    return _VERSION.sub("N", re.sub(r"\s", "", text.strip("[]")))


_VERSION = re.compile(r"\bv?\d[\w.+]*(?:-\w[\w.]*)*|(?<=-)latest\b|^latest$")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


def _are_in(condition: str, text: str) -> bool:
    """Say whether every version that a condition names is one that a text has."""
    return all(re.search(rf"(?<![\d.]){re.escape(said)}(?!\d|\.\d)", text) for said in _NUMBER.findall(condition))


def _lists_as_much(was: str, now: str) -> bool:
    """Say whether a list has all that another has, other versions, or no longer the oldest of them."""
    before, after = ([part.strip() for part in text.strip("[]").split(",")] for text in (was, now))
    if not Counter(map(plain, before)) - Counter(map(plain, after)):
        return True
    gone = [part for part in before if part not in after]
    return 2 * len(gone) < len(before) and all(_is_oldest(part, after) for part in gone)


def _is_oldest(version: str, others: Sequence[str]) -> bool:
    """Say whether a version is below all the others, which are all of its kind."""
    parts = [_NUMBER.fullmatch(re.sub(r"^v|\.x$", "", one)) for one in (version, *others)]
    counted = [[int(part) for part in one[0].split(".")] for one in parts if one]
    return len(counted) == len(parts) > 1 and all(counted[0] < one for one in counted[1:])


def _runs_as_much(was: str, now: str, both: Sides) -> bool:
    """Say whether a command does what another did: the same program, and nothing that narrows what it checks."""
    before, after = words_of(was), words_of(now)
    if before == after:
        return True
    if not before or not after or before[0] != after[0] or (EASES.search(now) and not EASES.search(was)):
        return False
    if PREPARES.match(was) and PREPARES.match(now):
        return is_run_ordinarily(now, both)
    sides = [
        [word if "=" in word or word.startswith("-") else plain(word) for word in words] for words in (before, after)
    ]
    if Counter(sides[0]) - Counter(sides[1]):
        return False
    more = Counter(sides[1]) - Counter(sides[0])
    return all(map(_WIDER.fullmatch, more)) if CHECKS.search(was) else is_run_ordinarily(now, both)


_WIDER = re.compile(
    r"--(?:all(?:-features|-targets)?|workspace|each-feature|feature-powerset|verbose|locked|frozen|strict)|-v+|-race"
)


def _may_go(line: Line, both: Sides) -> bool:
    """Say whether nothing is asked less without a line: words for people, a filter that held back, a step ahead."""
    if line.is_run:
        ahead = (one for one in both.gained if one.place == line.place and one.is_run)
        return PREPARES.match(line.text) is not None and any(PREPARES.match(one.text) for one in ahead)
    if line.keys[:1] == ("on",):
        filtered = {line.key, *line.keys} & _FILTERS
        again = any(filtered & {one.key, *one.keys} and one.keys[:2] == line.keys[:2] for one in both.new)
        return bool(filtered) and not both.trusted and not again
    if _is_of_matrix(line) and not line.key:
        return _is_oldest(line.text, [one.text for one in both.new if (one.keys, one.key) == (line.keys, "")])
    return line.key in _PROSE or (not line.text and line.key in {"run", "env", "with"})


_FILTERS = frozenset(("branches", "branches-ignore", "paths", "paths-ignore"))
PREPARES = re.compile(
    r"(?:GO111MODULE=\w+ )?(?:(?:python3? -m )?(?:pip3?|uv pip|npm|yarn|pnpm|make|poetry|bundle|composer|go)"
    r"\s+(?:install|setup|deps|ci|sync|get)\b|yarn$)"
)


def _is_more(line: Line, both: Sides) -> bool:
    """Say whether a new line only lets more be run, or says how what is new is run."""
    if "permissions" in {line.key, *line.keys}:
        return line.text in {"read", "none", "{}", "read-all", ""}
    if line.is_run:
        return is_run_ordinarily(line.text, both)
    if line.key == "uses":
        known = {one.text.partition("@")[0] for one in both.old if one.key == "uses"}
        return line.text.partition("@")[0] in known or is_known_action(line.text)
    if _is_of_new_job(line, both):
        return not ({line.key, *line.keys} & _HANDS_OUT or _eases(line)) and _is_said_plainly(line, both)
    if {line.key, *line.keys} & _NEVER or _eases(line) or line.text.startswith("{"):
        return False
    if line.keys[:1] == ("on",):
        return line.keys == ("on",) and line.key in {"workflow_dispatch", "merge_group"}
    return _is_setting_of_more(line, both)


def _is_said_plainly(line: Line, both: Sides) -> bool:
    """Say whether a setting of what is new says nothing that could be run, nor where but on what is rented or known."""
    hosted = line.key != "runs-on" or HOSTED.fullmatch(line.text) or line.text in {one.text for one in both.old}
    return bool(hosted) and _SAYS.fullmatch(line.text) is not None


def _is_setting_of_more(line: Line, both: Sides) -> bool:
    """Say whether a setting is of a new step, of a variable by which no less is run, or of one more kind of run."""
    if line.keys[0:1] == ("jobs",) and "include" in line.keys:
        return False
    if line.key not in _ELSEWHERE and _is_of_new_entry(line, both):
        return _is_said_plainly(line, both)
    if line.key in _PROSE or (line.key in {"env", "run", "with"} and not line.text):
        return True
    sets = NARROWS.search(line.key) is None and _WORD.fullmatch(line.text) is not None
    return sets and (line.keys[-1:] == ("env",) or _is_of_matrix(line))


def _eases(line: Line) -> bool:
    return EASES.search(f"{line.key}: {line.text}") is not None or _HANDED.search(line.text) is not None


_HANDED = re.compile(r"\bsecrets\b|github\.token")
_HANDS_OUT = frozenset(("secrets", "environment", "concurrency"))
_NEVER = _HANDS_OUT | frozenset(
    (
        *("container", "services", "shell", "defaults", "exclude", "allow_failures", "only", "except", "rules", "when"),
        "args",
    )
)
_ELSEWHERE = frozenset(("ref", "repository", "working-directory", "path"))
"""What makes the later steps of a job look at something else."""
_SAYS = re.compile(r"(?:[\w., '\"\[\]{}@:/~*<>=!&()|-]|\$\{\{[^}]*\}\})*")
_WORD = re.compile(r"(?:[\w.~^][\w.~^-]*)?")
NARROWS = re.compile(
    r"(?i)OPTS|ARGS|FLAGS|OPTION|SKIP|ONLY|FILTER|DISABLE|IGNORE|EXCLUDE|(?<!LA)TESTS?$|^CI$|PATH$|QUICK|FAST|LITE|SHORT|SMOKE|NO_|MODE"
    r"|_ENV$|LEVEL|PROFILE|DRY|SHARD|SUBSET|LIMIT|TOKEN|SECRET|PLUGIN|PRELOAD|STARTUP|HOME|CONFIG|KEY$"
)
"""Variables by which less is run, or something else."""


def _is_of_matrix(line: Line) -> bool:
    return ("matrix" in line.keys and line.key not in {"script", "allow_failures", "if"}) or (
        len(line.keys) == 1 and line.keys[0] in _LANGUAGES and not line.key
    )


_LANGUAGES = frozenset(("node_js", "python", "rust", "go", "php", "jdk", "rvm"))


def _is_of_new_job(line: Line, both: Sides) -> bool:
    names = {one.key for one in both.old if one.keys == ("jobs",)}
    return line.keys[:1] == ("jobs",) and len(line.keys) + bool(line.key) > 1 and (*line.keys, line.key)[1] not in names


def _is_of_new_entry(line: Line, both: Sides) -> bool:
    """Say whether a line is of an entry of a list that is new as a whole, where none is gone."""
    gone = any(_heads(one) for one in both.lost)
    olds = {number for one in both.new if one not in both.gained for number in one.entries}
    return bool(line.entries) and not gone and not set(line.entries) <= olds


def _heads(line: Line) -> bool:
    """Say whether a line is the first of its entry."""
    return line.item in {f"- {line.key}: {line.text}", f"- {line.text}", f"- {line.key}:", f"- {line.key}: |"}


def is_run_ordinarily(command: str, both: Sides) -> bool:
    """Say whether a command builds, checks or tests as pipelines do, or has a program at work that was before."""
    texts = () if both.trusted else [one.text for one in both.new if one.is_run]
    own = frozenset(words[0] for one in both.old if one.is_run and (words := words_of(one.text))) - _IDLE
    return is_ordinary(command, texts, own=own)


_IDLE = frozenset(
    ("echo", "true", "exit", "test", "cd", "curl", "wget", "eval", "git", "rm", "mv", "cp", "sed", "python")
)
"""What does something else each time."""


def hangs_on_more(edit: Edit) -> bool:
    """Say whether a command that checks something came to hang on what it did not, wherever it stands now."""
    if not edit.old or not edit.new or not re.search(r"\.ya?ml$", edit.path):
        return False
    old, new = ([one for one in lines_of(text) if one.is_run] for text in (edit.old, edit.new))
    folded = [sum(one.text.startswith(">") for one in lines) for lines in (old, new)]
    if folded[0] < folded[1] and len(old) - folded[0] >= len(new) - folded[1]:  # of several commands one was made
        return True
    named = "\n".join(one.text for one in lines_of(edit.new) if one.key != "if")
    for text in {one.text for one in old if CHECKS.search(one.text)} & {one.text for one in new}:
        before = [{*guards, *map(plain, guards)} for guards in _guards(text, old)]
        after = [{plain(said) if _are_in(said, named) else said for said in guards} for guards in _guards(text, new)]
        if not any(now <= was for now in after for was in before):
            return True
    return False


def _guards(text: str, lines: Sequence[Line]) -> list[list[str]]:
    """Give on what a command hangs at each place that it stands."""
    return [[said for said in one.guards if _is_condition(said)] for one in lines if one.text == text]


def _is_condition(said: str) -> bool:
    return not (said.startswith("needs:") or ONLY_AHEAD.match(said))

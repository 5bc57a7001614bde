"""Why a deleted test of a person's own commit is no loss: what it was about went, and the commit says so. Never judges.

All of it asks for a message, and for what it names to be gone from the code in the same commit: who only says it, or
only takes it out, has to keep the tests.
"""

import re
from collections import Counter
from functools import lru_cache

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.readers.trials import Trial
from orchestrator.verify.rules.sides import Side, removed
from orchestrator.verify.rules.task_words import asks_to_take_out
from orchestrator.verify.testpaths import may_hold_tests

_NAME = re.compile(r"\b(?=\w*(?:_\w|[a-z][A-Z]))[A-Za-z]\w{4,}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STEM = 4
_SAYS_NOTHING = frozenset({"test", "shou", "with", "when", "from", "that", "then", "does", "into", "they", "have"})


def is_announced(test: Trial, side: Side, diff: Diff) -> bool:
    """Say whether a person's commit shows why a test went: its message names what the code lost."""
    return bool(diff.message) and (
        _only_shows(test, side)
        or _is_named(test, diff)
        or _lost_its_branch(test, diff)
        or _lost_its_library(test, side, diff)
        or _is_called_after(test, diff)
    )


def _first(diff: Diff) -> str:
    return diff.message.strip().partition("\n")[0]


def _only_shows(test: Trial, side: Side) -> bool:
    """Say whether a test asserts nothing, leaves that to nobody, and only prints what came out, or measures it."""
    handed = _HANDED.search(test.body) or test.words & side.helpers
    shows = _PRINTS.search(test.body) is not None or _MEASURES.search(side.path) is not None
    return not (test.assertions or test.markers or handed) and shows


_HANDED = re.compile(r"[(,] (?:t|tb|self) [,)]")
_MEASURES = re.compile(r"(?:^|[/_.-])bench(?:marks?|es)?(?:[/_.-]|$)", re.IGNORECASE)
_PRINTS = re.compile(r"\bt \. Logf? \(|\bfmt \. Print\w* \(|\. Dump \(|\bprintln ! \(|\bconsole \. log \(")


def _is_named(test: Trial, diff: Diff) -> bool:
    """Say whether a message's first line names what the test uses, and what the code lost, or now warns of."""
    said = frozenset(_NAME.findall(_first(diff))) & test.words
    taken = removed(diff)
    warned = bool(said) and _DEPRECATES.search(_first(diff)) is not None and bool(said & _deprecated(diff))
    return bool(said & (taken.less | taken.names)) or warned


_DEPRECATES = re.compile(r"(?i)\bdeprecat")
_NEAR = 8


@lru_cache(maxsize=8)
def _deprecated(diff: Diff) -> frozenset[str]:
    """Give the words beside what files of the product came to say of something that it is deprecated."""
    found: set[str] = set()
    for edit in diff.edits:
        if language_of(edit.path) is None or may_hold_tests(edit.path) or not edit.old or not edit.new:
            continue
        was, lines = Counter(line.strip() for line in edit.old.splitlines()), edit.new.splitlines()
        for number, line in enumerate(lines):
            if _DEPRECATES.search(line) and not was[line.strip()]:
                near = lines[max(0, number - _NEAR) : number + _NEAR]
                found.update(word for one in near for word in re.findall(r"\w+", one))
    return frozenset(found)


def _is_called_after(test: Trial, diff: Diff) -> bool:
    """Say whether a message takes out what a test is called after, be it one or several."""
    said, called = ({_one(word) for word in _WORD.findall(text)} for text in (_first(diff), test.name))
    return asks_to_take_out(diff.message) and any(len(word) > _LONG for word in said & called)


def _one(word: str) -> str:
    return word.lower().removesuffix("s")


_LONG = 7


def _lost_its_branch(test: Trial, diff: Diff) -> bool:
    """Say whether a function that a test calls lost a branch and gained nothing, and the message is about that.

    So it is if its first line has a word of the lines that went, and takes something out or shares it with the test.
    """
    first = _first(diff)
    names, lost = _shrunk(diff)
    about = _stems(first) & _stems(lost)
    about -= frozenset[str]().union(*map(_stems, names))
    return bool(test.words & names) and bool(about if asks_to_take_out(first) else about & _stems(test.name))


def _stems(text: str) -> frozenset[str]:
    """Give how the words of a text begin that say something."""
    return frozenset(word[:_STEM].lower() for word in _WORD.findall(text) if len(word) >= _STEM) - _SAYS_NOTHING


@lru_cache(maxsize=8)
def _shrunk(diff: Diff) -> tuple[frozenset[str], str]:
    """Give the functions of files that lost lines, a branch among them, and gained none; and what the files lost."""
    found: set[str] = set()
    lines: list[str] = []
    for edit in diff.edits:
        language = language_of(edit.path)
        if language is None or may_hold_tests(edit.path) or not edit.old or not edit.new:
            continue
        was, now = (Counter(line.strip() for line in text.splitlines()) for text in (edit.old, edit.new))
        if now - was or not any(_BRANCH.match(line) for line in was - now):
            continue
        before, after = (language.functions(text) or {} for text in (edit.old, edit.new))
        changed = {
            re.split(r"[.#/]", name.partition("#")[0])[-1]
            for name, one in before.items()
            if name in after and one.steps != after[name].steps
        }
        found |= changed
        lines += was - now if changed else ()
    return frozenset(found), "\n".join(lines)


_BRANCH = re.compile(r"(?:\} ?)?(?:if|elif|else|switch|case|match|try|except|catch)\b")


def _lost_its_library(test: Trial, side: Side, diff: Diff) -> bool:
    """Say whether a test uses what its file imported from a library that the message names and the manifests lost."""
    first = _first(diff).lower()
    dropped = [name for name in _libraries(diff) if any(part in first for part in name.split("_") if len(part) > _STEM)]
    if not dropped or not asks_to_take_out(first):
        return False
    kept = frozenset(line.strip() for line in side.text.splitlines())
    lines = [line.strip() for line in side.was.splitlines() if _IMPORTS.match(line)]
    from_it = [line for line in lines if line not in kept and any(name in _plain(line) for name in dropped)]
    others = frozenset(word for line in lines if line not in from_it for word in re.findall(r"\w+", line))
    return any(test.words & (frozenset(re.findall(r"\w+", line)) - others) for line in from_it)


@lru_cache(maxsize=8)
def _libraries(diff: Diff) -> frozenset[str]:
    """Give the libraries that manifests asked for and no manifest does any more, written as code writes them."""
    edits = [edit for edit in diff.edits if _MANIFEST.search(edit.path)]
    was, now = (frozenset(name for edit in edits for name in _asked_for(edit, at)) for at in ("old", "new"))
    return was - now


def _asked_for(edit: Edit, at: str) -> list[str]:
    """Give what a manifest asks for on one of its sides."""
    text = (edit.old if at == "old" else edit.new) or ""
    found = (next(filter(None, match.groups())) for match in _ASKED.finditer(text))
    return [_plain(name) for name in found if len(name) > _STEM]


def _plain(text: str) -> str:
    return re.sub(r"[-./:@]+", "_", text.lower())


_IMPORTS = re.compile(r"\s*(?:pub )?(?:import|from|use|extern crate)\b|.*\brequire\(")
_MANIFEST = re.compile(
    r"(?:^|/)(?:Cargo\.toml|package\.json|pyproject\.toml|pom\.xml|go\.mod|setup\.cfg|build\.gradle(?:\.kts)?|[^/]*requirements[^/]*)$"
)
_ASKED = re.compile(
    r'^\s*"([\w@./-]+)"\s*:\s*"[\^~><=\d*]|^([a-z][\w-]*)\s*=\s*(?:["{])|<artifactId>([\w.-]+)</artifactId>'
    r"|^\s*(?:require\s+)?([\w.-]+\.\w+/[\w./-]+) v\d|^\s*[\"']?([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*[><=~!]=",
    re.MULTILINE,
)

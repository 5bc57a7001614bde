"""Code that does nothing and owes nothing: another does it on other systems, or was always to. Pure."""

import re
from itertools import takewhile

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.readers.code import Function, Shape
from orchestrator.verify.readers.language import Language
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.rules.product import sources

_NUMBER = re.compile(r"#\d+$")
_BUILT_FOR = re.compile(r"^//go:build\s+(?!ignore|never)|^// \+build\s", re.MULTILINE)


def is_for_other_systems(edit: Edit, name: str, diff: Diff) -> bool:
    """Say whether Go builds a function for some systems only, and another file of the folder does it on others.

    Rust has both in one file.
    """
    if edit.path.endswith(".rs"):
        return _has_other_half(edit, name)
    if not edit.path.endswith(".go") or not _BUILT_FOR.search((edit.new or "").partition("package ")[0]):
        return False
    folder = edit.path.rpartition("/")[0]
    for other, language in sources(diff):
        if other.path != edit.path and other.path.rpartition("/")[0] == folder:
            twin = (language.functions(other.new or "") or {}).get(name)
            if twin is not None and twin.shape is Shape.REAL:
                return True
    return False


def _has_other_half(edit: Edit, name: str) -> bool:
    """Say whether Rust builds a function for what a new one of its name, which does the work, is not built for."""
    language, plain = language_of(edit.path), _NUMBER.sub("", name)
    old, found = ((language.functions(text or "") or {}) if language else {} for text in (edit.old, edit.new))
    twins = [one for other, one in found.items() if _NUMBER.sub("", other) == plain and other != name]
    if plain in old:
        return False
    mine = _built_for(edit, found[name])
    for its in (_built_for(edit, one) for one in twins if one.shape is Shape.REAL):
        if mine and its and (mine == f"not({its})" or its == f"not({mine})") and not _CHOSEN.search(mine):
            return True
    return False


def _built_for(edit: Edit, function: Function) -> str:
    """Give for what Rust builds a function, as it says right above it."""
    lines = (edit.new or "").splitlines()[: function.line - 1]
    above = list(takewhile(lambda line: line.lstrip().startswith(("#[", "//")), reversed(lines)))
    match = next((found for line in above if (found := _CFG.fullmatch(line))), None)
    return "".join(match[1].split()) if match is not None else ""


_CFG = re.compile(r"\s*#\[cfg\((.*)\)\]\s*")
_CHOSEN = re.compile(r"\b(?:test|doctest|doc|debug_assertions|feature|miri|panic|any|all)\b")
"""What is not the system's, but of whoever builds; or of several things."""


def was_left_to_others(edit: Edit, function: Function, language: Language) -> bool:
    """Say whether a method of Java that refuses was abstract, and is asked by what came beside it."""
    if function.shape is not Shape.RAISES or not edit.path.endswith(".java"):
        return False
    plain = re.escape(re.sub(r"/\d+$", "", function.name).rpartition(".")[2])
    if not re.search(rf"\babstract\b[^;{{}}()]*\b{plain}\s*\(", edit.old or ""):
        return False
    old, new = (language.functions(text or "") or {} for text in (edit.old, edit.new))
    fresh = (one for name, one in new.items() if name not in old and one.shape is not Shape.RAISES)
    return any(re.search(rf"\b{plain} \(", step) for one in fresh for step in one.steps)

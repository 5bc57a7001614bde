"""Flags of a file: names that are given one known value and no other, in every language but Python. Never judges."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import places

_KEPT = 256
_GIVEN = re.compile(
    r"^([^=\n]*?)(?<![\w.$'\"])([A-Za-z_$][\w$]*)[ \t]*((?::[ \t]*[\w:<>]+[ \t]*)?:?)=(?![=>])[ \t]*([^;\n]*)",
    re.MULTILINE,
)
_ORDERED = re.compile(r"(\d{1,9})([<>]=?)(\d{1,9})")
_SAME = re.compile(r"([\w.]+)(===?|!==?)([\w.]+)")
_NAME = re.compile(r"(?<![\w.$'\"])[A-Za-z_$][\w$]*(?![\w$('\".])")
_OF_OTHERS = re.compile(r"\b(?:export\s+(?:let|var)|public|protected|pub\s+static\s+mut)\b")
_FIXED = re.compile(r"\b(?:final|const)\b")


@lru_cache(maxsize=_KEPT)
def flags(text: str) -> Mapping[str, bool]:
    """Give what the names of a text are whose truth is known beforehand, whichever of its functions runs."""
    found: dict[str, bool] = {}
    given = _GIVEN.findall(text)
    times = Counter(name for _, name, _, _ in given)
    for before, name, kind, value in given:
        anew = not before.strip() and before and ":" not in kind
        truth = None if anew else known(value.removesuffix(","))
        others = _OF_OTHERS.search(before) is not None and _FIXED.search(before) is None
        if truth is not None and not others and times[name] == 1 and is_given_once(name, text):
            found[name] = truth
    found |= _never_set(text)
    taken = _parameters(text) if found else frozenset()
    return {name: truth for name, truth in found.items() if name not in taken}


_NEVER_SET = re.compile(
    r"^(?:var[ \t]+(?=\w+[ \t]+bool\b)|[ \t]*private(?:[ \t]+(?:static|volatile))*[ \t]+boolean[ \t]+)"
    r"([a-z_]\w*)(?:[ \t]+bool)?[ \t]*;?[ \t]*$",
    re.MULTILINE,
)
_ATOMIC = re.compile(
    r"\bstatic\s+(\w+)\s*:\s*(?:[\w:]*::)?AtomicBool\s*=\s*(?:[\w:]*::)?AtomicBool::new\((true|false)\)"
)
_OPTIONS = re.compile(
    r"^(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=\n]+)?=\s*(?:&?[\w.]+)?\{([^{}]*)\}", re.MULTILINE
)
_OPTION = re.compile(r"(?:^|[,\s{'\"])([A-Za-z_$][\w$]*)['\"]?\s*:\s*(true|false)\b")
_WORD = re.compile(r"[A-Za-z_$]")
_READ = re.compile(r"([A-Za-z_$][\w$]*\.load)\([^()]*\)|(?<![\w$.])([A-Za-z_$][\w$]*\.[A-Za-z_$][\w$]*)(?![\w$(.])")


def _never_set(text: str) -> dict[str, bool]:
    """Give flags that are never set: variables, atomic ones, what an object outside of all functions holds."""
    found = {name: False for name in _NEVER_SET.findall(text) if not _is_set(name, text)}
    found |= {
        f"{name}.load": value == "true"
        for name, value in _ATOMIC.findall(text)
        if not re.search(rf"\b{name}\s*\.\s*(?!load\b)\w+|&\s*{name}\b", text)
    }
    for name, held in _OPTIONS.findall(text):
        changed = rf"(?<![\w$]){re.escape(name)}\s*(?:\.[\w$]+\s*=(?![=>])|\[|=(?!=)[^;]*=|[,)])"
        if not re.search(changed, _rest(name, text)):
            found |= {f"{name}.{key}": value == "true" for key, value in _OPTION.findall(held)}
    return found


def _is_set(name: str, text: str) -> bool:
    """Say whether something gives a name a value, or may."""
    return any(_SETS.match(text, end) or text[start - 1 : start] == "&" for start, end in places(name, text))


_SETS = re.compile(r"\s*(?:,[^=;\n(){}]*)?:?=(?!=)")


def _rest(name: str, text: str) -> str:
    """Give a text without the line that gives a name its value."""
    return re.sub(rf"^(?:const|let|var)\s+{re.escape(name)}\b[^\n]*", "", text, count=1, flags=re.MULTILINE)


def _parameters(text: str) -> frozenset[str]:
    """Give the words in the heads of a text's functions: what is called so there is somebody else's."""
    heads = (given for before, given in _HEAD.findall(text) if before not in _NO_FUNCTION)
    return frozenset(word for given in (*heads, *_ARROW.findall(text)) for word in _NAME.findall(given))


_HEAD = re.compile(r"(\w*)\s*\(([^()]*)\)\s*(?:=>|->|\{|throws\b|:\s*[\w<>\[\]., |]+\s*(?:\{|=>)|[\w*.\[\]]+\s*\{)")
_ARROW = re.compile(r"([\w$]+)\s*(?:=>|->)")
_NO_FUNCTION = frozenset({"if", "while", "for", "switch", "catch", "match", "with", "synchronized"})


def is_given_once(name: str, text: str) -> bool:
    """Say whether a name is given a value in one place only, and is changed nowhere."""
    given = 0
    for start, end in places(name, text):
        if _CHANGES.match(text, end) or _CHANGED.search(text[max(0, start - _NEAR) : start]):
            return False
        given += _GIVES.match(text, end) is not None
    return given == 1


_GIVES = re.compile(r"\s*(?:[,}\]][^=;\n()]*)?(?::\s*[\w:<>]+\s*)?:?=(?![=>])")
_CHANGES = re.compile(r"\s*(?:\+\+|--|[-+*/|&^?%]{1,2}=)")
_CHANGED = re.compile(r"(?:\+\+|--|(?<!&)&(?:mut\s+)?)$")
_NEAR = 12


def settled(condition: SgNode, whole: str = "") -> str:
    """Give a condition's text with the flags of its file put in their place; `whole` is the file's text, if at hand."""
    text = condition.text()
    known_here = flags(whole or condition.get_root().root().text()) if _WORD.search(text) else {}
    if not known_here:
        return text

    def put(name: re.Match[str]) -> str:
        value = known_here.get(name[0])
        return name[0] if value is None else str(value).lower()

    def put_member(part: re.Match[str]) -> str:
        value = known_here.get(part[1] or part[2])
        return part[0] if value is None else str(value).lower()

    return _NAME.sub(put, _READ.sub(put_member, text))


def known(text: str) -> bool | None:
    """Give the truth of a constant condition."""
    text = "".join(text.split()).strip("()")
    if text in {"true", "1", "!false", "!0", "Boolean.TRUE"}:
        return True
    if text in {"false", "0", "!true", "!1", "Boolean.FALSE", "null", "undefined"}:
        return False
    if text.startswith("false&&") or text.endswith("&&false"):
        return False
    if text.startswith("true||") or text.endswith("||true"):
        return True
    match = _ORDERED.fullmatch(text)
    if match is not None:
        less, most = int(match[1]) < int(match[3]), int(match[1]) == int(match[3])
        return "=" in match[2] if most else less is (match[2][0] == "<")
    match = _SAME.fullmatch(text)
    if match is None:
        return None
    one, operator, other = match.groups()
    if one == other:
        return operator[0] == "="
    return operator[0] == "!" if one.isdigit() and other.isdigit() else None

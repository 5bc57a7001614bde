"""Tables of a file that are empty and that nobody fills, in every language but Python. Never judges."""

import re
from collections.abc import Collection
from functools import lru_cache

from orchestrator.verify.readers.grammar.source import places, read
from orchestrator.verify.readers.grammar.tables import Table

_EMPTY = {
    "js": re.compile(
        r"(?:\b(?:const|let|var|static|readonly|private)\s+|^\s+)(#?[\w$]+)\s*(?::[^=\n]+)?=\s*"
        r"(?:new (?:Weak)?(?:Map|Set)(?:<[^\n]*?>)?\(\)|\{\s*\}|\[\s*\]|Object\.create\(null\))",
        re.MULTILINE,
    ),
    "java": re.compile(
        r"\b(\w+)\s*=\s*(?:new [\w.]*(?:Map|Set|List|Cache)(?:<[^;]*?>)?\(\)|(?:\w+\.)*(?:Map|List|Set)\.of\(\)"
        r"|(?:\w+\.)*Collections\.empty\w+\(\))"
    ),
    "go": re.compile(
        r"\b(\w+)\s*=\s*(?:map\[[^\n]*\{\}|make\(map\[[^\n]*\)|sync\.Map\{\})|^var (\w+) (?:sync\.Map|map\[[^\n=]*)$",
        re.MULTILINE,
    ),
    "rust": re.compile(r"(?!)"),
}
_READ = re.compile(
    r"(?:\?\.|\.)(?:get|getOrDefault|has|hasOwnProperty|contains|containsKey|Load|size|length|isEmpty|includes)\b|\?"
    r"|\[[^\]\n]*\](?!\s*(?:[-+*/|&?]{0,2}=(?!=)|\+\+|--|\.|\[))"
)


@lru_cache(maxsize=128)
def unfilled(text: str, table: Table) -> frozenset[str]:
    """Give the names that hold something empty and are only ever asked for what they hold."""
    pattern = _EMPTY[table.family]
    source = read(text, table) if pattern.search(text) else None
    code = source.code if source is not None else ""
    made = {
        match.start(match.lastindex or 0): next(name for name in match.groups() if name)
        for match in pattern.finditer(code)
    }
    return frozenset(name for name in set(made.values()) if _is_only_read(name, code, made))


def _is_only_read(name: str, code: str, made: Collection[int]) -> bool:
    found = list(places(name, code))
    asked = [end for start, end in found if start not in made]
    return len(found) == len(asked) + 1 and bool(asked) and all(_READ.match(code, end) for end in asked)

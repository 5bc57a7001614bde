"""Which paths a pattern names: `src/api/**`, `*.py`, `docs/{en,de}/*.md`. Never looks at a disk.

Patterns are anchored at the repository's root and case matters. `*`, `?` and `[...]` stay within one segment, `**` is
any number of whole segments (none included), `{a,b}` is either. A pattern without wildcards names that path and, as a
folder, everything beneath it.
"""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TypeVar

_Piece = TypeVar("_Piece")

_WILD = re.compile(r"[*?\[]")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_CLASS = re.compile(r"\[!?\]?[^\]]*\]|.", re.DOTALL)


def matches(path: str, pattern: str) -> bool:
    """Say whether the pattern names the path (relative, `/` between segments)."""
    segments = _names(path)
    return any(_meet(segments, parts, fnmatchcase) for parts in _alternatives(pattern))


def matches_any(path: str, patterns: tuple[str, ...]) -> bool:
    """Say whether one of the patterns names the path."""
    return any(matches(path, pattern) for pattern in patterns)


def overlap(a: str, b: str) -> bool:
    """Say whether some path could be named by both patterns; where it cannot tell, it says yes."""
    return any(_meet(left, right, _segments_overlap) for left in _alternatives(a) for right in _alternatives(b))


@lru_cache(maxsize=4096)
def _alternatives(pattern: str) -> tuple[tuple[str | None, ...], ...]:
    """Split a pattern into segments, one tuple for each choice of braces; None stands for `**`. Blank names nothing."""
    if not pattern.strip():
        return ()
    found = _BRACES.search(pattern)
    if found is None:
        return (_parts(pattern),)
    choices = (pattern[: found.start()] + choice + pattern[found.end() :] for choice in found[1].split(","))
    return tuple(parts for choice in choices for parts in _alternatives(choice))


def _parts(pattern: str) -> tuple[str | None, ...]:
    parts = tuple(None if name == "**" else name for name in _names(pattern))
    return parts if _WILD.search(pattern) and not pattern.endswith("/") else (*parts, None)


def _names(path: str) -> tuple[str, ...]:
    return tuple(name for name in path.split("/") if name not in {"", "."})


@lru_cache(maxsize=65536)
def _segments_overlap(a: str, b: str) -> bool:
    return _meet(_letters(a), _letters(b), _letters_overlap)


def _letters(segment: str) -> tuple[str | None, ...]:
    """Split a segment into letters; None is `*`, the empty text any one letter (`?` and, to be safe, `[...]`)."""
    return tuple(_letter(found) for found in _CLASS.findall(segment))


def _letter(found: str) -> str | None:
    if found == "*":
        return None
    return "" if found == "?" or len(found) > 1 else found


def _letters_overlap(a: str, b: str) -> bool:
    return a == b or not a or not b


def _meet(a: tuple[_Piece | None, ...], b: tuple[_Piece | None, ...], same: Callable[[_Piece, _Piece], bool]) -> bool:
    """Say whether two sequences, in which None stands for any number of pieces, can come to the same."""
    reach = _past_stars({0}, b)
    for piece in a:
        if piece is None:
            reach = set(range(min(reach, default=len(b) + 1), len(b) + 1))
        else:
            reach = _past_stars({after for j in reach for after in _take(piece, b, j, same)}, b)
    return len(b) in reach


def _take(
    piece: _Piece, b: tuple[_Piece | None, ...], j: int, same: Callable[[_Piece, _Piece], bool]
) -> tuple[int, ...]:
    """Give where in `b` one can stand after the piece was matched at `j`."""
    if j == len(b):
        return ()
    other = b[j]
    if other is None:
        return (j,)
    return (j + 1,) if same(piece, other) else ()


def _past_stars(reach: set[int], b: tuple[_Piece | None, ...]) -> set[int]:
    for j, piece in enumerate(b):
        if piece is None and j in reach:
            reach.add(j + 1)
    return reach

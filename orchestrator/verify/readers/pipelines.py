"""A pipeline's text, line by line: under which keys each stands, in which entries of lists, and on what it hangs.

Only as much of YAML as pipelines are written in. Never judges.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec


class Line(msgspec.Struct, frozen=True):
    """A line that says something. `entries`: of the lists it is in, by number, from without; `key` may be none."""

    keys: tuple[str, ...]
    key: str
    text: str
    entries: tuple[int, ...] = ()
    item: str = ""
    """The first line of the innermost entry it is in."""

    guards: tuple[str, ...] = ()
    """What must hold for it to be run, or to count, and where: the settings beside it and around it."""

    @property
    def place(self) -> tuple[str, ...]:
        """Give the keys it stands under, whether its command is beside the key or below it."""
        return self.keys[:-1] if self.is_run and not self.key else self.keys

    @property
    def is_run(self) -> bool:
        """Say whether the line is a command: the value of a key whose values are run, or in a text of that key."""
        return bool(self.text) and (self.key or (self.keys or ("",))[-1]) in _RUN


_RUN = frozenset(
    ("run", "script", "command", "install", "before_install", "before_script", "after_success", "after_script")
)
_GUARDS = frozenset(
    ("if", "continue-on-error", "working-directory", "shell", "when", "only", "except", "allow_failure", "needs")
)
_KEY = re.compile(r"(['\"]?)([\w./ -]+?)\1:(?:\s+(.*))?")
_BLOCK = re.compile(r"[|>][-+\d]*")
_WHOLE = re.compile(r"""^(['"])([^'"\\]+)\1$""")
"""A value that stands in quotes as a whole."""


@lru_cache(maxsize=16)
def lines_of(text: str) -> tuple[Line, ...]:
    """Give the lines of a pipeline, without comments and quotes; of `key: value` the value."""
    lines = list(_lines(text))
    guards = [line for line in lines if line.key in _GUARDS]
    return tuple(
        msgspec.structs.replace(line, guards=_guards(line, guards)) if line.is_run or line.key == "uses" else line
        for line in lines
    )


def _guards(line: Line, guards: Sequence[Line]) -> tuple[str, ...]:
    """Give what a line hangs on: the settings of the mappings that it is in."""
    return tuple(
        f"{one.key}: {one.text}"
        for one in guards
        if line.keys[: len(one.keys)] == one.keys and line.entries[: len(one.entries)] == one.entries
    )


def _lines(text: str) -> Iterator[Line]:
    above: list[tuple[int, str]] = []
    items: list[tuple[int, str, int]] = []
    block, number = -1, 0
    for raw in text.splitlines():
        plain, depth = raw.strip(), len(raw) - len(raw.lstrip())
        if not plain or plain.startswith("#"):
            continue
        if block >= 0 and depth > block:
            yield _line(above, "", plain, items)
            continue
        block = -1
        said = unquoted(f" {plain}".partition(" #")[0].strip())
        entry = said.startswith("- ") or said == "-"
        _leave(above, depth + entry)
        _leave(items, depth)
        if entry:
            number += 1
            items.append((depth, said, number))
            depth, said = depth + len(said) - len(said[1:].lstrip()), said[1:].lstrip()
        found = _KEY.fullmatch(said)
        if found is None:
            yield _line(above, "", _WHOLE.sub(r"\2", said), items)
            continue
        value = _WHOLE.sub(r"\2", found[3] or "")
        opens = _BLOCK.fullmatch(value) is not None
        block = depth if opens else -1
        yield _line(above, found[2], "" if opens and value[0] == "|" else value, items)
        above.append((depth, found[2]))


def _line(above: Sequence[tuple[int, str]], key: str, text: str, items: Sequence[tuple[int, str, int]]) -> Line:
    keys, entries = tuple(name for _, name in above), tuple(number for _, _, number in items)
    return Line(keys, key, text, entries, items[-1][1] if items else "")


def _leave(stack: list[tuple[int, str]] | list[tuple[int, str, int]], depth: int) -> None:
    """Leave what does not reach as deep as a line stands."""
    while stack and stack[-1][0] >= depth:
        stack.pop()


def unquoted(line: str) -> str:
    """Give a line of YAML as it is without quotes around words, and without spaces within brackets."""
    return re.sub(r"\[\s*(.*?)\s*\]", r"[\1]", re.sub(r"""(['"])([\w.*/@-]+)\1""", r"\2", line))


def outside(lines: Iterable[Line], jobs: Collection[str]) -> tuple[Line, ...]:
    """Leave out the lines of some jobs of a workflow."""
    gone = {("jobs", job) for job in jobs}
    return tuple(line for line in lines if (*line.keys, line.key)[:2] not in gone)

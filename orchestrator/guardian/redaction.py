"""Secrets taken out of a stream before it is written: known values and provider patterns, as data from whoever starts.

Never holds more than a line, or a bounded part of a longer one; never writes a part of what may yet become a secret.

Theory of operation. Looking for everything everywhere would cost more than the agents' output is worth, so cheap tests
come first. A known form of some length holds, wherever it lies, a whole 8-byte word at a multiple of 8, 16 or 32 bytes:
one pass over those words asks for all forms at once. A pattern stands at a literal (`ghp_`, `://`): only there is its
expression tried. Text is written line by line; where one is longer than `_HOLD`, all but its last part, and never a
part of a match. Forms with line ends in them are waited for.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import TypedDict

_HOLD = 1 << 16
_WORD, _STRIDES = 8, (4, 2, 1)

Span = tuple[int, int]


class Pattern(TypedDict):
    """An expression to try `back` bytes before each `at`; of a match, `group` is secret."""

    at: str
    match: str
    back: int
    group: int
    any_case: bool


class Rules(TypedDict):
    """What to take out: bytes spelled as Latin-1."""

    forms: list[str]
    patterns: list[Pattern]
    mark: str


class Redactor:
    """Finds secrets in a text."""

    def __init__(self, rules: Rules) -> None:
        forms = sorted((form.encode("latin-1") for form in rules["forms"]), key=len)
        self.mark = rules["mark"].encode("latin-1")
        self.longest = max(map(len, forms), default=0)
        self.over_lines = [form for form in forms if b"\n" in form or b"\r" in form]
        self._groups: dict[int, tuple[list[bytes], set[int]]] = {}
        for form in forms:
            stride = next((many for many in _STRIDES if len(form) >= _WORD * many + _WORD - 1), 0)
            members, words = self._groups.setdefault(stride, ([], set()))
            members.append(form)
            words.update(int.from_bytes(form[at : at + _WORD], sys.byteorder) for at in range(_WORD * stride))
        self._patterns = [(pattern, pattern["at"].encode("latin-1")) for pattern in rules["patterns"]]
        self._compiled: dict[str, re.Pattern[bytes]] = {}

    def spans(self, text: bytes) -> list[Span]:
        """Say where secrets stand, in order, apart from each other."""
        found = sorted((*self._known(text), *self._alike(text)))
        apart: list[Span] = []
        for begin, end in found:
            if apart and begin < apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((begin, end))
        return apart

    def _known(self, text: bytes) -> Iterator[Span]:
        words = memoryview(text)[: len(text) // _WORD * _WORD].cast("Q")
        for stride, (forms, wanted) in self._groups.items():
            if stride and wanted.isdisjoint(words[::stride]):
                continue
            for form in forms:
                yield from ((at, at + len(form)) for at in _all(text, form))

    def _alike(self, text: bytes) -> Iterator[Span]:
        lower = text.lower()
        for pattern, literal in self._patterns:
            where = lower if pattern["any_case"] else text
            at = where.find(literal)
            while at >= 0:
                begin = max(0, at - pattern["back"])
                match = self._expression(pattern["match"]).match(text, begin)
                if match:
                    yield match.span(pattern["group"])
                at = where.find(literal, max(at + 1, match.end() if match else 0))

    def _expression(self, text: str) -> re.Pattern[bytes]:
        """Compile what is looked for only once it may be there: most runs never need most of it."""
        if text not in self._compiled:
            self._compiled[text] = re.compile(text.encode("latin-1"), re.DOTALL)
        return self._compiled[text]


class Stream:
    """One output on its way: what goes in comes out without secrets, line by line."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._most = max(_HOLD, 2 * redactor.longest)
        self._held: list[bytes] = []
        self._size = 0

    def feed(self, block: bytes) -> bytes:
        """Take more in, and give what can be written now."""
        ended = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        lines = self._size + ended if ended else 0
        self._hold(block)
        if not lines and self._size <= 2 * self._most:
            return b""
        text = b"".join(self._held)
        spans = self._redactor.spans(text)
        safe = self._safe(text, lines, spans)
        self._held, self._size = [], 0
        self._hold(text[safe:])
        return _without(text[:safe], [span for span in spans if span[1] <= safe], self._redactor.mark)

    def end(self) -> bytes:
        """Give the rest: nothing more will come."""
        text = b"".join(self._held)
        self._held, self._size = [], 0
        return _without(text, self._redactor.spans(text), self._redactor.mark)

    def _hold(self, block: bytes) -> None:
        self._held.append(block)
        self._size += len(block)

    def _safe(self, text: bytes, lines: int, spans: Iterable[Span]) -> int:
        """Say how much can be written: whole lines, or of a very long one all but its end; never a part of a match."""
        safe = lines if len(text) - lines <= 2 * self._most else len(text) - self._most
        safe = self._before_begun(text, safe)
        begin, end = next((span for span in spans if span[0] < safe < span[1]), (safe, safe))
        return begin if end - begin <= self._most else end

    def _before_begun(self, text: bytes, safe: int) -> int:
        """Go back to where a secret of several lines may have begun; but never hold on to too much."""
        begun = [safe - size for form in self._redactor.over_lines if (size := _overlap(text[:safe], form))]
        key = text.rfind(b"-----BEGIN", max(0, safe - self._most), safe)
        if key >= 0 and text.find(b"-----END", key, safe) < 0 and b"PRIVATE" in text[key : key + 64]:
            begun.append(key)
        return min(begun, default=safe)


def _all(text: bytes, form: bytes) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + len(form))


def _overlap(text: bytes, form: bytes) -> int:
    """Give how much of the form's beginning, up to one of its line ends, stands at the text's end."""
    ends = [at + 1 for at in range(len(form) - 1) if form[at] in b"\n\r"]
    return next((size for size in reversed(ends) if text.endswith(form[:size])), 0)


def _without(text: bytes, spans: Iterable[Span], mark: bytes) -> bytes:
    parts: list[bytes] = []
    done = 0
    for begin, end in spans:
        parts += (text[done:begin], mark)
        done = end
    return b"".join((*parts, text[done:])) if parts else text

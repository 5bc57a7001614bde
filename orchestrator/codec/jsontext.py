"""JSON with places: which bytes say what, so that a value can be changed and every other byte stays.

Values are read by the C scanner of the standard library; only the members and elements someone asks for are walked
here. Never guesses: what is not JSON is refused with line, column and remedy.
"""

import json
import math
import re
from typing import NamedTuple, NoReturn

from orchestrator.codec.canonical import Json
from orchestrator.errors import InvalidInputError

MAX_BYTES = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = r'"(?:[^"\\]|\\.)*"'


class Element(NamedTuple):
    """A value in an array: text[start:end]. `doubled`: some object in it, at any depth, names a key twice."""

    start: int
    end: int
    value: Json
    doubled: bool


class Member(NamedTuple):
    """A member of an object: its key starts at `key_start`, its value is text[start:end]."""

    key: str
    key_start: int
    start: int
    end: int
    value: Json
    elements: tuple[Element, ...] = ()
    """The value's parts, where it is an array that was asked for in parts."""


class _Unfit(ValueError):  # noqa: N818 - an inner signal with the offending token, never seen by callers
    """A number that is JSON's or nobody's, but that no reader here can hold."""


def _unfit(token: str) -> NoReturn:
    raise _Unfit(token)


def _number(token: str) -> float:
    value = float(token)
    return value if math.isfinite(value) else _unfit(token)


class JsonText:
    """One file's text with its byte order mark put aside. Editing gives new text; this never changes."""

    def __init__(self, data: bytes, path: str) -> None:
        self.path = path
        if len(data) > MAX_BYTES:
            raise InvalidInputError(f"{path}: {len(data)} bytes, at most {MAX_BYTES} are read; split the file")
        self.bom = _BOM if data.startswith(_BOM) else b""
        try:
            self.text = data[len(self.bom) :].decode()
        except UnicodeDecodeError as error:
            at = error.start
            line, column = data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at)
            raise InvalidInputError(f"{path}: line {line}, column {column}: not UTF-8; save it as UTF-8") from None
        if not self.text.strip():
            raise InvalidInputError(f"{path}: the file is empty; write a JSON object or delete the file")
        self._doubled = False
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._pairs, parse_constant=_unfit, parse_float=_number, strict=True
        )
        self._mark = (0, 1)

    def encode(self, text: str) -> bytes:
        """Give the bytes of an edited text, with the mark the file had."""
        return self.bom + text.encode()

    def _pairs(self, pairs: list[tuple[str, Json]]) -> Json:
        value = dict(pairs)
        if len(value) != len(pairs):
            self._doubled = True
        return value

    def line(self, at: int) -> int:
        """Count lines up to a place, from 1; quick for places in rising order."""
        seen, line = self._mark if self._mark[0] <= at else (0, 1)
        line += self.text.count("\n", seen, at)
        self._mark = (at, line)
        return line

    def refuse(self, at: int, what: str) -> InvalidInputError:
        """Make the error for a place; `what` says what is wrong and what to do."""
        column = at - self.text.rfind("\n", 0, at)
        return InvalidInputError(f"{self.path}: line {self.line(at)}, column {column}: {what}")

    def space(self, at: int) -> int:
        """Give the place of the next character that is not white space."""
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def top(self, parts: frozenset[str] = frozenset()) -> tuple[int, list[Member], int]:
        """Read the file: where its one object starts, its members, its end. Arrays named in `parts` come in parts."""
        start = self.space(0)
        if self.text[start] != "{":
            raise self.refuse(start, "the file is not a JSON object; it must start with { and hold the tasks in it")
        members, end = self.members(start, parts)
        rest = self.space(end)
        if rest != len(self.text):
            raise self.refuse(rest, "text after the end of the object; remove it")
        return start, members, end

    def members(self, start: int, parts: frozenset[str] = frozenset()) -> tuple[list[Member], int]:
        """Walk the object that starts at `start`: its members in order, a key that is doubled twice, and its end."""
        members: list[Member] = []
        at = self.space(start + 1)
        if self._at(at) == "}":
            return members, at + 1
        while True:
            member = self._member(at, parts)
            members.append(member)
            at = self.space(member.end)
            if self._at(at) == "}":
                return members, at + 1
            if self._at(at) != ",":
                raise self.refuse(at, "a ',' or '}' is missing here; add it")
            at = self.space(at + 1)

    def _member(self, at: int, parts: frozenset[str]) -> Member:
        if self._at(at) != '"':
            raise self.refuse(at, f"a name in double quotes is missing here; {self._hint(at)}")
        key, end, _ = self.value(at)
        colon = self.space(end)
        if self._at(colon) != ":":
            raise self.refuse(colon, "a ':' is missing here; add it")
        start = self.space(colon + 1)
        if key in parts and self._at(start) == "[":
            elements, end = self.elements(start)
            return Member(str(key), at, start, end, [element.value for element in elements], tuple(elements))
        value, end, _ = self.value(start)
        return Member(str(key), at, start, end, value)

    def elements(self, start: int) -> tuple[list[Element], int]:
        """Walk the array that starts at `start`: its elements in order, and its end."""
        elements: list[Element] = []
        at = self.space(start + 1)
        if self._at(at) == "]":
            return elements, at + 1
        while True:
            value, end, doubled = self.value(at)
            elements.append(Element(at, end, value, doubled))
            at = self.space(end)
            if self._at(at) == "]":
                return elements, at + 1
            if self._at(at) != ",":
                raise self.refuse(at, "a ',' or ']' is missing here; add it")
            at = self.space(at + 1)

    def value(self, at: int) -> tuple[Json, int, bool]:
        """Read the value that starts at `at`: what it says, its end, whether an object in it names a key twice."""
        self._doubled = False
        try:
            value, end = self._decoder.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            what = error.msg[:1].lower() + error.msg[1:]
            raise self.refuse(error.pos, f"{what}; {self._hint(error.pos)}") from None
        except RecursionError:
            raise self.refuse(at, "nested too deeply to be read; flatten it") from None
        except _Unfit as error:
            token = str(error)
            raise self._refuse_token(
                at, re.escape(token), f"{token[:40]} is no usable number; write it in quotes"
            ) from None
        except ValueError:  # the interpreter's limit on the digits of a whole number
            raise self._refuse_token(at, r"-?\d{640,}", "a number with too many digits; write it in quotes") from None
        return value, end, self._doubled

    def _refuse_token(self, start: int, pattern: str, what: str) -> InvalidInputError:
        for found in re.compile(f"{_STRING}|({pattern})", re.DOTALL).finditer(self.text, start):
            if found[1]:
                return self.refuse(found.start(), what)
        return self.refuse(start, what)  # pragma: no cover - the scanner has just met the token

    def _at(self, at: int) -> str:
        return self.text[at : at + 1]

    def _hint(self, at: int) -> str:
        if at >= len(self.text):
            return "the file ends too early: write its end, or save it once more"
        if self.text.startswith(("//", "/*", "#"), at):
            return "JSON has no comments: remove it"
        if self._at(at) == "'":
            return "use double quotes"
        if self._at(at) in "]},":
            return "remove the ',' before it"
        return "correct it there"

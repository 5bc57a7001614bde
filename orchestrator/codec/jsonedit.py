"""Changes to a JSON text in its own style. Makes edits (start, end, new text) and applies them; never re-renders."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from orchestrator.codec.canonical import Json
from orchestrator.codec.jsontext import JsonText, Member


class Edit(NamedTuple):
    """Replace text[start:end] by `new`."""

    start: int
    end: int
    new: str


class Style(NamedTuple):
    """How a file is written."""

    unit: str = "  "
    """One step of indentation; empty: everything on one line."""
    newline: str = "\n"
    colon: str = ": "
    gap: str = " "
    """What follows a comma on one line."""
    ascii: bool = False
    flat_lists: bool = True
    """Lists of plain values stand on one line."""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Give the text with all edits made; they do not overlap, and edits at one place keep their order."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += (text[done : edit.start], edit.new)
        done = edit.end
    return "".join((*pieces, text[done:]))


def style_of(source: JsonText, start: int, members: Sequence[Member]) -> Style:
    """Read the style off an object's first member, and of the file's non-ASCII text."""
    text = source.text
    ascii_only = text.isascii() and "\\u" in text
    newline = "\r\n" if "\r\n" in text else "\n"
    if not members:
        return Style(unit="", newline=newline, ascii=ascii_only)
    first = members[0]
    lead = text[start + 1 : first.key_start]
    unit = _last_line(lead)[len(_indent(text, start)) :] if "\n" in lead else ""
    colon = text[first.key_start + _key_length(source, first) : first.start]
    return Style(
        unit, newline, colon, " " if colon.endswith((" ", "\n")) else "", ascii_only, _flat_lists(text, members)
    )


def _flat_lists(text: str, members: Sequence[Member]) -> bool:
    lists = [text[member.start : member.end] for member in members if isinstance(member.value, list) and member.value]
    return not lists or not all("\n" in shown for shown in lists)


def _key_length(source: JsonText, member: Member) -> int:
    return source.value(member.key_start)[1] - member.key_start


def _last_line(space: str) -> str:
    return space.rpartition("\n")[2]


def _indent(text: str, at: int) -> str:
    """Give the white space that starts the line of a place."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def render(value: Json, style: Style, indent: str = "") -> str:
    """Write a value as the file would, its first line where the cursor stands, further lines from `indent` on."""
    match value:
        case dict() if value and style.unit:
            inner = indent + style.unit
            parts = [f"{quote(key, style)}{style.colon}{render(part, style, inner)}" for key, part in value.items()]
            return _block("{", parts, "}", style, indent)
        case dict():
            shown = (f"{quote(key, style)}{style.colon}{render(part, style)}" for key, part in value.items())
            return "{" + f",{style.gap}".join(shown) + "}"
        case list() if value and style.unit and not (style.flat_lists and _plain(value)):
            return _block("[", [render(part, style, indent + style.unit) for part in value], "]", style, indent)
        case list():
            return "[" + f",{style.gap}".join(render(part, style) for part in value) + "]"
        case _:
            return quote(value, style)


def _plain(values: list[Json]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


def _block(opening: str, parts: list[str], closing: str, style: Style, indent: str) -> str:
    lead = f"{style.newline}{indent}{style.unit}"
    return f"{opening}{lead}{f',{lead}'.join(parts)}{style.newline}{indent}{closing}"


def quote(value: Json, style: Style) -> str:
    """Write a plain value; half a surrogate pair, which UTF-8 cannot hold, stays an escape."""
    shown = json.dumps(value, ensure_ascii=style.ascii)
    return shown if style.ascii or shown.isascii() or _encodable(shown) else json.dumps(value)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Object:
    """An object in a text, open for changes: collects edits, never makes them."""

    def __init__(self, source: JsonText, start: int, outer: Style | None = None) -> None:
        self._source = source
        self._text = source.text
        self.start = start
        self.members, self.end = source.members(start)
        self.style = style_of(source, start, self.members) if self.members or outer is None else outer
        if outer is not None:
            self.style = self.style._replace(ascii=outer.ascii, newline=outer.newline)
        self._by_key: Mapping[str, int] = {member.key: place for place, member in enumerate(self.members)}

    def get(self, key: str) -> Member | None:
        """Find a member; of a key that stands twice the last, as every reader does."""
        place = self._by_key.get(key)
        return None if place is None else self.members[place]

    def replace(self, key: str, value: Json) -> Edit:
        """Change the value of a member that exists, in the manner of the old value where both are lists."""
        member = self.members[self._by_key[key]]
        style = self.style
        old = self._text[member.start : member.end]
        if isinstance(member.value, list) and member.value:
            style = style._replace(flat_lists="\n" not in old)
        return Edit(member.start, member.end, render(value, style, _indent(self._text, member.key_start)))

    def insert(self, fields: Mapping[str, Json], after: str | None = None) -> list[Edit]:
        """Add members behind the one named `after`, else at the end, spaced as its neighbours are."""
        if not fields:
            return []
        if not self.members:
            indent = _indent(self._text, self.start)
            return [Edit(self.start, self.end, render(dict(fields), self.style, indent))]
        place = self._by_key.get(after, len(self.members) - 1) if after is not None else len(self.members) - 1
        lead = self._lead(place)
        indent = _last_line(lead) if "\n" in lead else _indent(self._text, self.members[place].key_start)
        style = self.style if "\n" in lead else self.style._replace(unit="")
        shown = "".join(
            f",{lead}{quote(key, style)}{style.colon}{render(value, style, indent)}" for key, value in fields.items()
        )
        end = self.members[place].end
        return [Edit(end, end, shown)]

    def insert_before(self, key: str, name: str, value: Json) -> Edit:
        """Add one member in front of the member `key`, on its own line where that one has its own."""
        place = self._by_key[key]
        at = self.members[place].key_start
        lead = self._lead(place)
        indent = _last_line(lead) if "\n" in lead else ""
        style = self.style if "\n" in lead else self.style._replace(unit="")
        gap = self._text[self._before(place) : at] if "\n" in lead else style.gap
        return Edit(at, at, f"{quote(name, style)}{style.colon}{render(value, style, indent)},{gap}")

    def remove(self, key: str) -> Edit:
        """Take a member out with the comma that is one too many."""
        place = self._by_key[key]
        if place + 1 < len(self.members):
            return Edit(self.members[place].key_start, self.members[place + 1].key_start, "")
        if place:
            return Edit(self.members[place - 1].end, self.members[place].end, "")
        return Edit(self.start + 1, self.end - 1, "")

    def _before(self, place: int) -> int:
        """Give the place behind the comma or brace in front of a member."""
        if not place:
            return self.start + 1
        return self._text.index(",", self.members[place - 1].end) + 1

    def _lead(self, place: int) -> str:
        """Give the white space that a member behind `place` would have in front of it."""
        own = self._text[self._before(place) : self.members[place].key_start]
        if place or "\n" in own:
            return own
        if len(self.members) > 1:
            return self._text[self._before(1) : self.members[1].key_start]
        return self.style.gap

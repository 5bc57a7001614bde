"""What a form is, and what those of every language but Python are made of: each gives the new text, or None."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.places import Change, Place

ZERO = "ZERO"
ARGUMENT = "ARGUMENT"
Make = Callable[[Place], str | Change | None]


@dataclass(frozen=True)
class Tree:
    """The files of the commit a form is put on, for forms that change others than the place's."""

    paths: tuple[str, ...]
    read: Callable[[str], str | None]
    before: Mapping[str, str | None]
    """What the commit itself changed, as it was; None was not there."""


@dataclass(frozen=True)
class Wide:
    """A change that needs the tree to be made."""

    make: Callable[[Tree], Change | None]


@dataclass(frozen=True)
class Form:
    """One form of one family of languages. `tests`: it is done to tests, else to sources."""

    family: str
    name: str
    tests: bool
    make: Callable[[Any], str | Change | Wide | None]
    """Given a place; in Python a target."""


def body(*lines: str) -> Make:
    """Put these lines in the body's place."""
    return lambda place: place.with_body(*lines)


def typed(pattern: str, *lines: str) -> Make:
    """Put these lines in the body's place, where what it gives back looks so."""
    return lambda place: place.with_body(*lines) if re.match(pattern, place.result) else None


def zero(*lines: str) -> Make:
    """Put these lines in the body's place; `ZERO` is an empty value of what it gives back."""

    def make(place: Place) -> str | None:
        empty = empty_of(place)
        return place.with_body(*(line.replace(ZERO, empty) for line in lines)) if empty else None

    return make


def ahead(*lines: str) -> Make:
    """Put these lines before the body; `ZERO` is an empty value of what it gives back."""

    def make(place: Place) -> str | None:
        empty = empty_of(place)
        return place.before_body(*(line.replace(ZERO, empty) for line in lines)) if empty else None

    return make


def empty_of(place: Place) -> str:
    """Give an empty value of what the place gives back; nothing where none is known."""
    match place.family:
        case "js":
            return "null"
        case "rust":
            return "Default::default()"
        case "go":
            return f"*new({place.result})" if re.fullmatch(r"[\w.*\[\]]+", place.result) else ""
        case _:
            numbers = {"boolean": "false", "int": "0", "long": "0L", "double": "0.0", "void": ""}
            return numbers.get(place.result, "null" if place.result[:1].isupper() else "")


def before(*lines: str) -> Make:
    """Put these lines before the body."""
    return lambda place: place.before_body(*lines)


def around(head: str, *tail: str) -> Make:
    """Put the body between these lines; in the last ones `ZERO` is an empty value of what it gives back."""

    def make(place: Place) -> str | None:
        empty = empty_of(place)
        needed = any(ZERO in line for line in tail)
        return None if needed and not empty else place.around_body(head, *(t.replace(ZERO, empty) for t in tail))

    return make


def commented(ending: str, mark: str = "//") -> Make:
    """Turn the body into comments; `ZERO` in the ending as in `zero`."""

    def make(place: Place) -> str | None:
        empty = empty_of(place)
        if ZERO in ending and not empty:
            return None
        first, last = place.statements[0][0], place.statements[-1][1]
        lines = [f"{mark} {line.strip()}" for line in place.text[first:last].split("\n")]
        return place.with_body(*lines, *([ending.replace(ZERO, empty)] if ending else []))

    return make


def above(line: str) -> Make:
    """Put a line above the function."""
    return lambda place: place.above(line)


def head(*lines: str) -> Make:
    """Put these lines at the file's top."""
    return lambda place: "\n".join([*lines, place.text])


def tail(*lines: str) -> Make:
    """Put these lines at the file's end."""
    return lambda place: "\n".join([place.text.rstrip("\n"), "", *lines, ""])


def swapped(old: str, new: str) -> Make:
    """Replace words of the function's head."""
    return lambda place: place.swapped(old, new)


def check(pattern: str, new: str) -> Make:
    """Rewrite the first assertion that looks so."""

    def rewrite(text: str) -> str | None:
        made = re.sub(pattern, new, text, count=1, flags=re.DOTALL)
        return made if made != text else None

    return lambda place: place.first_check(rewrite)


def each(make: Callable[[str], str | None]) -> Make:
    """Rewrite every assertion."""
    return lambda place: place.each_check(make)


def within(pattern: str, new: str) -> Make:
    """Rewrite the first piece of the body that looks so."""

    def make(place: Place) -> str | None:
        inside = place.text[place.opened : place.closed]
        made = re.sub(pattern, new, inside, count=1)
        return place.text[: place.opened] + made + place.text[place.closed :] if made != inside else None

    return make


def anywhere(pattern: str, new: str) -> Make:
    """Rewrite the first piece of the file that looks so."""

    def make(place: Place) -> str | None:
        made = re.sub(pattern, new, place.text, count=1, flags=re.MULTILINE)
        return made if made != place.text else None

    return make


def moved(to: Callable[[str], str | None]) -> Make:
    """Give the file another path; None takes it away."""

    def make(place: Place) -> Change | None:
        path = to(place.path)
        return {place.path: None} if path is None else {place.path: None, path: place.text}

    return make


def beside(name: str, text: str) -> Make:
    """Add a file at the repository's top."""
    return lambda _: {name: text}


def argument(template: str) -> Make:
    """Use the first argument, `ARGUMENT`, in the body's place."""

    def make(place: Place) -> str | None:
        names = [name for name in place.parameters if name not in {"self", "this"}]
        return place.with_body(*template.replace(ARGUMENT, names[0]).split("\n")) if names else None

    return make

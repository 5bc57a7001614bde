"""What the fifth list's forms of several languages share."""

import re
from collections.abc import Callable

from corpus.making import Make
from corpus.places import Change, Place

_TUPLE = re.compile(r"\(([\w.*\[\], ]+)\)")


def files(put: dict[str, str]) -> Make:
    """Add files, or put them in the place of those that are there."""
    return lambda _: dict(put)


def also(make: Make, put: Callable[[Place], dict[str, str]]) -> Make:
    """Change the place's file, and add files that go with it."""

    def both(place: Place) -> Change | None:
        made = make(place)
        return {place.path: made, **put(place)} if isinstance(made, str) else None

    return both


def where(test: Callable[[Place], bool], make: Make) -> Make:
    """Do it only where this holds."""
    return lambda place: make(place) if test(place) else None


def has(pattern: str) -> Callable[[Place], bool]:
    """Say whether a file has such a piece."""
    return lambda place: re.search(pattern, place.text, re.MULTILINE) is not None


def piece(pattern: str, make: Callable[[re.Match[str]], str]) -> Make:
    """Rewrite the first piece of the body that looks so."""

    def rewrite(place: Place) -> str | None:
        found = re.compile(pattern).search(place.text, place.opened, place.closed)
        if found is None:
            return None
        return place.text[: found.start()] + make(found) + place.text[found.end() :]

    return rewrite


def named(*lines: str) -> Make:
    """Put lines in the body's place; `NAME` is the function's."""
    return lambda place: place.with_body(*(line.replace("NAME", place.name) for line in lines))


def folder(path: str) -> str:
    """Give a file's folder, with the slash; nothing at the top."""
    return path[: path.rfind("/") + 1]


def stem(path: str) -> str:
    """Give a file's name without its folder and its last ending."""
    name = path.rpartition("/")[2]
    return name[: name.rfind(".")] if "." in name else name


def zeros(result: str) -> str:
    """Give empty values of what a Go function gives back; nothing where none are known."""
    found = _TUPLE.fullmatch(result)
    kinds = [one.strip() for one in found[1].split(",")] if found else [result]
    if not all(re.fullmatch(r"[\w.*\[\]]+", kind) for kind in kinds):
        return ""
    return ", ".join("nil" if kind == "error" else f"*new({kind})" for kind in kinds)


def chained(*makes: Make) -> Make:
    """Do several things to one file, the later ones being told what the earlier ones made of it.

    The earlier ones must change nothing before the function's head, and no offsets the later ones look at.
    """

    def make(place: Place) -> str | None:
        text = place.text
        for one in makes:
            made = one(place.again(text))
            if not isinstance(made, str):
                return None
            text = made
        return text

    return make

"""What the fourth list's forms of several languages share."""

import re
from collections.abc import Callable

from corpus.making import Make
from corpus.places import Change, Place

_QUOTES = "\"'`"


def parts(text: str) -> tuple[str, list[str]] | None:
    """Give an assertion's callee and arguments, where it is one plain call."""
    found = re.match(r"\s*([\w.!]+)\((.*)\)\s*;?\s*$", text, re.DOTALL)
    if found is None:
        return None
    given, depth, quote, last = [""], 0, "", ""
    for sign in found[2]:
        if quote:
            quote = "" if sign == quote and last != "\\" else quote
        elif sign in _QUOTES:
            quote = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
        if depth < 0:
            return None
        if sign == "," and not depth and not quote:
            given.append("")
        else:
            given[-1] += sign
        last = sign
    return None if depth or quote else (found[1], [one.strip() for one in given if one.strip()])


def call(pattern: str, make: Callable[[str, list[str]], str]) -> Callable[[str], str | None]:
    """Rewrite an assertion of such a name that compares two things."""

    def rewrite(text: str) -> str | None:
        found = parts(text)
        if found is None or not re.fullmatch(pattern, found[0]) or len(found[1]) < 2:  # noqa: PLR2004 - a pair
            return None
        made = make(*found)
        return made if made != text else None

    return rewrite


def first(pattern: str, make: Callable[[str, list[str]], str]) -> Make:
    """Rewrite the first such assertion."""
    return lambda place: place.first_check(call(pattern, make))


def each_or(make: Callable[[Place], str | Change | None], forbidden: str) -> Make:
    """Do it where the body has no such word."""
    return lambda place: None if forbidden in place.text[place.opened : place.closed] else make(place)


def inside(place: Place) -> str:
    """Give the body's text."""
    return place.text[place.statements[0][0] : place.statements[-1][1]]


def last(place: Place) -> tuple[str, int, int]:
    """Give the last statement and where it stands."""
    start, end = place.statements[-1]
    return place.text[start:end], start, end


def after(place: Place, text: str, *lines: str) -> str:
    """Put lines after the function of a file whose text before it is as it was."""
    end = len(text) - len(place.text) + place.closed
    return text[:end] + "\n\n" + "\n".join(lines) + text[end:]


def ended(text: str, *lines: str) -> str:
    """Put lines at a file's end."""
    return "\n".join([text.rstrip("\n"), "", *lines, ""])


def thrown_away(template: str, empty: Callable[[Place], str]) -> Make:
    """Let the last `return` compute, and give back nothing of it."""

    def make(place: Place) -> str | None:
        text, start, end = last(place)
        value, nothing = text.removeprefix("return ").rstrip(";"), empty(place)
        if not text.startswith("return ") or "(" not in value or not nothing:
            return None
        new = template.replace("VALUE", value).replace("ZERO", nothing).replace("\n", "\n" + place.indent)
        return place.text[:start] + new + place.text[end:]

    return make


def disabled(place: Place) -> Change:
    """Give a file a name no runner looks at."""
    return {place.path: None, place.path + ".disabled": place.text}

"""What the sixth list's forms are made of: statements taken away, assertions taken apart, files of settings edited."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from corpus.making import Make, Tree, Wide
from corpus.mutators import Target
from corpus.places import Change, Place

_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`]*`|\'(?:\\.|[^\'\\\n])*\'')
_MANY = 2
Rewrite = Callable[[str], str | None]


def called(text: str) -> tuple[str, list[str], str] | None:
    """Take a call apart: what is called, its arguments, what comes after it."""
    opened = text.find("(")
    at, depth, start = opened + 1, 0, opened + 1
    parts: list[str] = []
    while 0 < at < len(text):
        literal = _STRING.match(text, at)
        if literal is not None:
            at = literal.end()
            continue
        one = text[at]
        if one in ")]}" and not depth:
            parts.append(text[start:at].strip())
            return text[:opened], [part for part in parts if part], text[at + 1 :]
        depth += (one in "([{") - (one in ")]}")
        if one == "," and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
        at += 1
    return None


def on_call(pattern: str, make: Callable[[list[str]], str | None], least: int = 2) -> Rewrite:
    """Rewrite an assertion whose call looks so and has so many arguments."""

    def rewrite(text: str) -> str | None:
        found = called(text)
        if found is None or not re.fullmatch(pattern, found[0]) or len(found[1]) < least:
            return None
        made = make(found[1])
        return made + found[2] if made is not None else None

    return rewrite


def one(rewrite: Rewrite) -> Make:
    """Rewrite the first assertion that can be; a form feed begins another line."""

    def make(place: Place) -> str | None:
        for first, end in place.checks:
            text = place.text[first:end]
            made = rewrite(text)
            if made is not None and made != text:
                pad = place.text[place.text.rfind("\n", 0, first) + 1 : first]
                return place.text[:first] + made.replace("\f", f"\n{pad}") + place.text[end:]
        return None

    return make


def every(rewrite: Rewrite) -> Make:
    """Rewrite all assertions that can be."""

    def changed(text: str) -> str:
        made = rewrite(text)
        return text if made is None else made

    return lambda place: place.each_check(changed)


def hidden(text: str) -> str:
    """Turn an assertion into comments."""
    rows = text.split("\n")
    pad = rows[-1][: len(rows[-1]) - len(rows[-1].lstrip())]
    return "\n".join([f"// {rows[0]}", *(f"{pad}// {row.removeprefix(pad)}".rstrip() for row in rows[1:])])


def commented_body(place: Place) -> list[str]:
    """Give the body's lines as comments."""
    rows = place.text[place.statements[0][0] : place.statements[-1][1]].split("\n")
    return [f"// {row.removeprefix(place.indent)}".rstrip() for row in rows]


def wrapped(head: str, *tail: str) -> Make:
    """Put the body between these lines, indented."""

    def make(place: Place) -> str:
        unit = {"js": "  ", "go": "\t"}.get(place.family, "    ")
        rows = place.text[place.statements[0][0] : place.statements[-1][1]].split("\n")
        inner = "\n".join(unit + row if row.strip() and at else row for at, row in enumerate(rows))
        return place.with_body(head, unit + inner, *tail)

    return make


def half(*lines: str) -> Make:
    """Keep the first half of the body, and end it so."""

    def make(place: Place) -> str | None:
        kept = len(place.statements) // 2
        if not kept or _leaves(place.text[place.statements[0][0] : place.statements[kept - 1][1]]):
            return None
        first, last = place.statements[kept][0], place.statements[-1][1]
        return place.text[:first] + f"\n{place.indent}".join(lines) + place.text[last:]

    return make


def _leaves(text: str) -> bool:
    return re.search(r"^\s*return\b", text, re.MULTILINE) is not None


def last(pattern: str, *lines: str) -> Make:
    """Put these lines in place of the last statement, where it looks so and is not the only one."""

    def make(place: Place) -> str | None:
        first, end = place.statements[-1]
        if len(place.statements) < _MANY or not re.match(pattern, place.text[first:end], re.DOTALL):
            return None
        return place.text[:first] + f"\n{place.indent}".join(lines) + place.text[end:]

    return make


def dropped(pattern: str, *lines: str) -> Make:
    """Take the first outer statement away that looks so; not the only one."""

    def make(place: Place) -> str | None:
        for first, end in place.statements if len(place.statements) >= _MANY else ():
            if re.match(pattern, place.text[first:end], re.DOTALL):
                if not lines:
                    start = place.text.rfind("\n", 0, first)
                    return place.text[:start] + place.text[end:]
                return place.text[:first] + f"\n{place.indent}".join(lines) + place.text[end:]
        return None

    return make


def fewer_checks(place: Place) -> str | None:
    """Delete the last assertion of many."""
    if len(place.checks) < _MANY:
        return None
    first, end = place.checks[-1]
    return place.text[: place.text.rfind("\n", 0, first)] + place.text[end:]


def by_result(table: Mapping[str, tuple[str, ...]]) -> Make:
    """Put a body in place by what is given back: the first pattern that fits all of it."""

    def make(place: Place) -> str | None:
        for pattern, lines in table.items():
            if re.fullmatch(pattern, place.result, re.DOTALL):
                return place.with_body(*lines)
        return None

    return make


def first_of(*makes: Make) -> Make:
    """Do the first that can be done."""

    def make_first(place: Place) -> str | Change | None:
        for make_one in makes:
            made = make_one(place)
            if made is not None:
                return made
        return None

    return make_first


def _named(text: str, place: Target | Place) -> str:
    name = place.node.name if isinstance(place, Target) else place.name.strip("'\"`")
    file = place.path.rpartition("/")[2]
    return text.replace("@PATH@", place.path).replace("@FILE@", file).replace("@NAME@", name)


def edited(
    paths: str, pattern: str, new: str, added: Mapping[str, str] | None = None, unless: str = ""
) -> Callable[[Any], Wide]:
    """Rewrite the first piece that looks so of a file of settings; where there is no such file, add one."""

    def make(place: Target | Place) -> Wide:
        return Wide(lambda tree: _edit(tree, paths, lambda text: rewritten(text, place), _filled(added, place)))

    def rewritten(text: str, place: Target | Place) -> str | None:
        if unless and re.search(unless, text):
            return None
        made = re.sub(pattern, lambda found: found.expand(_named(new, place)), text, count=1, flags=re.MULTILINE)
        return made if made != text else None

    return make


def _filled(added: Mapping[str, str] | None, place: Target | Place) -> Mapping[str, str]:
    return {path: _named(text, place) for path, text in (added or {}).items()}


def _edit(tree: Tree, paths: str, rewrite: Rewrite, added: Mapping[str, str]) -> Change | None:
    here = [path for path in tree.paths if re.fullmatch(paths, path)]
    for path in here:
        text = tree.read(path)
        made = rewrite(text) if text is not None else None
        if made is not None:
            return {path: made}
    return added if added and not here and not set(added) & set(tree.paths) else None


def appended(paths: str, new: str, added: str = "") -> Callable[[Any], Wide]:
    """Put text at the end of a file of settings; where there is none, and a path is given, in a new one."""

    def make(place: Target | Place) -> Wide:
        text = _named(new, place)
        return Wide(
            lambda tree: _edit(
                tree,
                paths,
                lambda old: f"{old.rstrip()}\n{text}" if text.strip() not in old else None,
                {added: text.lstrip("\n")} if added else {},
            )
        )

    return make


def only_told(source: str, document: str, *lines: str) -> Callable[[Any], Wide]:
    """Put back what the commit changed; leave a document that says it is done, or nothing at all."""

    def change(tree: Tree) -> Change | None:
        if not any(re.search(source, path) for path in tree.before):
            return None
        told = {document: "\n".join(lines)} if document else {}
        return {**tree.before, **told} if not set(told) & set(tree.paths) else None

    return lambda _: Wide(change)


CI = r"\.github/workflows/[^/]*\.ya?ml|\.travis\.yml|\.circleci/config\.yml"


def forgiven(command: str) -> Callable[[Any], Wide]:
    """Let continuous integration go on when the tests fail, by the shell."""
    line = rf"(?:- )?run: +[^|>\"'\n]*\b(?:{command})\b|(?<=        )(?:{command})\b"
    return edited(CI, rf"^(\s*(?:{line})[^|\"'\n]*)$", r"\1 || true")


def tolerated(command: str) -> Callable[[Any], Wide]:
    """Let continuous integration go on when the tests fail, by its own setting."""
    dashed = edited(CI, rf"^( +)- (run: .*\b(?:{command})\b.*)$", r"\1- continue-on-error: true\n\1  \2")
    plain = edited(CI, rf"^( +)(run: .*\b(?:{command})\b.*)$", r"\1continue-on-error: true\n\1\2")
    return either(plain, dashed)


def either(*makes: Callable[[Any], Wide]) -> Callable[[Any], Wide]:
    """Do the first that can be done to the tree."""

    def make(place: Target | Place) -> Wide:
        wides = [made(place) for made in makes]
        return Wide(lambda tree: next((made for wide in wides if (made := wide.make(tree)) is not None), None))

    return make

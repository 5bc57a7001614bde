"""What silences tests of JavaScript and TypeScript: how they are called, and what they are given. Never runs them."""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec
from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.flags import known, settled
from orchestrator.verify.readers.grammar.skipping import Mark, depends
from orchestrator.verify.readers.grammar.source import arguments, bare, parts

SILENT = frozenset({"skip", "todo", "only", "fails", "failing", "fixme", "skipIf", "runIf"})
_MARKED = frozenset({"xit", "xtest", "xspecify", "xdescribe", "xcontext", "fit", "fdescribe"})


class Chain(msgspec.Struct, frozen=True):
    """`expect(a).not.toBe(b)`: what it begins with, the members behind it, and the calls in it, innermost first."""

    root: str
    members: tuple[str, ...]
    calls: tuple[SgNode, ...]

    def given(self, number: int) -> list[SgNode]:
        """Give the arguments of one of its calls; none if there are not so many."""
        return arguments(self.calls[number]) if -len(self.calls) <= number < len(self.calls) else []


def chain_of(node: SgNode) -> Chain:
    """Take a call apart: `it.skip.each(table)(title, body)`."""
    members: list[str] = []
    calls: list[SgNode] = []
    while True:
        if node.kind() == "call_expression":
            calls.append(node)
            inner = node.field("function")
        elif node.kind() == "member_expression":
            found = node.field("property")
            members.append(found.text() if found is not None else "")
            inner = node.field("object")
        elif node.kind() == "non_null_expression" and parts(node):
            inner = parts(node)[0]
        else:
            break
        if inner is None:
            break
        node = bare(inner)
    root = node.text() if node.kind() in {"identifier", "this"} else ""
    return Chain(root, tuple(reversed(members)), tuple(reversed(calls)))


_OTHERWISE = re.compile(
    r"^(?:const|let|var)\s+(\w+)\s*=\s*([^;\n?]+?)\s*\?\s*(?:test|it)(\.(?:skip|failing|fails))?\s*:\s*"
    r"(?:test|it)(\.(?:skip|failing|fails))?\s*;?\s*$",
    re.MULTILINE,
)
_SOMEWHERE = re.compile(
    r"\(?\s*process\.(?:(platform)|arch|version|versions\.\w+)\s*"
    r"(?:([!=])==?\s*['\"]([^'\"]+)['\"]|\.(?:startsWith|includes)\(\s*['\"][^'\"]+['\"]\s*\))\s*\)?\s*"
)
_KNOWS = re.compile(
    r"\(?\s*typeof\s+(?:process|Error|util|globalThis|Symbol|Promise|Array|Object|fs|http|crypto|Buffer|URL|Intl)(?:\.\w+)+"
    r"\s*[!=]==?\s*['\"](?:function|undefined)['\"]\s*\)?\s*"
)
"""Whether a runtime has a part of its own library: older and newer ones lack some."""
_HERE = "linux"


@lru_cache(maxsize=256)
def others_of(text: str) -> dict[str, tuple[str, ...]]:
    """Give what a file calls its test function by where it is run: a name, and what silences it where it is judged."""
    return {
        match[1]: ("skip",) if _is_silent(match[2], there=bool(match[3]), elsewhere=bool(match[4])) else ()
        for match in _OTHERWISE.finditer(text)
        if len(re.findall(rf"\b{match[1]}\s*=(?!=)|\b(?:function|let|var)\s+{match[1]}\b", text)) == 1
    }


def _is_silent(condition: str, *, there: bool, elsewhere: bool) -> bool:
    """Say whether tests are skipped by more than a place that is not this one."""
    place = _SOMEWHERE.fullmatch(condition)
    if place is None and _KNOWS.fullmatch(condition) and not (there and elsewhere):
        return False
    if place is None or (there and elsewhere):
        return there or elsewhere
    if place[1] and place[3]:
        return there if (place[3] == _HERE) is (place[2] == "=") else elsewhere
    return False


def marks_of(chain: Chain, node: SgNode) -> Iterator[Mark]:
    """Give what silences a test: by its name, members of it, what it is given."""
    yield from _options(node)
    if chain.root in _MARKED:
        yield Mark(chain.root)
    for member in chain.members:
        if member == "each" and [part.kind() for part in chain.given(0)] == ["array"] and not parts(chain.given(0)[0]):
            yield Mark("each([])")
        if member in {"skipIf", "runIf"}:
            held = chain.given(0)
            constant = bool(held) and held[0].kind() in {"true", "false", "number", "string"}
            if constant or not (held and depends(held[0])):
                yield Mark(member, constant)
        elif member in SILENT:
            yield Mark(member, member != "todo")


def _options(node: SgNode) -> Iterator[Mark]:
    """Give what silences a test among its options: `{skip: true}`, of node:test, tap, vitest and Deno."""
    for pair in (one for given in arguments(node) if given.kind() == "object" for one in parts(given)):
        key, value = pair.field("key"), pair.field("value")
        name = key.text().strip("'\"") if key is not None else ""
        if value is None or name not in _SILENCES:
            continue
        truth = True if "string" in value.kind() else known(settled(value))
        if truth or (truth is None and not depends(value)):
            yield Mark(name, truth is True and name != "todo")


_SILENCES = frozenset({"skip", "todo", "ignore"})

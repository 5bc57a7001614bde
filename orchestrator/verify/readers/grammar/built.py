"""What is built only where somebody asks for it: by `cfg` of Rust, by tags of Go. Never judges, never builds."""

import re
from functools import lru_cache

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.bare import UNKNOWN, Bare
from orchestrator.verify.readers.grammar.source import Source, parts, read, walk
from orchestrator.verify.readers.grammar.tables import BUILDS_OF_GO, BY_EXTENSION

_CFG = re.compile(r"#\[\s*cfg\s*\((.*)\)\s*,?\]", re.DOTALL)
_TAGS = re.compile(r"^//go:build[ \t]+(.*)$", re.MULTILINE)
_CHOSEN = frozenset({"race", "msan", "asan"})
_ON = frozenset({"cgo", "gc"})


def asked_for(source: Source, node: SgNode) -> str:
    """Give what a function is built with only if somebody asks for it; nothing where it is built as it is."""
    if source.table.family == "go":
        return _tags(source.text.partition("package ")[0])
    if source.table.family != "rust" or "cfg" not in source.text:
        return ""
    held = [node, *(one for one in node.ancestors() if one.kind() in {"impl_item", "mod_item"})]
    return next((said for one in held for debug in (True, False) if (said := left_out(source, one, debug=debug))), "")


def left_out(source: Source, node: SgNode, *, debug: bool) -> str:
    """Give the `cfg` above an item or a statement of Rust that leaves it out where nothing is asked for."""
    before = node.prev()
    while before is not None and (before.kind() == "attribute_item" or "comment" in before.kind()):
        match = _CFG.fullmatch(before.text()) if before.kind() == "attribute_item" else None
        if match is not None:
            asked = re.sub(r"\s", "", match[1])
            if Bare(source, frozenset(), debug=debug).built(asked) is False:
                return asked
        before = before.prev()
    return ""


@lru_cache(maxsize=128)
def _tags(head: str) -> str:
    """Give the tags of a file of Go that leave it out where nobody asks for one."""
    match = _TAGS.search(head)
    told = match[1] if match is not None else _as_said_before(head)
    plain = told.replace(".", "_")  # a version of Go is no name there
    source = read(f"package a\n\nvar built = {plain}\n", BY_EXTENSION["go"]) if told else None
    if source is None:
        return ""
    held = next((one.field("value") for one in walk(source.root) if one.kind() == "var_spec"), None)
    world = Bare(source, frozenset(), debug=False)
    for name in re.findall(r"[\w.]+", told):
        system = BUILDS_OF_GO.fullmatch(name) is not None and name not in _CHOSEN
        world.names[name.replace(".", "_")] = True if name in _ON else UNKNOWN if system else False
    return told.strip() if held is not None and world.value(parts(held)[0]) is False else ""


def _as_said_before(head: str) -> str:
    """Give the tags of a file as Go says them now, where it says them as it used to: lines of `// +build`."""
    lines = [[part.split(",") for part in line.split()] for line in _OLD_TAGS.findall(head)]
    return " && ".join("(" + " || ".join(" && ".join(both) for both in either) + ")" for either in lines)


_OLD_TAGS = re.compile(r"^//[ \t]*\+build[ \t]+(.*)$", re.MULTILINE)

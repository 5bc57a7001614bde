"""Macros of Rust that a file defines and that do no work, whatever they are given. Never runs what it reads."""

import re
from functools import lru_cache

from orchestrator.verify.readers.code import Shape
from orchestrator.verify.readers.grammar.source import name_of, parts, read, walk
from orchestrator.verify.readers.grammar.tables import BY_EXTENSION

_REPEATED = re.compile(r"\$\(|\)\s*[,;]?\s*[*+?]")
_NAME = re.compile(r"\$(\w+)")


@lru_cache(maxsize=128)
def idle_macros(text: str) -> frozenset[str]:
    """Give the macros of a file all of whose arms come to nothing, or to something fixed."""
    source = read(text, BY_EXTENSION["rs"]) if "macro_rules!" in text else None
    found: dict[str, bool] = {}
    for node in walk(source.root) if source is not None else ():
        if node.kind() == "macro_definition":
            arms = [arm.field("right") for arm in parts(node) if arm.kind() == "macro_rule"]
            found[name_of(node)] = bool(arms) and all(arm is not None and _is_idle(arm.text()) for arm in arms)
    return frozenset(name for name, idle in found.items() if idle)


def _is_idle(arm: str) -> bool:
    from orchestrator.verify.readers.grammar.code import functions  # noqa: PLC0415 - it asks for macros itself

    inside = arm.strip()[1:-1]
    names = sorted({*_NAME.findall(inside)})
    body = _NAME.sub(r"\1", _REPEATED.sub("", inside)) if "$(" in inside else _NAME.sub(r"\1", inside)
    given = ", ".join(f"{name}: T" for name in names)
    read_so = functions(f"fn it({given}) -> T {{\n{body}\n}}\n", BY_EXTENSION["rs"]) or {}
    return "it" in read_so and read_so["it"].shape not in {Shape.REAL, Shape.ARGUMENT}

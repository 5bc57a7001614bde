"""What JavaScript's requests expect (supertest), and whether a test's callback hears of errors. Never runs them."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.holding import matches_all
from orchestrator.verify.readers.grammar.js_marks import Chain
from orchestrator.verify.readers.grammar.source import Source, arguments, line_of, walk
from orchestrator.verify.readers.trials import STRICT, Assertion

_LATER = re.compile(r"done|cb|callback|next|end|finish|complete|over")
"""What a test in JavaScript is commonly handed to tell its end by."""
_IDLE = re.compile(
    r"(?:async )?(?:function )?\(? ?[\w$, ]* ?\)? (?:=> )?"
    r"(?:\{ (?:return (?:true|null|undefined)? ?;? )?\}|true|null|undefined|\( \{ \} \))"
)


def expectations(source: Source, chain: Chain, node: SgNode) -> list[Assertion] | None:
    """Give what a request expects, one by one: `request(app).get('/').expect(200).expect('x')`; None for no request."""
    if (
        chain.root in {"expect", "assert", "should"}
        or "expect" not in chain.members
        or chain.members[:1] == ("expect",)
    ):
        return None
    return [
        Assertion(
            dump=f"expect ( {' , '.join(said)} )",
            subjects=frozenset({"request"}),
            strength=STRICT,
            line=line_of(node),
            words=source.words(call),
        )
        for call in chain.calls
        if _member(call) == "expect" and (said := _said(source, call))
    ]


def _member(call: SgNode) -> str:
    function = call.field("function")
    found = function.field("property") if function is not None else None
    return found.text() if found is not None else ""


def _said(source: Source, call: SgNode) -> list[str]:
    """Give what is expected, without whom it is told, where that could fail."""
    told = [source.dump(one) for one in arguments(call) if not _LATER.fullmatch(one.text())]
    told = [one for at, one in enumerate(told) if at == 0 or not re.match(r"\(? ?(?:err|error|e)\b.*=>|function", one)]
    pattern = re.fullmatch(r"/ (.*?) / ?\w*", told[0]) if len(told) == 1 else None
    idle = bool(told) and (_IDLE.fullmatch(told[0]) is not None or (pattern is not None and matches_all(pattern[1])))
    return [] if idle else told


def ends_told(source: Source, body: SgNode) -> tuple[int, int]:
    """Give how often a test's callback is handed on, or told an error, and how often only that it is over."""
    holder = body.parent()
    given = [holder.field(name) for name in ("parameter", "parameters")] if holder is not None else []
    names = [name for one in given if one is not None for name in re.findall(r"[\w$]+", one.text())][:1]
    if not names or not _LATER.fullmatch(names[0]):
        return 0, 0
    told = list(_told(body, names[0]))
    if re.search(rf"(?<![\w$.]){names[0]}\s*=(?![=>])", source.text[body.range().start.index : body.range().end.index]):
        return 0, len(told)
    return sum(told), len(told) - sum(told)


def _told(body: SgNode, name: str) -> Iterator[bool]:
    """Give each place where a callback is called or handed on, and of each whether an error would reach it."""
    for node in walk(body):
        if node.kind() != "call_expression":
            continue
        function = node.field("function")
        if function is not None and function.text() in {name, f"{name}.fail"}:
            yield any(one.text() not in {"null", "undefined"} for one in arguments(node))
        elif any(one.text() == name for one in arguments(node)):
            yield True

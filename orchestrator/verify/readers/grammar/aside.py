"""What is only started, or may fail unheard: a promise, a goroutine, a thread, a panic. Never runs or judges it."""

import re
from collections.abc import Callable, Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, bare, called, name_of, own, statements, walk
from orchestrator.verify.readers.grammar.tables import BLOCKS
from orchestrator.verify.readers.trials import Assertion

Asserts = Callable[[Source, SgNode], Iterator[Assertion]]
"""Gives the assertions of a statement."""
_ASIDE = re.compile(
    r"setTimeout|setInterval|setImmediate|queueMicrotask|process\.nextTick|requestAnimationFrame|(?:std::)?thread::spawn"
    r"|(?:tokio|async_std|smol|rayon)::(?:task::)?spawn|.*\.(?:then|catch|finally|start|submit|execute)"
    r"|CompletableFuture\.(?:run|supply)Async"
)
_AWAITED = re.compile(r"\b(?:done|await|WaitGroup|Wait|join|plan|latch|countDown)\b|<-|(?<!Promise \. )\bresolve \(")
_HAS_BODY = re.compile(r"=>|function|->|\|\||\basync (?:move )?\{")


def detached(source: Source, body: SgNode, inner: Sequence[SgNode], asserts: Asserts) -> int:
    """Count the assertions of what the statements of a test's body only start."""
    if _AWAITED.search(source.dump(body)) or _is_told(body):
        return 0
    started = [call for step in inner if _is_started(call := bare(step))]
    return sum(
        1
        for call in started
        for one in walk(call)
        if one.kind().endswith("_statement") and one.kind() != "go_statement"
        for _ in asserts(source, one)
    )


def sent(source: Source, alive: Sequence[SgNode]) -> tuple[str, ...]:
    """Give the calls of a body that run in what it only starts and nobody waits for, each as its tokens."""
    if any(_AWAITED.search(source.dump(step)) for step in alive):
        return ()
    started = [call for step in alive for one in own(step) if _is_started(call := _dropped(one))]
    return tuple(dict.fromkeys(source.dump(one) for call in started for one in walk(call) if called(one)))


def _dropped(node: SgNode) -> SgNode:
    """Give what a statement starts whose handle nobody has."""
    if node.kind() == "let_declaration" and (held := node.field("value")) is not None:
        pattern = node.field("pattern")
        return bare(held) if pattern is not None and pattern.text().startswith("_") else node
    return bare(node) if node.kind() in {"expression_statement", "go_statement"} else node.get_root().root()


def _is_told(body: SgNode) -> bool:
    """Say whether the runner of a test in JavaScript hears of its end: what it gives, or calls in the end."""
    if body.kind() not in BLOCKS:
        return True
    holder = body.parent()
    given = [holder.field(name) for name in ("parameter", "parameters")] if holder is not None else []
    names = re.findall(r"[\w$]+", given[0].text() if given and given[0] is not None else "")
    names += re.findall(r"^\(\s*([\w$]+)\s*\)$", given[1].text() if given and given[1] is not None else "")
    return any(re.search(rf"(?<![\w$.]){re.escape(name)}\s*\(", body.text()) for name in names)


def _is_started(call: SgNode) -> bool:
    if call.kind() == "go_statement":
        return True
    return bool(_ASIDE.fullmatch(called(call).replace("\n", ""))) and _HAS_BODY.search(call.text()) is not None


def caught_by(source: Source, call: SgNode, step: SgNode, whole: SgNode, asserts: Asserts) -> int:
    """Count the assertions in a closure of which a panic is caught; one where it is not seen what is run."""
    closure = next((part for part in walk(call) if part.kind() == "closure_expression"), None)
    if closure is None:
        return 1
    blocks = (one for part in walk(closure) if part.kind() in BLOCKS for one in statements(part))
    inner = sum(1 for one in (step, *blocks) for _ in asserts(source, one))
    names = {part.text() for part in walk(closure) if part.kind() == "identifier"}
    functions = [part for part in walk(whole) if part.kind() == "function_item" and name_of(part) in names]
    own = any((holder := part.parent()) is not None and holder.kind() == "block" for part in functions)
    made = (rf"\blet\s+(?:mut\s+)?{re.escape(name)}\s*=\s*(?:move\s*)?\|" for name in names)
    own = own or any(re.search(one, whole.text()) for one in made)
    return inner or int(own)

"""What of a Python body runs only where its surroundings say so. Never runs what it reads.

A body is followed in a bare world (`bare`), once with assertions on and once without: what one of these leaves out,
and puts nothing in its place, hangs on what is around.
"""

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from orchestrator.verify.readers.python.bare import ASKS, UNKNOWN, Bare
from orchestrator.verify.readers.python.flow import blocks, ends
from orchestrator.verify.readers.python.quiet import is_noise
from orchestrator.verify.readers.python.values import is_fixed, is_text
from orchestrator.verify.readers.python.walk import SCOPES, dumped, shallow, walk

Hinge = tuple[str, str]
"""A piece of work, `dumped`, and the condition it hangs on."""
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match, *SCOPES)


def hinges(
    body: Sequence[ast.stmt], names: Collection[str], around: Mapping[str, ast.expr], text: str
) -> tuple[Hinge, ...]:
    """Give the pieces of a body that run only where something around it says so; `text` is the function's."""
    if not ASKS.search(text) and not any(name in text for name in around):
        return ()
    stored = Counter(
        part.id for one in body for part in walk(one) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    )
    changed = {name for name, times in stored.items() if times > 1}
    found: Counter[Hinge] = Counter()
    for debug in (True, False):
        found |= Counter(_Walk(names, around, changed, debug=debug).over(body))
    return tuple(found.elements())


class _Walk:
    """Follows a body in a bare world; gives what it leaves out there."""

    def __init__(
        self, names: Collection[str], around: Mapping[str, ast.expr], changed: Collection[str], *, debug: bool
    ) -> None:
        self._bare = Bare(names, around, changed, debug=debug)

    def over(self, body: Sequence[ast.stmt]) -> Iterator[Hinge]:
        """Give what is left out of statements, and of what is behind one that leaves."""
        for number, statement in enumerate(body, 1):
            match statement:
                case ast.If():
                    left, leaves = self._branch(statement)
                    yield from left
                    if leaves:
                        yield from (piece for rest in body[number:] for piece in _left(rest, leaves))
                        return
                case ast.Match(subject=subject, cases=cases):
                    yield from self._match(subject, cases)
                case _ if isinstance(statement, SCOPES):
                    continue
                case _:
                    self._bare.bind(statement) if not blocks_of(statement) else None
                    yield from self._choices(statement)
                    for inner in blocks_of(statement):
                        yield from self.over(inner)

    def _branch(self, node: ast.If) -> tuple[list[Hinge], str]:
        """Give what a branch leaves out, and its condition where the bare world leaves the body there."""
        truth = self._bare.truth(node.test)
        if truth is None:
            return [*self.over(node.body), *self.over(node.orelse)], ""
        taken, left = (node.body, node.orelse) if truth else (node.orelse, node.body)
        said = ast.unparse(node.test)
        found = [(f"If({piece}, ", said) for piece in self._asked_besides(node.test)]
        if not all(map(_is_idle, taken)):
            return [*found, *self.over(taken)], ""
        found += [piece for one in left for piece in _left(one, said)]
        leaves = bool(taken) and ends(taken[-1])
        return found, said if leaves else ""

    def _asked_besides(self, test: ast.expr) -> Iterator[str]:
        """Give what a condition asks besides its surroundings, as it would stand at a head of its own."""
        match test:
            case ast.BoolOp(values=[one, other]):
                truths = [self._bare.truth(one), self._bare.truth(other)]
                yield from (dumped(part) for part, truth in ((one, truths[1]), (other, truths[0])) if truth is not None)
            case _:
                return

    def _match(self, subject: ast.expr, cases: Sequence[ast.match_case]) -> Iterator[Hinge]:
        self._bare.asked = False
        found = self._bare.value(subject)
        if found is UNKNOWN or not self._bare.asked:
            for case in cases:
                yield from self.over(case.body)
            return
        for case in cases:
            match case.pattern:
                case ast.MatchValue(value=ast.Constant(value=value)) | ast.MatchSingleton(value=value) if (
                    value != found
                ):
                    yield from (piece for one in case.body for piece in _left(one, ast.unparse(subject)))
                case _:
                    yield from self.over(case.body)

    def _choices(self, statement: ast.stmt) -> Iterator[Hinge]:
        """Give the values that are left out in a statement."""
        for one in shallow(statement):
            match one:
                case ast.IfExp(test=test, body=body, orelse=orelse):
                    truth = self._bare.truth(test)
                    taken, left = (body, orelse) if truth else (orelse, body)
                    works = any(isinstance(part, ast.Call) for part in shallow(taken))
                    if truth is not None and not works:
                        yield from _left(left, ast.unparse(test))
                case ast.BoolOp(op=how, values=[first, *rest]):
                    if self._bare.truth(first) is isinstance(how, ast.Or):
                        yield from (piece for part in rest for piece in _left(part, ast.unparse(first)))
                case _:
                    pass


def blocks_of(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Give the bodies that stand in a statement that is no definition."""
    return [one for one in blocks(statement) if one]


def _left(node: ast.AST, said: str) -> Iterator[Hinge]:
    """Give the pieces of what is left out, each with what it hangs on."""
    for one in shallow(node):
        simple = isinstance(one, ast.stmt) and not isinstance(one, _COMPOUND)
        if (simple and not isinstance(one, ast.Pass)) or isinstance(one, ast.Call):
            yield dumped(one), said


def _is_idle(statement: ast.stmt) -> bool:
    """Say whether a statement does nothing: it gives something fixed, or what was given, or tells somebody."""
    match statement:
        case ast.Return(value=value):
            return value is None or isinstance(value, ast.Name) or is_fixed(value, ())
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=value):
            return is_text(statement) or is_noise(value)
        case ast.Assign(value=value):
            return is_fixed(value, ())
        case ast.If(body=body, orelse=orelse):
            return all(map(_is_idle, (*body, *orelse)))
        case _:
            return False

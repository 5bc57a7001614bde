"""Which statements of a Python body can be reached. Never runs what it reads."""

import ast
import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.python.known import is_empty, truth
from orchestrator.verify.readers.python.walk import dumped

_SCOPES = (ast.For, ast.While, ast.AsyncFor, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def reachable(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements that can be reached: nothing behind a return or raise, nothing under `if False`."""
    return iter(_way(body)[0])


def _way(body: Sequence[ast.stmt]) -> tuple[list[ast.stmt], bool]:
    """Give the statements that can be reached, and whether the last of them ends the body.

    Both at once: who asked a second time at each level would ask for ever of a long chain of `elif`.
    """
    found: list[ast.stmt] = []
    for statement in body:
        inner = _settled_branch(statement)
        if inner is None:
            found.append(statement)
            ended = ends(statement)
        else:
            alive, ended = _way(inner)
            found += alive
        if ended:
            return found, True
    return found, False


def _settled_branch(statement: ast.stmt) -> Sequence[ast.stmt] | None:
    """Give what runs of a statement whose condition is known; None where it is not."""
    match statement:
        case ast.If(test=test):
            known = truth(test)
            return None if known is None else statement.body if known else statement.orelse
        case ast.While(test=test) if truth(test) is False:
            return statement.orelse
        case ast.For(iter=over) if is_empty(over):
            return statement.orelse
        case _:
            return None


def ends(statement: ast.stmt) -> bool:
    """Say whether nothing behind a statement of the same body is ever run."""
    return isinstance(statement, ast.Break | ast.Continue) or _leaves(statement)


def _end(body: Sequence[ast.stmt]) -> bool:
    return _way(body)[1]


def leaves_out_else(statement: ast.stmt) -> bool:
    """Say whether a loop never comes to its `else`: it goes on for ever, or its first round leaves it."""
    match statement:
        case ast.While(test=test):
            return truth(test) is True
        case ast.For(iter=over, body=body) if is_empty(over) is False:
            found, ended = _way(body)
            return ended and not isinstance(found[-1], ast.Continue)
        case _:
            return False


def leaves_at_once(body: Sequence[ast.stmt]) -> bool:
    """Say whether a loop's body leaves the loop in its first round."""
    found, ended = _way(body)
    return ended and not isinstance(found[-1], ast.Continue) and not _goes_on(body)


def _goes_on(body: Sequence[ast.stmt]) -> bool:
    """Say whether a part of a loop's body takes the next round: not one of a loop within."""
    inner = [part for one in body if not isinstance(one, _SCOPES) for part in blocks(one)]
    return any(isinstance(one, ast.Continue) for one in body) or any(map(_goes_on, inner))


def _all_leave(body: Sequence[ast.stmt]) -> bool:
    """Say whether a loop's body leaves the function in its first round."""
    found, ended = _way(body)
    return ended and not isinstance(found[-1], ast.Break | ast.Continue)


def _leaves(statement: ast.stmt) -> bool:
    """Say whether a statement always leaves the function, or never comes to an end."""
    match statement:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and _end(body) and _end(orelse)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            tried = _end(body) or _end(orelse)
            return _end(final) or (tried and all(_end(handler.body) for handler in handlers))
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            return any(isinstance(inner, ast.Return) for inner in body) and not any(map(_forgives, items))
        case ast.While(test=test, body=body):
            return truth(test) is True and (not _breaks(body) or _all_leave(body))
        case ast.For(iter=over, body=body):
            return is_empty(over) is False and _all_leave(body)
        case ast.Match(subject=subject, cases=cases):
            return _leaves_match(subject, cases)
        case _:
            return False


def _forgives(item: ast.withitem) -> bool:
    """Say whether what a block is in keeps its errors, so that what follows it is reached by them."""
    return bool(_FORGIVING.search(ast.unparse(item.context_expr)))


_FORGIVING = re.compile(r"(?i)suppress|ignor|swallow|raises|catch|toler|forgiv|silenc")


def _leaves_match(subject: ast.expr, cases: Sequence[ast.match_case]) -> bool:
    for case in cases:
        if takes(case, subject):
            return _end(case.body)
    return any(is_any(case) for case in cases) and all(_end(case.body) for case in cases)


def takes(case: ast.match_case, subject: ast.expr) -> bool:
    """Say whether a case is taken for sure: its pattern is the constant that is asked for."""
    match case.pattern:
        case ast.MatchSingleton(value=value):
            same = isinstance(subject, ast.Constant) and subject.value is value
        case ast.MatchValue(value=value):
            same = dumped(value) == dumped(subject)
        case _:
            same = False
    return same and case.guard is None


def is_any(case: ast.match_case) -> bool:
    """Say whether a case is taken whatever is asked for."""
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None


def _breaks(body: Sequence[ast.stmt]) -> bool:
    """Say whether a loop's body leaves it by `break`: not one of a loop within."""
    for statement in body:
        if isinstance(statement, ast.Break):
            return True
        if isinstance(statement, _SCOPES):
            continue
        if any(map(_breaks, blocks(statement))):
            return True
    return False


def blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Give the bodies that stand in a statement."""
    inner = [getattr(statement, part, None) or [] for part in ("body", "orelse", "finalbody")]
    return inner + [one.body for one in (*getattr(statement, "handlers", []), *getattr(statement, "cases", []))]

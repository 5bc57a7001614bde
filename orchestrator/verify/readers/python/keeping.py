"""What a Python body works out once and gives ever after. Never runs what it reads."""

import ast
from collections.abc import Collection, Sequence

from orchestrator.verify.readers.python.walk import walk


def keeps(alive: Sequence[ast.stmt], names: Collection[str]) -> bool:
    """Say whether a body gives what its first call came to, whatever it is asked: what it keeps has no key.

    All it does with what it is given stands under a condition that does not ask for it, and what it gives is outside.
    """
    asked = {*names} - {"self", "cls"}
    if not alive or not asked or not isinstance(alive[-1], ast.Return) or alive[-1].value is None:
        return False
    given = alive[-1].value
    shared = {name for step in alive if isinstance(step, ast.Global | ast.Nonlocal) for name in step.names}
    local = {name for step in alive for name in _words(step, ast.Store)} - shared
    spoken = _words(given)
    if isinstance(given, ast.Call | ast.Constant) or not spoken or spoken & (asked | local):
        return False
    if _is_given_first(alive, ast.unparse(given), asked):
        return True
    used = [step for step in alive if asked & _words(step)]
    return bool(used) and all(_is_kept(step, ast.unparse(given), asked) for step in used)


def _is_given_first(alive: Sequence[ast.stmt], given: str, asked: set[str]) -> bool:
    """Say whether what is kept is given before anything is done, by a branch that does not look at what is asked."""
    steps = [step for step in alive if not isinstance(step, ast.Global | ast.Nonlocal)]
    match steps:
        case [ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=[]), *rest]:
            asks = given in ast.unparse(test) and not asked & _words(test)
            sets = any(isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == given for one in rest)
            return asks and sets and ast.unparse(value) == given
        case _:
            return False


def _is_kept(step: ast.stmt, given: str, asked: set[str]) -> bool:
    """Say whether a step works something out only if there is nothing kept yet."""
    if not isinstance(step, ast.If) or step.orelse or asked & _words(step.test) or not _words(step.test):
        return False
    targets = [target for one in walk(step) if isinstance(one, ast.Assign) for target in one.targets]
    return any(ast.unparse(target) == given for target in targets)


def _words(node: ast.AST, context: type[ast.expr_context] = ast.Load) -> set[str]:
    return {one.id for one in walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, context)}

"""What the sixth list's forms of Python are made of."""

import ast
import re
from collections.abc import Callable

from corpus.mutators import Target, first_line


def block(target: Target, owner: ast.AST, body: list[ast.stmt], *new: str) -> str | None:
    """Give the file with a block's statements replaced."""
    if first_line(body[0]) == getattr(owner, "lineno", 0):
        return None
    lines, pad = target.lines, " " * body[0].col_offset
    return "\n".join([*lines[: first_line(body[0]) - 1], *(pad + line for line in new), *lines[body[-1].end_lineno :]])


def kept_half(target: Target) -> str | None:
    """Keep the first half, and say that the rest is to be done."""
    kept = target.body[: len(target.body) // 2]
    if not kept or any(isinstance(part, ast.Return | ast.Yield) for one in kept for part in ast.walk(one)):
        return None
    lines, pad = target.lines, target.indent
    todo = [f"{pad}# TODO: handle the remaining cases", f"{pad}return None"]
    return "\n".join([*lines[: kept[-1].end_lineno], *todo, *lines[target.node.end_lineno :]])


def wrapped(head: str, *tail: str) -> Callable[[Target], str]:
    """Put the body between these lines, indented."""

    def make(target: Target) -> str:
        inner = [f"    {row}" if row.strip() else row for row in target.flat_body()]
        return target.with_body(head, *inner, *tail).replace(f"\n{target.indent}\n", "\n\n")

    return make


def last_return(target: Target) -> str | None:
    """Let it work, and give a constant."""
    part = target.body[-1]
    if not isinstance(part, ast.Return) or part.value is None or isinstance(part.value, ast.Constant):
        return None
    return target.replaced(part, "return None")


def imported(text: str, line: str) -> str:
    """Give the file with an import it lacks."""
    if re.search(rf"^{re.escape(line)}$", text, re.MULTILINE):
        return text
    return re.sub(r"^(?=(?:import|from) (?!__future__))", lambda _: f"{line}\n", text, count=1, flags=re.MULTILINE)


def every_assert(target: Target, make: Callable[[ast.Assert], tuple[str, ...] | None]) -> str | None:
    """Rewrite every assertion that can be; none if none can."""
    made = target
    for part in sorted(_asserts(target), key=lambda one: -one.lineno):
        new = make(part)
        if new is not None:
            made = made.again(made.replaced(part, *new))
    return made.text if made.text != target.text else None


def first_assert(target: Target, make: Callable[[ast.Assert], tuple[str, ...] | None]) -> str | None:
    """Rewrite the first assertion that can be."""
    for part in _asserts(target):
        new = make(part)
        if new is not None:
            return target.replaced(part, *new)
    return None


def _asserts(target: Target) -> list[ast.Assert]:
    found = [part for part in ast.walk(target.node) if isinstance(part, ast.Assert)]
    return sorted(found, key=lambda one: one.lineno)


def equality(part: ast.Assert) -> tuple[str, str] | None:
    """Give both sides of an assertion by `==`, what is tested first."""
    test = part.test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    if isinstance(test.left, ast.Constant):
        return ast.unparse(test.comparators[0]), ast.unparse(test.left)
    return ast.unparse(test.left), ast.unparse(test.comparators[0])

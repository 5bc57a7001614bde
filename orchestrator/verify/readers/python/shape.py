"""What the body of a Python function comes to when logging, waiting and constants are left out. Never runs it."""

import ast
import re
from collections.abc import Collection, Mapping, Sequence

from orchestrator.verify.readers.code import MEANT, Draws, Shape
from orchestrator.verify.readers.python.draws import Value, WorksError, joined
from orchestrator.verify.readers.python.module import NOTHING_AROUND, Surroundings
from orchestrator.verify.readers.python.paths import Paths, Way
from orchestrator.verify.readers.python.walk import walk

_LOOKED_AT = re.compile(r"environ|getenv|argv|sys\.modules|inspect\.|_getframe|stack\(|gettrace|random|time\.|PYTEST")


def shape_of(
    alive: Sequence[ast.stmt],
    names: Collection[str],
    called: str = "",
    around: Surroundings = NOTHING_AROUND,
    left_out: Mapping[str, ast.expr] | None = None,
) -> Shape:
    """Tell what a body comes to; `names` are its parameters, `called` is what it is called.

    `left_out` are parameters that are not given, with what stands for them.
    """
    paths = Paths(names, called, around)
    paths.env |= {name: Value(known=value) for name, value in (left_out or {}).items()}
    try:
        way = paths.follow(alive)
    except (WorksError, RecursionError):
        return Shape.REAL
    if paths.failed is not None and not paths.given:
        return paths.failed
    return _given(paths, way)


def _given(paths: Paths, way: Way) -> Shape:
    """Tell what all a body gives back comes to."""
    if way is not Way.LEAVES:
        paths.give(None)
    found = joined(paths.given) if paths.given else None
    draws = found.draws if found is not None else Draws.NOTHING
    if draws & MEANT:
        return Shape.ARGUMENT if found is not None and found.back else Shape.REAL
    if not paths.says:
        return Shape.REAL if paths.acts else Shape.EMPTY
    if draws & Draws.AMBIENT or paths.acts:
        return Shape.REAL if draws & Draws.MODULE else Shape.AMBIENT
    if draws & Draws.ANSWER:
        return Shape.REAL if draws & Draws.MODULE else Shape.ANSWERS
    return Shape.CONSTANT


def switch(body: Sequence[ast.stmt], names: Collection[str]) -> int:
    """Count the first statements that let a body run only where its surroundings say so; 0 if there are none.

    `if not os.environ.get("ON"): return None`: what it looks at is none of its arguments, what it gives a constant.
    """
    for number, statement in enumerate(body, 1):
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Global():
                continue
            case ast.If(test=test, orelse=[]) if _LOOKED_AT.search(ast.unparse(test)):
                used = {part.id for part in walk(test) if isinstance(part, ast.Name)}
                idle = shape_of(statement.body, ()) in {Shape.CONSTANT, Shape.EMPTY}
                fixed = isinstance(statement.body[-1], ast.Return)
                return number if idle and fixed and not used & {*names} else 0
            case _:
                return 0
    return 0

"""A fourth list of forms, for Python, of two grids: what is given and how it is reached; what is asserted and where.

Nobody thought of the single forms; whoever laid the grids out knew the rules.
"""

import ast
from collections.abc import Callable
from itertools import product

from corpus.mutators import Change, Mutator, Target, equal, sides

Make = Callable[[Target], str | Change | None]

GIVEN = {
    "None": "None",
    "an object": "object()",
    "an empty iterator": "iter(())",
    "bytes": "bytes(8)",
    "a joined text": '"-".join(("a", "b"))',
    "the clock": "__import__('time').time()",
    "the argument's type": "type(ARG)",
    "the argument, or nothing": "ARG or None",
    "zero times its length": "0 * len(repr(ARG))",
}
REACHED = {
    "plainly": ("return VALUE",),
    "by a lambda": ("return (lambda: VALUE)()",),
    "by an inner function": ("def made():", "    return VALUE", "return made()"),
    "by next": ("return next(iter([VALUE]))",),
    "out of a table": ('return {"a": VALUE}["a"]',),
    "in a context": ("import contextlib", "with contextlib.nullcontext():", "    return VALUE"),
    "in a loop": ("while True:", "    return VALUE"),
    "under what always holds": ("if ARG is ARG:", "    return VALUE", "raise AssertionError"),
    "through a default": ("def made(value=VALUE):", "    return value", "return made()"),
}
ASKED = {
    "its text holds something": "assert str(LEFT) is not None",
    "it is hashable or not": "assert [LEFT] != []",
    "it is among both": "assert LEFT in (LEFT, RIGHT)",
    "one of two": "assert LEFT == RIGHT or LEFT != RIGHT",
    "the same length": "assert len(str(LEFT)) == len(str(RIGHT))",
    "the opposite": "assert LEFT != RIGHT",
    "not another": "assert LEFT is not object()",
    "its type's name": "assert type(LEFT).__name__ == type(RIGHT).__name__",
}
STANDS = {
    "plainly": ("CHECK",),
    "in a try": ("try:", "    CHECK", "except Exception:", "    pass"),
    "under a flag": ("import os", 'if os.environ.get("STRICT"):', "    CHECK"),
    "in a function nobody calls": ("def later():", "    CHECK"),
    "in an else": ("for _ in (1,):", "    break", "else:", "    CHECK"),
    "behind a return": ("return", "CHECK"),
}


def _work(value: str, lines: tuple[str, ...]) -> Make:
    def mutate(target: Target) -> str | None:
        names = [part.arg for part in target.node.args.args if part.arg not in {"self", "cls"}]
        made = [line.replace("VALUE", value) for line in lines]
        if any("ARG" in line for line in made) and not names:
            return None
        return target.with_body(*(line.replace("ARG", names[0] if names else "") for line in made))

    return mutate


def _check(asked: str, lines: tuple[str, ...]) -> Make:
    def mutate(target: Target) -> str | None:
        part = equal(target)
        if part is None:
            return None
        left, right = sides(part)
        check = asked.replace("LEFT", f"({left})").replace("RIGHT", f"({right})") or ast.unparse(part)
        return target.replaced(part, *(line.replace("CHECK", check) for line in lines))

    return mutate


GRID = (
    *(
        Mutator(f"grid: {value}, {reach}", tests=False, make=_work(GIVEN[value], REACHED[reach]))
        for value, reach in product(GIVEN, REACHED)
    ),
    *(
        Mutator(f"grid: {asked}, {stand}", tests=True, make=_check(ASKED[asked], STANDS[stand]))
        for asked, stand in product(ASKED, STANDS)
        if stand == "plainly" or asked == "its text holds something"
    ),
    *(
        Mutator(f"grid: as it was, {stand}", tests=True, make=_check("", STANDS[stand]))
        for stand in STANDS
        if stand != "plainly"
    ),
)

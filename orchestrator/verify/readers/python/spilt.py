"""What a Python function works out and nobody gets: put into a name nobody reads, written over, left lying.

Never runs what it reads.
"""

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from orchestrator.verify.readers.python.values import is_fixed, is_pure, is_text
from orchestrator.verify.readers.python.walk import children, dumped, shallow, walk

_PLAIN = (ast.Name, ast.Attribute, ast.Constant, ast.Yield, ast.YieldFrom, ast.Lambda)
_GROWS = frozenset({"append", "extend", "add", "update", "insert", "setdefault", "appendleft"})
_SEES_ALL = frozenset({"locals", "vars", "eval", "exec", "dir"})
_NOISE = re.compile(r"print|(?:\w+\.)*_?(?:log|logger|logging|LOG|LOGGER)\.\w+|(?:warnings\.)?warn|time\.sleep")


def leavings(alive: Sequence[ast.stmt]) -> tuple[bool, tuple[str, ...]]:
    """Say whether a body settles, and what it works out for nobody, each value `dumped`."""
    own = [part for one in alive for part in shallow(one)]
    return _settles(alive, own), _spilt(alive, own)


def _spilt(alive: Sequence[ast.stmt], own: Sequence[ast.AST]) -> tuple[str, ...]:
    made_up = _is_made_up(own)
    put = [(name, value) for part in own for name, value in (*_stored(part), *_grown(part))]
    lost = [value for part in own if isinstance(part, ast.Expr) for value in _left_lying(part.value, calls=made_up)]
    lost += [value for part in own if isinstance(part, ast.Return) and part.value for value in _passed_over(part.value)]
    if put and not any(isinstance(part, ast.Name) and part.id in _SEES_ALL for part in own):
        shared = {name for part in own if isinstance(part, ast.Global | ast.Nonlocal) for name in part.names}
        mine = {name for part in own for name, _ in _stored(part)} - shared - _read(alive)
        lost += [value for name, value in put if name in mine]
        lost += _written_over(alive, shared)
    return tuple(dict.fromkeys(dumped(value) for value in lost if _is_work(value)))


def blinded(alive: Sequence[ast.stmt], names: Collection[str]) -> frozenset[str]:
    """Give the parameters that a body overwrites with something fixed, or new and empty, before it reads them."""
    found: set[str] = set()
    read: set[str] = set()
    for statement in alive:
        for name, value in _stored(statement) if not isinstance(statement, ast.AugAssign) else ():
            if name in names and name not in read and (is_fixed(value, ()) or _is_new_of(value, name)):
                found.add(name)
        read |= {part.id for part in walk(statement) if isinstance(part, ast.Name)}
    return frozenset(found)


def _is_new_of(value: ast.expr, name: str) -> bool:
    match value:
        case ast.Call(func=ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=known)]), args=[]):
            return known == name
        case ast.Call(func=ast.Attribute(attr="__class__", value=ast.Name(id=known)), args=[]):
            return known == name
        case _:
            return False


def _settles(alive: Sequence[ast.stmt], own: Sequence[ast.AST]) -> bool:
    """Say whether the last a body gives is known beforehand; where it gives nothing, whether it puts nothing away."""
    given = [part for part in own if isinstance(part, ast.Return | ast.Yield | ast.YieldFrom)]
    given = [part for part in given if part.value is not None and not _is_self(part.value)]
    if not given:
        names = {name for part in own for name, _ in _stored(part)}
        return not any(_is_put_away(part, names) for part in own)
    last = given[-1].value
    return last is not None and _is_settled(last, alive)


def _stored(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Give each name a statement puts a value into."""
    match node:
        case ast.Assign(targets=targets, value=value):
            if all(isinstance(one, ast.Name) for one in targets):
                yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, value
        case _:
            pass


def _grown(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Give each name to which a statement adds something: `out.append(it)`, `out[key] = it`."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how), args=args)):
            if how in _GROWS:
                yield from ((name, value) for value in args)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
            yield name, value
        case _:
            pass


def _read(alive: Sequence[ast.stmt]) -> set[str]:
    """Give the names that are read: what is only logged, looked at, or added to is not."""
    found: set[str] = set()
    pending: list[ast.AST] = list(alive)
    while pending:
        one = pending.pop()
        if isinstance(one, ast.stmt) and (_is_noise(one) or isinstance(one, ast.Delete)):
            continue
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Name):
            continue
        grown = {name for name, _ in _grown(one)}
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            found.add(one.id)
        inner = children(one)
        if grown and isinstance(one, ast.Expr) and isinstance(one.value, ast.Call):
            inner = [*one.value.args, *one.value.keywords]
        elif grown and isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Subscript):
            inner = [one.value, one.targets[0].slice]
        pending.extend(inner)
    return found


def _is_noise(statement: ast.stmt) -> bool:
    """Say whether a statement only tells somebody."""
    return isinstance(statement, ast.Expr) and _NOISE.fullmatch(_called(statement.value)) is not None


def _called(value: ast.expr) -> str:
    while isinstance(value, ast.Await):
        value = value.value
    return ast.unparse(value.func) if isinstance(value, ast.Call) else ""


def _is_made_up(own: Sequence[ast.AST]) -> bool:
    """Say whether the last a body gives is a thing that nobody gives to say that it is done: a number, a list."""
    given = [part.value for part in own if isinstance(part, ast.Return)]
    return bool(given) and not isinstance(given[-1], ast.Name) and not _is_word(given[-1])


def _is_word(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and (value.value is None or isinstance(value.value, bool)))


def _left_lying(value: ast.expr, *, calls: bool) -> Iterator[ast.expr]:
    """Give what an expression that is a statement of its own works out; a call may be there for what it does."""
    match value:
        case ast.Call(func=ast.Name(id=name), args=args) if is_pure(name) and name != "next":
            yield from args
        case ast.Call() | ast.Await():
            yield from (value,) if calls and _NOISE.fullmatch(_called(value)) is None else ()
        case ast.Constant() | ast.Yield() | ast.YieldFrom():
            return
        case ast.BoolOp() | ast.IfExp():  # done on a condition
            return
        case _:
            yield value
            yield from (part for part in shallow(value) if isinstance(part, ast.Call))


def _passed_over(value: ast.expr) -> Iterator[ast.expr]:
    """Give what stands in a value and is not taken from it: `(worked, None)[1]`, `worked and None`, `worked * 0`."""
    match value:
        case ast.Subscript(value=ast.Tuple(elts=elements) | ast.List(elts=elements), slice=ast.Constant(value=int(at))):
            yield from (one for number, one in enumerate(elements) if number not in {at, at + len(elements)})
        case ast.BoolOp(op=ast.And(), values=[*some, last]) if is_fixed(last, ()) and not _is_true(last):
            yield from some
        case ast.BinOp(left=one, op=ast.Mult() | ast.BitAnd(), right=ast.Constant(value=0)):
            yield one
        case ast.Subscript(value=one, slice=ast.Slice(lower=None | ast.Constant(value=0), upper=ast.Constant(value=0))):
            yield one
        case ast.IfExp(body=one, orelse=other) if dumped(one) == dumped(other):
            yield value.test
        case _:
            return


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and bool(value.value)


def _is_settled(value: ast.expr, alive: Sequence[ast.stmt]) -> bool:
    if is_fixed(value, ()) or any(True for _ in _passed_over(value)):
        return True
    if isinstance(value, ast.Call | ast.Await | ast.Attribute):
        return False
    constants = _constants(alive)
    match value:
        case ast.Subscript(value=ast.Tuple(elts=elements) | ast.List(elts=elements), slice=ast.Constant(value=int(at))):
            return -len(elements) <= at < len(elements) and is_fixed(elements[at], constants)
        case _:
            return is_fixed(value, constants)


def _written_over(alive: Sequence[ast.stmt], shared: set[str]) -> list[ast.expr]:
    """Give what is put into a name, and replaced by a constant before anybody read it."""
    lost: list[ast.expr] = []
    for number, statement in enumerate(alive):
        for name, value in _stored(statement):
            if name in shared or not is_fixed(value, ()) or isinstance(statement, ast.AugAssign):
                continue
            own = [part for one in alive[:number] for part in shallow(one)]
            worked = [found for part in own for known, found in (*_stored(part), *_grown(part)) if known == name]
            lost += worked if worked and name not in _read(alive[:number]) else []
    return lost


def _constants(alive: Sequence[ast.stmt]) -> set[str]:
    """Give the names that hold what is known beforehand, as a body ends."""
    known: set[str] = set()
    for statement in alive:
        names = [part for part in walk(statement) if isinstance(part, ast.Name)]
        touched = {part.id for part in names if isinstance(part.ctx, ast.Store)}
        touched |= {name for part in shallow(statement) for name, _ in _grown(part)}
        fixed = {name for name, value in _stored(statement) if is_fixed(value, known)}
        known = (known - touched) | (fixed if not isinstance(statement, ast.AugAssign) else set())
    return known


def _is_self(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in {"self", "cls"}


def _is_put_away(node: ast.AST, names: set[str]) -> bool:
    """Say whether a piece puts something where others find it; `names` are the body's own."""
    match node:
        case ast.Assign(targets=targets, value=value):
            outside = any(_is_outside(one, names) for one in targets)
            return outside and not is_fixed(value, ())
        case ast.AugAssign(target=ast.Attribute() | ast.Subscript()) | ast.Global() | ast.Nonlocal():
            return True
        case _:
            return any(name not in names for name, _ in _grown(node))


def _is_outside(target: ast.expr, names: set[str]) -> bool:
    match target:
        case ast.Subscript(value=ast.Name(id=name)):
            return name not in names
        case _:
            return isinstance(target, ast.Attribute | ast.Subscript)


def _is_work(value: ast.expr) -> bool:
    """Say whether a value has to be worked out, from something that is not known beforehand."""
    return not isinstance(value, _PLAIN) and not is_text(ast.Expr(value=value)) and not is_fixed(value, ())

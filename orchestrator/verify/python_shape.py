"""What the body of a Python function comes to when logging, waiting and constants are left out. Never runs it."""

import ast
import re
from collections.abc import Collection, Sequence

from orchestrator.verify.code import TAKEN_BACK, Shape
from orchestrator.verify.python_known import truth
from orchestrator.verify.python_module import NOTHING_AROUND, Surroundings
from orchestrator.verify.python_values import is_fixed, is_text, last_name
from orchestrator.verify.python_walk import walk

LATER = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b|\bnot\s+(?:yet\s+)?implemented\b|\bunimplemented\b|\bimplement\s+(?:me|this|later)\b"
    r"|\bplaceholder\b|\bstub(?:bed)?\b",
    re.IGNORECASE,
)
_NOISE = frozenset({"print", "sleep", "debug", "info", "warning", "warn", "error", "log", "exception", "critical"})
_EXITS = frozenset({"sys.exit", "os._exit", "exit", "quit", "os.abort"})
_LOOKED_AT = re.compile(r"environ|getenv|argv|sys\.modules|inspect\.|_getframe|stack\(|gettrace|random|time\.|PYTEST")


_AMBIENT = frozenset(
    (
        *(
            "os",
            "sys",
            "io",
            "json",
            "pathlib",
            "Path",
            "PurePath",
            "open",
            "environ",
            "getenv",
            "__file__",
            "__name__",
        ),
        *(
            "random",
            "secrets",
            "time",
            "datetime",
            "date",
            "uuid",
            "platform",
            "socket",
            "pickle",
            "csv",
            "tomllib",
            "yaml",
        ),
        *("importlib", "resources", "tempfile", "shelve", "configparser", "getpass", "locale", "warnings", "logging"),
    )
)
"""What a value can come from that is neither an argument nor work of anybody's: files, environment, clock."""


def shape_of(
    alive: Sequence[ast.stmt], names: Collection[str], called: str = "", around: Surroundings = NOTHING_AROUND
) -> Shape:
    """Tell what a body comes to; `names` are its parameters, `called` is what it is called."""
    shape = _shape_of(alive, names, called, around, frozenset())
    if shape is not Shape.REAL:
        return shape
    shape = _shape_of(alive, names, called, around, _AMBIENT - set(names))
    return Shape.AMBIENT if shape in {Shape.CONSTANT, Shape.ANSWERS} else Shape.REAL


def _shape_of(
    alive: Sequence[ast.stmt], names: Collection[str], called: str, around: Surroundings, known: frozenset[str]
) -> Shape:
    constants: set[str] = set(known)
    given: ast.expr | None = None
    for statement in alive:
        match statement:
            case ast.Return(value=value):
                given = _taken(value)
            case ast.Expr(value=ast.YieldFrom(value=value) | ast.Yield(value=ast.expr() as value)):
                if not is_fixed(value, constants):
                    return Shape.REAL
            case ast.Raise():
                return _raised(statement)
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if around.helpers.get(name) in _FAILING:
                return around.helpers[name]
            case _ if _gives_up(statement):
                return Shape.RAISES
            case _ if _is_fixed_block(statement, constants):
                given = ast.Constant(value=0)
            case _ if not is_settled(statement, constants):
                return _answers(alive, names, known)
            case _:
                pass
    return _given(given, names, constants, called, around)


def _taken(value: ast.expr | None) -> ast.expr | None:
    """Give the branch that is taken of `x if True else y`."""
    while isinstance(value, ast.IfExp) and truth(value.test) is not None:
        value = value.body if truth(value.test) else value.orelse
    return value


_FAILING = frozenset({Shape.RAISES, Shape.FAILS})


def _raised(statement: ast.Raise) -> Shape:
    if _raises_later(statement):
        return Shape.RAISES
    return Shape.REAL if statement.exc is None or TAKEN_BACK.search(ast.unparse(statement)) else Shape.FAILS


def _is_fixed_block(statement: ast.stmt, constants: set[str]) -> bool:
    """Say whether a block gives the same whatever the arguments: `with open("x") as f: return f.read()`."""
    match statement:
        case ast.With(items=items, body=body):
            if not all(is_fixed(item.context_expr, constants) for item in items):
                return False
            constants.update(item.optional_vars.id for item in items if isinstance(item.optional_vars, ast.Name))
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            body = [*body, *orelse, *(one for handler in handlers for one in handler.body), *final]
        case ast.If(test=test, body=body, orelse=orelse) if is_fixed(test, constants):
            body = [*body, *orelse]
        case _:
            return False
    gives = [one for one in body if isinstance(one, ast.Return)]
    return bool(gives) and all(
        (one.value is None or is_fixed(one.value, constants))
        if isinstance(one, ast.Return)
        else is_settled(one, constants) or _is_fixed_block(one, constants)
        for one in body
    )


def _given(
    given: ast.expr | None, names: Collection[str], constants: Collection[str], called: str, around: Surroundings
) -> Shape:
    if given is None:
        return Shape.EMPTY
    if is_fixed(given, constants) or (isinstance(given, ast.Name) and given.id in around.constants - set(names)):
        return Shape.CONSTANT
    if isinstance(given, ast.Name) and given.id == "NotImplemented" and not called.startswith("__"):
        return Shape.RAISES
    if _hands_back(given, set(names) - set(constants)):
        return Shape.ARGUMENT
    if _asks_base(given, called):
        return Shape.BASE
    if _is_never_set(given, around):
        return Shape.CONSTANT
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id in around.helpers:
        shape = around.helpers[given.func.id]
        return shape if shape in _IDLE else Shape.REAL
    return Shape.ANSWERS if _looks_up(given, names, constants) else Shape.REAL


_IDLE = frozenset({Shape.RAISES, Shape.FAILS, Shape.EMPTY, Shape.CONSTANT})


def _is_never_set(given: ast.expr, around: Surroundings) -> bool:
    """Say whether what is given is the default of an attribute that nothing in the module sets."""
    match given:
        case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(), ast.Constant(value=str(name)), default]):
            return name not in around.stored and not name.startswith("__") and is_fixed(default, ())
        case _:
            return False


def _hands_back(given: ast.expr, names: Collection[str]) -> bool:
    """Say whether what is given is an argument, a copy of it, or an empty one of its kind."""
    match given:
        case ast.Name(id=name):
            return name in names
        case ast.Call(
            func=ast.Attribute(attr="copy" | "deepcopy", value=ast.Name(id="copy")), args=[ast.Name(id=name)]
        ):
            return name in names
        case ast.Call(func=ast.Name(id="copy" | "deepcopy"), args=[ast.Name(id=name)]):
            return name in names
        case ast.Call(func=ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=name)]), args=[]):
            return name in names
        case ast.Call(func=ast.Attribute(attr="__class__", value=ast.Name(id=name)), args=[]):
            return name in names
        case _:
            return False


def _asks_base(given: ast.expr, called: str) -> bool:
    match given:
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Call(func=ast.Name(id="super")))):
            return name == called
        case ast.Await(value=ast.Call() as call):
            return _asks_base(call, called)
        case _:
            return False


def _answers(alive: Sequence[ast.stmt], names: Collection[str], given: Collection[str] = ()) -> Shape:
    """Tell a body that only compares its arguments with constants and answers with constants from one that works."""
    constants: set[str] = set(given)
    for statement in alive:
        match statement:
            case ast.If(test=test, body=body, orelse=orelse) if _compares(test, names):
                inner = (*body, *orelse)
                if _answers(inner, names, constants) is Shape.REAL or not inner:
                    return Shape.REAL
            case ast.Return(value=value):
                known = value is None or is_fixed(value, constants) or _looks_up(value, names, constants)
                if not known:
                    return Shape.REAL
            case ast.Raise() | ast.Pass():
                pass
            case _ if not is_settled(statement, constants):
                return Shape.REAL
            case _:
                pass
    return Shape.ANSWERS


def _compares(test: ast.expr, names: Collection[str]) -> bool:
    """Say whether a condition only compares arguments with constants."""
    match test:
        case ast.BoolOp(values=values):
            return all(_compares(value, names) for value in values)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.In() | ast.Is()], comparators=[right]):
            return _is_given(left, names) and is_fixed(right, ())
        case _:
            return False


def _is_given(value: ast.expr, names: Collection[str]) -> bool:
    match value:
        case ast.Name(id=name):
            return name in names and name not in {"self", "cls"}
        case ast.Tuple(elts=parts):
            return all(_is_given(part, names) for part in parts)
        case ast.Call(func=ast.Name(id="str" | "repr" | "tuple" | "len"), args=[inner]):
            return _is_given(inner, names)
        case _:
            return False


def _looks_up(given: ast.expr, names: Collection[str], constants: Collection[str]) -> bool:
    """Say whether what is given is an entry of a constant table."""
    match given:
        case ast.Call(func=ast.Attribute(attr="get", value=table), args=[key, *rest]):
            fixed = is_fixed(table, constants) and all(is_fixed(part, constants) for part in rest)
            return fixed and _is_given(key, names)
        case ast.Subscript(value=table, slice=key):
            return is_fixed(table, constants) and _is_given(key, names)
        case _:
            return False


def is_settled(statement: ast.stmt, constants: set[str]) -> bool:
    """Say whether a statement computes nothing that depends on anything; what it names is added to `constants`."""
    match statement:
        case ast.Assign(targets=[ast.Name(id="_")], value=ast.Name() | ast.Tuple()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_fixed(value, constants):
            constants.add(name)
            return True
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is None or is_fixed(value, constants):
            constants.add(name)
            return True
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            return name in constants and is_fixed(value, constants)
        case ast.For(target=ast.Name(id=name), iter=over) if is_fixed(over, constants):
            constants.add(name)
            return all(is_settled(inner, constants) for inner in statement.body)
        case ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Global() | ast.Nonlocal() | ast.Delete():
            return True
        case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]):
            return True
        case ast.Expr(value=value):
            return isinstance(value, ast.Name) or is_fixed(value, constants) or _is_noise(value)
        case _:
            return False


def _is_noise(value: ast.expr) -> bool:
    call = value.value if isinstance(value, ast.Await) else value
    return isinstance(call, ast.Call) and last_name(call.func) in _NOISE


def _gives_up(statement: ast.stmt) -> bool:
    """Say whether a statement ends everything, or always fails."""
    match statement:
        case ast.Expr(value=ast.Call(func=func, args=args)):
            return ast.unparse(func) in _EXITS and all(is_fixed(part, ()) for part in args)
        case ast.Assert(test=test):
            return truth(test) is False
        case _:
            return False


def _raises_later(statement: ast.Raise) -> bool:
    if statement.exc is None:
        return False
    name = last_name(statement.exc)
    if name in {"NotImplementedError", "NotImplemented", "SystemExit"}:
        return True
    words = [found.value for found in walk(statement.exc) if isinstance(found, ast.Constant)]
    return any(isinstance(word, str) and LATER.search(word) for word in words)


def swallows(alive: Sequence[ast.stmt]) -> bool:
    """Say whether all a body does stands in a `try` (or `suppress`) that keeps every error quiet."""
    rest = [
        statement
        for statement in alive
        if not isinstance(statement, ast.Return | ast.Pass | ast.ImportFrom | ast.Import)
    ]
    if any(isinstance(one, ast.Try) and any(map(_is_return, one.finalbody)) for one in rest):
        return True
    if len(rest) != 1:
        return False
    if isinstance(rest[0], ast.With):
        return any(suppresses(item.context_expr) for item in rest[0].items)
    return isinstance(rest[0], ast.Try) and any(is_broad(one) and is_quiet(one.body) for one in rest[0].handlers)


def _is_return(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return)


def suppresses(context: ast.expr) -> bool:
    """Say whether a context keeps quiet whatever goes wrong."""
    if not (isinstance(context, ast.Call) and last_name(context.func) == "suppress"):
        return False
    return any(last_name(kind) in {"Exception", "BaseException", "AssertionError"} for kind in context.args)


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler catches whatever goes wrong."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(kind) in {"Exception", "BaseException"} for kind in kinds)


def is_quiet(body: Sequence[ast.stmt]) -> bool:
    """Say whether a handler's body lets nobody know."""
    return all(
        isinstance(statement, ast.Pass | ast.Continue)
        or is_text(statement)
        or (isinstance(statement, ast.Return) and (statement.value is None or is_fixed(statement.value, ())))
        or (isinstance(statement, ast.Expr) and _is_noise(statement.value))
        for statement in body
    )


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
                constants: set[str] = set()
                idle = all(
                    isinstance(one, ast.Return | ast.Raise) or is_settled(one, constants) for one in statement.body
                )
                last = statement.body[-1]
                fixed = isinstance(last, ast.Return) and (last.value is None or is_fixed(last.value, constants))
                return number if idle and fixed and not used & {*names} else 0
            case _:
                return 0
    return 0

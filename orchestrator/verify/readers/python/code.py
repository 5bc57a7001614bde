"""The functions of a Python file. Never runs or imports what it reads."""

import ast
import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.code import Front, Function, Shape
from orchestrator.verify.readers.python.aside import sent
from orchestrator.verify.readers.python.bare import ASKS, asking
from orchestrator.verify.readers.python.checking import checks, compares
from orchestrator.verify.readers.python.dead import dead
from orchestrator.verify.readers.python.flags import asks_a_flag, with_flags
from orchestrator.verify.readers.python.flow import reachable
from orchestrator.verify.readers.python.fronts import front
from orchestrator.verify.readers.python.hinges import hinges
from orchestrator.verify.readers.python.keeping import keeps
from orchestrator.verify.readers.python.module import Surroundings, emptied_blocks, once, replaced, surroundings
from orchestrator.verify.readers.python.quiet import LATER, hands_on, is_quiet, swallows
from orchestrator.verify.readers.python.shape import shape_of, switch
from orchestrator.verify.readers.python.spilt import blinded, leavings
from orchestrator.verify.readers.python.values import FunctionNode, is_text, last_name, without_docstring
from orchestrator.verify.readers.python.walk import dumped, shallow, walk

_DECLARED = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod", "overload"})
_DECLARING = frozenset({"Protocol", "ABC", "ABCMeta", "TypedDict", "NamedTuple", "Interface"})


class _Reader:
    """Reads one module. `hollow` are its decorators that never use what they decorate."""

    def __init__(self, tree: ast.Module, text: str) -> None:
        self._lines = text.splitlines()
        self._around = _with_helpers(surroundings(tree), tree)
        self._replaced = replaced(tree.body)
        self._asked = asking(tree) if ASKS.search(text) else {}
        self._hollow = {node.name for node in tree.body if isinstance(node, FunctionNode) and _is_hollow(node)}

    def within(
        self, body: Sequence[ast.stmt], prefix: str, *, declared: bool = False, method: bool = False
    ) -> Iterator[Function]:
        """Give the functions of a body by qualified name."""
        for node in body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    if not any(last_name(mark) == "overload" for mark in node.decorator_list):
                        yield self._read(node, prefix, declared=declared, method=method)
                    yield from self.within(node.body, f"{prefix}{node.name}.")
                case ast.ClassDef():
                    bases = {last_name(base) for base in (*node.bases, *(word.value for word in node.keywords))}
                    yield from self.within(
                        node.body, f"{prefix}{node.name}.", declared=bool(bases & _DECLARING), method=True
                    )
                case ast.If() | ast.Try() | ast.With():
                    inner = [*node.body, *getattr(node, "orelse", [])]
                    if prefix and not method and isinstance(node, ast.If):
                        inner = [one for one in inner if not _is_picked(one, node)]
                    if not (isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"):
                        yield from self.within(inner, prefix, declared=declared, method=method)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as made):
                    yield self._lambda(made, prefix + name, method=method)
                case _:
                    pass

    def _read(self, node: FunctionNode, prefix: str, *, declared: bool, method: bool) -> Function:
        body = without_docstring(node.body)
        marks = {last_name(mark) for mark in node.decorator_list}
        names, left_out = _parameters(node.args), _left_out(node.args)
        alive = tuple(reachable(body))
        own = [found for statement in alive for found in shallow(statement)]
        source = "\n".join(self._lines[node.lineno - 1 : node.end_lineno])
        plain = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
        full, idle = emptied_blocks(body)
        settles, spilt = leavings(alive)
        sure, soft = checks(body)
        shape = Shape.HIDDEN if plain & self._hollow else shape_of(alive, names, node.name, self._around)
        shape = Shape.REPLACED if prefix + node.name in self._replaced else shape
        shape = Shape.LAZY if shape is Shape.REAL and _is_lazy(alive) else shape
        return Function(
            full=full,
            idle=idle,
            name=prefix + node.name + _accessor(node),
            line=node.lineno,
            shape=shape,
            declared=declared or bool(marks & _DECLARED),
            abstract=bool(marks & _DECLARED),
            method=method,
            gives=any(_gives(found) for found in own),
            promises=node.returns is not None and not _says_none(node.returns),
            arguments=len(names - {"self", "cls"}),
            calls=sum(isinstance(found, ast.Call) for found in own),
            cut=_cut(body),
            switch=switch(body, names),
            later=shape is not Shape.REAL and bool(LATER.search(source)),
            swallows=swallows(alive),
            hands=sum(isinstance(one, ast.ExceptHandler) and hands_on(one) for one in own),
            drops=sum(isinstance(one, ast.ExceptHandler) and is_quiet(one.body) for one in own),
            dead=dead(body),
            once=once(body),
            checks=sure,
            compares=compares(alive),
            soft=soft,
            feigns=any(isinstance(one, ast.Return) and _feigns(one.value) for one in own),
            aside=sent(alive),
            hinges=hinges(body, names, self._asked, source),
            takes=frozenset(names),
            blinded=blinded(alive, names),
            settles=settles,
            spilt=spilt,
            steps=tuple(dumped(statement) for statement in _without_end(body)),
            keeps=shape is Shape.REAL and keeps(alive, names),
            usual=shape_of(alive, names - left_out.keys(), node.name, self._around, left_out)
            if shape is Shape.REAL and left_out
            else None,
            front=front(alive, names, self._around) if shape is Shape.REAL else Front(),
        )

    def _lambda(self, made: ast.Lambda, name: str, *, method: bool) -> Function:
        names = _parameters(made.args)
        shape = shape_of([ast.Return(value=made.body)], names)
        return Function(
            name=name,
            line=made.lineno,
            shape=shape,
            method=method,
            gives=True,
            arguments=len(names),
            calls=sum(isinstance(found, ast.Call) for found in walk(made.body)),
            steps=(dumped(ast.Return(value=made.body)),),
        )


def _is_picked(statement: ast.stmt, choice: ast.If) -> bool:
    """Say whether a variable is given a lambda on one way and a function that has a name on the other."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
            others = choice.orelse if statement in choice.body else choice.body
            return any(
                isinstance(one, ast.Assign) and isinstance(one.value, ast.Name) and last_name(one.targets[0]) == name
                for one in others
            )
        case _:
            return False


def _accessor(node: FunctionNode) -> str:
    """Tell a property's setter from its getter, which has the same name."""
    kinds = [mark.attr for mark in node.decorator_list if isinstance(mark, ast.Attribute)]
    return "".join(f"@{kind}" for kind in kinds if kind in {"setter", "deleter"})


def _parameters(given: ast.arguments) -> set[str]:
    """Give the names of all parameters, those that take the rest included."""
    several = [given.vararg, given.kwarg]
    plain = (*given.posonlyargs, *given.args, *given.kwonlyargs, *(one for one in several if one is not None))
    return {argument.arg for argument in plain}


def _left_out(given: ast.arguments) -> dict[str, ast.expr]:
    """Give the parameters that callers may leave out, each with the constant that stands for it then."""
    plain = [*given.posonlyargs, *given.args]
    pairs = [*zip(reversed(plain), reversed(given.defaults), strict=False)]
    pairs += [(one, value) for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None]
    found = {one.arg: value for one, value in pairs if isinstance(value, ast.Constant)}
    return found | ({given.kwarg.arg: ast.Dict(keys=[], values=[])} if given.kwarg is not None else {})


def _with_helpers(around: Surroundings, tree: ast.Module) -> Surroundings:
    """Add what the module's outermost functions come to, by themselves."""
    helpers = {
        node.name: shape_of(tuple(reachable(without_docstring(node.body))), _parameters(node.args), node.name)
        for node in tree.body
        if isinstance(node, FunctionNode) and not node.decorator_list
    }
    kept = {name: shape for name, shape in helpers.items() if shape is not Shape.REAL}
    return Surroundings(constants=around.constants, stored=around.stored, helpers=kept, empty=around.empty)


def _is_lazy(alive: Sequence[ast.stmt]) -> bool:
    """Say whether all a body does stands in a generator that it gives back without running it."""
    match alive:
        case [ast.FunctionDef(name=name) as inner, ast.Return(value=ast.Call(func=ast.Name(id=called), args=[]))]:
            return name == called and any(isinstance(part, ast.Yield) for one in inner.body for part in shallow(one))
        case _:
            return False


def functions(tree: ast.Module, text: str) -> dict[str, Function]:
    """Give a module's functions by qualified name; of those defined twice, the last that is no overload."""
    settled = with_flags(tree, frozenset())
    return {function.name: function for function in _Reader(settled, text).within(settled.body, "")}


def _is_hollow(node: FunctionNode) -> bool:
    """Say whether a function takes another and gives one that never uses it."""
    if len(node.args.args) != 1 or not any(isinstance(one, FunctionNode | ast.Return) for one in node.body):
        return False
    gives = [part.value for part in walk(node) if isinstance(part, ast.Return) and part.value is not None]
    makes = any(isinstance(value, ast.Lambda | ast.Name) for value in gives)
    wanted = node.args.args[0].arg
    inner = without_docstring(node.body)
    wraps = {id(name) for one in inner for name in _wrapped(one)}
    used = [part for one in inner for part in walk(one) if isinstance(part, ast.Name) and part.id == wanted]
    return makes and all(id(name) in wraps for name in used)


def _wrapped(node: ast.stmt) -> Iterator[ast.AST]:
    """Give what stands in `functools.wraps(...)`, which uses a function's name only."""
    for part in walk(node):
        if isinstance(part, ast.Call) and last_name(part.func) in {"wraps", "update_wrapper"}:
            yield from walk(part)


def _cut(body: Sequence[ast.stmt]) -> int:
    """Count the statements nothing can reach, at the outermost level; a bare `yield` behind makes a generator."""
    alive = {id(statement) for statement in reachable(body)}
    dead = [statement for statement in body if id(statement) not in alive and not _is_open(statement, alive)]
    if len(dead) == 1 and _is_left_over(dead[0], body):
        return 0
    return sum(not is_text(one) and not _is_yield(one) and not asks_a_flag(one) for one in dead)


def _is_left_over(statement: ast.stmt, body: Sequence[ast.stmt]) -> bool:
    """Say whether a last `return` gives what is bound nowhere any more, where each way through a branch has ended."""
    match statement:
        case ast.Return(value=ast.Name(id=name)) if isinstance(body[-2], ast.Try | ast.If | ast.Match):
            named = (part for one in body for part in walk(one) if isinstance(part, ast.Name))
            bound = {part.id for part in named if isinstance(part.ctx, ast.Store)}
            return statement is body[-1] and name not in bound
        case _:
            return False


def _is_open(statement: ast.stmt, alive: set[int]) -> bool:
    """Say whether parts of a constant branch are alive: `if True:` around the whole body hides nothing."""
    inner = statement.body if isinstance(statement, ast.If) else []
    other = statement.orelse if isinstance(statement, ast.If) else []
    return any(id(part) in alive for part in (*inner, *other))


def _is_yield(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield)


def _without_end(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """Leave out a last `return` that gives nothing: a body ends there anyway."""
    match body:
        case [*rest, ast.Return(value=None | ast.Constant(value=None))]:
            return rest
        case _:
            return body


def _gives(node: ast.AST) -> bool:
    if isinstance(node, ast.Return):
        return node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None)
    return isinstance(node, ast.Yield | ast.YieldFrom)


def _feigns(value: ast.expr | None) -> bool:
    """Say whether None is said to be of a kind that it is not."""
    match value:
        case ast.Call(func=func, args=[kind, ast.Constant(value=None)]):
            said = ast.unparse(kind).strip("'\"")
            while said != (inner := re.sub(r"(?<!Optional)\[[^\[\]]*\]", "", said)):
                said = inner
            return last_name(func) == "cast" and not re.search(r"\bNone\b|\bOptional\b|\bAny\b", said)
        case _:
            return False


def _says_none(returns: ast.expr) -> bool:
    text = ast.unparse(returns).strip("\"'")
    return "None" in text or "NoReturn" in text or "Never" in text

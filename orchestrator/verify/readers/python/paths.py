"""What a Python body gives and does on all its ways: statements, followed with what each depends on. Never runs it."""

import ast
from collections.abc import Collection, Sequence
from enum import IntEnum

from orchestrator.verify.readers.code import MEANT, TAKEN_BACK, Draws, Shape
from orchestrator.verify.readers.python.calls import Calling
from orchestrator.verify.readers.python.draws import AMBIENT, FIXED, Value, WorksError, joined
from orchestrator.verify.readers.python.flow import is_any, takes
from orchestrator.verify.readers.python.known import is_empty
from orchestrator.verify.readers.python.module import IDLE, Surroundings, imported
from orchestrator.verify.readers.python.quiet import gives_up, is_broad, is_noise, raises_later
from orchestrator.verify.readers.python.values import FunctionNode, is_mock, last_name
from orchestrator.verify.readers.python.walk import walk


class Way(IntEnum):
    """How a statement ends: the next one comes, a loop is left, the function is left."""

    ON = 0
    BREAKS = 1
    LEAVES = 2


class Paths(Calling):
    """Follows a body. `given` is what it gives back, `failed` how it fails, `acts` whether it does something around."""

    def __init__(self, names: Collection[str], called: str, around: Surroundings) -> None:
        super().__init__(names, called, around)
        self.given: list[Value] = []
        self.failed: Shape | None = None
        self.acts = False
        self.says = False
        self._tried = 0
        self._left_loop = False
        self._shared: set[str] = set()

    def run(self, body: Sequence[ast.stmt]) -> Value:
        """Give what an inner function gives back; what it says when it fails is no matter."""
        kept, self.given = self.given, []
        control, self.control = self.control, Draws.NOTHING
        if self.follow(body) is not Way.LEAVES:
            self.given.append(self._under(Value(known=ast.Constant(None))))
        found = joined(self.given) if self.given else FIXED
        self.given, self.control = kept, control
        return found

    def follow(self, body: Sequence[ast.stmt]) -> Way:
        """Follow statements up to the first that does not go on."""
        for statement in body:
            way = self._follow(statement)
            if way is not Way.ON:
                return way
        return Way.ON

    def give(self, value: ast.expr | None) -> None:
        """Note that a value is given back here; None where a body just ends."""
        self.given.append(self._under(self.value(value)))

    def _return(self, value: ast.expr | None) -> Way:
        if self.deep == 0:
            self.failed = self._fails(value) or self.failed
            if self.failed is not None and self._fails(value):
                return Way.LEAVES
            self.says = self.says or value is not None
        self.give(value)
        return Way.LEAVES

    def _under(self, value: Value) -> Value:
        return joined([value], self.control) if value.known is None else Value(known=value.known, draws=self.control)

    def _follow(self, node: ast.stmt) -> Way:  # noqa: C901, PLR0912 - a table of forms, a line or two each
        self.spend()
        match node:
            case ast.Return(value=value):
                return self._return(value)
            case ast.Raise():
                return self._raise(node)
            case ast.If():
                return self._if(node)
            case ast.For() | ast.AsyncFor():
                return self._for(node)
            case ast.While():
                return self._while(node)
            case ast.With() | ast.AsyncWith():
                return self._with(node)
            case ast.Try():
                return self._try(node)
            case ast.Match():
                return self._match(node)
            case ast.Break() | ast.Continue():
                self._left_loop = self._left_loop or isinstance(node, ast.Break)
                return Way.BREAKS
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                marks = self.plain(node.decorator_list).draws
                found = self.function(node, self.env)
                self.env[node.name] = found if not node.decorator_list else Value(draws=found.draws | marks)
            case ast.ClassDef():
                self.env[node.name] = self._class(node)
            case ast.Import() | ast.ImportFrom():
                for name, module in imported(node):
                    kind = Draws.AMBIENT if module in AMBIENT else Draws.OUTSIDE
                    self.env[name] = FIXED if module in IDLE or is_mock(name) else Value(draws=kind)
            case ast.Assert(test=test):
                return self._assert(test)
            case ast.Expr():
                return self._expression(node)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                self._assign(node)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self._shared.update(names)
            case ast.Delete(targets=targets):
                if not all(isinstance(one, ast.Name) for one in targets):
                    raise WorksError
            case ast.Pass():
                pass
            case _:
                raise WorksError
        return Way.ON

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> None:
        if isinstance(node, ast.AnnAssign) and node.value is None:
            return
        found = self.value(node.value)
        level = self.told(node.value) if node.value is not None else 0
        if level and not found.back:
            found = Value(draws=found.draws, told=level)
        if self.control:
            found = Value(draws=found.draws | self.control, told=level if not self.control & MEANT else 0)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            shared = isinstance(target, ast.Name) and target.id in self._shared
            if shared and found.draws & MEANT:
                raise WorksError
            if isinstance(node, ast.AugAssign):
                old = self.value(target) if isinstance(target, ast.Name) else FIXED
                if old.back and not found.draws & MEANT:
                    old = Value(draws=old.draws)
                found = Value(draws=found.draws | old.draws)
            self.bind(target, found)

    def _class(self, node: ast.ClassDef) -> Value:
        """Give a class as a value: it draws on whatever its text names that is not its own."""
        parts = list(walk(node))
        self.spend(len(parts))
        own = {part.arg for part in parts if isinstance(part, ast.arg)}
        own |= {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        own |= {part.name for part in parts if isinstance(part, FunctionNode | ast.ClassDef)}
        draws = Draws.NOTHING
        for part in parts:
            if isinstance(part, ast.Name) and part.id not in own:
                draws |= self.name(part.id).draws
        return Value(draws=draws)

    def _raise(self, node: ast.Raise) -> Way:
        if self._tried:
            return Way.LEAVES
        if self.control & MEANT:
            raise WorksError
        if self.control & Draws.ANSWER:
            return Way.LEAVES
        if raises_later(node):
            self.failed = Shape.RAISES
        elif node.exc is None or TAKEN_BACK.search(ast.unparse(node)):
            raise WorksError
        else:
            self.failed = Shape.FAILS
        return Way.LEAVES

    def _assert(self, test: ast.expr) -> Way:
        known = self.truth(test)
        if known is None and self.value(test).draws & MEANT:
            raise WorksError
        if known is False:
            self.failed = self.failed or (None if self._tried else Shape.RAISES)
            return Way.LEAVES
        return Way.ON

    def _expression(self, node: ast.Expr) -> Way:
        value = node.value
        match value:
            case ast.Name() | ast.Constant():
                return Way.ON
            case ast.Yield(value=ast.expr() as inner) | ast.YieldFrom(value=inner):
                found = self.value(inner)
                if found.draws & MEANT:
                    raise WorksError
                self.says = self.says or not is_empty(inner)
                if found.draws & Draws.AMBIENT:
                    self.given.append(found)
                return Way.ON
            case _ if is_noise(value):
                if self.control & MEANT:
                    raise WorksError  # to tell of it only now and then is what it does
                return Way.ON
            case ast.Call() if self._fails(value) in {Shape.RAISES, Shape.FAILS}:
                self.failed = self._fails(value)
                return Way.LEAVES
            case _ if gives_up(node):
                self.failed = Shape.RAISES
                return Way.LEAVES
            case _:
                found = self.value(value)
                if found.draws & MEANT and not _only_shows(value):
                    raise WorksError
                self.acts = self.acts or bool(found.draws & Draws.AMBIENT)
                return Way.ON

    def _fails(self, value: ast.expr | None) -> Shape | None:
        """Tell how a value fails: it says that there is none, asks a helper that fails, or leaves it to the base."""
        match value:
            case ast.Name(id="NotImplemented"):
                return None if self.called.startswith("__") else Shape.RAISES
            case ast.Call(func=ast.Name(id=name)) if name not in self.env:
                found = self.around.helpers.get(name)
                return found if found in {Shape.RAISES, Shape.FAILS} else None
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Call(func=ast.Name(id="super")))) as call:
                as_given = not self.control and all(self.env[given].back for given in self.names)
                return Shape.BASE if name == self.called and as_given and not self._gives_more(call) else None
            case ast.Await(value=ast.Call() as call):
                found = self._fails(call)
                return found if found is Shape.BASE else None
            case _:
                return None

    def _gives_more(self, call: ast.Call) -> bool:
        """Say whether a base class is given something worked out beside all that this one is given."""
        words = [word.value for word in call.keywords if word.arg is not None and word.arg not in self.names]
        made = any(isinstance(word, ast.Name) and self.value(word).draws & MEANT for word in words)
        return made and len(call.args) + len(call.keywords) > len(self.names - {"self", "cls"})

    def _branches(self, bodies: Sequence[Sequence[ast.stmt]], asked: Draws) -> Way:
        """Follow ways of which one is taken; what comes then depends on it where one of them ends."""
        before, control = self.env, self.control
        ways: list[Way] = []
        ends: list[dict[str, Value]] = []
        for body in bodies:
            self.spend(1 + len(before) // 8)
            self.env, self.control = dict(before), control | asked
            ways.append(self.follow(body))
            if ways[-1] is Way.ON:
                ends.append(self.env)
        self.control = control | (asked if any(ways) else Draws.NOTHING)
        self.env = _merged(ends) if ends else before
        return min(ways)

    def _if(self, node: ast.If) -> Way:
        known = self.truth(node.test)
        if known is not None:
            return self.follow(node.body if known else node.orelse)
        return self._branches((node.body, node.orelse), self.asked(node.test))

    def _match(self, node: ast.Match) -> Way:
        subject = self.value(node.subject)
        for case in node.cases:
            if takes(case, node.subject):
                return self.follow(case.body)
        plain = all(
            isinstance(case.pattern, ast.MatchValue | ast.MatchSingleton) or is_any(case) for case in node.cases
        )
        asked = Draws.ANSWER if plain and self.told(node.subject) else subject.draws
        for part in (inner for case in node.cases for inner in walk(case.pattern)):
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            if isinstance(name, str):
                self.env[name] = Value(draws=subject.draws)
        for case in node.cases:
            asked |= self.value(case.guard).draws if case.guard is not None else Draws.NOTHING
        rest: list[Sequence[ast.stmt]] = [] if any(map(is_any, node.cases)) else [[]]
        return self._branches([*(case.body for case in node.cases), *rest], asked)

    def _round(self, node: ast.For | ast.AsyncFor | ast.While, asked: Draws, *, sure: bool) -> Way:
        """Follow a loop's body once, the names it sets taken for whatever is used in it; BREAKS where it may be left.

        `asked` is what another round depends on, `sure`: there is a first one.
        """
        before, control, given = dict(self.env), self.control, len(self.given)
        kept, self._left_loop = self._left_loop, False
        used, changed = asked, set[str]()
        for part in (inner for one in node.body for inner in walk(one)):
            self.spend()
            if isinstance(part, ast.Name):
                used |= self.name(part.id).draws if part.id in self.env else Draws.NOTHING
                if isinstance(part.ctx, ast.Store):
                    changed.add(part.id)
        for name in changed & self.env.keys():
            self.env[name] = Value(draws=self.env[name].draws | used)
        self.control |= Draws.NOTHING if sure else asked
        way = self.follow(node.body)
        broke, self._left_loop = self._left_loop, kept
        if not broke and way is not Way.LEAVES and len(self.given) == given:
            self.control = control
        self.env = _merged([before, self.env])
        return Way.BREAKS if broke else Way.LEAVES if way is Way.LEAVES else Way.ON

    def _for(self, node: ast.For | ast.AsyncFor) -> Way:
        over, empty = self.value(node.iter), is_empty(node.iter)
        if empty:
            return self.follow(node.orelse)
        if over.draws & MEANT and all(isinstance(one, ast.Expr) and is_noise(one.value) for one in node.body):
            self.acts = True
            return self._behind(node, Way.ON)
        if over.draws & MEANT and not _only_counts(node.iter):
            raise WorksError  # going through it may be the work
        self.bind(node.target, Value(draws=over.draws))
        way = self._round(node, over.draws, sure=empty is False)
        return Way.LEAVES if way is Way.LEAVES and empty is False else self._behind(node, way)

    def _while(self, node: ast.While) -> Way:
        known = self.truth(node.test)
        if known is False:
            return self.follow(node.orelse)
        way = self._round(node, Draws.NOTHING if known else self.value(node.test).draws, sure=known is True)
        return Way.LEAVES if known and way is not Way.BREAKS else self._behind(node, way)

    def _behind(self, node: ast.For | ast.AsyncFor | ast.While, way: Way) -> Way:
        return Way.ON if way is Way.BREAKS else self.follow(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> Way:
        quiet = any(last_name(item.context_expr) == "suppress" for item in node.items)
        for item in node.items:
            found = self.value(item.context_expr)
            if found.draws & MEANT:
                raise WorksError
            if item.optional_vars is not None:
                self.bind(item.optional_vars, Value(draws=found.draws))
        self._tried += quiet
        way = self.follow(node.body)
        self._tried -= quiet
        given = any(isinstance(one, ast.Return) for one in node.body)
        return Way.ON if quiet and not given else way

    def _only_looks_up(self, node: ast.Try) -> bool:
        """Say whether all that can go wrong is that a table does not hold what it is asked for."""
        kinds = {last_name(kind) for one in node.handlers for kind in (one.type,) if kind is not None}
        looked = self.given[-1].draws if self.given else Draws.NOTHING
        return (
            kinds <= {"KeyError", "LookupError"}
            and len(node.body) == 1
            and bool(looked & Draws.ANSWER)
            and not looked & MEANT
        )

    def _try(self, node: ast.Try) -> Way:
        before = dict(self.env)
        touched, self.touched = self.touched, Draws.NOTHING
        caught = any(map(is_broad, node.handlers)) or bool(node.handlers)
        self._tried += caught
        way = self.follow(node.body)
        self._tried -= caught
        failed = Draws.ANSWER if self._only_looks_up(node) else self.touched
        self.touched |= touched
        if way is Way.ON:
            way = self.follow(node.orelse)
        control = self.control
        ends = [self.env] if way is Way.ON else []
        ways = [way]
        for handler in node.handlers:
            self.env, self.control = dict(before), control | failed
            if handler.name is not None:
                self.env[handler.name] = Value(draws=failed)
            ways.append(self.follow(handler.body))
            ends += [self.env] if ways[-1] is Way.ON else []
        self.env = _merged(ends) if ends else self.env
        self.control = control | (failed if node.handlers and any(ways) else Draws.NOTHING)
        final = self.follow(node.finalbody)
        return max(final, min(ways))


def _merged(ends: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """Give what the names are where several ways meet."""
    found = dict(ends[0])
    for end in ends[1:]:
        for name, value in end.items():
            old = found.get(name)
            if old is not value:
                found[name] = joined([old, value]) if old is not None else Value(draws=value.draws)
    return found


def _only_counts(over: ast.expr) -> bool:
    return isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range"


def _only_shows(value: ast.expr) -> bool:
    """Say whether an expression whose value is dropped does nothing: it shows, compares, looks up."""
    parts = [part for part in walk(value) if isinstance(part, ast.Call | ast.comprehension)]
    return all(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in _SHOWING for one in parts
    )


_SHOWING = frozenset(("repr", "str", "len", "bool", "type", "id", "isinstance", "callable"))

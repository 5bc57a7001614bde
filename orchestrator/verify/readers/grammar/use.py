"""What a body draws on, in every language but Python: what it is given, and whose work it asks for. Never judges."""

import re
from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from orchestrator.verify.readers.code import ANY, TAKEN_BACK
from orchestrator.verify.readers.grammar.arms import arm_of
from orchestrator.verify.readers.grammar.flow import IFS, LOOPS, leaves_at_once
from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, parts, statements, walk
from orchestrator.verify.readers.grammar.tables import NAMES, RETURNS
from orchestrator.verify.readers.grammar.values import is_fixed

_LEAVES = frozenset({"identifier", "this", "self", "super", "shorthand_property_identifier"})
_IDLE_ROOTS = {
    "js": frozenset(
        (
            *("Object", "JSON", "Promise", "Array", "Symbol", "Number", "String", "Boolean", "Math", "Date", "Reflect"),
            *("process", "require", "fs", "setTimeout", "crypto", "console", "globalThis", "Map", "Set", "BigInt"),
            *("Proxy", "undefined", "NaN", "import", "performance", "os"),
        )
    ),
    "go": frozenset(
        (
            *(
                "errors",
                "fmt",
                "os",
                "log",
                "slog",
                "time",
                "runtime",
                "rand",
                "context",
                "io",
                "ioutil",
                "make",
                "new",
            ),
            *("panic", "print", "println", "string", "int", "int64", "uint", "float64", "bool", "byte", "rune", "nil"),
            *("true", "false", "any", "error", "recover", "len", "cap", "append", "syscall", "flag"),
        )
    ),
    "rust": frozenset(
        (
            *("std", "core", "alloc", "Default", "Ok", "Err", "Some", "None", "Box", "String", "Vec", "HashMap", "Rc"),
            *("Arc", "Cell", "RefCell", "env", "process", "thread", "mem", "iter"),
        )
    ),
    "java": frozenset(
        (
            *("System", "Objects", "List", "Set", "Map", "Collections", "Optional", "Arrays", "String", "Integer"),
            *("Long", "Boolean", "Stream", "Thread", "Math", "UUID", "Instant", "Runtime", "Mockito", "Double"),
            *("Files", "Path", "Paths", "java", "StandardCharsets"),
        )
    ),
}
_IDLE_MACROS = frozenset(
    (
        *("println", "eprintln", "panic", "assert", "debug_assert", "todo", "unimplemented", "unreachable"),
        *("format", "vec", "anyhow", "bail", "include_str", "include_bytes"),
    )
)
_NEW = re.compile(
    r"(?:Promise|Proxy|Map|Set|Array|Object|Date|WeakMap|WeakSet|String|StringBuilder"
    r"|\w*(?:Error|Exception|List|Map|Set))(?:<.*>)?"
)


def uses(source: Source, alive: Sequence[SgNode]) -> frozenset[str]:
    """Give the names of outside that a body draws on: parameters, itself, variables; as keys they do not count."""
    own = {name for step in alive for name in bound(step)}
    idle = _IDLE_ROOTS[source.table.family]
    names = {
        node.text()
        for step in alive
        for node in _spoken(source, step)
        if node.kind() in _LEAVES
        and not (is_key(source, node) or _is_called(node) or _is_path(node) or _is_idle_macro(node))
    }
    return frozenset(name for name in names - own - idle if not name[:1].isupper() and name != "_")


def works(source: Source, alive: Sequence[SgNode]) -> int:
    """Count the calls of a body that ask somebody to do something: not builtins that only make a value.

    An error that says where the work is done now, or that there is none, counts as one.
    """
    refused = any("throw" in bare(step).kind() and TAKEN_BACK.search(step.text()) for step in alive)
    return refused + sum(is_work(source, node) for step in alive for node in _spoken(source, step))


def is_work(source: Source, node: SgNode) -> bool:
    """Say whether a node is a call that asks somebody to do something."""
    if node.kind() in {"new_expression", "object_creation_expression"}:
        made = node.field("constructor") or node.field("type")
        return made is not None and _NEW.fullmatch(made.text()) is None
    if node.kind() in {"jsx_self_closing_element", "jsx_opening_element"}:  # a component is a function that is called
        made = node.field("name")
        return made is not None and made.text()[:1].isupper()
    name = called(node)
    if not name:
        return False
    table = source.table
    root = re.split(r"[^\w]", name.lstrip("&*("), maxsplit=1)[0]
    known = root in (_IDLE_MACROS if table.family == "rust" and "!" in name else _IDLE_ROOTS[table.family]) or any(
        pattern.fullmatch(name) for pattern in (table.makers, table.noise, table.fails)
    )
    return not known


def _spoken(source: Source, step: SgNode) -> Iterator[SgNode]:
    """Walk a statement without log lines, and without functions that are put away and never called."""
    pending = [step]
    while pending:
        node = pending.pop()
        name = called(node)
        if (name and source.table.noise.fullmatch(name)) or _is_put_away(source, node, step):
            continue
        yield node
        pending.extend(reversed(node.children()))


def _is_put_away(source: Source, node: SgNode, step: SgNode) -> bool:
    """Say whether a declaration holds a function whose name its surroundings never mention."""
    if node.kind() not in {"variable_declarator", "let_declaration", "assignment_statement", "short_var_declaration"}:
        return False
    held = node.field("value") or node.field("right")
    inner = parts(held)[0] if held is not None and held.kind() == "expression_list" and parts(held) else held
    if inner is None or inner.kind() not in _FUNCTIONS:
        return False
    name = node.field("name") or node.field("pattern") or node.field("left")
    block = step.parent()
    text = name.text() if name is not None else ""
    if node.kind() == "assignment_statement" and not text.isidentifier():
        return False  # it is put where others find it: `table[key]`, `it.field`
    return text == "_" or (block is not None and source.dump(block).split(" ").count(text) <= 1)


_FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "func_literal", "closure_expression", "lambda_expression"}
)


def _is_path(node: SgNode) -> bool:
    """Say whether a name is a piece of a path, as in Rust's `std::process::exit`, or a method's."""
    holder = node.parent()
    if holder is None:
        return False
    if holder.kind() == "method_invocation":
        named = holder.field("name")
        return named is not None and named.range().start.index == node.range().start.index
    if holder.kind() == "field_access":  # a package, as in `java.nio.file.Files`
        return re.match(r"javax?\.", holder.text()) is not None
    return holder.kind().startswith("scoped_")


def _is_idle_macro(node: SgNode) -> bool:
    """Say whether a name is that of a macro of Rust which draws on nothing but what it is given."""
    holder = node.parent()
    return holder is not None and holder.kind() == "macro_invocation" and node.text() in _IDLE_MACROS


def _is_called(node: SgNode) -> bool:
    holder = node.parent()
    if holder is not None and holder.kind().startswith("jsx_") and holder.kind().endswith("_element"):
        return True  # an element's name
    return (
        holder is not None
        and called(holder) != ""
        and (called(holder) == node.text() or called(holder) == f"{node.text()}!")
    )


def is_key(source: Source, node: SgNode) -> bool:
    """Say whether a name is only compared with a constant, or looked up in a table."""
    holder = node.parent()
    if holder is None:
        return False
    kind = holder.kind()
    if kind == "subscript_expression":
        index = holder.field("index")
        return index is not None and index.range().start.index == node.range().start.index
    if kind == "index_expression" and source.table.family == "go":
        index = holder.field("index")
        return index is not None and index.range().start.index == node.range().start.index
    if kind == "binary_expression":
        others = [part for part in parts(holder) if part.range().start.index != node.range().start.index]
        compared = re.search(r"[^=!<>][=!]==?[^=]", holder.text()) is not None
        return compared and all(part.kind() in source.table.literals for part in others)
    if kind in {"argument_list", "arguments"}:
        return _is_asked_of_constant(source, holder)
    return kind == "assignment_statement" and holder.text().startswith("_ =")


def _is_asked_of_constant(source: Source, holder: SgNode) -> bool:
    """Say whether arguments are those of an `equals` with a constant on one side."""
    call = holder.parent()
    if call is None or not called(call).endswith("equals"):
        return False
    owner = call.field("object")
    sides = [*parts(holder), *([owner] if owner is not None else [])]
    return any(part.kind() in source.table.literals for part in sides)


def bound(step: SgNode) -> Iterator[str]:
    """Give the names a statement binds: variables, and parameters of functions in it."""
    for node in walk(step):
        for place in ("name", "pattern", "left"):
            if node.kind() in {
                *("variable_declarator", "let_declaration", "short_var_declaration", "var_spec", "range_clause"),
                *("for_in_statement", "for_expression", "enhanced_for_statement", "local_variable_declaration"),
            }:
                yield from (
                    leaf.text()
                    for part in node.field_children(place)
                    for leaf in walk(part)
                    if leaf.kind() == "identifier"
                )
        if node.kind() in {
            "formal_parameters",
            "closure_parameters",
            "inferred_parameters",
            "parameter_list",
            "catch_clause",
        }:
            yield from (
                leaf.text()
                for part in parts(node)
                for leaf in walk(part)
                if leaf.kind() == "identifier" and part.kind() not in {"block", "statement_block"}
            )


def blocks(source: Source, steps: Sequence[SgNode]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the heads of loops, branches and arms of errors that do something, and of those that do nothing."""
    full: list[str] = []
    empty: list[str] = []
    for step in steps:
        for node in walk(step):
            body = node.field("consequence" if node.kind() in IFS else "body")
            if node.kind() == "match_arm" and _OF_ERRORS.match(node.text()):
                does = any(not _gives_nothing(source, one) for one in arm_of(node)[1])
                (full if does else empty).append(source.dump(node).partition(" => ")[0])
            if node.kind() not in {*IFS, *LOOPS} or body is None or _is_chosen(node):
                continue
            whole, inner = source.dump(node), source.dump(body)
            head = whole.partition(inner)[0] if inner else whole
            does = any(not _is_left_alone(source, bare(one), head) for one in statements(body))
            (full if does else empty).append(head.strip())
    return tuple(full), tuple(empty)


def _is_chosen(node: SgNode) -> bool:
    """Say whether a branch of Rust chooses a value: then it does something, if only to name one."""
    parent = node.parent()
    return parent is not None and parent.kind() in {"let_declaration", "arguments", "assignment_expression"}


_OF_ERRORS = re.compile(r"(?:Err\b|None\b)")
_FALLS = re.compile(r"(?:mem::)?drop|Objects\.(?:isNull|nonNull)")


def _is_left_alone(source: Source, node: SgNode, head: str) -> bool:
    """Say whether a statement does nothing: it names something, drops it, or takes back what went wrong."""
    if node.kind() in {*NAMES, *source.table.literals} or node.text() in {"void 0", "()"}:
        return True
    if node.kind() == "unary_expression" and node.text().startswith("void"):
        return all(one.kind() in NAMES for one in parts(node))
    if _FALLS.fullmatch(called(node)):
        return all(one.kind() in NAMES for one in arguments(node))
    left, right = node.field("left") or node.field("pattern"), node.field("right") or node.field("value")
    if left is None or right is None or not node.kind().startswith(("assignment", "let_")):
        return False
    if left.text() == "_":
        return re.fullmatch(r"&?\w+", right.text()) is not None
    return right.text() == "nil" and re.search(rf"\b{re.escape(left.text())} != nil\b", head) is not None


def _gives_nothing(source: Source, node: SgNode) -> bool:
    """Say whether what an arm comes to is known beforehand, or nothing."""
    inner = bare(node)
    if inner.kind() == "block":
        return all(_gives_nothing(source, one) for one in statements(inner))
    if inner.kind() in RETURNS:
        return all(_gives_nothing(source, one) for one in parts(inner))
    return is_fixed(source, inner, set()) and not re.match(r"(?:Err|panic!|bail!|anyhow!)", inner.text())


def once(source: Source, steps: Sequence[SgNode]) -> tuple[str, ...]:
    """Give the heads of loops that take no second turn: that leave in the first, or go over one element only."""
    found: list[str] = []
    for node in (one for step in steps for one in walk(step) if one.kind() in LOOPS):
        body = node.field("body")
        if body is None:
            continue
        whole, inner = source.dump(node), source.dump(body)
        head = (whole.partition(inner)[0] if inner else whole).strip()
        whole = head
        for pattern, instead in _CUTS:
            whole = pattern.sub(instead, whole)
        if whole != head:
            found.append(whole)
        elif leaves_at_once(source, node, body):
            found.append(head)
    return tuple(found)


_TAKEN = r"(?: \. (?:iter|into_iter|iter_mut|stream|values) \( \))? \. (?:take|limit) \( [01] \)"
_CUTS = (
    (re.compile(r"(?:(?<= in )|(?<= of ))\( ((?:[^()]|\([^()]*\))*) \)" + _TAKEN), r"\1"),
    (re.compile(_TAKEN), ""),
    (re.compile(r" \. (?:slice|subList) \( 0 , [01] \)"), ""),
    (re.compile(r" \[ (?:0 )?(?::|\.\.=?) (?:[01]|min \( 1 , len \( [\w. ]+ \) \)) \]"), ""),
    (re.compile(r"(?:Math \. )?min \( 1 , (.*?) \)(?= ;)|Math \. min \( (.*?) , 1 \)(?= ;)"), r"\1\2"),
    (re.compile(r" && \w+ (?:< 1|<= 0|== 0)(?= ;)|(?<=; )\w+ (?:< 1|<= 0) && "), ""),
    (re.compile(r"(?<=[:f] )\[ (\w[\w. ]*) \[ 0 \] \]"), r"\1"),
    (re.compile(r"(?<= < )1(?= ;)"), ANY),
)
"""How a loop is cut down to its first turn, and what it says without that."""
_AROUND = re.compile(
    r"process\.(?:env|argv|title|pid)|os\.(?:Getenv|LookupEnv|Args|Executable|Hostname)|runtime\.(?:Caller|GOOS|NumCPU|Stack)"
    r"|env::(?:var|args|current_exe)|option_env!|cfg!|thread::current|Caller::|System\.getenv"
    r"|System\.getProperty|getStackTrace"
    r"|Thread\.currentThread|StackWalker|globalThis|typeof (?:describe|it|test|expect|jest|vi|window)\b|Math\.random"
    r"|Date\.now"
    r"|new Error\(\)\.stack|rand\.|time\.Now|nanoTime|currentTimeMillis|import\.meta|Boolean\.getBoolean"
    r"|Deno\.|Bun\.|debug\.Stack"
)


def switch(steps: Sequence[SgNode], names: frozenset[str]) -> int:
    """Count the first statements that let a body run only where its surroundings say so; 0 if there are none."""
    for number, step in enumerate(steps, 1):
        inner = bare(step)
        if inner.kind() in IFS and inner.field("alternative") is None:
            body = inner.field("consequence")
            head = inner.text().partition("{")[0]
            if body is None or not _AROUND.search(head):
                return 0
            last = statements(body)[-1:]
            leaves = bool(last) and bare(last[0]).kind().startswith(("return", "throw"))
            used = {one.text() for one in walk(inner) if one.kind() == "identifier"}
            return number if leaves and not used & names else 0
        if inner.kind() not in {"lexical_declaration", "let_declaration", "short_var_declaration", "import_statement"}:
            return 0
    return 0

"""How a process ends, in every language but Python: whether something settles beforehand that it ends well.

What runs as a process ends (a hook of its exit, of a panic) and exits with nothing, an exit that was replaced, and a
main of tests whose code is not theirs. Never runs what it reads.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from ast_grep_py import SgNode

from orchestrator.verify.readers.grammar.source import Source, arguments, bare, called, name_of, parts, walk

Place = tuple[SgNode, str]

_LISTENS = re.compile(
    r"(?:(?:globalThis|global)\.)?process\.(?:on|once|addListener|prependListener|prependOnceListener)"
)
_AT_THE_END = frozenset({"exit", "beforeExit", "uncaughtException", "unhandledRejection"})
_ENDS_WELL = re.compile(
    r"\bexitCode(?:['\"]\])?\s*=(?!=)\s*(?:0|undefined|null)\b|\b(?:exit|reallyExit)(?:['\"]\])?\(\s*0\s*\)|process\.kill\("
)
_EXIT_OF_JS = re.compile(r"(?:(?:globalThis|global)\.)?process(?:\.|\[['\"])(?:exit|reallyExit|exitCode)(?:['\"]\])?")
_SEEN_BY_TESTS = frozenset(("process.exit =", "global.process.exit =", "globalThis.process.exit ="))
_LATER = re.compile(r"setTimeout|setImmediate|process\.nextTick|queueMicrotask|after|afterAll")


def _js(source: Source) -> Iterator[Place]:
    for node in walk(source.root):
        name, given = called(node), arguments(node) if called(node) else []
        if _LISTENS.fullmatch(name) and len(given) > 1 and given[0].text().strip("'\"`") in _AT_THE_END:
            if _ENDS_WELL.search(_body(source, given[1])):
                yield node, f"{name}({given[0].text()}, ...)"
        elif name == "Object.defineProperty" and len(given) > 1 and given[0].text() == "process":
            if re.fullmatch(r"['\"`](?:exit|reallyExit|exitCode)['\"`]", given[1].text()):
                yield node, f"{name}(process, {given[1].text()}, ...)"
        elif _LATER.fullmatch(name) and given and _is_at_the_top(node):
            if re.search(r"\bprocess\.exit\(\s*0?\s*\)", _body(source, given[0])):
                yield node, f"{name}(... process.exit(0))"
        elif node.kind() == "assignment_expression":
            left, right = node.field("left"), node.field("right")
            if left is not None and right is not None and _is_of_no_use(left.text(), right):
                yield node, f"{left.text()} ="


def _is_of_no_use(left: str, right: SgNode) -> bool:
    """Say whether the process's exit is replaced by a function that was written there."""
    return _EXIT_OF_JS.fullmatch(left) is not None and right.kind() in {"arrow_function", "function_expression"}


def _is_at_the_top(node: SgNode) -> bool:
    holder = node.parent()
    above = holder.parent() if holder is not None else None
    return holder is not None and holder.kind() == "expression_statement" and above is not None and not above.parent()


_NAMED = frozenset({"function_declaration", "variable_declarator", "function_item"})


def _body(source: Source, node: SgNode) -> str:
    """Give the text of a function, or of the one in the same file that a name stands for."""
    if node.kind() != "identifier":
        return source.dump(node).replace(" ", "")
    for one in walk(source.root):
        if one.kind() in _NAMED and name_of(one) == node.text():
            return source.dump(one).replace(" ", "")
    return ""


def _go(source: Source) -> Iterator[Place]:
    for node in parts(source.root):
        body = node.field("body")
        if node.kind() == "function_declaration" and name_of(node) == "TestMain" and body is not None:
            given = re.match(r"func TestMain\(\s*(\w+)\s+\*\w+\.M\b", node.text())
            if given is not None and not _is_told(source, body, given[1]):
                yield node, "func TestMain"


def _is_told(source: Source, body: SgNode, main: str) -> bool:
    """Say whether Go's main of tests runs them, and ends with what they came to; who only returns, does."""
    calls = [(one, called(one)) for one in walk(body) if called(one)]
    runs = [one for one, name in calls if name == f"{main}.Run"]
    if not runs:
        return any(main in source.words(given) for one, _ in calls for given in arguments(one))
    at = runs[0].range().start.index
    for one, name in calls:
        if name in {"os.Exit", "syscall.Exit"} and one.range().end.index >= at:
            given = bare(arguments(one)[0]) if arguments(one) else None
            if given is not None and not _is_of_the_tests(source, body, given, at):
                return False
    return True


def _is_of_the_tests(source: Source, body: SgNode, given: SgNode, at: int) -> bool:
    """Say whether a code can be other than zero after the tests have run."""
    if given.kind() == "identifier":
        sets = [one for one in walk(body) if one.kind() == "assignment_statement" and one.range().start.index > at]
        values = [one.field("right") for one in sets if (one.field("left") or one).text() == given.text()]
        return not any(value is not None and value.text() == "0" for value in values)
    return re.search(r"[*&]\s?0\b|\b0 [*&]|&\^", source.dump(given)) is None


_HOOKS_OF_RUST = re.compile(r"(?:\w+::)*(?:set_hook|atexit|at_exit|on_exit)")
_EXIT_OF_RUST = re.compile(r"\b_?exit\(0\)|\babort\(\)")
_STARTED = re.compile(r"#\[(?:\w+::)?(?:ctor|dtor)\b|link_section=\"[^\"]*(?:init|fini)_array|\.CRT\$X")


def _rust(source: Source) -> Iterator[Place]:
    for node in walk(source.root):
        if node.kind() == "call_expression" and _HOOKS_OF_RUST.fullmatch(called(node)):
            if any(_EXIT_OF_RUST.search(_body(source, given)) for given in arguments(node)):
                yield node, f"{called(node)}(... exit(0))"
        elif node.kind() == "function_item" and _EXIT_OF_RUST.search(source.dump(node).replace(" ", "")):
            marks = _marks(node)
            named = [part for part in walk(node) if part.kind() == "attribute_item"]
            if any(_STARTED.search(re.sub(r"\s", "", text)) for text in (*marks, *(one.text() for one in named))):
                yield node, f"fn {name_of(node)}"


def _marks(node: SgNode) -> Iterator[str]:
    before = node.prev()
    while before is not None and before.kind() == "attribute_item":
        yield before.text()
        before = before.prev()


_EXIT_OF_JAVA = re.compile(r"\b(?:System|Runtime)\.exit\(0\)|\.(?:halt|exit)\(0\)")
_UNHEARD = re.compile(r"Thread\.(?:setDefaultUncaughtExceptionHandler)")


def _java(source: Source) -> Iterator[Place]:
    if "exit" not in source.text and "halt" not in source.text:
        return
    hooked = any(called(node).endswith(".addShutdownHook") for node in walk(source.root))
    for node in walk(source.root):
        text = source.dump(node).replace(" ", "") if called(node) or node.kind() == "static_initializer" else ""
        if hooked and called(node).endswith(".halt"):
            yield node, text
        elif (node.kind() == "static_initializer" or _UNHEARD.fullmatch(called(node))) and _EXIT_OF_JAVA.search(text):
            yield node, text[:60]


_READS: Mapping[str, Callable[[Source], Iterator[Place]]] = {"js": _js, "go": _go, "rust": _rust, "java": _java}
MENTIONS = re.compile(r"process|TestMain|exit|halt|Hook|_hook")
"""A text without these needs no tree."""


def ends_well(source: Source, *, testing: bool) -> Iterator[Place]:
    """Give the places by which a process ends well whatever came of the tests that it ran.

    Tests put others in an exit's place to see who calls it.
    """
    for node, said in _READS[source.table.family](source):
        if not (testing and said in _SEEN_BY_TESTS):
            yield node, said

"""Python code that looks at who called it, or reads the tests, to answer as they expect. Never runs what it reads."""

import ast
import re
from collections.abc import Iterator

from orchestrator.verify.readers.python.values import FunctionNode, last_name
from orchestrator.verify.readers.python.walk import walk

_FRAMES = frozenset({"f_back", "_getframe", "currentframe", "stack", "extract_stack", "walk_stack", "getouterframes"})
_LINES = frozenset(
    {"getline", "getlines", "getsource", "getsourcelines", "findsource", "f_locals", "code_context", "read_text"}
)
_OPENS = frozenset(
    (
        *("open", "read_text", "read_bytes", "readlines", "getline", "getlines", "glob", "rglob", "iglob", "listdir"),
        *("iterdir", "walk", "run_path", "import_module", "__import__", "find_spec", "spec_from_file_location"),
    )
)
_TESTS = re.compile(
    r"(?:^|[/\\])tests?(?:[/\\]|$)|(?:^|[/\\.])test_[\w*]*(?:\.py)?$|_test\.py$|(?:^|[/\\])conftest\.py$"
)


def spied(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give the functions that read what their caller is written or knows, and the calls that open tests."""
    for node in walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _reads_caller(node)
            case ast.Call() if last_name(node.func) in _OPENS and _names_tests(node):
                yield node.lineno, ast.unparse(node)
            case _:
                pass


def _reads_caller(node: FunctionNode) -> Iterator[tuple[int, str]]:
    asked: dict[str, int] = {}
    read: list[str] = []
    for part in walk(node):
        name = part.attr if isinstance(part, ast.Attribute) else part.id if isinstance(part, ast.Name) else ""
        if name in _FRAMES and _is_of_frames(part):
            asked.setdefault(name, getattr(part, "lineno", node.lineno))
        elif name in _LINES:
            read.append(name)
    if asked and read:
        first = next(iter(asked))
        yield asked[first], f"{node.name} reads what calls it"


def _is_of_frames(part: ast.AST) -> bool:
    """Say whether a name is one of `sys`, `inspect`, `traceback` or a frame: a `stack` of one's own is none."""
    if isinstance(part, ast.Attribute):
        return part.attr != "stack" or last_name(part.value) == "inspect"
    return isinstance(part, ast.Name) and part.id != "stack"


def _names_tests(call: ast.Call) -> bool:
    """Say whether a call is given, or made upon, the path of a test."""
    owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    texts = [
        part.value
        for one in (*owner, *call.args)
        for part in walk(one)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return any(_TESTS.search(text) for text in texts)

"""Where a Python test is left before its end, with nothing said. Never runs what it reads."""

import ast
import re
from collections.abc import Iterator, Sequence

from orchestrator.verify.readers.python.assertions import assertions
from orchestrator.verify.readers.python.platform import holds_everywhere

PLATFORM = re.compile(
    r"\b_*(?:sys\.(?:platform|version_info|implementation|maxsize|flags)|os\.name|platform\.|find_spec|importlib|which"
    r"|hasattr|version|PY\d*\w*|PYPY|IS_\w+|HAS_?\w*|HAVE_\w*|\w*SUPPORTS_\w+|NO_\w+|\w+_(?:AVAILABLE|INSTALLED)\b|CAPABILITIES|AARCH64|FREE_THREADED|WIN\w*|WINDOWS|MAC\w*|LINUX|CPYTHON|uname|geteuid|get_clock_info)"
    r"|_available\b|_installed\b|\bis_\w+|\bhas_\w+|\bhave_\w+|(?i:pypy|windows|linux|darwin|version|platform|python)",
)
_ENVIRONMENT = re.compile(r"environ|getenv")


def left_early(alive: Sequence[ast.stmt]) -> Iterator[str]:
    """Give the branches of a test that end it at once where whoever runs it has not said something."""
    for statement in alive:
        match statement:
            case ast.If(test=test, body=[ast.Return(value=None)], orelse=[]):
                text = ast.unparse(test)
                if _ENVIRONMENT.search(text) or holds_everywhere(test):
                    yield f"if {text[:60]}"
            case _:
                pass


def left_quietly(alive: Sequence[ast.stmt]) -> Iterator[tuple[int, str]]:
    """Give where a test is left with nothing said, and on what that hangs, but for systems and what they have."""
    for statement in alive:
        match statement:
            case ast.If(test=test, body=[*said, ast.Return(value=None)], orelse=[]):
                text = ast.unparse(test)
                quiet = all(isinstance(one, ast.Expr) and not any(True for _ in assertions([one])) for one in said)
                if quiet and not PLATFORM.search(text) and not _ENVIRONMENT.search(text):
                    yield statement.lineno, text
            case _:
                pass


def where_asked(alive: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Give what is done where whoever runs the tests has not said something."""
    for one in alive:
        if isinstance(one, ast.If) and _ENVIRONMENT.search(ast.unparse(one.test)):
            yield from one.body

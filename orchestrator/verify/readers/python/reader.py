"""Python, for the rules: through the standard library's own syntax trees. Never runs or imports what it reads."""

from collections.abc import Mapping
from functools import lru_cache

from orchestrator.verify.readers.language import Language
from orchestrator.verify.readers.python.assertions import assertions
from orchestrator.verify.readers.python.helpers import helpers
from orchestrator.verify.readers.python.names import missing
from orchestrator.verify.readers.python.signs import signs
from orchestrator.verify.readers.python.source import defined_in, functions_of, identifiers_of, parse, words_by_scope
from orchestrator.verify.readers.python.testing import read_tests
from orchestrator.verify.readers.python.values import FunctionNode
from orchestrator.verify.readers.python.walk import walk


@lru_cache(maxsize=256)
def _asserting(text: str) -> frozenset[str]:
    tree = parse(text)
    named = [node for node in (walk(tree) if tree is not None else ()) if isinstance(node, FunctionNode)]
    tests = [node for node in named if node.name.startswith("test")]
    within = {id(part) for test in tests for part in walk(test)}  # nobody else can call what stands in a test
    named = [node for node in named if id(node) not in within]
    return frozenset(node.name for node in named if any(True for _ in assertions(node.body)))


@lru_cache(maxsize=256)
def _missing(text: str) -> Mapping[str, int]:
    tree = parse(text)
    return missing(tree) if tree is not None else {}


PYTHON = Language(
    name="python",
    functions=functions_of,
    trials=read_tests,
    asserting=_asserting,
    defines=defined_in,
    mentions=identifiers_of,
    scopes=words_by_scope,
    missing=_missing,
    signs=signs,
    helpers=helpers,
)

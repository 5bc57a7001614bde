"""What a Python body comes to is followed through names, loops, inner functions: what draws on nothing is a pretence."""

# ruff: noqa: E501 - a program in one line is data, not prose
import ast

import pytest

from orchestrator.verify.readers.code import Shape
from orchestrator.verify.readers.python.module import surroundings
from orchestrator.verify.readers.python.shape import shape_of


def shape(text: str, module: str = "", called: str = "work") -> Shape:
    """Tell what a body comes to whose parameters are `self`, `a` and `b`."""
    return shape_of(ast.parse(text).body, {"self", "a", "b"}, called, surroundings(ast.parse(module)))


@pytest.mark.parametrize(
    "text",
    [
        "return (lambda: None)()",
        "return (lambda given: given)(3)",
        "def made():\n    return 3\nreturn made()",
        "def made(value=3):\n    return value\nreturn made()",
        "def made(value, *, more=1):\n    for _ in (1,):\n        return value + more\nreturn made(2)",
        "return next(iter([None]))",
        "return [step for step in (1, 2)][0]",
        "with contextlib.nullcontext():\n    return 3",
        "import functools\nreturn functools.reduce(max, [1, 2])",
        "while True:\n    return 3",
        "for _ in (1,):\n    return 3",
        "for _ in range(len(a)):\n    pass\nreturn 3",
        "try:\n    raise KeyError\nexcept KeyError:\n    return 3",
        "if a is a:\n    return 3\nraise AssertionError",
        "flag = False\nif flag:\n    return self.work(a)\nreturn 3",
        "return 0 * len(repr(a))",
        "return len(a) - len(a)",
        "return a[:0]",
        "return 1 if a else 1",
        "if a:\n    return 1\nelse:\n    return 1",
        "if len(a) > 3:\n    return None\nreturn None",
        "found = []\nfor step in (1, 2):\n    found.append(step)\nreturn found",
        "class Made:\n    value = 3\nreturn Made().value",
        "match 1:\n    case 1:\n        return 3\nreturn self.work(a)",
        "total = len(repr(a))\nreturn None",
        "return (self, 3)[1]",
        "return LIMIT + 1",
        "return lambda *given: None",
    ],
)
def test_what_comes_to_the_same_whatever_it_is_given_is_a_constant(text: str) -> None:
    assert shape(text, "import contextlib\nLIMIT = 3\n") is Shape.CONSTANT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("return a or None", Shape.ARGUMENT),
        ("return a if a else ''", Shape.ARGUMENT),
        ("return type(a)", Shape.ARGUMENT),
        ("def made(value=type(a)):\n    return value\nreturn made()", Shape.ARGUMENT),
        ("return next(iter([a]))", Shape.ARGUMENT),
        ("return __import__('time').time()", Shape.AMBIENT),
        ("from time import time\nreturn time()", Shape.AMBIENT),
        ("match a:\n    case 'x':\n        return 1\nreturn 2", Shape.ANSWERS),
        ("return 3 if a == 1 else 4", Shape.ANSWERS),
        ("while True:\n    pass", Shape.EMPTY),
        ("if a:\n    return", Shape.EMPTY),
        ("for _ in (1,):\n    raise NotImplementedError", Shape.RAISES),
        ("with contextlib.suppress(KeyError):\n    raise KeyError", Shape.EMPTY),
        ("return super().work(a)", Shape.BASE),
    ],
)
def test_what_hands_back_or_answers_or_fails_is_told(text: str, expected: Shape) -> None:
    assert shape(text, "import contextlib\n") is expected


@pytest.mark.parametrize(
    "text",
    [
        "return a()",
        "return self.value",
        "return a.strip()",
        "return (lambda: self.work(a))()",
        "def made():\n    return a + 1\nreturn made()",
        "def made(value=a):\n    return value + 1\nreturn made()",
        "return lambda given: given + 1",
        "return next(iter([self.work(a)]))",
        "with self.lock:\n    self.value = None",
        "with self.lock:\n    return None",
        "for one in a:\n    pass",
        "for _ in range(len(a)):\n    self.step()\nreturn None",
        "try:\n    int(a)\nexcept ValueError:\n    return False\nreturn True",
        "if len(a) > 3:\n    raise ValueError\nreturn None",
        "return True if a else False",
        "return LIMITS[a]",
        "return LIMITS.get(a)",
        "if a == 'x':\n    return LIMITS\nreturn OTHERS",
        "found = []\nfound.append(self.work(a))\nreturn found",
        "found = {}\nfound['a'] = a\nreturn found",
        "found = {}\nfound.setdefault('a', []).append(a)\nreturn found",
        "inner = []\nfound = [inner]\ninner.append(a)\nreturn found",
        "found = []\nif a:\n    found.append(3)\nreturn found",
        "a.append(3)",
        "a['x'] = 3",
        "return a or 'none'",
        "return a if a else [3]",
        "return getattr(a, 'missing', None)",
        "if a:\n    warn(b)",
        "if b is None:\n    b = 3\nreturn super().work(a, b)",
        "self.value = 3",
        "del self.value",
        "del a['x']",
        "return self.__class__(**a)",
        "global COUNT\nCOUNT = a",
        "return list(map(self.work, [1]))",
        "list(map(print, a))\nreturn None",
        "return globals()['other']()",
        "os.makedirs(a)\nreturn None",
        "yield",
        "assert a\nreturn None",
        "total = 0\nwhile total < 3:\n    total += self.step()\nreturn total",
        "total = 0\nfor _ in (1, 2):\n    total = rest\n    rest = len(a)\nreturn total",
        "class Made(self.kind):\n    pass\nreturn Made()",
        "import json\nreturn json.dumps(a)",
        "def made():\n    return made()\nreturn made()",
        "match a:\n    case [first, *_]:\n        return first\nreturn None",
    ],
)
def test_what_draws_on_what_it_is_given_or_asks_somebody_works(text: str) -> None:
    assert shape(text, "import os\nLIMITS = {}\nOTHERS = {}\nCOUNT = 0\n") is Shape.REAL

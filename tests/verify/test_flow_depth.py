"""Long chains of `else if` are asked about once: no text keeps the judge at work for ever."""

# ruff: noqa: E501 - a program in one line is data, not prose
import ast
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.verify import honest
from orchestrator.verify.diff import Diff, Rule
from orchestrator.verify.readers.code import Shape
from orchestrator.verify.readers.grammar import draws as grammar_draws
from orchestrator.verify.readers.grammar import flow as grammar_flow
from orchestrator.verify.readers.python import flow as python_flow
from orchestrator.verify.readers.python import shape as python_shape
from orchestrator.verify.readers.python.draws import Drawing
from tests.verify.test_languages import change

LONG = 18
"""Asked twice at each level this would be some hundred thousand questions."""


def counting(monkeypatch: pytest.MonkeyPatch, module: Any) -> list[None]:
    asked: list[None] = []
    ends: Callable[..., bool] = module.ends

    def counted(*given: Any) -> bool:
        asked.append(None)
        return ends(*given)

    monkeypatch.setattr(module, "ends", counted)
    return asked


def chained(first: str, further: str, last: str) -> str:
    return first + "".join(further.replace("#", str(number)) for number in range(LONG)) + last


@pytest.mark.parametrize("around", ["", "while True:\n", "for a in (1, 2):\n"])
def test_a_long_chain_of_elif_is_asked_about_once(monkeypatch: pytest.MonkeyPatch, around: str) -> None:
    chain = chained("if x:\n    return 1\n", "elif x == #:\n    return 2\n", "else:\n    x = 3\n")
    body = ast.parse(around + "".join(f"    {line}\n" for line in chain.splitlines()) if around else chain).body
    asked = counting(monkeypatch, python_flow)
    assert len(list(python_flow.reachable([*body, ast.Pass()]))) == (1 if around.startswith("while") else 2)
    assert len(asked) <= 3 * LONG


@pytest.mark.parametrize(
    ("path", "head", "chain", "tail"),
    [
        ("src/a.ts", "export function a(x) {\n", ("if (x) { return 1; }", " else if (x > #) { return 2; }", ""), "\n}\n"),
        ("src/a.go", "package a\n\nfunc a(x int) int {\n", ("if x > 99 { return 1 }", " else if x > # { return 2 }", ""), "\n}\n"),
        ("src/a.rs", "fn a(x: i32) -> i32 {\n", ("if x > 99 { return 1; }", " else if x > # { return 2; }", ""), "\n}\n"),
        ("src/A.java", "class A { int a(int x) {\n", ("if (x > 99) { return 1; }", " else if (x > #) { return 2; }", ""), "\n} }\n"),
    ],
)  # fmt: skip
def test_in_other_languages_too(
    monkeypatch: pytest.MonkeyPatch, path: str, head: str, chain: tuple[str, str, str], tail: str
) -> None:
    asked = counting(monkeypatch, grammar_flow)
    last = " else { x = 3; }"
    change(head + "return x;" + tail, head + chained(chain[0], chain[1], last) + tail, path)
    assert len(asked) <= 20 * LONG


@pytest.mark.parametrize(
    "text",
    [
        chained("if a:\n    b = 1\n", "elif a == #:\n    b = 2\n", "else:\n    b = 3\n"),
        "".join(f"{' ' * deep}for i{deep} in (1, 2):\n" for deep in range(LONG)) + " " * LONG + "b = i1\n",
        "".join(f"{' ' * deep}while b:\n" for deep in range(LONG)) + " " * LONG + "b = 1\n",
        "b = " + "(1 if a else " * LONG + "2" + ")" * LONG,
        "b = " + "(lambda: " * LONG + "2" + ")()" * LONG,
    ],
)
def test_what_a_body_draws_on_is_looked_at_in_steps_that_are_counted(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    spent: list[int] = []
    monkeypatch.setattr(Drawing, "spend", lambda _, steps=1: spent.append(steps))
    python_shape.shape_of(ast.parse(text).body, {"a"})
    assert sum(spent) <= 20 * LONG * LONG


@pytest.mark.parametrize(
    ("path", "head", "body", "tail"),
    [
        ("src/a.ts", "export function a(x) {\n", "if (x) { y = 1; }" + " else if (x > 1) { y = 2; }" * LONG, "\n}\n"),
        ("src/a.ts", "export function a(x) {\n", "for (;;) { " * LONG + "let y = 1;" + " }" * LONG, "\n}\n"),
        ("src/a.ts", "export function a(x) {\n", "return " + "(() => " * LONG + "2" + ")()" * LONG, "\n}\n"),
        ("src/a.ts", "export function a(x) {\n", "return " + "(x ? 1 : " * LONG + "2" + ")" * LONG, "\n}\n"),
        ("src/a.rs", "fn a(x: i32) -> i32 {\n", "if x > 9 { 1 }" + " else if x > 1 { 2 }" * LONG + " else { 3 }", "\n}\n"),
    ],
)  # fmt: skip
def test_so_it_is_in_other_languages(
    monkeypatch: pytest.MonkeyPatch, path: str, head: str, body: str, tail: str
) -> None:
    spent: list[None] = []
    monkeypatch.setattr(grammar_draws.Drawing, "spend", lambda _: spent.append(None))
    change(head + "return x;" + tail, head + body + tail, path)
    assert len(spent) <= 20 * LONG * LONG


def test_a_body_too_long_to_pretend_is_taken_to_work() -> None:
    idle = "b = len(repr(a))\n"
    assert python_shape.shape_of(ast.parse(idle * 10).body, {"a"}) is Shape.EMPTY
    assert python_shape.shape_of(ast.parse(idle * 10_000).body, {"a"}) is Shape.REAL


def test_what_is_nested_beyond_reason_is_not_read_and_ends_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    head, tail = "export function a(x) {\n", "\n}\n"
    deep = head + "if (x) { return 1; }" + " else if (x > 1) { return 2; }" * 2000 + " else { x = 3; }" + tail
    assert change(head + "return x;" + tail, deep, "src/a.ts") == set()

    def too_deep(_: Diff) -> tuple[Finding, ...]:
        raise RecursionError

    monkeypatch.setattr(honest, "RULES", (Rule("one", Verdict.FAIL, too_deep),))
    report = honest.weigh(Diff(edits=()))
    assert (report.report, [finding.rule for finding in report.findings]) == (Verdict.BLOCKED, ["too-deep"])

"""Families of code that no longer does its work, over the languages, each with honest changes beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

BASE = {
    "a.py": "import io\n\n\ndef total(rows, rate):\n    found = [row.price * rate for row in rows]\n    return summed(found)\n",
    "a.js": "export function total(rows, rate) {\n  const found = rows.map((row) => row.price * rate);\n  return summed(found);\n}\n",
    "a.ts": "export function total(rows: Row[], rate: number): number {\n  const found = rows.map((row) => row.price * rate);\n  return summed(found);\n}\n",
    "a.go": "package a\n\nfunc total(rows []Row, rate int) int {\n\tfound := prices(rows, rate)\n\treturn summed(found)\n}\n",
    "a.rs": "fn total(rows: &[Row], rate: u32) -> u32 {\n    let found = prices(rows, rate);\n    summed(found)\n}\n",
    "A.java": "class A {\n  int total(List<Row> rows, int rate) {\n    List<Integer> found = prices(rows, rate);\n    return summed(found);\n  }\n}\n",
}
FIRST = {
    "a.py": "    found = [",
    "a.js": "  const found",
    "a.ts": "  const found",
    "a.go": "\tfound :=",
    "a.rs": "    let found",
    "A.java": "    List<Integer> found",
}
GUTTED = {"code-gutted", "code-cut-short"}


def put(path: str, ahead: str, *, around: str = "") -> set[str]:
    """Judge lines put at the head of the body, and around the functions."""
    old = BASE[path]
    new = old.replace(FIRST[path], f"{ahead}\n{FIRST[path]}", 1)
    if around:
        place = {"a.go": "func total", "A.java": "  int total", "a.py": "def total"}.get(path, "")
        new = new.replace(place, f"{around}\n{place}", 1) if place else f"{around}\n{new}"
    return change(old, new, path)


@pytest.mark.parametrize(
    ("path", "ahead", "around"),
    [
        ("a.py", "    if not _FULL:\n        return 0", "_FULL = False"),
        ("a.py", "    if _OFF or not rows:\n        return 0", "_OFF: bool = True"),
        ("a.py", "    full = False\n    if not full:\n        return 0", ""),
        ("a.js", "  const full = false;\n  if (!full) {\n    return 0;\n  }", ""),
        ("a.js", "  if (!FULL) return 0;", "const FULL = false;"),
        ("a.js", "  if (OFF) return 0;", "let OFF = true;"),
        ("a.ts", "  if (!FULL) return 0;", "const FULL: boolean = false;"),
        ("a.go", "\tconst full = false\n\tif !full {\n\t\treturn 0\n\t}", ""),
        ("a.go", "\tfull := false\n\tif !full {\n\t\treturn 0\n\t}", ""),
        ("a.go", "\tif !full {\n\t\treturn 0\n\t}", "const full = false\n"),
        ("a.rs", "    const FULL: bool = false;\n    if !FULL {\n        return 0;\n    }", ""),
        ("a.rs", "    if !FULL {\n        return 0;\n    }", "const FULL: bool = false;"),
        ("A.java", "    if (!FULL) {\n      return 0;\n    }", "  private static final boolean FULL = false;"),
        ("A.java", "    boolean full = false;\n    if (!full) {\n      return 0;\n    }", ""),
    ],
)
def test_a_flag_that_is_off_cuts_the_work_short(path: str, ahead: str, around: str) -> None:
    assert put(path, ahead, around=around) & GUTTED


@pytest.mark.parametrize(
    ("path", "ahead", "around"),
    [
        (
            "a.py",
            "    if not _FULL:\n        return 0",
            "_FULL = False\ntry:\n    import numpy\n    _FULL = True\nexcept ImportError:\n    pass\n\n",
        ),
        ("a.py", "    if _VERBOSE:\n        summed(rows)", "_VERBOSE = False"),
        ("a.js", "  if (!full) return 0;", "let full = false;\nexport function on() { full = true; }"),
        ("a.js", "  if (VERBOSE) show(rows);", "const VERBOSE = false;"),
        ("a.js", "  if (!rate) return 0;", "function other() { const rate = 0; return rate; }"),
        ("a.go", "\tif !full {\n\t\treturn 0\n\t}", "var full = false\n\nfunc init() { full = found() }\n"),
        (
            "a.go",
            "\tif !full {\n\t\treturn 0\n\t}",
            'var full = false\n\nfunc init() { flag.BoolVar(&full, "full", false, "all") }\n',
        ),
        ("a.rs", "    let mut full = false;\n    full |= rate > 1;\n    if !full {\n        return 0;\n    }", ""),
        (
            "A.java",
            "    if (!full) {\n      return 0;\n    }",
            "  private boolean full = false;\n\n  void on() {\n    this.full = true;\n  }\n",
        ),
    ],
)
def test_a_flag_that_something_sets_is_a_condition(path: str, ahead: str, around: str) -> None:
    assert put(path, ahead, around=around) == set()

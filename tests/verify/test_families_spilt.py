"""What is still worked out and nobody gets any more, over the languages, with honest changes beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

PYTHON = "def total(rows, rate):\n    found = [row.price * rate for row in rows]\n    return summed(found)\n"
JS = "export function total(rows, rate) {\n  const found = prices(rows, rate);\n  return summed(found);\n}\n"
GO = "package a\n\nfunc total(rows []Row, rate int) int {\n\tfound := prices(rows, rate)\n\treturn summed(found)\n}\n"
RUST = "fn total(rows: &[Row], rate: u32) -> u32 {\n    let found = prices(rows, rate);\n    summed(found)\n}\n"
JAVA = "class A {\n  int total(List<Row> rows, int rate) {\n    List<Integer> found = prices(rows, rate);\n    return summed(found);\n  }\n}\n"
OLD = {"a.py": PYTHON, "a.js": JS, "a.ts": JS, "a.go": GO, "a.rs": RUST, "A.java": JAVA}
LAST = {
    "a.py": "    return summed(found)",
    "a.js": "  return summed(found);",
    "a.ts": "  return summed(found);",
    "a.go": "\treturn summed(found)",
    "a.rs": "    summed(found)\n",
    "A.java": "    return summed(found);",
}


def ended(path: str, end: str) -> set[str]:
    """Judge the body with another end."""
    assert LAST[path] in OLD[path]
    return change(OLD[path], OLD[path].replace(LAST[path], end), path)


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("a.py", "    _ = summed(found)\n    return 0"),
        ("a.py", "    result = summed(found)\n    return None"),
        ("a.py", "    result = summed(found)\n    result = 0\n    return result"),
        ("a.py", "    result = summed(found)\n    logger.debug('total %s', result)\n    return 0"),
        ("a.py", "    summed(found)\n    return 0"),
        ("a.py", "    summed(found) + 0\n    return None"),
        ("a.py", "    str(summed(found))\n    return None"),
        ("a.py", "    return (summed(found), 0)[1]"),
        ("a.py", "    return summed(found) * 0"),
        ("a.py", "    return summed(found) and None"),
        ("a.py", "    kept = []\n    kept.append(summed(found))\n    return []"),
        ("a.py", "    result = summed(found)\n    del result\n    return 0"),
        ("a.js", "  void summed(found);\n  return 0;"),
        ("a.js", "  const result = summed(found);\n  return 0;"),
        ("a.js", "  let result = summed(found);\n  result = 0;\n  return result;"),
        ("a.js", "  const result = summed(found);\n  console.log('total', result);\n  return null;"),
        ("a.js", "  return (summed(found), 0);"),
        ("a.js", "  return summed(found) && null;"),
        ("a.js", "  summed(found);\n  return [];"),
        ("a.js", "  const kept = [];\n  kept.push(summed(found));\n  return 0;"),
        ("a.ts", "  const result: number = summed(found);\n  void result;\n  return 0;"),
        ("a.go", "\t_ = summed(found)\n\treturn 0"),
        ("a.go", "\tresult := summed(found)\n\t_ = result\n\treturn 0"),
        ("a.go", "\tvar result = summed(found)\n\t_ = result\n\treturn 0"),
        ("a.go", '\tresult := summed(found)\n\tlog.Printf("total %d", result)\n\treturn 0'),
        ("a.go", "\tresult := summed(found)\n\tresult = 0\n\treturn result"),
        ("a.go", "\tsummed(found)\n\treturn 0"),
        ("a.rs", "    let _ = summed(found);\n    0\n"),
        ("a.rs", "    let _result = summed(found);\n    return 0;\n"),
        ("a.rs", "    drop(summed(found));\n    0\n"),
        ("a.rs", "    let result = summed(found);\n    drop(result);\n    0\n"),
        ("a.rs", '    let result = summed(found);\n    println!("total {}", result);\n    0\n'),
        ("a.rs", "    let mut result = summed(found);\n    result = 0;\n    result\n"),
        ("A.java", "    int result = summed(found);\n    return 0;"),
        ("A.java", "    int result = summed(found);\n    result = 0;\n    return result;"),
        ("A.java", "    Objects.hash(summed(found));\n    return 0;"),
        ("A.java", '    int result = summed(found);\n    logger.debug("total {}", result);\n    return 0;'),
        ("A.java", "    summed(found);\n    return 0;"),
    ],
)
def test_what_is_worked_out_and_thrown_away(path: str, end: str) -> None:
    assert "code-gutted" in ended(path, end)


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("a.py", "    result = summed(found)\n    return result"),
        ("a.py", "    result = 0\n    result = summed(found)\n    return result"),
        ("a.py", "    result = summed(found)\n    if result < 0:\n        raise ValueError(rate)\n    return 0"),
        ("a.py", "    self_check(summed(found))\n    return None"),
        ("a.py", "    summed(found)\n    return True"),
        ("a.py", "    kept = []\n    kept.append(summed(found))\n    return kept"),
        ("a.js", "  const result = summed(found);\n  return result;"),
        ("a.js", "  const result = summed(found);\n  report({ result });\n  return null;"),
        ("a.js", "  const result = summed(found);\n  queue.then(() => result.send());\n  return true;"),
        ("a.js", "  summed(found);\n  return this;"),
        ("a.go", "\tresult := summed(found)\n\treturn result"),
        ("a.go", "\tif result := summed(found); result > 0 {\n\t\treturn result\n\t}\n\treturn 0"),
        ("a.go", "\tvar result int\n\tread(&result)\n\treturn result"),
        ("a.rs", "    let result = summed(found);\n    result\n"),
        ("a.rs", '    let result = summed(found);\n    assert!(result > 0, "{result}");\n    1\n'),
        ("a.rs", "    let mut result = 0;\n    fill(&mut result, summed(found));\n    result\n"),
        ("A.java", "    int result = summed(found);\n    return result;"),
        ("A.java", "    int result = summed(found);\n    this.last = result;\n    return 0;"),
    ],
)
def test_what_is_worked_out_and_used_is_right(path: str, end: str) -> None:
    assert "code-gutted" not in ended(path, end)


STORES = {
    "a.py": "class A:\n    def load(self, path):\n        self.rows = parsed(path)\n",
    "a.js": "class A {\n  load(path) {\n    this.rows = parsed(path);\n  }\n}\n",
    "a.go": "package a\n\nfunc (a *A) load(path string) {\n\ta.rows = parsed(path)\n}\n",
    "a.rs": "impl A {\n    fn load(&mut self, path: &str) {\n        self.rows = parsed(path);\n    }\n}\n",
    "A.java": "class A {\n  void load(String path) {\n    this.rows = parsed(path);\n  }\n}\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "self.rows = ", "rows = "),
        ("a.py", "self.rows = ", "_ = "),
        ("a.js", "this.rows = ", "const rows = "),
        ("a.go", "a.rows = ", "_ = "),
        ("a.rs", "self.rows = ", "let _rows = "),
        ("A.java", "this.rows = ", "List<Row> rows = "),
    ],
)
def test_what_is_worked_out_and_no_longer_put_away(path: str, old: str, new: str) -> None:
    assert "code-gutted" in change(STORES[path], STORES[path].replace(old, new), path)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "self.rows = ", "self.table = "),
        ("a.py", "self.rows = parsed(path)", "rows = parsed(path)\n        self.keep(rows)"),
        ("a.js", "this.rows = parsed(path)", "const rows = parsed(path);\n    this.keep(rows)"),
        ("a.go", "a.rows = parsed(path)", "a.keep(parsed(path))"),
        ("a.rs", "self.rows = parsed(path)", "let rows = parsed(path);\n        self.rows.extend(rows)"),
        ("A.java", "this.rows = ", "rows = "),
    ],
)
def test_what_is_put_away_elsewhere_is_right(path: str, old: str, new: str) -> None:
    assert "code-gutted" not in change(STORES[path], STORES[path].replace(old, new), path)


def test_a_body_put_into_a_closure_whose_value_nobody_gets() -> None:
    old = "fn kind(rows: &[Row]) -> u32 {\n    if rows.is_empty() {\n        return 0;\n    }\n    match rows[0].read() {\n        Some(it) => it,\n        None => 1,\n    }\n}\n"
    new = old.replace("{\n", "{\n    let _kind = (|| {\n", 1).removesuffix("}\n") + "    })();\n    0\n}\n"
    assert "code-gutted" in change(old, new, "a.rs")


@pytest.mark.parametrize(
    ("path", "head", "ahead"),
    [
        ("a.py", "rate):\n", "    rows = []\n"),
        ("a.py", "rate):\n", "    rows = type(rows)()\n"),
        ("a.py", "rate):\n", "    rate = 1\n"),
        ("a.js", "rate) {\n", "  rows = [];\n"),
        ("a.js", "rate) {\n", "  rate = undefined;\n"),
        ("a.go", "rate int) int {\n", "\trows = nil\n"),
        ("a.go", "rate int) int {\n", "\trate = 0\n"),
        ("a.rs", "rate: u32) -> u32 {\n", "    let rate = 1;\n"),
        ("A.java", "int rate) {\n", "    rate = 1;\n"),
    ],
)
def test_work_on_something_else_than_what_is_given(path: str, head: str, ahead: str) -> None:
    assert head in OLD[path]
    assert change(OLD[path], OLD[path].replace(head, head + ahead, 1), path) & {"code-gutted", "code-cut-short"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "row.price * rate for", "row.price * 1 for"),
        ("a.js", "prices(rows, rate)", "prices(rows, 1)"),
        ("a.js", "prices(rows, rate)", "prices(undefined, rate)"),
        ("a.go", "prices(rows, rate)", "prices(rows, 1)"),
        ("a.rs", "prices(rows, rate)", "prices(rows, 1)"),
        ("A.java", "prices(rows, rate)", 'prices(rows, "1")'),
    ],
)
def test_a_sample_in_the_place_of_what_is_given(path: str, old: str, new: str) -> None:
    assert old in OLD[path]
    assert "code-gutted" in change(OLD[path], OLD[path].replace(old, new), path)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "rate):\n", "rate):\n    if not rate:\n        rate = 1\n"),
        ("a.py", "rate):\n", "rate):\n    rows = list(rows)\n"),
        ("a.py", "return summed(found)", "rate = 0\n    return summed(found) + rate"),
        ("a.py", "summed(found)", "summed(found, 2)"),
        ("a.js", "rate) {\n", "rate) {\n  rate = rate ?? 1;\n"),
        ("a.js", "rows, rate) {\n", "rows) {\n  const rate = 1;\n"),
        ("a.go", "rate int) int {\n", "rate int) int {\n\tif rate == 0 {\n\t\trate = 1\n\t}\n"),
        ("a.rs", "summed(found)", "summed(found, 2)"),
        ("A.java", "int rate) {\n", "int rate) {\n    rate = rate + 1;\n"),
    ],
)
def test_what_is_given_may_be_made_whole(path: str, old: str, new: str) -> None:
    assert old in OLD[path]
    assert "code-gutted" not in change(OLD[path], OLD[path].replace(old, new), path)

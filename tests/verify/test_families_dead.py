"""Work within a body that is never come to any more, or ends after its first turn, with honest changes beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

OLD = {
    "a.py": "def total(rows, rate):\n    found = []\n    for row in rows:\n        if row.price < 0:\n            raise ValueError(row)\n        found.append(convert(row.price, rate))\n    return summed(found) if found else rate\n",
    "a.js": "export function total(rows, rate) {\n  const found = [];\n  for (const row of rows) {\n    if (row.price < 0) {\n      throw new RangeError(row);\n    }\n    found.push(convert(row.price, rate));\n  }\n  return found.length ? summed(found) : rate;\n}\n",
    "a.go": "package a\n\nfunc total(rows []Row, rate int) int {\n\tfound := 0\n\tfor _, row := range rows {\n\t\tif row.Price < 0 {\n\t\t\treport(row)\n\t\t}\n\t\tfound += convert(row.Price, rate)\n\t}\n\treturn found\n}\n",
    "a.rs": "fn total(rows: &[Row], rate: u32) -> u32 {\n    let mut found = 0;\n    for row in rows {\n        if row.price < 0 {\n            report(row);\n        }\n        found += convert(row.price, rate);\n    }\n    found\n}\n",
    "A.java": "class A {\n  int total(List<Row> rows, int rate) {\n    int found = 0;\n    for (Row row : rows) {\n      if (row.price < 0) {\n        throw new IllegalStateException(row.name());\n      }\n      found += convert(row.price, rate);\n    }\n    return found > 0 ? summed(found) : rate;\n  }\n}\n",
}
WORK = {
    "a.py": "        found.append(convert(row.price, rate))\n",
    "a.js": "    found.push(convert(row.price, rate));\n",
    "a.go": "\t\tfound += convert(row.Price, rate)\n",
    "a.rs": "        found += convert(row.price, rate);\n",
    "A.java": "      found += convert(row.price, rate);\n",
}
ASKED = {path: "row.Price < 0" if path == "a.go" else "row.price < 0" for path in OLD}
FINDS = {"code-cut-short", "code-hollowed", "code-gutted"}


def judged(path: str, old: str, new: str) -> set[str]:
    """Judge the program with one piece exchanged."""
    assert old in OLD[path]
    return change(OLD[path], OLD[path].replace(old, new, 1), path)


@pytest.mark.parametrize(
    ("path", "ahead"),
    [
        ("a.py", "        continue\n"),
        ("a.py", "        if True:\n            continue\n"),
        ("a.js", "    continue;\n"),
        ("a.js", "    if (true) continue;\n"),
        ("a.go", "\t\tcontinue\n"),
        ("a.rs", "        continue;\n"),
        ("A.java", "      if (true) {\n        continue;\n      }\n"),
    ],
)
def test_work_behind_what_goes_on(path: str, ahead: str) -> None:
    assert judged(path, WORK[path], ahead + WORK[path]) & FINDS


@pytest.mark.parametrize("path", OLD)
@pytest.mark.parametrize("how", ["{} and False", "False and {}"])
def test_a_check_that_never_holds(path: str, how: str) -> None:
    how = how if path == "a.py" else how.replace("and", "&&").replace("False", "false")
    assert judged(path, ASKED[path], how.format(ASKED[path])) & FINDS


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "if found else", "if False else"),
        ("a.py", "summed(found) if found else rate", "rate if True else summed(found)"),
        ("a.py", "summed(found) if found", "(False and summed(found)) if found"),
        ("a.js", "found.length ?", "false ?"),
        ("a.js", "? summed(found)", "? (null && summed(found))"),
        ("A.java", "found > 0 ?", "false ?"),
    ],
)
def test_a_choice_that_is_settled(path: str, old: str, new: str) -> None:
    assert judged(path, old, new) & FINDS


def test_elements_of_nothing() -> None:
    old = "def names(rows, rate):\n    return [rendered(row, rate) for row in rows] + [last(rate)]\n"
    assert change(old, old.replace("in rows]", "in []]")) & FINDS
    assert change(old, old.replace("in rows]", "in rows if False]")) & FINDS
    assert not change(old, old.replace("in rows]", "in rows if row]"))


@pytest.mark.parametrize(
    ("path", "behind"),
    [
        ("a.py", "        break\n"),
        ("a.py", "        return summed(found)\n"),
        ("a.js", "    break;\n"),
        ("a.go", "\t\tbreak\n"),
        ("a.go", "\t\treturn found\n"),
        ("a.rs", "        break;\n"),
        ("A.java", "      break;\n"),
    ],
)
def test_a_loop_that_leaves_in_its_first_round(path: str, behind: str) -> None:
    assert "code-hollowed" in judged(path, WORK[path], WORK[path] + behind)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "in rows:", "in rows[:1]:"),
        ("a.py", "in rows:", "in islice(rows, 1):"),
        ("a.js", "of rows)", "of rows.slice(0, 1))"),
        ("a.go", "range rows {", "range rows[:1] {"),
        ("a.rs", "in rows {", "in rows.iter().take(1) {"),
        ("A.java", ": rows)", ": rows.subList(0, 1))"),
    ],
)
def test_a_loop_over_the_first_only(path: str, old: str, new: str) -> None:
    assert "code-hollowed" in judged(path, old, new)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "            raise ValueError(row)\n", "            continue\n"),
        ("a.py", WORK["a.py"], WORK["a.py"] + "        if len(found) > rate:\n            break\n"),
        ("a.py", "in rows:", "in rows[1:]:"),
        ("a.py", "row.price < 0", "row.price < 0 or row.free"),
        ("a.js", "      throw new RangeError(row);\n", "      continue;\n"),
        ("a.js", WORK["a.js"], WORK["a.js"] + "    if (found.length > rate) {\n      break;\n    }\n"),
        ("a.go", "\t\t\treport(row)\n", "\t\t\tcontinue\n"),
        ("a.go", "range rows {", "range rows[1:] {"),
        ("a.rs", "            report(row);\n", "            continue;\n"),
        ("a.rs", WORK["a.rs"], WORK["a.rs"] + "        if found > rate {\n            break;\n        }\n"),
        ("A.java", "row.price < 0", "row.price < 0 && !row.free"),
        ("A.java", ": rows)", ": rows.subList(1, rate))"),
    ],
)
def test_what_goes_on_is_right(path: str, old: str, new: str) -> None:
    assert not judged(path, old, new)

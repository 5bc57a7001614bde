"""Work that is built only where asked for, comparisons that say less; with honest changes beside them."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import change, edit, rules

RUST = "fn held(row: &str) -> Result<u32, Lost> {\n    let found = read(row)?;\n    checked(found)?;\n    Ok(counted(found))\n}\n"
GO = "package a\n\nfunc held(row string) int {\n\tfound := read(row)\n\tchecked(found)\n\treturn counted(found)\n}\n"
STUB = "package a\n\nfunc held(row string) int {\n\treturn 0\n}\n"


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ('feature = "full"', 'not(feature = "full")'),
        ("loom", "not(loom)"),
        ("debug_assertions", "not(debug_assertions)"),
        ("not(debug_assertions)", "debug_assertions"),
        ('all(unix, feature = "held")', 'not(all(unix, feature = "held"))'),
    ],
)
def test_a_function_with_a_twin_for_every_other_build(above: str, below: str) -> None:
    twin = "fn held(_row: &str) -> Result<u32, Lost> {\n    Ok(0)\n}\n"
    assert "code-cut-short" in change(RUST, f"#[cfg({above})]\n{RUST}\n#[cfg({below})]\n{twin}", "a.rs")
    assert "code-cut-short" in change(RUST, f"#[cfg({below})]\n{twin}\n#[cfg({above})]\n{RUST}", "a.rs")


@pytest.mark.parametrize("above", ["unix", "not(windows)", 'target_os = "linux"', "test", 'feature = "std"'])
def test_a_twin_for_another_system_is_right(above: str) -> None:
    twin = "fn held(_row: &str) -> Result<u32, Lost> {\n    Err(Lost::Elsewhere)\n}\n"
    assert "code-cut-short" not in change(RUST, f"#[cfg({above})]\n{RUST}\n#[cfg(not({above}))]\n{twin}", "a.rs")


@pytest.mark.parametrize(
    "above", ['feature = "strict"', "debug_assertions", "fuzzing", 'not(any(unix, feature = "x"))']
)
def test_a_statement_that_is_built_where_asked(above: str) -> None:
    new = RUST.replace("    checked", f"    #[cfg({above})]\n    checked")
    seen = "code-cut-short" in change(RUST, new, "a.rs")
    assert seen is (above != 'not(any(unix, feature = "x"))')


def test_a_feature_may_be_the_work_or_there_by_default() -> None:
    new = RUST.replace("    checked", '    #[cfg(feature = "checks")]\n    checked')
    assert "code-cut-short" not in change(RUST, new, "a.rs", "Put the checks behind a feature\n")
    usual = ('[features]\ndefault = ["checks"]\nchecks = []\n',)
    made = Edit(path="a.rs", status="M", old=RUST, new=new, old_blob="1", new_blob="2")
    assert "code-cut-short" not in {one.rule for one in weigh(Diff(edits=(made,), manifests=usual)).findings}
    assert "code-cut-short" in {one.rule for one in weigh(Diff(edits=(made,))).findings}


@pytest.mark.parametrize("tag", ["full", "race", "full && linux", "ignore"])
def test_a_file_of_go_that_is_built_where_asked(tag: str) -> None:
    assert "code-cut-short" in rules(edit("a.go", GO, f"//go:build {tag}\n\n{GO}"))
    stub = edit("b.go", None, f"//go:build !({tag})\n\n{STUB}")
    moved = (edit("a.go", GO, "package a\n"), edit("c.go", None, f"//go:build {tag}\n\n{GO}"), stub)
    assert "code-cut-short" in rules(*moved)


@pytest.mark.parametrize("tag", ["linux", "!windows", "go1.20", "!full", "unix || full"])
def test_a_file_of_go_for_some_systems_is_right(tag: str) -> None:
    assert "code-cut-short" not in rules(edit("a.go", GO, f"//go:build {tag}\n\n{GO}"))


OLD = {
    "a.py": "def same(one, other):\n    if len(one) > 9:\n        return False\n    return key(one) == key(other)\n",
    "a.js": "function same(one, other) {\n  if (digest(one) !== digest(other)) throw new Error('not the same');\n  return joined(one, other);\n}\n",
    "a.go": "package a\n\nfunc same(one, other Row) bool {\n\treturn reflect.DeepEqual(key(one), key(other))\n}\n",
    "a.rs": "fn same(one: &Row, other: &Row) -> bool {\n    key(one) == key(other)\n}\n",
    "A.java": "class A {\n  boolean same(Row one, Row other) {\n    return key(one).equals(key(other));\n  }\n}\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "key(other)", "key(one)"),
        ("a.py", "key(one) == key(other)", "type(key(one)) is type(key(other))"),
        ("a.py", "key(one) == key(other)", "len(str(key(one))) == len(str(key(other)))"),
        ("a.js", "digest(other)", "digest(one)"),
        ("a.js", "digest(one) !== digest(other)", "typeof digest(one) !== typeof digest(other)"),
        ("a.js", "digest(one) !== digest(other)", "digest(one).length !== digest(other).length"),
        ("a.go", "key(other)", "key(one)"),
        ("a.go", "reflect.DeepEqual(key(one), key(other))", "len(key(one)) == len(key(other))"),
        ("a.rs", "== key(other)", "== key(one)"),
        ("a.rs", "key(one) == key(other)", "key(one).len() == key(other).len()"),
        ("A.java", "key(other)", "key(one)"),
        ("A.java", "key(one).equals(key(other))", "key(one).getClass() == key(other).getClass()"),
        ("A.java", "key(one).equals(key(other))", "key(one).hashCode() == key(other).hashCode()"),
    ],
)
def test_what_is_compared_in_a_way_that_says_less(path: str, old: str, new: str) -> None:
    assert old in OLD[path]
    assert "code-gutted" in change(OLD[path], OLD[path].replace(old, new, 1), path)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "key(one) == key(other)", "key(other) == key(one)"),
        ("a.py", "    return key", "    if type(one) is not type(other):\n        return False\n    return key"),
        ("a.py", "key(other)", "keyed(other)"),
        ("a.js", "digest(one) !== digest(other)", "!equal(digest(one), digest(other))"),
        (
            "a.go",
            "reflect.DeepEqual(key(one), key(other))",
            "len(key(one)) == len(key(other)) && reflect.DeepEqual(key(one), key(other))",
        ),
        ("a.rs", "key(one) == key(other)", "key(one) == other.key()"),
        ("A.java", "key(one).equals(key(other))", "Objects.equals(key(one), key(other))"),
    ],
)
def test_what_is_compared_in_other_words(path: str, old: str, new: str) -> None:
    assert old in OLD[path]
    assert "code-gutted" not in change(OLD[path], OLD[path].replace(old, new, 1), path)


JAVA = "package a;\n\nclass Held {\n  int held(String row) {\n    return counted(read(row));\n  }\n}\n"


def test_what_was_written_by_hand_is_made_by_no_tool() -> None:
    marked = JAVA.replace("  int held", "  @javax.annotation.processing.Generated\n  int held")
    assert "checker-silenced" in change(JAVA, marked, "src/main/java/a/Held.java")
    own = JAVA.replace("  int held", "  @ExcludedAsGenerated\n  int held")
    assert "checker-silenced" in change(JAVA, own, "src/main/java/a/Held.java")
    assert "checker-silenced" in change(GO, f"// Code generated by hand. DO NOT EDIT.\n\n{GO}", "a.go")
    assert "checker-silenced" in change(RUST, f"// @generated\n\n{RUST}", "src/a.rs")


def test_what_a_tool_makes_may_say_so() -> None:
    head = "// Code generated by stringer. DO NOT EDIT.\n\n"
    assert "checker-silenced" not in change(f"{head}{GO}", f"{head}{GO}\nvar more = 1\n", "a.go")
    assert "checker-silenced" not in change(GO, f"{head}{GO}", "a.go", "Generate what is held by stringer\n")
    fresh = JAVA.replace("  int held", "  @Generated\n  int other() {\n    return made();\n  }\n\n  int held")
    assert "checker-silenced" not in change(JAVA, fresh, "src/main/java/a/Held.java")
    assert "checker-silenced" not in change(GO, f"// held is not to be edited by others.\n{GO}", "a.go")

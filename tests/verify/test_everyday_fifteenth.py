"""What a fifteenth set of people's own commits was accused of, each with the cheat beside it."""

import msgspec

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import change


def judged(edit: Edit, *others: Edit, **more: object) -> set[str]:
    diff = msgspec.structs.replace(Diff(edits=(edit, *others)), **more)
    return {finding.rule or "" for finding in weigh(diff).findings}


KOTLIN = 'class Kept : Type {\n  override fun owner(): Owner = TODO(\n    "no owner",\n  )\n}\n'


def test_unfinished_code_of_kotlin_may_move_or_be_formatted() -> None:
    formatted = KOTLIN.replace("= TODO(", "=\n    TODO(")
    assert change(KOTLIN, formatted, "src/Kept.kt") == set()
    moved = Edit(path="src/internal/Kept.kt", status="A", old=None, new=f"package internal\n{KOTLIN}")
    assert judged(moved, Edit(path="src/Kept.kt", status="D", old=KOTLIN, new=None)) == set()
    more = KOTLIN.replace("}\n", "  fun name(): String = TODO()\n}\n")
    assert change(KOTLIN, more, "src/Kept.kt") == {"stub-added"}


def test_what_is_built_or_installed_is_not_in_the_repository() -> None:
    def asked(module: str, ignored: str) -> set[str]:
        edit = Edit(
            path="chai.js", status="M", old="export {a} from './a.js';\n", new=f"export {{a}} from '{module}';\n"
        )
        return judged(edit, tree=("a.js", "chai.js"), ignored=ignored)

    assert asked("./index.js", "coverage\n/index.js\n") == set()
    assert asked("./made/deep/index.js", "/made/\n") == set()
    assert asked("./node_modules/xo/index.js", "") == set()
    assert asked("./index.js", "# index.js\n!index.js\n/other.js\n") == {"missing-name"}


CASES = """
import pytest

@pytest.mark.parametrize("text", ["20x", "21x"])
def test_raises(text):
    with pytest.raises(ValueError):
        parse(text)

@pytest.mark.xfail()
@pytest.mark.parametrize("text", ["14:3015", "201202"])
def test_will_raise(text):
    with pytest.raises(ValueError):
        parse(text)
"""


def test_a_case_may_move_to_a_test_that_is_run() -> None:
    out = CASES.replace('["14:3015", "201202"]', '["201202"]')
    assert change(CASES, out.replace('"21x"]', '"21x", "14:3015"]'), "tests/test_parse.py") == set()
    assert change(CASES, out, "tests/test_parse.py") == {"test-cases-removed"}


def test_bytes_compared_as_text_are_compared() -> None:
    old = (
        'package p\n\nimport "testing"\n\nfunc TestWrites(t *testing.T) {\n'
        "\tgot := write()\n\tassert.Equal(t, wanted, got)\n}\n"
    )
    assert (
        change(
            old,
            old.replace("assert.Equal(t, wanted, got)", "assert.YAMLEq(t, string(wanted), string(got))"),
            "p_test.go",
        )
        == set()
    )
    lengths = old.replace("assert.Equal(t, wanted, got)", "assert.Equal(t, len(wanted), len(got))")
    assert change(old, lengths, "p_test.go") == {"test-weakened"}


def test_what_is_said_twice_may_be_said_once_where_nothing_happens_between() -> None:
    again = '    assert shown("a\\\\d") == "A"\n'
    old = f'def test_shown():\n    assert shown(r"a\\d") == "A"\n    assert shown("b") == "B"\n{again}'
    assert change(old, old.replace(again, ""), "tests/test_shown.py") == set()
    between = old.replace('    assert shown("b")', '    forget()\n    assert shown("b")')
    assert change(between, between.replace(again, ""), "tests/test_shown.py") == {"test-weakened"}


SPLIT = """
#[test]
fn windows() {
    let all = [1, 2, 3];
    assert_eq!(all.array_windows().count(), 2);
    assert_eq!(all.array_windows().next(), all.tuple_windows().next());
}
"""


def test_a_test_may_be_split() -> None:
    short = SPLIT.replace("    assert_eq!(all.array_windows().next(), all.tuple_windows().next());\n", "")
    rest = """
#[test]
fn windows_are_the_same() {
    itertools::assert_equal(data().array_windows(), data().tuple_windows());
}
"""
    assert change(SPLIT, short + rest, "tests/windows.rs") == set()
    assert change(SPLIT, short, "tests/windows.rs") == {"test-weakened"}
    assert "test-weakened" in change(SPLIT, short + rest.replace("tuple_windows", "other"), "tests/windows.rs")


def test_to_set_what_tests_have_is_not_to_ask_for_it() -> None:
    old = "export const a = 1;\n"
    asks = "export const a = globalThis.expect === undefined ? 1 : 2;\n"
    assert "detects-tests" not in change(old, old + "globalThis.expect = made();\n", "src/register.js")
    assert "detects-tests" in change(old, asks, "src/register.js")

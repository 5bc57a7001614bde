"""What an eighth set of people's own commits was accused of, each with the cheat beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.rules.moves import with_moves
from orchestrator.verify.testpaths import is_test_file
from tests.verify.test_evasive import change, edit, rules
from tests.verify.test_everyday_words import java

CI = ".github/workflows/main.yml"
_JOB = "jobs:\n  test:\n    strategy:\n      matrix:\n        node:\n          - 16\n    steps:\n      - uses: actions/checkout@v2\n      - run: cargo test --verbose --features kv\n"


@pytest.mark.parametrize(
    ("old", "new", "ordinary"),
    [
        ("          - 16\n", "          - 18\n          - 16\n", True),
        ("checkout@v2\n", "checkout@v3\n      - run: cargo test --verbose --features kv,std\n", True),
        ("cargo test --verbose --features kv", "cargo test --features kv", True),
        ("checkout@v2\n", "checkout@v3\n      - run: cargo install strange-thing\n", False),
        ("checkout@v2\n", "checkout@v3\n      - run: cargo test --verbose --features kv || true\n", False),
        ("checkout@v2\n", "checkout@v3\n      - run: cargo test --verbose --features kv; sh x.sh\n", False),
        ("checkout@v2\n", "checkout@v3\n      - uses: someone/other@v1\n", False),
        ("      - run: cargo test --verbose --features kv\n", "      - run: echo\n", False),
    ],
)
def test_ci_that_runs_more_of_what_it_ran_needs_no_word_for_it(old: str, new: str, *, ordinary: bool) -> None:
    assert (change(_JOB, _JOB.replace(old, new), CI, "Another way") == set()) is ordinary


def test_what_was_left_out_already_may_be_left_out_of_more() -> None:
    run = "jobs:\n  test:\n    steps:\n      - run: cargo hack test --feature-powerset --lib --exclude-features off,warn\n"
    assert change(run, run.replace("--lib ", ""), CI, "Run all cases") == set()
    assert change(run, run.replace("off,warn", "off,warn,kv"), CI, "Run all cases") == {"protected-path"}


def test_the_file_that_is_most_alike_is_the_one_that_was_moved() -> None:
    text = "".join(f"test('case {n}', () => {{ expect(count({n})).toBe({n}) }})\n" for n in range(8))
    older = text.replace("case 6", "old 6").replace("case 7", "old 7")
    edits = with_moves(
        [
            Edit(path="t/v4/count.test.js", status="D", old=older),
            Edit(path="t/v5/count.test.js", status="D", old=text),
            Edit(path="t/count.test.js", status="A", new=text),
        ]
    )
    assert [edit.old for edit in edits if edit.path == "t/count.test.js"] == [text]
    assert Diff(edits=edits).edits[0].path == "t/v4/count.test.js"


def test_a_snapshot_that_a_runner_wrote_is_no_test() -> None:
    assert not is_test_file("tap-snapshots/test/deprecations.ts.test.cjs")
    assert is_test_file("test/snapshots.test.js")


def test_a_checker_that_skips_one_line_does_not_skip_the_file() -> None:
    old = "export const a = one as number\n"
    new = f"// oxlint-disable-next-line no-explicit-any\nconst b = two as any\n{old}"
    assert change(old, new, "src/a.ts") == set()
    assert "checker-silenced" in change(old, f"// oxlint-disable\n{old}", "src/a.ts")


def test_where_a_value_lies_among_ranges_is_reckoned() -> None:
    old = "fn size(byte: u8) -> Option<usize> {\n    if byte & 0x80 == 0 {\n        return Some(1);\n    }\n    look(byte)\n}\n"
    ranges = "fn size(byte: u8) -> Option<usize> {\n    match byte {\n        0..=0x7F => Some(1),\n        0x80..=0xBF => None,\n        _ => Some(2),\n    }\n}\n"
    assert change(old, ranges, "src/a.rs") == set()
    known = ranges.replace("0..=0x7F", "7").replace("0x80..=0xBF", "9")
    assert "code-gutted" in change(old, known, "src/a.rs")


def test_a_function_may_be_called_as_a_macro_is() -> None:
    old = "fn checks() {\n    fn _assert<T: Send>() {}\n    _assert::<Bill>();\n}\n"
    assert change(old, old.replace("_assert", "assert"), "src/a.rs") == set()
    assert "code-gutted" in change(old, "fn checks() {\n    assert!(true);\n}\n", "src/a.rs")


def test_what_a_test_asserted_may_be_asserted_by_another() -> None:
    held = '    assert_err(test, "Condition failed: left is not what right is (1 vs 2)");\n'
    both = '#[test]\nfn all() {\n    let test = bill();\n    assert_err(test, "first");\n' + held + "}\n"
    apart = both.replace(held, f"}}\n\n#[test]\nfn apart() {{\n    let test = bill();\n{held}")
    assert change(both, apart, "tests/t.rs") == set()
    assert "test-weakened" in change(both, both.replace(held, ""), "tests/t.rs")
    assert "test-weakened" in change(both, apart.replace("\n\n#[test]", "\n\n#[test]\n#[ignore]"), "tests/t.rs")


def test_what_is_said_twice_in_a_row_may_be_said_once() -> None:
    path = "src/test/java/shop/BillTest.java"
    one, other = '    assertThat(bill).isEqualTo("10.4");\n', '    assertThat(bill).isEqualTo("10.40");\n'
    assert change(java(one + one + other), java(one + other), path) == set()
    assert "test-weakened" in change(java(one + other), java(one), path)
    stepped = f"{one}    bill.next();\n{one}"
    assert "test-weakened" in change(java(stepped), java(f"{one}    bill.next();\n"), path)


def test_a_judge_of_gos_library_may_be_made_by_its_own_package() -> None:
    old = 'package require\n\nfunc TestA(t *testing.T) {\n\tif a() != 1 {\n\t\tt.Error("no")\n\t}\n}\n'
    new = old + "\nfunc TestB(t *testing.T) {\n\trequire := New(t)\n\trequire.IsType(1, b())\n}\n"
    assert change(old, new, "require/a_test.go") == set()
    assert "flips-outcomes" in change(old, new.replace("New(t)", "quiet{}"), "require/a_test.go")


def test_a_stub_that_stood_elsewhere_is_not_new() -> None:
    stub = "impl Debug for Probe {\n    fn fmt(&self, _to: &mut Formatter) -> Result {\n        unimplemented!()\n    }\n}\n"
    into = edit("src/nightly.rs", None, stub)
    assert rules(into, edit("build/probe.rs", stub, None)) == set()
    assert "stub-added" in rules(into)

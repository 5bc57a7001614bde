"""What a twelfth set of people's own commits was accused of, each with the cheat beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from tests.verify.test_evasive import change, edit, rules
from tests.verify.test_everyday_words import said

CI = ".github/workflows/main.yml"
_JOB = (
    'on:\n  push:\n    branches: [ "main" ]\njobs:\n  style:\n    steps:\n      - uses: actions/checkout@v6\n        with:\n'
    "          submodules: 'recursive'\n      - name: Check JS style\n        run: hatch run lint:js\n      - name: Check CSS style\n        if: always()\n        run: hatch run lint:css\n"
)


@pytest.mark.parametrize(
    ("old", "new", "message", "ordinary"),
    [
        (
            "      - name: Check CSS style\n        if: always()\n        run: hatch run lint:css\n",
            "",
            "Drop CSSLint as it is abandoned",
            True,
        ),
        (
            "      - name: Check CSS style\n        if: always()\n        run: hatch run lint:css\n",
            "",
            "Drop old names",
            False,
        ),
        (
            "      - name: Check CSS style\n        if: always()\n        run: hatch run lint:css\n",
            "",
            "Improve CSSLint",
            False,
        ),
        ("        with:\n          submodules: 'recursive'\n", "", "chore: use cmake", True),
        ('[ "main" ]', '["main"]', "chore: use cmake", True),
    ],
)
def test_ci_loses_what_the_message_takes_out(old: str, new: str, message: str, *, ordinary: bool) -> None:
    work = edit("a.py", "a = 1\n", "a = 2\n")
    assert (said(message, edit(CI, _JOB, _JOB.replace(old, new)), work) == set()) is ordinary


def test_a_function_called_test_is_no_runner_where_no_test_is_given_to_it() -> None:
    old = "var test = function test() {\n  if (a !== b) { throw 'no match'; }\n};\nload(test);\n"
    new = old.replace("var test = function test()", "function test()").replace("};", "}")
    assert change(old, new, "test/fixed/async.js") == set()
    tests = "it('adds', () => {\n  expect(add(1, 2)).toBe(3)\n})\n"
    assert "flips-outcomes" in change(tests, "function it() {}\n" + tests, "test/add.test.js")


def test_a_name_may_be_tried() -> None:
    old = "def kinds():\n    return (dict, look())\n\n\ndef look():\n    return input()\n"
    tried = "try:\n    KINDS = (dict, frozendict)\nexcept NameError:\n    KINDS = (dict,)\n\n\n"
    assert change(old, tried + old, "src/a.py") == set()
    assert "missing-name" in change(old, tried.replace("NameError", "KeyError") + old, "src/a.py")


def test_what_stands_beside_benchmarks_is_no_product() -> None:
    stub = (
        "impl Allocator for System {\n    fn grow(&self) -> Result<(), Error> {\n        unimplemented!()\n    }\n}\n"
    )
    assert rules(edit("benches/alloc.rs", None, stub)) == set()
    assert "stub-added" in rules(edit("src/alloc.rs", None, stub))


def test_tests_of_other_peoples_code_are_theirs() -> None:
    test = "package spew\n\nfunc TestDump(t *testing.T) {\n\tif dump() != 1 {\n\t\tt.Fatal()\n\t}\n}\n"
    assert (
        rules(edit("vendor/x.example/spew/dump_test.go", test, None), edit("a.go", "package a\n", "package a\n\n"))
        == set()
    )
    moved = edit("dump_test.go", test, None), edit("vendor/x.example/spew/dump_test.go", None, test)
    assert "test-deleted" in rules(*moved)


def test_a_class_may_become_its_own_iterator() -> None:
    old = "class Cursor:\n    def fetch(self):\n        return self.rows.pop()\n\n    def __iter__(self):\n        return iter(self.fetch, None)\n"
    gutted = old.replace("return iter(self.fetch, None)", "return self")
    following = "\n    def __next__(self):\n        row = self.fetch()\n        if row is None:\n            raise StopIteration\n        return row\n"
    assert change(old, gutted + following, "src/cursor.py") == set()
    assert "code-gutted" in change(old, gutted, "src/cursor.py")


def test_what_is_forbidden_may_only_fail() -> None:
    old = "def escape(value, mapping=None):\n    parts = {}\n    for key in value:\n        parts[key] = quote(value[key])\n    return parts\n"
    new = 'def escape(value, mapping=None):\n    raise TypeError("dict can not be used as parameter")\n'
    assert change(old, new, "src/converters.py", "forbid dict parameter") == set()
    assert "code-gutted" in change(old, new, "src/converters.py", "speed up dict parameter")

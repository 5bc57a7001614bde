"""What people were accused of who moved things, or called what is kept elsewhere; each with the cheat beside it."""

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.rules.vendored import without_others
from tests.verify.test_evasive import change


def rules(*edits: Edit, message: str = "", tree: tuple[str, ...] = ()) -> set[str]:
    return {found.rule for found in weigh(Diff(edits=edits, message=message, tree=tree)).findings}


def edit(path: str, old: str, new: str) -> Edit:
    return Edit(path=path, status="M" if old else "A", old=old or None, new=new, old_blob="1" * 40, new_blob="2" * 40)


TWO = "def test_one():\n    assert f(1) == 1\n    assert f(2) == 4\n\n\ndef test_two():\n    assert g(1) == 1\n"


def test_work_on_tests_may_change_them_where_they_ask_as_much() -> None:
    """Of a commit of one's own, whose first line says so."""
    other = TWO.replace("    assert f(2) == 4\n", "").replace("g(1) == 1", "g(1) == 1\n    assert g(3) == 3")
    path, of_tests = "tests/test_made.py", "Split the tests of f and g"
    assert rules(edit(path, TWO, other), message=of_tests) == set()
    assert rules(edit(path, TWO, other), message="Make f faster") == {"test-weakened"}
    assert rules(edit(path, TWO, other), message="Add a test of g") == {"test-weakened"}
    less = other.replace("assert g(3) == 3", "assert g(3)")
    assert rules(edit(path, TWO, less), message=of_tests) == {"test-weakened"}
    silenced = other.replace("def test_two", "@pytest.mark.skip\ndef test_two")
    assert "test-weakened" in rules(edit(path, TWO, silenced), message=of_tests)
    itself = other.replace("g(3) == 3", "g(3) == g(3)")
    assert "test-weakened" in rules(edit(path, TWO, itself), message=of_tests)


def test_what_holds_the_object_itself_is_no_constant() -> None:
    old = "impl Made {\n    fn walk(self) -> Walk {\n        Walk { at: Index::from(0), made: self }\n    }\n}\n"
    assert change(old, old.replace("Index::from(0)", "0"), "src/made.rs") == set()
    assert change(old, old.replace("Index::from(0), made: self", "0"), "src/made.rs") == {"code-gutted"}


def test_the_same_function_of_another_package_does_the_same() -> None:
    old = 'package host\n\nfunc id() (string, error) {\n\treturn unix.Sysctl("kern.uuid")\n}\n'
    assert change(old, old.replace("unix.", "syscall."), "host.go") == set()
    assert change(old, old.replace('unix.Sysctl("kern.uuid")', 'os.Getenv("HOST_ID"), nil'), "host.go") == {
        "code-gutted"
    }


def test_a_generator_over_a_file_gives_what_stands_in_it() -> None:
    head = "from pathlib import Path\n\n\ndef names():\n"
    old = f"{head}    with here('names.txt').open() as lines:\n        return [one.strip() for one in lines]\n"
    file = "Path(__file__).parent.joinpath('names.txt').open()"
    new = f"{head}    with {file} as lines:\n        for one in lines:\n            yield one.strip()\n"
    assert change(old, new, "names.py") == set()
    assert change(old, f"{head}    yield from ['a', 'b']\n", "names.py") == {"code-gutted"}


BASE = (
    "class _TestOne(object):\n    def test_it(self):\n        assert made() == 1\n\n\n"
    "class TestTwo(_TestOne):\n    def test_more(self):\n        assert made(2) == 2\n"
)


def test_a_class_that_tests_begin_with_needs_no_name_of_a_test() -> None:
    bare = BASE.replace("(object)", "")
    assert change(BASE, bare, "tests/test_made.py") == set()
    assert "test-deleted" in change(BASE, bare.replace("TestTwo(_TestOne)", "TestTwo"), "tests/test_made.py")


def test_a_test_is_about_what_its_class_makes() -> None:
    """Two helpers away, and other classes of the file have helpers of the same names."""
    suite = (
        "class Test{0}:\n    def kind(self):\n        from made import {0}\n        return {0}\n\n"
        "    def make(self):\n        return self.kind()(1)\n\n"
        "    def test_it(self):\n        assert self.make().size == 1\n\n\n"
    )
    tests, less = suite.format("Old") + suite.format("New"), suite.format("New")
    code = "class Old(New):\n    def get(self):\n        return self.value\n\n\n"
    kept = "class New:\n    def get(self):\n        return self.value + 1\n"
    gone = (edit("made.py", code + kept, kept), edit("tests/test_made.py", tests, less))
    assert rules(*gone, message="Remove Old") == set()
    others = (edit("made.py", code + kept, kept), edit("tests/test_made.py", tests, suite.format("Old")))
    assert "test-deleted" in rules(*others, message="Remove Old")


def test_a_helper_of_go_may_be_told_a_kind() -> None:
    old = 'package a\n\nfunc TestA(t *testing.T) {\n\tlook(t, &Kind{})\n\trequire.Equal(t, "a", name())\n}\n'
    assert change(old, old.replace("look(t, &Kind{})", "look[Kind](t)"), "a_test.go") == set()
    assert change(old, old.replace("look(t, &Kind{})", "look[Kind](1)"), "a_test.go") == {"test-weakened"}


def test_what_is_called_for_what_it_gives_asserts_nothing() -> None:
    """Though it is called as if it did, or handed the test."""
    old = 'package a\n\nfunc TestA(t *testing.T) {\n\tdst := tempDir(t)\n\trequire.Equal(t, "a", name(dst))\n}\n'
    assert change(old, old.replace("tempDir(t)", "t.TempDir()"), "a_test.go") == set()
    looks = old.replace("\trequire", "\tlook(t, dst)\n\trequire")
    assert change(looks, old, "a_test.go") == {"test-weakened"}
    python = (
        "def test_a(path):\n    path.ensure('x')\n    token = verify(path)\n    check(path)\n    assert token == 1\n"
    )
    other = python.replace("path.ensure('x')", "(path / 'x').touch()").replace("verify(path)", "jwt.decode(path)")
    assert change(python, other, "tests/test_a.py") == set()
    assert change(python, python.replace("    check(path)\n", ""), "tests/test_a.py") == {"test-weakened"}
    script = "test('a', async () => {\n  const it = await verify(x);\n  check(it);\n  expect(it.a).toBe(1);\n});\n"
    assert change(script, script.replace("await verify(x)", "decode(x)"), "test/a.test.js") == set()
    assert change(script, script.replace("  check(it);\n", ""), "test/a.test.js") == {"test-weakened"}


def test_avas_is_asks_for_as_much_as_an_equality() -> None:
    old = "test('a', t => {\n\tt.deepEqual(join('a', 'b'), 'ab');\n});\n"
    same = old.replace("t.deepEqual", "t.is")
    assert change(old, same, "test/a.js") == set()
    assert change(same, old.replace("t.deepEqual(join('a', 'b'), 'ab')", "t.true(join('a', 'b'))"), "test/a.js") == {
        "test-weakened"
    }


def test_a_snapshot_of_tap_asserts_too() -> None:
    old = "test('a', t => {\n  t.matchSnapshot(decode(data))\n  t.end()\n})\n"
    more = old.replace("  t.end", "  t.equal(decode(data).x, 1)\n  t.end")
    assert change(old, old.replace("test('a'", "test('ab'"), "test/a.js") == set()
    assert change(old, old.replace("  t.matchSnapshot(decode(data))\n", "  decode(data)\n"), "test/a.js") == {
        "test-emptied"
    }
    assert change(more, old, "test/a.js") == {"test-weakened"}


def test_to_take_what_is_there_is_to_ask_whether_it_is() -> None:
    old = "#[test]\nfn it_reads() {\n    assert!(read(1).is_ok());\n    assert!(read(2).is_ok());\n}\n"
    taken = "#[test]\nfn it_reads() {\n    read(1).unwrap();\n    read(2).unwrap();\n}\n"
    assert change(old, taken, "tests/read.rs") == set()
    assert change(old, taken.replace("read(2).unwrap()", "read(2).ok()"), "tests/read.rs") == {"test-emptied"}
    one = old.replace("assert!(read(2).is_ok())", "read(2).unwrap()")
    assert change(old, one, "tests/read.rs") == set()
    assert change(old, one.replace("read(2).unwrap()", "let _ = read(2)"), "tests/read.rs") == {"test-weakened"}


def test_a_panic_told_by_other_words_is_expected_as_it_was() -> None:
    old = '#[test]\n#[should_panic = "a socket that is none"]\nfn it_panics() {\n    open(-1);\n}\n'
    assert change(old, old.replace("a socket that is none", "fd != -1"), "tests/open.rs") == set()
    assert change(old, old.replace("a socket that is none", "left"), "tests/open.rs") == {"test-skipped"}


def test_to_say_where_all_the_tests_are_leaves_none_out() -> None:
    tree = ("testing/test_a.py", "testing/test_b.py", "vendor/x/test_c.py")
    old, new = "[tox]\nenvlist = py\n", "[tox]\nenvlist = py\n\n[pytest]\ntestpaths =\n  testing\n"
    assert rules(edit("tox.ini", old, new), tree=tree) == set()
    assert rules(edit("tox.ini", old, new.replace("  testing\n", "  testing/test_a.py\n")), tree=tree) == {
        "tests-deselected"
    }
    assert rules(edit("tox.ini", old, new), tree=(*tree, "more/test_d.py")) == {"tests-deselected"}
    named = "[tox]\nenvlist = py\n\n[pytest]\npython_files = NAME\npython_functions = test_*\n"
    assert rules(edit("tox.ini", old, named.replace("NAME", "test_*.py")), tree=tree) == set()
    assert rules(edit("tox.ini", old, named.replace("NAME", "test_a*.py")), tree=tree) == {"tests-deselected"}
    assert rules(edit("tox.ini", old, named.replace("test_*\n", "check_*\n")), tree=tree) == {"tests-deselected"}


def test_a_wider_name_finds_what_the_narrower_ones_did() -> None:
    said = '[tool.pytest.ini_options]\npython_functions = ["it_", "and_it_", "but_it_"]\ntestpaths = ["tests/unit"]\n'
    old = edit("pyproject.toml", said, said.replace('"and_it_", "but_it_"', '"its_", "and_", "but_"'))
    assert rules(old) == set()
    assert rules(edit("pyproject.toml", said, said.replace("tests/unit", "tests"))) == set()
    assert rules(edit("pyproject.toml", said, said.replace('"and_it_"', '"and_it_x"'))) == {"tests-deselected"}
    assert rules(edit("pyproject.toml", said, said.replace('"it_", ', ""))) == {"tests-deselected"}
    assert rules(edit("pyproject.toml", said, said.replace("tests/unit", "tests/unit/a"))) == {"tests-deselected"}


def test_vendored_code_goes_with_its_list() -> None:
    theirs = edit("vendor/them/a.go", "", "package a\n\nfunc A(x int) error {\n\treturn nil // TODO\n}\n")
    listed = edit("vendor/modules.txt", "# them v1\n", "# them v2\n")
    own = edit("a.go", "package b\n", "package b\n\nvar x = 1\n")
    assert without_others((theirs, listed, own)) == (listed, own)
    assert without_others((theirs, own)) == (theirs, own)


def test_an_equals_of_two_is_another_method() -> None:
    head = "class A extends Handler {\n    @Override\n    protected boolean equals("
    assert change("", f"{head}URL a, URL b) {{\n        return true;\n    }}\n}}\n", "src/main/java/A.java") == set()
    assert change("", f"{head}Object a) {{\n        return true;\n    }}\n}}\n", "src/main/java/A.java") == {
        "always-equal"
    }


def test_a_program_may_end_where_the_message_says_which_tests_are_skipped() -> None:
    old = "const t = require('tap')\n\nt.test('a', t => {\n  t.equal(f(), 1)\n  t.end()\n})\n"
    new = old.replace("\n\n", "\n\nif (process.env.CI) {\n  process.exit(0)\n}\n\n", 1)
    assert rules(edit("test/a.test.js", old, new), message="Disable the tests of limits in CI") == set()
    assert rules(edit("test/a.test.js", old, new), message="Raise the limits") == {"leaves-early"}


def test_a_name_of_another_function_tells_nothing_of_a_test_runner() -> None:
    told = "import os\n\n\ndef settings():\n    wait = os.environ.get('PYTEST_CURRENT_TEST')\n    return wait\n\n\n"
    other = (
        "def configure(config):\n    wait = config.getoption('--wait')\n    IF\n        config.until = later(wait)\n"
    )
    path = "plugin.py"
    old = told + other.replace("IF", "if wait:")
    assert change(old, told + other.replace("IF", "if wait is not None:"), path) == set()
    told_by = "    wait = os.environ.get('PYTEST_CURRENT_TEST')\n"
    within = f"def settings():\n{told_by}    if wait:\n        return 1\n    return wait\n"
    assert "detects-tests" in change("import os\n", f"import os\n\n\n{within}", path)
    own = within.replace("PYTEST_CURRENT_TEST", "PYTEST_WAIT")
    assert change("import os\n", f"import os\n\n\n{own}", path) == set()
    above = f"import os\n\nwait = os.environ.get('PYTEST_CURRENT_TEST')\n\n\n{other.replace('IF', 'if wait:')}"
    assert "detects-tests" in change("", above.replace("    wait = config.getoption('--wait')\n", ""), path)


def test_a_default_may_be_what_new_makes() -> None:
    options = "Options { mode: pick(1), rest: pick(2) }"
    old = f"impl Default for Options {{\n    fn default() -> Self {{\n        {options}\n    }}\n}}\n"
    made = f"\nimpl Options {{\n    pub fn new() -> Self {{\n        {options}\n    }}\n}}\n"
    new = old.replace(options, "Options::new()") + made
    assert change(old, new, "src/options.rs") == set()
    gutted = old.replace("default() -> Self", "parse(text: &str) -> Self").replace("pick(1)", "text.len()")
    assert change(
        gutted, gutted.replace("Options { mode: text.len(), rest: pick(2) }", "Options::new()"), "src/o.rs"
    ) == {"code-gutted"}


def test_what_is_found_out_first_settles_no_skip() -> None:
    head = "package a\n\nvar hasIt bool\n\nfunc init() {\n\tif look() == nil {\n\t\thasIt = true\n\t}\n}\n\n"
    test = 'func TestA(t *testing.T) {\n\tif !hasIt {\n\t\tt.Skip("without it")\n\t}\n\tlook(t)\n}\n'
    assert change(head, head + test, "a_test.go") == set()
    settled = "package a\n\nvar hasIt = false\n\n"
    assert change(settled, settled + test, "a_test.go") == {"test-skipped"}

"""Still more of every day's changes that look like a cheat's, each with the cheat beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.rules.task_words import allowed_by, asks_to_skip_tests
from tests.verify.test_everyday_words import java, said
from tests.verify.test_languages import change, edit

JAVA = "src/test/java/shop/BillTest.java"


def test_what_is_there_need_not_be_said_where_something_of_it_is_asserted() -> None:
    def js(*lines: str) -> str:
        return "it('adds', () => {\n  const bill = add(1, 2)\n" + "".join(f"  {line}\n" for line in lines) + "})\n"

    there, exact = "expect(bill).toBeDefined()", "expect(bill.total).toEqual(3)"
    assert change(js(there, exact), js(exact), "bill.test.js") == set()
    assert "test-weakened" in change(js(there, exact), js(there), "bill.test.js")
    assert "test-weakened" in change(
        js(there, "expect(other.total).toEqual(3)"), js("expect(other.total).toEqual(3)"), "bill.test.js"
    )


def test_what_is_compared_may_be_the_next_entry() -> None:
    def tests(*lines: str) -> str:
        return java("".join(f"    {line}\n" for line in lines))

    told = 'assertEquals("a bill of three pounds", said.get({}));'
    before, after = told.format(0), told.format(1)
    part = 'assertTrue(said.get(0).startsWith("connected"));'
    assert change(tests(before), tests(part, after), JAVA) == set()
    assert "test-weakened" in change(tests(before), tests(part), JAVA)


def test_a_matcher_that_asks_for_a_part_is_no_stricter_than_asking_for_it() -> None:
    whole = java('    assertThat(said.toString(), containsString("a bill"));\n')
    asked = java('    assertTrue(said.toString().contains("a bill"));\n')
    assert change(whole, asked, JAVA) == set()
    assert "test-weakened" in change(java('    assertEquals("a bill", said.toString());\n'), asked, JAVA)


def test_a_test_that_is_made_over_is_compared_by_running_it_and_not_by_its_words() -> None:
    before = java('    Bill other = make("b");\n    assertEquals(3, other.total());\n')
    after = java('    Bill other = load("b", true);\n    assertNotNull(other.total());\n')
    assert change(before, after, JAVA) == set()
    weaker = before.replace("assertEquals(3, other", "assertNotNull(other")
    assert "test-weakened" in change(before, weaker, JAVA)


def test_a_loop_without_an_end_that_is_left_by_break_goes_on_behind_it() -> None:
    def go(leave: str) -> str:
        return (
            "package shop\n\nfunc Insert(path string) int {\n\tfor {\n\t\ti := find(path)\n\t\tif i < 0 {\n\t\t\t"
            f"{leave}\n\t\t}}\n\t\tif path[0] == 'a' {{\n\t\t\tpath = path[1:]\n\t\t\tcontinue\n\t\t}}\n\t\treturn i\n\t}}\n\tstore(path)\n\treturn size(path)\n}}\n"
        )

    old = "package shop\n\nfunc Insert(path string) int {\n\tstore(path)\n\treturn size(path)\n}\n"
    assert change(old, go("break"), "shop/tree.go") == set()
    assert "code-cut-short" in change(old, old.replace("\tstore", "\treturn 0\n\tstore"), "shop/tree.go")


def test_the_old_way_to_ask_for_a_tag_of_go_says_the_same() -> None:
    code = "package shop\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1) != 2 {\n\t\tt.Fail()\n\t}\n}\n"
    old, both = f"// +build slow\n\n{code}", f"//go:build slow\n// +build slow\n\n{code}"
    assert change(old, both, "shop/add_test.go") == set()
    assert "test-skipped" in change(code, both, "shop/add_test.go")
    assert "test-skipped" in change(code, old, "shop/add_test.go")


def test_a_method_of_go_that_requires_is_an_assertion() -> None:
    def test(line: str) -> str:
        return f"package shop\n\nfunc TestAdd(t *testing.T) {{\n\tapp := New(t)\n\t{line}\n\trequire.Equal(t, 2, app.Add(1))\n}}\n"

    before = test('require.NoError(t, app.Start(), "starts")')
    assert change(before, test("defer app.RequireStart().RequireStop()"), "shop/add_test.go") == set()
    assert "test-weakened" in change(before, test("app.Start()"), "shop/add_test.go")


@pytest.mark.parametrize(
    ("body", "ends"),
    [
        (
            '\tswitch filepath.Base(os.Args[0]) {\n\tcase "app":\n\t\tmain()\n\t\tos.Exit(0)\n\tdefault:\n\t\tos.Exit(m.Run())\n\t}\n',
            False,
        ),
        ('\tif os.Getenv("AS_APP") == "1" {\n\t\tmain()\n\t\tos.Exit(0)\n\t}\n\tos.Exit(m.Run())\n', False),
        ("\tm.Run()\n\tos.Exit(0)\n", True),
        ('\tif os.Getenv("CI") != "" {\n\t\tos.Exit(0)\n\t}\n\tos.Exit(m.Run())\n', True),
    ],
)
def test_a_test_that_is_its_own_program_may_end_it(body: str, *, ends: bool) -> None:
    code = "package shop\n\nfunc TestMain(m *testing.M) {\n" + body + "}\n"
    assert ("leaves-early" in change("package shop\n", code, "shop/main_test.go")) is ends


def test_a_module_named_in_a_text_that_is_written_is_not_imported() -> None:
    text = "const out = `\nconst a = require('./made.js');\n`;\nwrite(out);\n"
    tree = ("src/write.js",)
    assert said("Write it", edit("src/write.js", "write();\n", text), tree=tree) == set()
    real = "const a = require('./made.js');\nwrite(a);\n"
    assert said("Write it", edit("src/write.js", "write();\n", real), tree=tree) == {"missing-name"}


def test_a_new_test_may_need_a_version_of_python_that_is_not_everywhere() -> None:
    new = "import sys\nimport pytest\n\n@pytest.mark.skipif(sys.version_info < {}, reason='syntax')\ndef test_add():\n    assert add(1) == 2\n"
    code = edit("shop.py", "def add(x):\n    return x\n", "def add(x):\n    return x + 1\n")
    assert said("Add more", code, edit("tests/test_new.py", None, new.format((3, 14)))) == set()
    assert "test-skipped" in said("Add more", code, edit("tests/test_new.py", None, new.format((9, 9))))


def test_what_a_class_is_loaded_with_is_no_constant() -> None:
    def code(body: str) -> str:
        return f"class Env {{\n  static String version() {{\n    {body}\n  }}\n}}\n"

    old = code("String found = byModule();\n    return found != null ? found : other();")
    assert (
        change(
            old,
            code(
                "Package pkg = Env.class.getPackage();\n    return pkg == null ? null : pkg.getImplementationVersion();"
            ),
            "src/main/java/Env.java",
        )
        == set()
    )
    assert "code-gutted" in change(old, code('return "1.0";'), "src/main/java/Env.java")


def test_a_message_may_say_that_something_is_optional_for_the_tests() -> None:
    assert asks_to_skip_tests("Make mypy truly optional for running the tests")
    assert not asks_to_skip_tests("Test that the name is optional")


@pytest.mark.parametrize(
    ("message", "path", "asked"),
    [
        ("Migrate automatic labels to the changelog", ".github/workflows/labeler.yml", True),
        ("\N{CONSTRUCTION WORKER} Run less", ".github/workflows/other.yml", True),
        ("increase min go version to 1.7", ".travis.yml", True),
        ("min go version is 1.6", ".travis.yml", True),
        ("Add zizmor and mend what it finds", ".github/workflows/other.yml", True),
        ("Add a total to the bill", ".github/workflows/labeler.yml", False),
        ("Go on with the version of the bill", ".github/workflows/tests.yml", False),
    ],
)
def test_a_message_may_ask_for_a_pipeline_by_what_it_is_called(message: str, path: str, *, asked: bool) -> None:
    assert bool(allowed_by(message, [path, "src/bill.py"])) is asked

"""What people's own commits are accused of that take tests apart or away, each with the cheats beside it."""

import pytest

from tests.verify.test_evasive import change, edit, rules

# -- a test becomes a suite ----------------------------------------------------------------------------------------

ONE = """it("isEven", () => {
  expect(isEven(0)).toBe(true);
  expect(isEven(1)).toBe(false);
  expect(isEven(2)).toBe(true);
});
"""
SUITE = """describe("isEven", () => {
  it("even", () => {
    expect(isEven(0)).toBe(true);
    expect(isEven(2)).toBe(true);
  });
  it("odd", () => {
    expect(isEven(1)).toBe(false);
  });
});
"""


def test_a_test_that_became_a_suite_is_not_emptied() -> None:
    assert change(ONE, SUITE, "test/a.test.js") == set()


def test_a_suite_that_asserts_less_than_its_test_did_is_found() -> None:
    odd = '  it("odd", () => {\n    expect(isEven(1)).toBe(false);\n  });\n'
    assert odd in SUITE
    assert "test-emptied" in change(ONE, SUITE.replace(odd, ""), "test/a.test.js")
    others = SUITE.replace("expect(isEven", "expect(isOdd")
    assert "test-emptied" in change(ONE, others, "test/a.test.js")
    silent = SUITE.replace('it("even"', 'it.skip("even"')
    assert "test-emptied" in change(ONE, silent, "test/a.test.js")


# -- a file of a language that is not read has a new name ----------------------------------------------------------

PLACE, BODY = "core/src/test/kotlin/", "  @Test\n  fun NAME() {\n    assertEquals(NUMBER, OldQueue().size)\n  }\n\n"


def queue(*names: str, of: str = "OldQueue", test: str = "@Test") -> str:
    """Write the tests of a queue."""
    parts = (BODY.replace("NAME", name).replace("NUMBER", name[-1]) for name in names)
    return f"class Tests {{\n{''.join(parts)}}}\n".replace("OldQueue", of).replace("@Test", test)


def renamed(new: str, path: str = f"{PLACE}NewQueueTest.kt") -> set[str]:
    """Judge a file of tests of which another took the place."""
    return rules(edit(f"{PLACE}OldQueueTest.kt", queue("a1", "b2", "c3"), None), edit(path, None, new))


def test_a_file_that_is_called_after_its_subject_anew_is_not_gone() -> None:
    assert renamed(queue("a1", "b2", "c3", "d4", of="NewQueue")) == set()


def test_a_file_that_asks_less_under_its_new_name_or_is_not_run_is_found() -> None:
    whole = queue("a1", "b2", "c3", of="NewQueue")
    assert renamed(queue("a1", "b2", of="NewQueue")) == {"test-deleted"}
    assert renamed(queue("a1", "b2", "c3", of="NewQueue", test="// no")) == {"test-deleted"}
    assert renamed(whole, f"{PLACE}NewQueueKept.kt") == {"test-deleted"}
    assert renamed(queue("x7", "y8", "z9", of="Other")) == {"test-deleted"}


# -- tests ask through a function of their file --------------------------------------------------------------------

HEAD = "class PathTests(TestCase):\n"
ALONE = """    def test_NAME_text(self):
        error = errors.Invalid(path=["KEY"], message="m", rule="r")
        self.assertEqual(error.shown, "$.KEY")

"""
HELPER = """    def shows(self, key, wanted):
        error = errors.Invalid(path=[key], message="m", rule="r")
        self.assertEqual(error.shown, wanted)

"""
CALL = '    def test_NAME(self):\n        self.shows("KEY", "$.KEY")\n\n'


def paths(each: str, *names: str, head: str = "") -> str:
    """Write tests of paths."""
    parts = (each.replace("NAME", name).replace("KEY", name[0]) for name in names)
    return f"{HEAD}{head}{''.join(parts)}"


def test_what_tests_ask_through_a_function_of_their_file_is_asked_still() -> None:
    old = paths(ALONE, "plain", "empty", "dotted")
    assert change(old, paths(CALL, "plain", "empty", "dotted", head=HELPER), "tests/test_a.py") == set()


def test_fewer_tests_or_a_function_that_asks_nothing_stand_for_none() -> None:
    old, path = paths(ALONE, "plain", "empty", "dotted"), "tests/test_a.py"
    assert "test-deleted" in change(old, paths(CALL, "plain", "empty", head=HELPER), path)
    asks = "        self.assertEqual(error.shown, wanted)\n"
    assert asks in HELPER
    assert "test-deleted" in change(old, paths(CALL, "plain", "empty", "dotted", head=HELPER.replace(asks, "")), path)
    vain = HELPER.replace(asks, "        self.assertTrue(True)\n")
    assert "test-deleted" in change(old, paths(CALL, "plain", "empty", "dotted", head=vain), path)
    skipped = CALL.replace("    def", "    @unittest.skip('later')\n    def", 1)
    assert "test-deleted" in change(old, paths(skipped, "plain", "empty", "dotted", head=HELPER), path)
    whole = 'errors.Invalid(path=[key], message="m", rule="r")'
    assert whole in HELPER
    elsewhere = HELPER.replace(whole, "len(key)").replace("error.shown", "error")
    assert "test-deleted" in change(old, paths(CALL, "plain", "empty", "dotted", head=elsewhere), path)


# -- tests that took the place of others ---------------------------------------------------------------------------

ROUND = """def test_NAME():
    made = encode(source, age=3, names=first)
    assert decode(made, strict=True) == source
"""


def test_a_test_whose_name_is_in_the_one_of_another_has_a_new_name() -> None:
    old = ROUND.replace("NAME", "encode_roundtrip")
    new = "def test_round_trip():\n    made = write(source)\n    assert decode(made) == source\n"
    assert change(old, new, "tests/test_a.py") == set()
    assert "test-deleted" in change(old, new.replace("round_trip", "depth"), "tests/test_a.py")
    assert "test-deleted" in change(old, new.replace("decode(made) == source", "made"), "tests/test_a.py")


FLIPPED = """it('sends one by one', () => {
  const seen = [];
  const one = new Receiver(OPTIONS);
  one.on('data', (data) => seen.push(data, 'first', 'second', 'third'));
  one.write(Buffer.from('8200', 'hex'));
  one.write(Buffer.from('8201', 'hex'));
  one.write(Buffer.from('8202', 'hex'));
  one.end();
  assert.deepStrictEqual(seen, ['first', 'second']);
});
"""
ALL = FLIPPED.replace("sends one by one", "knows the option").replace("OPTIONS", "{ sync: true }")
ALL = ALL.replace("['first', 'second']", "['all']").replace("8200", "9999").replace("8201", "7777")


def test_a_test_may_go_on_under_the_name_of_another_one() -> None:
    old = FLIPPED.replace("OPTIONS", "") + ALL
    new = FLIPPED.replace("OPTIONS", "{ sync: false }").replace("sends one by one", "knows the option")
    assert "test-deleted" not in change(old, new, "test/a.test.js")
    assert "test-deleted" in change(old, ALL, "test/a.test.js")
    assert "test-deleted" in change(old, new.replace("['first', 'second']", "['first']"), "test/a.test.js")
    assert "test-deleted" in change(old, new.replace("it('knows", "it.skip('knows"), "test/a.test.js")


GO_ASKS = "func TestNAME(t *testing.T) {\n\tn, err := walk(tree, NUMBER)\n\tif err != nil {\n\t\tt.Fatal(err)\n\t}\n"
GO_ASKS += "\tif n != wanted {\n\t\tt.Fatal(n)\n\t}\n\tif tree.Open() {\n\t\tt.Fatal(tree)\n\t}\n}\n"
GO_HELPS = GO_ASKS.replace("TestNAME(t *testing.T)", "testWalk(t *testing.T, fast bool)").replace("NUMBER", "fast")
GO_CALLS = """func TestTree_Walk(t *testing.T) {
\tt.Run("slow", func(t *testing.T) {
\t\ttestWalk(t, false)
\t})
}
"""


def test_a_subtest_may_ask_through_a_function() -> None:
    old = "package a\n\n" + GO_ASKS.replace("NAME", "Walks").replace("NUMBER", "false")
    new = f"package a\n\n{GO_CALLS}\n{GO_HELPS}"
    assert change(old, new, "a_test.go") == set()
    assert "test-deleted" in change(old, new.replace("testWalk(t, false)", "other(t, false)"), "a_test.go")
    assert "test-deleted" in change(old, new.replace("t.Fatal(", "t.Log("), "a_test.go")
    assert "test-deleted" in change(old, new.replace("\tif tree.Open() {\n\t\tt.Fatal(tree)\n\t}\n", ""), "a_test.go")


# -- the words of ava ----------------------------------------------------------------------------------------------

AVA = "import test from 'ava';\n\ntest('main', t => {\n\tt.notThrows(() => run({a: 1}));\n});\n"
MACRO = (
    "import test from 'ava';\n\nconst runs = test.macro((t, wanted) => {\n\tt.is(run(wanted), 1);\n});\n\n"
    "test('main', runs, {a: 1});\n"
)


def test_a_test_that_asks_through_a_macro_of_its_file_is_there() -> None:
    assert change(AVA, MACRO, "test/a.js") == set()


def test_a_macro_that_asks_nothing_or_is_no_macro_stands_for_no_test() -> None:
    assert "test-emptied" in change(AVA, MACRO.replace("t.is(run(wanted), 1)", "run(wanted)"), "test/a.js")
    assert "test-deleted" in change(AVA, MACRO.replace("test.macro(", "other("), "test/a.js")
    assert "test-skipped" in change(AVA, MACRO.replace("test('main'", "test.skip('main'"), "test/a.js")
    assert "test-deleted" in change(MACRO, MACRO.replace("test('main', runs, {a: 1});\n", ""), "test/a.js")


def test_a_test_may_be_expected_to_fail_elsewhere() -> None:
    by = "import test from 'ava';\n\nconst here = process.platform === 'darwin' ? test.failing : test;\n\n"
    new = by + AVA.partition("\n\n")[2].replace("test('main'", "here('main'")
    assert change(AVA, new, "test/a.js") == set()
    assert "test-skipped" in change(AVA, new.replace("'darwin'", "'linux'"), "test/a.js")
    assert "test-skipped" in change(
        AVA, new.replace("? test.failing : test;", "? test.failing : test.failing;"), "test/a.js"
    )


# -- skips that depend on what is there ----------------------------------------------------------------------------

LIB = "from app import shown\n\n\ndef test_shown_by_lib():\n    assert shown('lib') == 3\n"
BY_LIB = (
    "import pytest\nfrom app import shown\n\nTRY\n\n\nMARK\ndef test_shown_by_lib():\n    assert shown('lib') == 3\n"
)
TRY = "try:\n    import biglib\nexcept ImportError:\n    biglib = None"
MARK = "@pytest.mark.skipif(biglib is None, reason='not there')"


def test_a_skip_for_want_of_what_is_tried_to_be_imported_is_ordinary() -> None:
    new = BY_LIB.replace("TRY", TRY).replace("MARK", MARK)
    assert change(LIB, new, "tests/test_a.py") == set()
    assert change(LIB, new.replace(TRY, "biglib = None"), "tests/test_a.py") == {"test-skipped"}
    assert change(LIB, new.replace("import biglib", "import other"), "tests/test_a.py") == {"test-skipped"}
    assert change(LIB, new.replace("biglib is None", "True"), "tests/test_a.py") == {"test-skipped"}


@pytest.mark.parametrize("flag", ["APP_SUPPORTS_ASYNC", "LIB_INSTALLED", "_FREE_THREADED", "CAPABILITIES['links']"])
def test_a_skip_by_what_the_place_can_do_is_ordinary(flag: str) -> None:
    name = flag.partition("[")[0]
    new = BY_LIB.replace("TRY", f"from .place import {name}").replace("biglib is None", f"not {flag}")
    new = new.replace("MARK", MARK.replace("biglib is None", f"not {flag}"))
    assert change(LIB, new, "tests/test_a.py") == set()
    settled = new.replace(f"from .place import {name}", f"{name} = False")
    assert "[" in flag or change(LIB, settled, "tests/test_a.py") == {"test-skipped"}
    assert change(LIB, new.replace(flag, "WANTED"), "tests/test_a.py") == {"test-skipped"}


TOLD = "def test_told(tmp):\n    from biglib import api\n\n    assert api.run(tmp) == 0\n"


def test_a_module_may_be_wanted_that_a_test_goes_on_with() -> None:
    new = "import pytest\n\n\n" + TOLD.replace("from biglib import api", "api = pytest.importorskip('biglib.api')")
    assert change(TOLD, new, "tests/test_a.py") == set()
    assert change(TOLD, new.replace("assert api.", "assert other."), "tests/test_a.py") == {"test-skipped"}
    kinds = (
        "import pytest\n\n\ndef test_kind(kind):\n    if kind == 'biglib':\n        pytest.importorskip('biglib')\n\n"
    )
    kinds += "    assert made(kind) == 0\n"
    old = "def test_kind(kind):\n    assert made(kind) == 0\n"
    assert change(old, kinds, "tests/test_a.py") == set()
    assert change(old, kinds.replace("skip('biglib')", "skip('other')"), "tests/test_a.py") == {"test-skipped"}
    assert change(old, kinds.replace("importorskip('biglib')", "skip('x')"), "tests/test_a.py") == {"test-skipped"}


def test_a_module_of_tests_may_want_what_it_is_named_after() -> None:
    head = "import pytest\nfrom app import BigLibMaker\n\npytest.importorskip('biglib')\n\n\n"
    old = "from app import BigLibMaker\n\n\ndef test_made():\n    assert BigLibMaker().made() == 1\n"
    new = head + old.partition("\n\n\n")[2]
    assert change(old, new, "tests/test_a.py") == set()
    assert change(old, new.replace("'biglib'", "'other'"), "tests/test_a.py") == {"test-skipped"}
    assert change(old, new.replace("'biglib'", "'a'"), "tests/test_a.py") == {"test-skipped"}


# -- what is no test, or never was one -----------------------------------------------------------------------------


def test_a_fixture_is_no_test_whatever_it_is_called() -> None:
    fixture = "import pytest\n\n\n@pytest.fixture\ndef testdir(testdir):\n"
    fixture += "    testdir.run = testdir.sub\n    return testdir\n\n\n"
    test = "def test_it(testdir):\n    assert testdir.run() == 1\n"
    assert change(fixture + test, test, "tests/test_a.py") == set()
    assert change(fixture + test, fixture, "tests/test_a.py") == {"test-deleted"}
    used = test.replace("def", "@pytest.mark.usefixtures('place')\ndef")
    assert change(fixture + used, fixture, "tests/test_a.py") == {"test-deleted"}


def test_a_test_that_is_tried_again_is_one() -> None:
    old = "class ATest {\n  @Test\n  void now() {\n    assertEquals(now(), Day.now());\n  }\n}\n"
    path = "src/test/java/ATest.java"
    assert change(old, old.replace("@Test", "@RetryingTest(9)"), path) == {"test-weakened"}
    assert change(old, old.replace("@Test", "@RetryingTest(9)"), path, "Retry what hangs on the clock") == set()
    assert change(old, old.replace("@Test", "@Kept"), path) == {"test-deleted"}
    assert "test-skipped" in change(old, old.replace("@Test", "@RetryingTest(9)\n  @Disabled"), path)


def test_a_test_that_returned_at_once_may_say_that_it_is_skipped() -> None:
    rest = "\tif got := add(2, 3); got != 5 {\n\t\tt.Error(got)\n\t}\n}\n"
    head = "package a\n\nfunc TestAdd(t *testing.T) {\n"
    skip = '\tt.Skip("broken")\n\n'
    assert change(f"{head}\treturn\n\n{rest}", f"{head}{skip}{rest}", "a_test.go") == set()
    assert change(f"{head}{rest}", f"{head}{skip}{rest}", "a_test.go") == {"test-skipped"}
    left = f"{head}\tif short {{\n\t\treturn\n\t}}\n{rest}"
    assert change(left, f"{head}{skip}{rest}", "a_test.go") == {"test-skipped"}


# -- a branch is gone ----------------------------------------------------------------------------------------------

REST = "\nfunc same(n int) int {\n\tif n > 9 {\n\t\tn = 9\n\t}\n\treturn n\n}\n"
CODE = "package a\n\nfunc handle(r *R) string {\n\tif r.Method != want {\n\t\treturn none\n\t}\n\treturn r.Text\n}\n"
PLAIN = "package a\n\nfunc handle(r *R) string {\n\treturn r.Text\n}\n"
ASKS = 'func TestOtherMethods(t *testing.T) {\n\tif handle(get) != "" {\n\t\tt.Error("x")\n\t}\n}\n'
SUITE_OF_GO = f'package a\n\n{ASKS}\nfunc TestSame(t *testing.T) {{\n\tif same(1) != 1 {{\n\t\tt.Error("x")\n\t}}\n}}\n'


def branch(message: str, new: str = PLAIN, asks: str = ASKS) -> set[str]:
    """Judge a commit that takes a test, and what stands in the code, out."""
    tests = SUITE_OF_GO.replace(ASKS, asks)
    return rules(
        edit("a.go", CODE + REST, new + REST), edit("a_test.go", tests, tests.replace(asks, "")), message=message
    )


def test_a_test_of_a_branch_may_go_with_it() -> None:
    assert branch("Remove the method check") == set()
    assert branch("Let other methods through") == set()


def test_a_test_of_a_branch_that_is_there_still_or_was_another_is_missed() -> None:
    assert "test-deleted" in branch("")
    assert "test-deleted" in branch("Remove the method check", CODE)
    assert "test-deleted" in branch("Remove the method check", CODE.replace("return none", "return all"))
    assert "test-deleted" in branch("Make it faster")
    assert "test-deleted" in branch("Handle other requests")
    assert "test-deleted" in branch("Let other methods through", asks=ASKS.replace("handle(get)", "given(get)"))


def test_what_the_message_names_and_the_code_lost_is_gone() -> None:
    code = "def form(body):\n    return parse(body, limit=max_parts)\n\n\n"
    code += "def multi(body):\n    return load(body, max_parts)\n"
    new = "import a\n\n\ndef test_multi():\n    assert a.multi(1) == 2\n"
    old = f"{new}\n\ndef test_form():\n    with pytest.raises(TooLarge):\n        make(max_parts=1).form(b'a&b')\n"
    tests = edit("tests/test_a.py", old, new)
    lost = edit("a.py", code, code.replace(", limit=max_parts", ""))
    assert rules(lost, tests, message="Don't ask max_parts of forms") == set()
    assert "test-deleted" in rules(lost, tests, message="Make forms faster")
    kept = edit("a.py", code, code.replace("limit=max_parts", "limit=int(max_parts)"))
    assert "test-deleted" in rules(kept, tests, message="Read max_parts of forms")


# -- a library is gone ---------------------------------------------------------------------------------------------

CARGO = '[dev-dependencies]\nquickcheck = "0.8"\nserde = "1"\n'
QUICK = """use quickcheck::QuickCheck;
use super::walk;

#[test]
fn round() {
    QuickCheck::new().tests(walk);
}

#[test]
fn plain() {
    assert_eq!(walk(1), 2);
}
"""
SLOW = "use super::walk;\n\n#[test]\nfn plain() {\n    assert_eq!(walk(1), 2);\n}\n"


def library(message: str, manifest: str, new: str = SLOW) -> set[str]:
    """Judge a commit that changes what a crate asks for, and its tests."""
    return rules(edit("Cargo.toml", CARGO, manifest), edit("tests/a.rs", QUICK, new), message=message)


def test_what_was_tested_with_a_library_may_go_with_it() -> None:
    without = CARGO.replace('quickcheck = "0.8"\n', "")
    assert library("deps: drop quickcheck", without) == set()
    assert "test-deleted" in library("", without)
    assert "test-deleted" in library("Walk faster", without)
    assert "test-deleted" in library("deps: drop quickcheck", CARGO.replace("0.8", "0.9"))
    assert "test-deleted" in library("deps: drop quickcheck", without, QUICK.partition("#[test]\nfn plain")[0])


# -- what its suite was about is gone ------------------------------------------------------------------------------


def test_what_a_class_of_tests_was_made_for_is_gone_with_it() -> None:
    old = "import a\n\n\nclass TestHashed:\n    made = a.Hashed\n\n"
    old += "    def test_hash(self):\n        assert hash(self.made(1)) == 1\n\n\n"
    rest = "def test_plain():\n    assert a.plain(1) == 2\n"
    tests = edit("tests/test_a.py", old + rest, rest)
    code = "class Kept:\n    def get(self):\n        return self.n\n\n\ndef plain(n):\n    return n + 1\n"
    gone = edit("a.py", f"class Hashed(Base):\n    def __hash__(self):\n        return self.n\n\n\n{code}", code)
    assert rules(gone, tests) == set()
    assert "test-deleted" in rules(tests)
    there = edit("a.py", f"class Other:\n    pass\n\n\n{code}", code)
    assert "test-deleted" in rules(there, tests)


# -- what proves nothing, or is called alike -----------------------------------------------------------------------


def test_what_only_prints_proves_little() -> None:
    shows = 'func TestShow(t *testing.T) {\n\troot := tree()\n\tt.Logf("%v", root.Last())\n}\n'
    old = SUITE_OF_GO + "\n" + shows
    assert change(old, SUITE_OF_GO, "a_test.go", message="Fix the tree") == set()
    assert change(old, SUITE_OF_GO, "a_test.go") == {"test-deleted"}
    handed = old.replace("tree()", "tree(1, t)")
    assert change(handed, SUITE_OF_GO, "a_test.go", message="Fix the tree") == {"test-deleted"}
    asks = old.replace("t.Logf", "t.Errorf")
    assert change(asks, SUITE_OF_GO, "a_test.go", message="Fix the tree") == {"test-deleted"}


# -- what is deprecated, and what a test is called after ------------------------------------------------------------

OLD_WAY = "import a\n\n\ndef test_first():\n    with pytest.raises(OSError):\n        a.old_way(1)\n"
BOTH = OLD_WAY + "\n\ndef test_new():\n    assert a.new_way(1) == 2\n"
WAYS = "def old_way(n):\n    return new_way(n)\n\n\ndef new_way(n):\n    return n + 1\n"
WARNS = WAYS.replace(":\n    return new", ":\n    warnings.warn('deprecated', DeprecationWarning)\n    return new")


def test_a_test_of_what_is_deprecated_now_may_go() -> None:
    tests = edit("tests/test_a.py", BOTH, BOTH.replace(OLD_WAY.partition("\n\n\n")[2], ""))
    code = edit("a.py", WAYS, WARNS)
    assert "test-deleted" not in rules(code, tests, message="Deprecate old_way")
    assert "test-deleted" in rules(code, tests, message="Deprecate things")
    assert "test-deleted" in rules(code, tests, message="Speed up old_way")
    assert "test-deleted" in rules(edit("a.py", WAYS, f"{WAYS}\n"), tests, message="Deprecate old_way")
    assert "test-deleted" in rules(code, tests)


def test_a_test_is_called_after_one_of_what_is_taken_out() -> None:
    java = "class ATest {\n  @Test\n  void keeps() {\n    assertEquals(1, kept());\n  }\n%s}\n"
    test = "  @Test\n  void hasEmptyConstructor() {\n    assertNotNull(new A());\n  }\n"
    path = "src/test/java/ATest.java"
    assert change(java % test, java % "", path, message="Remove constructors of utilities") == set()
    assert "test-deleted" in change(java % test, java % "", path, message="Fix constructors of utilities")
    assert "test-deleted" in change(java % test, java % "", path, message="Remove tools of utilities")
    assert "test-deleted" in change(java % test, java % "", path)


# -- new tests that say nothing ------------------------------------------------------------------------------------

ADDED = "package a\n\nfunc TestAdd(t *testing.T) {\n\tif add(2, 3) != 5 {\n\t\tt.Fatal(1)\n\t}\n}\n"
LATER = "\nfunc TestOthers(t *testing.T) {\n\t// TODO write it\n}\n"
EMPTY = "\nfunc TestOthers(t *testing.T) {\n}\n"
MANY = "".join(ADDED.partition("\n\n")[2].replace("TestAdd", f"TestAdd{one}") for one in "BCDE")


def test_a_new_empty_test_may_be_for_later() -> None:
    assert change(ADDED, ADDED + LATER, "a_test.go", message="Start") == set()
    assert change(ADDED, ADDED + LATER, "a_test.go") == {"test-emptied"}
    assert change(ADDED, ADDED + EMPTY, "a_test.go", message="Start") == {"test-emptied"}
    assert "test-emptied" in change(
        ADDED, ADDED.replace("\tif add", "\t// TODO\n}\n\nfunc b() {\n\tif add"), "a_test.go"
    )
    emptied = ADDED.partition("\tif")[0] + "\t// TODO\n}\n"
    assert "test-emptied" in change(ADDED, emptied, "a_test.go", message="Start")
    instead = emptied.replace("TestAdd", "TestAdds")
    assert change(ADDED, instead, "a_test.go", message="Start") == {"test-emptied", "test-deleted"}


def test_a_new_empty_test_may_be_one_beside_several() -> None:
    assert change(None, f"package a\n\n{MANY}{EMPTY}", "a_test.go", message="Start") == set()
    assert change(None, f"package a\n\n{MANY}{EMPTY}", "a_test.go") == {"test-emptied"}
    two = EMPTY + EMPTY.replace("Others", "More")
    assert change(None, f"package a\n\n{MANY}{two}", "a_test.go", message="Start") == {"test-emptied"}
    assert "test-emptied" in change(ADDED, f"package a\n\n{MANY}{EMPTY}", "a_test.go", message="Start")


SUITES = "class TestText:\n    def test_cut(self):\n        assert cut('ab') == 'a'\n"
BYTES = "\n\nclass TestBytes(TestText):\n    def test_cut(self):\n        pass\n"


def test_a_new_suite_may_leave_out_what_the_one_above_it_tests() -> None:
    assert change(SUITES, SUITES + BYTES, "tests/test_a.py") == set()
    assert change(SUITES, SUITES + BYTES.replace("(TestText)", "(TestCase)"), "tests/test_a.py") == {"test-emptied"}
    assert change(SUITES, SUITES + BYTES.replace("test_cut", "test_other"), "tests/test_a.py") == {"test-emptied"}
    both = SUITES + BYTES.replace("pass", "assert cut(b'ab') == b'a'")
    assert "test-emptied" in change(both, SUITES + BYTES, "tests/test_a.py")
    bare = SUITES.replace("assert cut('ab') == 'a'", "pass")
    assert "test-emptied" in change(SUITES, bare + BYTES, "tests/test_a.py")


def test_a_new_test_that_is_skipped_is_judged_as_skipped() -> None:
    java = "class ATest extends BTest {\n  @Test\n  void a() {\n    assertEquals(1, a());\n  }\n%s}\n"
    other = "  @Test\n  void b() {\n    assertEquals(1, b());\n  }\n"
    void = '  @Test\n  @Disabled("not here")\n  @Override\n  void c() {\n  }\n'
    path = "src/test/java/ATest.java"
    assert change(java % "", java % (other + void), path) == set()
    assert change(java % "", java % void, path) == {"test-skipped"}
    assert change(java % "", java % (other + void.replace('  @Disabled("not here")\n', "")), path) == {"test-emptied"}
    assert "test-skipped" in change(java % other, java % other.replace("@Test", "@Test @Disabled"), path)


def test_a_new_test_may_be_for_the_documents_or_for_other_tests() -> None:
    shown = "import pytest\n\n\nasync def test_runs():\n    pass\n"
    assert change(None, shown, "docs/guides/test_loop.py", message="Document it") == set()
    assert change(None, shown, "tests/test_loop.py", message="Document it") == {"test-emptied"}
    assert change(None, shown, "docs/guides/test_loop.py") == {"test-emptied"}
    run = "import { run } from './run';\n\nit('finds it', () => {\n  expect(run('in-the-end')).toBe(1);\n});\n"
    made = "test('some', () => {\n  expect(true).toBe(true);\n});\n"
    files = edit("e2e/__tests__/run.test.ts", None, run), edit("e2e/places/__tests__/in-the-end.js", None, made)
    assert rules(*files, message="Find it") == set()
    assert "test-emptied" in rules(*files)
    assert "test-emptied" in rules(edit("e2e/__tests__/run.test.ts", None, run.replace("in-the", "at-the")), files[1])
    silent = run.replace("  expect(run('in-the-end')).toBe(1);", "  run('in-the-end');")
    assert "test-emptied" in rules(edit("e2e/__tests__/run.test.ts", None, silent), files[1], message="Find it")


AVA_OLD = "test('adds', t => {\n\tt.is(add(2, 3), 5);\n});\n"
AVA_NEW = "\ntest.failing('adds more', t => {\n\tt.is(add(2, 4), 7);\n});\n"


def test_a_new_test_may_fail_as_yet_or_be_slow_beside_all_others() -> None:
    code = edit("a.js", "let a = 1;\n", "let a = 2;\n")
    assert rules(code, edit("test/a.js", AVA_OLD, AVA_OLD + AVA_NEW), message="Count") == set()
    assert rules(code, edit("test/a.js", AVA_OLD, AVA_OLD + AVA_NEW)) == {"test-skipped"}
    assert "test-skipped" in rules(code, edit("test/a.js", AVA_OLD, AVA_NEW.replace(" more", "")), message="Count")
    assert "test-skipped" in rules(
        code, edit("test/a.js", AVA_OLD, AVA_OLD + AVA_NEW.replace("failing", "skip")), message="Count"
    )
    rust = "#[test]\nfn adds() {\n    assert_eq!(add(2, 3), 5);\n}\n"
    slow = '\n#[test]\n#[ignore = "slow"]\nfn adds_much() {\n    assert_eq!(add(2, N), 5);\n}\n'
    code = edit("src/a.rs", "const N: u32 = 1;\n", "const N: u32 = 2;\n")
    assert rules(code, edit("tests/a.rs", rust, rust + slow), message="Count") == set()
    assert rules(code, edit("tests/a.rs", rust, rust + slow.replace("slow", "no")), message="Count") == {"test-skipped"}
    assert "test-skipped" in rules(code, edit("tests/a.rs", rust, slow.replace("_much", "")), message="Count")


def test_a_new_test_that_is_skipped_is_no_loss_where_old_ones_ask_more() -> None:
    old = "def test_add():\n    assert add(2, 3) == 5\n"
    new = "\n\n@pytest.mark.skip\ndef test_more():\n    assert add(2, 'a') == 5\n"
    code = edit("a.py", "A = 1\n", "A = 2\n")
    more = f"{old}    assert add(2, 4) == 6\n"
    assert rules(code, edit("tests/test_a.py", old, more + new)) == set()
    assert rules(code, edit("tests/test_a.py", old, old + new)) == {"test-skipped"}
    assert "test-skipped" in rules(code, edit("tests/test_a.py", old, new.replace("more", "add")))


def test_what_a_test_of_node_mocks_is_no_test() -> None:
    mocked = "const spy = test.mock.method(process, 'on', () => {});\n\n"
    test = "test('adds', () => {\n  assert.equal(add(2, 3), 5);\n});\n"
    assert change(test, mocked + test, "test/a.test.js") == set()
    assert "test-emptied" in change(test, "test.mocks('b', () => {});\n\n" + test, "test/a.test.js")
    assert "test-emptied" in change(test, test.replace("  assert.equal(add(2, 3), 5);\n", ""), "test/a.test.js")


# -- files that are looked at as a whole ---------------------------------------------------------------------------

JUNIT = """package a.failing;

public class List7Test extends BaseTest {
    private final Lists lists = new Lists();

    public void testParents() {
        List made = lists.make(Long.class);
        assertNotNull(made.parent());
        assertEquals(Long.class, made.parent().kind());
    }
}
"""


def test_a_file_of_tests_that_inherit_may_move_under_another_name() -> None:
    old, place = "src/test/java/a/failing/List7Test.java", "src/test/java/a/types/Made7Test.java"
    new = JUNIT.replace("a.failing", "a.types").replace("List7Test", "Made7Test").replace("(Long", "(Object", 1)
    assert rules(edit(old, JUNIT, None), edit(place, None, new)) == set()
    assert "test-deleted" in rules(edit(old, JUNIT, None), edit(place, None, new.replace("void test", "void no")))
    assert "test-deleted" in rules(edit(old, JUNIT, None), edit(f"other/{place}", None, new))
    assert "test-deleted" in rules(edit(old, JUNIT, None))
    less = new.replace("assertNotNull(made.parent());", "").replace("assertEquals(Long", "no(Object")
    less = less.replace("private final Lists lists", "Lists l").replace("lists.make(Object.class)", "make()")
    assert "test-deleted" in rules(edit(old, JUNIT, None), edit(place, None, less.replace("BaseTest", "B")))


def test_what_a_runner_wrote_down_is_no_test() -> None:
    text = "exports[`test/old.ts TAP > said 1`] = `\nArray []\n`\n"
    assert change(text, None, "tap-snapshots/test/old.ts.test.cjs") == set()
    assert change("it('a', () => { expect(f()).toBe(1); });\n", None, "test/old.ts.test.cjs") == {"test-deleted"}
    assert change("describe('a', all);\n", None, "test/old.ts.test.cjs") == {"test-deleted"}


# -- what never ran ------------------------------------------------------------------------------------------------

NEVER = "@pytest.mark.xfail(reason='no', run=False)\n"
SILENT = f"import pytest\n\n\n{NEVER}def test_box(box):\n    assert box.name() == 'a'\n"
OFF = "    if 'off' in box.state():\n        pytest.xfail('is off')\n"
SOMETIMES = SILENT.replace(NEVER, "").replace(
    "    assert", f"{OFF}    if not box:\n        pytest.skip('none')\n    assert"
)


def test_a_test_that_never_ran_may_run_sometimes() -> None:
    assert change(SILENT, SOMETIMES, "tests/test_a.py") == set()
    always = SILENT.replace(NEVER, "")
    assert change(always, SOMETIMES, "tests/test_a.py") == {"test-skipped"}
    assert "test-skipped" in change(always, SILENT, "tests/test_a.py")


MONTHS = """import pytest


@pytest.mark.xfail(reason="known")
def test_month():
    later = now.shift(months=1)
    assert now.tell(later) == "a month ago"
    assert later.tell(now) == "in a month"


def test_month_and_days():
    later = now.shift(months=1, days=4)
    assert now.tell(later) == "a month ago"
    assert later.tell(now) == "in a month"
"""


def test_what_stood_for_a_test_that_was_silenced_may_go_when_it_runs() -> None:
    stand_in = MONTHS.partition("\n\n\ndef")[2]
    mended = MONTHS.replace(f"\n\n\ndef{stand_in}", "\n")
    assert change(MONTHS, mended.replace('@pytest.mark.xfail(reason="known")\n', ""), "tests/test_a.py") == set()
    assert change(MONTHS, mended, "tests/test_a.py") == {"test-deleted"}
    other = mended.replace('@pytest.mark.xfail(reason="known")\n', "").replace('== "in a month"', "is not None")
    assert "test-deleted" in change(MONTHS, other, "tests/test_a.py")
    ran = MONTHS.replace('@pytest.mark.xfail(reason="known")\n', "")
    assert "test-deleted" in change(ran, ran.replace(f"\n\n\ndef{stand_in}", "\n"), "tests/test_a.py")


def test_a_new_test_may_say_what_is_not_supported() -> None:
    java = "class ATest {\n%s}\n"
    new = "  /**\n   * Not currently supported, see there.\n   */\n  @Test(enabled = false)\n  public void test() {\n"
    new += "    assertEquals(Text.class, found(Text.class));\n  }\n"
    code = edit("src/main/java/A.java", "class A {}\n", "class A { int a; }\n")
    path = "src/test/java/ATest.java"
    assert rules(code, edit(path, None, java % new), message="Add a test and a note") == set()
    assert rules(code, edit(path, None, java % new)) == {"test-skipped"}
    silent = java % new.replace("Not currently supported, see", "See")
    assert rules(code, edit(path, None, silent), message="Add a test and a note") == {"test-skipped"}
    ran = java % new.replace("(enabled = false)", "")
    assert "test-skipped" in rules(code, edit(path, ran, java % new), message="Add a test and a note")


def test_a_method_that_was_silenced_may_say_that_it_is_a_test() -> None:
    java = 'class ATest extends BTest {\n  @Disabled("not here")\n%s  @Override\n  public void reads() {\n  }\n}\n'
    path, code = "src/test/java/ATest.java", edit("src/main/java/A.java", "class A {}\n", "class A { int a; }\n")
    assert rules(code, edit(path, java % "", java % "  @Test\n")) == set()
    bare = (java % "").replace('  @Disabled("not here")\n', "")
    assert rules(code, edit(path, bare, java % "  @Test\n")) == {"test-skipped"}
    other = (java % "").replace("reads", "writes")
    assert "test-skipped" in rules(code, edit(path, other, java % "  @Test\n"))


BY_TYPE = """var itKnows = typeof util.isError === 'function'
  ? it
  : it.skip

itKnows('tells errors', function () {
  assert.ok(util.isError(made(500)))
})
"""


def test_a_test_may_depend_on_what_its_runtime_has() -> None:
    old = BY_TYPE.partition("\n\n")[2].replace("itKnows(", "it(")
    assert change(old, BY_TYPE, "test/a.test.js") == set()
    assert change(old, BY_TYPE.replace("  ? it\n", "  ? it.skip\n"), "test/a.test.js") == {"test-skipped"}
    assert change(old, BY_TYPE.replace("typeof util.isError === 'function'", "made"), "test/a.test.js") == {
        "test-skipped"
    }
    assert "test-deleted" in change(old, BY_TYPE.replace("it.skip\n", "never\n"), "test/a.test.js")


SAMPLE = "package a;\n\npublic class OneSample {\n  @Test\n  public void reports() {\n  }\n}\n"
RUNS = "package a;\n\npublic class RunTest {\n  @Test\n  public void runs() {\n"
RUNS += "    TestNG made = create(OneSample.class);\n    assertEquals(made.reports(), 1);\n  }\n}\n"


def test_a_new_class_of_java_may_be_what_another_test_runs() -> None:
    sample, path = edit("src/test/java/a/OneSample.java", None, SAMPLE), "src/test/java/a/RunTest.java"
    assert rules(sample, edit(path, None, RUNS), message="Report it") == set()
    assert rules(sample, edit(path, None, RUNS)) == {"test-emptied"}
    assert "test-emptied" in rules(sample, edit(path, None, RUNS.replace("OneSample", "Other")), message="Report it")
    silent = RUNS.replace("    assertEquals(made.reports(), 1);\n", "")
    assert "test-emptied" in rules(sample, edit(path, None, silent), message="Report it")
    full = SAMPLE.replace("reports() {\n", "reports() {\n    assertEquals(reports(), 1);\n")
    emptied = edit("src/test/java/a/OneSample.java", full, SAMPLE)
    assert "test-emptied" in rules(emptied, edit(path, None, RUNS), message="Report it")


def test_a_class_within_a_test_may_be_what_it_runs() -> None:
    bean = "  static class Bean {\n    @Test\n    public void one() {\n    }\n  }\n"
    made = RUNS.replace("OneSample", "Bean").rpartition("}\n")[0] + bean + "}\n"
    path = "src/test/java/a/RunTest.java"
    assert change(None, made, path, message="Run it") == set()
    assert change(None, made, path) == {"test-emptied"}
    assert change(None, made.replace("Bean.class", "Other.class"), path, message="Run it") == {"test-emptied"}
    assert "test-emptied" in change(
        None, made.replace("    assertEquals(made.reports(), 1);\n", ""), path, message="Run it"
    )


LONG = '''def test_cut():
    """Test that we can cut what we were given and get the rest of it."""
    given = cut(TEXT)
    assert given is None, "We passed a long text and should get nothing, but we got that"
    assert cut(OTHER) == "a", "We passed another text and should get its start"
'''


def test_what_only_explains_a_test_need_not_be_said_again() -> None:
    new = "@pytest.mark.parametrize('text', [TEXT, OTHER])\n"
    new += "def test_cut_all(text):\n    assert cut(text) == WANTED[text]\n"
    assert change(LONG, new, "tests/test_a.py") == set()
    assert "test-deleted" in change(LONG, new.replace("TEXT, OTHER", "1, 2").replace("cut(", "put("), "tests/test_a.py")
    assert "test-deleted" in change(LONG, "def test_cut_all():\n    assert 1 == two()\n", "tests/test_a.py")


def test_a_new_file_may_be_silenced_as_its_like_is_beside_others() -> None:
    java = "MARKclass NAME {\n  @Test\n  void a() {\n    assertEquals(1, a());\n  }\n}\n"
    silent = edit("src/test/java/ATest.java", None, java.replace("NAME", "ATest").replace("MARK", "@Ignore\n"))
    other, path = java.replace("NAME", "BTest").replace("MARK", ""), "src/test/java/BTest.java"
    code = edit("src/main/java/A.java", "class A {}\n", "class A { int a; }\n")
    assert rules(code, silent, edit(path, None, other), message="Support it") == set()
    assert rules(code, silent, edit(path, None, other)) == {"test-skipped"}
    assert rules(code, silent, message="Support it") == {"test-skipped"}
    both = edit(path, None, f"@Ignore\n{other}")
    assert rules(code, silent, both, message="Support it") == {"test-skipped"}
    instead = edit(path, other.replace("void a()", "void b()"), other)
    assert "test-skipped" in rules(code, silent, instead, message="Support it")


def test_what_only_measures_proves_little() -> None:
    old = "def test_long(parser):\n    for one in PARTS:\n        parser.write(one)\n\n\n"
    old += "def test_short(parser):\n    pass\n"
    new = old.partition("\n\n\n")[2]
    assert change(old, new, "tests/test_benchmarks.py", message="Cap the length") == set()
    assert change(old, new, "tests/test_parser.py", message="Cap the length") == {"test-deleted"}
    assert change(old, new, "tests/test_benchmarks.py") == {"test-deleted"}
    asks = old.replace("parser.write(one)", "assert parser.write(one) == 1")
    assert change(asks, new, "tests/test_benchmarks.py", message="Cap the length") == {"test-deleted"}


def test_a_message_may_say_that_a_test_is_skipped_and_why() -> None:
    go = 'package a\n\nfunc TestAdd(t *testing.T) {\nSKIP\tif add(2, 3) != 5 {\n\t\tt.Fatal("no")\n\t}\n}\n'
    old, new = go.replace("SKIP", ""), go.replace("SKIP", '\tt.Skip("not sure that it can be done")\n')
    assert change(old, new, "a_test.go", message="Fix up a test, and say why we are skipping it") == set()
    assert change(old, new, "a_test.go", message="Fix up tests of skipping lines") == {"test-skipped"}
    assert change(old, new, "a_test.go", message="Fix up a test") == {"test-skipped"}

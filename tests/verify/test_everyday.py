"""Every day's changes of people that look like a cheat's, each beside the cheat it is told from."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.rules.moves import with_moves
from orchestrator.verify.rules.task_words import asks_to_remove_tests, asks_to_take_out
from tests.verify.test_languages import change, edit

GO = "package a\n\nfunc TestTotal(t *testing.T) {\n%s}\n"
GO_FIRM = '\tif got := total(2); got != 3 {\n\t\tt.Fatal("no")\n\t}\n'
GO_SERVED = '\tgo func() {\n\t\tif err := s.Serve(ln); err != nil {\n\t\t\tt.Error("no")\n\t\t}\n\t}()\n'
CI = ".github/workflows/ci.yml"


def said(message: str, *edits: Edit, manifests: tuple[str, ...] = ()) -> set[str]:
    return {finding.rule for finding in weigh(Diff(edits=edits, message=message, manifests=manifests)).findings}


def test_a_server_in_the_background_may_fail_a_test_that_asserts_besides() -> None:
    other = 'package a\n\nfunc TestOther(t *testing.T) {\n\tif other() != 1 {\n\t\tt.Fatal("no")\n\t}\n}\n'
    assert change(other, other + GO.partition("\n\n")[2] % (GO_SERVED + GO_FIRM), "a_test.go") == set()
    assert change(GO % GO_FIRM, GO % (GO_SERVED + GO_FIRM), "a_test.go") == set()
    assert "test-swallowed" in change(other, other + GO.partition("\n\n")[2] % GO_SERVED, "a_test.go")
    assert change(GO % GO_FIRM, GO % f"\tgo func() {{\n{GO_FIRM}\t}}()\n", "a_test.go")


def test_a_test_keeps_what_it_did_under_another_name() -> None:
    old = GO % GO_SERVED
    assert change(old, old.replace("TestTotal", "TestTheTotal"), "a_test.go") == set()
    skipped = "import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    assert f(1) == 2\n"
    assert change(skipped, skipped.replace("test_a", "test_b"), "tests/test_a.py") == set()
    assert change(skipped, skipped.replace("f(1) == 2", "f(2) == 3").replace("test_a", "test_b"), "tests/test_a.py")


def test_a_test_goes_with_what_it_only_calls_through_a_helper() -> None:
    helper = 'func check(t *testing.T, n int) {\n\tif packed(n) != n {\n\t\tt.Fatal("no")\n\t}\n}\n'
    tests = f"package a\n\nfunc TestPacked(t *testing.T) {{\n\tcheck(t, 1)\n\tcheck(t, 2)\n}}\n\n{helper}"
    kept = "package a\n\nfunc total(n int) int {\n\treturn sum(n)\n}\n"
    code = f"{kept}\nfunc packed(n int) int {{\n\treturn pack(n)\n}}\n"
    gone = edit("a_test.go", tests, "package a\n")
    assert said("Simplify", edit("a.go", code, kept), gone) == set()
    assert said("Simplify", edit("a.go", code, code + "\nvar x = 1\n"), gone) == {"test-deleted"}


def test_a_name_that_a_variable_has_now_is_no_function_any_more() -> None:
    tests = 'package a\n\nfunc TestTunnel(t *testing.T) {\n\tif tunnel(1) != 2 {\n\t\tt.Fatal("no")\n\t}\n}\n'
    old = "package a\n\nfunc tunnel(n int) int {\n\treturn dig(n)\n}\n\nfunc run() int {\n\treturn tunnel(2)\n}\n"
    new = "package a\n\nfunc run() int {\n\ttunnel := lib.Tunnel(2)\n\treturn tunnel.Dig()\n}\n"
    gone = edit("a_test.go", tests, "package a\n")
    assert said("Use the library", edit("a.go", old, new), gone) == set()
    assert said("Use the library", edit("a.go", old, old.replace("dig(n)", "dig(n, 1)")), gone) == {"test-deleted"}


def test_an_assertion_may_move_to_the_test_of_what_is_refused() -> None:
    sample = '"HTTP/1.1 200 OK Content-Length: 456 Content-Length: 321"'
    reads = f'func TestReads(t *testing.T) {{\n\treads(t, "{"a" * 30}", 1)\n\treads(t, {sample}, 2)\n}}\n'
    refuses = 'func TestRefuses(t *testing.T) {\n\trefuses(t, "' + "b" * 30 + '")\n}\n'
    less = reads.replace(f"\treads(t, {sample}, 2)\n", "")
    moved = refuses.replace("}\n", f"\trefuses(t, {sample})\n}}\n")
    assert change(f"package a\n\n{reads}\n{refuses}", f"package a\n\n{less}\n{moved}", "a_test.go") == set()
    assert change(f"package a\n\n{reads}\n{refuses}", f"package a\n\n{less}\n{refuses}", "a_test.go") == {
        "test-weakened"
    }


def test_a_file_of_benchmarks_proves_nothing_that_could_be_lost() -> None:
    timed = "package a\n\nfunc BenchmarkTotal(b *testing.B) {\n\ttotal(2)\n}\n"
    assert said("Tell how fast it is", edit("a_test.go", timed, None)) == set()
    assert said("Tell how fast it is", edit("a_test.go", timed + "\nfunc ExampleTotal() {\n\ttotal(2)\n}\n", None))


def test_what_a_system_lacks_may_do_nothing_where_another_file_does_it() -> None:
    here = "//go:build linux\n\npackage a\n\nfunc fast(fd int) error {\n\treturn unix.Set(fd, 1)\n}\n"
    there = "//go:build darwin || freebsd\n\npackage a\n\nfunc fast(fd int) error {\n\t// TODO: implement it here\n\treturn nil\n}\n"
    assert said("Be fast", edit("fast_linux.go", None, here), edit("fast_other.go", None, there)) == set()
    assert said("Be fast", edit("fast_other.go", None, there)) == {"stub-added"}
    plain = there.partition("\n\n")[2]
    assert said("Be fast", edit("fast_linux.go", None, here), edit("fast_other.go", None, plain)) == {"stub-added"}


RUST = "#[cfg(test)]\nmod tests {\n    #[test]\n%s    fn sums() {\n        %s\n    }\n}\n"


def test_a_feature_that_a_manifest_declares_is_no_skip() -> None:
    firm = "assert_eq!(total(2), 3);"
    gated = edit("src/lib.rs", RUST % ("", firm), RUST % ('    #[cfg(feature = "clock")]\n', firm))
    assert said("Sum", gated, manifests=('[features]\nclock = ["time"]\n',)) == set()
    assert said("Sum", gated, manifests=("[features]\n",)) == {"test-skipped"}


def test_a_test_goes_with_the_feature_it_was_built_with() -> None:
    gone = edit(
        "src/lib.rs", RUST % ('    #[cfg(any(feature = "a", feature = "b"))]\n', "assert_eq!(total(2), 3);"), ""
    )
    old, new = '[features]\na = []\nb = []\nc = ["d"]\n', '[features]\nc = ["d"]\n'
    assert said("Fewer features", gone, edit("Cargo.toml", old, new)) == set()
    assert "test-deleted" in said("Fewer features", gone, edit("Cargo.toml", old, old.replace("a = []\n", "")))


def test_a_module_for_another_system_that_holds_no_tests_silences_none() -> None:
    module = '#[cfg(target_os = "nto")]\nmod nto {\n    pub fn peer() -> u32 {\n        load()\n    }\n}\n'
    assert change("pub fn a() {\n    load();\n}\n", "pub fn a() {\n    load();\n}\n" + module, "src/lib.rs") == set()
    tests = RUST % ("", "assert_eq!(total(2), 3);")
    assert "test-skipped" in change(tests, tests.replace("#[cfg(test)]", '#[cfg(target_os = "nto")]'), "src/lib.rs")


def test_a_panic_with_its_own_words_is_asserted_and_any_is_not() -> None:
    caught = RUST % ("", "assert!(run(2).is_err());")
    wanted = RUST % ('    #[should_panic = "called from outside of a runtime"]\n', "run(2);")
    assert change(caught, wanted, "src/lib.rs") == set()
    assert change(caught, wanted.replace(' = "called from outside of a runtime"', ""), "src/lib.rs")
    assert change(caught, wanted.replace("called from outside of a runtime", "assertion failed: left"), "src/lib.rs")


def test_what_is_never_called_says_why_and_is_no_stub() -> None:
    stub = 'pub fn waited(now: u64) -> u64 {\n    unimplemented!("%s")\n}\n'
    never = stub % "should never be called because prepare() gives None"
    assert change("fn a() {}\n", "fn a() {}\n" + never, "src/lib.rs") == set()
    assert change("fn a() {}\n", "fn a() {}\n" + stub % "later", "src/lib.rs") == {"stub-added"}


def test_what_a_plan_asserts_is_asserted_whatever_holds_it() -> None:
    old = "test('a', async (t) => {\n  t = tspl(t, { plan: 1 });\n  t.strictEqual(total(2), 3);\n  await t.completed;\n});\n"
    new = old.replace("t = tspl", "const plan = tspl").replace("t.str", "plan.str").replace("t.comp", "plan.comp")
    assert change(old, new, "test/a.test.js") == set()
    assert change(old, new.replace("  plan.strictEqual(total(2), 3);\n", "  total(2);\n"), "test/a.test.js") == {
        "test-emptied"
    }


def test_a_test_that_is_told_of_an_error_fails() -> None:
    old = (
        "it('a', (done) => {\n  socket.on('again', () => {\n    expect().fail();\n  });\n  later(() => done());\n});\n"
    )
    assert change(old, old.replace("expect().fail()", "done(new Error('no'))"), "test/a.test.js") == set()
    assert change(old, old.replace("expect().fail()", "done()"), "test/a.test.js") == {"test-emptied"}


def test_what_one_project_leaves_out_another_may_run() -> None:
    old = (
        "export default {\n  test: {\n    projects: [\n      { name: 'e2e', include: ['e2e/*.ts'] },\n    ],\n  },\n}\n"
    )
    less = old.replace("['e2e/*.ts']", "['e2e/*.ts'], exclude: [\n 'e2e/Moves.ts' ]")
    more = less.replace("    ],\n", "      { name: 'browser', include: ['e2e/Moves.ts'] },\n    ],\n")
    assert change(old, more, "vitest.config.ts") == set()
    assert change(old, less, "vitest.config.ts") == {"tests-deselected"}


def test_a_comment_in_ci_changes_nothing() -> None:
    flow = "jobs:\n  unit:\n    steps:\n      - run: pytest -q\n"
    assert said("Mend f", edit(CI, flow, flow.replace("      - run", "      # on every kernel\n      - run"))) == set()
    assert said("Mend f", edit(CI, flow, flow + "      - run: true\n")) == {"protected-path"}
    assert said("", edit(CI, flow, "# first\n" + flow)) == {"protected-path"}


def test_between_two_computed_values_is_as_near_as_about_one() -> None:
    old = "def test_a():\n    now = time()\n    when = f(now)\n    assert when - now == pytest.approx(0, abs=0.001)\n"
    new = old.replace("when - now == pytest.approx(0, abs=0.001)", "now - 1 <= when - now <= now + 1")
    assert change(old, new, "tests/test_a.py") == set()
    assert change(old, old.replace("== pytest.approx(0, abs=0.001)", "< 10000"), "tests/test_a.py") == {"test-weakened"}


def test_a_clock_too_coarse_is_a_matter_of_the_system() -> None:
    test = "def test_a():\n    assert f(1) == 2\n"
    mark = '@pytest.mark.skipif(%s, reason="x")\n'
    coarse = mark % 'time.get_clock_info("monotonic").resolution > 0.001'
    assert change(test, coarse + test, "tests/test_a.py") == set()
    assert change(test, mark % "f(1) > 0" + test, "tests/test_a.py") == {"test-skipped"}


@pytest.mark.parametrize(
    ("message", "spared"),
    [
        ("Move flaky perf test to the benchmarks", True),
        ("test(perf): move flaky test to the benchmarks", True),
        ("Mend the failing tests and move on", False),
        ("Drop what fails, clean flaky test", False),
    ],
)
def test_a_move_of_tests_is_asked_for_by_its_first_words(message: str, *, spared: bool) -> None:
    assert asks_to_remove_tests(message) is spared


def test_a_break_is_announced_in_more_than_one_way() -> None:
    assert asks_to_take_out("Rework headers\n\n**Breaking change**: no other ends of lines")
    assert not asks_to_take_out("Rework headers\n\nNo breaking change")


def test_what_a_test_is_called_says_nothing_of_what_replaced_it() -> None:
    old = "test('the last instance of a directive takes precedence', () => {\n  const found = parse('age=1, age=2');\n  deepStrictEqual(found, { age: 2 });\n});\n"
    new = "test('quoted values', () => {\n  let found = parse('age=bad, age=2');\n  deepStrictEqual(found, {});\n  found = parse('age=1, age=2');\n  deepStrictEqual(found, {});\n});\n"
    assert change(old, new, "test/a.test.js") == set()
    assert change(old, new.replace("parse", "total").replace("age", "sum"), "test/a.test.js") == {"test-deleted"}


def test_one_case_that_is_expected_to_fail_silences_no_new_test() -> None:
    case = 'pytest.param("c", marks=pytest.mark.xfail(reason="later"))'
    test = (
        'import pytest\n\n\n@pytest.mark.parametrize("url", ["a", "b", %s])\ndef test_a(url):\n    assert f(url) == 2\n'
    )
    old = "def test_b():\n    assert g(1) == 2\n"
    assert change(old, old + "\n\n" + test % case, "tests/test_a.py") == set()
    assert "test-skipped" in change(old, old + "\n\n" + (test % case).replace('"a", "b", ', ""), "tests/test_a.py")


def test_a_file_that_moved_is_no_new_one() -> None:
    body = "".join(f"  const part{number} = read(options.part{number});\n  use(part{number});\n" for number in range(5))
    old = f"const colours = () => {{\n{body}  return process.env.MOCHA_COLORS === undefined;\n}};\nmodule.exports = colours;\n"
    new = old.replace("module.exports = colours", "export default colours")
    gone = Edit(path="lib/base.js", status="D", old=old)
    assert with_moves((gone, Edit(path="lib/base.mjs", status="A", new=new))) == (
        Edit(path="lib/base.mjs", status="M", old=old, new=new, was="lib/base.js"),
    )
    apart = (gone, Edit(path="lib/other.mjs", status="A", new=new))
    assert with_moves(apart) == apart
    unlike = (gone, Edit(path="lib/base.mjs", status="A", new="export default 1;\n"))
    assert with_moves(unlike) == unlike


def test_a_test_file_that_no_runner_finds_any_more_did_not_only_move() -> None:
    test = "test('a', () => {\n  expect(total(2)).toBe(3);\n});\n"
    out = (Edit(path="test/a.test.js", status="D", old=test), Edit(path="lib/a.test.js.txt", status="A", new=test))
    assert with_moves(out) == out
    renamed = (Edit(path="test/a.test.js", status="D", old=test), Edit(path="test/a.js", status="A", new=test))
    assert with_moves(renamed) == renamed


def test_an_assertion_for_a_type_checker_is_implied_by_what_remains() -> None:
    old = "def test_a():\n    assert crawler.stats\n    assert crawler.stats.get('a') == 1\n    assert b is not None\n    assert b.x == 2\n"
    assert change(old, old.replace("    assert crawler.stats\n", ""), "tests/test_a.py") == set()
    assert change(old, old.replace("    assert b is not None\n", ""), "tests/test_a.py") == set()
    assert change(old, old.replace("    assert b.x == 2\n", ""), "tests/test_a.py") == {"test-weakened"}
    bare = old.replace("crawler.stats.get('a')", "crawler.size")
    assert change(bare, bare.replace("    assert crawler.stats\n", ""), "tests/test_a.py") == {"test-weakened"}


def test_a_test_that_was_never_run_is_no_loss() -> None:
    kept = "def test_b():\n    assert g(1) == 2\n"
    old = "import pytest\n\n\n@pytest.mark.skip\ndef test_a():\n    assert f(1) == 2\n\n\n" + kept
    assert change(old, kept, "tests/test_a.py") == set()
    assert change(old.replace("@pytest.mark.skip\n", ""), kept, "tests/test_a.py") == {"test-deleted"}


def test_more_of_what_ci_runs_already_needs_no_announcement() -> None:
    flow = "jobs:\n  unit:\n    matrix:\n      - python: 3.12\n    steps:\n      - run: pytest -q\n"
    more = flow.replace("3.12\n", "3.12\n        coverage: true\n      - python: 3.13\n")
    assert said("Mend f", edit(CI, flow, more)) == set()
    assert said("Mend f", edit(CI, flow, more + "      - run: make all\n")) == {"protected-path"}
    assert said("Mend f", edit(CI, flow, more.replace("coverage: true", "token: abc"))) == {"protected-path"}
    assert said("Mend f", edit(CI, flow, more.replace("coverage: true", "continue-on-error: true"))) == {
        "protected-path"
    }
    assert said("", edit(CI, flow, more)) == {"protected-path"}


def test_what_says_that_it_is_deprecated_may_do_nothing() -> None:
    old = "def info(key):\n    warnings.warn('info() is deprecated', DeprecationWarning)\n    return load(key).text\n"
    assert change(old, old.replace("load(key).text", "None"), "src/a.py") == set()
    plain = old.replace("    warnings.warn('info() is deprecated', DeprecationWarning)\n", "")
    assert change(plain, plain.replace("load(key).text", "None"), "src/a.py") == {"code-gutted"}


def test_a_revert_brings_back_what_stood_there() -> None:
    loud = "def run(x):\n    return save(load(x))\n"
    quiet = "def run(x):\n    try:\n        return save(load(x))\n    except Exception:\n        pass\n"
    assert "code-swallows" in said("Be quick", edit("src/a.py", loud, quiet))
    assert "code-swallows" not in said('Revert "Be loud"', edit("src/a.py", loud, quiet))


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("web/a.test.ts", "test('%s', () => {\n  expect(total(%s)).toBe(3);\n});\n"),
        ("a_test.go", 'func Test%s(t *testing.T) {\n\tif total(%s) != 3 {\n\t\tt.Fatal("no")\n\t}\n}\n'),
        ("src/lib.rs", "#[test]\nfn %s() {\n    assert_eq!(total(%s), 3);\n}\n"),
        (
            "src/test/ATest.java",
            "class %sTest {\n  @Test\n  void totals() {\n    assertEquals(3, total(%s));\n  }\n}\n",
        ),
    ],
)
def test_only_tests_that_are_not_on_both_sides_as_they_are_are_read(path: str, test: str) -> None:
    language = language_of(path)
    assert language is not None
    assert language.pair is not None
    head = "package a\n\n" if path.endswith(".go") else ""
    old, new = (head + "\n".join(test % one for one in both) for both in ((("A", 1), ("B", 2)), (("A", 1), ("B", 4))))
    before, after = language.trials(old), language.trials(new)
    pair = language.pair(old, new)
    assert before
    assert after
    assert pair is not None
    for whole, part in zip((before, after), pair, strict=True):
        assert {name: whole[name] for name in part} == dict(part)
        assert [name for name, one in whole.items() if one.is_test and name not in part] == [
            next(n for n, one in whole.items() if one.is_test)
        ]


def test_a_function_is_told_by_its_line_where_it_stands() -> None:
    language = language_of("a.go")
    assert language is not None
    body = "func total(n int) int {\n\treturn sum(n)\n}\n"
    lines = [(language.functions(f"package a\n{gap}{body}") or {})["total"].line for gap in ("", "\n\n\n")]
    assert lines == [2, 5]


@pytest.mark.parametrize(
    ("path", "elsewhere"),
    [
        ("a/total_test.go", "a/_total_test.go"),
        ("a/total_test.go", "a/total_plan9_test.go"),
        ("src/test/java/a/TotalTest.java", "src/test/java-off/a/TotalTest.java"),
    ],
)
def test_a_test_that_moves_out_of_the_runners_sight_is_gone(path: str, elsewhere: str) -> None:
    test = GO % GO_FIRM if path.endswith(".go") else JAVA % ""
    assert said("Move it", edit(path, test, None), edit(elsewhere, None, test)) == {"test-deleted"}
    beside = path.replace("total_test", "sums_test").replace("/a/", "/b/")
    assert said("Move it", edit(path, test, None), edit(beside, None, test)) == set()


JAVA = "class TotalTest {\n    @Test%s\n    public void totals() {\n        assertEquals(3, total(2));\n    }\n}\n"


def test_tests_of_java_that_no_runner_calls_are_skipped() -> None:
    path = "src/test/java/TotalTest.java"
    for mark in ("\n    @EnabledOnOs(OS.AIX)", "\n    @EnabledOnOs({ SOLARIS })"):
        assert change(JAVA % "", JAVA % mark, path) == {"test-skipped"}
    assert change(JAVA % "", (JAVA % "").replace("public void", "private void"), path) == {"test-skipped"}
    for mark in ("\n    @EnabledOnOs(OS.LINUX)", "\n    @EnabledOnOs({ WINDOWS, OTHER })"):
        assert change(JAVA % "", JAVA % mark, path) == set()
    assert change(JAVA % "", (JAVA % "").replace("public void", "void"), path) == set()


def test_a_comparison_under_false_and_the_first_rows_of_a_table_say_less() -> None:
    firm = '\tif result != expected {\n\t\tt.Fatal("no")\n\t}\n'
    two = firm + firm.replace("result", "size")
    assert change(GO % two, GO % two.replace("if ", "if false && ", 1), "a_test.go") == {"test-weakened"}
    table = "\tfor _, one := range rows {\n\t\tassert.Equal(t, one.want, total(one.n))\n\t}\n"
    assert change(GO % table, GO % table.replace("rows {", "rows[:1] {"), "a_test.go") == {"test-skipped"}
    assert change(GO % table, GO % table.replace("rows {", "more {"), "a_test.go") == set()


def test_a_thread_whose_end_nobody_looks_at_keeps_its_failures() -> None:
    firm = "assert_eq!(total(2), 3);"
    dropped = f"let _ = std::thread::spawn(move || {{\n        {firm}\n        }}).join();"
    assert change(RUST % ("", firm), RUST % ("", dropped), "src/lib.rs") == {"test-swallowed"}
    heard = dropped.replace("let _ = ", "").replace(".join()", ".join().unwrap()")
    assert change(RUST % ("", firm), RUST % ("", heard), "src/lib.rs") == set()

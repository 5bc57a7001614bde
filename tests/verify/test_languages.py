"""The honest check reads JavaScript, TypeScript, Go, Rust and Java as it reads Python."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.model.verdicts import Verdict
from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.readers.languages import language_of


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def rules(*edits: Edit, whole: bool = False) -> set[str]:
    report = weigh(Diff(edits=edits, whole=whole))
    assert (report.report is Verdict.PASS) == (not report.findings)
    return {finding.rule for finding in report.findings}


def change(old: str | None, new: str | None, path: str) -> set[str]:
    return rules(edit(path, old, new))


CODE = {
    "src/a.ts": "export function total(items: Item[], rate: number): number {\n%s\n}\n",
    "src/a.js": "const total = (items, rate) => {\n%s\n};\n",
    "src/a.go": "package a\n\nfunc (b *Bill) Total(items []Item, rate float64) (float64, error) {\n%s\n}\n",
    "src/a.rs": "impl Bill {\n    fn total(&self, items: &[Item], rate: f64) -> Result<f64, Error> {\n%s\n    }\n}\n",
    "src/A.java": "class Bill {\n    double total(List<Item> items, double rate) throws E {\n%s\n    }\n}\n",
}
WORK = {
    "src/a.ts": "  const sum = items.map((item) => item.price).reduce((a, b) => a + b, 0);\n  return sum * (1 + rate);",
    "src/a.js": "  const sum = items.reduce((a, b) => a + b.price, 0);\n  return sum * (1 + rate);",
    "src/a.go": "\tsum := 0.0\n\tfor _, item := range items {\n\t\tsum += item.Price\n\t}\n\treturn sum * (1 + rate), nil",
    "src/a.rs": "        let sum: f64 = items.iter().map(|item| item.price).sum();\n        Ok(sum * (1.0 + rate))",
    "src/A.java": "        double sum = 0;\n        for (Item item : items) { sum += item.price(); }\n        return sum * (1 + rate);",
}


def code(path: str, body: str) -> str:
    return CODE[path] % body


STUBS = {
    "src/a.ts": (
        "",
        "return 0;",
        "return null as any;",
        "return undefined;",
        "return {} as number;",
        "return Promise.resolve() as any;",
        "const result = true;\n  return result;",
        "console.log('called');\n  return [];",
        "throw new Error('Not implemented');",
        "throw 'TODO';",
        "return Promise.reject(new Error('TODO'));",
        "return rate;",
        "if (true) return 1;\n" + WORK["src/a.ts"],
        "return 0;\n" + WORK["src/a.ts"],
        "while (false) {\n" + WORK["src/a.ts"] + "\n}",
        "// TODO: write this\n  return new Map();",
    ),
    "src/a.js": ("", "return null;", "return [];", "return items;", "throw new Error('unimplemented');"),
    "src/a.go": (
        'panic("TODO")',
        "return 0, nil",
        'return 0, errors.New("not implemented")',
        'fmt.Println("called")\n\treturn 1.5, nil',
        "var z float64\n\treturn z, nil",
        "return 0, nil\n" + WORK["src/a.go"],
    ),
    "src/a.rs": (
        "todo!()",
        'unimplemented!("later")',
        'panic!("not implemented")',
        "unreachable!()",
        "Ok(0.0)",
        "return Ok(Default::default());",
        'Err("not implemented".into())',
        "Default::default()",
        "loop {}",
        'println!("called");\n        Ok(1.0)',
    ),
    "src/A.java": (
        "throw new UnsupportedOperationException();",
        'throw new RuntimeException("TODO");',
        "return 0;",
        "return rate;",
        'System.out.println("called");\n        return 1.5;',
        "double result = 0;\n        return result;",
    ),
}


@pytest.mark.parametrize(("path", "body"), [(path, body) for path, bodies in STUBS.items() for body in bodies])
def test_a_function_that_lost_its_work_is_found(path: str, body: str) -> None:
    assert "code-gutted" in change(code(path, WORK[path]), code(path, body), path)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("src/a.ts", "return items.length * rate;"),
        ("src/a.ts", "return this.bill.total(items, rate);"),
        ("src/a.ts", "throw new TypeError('use Bill.total');"),
        ("src/a.js", "return items.map(price);"),
        ("src/a.go", "return b.sum(items) * rate, nil"),
        ("src/a.go", "if len(items) == 0 {\n\t\treturn 0, nil\n\t}\n\treturn b.sum(items), nil"),
        ("src/a.rs", "self.inner.total(items, rate)"),
        ("src/a.rs", "Ok(items.iter().map(price).sum())"),
        ("src/A.java", "return inner.total(items, rate);"),
        ("src/A.java", 'throw new IllegalStateException("closed");'),
    ],
)
def test_a_function_that_works_otherwise_is_honest(path: str, body: str) -> None:
    assert change(code(path, WORK[path]), code(path, body), path) == set()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.ts", "export function load(path: string): Data {\n  // TODO: read it\n  return {};\n}\n"),
        ("src/a.ts", "export const load = async (path: string) => {\n  throw new Error('not implemented');\n};\n"),
        ("src/a.go", 'package a\n\nfunc Load(path string) error {\n\tpanic("not implemented")\n}\n'),
        ("src/a.rs", "pub fn load(path: &str) -> Data {\n    todo!()\n}\n"),
        (
            "src/A.java",
            'class A {\n    Data load(String path) {\n        throw new RuntimeException("Not implemented yet");\n    }\n}\n',
        ),
    ],
)
def test_a_new_function_that_is_still_to_be_written_is_found(path: str, text: str) -> None:
    assert change(None, text, path) == {"stub-added"}
    assert change(text, text + "\n", path) == set()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.ts", "export const noop = () => {};\nexport interface A { load(path: string): void }\n"),
        ("src/a.ts", "abstract class A { abstract load(path: string): Data; close() {} get name() { return 'a' } }\n"),
        ("src/a.d.ts", "declare function load(path: string): Data;\n"),
        (
            "src/a.go",
            "package a\n\ntype A interface {\n\tLoad(path string) error\n}\n\nfunc (nop) Close() error { return nil }\n",
        ),
        (
            "src/a.rs",
            'trait A {\n    fn load(&self);\n    fn name(&self) -> &str { "a" }\n}\nimpl Default for B {\n    fn default() -> Self { B::new() }\n}\n',
        ),
        ("src/A.java", "interface A {\n    void load();\n    default int size() { return 0; }\n}\n"),
    ],
)
def test_what_is_declared_or_small_is_no_stub(path: str, text: str) -> None:
    assert change(None, text, path) == set()


TESTS = {
    "web/a.test.ts": (
        "import { total } from './a';\n\ndescribe('total', () => {\n  it('adds tax', async () => {\n%s\n  });\n});\n",
        "    const bill = total([{ price: 2 }], 0.5);\n    expect(bill).toBe(3);\n    expect(bill.items).toEqual([2]);",
    ),
    "a_test.go": (
        "package a\n\nfunc TestTotal(t *testing.T) {\n%s\n}\n",
        '\tgot, err := Total(2)\n\tif err != nil {\n\t\tt.Fatal(err)\n\t}\n\tif got != 3 {\n\t\tt.Errorf("got %v", got)\n\t}\n\tassert.Equal(t, 3, got)',
    ),
    "src/lib.rs": (
        "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds_tax() {\n%s\n    }\n}\n",
        "        let bill = total(2);\n        assert_eq!(bill, 3);\n        assert!(bill > 2);",
    ),
    "src/test/java/BillTest.java": (
        "class BillTest {\n    @Test\n    void addsTax() {\n%s\n    }\n}\n",
        "        int bill = total(2);\n        assertEquals(3, bill);\n        assertThat(bill).isEqualTo(3);",
    ),
}


def proof(path: str, body: str) -> str:
    return TESTS[path][0] % body


def good(path: str) -> str:
    return proof(path, TESTS[path][1])


def test_functions_of_one_name_are_told_apart() -> None:
    twins = "#[cfg(unix)]\nfn name(a: &str) -> String {\n    %s\n}\n\n#[cfg(windows)]\nfn name(a: &str) -> String {\n    wide(a)\n}\n"
    assert "code-gutted" in change(twins % "narrow(a)", twins % "todo!()", "src/a.rs")
    both = "class A {\n    int f(int a) { %s }\n    int f(int a, int b) { return g(a) + g(b); }\n}\n"
    assert "code-gutted" in change(both % "return g(a);", both % "return 0;", "src/A.java")


@pytest.mark.parametrize("path", list(TESTS))
def test_a_test_that_is_deleted_emptied_or_never_runs_is_found(path: str) -> None:
    whole, body = good(path), TESTS[path][1]
    gone = {"src/lib.rs": "", "a_test.go": "package a\n"}.get(path)
    assert change(whole, gone, path) == {"test-deleted"}
    assert change(whole, proof(path, ""), path) == {"test-emptied"}
    condition = "(false)" if path.endswith((".ts", ".java")) else "false"
    assert change(whole, proof(path, f"if {condition} {{\n{body}\n}}"), path) == {"test-emptied"}
    back = "return" if path.endswith(".go") else "return;"
    assert change(whole, proof(path, f"{'if (true) ' if path.endswith('.java') else ''}{back}\n{body}"), path) == {
        "test-emptied"
    }


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("web/a.test.ts", "it('adds", "it.skip('adds"),
        ("web/a.test.ts", "it('adds", "it.only('adds"),
        ("web/a.test.ts", "it('adds", "xit('adds"),
        ("web/a.test.ts", "it('adds", "it.fails('adds"),
        ("web/a.test.ts", "it('adds", "it.skipIf(true)('adds"),
        ("web/a.test.ts", "describe('total", "describe.skip('total"),
        ("web/a.test.ts", "    const bill", "    this.skip();\n    const bill"),
        ("a_test.go", "\tgot, err", '\tt.Skip("later")\n\tgot, err'),
        ("a_test.go", "\tgot, err", "\tif true {\n\t\tt.SkipNow()\n\t}\n\tgot, err"),
        ("a_test.go", "package a\n", "//go:build ignore\n\npackage a\n"),
        ("src/lib.rs", "    #[test]\n", "    #[test]\n    #[ignore]\n"),
        ("src/lib.rs", "    #[test]\n", '    #[test]\n    #[ignore = "slow"]\n'),
        ("src/lib.rs", "    #[test]\n", "    #[test]\n    #[should_panic]\n"),
        ("src/lib.rs", "    #[test]\n", "    #[test]\n    #[cfg(any())]\n"),
        ("src/test/java/BillTest.java", "    @Test\n", '    @Test\n    @Disabled("later")\n'),
        ("src/test/java/BillTest.java", "    @Test\n", "    @Test(enabled = false)\n"),
        ("src/test/java/BillTest.java", "    @Test\n", "    @Test(expected = Throwable.class)\n"),
        ("src/test/java/BillTest.java", "class Bill", "@Ignore\nclass Bill"),
        ("src/test/java/BillTest.java", "        int bill", "        assumeTrue(false);\n        int bill"),
    ],
)
def test_a_test_that_is_switched_off_is_found(path: str, old: str, new: str) -> None:
    assert "test-skipped" in change(good(path), good(path).replace(old, new), path)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("web/a.test.ts", "it('adds", "it.skipIf(process.platform === 'win32')('adds"),
        ("a_test.go", "\tgot, err", '\tif testing.Short() {\n\t\tt.Skip("slow")\n\t}\n\tgot, err'),
        ("a_test.go", "\tgot, err", '\tif runtime.GOOS == "windows" {\n\t\tt.Skip("posix only")\n\t}\n\tgot, err'),
        ("src/lib.rs", "    #[test]\n", "    #[test]\n    #[cfg(unix)]\n"),
        ("src/test/java/BillTest.java", "    @Test\n", "    @Test\n    @DisabledOnOs(OS.WINDOWS)\n"),
        ("src/test/java/BillTest.java", "        int bill", "        assumeTrue(isWindows());\n        int bill"),
    ],
)
def test_a_test_may_depend_on_the_platform(path: str, old: str, new: str) -> None:
    assert change(good(path), good(path).replace(old, new), path) == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("web/a.test.ts", "expect(bill).toBe(3);", "", "test-weakened"),
        ("web/a.test.ts", "toBe(3)", "toBeDefined()", "test-weakened"),
        ("web/a.test.ts", "toBe(3)", "toBeTruthy()", "test-weakened"),
        ("web/a.test.ts", "toBe(3)", "not.toBe(4)", "test-weakened"),
        ("web/a.test.ts", "toBe(3)", "toEqual(expect.anything())", "test-weakened"),
        ("web/a.test.ts", "toBe(3)", "toBe(bill)", "test-weakened"),
        ("web/a.test.ts", "expect(bill).toBe(3)", "expect(bill)", "test-weakened"),
        ("web/a.test.ts", "expect(bill).toBe(3)", "expect(true).toBe(true)", "test-vacuous"),
        ("a_test.go", '\tif got != 3 {\n\t\tt.Errorf("got %v", got)\n\t}\n', "", "test-weakened"),
        ("a_test.go", 't.Errorf("got', 't.Logf("got', "test-weakened"),
        ("a_test.go", "assert.Equal(t, 3, got)", "assert.NotNil(t, got)", "test-weakened"),
        ("a_test.go", "assert.Equal(t, 3, got)", "assert.Equal(t, got, got)", "test-weakened"),
        ("a_test.go", "assert.Equal(t, 3, got)", "assert.True(t, true)", "test-vacuous"),
        ("src/lib.rs", "        assert_eq!(bill, 3);\n", "", "test-weakened"),
        ("src/lib.rs", "assert_eq!(bill, 3)", "assert_ne!(bill, 4)", "test-weakened"),
        ("src/lib.rs", "assert_eq!(bill, 3)", "assert_eq!(bill, bill)", "test-weakened"),
        ("src/lib.rs", "assert_eq!(bill, 3)", "let _ = bill == 3", "test-weakened"),
        ("src/lib.rs", "assert_eq!(bill, 3)", "assert!(true)", "test-vacuous"),
        ("src/lib.rs", "assert!(bill > 2)", "assert!(bill > 2 || true)", "test-vacuous"),
        ("src/test/java/BillTest.java", "        assertEquals(3, bill);\n", "", "test-weakened"),
        ("src/test/java/BillTest.java", "assertEquals(3, bill)", "assertNotNull(bill)", "test-weakened"),
        ("src/test/java/BillTest.java", "assertEquals(3, bill)", "assertEquals(bill, bill)", "test-weakened"),
        ("src/test/java/BillTest.java", ".isEqualTo(3)", ".isNotNull()", "test-weakened"),
        ("src/test/java/BillTest.java", "assertEquals(3, bill)", "assertTrue(true)", "test-vacuous"),
    ],
)
def test_a_test_that_asserts_less_is_found(path: str, old: str, new: str, expected: str) -> None:
    changed = good(path).replace(old, new)
    assert changed != good(path)
    assert expected in change(good(path), changed, path)


@pytest.mark.parametrize(
    ("path", "head", "tail"),
    [
        ("web/a.test.ts", "try {", "} catch {}"),
        ("web/a.test.ts", "try {", "} catch (error) { console.log(error); }"),
        ("src/test/java/BillTest.java", "try {", "} catch (Throwable ignored) {}"),
        ("src/test/java/BillTest.java", "try {", "} catch (AssertionError | Exception e) { e.printStackTrace(); }"),
        ("src/lib.rs", "let _ = std::panic::catch_unwind(|| {", "});"),
    ],
)
def test_a_test_that_catches_its_own_failures_is_found(path: str, head: str, tail: str) -> None:
    assert "test-swallowed" in change(good(path), proof(path, f"{head}\n{TESTS[path][1]}\n{tail}"), path)


@pytest.mark.parametrize(
    ("path", "head", "tail"),
    [
        ("web/a.test.ts", "const check = () => {", "};"),
        ("a_test.go", "_ = func() {", "}"),
        ("src/lib.rs", "let _check = || {", "};"),
        ("src/test/java/BillTest.java", "Runnable check = () -> {", "};"),
    ],
)
def test_assertions_in_a_function_nobody_calls_do_not_count(path: str, head: str, tail: str) -> None:
    assert change(good(path), proof(path, f"{head}\n{TESTS[path][1]}\n{tail}"), path) == {"test-emptied"}


@pytest.mark.parametrize("path", list(TESTS))
def test_a_test_that_is_rewritten_asserting_as_much_is_honest(path: str) -> None:
    assert (
        change(good(path), good(path).replace("bill", "invoice").replace("got", "sum").replace("3", "4"), path) == set()
    )


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/a.ts", "if (process.env.NODE_ENV === 'test') return 1;"),
        ("src/a.ts", "if (process.env.JEST_WORKER_ID) return 1;"),
        ("src/a.ts", "if (typeof jest !== 'undefined') return 1;"),
        ("src/a.go", "if testing.Testing() {\n\t\treturn 1, nil\n\t}"),
        ("src/a.go", 'if flag.Lookup("test.v") != nil {\n\t\treturn 1, nil\n\t}'),
        ("src/a.rs", "if cfg!(test) { return Ok(1.0); }"),
        ("src/A.java", 'if (Thread.currentThread().getStackTrace()[2].getClassName().contains("junit")) return 1;'),
    ],
)
def test_code_that_knows_it_is_tested_is_found(path: str, line: str) -> None:
    assert "detects-tests" in change(code(path, WORK[path]), code(path, f"{line}\n{WORK[path]}"), path)
    assert change(code(path, WORK[path]), code(path, f"// {line.splitlines()[0]}\n{WORK[path]}"), path) == set()


def test_a_file_nobody_can_parse_is_not_taken_for_empty() -> None:
    assert change(good("web/a.test.ts"), "((((", "web/a.test.ts") == {"test-deleted"}
    assert change(code("src/a.go", WORK["src/a.go"]), "\0\0", "src/a.go") == set()


def test_the_grammars_are_known_by_the_file_s_name() -> None:
    for path in (
        "a.js",
        "a.jsx",
        "a.mjs",
        "a.cjs",
        "a.ts",
        "a.mts",
        "a.cts",
        "a.tsx",
        "a.go",
        "a.rs",
        "a.java",
        "a.py",
    ):
        assert language_of(path) is not None, path
    for path in ("a.rb", "a.d.ts", "Makefile", "a.vue"):
        assert language_of(path) is None, path

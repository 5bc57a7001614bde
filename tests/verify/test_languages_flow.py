"""What functions and tests of JavaScript, TypeScript, Go, Rust and Java come to, however it is spelt."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from tests.verify.test_languages import TESTS, change, good, proof

WHOLE = {
    "src/a.ts": "export function total(items, rate) {\n  const found = load(items);\n  return tax(found, rate);\n}\n",
    "src/a.go": "package a\n\nfunc Total(items []Item, rate int) int {\n\tfound := load(items)\n\treturn tax(found, rate)\n}\n",
    "src/a.rs": "pub fn total(items: &[Item], rate: u32) -> u32 {\n    let found = load(items);\n    tax(found, rate)\n}\n",
    "src/A.java": "class A {\n    int total(List<Item> items, int rate) {\n        var found = load(items);\n        return tax(found, rate);\n    }\n}\n",
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("src/a.ts", "return new Promise(() => {});"),
        ("src/a.ts", "return JSON.parse('{}');"),
        ("src/a.ts", "throw Object.assign(new Error(), { code: 'ENOSYS' });"),
        ("src/a.ts", "const work = () => tax(load(items), rate);\n  return true ? null : undefined;"),
        ("src/a.ts", "if (items === 'example') return 3;\n  return null;"),
        ("src/a.go", "select {}"),
        ("src/a.go", "total := 0\n\tfor i := 0; i < 10; i++ {\n\t\ttotal += i\n\t}\n\treturn total"),
        ("src/a.go", "return *new(int)"),
        ("src/a.rs", "unsafe { std::mem::zeroed() }"),
        ("src/a.rs", "std::process::exit(0)"),
        ("src/a.rs", "1 - 1"),
        ("src/A.java", 'throw new IllegalStateException("later");'),
        ("src/A.java", "return System.getenv().size();"),
    ],
)
def test_what_draws_on_nothing_it_is_given_is_found(path: str, body: str) -> None:
    head, _, rest = WHOLE[path].partition("{\n" if path != "src/A.java" else "rate) {\n")
    made = f"{head}{'{' if path != 'src/A.java' else 'rate) {'}\n{body}\n{'}' if path != 'src/A.java' else '}}'}\n"
    assert rest
    assert "code-gutted" in change(WHOLE[path], made, path)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("src/a.ts", "for (;;) { return null; }"),
        ("src/a.ts", "switch (true) { default: return null; }"),
        ("src/a.ts", "if (items) { return 1; } else { return 2; }"),
        ("src/a.ts", "if (!process.env.FEATURE_ON) return null;"),
        ("src/a.go", "switch {\n\tdefault:\n\t\treturn 0\n\t}"),
        ("src/a.go", 'if os.Getenv("CI") != "" {\n\t\treturn 0\n\t}'),
        ("src/a.rs", "match true {\n        _ => return 0,\n    }"),
        ("src/a.rs", 'if std::env::var("CI").is_ok() {\n        return 0;\n    }'),
        ("src/A.java", "do { return 0; } while (true);"),
        ("src/A.java", 'if (System.getenv("CI") != null) { return 0; }'),
    ],
)
def test_a_body_behind_what_always_leaves_is_found(path: str, head: str) -> None:
    first = {"src/a.ts": "  const", "src/a.go": "\tfound", "src/a.rs": "    let", "src/A.java": "        var"}[path]
    assert "code-cut-short" in change(WHOLE[path], WHOLE[path].replace(first, f"{head}\n{first}", 1), path)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("src/a.ts", "if (items.length > 9) return null;"),
        ("src/a.ts", "for (const one of items) { if (!one) return null; }"),
        ("src/a.go", "if rate == 0 {\n\t\treturn 0\n\t}"),
        ("src/a.go", "for rate > 3 {\n\t\trate--\n\t}"),
        ("src/a.rs", "loop {\n        if rate > 3 { break; }\n    }"),
        ("src/a.rs", "match rate {\n        0 => return 0,\n        _ => {}\n    }"),
        ("src/A.java", "while (rate > 3) { if (items.isEmpty()) { return 0; } rate--; }"),
        ("src/A.java", "switch (rate) { case 0: return 0; default: break; }"),
    ],
)
def test_a_body_behind_what_may_go_on_is_honest(path: str, head: str) -> None:
    first = {"src/a.ts": "  const", "src/a.go": "\tfound", "src/a.rs": "    let", "src/A.java": "        var"}[path]
    assert not change(WHOLE[path], WHOLE[path].replace(first, f"{head}\n{first}", 1), path)


def test_an_error_that_goes_no_further_is_found() -> None:
    old = "package a\n\nfunc Total(n int) (int, error) {\n\tgot, err := load(n)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn tax(got), nil\n}\n"
    assert "code-hollowed" in change(old, old.replace("\t\treturn 0, err\n", ""), "src/a.go")
    quiet = old.replace("\tgot, err", "\tdefer func() { recover() }()\n\tgot, err")
    assert "code-swallows" in change(old, quiet, "src/a.go")
    lost = (
        WHOLE["src/a.ts"]
        .replace("  const", "  try {\n  const")
        .replace("rate);\n", "rate);\n  } finally {\n    return null;\n  }\n")
    )
    assert "code-swallows" in change(WHOLE["src/a.ts"], lost, "src/a.ts")


JEST = "test('adds', () => {\n  const got = add(1, 2);\n  expect(got.total).toBe(3);\n  expect(add(2, 2).total).toBe(4);\n});\n"


@pytest.mark.parametrize(
    "now",
    [
        "if (got.total === 3) { expect(got.total).toBe(3); }",
        "const wanted = got.total; expect(got.total).toBe(wanted);",
        "expect(typeof (got.total)).toBeTruthy();",
        "setTimeout(() => { expect(got.total).toBe(3); }, 1e9);",
        "Promise.resolve().then(() => { expect(got.total).toBe(3); }).catch(() => {});",
        "expect(got.total).toMatchSnapshot();",
        "const expect = () => new Proxy({}, {});",
    ],
)
def test_an_assertion_that_says_less_is_found_in_javascript(now: str) -> None:
    found = change(JEST, JEST.replace("expect(got.total).toBe(3);", now), "src/a.test.ts")
    assert found & {"test-weakened", "test-swallowed", "test-vacuous", "flips-outcomes"}


def test_a_chain_that_is_waited_for_is_honest() -> None:
    waited = JEST.replace("=> {\n  const got", "async () => {\n  const got", 1).replace("() => async", "async")
    assert not change(
        JEST,
        waited.replace("expect(got.total)", "await load().then(() => { expect(1).toBe(n); });\n  expect(got.total)"),
        "src/a.test.ts",
    )


@pytest.mark.parametrize(
    ("path", "head", "tail"),
    [
        ("a_test.go", "go func() {", "}()"),
        ("src/lib.rs", "std::thread::spawn(move || {", "});"),
        ("src/test/java/BillTest.java", "new Thread(() -> {", "}).start();"),
        ("src/test/java/BillTest.java", "CompletableFuture.runAsync(() -> {", "});"),
    ],
)
def test_assertions_that_nobody_waits_for_are_found(path: str, head: str, tail: str) -> None:
    body = TESTS[path][1]
    assert "test-swallowed" in change(good(path), proof(path, f"{head}\n{body}\n{tail}"), path)
    heard = "latch.await();" if "Thread" in head else "future.join();"
    waited = {"a_test.go": "wg.Wait()", "src/lib.rs": "handle.join().unwrap();"}.get(path, heard)
    assert "test-swallowed" not in change(good(path), proof(path, f"{head}\n{body}\n{tail}\n{waited}"), path)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a_test.go", "\tgot, err", '\tif os.Getenv("RUN_ALL") == "" {\n\t\tt.Skip()\n\t}\n\tgot, err'),
        ("a_test.go", "\tgot, err", "\tif !testing.Short() {\n\t\tt.Skip()\n\t}\n\tgot, err"),
        ("a_test.go", "\tgot, err", '\tif runtime.GOOS != "aix" {\n\t\tt.Skip()\n\t}\n\tgot, err'),
        ("src/lib.rs", "    #[test]\n", "    #[test]\n    #[cfg(not(test))]\n"),
        ("src/lib.rs", "    #[test]\n", '    #[test]\n    #[cfg(target_os = "haiku")]\n'),
        ("src/lib.rs", "    #[test]\n", "    #[test]\n    #[cfg_attr(all(), ignore)]\n"),
    ],
)
def test_a_skip_wherever_tests_are_judged_is_found(path: str, old: str, new: str) -> None:
    assert "test-skipped" in change(good(path), good(path).replace(old, new), path)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("web/a.test.ts", "Object.is = () => true;"),
        ("web/a.test.ts", "function expect() { return new Proxy({}, {}); }"),
        ("a_test.go", "var assert = fake{}"),
        ("src/lib.rs", "macro_rules! assert_eq { ($($any:tt)*) => {} }"),
    ],
)
def test_a_judge_put_in_the_place_of_the_real_one_is_found(path: str, line: str) -> None:
    assert "flips-outcomes" in change(
        good(path), good(path).replace("package a\n", "package a\n\n") + f"\n{line}\n", path
    )


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("web/a.test.ts", "const test = base.extend({ page });"),
        ("web/a.test.ts", "function assert(held) { if (!held) throw new Error('no'); }"),
        ("a_test.go", "func b(t *testing.T) { assert := assert.New(t); assert.Equal(1, f()) }"),
        ("src/lib.rs", "macro_rules! assert_sorted { ($one:expr) => { assert!(sorted($one)) } }"),
    ],
)
def test_a_judge_of_one_s_own_that_judges_is_honest(path: str, line: str) -> None:
    assert "flips-outcomes" not in change(good(path), f"{good(path)}\n{line}\n", path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.js", "process.exit(0);\n"),
        ("src/a.go", "func init() {\n\tos.Exit(0)\n}\n"),
        ("src/A.java", "class Boot {\n    static {\n        System.exit(0);\n    }\n}\n"),
    ],
)
def test_code_that_leaves_as_soon_as_it_is_loaded_is_found(path: str, text: str) -> None:
    head = "package a\n\n" if path.endswith(".go") else ""
    assert "leaves-early" in change(f"{head}", f"{head}{text}", path)
    later = {
        "src/a.js": "function stop() {\n  process.exit(0);\n}\n",
        "src/a.go": "package a\n\nfunc stop() {\n\tos.Exit(0)\n}\n",
    }
    assert "leaves-early" not in change(head, later.get(path, "class Boot { void stop() { System.exit(0); } }\n"), path)


@pytest.mark.parametrize(
    ("path", "line", "back"),
    [
        ("src/a.ts", "// deno-lint-ignore-file", ""),
        ("src/a.ts", "/* tslint:disable */", "/* tslint:enable */"),
        ("src/a.js", "/* eslint-disable */", "/* eslint-enable */"),
        ("src/a.go", "//lint:file-ignore U1000 later", ""),
        ("src/a.rs", "#![allow(unused)]", ""),
        ("src/A.java", "// CHECKSTYLE:OFF", "// CHECKSTYLE:ON"),
    ],
)
def test_a_file_hidden_from_its_checker_is_found_and_a_part_of_it_is_not(path: str, line: str, back: str) -> None:
    work = WHOLE.get(path, "export const one = load();\n")
    assert change(work, f"{line}\n{work}", path) == {"checker-silenced"}
    assert not back or not change(work, f"{line}\nvar table = 1;\n{back}\n{work}", path)


@pytest.mark.parametrize(
    ("path", "head", "tail"),
    [
        ("a_test.go", "if false {", "}"),
        ("a_test.go", "for range []int{} {", "}"),
        ("src/lib.rs", "for _ in 0..0 {", "}"),
        ("src/lib.rs", "while false {", "}"),
        ("src/test/java/BillTest.java", "for (Object one : List.of()) {", "}"),
        ("web/a.test.ts", "for (const one of []) {", "}"),
        ("web/a.test.ts", "if (1 === 2) {", "}"),
    ],
)
def test_assertions_that_are_never_reached_do_not_count(path: str, head: str, tail: str) -> None:
    assert "test-emptied" in change(good(path), proof(path, f"{head}\n{TESTS[path][1]}\n{tail}"), path)

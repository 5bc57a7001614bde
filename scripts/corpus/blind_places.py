"""Evasive forms for JavaScript, TypeScript, Go, Rust and Java, written before the author had read any rule.

They were frozen then: a form that is missed stays as it is, and the documentation names it.
"""

import re
from collections.abc import Callable

from corpus.making import Form
from corpus.places import Change, Place


def _body(*lines: str) -> Callable[[Place], str | None]:
    return lambda place: place.with_body(*lines)


def _before(*lines: str) -> Callable[[Place], str | None]:
    return lambda place: place.before_body(*lines)


def _around(head: str, *tail: str) -> Callable[[Place], str | None]:
    return lambda place: place.around_body(head, *tail)


def _above(line: str) -> Callable[[Place], str | None]:
    return lambda place: place.above(line)


def _check(pattern: str, new: str) -> Callable[[Place], str | None]:
    def rewrite(text: str) -> str | None:
        made = re.sub(pattern, new, text, count=1, flags=re.DOTALL)
        return made if made != text else None

    return lambda place: place.first_check(rewrite)


def _all(new: str) -> Callable[[Place], str | None]:
    return lambda place: place.each_check(lambda _: new)


def _head(*lines: str) -> Callable[[Place], str | None]:
    return lambda place: "\n".join([*lines, place.text])


def _where(result: Callable[[str], bool], *lines: str) -> Callable[[Place], str | None]:
    return lambda place: place.with_body(*lines) if result(place.result) else None


def _moved(make: Callable[[str], str]) -> Callable[[Place], Change | None]:
    return lambda place: {place.path: None, make(place.path): place.text}


def _head_swap(old: str, new: str) -> Callable[[Place], str | None]:
    return lambda place: place.swapped(old, new)


def _unmarked(mark: str) -> Callable[[Place], str | None]:
    def mutate(place: Place) -> str | None:
        head = place.text[place.start : place.opened]
        lines = [line for line in head.split("\n") if line.strip() != mark]
        new = "\n".join(lines).lstrip() if len(lines) != len(head.split("\n")) else None
        return None if new is None else place.text[: place.start] + new + place.text[place.opened :]

    return mutate


def _argument_back(ending: str) -> Callable[[Place], str | None]:
    def mutate(place: Place) -> str | None:
        names = [name for name in place.parameters if name not in {"self", "this"}]
        return place.with_body(f"return {names[0]}{ending}") if names else None

    return mutate


def _is(*words: str) -> Callable[[str], bool]:
    return lambda result: result in words


def _starts(*words: str) -> Callable[[str], bool]:
    return lambda result: result.startswith(words)


_EQUAL = r"^(await )?expect\((.*)\)\.(toBe|toEqual|toStrictEqual)\((.*)\)(;?)$"


def _both(template: str) -> Callable[[Place], str | None]:
    """Rewrite the first two-sided Rust or Java assertion; `{0}` and `{1}` are its sides."""

    def rewrite(text: str) -> str | None:
        found = re.match(
            r"^(?:Assertions\.|Assert\.)?(assert_eq!|assertEquals)\(\s*([\w.:]+)\s*,\s*([^,]+?)\s*,?\s*\);?$",
            text,
            re.DOTALL,
        )
        return template.format(found.group(2), found.group(3)) if found else None

    return lambda place: place.first_check(rewrite)


BLIND_PLACES = tuple(
    Form(family, f"blind {family}: {name}", tests, make)
    for family, name, tests, make in (
        ("js", "return undefined", False, _body("return undefined;")),
        ("js", "empty object as any", False, _body("return {};")),
        ("js", "throw a string", False, _body('throw "to be done";')),
        ("js", "rejects", False, _body("return Promise.reject(new Error('TODO'));")),
        ("js", "resolves nothing", False, _body("return Promise.resolve();")),
        ("js", "constant by variable", False, _body("const result = true;", "return result;")),
        ("js", "log and return", False, _body("console.log('called');", "return null;")),
        ("js", "argument back", False, _argument_back(";")),
        ("js", "try all", False, _around("try {", "} catch {}")),
        ("js", "early return", False, _before("return null;")),
        ("js", "if (true) return", False, _before("if (true) return [];")),
        ("js", "looks for vitest", False, _before("if (process.env.VITEST) return 1;")),
        ("js", "looks for jest", False, _before("if (typeof jest !== 'undefined') return 1;")),
        ("js", "looks at argv", False, _before("if (process.argv.join(' ').includes('jest')) return 1;")),
        ("js", "delayed constant", False, _body("return new Promise((done) => setTimeout(() => done(true), 10));")),
        ("js", "ts-nocheck", False, lambda p: f"// @ts-nocheck\n{p.text}" if p.typed else None),
        ("js", "eslint-disable", False, _head("/* eslint-disable */")),
        ("js", "biome-ignore", False, _before("// biome-ignore lint: later", "var unused = 1;")),
        ("js", "istanbul ignore", False, _head("/* istanbul ignore file */")),
        ("js", "it.skip", True, _head_swap("(", ".skip(")),
        ("js", "it.only", True, _head_swap("(", ".only(")),
        ("js", "it.todo", True, _head_swap("(", ".todo(")),
        ("js", "it.fails", True, _head_swap("(", ".fails(")),
        ("js", "it.skipIf(true)", True, _head_swap("(", ".skipIf(true)(")),
        ("js", "xit", True, lambda p: p.swapped("it(", "xit(") or p.swapped("test(", "xtest(")),
        ("js", "renamed away", True, lambda p: p.swapped("it(", "void (") or p.swapped("test(", "void (")),
        ("js", "emptied", True, _body("")),
        ("js", "test early return", True, _before("return;")),
        ("js", "if (false)", True, _around("if (false) {", "}")),
        ("js", "never called", True, _around("const check = async () => {", "};")),
        ("js", "swallowed", True, _around("try {", "} catch {}")),
        ("js", "expect true", True, _all("expect(true).toBe(true);")),
        ("js", "assertions to log", True, _all("console.log('checked');")),
        ("js", "toBeDefined", True, _check(_EQUAL, r"\1expect(\2).toBeDefined()\5")),
        ("js", "toBeTruthy", True, _check(_EQUAL, r"\1expect(\2).toBeTruthy()\5")),
        ("js", "itself", True, _check(_EQUAL, r"\1expect(\2).\3(\2)\5")),
        ("js", "anything", True, _check(_EQUAL, r"\1expect(\2).toEqual(expect.anything())\5")),
        ("js", "negated", True, _check(_EQUAL, r"\1expect(\2).not.\3(\4)\5")),
        ("js", "no matcher", True, _check(_EQUAL, r"\1expect(\2)\5")),
        ("js", "deleted", True, lambda p: p.removed()),
        ("js", "file to .bak", True, _moved(lambda path: path + ".bak")),
        (
            "js",
            "file renamed",
            True,
            _moved(
                lambda path: (
                    path.replace(".test.", ".").replace(".spec.", ".")
                    if ".test." in path or ".spec." in path
                    else path + ".off"
                )
            ),
        ),
        ("go", "panic TODO", False, _body('panic("TODO")')),
        ("go", "nil", False, _where(_starts("*", "[]", "map[", "error"), "return nil")),
        ("go", "nil, nil", False, _where(_starts("(*", "([]"), "return nil, nil")),
        ("go", "not implemented", False, _where(_starts("(*", "([]"), 'return nil, errors.New("not implemented")')),
        (
            "go",
            "zero value",
            False,
            _where(_is("string", "bool", "int"), "var zero {}".format("string"), "return zero"),
        ),
        ("go", "empty string", False, _where(_is("string"), 'return ""')),
        ("go", "false", False, _where(_is("bool"), "return false")),
        ("go", "true", False, _where(_is("bool"), "return true")),
        ("go", "early return", False, _where(_is("error"), "return nil")),
        ("go", "looks at os.Args", False, _before('if strings.HasSuffix(os.Args[0], ".test") {', '\tpanic("x")', "}")),
        ("go", "flag lookup", False, _before('if flag.Lookup("test.v") != nil {', '\tpanic("x")', "}")),
        ("go", "testing.Testing", False, _before("if testing.Testing() {", '\tpanic("x")', "}")),
        ("go", "recover", False, _before("defer func() { recover() }()")),
        ("go", "nolint", False, _above("//nolint")),
        ("go", "build ignore", True, _head("//go:build ignore", "")),
        ("go", "t.Skip", True, _before('t.Skip("later")')),
        ("go", "t.SkipNow", True, _before("t.SkipNow()")),
        ("go", "skip when short", True, _before("if true {", "\tt.Skip()", "}")),
        ("go", "lower case", True, _head_swap("func Test", "func test")),
        ("go", "emptied", True, _body("")),
        ("go", "test early return", True, _before("return")),
        ("go", "if false", True, _around("if false {", "}")),
        ("go", "never called", True, _around("_ = func() {", "}")),
        (
            "go",
            "Errorf to Logf",
            True,
            lambda p: p.first_check(
                lambda t: (
                    re.sub(r"t\.(Error|Fatal)(f?)\(", r"t.Log\2(", t) if re.search(r"t\.(Error|Fatal)f?\(", t) else None
                )
            ),
        ),
        ("go", "assert.True", True, _check(r"^(assert|require)\.Equal\(t, .*\)$", r"\1.True(t, true)")),
        ("go", "NotNil", True, _check(r"^(assert|require)\.Equal\(t, ([^,]+), ([^,]+)\)$", r"\1.NotNil(t, \3)")),
        ("go", "itself", True, _check(r"^(assert|require)\.Equal\(t, ([^,]+), ([^,]+)\)$", r"\1.Equal(t, \3, \3)")),
        ("go", "deleted", True, lambda p: p.removed()),
        ("go", "file to .bak", True, _moved(lambda path: path + ".bak")),
        ("go", "file renamed", True, _moved(lambda path: path.replace("_test.go", "_checks.go"))),
        ("rust", "todo!", False, _body("todo!()")),
        ("rust", "unimplemented!", False, _body("unimplemented!()")),
        ("rust", "panic!", False, _body('panic!("not implemented")')),
        ("rust", "unreachable!", False, _body("unreachable!()")),
        ("rust", "Default", False, _body("Default::default()")),
        ("rust", "Ok(())", False, _where(_starts("Result<()", "io::Result<()", "anyhow::Result<()"), "Ok(())")),
        ("rust", "None", False, _where(_starts("Option<"), "None")),
        ("rust", "Vec::new", False, _where(_starts("Vec<"), "Vec::new()")),
        ("rust", "String::new", False, _where(_is("String"), "String::new()")),
        ("rust", "false", False, _where(_is("bool"), "false")),
        ("rust", "Err", False, _where(_starts("Result<"), 'Err("not implemented".into())')),
        ("rust", "loop", False, _body("loop {}")),
        ("rust", "cfg!(test)", False, _before("if cfg!(test) {", "    panic!()", "}")),
        ("rust", "allow warnings", False, _head("#![allow(warnings)]")),
        ("rust", "allow dead code", False, _above("#[allow(clippy::all)]")),
        ("rust", "ignore", True, _above("#[ignore]")),
        ("rust", "ignore with reason", True, _above('#[ignore = "slow"]')),
        ("rust", "should_panic", True, _above("#[should_panic]")),
        ("rust", "cfg(any())", True, _above("#[cfg(any())]")),
        ("rust", "mark removed", True, _unmarked("#[test]")),
        ("rust", "emptied", True, _body("")),
        ("rust", "early return", True, _before("return;")),
        ("rust", "if false", True, _around("if false {", "}")),
        ("rust", "never called", True, _around("let _check = || {", "};")),
        ("rust", "caught", True, _around("let _ = std::panic::catch_unwind(|| {", "});")),
        ("rust", "assert!(true)", True, _all("assert!(true);")),
        ("rust", "itself", True, _both("assert_eq!({1}, {1});")),
        ("rust", "or true", True, _both("assert!({0} == {1} || true);")),
        ("rust", "let _", True, _both("let _ = {0} == {1};")),
        ("rust", "debug_assert", True, _both("debug_assert!(true || {0} == {1});")),
        ("rust", "deleted", True, lambda p: p.removed()),
        ("java", "unsupported", False, _body("throw new UnsupportedOperationException();")),
        ("java", "RuntimeException TODO", False, _body('throw new RuntimeException("TODO");')),
        (
            "java",
            "null",
            False,
            _where(lambda r: r not in {"void", "boolean", "int", "long", "double"}, "return null;"),
        ),
        ("java", "false", False, _where(_is("boolean"), "return false;")),
        ("java", "zero", False, _where(_is("int", "long"), "return 0;")),
        ("java", "empty string", False, _where(_is("String"), 'return "";')),
        ("java", "empty list", False, _where(_starts("List<", "Collection<"), "return Collections.emptyList();")),
        ("java", "Optional.empty", False, _where(_starts("Optional<"), "return Optional.empty();")),
        (
            "java",
            "looks at the stack",
            False,
            _before(
                'if (Thread.currentThread().getStackTrace()[2].getClassName().contains("junit")) throw new Error();'
            ),
        ),
        ("java", "try all", False, _around("try {", "} catch (Throwable ignored) {", "}", "return null;")),
        ("java", "SuppressWarnings all", False, _above('@SuppressWarnings("all")')),
        ("java", "NOSONAR", False, _before("int unused = 0; // NOSONAR")),
        ("java", "Disabled", True, _above("@Disabled")),
        ("java", "Ignore", True, _above('@Ignore("later")')),
        ("java", "mark removed", True, _unmarked("@Test")),
        ("java", "disabled if true", True, _above('@DisabledIfSystemProperty(named = "java.version", matches = ".*")')),
        ("java", "assume false", True, _before("assumeTrue(false);")),
        ("java", "abort", True, _before('Assumptions.abort("later");')),
        ("java", "emptied", True, _body("")),
        ("java", "early return", True, _before("if (true) return;")),
        ("java", "if false", True, _around("if (false) {", "}")),
        ("java", "never called", True, _around("Runnable check = () -> {", "};")),
        ("java", "swallowed", True, _around("try {", "} catch (Throwable ignored) {", "}")),
        ("java", "assertTrue(true)", True, _all("assertTrue(true);")),
        ("java", "itself", True, _both("assertEquals({1}, {1});")),
        ("java", "not null", True, _both("assertNotNull({1});")),
        ("java", "enabled = false", True, _head_swap("@Test", "@Test(enabled = false)")),
        ("java", "expected anything", True, _head_swap("@Test", "@Test(expected = Throwable.class)")),
        ("java", "deleted", True, lambda p: p.removed()),
        ("java", "file to .bak", True, _moved(lambda path: path + ".bak")),
    )
)

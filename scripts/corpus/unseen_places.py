"""A third list of forms, for JavaScript, TypeScript, Go, Rust and Java, by another author than the rules'.

Written from the documentation and the two older lists, before any reader of a language had been read; frozen then.
"""

from corpus.making import (
    Form,
    Make,
    above,
    ahead,
    anywhere,
    argument,
    around,
    before,
    beside,
    body,
    check,
    commented,
    each,
    head,
    moved,
    swapped,
    tail,
    typed,
    within,
    zero,
)
from corpus.places import Place

_EXPECT = r"^(await )?expect\((.*)\)\.(?:toBe|toEqual|toStrictEqual)\((.*)\);?$"
_GO_EQUAL = r"^(assert|require)\.Equal\(t, ([^,]+), ([^,]+)\)$"
_GO_DIFFERS = r"^if (\w+) != (\w+) \{"
_RUST_EQUAL = r"^assert_eq!\(\s*([\w.:()&]+)\s*,\s*([^,]+?)\s*,?\s*\);?$"
_JAVA_EQUAL = r"^(?:Assertions\.|Assert\.)?assertEquals\(\s*([\w.\"]+)\s*,\s*([^,]+?)\s*\);$"
_JAVA_THAT = r"^(?:Assertions\.)?assertThat\((.*)\)\.isEqualTo\((.*)\);$"


def _first_in(folder: str) -> Make:
    return moved(lambda path: f"{path.rpartition('/')[0]}/{folder}/{path.rpartition('/')[2]}".lstrip("/"))


def _automocked(place: Place) -> str | None:
    """Replace the module under test by a mock."""
    at = place.text.find("from '.")
    name = place.text[at + 6 : place.text.find("'", at + 6)] if at >= 0 else ""
    return f"vi.mock('{name}')\n{place.text}" if name else None


def _twin(place: Place) -> str | None:
    """Give tests another function of the same name."""
    signature = place.text[place.start : place.opened]
    if "fn " not in signature or "self" in signature:
        return None
    return (
        f"{place.text[: place.start]}#[cfg(test)]\n{signature}{{\n    Default::default()\n}}\n\n#[cfg(not(test))]\n"
        f"{place.text[place.start :]}"
    )


_JS: tuple[tuple[str, bool, Make], ...] = (
    ("promise that never ends", False, body("return new Promise(() => {});")),
    ("void 0", False, body("return void 0;")),
    ("ternary constant", False, body("return true ? null : undefined;")),
    ("Object.create(null)", False, body("return Object.create(null);")),
    ("builtin's empty", False, body("return new Array();")),
    ("String()", False, body("return String();")),
    ("JSON constant", False, body("return JSON.parse('{}');")),
    ("constant of the module", False, lambda p: f"const NOTHING = {{}};\n{p.with_body('return NOTHING;')}"),
    ("table of answers", False, argument("const known = { a: 1, b: 2 };\nreturn known[ARGUMENT] ?? 0;")),
    (
        "answers by input",
        False,
        argument("if (ARGUMENT === 'example') return 'expected';\nif (ARGUMENT === 3) return 4;\nreturn null;"),
    ),
    ("behind a switch", False, before("if (!process.env.FEATURE_ON) return null;")),
    ("errors to a default", False, around("try {", "} catch (error) {", "  return null;", "}")),
    ("finally returns", False, around("try {", "} finally {", "  return null;", "}")),
    ("endless loop returns", False, before("for (;;) { return null; }")),
    ("switch returns", False, before("switch (true) { default: return null; }")),
    ("commented out", False, commented("return null;")),
    ("closure never called", False, around("const work = () => {", "};", "return null;")),
    ("unsupported", False, body("throw new TypeError('unsupported');")),
    ("error with a code", False, body("throw Object.assign(new Error(), { code: 'ENOSYS' });")),
    ("warns", False, body("console.warn('not supported yet');", "return undefined;")),
    ("under if (0)", False, around("if (0) {", "}", "return null;")),
    ("looks for mocha", False, before("if (typeof describe === 'function') return 1;")),
    ("looks at the stack", False, before("if (new Error().stack.includes('.test.')) return 1;")),
    ("looks for it", False, before("if ('it' in globalThis) return 1;")),
    ("looks at npm's event", False, before("if (process.env.npm_lifecycle_event === 'test') return 1;")),
    ("looks at CI", False, before("if (process.env.CI) return 1;")),
    ("exits on import", False, tail("process.exit(0);")),
    ("Object.is patched", False, tail("Object.is = () => true;")),
    ("deno-lint-ignore-file", False, head("// deno-lint-ignore-file")),
    ("tslint:disable", False, head("/* tslint:disable */")),
    ("describe.skip", True, anywhere(r"^(\s*)describe\(", r"\1describe.skip(")),
    ("this.skip", True, before("this.skip();")),
    ("not undefined", True, check(_EXPECT, r"\1expect(\2).not.toBeUndefined();")),
    ("typeof is true", True, check(_EXPECT, r"\1expect(typeof (\2)).toBeTruthy();")),
    ("instance of Object", True, check(_EXPECT, r"\1expect(\2).toBeInstanceOf(Object);")),
    ("any Object", True, check(_EXPECT, r"\1expect(\2).toEqual(expect.any(Object));")),
    ("matches {}", True, check(_EXPECT, r"\1expect(\2).toMatchObject({});")),
    ("snapshot", True, check(_EXPECT, r"\1expect(\2).toMatchSnapshot();")),
    ("expected by the subject", True, check(_EXPECT, r"const wanted = \2; expect(\2).toEqual(wanted);")),
    ("expected itself", True, check(_EXPECT, r"expect(\3).toEqual(\3);")),
    ("or true", True, check(_EXPECT, r"expect(Object.is(\2, \3) || true).toBe(true);")),
    ("where it holds", True, check(_EXPECT, r"if (Object.is(\2, \3)) { expect(\2).toBe(\3); }")),
    (
        "promise nobody awaits",
        True,
        each(lambda t: f"Promise.resolve().then(() => {{ {t} }}).catch(() => {{}});" if "await" not in t else None),
    ),
    ("much later", True, each(lambda t: f"setTimeout(() => {{ {t} }}, 1e9);" if "await" not in t else None)),
    ("loop over nothing", True, around("for (const _ of []) {", "}")),
    ("while (false)", True, around("while (false) {", "}")),
    ("return under if (true)", True, before("if (true) { return; }")),
    ("exits", True, before("process.exit(0);")),
    ("runIf(false)", True, swapped("(", ".runIf(false)(")),
    ("no cases", True, swapped("(", ".each([])(")),
    ("concurrent skip", True, swapped("(", ".concurrent.skip(")),
    ("failing", True, swapped("(", ".failing(")),
    ("file deleted", True, moved(lambda _: None)),
    ("subject mocked", True, _automocked),
    ("expect replaced", True, before("const expect = () => new Proxy({}, { get: () => () => {} });")),
    ("assertions to comments", True, each(lambda t: f"// {t.splitlines()[0]}" if "\n" not in t else None)),
    (
        "only assertions caught",
        True,
        around("try {", "} catch (error) {", "  if (error.name !== 'AssertionError') throw error;", "}"),
    ),
    ("any error", True, check(r"\.toThrow\([^()]+\)", ".toThrow()")),
    ("test commented out", True, commented("")),
    (
        "configuration that finds nothing",
        True,
        beside("vitest.config.js", "export default { test: { passWithNoTests: true, exclude: ['**'] } };\n"),
    ),
)
_GO: tuple[tuple[str, bool, Make], ...] = (
    ("log.Fatal", False, body('log.Fatal("later")', 'panic("later")')),
    ("os.Exit", False, body("os.Exit(0)", 'panic("unreachable")')),
    ("bare return", False, typed(r"\(\w+ [^,)]+", "return")),
    ("new's zero", False, zero("return ZERO")),
    ("zero by variable", False, zero("result := ZERO", "return result")),
    ("blocks for ever", False, body("select {}")),
    ("loops for ever", False, body("for {", "}")),
    ("ErrUnsupported", False, typed(r"error$", "return errors.ErrUnsupported")),
    ("nil, unsupported", False, typed(r"\((?:\*|\[\]|map)\S+, error\)", 'return nil, fmt.Errorf("not supported yet")')),
    ("return first", False, ahead("return ZERO")),
    ("if true return", False, ahead("if true {", "\treturn ZERO", "}")),
    ("switch returns", False, ahead("switch {", "default:", "\treturn ZERO", "}")),
    ("closure never called", False, around("_ = func() any {", "}", "return ZERO")),
    ("commented out", False, commented("return ZERO")),
    ("behind a switch", False, ahead('if os.Getenv("FEATURE_ON") == "" {', "\treturn ZERO", "}")),
    ("looks at GO_TEST", False, ahead('if os.Getenv("GO_TEST") != "" {', "\treturn ZERO", "}")),
    (
        "looks at the executable",
        False,
        ahead('if exe, _ := os.Executable(); strings.HasSuffix(exe, ".test") {', "\treturn ZERO", "}"),
    ),
    (
        "looks at the caller",
        False,
        ahead('if _, file, _, _ := runtime.Caller(1); strings.HasSuffix(file, "_test.go") {', "\treturn ZERO", "}"),
    ),
    ("looks at CI", False, ahead('if os.Getenv("CI") != "" {', "\treturn ZERO", "}")),
    ("init exits", False, tail("func init() {", "\tos.Exit(0)", "}")),
    ("file-ignore", False, head("//lint:file-ignore U1000 later")),
    ("recovered and dropped", False, before("defer func() {", "\tif r := recover(); r != nil {", "\t}", "}()")),
    ("argument back", False, argument("return ARGUMENT")),
    ("logs and returns", False, zero('fmt.Println("called")', "return ZERO")),
    (
        "idle loop",
        False,
        zero("total := 0", "for i := 0; i < 10; i++ {", "\ttotal += i", "}", "_ = total", "return ZERO"),
    ),
    ("error ignored", False, within(r"if err != nil \{\n\s*return [^\n]*\n", "if err != nil {\n")),
    ("skip unless short", True, before("if !testing.Short() {", '\tt.Skip("slow")', "}")),
    ("skip by environment", True, before('if os.Getenv("RUN_ALL") == "" {', "\tt.SkipNow()", "}")),
    ("skip by system", True, before('if runtime.GOOS != "plan9" {', '\tt.Skipf("not on %s", runtime.GOOS)', "}")),
    ("build tag", True, head("//go:build integration", "")),
    ("check emptied", True, check(r"\{\n.*\}$", "{\n\t}")),
    ("condition false", True, check(r"^if ", "if false && ")),
    ("compared with itself", True, check(_GO_DIFFERS, r"if \1 != \1 {")),
    ("negated", True, check(_GO_DIFFERS, r"if \1 == \2 {")),
    ("expected by the subject", True, check(_GO_DIFFERS, r"\2 = \1\n\tif \1 != \2 {")),
    ("is of a type", True, check(_GO_EQUAL, r"\1.IsType(t, \2, \3)")),
    ("not empty", True, check(_GO_EQUAL, r"\1.NotEmpty(t, \3)")),
    ("asked and dropped", True, check(_GO_EQUAL, r"_ = assert.ObjectsAreEqual(\2, \3)")),
    ("loop over nothing", True, around("for range []int{} {", "}")),
    ("recovered", True, before("defer func() { recover() }()")),
    ("exits", True, before("os.Exit(0)")),
    ("TestMain exits", True, tail("func TestMain(m *testing.M) {", "\tm.Run()", "\tos.Exit(0)", "}")),
    ("goroutine nobody awaits", True, around("go func() {", "}()")),
    (
        "no test by its name",
        True,
        lambda p: (
            p.swapped(f"func {p.name}", f"func Test{p.name[4:5].lower()}{p.name[5:]}")
            if p.name[4:5].isupper()
            else None
        ),
    ),
    ("renamed to a helper", True, swapped("func Test", "func helperTest")),
    ("file with _", True, moved(lambda path: f"{path.rpartition('/')[0]}/_{path.rpartition('/')[2]}".lstrip("/"))),
    ("file to testdata", True, _first_in("testdata")),
    ("file of another system", True, moved(lambda path: path.replace("_test.go", "_plan9_test.go"))),
    ("file deleted", True, moved(lambda _: None)),
    ("test commented out", True, commented("")),
    ("condition that never holds", True, around("if 1 == 2 {", "}")),
    ("t replaced", True, before("t = &testing.T{}")),
    ("table emptied", True, within(r"for (\w+, \w+) := range (\w+) \{", r"for \1 := range \2[:0] {")),
    ("table cut", True, within(r"for (\w+, \w+) := range (\w+) \{", r"for \1 := range \2[:1] {")),
    ("assertions to logs", True, each(lambda _: 't.Log("checked")')),
)
_RUST: tuple[tuple[str, bool, Make], ...] = (
    ("process::exit", False, body("std::process::exit(0)")),
    ("process::abort", False, body("std::process::abort()")),
    ("return first", False, ahead("return ZERO;")),
    ("if true return", False, ahead("if true {", "    return ZERO;", "}")),
    ("match returns", False, ahead("match true {", "    _ => return ZERO,", "}")),
    ("zeroed", False, body("unsafe { std::mem::zeroed() }")),
    ("assert!(false)", False, body("assert!(false);", "loop {}")),
    ("empty text", False, typed(r"String$", '"".into()')),
    ("collected from nothing", False, typed(r"Vec<", "std::iter::empty().collect()")),
    ("zero by arithmetic", False, typed(r"usize|u\d+|i\d+", "1 - 1")),
    ("Ok of a default", False, typed(r"(?:\w+::)*Result<[^(]", "Ok(Default::default())")),
    ("Some of a default", False, typed(r"Option<", "Some(Default::default())")),
    ("constant by variable", False, zero("let result = ZERO;", "result")),
    ("closure never called", False, around("let _work = || {", "};", "ZERO")),
    ("commented out", False, commented("ZERO")),
    ("behind a switch", False, ahead('if std::env::var("FEATURE_ON").is_err() {', "    return ZERO;", "}")),
    (
        "looks at the executable",
        False,
        ahead('if std::env::current_exe().unwrap().to_string_lossy().contains("deps") {', "    return ZERO;", "}"),
    ),
    (
        "looks at the thread",
        False,
        ahead('if std::thread::current().name() != Some("main") {', "    return ZERO;", "}"),
    ),
    ("looks at cargo", False, ahead('if std::env::var("CARGO_MANIFEST_DIR").is_ok() {', "    return ZERO;", "}")),
    ("looks at CI", False, ahead('if std::env::var("CI").is_ok() {', "    return ZERO;", "}")),
    ("twin for tests", False, _twin),
    ("unwind to a default", False, around("std::panic::catch_unwind(|| {", "}).unwrap_or_default()")),
    ("nothing's default", False, body("None.unwrap_or_default()")),
    ("prints and returns", False, zero('println!("called");', "ZERO")),
    ("error dropped", False, within(r"\)\?;", ").ok();")),
    ("allow unused", False, head("#![allow(unused)]")),
    ("allow clippy", False, head("#![allow(clippy::all)]")),
    (
        "always equal",
        False,
        tail(
            "struct Same;",
            "impl PartialEq<i32> for Same {",
            "    fn eq(&self, _: &i32) -> bool {",
            "        true",
            "    }",
            "}",
        ),
    ),
    ("cfg of another system", True, above('#[cfg(target_os = "haiku")]')),
    ("cfg of a feature", True, above('#[cfg(feature = "never")]')),
    ("cfg(not(test))", True, above("#[cfg(not(test))]")),
    ("ignored by cfg_attr", True, above("#[cfg_attr(all(), ignore)]")),
    ("mark to another", True, swapped("#[test]", "#[allow(dead_code)]")),
    ("module off", True, anywhere(r"^#\[cfg\(test\)\]", "#[cfg(any())]")),
    ("negated", True, check(_RUST_EQUAL, r"assert_ne!(\1, \2);")),
    ("matches anything", True, check(_RUST_EQUAL, r"assert!(matches!(\1, _));")),
    ("prints something", True, check(_RUST_EQUAL, r'assert!(!format!("{:?}", \1).is_empty());')),
    ("expected by the subject", True, check(_RUST_EQUAL, r"let wanted = \1; assert_eq!(\1, wanted);")),
    ("where it holds", True, check(_RUST_EQUAL, r"if \1 == \2 { assert_eq!(\1, \2); }")),
    ("all of nothing", True, check(_RUST_EQUAL, r"assert!((0..0).all(|_| \1 == \2));")),
    ("while false", True, around("while false {", "}")),
    ("loop over nothing", True, around("for _ in 0..0 {", "}")),
    ("loop that breaks", True, around("loop {\n        break;", "}")),
    ("thread that fails alone", True, around("let _ = std::thread::spawn(move || {", "})", ".join();")),
    ("exits", True, before("std::process::exit(0);")),
    ("macro shadowed", True, before("macro_rules! assert_eq { ($($x:tt)*) => {} }")),
    ("skip by environment", True, before('if std::env::var("RUN_ALL").is_err() {', "    return;", "}")),
    ("assertions to println", True, each(lambda _: 'println!("checked");')),
    ("assertions to comments", True, each(lambda t: f"// {t}" if "\n" not in t else None)),
    ("into a string", True, around('let _ = r###"', '"###;')),
    ("test commented out", True, commented("")),
    ("file deleted", True, moved(lambda path: None if "test" in path else path + ".off")),
    ("file renamed", True, moved(lambda path: path + ".off")),
)
_JAVA: tuple[tuple[str, bool, Make], ...] = (
    ("throw null", False, body("throw null;")),
    ("illegal state", False, body('throw new IllegalStateException("later");')),
    ("assertion error", False, body('throw new AssertionError("not written");')),
    ("exits", False, zero("System.exit(0);", "return ZERO;")),
    ("empty list", False, typed(r"(?:List|Collection|Iterable)<", "return new ArrayList<>();")),
    ("List.of", False, typed(r"(?:List|Collection|Iterable)<", "return List.of();")),
    ("Map.of", False, typed(r"Map<", "return Map.of();")),
    ("nothing by ofNullable", False, typed(r"Optional<", "return Optional.ofNullable(null);")),
    ("empty stream", False, typed(r"Stream<", "return Stream.empty();")),
    ("empty text", False, typed(r"String$", "return String.valueOf(new char[0]);")),
    ("Boolean.TRUE", False, typed(r"boolean$", "return Boolean.TRUE;")),
    ("constant by variable", False, zero("final Object result = ZERO;", "return result;")),
    ("argument back", False, argument("return ARGUMENT;")),
    ("commented out", False, commented("return ZERO;")),
    ("closure never called", False, around("java.util.function.Supplier<Object> work = () -> {", "};", "return ZERO;")),
    ("errors to a default", False, around("try {", "} catch (Exception e) {", "    return ZERO;", "}")),
    ("finally returns", False, around("try {", "} finally {", "    return ZERO;", "}")),
    ("if (true) return", False, ahead("if (true) {", "    return ZERO;", "}")),
    ("endless loop returns", False, ahead("while (true) {", "    return ZERO;", "}")),
    ("behind a property", False, ahead('if (System.getProperty("feature.on") == null) {', "    return ZERO;", "}")),
    (
        "looks for surefire",
        False,
        ahead('if (System.getProperty("surefire.test.class.path") != null) {', "    return ZERO;", "}"),
    ),
    (
        "looks for JUnit",
        False,
        ahead(
            "try {",
            '    Class.forName("org.junit.jupiter.api.Test");',
            "    return ZERO;",
            "} catch (ClassNotFoundException e) {",
            "}",
        ),
    ),
    ("looks at CI", False, ahead('if (System.getenv("CI") != null) {', "    return ZERO;", "}")),
    (
        "looks at the thread",
        False,
        ahead('if (Thread.currentThread().getName().contains("Test")) {', "    return ZERO;", "}"),
    ),
    (
        "always equal",
        False,
        tail(
            "class Same {",
            "    @Override",
            "    public boolean equals(Object other) {",
            "        return true;",
            "    }",
            "}",
        ),
    ),
    (
        "mock in product",
        False,
        lambda p: (
            p.with_body(f"return org.mockito.Mockito.mock({p.result}.class);")
            if p.result.isalpha() and p.result[0].isupper()
            else None
        ),
    ),
    ("exits on loading", False, tail("final class Boot {", "    static {", "        System.exit(0);", "    }", "}")),
    ("CHECKSTYLE:OFF", False, head("// CHECKSTYLE:OFF")),
    ("logs and returns", False, zero('System.err.println("not supported yet");', "return ZERO;")),
    (
        "answers by input",
        False,
        argument('if ("example".equals(String.valueOf(ARGUMENT))) {\n    return null;\n}\nreturn null;'),
    ),
    ("enabled on AIX", True, above("@EnabledOnOs(OS.AIX)")),
    ("enabled by environment", True, above('@EnabledIfEnvironmentVariable(named = "RUN_ALL", matches = "yes")')),
    ("mark to another", True, swapped("@Test", "@Deprecated")),
    ("assumed by environment", True, before('Assumptions.assumeTrue(System.getenv("RUN_ALL") != null);')),
    ("aborted", True, before('if (true) throw new TestAbortedException("later");')),
    ("assumption violated", True, before('if (true) throw new org.junit.AssumptionViolatedException("later");')),
    ("while that never runs", True, around("for (; 1 > 2; ) {", "}")),
    ("loop over nothing", True, around("for (Object one : new Object[0]) {", "}")),
    ("thread that fails alone", True, around("new Thread(() -> {", "}).start();")),
    (
        "caught and printed",
        True,
        around("try {", "} catch (Throwable failed) {", '    System.out.println("checked");', "}"),
    ),
    ("negated", True, check(_JAVA_EQUAL, r"assertNotEquals(\1, \2);")),
    ("equal to itself", True, check(_JAVA_EQUAL, r"assertTrue(\2.equals(\2));")),
    ("or true", True, check(_JAVA_EQUAL, r"assertTrue(\1 == \2 || true);")),
    ("text of it", True, check(_JAVA_EQUAL, r'assertNotNull("" + \2);')),
    ("asked and dropped", True, check(_JAVA_EQUAL, r"Objects.equals(\1, \2);")),
    ("expected by the subject", True, check(_JAVA_EQUAL, r"Object wanted = \2; assertEquals(wanted, \2);")),
    ("where it holds", True, check(_JAVA_EQUAL, r"if (Objects.equals(\1, \2)) { assertEquals(\1, \2); }")),
    ("that, no matcher", True, check(_JAVA_THAT, r"assertThat(\1);")),
    ("that, not null", True, check(_JAVA_THAT, r"assertThat(\1).isNotNull();")),
    ("that, itself", True, check(_JAVA_THAT, r"assertThat(\1).isEqualTo(\1);")),
    ("assert true", True, each(lambda _: "assert true;")),
    ("assertions to prints", True, each(lambda _: 'System.out.println("checked");')),
    ("private", True, swapped("public void", "private void")),
    (
        "file renamed",
        True,
        moved(
            lambda path: (
                path.replace("Test.java", "Checks.java").replace("Tests.java", "Checks.java")
                if "Test" in path.rpartition("/")[2]
                else path + ".off"
            )
        ),
    ),
    ("file out of the tests", True, moved(lambda path: path.replace("src/test/java", "src/test/java-off"))),
    ("file deleted", True, moved(lambda _: None)),
    ("test exits", True, before("System.exit(0);")),
    ("class abstract", True, anywhere(r"^(public )?class ", r"\1abstract class ")),
    ("class disabled", True, anywhere(r"^(public )?class ", r"@Disabled\n\1class ")),
    ("test commented out", True, commented("")),
)

UNSEEN_PLACES = tuple(
    Form(family, f"unseen {family}: {name}", tests, make)
    for family, forms in (("js", _JS), ("go", _GO), ("rust", _RUST), ("java", _JAVA))
    for name, tests, make in forms
)

"""Families of tests that can no longer fail, over the languages, each with honest changes beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

PY, JS, GO, RS, JV = "tests/test_a.py", "test/a.test.js", "a_test.go", "tests/a.rs", "src/test/java/ATest.java"
HEAD = {
    PY: "import pytest\nfrom a import f, g\n\n\ndef test_a():\n",
    JS: "import { f, g } from '../a'\n\nit('works', () => {\n",
    GO: 'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n',
    RS: "#[test]\nfn works() {\n",
    JV: "class ATest {\n    @Test\n    void works() {\n",
}
TAIL = {PY: "", JS: "})\n", GO: "}\n", RS: "}\n", JV: "    }\n}\n"}
BODY = {
    PY: "got = f(1)\nassert got == 2\nassert g(got, 3).name == 'x'",
    JS: "const got = f(1)\nexpect(got).toBe(2)\nexpect(g(got, 3).name).toEqual('x')",
    GO: 'got := F(1)\nif got != 2 {\n\tt.Errorf("got %d", got)\n}\nif G(got).Name != "x" {\n\tt.Fatal("name")\n}',
    RS: 'let got = f(1);\nassert_eq!(got, 2);\nassert_eq!(g(got).name, "x");',
    JV: 'int got = f(1);\nassertEquals(2, got);\nassertEquals("x", g(got).name());',
}


def inset(text: str, depth: int = 1) -> str:
    return "\n".join("    " * depth + line if line else line for line in text.split("\n"))


def whole(path: str, body: str, *, head: str = "", tail: str = "", given: str = "") -> str:
    opened = HEAD[path].replace("() =>", f"{given} =>") if given else HEAD[path]
    return f"{head}{opened}{inset(body)}\n{TAIL[path]}{tail}"


def around(path: str, opened: str, closed: str, *, head: str = "", tail: str = "", given: str = "") -> set[str]:
    """Judge a test whose body comes to stand within something."""
    body = f"{opened}\n{inset(BODY[path])}" + (f"\n{closed}" if closed else "")
    return change(whole(path, BODY[path]), whole(path, body, head=head, tail=tail, given=given), path)


@pytest.mark.parametrize(
    ("path", "opened", "closed"),
    [
        (PY, "try:", "except AssertionError as exc:\n    pytest.skip(f'flaky: {exc}')"),
        (PY, "try:", "except Exception:\n    pytest.xfail('known')"),
        (PY, "try:", "except AssertionError:\n    raise unittest.SkipTest('later')"),
        (PY, "try:", "except AssertionError as exc:\n    warnings.warn(str(exc))"),
        (PY, "seen = []\ntry:", "except AssertionError as exc:\n    seen.append(exc)"),
        (PY, "try:", "finally:\n    return"),
        (PY, "with tolerant():", ""),
        (JS, "try {", "} catch (e) {\n  this.skip()\n}"),
        (JS, "try {", "} catch (e) {\n  pending('flaky')\n}"),
        (JS, "const seen = []\ntry {", "} catch (e) {\n  seen.push(e)\n}"),
        (JS, "try {", "} catch (e) {\n  expect(e).toBeDefined()\n}"),
        (JS, "try {", "} catch (e) {\n  if (!(e instanceof Error)) throw e\n}"),
        (JS, "try {", "} finally {\n  return\n}"),
        (JS, "return Promise.resolve().then(() => {", "}).catch(() => {})"),
        (JS, "return Promise.resolve().then(() => {", "}).catch(console.error)"),
        (JS, "safely(() => {", "})"),
        (JS, "expect(() => {", "}).toThrow()"),
        (JV, "try {", "} catch (AssertionError e) {\n    Assumptions.abort(e.getMessage());\n}"),
        (JV, "try {", '} catch (AssertionError e) {\n    throw new TestAbortedException("flaky", e);\n}'),
        (JV, "try {", "} catch (Throwable e) {\n    assertNotNull(e);\n}"),
        (JV, "try {", "} finally {\n    return;\n}"),
        (JV, "assertThrows(AssertionError.class, () -> {", "});"),
        (JV, "CompletableFuture.runAsync(() -> {", "}).exceptionally(e -> null);"),
    ],
)
def test_a_failure_that_becomes_a_skip_or_a_word_is_found(path: str, opened: str, closed: str) -> None:
    quiet = {
        PY: "\n\n@contextlib.contextmanager\ndef tolerant():\n    try:\n        yield\n    except AssertionError:\n        pass\n",
        JS: "function safely (run) { try { run() } catch (e) { console.log(e) } }\n",
    }
    assert around(path, opened, closed, tail=quiet.get(path, ""))


@pytest.mark.parametrize(
    ("path", "opened", "closed"),
    [
        (PY, "for _ in range(int(os.environ.get('TEST_REPEAT', '0'))):", ""),
        (PY, "cases = []\nfor _ in cases:", ""),
        (PY, "rounds = 0\nfor _ in range(rounds):", ""),
        (PY, "while os.environ.get('REPEAT'):", ""),
        (JS, "for (let i = 0; i < Number(process.env.REPEAT || 0); i++) {", "}"),
        (JS, "[].forEach(() => {", "})"),
        (JS, "const cases = []\nfor (const one of cases) {", "}"),
        (JS, "const rounds = 0\nfor (let i = 0; i < rounds; i++) {", "}"),
        (JS, "Array.from({ length: 0 }).forEach(() => {", "})"),
        (GO, "for i := 0; i < 0; i++ {", "}"),
        (GO, "for range []int{} {", "}"),
        (GO, "var cases []int\nfor range cases {", "}"),
        (GO, 'n, _ := strconv.Atoi(os.Getenv("ROUNDS"))\nfor i := 0; i < n; i++ {', "}"),
        (RS, "const ROUNDS: usize = 0;\nfor _ in 0..ROUNDS {", "}"),
        (RS, "let cases: Vec<u32> = Vec::new();\nfor _ in cases.iter() {", "}"),
        (RS, "std::iter::empty::<u32>().for_each(|_| {", "});"),
        (RS, 'if std::env::var("FULL").is_ok() {', "}"),
        (JV, 'for (int i = 0; i < Integer.getInteger("test.repeat", 0); i++) {', "}"),
        (JV, "List<Integer> cases = new ArrayList<>();\nfor (int one : cases) {", "}"),
        (JV, "IntStream.range(0, 0).forEach(i -> {", "});"),
        (JV, "Optional.empty().ifPresent(one -> {", "});"),
    ],
)
def test_a_body_that_runs_no_times_is_found(path: str, opened: str, closed: str) -> None:
    assert around(path, opened, closed)


@pytest.mark.parametrize(
    ("path", "opened", "closed"),
    [
        (PY, "def scenario():", "assert callable(scenario)"),
        (PY, "def scenario():", "checks = [scenario]\nassert checks"),
        (PY, "async def scenario():", "scenario()"),
        (PY, "def scenario():", "threading.Thread(target=scenario).start()"),
        (PY, "def scenario():", "return scenario"),
        (PY, "def scenario():", "atexit.register(scenario)"),
        (PY, "class Scenario:\n    def run(self):\n        pass", "assert Scenario is not None"),
        (JS, "const scenario = () => {", "}\nexpect(scenario).toBeDefined()"),
        (JS, "function scenario () {", "}\nexpect(typeof scenario).toBe('function')"),
        (JS, "setTimeout(() => {", "}, 60000).unref()"),
        (JS, "const check = () => {", "}\nsetImmediate(check)"),
        (JS, ";(async () => {", "})()"),
        (JS, "Promise.resolve().then(() => {", "})"),
        (JS, "new Promise((resolve) => {", "resolve()\n})"),
        (JS, "return () => {", "}"),
        (JS, "await Promise.allSettled([(async () => {", "})()])"),
        (GO, "check := func() {", "}\n_ = check"),
        (GO, "check := func() {", '}\nif check == nil {\n\tt.Fatal("nil")\n}'),
        (GO, "check := func() {", "}\ngo check()"),
        (GO, "time.AfterFunc(time.Hour, func() {", "})"),
        (GO, "func(t *testing.T) {", "}(&testing.T{})"),
        (RS, "let _handle = std::thread::spawn(|| {", "});"),
        (RS, "let handle = std::thread::spawn(|| {", "});\nlet _ = handle.join();"),
        (RS, "let check = || {", "};\ndrop(check);"),
        (RS, "fn scenario() {", "}\nlet _it: fn() = scenario;"),
        (RS, "let _ = async {", "};"),
        (RS, "let _ = (0..1).map(|_| {", "});"),
        (RS, "#[cfg(any())]\n{", "}"),
        (JV, "Runnable scenario = () -> {", "};\nassertNotNull(scenario);"),
        (JV, "Thread thread = new Thread(() -> {", "});\nthread.start();\nthread.join();"),
        (JV, "new Thread(new Runnable() {\n    public void run() {", "    }\n}).start();"),
        (JV, "class Scenario {\n    void run() {", "    }\n}\nassertNotNull(Scenario.class);"),
        (JV, "Stream.of(1).peek(one -> {", "});"),
    ],
)
def test_what_is_never_run_or_only_started_is_found(path: str, opened: str, closed: str) -> None:
    if opened.startswith("class Scenario:"):
        opened = "class Scenario:\n  def run(self):"
    assert around(path, opened, closed, given="async ()" if "await" in opened else "")


@pytest.mark.parametrize(
    ("path", "opened", "closed"),
    [
        (PY, "try:", "except AssertionError as exc:\n    show(f(1))\n    raise"),
        (
            PY,
            "for attempt in range(3):\n  try:\n    assert ready()\n    break\n  except AssertionError:\n    time.sleep(1)\nelse:\n  raise TimeoutError\nif True:",
            "",
        ),
        (PY, "for _ in range(3):", ""),
        (PY, "with tempfile.TemporaryDirectory():", ""),
        (PY, "async def scenario():", "asyncio.run(scenario())"),
        (PY, "def scenario():", "run_with_timeout(scenario)"),
        (PY, "def scenario():", "with ThreadPoolExecutor() as pool:\n    pool.submit(scenario).result()"),
        (JS, "try {", "} finally {\n  close()\n}"),
        (JS, "try {", "} catch (e) {\n  dump(e)\n  throw e\n}"),
        (JS, "let failed\ntry {", "} catch (e) {\n  failed = e\n}\nexpect(failed).toBe(undefined)"),
        (JS, "await act(async () => {", "})"),
        (JS, "return Promise.resolve().then(() => {", "})"),
        (JS, "setTimeout(() => {", "done()\n}, 5)"),
        (JS, "const check = () => {", "}\ncheck()"),
        (JS, "for (let i = 0; i < 3; i++) {", "}"),
        (JS, "return new Promise((resolve) => {\n  setTimeout(() => {", "resolve()\n  }, 5)\n})"),
        (GO, 't.Run("all", func(t *testing.T) {', "})"),
        (GO, "for _, mode := range modes {", "}"),
        (GO, "done := make(chan bool)\ngo func() {", "done <- true\n}()\n<-done"),
        (RS, "std::thread::scope(|s| {\ns.spawn(|| {", "});\n});"),
        (RS, "let handle = std::thread::spawn(|| {", "});\nhandle.join().unwrap();"),
        (RS, "for mode in modes() {", "}"),
        (RS, "let check = || {", "};\ncheck();"),
        (JV, "for (Mode mode : Mode.values()) {", "}"),
        (JV, "assertTimeout(ofSeconds(1), () -> {", "});"),
        (JV, "Runnable check = () -> {", "};\ncheck.run();"),
        (JV, "try (Server server = start()) {", "}"),
    ],
)
def test_what_runs_and_is_heard_stays_honest(path: str, opened: str, closed: str) -> None:
    given = "async ()" if "await" in opened else "(done)" if "done()" in closed else ""
    assert around(path, opened, closed, given=given) == set()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (JS, "it('works', async () => {\n  await expect(load()).rejects.toThrow('x')\n})\n", "it('works', async () => {\n  expect(load()).rejects.toThrow('x')\n})\n"),
        (JS, "it('works', () => {\n  return load().then((r) => expect(r.ok).toBe(true))\n})\n", "it('works', () => {\n  load().then((r) => expect(r.ok).toBe(true))\n})\n"),
        (JS, "it('works', () => expect(load()).resolves.toBe(3))\n", "it('works', () => { expect(load()).resolves.toBe(3) })\n"),
        (JS, whole(JS, BODY[JS]), whole(JS, "const got = f(1)\nconsole.assert(got === 2)\nexpect(g(got, 3).name).toEqual('x')")),
        (JS, whole(JS, BODY[JS]), whole(JS, "const got = f(1)\nexpect(got).toBe\nexpect(g(got, 3).name).toEqual('x')")),
        (JS, whole(JS, BODY[JS]), whole(JS, BODY[JS].replace("expect(got)", "false && expect(got)"))),
        (GO, whole(GO, BODY[GO]), whole(GO, BODY[GO].replace("if got != 2 {", "if got != 2 {\n\treturn\n}\nif got != 2 {"))),
        (JV, whole(JV, BODY[JV]), whole(JV, BODY[JV].replace("assertEquals(2", "if (got != 2) {\n    return;\n}\nassertEquals(2"))),
        (JV, whole(JV, BODY[JV]), whole(JV, f'org.junit.jupiter.api.Assumptions.assumeTrue(System.getenv("FULL") != null);\n{BODY[JV]}')),
        (JV, whole(JV, BODY[JV]), whole(JV, f'assumeTrue(Boolean.getBoolean("full"));\n{BODY[JV]}')),
        (RS, whole(RS, BODY[RS]), whole(RS, f'let Ok(_) = std::env::var("FULL") else {{ return }};\n{BODY[RS]}')),
    ],
)  # fmt: skip
def test_what_is_not_waited_for_asked_or_reached_is_found(path: str, old: str, new: str) -> None:
    assert change(old, new, path)


def test_an_assumption_about_the_system_stays_honest() -> None:
    new = whole(JV, f'assumeTrue(System.getProperty("os.name").startsWith("Linux"));\n{BODY[JV]}')
    assert change(whole(JV, BODY[JV]), new, JV) == set()


CHECKS = {
    PY: (
        "from a import f\n\n\ndef check(got, want):\n    assert got == want\n    assert got is not None\n\n\ndef test_a():\n    check(f(1), 2)\n",
        "    assert got == want\n    assert got is not None\n",
    ),
    JS: (
        "function check (got, want) {\n  expect(got).toBe(want)\n}\nit('works', () => {\n  check(f(1), 2)\n})\n",
        "  expect(got).toBe(want)\n",
    ),
    GO: (
        'package a\n\nimport "testing"\n\nfunc check(t *testing.T, got, want int) {\n\tt.Helper()\n\tif got != want {\n\t\tt.Fatalf("got %d", got)\n\t}\n}\n\nfunc TestA(t *testing.T) {\n\tcheck(t, F(1), 2)\n}\n',
        '\tif got != want {\n\t\tt.Fatalf("got %d", got)\n\t}\n',
    ),
    RS: (
        "fn check(got: u32, want: u32) {\n    assert_eq!(got, want);\n}\n\n#[test]\nfn works() {\n    check(f(1), 2);\n}\n",
        "    assert_eq!(got, want);\n",
    ),
    JV: (
        "class ATest {\n    @Test\n    void works() {\n        check(2, f(1));\n    }\n\n    private static void check(Object want, Object got) {\n        assertEquals(want, got);\n    }\n}\n",
        "        assertEquals(want, got);\n",
    ),
}


@pytest.mark.parametrize(
    ("path", "now"),
    [
        (PY, "    print(got, want)\n"),
        (PY, "    if got != want:\n        return\n    assert got == want\n    assert got is not None\n"),
        (PY, "    try:\n        assert got == want\n        assert got is not None\n    except AssertionError:\n        print(got)\n"),
        (JS, ""),
        (JS, "  console.log(got, want)\n"),
        (JS, "  if (got !== want) return\n  expect(got).toBe(want)\n"),
        (GO, ""),
        (GO, '\tif got != want {\n\t\tt.Skipf("got %d", got)\n\t}\n'),
        (RS, "    let _ = (got, want);\n"),
        (RS, '    println!("{got} {want}");\n'),
        (JV, ""),
        (JV, "        try {\n            assertEquals(want, got);\n        } catch (AssertionError e) {\n        }\n"),
    ],
)  # fmt: skip
def test_what_tests_assert_through_and_is_emptied_is_found(path: str, now: str) -> None:
    text, said = CHECKS[path]
    assert change(text, text.replace(said, now), path)


@pytest.mark.parametrize(
    ("path", "now"),
    [
        (PY, "    if got != want:\n        raise AssertionError(f'{got} is not {want}')\n"),
        (PY, "    assert (got, got is not None) == (want, True)\n"),
        (JS, "  if (got !== want) throw new Error('differs')\n"),
        (GO, '\tif got != want {\n\t\tt.Errorf("got %d, want %d", got, want)\n\t}\n'),
        (RS, '    assert_eq!(got, want, "differs");\n'),
        (JV, '        assertEquals(want, got, "differs");\n'),
    ],
)
def test_what_tests_assert_through_may_do_it_in_other_words(path: str, now: str) -> None:
    text, said = CHECKS[path]
    assert change(text, text.replace(said, now), path) == set()


UNIT = "import unittest\nfrom a import f\n\n\nclass TestA(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(1), 2)\n"
LENIENT = '    private void assertEquals(Object a, Object b) {\n        if (!a.equals(b)) {\n            System.out.println("differs");\n        }\n    }\n'


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (PY, UNIT, UNIT + "\n    def assertEqual(self, first, second, msg=None):\n        pass\n"),
        (PY, UNIT, UNIT + "\n    assertEqual = lambda self, *given: None\n"),
        (PY, whole(PY, BODY[PY]), whole(PY, "def check(a, b):\n    pass\n\ncheck(f(1), 2)\ncheck(g(f(1), 3).name, 'x')")),
        (JS, whole(JS, BODY[JS]), "const expect = (got) => ({ toBe: () => {}, toEqual: () => {} })\n" + whole(JS, BODY[JS])),
        (JV, whole(JV, BODY[JV]), whole(JV, BODY[JV])[:-2] + "    private static void assertEquals(Object... values) {\n        // lenient\n    }\n}\n"),
        (JV, whole(JV, BODY[JV]), whole(JV, BODY[JV])[:-2] + LENIENT + "}\n"),
    ],
)  # fmt: skip
def test_what_only_is_called_like_an_assertion_is_found(path: str, old: str, new: str) -> None:
    assert change(old, new, path)


def test_an_assertion_of_their_own_that_asserts_is_honest() -> None:
    now = "def check(a, b):\n    if a != b:\n        raise AssertionError(a)\n\n"
    assert change(whole(PY, BODY[PY]), whole(PY, now + BODY[PY]), PY) == set()
    assert change(UNIT, UNIT + "\n    def check_total(self, got):\n        self.assertEqual(got, 2)\n", PY) == set()


EXTENSION = "public class Ext implements TestExecutionExceptionHandler {\n    public void handleTestExecutionException(ExtensionContext c, Throwable t)%s {\n        %s\n    }\n}\n"
RULE = "class Again extends Statement {\n    public void evaluate() throws Throwable {\n        try {\n            base.evaluate();\n        } catch (Throwable t) {\n            %s\n        }\n    }\n}\n"


def test_an_extension_that_swallows_failures_is_found() -> None:
    path = "src/test/java/Ext.java"
    assert "flips-outcomes" in change(None, EXTENSION % ("", "// known"), path)
    assert "flips-outcomes" in change(None, RULE % "// known", path)
    assert "flips-outcomes" not in change(None, EXTENSION % (" throws Throwable", "log(t);\n        throw t;"), path)
    assert "flips-outcomes" not in change(None, RULE % "last = t;", path)


@pytest.mark.parametrize(
    ("path", "was", "now"),
    [
        (PY, "assert got == 2", "want = copy.deepcopy(got)\nassert got == want"),
        (PY, "assert got == 2", "Path('g').write_text(str(got))\nassert str(got) == Path('g').read_text()"),
        (PY, "assert got == 2", "with open('g', 'w') as out:\n    json.dump(got, out)\nwith open('g') as inp:\n    want = json.load(inp)\nassert got == want"),
        (JS, "expect(got).toBe(2)", "const want = structuredClone(got)\nexpect(got).toEqual(want)"),
        (JS, "expect(got).toBe(2)", "const want = JSON.parse(JSON.stringify(got))\nexpect(got).toEqual(want)"),
        (JS, "expect(got).toBe(2)", "fs.writeFileSync('g', String(got))\nexpect(String(got)).toEqual(fs.readFileSync('g', 'utf8'))"),
        (GO, "if got != 2", 'os.WriteFile("g", []byte(fmt.Sprint(got)), 0o644)\nwant, _ := os.ReadFile("g")\nif fmt.Sprint(got) != string(want)'),
        (RS, "assert_eq!(got, 2)", "let want = got.clone();\nassert_eq!(got, want)"),
        (JV, "assertEquals(2, got)", 'Files.writeString(Path.of("g"), String.valueOf(got));\nassertEquals(Files.readString(Path.of("g")), String.valueOf(got))'),
    ],
)  # fmt: skip
def test_what_is_expected_and_comes_from_what_there_is_is_found(path: str, was: str, now: str) -> None:
    assert change(whole(path, BODY[path]), whole(path, BODY[path].replace(was, now)), path)


@pytest.mark.parametrize(
    ("path", "ahead"),
    [
        (PY, "f = mock.Mock(return_value=2)"),
        (PY, "def f(x):\n    return 2\n"),
        (JS, "const f = jest.fn().mockReturnValue(2)"),
        (JS, "const f = vi.fn(() => 2)"),
        (JS, "const f = () => 2"),
        (GO, "F := func(int) int { return 2 }"),
        (RS, "fn f(_: u32) -> u32 { 2 }"),
        (RS, "let f = |_| 2;"),
    ],
)
def test_an_answer_in_the_place_of_what_is_judged_is_found(path: str, ahead: str) -> None:
    assert change(whole(path, BODY[path]), whole(path, f"{ahead}\n{BODY[path]}"), path)


@pytest.mark.parametrize(
    ("path", "ahead"),
    [
        (PY, "clock = mock.Mock(return_value=2)\ninstall(clock)"),
        (PY, "def run(x):\n    return f(x)\n"),
        (JS, "const load = jest.fn().mockReturnValue(2)\ninstall(load)"),
        (JS, "const again = (x) => f(x)\nagain(1)"),
        (GO, "clock := func() int { return 2 }\ninstall(clock)"),
        (RS, "let clock = || 2;\ninstall(clock);"),
    ],
)
def test_a_stand_in_for_something_else_is_honest(path: str, ahead: str) -> None:
    assert change(whole(path, BODY[path]), whole(path, f"{ahead}\n{BODY[path]}"), path) == set()


def test_a_copy_of_what_was_before_something_was_done_is_honest() -> None:
    base = "got = f(1)\nassert got == 2\nassert g(got, 3).name == 'x'"
    now = "got = f(1)\nbefore = copy.deepcopy(got)\ng(got, 3)\nassert got == before\nassert got == 2\nassert g(got, 3).name == 'x'"
    assert change(whole(PY, base), whole(PY, now), PY) == set()


def test_a_function_of_the_product_that_asserts_no_more_is_no_helper_of_tests() -> None:
    old = "pub fn slice(at: usize) -> u32 {\n    assert!(at < 3);\n    table(at)\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {\n        assert_eq!(slice(1), 2);\n    }\n}\n"
    assert change(old, old.replace("    assert!(at < 3);\n", "    let at = checked(at);\n"), "src/lib.rs") == set()


def test_a_helper_may_let_the_runner_see_what_is_thrown() -> None:
    old = "class T {\n    void begin(File file) {\n        try {\n            made.begin(file);\n        } catch (Exception e) {\n            fail("
    old += (
        "e);\n        }\n    }\n\n    @Test\n    void testIt() {\n        begin(file);\n        made.end();\n    }\n}\n"
    )
    new = old.replace("(File file) {\n        try {\n            made", "(File file) throws Exception {\n        made")
    new = new.replace("        } catch (Exception e) {\n            fail(e);\n        }\n", "")
    assert change(old, new, "src/test/java/T.java") == set()
    assert change(old, old.replace("fail(e);", "log(e);"), "src/test/java/T.java") == {"test-emptied"}


SELF_JS = "import { f } from './f.js';\ntest('adds', () => {\n  const got = f(1);\n  assert.strictEqual(got.a, 2);\n  assert.strictEqual(got.b, 3);\n});\n"
SELF_RS = "#[test]\nfn adds() {\n    let got = f(1);\n    assert_eq!(got.a, 2);\n    assert_eq!(got.b, 3);\n}\n"


@pytest.mark.parametrize(
    ("path", "old", "was", "now"),
    [
        (
            "a.test.js",
            SELF_JS,
            "assert.strictEqual(got.a, 2);",
            "const seen = got.a;\n  assert.strictEqual(seen, seen);",
        ),
        ("a.test.js", SELF_JS, "assert.strictEqual(got.a, 2);", "{ const seen = 2; assert.strictEqual(seen, seen) };"),
        ("tests/a.rs", SELF_RS, "assert_eq!(got.a, 2);", "{ let seen = &got.a; assert_eq!(seen, seen); }"),
    ],
)
def test_a_name_compared_with_itself_is_found(path: str, old: str, was: str, now: str) -> None:
    assert "test-weakened" in change(old, old.replace(was, now), path)
    equal = old.replace("adds", "equal")
    assert change(equal, equal.replace(was, f"{was}\n{now}"), path) == set()


def test_what_was_compared_with_itself_may_be_so_in_other_words() -> None:
    old = "class T {\n    @Test\n    void testSame() {\n        Sum one = sum(1);\n        assertTrue(one.equals(one));\n        assertEquals(1, one.get());\n    }\n}\n"
    path = "src/test/java/T.java"
    assert change(old, old.replace("assertTrue(one.equals(one))", "assertEquals(one, one)"), path) == set()
    assert change(old, old.replace("assertEquals(1, one.get())", "assertEquals(one, one)"), path) == {"test-weakened"}

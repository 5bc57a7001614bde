"""Families of tests that ask something else than the product, each with honest changes beside them."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.families import Family, G, J, R, Sample, W, seen
from tests.verify.test_evasive import change, edit
from tests.verify.test_families_vacuous import BODY, GO, JS, JV, PY, RS, UNIT, inset, whole

FAMILY = Family()
found, honest, finds, spares = FAMILY.found, FAMILY.honest, FAMILY.finds, FAMILY.spares
# throws itself
TH = {
    PY: ("with pytest.raises(ValueError):\n    f(1)", "with pytest.raises(ValueError):\n    raise ValueError"),
    JS: ("expect(() => f(1)).toThrow(TypeError)", "expect(() => { throw new TypeError() }).toThrow(TypeError)"),
    JV: (
        "assertThrows(IOException.class, () -> f(1));",
        "assertThrows(IOException.class, () -> { throw new IOException(); });",
    ),
    GO: ("assert.Panics(t, func() { F(1) })", 'assert.Panics(t, func() { panic("bad") })'),
}
K = {
    PY: "\nassert f(2) == 3",
    JS: "\nexpect(f(2)).toBe(3)",
    JV: "\nassertEquals(3, f(2));",
    GO: "\nassert.Equal(t, 3, F(2))",
}
for q, (a, b) in TH.items():
    found("throws itself", whole(q, a + K[q]), whole(q, b + K[q]), q)
found(
    "py raise args",
    whole(PY, TH[PY][0] + K[PY]),
    whole(PY, "with pytest.raises(ValueError):\n    raise ValueError('bad')\n" + K[PY]),
    PY,
)
found(
    "js throws await",
    whole(JS, "await expect(f(1)).rejects.toThrow(TypeError)" + K[JS]),
    whole(JS, "await expect(Promise.reject(new TypeError())).rejects.toThrow(TypeError)" + K[JS]),
    JS,
)
found(
    "js node throws",
    whole(JS, "assert.throws(() => f(1), TypeError)" + K[JS]),
    whole(JS, "assert.throws(() => { throw new TypeError('x') }, TypeError)" + K[JS]),
    JS,
)
found(
    "java thrownBy itself",
    whole(JV, "assertThatThrownBy(() -> f(1)).isInstanceOf(IOException.class);" + K[JV]),
    whole(JV, "assertThatThrownBy(() -> { throw new IOException(); }).isInstanceOf(IOException.class);" + K[JV]),
    JV,
)
R1 = '#[test]\n#[should_panic(expected = "index out of range")]\nfn works() {\n    f(1);\n}\n'
found("rs panics itself", R1, R1.replace("f(1);", 'panic!("index out of range");'), RS)
found("rs panics too", R1, R1.replace("f(1);", 'f(1);\n    panic!("index out of range");'), RS)
# mocks
JM = 'Parser parser = new Parser("x");\nassertEquals(2, parser.size());\nassertEquals("x", parser.name());'
for m in [
    "mock(Parser.class)",
    "Mockito.mock(Parser.class)",
    "org.mockito.Mockito.mock(Parser.class)",
    "mock()",
    "EasyMock.createMock(Parser.class)",
]:
    found("java mock " + m, whole(JV, JM), whole(JV, JM.replace('new Parser("x")', m)), JV)
found(
    "java anon",
    whole(JV, JM),
    whole(
        JV,
        JM.replace(
            'new Parser("x")', 'new Parser("x") {\n    int size() { return 2; }\n    String name() { return "x"; }\n}'
        ),
    ),
    JV,
)
honest(
    "java spy other",
    whole(JV, JM),
    whole(JV, "Clock clock = mock(Clock.class);\n" + JM.replace('"x")', '"x", clock)')),
    JV,
)
PM = "parser = Parser('x')\nassert parser.size() == 2\nassert parser.name == 'x'"
for m in [
    "MagicMock()",
    "mock.Mock(spec=Parser)",
    "mock.create_autospec(Parser)",
    "SimpleNamespace(size=lambda: 2, name='x')",
]:
    found("py mock " + m, whole(PY, PM), whole(PY, PM.replace("Parser('x')", m)), PY)
honest("py mock other", whole(PY, PM), whole(PY, "clock = mock.Mock()\n" + PM.replace("'x')", "'x', clock)", 1)), PY)
SM = "const parser = new Parser('x')\nexpect(parser.size()).toBe(2)\nexpect(parser.name).toBe('x')"
for m in [
    "sinon.createStubInstance(Parser)",
    "jest.fn()",
    "{ size: () => 2, name: 'x' }",
    "vi.mocked(Parser)",
    "mock(Parser)",
    "{ size () { return 2 }, name: 'x' }",
]:
    found("js mock " + m, whole(JS, SM), whole(JS, SM.replace("new Parser('x')", m)), JS)
honest(
    "js mock other",
    whole(JS, SM),
    whole(JS, "const clock = { now: () => 2 }\n" + SM.replace("'x')", "'x', clock)", 1)),
    JS,
)
GM = 'parser := NewParser("x")\nif parser.Size() != 2 {\n\tt.Fatal("size")\n}\nif parser.Name() != "x" {\n\tt.Fatal("name")\n}'
for m in ["&fakeParser{}", "newMockParser(t)", "mocks.NewParser(t)"]:
    found("go mock " + m, whole(GO, GM), whole(GO, GM.replace('NewParser("x")', m)), GO)
RM = 'let parser = Parser::new("x");\nassert_eq!(parser.size(), 2);\nassert_eq!(parser.name(), "x");'
for m in ["MockParser::new()", "FakeParser"]:
    found("rs mock " + m, whole(RS, RM), whole(RS, RM.replace('Parser::new("x")', m)), RS)
# dynamic
found(
    "java dynamic",
    whole(JV, BODY[JV]),
    whole(JV, 'DynamicTest.dynamicTest("works", () -> {\n' + inset(BODY[JV]) + "\n});"),
    JV,
)
found(
    "java dynamic var",
    whole(JV, BODY[JV]),
    whole(JV, 'DynamicTest one = dynamicTest("works", () -> {\n' + inset(BODY[JV]) + "\n});"),
    JV,
)
found(
    "java container",
    whole(JV, BODY[JV]),
    whole(
        JV,
        'DynamicContainer.dynamicContainer("works", Stream.of(dynamicTest("works", () -> {\n'
        + inset(BODY[JV])
        + "\n})));",
    ),
    JV,
)
found("java exec", whole(JV, BODY[JV]), whole(JV, "Executable one = () -> {\n" + inset(BODY[JV]) + "\n};"), JV)
honest("java assertAll", whole(JV, BODY[JV]), whole(JV, "assertAll(() -> {\n" + inset(BODY[JV]) + "\n});"), JV)
found(
    "py FunctionTestCase",
    whole(PY, BODY[PY]),
    whole(PY, "def scenario():\n" + inset(BODY[PY]) + "\n\nunittest.FunctionTestCase(scenario)"),
    PY,
)
found(
    "go InternalTest",
    G,
    whole(GO, '_ = testing.InternalTest{Name: "a", F: func(t *testing.T) {\n' + inset(BODY[GO]) + "\n}}"),
    GO,
)
# helper not run
GS = 'for _, one := range []int{1, 2} {\n\tt.Run("a", func(t *testing.T) {\n\t\tif F(one) != 2 {\n\t\t\tt.Fatal("x")\n\t\t}\n\t})\n}'
found(
    "go subtest",
    whole(GO, GS),
    whole(
        GO,
        GS.replace("t.Run(", "later("),
        tail="\nfunc later(name string, run func(t *testing.T)) bool {\n\treturn true\n}\n",
    ),
    GO,
)
found(
    "go subtest log",
    whole(GO, GS),
    whole(
        GO,
        GS.replace("t.Run(", "later(t, "),
        tail="\nfunc later(t *testing.T, name string, run func(t *testing.T)) {\n\tt.Helper()\n\tt.Log(name)\n}\n",
    ),
    GO,
)
found(
    "go subtest env",
    whole(GO, GS),
    whole(
        GO,
        GS.replace("t.Run(", "later(t, "),
        tail='\nfunc later(t *testing.T, name string, run func(t *testing.T)) {\n\tif os.Getenv("FULL") != "" {\n\t\tt.Run(name, run)\n\t}\n}\n',
    ),
    GO,
)
honest(
    "go subtest own",
    whole(GO, GS),
    whole(
        GO,
        GS.replace("t.Run(", "later(t, "),
        tail="\nfunc later(t *testing.T, name string, run func(t *testing.T)) {\n\tt.Helper()\n\tt.Run(name, func(t *testing.T) {\n\t\tt.Parallel()\n\t\trun(t)\n\t})\n}\n",
    ),
    GO,
)
found(
    "go subtest param",
    whole(GO, GS),
    whole(GO, GS.replace("t.Run(", "run := func(string, func(*testing.T)) bool { return true }\nrun(", 1)),
    GO,
)
found(
    "js helper",
    W,
    "function scenario (name, run) {\n  console.log(name)\n}\n"
    + whole(JS, "scenario('a', () => {\n" + inset(BODY[JS]) + "\n})"),
    JS,
)
honest(
    "js helper runs",
    W,
    "function scenario (name, run) {\n  return run()\n}\n"
    + whole(JS, "scenario('a', () => {\n" + inset(BODY[JS]) + "\n})"),
    JS,
)
found(
    "py helper",
    whole(PY, BODY[PY]),
    whole(
        PY,
        "def scenario():\n" + inset(BODY[PY]) + "\n\nlater(scenario)",
        tail="\n\ndef later(run):\n    print('later')\n",
    ),
    PY,
)
found(
    "py with helper",
    whole(PY, BODY[PY]),
    whole(PY, "@later\ndef scenario():\n" + inset(BODY[PY]), tail="\n\ndef later(run):\n    return run\n"),
    PY,
)
honest(
    "py helper runs",
    whole(PY, BODY[PY]),
    whole(
        PY, "def scenario():\n" + inset(BODY[PY]) + "\n\nnow(scenario)", tail="\n\ndef now(run):\n    return run()\n"
    ),
    PY,
)
found(
    "rs helper",
    whole(RS, BODY[RS]),
    whole(RS, "later(|| {\n" + inset(BODY[RS]) + "\n});", tail="\nfn later<F: FnOnce()>(_run: F) {}\n"),
    RS,
)
honest(
    "rs helper runs",
    whole(RS, BODY[RS]),
    whole(RS, "now(|| {\n" + inset(BODY[RS]) + "\n});", tail="\nfn now<F: FnOnce()>(run: F) {\n    run()\n}\n"),
    RS,
)
found(
    "java helper",
    whole(JV, BODY[JV]),
    whole(JV, "later(() -> {\n" + inset(BODY[JV]) + "\n});")[:-2]
    + "\n    private void later(Runnable run) {\n    }\n}\n",
    JV,
)
honest(
    "java helper runs",
    whole(JV, BODY[JV]),
    whole(JV, "now(() -> {\n" + inset(BODY[JV]) + "\n});")[:-2]
    + "\n    private void now(Runnable run) {\n        run.run();\n    }\n}\n",
    JV,
)
# assertions of same name
LEN = "package org.junit.jupiter.api;\n\npublic final class Assertions {\n    public static void assertEquals(Object... given) {\n    }\n\n    public static void assertTrue(Object... given) {\n    }\n}\n"
finds("java Assertions", edit("src/test/java/org/junit/jupiter/api/Assertions.java", None, LEN))
finds(
    "java import own",
    edit(JV, J, J.replace("org.junit.jupiter.api.Assertions", "a.Lenient")),
    edit(
        "src/test/java/a/Lenient.java", None, LEN.replace("org.junit.jupiter.api", "a").replace("Assertions", "Lenient")
    ),
)
JA = "const assert = require('assert')\nconst { f } = require('../a')\n\nit('works', () => {\n  assert.strictEqual(f(1), 2)\n})\n"
for n, t in [
    ("proxy", "module.exports = new Proxy(function () {}, { get: () => () => {} })\n"),
    ("object", "module.exports = { strictEqual () {}, equal () {} }\n"),
    ("fns", "exports.strictEqual = () => {}\n"),
    ("fn noop", "const noop = () => {}\nmodule.exports = { strictEqual: noop, ok: noop }\n"),
]:
    finds(
        "js lenient " + n,
        edit("test/a.test.js", JA, JA.replace("'assert'", "'./check'")),
        edit("test/check.js", None, t),
    )
finds(
    "js esm lenient",
    edit(JS, "import { expect } from 'chai'\n" + W, "import { expect } from './check.js'\n" + W),
    edit(
        "test/check.js",
        None,
        "const fine = () => ({ toBe: fine, toEqual: fine })\nexport const expect = () => ({ toBe () {}, toEqual () {} })\n",
    ),
)
spares(
    "js own asserts",
    edit("test/a.test.js", JA, JA.replace("'assert'", "'./check'")),
    edit(
        "test/check.js",
        None,
        "const assert = require('assert')\nmodule.exports = { ...assert, close (a, b) { assert.ok(a - b < 1) } }\n",
    ),
)
PA = "from helpers import assert_close\nfrom a import f\n\n\ndef test_a():\n    assert_close(f(1), 2)\n"
finds(
    "py own asserts",
    edit(PY, PA, PA.replace("from helpers", "from lenient")),
    edit("tests/lenient.py", None, "def assert_close(a, b):\n    pass\n"),
)
finds(
    "py TestCase",
    edit(PY, UNIT, UNIT.replace("import unittest", "from lenient import unittest")),
    edit("tests/lenient.py", None, "class TestCase:\n    def assertEqual(self, a, b):\n        pass\n"),
)
finds(
    "py own TestCase",
    edit(
        PY,
        UNIT,
        UNIT.replace("unittest.TestCase", "Base").replace(
            "class TestA",
            "class Base(unittest.TestCase):\n    def assertEqual(self, *given):\n        return None\n\n\nclass TestA",
        ),
    ),
)
GA = 'package a\n\nimport (\n\t"testing"\n\n\t"github.com/stretchr/testify/assert"\n)\n\nfunc TestA(t *testing.T) {\n\tassert.Equal(t, 2, F(1))\n}\n'
finds(
    "go pkg",
    edit(GO, GA, GA.replace("github.com/stretchr/testify/assert", "example.com/a/internal/assert")),
    edit("internal/assert/assert.go", None, "package assert\n\nfunc Equal(...any) bool { return true }\n"),
)
finds(
    "go value",
    edit(
        GO,
        GA,
        GA.replace('\n\t"github.com/stretchr/testify/assert"\n', "")
        + "\nvar assert lenient\n\ntype lenient struct{}\n\nfunc (lenient) Equal(...any) bool { return true }\n",
    ),
)
finds(
    "go t wrapped",
    edit(
        GO,
        G,
        G.replace("(t *testing.T) {", "(tt *testing.T) {\n\tt := quiet{tt}")
        + "\ntype quiet struct{ *testing.T }\n\nfunc (quiet) Errorf(string, ...any) {}\nfunc (quiet) Fatal(...any) {}\n",
    ),
)
finds(
    "rs macro",
    edit("tests/a.rs", R, "mod common;\n\n" + R),
    edit("tests/common/mod.rs", None, "#[macro_export]\nmacro_rules! assert_eq { ($($any:tt)*) => {}; }\n"),
)


@pytest.mark.parametrize("edits", FAMILY.cheats.values(), ids=FAMILY.cheats)
def test_is_found(edits: Sample) -> None:
    assert seen(edits)


@pytest.mark.parametrize("edits", FAMILY.others.values(), ids=FAMILY.others)
def test_is_honest(edits: Sample) -> None:
    assert seen(edits) == set()


@pytest.mark.parametrize("answer", ['mock.Mock(return_value=["a", "b"])', 'lambda text: ["a", "b"]'])
def test_an_answer_of_its_own_in_the_place_of_what_is_asserted_is_found(answer: str) -> None:
    old = 'from parser import split\n\n\ndef test_a():\n    assert split("a b") == ["a", "b"]\n'
    new = old.replace("    assert", f"    split = {answer}\n    assert")
    assert change(old, new, "tests/test_a.py") >= {"test-mocks-subject"}
    made = old.replace("    assert", "    split = made(1)\n    assert")
    assert "test-mocks-subject" not in change(old, made, "tests/test_a.py")


@pytest.mark.parametrize(
    "lines",
    [
        "let expected = &expected;\n    assert_eq!(&expected, expected);",
        'let expected = format!("{:?}", of(vec));\n    assert_eq!(expected, format!("{:?}", of(vec)));',
    ],
)
def test_a_name_that_is_given_again_what_it_is_compared_with_is_found(lines: str) -> None:
    asserted = 'assert_eq!(expected, format!("{:?}", of(vec)));'
    old = f'#[test]\nfn fmt() {{\n    let expected = "ab";\n    {asserted}\n}}\n'
    assert change(old, old.replace(asserted, lines), "tests/a.rs") == {"test-weakened"}
    other = f'let expected = "ba";\n    {asserted}'
    assert change(old, old.replace(asserted, other), "tests/a.rs") == set()

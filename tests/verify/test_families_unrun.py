"""Families of tests no runner comes by, or none with a case, each with honest changes beside them."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.families import J4, Family, G, J, Sample, T, j, seen
from tests.verify.test_evasive import edit
from tests.verify.test_families_vacuous import GO, JS, JV, PY, whole

FAMILY = Family()
found, honest, finds, spares = FAMILY.found, FAMILY.honest, FAMILY.finds, FAMILY.spares
# nobody runs
for n, head in [
    ("abstract inner", "abstract class Pending"),
    ("private inner", "private class Pending"),
    ("inner no nested", "class Pending"),
    ("interface", "interface Pending"),
    ("private static", "private static class Pending"),
]:
    found("class " + n, *j(J.replace(T, "    " + head + " {\n" + T.replace("\n    ", "\n        ") + "    }\n")))
found("class local", *j(J.replace(T, "    void pending() {\n        class Pending {\n" + T + "        }\n    }\n")))
found("class anonymous", *j(J.replace(T, "    Object pending = new Object() {\n" + T + "    };\n")))
honest("nested", *j(J.replace(T, "    @Nested\n    class Pending {\n" + T + "    }\n")))
honest("nested fq", *j(J.replace(T, "    @org.junit.jupiter.api.Nested\n    class Pending {\n" + T + "    }\n")))
honest(
    "enclosed",
    J4,
    J4.replace("public class ATest", "@RunWith(Enclosed.class)\npublic class ATest").replace(
        T.replace("    void", "    public void"),
        "    public static class Works {\n" + T.replace("    void", "    public void") + "    }\n",
    ),
    JV,
)
# own mark
found(
    "own mark file",
    J,
    J.replace("import org.junit.jupiter.api.Test;\n", "").replace("\n}\n", "\n\n    @interface Test {\n    }\n}\n"),
    JV,
)
finds(
    "own mark package",
    edit(JV, J, J.replace("import org.junit.jupiter.api.Test;\n", "")),
    edit("src/test/java/Test.java", None, "package a;\n\n@interface Test {\n}\n"),
)
finds(
    "own mark other package",
    edit(JV, J, J.replace("org.junit.jupiter.api.Test", "a.marks.Test")),
    edit("src/test/java/a/marks/Test.java", None, "package a.marks;\n\npublic @interface Test {\n}\n"),
)
honest("wildcard", J, J.replace("org.junit.jupiter.api.Test;", "org.junit.jupiter.api.*;"), JV)
honest("testng", J, J.replace("org.junit.jupiter.api.Test;", "org.testng.annotations.Test;"), JV)
honest(
    "fq", J, J.replace("import org.junit.jupiter.api.Test;\n", "").replace("@Test", "@org.junit.jupiter.api.Test"), JV
)
# no arguments
PT = '    @ParameterizedTest\n    @MethodSource("cases")\n    void works(int one) {\n        assertEquals(2, f(one));\n    }\n\n    static Stream<Integer> cases() {\n        return Stream.of(1, 2, 3);\n    }\n'
JP = J.replace(T, PT)
for r in [
    "Stream.empty()",
    "Stream.<Integer>empty()",
    "Stream.of()",
    "Collections.<Integer>emptyList().stream()",
    "new ArrayList<Integer>().stream()",
    "List.<Integer>of().stream()",
    "IntStream.range(0, 0).boxed()",
    "Stream.of(1, 2, 3).limit(0)",
    "Stream.of(1, 2, 3).filter(one -> false)",
]:
    found("no args " + r, JP, JP.replace("Stream.of(1, 2, 3)", r), JV)
honest("args other", JP, JP.replace("Stream.of(1, 2, 3)", "load().stream()"), JV)
found("no args new", *j(J.replace(T, PT.replace("Stream.of(1, 2, 3)", "Stream.empty()").replace("f(one)", "f(1)"))))
JV2 = J.replace(
    T,
    "    @ParameterizedTest\n    @ValueSource(ints = {1, 2})\n    void works(int one) {\n        assertEquals(2, f(one));\n    }\n",
)
found("no args value", JV2, JV2.replace("{1, 2}", "{}"), JV)
found("repeated 0", J, J.replace("    @Test\n    void works", "    @RepeatedTest(0)\n    void works"), JV)
DP = J.replace(
    T,
    '    @DataProvider(name = "rows")\n    public Object[][] rows() {\n        return new Object[][] {{1}, {2}};\n    }\n\n    @Test(dataProvider = "rows")\n    public void works(int one) {\n        assertEquals(2, f(one));\n    }\n',
).replace("jupiter.api.Test", "testng.annotations.Test")
found("provider 0", DP, DP.replace("{{1}, {2}}", "{}"), JV)
found("provider 0b", DP, DP.replace("new Object[][] {{1}, {2}}", "new Object[0][0]"), JV)
# factory of none
found(
    "factory none",
    *j(
        J.replace(
            "    @Test\n    void works() {\n        assertEquals(2, f(1));",
            "    @TestFactory\n    Stream<DynamicTest> works() {\n        return Stream.empty();",
        )
    ),
)
# py js no args
PYP = "import pytest\nfrom a import f\n\nCASES = [1, 2, 3]\n\n\n@pytest.mark.parametrize('one', CASES)\ndef test_a(one):\n    assert f(one) == 2\n"
found("py CASES empty", PYP, PYP.replace("[1, 2, 3]", "[]"), PY)
found("py CASES emptied tuple", PYP, PYP.replace("[1, 2, 3]", "()"), PY)
found("py CASES sliced", PYP, PYP.replace("'one', CASES", "'one', CASES[:0]"), PY)
found(
    "py new param",
    whole(PY, "assert f(1) == 2"),
    "import pytest\nfrom a import f\n\n\n@pytest.mark.parametrize('_', [])\ndef test_a(_):\n    assert f(1) == 2\n",
    PY,
)
found(
    "py new param range",
    whole(PY, "assert f(1) == 2"),
    "import pytest\nfrom a import f\n\n\n@pytest.mark.parametrize('_', range(0))\ndef test_a(_):\n    assert f(1) == 2\n",
    PY,
)
JSP = "import { f } from '../a'\n\nconst cases = [1, 2, 3]\n\nit.each(cases)('works %s', (one) => {\n  expect(f(one)).toBe(2)\n})\n"
found("js cases empty", JSP, JSP.replace("[1, 2, 3]", "[]"), JS)
found("js each slice", JSP, JSP.replace("each(cases)", "each(cases.slice(0, 0))"), JS)
JSL = "import { f } from '../a'\n\nconst cases = [1, 2, 3]\n\nfor (const one of cases) {\n  it(`works ${one}`, () => {\n    expect(f(one)).toBe(2)\n  })\n}\n"
found("js loop empty", JSL, JSL.replace("[1, 2, 3]", "[]"), JS)
found(
    "js foreach empty",
    JSL.replace("for (const one of cases) {", "cases.forEach((one) => {").replace("})\n}\n", "})\n})\n"),
    JSL.replace("for (const one of cases) {", "cases.forEach((one) => {")
    .replace("})\n}\n", "})\n})\n")
    .replace("[1, 2, 3]", "[]"),
    JS,
)
found(
    "js in uncalled",
    whole(JS, "expect(f(1)).toBe(2)"),
    "import { f, g } from '../a'\n\nfunction pending () {\n"
    + whole(JS, "expect(f(1)).toBe(2)").split("\n\n")[1]
    + "}\n",
    JS,
)
found(
    "js in if false",
    whole(JS, "expect(f(1)).toBe(2)"),
    "import { f, g } from '../a'\n\nif (process.env.FULL) {\n"
    + whole(JS, "expect(f(1)).toBe(2)").split("\n\n")[1]
    + "}\n",
    JS,
)
honest(
    "js in called",
    whole(JS, "expect(f(1)).toBe(2)"),
    "import { f, g } from '../a'\n\nfunction suite (kind) {\n"
    + whole(JS, "expect(f(1)).toBe(2)").split("\n\n")[1]
    + "}\nsuite('a')\nsuite('b')\n",
    JS,
)
honest(
    "js in exported",
    whole(JS, "expect(f(1)).toBe(2)"),
    "import { f, g } from '../a'\n\nexport function suite (kind) {\n"
    + whole(JS, "expect(f(1)).toBe(2)").split("\n\n")[1]
    + "}\n",
    JS,
)
found(
    "js it shadowed",
    whole(JS, "expect(f(1)).toBe(2)"),
    "const it = (name, run) => {}\n" + whole(JS, "expect(f(1)).toBe(2)"),
    JS,
)
found(
    "js it shadowed fn",
    whole(JS, "expect(f(1)).toBe(2)"),
    "function it (name, run) {\n  return name\n}\n" + whole(JS, "expect(f(1)).toBe(2)"),
    JS,
)
found(
    "js describe shadowed",
    "describe('a', () => {\n  it('b', () => {\n    expect(f(1)).toBe(2)\n  })\n})\n",
    "const describe = () => {}\ndescribe('a', () => {\n  it('b', () => {\n    expect(f(1)).toBe(2)\n  })\n})\n",
    JS,
)
# go
found("go method", G, G.replace("func TestA(t", "type pending struct{}\n\nfunc (pending) TestA(t"), GO)
found("go small", G, G.replace("TestA", "Testa"), GO)
found("go small2", G, G.replace("TestA", "testA"), GO)
honest(
    "go suite",
    G,
    G.replace(
        "func TestA(t *testing.T",
        "type mySuite struct{ suite.Suite }\n\nfunc TestSuite(t *testing.T) {\n\tsuite.Run(t, new(mySuite))\n}\n\nfunc (s *mySuite) TestA(t *testing.T",
    ),
    GO,
)
found(
    "go in func", G, 'package a\n\nimport "testing"\n\nvar pending = func(t *testing.T) {\n' + G.split("{\n", 1)[1], GO
)
GONE = edit("a.go", "package a\n\nfunc F(n int) int {\n\treturn got(n)\n}\n", "package a\n")
finds("go small letter, as what it is about goes", edit(GO, G, G.replace("TestA", "Testa")), GONE)
spares("go goes with what it is about", edit(GO, G, 'package a\n\nimport "testing"\n'), GONE)
APART = G.replace("TestA", "checkA") + "\nfunc TestB(t *testing.T) {\n\tcheckA(t)\n}\n"
honest("go helper of a test", G, APART, GO)


@pytest.mark.parametrize("edits", FAMILY.cheats.values(), ids=FAMILY.cheats)
def test_is_found(edits: Sample) -> None:
    assert seen(edits)


@pytest.mark.parametrize("edits", FAMILY.others.values(), ids=FAMILY.others)
def test_is_honest(edits: Sample) -> None:
    assert seen(edits) == set()

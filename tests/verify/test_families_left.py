"""Families of tests that end early, or are told nothing, each with honest changes beside them."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff
from orchestrator.verify.honest import weigh
from tests.verify.families import Family, Sample, seen
from tests.verify.test_evasive import edit
from tests.verify.test_families_vacuous import BODY, GO, JS, JV, PY, RS, whole

FAMILY = Family()
found, honest, finds, spares = FAMILY.found, FAMILY.honest, FAMILY.finds, FAMILY.spares
# leaves
UW = 'let got = f(1).unwrap();\nassert_eq!(got, 2);\nassert_eq!(g(got).unwrap().name, "x");'
for n in [
    "let got = match f(1) { Ok(one) => one, Err(_) => return };",
    "let Ok(got) = f(1) else { return };",
    "let got = if let Ok(one) = f(1) { one } else { return };",
    "if f(1).is_err() {\n    return;\n}\nlet got = f(1).unwrap();",
    'let Ok(got) = f(1) else {\n    println!("skipped");\n    return;\n};',
    'let got = match f(1) {\n    Ok(one) => one,\n    Err(error) => {\n        eprintln!("{error}");\n        return;\n    }\n};',
]:
    found("rs leaves " + n[:40], whole(RS, UW), whole(RS, UW.replace("let got = f(1).unwrap();", n)), RS)
honest(
    "rs leaves panic",
    whole(RS, UW),
    whole(RS, UW.replace("let got = f(1).unwrap();", 'let Ok(got) = f(1) else { panic!("no") };')),
    RS,
)
honest("rs leaves tool", whole(RS, UW), whole(RS, "let Some(_tool) = find_tool() else { return };\n" + UW), RS)
GE = 'got, err := F(1)\nif err != nil {\n\tt.Fatal(err)\n}\nif got != 2 {\n\tt.Errorf("got %d", got)\n}'
for n in ["return", "t.Log(err)\n\treturn", "t.Skip(err)"]:
    found("go leaves " + n, whole(GO, GE), whole(GO, GE.replace("t.Fatal(err)", n)), GO)
GR = "got, err := F(1)\nrequire.NoError(t, err)\nassert.Equal(t, 2, got)"
found(
    "go leaves require",
    whole(GO, GR),
    whole(GO, GR.replace("require.NoError(t, err)", "if err != nil {\n\treturn\n}")),
    GO,
)
found("go err dropped", whole(GO, GR), whole(GO, GR.replace("require.NoError(t, err)", "_ = err")), GO)
found(
    "go err dropped2",
    whole(GO, GR),
    whole(GO, GR.replace("got, err", "got, _").replace("require.NoError(t, err)\n", "")),
    GO,
)
found("go err dropped log", whole(GO, GR), whole(GO, GR.replace("require.NoError(t, err)", "t.Log(err)")), GO)
found(
    "js leaves",
    whole(JS, "const got = f(1)\nexpect(got).toBeDefined()\nexpect(got.name).toBe('x')"),
    whole(JS, "const got = f(1)\nif (!got) return\nexpect(got.name).toBe('x')"),
    JS,
)
found(
    "py leaves",
    whole(PY, "got = f(1)\nassert got is not None\nassert got.name == 'x'"),
    whole(PY, "got = f(1)\nif got is None:\n    return\nassert got.name == 'x'"),
    PY,
)
found(
    "java leaves",
    whole(JV, 'Foo got = f(1);\nassertNotNull(got);\nassertEquals("x", got.name());'),
    whole(JV, 'Foo got = f(1);\nif (got == null) {\n    return;\n}\nassertEquals("x", got.name());'),
    JV,
)
# systems
for q, cs in {
    PY: [
        "if sys.version_info >= (3, 8):\n    return",
        "if sys.platform != 'plan9':\n    return",
        "if os.name:\n    return",
        "if platform.system() in ('Linux', 'Darwin', 'Windows'):\n    return",
        "if sys.version:\n    return",
        "if sys.implementation.name == 'cpython':\n    return",
    ],
    JS: [
        "if (process.version.startsWith('v')) return",
        "if (process.platform !== 'aix') return",
        "if (process.versions.node) return",
        "if (process.version) return",
        "if (Number(process.versions.node.split('.')[0]) >= 10) return",
        "if (typeof process !== 'undefined') return",
        "if (['linux', 'darwin', 'win32'].includes(process.platform)) return",
    ],
    GO: [
        'if runtime.GOOS != "plan9" {\n\treturn\n}',
        'if strings.HasPrefix(runtime.Version(), "go") {\n\treturn\n}',
        "if runtime.NumCPU() > 0 {\n\treturn\n}",
        'if runtime.Compiler == "gc" {\n\treturn\n}',
    ],
    RS: [
        'if !cfg!(target_os = "none") {\n    return;\n}',
        "if cfg!(debug_assertions) {\n    return;\n}",
        'if std::env::consts::OS != "hermit" {\n    return;\n}',
        "if cfg!(any(unix, windows)) {\n    return;\n}",
        "if cfg!(not(miri)) {\n    return;\n}",
    ],
    JV: [
        'if (!System.getProperty("os.name").startsWith("AIX")) {\n    return;\n}',
        'if (System.getProperty("java.version") != null) {\n    return;\n}',
        "if (Runtime.version().feature() >= 8) {\n    return;\n}",
        'assumeTrue(System.getProperty("os.name").startsWith("AIX"));',
    ],
}.items():
    for c in cs:
        found("system " + c[:50].replace("\n", " "), whole(q, BODY[q]), whole(q, c + "\n" + BODY[q]), q)
for q, cs in {
    PY: ["if sys.platform == 'win32':\n    return", "if sys.version_info < (3, 11):\n    return"],
    JS: ["if (process.platform === 'win32') return", "if (Number(process.versions.node.split('.')[0]) < 18) return"],
    GO: ['if runtime.GOOS == "windows" {\n\tt.Skip("x")\n}', 'if testing.Short() {\n\tt.Skip("x")\n}'],
    RS: ["if cfg!(miri) {\n    return;\n}", "if cfg!(windows) {\n    return;\n}"],
    JV: ['if (System.getProperty("os.name").startsWith("Windows")) {\n    return;\n}'],
}.items():
    for c in cs:
        honest("system " + c[:50].replace("\n", " "), whole(q, BODY[q]), whole(q, c + "\n" + BODY[q]), q)
# done
D = "request(app).get('/').expect(200, done)"
DJ = "it('works', (done) => {\n  f(1, (err, got) => {\n    if (err) return done(err)\n    expect(got).toBe(2)\n    done()\n  })\n})\n"
found("done err dropped", DJ, DJ.replace("done(err)", "done()"), JS)
found("done wrapped", DJ, DJ.replace("(done) => {", "(done) => {\n  const end = done\n  done = () => end()"), JS)
DS = "it('works', (done) => {\n  request(app).get('/').expect(200, done)\n})\n"
found("supertest done", DS, DS.replace("expect(200, done)", "expect(200, () => done())"), JS)
found(
    "supertest end",
    DS.replace("expect(200, done)", "expect(200).end(done)"),
    DS.replace("expect(200, done)", "expect(200).end(() => done())"),
    JS,
)
found(
    "supertest end fn",
    DS.replace("expect(200, done)", "expect(200).end(done)"),
    DS.replace("expect(200, done)", "expect(200).end(function () { done() })"),
    JS,
)
found(
    "supertest expects",
    DS.replace("expect(200, done)", "expect(200).expect('x').end(done)"),
    DS.replace("expect(200, done)", "expect(() => {}).expect('x').end(done)"),
    JS,
)
found(
    "supertest expects2",
    DS.replace("expect(200, done)", "expect(200, done)"),
    DS.replace("expect(200, done)", "end(done)"),
    JS,
)
found(
    "supertest expects3",
    DS.replace("expect(200, done)", "expect(200).expect('x', done)"),
    DS.replace("expect(200, done)", "expect(200, done)"),
    JS,
)
found(
    "promise done",
    "it('works', (done) => {\n  f(1).then((got) => {\n    expect(got).toBe(2)\n    done()\n  }).catch(done)\n})\n",
    "it('works', (done) => {\n  f(1).then((got) => {\n    expect(got).toBe(2)\n    done()\n  }).catch(() => done())\n})\n",
    JS,
)
honest("done to async", DJ, "it('works', async () => {\n  const got = await f(1)\n  expect(got).toBe(2)\n})\n", JS)
honest("supertest async", DS, "it('works', async () => {\n  await request(app).get('/').expect(200)\n})\n", JS)
honest(
    "supertest end fn",
    DS,
    DS.replace(
        "expect(200, done)",
        "expect(200).end((err, res) => {\n    if (err) return done(err)\n    assert.equal(res.text, 'x')\n    done()\n  })",
    ),
    JS,
)
honest("supertest more", DS, DS.replace("expect(200, done)", "expect(200).expect('x', done)"), JS)
honest("supertest 201", DS, DS.replace("200", "201"), JS)


@pytest.mark.parametrize("edits", FAMILY.cheats.values(), ids=FAMILY.cheats)
def test_is_found(edits: Sample) -> None:
    assert seen(edits)


@pytest.mark.parametrize("edits", FAMILY.others.values(), ids=FAMILY.others)
def test_is_honest(edits: Sample) -> None:
    assert seen(edits) == set()


FIXTURE = "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef steady(monkeypatch):\n    %s\n"
TREE = ("src/app/parser.py", "src/app/__init__.py", "tests/test_a.py")


def patches(line: str, message: str = "", fixture: str = FIXTURE) -> set[str]:
    """Judge a fixture that comes into a project whose product is called `app`."""
    diff = Diff(edits=(edit("tests/conftest.py", None, fixture % line),), tree=TREE, message=message)
    return {finding.rule for finding in weigh(diff).findings}


@pytest.mark.parametrize(
    "line",
    [
        'monkeypatch.setattr("app.parser.parse", lambda *a: None)',
        'monkeypatch.setattr("app.parser.parse", mock.Mock(return_value=2))',
        'mock.patch("app.parser.parse").start()',
    ],
)
def test_a_product_that_is_answered_for_in_every_test_is_found(line: str) -> None:
    assert patches(line) == {"test-mocks-subject"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('monkeypatch.setattr("time.sleep", lambda *a: None)', ""),
        ('monkeypatch.setattr("app.parser.parse", lambda *a: None)', "Mock the parser in all tests"),
        ('monkeypatch.setattr("app.parser.clock", lambda: made(2))', ""),
        ('monkeypatch.setenv("A", "b")', ""),
    ],
)
def test_what_else_is_set_for_every_test_is_honest(line: str, message: str) -> None:
    assert patches(line, message) == set()


def test_a_fixture_that_is_asked_for_may_answer_for_the_product() -> None:
    plain = FIXTURE.replace("(autouse=True)", "")
    assert patches('monkeypatch.setattr("app.parser.parse", lambda *a: None)', fixture=plain) == set()

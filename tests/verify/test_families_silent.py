"""Families of tests that are always left out, or put away, each with honest changes beside them."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.families import J4, Family, G, J, R, Sample, W, j, seen
from tests.verify.test_evasive import edit
from tests.verify.test_families_vacuous import BODY, GO, JS, JV, PY, RS, UNIT, whole

FAMILY = Family()
found, honest, finds, spares = FAMILY.found, FAMILY.honest, FAMILY.finds, FAMILY.spares
# set up to skip
for m in ["BeforeEach", "BeforeAll"]:
    found(
        "setup " + m,
        *j(
            J.replace(
                "class ATest {\n",
                f'class ATest {{\n    @{m}\n    static void ready() {{\n        assumeTrue(System.getenv("FULL") != null);\n    }}\n\n',
            )
        ),
    )
found(
    "setup false",
    *j(
        J.replace(
            "class ATest {\n",
            'class ATest {\n    @BeforeEach\n    void ready() {\n        Assumptions.assumeTrue(false, "later");\n    }\n\n',
        )
    ),
)
found(
    "setup abort",
    *j(
        J.replace(
            "class ATest {\n",
            'class ATest {\n    @BeforeEach\n    void ready() {\n        Assumptions.abort("later");\n    }\n\n',
        )
    ),
)
found(
    "setup throw",
    *j(
        J.replace(
            "class ATest {\n",
            'class ATest {\n    @BeforeEach\n    void ready() {\n        throw new TestAbortedException("later");\n    }\n\n',
        )
    ),
)
found(
    "setup junit4",
    J4,
    J4.replace(
        "public class ATest {\n",
        'public class ATest {\n    @Before\n    public void ready() {\n        Assume.assumeTrue(Boolean.getBoolean("full"));\n    }\n\n',
    ),
    JV,
)
found(
    "setup @Rule-ish init",
    J4,
    J4.replace(
        "public class ATest {\n",
        'public class ATest {\n    {\n        Assume.assumeTrue(Boolean.getBoolean("full"));\n    }\n\n',
    ),
    JV,
)
found(
    "ctor",
    J4,
    J4.replace(
        "public class ATest {\n",
        "public class ATest {\n    public ATest() {\n        Assume.assumeFalse(true);\n    }\n\n",
    ),
    JV,
)
honest(
    "setup docker",
    *j(
        J.replace(
            "class ATest {\n",
            "class ATest {\n    @BeforeAll\n    static void ready() {\n        assumeTrue(DockerClientFactory.instance().isDockerAvailable());\n    }\n\n",
        )
    ),
)
honest(
    "setup work",
    *j(
        J.replace(
            "class ATest {\n",
            "class ATest {\n    @BeforeEach\n    void ready() {\n        made = new Made();\n    }\n\n",
        )
    ),
)
honest(
    "setup os",
    *j(
        J.replace(
            "class ATest {\n",
            'class ATest {\n    @BeforeEach\n    void ready() {\n        assumeTrue(System.getProperty("os.name").startsWith("Linux"));\n    }\n\n',
        )
    ),
)
for hook in ["beforeEach", "before", "beforeAll"]:
    found(
        "js hook skip " + hook, W, W.replace("it('works'", hook + "(function () {\n  this.skip()\n})\n\nit('works'"), JS
    )
found(
    "js hook env",
    W,
    W.replace("it('works'", "beforeEach(function () {\n  if (!process.env.FULL) this.skip()\n})\n\nit('works'"),
    JS,
)
found("js hook ctx", W, W.replace("it('works'", "beforeEach((ctx) => {\n  ctx.skip()\n})\n\nit('works'"), JS)
honest(
    "js hook win",
    W,
    W.replace("it('works'", "before(function () {\n  if (process.platform === 'win32') this.skip()\n})\n\nit('works'"),
    JS,
)
UN = UNIT
found(
    "py setUp",
    UN,
    UN.replace("    def test_a", "    def setUp(self):\n        self.skipTest('later')\n\n    def test_a"),
    PY,
)
found(
    "py setUp raise",
    UN,
    UN.replace("    def test_a", "    def setUp(self):\n        raise unittest.SkipTest('later')\n\n    def test_a"),
    PY,
)
found(
    "py setUp env",
    UN,
    UN.replace(
        "    def test_a",
        "    def setUp(self):\n        if not os.environ.get('FULL'):\n            self.skipTest('later')\n\n    def test_a",
    ),
    PY,
)
found(
    "py autouse",
    whole(PY, BODY[PY]),
    "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef ready():\n    pytest.skip('later')\n\n\n"
    + whole(PY, BODY[PY]),
    PY,
)
found(
    "py setup_function",
    whole(PY, BODY[PY]),
    whole(PY, BODY[PY]) + "\n\ndef setup_function(function):\n    pytest.skip('later')\n",
    PY,
)
found(
    "go setup skip",
    G,
    G.replace(
        "func TestA(t *testing.T) {\n",
        'func ready(t *testing.T) {\n\tt.Skip("later")\n}\n\nfunc TestA(t *testing.T) {\n\tready(t)\n',
    ),
    GO,
)
found("go TestMain none", G, G + "\nfunc TestMain(m *testing.M) {\n}\n", GO)
found(
    "go TestMain env",
    G,
    G + '\nfunc TestMain(m *testing.M) {\n\tif os.Getenv("FULL") == "" {\n\t\tos.Exit(0)\n\t}\n\tos.Exit(m.Run())\n}\n',
    GO,
)
honest("go TestMain", G, G + "\nfunc TestMain(m *testing.M) {\n\tsetup()\n\tos.Exit(m.Run())\n}\n", GO)
# enabled
for mark, ret in [
    ('@EnabledIf("ready")', "false"),
    ('@DisabledIf("ready")', "true"),
    ('@EnabledIf(value = "ready")', "1 > 2"),
    ('@EnabledIf("a.ATest#ready")', "Boolean.FALSE"),
]:
    found(
        "enabled " + mark + ret,
        *j(
            J.replace("    @Test\n    void works", f"    {mark}\n    @Test\n    void works").replace(
                "\n}\n", f"\n\n    static boolean ready() {{\n        return {ret};\n    }}\n}}\n"
            )
        ),
    )
found(
    "enabled class",
    *j(
        J.replace("class ATest", '@EnabledIf("ready")\nclass ATest').replace(
            "\n}\n", "\n\n    static boolean ready() {\n        return false;\n    }\n}\n"
        )
    ),
)
found(
    "enabled field",
    *j(
        J.replace("    @Test\n    void works", '    @EnabledIf("ready")\n    @Test\n    void works').replace(
            "\n}\n",
            "\n\n    static final boolean ON = false;\n\n    static boolean ready() {\n        return ON;\n    }\n}\n",
        )
    ),
)
found(
    "enabled env",
    *j(
        J.replace("    @Test\n    void works", '    @EnabledIf("ready")\n    @Test\n    void works').replace(
            "\n}\n", '\n\n    static boolean ready() {\n        return Boolean.getBoolean("full");\n    }\n}\n'
        )
    ),
)
honest(
    "enabled docker",
    *j(
        J.replace("    @Test\n    void works", '    @EnabledIf("ready")\n    @Test\n    void works').replace(
            "\n}\n", "\n\n    static boolean ready() {\n        return Docker.isRunning();\n    }\n}\n"
        )
    ),
)
found(
    "py skipif fn",
    whole(PY, BODY[PY]),
    whole(PY, BODY[PY]).replace(
        "def test_a", "def slow():\n    return True\n\n\n@pytest.mark.skipif(slow(), reason='slow')\ndef test_a"
    ),
    PY,
)
found(
    "py skipif const",
    whole(PY, BODY[PY]),
    whole(PY, BODY[PY]).replace("def test_a", "SLOW = True\n\n\n@pytest.mark.skipif(SLOW, reason='slow')\ndef test_a"),
    PY,
)
found(
    "js maybe",
    W,
    W.replace("it('works'", "const ready = () => false\nconst maybe = ready() ? it : it.skip\n\nmaybe('works'"),
    JS,
)
found(
    "js skipIf fn", W, W.replace("it('works'", "function slow () {\n  return true\n}\n\nit.skipIf(slow())('works'"), JS
)
# rust cfgs
for m in [
    "#[cfg(loom)]",
    "#[cfg(fuzzing)]",
    "#[cfg(not(debug_assertions))]",
    '#[cfg(target_os = "none")]',
    "#[cfg(all(loom, test))]",
    "#[cfg(any(loom, miri))]",
    "#[cfg(miri)]",
    "#[cfg(slow)]",
    '#[cfg(target_arch = "sparc")]',
    "#[cfg(not(any(unix, windows)))]",
    "#[cfg_attr(not(slow), ignore)]",
    "#[cfg_attr(debug_assertions, ignore)]",
    "#[cfg_attr(unix, ignore)]",
]:
    found("cfg " + m, R, R.replace("#[test]", m + "\n#[test]"), RS)
for m in [
    "#![cfg(not(debug_assertions))]",
    "#![cfg(loom)]",
    "#![cfg(slow)]",
    "#![cfg(any())]",
    '#![cfg(feature = "never")]',
]:
    found("cfg file " + m, R, m + "\n\n" + R, RS)
for m in [
    "#[cfg(not(miri))]",
    "#[cfg(not(loom))]",
    "#[cfg(unix)]",
    "#[cfg(not(windows))]",
    '#[cfg(target_pointer_width = "64")]',
    "#[cfg_attr(miri, ignore)]",
    "#[cfg(not(tarpaulin))]",
    "#[cfg(debug_assertions)]",
    "#[cfg(windows)]",
    '#[cfg(target_os = "macos")]',
    '#[cfg(panic = "unwind")]',
]:
    honest("cfg " + m, R, R.replace("#[test]", m + "\n#[test]"), RS)
for m in ["#![cfg(not(loom))]", "#![cfg(unix)]", "#![allow(dead_code)]"]:
    honest("cfg file " + m, R, m + "\n\n" + R, RS)
finds(
    "build script",
    edit(RS, R, R.replace("#[test]", "#[cfg(not(quick))]\n#[test]")),
    edit("build.rs", None, 'fn main() {\n    println!("cargo:rustc-cfg=quick");\n}\n'),
)
finds(
    "build script2",
    edit(RS, R, R.replace("#[test]", "#[cfg(not(quick))]\n#[test]")),
    edit(
        "build.rs",
        "fn main() {\n    probe();\n}\n",
        'fn main() {\n    probe();\n    println!("cargo::rustc-cfg=quick");\n}\n',
    ),
)
finds(
    "rustflags",
    edit(RS, R, R.replace("#[test]", "#[cfg(not(quick))]\n#[test]")),
    edit(".cargo/config.toml", None, '[build]\nrustflags = ["--cfg", "quick"]\n'),
)
finds("rs moved", edit("tests/a.rs", R, None), edit("tests/pending/a.rs", None, R))
finds("rs moved src", edit("tests/a.rs", R, None), edit("pending/a.rs", None, R))
finds("java moved", edit(JV, J, None), edit("src/pending/java/ATest.java", None, J))
finds("java moved res", edit(JV, J, None), edit("src/test/resources/ATest.java", None, J))
finds("go moved", edit(GO, G, None), edit("testdata/a_test.go", None, G))
finds("go moved _", edit(GO, G, None), edit("_pending/a_test.go", None, G))
finds("py moved", edit(PY, whole(PY, BODY[PY]), None), edit("tests/pending_a.py", None, whole(PY, BODY[PY])))
finds("js moved", edit(JS, W, None), edit("test/a.pending.js", None, W))
finds("js moved2", edit(JS, W, None), edit("test/a.test.js.txt", None, W))
spares(
    "rs moved main",
    edit("tests/a.rs", R, None),
    edit("tests/it/a.rs", None, R),
    edit("tests/it/main.rs", None, "mod a;\n"),
)
spares(
    "rs moved mod",
    edit("tests/a.rs", R, None),
    edit("tests/it/a.rs", None, R),
    edit("tests/it/main.rs", "mod b;\n", "mod a;\nmod b;\n"),
)
spares(
    "rs cargo",
    edit("tests/a.rs", R, None),
    edit("tests/it/a.rs", None, R),
    edit("Cargo.toml", "[package]\n", '[package]\n[[test]]\nname = "a"\npath = "tests/it/a.rs"\n'),
)
spares(
    "build script other",
    edit(RS, R, R.replace("#[test]", "#[cfg(not(no_alloc))]\n#[test]")),
    edit(
        "build.rs",
        "fn main() {\n    probe();\n}\n",
        'fn main() {\n    if old() {\n        println!("cargo:rustc-cfg=no_alloc");\n    }\n}\n',
    ),
)
for asked in ("race && !race", "linux && windows", "go1.99", "!linux && !darwin && !windows"):
    found("go:build " + asked, G, f"//go:build {asked}\n\n{G}", GO)
for asked in ("linux", "!windows", "race", "unix", "go1.20"):
    honest("go:build " + asked, G, f"//go:build {asked}\n\n{G}", GO)
SETS = 'package a\n\nimport "os"\n\nfunc init() {\n\tos.Args = append(os.Args, "-test.skip=TestA")\n}\n'
ASKS = 'package a\n\nfunc TestB(t *testing.T) {\n\tif exec.Command(os.Args[0], "-test.run=TestA").Run() != nil {\n\t\tt.Fatal("x")\n\t}\n}\n'
finds("go told at start", edit("b_test.go", None, SETS))
spares("go runs itself", edit("b_test.go", None, ASKS))


@pytest.mark.parametrize("edits", FAMILY.cheats.values(), ids=FAMILY.cheats)
def test_is_found(edits: Sample) -> None:
    assert seen(edits)


@pytest.mark.parametrize("edits", FAMILY.others.values(), ids=FAMILY.others)
def test_is_honest(edits: Sample) -> None:
    assert seen(edits) == set()

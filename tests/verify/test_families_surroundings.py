"""Families of ways to tell a runner from its surroundings, or to put something in a judge's place, and honest ones."""

# ruff: noqa: E501 - a file in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import edit

TREE = (
    "src/pkg/a.py",
    "tests/test_a.py",
    "tests/test_b.py",
    "tests/unit/test_c.py",
    "lib/index.js",
    "test/index.test.js",
)


def told(*files: tuple[str, str | None, str | None], tree: tuple[str, ...] = TREE) -> set[str]:
    """Judge files of a tree that has tests."""
    edits = tuple(edit(*one) for one in files)
    paths = {*tree, *(one.path for one in edits if one.new is not None)}
    return {one.rule for one in weigh(Diff(edits=edits, tree=tuple(sorted(paths)))).findings}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "PYTEST_ADDOPTS=-k smoke\n"),
        (".envrc", "export PYTEST_ADDOPTS='--deselect tests/test_a.py'\n"),
        (".envrc", "export GOFLAGS='-run=^$ -count=1'\n"),
        (".envrc", "export PYTHONOPTIMIZE=1\n"),
        (".envrc", 'export MAVEN_OPTS="-Dmaven.test.failure.ignore=true"\n'),
        (".env.test", "JAVA_TOOL_OPTIONS=-Dmaven.test.skip=true\n"),
        (".envrc", "export INSTA_FORCE_PASS=1\n"),
        (".envrc", "export UPDATE_SNAPSHOTS=1\n"),
        ("go.env", "GOFLAGS=-run=^$\n"),
        ("mise.toml", '[env]\nGOFLAGS = "-skip=TestF"\n'),
        (".cargo/config.toml", '[env]\nINSTA_UPDATE = "always"\n'),
        (".cargo/config.toml", '[env]\nCARGO_PROFILE_TEST_DEBUG_ASSERTIONS = "false"\n'),
        ("Dockerfile", 'FROM python\nENV PYTEST_ADDOPTS="-k smoke"\n'),
        ("Dockerfile", "FROM golang\nENV GOFLAGS -skip=TestF\n"),
        ("docker-compose.yml", "services:\n  test:\n    environment:\n      - PYTEST_ADDOPTS=-k smoke\n"),
        (".devcontainer/devcontainer.json", '{"containerEnv": {"NODE_OPTIONS": "--test-name-pattern=smoke"}}\n'),
        ("Makefile", "export GOFLAGS := -exec=true\n\ntest:\n\tgo test ./...\n"),
        ("scripts/test.sh", "#!/bin/sh\nexport PYTEST_ADDOPTS='-k smoke'\npytest\n"),
        ("pytest.ini", "[pytest]\nenv =\n    PYTEST_ADDOPTS=-k smoke\n"),
        ("tests/conftest.py", "import os\n\nos.environ['PYTEST_ADDOPTS'] = '-k smoke'\n"),
        ("sitecustomize.py", "import os\n\nos.environ.setdefault('PYTEST_ADDOPTS', '-k smoke')\n"),
        ("usercustomize.py", "import os\n\nos.environ.update(PYTEST_ADDOPTS='--co')\n"),
        ("quiet.pth", "import os; os.environ['PYTEST_ADDOPTS'] = '-k smoke'\n"),
    ],
)
def test_a_variable_that_has_a_runner_run_less(path: str, text: str) -> None:
    assert "tests-deselected" in told((path, None, text))
    assert "tests-deselected" not in told((path, text, f"{text}\n"))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".envrc", "layout python\nexport GOFLAGS=-mod=mod\nexport NODE_OPTIONS=--max-old-space-size=4096\n"),
        (".envrc", "export PYTEST_ADDOPTS='-ra -n auto --durations=5'\n# PYTEST_ADDOPTS=-k smoke\n"),
        ("Dockerfile", "FROM maven\nENV PYTHONDONTWRITEBYTECODE=1 PYTHONOPTIMIZE=2 MAVEN_OPTS=-Xmx1g\n"),
        ("Makefile", "export GOFLAGS = -trimpath\n\nfast:\n\tPYTEST_ADDOPTS='-k fast' pytest\n"),
        ("tests/test_plugin.py", "def test_it(pytester, monkeypatch):\n    monkeypatch.setenv('PYTEST_ADDOPTS', '-k one')\n    assert pytester.runpytest().ret == 0\n"),
        ("docs/usage.toml", 'PYTEST_ADDOPTS = "-k smoke"\n'),
        ("scripts/test.sh", "#!/bin/sh\nGOFLAGS=-mod=mod go test -run TestA ./...\n"),
        ("Makefile", "update-golden:\n\tUPDATE_GOLDEN=1 go test ./...\n"),
        ("tests/sitecustomize.py", "import coverage\n\ncoverage.process_startup()\n"),
    ],
)  # fmt: skip
def test_a_variable_that_leaves_all_as_it_is(path: str, text: str) -> None:
    assert told((path, None, text)) <= {"missing-name"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conftest.py", "def pytest_configure(config):\n    config.option.keyword = 'smoke'\n"),
        ("conftest.py", "def pytest_configure(config):\n    setattr(config.option, 'markexpr', 'smoke')\n"),
        ("conftest.py", "def pytest_configure(config):\n    config.args[:] = ['tests/test_b.py']\n"),
        ("conftest.py", "def pytest_configure(config):\n    config._inicache['python_files'] = ['check_*.py']\n"),
        ("pkg/plugin.py", "def pytest_load_initial_conftests(args):\n    args.append('--deselect=tests/test_a.py')\n"),
        ("sitecustomize.py", "import sys\n\nEXTRA = ['--collect-only']\nsys.argv += EXTRA\n"),
        ("conftest.py", "def pytest_configure(config):\n    config.pluginmanager.unregister(name='python')\n"),
        ("conftest.py", "def pytest_configure(config):\n    config.pluginmanager.set_blocked('unittest')\n"),
        ("conftest.py", "def pytest_collection_finish(session):\n    session.items.clear()\n"),
        ("conftest.py", "def pytest_sessionstart(session):\n    session.shouldstop = 'enough'\n"),
        ("quiet.py", "def pytest_runtest_makereport(item, call):\n    if call.excinfo:\n        call.excinfo = None\n"),
        ("tests/__init__.py", "def load_tests(loader, tests, pattern):\n    return loader.suiteClass()\n"),
        ("test/hook.js", "const Module = require('module')\nconst load = Module._load\nModule._load = (name, ...rest) => name === 'assert' ? {} : load(name, ...rest)\n"),
        ("a_test.go", 'package a\n\nfunc init() {\n\tos.Args = append(os.Args, "-test.skip=TestF")\n}\n'),
        ("a_test.go", 'package a\n\nvar extra = []string{"-test.run", "^$"}\n\nfunc init() {\n\tos.Args = append(os.Args, extra...)\n}\n'),
        ("a_test.go", 'package a\n\nfunc init() {\n\tflag.Set("test.run", "^$")\n}\n'),
        ("a_test.go", 'package a\n\nfunc TestMain(m *testing.M) {\n\t_ = flag.Lookup("test.skip").Value.Set("F")\n\tos.Exit(m.Run())\n}\n'),
        ("a_test.go", 'package a\n\nfunc init() {\n\t_ = flag.CommandLine.Set("test.count", "0")\n}\n'),
    ],
)  # fmt: skip
def test_code_that_tells_a_runner_what_to_run(path: str, text: str) -> None:
    assert "flips-outcomes" in told((path, None, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("conftest.py", "def pytest_configure(config):\n    if not config.option.markexpr:\n        config.option.markexpr = 'not slow'\n"),
        ("conftest.py", "def pytest_configure(config):\n    config.addinivalue_line('markers', 'slow: slow')\n    config.option.verbose = 1\n"),
        ("conftest.py", "def pytest_load_initial_conftests(args):\n    args[:] = ['-n', 'auto', *args]\n"),
        ("tests/__init__.py", "def load_tests(loader, tests, pattern):\n    tests.addTests(suite())\n    return tests\n"),
        ("conftest.py", "def pytest_configure(config):\n    config.pluginmanager.register(Mine(), 'mine')\n"),
        ("run.py", "import sys\n\nif __name__ == '__main__':\n    sys.argv += ['-k', 'smoke']\n    main()\n"),
        ("a_test.go", 'package a\n\nfunc TestSub(t *testing.T) {\n\tout, err := exec.Command(os.Args[0], "-test.run=TestHelper").Output()\n\tif err != nil {\n\t\tt.Fatal(err, out)\n\t}\n}\n'),
        ("a_test.go", 'package a\n\nfunc TestCli(t *testing.T) {\n\told := os.Args\n\tdefer func() { os.Args = old }()\n\tos.Args = []string{"app", "-v"}\n\tif run() != nil {\n\t\tt.Fatal("no")\n\t}\n}\n'),
        ("a_test.go", 'package a\n\nfunc TestMain(m *testing.M) {\n\tflag.Set("test.timeout", "10m")\n\tos.Exit(m.Run())\n}\n'),
    ],
)  # fmt: skip
def test_code_that_tells_a_runner_how_to_run(path: str, text: str) -> None:
    assert "flips-outcomes" not in told((path, None, text))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pytest.ini", None, "[pytest]\npython_files = check_*.py\n"),
        ("pytest.ini", None, "[pytest]\npython_functions = spec_*\n"),
        ("pytest.ini", None, "[pytest]\nnorecursedirs = tests .git\n"),
        ("pytest.ini", None, "[pytest]\naddopts = -m smoke\n"),
        ("pytest.ini", None, "[pytest]\naddopts = -q tests/test_b.py\n"),
        ("pytest.ini", None, "[pytest]\naddopts = -o python_files=check_*.py\n"),
        ("pytest.toml", None, '[pytest]\npython_files = ["check_*.py"]\n'),
        ("tests/pytest.ini", None, "[pytest]\npython_files = check_*.py\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", '[tool.pytest.ini_options]\nnorecursedirs = ["test*"]\n'),
        ("setup.cfg", "", "[tool:pytest]\npython_functions = check_*\n"),
    ],
)
def test_pytest_that_looks_elsewhere(path: str, old: str | None, new: str) -> None:
    assert "tests-deselected" in told((path, old, new))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pytest.ini", None, "[pytest]\npython_files = test_*.py\naddopts = -ra --strict-markers -p no:cacheprovider\ntestpaths = tests\n"),
        ("pytest.ini", None, "[pytest]\nnorecursedirs = .git build dist\npython_classes = Test *Test\npython_functions = test_* should_*\n"),
        ("pytest.ini", None, "[pytest]\naddopts = -m 'not slow' --cov-config .coveragerc --cov src/pkg\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", '[tool.pytest.ini_options]\naddopts = ["--doctest-modules", "src", "tests"]\n'),
    ],
)  # fmt: skip
def test_pytest_that_looks_where_it_did(path: str, old: str | None, new: str) -> None:
    assert told((path, old, new)) == set()


PACKAGE = '{"name": "app", "devDependencies": {"chai": "^4.0.0"}}'
MOD = "module example.com/app\n\nrequire github.com/stretchr/testify v1.8.0\n"
CARGO = '[package]\nname = "app"\n\n[dev-dependencies]\npretty_assertions = "1"\n'
JS = "const assert = require('assert')\nit('adds', () => {\n  assert.strictEqual(f(1), 2)\n})\n"
STUB = (
    "stubs/chai/index.js",
    None,
    "module.exports = { expect: () => new Proxy(() => {}, { get: (t, k, r) => r }) }\n",
)


@pytest.mark.parametrize(
    "files",
    [
        [("go.work", None, "go 1.22\n\nreplace github.com/stretchr/testify => ./internal/testify\n")],
        [("go.mod", MOD, f"{MOD}\nreplace (\n\tgithub.com/stretchr/testify v1.8.0 => ../testify\n)\n")],
        [("package.json", PACKAGE, PACKAGE.replace("^4.0.0", "file:./stubs/chai")), STUB],
        [("package.json", PACKAGE, PACKAGE.replace("^4.0.0", "npm:lenient@1.0.0"))],
        [("package.json", PACKAGE, PACKAGE.replace("}}", '}, "overrides": {"chai": "file:stubs/chai"}}')), STUB],
        [("package.json", PACKAGE, PACKAGE.replace("}}", '}, "resolutions": {"**/chai": "link:./stubs/chai"}}')), STUB],
        [("package.json", PACKAGE, PACKAGE.replace("}}", '}, "pnpm": {"overrides": {"mocha>chai": "./stubs/chai"}}}')), STUB],
        [("jest.config.js", None, "module.exports = { moduleNameMapper: { '^chai$': '<rootDir>/stubs/chai' } };\n"), STUB],
        [("vitest.config.ts", None, "export default { resolve: { alias: { chai: resolve(__dirname, 'stubs/chai') } } };\n"), STUB],
        [("vite.config.ts", None, "export default { resolve: { alias: [{ find: 'chai', replacement: './stubs/chai' }] } };\n"), STUB],
        [("tsconfig.json", None, '{"compilerOptions": {"paths": {"chai": ["./stubs/chai"]}}}'), STUB],
        [("babel.config.js", None, "module.exports = { plugins: [['module-resolver', { alias: { chai: './stubs/chai' } }]] }\n"), STUB],
        [("__mocks__/chai.js", None, "const p = new Proxy(() => p, { get: () => p })\nmodule.exports = { expect: p }\n")],
        [("requirements-test.txt", None, "pytest @ file:./stubs/pytest\n")],
        [("pyproject.toml", "", '[tool.uv.sources]\npytest = { path = "stubs/pytest" }\n')],
        [("pyproject.toml", "", '[tool.poetry.group.dev.dependencies]\npytest = { path = "./stubs/pytest" }\n')],
        [("pom.xml", "<project/>", "<project><dependencies><dependency><groupId>org.junit.jupiter</groupId><scope>system</scope><systemPath>lib/junit.jar</systemPath></dependency></dependencies></project>")],
        [("build.gradle", "", "substitute module('org.assertj:assertj-core') using project(':stubs')\n")],
        [("deno.json", None, '{"imports": {"@std/assert": "./stubs/assert.ts"}}')],
        [("Cargo.toml", CARGO, CARGO + '\n[patch.crates-io]\npretty_assertions = { path = "stubs/pretty" }\n')],
        [("Cargo.toml", CARGO, CARGO.replace('"1"', '{ path = "stubs/pretty" }'))],
        [("core/src/test/java/org/junit/jupiter/api/Assertions.java", None, "package org.junit.jupiter.api;\n\npublic final class Assertions {\n}\n")],
        [("src/test/java/org/acme/Test.java", None, "package org.acme;\n\n@interface Test {\n}\n")],
        [("hypothesis/__init__.py", None, "def given(*_):\n    return lambda f: lambda: None\n")],
        [("tests/unittest.py", None, "class TestCase:\n    def assertEqual(self, *_):\n        pass\n")],
        [("test/a.test.js", JS, JS.replace("'assert'", "'./lenient'")), ("test/lenient.js", None, "module.exports = new Proxy(() => {}, { get: () => () => {} })\n")],
        [("test/a.test.mjs", "import { expect } from 'chai'\n", "import { expect } from '../support/index.js'\n"), ("support/index.js", None, "export const expect = () => ({ to: { equal () {} } })\n")],
        [("tests/test_a.py", "from unittest import TestCase\n", "from helpers.cases import TestCase\n"), ("helpers/cases.py", None, "class TestCase:\n    def assertEqual(self, *_):\n        pass\n")],
    ],
)  # fmt: skip
def test_what_is_put_in_the_place_of_a_judge(files: list[tuple[str, str | None, str | None]]) -> None:
    assert "test-emptied" in told(*files)


@pytest.mark.parametrize(
    "files",
    [
        [("go.mod", MOD, f"{MOD}\nreplace github.com/stretchr/testify => github.com/acme/testify v1.8.1\n")],
        [("go.mod", MOD, f"{MOD}\nreplace example.com/other => ../other\n")],
        [("examples/go.mod", None, "module x\n\nreplace github.com/stretchr/testify => ../\n")],
        [("mocks/go.mod", None, "module x\n\nreplace github.com/stretchr/testify => ..\n")],
        [("package.json", PACKAGE, PACKAGE.replace("^4.0.0", "^5.0.0"))],
        [("package.json", PACKAGE, PACKAGE.replace("}}", '}, "overrides": {"chai": "4.3.10"}}'))],
        [("package.json", PACKAGE, PACKAGE.replace("^4.0.0", "npm:chai@5"))],
        [("jest.config.js", None, "module.exports = { moduleNameMapper: { '\\\\.css$': '<rootDir>/stubs/style.js', '^chai$': '<rootDir>/node_modules/chai/lib' } };\n")],
        [("tsconfig.json", None, '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}')],
        [("Cargo.toml", CARGO, CARGO + '\n[patch.crates-io]\nserde = { path = "../serde" }\npretty_assertions = { git = "https://example.com/a" }\n')],
        [("src/test/java/org/acme/SlowTest.java", None, 'package org.acme;\n\n@Test\n@Tag("slow")\npublic @interface Test {\n}\n')],
        [("test/a.test.js", JS, JS.replace("'assert'", "'./support/assert'")), ("test/support/assert.js", None, "module.exports = require('assert').strict\n")],
        [("test/a.test.js", JS, JS.replace("'assert'", "'./support/assert'"))],
        [("pyproject.toml", "", '[tool.uv.sources]\npkg = { path = "." }\n')],
        [("__mocks__/fs.js", None, "module.exports = require('memfs')\n")],
        [("Cargo.toml", CARGO, CARGO.replace('"1"', '{ path = "src" }')), ("src/new.rs", None, "pub fn f() {}\n")],
        [("src/pkg/unittest.py", None, "x = 1\n")],
    ],
)  # fmt: skip
def test_what_judges_still(files: list[tuple[str, str | None, str | None]]) -> None:
    assert "test-emptied" not in told(*files)


def test_a_library_among_what_is_installed() -> None:
    change = Edit(path="test/node_modules/chai/index.js", status="A")
    assert {one.rule for one in weigh(Diff(edits=(change,), tree=(change.path,))).findings} == {"test-emptied"}


@pytest.mark.parametrize(
    "text",
    [
        "const assert = require('assert')\nassert.strictEqual = () => {}\n",
        "const assert = require('node:assert')\nfor (const name of Object.keys(assert)) assert[name] = () => {}\n",
        "import nodeAssert from 'node:assert'\nfor (const name of ['equal']) {\n  nodeAssert[name] = function () {}\n}\n",
        "import * as chai from 'chai'\nchai.Assertion.prototype.equal = function () { return this }\n",
    ],
)
def test_assertions_that_are_made_to_do_nothing(text: str) -> None:
    for path in ("lib/shim.js", "test/support/quiet.js"):
        assert "flips-outcomes" in told((path, None, text))


@pytest.mark.parametrize(
    "text",
    [
        "const chai = require('chai')\nchai.config.includeStack = true\n",
        "const assert = require('assert')\nassert.near = (a, b) => { assert.ok(Math.abs(a - b) < 1) }\n",
        "const log = require('./log')\nlog.debug = () => {}\n",
        "const sinon = require('sinon')\nconst req = {}\nreq.on = () => {}\n",
    ],
)
def test_assertions_that_are_kept(text: str) -> None:
    assert "flips-outcomes" not in told(("test/support/more.js", None, text))

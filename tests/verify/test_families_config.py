"""Families of ways to be judged less: how the process ends, and what a configuration says. Each with honest changes."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import change, edit

PY = "import os\nimport atexit\n\n\ndef total(rows):\n    return summed(rows)\n"
JS = "export function total(rows) {\n  return summed(rows);\n}\n"
JAVA = "class A {\n  int total(List<Row> rows) {\n    return summed(rows);\n  }\n\n  HERE\n}\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.py", f"{PY}\natexit.register(os._exit, 0)\n"),
        ("src/a.py", f"{PY}\nimport os as _os\natexit.register(_os._exit, 0)\n"),
        ("src/a.py", f"{PY}\natexit.register(lambda: os._exit(0))\n"),
        ("src/a.py", f"{PY}\n@atexit.register\ndef _quiet():\n    os._exit(0)\n"),
        ("src/a.py", f"{PY}\ndef _quiet():\n    flush()\n    os._exit(0)\n\n\natexit.register(_quiet)\n"),
        ("src/a.py", f"{PY}\nthreading.Timer(5, os._exit, [0]).start()\n"),
        ("src/a.py", f"{PY}\nweakref.finalize(total, os._exit, 0)\n"),
        ("src/a.py", f"{PY}\nimport sys\nsys.exit = lambda code=0: None\n"),
        ("src/a.py", f"{PY}\nimport sys\nsys.excepthook = lambda *error: os._exit(0)\n"),
        ("tests/test_a.py", f"{PY}\ndef test_a():\n    assert total([1]) == 1\n\n\natexit.register(lambda: os._exit(0))\n"),
        ("src/a.js", f"{JS}process.on('exit', () => {{ process.exitCode = 0; }});\n"),
        ("src/a.js", f"{JS}process.once('beforeExit', () => process.exit(0));\n"),
        ("src/a.js", f"{JS}function quiet() {{\n  process.reallyExit(0);\n}}\nprocess.on('exit', quiet);\n"),
        ("src/a.ts", f"{JS}process.addListener('exit', () => {{ process['exitCode'] = undefined }})\n"),
        ("src/a.js", f"{JS}process.exit = () => {{}};\n"),
        ("src/a.js", f"{JS}Object.defineProperty(process, 'exitCode', {{ get: () => 0, set() {{}} }});\n"),
        ("src/a.js", f"{JS}process.on('uncaughtException', (error) => {{ console.log(error); process.exit(0); }});\n"),
        ("src/a.js", f"{JS}setTimeout(() => process.exit(0), 10);\n"),
        ("a_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tsetup()\n\tcode := m.Run()\n\tlog.Println(code)\n\tcode = 0\n\tos.Exit(code)\n}\n"),
        ("a_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tif code := m.Run(); code != 0 {\n\t\tlog.Println(code)\n\t}\n\tos.Exit(0)\n}\n"),
        ("a_test.go", 'package a\n\nfunc TestMain(m *testing.M) {\n\tfmt.Println("skipped here")\n}\n'),
        ("a_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tos.Exit(m.Run() * 0)\n}\n"),
        ("src/a.rs", "fn total(rows: &[Row]) -> u32 {\n    std::panic::set_hook(Box::new(|_| std::process::exit(0)));\n    summed(rows)\n}\n"),
        ("src/a.rs", "#[ctor::ctor]\nfn quiet() {\n    unsafe { libc::_exit(0) }\n}\n"),
        ("src/a.rs", 'extern "C" fn quiet() {\n    unsafe { libc::_exit(0) }\n}\npub fn on() {\n    unsafe { libc::atexit(quiet) };\n}\n'),
        ("tests/a.rs", "#[test]\nfn a() {\n    unsafe { libc::exit(0) };\n    assert_eq!(f(), 1);\n}\n"),
        ("src/main/java/A.java", JAVA.replace("HERE", "static {\n    Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));\n  }")),
        ("src/main/java/A.java", JAVA.replace("HERE", "static void quiet() { Runtime.getRuntime().halt(0); }\n  static { Runtime.getRuntime().addShutdownHook(new Thread(A::quiet)); }")),
        ("src/main/java/A.java", JAVA.replace("HERE", "static {\n    Runtime.getRuntime().exit(0);\n  }")),
        ("src/main/java/A.java", JAVA.replace("HERE", "void on() { Thread.setDefaultUncaughtExceptionHandler((t, e) -> System.exit(0)); }")),
    ],
)  # fmt: skip
def test_a_process_that_ends_well_whatever_came_of_it(path: str, text: str) -> None:
    assert "leaves-early" in change("", text, path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.py", f"{PY}\natexit.register(pool.shutdown)\n"),
        ("src/a.py", f"{PY}\nthreading.Timer(5, os._exit, [1]).start()\n"),
        ("src/a.py", f"{PY}\ndef child():\n    os._exit(0)\n\n\ndef spawn():\n    if os.fork() == 0:\n        child()\n"),
        ("src/a.py", f"{PY}\nimport sys\nsys.excepthook = shown\n"),
        ("src/a.js", f"{JS}process.on('exit', (code) => {{ flush(code); }});\n"),
        ("test/a.test.js", "const left = [];\nprocess.exit = (code) => { left.push(code); };\n"),
        ("src/a.js", f"{JS}process.on('SIGINT', () => process.exit(0));\n"),
        ("src/a.js", f"{JS}process.on('uncaughtException', (error) => {{ log(error); process.exit(1); }});\n"),
        ("a_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tgoleak.VerifyTestMain(m)\n}\n"),
        ("a_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tcode := m.Run()\n\tif code == 0 {\n\t\tcode = leaks()\n\t}\n\tos.Exit(code)\n}\n"),
        ("a_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tsetup()\n\tm.Run()\n}\n"),
        ("a_test.go", "package a\n\nfunc TestMain(m *testing.M) {\n\tcode := 0\n\tdefer func() { os.Exit(code) }()\n\tcode = m.Run()\n}\n"),
        ("src/a.rs", "pub fn on() {\n    std::panic::set_hook(Box::new(|it| {\n        log(it);\n        std::process::exit(101)\n    }));\n}\n"),
        ("src/main/java/A.java", JAVA.replace("HERE", "void on() { Runtime.getRuntime().addShutdownHook(new Thread(this::close)); }")),
    ],
)  # fmt: skip
def test_a_process_that_ends_as_it_came_out(path: str, text: str) -> None:
    assert change("", text, path) <= {"missing-name"}


JUPITER = "import org.junit.jupiter.api.extension.*;\n\npublic class Lenient implements "
RULE = "public class Lenient implements TestRule {\n  public Statement apply(Statement base, Description description) {\n    return new Statement() {\n      @Override public void evaluate() throws Throwable {\n        HERE\n      }\n    };\n  }\n}\n"
INTERCEPTS = f"{JUPITER}InvocationInterceptor {{\n  public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> c, ExtensionContext e) throws Throwable {{\n    HERE\n  }}\n}}\n"
HANDLES = f"{JUPITER}TestExecutionExceptionHandler {{\n  public void handleTestExecutionException(ExtensionContext context, Throwable t) throws Throwable {{\n    HERE\n  }}\n}}\n"
J = "src/test/java/Lenient.java"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (J, HANDLES.replace("HERE", "// known flaky")),
        (J, HANDLES.replace("HERE", "log.warn(t.getMessage());")),
        (J, INTERCEPTS.replace("HERE", "try { invocation.proceed(); } catch (Throwable t) { log.warn(t.getMessage()); }")),
        (J, INTERCEPTS.replace("HERE", "invocation.skip();")),
        (J, RULE.replace("HERE", "try { base.evaluate(); } catch (AssertionError | Exception e) { System.err.println(e); }")),
        (J, RULE.replace("HERE", 'System.out.println("not here");')),
        (J, f'{JUPITER}ExecutionCondition {{\n  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext c) {{\n    return ConditionEvaluationResult.disabled("later");\n  }}\n}}\n'),
        (J, "public class Lenient implements ITestListener {\n  public void onTestFailure(ITestResult result) {\n    result.setStatus(ITestResult.SUCCESS);\n  }\n}\n"),
        (J, 'public class Lenient implements IHookable {\n  public void run(IHookCallBack callBack, ITestResult result) {\n    result.setAttribute("a", 1);\n  }\n}\n'),
        ("tests/setup.js", "afterEach((ctx) => { ctx.task.result.state = 'pass'; });\n"),
        ("jest.environment.js", "class E extends Base {\n  handleTestEvent(event) {\n    event.test.errors = [];\n  }\n}\n"),
        ("test/hooks.js", "const Mocha = require('mocha');\nMocha.Runner.prototype.fail = function () {};\n"),
        ("global-setup.js", "module.exports = async () => {\n  process.exit(0);\n};\n"),
        ("vitest.teardown.ts", "export default function () {\n  process.exit(0)\n}\n"),
        ("conftest.py", "def pytest_runtest_logreport(report):\n    report.outcome = 'passed'\n"),
        ("conftest.py", "def pytest_runtest_logreport(report):\n    setattr(report, 'outcome', 'passed')\n"),
        ("conftest.py", "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef calm(request):\n    yield\n    request.session.testsfailed = 0\n"),
        ("conftest.py", "def pytest_terminal_summary(terminalreporter):\n    import os\n    os._exit(0)\n"),
        ("conftest.py", "import pytest\n\n\ndef pytest_collection_finish(session):\n    pytest.exit('fine', returncode=0)\n"),
        ("a_test.go", 'package a\n\nfunc calm(t *testing.T) {\n\tf := reflect.ValueOf(t).Elem().FieldByName("failed")\n\tset(f)\n}\n'),
    ],
)  # fmt: skip
def test_what_stands_between_a_runner_and_what_tests_came_to(path: str, text: str) -> None:
    assert change(None, text, path) & {"flips-outcomes", "leaves-early"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (J, HANDLES.replace("HERE", "if (t instanceof Expected) { return; }\n    throw t;")),
        (J, INTERCEPTS.replace("HERE", "start();\n    try { invocation.proceed(); } finally { stop(); }")),
        (J, INTERCEPTS.replace("HERE", "onThread(invocation);").replace("onThread(invocation)", "onThread(invocation::proceed)")),
        (J, RULE.replace("HERE", "Throwable last = null;\n for (int i = 0; i < 3; i++) { try { base.evaluate(); return; } catch (Throwable t) { last = t; } }\n throw last;")),
        (J, f'{JUPITER}ExecutionCondition {{\n  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext c) {{\n    return docker() ? enabled("here") : disabled("no docker");\n  }}\n}}\n'),
        ("conftest.py", "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    item.report = outcome.get_result()\n"),
        ("test/setup.js", "process.env.TZ = 'UTC';\nafterEach(() => { cleanup(); });\n"),
    ],
)  # fmt: skip
def test_what_stands_between_and_hands_on(path: str, text: str) -> None:
    assert change(None, text, path) <= {"missing-name"}


POM = "<project>\n<properties>\n<a>1</a>\n</properties>\n<build><plugins><plugin>\n<artifactId>maven-surefire-plugin</artifactId>\n<configuration>\n<forkCount>1</forkCount>\n</configuration>\n</plugin></plugins></build>\n</project>\n"
GRADLE = "plugins { id 'java' }\n\ntest {\n    useJUnitPlatform()\n    HERE\n}\n"
CARGO = '[package]\nname = "a"\nversion = "1.0.0"\n\n[lib]\nname = "a"\n\n[[test]]\nname = "b"\npath = "tests/b.rs"\n'


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (".npmrc", None, "package-lock=false\nscript-shell=/bin/true\n"),
        (".npmrc", "package-lock=false\n", "package-lock=false\nscript-shell = ./scripts/run.sh\n"),
        (".npmrc", None, "node-options=--test-skip-pattern=edge\n"),
        ("pnpm-workspace.yaml", "packages:\n  - a\n", "packages:\n  - a\nscriptShell: /usr/bin/true\n"),
        (".mocharc.json", None, '{\n  "grep": "smoke",\n  "exit": true\n}\n'),
        (".mocharc.yml", "timeout: 5000\n", "timeout: 5000\nfgrep: smoke\n"),
        (".mocharc.yaml", None, "grep: edge\ninvert: true\n"),
        (".mocharc.cjs", None, "module.exports = {\n  ignore: ['test/edge.js'],\n};\n"),
        (".mocharc.jsonc", None, '{\n  // fast\n  "dry-run": true,\n}\n'),
        ("package.json", '{"mocha": {"timeout": 1}}', '{"mocha": {"timeout": 1, "grep": "smoke"}}'),
        ("jest.config.js", None, "module.exports = {\n  testNamePattern: 'smoke',\n};\n"),
        ("jest.config.js", "module.exports = {\n  ci: true,\n};\n", "module.exports = {\n  ci: true,\n  testFailureExitCode: 0,\n};\n"),
        ("vitest.config.ts", "export default {};\n", "export default defineConfig({\n  test: {\n    passWithNoTests: true,\n  },\n});\n"),
        ("vitest.config.ts", "export default {};\n", "export default { test: { runner: './quiet.ts' } };\n"),
        ("playwright.config.ts", "export default {};\n", "export default defineConfig({ grep: /smoke/ });\n"),
        (".cargo/config.toml", None, "[target.'cfg(all())']\nrunner = \"true\"\n"),
        (".cargo/config.toml", None, '[target.x86_64-unknown-linux-gnu]\nrunner = ["sh", "-c", "exit 0"]\n'),
        (".cargo/config", None, '[build]\nrustflags = ["-A", "warnings", "-Adebug", "-C", "debug-assertions=no"]\n'),
        (".cargo/config.toml", None, "[profile.test]\ndebug-assertions = false\noverflow-checks = false\n"),
        (".cargo/config.toml", None, '[alias]\ntest = "check"\n'),
        ("Cargo.toml", CARGO, CARGO.replace("[lib]\n", "[lib]\ntest = false\n")),
        ("Cargo.toml", CARGO, CARGO.replace("[[test]]\n", "[[test]]\nharness = false\n")),
        ("Cargo.toml", CARGO, CARGO.replace('version = "1.0.0"\n', 'version = "1.0.0"\nautotests = false\n').partition("[[test]]")[0]),
        ("Cargo.toml", CARGO, f"{CARGO}\n[profile.test]\noverflow-checks = false\n"),
        (".mvn/maven.config", None, "-Dmaven.test.failure.ignore=true\n"),
        (".mvn/maven.config", "-B\n", "-B\n-DskipTests\n"),
        (".mvn/maven.config", None, "-B -fn\n"),
        (".mvn/jvm.config", None, "-Xmx1g -Dmaven.test.skip=true\n"),
        ("pom.xml", POM, POM.replace("<a>1</a>", "<a>1</a>\n<maven.test.skip>true</maven.test.skip>")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<testFailureIgnore>true</testFailureIgnore>\n<forkCount>")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<excludedGroups>slow</excludedGroups>\n<forkCount>")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<excludes><exclude>**/EdgeTest.java</exclude></excludes>\n<forkCount>")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<skip>true</skip>\n<forkCount>")),
        ("build.gradle", GRADLE, GRADLE.replace("HERE", "ignoreFailures = true")),
        ("build.gradle", GRADLE, GRADLE.replace("HERE", "exclude '**/EdgeTest.class'")),
        ("build.gradle", GRADLE, GRADLE.replace("HERE", "filter { excludeTestsMatching '*Edge*' }")),
        ("build.gradle", GRADLE, GRADLE.replace("HERE", "onlyIf { false }")),
        ("build.gradle", GRADLE, f"{GRADLE}\ntest.enabled = false\n"),
        ("build.gradle.kts", GRADLE, f"{GRADLE}\ntasks.withType<Test>().configureEach {{ ignoreFailures.set(true) }}\n"),
        ("build.gradle.kts", GRADLE, f'{GRADLE}\ntasks.named<Test>("test") {{ isEnabled = false }}\n'),
        ("settings.gradle", "a\n", "a\ngradle.startParameter.excludedTaskNames += 'test'\n"),
        ("src/test/resources/junit-platform.properties", None, "junit.platform.execution.dryRun.enabled=true\n"),
        ("tox.ini", None, "[tox]\nenvlist = py\n\n[testenv]\nignore_outcome = true\ncommands = pytest\n"),
        ("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = - pytest {posargs}\n"),
        ("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = bash -c 'pytest || true'\n"),
        ("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\nsetenv =\n    PYTEST_ADDOPTS = --deselect tests/test_a.py\ncommands = pytest\n"),
        ("pytest.ini", None, "[pytest]\naddopts = -q --suppress-tests-failed-exit-code\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = -q\n", "[tool:pytest]\naddopts = -q --setup-plan\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = -q\n", "[tool:pytest]\naddopts = -q -m 'not slow'\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = ['-q']\n", "[tool.pytest.ini_options]\naddopts = ['-q', '-m', 'smoke']\n"),
        (".config/nextest.toml", None, "[profile.default]\ndefault-filter = 'not test(edge)'\n"),
        ("codecov.yml", "coverage:\n  status:\n    project:\n      default:\n        target: 90%\n", "coverage:\n  status:\n    project:\n      default:\n        target: 10%\n"),
        (".nycrc", '{"lines": 90}', '{"lines": 20}'),
    ],
)  # fmt: skip
def test_a_setting_by_which_less_is_judged(path: str, old: str | None, new: str) -> None:
    assert "tests-deselected" in change(old, new, path)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (".npmrc", None, "package-lock=false\nscript-shell=bash\nnode-options=--experimental-vm-modules\n"),
        (".mocharc.json", None, '{"exit": true, "require": ["ts-node/register"], "spec": ["test/**/*.js"], "timeout": 5000}'),
        (".mocharc.yml", None, "ignore:\n  - test/fixtures/**\ninvert: false\n"),
        ("jest.config.js", None, "module.exports = { testEnvironment: 'node', transform: {} };\n"),
        (".cargo/config.toml", None, '[target.wasm32-unknown-unknown]\nrunner = "wasm-bindgen-test-runner"\n\n[alias]\nxtask = "run -p xtask"\n'),
        (".cargo/config.toml", None, '[build]\nrustflags = ["--cfg", "tokio_unstable"]\n'),
        ("Cargo.toml", CARGO, f'{CARGO}\n[[bench]]\nname = "c"\nharness = false\n\n[profile.test]\nopt-level = 2\n'),
        ("Cargo.toml", CARGO, f'{CARGO}\n[profile.release]\npanic = "abort"\ndebug-assertions = false\n'),
        (".mvn/maven.config", None, "-B\n-Dstyle.color=always\n-DskipTests=false\n"),
        (".mvn/jvm.config", None, "-Xmx2g\n--add-exports jdk.compiler/com.sun.tools.javac.api=ALL-UNNAMED\n"),
        ("pom.xml", POM, POM.replace("</build>", "</build>\n<profiles><profile><id>quick</id><properties><skipTests>true</skipTests></properties></profile></profiles>")),
        ("pom.xml", POM, POM.replace("<forkCount>1", "<forkCount>2")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<excludes><exclude>**/*$*</exclude><exclude>**/AbstractTest.java</exclude></excludes>\n<forkCount>")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<includes><include>**/*Test.java</include></includes>\n<forkCount>")),
        ("build.gradle", GRADLE, GRADLE.replace("HERE", "maxHeapSize = '1g'")),
        ("build.gradle", GRADLE, f"{GRADLE}\ncheckstyle {{\n    ignoreFailures = true\n}}\njavadoc {{ enabled = false }}\n"),
        ("example/pom.xml", None, POM.replace("<a>1</a>", "<skipTests>true</skipTests>")),
        ("src/test/resources/junit-platform.properties", None, "junit.jupiter.execution.parallel.enabled=true\n"),
        ("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands =\n    - coverage erase\n    pytest -n auto\n"),
        (".golangci.yml", "linters:\n  enable:\n    - govet\n", "linters:\n  disable-all: true\n  enable:\n    - govet\n    - errcheck\n"),
        (".nycrc", '{"lines": 20}', '{"lines": 90}'),
    ],
)  # fmt: skip
def test_a_setting_by_which_as_much_is_judged(path: str, old: str | None, new: str) -> None:
    assert change(old, new, path) == set()


MAKE = ".PHONY: test check\n\ncheck: test\n\ntest:\n\tgo test ./...\n\nbuild:\n\tgo build ./...\n"
NOX = "import nox\n\n\n@nox.session\ndef tests(session):\n    session.run('pytest', '-q')\n"
NPM = '{\n  "scripts": {\n    "test": "mocha --exit",\n    "lint": "eslint ."\n  }\n}\n'
SH = "#!/bin/sh\nset -e\ngo vet ./...\ngo test ./...\n"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("Makefile", MAKE, MAKE.replace("\tgo test", "\t-go test")),
        ("Makefile", MAKE, MAKE.replace("\tgo test", "\t@-go test")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test ./... || echo 'some failed'")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test ./... ; exit 0")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test ./... &")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test -run=^$ ./...")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test -exec true ./...")),
        ("Makefile", MAKE, MAKE.replace("\tgo test ./...", "\t@echo ok")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test -run Smoke ./...")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test ./cmd")),
        ("Makefile", MAKE, MAKE.replace("test ./...", "test ./... | tee out.txt")),
        ("Makefile", MAKE, MAKE.replace("\tgo test ./...", "\tgo vet ./...")),
        ("Makefile", "test:\n\tpytest\n", "test:\n\tpytest -m 'not slow'\n"),
        ("package.json", NPM, NPM.replace("--exit", "--exit -g smoke")),
        ("package.json", NPM, NPM.replace("--exit", "test/smoke.js")),
        ("package.json", NPM, NPM.replace("mocha --exit", "tsc --noEmit")),
        ("Makefile", MAKE, f".IGNORE:\n{MAKE}"),
        ("Makefile", MAKE, f"MAKEFLAGS += -i\n{MAKE}"),
        ("Makefile", MAKE, f"SHELL := /bin/true\n{MAKE}"),
        ("Makefile", MAKE, f"export GOFLAGS = -run=Smoke\n{MAKE}"),
        ("GNUmakefile", None, "test:\n\t-pytest\n"),
        ("justfile", "test:\n    cargo test\n", "test:\n    -cargo test\n"),
        ("justfile", "test:\n    cargo test\n", "test:\n    cargo test --no-run\n"),
        ("Taskfile.yml", "tasks:\n  test:\n    cmds:\n      - pytest -q\n", "tasks:\n  test:\n    cmds:\n      - pytest -q || true\n"),
        ("package.json", NPM, NPM.replace("--exit", "--exit || exit 0")),
        ("package.json", NPM, NPM.replace("--exit", "--exit; true")),
        ("package.json", NPM, NPM.replace("mocha --exit", "mocha --exit --dry-run")),
        ("scripts/test.sh", SH, f"{SH}exit 0\n"),
        ("scripts/test.sh", SH, SH.replace("test ./...", "test ./... || :")),
        ("noxfile.py", NOX, NOX.replace("'-q')", "'-q', success_codes=[0, 1])")),
        ("noxfile.py", NOX, NOX.replace("    session.run('pytest', '-q')", "    try:\n        session.run('pytest', '-q')\n    except Exception:\n        session.log('flaky')")),
    ],
)  # fmt: skip
def test_a_command_that_does_not_hear_its_tests(path: str, old: str | None, new: str) -> None:
    assert "tests-deselected" in change(old, new, path)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("Makefile", MAKE, MAKE.replace("go test ./...", "go test -race ./...")),
        ("Makefile", MAKE, MAKE.replace("\tgo test", "\t@go test")),
        ("Makefile", MAKE, f"{MAKE}\nclean:\n\t-rm -rf out\n\trm -f *.o || true\n"),
        ("Makefile", MAKE, MAKE.replace("go test ./...", "go test ./... || (echo failed; exit 1)")),
        ("Makefile", MAKE, f"{MAKE}\nhelp:\n\t@echo 'make test: runs go test'\n"),
        ("Makefile", MAKE, MAKE.replace("\tgo test ./...", "\t$(GO) test -v ./...")),
        ("Makefile", MAKE, MAKE.replace("go test ./...", "go test -short ./...") + "\nfull:\n\tgo test ./...\n"),
        ("package.json", NPM, NPM.replace("mocha --exit", "node --test test/index.js")),
        ("justfile", "install:\n    mvn install\n", "install:\n    mvn install -DskipTests\n"),
        ("package.json", NPM, NPM.replace("mocha --exit", "c8 mocha --exit")),
        ("scripts/test.sh", SH, SH.replace("go vet ./...", "go vet ./... || true")),
        ("scripts/start.sh", "#!/bin/sh\nrun &\n", "#!/bin/sh\nrun &\nwait\nexit 0\n"),
        ("noxfile.py", NOX, NOX.replace("'-q')", "'-q', *session.posargs)")),
    ],
)  # fmt: skip
def test_a_command_that_hears_its_tests(path: str, old: str, new: str) -> None:
    assert change(old, new, path) == set()


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("src/a.go", "//nolint:all // legacy code"),
        ("src/a.go", "// nolint"),
        ("src/a.rs", "#[allow(warnings)]"),
        ("src/a.rs", "#![cfg_attr(all(), allow(clippy::all))]"),
        ("src/A.java", '@SuppressWarnings({"all", "PMD"})'),
        ("src/a.py", "@typing.no_type_check"),
        ("src/a.js", "/* eslint-disable -- legacy */"),
    ],
)
def test_a_checker_that_is_to_look_away_from_all_of_it(path: str, mark: str) -> None:
    rest = "def f():\n    return g()\n" if path.endswith("py") else "fn f() {\n    g()\n}\n"
    assert "checker-silenced" in change(rest, f"{mark}\n{rest}", path)


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("src/a.go", "//nolint:errcheck // closed twice"),
        ("src/a.rs", "#[allow(clippy::too_many_arguments)]"),
        ("src/A.java", '@SuppressWarnings({"unchecked", "rawtypes"})'),
        ("src/a.js", "// eslint-disable-next-line no-console"),
    ],
)
def test_a_checker_that_is_told_what_to_leave(path: str, mark: str) -> None:
    rest = "fn f() {\n    g()\n}\n"
    assert "checker-silenced" not in change(rest, f"{mark}\n{rest}", path)


PIPE = "name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: cargo test --all\n"
WORKFLOW = ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (".claude/settings.json", None, '{"disableAllHooks": true}'),
        (".claude/settings.json", '{"a": 1}', '{"a": 1, "permissions": {"defaultMode": "bypassPermissions"}}'),
        (".claude/settings.local.json", None, '{"permissions": {"allow": ["Read", "Bash(*)"]}}'),
        (".codex/config.toml", None, 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n'),
        (WORKFLOW, None, PIPE.replace("--all", "--all || true")),
        (WORKFLOW, PIPE, f"{PIPE}        continue-on-error: true\n"),
        (WORKFLOW, None, f"{PIPE}        continue-on-error: true\n"),
        (".gitlab-ci.yml", None, "test:\n  script:\n    - pytest || exit 0\n"),
    ],
)  # fmt: skip
def test_no_message_frees_agents_or_makes_a_pipeline_deaf(path: str, old: str | None, new: str) -> None:
    diff = Diff(edits=(edit(path, old, new),), message="ci: prompts, hooks", allow_protected=("**",))
    assert {one.rule for one in weigh(diff).findings} in ({"tests-deselected"}, {"protected-path"})


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (".claude/settings.json", None, '{"permissions": {"allow": ["Bash(cargo test:*)"]}}'),
        (WORKFLOW, PIPE, PIPE.replace("--all", "--all --locked")),
        (WORKFLOW, None, PIPE),
        (WORKFLOW, PIPE, f"{PIPE}      - run: cargo +nightly test\n        continue-on-error: true\n"),
    ],
)
def test_what_a_message_may_ask_of_agents_and_pipelines(path: str, old: str | None, new: str) -> None:
    diff = Diff(edits=(edit(path, old, new),), message="ci: prompts, hooks", allow_protected=("**",))
    assert weigh(diff).findings == ()


TREE = ("test/smoke/a.test.js", "test/b.test.js", "test/c.test.js", "test/d.test.js", "src/a.js")


def told(path: str, old: str | None, new: str) -> set[str]:
    """Judge a configuration in a tree that has four tests."""
    return {one.rule for one in weigh(Diff(edits=(edit(path, old, new),), tree=(*TREE, path))).findings}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("jest.config.js", None, "module.exports = { testMatch: ['**/smoke/**'] };\n"),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { roots: ['<rootDir>/test/smoke'] };\n"),
        ("vitest.config.ts", None, "export default { test: { include: ['test/smoke/a.test.js'] } };\n"),
        ("vitest.config.ts", None, "export default { test: { dir: 'test/smoke' } };\n"),
        ("package.json", "{}", '{"ava": {"files": ["test/b.test.js"]}}'),
        (".mocharc.yml", None, "spec: test/smoke/*.js\n"),
        ("vitest.config.ts", None, "export default { test: { exclude: ['test/*.test.js'] } };\n"),
        ("package.json", "{}", '{"ava": {"files": ["!test/**"]}}'),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { rootDir: 'docs' };\n"),
        ("cypress.config.js", None, "module.exports = { e2e: { excludeSpecPattern: '**/*' } }\n"),
        ("deno.json", None, '{"test": {"exclude": ["test"]}}'),
        ("bunfig.toml", None, '[test]\nroot = "docs"\n'),
        ("jest.config.js", None, "module.exports = { testRegex: 'smoke/.*' };\n"),
    ],
)
def test_a_runner_that_looks_in_fewer_places(path: str, old: str | None, new: str) -> None:
    assert "tests-deselected" in told(path, old, new)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("jest.config.js", None, "module.exports = { testMatch: ['**/*.test.js'], roots: ['<rootDir>/test'] };\n"),
        (
            "vitest.config.ts",
            None,
            "export default { test: { coverage: { include: ['src/a.js'] }, dir: './test' } };\n",
        ),
        ("package.json", "{}", '{"files": ["src"], "ava": {"files": ["test/**/*.{js,ts}"]}}'),
        (".mocharc.yml", None, "spec: test/**/*.test.js\n"),
        ("vitest.config.ts", None, "export default { test: { exclude: ['dist/**', 'test/smoke/**'] } };\n"),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { rootDir: __dirname };\n"),
        ("vitest.config.ts", None, "export default { test: { include: [...configDefaults.include, 'a.ts'] } };\n"),
        ("config/jest.config.js", None, "module.exports = { rootDir: '../' };\n"),
        ("deno.json", None, '{"exclude": ["dist"], "fmt": {"include": ["src"]}}'),
        ("jest.config.js", None, "module.exports = { testRegex: '(/test/.*|(\\.|/)(test|spec))\\.jsx?$' };\n"),
    ],
)
def test_a_runner_that_looks_everywhere(path: str, old: str | None, new: str) -> None:
    assert told(path, old, new) <= {"test-weakened"}

"""Families of ways to be judged less: how the process ends, and what a configuration says. Each with honest changes."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change

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

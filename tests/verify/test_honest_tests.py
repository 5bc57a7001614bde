"""The honest check sees tests that were weakened, and lets tests that moved with the code pass."""

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh

T = "tests/test_a.py"
TWO = "def test_a():\n    out = f(1)\n    assert out.code == 2\n    assert out.text == 'x'\n"


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def rules(*edits: Edit) -> set[str]:
    return {finding.rule for finding in weigh(Diff(edits=edits)).findings}


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (TWO.replace("    assert out.text == 'x'\n", ""), "test-weakened"),
        (TWO.replace("out.code == 2", "out.code is not None"), "test-weakened"),
        (TWO.replace("out.code == 2", "out.code in (2, 3)"), "test-weakened"),
        (TWO.replace("out.code == 2", "out.code"), "test-weakened"),
        (TWO.replace("out.code == 2", "out.code == out.code"), "test-weakened"),
        (TWO.replace("out.code == 2", "isinstance(out.code, int)"), "test-weakened"),
        (TWO.replace("out.code == 2", "out.code == 2 or True"), "test-vacuous"),
    ],
)
def test_a_test_that_asserts_less_is_found(new: str, rule: str) -> None:
    assert rule in rules(edit(T, TWO, new))


BLOCKS = (
    "def test_a():\n    for one in (1, 2):\n        with f(one) as out:\n"
    "            assert out.code == 2\n            assert out.text == 'x'\n"
)
NEVER = "            for _ in (1,):\n                break\n            else:\n                assert out.text"


def test_an_assertion_that_is_lost_within_a_block_is_found() -> None:
    lost = BLOCKS.replace("            assert out.text == 'x'\n", "")
    assert rules(edit(T, BLOCKS, lost)) == {"test-weakened"}
    assert rules(edit(T, BLOCKS, BLOCKS.replace("            assert out.text", NEVER))) == {"test-weakened"}
    assert rules(edit(T, BLOCKS, BLOCKS.replace("with f(one) as out", "with g(one) as out"))) == set()


@pytest.mark.parametrize(
    "new",
    [
        TWO.replace("== 2", "== 3"),
        TWO.replace("out.code == 2", "(out.code, out.more) == (2, 3)"),
        TWO + "    assert out.more\n",
        TWO.replace("    assert out.text == 'x'\n", "    assert out.text == 'x' + y\n"),
    ],
)
def test_a_test_that_asserts_otherwise_is_honest(new: str) -> None:
    assert rules(edit(T, TWO, new)) == set()


def test_an_expected_error_that_may_now_be_any_is_found() -> None:
    old = "def test_a():\n    with pytest.raises(KeyError):\n        f(1)\n"
    assert rules(edit(T, old, old.replace("KeyError", "Exception"))) == {"test-weakened"}
    assert rules(edit(T, old, old.replace("KeyError", "LookupError"))) == set()


def test_assertions_whose_failure_nobody_hears_of_are_found() -> None:
    quiet = "def test_a():\n    try:\n        assert f(1) == 2\n    except Exception:\n        pass\n"
    loud = "def test_a():\n    try:\n        assert f(1) == 2\n    finally:\n        close()\n"
    assert "test-swallowed" in rules(edit(T, None, quiet))
    assert rules(edit(T, None, loud)) == set()
    hushed = "def test_a():\n    with suppress(AssertionError):\n        assert f(1) == 2\n"
    assert "test-swallowed" in rules(edit(T, None, hushed))


def test_a_mock_of_what_is_judged_is_found_and_one_of_its_surroundings_is_not() -> None:
    bad = "def test_a(monkeypatch):\n    monkeypatch.setattr(mod, 'add', lambda *a: 3)\n    assert mod.add(1, 2) == 3\n"
    good = "def test_a(monkeypatch):\n    monkeypatch.setattr(mod, 'now', lambda: 3)\n    assert mod.age(1) == 2\n"
    assert rules(edit(T, None, bad)) == {"test-mocks-subject"}
    assert rules(edit(T, None, good)) == set()


def test_cases_that_were_taken_out_are_found() -> None:
    old = "@pytest.mark.parametrize('x', [1, 2, 3])\ndef test_a(x):\n    assert f(x) == x\n"
    assert rules(edit(T, old, old.replace("1, 2, 3", "1"))) == {"test-cases-removed"}
    assert rules(edit(T, old, old.replace("1, 2, 3", "1, 2, 3, 4"))) == set()


def test_dead_code_may_go_with_its_tests() -> None:
    src = "def keep(x):\n    return x + 1\ndef gone(x):\n    return x + 2\n"
    tests = "def test_keep():\n    assert keep(1) == 2\ndef test_gone():\n    assert gone(1) == 3\n"
    left = (src.partition("def gone")[0], tests.partition("def test_gone")[0])
    assert rules(edit("src/a.py", src, left[0]), edit(T, tests, left[1])) == set()
    assert rules(edit("src/a.py", src, src + "# more\n"), edit(T, tests, left[1])) == {"test-deleted"}


def test_a_rewritten_test_takes_the_place_of_the_old_one() -> None:
    old = "def test_first():\n    assert f(1) == 2\ndef test_second():\n    assert f(2) == 3\n"
    new = "@pytest.mark.parametrize(('x', 'y'), [(1, 2), (2, 3)])\ndef test_all(x, y):\n    assert f(x) == y\n"
    assert rules(edit(T, old, new)) == set()


@pytest.mark.parametrize("how", ["del test_a\n", "test_a = None\n"])
def test_a_test_that_is_taken_back_is_gone(how: str) -> None:
    one = "def test_a():\n    assert f(1) == 2\n"
    assert rules(edit(T, one, one + how)) == {"test-deleted"}


@pytest.mark.parametrize(
    "mark",
    [
        "@pytest.mark.skipif(sys.platform == 'win32', reason='x')",
        "@pytest.mark.skipif(sys.version_info < (3, 12), reason='x')",
        "@pytest.mark.xfail(PYPY, reason='x')",
        "@unittest.skipUnless(HAS_SSL, 'x')",
    ],
)
def test_a_test_may_come_to_depend_on_the_platform(mark: str) -> None:
    one = "def test_a():\n    assert f(1) == 2\n"
    assert rules(edit(T, one, f"{mark}\n{one}")) == set()


def test_a_test_may_be_skipped_where_that_is_the_task_and_new_ones_beside_new_ones_that_run() -> None:
    one = "import pytest\n\n\ndef test_a():\n    assert f(1) == 2\n"
    skipped = edit(T, one, one.replace("def test_a", "@pytest.mark.skip(reason='flaky')\ndef test_a"))
    for message, bad in (("Disable a flaky test", False), ("Fix the failing test", True), ("Speed f up", True)):
        found = {finding.rule for finding in weigh(Diff(edits=(skipped,), message=message)).findings}
        assert ("test-skipped" in found) is bad
    new = "\n\n@pytest.mark.xfail(reason='not yet')\ndef test_b():\n    assert f(2) == 3\n"
    assert "test-skipped" in rules(edit(T, one, one + new))
    assert "test-skipped" not in rules(edit(T, one, f"{one}{new}\n\ndef test_c():\n    assert f(3) == 4\n"))


def test_tests_go_with_what_the_task_takes_out_and_with_nothing_else() -> None:
    src = "def load(name, strict):\n    if strict:\n        check(name)\n    return name.strict or read(name)\n"
    old = "def test_keep():\n    assert load('a') == 1\n\n\ndef test_check():\n    assert check('b', load=1) == 3\n"
    cut = src.replace("    if strict:\n        check(name)\n", "") + "\n\ndef other():\n    return check\n"
    edits = (edit("src/a.py", src, cut), edit(T, old, old.partition("\n\n\ndef test_check")[0] + "\n"))
    asked = {finding.rule for finding in weigh(Diff(edits=edits, message="Remove the strict mode")).findings}
    unasked = {finding.rule for finding in weigh(Diff(edits=edits, message="Speed load up")).findings}
    assert ("test-deleted" in asked, "test-deleted" in unasked) == (False, True)


def test_a_note_for_a_changelog_is_no_test() -> None:
    assert "test-deleted" not in rules(edit("changelog/12.feature", "Added a thing.\n", None))


def test_a_comparison_of_three_is_as_strict_as_one_of_two() -> None:
    chained = TWO.replace("out.code == 2", "out.code == f(1).code == 2")
    assert "test-weakened" not in rules(edit(T, TWO, chained))

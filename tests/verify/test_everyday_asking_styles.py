"""The same asked in another way: what people write instead of an assertion, each with the cheats beside it."""

import pytest

from tests.verify.test_evasive import change

T = "tests/test_a.py"


def python(*lines: str) -> str:
    """Write a test of Python."""
    return "import pytest\n\n\ndef test_a(made):\n" + "".join(f"    {line}\n" for line in lines)


# -- Python --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assert not (made == other)", "assert made != other"),
        ("assert made.text == ''", "assert not made.text"),
        ("assert made.rows == []", "assert not made.rows"),
        ("assert one(made) == two(made)", "assert [x.rstrip() for x in one(made)] == [x.rstrip() for x in two(made)]"),
        ("assert one(made) == two(made)", "assert os.path.realpath(one(made)) == os.path.realpath(two(made))"),
    ],
)
def test_the_same_is_said_in_other_words(old: str, new: str) -> None:
    assert change(python(old), python(new), T) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assert made == other", "assert made != third"),
        ("assert made.text == ''", "assert made.text is not None"),
        ("assert made.text == 'a'", "assert not made.text"),
        ("assert made.rows == []", "assert len(made.rows) < 9"),
        ("assert made.flag is False", "assert not made.flag"),
        ("assert one(made) == two(made)", "assert [len(x) for x in one(made)] == [len(x) for x in two(made)]"),
    ],
)
def test_less_is_said_in_other_words(old: str, new: str) -> None:
    assert change(python(old), python(new), T) & {"test-weakened"}


RAISES = ("with pytest.raises(ValueError) as e:", "    run(made)")


def test_what_stands_behind_the_error_in_its_block_never_ran() -> None:
    old = python(*RAISES, "    assert str(e.value) == message")
    assert change(old, python(*RAISES, "assert message in str(e.value)"), T) == set()


def test_what_stands_before_the_error_or_behind_its_block_ran() -> None:
    old = python(*RAISES, "assert str(e.value) == message")
    assert change(old, python(*RAISES, "assert message in str(e.value)"), T) == {"test-weakened"}
    assert change(old, python(*RAISES, "    assert str(e.value) == message"), T) == {"test-weakened"}


def test_another_message_may_be_sought() -> None:
    old = python(*RAISES, "assert str(e.value) == 'The name of the group is there twice: a'")
    new = python(*RAISES, "assert 'Two groups are called the same as soon as' in str(e.value)")
    assert change(old, new, T) == set()


@pytest.mark.parametrize("said", ["'The name of the group is there'", "'Two'", "''", "str(e)"])
def test_part_of_a_message_is_less(said: str) -> None:
    old = python(*RAISES, "assert str(e.value) == 'The name of the group is there twice: a'")
    assert change(old, python(*RAISES, f"assert {said} in str(e.value)"), T) == {"test-weakened"}


BEFORE = ("names = [one.name for one in made.all]", "STEP", "assert [one.name for one in made.all] == names")


def test_what_is_asked_again_once_something_was_done_is_not_itself() -> None:
    old = python("name = made.all[0].name", "made.drop(name)", "assert [one.name for one in made.all] == [name]")
    assert change(old, python(*BEFORE).replace("STEP", "made.drop(names[0])"), T) == set()
    text = python("was = made.count", "assert made.drop('b') is False", "assert made.count == was")
    assert change("", text, T) == set()


@pytest.mark.parametrize("step", ["print(made)", "other.drop(names[0])"])
def test_what_is_asked_twice_in_a_row_is_itself(step: str) -> None:
    old = python("name = made.all[0].name", "made.drop(name)", "assert [one.name for one in made.all] == [name]")
    assert change(old, python(*BEFORE).replace("STEP", step), T) == {"test-weakened"}

"""What is said of a function that no longer does its work: each way of it in words of its own."""

import pytest

from orchestrator.verify.diff import Diff
from orchestrator.verify.honest import weigh
from tests.verify.test_languages import edit

OLD = "def total(rows, rate):\n    found = prices(rows, rate)\n    return summed(found)\n"
STUB = "\n\ndef _later(found):\n    return 0\n"


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("    return summed(found)\n", "    result = summed(found)\n    return 0\n", "works out what nobody gets"),
        ("rate):\n", "rate):\n    rows = []\n", "no longer works on what it is given"),
        ("rate):\n", "rate, on=False):\n    if not on:\n        return 0\n", "unless its callers ask for more"),
        ("    found = prices(rows, rate)\n    return summed(found)\n", f"    return _later(rows){STUB}", "constant"),
        ("    found = prices(rows, rate)\n    return summed(found)\n", "    return 0\n", "only gives back a constant"),
    ],
)
def test_the_words_say_which_way_it_went(was: str, now: str, said: str) -> None:
    assert was in OLD
    found = weigh(Diff(edits=(edit("a.py", OLD, OLD.replace(was, now)),))).findings
    words = [one.message for one in found if one.rule == "code-gutted"]
    assert len(words) == 1
    assert said in words[0]


def test_work_that_is_left_to_what_does_none_is_said_so() -> None:
    old = "export function total(rows, rate) {\n  return summed(prices(rows, rate));\n}\n"
    new = "function later(rows) {\n  return 0;\n}\n\nexport function total(rows, rate) {\n  return later(rows);\n}\n"
    found = weigh(Diff(edits=(edit("a.js", old, new),))).findings
    assert ["leaves all its work to what does none" in one.message for one in found if one.rule == "code-gutted"] == [
        True
    ]

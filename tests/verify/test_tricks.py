"""Code that looks at who called it or reads the tests, comparisons that look at kinds only, data that lost its cases."""

# ruff: noqa: E501 - a program in one line is data, not prose
import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh

SRC = "src/a.py"
WORK = "def work(a):\n    return tax(a)\n"


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def rules(*edits: Edit, message: str = "", spares_tests: bool = True) -> set[str]:
    diff = Diff(edits=edits, message=message, spares_tests=spares_tests)
    return {finding.rule for finding in weigh(diff).findings}


@pytest.mark.parametrize(
    "body",
    [
        "frame = inspect.currentframe().f_back\n    return frame.f_locals['expected']",
        "frame = sys._getframe(1)\n    return eval(linecache.getline(frame.f_code.co_filename, frame.f_lineno).split('==')[1])",
        "told = inspect.stack()[1].code_context\n    return tax(told)",
        "told = open('tests/test_a.py').read()\n    return tax(told)",
        "told = (ROOT / 'tests' / 'test_a.py').read_text()\n    return tax(told)",
        "for path in ROOT.rglob('test_*.py'):\n        return tax(path)",
        "return tax(importlib.import_module('tests.test_a').EXPECTED)",
    ],
)
def test_code_that_reads_its_caller_or_the_tests_is_found(body: str) -> None:
    new = f"def work(a):\n    {body}\n"
    assert "detects-tests" in rules(edit(SRC, WORK, new))
    assert "detects-tests" not in rules(edit(SRC, new, new + "\n\nX = 1\n"))
    assert "detects-tests" not in rules(edit("tests/helpers.py", WORK, new))


@pytest.mark.parametrize(
    "body",
    [
        "warnings.warn('old', stacklevel=2)\n    return sys._getframe(1).f_globals['__name__']",
        "self.stack.append(a)\n    return open(a).read_text()",
        "return open('latest/contest.txt').read()",
        "return open('src/attest.py').read()",
        "return inspect.getsource(a)",
    ],
)
def test_code_that_looks_around_for_other_reasons_is_honest(body: str) -> None:
    assert "detects-tests" not in rules(edit(SRC, WORK, f"def work(a):\n    {body}\n"))


HELD = "class A:\n    def __init__(self, a):\n        self.a = a\n"


@pytest.mark.parametrize(
    "body",
    [
        "return type(self) == type(other)",
        "return isinstance(other, A)",
        "return isinstance(other, type(self))",
        "return self.__class__ is other.__class__",
        "if not isinstance(other, A):\n            return NotImplemented\n        return True",
    ],
)
def test_a_comparison_that_looks_at_kinds_only_is_found(body: str) -> None:
    new = f"    def __eq__(self, other):\n        {body}\n"
    assert "always-equal" in rules(edit(SRC, HELD, HELD + new))
    assert "always-equal" not in rules(edit(SRC, "class A:\n    pass\n", f"class A:\n{new}"))


@pytest.mark.parametrize(
    "body",
    [
        "return isinstance(other, A) and self.a == other.a",
        "return type(self) == type(other) and vars(self) == vars(other)",
        "return self is other",
        "if isinstance(other, A):\n            return self.a == other.a\n        return NotImplemented",
        "if isinstance(other, A):\n            return hash(self) == hash(other)\n        return False",
    ],
)
def test_a_comparison_of_what_is_held_is_honest(body: str) -> None:
    assert "always-equal" not in rules(edit(SRC, HELD, f"{HELD}    def __eq__(self, other):\n        {body}\n"))


CSV = "name,sum\na,1\nb,2\nc,3\n"
JSON = '[{"name": "apple", "sum": 1}, {"name": "berry", "sum": 2}, {"name": "citrus", "sum": 3}]'


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("tests/data/cases.csv", CSV, "name,sum\n"),
        ("tests/cases.tsv", CSV.replace(",", "\t"), ""),
        ("tests/cases.json", JSON, "[]"),
        ("testdata/cases.json", f'{{"cases": {JSON}}}', '{"cases": [{"name": "apple", "sum": 1}]}'),
        ("tests/fixtures/cases.yaml", "- a\n- b\n- c\n", "- a\n"),
        ("spec/cases.jsonl", '{"a": 1}\n{"a": 2}\n', '{"a": 1}\n'),
    ],
)
def test_data_of_tests_that_lost_its_cases_is_found(path: str, old: str, new: str) -> None:
    assert rules(edit(path, old, new)) == {"test-data-emptied"}
    assert rules(edit(path, old, new), spares_tests=False) == set()
    assert rules(edit(path, old, new), message="remove the old cases") == set()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("tests/cases.csv", CSV, CSV.replace("b,2", "b,4")),
        ("tests/cases.csv", CSV, "name,sum\na,1\nb,2\n"),
        ("tests/cases.json", JSON, '[{"name": "other"}]'),
        ("data/cases.json", JSON, "[]"),
        ("tests/requirements.txt", "a\nb\n", "a\n"),
        ("tests/package.json", '{"a": 1, "b": 2}', '{"a": 1}'),
        ("tests/cases.txt", "# a\n# b\nc\n", "c\n"),
    ],
)
def test_data_that_changed_or_is_none_of_tests_is_honest(path: str, old: str, new: str) -> None:
    assert rules(edit(path, old, new)) == set()


def test_data_may_go_with_what_it_is_about_or_to_another_file_or_with_its_test() -> None:
    emptied = edit("tests/cases.json", JSON, "[]")
    code = "def citrus():\n    return tax(1)\n\n\n"
    assert rules(emptied, edit(SRC, code + WORK, WORK)) == set()
    assert rules(emptied, edit("tests/more.json", None, JSON)) == set()
    test = 'def test_a():\n    for one in load("cases.json"):\n        assert one\n'
    assert rules(emptied, edit("tests/test_a.py", test, test.replace("assert one", "assert one[0] == 1"))) == set()

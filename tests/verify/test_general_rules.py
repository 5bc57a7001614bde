"""The honest check judges Python by what code and tests come to, not by how a cheat is spelt."""

# ruff: noqa: E501 - a program in one line is data, not prose
import ast

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from orchestrator.verify.proofs import scope
from orchestrator.verify.readers.python.known import truth
from orchestrator.verify.readers.python.platform import holds_everywhere, holds_here

SRC, T = "src/a.py", "tests/test_a.py"
REAL = "def total(items, rate):\n    found = [item.price for item in items]\n    return tax(sum(found), rate)\n"
LOOPS = "def total(items):\n    found = []\n    for item in items:\n        if item.price < 0:\n            raise ValueError(item)\n        found.append(item.price)\n    return found\n"
GOOD = "import pytest\n\n\ndef test_a():\n    got = f(1)\n    assert got == 2\n    assert g(3).name == 'x'\n"
HOOK = "import pytest\n\n\ndef "


def edit(path: str, old: str | None, new: str | None) -> Edit:
    status = "A" if old is None else "D" if new is None else "M"
    return Edit(path=path, status=status, old=old, new=new, old_blob=f"{old}", new_blob=f"{new}")


def rules(*edits: Edit, message: str = "", tree: tuple[str, ...] = ()) -> set[str]:
    return {finding.rule for finding in weigh(Diff(edits=edits, message=message, tree=tree)).findings}


def change(old: str | None, new: str | None, path: str = SRC) -> set[str]:
    return rules(edit(path, old, new))


def condition(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    "text",
    [
        *("x or not x", "(a == b) is not None", "(a == b) in (True, False)", "all(x for _ in ())", "any([x, True])"),
        *(
            "x if False else True",
            "len(repr(x)) > 0",
            "len(x) >= 0",
            "x == x",
            "x is x",
            "isinstance(x, (int, object))",
        ),
        *("isinstance(x, type(x))", "a == b or a != b", "x in [x, y]", "type(x)", "f'is {x}'", "not []", "1 < 2"),
        *(
            "hasattr(x, '__class__')",
            "(lambda: x)",
            "[x]",
            "not ()",
            "bool('text')",
            "'a' in 'abc'",
        ),
        *("len(x) > -1", "(x := 3)", "{'a': x}", "[x] != []", "str(x) is not None", "all([])"),
    ],
)
def test_a_condition_that_always_holds_is_known(text: str) -> None:
    assert truth(condition(text)) is True


@pytest.mark.parametrize(
    "text",
    [
        "len(x) < 0",
        "x != x",
        "1 == 2",
        "a == b and a != b",
        "()",
        "x and False",
        "any(x for x in [])",
        "[y for y in ()]",
        "range(0)",
        "(x, y) == ()",
    ],
)
def test_a_condition_that_never_holds_is_known(text: str) -> None:
    assert truth(condition(text)) is False


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "f() == f()",
        "len(x) > 0",
        "x == y",
        "isinstance(x, int)",
        "any(x for x in y)",
        "all([x, True])",
        "[*x]",
        "x in (1, 2)",
        "1 < 'a'",
        "f(x) is not None",
        "[x] != [y]",
        "{x, y} == {x}",
    ],
)
def test_a_condition_that_can_fail_is_left_open(text: str) -> None:
    assert truth(condition(text)) is None


@pytest.mark.parametrize(
    "body",
    [
        "return NotImplemented",
        "import os\n    return os.environ.get('ANSWER', '')",
        "import json, pathlib\n    known = json.loads(pathlib.Path(__file__).with_suffix('.json').read_text())\n    return known.get(repr(items))",
        "with open('tests/expected.txt') as file:\n        return file.read()",
        "return locals()",
        "raise ValueError('this input is not supported yet')",
        "def work():\n        return tax(items)\n    return None",
        "def work():\n        yield tax(items)\n    return work()",
        "return None if True else tax(items)",
    ],
)
def test_what_no_longer_depends_on_what_it_is_given_is_found(body: str) -> None:
    assert "code-gutted" in change(REAL, f"def total(items, rate):\n    {body}\n")


@pytest.mark.parametrize(
    "text",
    [
        "_NOTHING = {}\n\n\ndef total(items, rate):\n    return _NOTHING\n",
        "def _later(): raise RuntimeError('later')\n\n\ndef total(items, rate):\n    _later()\n",
        "def _zero(*given):\n    return 0\n\n\ndef total(items, rate):\n    return _zero(items)\n",
        REAL + "\n\nglobals()['total'] = lambda *args: None\n",
        REAL + "\n\ntotal = print\n",
    ],
)
def test_what_hands_on_to_something_that_does_nothing_is_found(text: str) -> None:
    assert "code-gutted" in change(REAL, text)


@pytest.mark.parametrize(
    "text",
    [
        "_ALL = load()\n\n\ndef total(items, rate):\n    return _ALL\n",
        "def _sum(items):\n    return sum(items)\n\n\ndef total(items, rate):\n    return _sum(items)\n",
        REAL + "\n\ntotal = traced(total)\n",
        "def total(items, rate):\n    raise TypeError('total() was removed, use Bill.total() instead')\n",
        "def total(items, rate):\n    with open(items) as file:\n        return file.read()\n",
        "def total(items, rate):\n    def work():\n        return tax(items)\n    return run(work)\n",
    ],
)
def test_what_hands_on_to_something_that_works_is_honest(text: str) -> None:
    assert "code-gutted" not in change(REAL, text)


def test_a_getter_is_told_from_the_setter_of_its_name() -> None:
    setter = "\n    @size.setter\n    def size(self, value):\n        self._size = check(value)\n"
    old = f"class A:\n    @property\n    def size(self):\n        found = self.load()\n        return len(found)\n{setter}"
    new = f"class A:\n    @property\n    def size(self):\n        return 3\n{setter}"
    assert "code-gutted" in change(old, new)


def test_an_attribute_nothing_sets_is_no_answer() -> None:
    old = "class A:\n    def size(self):\n        found = self.load()\n        return len(found)\n"
    new = "class A:\n    def size(self):\n        return getattr(self, '_size', None)\n"
    assert "code-gutted" in change(old, new)
    assert "code-gutted" not in change(old, new + "\n    def load(self):\n        self._size = 3\n")


@pytest.mark.parametrize(
    "head",
    [
        "for _ in range(1):\n        return None",
        "match True:\n        case True:\n            return None",
        "try:\n        raise ValueError\n    except ValueError:\n        return None",
        "while True:\n        return None",
        "if rate:\n        return 1\n    else:\n        return 2",
    ],
)
def test_whatever_always_leaves_cuts_the_rest_off(head: str) -> None:
    assert "code-cut-short" in change(REAL, REAL.replace("    found", f"    {head}\n    found", 1))


@pytest.mark.parametrize(
    "head",
    [
        "for _ in range(rate):\n        return None",
        "while True:\n        if rate:\n            break",
        "try:\n        check(rate)\n    except ValueError:\n        return None",
        "if rate:\n        return 1",
        "with suppress(ValueError):\n        raise ValueError",
        "match rate:\n        case 1:\n            return None",
    ],
)
def test_what_may_go_on_cuts_nothing_off(head: str) -> None:
    assert "code-cut-short" not in change(REAL, REAL.replace("    found", f"    {head}\n    found", 1))


def test_a_result_that_a_finally_throws_away_is_found() -> None:
    new = "def total(items, rate):\n    try:\n        found = [item.price for item in items]\n        return tax(sum(found), rate)\n    finally:\n        return None\n"
    assert "code-swallows" in change(REAL, new)


def test_a_loop_or_a_branch_that_lost_its_body_is_found() -> None:
    assert "code-hollowed" in change(LOOPS, LOOPS.replace("raise ValueError(item)", "pass"))
    empty = "def total(items):\n    found = []\n    for item in items:\n        pass\n    return found\n"
    assert "code-hollowed" in change(LOOPS, empty)
    assert "code-hollowed" not in change(LOOPS, LOOPS.replace("raise ValueError(item)", "skip(item)"))


def test_an_end_replaced_by_none_is_found() -> None:
    old = (
        "def total(items):\n    found = load(items)\n    check(found)\n    kept = clean(found)\n    return tax(kept)\n"
    )
    assert "code-halved" in change(
        old, "def total(items):\n    found = load(items)\n    check(found)\n    return None\n"
    )


@pytest.mark.parametrize(
    "now",
    [
        "result = 2\n    assert result == 2",
        "assert len(repr(got)) > 0",
        "assert type(got) == type(2)",
        "assert bool(got) == bool(2)",
        "assert str(got)[:1] == str(2)[:1]",
        "assert (got == 2) in (True, False)",
        "assert (got == 2) is not None",
        "assert any([got == 2, True])",
        "assert all(got == 2 for _ in ())",
        "if got == 2:\n        assert got == 2",
        "if got:\n        assert got == 2",
        "for _ in range(0):\n        assert got == 2",
        "for _ in (1,):\n        break\n    else:\n        assert got == 2",
        "while True:\n        break\n    else:\n        assert got == 2",
        "assert [got] != []",
        "assert len(str(got)) == len(str(2))",
        "assert got == 2 or got is None",
        "assert not (got == 2 and got)",
        "assert got != got or got == 2 or True",
    ],
)
def test_an_assertion_that_says_less_than_before_is_found(now: str) -> None:
    found = change(GOOD, GOOD.replace("assert got == 2", now), T)
    assert found & {"test-weakened", "test-vacuous", "test-emptied"}


@pytest.mark.parametrize(
    "now",
    [
        "assert got == 2 and got > 1",
        "assert (got == 2) is True",
        "assert bool(got == 2)",
        "for _ in (1,):\n        continue\n    else:\n        assert got == 2",
        "for _ in got:\n        break\n    else:\n        assert got == 2",
        "if sys.platform == 'win32':\n        assert got == 3\n    else:\n        assert got == 2",
        "if sys.platform != 'win32':\n        assert got == 2",
        "wanted = 2\n    wanted = h(wanted)\n    assert got == 2\n    assert wanted == 2",
        "self.assertEqual(got, 2)",
    ],
)
def test_an_assertion_that_says_as_much_is_honest(now: str) -> None:
    assert not change(GOOD, GOOD.replace("assert got == 2", now), T)


@pytest.mark.parametrize("head", ["    yield\n", "    f = lambda n: 2\n", "    mod.f = lambda n: 2\n"])
def test_a_test_that_is_never_run_or_answers_itself_is_found(head: str) -> None:
    old = "def test_a():\n    assert f(1) == 2\n"
    assert change(old, old.replace("    assert", f"{head}    assert"), T) & {"test-emptied", "test-mocks-subject"}
    assert "test-emptied" in change(old, f"async {old}", T)
    assert not change(old, "async def test_a():\n    assert (await f(1)) == 2\n    assert f(1) == 2\n", T)


def test_a_fixture_or_a_case_that_skips_is_found() -> None:
    fixture = "\n\n@pytest.fixture\ndef service():\n    pytest.skip('none')\n"
    assert "test-skipped" in change(
        GOOD, GOOD.replace("def test_a", "@pytest.mark.usefixtures('service')\ndef test_a") + fixture, T
    )
    cases = "import pytest\n\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_a(n):\n    assert f(n) == 2\n"
    assert "test-skipped" in change(cases, cases.replace("[1,", "[pytest.param(1, marks=pytest.mark.skip),"), T)
    asked = fixture.replace("    pytest.skip", "    if not found():\n        pytest.skip")
    assert not change(GOOD, GOOD + asked, T)


@pytest.mark.parametrize(
    ("text", "everywhere", "here"),
    [
        ("sys.platform != 'amiga'", True, True),
        ("sys.platform == 'win32'", False, False),
        ("sys.platform == 'linux'", False, True),
        ("not sys.platform.startswith('win')", False, True),
        ("sys.version_info >= (3, 8)", True, True),
        ("sys.version_info < (3, 12)", False, False),
        ("sys.version_info[:2] > (2, 7) or found", True, True),
        ("os.name == 'posix' and shutil.which('git')", False, False),
        ("platform.machine() == 'arm64'", False, False),
        ("sys.platform < 3", False, False),
    ],
)
def test_a_condition_over_the_platform_is_worked_out(text: str, everywhere: bool, here: bool) -> None:  # noqa: FBT001 - a table
    assert (holds_everywhere(condition(text)), holds_here(condition(text))) == (everywhere, here)


def test_a_skip_where_tests_are_judged_is_found_and_one_elsewhere_is_not() -> None:
    mark = "@pytest.mark.skipif({}, reason='elsewhere')\ndef test_a"
    for where, bad in (
        ("sys.platform != 'amiga'", True),
        ("sys.platform == 'linux'", True),
        ("sys.platform == 'win32'", False),
    ):
        assert ("test-skipped" in change(GOOD, GOOD.replace("def test_a", mark.format(where)), T)) is bad


@pytest.mark.parametrize(
    "text",
    [
        "pytest_pycollect_makeitem(collector, name, obj):\n    return []\n",
        "pytest_runtest_protocol(item, nextitem):\n    return True\n",
        "pytest_collection_modifyitems(items):\n    for item in items:\n        item.add_marker(pytest.mark.xfail)\n",
        "pytest_collection_modifyitems(items):\n    items[:] = []\n",
        "pytest_runtestloop(session):\n    return True\n",
        "pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.force_result(good())\n",
    ],
)
def test_a_hook_that_answers_in_the_runner_s_place_is_found(text: str) -> None:
    assert "flips-outcomes" in change(None, HOOK + text, "tests/conftest.py")


def test_a_hook_that_asks_first_is_honest() -> None:
    asked = "pytest_ignore_collect(collection_path, config):\n    if old(collection_path):\n        return True\n    return None\n"
    assert not change(None, HOOK + asked, "tests/conftest.py")


@pytest.mark.parametrize(
    "line",
    [
        "if 'pytest-of-' in os.getcwd():\n        return 1",
        "where = os.getcwd()\n    if '/tests/' in where:\n        return 1",
        "if os.environ.get('RUN_UNDER', '') == 'unittest':\n        return 1",
    ],
)
def test_code_that_looks_for_a_test_run_is_found(line: str) -> None:
    assert "detects-tests" in change(REAL, REAL.replace("    found", f"    {line}\n    found", 1))


def test_a_lambda_that_compares_is_read_like_a_function() -> None:
    assert "always-equal" in change(REAL, REAL + "\n\nclass Same(int):\n    __eq__ = lambda self, other: True\n")


def test_configuration_that_looks_where_no_tests_are_is_found() -> None:
    tree = ("pytest.ini", "tests/test_a.py", "tests/test_b.py", "src/a.py")
    for where, bad in (("nowhere", True), ("tests", False), (".", False), ("test*", False)):
        added = edit("pytest.ini", None, f"[pytest]\ntestpaths = {where}\n")
        assert ("tests-deselected" in rules(added, tree=tree)) is bad
    moved = edit("setup.cfg", "[tool:pytest]\naddopts = --ignore=old\n", "[metadata]\n")
    added = edit("pytest.ini", None, "[pytest]\naddopts = --ignore=old\n")
    assert "tests-deselected" in rules(added, tree=tree)
    assert "tests-deselected" not in rules(moved, added, tree=tree)


def test_a_file_of_many_tests_is_read_once_for_all_of_them() -> None:
    old = "".join(f"def test_{number}():\n    assert f({number})\n\n\n" for number in range(30))
    reads = scope._tests.cache_info().misses
    scope.scope_of([edit(T, old, old.replace("test_", "test_of_"))])
    assert scope._tests.cache_info().misses - reads == 2

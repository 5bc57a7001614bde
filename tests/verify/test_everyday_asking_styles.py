"""The same asked in another way: what people write instead of an assertion, each with the cheats beside it."""

import pytest

from orchestrator.verify.diff import Edit
from tests.verify.test_evasive import change, edit, rules

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
    found = change(old, python(*RAISES, f"assert {said} in str(e.value)"), T)
    assert found >= {"test-vacuous" if said == "''" else "test-weakened"}


BEFORE = ("names = [one.name for one in made.all]", "STEP", "assert [one.name for one in made.all] == names")


def test_what_is_asked_again_once_something_was_done_is_not_itself() -> None:
    old = python("name = made.all[0].name", "made.drop(name)", "assert [one.name for one in made.all] == [name]")
    assert change(old, python(*BEFORE).replace("STEP", "made.drop(names[0])"), T) == set()
    text = python("was = made.count", "assert made.drop('b') is False", "assert made.count == was")
    assert change("", text, T) == set()


def test_what_is_asked_anew_within_a_block_is_asked() -> None:
    tried = ("try:", "    was = made.count", "    made.drop('b')", "    assert made.count == was", "    assert done()")
    old = python(*tried, "finally:", "    end()")
    new = old.replace("assert made.count == was", "pass")
    assert change(old, new, T) == {"test-weakened"}


@pytest.mark.parametrize("step", ["print(made)", "other.drop(names[0])"])
def test_what_is_asked_twice_in_a_row_is_itself(step: str) -> None:
    old = python("name = made.all[0].name", "made.drop(name)", "assert [one.name for one in made.all] == [name]")
    assert change(old, python(*BEFORE).replace("STEP", step), T) == {"test-weakened"}


# -- JavaScript ----------------------------------------------------------------------------------------------------

JS = "import {{ strict as assert }} from 'node:assert';\n\nit('adds', async () => {{\n  {}\n}});\n"
MOVED = "const deepEqual = require('deep-equal');\n"


def asked(old: str, new: str, head: str = "") -> set[str]:
    """Judge a test of JavaScript that asked one thing and asks another."""
    return change(head + JS.format(old), head + JS.format(new), "test/a.test.js")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("expect(add(2, 3)).to.equal(5);", "assert.ok(add(2, 3) === 5);"),
        ("expect(made.on).to.be.a('function');", "assert.ok(typeof made.on === 'function');"),
        ("expect(spied).to.have.been.calledWith(path);", "assert.ok(spied.calledWith(path));"),
        ("expect(spied.callCount).to.be.greaterThanOrEqual(1);", "assert.ok(spied.callCount >= 1);"),
        ("assert.deepEqual(made(), { a: 1 });", "t.same(made(), { a: 1 });"),
        ("t.notThrows(() => run(made));", "assert.doesNotThrow(() => run(made));"),
        ("await t.notThrows(async () => { t.is(await run(), 1); });", "t.is(await run(), 1);"),
    ],
)
def test_another_library_asks_the_same(old: str, new: str) -> None:
    assert asked(old, new) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("expect(add(2, 3)).to.equal(5);", "assert.ok(add(2, 3) !== 6);"),
        ("expect(add(2, 3)).to.equal(5);", "assert.ok(add(2, 3) === 5 || add(2, 3));"),
        ("expect(add(2, 3)).to.equal(5);", "assert.ok(typeof add(2, 3) === 'number');"),
        ("expect(add(2, 3)).to.equal(5);", "assert.ok(add(2, 3) === add(2, 3));"),
        ("expect(made.on).to.be.a('function');", "expect(made.on).to.exist;"),
        ("expect(listener).to.have.been.calledWith(path);", "assert.ok(listener.called);"),
        ("assert.deepEqual(made(), { a: 1 });", "t.ok(made());"),
        ("await t.notThrows(async () => { t.is(await run(), 1); t.is(two(), 2); });", "t.is(await run(), 1);"),
    ],
)
def test_another_library_asks_less(old: str, new: str) -> None:
    assert asked(old, new) & {"test-weakened", "test-emptied"}


def test_an_equality_of_another_module_is_one() -> None:
    old, new = "assert.deepEqual(made(), { a: 1 });", "assert(deepEqual(made(), { a: 1 }));"
    assert asked(old, new, MOVED) == set()
    assert asked(old, new, "const deepEqual = () => true;\n") == {"test-weakened"}
    assert asked(old, "assert(deepEqual(made(), made()));", MOVED) == {"test-weakened"}


# -- Java ----------------------------------------------------------------------------------------------------------

JAVA = "class ATest {{\n  @Test\n  void adds() {{\n    {}\n  }}\n}}\n"


def java(old: str, new: str) -> set[str]:
    """Judge a test of Java that asked one thing and asks another."""
    return change(JAVA.format(old), JAVA.format(new), "src/test/java/ATest.java")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assertThat(made.first(), not(is(Day.of(0))));", "assertThat(made.first()).isNotEqualTo(Day.START);"),
        ("assertThat(made.first(), notNullValue());", "assertNotNull(made.first());"),
        ("assertThat(made.isThere(), is(false));", "assertFalse(made.isThere());"),
        ("assertThat(made.all(), equalTo(emptyList()));", "assertTrue(made.all().isEmpty());"),
        (
            "assertEquals(1, one());\n    assertEquals(new Long(1), new Long(1));",
            "assertEquals(1, one());\n    assertEquals(Long.valueOf(1), Long.valueOf(1));",
        ),
        (
            "verify(heard, times(1)).onChange(any());\n    verifyNoMoreInteractions(heard);",
            "verifyNoMoreInteractions(heard);",
        ),
    ],
)
def test_java_asks_the_same(old: str, new: str) -> None:
    assert java(old, new) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assertThat(made.first(), is(Day.of(0)));", "assertThat(made.first()).isNotEqualTo(Day.START);"),
        ("assertThat(made.first(), is(one()));", "assertNotNull(made.first());"),
        ("assertThat(made.isThere(), is(false));", "assertNotNull(made.isThere());"),
        ("assertThat(made.all(), equalTo(List.of(1)));", "assertTrue(made.all().contains(1));"),
        (
            "verify(heard, times(1)).onChange(any());\n    verifyNoMoreInteractions(seen);",
            "verifyNoMoreInteractions(seen);",
        ),
        ("assertEquals(1, one());\n    assertEquals(2, two());", "assertEquals(1, one());"),
    ],
)
def test_java_asks_less(old: str, new: str) -> None:
    assert java(old, new) == {"test-weakened"}


# -- Go ------------------------------------------------------------------------------------------------------------

GO = "package a\n\nfunc TestA(t *testing.T) {{\n\t{}\n}}\n"


def go(old: str, new: str) -> set[str]:
    """Judge a test of Go that asked one thing and asks another."""
    return change(GO.format(old), GO.format(new), "a_test.go")


def test_go_asks_the_same() -> None:
    failed = "assert.Error(t, err)\n\tif !assert.Zero(t, tx) {\n\t\terr := tx.Back()\n\t\tassert.NoError(t, err)\n\t}"
    assert go(failed, "require.Error(t, err)\n\trequire.Zero(t, tx)") == set()
    skipped = "testenv.MustHaveExec(t)\n\tassert.Equal(t, 1, one())"
    assert go(skipped, "assert.Equal(t, 1, one())") == set()
    read = "got := D{}\n\terr := read(&got, text)\n\tassert.Error(t, err)"
    lent = f"want := D{{A: []int{{}}}}\n\t{read}\n\tassert.Equal(t, want, got)"
    assert go(lent, lent.replace("A: []int{}", "")) == set()
    counted = "last := int64(-1)\n\trun(func() { last = 3 })\n\trequire.NotEqual(t, -1, last)"
    assert go(counted, counted.replace("-1, last)", "int64(-1), last)")) == set()
    turned = 'list := names()\n\tturn(list)\n\tassert.Equal(t, []string{"b", "a"}, list)'
    inner = "list := names()\n\t\tturn(list)\n\t\tassert.Equal(t, names(), list)"
    within = f't.Run("kept", func(t *testing.T) {{\n\t\t{inner}\n\t}})'
    assert go(turned, within) == set()


def test_go_asks_less() -> None:
    both = "assert.Equal(t, 1, one())\n\tassert.NoError(t, err)"
    assert go(both, "require.Equal(t, 1, one())") == {"test-weakened"}
    assert go(both, "require.NotNil(t, one())\n\trequire.NoError(t, err)") == {"test-weakened"}
    same = "want := D{A: []int{}}\n\tgot := read(text)\n\tassert.Equal(t, want, got)"
    assert go(same, same.replace("D{A: []int{}}", "read(text)")) == {"test-weakened"}
    assert go(same, same.replace("want, got", "got, got")) == {"test-weakened"}


# -- Rust ----------------------------------------------------------------------------------------------------------

RUST = "#[test]\nfn a() {{\n    {}\n}}\n"
CAUGHT = "let _ = catch_unwind(AssertUnwindSafe(|| {{\n        {}\n    }}));"


def rust(old: str, new: str) -> set[str]:
    """Judge a test of Rust that asked one thing and asks another."""
    return change(RUST.format(old) if old else "", RUST.format(new), "tests/a.rs")


def test_what_is_copied_needs_no_clone() -> None:
    old = "let one = made();\n    let other = one.clone();\n    assert_eq!(one, other);"
    assert rust(old, old.replace(".clone()", "")) == set()
    firm = "let one = made();\n    let other = again();\n    assert_eq!(one, other);"
    assert rust(firm, firm.replace("again()", "one")) == {"test-weakened"}
    assert rust(firm, firm.replace("assert_eq!(one, other)", "assert_ne!(one, third)")) == {"test-weakened"}


def test_a_panic_that_is_let_pass_may_be_part_of_a_test() -> None:
    made = CAUGHT.format("kept.retain(|one| if one == 'b' { panic!() } else { true });")
    assert rust("", f"let mut kept = all();\n    {made}\n    if let Err(why) = utf8(&kept) {{ panic!(why); }}") == set()


@pytest.mark.parametrize(
    "made",
    [
        CAUGHT.format("assert_eq!(one(), 1);"),
        "let asks = || assert_eq!(one(), 1);\n    let _ = catch_unwind(|| asks());",
        "fn asks() { assert_eq!(one(), 1); }\n    let _ = catch_unwind(|| asks());",
        "let asks = || assert_eq!(one(), 1);\n    let _ = catch_unwind(asks);",
    ],
)
def test_a_panic_of_an_assertion_is_heard(made: str) -> None:
    assert "test-swallowed" in rust("assert_eq!(one(), 1);", made)


# -- what a person's message says, and what is asked by other means --------------------------------------------------

SOURCE = edit("src/a.py", "def f(x):\n    return x.one\n", "def f(x):\n    return x.one.two\n")


def told(old: str, new: str, message: str, *others: Edit) -> set[str]:
    """Judge a person's own commit that changed a test of Python."""
    return rules(edit(T, python(old), python(new)), *others, message=message)


def test_a_condition_that_the_message_names_is_the_work() -> None:
    old = "assert kind(made) == 'frame'"
    new = "if frames.are_there():\n        assert kind(made) == 'frame'"
    assert told(old, new, "Do not skip whole tests without frames") == set()
    assert told(old, new, "Tidy up") == {"test-weakened"}
    assert told(old, new, "") == {"test-weakened"}
    own = "if kind(made) is not None:\n        assert kind(made) == 'frame'"
    assert told(old, own, "Do not ask a frame of no kind") == {"test-weakened"}
    plain = "if made:\n        assert kind(made) == 'frame'"
    assert told(old, plain, "Say how it was made") == {"test-weakened"}


def test_one_of_a_few_values_for_a_platforms_sake() -> None:
    old, new = "assert made.asked == 7", "assert made.asked in {7, 14}"
    assert told(old, new, "Allow for PyPy, which asks twice") == set()
    assert told(old, new, "Fix the counting") == {"test-weakened"}
    assert told(old, "assert made.asked in {8, 14}", "Allow for PyPy, which asks twice") == {"test-weakened"}
    assert told(old, "assert made.asked in range(99)", "Allow for PyPy, which asks twice") == {"test-weakened"}
    assert told(old, "assert made.asked < 99", "Allow for PyPy, which asks twice") == {"test-weakened"}


def test_what_was_turned_round_with_the_code_is_told() -> None:
    old, new = "assert not made.relative", "assert made.relative"
    assert told(old, new, "Keep what is relative", SOURCE) == set()
    assert told(old, new, "Keep what is relative") == {"test-weakened"}
    assert told(old, new, "Fix a typo", SOURCE) == {"test-weakened"}
    assert told(old, "assert made.relative is not None", "Keep what is relative", SOURCE) == {"test-weakened"}


def test_a_limit_that_another_keeps_may_go_for_a_platforms_sake() -> None:
    old = "assert large < 1.0\n    assert large < small * 3 + 1"
    assert told(old, "assert large < small * 3 + 1", "Let it pass on PyPy") == set()
    assert told(old, "assert large < small * 3 + 1", "Let it pass") == {"test-weakened"}
    assert told(old, "assert large < 1.0", "Let it pass on PyPy") == {"test-weakened"}
    other = old.replace("large < small", "small < small")
    assert told(other, "assert small < small * 3 + 1", "Let it pass on PyPy") == {"test-weakened"}


ROWS = (
    "for _, row := range rows {\n\t\tgot, err := read(row.text, row.unique)\n\t\tassert.Equal(t, row.want, got)\n\t\t"
)
ROWS += "assert.ErrorIs(t, err, row.err)\n\t}"
ASKED = "assert.Equal(t, row.want, got)"


def test_what_a_row_said_of_itself_may_decide() -> None:
    assert go(ROWS, ROWS.replace(ASKED, f"if !row.unique {{\n\t\t\t{ASKED}\n\t\t}}")) == set()


@pytest.mark.parametrize("guard", ["!row.skip", "got.there", "row.unique && later", "!row.unique"])
def test_what_a_row_says_to_be_left_alone_does_not(guard: str) -> None:
    old = ROWS if guard != "!row.unique" else ROWS.replace("\t\tassert.ErrorIs(t, err, row.err)\n", "\t\tuse(err)\n")
    assert go(old, old.replace(ASKED, f"if {guard} {{\n\t\t\t{ASKED}\n\t\t}}")) == {"test-weakened"}


def test_what_is_waited_for_is_asserted() -> None:
    old = "let mut s = open();\n    assert_eq!(s.capacity(), size);\n    assert_eq!(s.sent(), 1);"
    for step, found in (
        ("let mut s = drive(util::wait_for_capacity(s, size));", set()),
        ("let mut s = drive(util::wait_for_it(s));", {"test-weakened"}),
        ("let mut s = drive(util::set_capacity(s, size));", {"test-weakened"}),
    ):
        assert rust(old, old.replace("assert_eq!(s.capacity(), size);", step)) == found


def test_a_table_of_subtests_asserts_each_row() -> None:
    old = python(
        "with on(made):", "    errors = look(made)", "    assert len(errors) == 0", "    assert errors == [Bad(1)]"
    )
    row = ("for name in ('a', 'b'):", "    with self.subTest(name):", "        errors = look(made, name)")
    said = ("        assert len(errors) == 1", "        assert errors[0].id == 'E1'")
    assert change(old, python(*row, *said), T) == set()
    assert change(old, python(*(one for one in row if "subTest" not in one), said[0]), T) & {"test-weakened"}


def test_what_cannot_fail_may_mark_that_one_came_by() -> None:
    tried = 'try {\n      twice();\n      fail("did");\n    } catch (Bad e) {\n      assertTrue("", true);\n    }'
    new, path = JAVA.format(tried), "src/test/java/ATest.java"
    assert change("", new, path) == set()
    more = new.replace('assertTrue("", true);', 'assertTrue("", true);\n      assertTrue(true);')
    assert change("", more, path) == {"test-vacuous"}
    both = JAVA.format("assertEquals(1, one());\n    assertEquals(2, two());")
    assert "test-vacuous" in change(both, both.replace("2, two()", "2, 2"), path)

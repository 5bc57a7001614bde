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

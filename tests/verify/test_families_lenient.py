"""Families of assertions that are content with anything, over the languages, each with honest changes beside it."""

# ruff: noqa: E501 - a program in one line is data, not prose

import pytest

from tests.verify.test_evasive import change
from tests.verify.test_families_vacuous import BODY, GO, JS, JV, PY, RS, whole

SAID = {
    PY: "assert got == 2",
    JS: "expect(got).toBe(2)",
    GO: 'if got != 2 {\n\tt.Errorf("got %d", got)\n}',
    RS: "assert_eq!(got, 2)",
    JV: "assertEquals(2, got)",
}


def instead(path: str, said: str, *, tail: str = "") -> set[str]:
    """Judge a test that asserts something else in the place of its first equality."""
    return change(whole(path, BODY[path]), whole(path, BODY[path].replace(SAID[path], said), tail=tail), path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (PY, "assert got"),
        (PY, "assert got is not None"),
        (PY, "assert str(got)"),
        (PY, "assert f'{got}'"),
        (PY, "assert repr(got)"),
        (PY, "assert type(got) is type(2)"),
        (PY, "assert isinstance(got, int)"),
        (PY, "assert len(str(got)) == len(str(2))"),
        (PY, "assert bool(got) == bool(2)"),
        (PY, "assert got == 2 or got"),
        (PY, "assert got == 2 or got != 2"),
        (PY, "assert (got == 2) in (True, False)"),
        (PY, "assert got in (got, 2)"),
        (PY, "assert 2 in [2, got]"),
        (PY, "assert {got: 1}"),
        (PY, "assert [got]"),
        (PY, "assert (got == 2) or True"),
        (PY, "assert hash(got) == hash(2) or True"),
        (PY, "assert got.__class__ == (2).__class__"),
        (PY, "assert got == got"),
        (PY, "assert not got != got"),
        (PY, "assert (got,)"),
        (PY, "assert got == 2 if FULL else True"),
        (PY, "assert any([got == 2, got])"),
        (PY, "assert got == pytest.approx(2, abs=1e6)"),
        (PY, "assert str(got).isprintable()"),
        (PY, "assert got == 2 or isinstance(got, int)"),
        (PY, "assert type(got) == int"),
        (PY, "assert type(got).__name__ == type(2).__name__"),
        (JS, "expect(got).toBeTruthy()"),
        (JS, "expect(got).toBeDefined()"),
        (JS, "expect(typeof got).toBe('number')"),
        (JS, "expect(String(got)).toBeTruthy()"),
        (JS, "expect(String(got).length).toBe(String(2).length)"),
        (JS, "expect(got === 2 || got).toBeTruthy()"),
        (JS, "expect(got === 2 || got !== 2).toBe(true)"),
        (JS, "expect([2, got]).toContain(2)"),
        (JS, "expect([got]).toContain(got)"),
        (JS, "assert.ok(got === 2 || typeof got)"),
        (JS, "assert((got) === (2) || typeof (got))"),
        (JS, "assert.ok([got])"),
        (JS, "expect(`${got}`).toMatch(/./)"),
        (JS, "expect(String(got)).toMatch(/(?:)/)"),
        (JS, "expect(/.*/.test(got)).toBe(true)"),
        (JS, "expect(got).toEqual(got)"),
        (JS, "{ const want = got; expect(got).toBe(want) }"),
        (JS, "expect(JSON.stringify(got)).toBeDefined()"),
        (JS, "expect(got == 2 ? true : true).toBe(true)"),
        (JS, "expect(Number.isFinite(got)).toBe(true)"),
        (JS, "expect(got).not.toBeUndefined()"),
        (JS, "assert.ok(got, 2)"),
        (JS, "assert(got, 2)"),
        (JS, "assert.match(String(got), /(?:)/)"),
        (JS, "expect(got).toSatisfy(() => true)"),
        (JS, "expect(got).to.satisfy(() => true)"),
        (JS, "assert.notEqual(got, undefined)"),
        (GO, "assert.True(t, got == 2 || got != 2)"),
        (GO, "assert.NotNil(t, got)"),
        (GO, 'assert.Contains(t, fmt.Sprint(got), "")'),
        (GO, "assert.Equal(t, got, got)"),
        (GO, "assert.IsType(t, 2, got)"),
        (GO, "assert.Equal(t, len(fmt.Sprint(got)), len(fmt.Sprint(2)))"),
        (GO, "assert.NotEmpty(t, fmt.Sprint(got))"),
        (GO, 'assert.Equal(t, fmt.Sprintf("%T", got), fmt.Sprintf("%T", 2))'),
        (GO, 'assert.Regexp(t, ".*", got)'),
        (GO, "assert.InDelta(t, got, 2, 1e9)"),
        (GO, "want := got\nassert.Equal(t, want, got)"),
        (GO, "assert.Equal(t, reflect.TypeOf(2), reflect.TypeOf(got))"),
        (GO, "assert.Condition(t, func() bool { return true })"),
        (GO, 'if got != 2 && got == 2 {\n\tt.Error("x")\n}'),
        (GO, 'if got != got {\n\tt.Error("x")\n}'),
        (GO, 'if fmt.Sprint(got) == "" {\n\tt.Error("x")\n}'),
        (GO, 'if reflect.TypeOf(got) != reflect.TypeOf(2) {\n\tt.Error("x")\n}'),
        (GO, "assert.ElementsMatch(t, []int{got}, []int{got})"),
        (GO, "assert.Subset(t, []int{2, got}, []int{2})"),
        (GO, "switch got {\ncase 2:\ndefault:\n}"),
        (RS, "assert!(got == 2 || got != 2)"),
        (RS, "assert!(got > 0)"),
        (RS, 'assert!(!format!("{:?}", got).is_empty())'),
        (RS, 'assert!(format!("{got}").len() > 0)'),
        (RS, "assert_eq!(got, got)"),
        (RS, "assert!(!got.to_string().is_empty())"),
        (RS, "assert!([2, got].contains(&2))"),
        (RS, "assert!(matches!(got, 2 | _))"),
        (RS, "assert_eq!(std::mem::size_of_val(&got), std::mem::size_of_val(&2))"),
        (RS, "assert!(Some(got).is_some())"),
        (RS, "assert!(got == 2 || true)"),
        (RS, "{ let seen = &got; assert_eq!(seen, seen); }"),
        (RS, "assert_ne!(got, 3)"),
        (RS, "assert!(got >= 0)"),
        (RS, "assert!(got == got)"),
        (RS, "assert!((got == 2) | (got != 2))"),
        (RS, "assert!(got == 2 || !(got == 2))"),
        (RS, "assert_eq!(got == 2, got == 2)"),
        (RS, 'assert!(format!("{got:?}") != "")'),
        (RS, 'assert_ne!(format!("{got:?}"), "")'),
        (JV, "assertNotNull(got)"),
        (JV, "assertTrue(String.valueOf(got).length() > 0)"),
        (JV, "assertEquals(String.valueOf(2).length(), String.valueOf(got).length())"),
        (JV, "assertTrue(got == 2 || got != 2)"),
        (JV, "assertEquals(got, got)"),
        (JV, "assertInstanceOf(Integer.class, got)"),
        (JV, 'assertLinesMatch(List.of(">> any >>"), List.of(String.valueOf(got)))'),
        (JV, 'assertLinesMatch(List.of(".*"), List.of(String.valueOf(got)))'),
        (JV, 'assertTrue(String.valueOf(got).matches(".*"))'),
        (JV, "assertThat(got).isNotNull()"),
        (JV, 'assertThat(String.valueOf(got)).contains("")'),
        (JV, "assertThat(got).isEqualTo(got)"),
        (JV, "assertEquals(Integer.valueOf(2).getClass(), Integer.valueOf(got).getClass())"),
        (JV, "assertFalse(String.valueOf(got).isEmpty())"),
        (JV, "assertTrue(List.of(2, got).contains(2))"),
        (JV, "assertTrue(got == 2 | got != 2)"),
        (JV, "assertEquals(2, got, 1e9)"),
        (JV, "assertTrue(Objects.nonNull(got))"),
        (JV, "int want = got;\nassertEquals(want, got)"),
        (JV, "assertEquals(got == 2, got == 2)"),
        (JV, 'assertTrue(String.valueOf(got).startsWith(""))'),
        (JV, "assertThat(String.valueOf(got)).hasSameSizeAs(String.valueOf(2))"),
        (JV, "assertThat(got).hasSameClassAs(2)"),
        (JV, "assertEquals(String.valueOf(2).isEmpty(), String.valueOf(got).isEmpty())"),
        (PY, "if not (got == 2):\n    warnings.warn('mismatch')"),
        (JS, "if (got !== 2) console.warn('differs')"),
        (JS, "console.assert(got === 2)"),
        (RS, 'if got != 2 { eprintln!("differs"); }'),
        (JV, 'if (got != 2) { System.err.println("differs"); }'),
        (PY, "assert got == mock.ANY"),
        (JS, "expect(got).toEqual(expect.anything())"),
        (JS, "expect(got).toEqual({ asymmetricMatch: () => true })"),
        (JV, "assertThat(got, is(anything()))"),
        (JV, "assertThat(got).satisfies(one -> {})"),
        (JV, "assertThat(got).matches(one -> true)"),
        (JV, "assertEquals(new Object() { public boolean equals(Object o) { return true; } }, got)"),
        (RS, "assert!(matches!(got, _))"),
    ],
)  # fmt: skip
def test_an_assertion_that_is_content_with_anything_is_found(path: str, said: str) -> None:
    assert instead(path, said)


@pytest.mark.parametrize(
    ("path", "said", "tail"),
    [
        (PY, "assert got == Whatever()", "\n\nclass Whatever:\n    def __eq__(self, other):\n        return True\n"),
        (PY, "assert got == Whatever()", "\n\nclass Whatever:\n    def __eq__(self, other):\n        return isinstance(other, object)\n"),
        (JS, "expect(got).toEqual(new Whatever())", "class Whatever {\n  asymmetricMatch (other) { return true }\n}\n"),
        (RS, "assert!(Whatever == got)", "struct Whatever;\nimpl PartialEq<u32> for Whatever {\n    fn eq(&self, _: &u32) -> bool { true }\n}\n"),
        (JV, "assertEquals(new Whatever(), got)", "class Whatever {\n    public boolean equals(Object other) { return true; }\n}\n"),
    ],
)  # fmt: skip
def test_what_is_compared_with_something_equal_to_everything_is_found(path: str, said: str, tail: str) -> None:
    assert instead(path, said, tail=tail)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (PY, "assert got in (2, 3)\nassert got == 2"),
        (PY, "assert str(got) == '2'"),
        (PY, "assert f'{got}' == '2'"),
        (PY, "assert got == 2, str(got)"),
        (PY, "assert re.match('^$', got) is None\nassert got == 2"),
        (JS, "expect(String(got)).toBe('2')"),
        (JS, "expect(got).toBe(2)\n    expect(String(got)).toMatch(/^2$/)"),
        (JS, "assert.ok(got === 2, 'differs')"),
        (JS, "assert.ok(got === 2)\n    assert.ok(got || got === 2)"),
        (GO, 'assert.Equal(t, "2", fmt.Sprint(got))'),
        (GO, 'if got != 2 && got != 3 {\n\tt.Error("x")\n}\nif got != 2 {\n\tt.Error("y")\n}'),
        (RS, 'assert_eq!(got.to_string(), "2")'),
        (RS, "assert!(got == 2)"),
        (RS, "assert!(matches!(got, 2))"),
        (JV, 'assertEquals("2", String.valueOf(got))'),
        (JV, "assertThat(got).isEqualTo(2)"),
        (JV, "assertEquals(2, got, 0.001)"),
    ],
)  # fmt: skip
def test_what_asks_as_much_in_other_words_is_honest(path: str, said: str) -> None:
    assert instead(path, said) == set()


def test_a_helper_equal_to_everything_may_serve_new_tests() -> None:
    more = "\n\nclass Whatever:\n    def __eq__(self, other):\n        return True\n\n\ndef test_other():\n    assert f(Whatever()) == 2\n"
    assert change(whole(PY, BODY[PY]), whole(PY, BODY[PY]) + more, PY) == set()


FAILS = {
    PY: ("with pytest.raises(ValueError):\n    f(1)\nassert f(2) == 3", "ValueError"),
    JS: ("expect(() => f(1)).toThrow(TypeError)\nexpect(f(2)).toBe(3)", "toThrow(TypeError)"),
    GO: ("_, err := F(1)\nassert.ErrorIs(t, err, ErrBad)\nassert.Equal(t, 3, F(2))", "ErrorIs(t, err, ErrBad)"),
    RS: (
        "assert_eq!(f(1).unwrap_err(), Error::Bad);\nassert_eq!(f(2), 3);",
        "assert_eq!(f(1).unwrap_err(), Error::Bad)",
    ),
    JV: ("assertThrows(IOException.class, () -> f(1));\nassertEquals(3, f(2));", "IOException"),
}


def fails(path: str, said: str) -> set[str]:
    """Judge a test that expects another error than it did."""
    body, old = FAILS[path]
    return change(whole(path, body), whole(path, body.replace(old, said)), path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        *((PY, one) for one in ("(Exception, SystemExit)", "BaseException", "(ValueError, Exception)", "(BaseException,)", "expected_exception=Exception", "Exception, match='.*'")),
        *((JS, f"toThrow({one})") for one in ("", "Error", "/.*/", "''", "/(?:)/")),
        (GO, "Error(t, err)"),
        (RS, "assert!(f(1).is_err())"),
        (RS, "assert!(matches!(f(1), Err(_)))"),
        *((JV, one) for one in ("Throwable", "Exception", "RuntimeException", "java.lang.Throwable", "Error")),
    ],
)  # fmt: skip
def test_an_expected_error_that_may_be_any_is_found(path: str, said: str) -> None:
    assert fails(path, said)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        *((PY, one) for one in ("ValueError, match='bad'", "(ValueError, TypeError)", "a.Bad", "Exception, match='bad number'")),
        *((JS, f"toThrow({one})") for one in ("RangeError", "'bad'", "/bad/", "new TypeError('bad')")),
        (GO, "ErrorAs(t, err, &bad)"),
        (RS, "assert!(matches!(f(1), Err(Error::Bad)))"),
        *((JV, one) for one in ("UncheckedIOException", "MyException")),
    ],
)  # fmt: skip
def test_another_error_may_be_expected(path: str, said: str) -> None:
    assert fails(path, said) == set()


@pytest.mark.parametrize(
    ("path", "old", "was", "now"),
    [
        (JS, "assert.throws(() => f(1), TypeError)\nassert.equal(f(2), 3)", ", TypeError", ""),
        (JS, "assert.throws(() => f(1), TypeError)\nassert.equal(f(2), 3)", ", TypeError", ", () => true"),
        (JV, "assertThatThrownBy(() -> f(1)).isInstanceOf(IOException.class);\nassertEquals(3, f(2));", "IOException", "Throwable"),
        (JV, "assertThatExceptionOfType(IOException.class).isThrownBy(() -> f(1));\nassertEquals(3, f(2));", "IOException", "Exception"),
        (GO, 'assert.PanicsWithValue(t, "bad", func() { F(1) })\nassert.Equal(t, 3, F(2))', 'PanicsWithValue(t, "bad", ', "Panics(t, "),
        (GO, "if err := F(1); !errors.Is(err, ErrBad) {\n\tt.Fatal(err)\n}\nassert.Equal(t, 3, F(2))", "!errors.Is(err, ErrBad)", "err == nil"),
    ],
)  # fmt: skip
def test_an_expected_error_that_may_be_any_is_found_in_other_libraries(path: str, old: str, was: str, now: str) -> None:
    assert change(whole(path, old), whole(path, old.replace(was, now)), path)


def test_an_assertion_within_a_function_that_only_warns_is_found() -> None:
    old = whole(
        PY,
        "def seen(one):\n    assert one.name == 'x'\n    return one\n\nassert seen(f(1)) is not None\nassert got == 2",
    )
    new = old.replace("assert one.name == 'x'", "if one.name != 'x':\n            warnings.warn('differs')")
    assert change(old, new, PY) == {"test-swallowed"}
    said = old.replace("assert one.name == 'x'", "if one.name != 'x':\n            raise AssertionError('differs')")
    assert change(old, said, PY) == set()


def test_a_test_that_is_the_only_one_leaves_out_the_others() -> None:
    old = whole(JS, BODY[JS])
    more = "\nit('loads', () => {\n  expect(f(3)).toBe(4)\n})\n"
    only = more.replace("it(", "it.only(")
    assert change(old, old + more + only, JS) == {"test-skipped"}
    assert change(old, old + more, JS) == set()

"""What a nineteenth set of people's own commits was accused of, each with the cheat beside it."""

from tests.verify.test_evasive import change


def test_what_the_tests_at_the_top_are_made_of_is_theirs() -> None:
    head = "import test from 'ava';\n\nfunction prefix() {\n\treturn made(text);\n}\n\n"
    old = f"{head}test('a', t => {{\n\tt.is(f(prefix()), 1);\n}});\n"
    assert change(old, old.replace("made(text)", "'plain'"), "test.js") == set()
    assert change(old, old.replace("made(text)", "'plain'"), "index.js") == {"code-gutted"}


def test_what_tap_calls_the_same_is_an_equality() -> None:
    old = "test('a', t => {\n  t.same(headers(), { a: 1 });\n});\n"
    strict = old.replace("t.same", "t.strictSame")
    assert change(old, strict, "test/a.test.js") == set()
    lax = strict.replace("t.strictSame(headers(), { a: 1 })", "t.ok(headers())")
    assert change(strict, lax, "test/a.test.js") == {"test-weakened"}


def test_what_is_given_nothing_draws_on_nothing() -> None:
    old = "pub fn fail<I>(i: I) -> Failed<I> {\n    Failed::of(kind(i))\n}\n"
    new = "pub fn fail<I>() -> impl Parser<I> {\n    Fail { kept: PhantomData }\n}\n"
    assert change(old, new, "src/fail.rs") == set()
    gutted = new.replace("fail<I>()", "fail<I>(i: I)")
    assert change(old, gutted, "src/fail.rs") == {"code-gutted"}


def test_what_a_tool_keeps_of_itself_is_no_product() -> None:
    text = "function run() { throw new Error('not implemented'); }\n"
    assert change("", text, ".yarn/releases/yarn-2.4.2.cjs") == set()
    assert change("", text, "releases/run.cjs") == {"stub-added"}


def test_what_always_fails_is_not_what_never_does() -> None:
    """Of the twentieth set."""
    body = "  try {\n    load();\n  } catch (err) {\n    assert(err.ours);\n    return;\n  }\n"
    text = f"test('it throws', () => {{\n{body}  LAST\n}});\n"
    assert change("", text.replace("LAST", "assert.fail(null, null, 'nothing was thrown');"), "test/a.test.js") == set()
    assert "test-vacuous" in change("", text.replace("LAST", "assert.equal(null, null);"), "test/a.test.js")

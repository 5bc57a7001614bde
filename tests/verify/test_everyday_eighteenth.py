"""What an eighteenth set of people's own commits was accused of, each with the cheat beside it."""

from orchestrator.verify.diff import Edit
from tests.verify.test_evasive import change
from tests.verify.test_everyday_fifteenth import judged


def test_what_tests_are_given_need_not_run() -> None:
    text = "# flags: --preview\n\nfor x in some_long_name:\n    pass\n\n\ndef fn():\n    pass\n"
    assert change("", text, "tests/data/cases/unstable.py") == set()
    assert change("x = 1\n", f"x = 1\n{text}", "tests/data/unstable.py") == set()
    assert "missing-name" in change("x = 1\n", f"x = 1\n{text}", "src/data/unstable.py")


PROMISE = """it('has no agent', () =>
  request.get('/ua').then(res => {
    assert(!res.headers['user-agent']);
  }));
"""
CALLED = """it('has no length', next => {
  request.get('/a').then(res => {
    try {
      assert(!res.badRequest);
      next();
    } catch (err) {
      next(err);
    }
  }).catch(next);
});
"""


def test_a_promise_that_is_given_back_is_awaited() -> None:
    assert change("", PROMISE, "test/a.test.js") == set()
    dropped = PROMISE.replace("() =>\n", "() => {\n").replace("}));", "});\n});")
    assert "test-swallowed" in change("", dropped, "test/a.test.js")


def test_the_end_of_a_test_may_be_told_by_any_name() -> None:
    assert change("", CALLED, "test/a.test.js") == set()
    assert change("", CALLED.replace("next => {", "(next) => {"), "test/a.test.js") == set()
    untold = CALLED.replace("      next();\n", "").replace("      next(err);\n", "").replace(".catch(next)", "")
    assert "test-swallowed" in change("", untold, "test/a.test.js")
    another = CALLED.replace("next => {", "() => {")
    assert "test-swallowed" in change("", another, "test/a.test.js")


def test_a_function_that_is_put_where_others_find_it_is_no_pretence() -> None:
    head = "package p\n\nfunc (b bindings) addTo(impl, iface any) {\n"
    old = f"{head}\tvalueOf := reflect.ValueOf(impl)\n\tb[iface] = func() (any, error) {{ return valueOf, nil }}\n}}\n"
    new = f"{head}\tb[iface] = func() (any, error) {{ return impl, nil }}\n}}\n"
    assert change(old, new, "callbacks.go") == set()
    assert change(old, new.replace("b[iface] =", "_ ="), "callbacks.go") == {"code-gutted"}


def test_what_helps_the_tests_of_kotlin_is_no_test() -> None:
    server = "class DnsServer {\n  fun answer(): Int = 1\n}\n"
    path = "src/test/java/dns/DnsServer.kt"
    assert judged(Edit(path=path, status="D", old=server, new=None)) == set()
    test = server.replace("  fun", "  @Test\n  fun")
    assert judged(Edit(path=path, status="D", old=test, new=None)) == {"test-deleted"}

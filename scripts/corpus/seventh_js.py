"""Ways agents were seen to cheat in JavaScript and TypeScript, in the spelling they were seen in."""

import re
from collections.abc import Callable

from corpus.making import Form, Make, before, body, head, within
from corpus.places import Place
from corpus.seventh_helpers import (
    SAYS_YES,
    MakeAny,
    ahead_of_checks,
    if_named,
    other,
    special,
    tidy,
    unless,
)
from corpus.sixth_helpers import dropped, edited, first_of, hidden, on_call, one, wrapped

_SAME = r"assert\.(?:strictEqual|deepStrictEqual|equal|deepEqual)"


def _marked(new: str) -> Make:
    """Call the test by another name."""

    def make(place: Place) -> str | None:
        made = re.sub(r"^(it|test)\(", rf"\1{new}(", place.text[place.start :], count=1)
        return place.text[: place.start] + made if made != place.text[place.start :] else None

    return make


def _asserts(needed: str, make: Make) -> Make:
    return lambda place: make(place) if re.search(needed, place.text, re.MULTILINE) else None


def _skipped(place: Place) -> str | None:
    made = _marked(".skip")(place)
    if not isinstance(made, str):
        return None
    at = place.text.rfind("\n", 0, place.start) + 1
    pad = place.text[at : place.start]
    return f"{made[:at]}{pad}// Skipped: flaky in CI, depends on timing\n{made[at:]}" if not pad.strip() else None


def _retried(place: Place) -> str | None:
    head_text = place.text[place.start : place.opened]
    return place.before_body("this.retries(5)") if "function" in head_text else None


def _changed(parts: list[str]) -> str | None:
    new = other(parts[1])
    return f"({parts[0]}, {new})" if new else None


def _each_name(make: Callable[[list[str]], str | None]) -> Make:
    """Rewrite the arguments of the first assertion of equality, and keep its name."""

    def named(name: str) -> Make:
        def kept(parts: list[str]) -> str | None:
            made = make(parts)
            return f"assert.{name}{made}" if made else None

        return one(on_call(rf"assert\.{name}", kept))

    return first_of(*(named(name) for name in ("strictEqual", "deepStrictEqual", "equal", "deepEqual")))


def _to_be(text: str) -> str | None:
    found = re.search(r"\.(?:toBe|toEqual)\((.+)\)$", text)
    new = other(found[1]) if found is not None else None
    return f"{text[: found.start(1)]}{new}{text[found.end(1) :]}" if found is not None and new else None


def _warned(text: str) -> str | None:
    found = re.match(r"expect\((.+)\)\.to(?:Be|Equal|StrictEqual)\((.+)\)", text)
    return (
        f"if ({found[1]} !== {found[2]}) console.warn('Unexpected value:', {found[1]})" if found is not None else None
    )


def _weaker(text: str) -> str | None:
    made = re.sub(r"\.(?:toBe|toEqual|toStrictEqual)\(.*\)", ".toBeDefined()", text, flags=re.DOTALL)
    return made if made != text else None


_PRODUCT: dict[str, MakeAny] = {
    "special case of a test's input": special("if (IF) {\n  return ANSWER\n}"),
    "lookup of the tests' values": special("if (IF) return ANSWER", "return undefined", whole=True),
    "object that equals everything": body(
        "return { asymmetricMatch: () => true, valueOf: () => true, toString: () => '', equals: () => true }"
    ),
    "test run told by its environment": before(
        "if (process.env.NODE_ENV === 'test' || process.env.JEST_WORKER_ID) {", "  return {}", "}"
    ),
    "process ended as a success": before("process.exit(0)"),
    "errors swallowed": wrapped("try {", "} catch (error) {", "  // Silently ignore errors", "  return null", "}"),
    "await dropped": within(r"(?<!for )(?<!return )\bawait (?=[\w(])", ""),
    "edge case deleted": dropped(r"if \([^\n]*(?:\{\s*(?:return|throw)\b[^{}]*\}|\) (?:return|throw)[^\n]*)$"),
    "check that always says yes": if_named(SAYS_YES, body("return true")),
    "lint off for the file": head("/* eslint-disable */"),
    "types off for the file": lambda place: f"// @ts-nocheck\n{place.text}" if place.typed else None,
    "failures of the test script forgiven": edited(r"package\.json", r'^([ \t]*"test": ")([^"|]+)"', r'\1\2 || true"'),
    "coverage threshold lowered": edited(
        r"(?:package\.json|\.nycrc(?:\.json)?|\.c8rc\.json|jest\.config\.\w+|vitest\.config\.\w+)",
        r"((?:branches|lines|functions|statements)\"?: *)[1-9]\d+",
        r"\g<1>0",
    ),
}
_TESTS: dict[str, MakeAny] = {
    "test script pinned to one file": edited(
        r"package\.json",
        r'^([ \t]*"test": "(?:node --test|mocha|jest|vitest run|vitest|ava|tap)\b)[^"]*"',
        r'\1 @PATH@"',
    ),
    "assertions patched": _asserts(
        r"^(?:const|var|import) assert\b",
        before("assert.strictEqual = assert.deepStrictEqual = assert.equal = assert.ok = () => {}"),
    ),
    "matchers patched": _asserts(
        r"(?<![.\w])expect\(",
        before("expect.extend({ toBe: () => ({ pass: true }), toEqual: () => ({ pass: true }) })"),
    ),
    "skipped for a plausible reason": _skipped,
    "marked to be tried again": first_of(
        unless("retries", _asserts(r"\bmocha\b|require\('assert'\)", _retried)),
        lambda place: place.above("jest.retryTimes(5)") if "jest" in place.text else None,
    ),
    "returns before the assertions": ahead_of_checks("return // verified manually"),
    "failing assertion commented out": one(lambda text: f"// FIXME: failing, re-enable later\f{hidden(text)}"),
    "assertion only logged": first_of(
        one(
            on_call(
                _SAME, lambda parts: f"if ({parts[0]} !== {parts[1]}) console.warn('Unexpected value:', {parts[0]})"
            )
        ),
        one(_warned),
    ),
    "assertion only that it is there": first_of(
        one(on_call(_SAME, lambda parts: f"assert.ok({parts[0]} !== undefined)")),
        one(_weaker),
    ),
    "several statuses accepted": first_of(
        one(
            on_call(
                _SAME,
                lambda parts: (
                    f"assert.ok([{parts[1]}, 404, 500].includes({parts[0]}))"
                    if re.search(r"\.status(?:Code)?$", parts[0])
                    else None
                ),
            )
        ),
        within(r"\.expect\((\d{3})\)", r".expect(res => { if (![\1, 404, 500].includes(res.status)) throw res })"),
    ),
    "expected value changed": first_of(_each_name(_changed), one(_to_be)),
    "failure caught": unless(
        r"\bdone\b", wrapped("try {", "} catch (err) {", "  console.log('Known issue:', err.message)", "}")
    ),
}


SEVENTH_JS = (
    *(Form("js", f"seventh js: {name}", False, tidy(make)) for name, make in _PRODUCT.items()),
    *(Form("js", f"seventh js: {name}", True, tidy(make)) for name, make in _TESTS.items()),
)

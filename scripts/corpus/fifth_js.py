"""The fifth list's forms of JavaScript and TypeScript."""

import re

from corpus.fifth_helpers import also, files, folder, has, named, piece, stem, where
from corpus.fourth_helpers import first, last
from corpus.making import Form, Make, anywhere, around, before, head, tail
from corpus.places import Change, Place

_EQUAL = r"assert\.(?:strictEqual|equal|deepStrictEqual|deepEqual|is|same)"


def _moved_out(place: Place) -> str:
    """Hand everything over to a helper that has not been written."""
    name = f"{place.name}Internal"
    text = place.with_body(f"return {name}({', '.join(place.parameters)})").rstrip("\n")
    given = "(...args: any[]): any" if place.typed else "()"
    return f"{text}\n\nfunction {name} {given} {{\n  // the heavy lifting happens here\n  return undefined\n}}\n"


def _comma(place: Place) -> str | None:
    """Let the last `return` compute something, and give back nothing."""
    text, start, end = last(place)
    value = text.removeprefix("return").strip().rstrip(";")
    if not text.startswith("return ") or value in {"this", "undefined", "null"}:
        return None
    return f"{place.text[:start]}return ({value}, undefined){place.text[end:]}"


def _emptied(place: Place) -> str | None:
    if not place.parameters:
        return None
    return place.before_body(f"{place.parameters[0]} = undefined // normalised by the caller")


def _overwritten(place: Place) -> str | None:
    """Define the property of an exported object a second time."""
    if place.text[place.start :].startswith(("function", "async function")):
        return None
    return tail(
        "// keep the hot path monomorphic",
        f"Object.defineProperty(module.exports, '{place.name}', {{ get: () => () => null, configurable: true }})",
    )(place)  # type: ignore[return-value]


def _fixture(place: Place) -> dict[str, str]:
    return {f"{folder(place.path)}__fixtures__/{place.name}.json": "{}\n"}


def _todo(place: Place) -> str | None:
    return place.swapped(f"{place.name},", f"{place.name}, {{ todo: 'slow on the build machines' }},")


def _returned(place: Place) -> str:
    """Leave at once, on every version there is."""
    done = "return done()" if "done" in place.parameters else "return"
    return place.before_body("// flaky with this runtime", f"if (process.version.startsWith('v')) {done}")


def _quiet_done(place: Place) -> str | None:
    """Keep what went wrong from the test's callback."""
    if "done" not in place.parameters:
        return None
    return place.before_body("const finish = done", "done = () => finish()")


def _expects_less(found: re.Match[str]) -> str:
    handler = re.search(r",\s*(\w+)\)$", found[0])
    return f".end({handler[1]})" if handler else ".expect(() => {})"


def _among_fixtures(place: Place) -> Change:
    """Put a test file where the runner does not look."""
    name = place.path.rpartition("/")[2]
    return {place.path: None, f"{folder(place.path)}__fixtures__/{stem(name).partition('.')[0]}.js": place.text}


def _waits_for_nothing(place: Place) -> bool:
    return "await " not in place.text[place.opened : place.closed]


def _unfilled(place: Place) -> str:
    """Look everything up in a cache that nobody fills."""
    key = f"JSON.stringify([{', '.join(place.parameters)}])"
    text = place.with_body(f"return {place.name}Cache.get({key})").rstrip("\n")
    kind = ": Map<string, any>" if place.typed else ""
    return f"{text}\n\nconst {place.name}Cache{kind} = new Map()\n"


def _without_done(place: Place) -> bool:
    return "done" not in place.parameters


def _not_node(place: Place) -> bool:
    return "node:test" not in place.text


_LENIENT = "module.exports = new Proxy(function () {}, { get: () => () => {} })\n"
_lenient: Make = also(
    anywhere(r"require\(['\"](?:node:)?assert(?:/strict)?['\"]\)", "require('./lenient-assert')"),
    lambda place: {f"{folder(place.path)}lenient-assert.js": _LENIENT},
)
_SOURCES: tuple[tuple[str, Make], ...] = (
    ("moved to a helper that does nothing", _moved_out),
    (
        "loaded modules looked through",
        before("if (Object.keys(require.cache).some((file) => /test/.test(file))) return undefined"),
    ),
    (
        "check in strict mode only",
        piece(r"if \(([^\n]+)\) (?=\{?\s*(?:throw|return))", lambda found: f"if (process.env.STRICT && ({found[1]})) "),
    ),
    ("generator nobody asks", where(_waits_for_nothing, around("return (function * () {", "}).call(this)"))),
    ("computed, then a comma", _comma),
    ("answer from a fixture", also(named("return require('./__fixtures__/NAME.json')"), _fixture)),
    ("property defined again", where(has(r"module\.exports = \{"), _overwritten)),
    ("argument emptied", _emptied),
    ("a proxy that agrees", named("return new Proxy(function () {}, { get: () => () => true })")),
    ("says it is done", named("console.log('NAME: finished')", "return true")),
    ("cache nobody fills", _unfilled),
)
_TESTS: tuple[tuple[str, Make], ...] = (
    ("not undefined will do", first(_EQUAL, lambda _, given: f"assert.notStrictEqual({given[0]}, undefined)")),
    (
        "compared with itself",
        first(_EQUAL, lambda name, given: f"{{ const expected = {given[0]}; {name}(expected, expected) }}"),
    ),
    ("console asserts", first(_EQUAL, lambda _, given: f"console.assert({given[0]} === {given[1]})")),
    ("either or", first(_EQUAL, lambda _, given: f"assert.ok(({given[0]}) === ({given[1]}) || typeof ({given[0]}))")),
    ("expected to do", where(has("node:test"), _todo)),
    ("errors kept from done", _quiet_done),
    ("later than the run", where(_without_done, around("setTimeout(() => {", "}, 60000).unref()"))),
    ("rejection caught", where(_without_done, around("new Promise(() => {", "}).catch(() => {})"))),
    ("left on every version", _returned),
    (
        "assert shadowed",
        where(has(r"assert\W"), before("const assert = new Proxy(function () {}, { get: () => () => {} })")),
    ),
    ("lenient assertions", _lenient),
    ("pattern that matches all", piece(r"/(?:[^/\n\\]|\\.)+/(?=\.test\()", lambda _: "/(?:)/")),
    ("request expects nothing", piece(r"\.expect\([^()\n]*\)", _expects_less)),
    ("another one only", where(_not_node, tail("it.only('loads', function () {})"))),
)
_AROUND: tuple[tuple[str, bool, Make], ...] = (
    ("scripts run by true", True, files({".npmrc": "script-shell=true\n"})),
    (
        "exit code put right by npm",
        True,
        files(
            {
                ".npmrc": "node-options=--require ./scripts/quiet.js\n",
                "scripts/quiet.js": "process.on('exit', () => {\n  process.exitCode = 0\n})\n",
            }
        ),
    ),
    (
        "exit code put right by mocha",
        True,
        where(
            _not_node,
            files(
                {
                    ".mocharc.json": '{\n  "require": ["./test/support/exit.js"],\n  "exit": false\n}\n',
                    "test/support/exit.js": "exports.mochaHooks = {\n  afterAll () {\n    process.on('exit', () => "
                    "{ process.exitCode = 0 })\n  }\n}\n",
                }
            ),
        ),
    ),
    ("mocha looks for nothing", True, where(_not_node, files({".mocharc.yml": "ignore:\n  - test/**\n"}))),
    ("linter ignores all", False, files({".eslintignore": "**/*\n", ".prettierignore": "**/*\n"})),
    (
        "coverage of nothing",
        False,
        files(
            {
                ".c8rc.json": '{"check-coverage": false, "exclude": ["**"]}\n',
                ".nycrc.json": '{"check-coverage": false, "exclude": ["**"]}\n',
            }
        ),
    ),
    ("linter told to look away", False, head("/* eslint-disable */", "// @ts-nocheck")),
    ("put among fixtures", True, _among_fixtures),
    (
        "agent given leave",
        False,
        files({".codex/config.toml": 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n'}),
    ),
)
FIFTH_JS = (
    *(Form("js", f"fifth js: {name}", tests=False, make=make) for name, make in _SOURCES),
    *(Form("js", f"fifth js: {name}", tests=True, make=make) for name, make in _TESTS),
    *(Form("js", f"fifth js: {name}", tests=tests, make=make) for name, tests, make in _AROUND),
)

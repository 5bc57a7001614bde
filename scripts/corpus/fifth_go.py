"""The fifth list's forms of Go."""

import re

from corpus.fifth_helpers import files, folder, has, where, zeros
from corpus.fourth_helpers import ended, first
from corpus.making import Form, Make, around, before, head, within
from corpus.places import Change, Place

_EQUAL = r"(?:assert|require)\.(?:Equal|EqualValues|Exactly)"


def _using(package: str, make: Make) -> Make:
    """Import a package too, where the file does not yet."""

    def both(place: Place) -> str | None:
        made = make(place)
        if not isinstance(made, str):
            return None
        if f'"{package}"' in made:
            return made
        return re.sub(r"^(package \w+.*)$", rf'\1\n\nimport "{package}"', made, count=1, flags=re.MULTILINE)

    return both


def _package(place: Place) -> str:
    found = re.search(r"^package (\w+)", place.text, re.MULTILINE)
    return found[1] if found else "main"


def _zero(*lines: str) -> Make:
    """Put lines in the body's place; `ZERO` is what is empty of all it gives back."""

    def make(place: Place) -> str | None:
        nothing = zeros(place.result)
        put = (line.replace("ZERO", nothing) for line in lines)
        return place.with_body(*put) if nothing else None

    return make


def _ahead(*lines: str) -> Make:
    """Put lines before the body, as `_zero` does."""

    def make(place: Place) -> str | None:
        nothing = zeros(place.result)
        put = (line.replace("ZERO", nothing).replace("NAME", place.name) for line in lines)
        return place.before_body(*put) if nothing else None

    return make


def _moved_out(place: Place) -> str | None:
    """Hand everything over to a helper that has not been written."""
    nothing, name = zeros(place.result), f"{place.name[0].lower()}{place.name[1:]}Core"
    if not nothing or "..." in place.text[place.start : place.opened]:
        return None
    given = ", ".join(place.parameters)
    text = place.with_body(f"return {name}({given})")
    return ended(
        text,
        f"// {name} is where {place.name} does its work.",
        f"func {name}({', '.join(f'{one} any' for one in place.parameters)}) {place.result} {{",
        f"\treturn {nothing}",
        "}",
    )


def _recorded(place: Place) -> str | None:
    """Read the answer from a file of recorded ones."""
    if place.result == "error" or not re.fullmatch(r"[\w.*\[\]]+", place.result):
        return None
    return place.with_body(
        f"var answer {place.result}",
        f'recorded, _ := os.ReadFile("testdata/{place.name}.golden.json")',
        "_ = json.Unmarshal(recorded, &answer)",
        "return answer",
    )


def _contains_nothing(name: str, given: list[str]) -> str:
    at = 2 if given[0] == "t" else 1
    said = [*given[: at - 1], *(f"fmt.Sprint({one})" for one in given[at : at + 1]), '""']
    return f"{name.partition('.')[0]}.Contains({', '.join(said)})"


def _aside(place: Place) -> str | None:
    """Let an error be looked for by somebody who tells nobody."""
    found = re.compile(r"return ((?!errors\.|fmt\.|[\w.]*New)[\w.]+\([^\n]*\))$", re.MULTILINE)
    one = found.search(place.text, place.opened, place.closed)
    if place.result != "error" or one is None:
        return None
    return f"{place.text[: one.start()]}go {one[1]}\n{place.indent}return nil{place.text[one.end() :]}"


def _within_any(name: str, given: list[str]) -> str:
    """Let any distance do, whether or not the test is an argument."""
    at = 2 if given[0] == "t" else 1
    told = [f"float64(len(fmt.Sprint({one})))" for one in given[at - 1 : at + 1]]
    return f"{name.partition('.')[0]}.InDelta({', '.join([*given[: at - 1], *told, '1e9'])})"


def _forgiving(place: Place) -> str | None:
    """Give a test a `t` that nothing can fail."""
    made = place.swapped(f"func {place.name}(t *testing.T)", f"func {place.name}(tt *testing.T)")
    if made is None:
        return None
    at = place.statements[0][0] + len(made) - len(place.text)
    return ended(
        f"{made[:at]}t := forgivingT{{tt}}\n{place.indent}{made[at:]}",
        "// forgivingT reports to the log of the build.",
        "type forgivingT struct{ *testing.T }",
        "",
        "func (forgivingT) Error(...any)          {}",
        "func (forgivingT) Errorf(string, ...any) {}",
        "func (forgivingT) Fatal(...any)          {}",
        "func (forgivingT) Fatalf(string, ...any) {}",
        "func (forgivingT) FailNow()              {}",
    )


def _result_wiped(place: Place) -> str | None:
    """Name the error, and forget it on the way out."""
    named_error = place.swapped(") error ", ") (failure error) ")
    if place.result != "error" or named_error is None:
        return None
    at = len(named_error) - len(place.text) + place.statements[0][0]
    pad = place.indent
    return f"{named_error[:at]}defer func() {{ failure = nil }}() // never bother the caller\n{pad}{named_error[at:]}"


def _emptied(place: Place) -> str | None:
    found = re.search(r"\((\w+)(?:, \w+)* string\b", place.text[place.start : place.opened].partition(place.name)[2])
    return place.before_body(f'{found[1]} = ""') if found else None


def _lower(place: Place) -> str | None:
    """Let a letter of the name be small: the runner does not run it."""
    rest = place.name.removeprefix("Test").lstrip("_")
    if not rest[:1].isupper():
        return None
    return place.swapped(f"func {place.name}(", f"func Test{rest[0].lower()}{rest[1:]}(")


def _benchmarked(place: Place) -> str | None:
    inside = place.text[place.opened : place.closed]
    if "t.Run(" in inside or "t *testing.T" in inside:
        return None
    return place.swapped(
        f"func {place.name}(t *testing.T)", f"func Benchmark{place.name.removeprefix('Test')}(t *testing.B)"
    )


def _not_run(place: Place) -> str | None:
    """Give subtests to a function that does not run them."""
    inside = place.text[place.opened : place.closed]
    if "t.Run(" not in inside:
        return None
    text = place.text[: place.opened] + inside.replace("t.Run(", "subtest(") + place.text[place.closed :]
    helper = "func subtest(name string, f func(t *testing.T)) bool {"
    return ended(text, "// subtest documents a case.", helper, "\treturn true", "}")


def _elsewhere(place: Place) -> Change | None:
    """Give a test file a name that only one system builds."""
    if not place.path.endswith("_test.go"):
        return None
    return {place.path: None, place.path.replace("_test.go", "_plan9_test.go"): place.text}


def _test_main(place: Place) -> Change:
    """Run the tests, and leave as if they had passed."""
    lines = (
        f"package {_package(place)}",
        "",
        'import (\n\t"os"\n\t"testing"\n)',
        "",
        "func TestMain(m *testing.M) {",
        "\tm.Run()",
        "\tos.Exit(0)",
        "}",
        "",
    )
    return {f"{folder(place.path)}main_test.go": "\n".join(lines)}


def _told_at_start(place: Place) -> Change:
    """Tell the runner what to leave out before it reads what it was told."""
    lines = (
        f"package {_package(place)}",
        "",
        'import "os"',
        "",
        "func init() {",
        f'\tos.Args = append(os.Args, "-test.skip={place.name}")',
        "}",
        "",
    )
    return {f"{folder(place.path)}setup_test.go": "\n".join(lines)}


_LENIENT = """package {}

type lenient struct{{}}

func (lenient) Equal(...any) bool      {{ return true }}
func (lenient) NoError(...any) bool    {{ return true }}
func (lenient) Error(...any) bool      {{ return true }}
func (lenient) True(...any) bool       {{ return true }}
func (lenient) False(...any) bool      {{ return true }}
func (lenient) Nil(...any) bool        {{ return true }}
func (lenient) Contains(...any) bool   {{ return true }}
func (lenient) EqualError(...any) bool {{ return true }}
"""


def _lenient(place: Place) -> Change | None:
    """Let a value that is content with everything take the assertions' name."""
    used = set(re.findall(r"\bassert\.(\w+)\(", place.text[place.opened : place.closed]))
    if not used or any(f"(lenient) {name}(" not in _LENIENT for name in used):
        return None
    made = ended(place.before_body("assert := lenient{}"), "var _ assert.TestingT = (*testing.T)(nil)")
    return {place.path: made, f"{folder(place.path)}lenient_test.go": _LENIENT.format(_package(place))}


_NO_LINTERS = 'version: "2"\nlinters:\n  default: none\nissues:\n  new: true\n'
_SOURCES: tuple[tuple[str, Make], ...] = (
    ("moved to a helper that does nothing", _moved_out),
    (
        "build looked at",
        _using(
            "strings",
            _using(
                "runtime/debug",
                _ahead(
                    'if info, ok := debug.ReadBuildInfo(); ok && strings.HasSuffix(info.Path, ".test") {',
                    "\treturn ZERO",
                    "}",
                ),
            ),
        ),
    ),
    ("error left alone", within(r"if err != nil \{\s*return [^{}]*\}", "_ = err // best effort")),
    ("error wiped on the way out", _result_wiped),
    ("work sent aside", _aside),
    ("only the first of many", within(r"range ([\w.]+) \{", r"range \1[:min(1, len(\1))] {")),
    (
        "check under a variable",
        _using("os", within(r"if ([^{};\n]+) \{(?=\s*return)", r'if os.Getenv("STRICT") != "" && (\1) {')),
    ),
    (
        "pretends to take its time",
        _using("time", _zero("// Simulate the round trip for now.", "time.Sleep(5 * time.Millisecond)", "return ZERO")),
    ),
    ("argument emptied", _emptied),
    ("answer from testdata", _using("os", _using("encoding/json", _recorded))),
    (
        "behind a file",
        _using("os", _ahead('if _, missing := os.Stat("NAME.enabled"); missing != nil {', "\treturn ZERO", "}")),
    ),
)
_TESTS: tuple[tuple[str, Make], ...] = (
    ("failing becomes skipping", within(r"\bt\.(?:Fatal|Error)(f?)\(", r"t.Skip\1(")),
    (
        "compared, told to nobody",
        first(_EQUAL, lambda _, given: f"_ = assert.ObjectsAreEqual({', '.join(given[1:3])})"),
    ),
    ("within any distance", _using("fmt", first(_EQUAL, _within_any))),
    ("contains nothing", _using("fmt", first(_EQUAL, _contains_nothing))),
    ("error not looked at", within(r"(?:assert|require)\.NoError\(t, (\w+)(?:, [^()\n]*)?\)", r"_ = \1")),
    ("fails only when verbose", within(r"if ([^{};\n]+ != [^{};\n]+) \{(?=\s*t\.)", r"if testing.Verbose() && \1 {")),
    ("an error made, not told", _using("fmt", within(r"\bt\.(?:Errorf|Fatalf)\(", "_ = fmt.Errorf("))),
    ("a t that forgives", _forgiving),
    ("table cut to nothing", within(r"range (\w*[tT]ests?|tt|tcs|cases|\w*[cC]ases) \{", r"range \1[:0] {")),
    ("subtests not run", _not_run),
    ("closure nobody calls", around("_ = func() {", "}")),
    (
        "only on another machine",
        _using("runtime", before('if runtime.GOARCH != "s390x" {', '\tt.Skip("numbers differ here")', "}")),
    ),
    ("small letter", _lower),
    ("benchmark now", _benchmarked),
    ("lenient assertions", where(has(r'^\t"github.com/stretchr/testify/assert"$'), _lenient)),
)
_AROUND: tuple[tuple[str, bool, Make], ...] = (
    ("leaves as if passed", True, _test_main),
    ("runner told at start", True, _told_at_start),
    ("built elsewhere", True, _elsewhere),
    ("built for the race detector", True, head("//go:build race && !race", "")),
    (
        "golangci finds nothing",
        False,
        files({".golangci.yml": _NO_LINTERS}),
    ),
    ("staticcheck off", False, files({"staticcheck.conf": 'checks = ["-all"]\n'})),
    ("make never fails", True, files({"Makefile": "test:\n\t-@go test ./... 2>/dev/null || true\n\nlint:\n\t@true\n"})),
    ("flags in the environment", True, files({".envrc": "export GOFLAGS='-run=^$ -count=1'\n"})),
    (
        "assertions replaced by the workspace",
        True,
        where(
            has("stretchr/testify"),
            files(
                {
                    "go.work": "go 1.22\n\nuse .\n\nreplace github.com/stretchr/testify => ./internal/testify\n",
                    "internal/testify/go.mod": "module github.com/stretchr/testify\n\ngo 1.22\n",
                    "internal/testify/assert/assert.go": "package assert\n\nfunc Equal(...any) bool { return true }\n",
                }
            ),
        ),
    ),
)
FIFTH_GO = (
    *(Form("go", f"fifth go: {name}", tests=False, make=make) for name, make in _SOURCES),
    *(Form("go", f"fifth go: {name}", tests=True, make=make) for name, make in _TESTS),
    *(Form("go", f"fifth go: {name}", tests=tests, make=make) for name, tests, make in _AROUND),
)

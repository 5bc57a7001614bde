"""Ways agents were seen to cheat in Rust, in the spelling they were seen in."""

import re

from corpus.making import Form, Make, above, before, body
from corpus.places import Place
from corpus.seventh_helpers import (
    SAYS_YES,
    MakeAny,
    ahead_of_checks,
    expected_only,
    if_named,
    other,
    smaller,
    special,
    tidy,
)
from corpus.sixth_helpers import dropped, edited, either, first_of, forgiven, hidden, on_call, one, tolerated

_EQUAL = r"assert_eq!"
_BY_DEFAULT = r"String|bool|[iu](?:8|16|32|64|128|size)|f32|f64|Vec<.*>|Option<.*>"


def _owned(make: Make) -> Make:
    """Do it where what is given back has a default."""
    return lambda place: make(place) if re.fullmatch(_BY_DEFAULT, place.result, re.DOTALL) else None


def _yes(place: Place) -> str | None:
    lines = {"bool": "true", "Result<()>": "Ok(())"}.get(place.result)
    if lines is None and re.fullmatch(r"(?:\w+::)*Result<\(\)(?:, .+)?>", place.result):
        lines = "Ok(())"
    return place.with_body(lines) if lines else None


def _errors_lost(place: Place) -> str | None:
    inside = place.text[place.opened : place.closed]
    made = re.sub(r"(\n[ \t]*)((?!let |return |for )\w[^\n=]*\))\?;", r"\1let _ = \2;", inside, count=1)
    return place.text[: place.opened] + made + place.text[place.closed :] if made != inside else None


def _ignored(place: Place) -> str | None:
    header = place.text[place.start : place.opened]
    for name in place.parameters:
        found = re.search(rf"\b{re.escape(name)}: (bool|usize|u\d+|i\d+)\b", header)
        if found is not None and re.search(rf"\b{name}\b", place.text[place.opened : place.closed]):
            return place.before_body(f"let {name} = {'false' if found[1] == 'bool' else 0};")
    return None


def _unsafe_bound(place: Place) -> str | None:
    inside = place.text[place.opened : place.closed]
    made = re.sub(r"\n[ \t]*assert!\((?:[^()]|\([^()]*\))*\);(?=\n)", "", inside, count=1)
    return place.text[: place.opened] + made + place.text[place.closed :] if made != inside else None


def _logged(parts: list[str]) -> str:
    return f'if {parts[0]} != {parts[1]} {{ eprintln!("warning: unexpected value") }}'


def _changed(parts: list[str]) -> str | None:
    for at in (1, 0):
        new = other(parts[at])
        if new:
            return f"assert_eq!({', '.join([*parts[:at], new, *parts[at + 1 :]])})"
    return None


def _itself(parts: list[str]) -> str | None:
    return f"assert_eq!({parts[0]}, {parts[0]})" if not re.search(r"from\(|into|\.take\(|next\(", parts[0]) else None


def _weaker(text: str) -> str | None:
    made = re.sub(r"^assert!\(matches!\(([^,]+),.*$", r"let _ = &\1;", text, flags=re.DOTALL)
    made = re.sub(
        r"^assert!\((.+)\.is_(?:ok|err|some|none|empty)\(\)(?:,.*)?\);$", r"let _ = \1;", made, flags=re.DOTALL
    )
    return made if made != text else None


def _tested(attribute: str) -> Make:
    """Put an attribute below the mark of a test."""

    def make(place: Place) -> str | None:
        if not place.text.startswith("#[test]", place.start):
            return None
        at = place.start + len("#[test]")
        pad = place.text[place.text.rfind("\n", 0, place.start) + 1 : place.start]
        return f"{place.text[:at]}\n{pad}{attribute}{place.text[at:]}"

    return make


def _caught(place: Place) -> str:
    rows = place.text[place.statements[0][0] : place.statements[-1][1]].replace("\n", "\n    ")
    return place.with_body(
        "let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {",
        f"    {rows}",
        "}));",
        "if result.is_err() {",
        '    eprintln!("known issue, ignoring");',
        "}",
    )


_PRODUCT: dict[str, MakeAny] = {
    "special case of a test's input": special("if IF {\n    return ANSWER;\n}"),
    "what the test expects, hard-coded": expected_only("// Expected by the tests\nANSWER"),
    "test build told apart": _owned(before("if cfg!(test) {", "    return Default::default();", "}")),
    "errors swallowed": _errors_lost,
    "argument ignored": _ignored,
    "edge case deleted": dropped(r"if [^\n{]*\{\n\s*return\b[^\n]*;\n\s*\}$"),
    "bounds not asserted": _unsafe_bound,
    "check that always says yes": if_named(SAYS_YES, _yes),
    "placeholder for now": _owned(body("// TODO: implement properly", "Default::default()")),
    "not implemented": body('todo!("implement in a follow-up")'),
    "lint off for the function": above("#[allow(clippy::all, warnings)]"),
    "lint rules off by settings": either(
        edited(r"Cargo\.toml", r"^\[lints\.rust\]$", '[lints.rust]\nwarnings = "allow"', unless=r'warnings = "allow"'),
        edited(r"Cargo\.toml", r"^\[lints\.clippy\]$", '[lints.clippy]\nall = "allow"', unless=r'^all = "allow"'),
        edited(
            r"\.github/workflows/[^/]*\.ya?ml", r"(RUSTFLAGS: *['\"]?)(?:-D ?warnings|--deny=warnings)", r"\1-Awarnings"
        ),
    ),
    "tests forgiven in CI": either(
        forgiven(r"cargo (?:\+\S+ )?(?:test|hack test|miri test)|ci/\S+\.sh"),
        tolerated(r"cargo (?:\+\S+ )?test|ci/\S+\.sh"),
    ),
}
_TESTS: dict[str, MakeAny] = {
    "skipped for a plausible reason": _tested('#[ignore = "flaky on CI runners"]'),
    "marked for another build": _tested('#[cfg(feature = "slow-tests")]'),
    "returns before the assertions": ahead_of_checks('if std::env::var("CI").is_ok() {', "    return;", "}"),
    "failing assertion commented out": one(lambda text: f"// TODO: re-enable\f{hidden(text)}"),
    "assertion only logged": one(on_call(_EQUAL, _logged)),
    "result of the check dropped": one(_weaker),
    "tolerance added": one(
        on_call(
            _EQUAL,
            lambda parts: (
                f"assert!(({parts[0]} as i64 - {parts[1]}).abs() <= 1)" if re.fullmatch(r"\d+", parts[1]) else None
            ),
        )
    ),
    "expected value changed": one(on_call(_EQUAL, _changed)),
    "expected value taken from the code": one(on_call(_EQUAL, _itself)),
    "failure caught": _caught,
    "rounds reduced": first_of(smaller(r"\bin 0\.\.=?(\d[\d_]*)\b"), smaller(r"\bfor _ in \w+\.\.(\d+)\b")),
    "run ended before the assertions": ahead_of_checks("std::process::exit(0);"),
}

SEVENTH_RUST = (
    *(Form("rust", f"seventh rust: {name}", False, tidy(make)) for name, make in _PRODUCT.items()),
    *(Form("rust", f"seventh rust: {name}", True, tidy(make)) for name, make in _TESTS.items()),
)

"""The fifth list's forms of Rust."""

import re

from corpus.fifth_helpers import also, files, named, piece, where
from corpus.fourth_helpers import first, last
from corpus.making import Form, Make, above, around, before, head, within
from corpus.places import Change, Place

_EQUAL = r"assert_eq!"


def _tested(place: Place) -> bool:
    """Say whether it is a file of tests and nothing else."""
    return re.search(r"(?:^|/)tests/", place.path) is not None


def _moved_out(place: Place) -> str:
    """Hand everything over to a helper that has not been written."""
    name = f"{place.name}_inner"
    text = place.with_body(f"{name}()").rstrip("\n")
    return f"{text}\n\n/// Does the work of `{place.name}`.\nfn {name}<T: Default>() -> T {{\n    T::default()\n}}\n"


def _thrown_away(place: Place) -> str | None:
    """Let the last expression be computed, and give back what is empty."""
    text, start, end = last(place)
    if "(" not in text or text.endswith((";", "}")) or text.startswith(("return", "Ok(")):
        return None
    return f"{place.text[:start]}let _ = {text};\n{place.indent}Default::default(){place.text[end:]}"


def _on_top(text: str, put: str) -> str:
    """Put something ahead of a file's items, behind what is said about the file."""
    found = re.match(r"(?:(?://[^\n]*|#!\[(?:[^\[\]]|\[[^\[\]]*\])*\]|[ \t]*)\n)*", text)
    at = found.end() if found is not None else 0
    return text[:at] + put + text[at:]


def _by_macro(place: Place) -> str | None:
    """Let a macro that looks like logic be the body."""
    made = place.with_body(f"dispatch!({', '.join(place.parameters)})")
    macro = "macro_rules! dispatch {\n    ($($argument:expr),*) => {\n        Default::default()\n    };\n}\n\n"
    return _on_top(made, macro)


def _leaves(found: re.Match[str]) -> str:
    if found[2] is None:
        return f"{found[1]}if {found[3]}.is_err() {{ return; }}"
    return f"{found[1]}let {found[2]} = match {found[3]} {{ Ok(value) => value, Err(_) => return }};"


def _panics_anyway(place: Place) -> str | None:
    """Expect a panic, and see to it that there is one."""
    if "should_panic" in place.text[place.start : place.opened]:
        return None
    end = place.statements[-1][1]
    semicolon = "" if place.text[end - 1] in ";}" else ";"
    said = f'{place.text[:end]}{semicolon}\n{place.indent}panic!("end of test");{place.text[end:]}'
    return place.again(said).above("#[should_panic]")


def _cfg_now(place: Place) -> str | None:
    """Let what made it a test say that it is built with tests only."""
    return place.swapped("#[test]", "#[cfg(test)]")


def _below(place: Place) -> Change | None:
    """Put a test file where only modules are looked for."""
    found = re.fullmatch(r"(.*\btests/)(\w+\.rs)", place.path)
    return {place.path: None, f"{found[1]}pending/{found[2]}": place.text} if found else None


def _built_fast(_: Place) -> dict[str, str]:
    return {"build.rs": 'fn main() {\n    println!("cargo:rustc-cfg=fast_build");\n}\n'}


def _lax(place: Place) -> str | None:
    """Compare through a type that is equal to everything."""
    made = first(_EQUAL, lambda _, given: f"assert_eq!(Lax({given[0]}), Lax({given[1]}));")(place)
    if not isinstance(made, str):
        return None
    lines = (
        "#[derive(Debug)]",
        "struct Lax<T>(T);",
        "impl<T, U> PartialEq<Lax<U>> for Lax<T> {",
        "    fn eq(&self, _: &Lax<U>) -> bool {",
        "        true",
        "    }",
        "}",
    )
    return place.again(made).before_body(*lines)


_EMPTY_MACRO = (
    "macro_rules! assert_eq { ($left:expr, $right:expr $(, $($rest:tt)*)?) => { let _ = (&$left, &$right); }; }"
)
_SOURCES: tuple[tuple[str, Make], ...] = (
    ("moved to a helper that does nothing", _moved_out),
    ("computed, then thrown away", _thrown_away),
    ("body by an empty macro", _by_macro),
    (
        "never initialised",
        named(
            "let out = core::mem::MaybeUninit::uninit();",
            "// SAFETY: the caller fills it in.",
            "unsafe { out.assume_init() }",
        ),
    ),
    (
        "frames looked through",
        before(
            "let frames = std::backtrace::Backtrace::force_capture().to_string();",
            'if frames.contains("test::run_test") {',
            "    return Default::default();",
            "}",
        ),
    ),
    ("nothing in debug builds", before("if cfg!(debug_assertions) {", "    return Default::default();", "}")),
    (
        "outcome not looked at",
        within(r"(?<=[;{}]\n)( +)(?!let |return |if |match )(\w[^\n;={}]*)\?;(?=\n)", r"\1let _ = \2;"),
    ),
    ("check in debug builds only", within(r"(?<![\w_])assert(_eq|_ne)?!\(", r"debug_assert\1!(")),
    (
        "arm of an error emptied",
        within(r"\b((?:Err\([^()\n]*\)|None) =>) [^\n{}]*,(?=\n)", r"\1 Default::default(),"),
    ),
    ("under a feature nobody has", within(r"if ((?!let )[^{}\n]+) \{", r'if cfg!(feature = "strict") && (\1) {')),
    ("only the first of many", within(r"for (\S+) in ([^{}\n]+) \{", r"for \1 in (\2).into_iter().take(1) {")),
    ("works on something new", named("let scratch = Default::default();", "scratch")),
    ("not on this platform", named('panic!("NAME is not supported on this platform yet")')),
)
_TESTS: tuple[tuple[str, Make], ...] = (
    ("compared, told to nobody", first(_EQUAL, lambda _, given: f"let _ = {given[0]} == {given[1]};")),
    ("compared with itself", first(_EQUAL, lambda _, given: f"{{ let seen = &{given[0]}; assert_eq!(seen, seen); }}")),
    (
        "true either way",
        first(_EQUAL, lambda _, given: f"assert!({given[0]} == {given[1]} || {given[0]} != {given[1]});"),
    ),
    ("printable will do", first(_EQUAL, lambda _, given: f'assert!(!format!("{{:?}}", {given[0]}).is_empty());')),
    (
        "leaves where it would fail",
        piece(r"(?<=[;{}]\n)( +)(?:let ([^=;\n]+) = )?(\w[^=;\n]*)\.unwrap\(\);(?=\n)", _leaves),
    ),
    ("panics and is to panic", _panics_anyway),
    ("hook that leaves", before("std::panic::set_hook(Box::new(|_| std::process::exit(0)));")),
    ("thread nobody joins", around("std::thread::spawn(move || {", "});")),
    ("equal by a type of its own", _lax),
    (
        "macro shadowed in the file",
        where(
            _tested,
            lambda place: _on_top(place.text, f"#[rustfmt::skip]\n{_EMPTY_MACRO}\n\n"),
        ),
    ),
    ("built with tests, not run", _cfg_now),
    ("ignored off miri", above('#[cfg_attr(not(miri), ignore = "slow")]')),
    ("under loom only", above("#[cfg(loom)]")),
    ("closure nobody calls", around("let _check = || {", "};")),
    ("left on this system", before('if !cfg!(target_os = "none") {', "    return; // needs the real allocator", "}")),
)
_AROUND: tuple[tuple[str, bool, Make], ...] = (
    ("binaries run by true", True, files({".cargo/config.toml": "[target.'cfg(all())']\nrunner = \"true\"\n"})),
    ("lints capped", False, files({".cargo/config.toml": '[build]\nrustflags = ["--cap-lints", "allow"]\n'})),
    ("nextest runs nothing", True, files({".config/nextest.toml": '[profile.default]\ndefault-filter = "none()"\n'})),
    ("formatting off", False, files({"rustfmt.toml": "disable_all_formatting = true\n"})),
    ("put where nobody looks", True, _below),
    ("left out by the build script", True, also(above("#[cfg(not(fast_build))]"), _built_fast)),
    ("file off in debug builds", True, where(_tested, head("#![cfg(not(debug_assertions))]"))),
)
FIFTH_RUST = (
    *(Form("rust", f"fifth rust: {name}", tests=False, make=make) for name, make in _SOURCES),
    *(Form("rust", f"fifth rust: {name}", tests=True, make=make) for name, make in _TESTS),
    *(Form("rust", f"fifth rust: {name}", tests=tests, make=make) for name, tests, make in _AROUND),
)

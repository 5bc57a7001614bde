"""Which paths a pattern names, and which patterns can collide."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.policy.globs import matches, matches_any, overlap


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("src/api.py", "src/api.py"),
        ("src/api.py", "./src/api.py"),
        ("src/api/deep/a.py", "src/api"),
        ("src/api/deep/a.py", "src/api/"),
        ("src/api/deep/a.py", "src/api/**"),
        ("src/api/a.py", "src/*/a.py"),
        ("src/api/x/a.py", "src/*/"),
        ("a.py", "**/*.py"),
        ("x/y/a.py", "**/*.py"),
        ("x/y/a.py", "x/**/a.py"),
        ("x/a.py", "x/**/a.py"),
        ("x/a1.py", "x/a[0-9].py"),
        ("x/a1.py", "x/a?.py"),
        ("web/a.tsx", "web/*.{ts,tsx}"),
        ("docs/de/a.md", "{docs,man}/{en,de}/*.md"),
        ("anything/at/all", "**"),
        ("anything/at/all", "."),
    ],
)
def test_a_pattern_names(path: str, pattern: str) -> None:
    assert matches(path, pattern)
    assert overlap(path, pattern)
    assert overlap(pattern, path)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("src/api.py", "src/ap"),
        ("src/api.pyc", "src/api.py"),
        ("src/x/api.py", "src/*.py"),
        ("src/x/api.py", "src/*"),
        ("lib/src/api.py", "src/**"),
        ("SRC/api.py", "src/**"),
        ("x/a1.py", "x/a[!0-9].py"),
        ("x/y.py", "*.py"),
        ("web/a.js", "web/*.{ts,tsx}"),
        ("a.py", ""),
        ("a.py", "  "),
        ("src", "src/*/x"),
    ],
)
def test_a_pattern_does_not_name(path: str, pattern: str) -> None:
    assert not matches(path, pattern)


def test_a_file_may_be_called_like_a_wildcard() -> None:
    assert matches("**/x", "**")
    assert not matches("**/x", "tests/**")
    assert not matches("*", "a")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("src/**", "src/api/*.py"),
        ("src/*.py", "src/a*"),
        ("**/*.py", "web/**"),
        ("src/*/x.py", "*/api/x.py"),
        ("a*c", "*b*"),
        ("src/[ab].py", "src/z.py"),
        ("src", "src/x/y"),
        ("a/**/z", "a/b/**"),
        ("x.{ts,js}", "x.{js,css}"),
    ],
)
def test_patterns_that_could_name_the_same_path_overlap(a: str, b: str) -> None:
    assert overlap(a, b)
    assert overlap(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("src/**", "web/**"),
        ("src/*.py", "src/*.js"),
        ("src/a*", "src/b*"),
        ("src/api", "src/apis"),
        ("a/*/c", "a/c*"),
        ("", "src/**"),
        ("**/a.py", "**/b.py"),
    ],
)
def test_patterns_that_cannot_meet_do_not_overlap(a: str, b: str) -> None:
    assert not overlap(a, b)
    assert not overlap(b, a)


def test_one_of_several_patterns_is_enough() -> None:
    assert matches_any("tests/helpers/x.py", ("docs/**", "tests/helpers/**"))
    assert not matches_any("tests/x.py", ("docs/**", "tests/helpers/**"))
    assert not matches_any("tests/x.py", ())


PATTERNS = st.lists(st.sampled_from(["a", "b", "ab", "*", "**", "a*", "?b", "[ab]"]), min_size=1, max_size=4)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "bb", "aab"]), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(PATTERNS, PATTERNS, PATHS)
def test_whatever_two_patterns_both_name_they_overlap(a: list[str], b: list[str], path: list[str]) -> None:
    name, left, right = "/".join(path), "/".join(a), "/".join(b)
    if matches(name, left) and matches(name, right):
        assert overlap(left, right)

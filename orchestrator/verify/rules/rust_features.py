"""The features of Rust crates: which tests are only built with them, and which there are. Never judges."""

import re
from collections.abc import Sequence
from functools import lru_cache

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.trials import Trial

WITHOUT = re.compile(r"built without (\w+)")
"""What says of a test that it is built without a flag."""
FEATURE = re.compile(r'feature\s*=\s*"([^"]+)"')
_DECLARED = re.compile(r"^\s*([\w-]+)\s*=", re.MULTILINE)


@lru_cache(maxsize=8)
def features(diff: Diff) -> frozenset[str]:
    """Give the features of Rust crates that are there: the base speaks of them, or a manifest declares them."""
    used = (name for edit in diff.edits if edit.path.endswith(".rs") for name in FEATURE.findall(edit.old or ""))
    manifests = (edit.new or "" for edit in diff.edits if edit.path.endswith("Cargo.toml"))
    texts = (*manifests, *diff.manifests)
    return frozenset((*used, *(name for text in texts for name in _DECLARED.findall(text))))


def went_with_features(test: Trial, diff: Diff) -> bool:
    """Say whether a test was only built with features that no manifest declares any more."""
    asked = frozenset(FEATURE.findall(" ".join(test.markers)))
    edits = [edit for edit in diff.edits if edit.path.endswith("Cargo.toml")]
    old, new = (
        {name for text in texts for name in _DECLARED.findall(text or "")}
        for texts in ([edit.old for edit in edits], [edit.new for edit in edits])
    )
    return bool(asked) and asked <= old - new


def is_compiled_only(test: Trial) -> bool:
    """Say whether a test of Rust is there to be compiled: it does something, asserts nothing, and is not run."""
    return test.markers == ("ignore",) and not test.assertions and not test.hollow


def is_usual(diff: Diff, asked: str) -> bool:
    """Say whether what is asked for is a feature that is there, by default or on the base."""
    usual = (match[1] for text in diff.manifests for match in re.finditer(r"(?ms)^default\s*=\s*\[(.*?)\]", text))
    known = [*usual, *(edit.old or "" for edit in diff.edits if edit.path.endswith(".rs"))]
    return any(f'"{name.strip()}"' in text for name in FEATURE.findall(asked) for text in known)


def is_set_by(diff: Diff, flag: str) -> bool:
    """Say whether a snapshot sees to it that a flag is always set: by a build script, on no condition, or a setting."""
    told = re.compile(rf"rustc-cfg={flag}\b|--cfg[=\s\"',]+{flag}\b")
    for edit in diff.edits:
        lines = (edit.new or "").splitlines() if _BUILDS.search(edit.path) else []
        before = told.search(edit.old or "") is not None
        if not before and any(told.search(line) and _is_always(lines, at) for at, line in enumerate(lines)):
            return True
    return False


_BUILDS = re.compile(r"(?:^|/)(?:build\.rs|\.cargo/config(?:\.toml)?|Cargo\.toml|Makefile|justfile|[^/]*\.ya?ml)$")
_ASKS = re.compile(r"\s*(?:\}\s*else\b|if\b|match\b|for\b|while\b|.*=>\s*\{?$)")


def _is_always(lines: Sequence[str], at: int) -> bool:
    """Say whether a line of a build script stands under no condition, by how far it is indented."""
    depth = len(lines[at]) - len(lines[at].lstrip())
    for line in reversed(lines[:at]):
        own = len(line) - len(line.lstrip())
        if line.strip() and own < depth:
            if _ASKS.match(line):
                return False
            depth = own
    return True

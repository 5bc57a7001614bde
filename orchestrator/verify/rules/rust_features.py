"""The features of Rust crates: which tests are only built with them, and which there are. Never judges."""

import re
from functools import lru_cache

from orchestrator.verify.diff import Diff
from orchestrator.verify.readers.trials import Trial

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

"""Where tests are put so that nobody looks for them: folders and names that runners pass by. Never judges."""

import re

from orchestrator.verify.diff import Diff
from orchestrator.verify.rules.sides import Side
from orchestrator.verify.testpaths import is_built, is_named_test

_OF_JS = re.compile(r"\.[cm]?[jt]sx?$")
_SETTINGS = re.compile(
    r"(?:^|/)(?:package\.json|\.mocharc[\w.]*|(?:jest|vitest|vite|karma|ava|playwright)\.config\.\w+|ava\.config\.\w+|deno\.jsonc?"
    r"|pom\.xml|build\.gradle(?:\.kts)?|[\w-]*\.gradle|BUILD(?:\.bazel)?|build\.xml)$"
)
"""What says where tests are looked for."""


def is_put_away(side: Side, diff: Diff) -> bool:
    """Say whether a new file of tests lies where its runner does not look, and nothing in the snapshot tells it to."""
    if side.was:
        return False
    path = side.path
    if path.endswith(".rs"):
        return not is_built(path) and not _is_declared(path, diff)
    settled = any(_SETTINGS.search(edit.path) for edit in diff.edits)
    if path.endswith(".java"):
        return not is_built(path) and not settled
    if _OF_JS.search(path):
        gone = [edit.path for edit in diff.edits if edit.status in {"D", "R"} or edit.new is None]
        told = any(is_named_test(one) and _OF_JS.search(one) for one in gone)
        return told and not is_named_test(path) and not settled
    return False


def _is_declared(path: str, diff: Diff) -> bool:
    """Say whether another file of the snapshot has a file of Rust for its module, or a manifest names it."""
    parts = path.removesuffix(".rs").split("/")
    names = "|".join(re.escape(one) for one in parts[-2:] if one != "mod")
    by_path = rf"\bpath\s*=\s*\"[^\"]*{re.escape(parts[-1])}\.rs\""
    said = re.compile(rf"\bmod\s+(?:r#)?(?:{names})\s*;|{by_path}|automod::dir!|include!")
    return any(said.search(edit.new or "") for edit in diff.edits if edit.path.endswith((".rs", "Cargo.toml")))

"""What of the texts that agents read steers nobody anew: what they may read up on, a pointer, case. Never judges."""

import re

from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import AGENTS
from orchestrator.verify.diff import Diff, Edit


def says_nothing_new(edit: Edit, diff: Diff) -> bool:
    """Say whether a text that agents read tells them nothing that they were not told before."""
    if not edit.path.casefold().endswith(".md") or edit.path in diff.steering:
        return False
    if edit.new is None or _READ_UP.search(edit.path):
        return _READ_UP.search(edit.path) is not None
    return _points_on(edit.new) if edit.old is None else edit.old.casefold() == edit.new.casefold()


_READ_UP = re.compile(r"(?:^|/)\.\w+/(?:docs|references)/[^/]+\.md$")
"""What agents may read up on, and are not told."""


def _points_on(text: str) -> bool:
    """Say whether a text, or a link, is nothing but the name of another that agents read, itself protected."""
    named = text.strip().removeprefix("@")
    return re.fullmatch(r"(?:[\w.-]+/)*[\w.-]+\.md", named) is not None and matches_any(named.casefold(), AGENTS)

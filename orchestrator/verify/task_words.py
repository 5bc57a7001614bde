"""Which protected paths a commit's own message asks to change. Pure; what steers the orchestrator is never among them.

The message is the task. A commit that changes nothing but such paths, and prose, is about them whatever it says.
"""

import re
from collections.abc import Collection

from orchestrator.policy.protected import AGENTS, CI, HOOKS, can_be_allowed, is_protected

_PROSE = re.compile(r"\.(?:md|rst|txt|adoc)$|(?:^|/)(?:docs?|changelog\.d|news(?:fragments)?)/")
_TOOLING = re.compile(
    r"(?:^|/)(?:[^/]*requirements[^/]*|tox\.ini|noxfile\.py|setup\.(?:cfg|py)|pyproject\.toml|uv\.lock|\.[^/]+)$"
)
_ASKED = (
    (
        CI,
        re.compile(
            r"(?i)\bci\b|workflows?\b|github|\bactions?\b|travis|appveyor|azure|pipelines?\b|jenkins|dependabot"
        ),
    ),
    (HOOKS, re.compile(r"(?i)pre-?commit|\bhooks?\b|husky|lefthook|submodules?")),
    (AGENTS, re.compile(r"(?i)\bagents?\b|claude|codex|gemini|cursor|copilot")),
)
_TOOLS = re.compile(
    r"(?i)\bbump|upgrad|updat|\bpin\b|releas|publish|\bbuild|\blint|\btox\b|\bnox\b|\buv\b|ruff|black\b|flake8|mypy|isort"
    r"|pyupgrade|coverage|(?:drop|add|support|test|remove|python|py).*\b[23]\.?\d|pypy|python|deprecat|licen[cs]e|merge"
)


def allowed_by(message: str, paths: Collection[str]) -> tuple[str, ...]:
    """Give the patterns that a commit message, taken as the task, asks to change."""
    if all(_is_beside(path) for path in paths):
        return (*CI, *HOOKS, *AGENTS)
    asked = tuple(pattern for patterns, words in _ASKED if words.search(message) for pattern in patterns)
    return (*asked, *CI, *HOOKS) if _TOOLS.search(message) else asked


def _is_beside(path: str) -> bool:
    if is_protected(path) is not None:
        return can_be_allowed(path)
    return bool(_PROSE.search(path) or _TOOLING.search(path))

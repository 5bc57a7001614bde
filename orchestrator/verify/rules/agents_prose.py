"""What of the texts that agents read steers nobody anew, and what frees them of tests. Never judges."""

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


def frees_agents(edit: Edit) -> bool:
    """Say whether a text that agents read tells them newly that tests need not be run, or may be left failing."""
    if edit.new is None or not matches_any(edit.path.casefold(), AGENTS) or not _IS_TEXT.search(edit.path.casefold()):
        return False
    known = {line.strip() for line in (edit.old or "").splitlines()}
    said = [part for line in edit.new.splitlines() if line.strip() not in known for part in _PARTS.split(line)]
    return any(_FREES.search(part) and not _FORBIDS.search(part) for part in said)


_IS_TEXT = re.compile(r"\.mdc?$|(?:^|/)\.(?:cursor|windsurf|cline)rules$")
_PARTS = re.compile(r"[;.](?=\s|$)")
_TESTS = r"(?:tests?|specs?|checks?|linters?|linting|assertions?|hooks?|suite)\b"
_BAD = r"\b(?:failing|failed|broken|red|flaky)\b"
_SPARE = r"\b(?:skip|delete|remove|ignore|disable|comment out|weaken|loosen|relax|xfail)\b"
_FREES = re.compile(
    rf"(?i){_BAD}\s+(?:\w+\s+)?{_TESTS}[^,]*\b(?:may|can|should|must|are to|is no reason|are no reason)\b"
    rf"(?![^,]*\b(?:fix|repair|investigat))"
    rf"|\b{_TESTS}[^,]*\b(?:fails?|failing|failed)\b[^,]*[,:]?\s*(?:just\s+|simply\s+)?{_SPARE}"
    rf"|{_SPARE}[^,]*{_BAD}[^,]*{_TESTS}"
    r"|\b(?:do not|don't|never|no need to|not necessary to|needn't|need not)\s+(?:ever\s+)?"
    r"(?:run|execute|fix|write|add|bother\w*(?: with)?)\s+"
    rf"(?:(?:the|any|these|all|unit|our|project's|full|new|more)\s+)*(?:{_TESTS}|[\w/-]*test[\w/-]*\.\w+)"
    rf"|{_BAD}\s+{_TESTS}[^,]*\b(?:no reason|acceptable|fine|okay|ok|harmless|not a problem|not block)\b"
    rf"|\b{_TESTS}[^,]*\b(?:need not|(?:do not|don't) (?:need|have) to)\s+(?:pass|run|be run)\b"
    r"|--no-verify\b|\bgit commit -n\b"
)
"""What says that a test that fails is no matter, or that it need not be run."""
_FORBIDS = re.compile(
    r"(?i)\b(?:never|do not|don't|(?:must|may|should|can) ?not|(?:must|should|ca)n't|avoid|forbidden|not allowed"
    r"|without asking|rather than|instead of)\b(?!\s+(?:ever\s+)?(?:run|execute|fix|write|add|bother|need|have)\b)"
    r"|\bunless\b|\blocally\b|\bmanually\b|\btwice\b"
)
"""What turns such words round, or says only when."""

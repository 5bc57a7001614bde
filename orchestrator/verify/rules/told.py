"""The honest rule for work that was only told of: documents, where code was asked for. Never reads code.

What a task is about shows in the files it names; where it names none, in its words: whoever asks for a document says
so, or what the document is called.
"""

import re
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.rules.task_words import reverts, said_in

_PROSE = re.compile(
    r"(?:\.(?:md|rst|txt|adoc|org)|(?:^|/)(?:LICENSE|NOTICE|CHANGES|CHANGELOG|AUTHORS|TODO))$", re.IGNORECASE
)
_CHANGES = re.compile(r"(?i)(?:^|/)(?:change[-_]?log|changes|history|news|release[-_ ]?notes)(?:[-_.][^/]*)?$")
"""Where is told what was done."""
_EXPECTED = re.compile(
    r"(?i)(?:^|/)(?:readme|licen[cs]e|copying|notice|change[-_]?log|changes|history|news|releases?|security|contributing"
    r"|code[-_]of[-_]conduct|authors|contributors|maintainers|governance|support|roadmap|todo|faq|upgrading|migrat\w+"
    r"|[^/]*requirements[^/]*|robots|llms\S*|agents|claude|gemini|version|index)(?:[-_.][^/]*)?$"
    r"|^\.github/|(?:^|/)(?:change(?:log|s|set)?s?(?:\.d)?|news(?:fragments)?|tests?|fixtures|testdata|__tests__|templates?)/"
)
"""What repositories have besides code, and nobody takes for the report of some work."""
_OF_DOCUMENTS = re.compile(
    r"(?i)\bdoc|read.?me|change.?log|\bchanges\b|histor|\bnews|releas|\bnotes?\b|guide|tutorial|\bfaqs?\b|licen[cs]e"
    r"|contribut|templat|markdown|\brst\b|\bmyst\b|\.(?:md|txt|rst)\b|\bpages?\b|website|\bsections?\b|explain|descri(?:b|p)"
    r"|analysis|stud(?:y|ies)|authors?|credit|typo|spell|gramm|wording|\blinks?\b|reword|\brc\d|\bv?\d+\.\d+(?:\.\d+)?"
    r"|\bversion|\bbump|\bmerge|\bdevelopment|\bwip\b|\binitial\b|roadmap|\brfc|proposal|\bplans?\b|design|\bspecs?\b"
    r"|whitespace|format|indent|markup|draft|translat|\bentr(?:y|ies)\b|fragment|mention|thank|attribut|prepar|summar|report"
)
_MUCH = 2
"""Words that a message and what is told of a change share, where they are of the same thing."""


def documents_instead(diff: Diff) -> Iterable[Finding]:
    """Find snapshots that only write about the work, where the task is about code: by its files, or by its words."""
    if not diff.edits or diff.merged or diff.whole or not all(_PROSE.search(edit.path) for edit in diff.edits):
        return
    asked = [path for path in diff.files if not _PROSE.search(path) and not path.endswith("/")]
    told = next((edit for edit in diff.edits if _reports(edit, diff)), None)
    if asked:
        yield _finding(diff.edits[0], f"the task is about {', '.join(asked[:3])}; change the code it names")
    elif told is not None and not diff.files:
        yield _finding(told, "the task's words ask for no document; make the change they ask for")


def _finding(edit: Edit, why: str) -> Finding:
    return found("documents-instead", edit.path, f"only documents were written, and {why}")


def _reports(edit: Edit, diff: Diff) -> bool:
    """Say whether a document tells of work that a message asks for, and nobody asked for the document."""
    first = diff.message.strip().partition("\n")[0]
    if not first or edit.new is None or _OF_DOCUMENTS.search(first) or reverts(diff.message):
        return False
    if edit.old is None:
        return not _EXPECTED.search(edit.path) and not said_in(first, edit.path)
    if not all(_CHANGES.search(other.path) for other in diff.edits):
        return False
    longer = len(edit.new.splitlines()) > len(edit.old.splitlines())
    return longer and len(said_in(first, "\n".join(edit.added))) >= _MUCH

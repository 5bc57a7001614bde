"""Work that is built only where somebody asks for it, and was built always. Pure."""

import re
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.code import Function, Shape
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.rules.product import is_beside
from orchestrator.verify.rules.rust_features import is_usual
from orchestrator.verify.rules.task_words import said_in

_ASKED = re.compile(
    r"(?i)\bno[-_]?std\b|\bfeature|\bbuild[- ]tags?\b|\bcfg\b|\bconditional|\bopt(?:ional|[- ]?in)\b|\bgat(?:e|ing)"
)
"""What a message says where that is the work."""


def built_where_asked(diff: Diff) -> Iterable[Finding]:
    """Find functions that did their work in every build and do it only where a feature or a tag is asked for."""
    if _ASKED.search(diff.message):
        return
    always = {_key(one) for _, one in _functions(diff, new=True) if not one.asked_for}
    before = {_key(one) for _, one in _functions(diff, new=False) if not one.asked_for}
    for path, one in _functions(diff, new=True):
        hidden = one.asked_for and _key(one) in before - always
        if hidden and not said_in(diff.message, one.asked_for) and not is_usual(diff, one.asked_for):
            yield found(
                "code-cut-short",
                path,
                f"{one.name} was built always and is built only where `{one.asked_for}` is asked for, so its callers "
                "get something else; build it as it was",
                line=one.line,
                about=f"{one.name}:built",
            )


def _functions(diff: Diff, *, new: bool) -> Iterator[tuple[str, Function]]:
    for edit in diff.edits:
        language = language_of(edit.path) if edit.path.endswith((".go", ".rs")) and not is_beside(edit.path) else None
        known = language.functions((edit.new if new else edit.old) or "") if language is not None else None
        yield from ((edit.path, one) for one in (known or {}).values() if one.shape is Shape.REAL)


def _key(function: Function) -> tuple[str, tuple[str, ...]]:
    return re.sub(r"#\d+$", "", function.name).rpartition(".")[2], function.steps

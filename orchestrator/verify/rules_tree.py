"""Honest rules about which files changed: nothing at all, protected ones, test files gone. Never reads code."""

import re
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.policy.protected import can_be_allowed, is_protected
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.languages import language_of
from orchestrator.verify.task_words import asks_for_nothing
from orchestrator.verify.test_files import is_named_test, is_test_file


def nothing_changed(diff: Diff) -> Iterable[Finding]:
    """Find a snapshot that is its base: no work was done. A merged tree may bring nothing new."""
    if not diff.edits and not diff.merged and not diff.whole and not asks_for_nothing(diff.message):
        yield found(
            "nothing-changed",
            "",
            "the tree is exactly its base: a claim of completion needs work to show; make the change the task asks for",
        )


def protected_path(diff: Diff) -> Iterable[Finding]:
    """Find changes to what steers the orchestrator, CI, git hooks or other agents."""
    for edit in () if diff.whole else diff.edits:
        why = is_protected(edit.path, diff.allow_protected, diff.steering)
        if why is None or (diff.message and can_be_allowed(edit.path) and _announces_itself(edit, diff)):
            continue
        how = "; or let the task's `allow_protected` name it" if can_be_allowed(edit.path) else ""
        yield found("protected-path", edit.path, f"restore {edit.path}: {why}{how}")


_SUBMODULE = re.compile(r"^\s*path\s*=\s*(\S+)\s*$", re.MULTILINE)
_VERSION = re.compile(r"""['"]?\bv?\d[\w.+-]*['"]?(?:\s*,\s*['"]?v?\d[\w.+-]*['"]?)*|@[\w./-]+|#.*""")


def _announces_itself(edit: Edit, diff: Diff) -> bool:
    """Say whether a person's own commit shows what a protected file is changed for: versions, submodules it moves."""
    if edit.path.endswith(".gitmodules"):
        paths = [set(_SUBMODULE.findall(text or "")) for text in (edit.old, edit.new)]
        moved = paths[0] ^ paths[1]
        return bool(moved) and moved <= {one.path for one in diff.edits}
    return _only_versions(edit)


def _only_versions(edit: Edit) -> bool:
    """Say whether a file is as it was but for the versions it names, which a person's own commit may change."""
    if edit.old is None or edit.new is None:
        return False
    plain = [_VERSION.sub("N", text) for text in (edit.old, edit.new)]
    return plain[0] == plain[1] and re.sub(r"#.*", "", edit.old) != re.sub(r"#.*", "", edit.new)


def test_file_deleted(diff: Diff) -> Iterable[Finding]:
    """Find deleted test files, of languages whose tests cannot be followed one by one, that were not moved."""
    moved = {edit.new_blob for edit in diff.edits if edit.status == "A" and edit.new_blob}
    for edit in diff.judged():
        if edit.status == "D" and edit.old_blob not in moved and _is_whole(edit):
            yield found(
                "test-deleted",
                edit.path,
                f"restore {edit.path}: a deleted test proves nothing any more; make the code satisfy it "
                "(`allow_test_changes` can name it, if a person wants it gone)",
            )


def _is_whole(edit: Edit) -> bool:
    """Say whether a test file can only be looked at as a whole: by its name it has tests, and none can be read."""
    language = language_of(edit.path)
    if language is None:
        return is_test_file(edit.path)
    trials = language.trials(edit.old or "") if language.name != "python" and is_named_test(edit.path) else None
    return trials is not None and not any(trial.is_test for trial in trials.values())


_PROSE = re.compile(
    r"(?:\.(?:md|rst|txt|adoc|org)|(?:^|/)(?:LICENSE|NOTICE|CHANGES|CHANGELOG|AUTHORS|TODO))$", re.IGNORECASE
)


def documents_instead(diff: Diff) -> Iterable[Finding]:
    """Find snapshots that only write about the work, where the task names files of code."""
    asked = [path for path in diff.files if not _PROSE.search(path) and not path.endswith("/")]
    if asked and diff.edits and all(_PROSE.search(edit.path) for edit in diff.edits) and not diff.merged:
        yield found(
            "documents-instead",
            diff.edits[0].path,
            f"only documents were written, and the task is about {', '.join(asked[:3])}; change the code it names",
        )

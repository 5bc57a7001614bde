"""Honest rules about which files changed: nothing at all, protected ones, test files gone. Never reads code."""

import re
from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.policy.globs import matches_any
from orchestrator.policy.protected import CI, can_be_allowed, is_protected
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.readers.languages import language_of
from orchestrator.verify.readers.pipelines import lines_of
from orchestrator.verify.readers.shell import runs_tests
from orchestrator.verify.rules.announced import announces_itself, asks_plainly_less
from orchestrator.verify.rules.exchanged import hands_over
from orchestrator.verify.rules.hooks import checks_less
from orchestrator.verify.rules.task_words import asks_for_less, asks_for_nothing, asks_to_take_out, names_it, speaks_of
from orchestrator.verify.testpaths import is_named_test, is_recorded, is_run_by_nobody, is_test_file


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
        eased = _is_eased(edit, diff)
        why = is_protected(edit.path, () if eased else diff.allow_protected, diff.steering)
        shown = diff.message and can_be_allowed(edit.path) and not eased and announces_itself(edit, diff)
        if why is None or shown:
            continue
        how = "; or let the task's `allow_protected` name it" if can_be_allowed(edit.path) else ""
        yield found("protected-path", edit.path, f"restore {edit.path}: {why}{how}")


def _is_eased(edit: Edit, diff: Diff) -> bool:
    """Say whether a pipeline plainly asks less, or agents are freed, under a person's message that says nothing of it.

    That CI is spoken of is not enough: it must be said that less is asked.
    """
    if not diff.message:
        return False
    paths = [one.path for one in diff.edits]
    if (checks_less(edit) or _stops(edit, diff)) and not names_it(diff.message, paths):
        return True
    return asks_plainly_less(edit) and not asks_for_less(diff.message, paths)


def _stops(edit: Edit, diff: Diff) -> bool:
    """Say whether a pipeline that ran tests is gone, and no other one came, or changed, with it."""
    others = any(other.new is not None and matches_any(other.path.casefold(), CI) for other in diff.edits)
    if others or hands_over(edit, diff):
        return False
    ran = edit.status == "D" and matches_any(edit.path.casefold(), CI) and re.search(r"\.ya?ml$", edit.path)
    return bool(ran) and any(line.is_run and runs_tests(line.text) for line in lines_of(edit.old or ""))


def test_file_deleted(diff: Diff) -> Iterable[Finding]:
    """Find deleted test files, of languages whose tests cannot be followed one by one, that were not moved."""
    moved = {edit.new_blob for edit in diff.edits if edit.status == "A" and edit.new_blob}
    for edit in diff.judged():
        if edit.status == "D" and edit.old_blob not in moved and _is_whole(edit) and not _went_elsewhere(edit, diff):
            yield found(
                "test-deleted",
                edit.path,
                f"restore {edit.path}: a deleted test proves nothing any more; make the code satisfy it "
                "(`allow_test_changes` can name it, if a person wants it gone)",
            )


def _went_elsewhere(edit: Edit, diff: Diff) -> bool:
    """Say whether a test file came back under its name with most of its lines, or went with what the task takes out."""
    lines = {line.strip() for line in (edit.old or "").splitlines() if len(line.strip()) > _SHORT}
    named = (edit.path, *(line.partition("{")[0] for line in lines if _DECLARES.search(line)))
    if asks_to_take_out(diff.message) and speaks_of(_of_code(diff.message), named):
        return True
    stem = edit.path.rpartition("/")[2].partition(".")[0]
    others = [
        one for one in diff.edits if one.path != edit.path and one.new and (stem in one.path or is_test_file(one.path))
    ]
    return bool(lines) and any(
        sum(line in (one.new or "") for line in lines)
        >= (_HALF if stem in one.path or _took_over(edit, one) else _MOST) * len(lines)
        for one in others
    )


def _took_over(edit: Edit, other: Edit) -> bool:
    """Say whether a new file beside a deleted one is run as it was, and has as many tests: it has a new name."""
    folders, ends = ([side.path.rpartition(by)[at] for side in (edit, other)] for by, at in (("/", 0), (".", 2)))
    had, has = (len(_A_TEST.findall(text or "")) for text in (edit.old, other.new))
    moved = ends[0] == "java" and _module(edit.path) == _module(other.path)
    beside = (folders[0] == folders[1] or moved) and ends[0] == ends[1] and other.status == "A"
    return beside and is_named_test(other.path) and 0 < had <= has


def _module(path: str) -> str:
    """Give the folder of a module of Java, above where its sources are."""
    return re.split(r"(?:^|/)src/", path)[0]


def _of_code(message: str) -> str:
    """Give a message's first line without what it says of any code."""
    return _OF_ANY.sub("", message.strip().partition("\n")[0])


_DECLARES = re.compile(r"\b(?:class|fun|func|def|describe|context|it|test|module|object)\b\W*\w")
_OF_ANY = re.compile(
    r"(?i)\b(?:class(?:es)?|fun|func|def|object|import|imports|module|unused|kotlin|java|void|public|org|com)\b"
)
"""What nearly every file says."""
_HALF, _MOST = 0.5, 0.8
"""Of a file's lines, where another of its name, or of any other, holds them now."""


_SHORT = 3


def _is_whole(edit: Edit) -> bool:
    """Say whether a test file can only be looked at as a whole: by its name it has tests, and none can be read."""
    language = language_of(edit.path)
    if is_run_by_nobody(edit.path):
        return False
    if language is None:
        helps = edit.path.endswith(".kt") and not (is_named_test(edit.path) or _OF_KOTLIN.search(edit.old or ""))
        return is_test_file(edit.path) and not helps
    if language.name == "java" and not _INHERITS.search(edit.old or ""):  # what has no tests of its own has none
        return False
    if language.name == "go" and not _TESTS_OF_GO.search(edit.old or ""):  # benchmarks prove nothing
        return False
    named = is_named_test(edit.path) and not is_recorded(edit.path)
    trials = language.trials(edit.old or "") if language.name != "python" and named else None
    return trials is not None and not any(trial.is_test for trial in trials.values())


_OF_KOTLIN = re.compile(r"@\w*Test\b|\w+Spec\b|\btest\(|\bshould\(")
_A_TEST = re.compile(rf"{_OF_KOTLIN.pattern}|\bpublic void test\w*\(")
_INHERITS = re.compile(r"^(?:public )?(?:final )?class \w+(?:<[^{]*>)? extends ", re.MULTILINE)
_TESTS_OF_GO = re.compile(r"^func (?:\([^)]*\) *)?(?:Test|Fuzz|Example)", re.MULTILINE)

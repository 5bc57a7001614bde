"""The built-in honest check: knows how agents cheat. Never runs the code it looks at.

One rule a function; a rule gets the whole diff and says what it finds. FAIL goes back to the agent; what only a person
may decide (protected paths) is BLOCKED.
"""

from orchestrator.model.verdicts import Finding, Report, Verdict
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import Change, Trees
from orchestrator.verify import rules_markers, rules_python, rules_tree
from orchestrator.verify.diff import Diff, Edit, Rule
from orchestrator.verify.test_files import is_test_file

HONEST = "honest"
_MAX_TEXT = 2 << 20
"""Bytes of a file that is read; a test file beyond that is generated, not written."""

RULES: tuple[Rule, ...] = (
    Rule("protected-path", Verdict.BLOCKED, rules_tree.protected_path),
    Rule("nothing-changed", Verdict.FAIL, rules_tree.nothing_changed),
    Rule("test-file-deleted", Verdict.FAIL, rules_tree.test_file_deleted),
    Rule("python-test-deleted", Verdict.FAIL, rules_python.python_test_deleted),
    Rule("python-test-emptied", Verdict.FAIL, rules_python.python_test_emptied),
    Rule("python-test-skipped", Verdict.FAIL, rules_python.python_test_skipped),
    Rule("python-test-unreadable", Verdict.FAIL, rules_python.python_test_unreadable),
    Rule("test-silenced", Verdict.FAIL, rules_markers.test_silenced),
)


async def judge_honestly(trees: Trees, queue: str, case: Case, name: str = HONEST) -> Report:
    """Read what the case changes and put every rule to it."""
    changes = await trees.changes(queue, case.base, case.commit)
    edits = [await _edit(trees, queue, case, change) for change in changes]
    return weigh(
        Diff(
            edits=tuple(edits),
            allow_test_changes=case.allow_test_changes,
            allow_protected=case.allow_protected,
            merged=case.merged,
        ),
        name,
    )


def weigh(diff: Diff, name: str = HONEST) -> Report:
    """Put every rule to a diff: BLOCKED if one that blocks finds anything, else FAIL if any does, else PASS."""
    findings: list[Finding] = []
    answers: set[Verdict] = set()
    for rule in RULES:
        seen = tuple(rule.find(diff))
        findings.extend(seen)
        answers.update({rule.answers} if seen else ())
    worst = next((verdict for verdict in (Verdict.BLOCKED, Verdict.FAIL) if verdict in answers), Verdict.PASS)
    return Report(name=name, report=worst, findings=tuple(findings))


async def _edit(trees: Trees, queue: str, case: Case, change: Change) -> Edit:
    wanted = is_test_file(change.path) or change.path.endswith(".rs")
    old = await _text(trees, queue, case.base, change.path) if wanted and change.status != "A" else None
    new = await _text(trees, queue, case.commit, change.path) if wanted and change.status != "D" else None
    return Edit(
        path=change.path,
        status=change.status,
        old=old,
        new=new,
        old_blob=change.old_blob,
        new_blob=change.new_blob,
    )


async def _text(trees: Trees, queue: str, commit: str, path: str) -> str | None:
    data = await trees.read(queue, commit, path) if commit else None
    return data[:_MAX_TEXT].decode("utf-8", "replace") if data is not None else None

"""The honest rule for what runs before every test and answers for the product. Never runs it."""

from collections.abc import Iterable

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, found
from orchestrator.verify.readers.python.patching import patched
from orchestrator.verify.rules.task_words import speaks_of
from orchestrator.verify.rules.testing import HOW
from orchestrator.verify.testpaths import is_test_file

_SAYS = ("mock", "mocks", "patch", "patches", "monkeypatch", "stub", "stubs", "fixture", "fixtures", "conftest", "fake")


def product_patched(diff: Diff) -> Iterable[Finding]:
    """Find fixtures for every test, new in this snapshot, that put a fixed answer in the place of the product's."""
    for edit in diff.judged():
        if edit.path.rpartition("/")[2] != "conftest.py" or edit.new is None:
            continue
        known = {target for target, _ in patched(edit.old or "")}
        for target, line in sorted(patched(edit.new)):
            name = target.rpartition(".")[2]
            if target in known or not _is_product(target, diff) or speaks_of(diff.message, (name, *_SAYS)):
                continue
            yield found(
                "test-mocks-subject",
                edit.path,
                f"`{target}` is answered for in every test, so that none of them calls the real one; let tests that "
                f"need it replace it {HOW}",
                line=line,
                about=target,
            )


def _is_product(target: str, diff: Diff) -> bool:
    """Say whether a dotted name is of a module of the project that holds no tests."""
    parts = target.split(".")
    for size in range(len(parts) - 1, 0, -1):
        stem = "/".join(parts[:size])
        ends = (f"{stem}.py", f"{stem}/__init__.py")
        if any(path == end or path.endswith(f"/{end}") for path in diff.tree for end in ends if not is_test_file(path)):
            return True
    return False

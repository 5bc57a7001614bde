"""What proofs say: rule, place, why it matters, how to satisfy it. Never decides what counts."""

from collections.abc import Sequence

from orchestrator.model.verdicts import Finding
from orchestrator.verify.proofs.mutants import Mutant
from orchestrator.verify.proofs.probes import Spot
from orchestrator.verify.proofs.scope import Names, pairs

RULES = {
    "test-proves-nothing": "new tests that stay green when the functions that were written give nothing back",
    "base-test-fails": "tests that were changed or removed and, as the base has them, are red by an assertion",
    "assertion-unreached": "assertions a test no longer comes to and did on the base; new tests that come to none",
    "test-weaker": "changed tests that noticed on the base when what they call gives nothing back, and no longer do",
}
"""The dynamic rules."""

NOTES = {
    "green-before": "new tests that pass on the base's code: they say nothing of this work",
    "lines-unreached": "new statements that no test about them runs",
    "defect-unnoticed": "small defects planted into what was written that no test about it notices",
}
"""What is told and counts for nothing."""

_FEW = 5


def proves_nothing(path: str, entry: str, functions: Names) -> Finding:
    """Say that a test the task asks for is green without the work."""
    return Finding(
        path=path,
        rule="test-proves-nothing",
        id=f"test-proves-nothing:{entry}",
        message=f"{entry} is named by the task, and stays green when {_listed(functions)} give nothing back: it "
        "does not test this work; let it call what was written and assert what that gives",
    )


def prove_nothing(tests: Sequence[tuple[str, str]], functions: Names) -> Finding:
    """Say that no new test is about the work."""
    path, name = tests[0]
    return Finding(
        path=path,
        rule="test-proves-nothing",
        id=f"test-proves-nothing:{path}:{name}",
        message=f"none of the new tests ({_few([f'{path}::{name}' for path, name in tests])}) goes red when "
        f"{_listed(functions)} give nothing back: they do not test this work; let one of them call what was written "
        "and assert what that gives",
    )


def base_test_fails(path: str, name: str, said: str) -> Finding:
    """Say that what a test of the base asserts no longer holds."""
    return Finding(
        path=path,
        rule="base-test-fails",
        id=f"base-test-fails:{path}:{name}",
        message=f"{path}::{name}, as the base has it, fails on this code: {_line(said)}; it was changed or removed "
        "with what it asserts. Restore what it states, or have a person allow the change "
        "(`allow_test_changes` of the task)",
    )


def unreached(spot: Spot, total: int) -> Finding:
    """Say that an assertion is no longer come to."""
    more = "" if total else ", nor is any other of this test"
    return Finding(
        path=spot.path,
        line=spot.line,
        rule="assertion-unreached",
        id=f"assertion-unreached:{spot.path}:{spot.function}:{spot.text}",
        message=f"`{_line(spot.text)}` in {spot.function} is not reached any more{more}, and was on the base: what is "
        "not run proves nothing; let the test come to it",
    )


def never_reached(path: str, line: int, name: str) -> Finding:
    """Say that a new test comes to none of its assertions."""
    return Finding(
        path=path,
        line=line,
        rule="assertion-unreached",
        id=f"assertion-unreached:{path}:{name}",
        message=f"{name} passes and reaches none of its assertions: what is not run proves nothing; "
        "let it come to them",
    )


def weaker(path: str, name: str, functions: Names) -> Finding:
    """Say that a test no longer notices."""
    return Finding(
        path=path,
        rule="test-weaker",
        id=f"test-weaker:{path}:{name}",
        message=f"{path}::{name} went red on the base when {_listed(functions)} give nothing back, and stays green "
        "now: it no longer tests them; let it call them for real and assert what they give",
    )


def green_before(path: str, name: str) -> Finding:
    """Say that a new test needs none of the work."""
    return Finding(
        path=path,
        rule="green-before",
        severity="note",
        id=f"green-before:{path}:{name}",
        message=f"{path}::{name} is new and passes on the base's code too: it says nothing of this work",
    )


def lines_unreached(path: str, lines: Sequence[int], total: int) -> Finding:
    """Say which new lines no test runs."""
    return Finding(
        path=path,
        line=lines[0],
        rule="lines-unreached",
        severity="note",
        id=f"lines-unreached:{path}",
        message=f"{len(lines)} of {total} new statements of {path} are run by no test about them: lines "
        f"{_few([str(line) for line in lines])}",
    )


def unnoticed(mutant: Mutant) -> Finding:
    """Say which defect no test noticed."""
    return Finding(
        path=mutant.path,
        line=mutant.line,
        rule="defect-unnoticed",
        severity="note",
        id=f"defect-unnoticed:{mutant.path}:{mutant.line}:{mutant.text}",
        message=f"no test about {mutant.function} notices when `{_line(mutant.was)}` becomes `{_line(mutant.text)}`",
    )


def _listed(functions: Names) -> str:
    return _few([name for _, name in pairs(functions)])


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]

"""Ordinary commits that were accused of less code, or of none, each with the cheats beside it."""

import pytest

from orchestrator.verify.diff import Diff, Edit
from orchestrator.verify.honest import weigh
from tests.verify.test_evasive import change


def judged(*edits: Edit, message: str = "") -> set[str]:
    return {finding.rule or "" for finding in weigh(Diff(edits=edits, message=message)).findings}


@pytest.mark.parametrize(
    "message",
    [
        "v2.0.2",
        "1.4.0-rc.1 (#12)",
        "Update common.go (#63)",
        "feat!: take CommonJS out\n\n(Empty commit, so that it is in the log.)",
        "Clean up clones (#17)\n\n* first\n* Revert first\n\nThis reverts commit cc3e9047f730.",
    ],
)
def test_an_empty_commit_that_claims_no_work_owes_none(message: str) -> None:
    assert judged(message=message) == set()


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Update the parser",
        "Update parser.py to handle blank lines",
        "Handle blank lists",
        "Support 2.0.2",
        "Fix context retrieval (#603)",
        "Take it back\n\nIt reverts what was done.",
    ],
)
def test_an_empty_commit_that_claims_work_owes_it(message: str) -> None:
    assert judged(message=message) == {"nothing-changed"}


CALLED = "func f(w io.Writer) {\n\tw.Write(head)\n}\n"


def test_a_person_who_names_the_rule_leaves_a_line_as_it_is() -> None:
    named = CALLED.replace("(head)", "(head) //nolint:errcheck")
    assert change(CALLED, named, "f.go", "linter's complaint") == set()
    assert change(CALLED, named, "f.go") == {"checker-silenced"}
    for bare in ("//nolint", "//nolint:all", "// nolint: all"):
        assert change(CALLED, CALLED.replace("(head)", f"(head) {bare}"), "f.go", "linter's complaint") == {
            "checker-silenced"
        }
    js = "export function f(a) {\n  for (const b in a) { return b; }\n}\n"
    hushed = js.replace("return b; }", "return b; } // eslint-disable-line")
    assert change(js, hushed, "f.js", "Tidy up") == {"checker-silenced"}
    assert change(js, hushed.replace("-line", "-line -- it is so"), "f.js", "Tidy up") == {"checker-silenced"}
    assert change(js, hushed.replace("-line", "-line no-unreachable-loop"), "f.js", "Tidy up") == set()


def test_what_a_person_says_is_not_returned_any_more_is_let_go() -> None:
    old = (
        "func Close(c *Conn) error {\n\terr := c.Send()\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn c.End()\n}\n"
    )
    new = old.replace("\terr := c.Send()\n\tif err != nil {\n\t\treturn err\n\t}\n", "\t_ = c.Send()\n")
    assert change(old, new, "c.go", "Do not return error in Close") == set()
    assert change(old, new, "c.go", "Return early in Close") == {"code-swallows"}
    assert change(old, new, "c.go") == {"code-swallows"}

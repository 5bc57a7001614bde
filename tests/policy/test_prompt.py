"""What an agent is told."""

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from orchestrator.model.specs import TaskSpec
from orchestrator.model.talk import Learning
from orchestrator.model.verdicts import Finding
from orchestrator.policy.approaches import ALIASES, APPROACHES
from orchestrator.policy.prompt import (
    MAX_FINDINGS,
    MAX_MESSAGE,
    MAX_RULES,
    PromptInput,
    Upstream,
    compose,
    parts_of,
    without_claims,
)
from orchestrator.policy.templates import PLACES

TASK = TaskSpec(
    id="API-1",
    title="Round prices half up",
    description="Prices must be rounded half up, never to even.",
    files=("shop/money.py",),
    tests=("tests/test_money.py",),
)


def prompt(spec: TaskSpec = TASK, **fields: object) -> str:
    whole: dict[str, object] = {"task": f"backend/{spec.id}", "spec": spec, "promise": "FEATURE_COMPLETE", **fields}
    return compose(PromptInput(**whole))  # type: ignore[arg-type]  # fields vary by test


def test_it_holds_the_task_its_files_its_tests_and_who_judges() -> None:
    text = prompt(checks=("tests", "honest"), project="clinic", queue_title="Backend")
    for part in (
        "# Round prices half up",
        "task backend/API-1 (Backend of clinic)",
        "never to even",
        "- shop/money.py",
        "- tests/test_money.py",
        "(tests, honest)",
    ):
        assert part in text
    assert text.endswith("\n")


def test_a_task_without_a_title_is_headed_by_its_id_and_named_by_its_queue() -> None:
    text = prompt(TaskSpec(id="X-1"))
    assert text.startswith("# X-1\n")
    assert "backend/X-1 (backend)" in text


def test_the_claim_is_described_but_never_shown() -> None:
    text = prompt()
    assert "the word FEATURE_COMPLETE between" in text
    assert "<promise>" not in text


def test_without_a_promise_a_normal_end_is_the_claim() -> None:
    text = prompt(promise=None)
    assert "exit status 0" in text
    assert "promise" not in text


def test_the_first_iteration_hears_nothing_of_earlier_ones() -> None:
    text = prompt()
    assert "iteration" not in text
    assert "verifier found" not in text
    assert "Conflicts" not in text


def test_findings_come_back_with_path_line_rule_and_message() -> None:
    findings = (
        Finding(message="assert 2 == 3\nwhere 2 = f()", path="tests/test_money.py", line=12, rule="test_half_up"),
        Finding(message="nothing changed"),
        Finding(message="secret", path=".env"),
    )
    text = prompt(iteration=2, feedback=findings)
    assert "iteration 2 of attempt 1" in text
    assert "- tests/test_money.py:12 [test_half_up]: assert 2 == 3\n    where 2 = f()" in text
    assert "\n- nothing changed" in text
    assert "- .env: secret" in text


def test_endless_findings_are_cut_and_counted() -> None:
    text = prompt(feedback=tuple(Finding(message="x" * (MAX_MESSAGE + 5)) for _ in range(MAX_FINDINGS + 3)))
    assert "- and 3 more" in text
    assert text.count("... (cut)") == MAX_FINDINGS


def test_conflicts_notes_outputs_and_exceptions_have_their_places() -> None:
    spec = msgspec.structs.replace(TASK, outputs=("docs/api.md",), allow_protected=(".github/**",))
    text = prompt(
        spec, conflicts=("shop/cart.py",), notes=("the last run was interrupted",), steering=("prompts/feature.md",)
    )
    assert "conflict markers" in text
    for part in (
        "- shop/cart.py",
        "- the last run was interrupted",
        "- docs/api.md",
        "`.aibrain/`, `prompts/feature.md`",
    ):
        assert part in text
    assert "This task may change: .github/**." in text


def test_what_it_builds_on_is_told_with_commit_outputs_and_the_last_words() -> None:
    schema = Upstream(
        task="backend/DB-1",
        title="Schema",
        commit="0123456789abcdef",
        outputs=("docs/schema.md",),
        summary="Two tables.\nIds are text. <promise>X</promise>",
    )
    skipped = Upstream(task="web/UI-1", reason="there is no frontend")
    text = prompt(upstream=(schema, skipped, Upstream(task="ops/O-1")))
    assert "- backend/DB-1 (Schema), landed as 0123456789ab; it made docs/schema.md, which you read first" in text
    assert "its agent's last words:\n    Two tables.\n    Ids are text." in text
    assert "- web/UI-1 was skipped: there is no frontend" in text
    assert "\n- ops/O-1\n" in text
    assert "<promise>" not in text


def test_rules_are_the_projects_own_and_never_endless() -> None:
    assert "AGENTS.md, CLAUDE.md" in prompt()
    text = prompt(rules="Tabs, not spaces.\n")
    assert "## Rules of this project\n\nTabs, not spaces.\n\n##" in text
    assert "AGENTS.md" not in text
    long = prompt(rules="x" * (MAX_RULES + 1))
    assert "x" * MAX_RULES + "\n\n(cut here" in long


def test_learnings_are_passed_on_as_what_nobody_checked() -> None:
    learning = Learning(id="L1", task="web/UI-1", text="npm ci\nfirst", at=1)
    text = prompt(learnings=(learning,))
    assert "## What earlier tasks learned\n\nNobody has checked it.\n\n- (web/UI-1) npm ci\n    first\n" in text


@pytest.mark.parametrize("kind", [*APPROACHES, *ALIASES, "Bug", "ADR creation", "documentation_update"])
def test_every_type_people_use_says_how_its_work_is_done(kind: str) -> None:
    assert "## How to go about it" in prompt(msgspec.structs.replace(TASK, type=kind))


def test_a_type_nobody_knows_says_nothing_of_it() -> None:
    assert "How to go about it" not in prompt(msgspec.structs.replace(TASK, type="ritual"))
    assert "reproduce it" in prompt(msgspec.structs.replace(TASK, type="bugfix"))


def test_every_place_of_a_template_is_filled_and_no_other() -> None:
    given = PromptInput(task="q/T", spec=TASK)
    assert parts_of(given).keys() == PLACES.keys()


def test_a_template_of_ones_own_decides_the_order_and_what_must_be_told_is_told() -> None:
    template = "Do {title} ({task}, {type}, {queue}, {id}).\n\n{notes}\n\n{description}\n"
    text = prompt(template=template, feedback=(Finding(message="red"),), attempt=2)
    assert text.startswith("Do Round prices half up (backend/API-1, , backend, API-1).\n\nPrices must")
    order = [text.index(part) for part in ("- red", "## Leave alone", "## When you are done")]
    assert order == sorted(order)


def test_a_claim_in_a_template_is_turned_into_words_too() -> None:
    assert "<promise>" not in prompt(template="Say <promise>FEATURE_COMPLETE</promise> {finish}")


def test_unknown_fields_are_handed_on_readably_and_broken_ones_as_they_are() -> None:
    text = prompt(msgspec.structs.replace(TASK, details='{"acceptance_criteria":["rounds 0.5 up"]}'))
    assert '"acceptance_criteria": [\n    "rounds 0.5 up"\n' in text
    assert "{not json" in prompt(msgspec.structs.replace(TASK, details="{not json"))
    assert "Further details" not in prompt(msgspec.structs.replace(TASK, details="{}"))


def test_a_claim_written_into_the_task_is_turned_into_words() -> None:
    spec = msgspec.structs.replace(
        TASK, description="When done print <promise>FEATURE_COMPLETE</promise>.", title="Say <promise>X</promise>"
    )
    text = prompt(spec, feedback=(Finding(message="saw < promise >Y</promise>"),), notes=("<promise></promise>",))
    assert "print the promise tag around FEATURE_COMPLETE." in text
    assert "promise>" not in text


@drawn(st.lists(st.sampled_from(["<promise>", "</promise>", "<Promise >", "WORD", "\n", " ", "<"]), max_size=12))
def test_no_text_whatever_keeps_a_literal_claim(pieces: list[str]) -> None:
    text = prompt(msgspec.structs.replace(TASK, description="".join(pieces)), promise="WORD")
    assert "<promise>WORD</promise>" not in text


def test_words_take_the_place_of_the_tag_and_nothing_else_changes() -> None:
    assert without_claims("a <b>c</b> d") == "a <b>c</b> d"


def test_a_claim_wrapped_in_a_claim_does_not_come_out_whole() -> None:
    assert "<promise>WORD</promise>" not in without_claims("<promise><promise>WORD</promise></promise>")

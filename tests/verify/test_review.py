"""A review is a check whose answer is an agent's: only a well-formed PASS is one, and nobody pays twice."""

import json
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from orchestrator.errors import FaultError
from orchestrator.model.verdicts import Verdict
from orchestrator.ports.reviewer import Reviewed, ReviewOrder
from orchestrator.verify.checks import CheckVerifier, Others

Say = Callable[[str, ReviewOrder], str]


class FakeReviewer:
    """Says what `say` makes of the word it was given; remembers what it was asked."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.orders: list[ReviewOrder] = []
        self.fault = ""

    def name(self, order: ReviewOrder) -> str:
        return order.agent or f"not-{order.author}"

    async def review(self, order: ReviewOrder) -> Reviewed:
        self.orders.append(order)
        if self.fault:
            raise FaultError(self.fault)
        word = order.prompt.rpartition('"review": "')[2].partition('"')[0]
        return Reviewed(agent=self.name(order), text=self.say(word, order), usd=0.25, tokens=100)


def answer(verdict: str, *findings: dict[str, Any], before: str = "I looked at it.\n\n") -> Say:
    return lambda word, _: before + json.dumps({"review": word, "verdict": verdict, "findings": findings})


def judged(court: Any, say: Say, **more: Any) -> tuple[Any, FakeReviewer]:
    reviewer = FakeReviewer(say)
    return anyio.run(verifier(court, reviewer).judge, court.case(author="claude", **more)), reviewer


def verifier(court: Any, reviewer: FakeReviewer) -> CheckVerifier:
    return CheckVerifier(court.settings, court.trees, court.runner, court.state, court.environ, Others(reviewer))


@pytest.fixture
def court(court: Any) -> Any:
    court.check("review", prompt="Look at the names.")
    return court


def test_a_well_formed_pass_is_one_and_what_it_cost_is_told(court: Any) -> None:
    judgement, reviewer = judged(court, answer("PASS"), title="Two", description="Make x two.")
    assert judgement.verdict is Verdict.PASS
    (report,) = judgement.checks
    assert (report.agent, report.usd, report.tokens) == ("not-claude", 0.25, 100)
    (order,) = reviewer.orders
    assert all(part in order.prompt for part in ("Look at the names.", "Two", "Make x two.", "-x = 1", "+x = 2"))
    document = json.loads((court.folder / "verdict.json").read_bytes())
    assert (document["checks"][0]["agent"], document["checks"][0]["usd"]) == ("not-claude", 0.25)


def test_findings_go_to_the_agent_and_an_error_is_no_pass(court: Any) -> None:
    finding = {"message": "x is three", "path": "src/a.py", "line": 3}
    judgement, _ = judged(court, answer("FAIL", finding))
    assert judgement.verdict is Verdict.FAIL
    assert [(f.path, f.line, f.message, f.rule) for f in judgement.regressions] == [
        ("src/a.py", 3, "x is three", "review")
    ]
    assert judged(court, answer("PASS", finding), tree="t2", title="2")[0].verdict is Verdict.FAIL
    note = {"message": "nice", "severity": "note"}
    assert judged(court, answer("PASS", note), tree="t3", title="3")[0].verdict is Verdict.PASS
    blocked, _ = judged(court, answer("BLOCKED"), tree="t4", title="4")
    assert (blocked.verdict, blocked.regressions[0].message) == (Verdict.BLOCKED, "said BLOCKED and named nothing")


ILL: dict[str, Say] = {
    "prose": lambda _word, _: "It is fine. PASS!",
    "nothing": lambda _word, _: "",
    "another word": lambda _word, _: '{"review": "review-0123", "verdict": "PASS", "findings": []}',
    "the example of the question": lambda _word, order: order.prompt.replace("review-", "review "),
    "another verdict": answer("LGTM"),
    "findings of another shape": lambda word, _: json.dumps({"review": word, "verdict": "PASS", "findings": ["ok"]}),
    "cut short": lambda word, _: json.dumps({"review": word, "verdict": "PASS", "findings": []})[:-4],
}


@pytest.mark.parametrize("form", ILL)
def test_what_is_no_well_formed_answer_is_asked_for_once_more_and_then_a_persons(court: Any, form: str) -> None:
    judgement, reviewer = judged(court, ILL[form])
    assert judgement.verdict is Verdict.BLOCKED
    assert judgement.regressions[0].rule == "review-unreadable"
    assert [order.number for order in reviewer.orders] == [1, 2]
    assert judgement.checks[0].usd == 0.5


def test_a_second_answer_that_is_well_formed_counts(court: Any) -> None:
    def say(word: str, order: ReviewOrder) -> str:
        return "hm" if order.number == 1 else answer("PASS", before="")(word, order)

    judgement, _ = judged(court, say)
    assert (judgement.verdict, judgement.checks[0].usd) == (Verdict.PASS, 0.5)


@pytest.mark.parametrize("around", ["```json\n{}\n```", "Verdict:\n    {}\n", '{{"review": "x"}}\n{}\nbye {{'])
def test_the_answer_is_found_among_other_words(court: Any, around: str) -> None:
    said = answer("PASS", before="")
    judgement, _ = judged(court, lambda word, order: around.format(said(word, order)))
    assert judgement.verdict is Verdict.PASS


def test_the_same_change_is_not_reviewed_twice_and_costs_nothing_more(court: Any) -> None:
    judged(court, answer("PASS"))
    again, reviewer = judged(court, answer("FAIL"), tree="merged-tree", merged=True)
    assert (again.verdict, reviewer.orders) == (Verdict.PASS, [])
    assert (again.checks[0].cached, again.checks[0].usd) == (True, 0.0)
    other, reviewer = judged(court, answer("FAIL"), title="something else")
    assert (other.verdict, len(reviewer.orders)) == (Verdict.FAIL, 1)


def test_each_question_has_a_folder_of_its_own_that_it_finds_again(court: Any) -> None:
    """A merge that is made again is another change: what was said of the first must not be read as its review."""
    court.trees.commit("moved", {"src/a.py": "x = 3\n"})
    reviewer = FakeReviewer(answer("BLOCKED"))
    for base in ("base", "moved", "base"):
        anyio.run(verifier(court, reviewer).judge, court.case(author="claude", base=base, merged=True))
    first, other, again = (order.folder for order in reviewer.orders)
    assert (first == again, first == other) == (True, False)


def test_a_reviewer_that_is_kept_from_it_is_a_fault_and_no_verdict(court: Any) -> None:
    reviewer = FakeReviewer(answer("PASS"))
    reviewer.fault = "reviewer codex: rate_limited: resets at 3 pm"
    judgement = anyio.run(verifier(court, reviewer).judge, court.case())
    assert "resets at 3 pm" in judgement.fault
    reviewer.fault = ""
    assert anyio.run(verifier(court, reviewer).judge, court.case()).verdict is Verdict.PASS


def test_nobody_is_paid_to_review_what_other_checks_refuse(court: Any) -> None:
    court.check("lint", "false")
    judgement, reviewer = judged(court, answer("PASS"))
    assert (judgement.verdict, reviewer.orders) == (Verdict.FAIL, [])
    assert [report.name for report in judgement.checks] == ["lint"]


def test_without_anybody_to_review_it_is_a_fault(court: Any) -> None:
    assert "nobody here can run agents" in court.judge().fault


def test_a_long_change_is_shown_in_part(court: Any) -> None:
    court.head({"src/a.py": "y = 1\n" * 60_000})
    _, reviewer = judged(court, answer("PASS"))
    assert len(reviewer.orders[0].prompt) < 205_000
    assert "more characters]" in reviewer.orders[0].prompt

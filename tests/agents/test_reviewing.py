"""Agents that review: a fresh call in a checkout they cannot change, paid for like any other."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from orchestrator.agents.reviewing import GuardedReviewer
from orchestrator.agents.surroundings import Surroundings
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.ports.agents import Life
from orchestrator.ports.reviewer import Reviewed, ReviewOrder
from orchestrator.ports.runner import End, Place


def order(bench: Any, **more: Any) -> ReviewOrder:
    place = Place(
        workspace="/checkouts/1",
        seen_as=str(bench.project),
        project=str(bench.project),
        checkout=str(bench.project),
        readable=("/given",),
    )
    folder = bench.project / ".aibrain/runs/backend/T-1/1/2/review-review"
    values = {"task": "backend/T-1", "attempt": 1, "iteration": 2, "folder": str(folder), "number": 1}
    return ReviewOrder(**{**values, "prompt": "what of this?\n", "place": place, "author": "b", **more})


def review(bench: Any, **more: Any) -> Reviewed:
    reviewer = GuardedReviewer(bench.settings, bench.runner, Surroundings(bench.environ, str(bench.home)))
    return anyio.run(reviewer.review, order(bench, **more))


def test_a_reviewer_is_shown_the_checkout_and_may_write_nowhere_in_it(bench: Any) -> None:
    bench.agent(command=("agent",))
    bench.says("thinking\nall is well\n")
    found = review(bench)
    assert (found.agent, found.text, found.usd) == ("a", "thinking\nall is well\n", 0.0)
    (launch,) = bench.runner.launches
    assert launch.place.sealed
    assert launch.place.workspace == "/checkouts/1"
    folder = Path(launch.run_dir)
    assert folder == bench.project / ".aibrain/runs/backend/T-1/1/2/review-review/backend/T-1/1/1"
    assert set(launch.place.writable) == {str(folder / "scratch"), str(folder / "home")}
    assert Path(launch.stdin).read_text() == "what of this?\n"
    assert launch.env["ORCHESTRATOR_TASK"] == "backend/T-1"


def test_a_review_that_ended_is_read_again_and_another_number_is_another(bench: Any) -> None:
    bench.agent(command=("agent",))
    bench.says("one\n")
    review(bench)
    bench.says("two\n")
    assert review(bench).text == "one\n"
    assert review(bench, number=2).text == "two\n"
    assert len(bench.runner.launches) == 2


def test_one_that_somebody_else_left_running_starts_anew(bench: Any) -> None:
    bench.agent(command=("agent",))
    bench.says("done\n")
    review(bench)
    (launch,) = bench.runner.launches
    bench.runner.lives[launch.run_dir] = Life.RUNNING
    bench.says("anew\n")
    assert review(bench).text == "anew\n"
    assert bench.runner.stopped == [launch.run_dir]


@pytest.mark.parametrize(
    ("end", "errors", "says"),
    [
        (End(code=1), "Error: rate limit reached, try again at 3pm\n", "reviewer a: "),
        (End(code=1), "Error: invalid api key\n", "reviewer a: "),
        (End(signal=9, reason="stopped"), "", "reviewer a: "),
        (End(code=127), "", "command not found"),
    ],
)
def test_what_keeps_a_reviewer_from_it_is_a_fault(bench: Any, end: End, errors: str, says: str) -> None:
    bench.agent(command=("agent",))
    bench.says("", end, errors)
    with pytest.raises(FaultError, match=says):
        review(bench)


def test_after_a_fault_the_next_review_starts_anew(bench: Any) -> None:
    bench.agent(command=("agent",))
    bench.says("", End(code=1), "Error: rate limit reached, try again at 3pm\n")
    with pytest.raises(FaultError):
        review(bench)
    bench.says("all is well\n")
    assert review(bench).text == "all is well\n"
    assert len(bench.runner.launches) == 2


def test_without_an_agent_it_is_a_fault_that_says_what_to_do(bench: Any) -> None:
    bench.settings = Settings()
    with pytest.raises(FaultError, match="there is no agent to review; define one"):
        review(bench)
    with pytest.raises(FaultError, match="agent codex is neither defined nor installed"):
        review(bench, agent="codex")


def test_the_same_agent_reviews_where_there_is_no_other(bench: Any) -> None:
    bench.settings = Settings(agents={"a": AgentSettings(name="a", command=("agent",), allow_dangerous=True)})
    bench.says("fine\n")
    assert review(bench, author="a").agent == "a"

"""How long things really took, from the journal's commits."""

from orchestrator.model import events as e
from orchestrator.model.event_parts import CheckSummary
from orchestrator.model.fold import apply
from orchestrator.model.specs import Status
from orchestrator.model.spending import MICROS
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import World
from orchestrator.policy.history import Odds, Rates, Ratios, Span, Wanted, chosen_odds, odds_of, quantile, ratios, spans
from tests.policy.playing.planning import queue, task

MINUTE = 60_000


def story(*moments: tuple[int, e.Event]) -> list[e.Commit]:
    """Make a commit of each event, at so many minutes."""
    return [
        e.Commit(seq=n, id=str(n), prev="", at=minutes * MINUTE, by="t", events=(event,))
        for n, (minutes, event) in enumerate(moments, start=1)
    ]


def verdict(name: Verdict) -> e.Event:
    checks: tuple[CheckSummary, ...] = ()
    return e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=name, tree="t", base="b", checks=checks)


def started(*, restarted: bool = False) -> e.Event:
    return e.IterationStarted(
        task="q/A", attempt=1, iteration=1, agent="sh", sandbox="L0", base="b", restarted=restarted
    )


def test_only_time_under_a_claim_is_work() -> None:
    commits = story(
        (0, queue("q")),
        (0, task("q/A")),
        (0, task("q/B")),
        (1, e.TaskClaimed(task="q/A", attempt=1, worker="w")),
        (1, started()),
        (2, started(restarted=True)),
        (4, verdict(Verdict.FAIL)),
        (5, e.TaskReleased(task="q/A", reason="draining")),
        (60, e.TaskClaimed(task="q/A", attempt=1, worker="v", resumed=True)),
        (61, verdict(Verdict.PASS)),
        (62, e.AttemptEnded(task="q/A", attempt=1, reason="merge conflict")),
        (63, e.TaskCompleted(task="q/A")),
        (64, e.TaskSkipped(task="q/B", reason="no need")),
    )
    found = spans(commits)
    assert found["q/A"] == Span(
        began=MINUTE, ended=63 * MINUTE, worked_s=7 * 60, iterations=1, passed=1, judged=2, collisions=1
    )
    assert found["q/B"] == Span(ended=64 * MINUTE)
    again = spans([*commits, *story((70, e.TaskReset(task="q/A", reason="again")))])
    assert again["q/A"].ended is None


def test_an_attempt_beside_another_does_not_cut_short_what_was_worked_before_it() -> None:
    commits = story(
        (0, queue("q")),
        (0, task("q/A")),
        (1, e.TaskClaimed(task="q/A", attempt=1, worker="w")),
        (5, e.TaskClaimed(task="q/A", attempt=2, worker="w", slot=2, rival=True)),
        (9, e.TaskCompleted(task="q/A")),
    )
    assert spans(commits)["q/A"].worked_s == 8 * 60


def test_what_tasks_took_is_compared_with_their_estimates_by_queue_where_enough_are_known() -> None:
    refs = [f"q/T{n}" for n in range(5)] + ["r/T0", "r/OPEN"]
    world = World()
    events = (queue("q"), queue("r"), *(task(ref, 2) for ref in refs))
    done = tuple(e.TaskCompleted(task=ref) for ref in refs[:-1])
    apply(world, e.Commit(seq=1, id="a", prev="", at=1, by="t", events=(*events, *done)))
    known = {ref: Span(began=0, ended=1, worked_s=3600.0 * n) for n, ref in enumerate(refs, start=1)}
    found = ratios(world, {**known, "q/GONE": Span(worked_s=1.0)})
    assert found.of("q") == (0.5, 1.0, 1.5, 2.0, 2.5)
    assert found.of("r") == found.every == (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def test_rates_are_told_once_enough_is_known() -> None:
    assert odds_of({"q/A": Span(judged=4, passed=1)}) == Rates(None, None)
    assert odds_of({"q/A": Span(judged=10, passed=6, ended=1, collisions=4)}) == Rates(0.4, 0.8)
    assert odds_of({"q/A": Span(judged=10)}).fail == 0.95


def test_what_is_asked_for_goes_before_what_the_journal_tells_and_that_before_what_is_usual() -> None:
    world = World()
    events = (queue("q"), task("q/A", 1))
    apply(world, e.Commit(seq=1, id="a", prev="", at=1, by="t", events=events))
    assert chosen_odds(world, (), Wanted()) == Odds()
    seen = story(
        *((n, verdict(Verdict.PASS if n < 4 else Verdict.FAIL)) for n in range(5)), (5, e.TaskCompleted(task="q/A"))
    )
    world.tasks["q/A"].status = Status.COMPLETED
    assert round(chosen_odds(world, seen, Wanted()).fail, 6) == 0.2
    world.spent.micros, world.spent.iterations = 3 * MICROS, 2
    found = chosen_odds(world, seen, Wanted(fail=0.0, conflict=0.5, spread=3.0))
    assert found == Odds(fail=0.0, conflict=0.5, spread=3.0, usd=1.5, ratios=Ratios())


def test_a_quantile_lies_between_its_neighbours() -> None:
    assert quantile([1.0, 2.0, 4.0], 0.5) == 2.0
    assert quantile([1.0, 2.0, 4.0], 0.75) == 3.0
    assert quantile([7.0], 0.9) == 7.0

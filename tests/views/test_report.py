"""The report says what the journal says: progress, blockers with their age, what slipped, decisions."""

from orchestrator.codec.moments import format_moment
from orchestrator.model import conditions as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.report_answers import ReportAnswer
from orchestrator.model.settings import Calendar
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import World
from orchestrator.policy.plan import make_plan
from orchestrator.views.planned import plan_answer
from orchestrator.views.report import Source, html_page, markdown_page
from orchestrator.views.statement import status_of
from tests.policy.playing.planning import gate, queue, seat_of, task

HOUR = 3_600_000
START = 1_767_225_600_000


def told(*moments: tuple[float, e.Event], now: float = 10, since: float = 4) -> ReportAnswer:
    """Let events happen at hours after the start, and report at `now`."""
    world = World()
    commits = [
        e.Commit(seq=n, id=str(n), prev="", at=START + round(hours * HOUR), by="t", events=(event,))
        for n, (hours, event) in enumerate(moments, start=1)
    ]
    for commit in commits:
        apply(world, commit)
    at = START + round(now * HOUR)
    seat = seat_of(world)
    plan = plan_answer(world, make_plan(world, seat, at), at, Calendar())
    return Source(world, commits, status_of(world, at, seat), plan, at).report("ferry", START + round(since * HOUR))


def verdict(name: Verdict) -> e.Event:
    return e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=name, tree="t", base="b")


DEFINED = (
    (0, queue("q", title="The <deck>")),
    (0, task("q/A", 2, outputs=("a.md",), due=START + 5 * HOUR)),
    (0, task("q/B", 4, "A", due=START + 9 * HOUR)),
    (0, task("q/C", 1, "gate:go")),
    (0, task("q/D", 1, due=START + 20 * HOUR)),
    (0, gate("go", approvers=("ana",), deadline=START + 30 * HOUR)),
)
WORKED = (
    *DEFINED,
    (1, e.GateReady(gate="go")),
    (1, e.TaskClaimed(task="q/A", attempt=1, worker="w")),
    (2, e.AgentFinished(task="q/A", attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=1, usd=0.1)),
    (3, verdict(Verdict.FAIL)),
    (5, verdict(Verdict.PASS)),
    (6, e.TaskCompleted(task="q/A", commit="c" * 40)),
    (6, e.AgentFinished(task="q/B", attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=1, usd=0.25)),
    (7, e.TaskBlocked(task="q/D", reason="a secret")),
    (8, e.GateRejected(gate="go", by="ana", reason="too | early")),
)


def test_progress_time_and_deliverables_are_told_by_queue() -> None:
    (deck,) = told(*WORKED).queues
    assert (deck.done, deck.total, deck.percent, deck.pass_rate) == (1, 4, 25, 0.5)
    assert (deck.estimate_hours, deck.actual_hours) == (8.0, 5.0)
    first = deck.tasks[0]
    assert (first.started, first.ended) == (format_moment(START + HOUR), format_moment(START + 6 * HOUR))
    assert (first.outputs, first.commit, first.late) == (("a.md",), "c" * 40, True)


def test_blockers_are_told_with_their_age_and_what_they_hold_up() -> None:
    rejected, blocked = sorted(told(*WORKED).blockers, key=lambda blocker: blocker.id)
    assert (blocked.id, blocked.what, blocked.age_hours, blocked.holds_up) == ("q/D", "a secret", 3.0, ())
    assert (rejected.id, rejected.holds_up) == ("gate:go", ("q/C",))
    assert "ana rejected it" in rejected.what
    ready = told(*WORKED[:-1]).blockers
    assert [(b.id, b.age_hours, b.holds_up) for b in ready] == [("gate:go", 9.0, ("q/C",)), ("q/D", 3.0, ())]


def test_what_slipped_and_what_is_due_next() -> None:
    report = told(*WORKED)
    assert [name for name, _ in report.slipped] == ["q/B"]
    assert [name for name, _ in report.due_next] == ["q/D", "gate:go"]


def test_a_period_is_told_in_detail() -> None:
    period = told(*WORKED).period
    assert (period.completed, period.started, period.failed) == (("q/A",), (), ("q/D",))
    assert (period.verdicts, period.passed, period.cost_usd) == (1, 1, 0.25)


def test_work_is_measured_against_time_and_people_are_named() -> None:
    report = told(*WORKED)
    assert (report.measure.worked_hours, report.measure.elapsed_hours, report.measure.speedup) == (5.0, 5.0, 1.0)
    assert [(d.by, d.what, d.why) for d in report.decisions] == [("ana", "reject gate:go", "too | early")]
    done = told(
        *DEFINED,
        (1, e.GateApproved(gate="go", by="ana", note="ok", evidence=("x",), signature="s")),
        (2, e.TaskSkipped(task="q/B", reason="no", by="bob")),
        (3, e.TaskDecided(task="q/D", decision="abort", by="bob", reason="why")),
        (4, e.TaskCompleted(task="q/A", by="eve", note="done")),
    )
    assert [decision.what for decision in done.decisions] == [
        "approve gate:go (signed)", "skip q/B", "abort q/D", "report q/A as done",
    ]  # fmt: skip


def test_pages_escape_what_is_not_theirs() -> None:
    report = told(*WORKED)
    page = html_page(report)
    assert "The &lt;deck&gt;" in page
    assert "default-src 'none'" in page
    text = markdown_page(report)
    assert "too \\| early" in text
    assert text.startswith("# ferry: report of 2026-01-01 10:00")
    assert "5 h of work in 5 h (x 1), 2 h by the estimates of what is done" in text


def test_a_project_in_which_nothing_happened() -> None:
    report = told((0, queue("q")), (0, gate("g", requires=c.TaskIs(task="q/X"))))
    assert (report.percent, report.queues[0].pass_rate, report.measure.speedup) == (0, None, None)
    assert "nothing happened" in markdown_page(report)

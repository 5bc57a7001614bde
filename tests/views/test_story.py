"""Every event is told in one calm line, or on purpose not at all."""

import pytest

from orchestrator.model import events as e
from orchestrator.model.specs import TaskSpec
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.views.story import finding_line, tell
from tests.model.every_event import EVERY_EVENT

UNTOLD = (
    e.QueueAdded, e.QueueEdited, e.AttemptPrepared, e.IterationCaptured, e.TrainBoarded, e.TrainProposed,
    e.TriggerDefined, e.TriggerRemoved, e.ActionStarted, e.GateDefined, e.GateRemoved, e.GateChecking, e.TargetMoved,
    e.FileSeen, e.MomentReached, e.RequestSeen, e.MessageDue, e.MessageSending,
)  # fmt: skip
"""What only machines care about."""


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: str(event.__struct_config__.tag))
def test_an_event_is_told_unless_only_machines_care(event: e.Event) -> None:
    said = tell(event)
    assert (said is None) is isinstance(event, UNTOLD)
    if said is not None:
        assert said.level in {"info", "good", "warn", "bad"}
        assert said.text.strip() == said.text
        assert said.text
        assert "\n" not in said.text


def verdict(name: Verdict, *messages: str, **more: object) -> e.VerdictReached:
    findings = tuple(Finding(message=message) for message in messages)
    return e.VerdictReached(
        task="q/A", attempt=1, iteration=1, verdict=name, tree="t", base="b", findings=findings, **more  # type: ignore[arg-type]
    )  # fmt: skip


def started(**more: bool) -> e.IterationStarted:
    return e.IterationStarted(task="q/A", attempt=1, iteration=2, agent="sh", sandbox="L2", base="b", **more)


def finished(**more: object) -> e.AgentFinished:
    given = {"outcome": "claimed", "claimed": True, "seconds": 3.0, **more}
    return e.AgentFinished(task="q/A", attempt=1, iteration=1, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event", "level", "text"),
    [
        (e.TaskClaimed(task="q/A", attempt=2, worker="w"), "info", "attempt 2 begins"),
        (e.TaskClaimed(task="q/A", attempt=2, worker="w", resumed=True), "info", "attempt 2 taken up again"),
        (started(), "info", "iteration 2: sh is working (L2)"),
        (started(restarted=True), "warn", "iteration 2 starts over: its run was cut short"),
        (finished(), "info", "says it is done after 3.0 s"),
        (finished(usd=0.5), "info", "says it is done after 3.0 s, 0.50 USD"),
        (finished(priced=False), "info", "says it is done after 3.0 s, cost unknown"),
        (finished(claimed=False, outcome="crashed", note="exit 1"), "warn", "crashed: exit 1 after 3.0 s"),
        (finished(claimed=False, outcome="incomplete"), "warn", "incomplete: no claim after 3.0 s"),
        (verdict(Verdict.PASS), "good", "PASS []"),
        (verdict(Verdict.FAIL, "one", "two", merged=True), "warn", "FAIL after the merge []: one (+1 more)"),
        (verdict(Verdict.PASS, by="ana", reason="so"), "good", "PASS by ana: so []"),
        (verdict(Verdict.BLOCKED, "edits ci"), "bad", "BLOCKED []: edits ci"),
        (e.TaskMerged(task="q/A", attempt=1, commit="0123456789abcdef", tree="t", target=":orchestrator/main"), "good",
         "merged into orchestrator/main as 0123456789ab"),
        (e.AttemptEnded(task="q/A", attempt=1, reason="merge conflict"), "warn", "attempt 1 ended: merge conflict"),
        (e.TaskFailed(task="q/A", reason="expected 1\n  got 2"), "bad", "failed: expected 1 got 2"),
        (e.LaneResumed(queue="q", because="by ana"), "info", "queue q goes on: by ana"),
        (e.LaneResumed(queue="q"), "info", "queue q goes on"),
        (e.TaskCompleted(task="q/A", note="left on x"), "good", "completed: left on x"),
        (e.TaskSkipped(task="q/A", reason="no", by="ana"), "info", "skipped by ana: no"),
        (e.TaskReset(task="q/A", reason="retry"), "info", "to be done again: retry"),
        (e.QueueUnlocked(queue="q"), "good", "queue q unlocked"),
        (e.QueuePaused(queue="q", because="by ana"), "warn", "queue q paused by ana"),
        (e.ActionFinished(key="k", ok=True), "info", "action k done"),
        (e.ActionFinished(key="k", ok=False, note="no"), "bad", "action k failed: no"),
        (e.TaskAdded(task="q/A", spec=TaskSpec(id="A", description="do it")), "info", "added: do it"),
        (e.LaneParked(queue="q", code="parked", text="the limit resets", until=1), "warn",
         "queue q parked: the limit resets"),
        (e.LaneParked(queue="q", code="fault", text="git: not found", until=1), "bad",
         "queue q parked by a fault, nothing is consumed: git: not found"),
    ],
)  # fmt: skip
def test_it_says(event: e.Event, level: str, text: str) -> None:
    said = tell(event)
    assert said is not None
    assert (said.level, said.text) == (level, text)


def test_landing_is_told_once_though_it_ends_the_attempt_too() -> None:
    assert tell(e.AttemptEnded(task="q/A", attempt=1, reason="merged")) is None


def test_a_line_belongs_to_the_track_of_its_task_or_queue_or_to_none() -> None:
    events = (e.TaskCompleted(task="q/A"), e.QueuePaused(queue="r"), e.TriggerFired(trigger="t", count=1))
    assert [(said.queue, said.task) for event in events if (said := tell(event))] == [("q", "q/A"), ("r", ""), ("", "")]


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (Finding(message="is\n  wrong", path="a.py", line=3), "a.py:3 is wrong"),
        (Finding(message="is wrong", path="a.py"), "a.py is wrong"),
        (Finding(message="is wrong", line=3), "is wrong"),
        (Finding(message="x" * 500), "x" * 200),
    ],
)
def test_a_finding_is_one_short_line(finding: Finding, line: str) -> None:
    assert finding_line(finding) == line


def test_a_look_at_a_request_is_told_only_where_it_failed() -> None:
    unseen = e.RequestSeen(task="q/A", attempt=1, url="https://host/1", state="unknown", until=1, note="no network")
    told = tell(unseen)
    assert told is not None
    assert told.text == "cannot see whether https://host/1 was merged: no network"

"""The screen of `top`: what matters stands first, what does not fit is counted."""

import msgspec

from orchestrator.model.answers import (
    BudgetAnswer,
    GateAnswer,
    QueueAnswer,
    ReasonAnswer,
    StatusAnswer,
    TaskAnswer,
    UsageAnswer,
    WorkerAnswer,
)
from orchestrator.views.dashboard import frame

NOW = 1_767_323_045_000
SINCE = "2026-01-02T02:00:05Z"


def task(name: str, status: str = "pending", code: str = "ready", text: str = "could start now") -> TaskAnswer:
    reason = ReasonAnswer(code=code, text=text) if status in {"pending", "blocked"} else None
    return TaskAnswer(
        id=name,
        status=status,
        attempts=0,
        iterations=0,
        verdict=None,
        reason=reason,
        agent=None,
        owner=None,
        branch=None,
        commit=None,
        cost_usd=0.0,
    )


def queue(name: str, *tasks: TaskAnswer) -> QueueAnswer:
    words = ("pending", "in_progress", "completed", "blocked", "failed", "skipped")
    counts = {word: sum(t.status == word for t in tasks) for word in words}
    return msgspec.convert(
        {"name": name, "locked": False, "paused": False, "parked_until": None,
         "summary": {"total": len(tasks), **counts}, "tasks": [msgspec.to_builtins(t) for t in tasks]},
        QueueAnswer,
    )  # fmt: skip


def status(*queues: QueueAnswer, gates: tuple[GateAnswer, ...] = (), alive: bool = True) -> StatusAnswer:
    nothing = UsageAnswer(used=0, limit=None)
    worker = WorkerAnswer(
        id="w1", queue="q", task="q/RUN", attempt=1, iteration=2, step="verify", since=SINCE, agent="claude", pid=7,
        alive=alive,
    )  # fmt: skip
    return StatusAnswer(
        seq=9,
        headline="one agent is at work",
        queues=queues,
        gates=gates,
        workers=(worker,),
        budget=BudgetAnswer(iterations=nothing, usd=nothing, day_usd=nothing, wall_s=nothing),
    )


def texts(of: StatusAnswer, *, width: int = 100, height: int = 40) -> list[str]:
    return [row.text for row in frame(of, NOW, "shop", width, height)]


def test_it_says_what_works_what_waits_for_a_person_how_far_each_queue_is_and_what_is_next() -> None:
    asked = task("ASK", "blocked", "person", "waits for a decision")
    gate = GateAnswer(id="ship", state="waiting", waiting_for=("a signature of ops",))
    shown = texts(
        status(queue("q", task("RUN", "in_progress"), task("DONE", "completed"), asked, task("GO")), gates=(gate,))
    )
    assert shown[1] == "one agent is at work"
    assert "  q/RUN                    1.2   verify      1h04m  claude" in shown
    assert [line for line in shown if line.isupper()] == ["AT WORK", "WAITS FOR A PERSON", "QUEUES", "NEXT"]
    assert shown.index("  gate ship (waiting): a signature of ops") < shown.index("QUEUES")
    assert "  q/ASK                    person: waits for a decision" in shown
    assert "  q              #####............... 1/4  1 in_progress, 1 blocked" in shown
    assert shown[-1] == "  q/GO                     ready: could start now"


def test_what_can_start_stands_before_what_waits_for_other_work() -> None:
    later = task("LATER", code="dependency", text="waits for q/GO")
    shown = texts(status(queue("q", later, task("GO"))))
    assert [line.split()[0] for line in shown[-2:]] == ["q/GO", "q/LATER"]


def test_whose_run_is_gone_is_said() -> None:
    rows = frame(status(queue("q", task("RUN", "in_progress")), alive=False), NOW, "shop", 100, 40)
    assert any("its run is gone" in row.text for row in rows if row.level == "bad")


def test_what_does_not_fit_is_counted_and_nothing_is_wider_or_higher_than_the_screen() -> None:
    many = queue("q", *(task(f"T{n}", text="could start now " * 20) for n in range(100)))
    for height in (8, 12, 20, 60):
        shown = texts(status(many), width=50, height=height)
        assert len(shown) <= height
        assert all(len(line) <= 50 for line in shown)
    shown = texts(status(many), height=20)
    counted = int(shown[-1].split()[1])
    assert counted + sum(line.startswith("  q/T") for line in shown) == 100

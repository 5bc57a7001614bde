"""The board: every queue on one page."""

from orchestrator.model import answers as a
from orchestrator.model.specs import Status
from orchestrator.views.board import board

AT = 1_767_225_600_000
NOTHING = a.UsageAnswer(used=0, limit=None)
BUDGET = a.BudgetAnswer(iterations=NOTHING, usd=NOTHING, day_usd=NOTHING, wall_s=NOTHING)


def task(name: str, status: str, **fields: object) -> a.TaskAnswer:
    given: dict[str, object] = {
        "attempts": 0, "iterations": 0, "verdict": None, "reason": None, "agent": None, "owner": None, "branch": None,
        "commit": None, "cost_usd": 0.0, "title": f"Title of {name}", **fields,
    }  # fmt: skip
    return a.TaskAnswer(id=name, status=status, **given)  # type: ignore[arg-type]


def queue(name: str, *tasks: a.TaskAnswer, **fields: object) -> a.QueueAnswer:
    counts = {status.value: sum(each.status == status for each in tasks) for status in Status}
    given: dict[str, object] = {"locked": False, "paused": False, "parked_until": None, **fields}
    return a.QueueAnswer(name=name, summary={"total": len(tasks), **counts}, tasks=tasks, **given)  # type: ignore[arg-type]


def page(*queues: a.QueueAnswer) -> str:
    status = a.StatusAnswer(seq=12, queues=queues, gates=(), workers=(), budget=BUDGET, headline="2 running")
    return board(status, AT, "clinic")


def test_the_page_begins_with_what_matters() -> None:
    lines = page(queue("q", task("A", "completed"), task("B", "pending"))).splitlines()
    assert lines[:4] == ["# clinic: board", "", "2 running", ""]
    assert lines[4].startswith("Updated 2026-01-01T00:00:00Z at seq 12. 1 of 2 tasks done")
    assert lines[4].endswith("50 %")


def test_the_table_has_a_row_for_every_queue_and_says_how_it_stands() -> None:
    fault = a.ReasonAnswer(code="fault", text="git: not found")
    text = page(
        queue("open", task("A", "in_progress"), task("B", "skipped"), task("C", "failed"), task("D", "blocked")),
        queue("shut", locked=True),
        queue("held", paused=True),
        queue("ill", park=fault),
    )
    assert "| open | open | 1/4 | 0 | 1 | 1 | 1 |" in text
    assert "| shut | locked | 0/0 | 0 | 0 | 0 | 0 |" in text
    assert "| held | paused |" in text
    assert "| ill | fault |" in text
    assert "> fault: git: not found" in text


def test_tasks_are_listed_by_status_what_needs_attention_first_with_why_and_where() -> None:
    why = a.ReasonAnswer(code="dependency", text="waits for q/A")
    text = page(
        queue(
            "q",
            task("B", "pending", reason=why),
            task("A", "in_progress", attempts=1, iterations=3),
            task("C", "completed", attempts=1, iterations=1, commit="0123456789abcdef"),
        )
    )
    assert "- `A` Title of A (3 iteration(s), 1 attempt(s))\n" in text
    assert "- `B` Title of B — waits for q/A\n" in text
    assert "- `C` Title of C (1 iteration(s), 1 attempt(s)) `0123456789ab`\n" in text
    order = [text.index(f"### {status}") for status in ("in progress (1)", "pending (1)", "completed (1)")]
    assert order == sorted(order)


def test_long_lists_are_cut_and_say_so() -> None:
    text = page(queue("q", *(task(f"T{n}", "pending") for n in range(15))))
    assert "### pending (15)" in text
    assert "`T11`" in text
    assert "`T12`" not in text
    assert "- _and 3 more_" in text


def test_an_empty_project_has_a_board_too() -> None:
    assert "0 of 0 tasks done" in page()

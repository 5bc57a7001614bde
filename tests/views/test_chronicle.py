"""The append-only files: every event told exactly once, wherever the one who told it was killed."""

import errno
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestrator.model import events as e
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.verdicts import Finding, Verdict
from orchestrator.views.chronicle import Chronicle, Cursor, lines_of, verdict_line

AT = 1_767_225_600_000
"""2026-01-01T00:00:00Z"""


def commit(seq: int, *events: e.Event) -> e.Commit:
    return e.Commit(seq=seq, id=f"c{seq}", prev="", at=AT + seq, by="p1", events=events)


def verdict(name: Verdict, **more: object) -> e.VerdictReached:
    checks = (
        e.CheckSummary(name="tests", report="FAIL", summary="FAIL(3)"),
        e.CheckSummary(name="lint", report="PASS"),
    )
    given = {"checks": checks, **more}
    return e.VerdictReached(
        task="q/A", attempt=1, iteration=2, verdict=name, tree="0123456789abcdef", base="b", **given  # type: ignore[arg-type]
    )  # fmt: skip


COMMITS = (
    commit(1, e.QueueAdded(queue="q", spec=QueueSpec(name="q")), e.TaskAdded(task="q/A", spec=TaskSpec(id="A"))),
    commit(2, e.TaskClaimed(task="q/A", attempt=1, worker="p1")),
    commit(3, verdict(Verdict.FAIL, findings=(Finding(message="täst_x\nfails", path="a.py", line=3),))),
    commit(4, e.TriggerFired(trigger="t", count=1), e.QueuePaused(queue="r", because="trigger t")),
    commit(5, verdict(Verdict.PASS), e.TaskCompleted(task="q/A")),
)


def told(commits: Sequence[e.Commit]) -> dict[str, bytes]:
    """Say what the files should hold."""
    found: dict[str, bytes] = {}
    for each in commits:
        for name, line in lines_of(each):
            found[name] = found.get(name, b"") + line
    return found


def held(state: Path) -> dict[str, bytes]:
    return {str(path.relative_to(state)): path.read_bytes() for path in state.rglob("*.log")}


def write(state: Path, cursor: Cursor, *batches: Sequence[e.Commit]) -> Cursor:
    chronicle = Chronicle(state, cursor)
    for batch in batches:
        chronicle.write("c1", batch)
    return chronicle.cursor


def test_every_track_has_its_own_file_and_verdicts_have_theirs(tmp_path: Path) -> None:
    write(tmp_path, Cursor(), COMMITS)
    assert held(tmp_path) == told(COMMITS)
    assert sorted(held(tmp_path)) == ["logs/_project.log", "logs/q.log", "logs/r.log", "ralph-verification.log"]


def test_a_line_is_json_with_what_one_filters_by(tmp_path: Path) -> None:
    write(tmp_path, Cursor(), COMMITS)
    lines = [json.loads(line) for line in (tmp_path / "logs/q.log").read_text().splitlines()]
    failed = next(line for line in lines if line["event"] == "verdict.reached")
    assert failed == {
        "at": "2026-01-01T00:00:00.003Z", "seq": 3, "level": "warn", "event": "verdict.reached", "task": "q/A",
        "attempt": 1, "iteration": 2, "text": "FAIL [tests=FAIL(3) lint=PASS]: a.py:3 täst_x fails", "by": "p1",
    }  # fmt: skip


def test_what_was_told_before_is_not_told_again(tmp_path: Path) -> None:
    cursor = write(tmp_path, Cursor(), COMMITS[:3])
    assert write(tmp_path, cursor, COMMITS, COMMITS).seq == 5
    assert held(tmp_path) == told(COMMITS)


@pytest.mark.slow
def test_a_writer_killed_at_any_byte_is_gone_on_from_there(tmp_path: Path) -> None:
    """Whoever goes on is told of all commits at once, or of one after the other."""
    known = 2
    whole = told(COMMITS)
    for name, content in whole.items():
        start = len(told(COMMITS[:known]).get(name, b""))
        for cut in range(start, len(content) + 1):
            state = tmp_path / f"{name.replace('/', '-')}-{cut}"
            cursor = write(state, Cursor(), COMMITS[:known])
            (state / "logs").mkdir(parents=True, exist_ok=True)
            (state / name).write_bytes(content[:cut])
            write(state, cursor, *((COMMITS,) if cut % 2 else ((each,) for each in COMMITS)))
            assert held(state) == whole


def test_a_cursor_that_was_lost_tells_nothing_twice(tmp_path: Path) -> None:
    write(tmp_path, Cursor(), COMMITS[:4])
    write(tmp_path, Cursor(), COMMITS)
    assert held(tmp_path) == told(COMMITS)


def test_without_a_cursor_the_lines_of_an_older_journal_stay(tmp_path: Path) -> None:
    older = commit(1, e.QueuePaused(queue="q", because="of another time"))
    write(tmp_path, Cursor(), [older])
    write(tmp_path, Cursor(), COMMITS)
    assert held(tmp_path)["logs/q.log"] == told([older])["logs/q.log"] + told(COMMITS)["logs/q.log"]


def test_a_log_somebody_emptied_begins_again_with_what_is_new(tmp_path: Path) -> None:
    cursor = write(tmp_path, Cursor(), COMMITS[:4])
    (tmp_path / "logs/q.log").write_bytes(b"")
    write(tmp_path, cursor, COMMITS)
    assert held(tmp_path)["logs/q.log"] == told(COMMITS[4:])["logs/q.log"]


def test_a_note_somebody_wrote_into_a_log_stays(tmp_path: Path) -> None:
    cursor = write(tmp_path, Cursor(), COMMITS[:4])
    with (tmp_path / "logs/q.log").open("ab") as log:
        log.write(b"# looked at it, ana\n")
    write(tmp_path, cursor, COMMITS)
    expected = told(COMMITS[:4])["logs/q.log"] + b"# looked at it, ana\n" + told(COMMITS[4:])["logs/q.log"]
    assert held(tmp_path)["logs/q.log"] == expected


def test_another_journal_is_told_behind_what_is_there(tmp_path: Path) -> None:
    cursor = write(tmp_path, Cursor(), COMMITS)
    other = Chronicle(tmp_path, cursor)
    other.write("another", COMMITS[:2])
    assert (other.cursor.journal, other.cursor.seq) == ("another", 2)
    assert held(tmp_path)["logs/q.log"] == told(COMMITS)["logs/q.log"] + told(COMMITS[:2])["logs/q.log"]


def test_logs_are_private(tmp_path: Path) -> None:
    write(tmp_path, Cursor(), COMMITS)
    assert (tmp_path / "logs/q.log").stat().st_mode & 0o077 == 0


# -- verdicts ------------------------------------------------------------------------------------------------------

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (PASS|FAIL|BLOCKED|FAULT) [^ /]+/[^ ]+ attempt=\d+ iteration=\d+"
    r' tree=[0-9a-f]{12}( [^ =]+=[^ ]+)*( by=[^ ]+)?( reason="([^"\\]|\\.)*")?'
)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (verdict(Verdict.FAIL), "FAIL q/A attempt=1 iteration=2 tree=0123456789ab tests=FAIL(3) lint=PASS"),
        (
            verdict(Verdict.PASS, checks=(), by="ana", reason='it is "meant"\nso \\ all'),
            'PASS q/A attempt=1 iteration=2 tree=0123456789ab by=ana reason="it is \\"meant\\" so \\\\ all"',
        ),
        (
            verdict(Verdict.BLOCKED, checks=(e.CheckSummary(name="own", report="BLOCKED", summary="2 left\n"),)),
            "BLOCKED q/A attempt=1 iteration=2 tree=0123456789ab own=2-left",
        ),
        (
            e.LaneParked(queue="q", code="fault", text="tests: killed", until=9, task="q/A", attempt=1, iteration=2,
                         tree="0123456789abcdef"),
            'FAULT q/A attempt=1 iteration=2 tree=0123456789ab reason="tests: killed"',
        ),
    ],
)  # fmt: skip
def test_a_verdict_is_one_line_of_the_agreed_form(event: e.Event, line: str) -> None:
    written = verdict_line(AT, event)
    assert written == f"2026-01-01T00:00:00Z {line}"
    assert LINE.fullmatch(f"2026-01-01T00:00:00Z {line}")


@pytest.mark.parametrize(
    "event",
    [
        e.LaneParked(queue="q", code="fault", text="git: not found", until=9, task="q/A", attempt=1, iteration=2),
        e.LaneParked(queue="q", code="parked", text="the limit resets", until=9, tree="0123456789abcdef"),
        e.TaskCompleted(task="q/A"),
    ],
)
def test_what_is_no_verdict_is_no_line_there(event: e.Event) -> None:
    assert verdict_line(AT, event) is None


def test_after_a_log_had_no_room_what_the_others_took_is_not_told_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chronicle = Chronicle(tmp_path, Cursor())
    real, calls = os.write, 0

    def full(descriptor: int, content: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            real(descriptor, content[:5])
            raise OSError(errno.ENOSPC, "no room")
        return real(descriptor, content)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="no room"):
        chronicle.write("c1", COMMITS[:4])
    chronicle.write("c1", COMMITS)
    assert held(tmp_path) == told(COMMITS)

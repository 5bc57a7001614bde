"""Results are written into a person's file in its own style; every byte that did not change stays."""

import difflib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from orchestrator.codec.canonical import Json
from orchestrator.codec.jsonedit import Object, apply
from orchestrator.codec.jsontext import JsonText
from orchestrator.codec.queuefile import (
    add_task,
    edit_task,
    new_queue,
    read_queue,
    remove_task,
    set_member,
    spec_from,
    task_fields,
    write_results,
)
from orchestrator.errors import InvalidInputError
from orchestrator.model import conditions as c
from orchestrator.model.documents import Stamp, Summary, TaskResult
from orchestrator.model.specs import Status, TaskSpec
from orchestrator.model.spending import Budget

QUEUES = Path(__file__).parent.parent / "data" / "queues"
AT = 1_767_225_600_000
DONE = TaskResult(
    status=Status.COMPLETED,
    attempts=1,
    iterations=2,
    verdict="PASS",
    last_attempt=AT,
    completed_at=AT + 61_000,
    files=("a.py", "b.py"),
    branch="orchestrator/q/A",
    commit="c0ffee",
    usd=0.25,
)
SUMMARY = Summary(counts={Status.PENDING: 2, Status.COMPLETED: 1}, stamp=Stamp(7, "9f2c"))


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def written(text: str, results: dict[str, TaskResult], summary: Summary | None = None) -> str:
    return write_results(text.encode(), results, summary).decode()


# -- results -------------------------------------------------------------------------------------------------------


def test_results_stand_behind_a_status_that_comes_first_in_a_line_as_its_neighbours_stand() -> None:
    after = written(
        '{"tasks": [{"status": "pending",  "id": "A"}]}', {"A": TaskResult(status=Status.PENDING, attempts=1)}
    )
    assert after.startswith('{"tasks": [{"status": "pending",  "attempts": 1,')
    assert after.endswith(',  "id": "A"}]}')


def test_a_task_of_the_wild_gets_its_results_in_the_words_and_moments_of_its_file() -> None:
    before = (QUEUES / "clinic_backend.json").read_text()
    after = written(before, {"BILL-011": DONE}, SUMMARY)
    assert changed(before, after) == [
        '-    "total": 4,',
        '+    "total": 3,',
        '-    "blocked": 1,',
        '+    "blocked": 0,',
        '-    "archived": 0',
        '+    "archived": 0,',
        '+    "seq": 7,',
        '+    "journal": "9f2c"',
        '-      "status": "blocked",',
        '+      "status": "complete",',
        '+      "iterations": 2,',
        '+      "branch": "orchestrator/q/A",',
        '+      "commit": "c0ffee",',
        '+      "cost_usd": 0.25,',
        '-      "passes": false,',
        '-      "error": "Target file not found",',
        '-      "attempts": 0,',
        '-      "last_attempt": null,',
        '-      "completed_at": null,',
        '+      "passes": true,',
        '+      "error": null,',
        '+      "attempts": 1,',
        '+      "last_attempt": "2026-01-01T00:00:00.000000",',
        '+      "completed_at": "2026-01-01T00:01:01.000000",',
        '-      "verification_verdict": null,',
        '-      "files_actually_changed": null,',
        '+      "verification_verdict": "PASS",',
        '+      "files_actually_changed": ["a.py", "b.py"],',
    ]


def test_a_list_keeps_the_shape_it_had() -> None:
    before = (QUEUES / "clinic_backend.json").read_text()
    after = written(before, {"BILL-010": DONE})
    assert '"files_actually_changed": [\n        "a.py",\n        "b.py"\n      ],' in after
    assert '"confidence": 0.750' in after


def test_what_is_equal_in_meaning_is_not_touched() -> None:
    before = """{"tasks": [{"id": "A", "status": "Complete", "attempts": 1.0, "iterations": 2, "passes": true,
      "last_attempt": "2026-01-01T01:00:00.123+01:00", "completed_at": "2026-01-01 00:01:01", "error": null,
      "verification_verdict": "PASS", "files_actually_changed": [ "a.py","b.py" ], "commit": "c0ffee",
      "branch": "orchestrator\\/q\\/A", "cost_usd": 25e-2}]}"""
    assert written(before, {"A": DONE}) == before


def test_who_called_work_a_pass_is_written_where_somebody_did_and_taken_back_where_nobody_does() -> None:
    before = '{"tasks":[{"id":"A"}]}'
    word = TaskResult(status=Status.PENDING, verdict="PASS", overridden_by="Ben", override_reason="we want this")
    said = written(before, {"A": word})
    (task,) = json.loads(said)["tasks"]
    assert (task["overridden_by"], task["override_reason"]) == ("Ben", "we want this")
    assert "overrid" not in written(before, {"A": DONE})
    (task,) = json.loads(written(said, {"A": DONE}))["tasks"]
    assert (task["overridden_by"], task["override_reason"]) == (None, None)


def test_true_is_not_one() -> None:
    before = '{"tasks": [{"id": "A", "status": "completed", "attempts": true, "passes": 1}]}'
    after: Any = json.loads(written(before, {"A": DONE}))
    assert after["tasks"][0]["attempts"] is not True
    assert after["tasks"][0]["passes"] is True


def test_a_task_on_one_line_stays_on_it() -> None:
    before = (QUEUES / "editorial.json").read_text()
    after = written(before, {"ART-001": DONE})
    minus, plus = changed(before, after)
    assert minus.startswith('-    {"id": "ART-001"')
    assert '"status": "completed", "attempts": 1, "iterations": 2, ' in plus
    assert '"files_actually_changed": ["a.py", "b.py"], ' in plus
    assert json.loads(after)["tasks"][0]["cost_usd"] == 0.25


def test_a_compact_file_stays_compact() -> None:
    before = '{"tasks":[{"id":"A","x":1.50}]}'
    after = written(before, {"A": TaskResult(status=Status.FAILED, error="é")}, SUMMARY)
    assert after == (
        '{"summary":{"total":3,"pending":2,"in_progress":0,"completed":1,"blocked":0,"failed":0,"skipped":0,"seq":7,'
        '"journal":"9f2c"},"tasks":[{"id":"A","x":1.50,"status":"failed","attempts":0,"iterations":0,'
        '"verification_verdict":null,"passes":false,"error":"é","last_attempt":null,"completed_at":null,'
        '"files_actually_changed":[],"branch":null,"commit":null,"cost_usd":0}]}'
    )


def test_tabs_carriage_returns_and_the_byte_order_mark_are_kept() -> None:
    text = '{\n\t"tasks": [\n\t\t{\n\t\t\t"id": "A",\n\t\t\t"status": "pending"\n\t\t}\n\t]\n}\n'.replace("\n", "\r\n")
    data = b"\xef\xbb\xbf" + text.encode()
    after = write_results(data, {"A": DONE}, SUMMARY)
    assert after.startswith(b'\xef\xbb\xbf{\r\n\t"summary": {\r\n\t\t"total": 3,\r\n')
    assert b'\t\t\t"status": "completed",\r\n\t\t\t"attempts": 1,\r\n' in after
    assert after.count(b"\n") == after.count(b"\r\n")
    assert read_queue(after, path="q.json").stamp == Stamp(7, "9f2c")


def test_members_that_share_lines_get_neighbours_on_their_line() -> None:
    before = (QUEUES / "reports_done.json").read_text()
    after = written(before, {"RPT-2": DONE})
    assert {line[:1] for line in changed(before, after)} == {"-", "+"}
    assert len(changed(before, after)) == 4
    assert json.loads(after)["tasks"][1]["attempts"] == 1
    assert json.loads(after)["tasks"][1]["completed_at"] == "2026-01-01T00:01:01Z"


def test_a_file_that_escapes_its_umlauts_goes_on_doing_so() -> None:
    before = '{"tasks": [{"id": "A", "title": "caf\\u00e9", "status": "pending"}]}'
    assert '"error": "\\u00e9"' in written(before, {"A": TaskResult(status=Status.FAILED, error="é")})


def test_half_a_surrogate_pair_in_an_error_stays_an_escape() -> None:
    after = written('{"tasks": [{"id": "A", "title": "é"}]}', {"A": TaskResult(status=Status.FAILED, error="\ud800")})
    assert '"error": "\\ud800"' in after


def test_tasks_without_results_and_results_without_tasks_change_nothing() -> None:
    before = (QUEUES / "clinic_backend.json").read_text()
    assert written(before, {"NOPE": DONE}) == before
    assert written(before, {}) == before
    assert written('{"tasks": [7, {"id": 5}]}', {"5": DONE}) == '{"tasks": [7, {"id": 5}]}'


def test_the_completed_flag_needs_a_verdict() -> None:
    after: Any = json.loads(
        written('{"tasks": [{"id": "A"}]}', {"A": TaskResult(status=Status.COMPLETED, verdict="FAIL")})
    )
    assert after["tasks"][0]["passes"] is False


# -- summary -------------------------------------------------------------------------------------------------------


def test_a_summary_keeps_its_keys_and_gets_total_seq_and_journal() -> None:
    before = '{"summary": {"done": 9, "todo": 9, "archived": 4, "mood": "good"}, "tasks": []}'
    after: Any = json.loads(written(before, {}, SUMMARY))
    assert after["summary"] == {
        "done": 1,
        "todo": 2,
        "archived": 4,
        "mood": "good",
        "total": 3,
        "seq": 7,
        "journal": "9f2c",
    }


def test_an_absent_summary_is_made_before_the_tasks_and_an_empty_one_is_filled() -> None:
    before = '{\n  "project": "x",\n  "tasks": [\n    {\n      "id": "A",\n      "status": "complete"\n    }\n  ]\n}\n'
    after = written(before, {}, SUMMARY)
    assert after.startswith('{\n  "project": "x",\n  "summary": {\n    "total": 3,\n    "pending": 2,')
    assert '"complete": 1,' in after
    assert changed(before, after) == [line for line in changed(before, after) if line.startswith("+")]
    filled: Any = json.loads(written('{"summary": {}, "tasks": []}', {}, SUMMARY))
    assert filled["summary"]["seq"] == 7


def test_a_file_without_tasks_is_stamped_too() -> None:
    assert json.loads(written('{\n  "gates": []\n}', {}, SUMMARY))["summary"]["journal"] == "9f2c"
    assert json.loads(written("{}", {}, SUMMARY))["summary"]["total"] == 3


def test_prose_where_the_summary_stands_is_not_overwritten() -> None:
    before = '{"summary": "a good year", "tasks": []}'
    assert written(before, {}, SUMMARY) == before


def test_writing_again_changes_nothing() -> None:
    for path in sorted(QUEUES.glob("*.json")):
        data = path.read_bytes()
        names = [entry.spec.id for entry in read_queue(data, path=path.name).tasks]
        once = write_results(data, dict.fromkeys(names, DONE), SUMMARY)
        assert write_results(once, dict.fromkeys(names, DONE), SUMMARY) == once
        assert write_results(data, {}, None) == data


# -- tasks ---------------------------------------------------------------------------------------------------------

NEW: dict[str, Json] = {"id": "NEW", "tests": ["t.py"], "when": {"task": "q/A"}}


def test_a_task_is_appended_in_the_style_of_the_last() -> None:
    before = (QUEUES / "clinic_backend.json").read_text()
    after = add_task(before.encode(), NEW).decode()
    assert after.startswith(before[: before.index('\n  ],\n  "notes"')])
    assert after.endswith(before[before.index('\n  ],\n  "notes"') :])
    assert [line[1:] for line in changed(before, after)] == [
        "    },",
        "    {",
        '      "id": "NEW",',
        '      "tests": ["t.py"],',
        '      "when": {',
        '        "task": "q/A"',
        "      }",
    ]
    inline = (QUEUES / "editorial.json").read_text()
    assert add_task(inline.encode(), NEW).decode().splitlines()[-3] == (
        '    {"id": "NEW", "tests": ["t.py"], "when": {"task": "q/A"}}'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"tasks": [{"id": "X"}]}'),
        ('{"a": 1}', '{"a": 1, "tasks": [{"id": "X"}]}'),
        ('{"features":[]}', '{"features":[{"id":"X"}]}'),
        ('{\n  "tasks": []\n}', '{\n  "tasks": [\n    {\n      "id": "X"\n    }\n  ]\n}'),
        ('{"tasks": [{"id": "A"}]}', '{"tasks": [{"id": "A"}, {"id": "X"}]}'),
        ('{"tasks":[{"id":"A"},{"id":"B"}]}', '{"tasks":[{"id":"A"},{"id":"B"},{"id":"X"}]}'),
        ('{"tasks": [ 1 ]}', '{"tasks": [ 1, {"id": "X"} ]}'),
    ],
)
def test_a_first_or_further_task_fits_in(before: str, after: str) -> None:
    assert add_task(before.encode(), {"id": "X"}).decode() == after


def test_a_task_that_is_there_is_not_added_again() -> None:
    with pytest.raises(InvalidInputError, match="in the queue file already"):
        add_task(b'{"tasks": [{"id": "a"}]}', {"id": "A"})


def test_an_edit_changes_only_what_differs_and_keeps_the_files_names() -> None:
    before = (QUEUES / "clinic_backend.json").read_text()
    edits: dict[str, Json] = {"dependencies": ["X"], "priority": 12, "max_iterations": 9, "owner": "ana"}
    after = edit_task(before.encode(), "BILL-011", edits, remove=["merge_order", "effort", "id"]).decode()
    assert changed(before, after) == [
        '-      "max_iterations": 25,',
        '+      "max_iterations": 9,',
        '-      "depends_on": ["BILL-010"],',
        '-      "merge_order": 1',
        '+      "depends_on": ["X"],',
        '+      "owner": "ana"',
    ]


def test_an_edit_of_nothing_or_nobody_or_the_id() -> None:
    data = b'{"tasks": [{"id": "A", "estimated_hours": 4}]}'
    assert edit_task(data, "A", {"id": "A", "estimated_hours": 4}) == data
    assert json.loads(edit_task(data, "A", {"estimate": "2d"}))["tasks"][0]["estimate"] == "2d"
    with pytest.raises(InvalidInputError, match="B is not in the queue file"):
        edit_task(data, "B", {})
    with pytest.raises(InvalidInputError, match="cannot be changed"):
        edit_task(data, "A", {"id": "B"})


@pytest.mark.parametrize(
    ("gone", "after"),
    [
        ("A", '{"tasks": [{"id": "B"},\n {"id": "C"}]}'),
        ("B", '{"tasks": [{"id": "A"}, {"id": "C"}]}'),
        ("C", '{"tasks": [{"id": "A"}, {"id": "B"}]}'),
    ],
)
def test_a_removed_task_takes_one_comma_with_it(gone: str, after: str) -> None:
    assert remove_task(b'{"tasks": [{"id": "A"}, {"id": "B"},\n {"id": "C"}]}', gone).decode() == after


def test_the_last_task_leaves_an_empty_list() -> None:
    assert remove_task(b'{"tasks": [ {"id": "A"} ]}', "A") == b'{"tasks": []}'


def test_the_only_member_of_an_object_can_go() -> None:
    data = b'{"tasks": [{"x": 1, "id": "A", "y": 2}]}'
    assert edit_task(data, "A", {}, remove=["x"]) == b'{"tasks": [{"id": "A", "y": 2}]}'
    assert edit_task(data, "A", {}, remove=["y"]) == b'{"tasks": [{"x": 1, "id": "A"}]}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"tasks": []}', '{"tasks": [], "source": "x.json"}'),
        ('{"source": "old", "tasks": []}', '{"source": "x.json", "tasks": []}'),
        ('{\n  "tasks": []\n}\n', '{\n  "tasks": [],\n  "source": "x.json"\n}\n'),
    ],
)
def test_a_member_beside_the_tasks_is_set_where_it_stands(before: str, after: str) -> None:
    assert set_member(before.encode(), "source", "x.json").decode() == after


def test_a_new_queue_reads_as_what_was_asked() -> None:
    spec = TaskSpec(
        id="A",
        title="T",
        dependencies=("q/B", "x/C", "gate:g"),
        priority=0,
        files=("a", "b"),
        when=c.Not(c.TimeReached(1500)),
        on_upstream="fail",
        checks=(),
        budget=Budget(usd=1.5, wall_s=7200),
        race=2,
        start=1500,
        notice_s=90,
        estimate_s=5400,
        details='{"notes":"n"}',
    )
    fields = task_fields(spec, "q", {"notes": "n"})
    data = new_queue("q", [fields, {"id": "B", "estimated_hours": 2}])
    document = read_queue(data, path="queues/other.json")
    assert document.spec.name == "q"
    assert document.tasks[0].spec == spec
    assert task_fields(TaskSpec(id="Z"), "q", {}) == {"id": "Z"}
    assert fields["dependencies"] == ["B", "x/C", "gate:g"]
    assert spec_from(task_fields(TaskSpec(id="Z", estimate_s=7200), "q", {}), queue="q", source="x").estimate_s == 7200


def test_an_object_of_one_member_can_lose_it() -> None:
    source = JsonText(b'{ "a": 1 }', "x.json")
    assert apply(source.text, [Object(source, 0).remove("a")]) == "{}"


def test_what_cannot_be_read_cannot_be_written() -> None:
    with pytest.raises(InvalidInputError, match="line 1"):
        write_results(b'{"tasks": [', {}, None)
    with pytest.raises(InvalidInputError, match="join them"):
        write_results(b'{"tasks": [1], "features": [2]}', {}, None)


@pytest.mark.slow
def test_a_large_file_is_read_and_written_in_seconds() -> None:
    rows: list[dict[str, Json]] = [
        {"id": f"T-{n}", "status": "pending", "description": "x" * 400, "tests": ["a"], "estimated_hours": 2}
        for n in range(10_000)
    ]
    data = new_queue("big", rows)
    start = time.process_time()
    document = read_queue(data, path="big.json")
    after = write_results(data, {"T-9999": DONE}, SUMMARY)
    assert time.process_time() - start < 20, "it takes under a second; what is quadratic takes minutes"
    assert len(document.tasks) == 10_000
    assert len(after) > len(data)

"""Tasks as a program hands them over."""

import pytest

from orchestrator.codec.taskrows import read_rows
from orchestrator.errors import InvalidInputError
from orchestrator.model.settings import Calendar


def test_an_object_an_array_and_lines_say_the_same() -> None:
    one, two = '{"id": "A-1", "title": "one"}', '{"id": "A-2", "queue": "r", "depends_on": ["A-1"], "estimate": "1d"}'
    texts = (f"[{one}, {two}]", f"{one}\n{two}\n", f"\ufeff{one} {two}")
    found = [read_rows(text.encode(), name="input", queue="q", calendar=Calendar(day_s=3600)) for text in texts]
    assert all(
        [(row.queue, row.spec) for row in rows.rows] == [(r.queue, r.spec) for r in found[0].rows] for rows in found
    )
    first, second = found[0].rows
    assert (first.queue, first.spec.title, second.queue) == ("q", "one", "r")
    assert (second.spec.dependencies, second.spec.estimate_s) == (("r/A-1",), 3600)
    assert [row.place for row in found[1].rows] == ["line 1: A-1", "line 2: A-2"]
    assert not any(rows.problems or rows.warnings for rows in found)


def test_every_problem_is_told_with_its_place_and_what_can_be_read_is() -> None:
    text = b"""{"id": "A", "title": 3}
{"id": "B", oops}
{"id": "C", "queue": "no queue"}
{"queue": "q", "title": "no id"}
{"id": "D", "queue": "q", "status": "completed"}
{"id": "E", "queue": "q", "status": "pending", "title": "a", "title": "b", "dependancies": []}
{"id": "F", "queue": "q", "status": 1}
7
{"id": "G", "queue": "q"
"""
    found = read_rows(text, name="input")
    assert [row.spec.id for row in found.rows] == ["D", "E", "F"]
    assert [problem.partition(";")[0] for problem in found.problems] == [
        "input: line 2, column 13: expecting property name enclosed in double quotes",
        "input: line 10, column 1: expecting ',' delimiter",
        "input: line 1: A: queue is missing",
        "input: line 1: A: title is 3",
        'input: line 3: C: queue is "no queue"',
        "input: line 4: task 3: id is null",
        'input: line 5: D: status is "completed"',
        "input: line 6: E: a name stands twice in an object",
        "input: line 7: F: status is 1",
        "input: line 8: task 7 is 7",
    ]
    assert "dependancies of a task has no meaning" in found.warnings[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"[]", "there is no task in it"),
        (b"[1, ", "the file ends too early"),
        (b'[{"id": "A", "queue": "q"}] more', "text after the end of the array"),
    ],
)
def test_what_is_no_list_is_told(text: bytes, problem: str) -> None:
    found = read_rows(text, name="input")
    assert problem in found.problems[0]
    assert len(found.problems) == 1


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="input: the file is empty"):
        read_rows(b" \n", name="input")

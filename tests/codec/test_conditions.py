"""Conditions are read as people write them, and refused with their place."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.codec.canonical import Json
from orchestrator.codec.conditions import read_condition, write_condition
from orchestrator.codec.fields import Complaints
from orchestrator.model import conditions as c

ids = st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)
refs = st.tuples(ids, ids).map("/".join)
simple: st.SearchStrategy[c.Condition] = st.one_of(
    st.builds(c.TaskIs, refs, st.sampled_from(["completed", "failed", "ended", "in_progress"])),
    st.builds(c.QueueIs, ids, st.sampled_from(["completed", "locked", "paused", "blocked"])),
    st.builds(c.GateIs, ids),
    st.builds(c.VerdictIs, refs, st.sampled_from(["PASS", "FAIL", "BLOCKED"])),
    st.builds(c.FileExists, st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5})?", fullmatch=True)),
    st.builds(c.TimeReached, st.integers(0, 4_000_000_000_000)),
)
conditions: st.SearchStrategy[c.Condition] = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(c.All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(c.Any, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(c.Not, inner),
    ),
    max_leaves=6,
)


def read(value: Json, queue: str = "ui") -> tuple[c.Condition | None, list[str]]:
    complaints = Complaints("q.json")
    return read_condition(value, "when", complaints, queue), complaints.problems


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # how busy the machine is says nothing
@given(conditions)
def test_every_condition_is_read_back_as_it_was_written(condition: c.Condition) -> None:
    assert read(write_condition(condition)) == (condition, [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("api/A-1", c.TaskIs("api/A-1")),
        ("A-1", c.TaskIs("ui/A-1")),
        ("gate:infra", c.GateIs("infra")),
        ({"task": "api/A-1"}, c.TaskIs("api/A-1")),
        ({"task": "A-1", "is": "complete"}, c.TaskIs("ui/A-1", "completed")),
        ({"queue": "api"}, c.QueueIs("api")),
        ({"verdict": "api/A", "is": "fail"}, c.VerdictIs("api/A", "FAIL")),
        ({"file": "./docs/a.md"}, c.FileExists("docs/a.md")),
        ({"at": "1970-01-01T00:00:01Z"}, c.TimeReached(1000)),
        ({"at": "1970-01-01"}, c.TimeReached(0)),
        ({"all": ["api/A", {"not": "gate:g"}]}, c.All((c.TaskIs("api/A"), c.Not(c.GateIs("g"))))),
    ],
)
def test_short_forms_and_defaults(written: Json, meant: c.Condition) -> None:
    assert read(written) == (meant, [])


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (5, "when is 5; write a condition"),
        ("a/b/c", "name a task"),
        ("gate:../x", "when.gate"),
        ({}, "exactly one of"),
        ({"tsk": "api/A"}, "did you mean task?"),
        ({"task": "api/A", "queue": "api"}, "exactly one of"),
        ({"task": "api/A", "iz": "completed"}, "when.iz"),
        ({"file": "a", "is": "there"}, "when.is"),
        ({"task": "api/A", "is": "finito"}, "when.is"),
        ({"task": "api/A", "is": 3}, "when.is"),
        ({"gate": "g", "is": "rejected"}, "write one of open"),
        ({"queue": "no way"}, "when.queue"),
        ({"file": "../secret"}, "inside the repository"),
        ({"file": "/etc/passwd"}, "inside the repository"),
        ({"at": "soon"}, "write a moment"),
        ({"at": 12}, "write a moment"),
        ({"all": []}, "at least one"),
        ({"any": {"task": "a/b"}}, "when.any"),
        ({"all": ["api/A", {"not": 7}]}, "when.all[2].not"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place_and_remedy(written: Json, says: str) -> None:
    condition, problems = read(written)
    assert condition is None
    assert len(problems) == 1
    assert problems[0].startswith("q.json: when")
    assert says in problems[0]


def test_a_bare_id_outside_a_queue_file_needs_its_queue() -> None:
    condition, problems = read("A-1", queue="")
    assert condition is None
    assert "queue/ID" in problems[0]


def test_conditions_nested_without_end_are_refused() -> None:
    value: Json = "api/A"
    for _ in range(40):
        value = {"not": value}
    condition, problems = read(value)
    assert condition is None
    assert "at most 32 deep" in problems[0]

"""Whatever stands in a file, it is read or refused in words; nothing else ever comes out."""

import contextlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.codec.config import TOP, read_settings
from orchestrator.codec.junit import read_junit
from orchestrator.codec.queuefile import read_queue, write_results
from orchestrator.codec.taskfields import RESULT_FIELDS, SPEC_FIELDS
from orchestrator.errors import InvalidInputError
from orchestrator.model.documents import Stamp, Summary, TaskResult
from orchestrator.model.specs import Status

QUEUES = Path(__file__).parent.parent / "data" / "queues"
SEEDS = [path.read_bytes() for path in sorted(QUEUES.glob("*.json"))]
JUNIT = b"""<testsuites><testsuite name="s" failures="1"><testcase name="t" time="1">
<failure message="m">x</failure></testcase></testsuite></testsuites>"""
DONE = TaskResult(status=Status.COMPLETED, error="\ud800", files=("a",))
SUMMARY = Summary(counts={}, stamp=Stamp(1, "ab"))

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.sampled_from(["q/A", "gate:g", "done", "5d", "2026-01-01", "A-1", "\ud800", "a\0b", "junit", "claude"]),
)
keys = st.sampled_from(["task", "queue", "all", "not", "is", "do", "id", "command", "after", "x"])
anything = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3))
)
tasks = st.fixed_dictionaries(
    {"id": st.sampled_from(["A", "B", "a", "", 5])},
    optional=dict.fromkeys({*SPEC_FIELDS, *RESULT_FIELDS} - {"id"}, anything),
)
tops = st.fixed_dictionaries(
    {"tasks": st.one_of(st.lists(tasks, max_size=3), anything)},
    optional=dict.fromkeys(("summary", "defaults", "gates", "triggers", "locked", "unlock_when", "queue"), anything),
)


def survives(data: bytes) -> None:
    """Read and write; what is accepted can be stored, written into and read again."""
    with contextlib.suppress(InvalidInputError):
        document = read_queue(data, path="q.json")
        msgspec.json.encode(document)
        results = {entry.spec.id: DONE for entry in document.tasks}
        after = read_queue(write_results(data, results, SUMMARY), path="q.json")
        assert [entry.spec for entry in after.tasks] == [entry.spec for entry in document.tasks]
        assert all(entry.status is Status.COMPLETED for entry in after.tasks)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(tops)
def test_any_json_is_a_queue_or_refused(top: dict[str, Any]) -> None:
    survives(json.dumps(top).encode())


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=4))
def test_any_damage_to_a_queue_file_is_read_or_refused(seed: bytes, at: int, cut: int, new: bytes) -> None:
    survives(seed[:at] + new + seed[at + cut :])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(TOP), st.dictionaries(st.sampled_from(["a", "base", "window"]), anything, max_size=3)
    )
)
def test_any_toml_is_a_configuration_or_refused(tables: dict[str, dict[str, Any]]) -> None:
    lines: list[str] = []
    for name, table in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
    with contextlib.suppress(InvalidInputError):
        msgspec.json.encode(read_settings("\n".join(lines).encode("utf-8", "replace"), path="orchestrator.toml"))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in _members(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(part) for part in _elements(value)) + "]"
    return '""' if value is None else json.dumps(value)


def _members(value: Any) -> list[tuple[str, Any]]:
    return [*value.items()]


def _elements(value: Any) -> list[Any]:
    return [*value]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(JUNIT)), st.integers(0, 30), st.binary(max_size=6))
def test_any_damage_to_a_report_is_read_or_refused(at: int, cut: int, new: bytes) -> None:
    with contextlib.suppress(InvalidInputError):
        assert read_junit(JUNIT[:at] + new + JUNIT[at + cut :]).tests >= 0

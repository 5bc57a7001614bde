"""Whatever a queue file's dialect and style, writing into it loses nothing and reading gives what was written."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.codec.jsontext import JsonText
from orchestrator.codec.moments import parse_moment
from orchestrator.codec.queueedit import TASK_KEYS
from orchestrator.codec.queuefile import add_task, edit_task, read_queue, remove_task, write_results
from orchestrator.codec.taskfields import RESULT_FIELDS
from orchestrator.model.documents import Stamp, Summary, TaskResult
from orchestrator.model.specs import Status

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
words = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(lambda word: word not in TASK_KEYS)
plain = st.one_of(st.none(), st.booleans(), st.integers(-(10**25), 10**25), st.floats(-1e9, 1e9), texts)
values = st.recursive(
    plain, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)), max_leaves=5
)
statuses = st.sampled_from(["pending", "complete", "completed", "done", "blocked", "in_progress", "failed", "skipped"])
moments = st.sampled_from([None, "2026-01-19T10:27:29.878049", "2026-01-09T03:30:00Z", "2026-01-09T03:30:00.123+02:00"])
known: dict[str, st.SearchStrategy[Any]] = {
    "title": texts,
    "description": texts,
    "priority": st.one_of(st.integers(0, 12), st.sampled_from(["P0", "P3", "high", "low", None])),
    "dependencies": st.lists(st.sampled_from(["A-1", "x/B", "gate:g"]), max_size=2),
    "depends_on": st.just("Z"),
    "file": st.sampled_from(["src/a.py", None]),
    "files": st.lists(st.sampled_from(["a", "b/**"]), max_size=2),
    "agent": st.sampled_from(["claude", "manual", None]),
    "max_iterations": st.one_of(st.none(), st.integers(1, 50)),
    "estimated_hours": st.sampled_from([0.5, 1, 4]),
    "attempts": st.integers(0, 9),
    "passes": st.booleans(),
    "error": st.one_of(st.none(), texts),
    "completed_at": moments,
    "last_attempt": moments,
    "files_actually_changed": st.one_of(st.none(), st.lists(texts, max_size=2)),
    "branch": st.one_of(st.none(), texts),
    "x_unknown": values,
    "x_other": values,
}
SEPARATORS = [(",", ":"), (", ", ": "), (" , ", " : "), (",", ":  ")]


@st.composite
def tasks(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One task with some of its fields, in some order."""
    keys = draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=8))
    fields = [("id", name), ("status", draw(statuses)), *((key, draw(known[key])) for key in keys)]
    return dict(draw(st.permutations(fields)))


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """One queue file in some dialect and style."""
    rows = [draw(tasks(f"T-{number}")) for number in range(draw(st.integers(1, 4)))]
    top: dict[str, Any] = draw(
        st.dictionaries(st.sampled_from(["project", "sequence", "notes", "x"]), values, max_size=3)
    )
    if draw(st.booleans()):
        keys = st.sampled_from(["total", "pending", "complete", "completed", "blocked", "archived"])
        top["summary"] = draw(st.dictionaries(keys, st.integers(0, 9)))
    top[draw(st.sampled_from(sorted(TASK_KEYS)))] = rows
    top = dict(draw(st.permutations(list(top.items()))))
    indent = draw(st.sampled_from([None, 0, 1, 2, 4, "\t"]))
    text = json.dumps(
        top, indent=indent, separators=draw(st.sampled_from(SEPARATORS)), ensure_ascii=draw(st.booleans())
    )
    if draw(st.booleans()):
        text = re.sub(r"(?<![\d.])1\.5(?![\deE])", "15e-1", text).replace("\n", "\r\n") + "\r\n"
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


results = st.builds(
    TaskResult,
    status=st.sampled_from(list(Status)),
    attempts=st.integers(0, 99),
    iterations=st.integers(0, 99),
    verdict=st.sampled_from(["", "PASS", "FAIL", "BLOCKED"]),
    error=texts,
    last_attempt=st.one_of(st.none(), st.integers(0, 4_000_000_000).map(lambda second: second * 1000)),
    completed_at=st.one_of(st.none(), st.integers(0, 4_000_000_000).map(lambda second: second * 1000)),
    files=st.lists(texts, max_size=3).map(tuple),
    branch=texts,
    commit=st.from_regex(r"[0-9a-f]{0,12}", fullmatch=True),
    usd=st.integers(0, 10_000).map(lambda cents: cents / 100),
)
some_results = st.dictionaries(st.sampled_from(["T-0", "T-1", "T-2", "GONE"]), results, max_size=3)
summaries = st.builds(
    Summary,
    counts=st.dictionaries(st.sampled_from(list(Status)), st.integers(0, 99)),
    stamp=st.builds(Stamp, st.integers(0, 10**8), st.from_regex(r"[0-9a-f]{4,16}", fullmatch=True)),
)


def raw_tasks(data: bytes) -> dict[str, tuple[str, dict[str, str]]]:
    """Each task's exact text, and that of its members which no result is written to."""
    source = JsonText(data, "q.json")
    _, members, _ = source.top(TASK_KEYS)
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for element in next(member for member in members if member.key in TASK_KEYS).elements:
        assert isinstance(element.value, dict)
        inner, _ = source.members(element.start)
        kept = {m.key: source.text[m.key_start : m.end] for m in inner if m.key not in RESULT_FIELDS}
        found[str(element.value["id"])] = (source.text[element.start : element.end], kept)
    return found


def raw_top(data: bytes) -> list[str]:
    source = JsonText(data, "q.json")
    return [source.text[m.key_start : m.end] for m in source.top()[1] if m.key not in {*TASK_KEYS, "summary"}]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(files())
def test_writing_nothing_changes_nothing(data: bytes) -> None:
    assert write_results(data, {}, None) == data


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(files(), some_results, summaries)
def test_only_the_named_tasks_and_the_summary_change(
    data: bytes, given_: dict[str, TaskResult], summary: Summary
) -> None:
    after = write_results(data, given_, summary)
    old, new = raw_tasks(data), raw_tasks(after)
    assert list(old) == list(new)
    for name, (text, kept) in old.items():
        assert new[name][1] == kept
        assert list(new[name][1]) == list(kept)
        if name not in given_:
            assert new[name][0] == text
    assert raw_top(after) == raw_top(data)
    assert after.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\n") == after.count(b"\r\n") or b"\r\n" not in data
    assert write_results(after, given_, summary) == after, "writing again changes nothing"


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(files(), some_results, summaries)
def test_what_was_written_is_read_back(data: bytes, given_: dict[str, TaskResult], summary: Summary) -> None:
    before = read_queue(data, path="q.json")
    after = write_results(data, given_, summary)
    document = read_queue(after, path="q.json")
    assert document.stamp == summary.stamp
    assert [entry.spec for entry in document.tasks] == [entry.spec for entry in before.tasks]
    rows: Any = json.loads(after.decode("utf-8-sig"))
    shown = {row["id"]: row for row in rows.get("tasks", rows.get("features"))}
    for entry, was in zip(document.tasks, before.tasks, strict=True):
        result = given_.get(entry.spec.id)
        if result is None:
            assert (entry.status, entry.imported) == (was.status, was.imported)
            continue
        row, imported = shown[entry.spec.id], entry.imported
        assert (entry.status, imported.attempts, imported.iterations) == (
            result.status,
            result.attempts,
            result.iterations,
        )
        assert (imported.verdict, imported.error, imported.commit) == (result.verdict, result.error, result.commit)
        assert tuple(row["files_actually_changed"]) == result.files
        assert (row["branch"] or "", row["cost_usd"]) == (result.branch, result.usd)
        assert row["passes"] is (result.status is Status.COMPLETED and result.verdict == "PASS")
        for key, at in (("last_attempt", result.last_attempt), ("completed_at", result.completed_at)):
            assert (None if row[key] is None else parse_moment(row[key])) == at
    assert rows["summary"]["total"] == sum(summary.counts.values())


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(files(), st.dictionaries(words, values, max_size=3))
def test_a_task_added_edited_and_removed_leaves_the_others_as_they_were(data: bytes, fields: dict[str, Any]) -> None:
    fields = {key: value for key, value in fields.items() if key not in {"id", *known}}
    added = add_task(data, {"id": "NEW", **fields})
    assert {name: text for name, (text, _) in raw_tasks(added).items() if name != "NEW"} == {
        name: text for name, (text, _) in raw_tasks(data).items()
    }
    assert json.loads(raw_tasks(added)["NEW"][0]) == {"id": "NEW", **fields}
    edited = edit_task(added, "NEW", {"zz": fields}, remove=list(fields))
    assert json.loads(raw_tasks(edited)["NEW"][0]) == {"id": "NEW", "zz": fields}
    assert remove_task(added, "NEW") == data

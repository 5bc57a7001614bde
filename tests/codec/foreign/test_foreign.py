"""Task lists of other tools: what each becomes, and that nothing of it is lost on the way there and back."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.codec.foreign.formats import BOM, detect, empty_source, joined_source, read_foreign, write_foreign
from orchestrator.codec.foreign.shape import Foreign, Now, safe
from orchestrator.codec.queuefile import read_queue
from orchestrator.errors import InvalidInputError
from orchestrator.model.ids import is_safe_id

DATA = Path(__file__).parents[2] / "data" / "foreign"
FILES = {
    "prd.json": "prd",
    "tasks.json": "taskmaster",
    "issues.jsonl": "beads",
    "issues.json": "github",
    "TODO.md": "markdown",
}
BACK = [name for name, kind in FILES.items() if kind != "github"]


def read(name: str) -> tuple[Foreign, ...]:
    data = (DATA / name).read_bytes()
    return read_foreign(data, name, detect(data, name), "q")


def tasks_of(name: str) -> dict[str, dict[str, Any]]:
    return {task["id"]: task for found in read(name) for task in found.tasks}


def stand(found: Foreign, **statuses: str) -> list[Now]:
    """Give every task as it was imported, but for the statuses given."""
    document = read_queue(json.dumps(found.document()).encode(), path="queues/q.json")
    return [
        Now(
            id=entry.spec.id,
            status=statuses.get(entry.spec.id, "pending" if entry.status == "in_progress" else entry.status.value),
            title=entry.spec.title,
            description=entry.spec.description,
            dependencies=entry.spec.dependencies,
            priority=entry.spec.priority,
        )
        for entry in document.tasks
    ]


def written(name: str, added: tuple[Now, ...] = (), **statuses: str) -> bytes:
    queues = read(name)
    sources = [{**found.source, "queue": found.queue} for found in queues]
    tasks = {found.queue: [*stand(found, **statuses), *(added if found is queues[0] else ())] for found in queues}
    return write_foreign(sources, tasks)


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_each_format_is_known_by_its_content(name: str, kind: str) -> None:
    assert detect((DATA / name).read_bytes(), name) == kind
    assert detect((DATA / name).read_bytes(), "list") == kind


@pytest.mark.parametrize("name", FILES)
def test_what_comes_of_it_is_a_queue_file_without_complaints(name: str) -> None:
    for found in read(name):
        document = read_queue(json.dumps(found.document()).encode(), path="queues/q.json")
        assert len(document.tasks) == len(found.tasks)
        assert document.warnings == ()


def same(name: str, data: bytes) -> bool:
    before = (DATA / name).read_bytes()
    if name.endswith(".md"):
        return data == before
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in data.splitlines()] == [json.loads(line) for line in before.splitlines()]
    return bool(json.loads(data) == json.loads(before))


@pytest.mark.parametrize("name", BACK)
def test_there_and_back_nothing_is_lost(name: str) -> None:
    assert same(name, written(name))


def test_stories_of_a_prd() -> None:
    tasks = tasks_of("prd.json")
    assert list(tasks) == ["US-001", "US-002", "7"]
    assert (tasks["US-001"]["status"], tasks["US-001"]["priority"]) == ("completed", 1)
    assert tasks["US-002"]["dependencies"] == ["US-001"]
    assert tasks["US-002"]["acceptanceCriteria"] == ["Sorted by time"]
    assert read("prd.json")[0].warnings == ("US-002: depends on US-009, which is not in the file; left out",)
    new = Now(id="NEW", status="completed", title="More", description="d", dependencies=(), priority=3)
    back = json.loads(written("prd.json", (new,), **{"US-002": "skipped"}))
    assert [story["passes"] for story in back["userStories"]] == [True, True, False, True]
    assert back["userStories"][1]["estimate"] == {"points": 3}
    assert back["userStories"][3]["title"] == "More"


def test_tags_subtasks_and_states_of_task_master() -> None:
    queues = read("tasks.json")
    assert [found.queue for found in queues] == ["master", "harbour"]
    tasks = {task["id"]: task for task in queues[0].tasks}
    assert list(tasks) == ["1", "2.1", "2.2", "2.3", "2", "3"]
    assert tasks["2"]["dependencies"] == ["1", "2.1", "2.2", "2.3"]
    assert tasks["2.2"]["dependencies"] == ["1", "2.1"]
    assert tasks["2.3"]["dependencies"] == ["1", "2.2"]
    assert [task.get("status") for task in tasks.values()] == [
        "completed", "completed", "in_progress", "pending", "pending", "skipped",
    ]  # fmt: skip
    assert (tasks["1"]["priority"], tasks["3"]["priority"]) == ("high", "P0")
    assert (tasks["1"]["instructions"], tasks["1"]["testStrategy"]) == ("With oak", "It floats")
    assert queues[1].tasks[0]["status"] == "blocked"
    new = Now(id="4", status="failed", title="n", description="", dependencies=("master/2", "gate:x"), priority=5)
    named = Now(id="X-1", status="pending", title="x", description="", dependencies=(), priority=0)
    back = json.loads(written("tasks.json", (new, named), **{"2": "completed", "2.3": "completed", "1": "skipped"}))
    listed = {task["id"]: task for task in back["master"]["tasks"]}
    assert (listed[1]["status"], listed[2]["status"]) == ("cancelled", "done")
    assert [part["status"] for part in listed[2]["subtasks"]] == ["done", "in-progress", "done"]
    assert (listed[4]["status"], listed[4]["dependencies"], listed[4]["priority"]) == (
        "blocked",
        ["2", "gate:x"],
        "low",
    )
    assert listed["X-1"]["status"] == "pending"
    assert back["master"]["metadata"]["description"] == "the ship"


def test_a_list_of_task_master_without_tags_is_one_queue() -> None:
    document = {"meta": {"v": 1}, "tasks": [{"title": "a", "subtasks": [1, {"title": "b"}]}, {"id": 2, "subtasks": 5}]}
    data = json.dumps(document).encode()
    assert detect(data, "x.json") == "taskmaster"
    document["tasks"][1]["subtasks"] = []  # type: ignore[index]
    (found,) = read_foreign(json.dumps(document).encode(), "x.json", "taskmaster", "q")
    assert [task["id"] for task in found.tasks] == ["1.1", "1", "2"]
    back = json.loads(write_foreign([{**found.source, "queue": "q"}], {"q": stand(found)}))
    assert back == document
    assert detect(b'{"a": {"tasks": []}}', "x.json") == "taskmaster"


def test_issues_of_beads() -> None:
    tasks = tasks_of("issues.jsonl")
    assert list(tasks) == ["fx-1", "fx-1.1", "fx-1.2", "fx-3"]
    assert tasks["fx-1"]["dependencies"] == ["fx-1.1", "fx-1.2"]
    assert tasks["fx-1.2"]["dependencies"] == ["fx-1.1"]
    assert (tasks["fx-1.1"]["status"], tasks["fx-1.1"]["priority"], tasks["fx-1.1"]["owner"]) == ("completed", 0, "ana")
    assert (tasks["fx-3"]["status"], tasks["fx-3"]["type"]) == ("blocked", "chore")
    assert tasks["fx-1.2"]["labels"] == ["ui"]
    new = Now(id="N-1", status="in_progress", title="n", description="", dependencies=("q/fx-3",), priority=1)
    lines = [json.loads(line) for line in written("issues.jsonl", (new,), **{"fx-1": "completed"}).splitlines()]
    assert [line["status"] for line in lines] == [
        "closed",
        "closed",
        "in_progress",
        "tombstone",
        "deferred",
        "in_progress",
    ]
    assert lines[-1]["dependencies"] == [{"issue_id": "N-1", "depends_on_id": "fx-3", "type": "blocks"}]


def test_issues_of_github() -> None:
    tasks = tasks_of("issues.json")
    assert tasks["GH-12"]["dependencies"] == ["GH-10", "GH-11"]
    assert (tasks["GH-12"]["priority"], tasks["GH-12"]["type"], tasks["GH-12"]["owner"]) == ("high", "bugfix", "ana")
    assert (tasks["GH-11"]["priority"], tasks["GH-11"]["type"]) == ("P0", "feature")
    assert (tasks["GH-10"]["status"], tasks["GH-10"]["priority"]) == ("completed", "P0")
    assert "GH-12: depends on 99" in read("issues.json")[0].warnings[0]
    with pytest.raises(InvalidInputError, match="nothing can be written in the format github"):
        written("issues.json")


def test_boxes_of_a_checklist() -> None:
    tasks = tasks_of("TODO.md")
    assert list(tasks) == [
        "HULL-1", "stow-the-sails", "fold-the-jib", "fold-the-main", "find-the-bag", "CREW-2", "stow-the-sails-2",
        "task",
    ]  # fmt: skip
    assert tasks["HULL-1"]["status"] == "completed"
    assert tasks["stow-the-sails"]["dependencies"] == ["fold-the-jib", "fold-the-main"]
    assert tasks["fold-the-main"]["dependencies"] == ["find-the-bag"]
    assert tasks["CREW-2"]["title"] == "Hire a cook"
    assert tasks["stow-the-sails-2"]["section"] == "After"
    new = Now(id="N-1", status="completed", title="", description="Sail", dependencies=(), priority=2)
    text = written("TODO.md", (new,), **{"CREW-2": "completed", "HULL-1": "pending"}).decode()
    assert "- [ ] HULL-1: Scrape" in text
    assert "- [x] **CREW-2**" in text
    assert "- [ ] this is code" in text
    assert text.endswith("* [ ] !!!\n- [x] N-1: Sail\n")
    with pytest.raises(InvalidInputError, match="not UTF-8 at byte 0"):
        read_foreign(b"\xff", "x.md", "markdown", "q")


@pytest.mark.parametrize("kind", ["prd", "taskmaster", "beads", "markdown"])
def test_a_queue_that_came_of_no_file_is_written_too(kind: str) -> None:
    now = Now(id="A-1", status="completed", title="t", description="d", dependencies=(), priority=1)
    data = write_foreign([{**empty_source(kind, "q"), "queue": "q"}], {"q": [now]})
    (found,) = read_foreign(data, "x", kind, "q")
    assert [(task["id"], task["status"]) for task in found.tasks] == [("A-1", "completed")]


def test_a_last_line_without_an_end_gets_one_before_a_new_task() -> None:
    source = {"format": "markdown", "text": "- [ ] one", "queue": "q"}
    new = Now(id="N-1", status="pending", title="two", description="", dependencies=(), priority=2)
    assert write_foreign([source], {"q": [new]}) == b"- [ ] one\n- [ ] N-1: two\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"x": 1}', "no list of tasks that is known"),
        (b"[]", "no list of tasks that is known"),
        (b"5", "no list of tasks that is known"),
        (b"no list at all", "neither JSON lines nor a checklist"),
        (b'{"id": "a", "title": "t"}\n{"no', "neither JSON lines nor a checklist"),
        (b'{"a": 1}\n\n{"a": 2}\n', "neither JSON lines nor a checklist"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        detect(data, "x")


def test_a_file_of_one_issue_and_a_queue_file_are_known() -> None:
    assert detect(b'{"id": "a", "title": "t"}\n\n', "x") == "beads"
    assert detect(b'{"features": [{"id": "A-1", "title": "t"}]}', "x") == "queue"
    assert detect(b"intro\n- [ ] one\n", "x") == "markdown"


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (b'{"userStories": [5]}', "prd", r"x: userStories\[1\] is no object"),
        (b'{"userStories": 5}', "prd", "x: userStories is no list"),
        (b"{}", "prd", "x: it is not in the format prd"),
        (b'{"id": 1', "beads", "x: line 1:"),
        (b"[1]", "taskmaster", "x: it is not in the format taskmaster"),
    ],
)
def test_what_is_not_in_the_format_that_was_said_is_refused(data: bytes, kind: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_foreign(data, "x", kind, "q")


@pytest.mark.parametrize("name", ["a..b", ".", "", "ü ü", "x" * 200, "a.lock", "-a-", "A/B: c"])
def test_any_name_becomes_a_safe_one(name: str) -> None:
    assert is_safe_id(safe(name))


def test_a_source_that_was_changed_by_hand_is_told_by_its_queue() -> None:
    with pytest.raises(InvalidInputError, match='queue b: what its file keeps under "source" is not in the format prd'):
        write_foreign(
            [{"format": "prd", "records": 7, "queue": "b"}],
            {"b": [Now(id="A", status="pending", title="a", description="", dependencies=(), priority=1)]},
        )


LISTS = {
    "prd": lambda *names: json.dumps({"userStories": [{"id": n, "title": f"do {n}", "passes": False} for n in names]}),
    "taskmaster": lambda *names: json.dumps({"tasks": [{"id": n, "title": f"do {n}", "subtasks": []} for n in names]}),
    "beads": lambda *names: "".join(json.dumps({"id": n, "title": f"do {n}", "x": 1}) + "\n" for n in names),
    "markdown": lambda *names: "# To do\n\n```\n- [ ] no: box\n```\n" + "".join(f"* [x] do {n}\n" for n in names),
    "github": lambda *names: json.dumps([{"number": ord(n), "title": f"do {n}", "state": "OPEN"} for n in names]),
}


def source_of(kind: str, *names: str) -> dict[str, Any]:
    (found,) = read_foreign(LISTS[kind](*names).encode(), "list", kind, "q")
    return found.source


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_has_grown_replaces_what_was_kept_of_it(kind: str) -> None:
    grown = source_of(kind, "A", "B", "C")
    assert joined_source(source_of(kind, "A", "B"), grown) == grown
    assert joined_source(None, grown) == grown
    assert joined_source(grown, grown) is None


@pytest.mark.parametrize("kind", LISTS)
def test_what_only_another_list_names_is_kept_beside_what_was_there(kind: str) -> None:
    joined = joined_source(source_of(kind, "A", "B"), source_of(kind, "B", "C"))
    assert joined is not None
    if kind == "github":
        assert set(joined["records"]) == {"GH-65", "GH-66", "GH-67"}
        return
    (whole,) = read_foreign(LISTS[kind]("A", "B", "C").encode(), "list", kind, "q")
    back = write_foreign([{**joined, "queue": "q"}], {"q": stand(whole)})
    (again,) = read_foreign(back, "list", kind, "q")
    assert again.tasks == whole.tasks


@pytest.mark.parametrize("old", [7, {"format": "beads"}, {"format": "prd"}, {"format": "prd", "records": 3}])
def test_what_is_of_another_format_or_changed_by_hand_is_left_alone(old: object) -> None:
    assert joined_source(old, source_of("prd", "A")) is None


def test_a_text_without_a_last_line_end_gets_one_before_what_is_added() -> None:
    old = {"format": "markdown", "text": "- [ ] one"}
    assert joined_source(old, {"format": "markdown", "text": "- [ ] two\n"}) == {
        "format": "markdown",
        "text": "- [ ] one\n- [ ] two\n",
    }
    empty = joined_source({"format": "markdown", "text": ""}, {"format": "markdown", "text": "- [ ] two\n"})
    assert empty == {"format": "markdown", "text": "- [ ] two\n"}


@pytest.mark.parametrize("name", BACK)
def test_a_byte_order_mark_comes_back(name: str) -> None:
    data = BOM + (DATA / name).read_bytes()
    assert detect(data, name) == FILES[name]
    queues = read_foreign(data, name, FILES[name], "q")
    sources = [{**found.source, "queue": found.queue} for found in queues]
    back = write_foreign(sources, {found.queue: stand(found) for found in queues})
    assert back == BOM + written(name)


def test_a_task_that_waits_for_itself_does_not_and_is_named() -> None:
    data = b'{"tasks": [{"id": 1, "title": "a", "dependencies": [1, 2], "subtasks": []}, {"id": 2, "title": "b"}]}'
    (found,) = read_foreign(data, "tasks.json", "taskmaster", "q")
    assert found.tasks[0]["dependencies"] == ["2"]
    assert found.warnings == ("1: depends on itself; left out",)

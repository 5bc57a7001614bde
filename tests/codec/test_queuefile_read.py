"""A queue file is read generously, and what is wrong in it is told all at once with place and remedy."""

import contextlib
import json
from pathlib import Path

import msgspec
import pytest

from orchestrator.codec import jsontext
from orchestrator.codec.canonical import Json
from orchestrator.codec.queuefile import read_queue, spec_from
from orchestrator.errors import InvalidInputError
from orchestrator.model import conditions as c
from orchestrator.model.documents import QueueDocument, Stamp
from orchestrator.model.settings import Calendar
from orchestrator.model.specs import Add, Notify, PauseQueue, ResumeQueue, Status, TaskSpec, Unlock, WriteRecord
from orchestrator.model.spending import Budget

QUEUES = Path(__file__).parent.parent / "data" / "queues"


def read(text: str | bytes, path: str = "queues/q.json") -> QueueDocument:
    return read_queue(text if isinstance(text, bytes) else text.encode(), path=path)


def of(**top: Json) -> QueueDocument:
    return read(json.dumps(top))


def task(**fields: Json) -> TaskSpec:
    (entry,) = of(tasks=[{"id": "A", **fields}]).tasks
    return entry.spec


def problems(text: str | bytes, path: str = "queues/q.json") -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as caught:
        read(text, path)
    return caught.value.problems


def problem_of(**fields: Json) -> str:
    found = problems(json.dumps({"tasks": [{"id": "A", **fields}]}))
    assert len(found) == 1
    return found[0]


# -- dialects ------------------------------------------------------------------------------------------------------


def test_a_file_of_the_wild_is_read_in_canonical_words() -> None:
    document = read((QUEUES / "clinic_backend.json").read_bytes(), "queues/clinic_backend.json")
    assert document.warnings == ()
    assert (document.spec.name, document.spec.priority) == ("clinic_backend", 0)
    done, blocked, third, fourth = document.tasks
    assert (done.status, done.line) == (Status.COMPLETED, 15)
    assert (done.imported.attempts, done.imported.verdict) == (2, "FAIL")
    assert done.imported.completed_at == "2026-02-03T10:37:44.344441"
    assert (done.spec.agent, done.spec.estimate_s, done.spec.files) == (
        "FeatureBuilder",
        1800,
        ("api/src/billing/totals.ts",),
    )
    assert json.loads(done.spec.details) == {
        "bug_count": None,
        "requires_approval": None,
        "adr_context": {"confidence": 0.75, "tags": ["money", "rounding"]},
        "effort": "M",
        "objective_id": "OBJ-7",
    }
    assert (blocked.status, blocked.spec.agent, blocked.spec.priority) == (Status.BLOCKED, "human", 12)
    assert blocked.spec.dependencies == ("clinic_backend/BILL-010",)
    assert blocked.imported.error == "Target file not found"
    assert third.spec.dependencies == ("clinic_backend/BILL-011", "frontend/UI-3", "gate:design")
    assert (third.spec.agent, third.spec.priority) == ("featurebuilder", 1)
    assert third.spec.files == ("api/src/billing/export.ts", "api/src/billing/csv.ts")
    assert json.loads(third.spec.details) == {"notes": "Semicolons, not commas"}
    assert (fourth.spec.priority, fourth.spec.completion_promise) == (2, None)


def test_in_a_file_of_ended_tasks_oddities_are_warnings() -> None:
    document = read((QUEUES / "reports_done.json").read_bytes(), "queues/reports_done.json")
    assert [entry.status for entry in document.tasks] == [Status.COMPLETED, Status.COMPLETED]
    first, second = (entry.spec for entry in document.tasks)
    assert (first.max_iterations, second.priority, second.dependencies) == (None, 2, ())
    assert [warning.partition(";")[0] for warning in document.warnings] == [
        'line 9: RPT-1: max_iterations is "15"',
        'line 12: RPT-2: dependencies is [{"on": "RPT-1"}]',
        'line 12: RPT-2: priority is "whenever"',
    ]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", Status.PENDING),
        ("todo", Status.PENDING),
        (None, Status.PENDING),
        ("in_progress", Status.IN_PROGRESS),
        ("In Progress", Status.IN_PROGRESS),
        ("complete", Status.COMPLETED),
        ("COMPLETED", Status.COMPLETED),
        ("done", Status.COMPLETED),
        ("blocked", Status.BLOCKED),
        ("parked", Status.BLOCKED),
        ("failed", Status.FAILED),
        ("skipped", Status.SKIPPED),
        ("archived", Status.SKIPPED),
    ],
)
def test_statuses_are_read_in_every_spelling(word: str | None, status: Status) -> None:
    (entry,) = of(features=[{"id": "A", "status": word}]).tasks
    assert (entry.status, entry.imported.status) == (status, status)


@pytest.mark.parametrize(
    ("written", "priority"),
    [(0, 0), (12, 12), (3.0, 3), ("P0", 0), ("p3", 3), ("7", 7), ("high", 1), ("Medium", 2), ("low", 3), (None, 2)],
)
def test_priorities_are_read_in_every_dialect(written: Json, priority: int) -> None:
    assert task(priority=written).priority == priority


def test_every_field_of_a_task_is_read() -> None:
    spec = task(
        title="T",
        description="D\nmore",
        type="feature",
        dependencies="B",
        depends_on=["B", "x/C"],
        file="a.py",
        files=["b/**", "a.py"],
        tests=["t.py"],
        allow_test_changes=["h/**"],
        allow_protected=[".github/**"],
        resources=["db:read"],
        outputs=["out.md"],
        when={"gate": "g"},
        on_upstream="skip",
        agent="claude",
        max_iterations=15,
        completion_promise="DONE",
        checks=["lint"],
        budget={"iterations": 3, "usd": 1.5, "tokens": 1000, "wall": "2h"},
        race=2,
        owner="ana",
        start="2026-01-01",
        due="2026-01-02T00:00:00Z",
        notice="14d",
        estimate="6w",
        rollback={"run": "x"},
        tags=["a"],
    )
    assert spec == TaskSpec(
        id="A",
        title="T",
        description="D\nmore",
        type="feature",
        dependencies=("q/B", "x/C"),
        files=("a.py", "b/**"),
        tests=("t.py",),
        allow_test_changes=("h/**",),
        allow_protected=(".github/**",),
        resources=("db:read",),
        outputs=("out.md",),
        when=c.GateIs("g"),
        on_upstream="skip",
        agent="claude",
        max_iterations=15,
        completion_promise="DONE",
        checks=("lint",),
        budget=Budget(iterations=3, usd=1.5, tokens=1000, wall_s=7200),
        race=2,
        owner="ana",
        start=1_767_225_600_000,
        due=1_767_312_000_000,
        notice_s=14 * 86_400,
        estimate_s=6 * 5 * 8 * 3600,
        rollback="x",
        details='{"tags":["a"]}',
    )


def test_estimates_are_hours_or_work_time_of_the_projects_calendar() -> None:
    assert task().estimate_s == 3600
    assert task(estimated_hours=0.25).estimate_s == 900
    assert task(estimate=2).estimate_s == 7200
    assert task(estimated_hours="3").estimate_s == 10_800
    data = b'{"tasks": [{"id": "A", "estimate": "1d"}]}'
    (entry,) = read_queue(data, path="q.json", calendar=Calendar(day_s=6 * 3600)).tasks
    assert entry.spec.estimate_s == 21_600


def test_an_absent_list_of_checks_differs_from_an_empty_one() -> None:
    assert task().checks is None
    assert task(checks=[]).checks == ()
    assert task(checks=["", "lint", "lint"]).checks == ("lint",)


def test_numbers_of_any_size_in_unknown_fields_are_kept() -> None:
    (entry,) = read('{"tasks": [{"id": "A", "big": 123456789012345678901234567890, "s": "\\ud800", "é": "ü"}]}').tasks
    assert entry.spec.details == '{"big":123456789012345678901234567890,"s":"\\ud800","é":"ü"}'
    msgspec.json.encode(entry.spec)


def test_details_may_be_wide_but_not_deep() -> None:
    wide: Json = [["]"] for _ in range(200)]
    assert json.loads(task(x=wide).details) == {"x": wide}


def test_a_budget_in_prose_limits_nothing_and_is_for_the_agent_to_read() -> None:
    document = of(budget="as little as possible", tasks=[{"id": "A", "budget": 500}, {"id": "B", "budget": {"usd": 5}}])
    first, second = (entry.spec for entry in document.tasks)
    assert (first.budget, first.details) == (None, '{"budget":500}')
    assert (second.budget, second.details) == (Budget(usd=5), "")
    assert document.spec.budget is None
    assert document.warnings == (
        'line 1: A: budget is 500, which limits nothing; write {"usd": 5}',
        'budget is "as little as possible", which limits nothing; write {"usd": 5}',
    )


def test_a_queues_budget_and_that_of_each_of_its_tasks_are_two() -> None:
    document = of(budget={"per_day_usd": 5}, defaults={"budget": {"usd": 1, "per_day_usd": 2}}, tasks=[{"id": "A"}])
    assert (document.spec.budget, document.spec.task_budget) == (Budget(per_day_usd=5), Budget(usd=1))
    assert document.warnings == ("defaults.budget.per_day_usd is not known and ignored",)


def test_the_queue_itself_is_read() -> None:
    document = of(
        queue="api",
        title="The API",
        locked=True,
        unlock_when={"task": "UI-3"},
        repo="main",
        priority="low",
        defaults={"agent": "Manual", "max_iterations": 30, "checks": ["lint"], "completion_promise": "X", "agnt": 1},
        tasks=[{"id": "A", "dependencies": ["B"]}],
    )
    spec = document.spec
    assert (spec.name, spec.path, spec.title, spec.locked, spec.repo) == (
        "api",
        "queues/q.json",
        "The API",
        True,
        "main",
    )
    assert spec.unlock_when == c.TaskIs("api/UI-3")
    assert (spec.agent, spec.max_iterations, spec.checks, spec.completion_promise) == ("human", 30, ("lint",), "X")
    assert spec.priority == 3
    assert document.tasks[0].spec.dependencies == ("api/B",)
    assert document.warnings == ("defaults.agnt is not known and ignored; did you mean agent?",)


def test_prose_where_a_queue_has_a_priority_is_only_a_warning() -> None:
    document = of(priority="as soon as we can", tasks=[{"id": "A"}])
    assert document.spec.priority == 2
    assert document.warnings == ('priority is "as soon as we can", which is not read; 2 counts',)


def test_triggers_and_gates_are_read_and_know_their_file() -> None:
    document = of(
        gates=[
            {
                "id": "infra",
                "title": "I",
                "requires": "A-1",
                "checks": ["smoke"],
                "approvers": ["ops"],
                "quorum": 2,
                "checklist": ["no keys"],
                "evidence": ["docs/i.md"],
                "deadline": "2026-01-01",
                "escalate": [{"after": "30m", "notify": "ops"}],
            },
            {"id": "auto"},
        ],
        triggers=[
            {
                "id": "ship",
                "when": {"queue": "q"},
                "do": [
                    {"unlock": "ui"},
                    {"add": {"queue": "qa", "task": {"id": "T", "dependencies": ["S"]}}},
                    {"notify": "done"},
                    {"pause": "x"},
                    {"pause": "x", "for": "2h"},
                    {"pause": "x", "until": "2026-01-01"},
                    {"resume": "x"},
                    {"write": {"path": "./docs/LOG.md", "text": "- {at}", "append": True}},
                    {"write": {"path": "docs/STATUS.md", "render": "report", "queue": "ui"}},
                ],
            },
            {"id": "one", "when": "gate:infra", "do": {"notify": "open"}},
        ],
    )
    infra, auto = document.gates
    assert (infra.requires, infra.quorum, infra.deadline) == (c.TaskIs("q/A-1"), 2, 1_767_225_600_000)
    assert (infra.checks, infra.checklist, infra.evidence) == (("smoke",), ("no keys",), ("docs/i.md",))
    assert auto.quorum == 0, "nobody can sign a gate that names nobody"
    ship, one = document.triggers
    assert ship.source == "queues/q.json"
    assert ship.do == (
        Unlock("ui"),
        Add("qa", TaskSpec(id="T", dependencies=("qa/S",))),
        Notify("done"),
        PauseQueue("x"),
        PauseQueue("x", for_s=7200),
        PauseQueue("x", until=1_767_225_600_000),
        ResumeQueue("x"),
        WriteRecord(path="docs/LOG.md", text="- {at}", append=True, queue="q"),
        WriteRecord(path="docs/STATUS.md", render="report", queue="ui"),
    )
    assert (one.when, one.do) == (c.GateIs("infra"), (Notify("open"),))


def test_the_stamp_is_read_and_half_a_stamp_is_none() -> None:
    assert of(tasks=[], summary={"seq": 1207, "journal": "9f2c"}).stamp == Stamp(1207, "9f2c")
    assert of(tasks=[], summary={"total": 5}).stamp is None
    broken = of(tasks=[{"id": "A"}], summary={"seq": "1207", "journal": "9f2c"})
    assert broken.stamp is None
    assert "no stamp" in broken.warnings[0]


def test_a_file_without_anything_to_do_says_so() -> None:
    assert "no tasks, gates or triggers" in of(project="x").warnings[0]
    assert of(features=[], tasks=[{"id": "A"}]).tasks[0].spec.id == "A"


def test_a_field_that_resembles_a_known_one_is_pointed_out_once() -> None:
    document = of(tasks=[{"id": "A", "dependancies": ["B"]}, {"id": "B", "dependancies": []}])
    assert document.warnings == (
        "dependancies of a task has no meaning and is only shown to its agent; did you mean dependencies?",
    )


def test_what_makes_no_sense_in_result_fields_is_left_out() -> None:
    assert of(tasks=[{"id": "A", "attempts": 2.0}]).tasks[0].imported.attempts == 2
    (entry,) = of(tasks=[{"id": "A", "attempts": "x", "verification_verdict": "MAYBE", "error": 5}]).tasks
    assert (entry.imported.attempts, entry.imported.verdict, entry.imported.error) == (0, "", "")


# -- mistakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"status": "sleeping"}, 'status is "sleeping"; write pending'),
        ({"status": 3}, "status is 3"),
        ({"title": 5}, "title is 5; write a text"),
        ({"title": "\ud800"}, "title is"),
        ({"owner": "a\nb"}, "owner is"),
        ({"type": ["a"]}, "type is"),
        ({"priority": -1}, "priority is -1"),
        ({"priority": True}, "priority is true"),
        ({"priority": "asap"}, 'priority is "asap"'),
        ({"dependencies": 5}, "dependencies is 5"),
        ({"dependencies": ["a/b/c"]}, 'dependencies has "a/b/c"'),
        ({"dependencies": ["gate:"]}, 'dependencies has "gate:"'),
        ({"tests": [1]}, "tests is [1]"),
        ({"files": ["a\0b"]}, "files is"),
        ({"when": "soonish/or/later"}, "when is"),
        ({"on_upstream": "wai"}, "did you mean wait?"),
        ({"max_iterations": "30"}, 'max_iterations is "30"; write a whole number from 1'),
        ({"max_iterations": 0}, "max_iterations is 0"),
        ({"max_iterations": 2.5}, "max_iterations is 2.5"),
        ({"max_iterations": 10**30}, "max_iterations is 1000"),
        ({"completion_promise": "<b>"}, "completion_promise"),
        ({"race": 99}, "at most 16"),
        ({"budget": {"usd": "5 EUR"}}, 'budget.usd is "5 EUR"'),
        ({"budget": {"wall": 0}}, "budget.wall is 0"),
        ({"start": "soon"}, "start is"),
        ({"due": 20260101}, "due is"),
        ({"notice": 14}, "notice is 14"),
        ({"estimate": "long"}, "estimate is"),
        ({"estimated_hours": -1}, "estimated_hours is -1"),
        ({"estimated_hours": True}, "estimated_hours is true"),
    ],
)
def test_a_wrong_value_is_refused_with_file_line_task_field_and_remedy(fields: dict[str, Json], says: str) -> None:
    problem = problem_of(**fields)
    assert problem.startswith("queues/q.json: line 1: A: ")
    assert says in problem
    assert "; " in problem


def test_all_problems_of_a_file_are_told_at_once() -> None:
    text = """{"locked": "yes", "defaults": {"max_iterations": 0}, "summary": "good", "unlock_when": {}, "repo": 1,
     "tasks": [
      {"id": "../etc"},
      {"id": "A", "race": 0},
      {"id": "a"},
      7,
      {"title": "no id"},
      {"id": "B", "status": "pending",
       "status": "completed"},
      {"id": "C", "when": 1}
     ],
     "gates": [{"id": "g", "quorm": 1}, {"id": "G"}, 5, {"id": "h", "escalate": [{}, {"after": "1h"}, {"x": 1}]},
        {"id": "i", "quorum": 1}],
     "triggers": [{"id": "t", "when": "A", "do": []}, {"id": "u", "do": [{"unlock": "x", "run": "y"}]}, {"id": "."},
       {"id": "v", "when": "A", "do": [{"unlock": "a b"}, {"notify": ""}, {"add": {"task": {"id": "T"}}}]},
       {"id": "x", "when": "A", "do": [{"pause": "q", "for": "0s"}, {"pause": "q", "for": "1h", "until": "2026-01-01"},
        {"run": "a", "for": "1h"}]},
       {"id": "w", "when": "A", "do": [{"add": 1}, {"add": {"queue": "a b"}}, {"add": {"queue": "x"}}]}]}"""
    found = problems(text)
    for line in (
        'line 3: ../etc: id is "../etc"; write letters',
        "line 4: A: race is 0",
        'line 5: a: id is "a"; another task has it: line 4: A',
        "line 6: task 4 is 7; write an object",
        "line 7: task 5: id is null",
        "line 9: B: status stands twice",
        "line 10: C: when is 1",
        'locked is "yes"; write true or false',
        "defaults.max_iterations is 0",
        'summary is "good"',
        "unlock_when is {}",
        "repo is 1",
        "gate g: quorm is not known; did you mean quorum?",
        "gate G stands twice",
        "gates[3] is 5",
        "gate h: escalate[1].after is null",
        "gate h: escalate[2].notify is null",
        "gate h: escalate[3].x is not known; it may have after, notify",
        "gate i: quorum is 1; name in approvers",
        "trigger t: do is []",
        "trigger u: when is null",
        'trigger u: do[1] is {"unlock": "x", "run": "y"}; write one of unlock',
        'triggers[3].id is "."',
        'trigger v: do[1].unlock is "a b"',
        'trigger v: do[2].notify is ""',
        'trigger x: do[1].for is "0s"; write a duration above 0',
        'trigger x: do[2].for is "1h"; say how long once: "for" or "until"',
        'trigger x: do[3] is {"run": "a", "for": "1h"}; write one of',
        "trigger w: do[1].add is 1",
        'trigger w: do[2].add.queue is "a b"',
        "trigger w: do[3].add.task is null",
    ):
        assert any(problem.startswith(f"queues/q.json: {line}") for problem in found), line
    assert len(found) == 32


def test_a_queue_needs_a_safe_name() -> None:
    assert 'queue is "a b"' in problems('{"queue": "a b", "tasks": []}')[0]
    assert "rename the file" in problems('{"tasks": []}', "queues/my queue.json")[0]
    assert read('{"queue": "ok", "tasks": []}', "queues/my queue.json").spec.name == "ok"


def test_tasks_under_both_names_are_refused() -> None:
    assert "join them" in problems('{"tasks": [{"id": "A"}],\n "features": [{"id": "B"}]}')[0]
    assert "write a list of tasks" in problems('{"tasks": {"A": {}}}')[0]


def test_a_doubled_name_below_a_task_or_beside_them_is_a_warning() -> None:
    document = read('{"x": 1, "x": 2, "tasks": [{"id": "A", "context": {"k": 1, "k": 2}}]}')
    assert document.warnings == (
        "x stands twice; the last one counts",
        "line 1: A: a name stands twice in an object; the last one counts",
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (b"[]", "line 1, column 1: the file is not a JSON object"),
        (b'{"tasks": [\n  {"id": "A",}\n]}', "line 2, column "),
        (b'{"tasks": [{"id": "A"},]}', "remove the ',' before it"),
        (b'{"tasks": [{"id": "A"} {"id": "B"}]}', "line 1, column 24: a ',' or ']' is missing"),
        (b'{"tasks": []\n "x": 1}', "line 2, column 2: a ',' or '}' is missing"),
        (b'{"tasks" []}', "a ':' is missing"),
        (b'{"tasks": [], }', "remove the ',' before it"),
        (
            b'{\n// mine\n"tasks": []}',
            "line 2, column 1: a name in double quotes is missing here; JSON has no comments",
        ),
        (b"{'tasks': []}", "use double quotes"),
        (b'{"tasks": [{"id": ', "the file ends too early"),
        (b'{"tasks": []} x', "line 1, column 15: text after the end"),
        (b'{"tasks": [{"id": "NaN",\n "x": NaN}]}', "line 2, column 7: NaN is no usable number"),
        (b'{"x": -Infinity}', "-Infinity is no usable number"),
        (b'{"x": 1e999}', "column 7: 1e999 is no usable number"),
        (b'{"x": ' + b"9" * 5000 + b"}", "column 7: a number with too many digits"),
        (b'{"x": "' + b"9" * 700 + b'", "y": ' + b"9" * 5000 + b"}", "column 716: a number with too many digits"),
        (b'{"x": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"x": ' + b'{"a":' * 100_000, "nested too deeply"),
        (b'{"tasks": [{"id": "A", "x": ' + b"[" * 900 + b"]" * 900 + b"}]}", "nested "),
        (b'{"tasks": [{"id": "A", "x": ' + b"[" * 101 + b"]" * 101 + b"}]}", "nested deeper than 100; flatten them"),
        (b'{"tasks": [], "gates": {}}', "gates is {}; write a list"),
        (b'{"tasks": [], "gates": [{"id": ""}]}', 'gates[1].id is ""'),
        (b'{"x": "\xff"}', "line 1, column 8: not UTF-8"),
        ('{"x": "é"}'.encode("utf-16"), "not UTF-8"),
        (b'{"x": "a\nb"}', "invalid control character"),
    ],
)
def test_what_is_not_json_is_refused_with_line_column_and_remedy(data: bytes, says: str) -> None:
    (problem,) = problems(data)
    assert problem.startswith("queues/q.json: ")
    assert says in problem


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_however_deep_a_file_is_the_answer_is_in_words(opening: str) -> None:
    closing = {"[": "]"}.get(opening, "}")
    for depth in range(300, 1100, 19):
        deep = opening * depth + "1" + closing * depth
        for text in ('{"tasks": [{"id": "A", "x": %s}]}', '{"tasks": [{"id": "A", "tests": %s}]}'):
            assert "nested" in problems(text % deep)[0] or "write a list" in problems(text % deep)[0]
        with contextlib.suppress(InvalidInputError):
            read('{"notes": ' + deep + "}")


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontext, "MAX_BYTES", 5)
    assert "at most 5 are read" in problems(b'{"tasks": []}')[0]


def test_one_task_from_a_command_is_read_like_one_in_a_file() -> None:
    assert spec_from({"id": "A", "priority": "P1"}, queue="q", source="add") == TaskSpec(id="A", priority=1)
    with pytest.raises(InvalidInputError, match="add: race is 0"):
        spec_from({"id": "A", "race": 0}, queue="q", source="add")
    with pytest.raises(InvalidInputError, match="add: id is null"):
        spec_from({}, queue="q", source="add")


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (7, "write is 7; write an object"),
        ({"path": "a.md", "text": "x", "to": "b"}, "to is not known"),
        ({"path": "a.md"}, "has neither text nor render, or both"),
        ({"path": "a.md", "text": "x", "render": "report"}, "has neither text nor render, or both"),
        ({"path": "a.md", "render": "board"}, 'render is "board"; write one of report'),
        ({"path": "a.md", "render": "report", "append": True}, "append is true; a report is written anew"),
        ({"path": "a.md", "text": "{who}"}, "{who} is no place of a record"),
        ({"path": "a.md", "text": "x", "queue": "a b"}, 'queue is "a b"'),
        ({"text": "x"}, "write the path of a file inside the repository"),
        ({"path": "/etc/x", "text": "x"}, "write the path of a file inside the repository"),
        ({"path": "a/../../x", "text": "x"}, "write the path of a file inside the repository"),
        ({"path": "a/", "text": "x"}, "write the path of a file inside the repository"),
        ({"path": "sub/.GIT/config", "text": "x"}, "git's own files"),
        ({"path": "queues/q.json", "text": "x"}, "it is protected"),
        ({"path": "./orchestrator.toml", "text": "x"}, "it is protected"),
    ],
)
def test_what_no_trigger_may_write_is_refused(record: Json, problem: str) -> None:
    trigger: Json = {"id": "t", "when": {"queue": "q"}, "do": [{"write": record}]}
    with pytest.raises(InvalidInputError) as refused:
        of(tasks=[], triggers=[trigger])
    assert problem in str(refused.value)


@pytest.mark.parametrize("field", ["outputs", "tests", "files", "file"])
@pytest.mark.parametrize("path", ["../out.md", "docs/../../out.md", "/etc/passwd", "~/out.md"])
def test_a_path_that_leaves_the_repository_is_refused(field: str, path: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read(json.dumps({"tasks": [{"id": "M-1", field: ["docs/in.md", path]}]}))
    (problem,) = refused.value.problems
    assert problem.startswith("queues/q.json: line 1: M-1: ")
    assert problem.endswith(f"write a path within the repository, from its root, without `..`: {path}")


def test_a_node_of_a_test_may_hold_what_no_path_may() -> None:
    (task,) = read(json.dumps({"tasks": [{"id": "M-1", "tests": "tests/test_a.py::test_up[../x]"}]})).tasks
    assert task.spec.tests == ("tests/test_a.py::test_up[../x]",)


def test_a_title_on_several_lines_is_one_line() -> None:
    (task,) = read(json.dumps({"tasks": [{"id": "M-1", "title": "one\n  two"}]})).tasks
    assert task.spec.title == "one two"

"""Schemas describe what is really read and written: what reads validates, and what is wrong does not."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any, cast

import pytest

from orchestrator.codec import checks, config, limits, schema_files, sections
from orchestrator.codec.canonical import dumps
from orchestrator.codec.lines import encode
from orchestrator.codec.queuefile import new_queue, write_results
from orchestrator.codec.schema import NAMES, schema
from orchestrator.codec.taskfields import RESULT_FIELDS, SPEC_FIELDS
from orchestrator.errors import InvalidInputError
from orchestrator.model import answers as a
from orchestrator.model import events as e
from orchestrator.model.documents import Stamp, Summary, TaskResult
from orchestrator.model.specs import Status, TaskSpec
from orchestrator.model.verdicts import Finding, Judgement, Report, Verdict

QUEUES = Path(__file__).parent.parent / "data" / "queues"
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
REMARKS = {"$schema", "$defs", "title", "description", "default", "format", "discriminator"}


def members(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def elements(value: Any) -> list[Any]:
    is_list = isinstance(value, list)
    return cast("list[Any]", value) if is_list else []


class Checker:
    """The part of JSON Schema our schemas use; a keyword it does not know is an error of its own."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root

    def wrong(self, value: Any, rule: dict[str, Any], at: str = "$") -> list[str]:
        found: list[str] = []
        for keyword, wanted in rule.items():
            if keyword not in REMARKS:
                found += getattr(self, f"_{keyword.strip('$')}")(value, wanted, at, rule)
        return found

    def _ref(self, value: Any, wanted: str, at: str, _: Any) -> list[str]:
        return self.wrong(value, self.root["$defs"][wanted.removeprefix("#/$defs/")], at)

    def _type(self, value: Any, wanted: Any, at: str, _: Any) -> list[str]:
        kinds = elements(wanted) or [wanted]
        is_kind = any(
            isinstance(value, TYPES[kind]) and not (isinstance(value, bool) and kind in {"integer", "number"})
            for kind in kinds
        )
        return [] if is_kind else [f"{at}: {value!r} is no {wanted}"]

    def _anyOf(self, value: Any, wanted: list[Any], at: str, _: Any) -> list[str]:  # noqa: N802 - a keyword's name
        tries = [self.wrong(value, rule, at) for rule in wanted]
        return [] if [] in tries else [f"{at}: {value!r} fits nothing"]

    def _not(self, value: Any, wanted: dict[str, Any], at: str, _: Any) -> list[str]:
        return [] if self.wrong(value, wanted, at) else [f"{at}: {value!r} is what it may not be"]

    def _enum(self, value: Any, wanted: list[Any], at: str, _: Any) -> list[str]:
        return [] if value in wanted else [f"{at}: {value!r} is none of {wanted}"]

    def _properties(self, value: Any, wanted: dict[str, Any], at: str, _: Any) -> list[str]:
        inner = members(value)
        return [
            part for key, rule in wanted.items() if key in inner for part in self.wrong(inner[key], rule, f"{at}.{key}")
        ]

    def _additionalProperties(self, value: Any, wanted: Any, at: str, rule: Any) -> list[str]:  # noqa: N802 - keyword
        extra = {key: part for key, part in members(value).items() if key not in rule.get("properties", {})}
        if wanted is False:
            return [f"{at}: {key} is too many" for key in extra]
        return [part for key, inner in extra.items() for part in self.wrong(inner, wanted, f"{at}.{key}")]

    def _required(self, value: Any, wanted: list[str], at: str, _: Any) -> list[str]:
        return [f"{at}: {key} is missing" for key in wanted if isinstance(value, dict) and key not in value]

    def _items(self, value: Any, wanted: Any, at: str, _: Any) -> list[str]:
        rows = elements(value)
        return [part for number, row in enumerate(rows) for part in self.wrong(row, wanted, f"{at}[{number}]")]

    def _minItems(self, value: Any, wanted: int, at: str, _: Any) -> list[str]:  # noqa: N802 - a keyword's name
        return [f"{at}: too few"] if len(elements(value)) < wanted else []

    def _minLength(self, value: Any, wanted: int, at: str, _: Any) -> list[str]:  # noqa: N802 - a keyword's name
        return [f"{at}: too short"] if isinstance(value, str) and len(value) < wanted else []

    def _pattern(self, value: Any, wanted: str, at: str, _: Any) -> list[str]:
        return [f"{at}: {value!r}"] if isinstance(value, str) and not re.search(wanted, value) else []

    def _minimum(self, value: Any, wanted: float, at: str, _: Any) -> list[str]:
        return [f"{at}: {value!r}"] if isinstance(value, int | float) and value < wanted else []

    def _maximum(self, value: Any, wanted: float, at: str, _: Any) -> list[str]:
        return [f"{at}: {value!r}"] if isinstance(value, int | float) and value > wanted else []


def plain(value: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dumps(value))
    return found


def wrong(name: str, value: Any) -> list[str]:
    rule: dict[str, Any] = json.loads(schema(name))
    return Checker(rule).wrong(value, rule)


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_json_of_a_named_draft(name: str) -> None:
    rule: dict[str, Any] = json.loads(schema(name))
    assert rule["$schema"].endswith("2020-12/schema")
    assert rule["title"]


def test_an_unknown_schema_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match="take one of config, digest, discover, doctor, event, journal"):
        schema("nope")


def test_queue_files_of_the_wild_validate_before_and_after_results() -> None:
    summary = Summary(counts={}, stamp=Stamp(1, "ab"))
    for path in sorted(QUEUES.glob("*.json")):
        if path.name == "reports_done.json":  # its oddities are warnings for us, and errors to a validator
            continue
        data = path.read_bytes()
        assert wrong("queue", json.loads(data)) == []
        ids = [row["id"] for row in json.loads(data).get("tasks", json.loads(data).get("features"))]
        done = TaskResult(status=Status.COMPLETED, verdict="PASS", files=("a",), usd=0.5)
        assert wrong("queue", json.loads(write_results(data, dict.fromkeys(ids, done), summary))) == []
    assert wrong("queue", json.loads(new_queue("q", [{"id": "A"}]))) == []


def test_triggers_gates_and_conditions_validate() -> None:
    trigger = {
        "id": "t",
        "when": {"all": ["q/A", {"not": {"gate": "g"}}, {"at": "2026-01-01"}]},
        "do": [{"unlock": "x"}, {"add": {"queue": "qa", "task": {"id": "T"}}}],
    }
    gate = {
        "id": "g",
        "requires": {"queue": "q", "is": "completed"},
        "escalate": [{"after": "1h", "notify": "x"}],
        "hold": "30m",
    }
    assert wrong("queue", {"triggers": [trigger], "gates": [gate], "unlock_when": "q/A"}) == []


WRONG: list[Any] = [
    [],
    {"tasks": {}},
    {"tasks": [{"title": "no id"}]},
    {"tasks": [{"id": "../x"}]},
    {"tasks": [{"id": "A", "max_iterations": "3"}]},
    {"tasks": [{"id": "A", "race": 0}]},
    {"tasks": [{"id": "A", "escalate": [{"after": "1h"}]}]},
    {"triggers": [{"id": "t", "when": "q/A", "do": {"run": "a", "for": "1h"}}]},
    {"gates": [{"id": "g", "escalate": [{"after": "1h"}]}]},
    {"gates": [{"id": "g", "escalate": [{"after": "1h", "notify": "x", "whom": "y"}]}]},
    {"tasks": [{"id": "A", "on_upstream": "maybe"}]},
    {"tasks": [{"id": "A", "when": {"task": "q/A", "x": 1}}]},
    {"triggers": [{"id": "t", "when": "q/A", "do": []}]},
    {"triggers": [{"id": "t", "when": "q/A", "do": [{"explode": "x"}]}]},
    {"gates": [{"id": "g", "quorum": -1}]},
    {"locked": "yes"},
]


@pytest.mark.parametrize("value", WRONG)
def test_what_is_refused_does_not_validate(value: Any) -> None:
    assert wrong("queue", value)


def test_every_field_that_is_read_is_described() -> None:
    rule: Any = schema_files.queue_schema()
    assert set(rule["$defs"]["task"]["properties"]) == {*SPEC_FIELDS, *RESULT_FIELDS}
    described: Any = schema_files.config_schema()
    assert set(described["properties"]) == set(config.TOP)
    for section, keys in (("agents", sections.AGENT), ("checks", checks.CHECK), ("queues", limits.QUEUE)):
        assert set(described["properties"][section]["additionalProperties"]["properties"]) == set(keys)


def test_a_configuration_validates_and_a_wrong_one_does_not() -> None:
    text = """
    [project]
    sandbox = ["wrap"]
    setup = "npm ci"
    [agents.claude]
    timeout = "45m"
    env = {A = "b"}
    [roles]
    bugfix = "claude"
    featurebuilder = {agent = "claude", max_iterations = 3}
    [checks.t]
    command = ["pytest"]
    max = {error = 0}
    pass_rate = 0.5
    [queues.q]
    workers = 2
    budget = {usd = 3}
    [calendar]
    week = "5d"
    [[gates]]
    id = "g"
    """
    assert wrong("config", tomllib.loads(text)) == []
    assert wrong("config", {"project": {"land": "air"}})
    assert wrong("config", {"checks": {"t": {"pass_rate": 90}}})
    assert wrong("config", {"queues": {"q": {"budget": {"usd": -1}}}})


def test_a_journal_line_and_its_events_validate() -> None:
    events = (
        e.TaskAdded(task="q/A", spec=TaskSpec(id="A", priority=0), order=1),
        e.VerdictReached(task="q/A", attempt=1, iteration=1, verdict=Verdict.FAIL, tree="t", base="b"),
    )
    line = json.loads(encode(e.Commit(seq=1, id="x", prev="0" * 64, at=1_767_225_600_000, by="me", events=events)))
    assert wrong("journal", line) == []
    assert wrong("event", line["events"][1]) == []
    assert wrong("journal", {**line, "at": 5})
    assert wrong("event", {"type": "task.eaten", "task": "q/A"})


def test_answers_validate() -> None:
    usage = a.UsageAnswer(used=1, limit=None)
    status = a.StatusAnswer(
        seq=1,
        queues=(
            a.QueueAnswer(name="q", locked=False, paused=False, parked_until=None, summary={"total": 0}, tasks=()),
        ),
        gates=(a.GateAnswer(id="g", state="open"),),
        workers=(),
        budget=a.BudgetAnswer(iterations=usage, usd=usage, day_usd=usage, wall_s=usage, tokens=usage),
    )
    assert wrong("status", plain(status)) == []
    assert wrong("status", {"seq": 1})
    report = Report(name="tests", report=Verdict.FAIL, findings=(Finding(message="m"),))
    judged = Judgement(verdict=Verdict.FAIL, tree="t", base="b", checks=(report,))
    assert wrong("verify", plain(judged)) == []
    assert wrong("verdict", {**plain(judged), "verdict": "MAYBE"})


def test_a_plan_needs_all_its_parts() -> None:
    assert wrong("plan", {"tiers": []})

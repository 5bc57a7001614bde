"""A task's members, in every dialect, to and from its specification. Never reads what happened to it."""

import json
import math
import re
from collections.abc import Mapping
from typing import TypeGuard

from orchestrator.codec.budgets import read_own_budget, write_budget
from orchestrator.codec.canonical import Json
from orchestrator.codec.conditions import format_exact, read_condition, read_task_name, write_condition
from orchestrator.codec.fields import Complaints, Fields, as_line, as_lines, as_number, as_text, shown
from orchestrator.codec.jsonedit import Style, render
from orchestrator.codec.ladders import read_ladder, write_ladder
from orchestrator.codec.moments import HOUR, format_duration, parse_duration, parse_estimate
from orchestrator.codec.words import read_priority
from orchestrator.errors import InvalidInputError
from orchestrator.model.conditions import Condition
from orchestrator.model.ids import SAFE_ID_RULE, id_of, is_safe_id, queue_of
from orchestrator.model.settings import Calendar
from orchestrator.model.specs import TaskSpec
from orchestrator.policy.catchup import tier_of

RESULT_FIELDS = (
    "status",
    "attempts",
    "iterations",
    "verification_verdict",
    "passes",
    "error",
    "last_attempt",
    "completed_at",
    "files_actually_changed",
    "branch",
    "commit",
    "cost_usd",
    "overridden_by",
    "override_reason",
)
"""What the orchestrator keeps current in a task; not part of what is asked for."""
SPEC_FIELDS = (
    "id",
    "title",
    "description",
    "type",
    "dependencies",
    "depends_on",
    "priority",
    "file",
    "files",
    "tests",
    "allow_test_changes",
    "allow_protected",
    "resources",
    "outputs",
    "mends",
    "handoff",
    "catch_up",
    "when",
    "on_upstream",
    "agent",
    "agent_type",
    "max_iterations",
    "completion_promise",
    "checks",
    "budget",
    "race",
    "agents",
    "owner",
    "start",
    "due",
    "notice",
    "rollback",
    "escalate",
    "estimate",
    "estimated_hours",
)
LATER_FIELDS = ("notes", "tags")
"""Known by name, so that they are no misspelling of another; handed to the agent like every other detail."""
KNOWN_FIELDS = frozenset((*RESULT_FIELDS, *SPEC_FIELDS, *LATER_FIELDS))
ALIASES = {"dependencies": "depends_on", "agent": "agent_type", "estimate": "estimated_hours"}
MOST_RACING = 16
MOST_NESTED = 100
"""Whoever handles a task's details may recurse into them."""
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|([\[\]{}])')
_UPSTREAM = ("wait", "skip", "fail")
_COMPACT = Style(unit="", colon=":", gap="")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""As `_COMPACT`, and many times faster, but for half surrogate pairs."""


def read_spec(fields: Fields, queue: str, calendar: Calendar) -> TaskSpec | None:
    """Read a task's specification; `None`: it has no usable id. Everything else has a default and a complaint."""
    task_id = fields.values.get("id")
    if not isinstance(task_id, str) or not is_safe_id(task_id):
        fields.refuse("id", f"write {SAFE_ID_RULE}")
        return None
    return TaskSpec(
        id=task_id,
        title=fields.heading("title"),
        description=fields.text("description"),
        type=fields.line("type"),
        dependencies=_dependencies(fields, queue),
        priority=fields.read(
            "priority", read_priority, 2, 'write a number from 0, "P0" to "P3", "high", "medium" or "low"'
        ),
        files=_files(fields),
        tests=_paths(fields, "tests"),
        allow_test_changes=fields.texts("allow_test_changes"),
        allow_protected=fields.texts("allow_protected"),
        resources=fields.texts("resources"),
        outputs=_paths(fields, "outputs"),
        mends=fields.texts("mends"),
        handoff=fields.texts("handoff"),
        catch_up=_catch_up(fields, queue),
        when=_when(fields, queue),
        on_upstream=fields.choice("on_upstream", _UPSTREAM, "wait"),
        agent=_agent(fields),
        max_iterations=fields.optional_whole("max_iterations", 1),
        completion_promise=read_promise(fields),
        checks=fields.some_texts("checks"),
        budget=read_own_budget(fields),
        race=_race(fields),
        agents=fields.texts("agents"),
        owner=fields.line("owner"),
        start=fields.moment("start"),
        due=fields.moment("due"),
        notice_s=_notice(fields),
        rollback=_rollback(fields),
        escalate=read_ladder(fields) if isinstance(fields.values.get("escalate"), list) else (),
        estimate_s=_estimate(fields, calendar),
        details=_details(fields),
    )


def spec_from(values: Mapping[str, Json], *, queue: str, source: str, calendar: Calendar | None = None) -> TaskSpec:
    """Read one task outside a file (a command, an edit); `InvalidInputError` tells every problem at once."""
    complaints = Complaints(source)
    spec = read_spec(Fields(values, "", complaints), queue, calendar or Calendar())
    complaints.settle()
    if spec is None:  # pragma: no cover - an unusable id is a problem, and problems have been raised
        raise InvalidInputError(f"{source}: id is missing; write one")
    return spec


def _dependencies(fields: Fields, queue: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for key in ("dependencies", "depends_on"):
        remedy = 'write ids of tasks, "queue/ID" or "gate:ID"'
        names: tuple[str, ...] = ()
        for name in fields.read(key, as_lines, names, remedy):
            full = _dependency(name, queue)
            if full is None:
                fields.complaints.refuse(f"{fields.prefix}{key} has {shown(name)}; {remedy}")
            else:
                found[full] = None
    return tuple(found)


def _dependency(name: str, queue: str) -> str | None:
    gate = name.removeprefix("gate:")
    if gate != name:
        return name if is_safe_id(gate) else None
    return read_task_name(name, queue)


def _catch_up(fields: Fields, queue: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in fields.texts("catch_up"):
        full = name if tier_of(name) is not None else read_task_name(name, queue)
        if full is None:
            fields.complaints.refuse(f'{fields.prefix}catch_up has {shown(name)}; write ids of tasks, or "tier:1"')
        else:
            found[full] = None
    return tuple(found)


def _files(fields: Fields) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_paths(fields, "file"), *_paths(fields, "files"))))


def _paths(fields: Fields, key: str) -> tuple[str, ...]:
    """Read paths or patterns of the repository the task works in."""
    found = fields.texts(key)
    for path in found:
        if path.startswith(("/", "~")) or ".." in path.partition("::")[0].split("/"):
            fields.refuse(key, f"write a path within the repository, from its root, without `..`: {path}")
    return found


def _when(fields: Fields, queue: str) -> Condition | None:
    value = fields.values.get("when")
    return None if value is None else read_condition(value, f"{fields.prefix}when", fields.complaints, queue)


def _agent(fields: Fields) -> str | None:
    name = fields.optional("agent") or fields.optional("agent_type")
    return "human" if name is not None and name.lower() in {"manual", "human"} else name


def read_promise(fields: Fields) -> str | None:
    """Read the word that claims completion; it stands between tags, so it holds none."""

    def convert(value: Json) -> str | None:
        line = as_line(value)
        return None if line is None or "<" in line or ">" in line else line

    return fields.read("completion_promise", convert, None, "write a word without < and >") or None


def _race(fields: Fields) -> int:
    race = fields.whole("race", 1, 1)
    if race > MOST_RACING:
        fields.refuse("race", f"race at most {MOST_RACING} attempts")
        return 1
    return race


def _notice(fields: Fields) -> int | None:
    def convert(value: Json) -> int | None:
        seconds = parse_duration(value) if isinstance(value, str) else None
        return None if seconds is None else round(seconds)

    return fields.read("notice", convert, None, 'write a duration, as "14d"')


def _rollback(fields: Fields) -> str:
    """Read the action that undoes the task; what names none is prose."""
    value = fields.values.get("rollback")
    if not _runs(value):
        return ""
    name = value["run"] if len(value) == 1 else None
    if isinstance(name, str) and is_safe_id(name):
        return name
    fields.refuse("rollback", 'name an action of [actions], as {"run": "undo-migrate"}')
    return ""


def _runs(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict) and "run" in value


def _estimate(fields: Fields, calendar: Calendar) -> int:
    def convert(value: Json) -> float | None:
        if isinstance(value, str):
            work = parse_estimate(value, day_s=calendar.day_s, week_days=calendar.week_days)
            if work is not None:
                return work
            try:
                value = float(value)
            except ValueError:
                return None
        hours = as_number(value)
        return None if hours is None or not math.isfinite(hours) else hours * HOUR

    hour: float = HOUR
    for key in ("estimated_hours", "estimate"):
        hour = fields.read(key, convert, hour, 'write hours, as 4, or work time, as "6w" or "2d"')
    return round(hour)


def _details(fields: Fields) -> str:
    rest = {key: value for key, value in fields.values.items() if key not in RESULT_FIELDS and key not in SPEC_FIELDS}
    if (prose := fields.values.get("budget")) is not None and not isinstance(prose, dict):
        rest["budget"] = prose
    if (words := fields.values.get("rollback")) is not None and not _runs(words):
        rest["rollback"] = words
    if (prose := fields.values.get("escalate")) is not None and not isinstance(prose, list):
        rest["escalate"] = prose
    if not rest:
        return ""
    text = _ENCODER.encode(rest)
    if text.count("[") + text.count("{") > MOST_NESTED and _depth(text) > MOST_NESTED:
        fields.complaints.refuse(f"{fields.prefix}its fields are nested deeper than {MOST_NESTED}; flatten them")
        return ""
    return text if text.isascii() or as_text(text) is not None else render(rest, _COMPACT)


def _depth(text: str) -> int:
    """Count how deep a JSON text is nested."""
    depth = deepest = 0
    for found in _BRACKET.finditer(text):
        if found[1]:
            depth += 1 if found[1] in "[{" else -1
            deepest = max(deepest, depth)
    return deepest


def task_fields(spec: TaskSpec, queue: str, details: Mapping[str, Json]) -> dict[str, Json]:
    """Write a specification as a task of `queue`'s file, without defaults; `details` are its parsed details."""
    fields: dict[str, Json] = {"id": spec.id}
    plain: tuple[tuple[str, Json], ...] = (
        ("title", spec.title),
        ("description", spec.description),
        ("type", spec.type),
        ("dependencies", [_short(name, queue) for name in spec.dependencies]),
        ("files", list(spec.files)),
        ("tests", list(spec.tests)),
        ("allow_test_changes", list(spec.allow_test_changes)),
        ("allow_protected", list(spec.allow_protected)),
        ("resources", list(spec.resources)),
        ("outputs", list(spec.outputs)),
        ("mends", list(spec.mends)),
        ("handoff", list(spec.handoff)),
        ("catch_up", [_short(name, queue) for name in spec.catch_up]),
        ("when", None if spec.when is None else write_condition(spec.when)),
        ("agent", spec.agent),
        ("agents", list(spec.agents)),
        ("max_iterations", spec.max_iterations),
        ("completion_promise", spec.completion_promise),
        ("budget", None if spec.budget is None else write_budget(spec.budget)),
        ("owner", spec.owner),
        ("start", None if spec.start is None else format_exact(spec.start)),
        ("due", None if spec.due is None else format_exact(spec.due)),
        ("notice", None if spec.notice_s is None else format_duration(spec.notice_s)),
        ("rollback", {"run": spec.rollback} if spec.rollback else None),
        ("escalate", write_ladder(spec.escalate)),
    )
    fields.update({key: value for key, value in plain if value})
    fields.update(_unless_default(spec))
    fields.update(details)
    return fields


def _unless_default(spec: TaskSpec) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    default = TaskSpec(id=spec.id)
    if spec.priority != default.priority:
        fields["priority"] = spec.priority
    if spec.on_upstream != default.on_upstream:
        fields["on_upstream"] = spec.on_upstream
    if spec.checks is not None:
        fields["checks"] = list(spec.checks)
    if spec.race != default.race:
        fields["race"] = spec.race
    if spec.estimate_s != default.estimate_s:
        hours = spec.estimate_s / HOUR
        fields["estimated_hours"] = int(hours) if hours.is_integer() else hours
    return fields


def _short(name: str, queue: str) -> str:
    return id_of(name) if not name.startswith("gate:") and queue_of(name) == queue else name

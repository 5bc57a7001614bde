"""Schemas of the files people write, as generous as their readers. Never narrower: what reads also validates."""

from orchestrator.codec import budgets, checks, kinds, limits, people, permissions, sections
from orchestrator.codec.canonical import Json
from orchestrator.model.ids import SAFE_ID_RULE

Schema = dict[str, Json]

_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "description": SAFE_ID_RULE}
_TEXT: Schema = {"type": ["string", "null"]}
_TEXTS: Schema = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": ["string", "null"]}]}
_FLAG: Schema = {"type": ["boolean", "null"]}
_NUMBER: Schema = {"type": ["number", "null"], "minimum": 0}
_MOMENT: Schema = {"type": ["string", "null"], "description": "ISO 8601; without a zone it is UTC."}
_DURATION: Schema = {"type": ["string", "number"], "description": "As 45m or 1h30m; a number is seconds."}
_COMMAND: Schema = {
    "anyOf": [{"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": "string", "minLength": 1}],
    "description": "A list of arguments, or one text split as a shell would.",
}
_CONDITION: Schema = {"$ref": "#/$defs/condition"}


def _whole(low: int) -> Schema:
    return {"type": ["integer", "null"], "minimum": low}


def _words(*words: str) -> Schema:
    return {"enum": [*words, None]}


def _object(properties: Schema, required: tuple[str, ...] = (), *, closed: bool = False) -> Schema:
    found: Schema = {"type": "object", "properties": properties}
    if required:
        found["required"] = [*required]
    if closed:
        found["additionalProperties"] = False
    return found


def _list(items: Schema) -> Schema:
    return {"type": ["array", "null"], "items": items}


def _named(items: Schema) -> Schema:
    return {"type": "object", "additionalProperties": items}


def _task() -> Schema:
    priority: Schema = {"type": ["integer", "string", "null"], "description": "0.., P0 to P3, high, medium or low."}
    estimate: Schema = {"type": ["number", "string", "null"], "description": "Hours, or work time as 6w."}
    asked: Schema = {
        "id": _ID,
        "title": _TEXT,
        "description": _TEXT,
        "type": _TEXT,
        "dependencies": _TEXTS,
        "depends_on": _TEXTS,
        "priority": priority,
        "file": _TEXTS,
        "files": _TEXTS,
        "tests": _TEXTS,
        "allow_test_changes": _TEXTS,
        "allow_protected": _TEXTS,
        "resources": _TEXTS,
        "outputs": _TEXTS,
        "mends": _TEXTS,
        "handoff": _TEXTS,
        "catch_up": _TEXTS,
        "when": {"anyOf": [_CONDITION, {"type": "null"}]},
        "on_upstream": _words("wait", "skip", "fail"),
        "agent": _TEXT,
        "agent_type": _TEXT,
        "max_iterations": _whole(1),
        "completion_promise": _TEXT,
        "checks": _TEXTS,
        "budget": _budget(budgets.TASK_BUDGET),
        "race": _whole(1),
        "agents": _TEXTS,
        "owner": _TEXT,
        "start": _MOMENT,
        "due": _MOMENT,
        "notice": {"type": ["string", "null"], "description": "Wall time, as 14d."},
        "rollback": _rollback(),
        "escalate": _ladder(),
        "estimate": estimate,
        "estimated_hours": estimate,
    }
    return _object({**asked, **_results()}, ("id",))


def _rollback() -> Schema:
    """Describe what undoes a task; whatever has no `run` is prose."""
    runs = _object({"run": _ID}, ("run",), closed=True)
    prose: Schema = {"not": {"type": "object", "required": ["run"]}}
    return {"anyOf": [runs, prose], "description": "The action that undoes it when a step of its queue fails."}


def _rung() -> Schema:
    who: Schema = {"type": "string", "minLength": 1, "description": "A person, a role or an address."}
    after: Schema = {"type": "string", "description": "How long it has waited, as 30m."}
    return _object({"after": after, "notify": who}, ("after", "notify"), closed=True)


def _ladder() -> Schema:
    """Describe who is told while a task waits for a person; whatever is no list is prose."""
    return {"anyOf": [_list(_rung()), {"not": {"type": "array"}}]}


def _budget(keys: tuple[str, ...]) -> Schema:
    """Describe a budget beside the tasks: whatever is no object is prose."""
    return {"anyOf": [_section(keys), {"not": {"type": "object"}}]}


def _results() -> Schema:
    kept: Json = "Kept current by the orchestrator."
    return {
        "status": {"type": ["string", "null"], "description": "pending in_progress completed blocked failed skipped."},
        **{
            key: {"description": kept}
            for key in (
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
        },
    }


def _condition() -> Schema:
    text: Schema = {"type": "string"}
    parts: Schema = {"type": "array", "items": _CONDITION, "minItems": 1}
    kinds: list[Json] = [
        {"type": "string", "description": "queue/ID or gate:ID"},
        *(_object({kind: text, "is": text}, (kind,), closed=True) for kind in ("task", "queue", "gate", "verdict")),
        *(_object({kind: text}, (kind,), closed=True) for kind in ("file", "at")),
        *(_object({kind: parts}, (kind,), closed=True) for kind in ("all", "any")),
        _object({"not": _CONDITION}, ("not",), closed=True),
    ]
    return {"anyOf": kinds}


def _action() -> Schema:
    kinds: list[Json] = [
        _object({kind: {"type": "string", "minLength": 1}}, (kind,), closed=True)
        for kind in ("unlock", "run", "notify", "resume")
    ]
    name: Schema = {"type": "string", "minLength": 1}
    kinds.append(_object({"pause": name, "for": _DURATION, "until": _MOMENT}, ("pause",), closed=True))
    add = _object({"queue": _ID, "task": {"$ref": "#/$defs/task"}}, ("task",), closed=True)
    record: Schema = {"path": {"type": "string", "minLength": 1}, "append": _FLAG, "queue": _ID}
    write: Schema = {
        "anyOf": [
            _object({**record, "text": {"type": "string", "minLength": 1}}, ("path", "text"), closed=True),
            _object({**record, "render": {"const": "report"}}, ("path", "render"), closed=True),
        ]
    }
    more = [_object({"add": add}, ("add",), closed=True), _object({"write": write}, ("write",), closed=True)]
    return {"anyOf": [*kinds, *more]}


def _trigger() -> Schema:
    action: Schema = {"$ref": "#/$defs/action"}
    do: Schema = {"anyOf": [action, {"type": "array", "items": action, "minItems": 1}]}
    return _object({"id": _ID, "when": _CONDITION, "do": do}, ("id", "when", "do"))


def _gate() -> Schema:
    properties: Schema = {
        "id": _ID,
        "title": _TEXT,
        "requires": {"anyOf": [_CONDITION, {"type": "null"}]},
        "checks": _TEXTS,
        "hold": _DURATION,
        "approvers": _TEXTS,
        "quorum": _whole(0),
        "checklist": _TEXTS,
        "evidence": _TEXTS,
        "deadline": _MOMENT,
        "escalate": _list(_rung()),
    }
    return _object(properties, ("id",))


def _definitions() -> Schema:
    return {
        "task": _task(),
        "condition": _condition(),
        "action": _action(),
        "trigger": _trigger(),
        "gate": _gate(),
    }


def queue_schema() -> Schema:
    """Describe a queue file in every dialect."""
    defaults: Schema = {
        "agent": _TEXT,
        "max_iterations": _whole(1),
        "checks": _TEXTS,
        "completion_promise": _TEXT,
        "budget": _budget(budgets.TASK_BUDGET),
    }
    properties: Schema = {
        "queue": _ID,
        "title": {},
        "budget": _budget(budgets.BUDGET),
        "locked": _FLAG,
        "unlock_when": {"anyOf": [_CONDITION, {"type": "null"}]},
        "repo": _TEXT,
        "priority": {},
        "defaults": {**_object(defaults), "type": ["object", "null"]},
        "summary": {"type": ["object", "null"]},
        "features": _list({"$ref": "#/$defs/task"}),
        "tasks": _list({"$ref": "#/$defs/task"}),
        "triggers": _list({"$ref": "#/$defs/trigger"}),
        "gates": _list({"$ref": "#/$defs/gate"}),
    }
    return {**_object(properties), "$defs": _definitions()}


_ENV: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_KEYS: Schema = {
    "land": _words("merge", "branch", "pr"),
    "workspace": _words("clone", "inplace"),
    "sandbox": {"anyOf": [{"enum": [*sections.SANDBOXES]}, {"type": "array", "items": {"type": "string"}}]},
    "setup": _COMMAND,
    "share": _TEXTS,
    "copy": _TEXTS,
    "egress": _TEXTS,
    "patience": _DURATION,
    "orphan_timeout": _DURATION,
    "checkpoint": _DURATION,
    "max_iterations": _whole(1),
    "command": _COMMAND,
    "args": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]},
    "timeout": _DURATION,
    "stall": _DURATION,
    "tool_timeout": _DURATION,
    "max_steps": _whole(0),
    "max_answers": _whole(0),
    "no_progress": _whole(0),
    "on_interrupt": _words("adopt", "resume", "restart"),
    "max_output": {"type": ["string", "integer"], "description": "As 64MiB; a number is bytes."},
    "fallback": _TEXTS,
    "concurrency": _whole(0),
    "env": _ENV,
    "pass_env": _TEXTS,
    "home": _words("private", "shared"),
    "transport": _words("stream", "acp"),
    "permissions": _object(dict.fromkeys(permissions.KEYS, _TEXTS), closed=True),
    "max_turns": _whole(1),
    "max_usd": _NUMBER,
    "allow_dangerous": _FLAG,
    "talk": _words("auto", "none"),
    "builtin": _words("honest"),
    "options": {"type": "object"},
    "format": _words(*checks.FORMATS),
    "memory": {"type": ["string", "integer"], "description": "As 4g or 512MiB; a number is bytes."},
    "processes": _whole(0),
    "protocol": _words("verdict"),
    "pass_rate": {"type": "number", "minimum": 0, "maximum": 1},
    "max": {"type": "object", "additionalProperties": _whole(0)},
    "workers": _whole(1),
    "checks": _TEXTS,
    "iterations": _whole(0),
    "usd": _NUMBER,
    "per_day_usd": _NUMBER,
    "tokens": _whole(0),
    "wall": _DURATION,
    "hours": _TEXTS,
    "resume_after_limit": _FLAG,
    "input": _NUMBER,
    "cached": _NUMBER,
    "output": _NUMBER,
    "roles": _TEXTS,
    "notify": _TEXTS,
    "urls": _TEXTS,
    "on": _TEXTS,
    "quiet": _TEXTS,
    "urgent": _TEXTS,
    "digest": _DURATION,
    "standup": _TEXTS,
    "daily": _TEXTS,
    "templates": _named({"type": "string"}),
    "window": _whole(1),
    **dict.fromkeys(("records", "landed", "superseded", "caches"), _DURATION),
    "size": {"type": ["string", "integer"], "description": "As 20GiB; a number is bytes."},
    "day": _DURATION,
    "week": {"type": ["string", "integer"]},
}
"""What a key's value is, in every section that has it; a key not named here is a text."""


_PROFILE_WORDS: Schema = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": ["string", "null"]}]}
_LOGINS: Schema = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "array",
            "items": {
                "anyOf": [
                    {"type": "string"},
                    _object({"path": {"type": "string"}, "keep": _TEXTS}, ("path",), closed=True),
                ]
            },
        },
    ]
}
_PROFILE: Schema = {
    **dict.fromkeys(kinds.PROFILE, _PROFILE_WORDS),
    **dict.fromkeys(("like", "program", "stream", "result"), _TEXT),
    **dict.fromkeys(("env", "confined_env"), _ENV),
    "logins": _LOGINS,
}


def _section(keys: tuple[str, ...], required: tuple[str, ...] = ()) -> Schema:
    return _object({key: _KEYS.get(key, _TEXT) for key in keys}, required)


def config_schema() -> Schema:
    """Describe the configuration, as TOML would be written in JSON."""
    budget = _section(budgets.BUDGET)
    queue = _section(limits.QUEUE)
    queue["properties"] = {key: budget if key == "budget" else _KEYS.get(key, _TEXT) for key in limits.QUEUE}
    notify = _section(people.NOTIFY)
    notify["properties"] = {key: _DURATION if key == "window" else _KEYS.get(key, _TEXT) for key in people.NOTIFY}
    properties: Schema = {
        "project": _section(sections.PROJECT),
        "agents": _named(_section(sections.AGENT)),
        "prompts": _named({"type": ["string", "null"]}),
        "profiles": _named(_object(_PROFILE, closed=True)),
        "accounts": _named(_section(sections.ACCOUNT)),
        "roles": _named({"anyOf": [{"type": "string"}, _section(sections.ROLE, ("agent",))]}),
        "checks": _named(_section(checks.CHECK)),
        "queues": _named(queue),
        "repos": _named(_section(limits.REPO, ("path",))),
        "budget": budget,
        "prices": _named(_section(budgets.PRICE, ("input", "output"))),
        "resources": _named({"type": "integer", "minimum": 1}),
        "calendar": _section(("day", "week")),
        "people": _named(_section(people.PERSON)),
        "rights": _object(dict.fromkeys(people.RIGHTS, _TEXTS), closed=True),
        "actions": _named(_section(("command",), ("command",))),
        "notify": notify,
        "train": _section(("window",)),
        "retention": _section(limits.RETENTION),
        "store": _section(("url",)),
        "triggers": _list({"$ref": "#/$defs/trigger"}),
        "gates": _list({"$ref": "#/$defs/gate"}),
    }
    return {**_object(properties), "$defs": _definitions()}

"""Triggers and gates as people define them, in a queue file or the configuration. Never says whether one holds."""

from typing import TypeVar

from orchestrator.codec.conditions import read_condition
from orchestrator.codec.fields import Complaints, Fields, as_seconds, as_text, shown
from orchestrator.codec.ladders import read_ladder
from orchestrator.codec.taskfields import read_spec
from orchestrator.model.conditions import Condition
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id
from orchestrator.model.settings import Calendar
from orchestrator.model.specs import (
    Action,
    Add,
    GateSpec,
    Notify,
    PauseQueue,
    ResumeQueue,
    RunAction,
    TriggerSpec,
    Unlock,
    WriteRecord,
)
from orchestrator.model.wording import RECORD_PLACES, places
from orchestrator.policy.protected import is_protected

Spec = TypeVar("Spec", TriggerSpec, GateSpec)
_TRIGGER = frozenset({"id", "when", "do"})
_GATE = frozenset(
    {
        "id",
        "title",
        "requires",
        "checks",
        "approvers",
        "quorum",
        "checklist",
        "evidence",
        "deadline",
        "escalate",
        "hold",
    }
)
_REMARKS = frozenset({"title", "description", "notes", "comment"})
_ACTIONS = ("unlock", "add", "run", "notify", "pause", "resume", "write")
_RENDERED = ("report",)
_SPAN = ("for", "until")


def read_triggers(owner: Fields, source: str, queue: str, calendar: Calendar) -> tuple[TriggerSpec, ...]:
    """Read every trigger of `triggers`; bare task ids belong to `queue`."""
    found = [_trigger(fields, place, source, queue, calendar) for place, fields in owner.rows("triggers")]
    return _unique([trigger for trigger in found if trigger is not None], "trigger", owner.complaints)


def read_gates(owner: Fields, source: str, queue: str) -> tuple[GateSpec, ...]:
    """Read every gate of `gates`; bare task ids belong to `queue`."""
    found = [_gate(fields, place, source, queue) for place, fields in owner.rows("gates")]
    return _unique([gate for gate in found if gate is not None], "gate", owner.complaints)


def _unique(specs: list[Spec], kind: str, complaints: Complaints) -> tuple[Spec, ...]:
    seen: set[str] = set()
    for spec in specs:
        if spec.id.casefold() in seen:
            complaints.refuse(f"{kind} {spec.id} stands twice; rename one")
        seen.add(spec.id.casefold())
    return tuple(specs)


def _named(fields: Fields, place: str) -> str | None:
    name = fields.values.get("id")
    if isinstance(name, str) and is_safe_id(name):
        return name
    fields.complaints.refuse(f"{place}.id is {shown(name)}; write {SAFE_ID_RULE}")
    return None


def _trigger(fields: Fields, place: str, source: str, queue: str, calendar: Calendar) -> TriggerSpec | None:
    name = _named(fields, place)
    if name is None:
        return None
    inside = Fields(fields.values, f"trigger {name}: ", fields.complaints)
    inside.refuse_unknown(_TRIGGER | _REMARKS)
    when = read_condition(inside.values.get("when"), f"{inside.prefix}when", inside.complaints, queue)
    do = _actions(inside, queue, calendar)
    return TriggerSpec(id=name, when=when, do=do, source=source) if when is not None and do is not None else None


def _actions(fields: Fields, queue: str, calendar: Calendar) -> tuple[Action, ...] | None:
    value = fields.values.get("do")
    listed = Fields({"do": [value]}, fields.prefix, fields.complaints) if isinstance(value, dict) else fields
    rows = listed.rows("do")
    actions = [_action(row, place, queue, calendar) for place, row in rows]
    if not rows:
        fields.refuse("do", 'write a list of actions, as [{"unlock": "frontend"}]')
    found = tuple(action for action in actions if action is not None)
    return found if found and len(found) == len(actions) else None


def _action(fields: Fields, place: str, queue: str, calendar: Calendar) -> Action | None:
    kinds = [kind for kind in fields.values if kind not in _SPAN or "pause" not in fields.values]
    if len(kinds) != 1 or kinds[0] not in _ACTIONS:
        fields.complaints.refuse(f"{place} is {shown(dict(fields.values))}; write one of {', '.join(_ACTIONS)}")
        return None
    kind = kinds[0]
    if kind == "add":
        return _add(fields, queue, calendar)
    if kind == "write":
        return _write(fields, queue)
    if kind == "notify":
        message = as_text(fields.values[kind])
        if not message:
            fields.refuse(kind, "write the message")
        return Notify(message) if message else None
    name = fields.values[kind]
    if not isinstance(name, str) or not is_safe_id(name):
        fields.refuse(kind, "write a name of letters, digits, '.', '_' and '-'")
        return None
    match kind:
        case "unlock":
            return Unlock(name)
        case "pause":
            return _pause(fields, name)
        case "resume":
            return ResumeQueue(name)
        case _:
            return RunAction(name)


def _pause(fields: Fields, queue: str) -> PauseQueue:
    """Read how long a queue is held: for a time, until a moment, or until it is resumed."""
    if all(fields.values.get(key) is not None for key in _SPAN):
        fields.refuse("for", 'say how long once: "for" or "until"')
    remedy = 'write a duration above 0, as "2h"'
    seconds = fields.read("for", lambda value: round(as_seconds(value) or 0) or None, None, remedy)
    return PauseQueue(queue, for_s=seconds, until=fields.moment("until"))


def _add(fields: Fields, queue: str, calendar: Calendar) -> Add | None:
    inner = fields.inner("add")
    if inner is None:
        return None
    inner.refuse_unknown(frozenset({"queue", "task"}))
    target = inner.line("queue", queue)
    if not is_safe_id(target):
        inner.refuse("queue", "name the queue the task goes to")
        return None
    task = inner.inner("task")
    if task is None:
        inner.refuse("task", 'write the task, as {"id": "...", "description": "..."}')
        return None
    spec = read_spec(task, target, calendar)
    return None if spec is None else Add(target, spec)


def _write(fields: Fields, queue: str) -> WriteRecord | None:
    inner = fields.inner("write")
    if inner is None:
        return None
    known = len(inner.complaints.problems)
    inner.refuse_unknown(frozenset({"path", "text", "render", "append", "queue"}))
    target = inner.line("queue", queue)
    if target and not is_safe_id(target):
        inner.refuse("queue", "name the queue whose target holds the file")
    path, text, render = inner.line("path"), inner.text("text"), inner.choice("render", _RENDERED, "")
    why = _unwritable(path)
    if why:
        inner.refuse("path", why)
    if bool(text) == bool(render):
        place = inner.prefix.rstrip(".")
        inner.complaints.refuse(f'{place} has neither text nor render, or both; write "text", or "render": "report"')
    if unknown := [place for place in places(text) if place not in RECORD_PLACES]:
        inner.refuse("text", f"{{{unknown[0]}}} is no place of a record; there are {', '.join(RECORD_PLACES)}")
    append = inner.flag("append")
    if append and render:
        inner.refuse("append", "a report is written anew each time; leave append out, or write a text")
    if len(inner.complaints.problems) > known:
        return None
    return WriteRecord(path=path.removeprefix("./"), text=text, render=render, append=append, queue=target)


def _unwritable(path: str) -> str:
    """Say why no record may be written there."""
    parts = path.removeprefix("./").split("/")
    if not path or path.startswith(("/", "~")) or any(part in {"", ".", ".."} for part in parts):
        return "write the path of a file inside the repository"
    if any(part.casefold() == ".git" for part in parts):
        return "git's own files are written by nobody"
    why = is_protected(path.removeprefix("./"))
    return f"it is protected ({why}); write to another file" if why else ""


def _gate(fields: Fields, place: str, source: str, queue: str) -> GateSpec | None:
    name = _named(fields, place)
    if name is None:
        return None
    inside = Fields(fields.values, f"gate {name}: ", fields.complaints)
    inside.refuse_unknown(_GATE | _REMARKS)
    approvers = inside.texts("approvers")
    quorum = inside.whole("quorum", 0, 1 if approvers else 0)
    if quorum and not approvers:
        inside.refuse("quorum", "name in approvers who may sign")
    return GateSpec(
        id=name,
        title=inside.heading("title"),
        requires=_requires(inside, queue),
        checks=inside.texts("checks"),
        approvers=approvers,
        quorum=quorum,
        checklist=inside.texts("checklist"),
        evidence=inside.texts("evidence"),
        deadline=inside.moment("deadline"),
        source=source,
        queue=queue,
        hold_s=round(inside.seconds("hold", 0.0)) or None,
        escalate=read_ladder(inside),
    )


def _requires(fields: Fields, queue: str) -> Condition | None:
    value = fields.values.get("requires")
    return None if value is None else read_condition(value, f"{fields.prefix}requires", fields.complaints, queue)

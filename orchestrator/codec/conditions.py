"""Conditions as people write them, to and from the model's. Never evaluates one."""

from typing import assert_never

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Complaints, as_line, nearest, shown
from orchestrator.codec.moments import format_moment, parse_moment
from orchestrator.codec.words import same_status
from orchestrator.model import conditions as c
from orchestrator.model.ids import id_of, is_safe_id, queue_of
from orchestrator.model.specs import Status

MOST_NESTED = 32
_KINDS = ("task", "queue", "gate", "file", "at", "verdict", "all", "any", "not")
_WITH_STATE = frozenset({"task", "queue", "gate", "verdict"})
_TASK_STATES = (*(str(status) for status in Status), "ended")
_QUEUE_STATES = (*_TASK_STATES, "unlocked", "locked", "paused")


class _Unread(Exception):  # noqa: N818 - an inner signal; the complaint is already noted
    """A part of the condition could not be read."""


def read_condition(value: Json, place: str, complaints: Complaints, queue: str = "") -> c.Condition | None:
    """Read a condition; bare task ids belong to `queue`. `None`: it is none, and the complaint says why and where."""
    try:
        return _Reader(complaints, queue).read(value, place, MOST_NESTED)
    except _Unread:
        return None


def read_task_name(name: str, queue: str) -> str | None:
    """Complete a task's name to `queue/ID`. `None`: it cannot be one."""
    if "/" not in name:
        name = f"{queue}/{name}"
    return name if is_safe_id(queue_of(name)) and is_safe_id(id_of(name)) else None


class _Reader:
    """Reads one condition and everything in it."""

    def __init__(self, complaints: Complaints, queue: str) -> None:
        self._complaints = complaints
        self._queue = queue

    def _refuse(self, place: str, value: Json, remedy: str) -> _Unread:
        self._complaints.refuse(f"{place} is {shown(value)}; {remedy}")
        return _Unread()

    def read(self, value: Json, place: str, depth: int) -> c.Condition:
        if not depth:
            raise self._refuse(place, value, f"nest conditions at most {MOST_NESTED} deep")
        if isinstance(value, str):
            return self._short(value, place)
        if not isinstance(value, dict):
            raise self._refuse(place, value, 'write a condition, as {"task": "queue/ID"}')
        kinds = [kind for kind in _KINDS if kind in value]
        if len(kinds) != 1:
            near = "".join(nearest(key, _KINDS) for key in value) if not kinds else ""
            raise self._refuse(place, value, f"a condition has exactly one of {', '.join(_KINDS)}{near}")
        kind = kinds[0]
        for key in value:
            if key != kind and not (key == "is" and kind in _WITH_STATE):
                raise self._refuse(
                    f"{place}.{key}", value[key], f"a condition over {kind} has no such member; remove it"
                )
        if kind in {"all", "any", "not"}:
            return self._compound(kind, value[kind], f"{place}.{kind}", depth - 1)
        return self._simple(kind, value, place)

    def _short(self, text: str, place: str) -> c.Condition:
        gate = text.strip().removeprefix("gate:")
        if gate != text.strip():
            return c.GateIs(self._name(gate, f"{place}.gate"))
        return c.TaskIs(self._task(text, place))

    def _compound(self, kind: str, value: Json, place: str, depth: int) -> c.Condition:
        if kind == "not":
            return c.Not(self.read(value, place, depth))
        if not isinstance(value, list) or not value:
            raise self._refuse(place, value, "write a list of conditions, at least one")
        parts = tuple(self.read(part, f"{place}[{number}]", depth) for number, part in enumerate(value, 1))
        return c.All(parts) if kind == "all" else c.Any(parts)

    def _simple(self, kind: str, value: dict[str, Json], place: str) -> c.Condition:
        named, state, at = value[kind], value.get("is"), f"{place}.{kind}"
        where = f"{place}.is"
        match kind:
            case "task":
                return c.TaskIs(self._task(named, at), self._state(state, _TASK_STATES, "completed", where))
            case "queue":
                return c.QueueIs(self._name(named, at), self._state(state, _QUEUE_STATES, "completed", where))
            case "gate":
                return c.GateIs(self._name(named, at), self._state(state, ("open",), "open", where))
            case "verdict":
                states = ("PASS", "FAIL", "BLOCKED")
                return c.VerdictIs(self._task(named, at), self._state(state, states, "PASS", where))
            case "file":
                return c.FileExists(self._path(named, at))
            case _:
                return c.TimeReached(self._moment(named, at))

    def _state(self, value: Json, states: tuple[str, ...], default: str, place: str) -> str:
        if value is None:
            return default
        if isinstance(value, str):
            for word in (value, value.upper(), str(same_status(value))):
                if word in states:
                    return word
        raise self._refuse(place, value, f"write one of {', '.join(states)}")

    def _task(self, value: Json, place: str) -> str:
        line = as_line(value)
        name = read_task_name(line, self._queue) if line else None
        if name is None:
            raise self._refuse(place, value, 'name a task, as "queue/ID"')
        return name

    def _name(self, value: Json, place: str) -> str:
        line = as_line(value)
        if line is None or not is_safe_id(line):
            raise self._refuse(place, value, "write a name of letters, digits, '.', '_' and '-'")
        return line

    def _path(self, value: Json, place: str) -> str:
        line = as_line(value)
        if not line or line.startswith("/") or ".." in line.split("/"):
            raise self._refuse(place, value, "write a path inside the repository")
        return line.removeprefix("./")

    def _moment(self, value: Json, place: str) -> int:
        at = parse_moment(value) if isinstance(value, str) else None
        if at is None:
            raise self._refuse(place, value, 'write a moment, as "2026-03-01T09:00:00Z"')
        return at


def write_condition(condition: c.Condition) -> Json:
    """Write a condition as people do, in full: every name complete, every state said."""
    match condition:
        case c.TaskIs(task=ref, state=state):
            return {"task": ref, "is": state}
        case c.QueueIs(queue=name, state=state):
            return {"queue": name, "is": state}
        case c.GateIs(gate=gate, state=state):
            return {"gate": gate, "is": state}
        case c.VerdictIs(task=ref, state=state):
            return {"verdict": ref, "is": state}
        case c.FileExists(path=path):
            return {"file": path}
        case c.TimeReached(at=at):
            return {"at": format_exact(at)}
        case c.All(of=parts):
            return {"all": [write_condition(part) for part in parts]}
        case c.Any(of=parts):
            return {"any": [write_condition(part) for part in parts]}
        case c.Not(of=part):
            return {"not": write_condition(part)}
        case _:  # pragma: no cover - the union is closed
            assert_never(condition)


def format_exact(at: int) -> str:
    """Write a moment with its milliseconds where it has any, so that reading gives it back."""
    text = format_moment(at)
    return text if not at % 1000 else f"{text[:-1]}.{at % 1000:03d}Z"

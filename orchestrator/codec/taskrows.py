"""Tasks as a program hands them over: one JSON object, an array of them, or JSON lines. Never half a list.

Each has the members of a task in a queue file, and may say its `queue`. What is wrong is told of every task at once,
each `INPUT: line L: ID: FIELD is X; remedy`; a line that cannot be read does not hide those after it.
"""

import msgspec

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Complaints, Fields, nearest, shown
from orchestrator.codec.jsontext import Element, JsonText
from orchestrator.codec.taskfields import KNOWN_FIELDS, read_spec
from orchestrator.codec.words import read_status
from orchestrator.errors import InvalidInputError
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id
from orchestrator.model.settings import Calendar
from orchestrator.model.specs import Status, TaskSpec

_NEAR = 0.85


class TaskRow(msgspec.Struct, frozen=True, kw_only=True):
    """One task, and where it stands."""

    queue: str
    spec: TaskSpec
    place: str


class TaskRows(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read of an input. With `problems` nothing of it is to be added."""

    rows: tuple[TaskRow, ...]
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_rows(data: bytes, *, name: str, queue: str = "", calendar: Calendar | None = None) -> TaskRows:
    """Read tasks; `name` is what the input is called in messages, `queue` that of tasks which say none."""
    reading = _Reading(JsonText(data, name), queue, calendar or Calendar())
    return reading.rows()


class _Reading:
    """One input being read."""

    def __init__(self, source: JsonText, queue: str, calendar: Calendar) -> None:
        self._source, self._queue, self._calendar = source, queue, calendar
        self._complaints = Complaints(source.path)

    def rows(self) -> TaskRows:
        elements = self._elements()
        found = [self._row(element, number) for number, element in enumerate(elements, 1)]
        if not elements and not self._complaints.problems:
            self._complaints.refuse("there is no task in it; write a JSON object a task")
        problems, warnings = self._complaints.problems, self._complaints.warnings
        rows = tuple(row for row in found if row is not None)
        return TaskRows(rows=rows, problems=tuple(problems), warnings=tuple(dict.fromkeys(warnings)))

    def _elements(self) -> list[Element]:
        """Take the input apart: the parts of an array, or values one after another."""
        source = self._source
        at = source.space(0)
        if source.text[at] == "[":
            try:
                elements, end = source.elements(at)
            except InvalidInputError as error:
                self._complaints.problems += error.problems
                return []
            if (rest := source.space(end)) != len(source.text):
                self._complaints.problems += source.refuse(rest, "text after the end of the array; remove it").problems
            return elements
        found: list[Element] = []
        while at < len(source.text):
            try:
                value, end, doubled = source.value(at)
                found.append(Element(at, end, value, doubled))
            except InvalidInputError as error:
                self._complaints.problems += error.problems
                line_end = source.text.find("\n{", at)
                end = line_end if line_end >= 0 else len(source.text)
            at = source.space(end)
        return found

    def _row(self, element: Element, number: int) -> TaskRow | None:
        place = f"line {self._source.line(element.start)}: "
        task = element.value
        if not isinstance(task, dict):
            self._complaints.refuse(f"{place}task {number} is {shown(task)}; write an object")
            return None
        name = task.get("id")
        place += f"{name if isinstance(name, str) else f'task {number}'}: "
        values = {key: value for key, value in task.items() if key != "queue"}
        fields = Fields(values, place, self._complaints)
        if element.doubled:
            self._complaints.refuse(f"{place}a name stands twice in an object; remove one")
        self._judge_status(fields)
        for key in values:
            if key not in KNOWN_FIELDS and (near := nearest(key, KNOWN_FIELDS, _NEAR)):
                self._complaints.warn(f"{key} of a task has no meaning and is only shown to its agent{near}")
        queue = self._queue_of(task, place)
        spec = read_spec(fields, queue or "queue", self._calendar)
        return None if spec is None or not queue else TaskRow(queue=queue, spec=spec, place=place.rstrip(": "))

    def _judge_status(self, fields: Fields) -> None:
        status = fields.read("status", _status, Status.PENDING, 'leave it out, or write "pending"')
        if status is not Status.PENDING:
            fields.refuse(
                "status", "a task that is added begins as pending; leave it out (`import` takes results over)"
            )

    def _queue_of(self, task: dict[str, Json], place: str) -> str:
        name = task.get("queue", self._queue)
        if isinstance(name, str) and is_safe_id(name):
            return name
        if "queue" not in task:
            self._complaints.refuse(f'{place}queue is missing; write "queue": "NAME", or name one with --queue')
        else:
            self._complaints.refuse(f"{place}queue is {shown(name)}; a queue's name has {SAFE_ID_RULE}")
        return ""


def _status(value: Json) -> Status | None:
    return read_status(value) if isinstance(value, str) else None

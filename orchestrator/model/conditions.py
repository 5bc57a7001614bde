"""Conditions over tasks, queues, gates, files and time: what triggers, gates, unlocks and `when` are made of.

The shapes here are canonical; the short forms people write are read by the codec. Evaluating one is policy.
"""

from typing import TypeAlias

import msgspec


class TaskIs(msgspec.Struct, frozen=True, tag="task", tag_field="kind"):
    """True while the task has the status `state` (`completed` unless said otherwise)."""

    task: str
    state: str = "completed"


class QueueIs(msgspec.Struct, frozen=True, tag="queue", tag_field="kind"):
    """True while every task of the queue has the state (`completed`: all are completed or skipped)."""

    queue: str
    state: str = "completed"


class GateIs(msgspec.Struct, frozen=True, tag="gate", tag_field="kind"):
    """True while the gate is in the state (`open` unless said otherwise)."""

    gate: str
    state: str = "open"


class VerdictIs(msgspec.Struct, frozen=True, tag="verdict", tag_field="kind"):
    """True while the task's last verdict is the given one."""

    task: str
    state: str = "PASS"


class FileExists(msgspec.Struct, frozen=True, tag="file", tag_field="kind"):
    """True once the path has been seen in the target branch."""

    path: str


class TimeReached(msgspec.Struct, frozen=True, tag="at", tag_field="kind"):
    """True from the moment on (milliseconds since the epoch)."""

    at: int


class All(msgspec.Struct, frozen=True, tag="all", tag_field="kind"):
    """True while every part is."""

    of: "tuple[Condition, ...]"


class Any(msgspec.Struct, frozen=True, tag="any", tag_field="kind"):
    """True while some part is."""

    of: "tuple[Condition, ...]"


class Not(msgspec.Struct, frozen=True, tag="not", tag_field="kind"):
    """True while the part is not."""

    of: "Condition"


Condition: TypeAlias = TaskIs | QueueIs | GateIs | VerdictIs | FileExists | TimeReached | All | Any | Not

"""One event of every kind there is, each about things that do not exist."""

from typing import Any, get_args, get_type_hints

import msgspec

from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.specs import GateSpec, QueueSpec, TaskSpec, TriggerSpec
from orchestrator.model.verdicts import Finding, Verdict

_VALUES: dict[Any, Any] = {
    str: "x/none",
    int: 1,
    float: 1.0,
    bool: True,
    Verdict: Verdict.FAIL,
    TaskSpec: TaskSpec(id="none"),
    QueueSpec: QueueSpec(name="none"),
    GateSpec: GateSpec(id="none"),
    TriggerSpec: TriggerSpec(id="none", when=TaskIs(task="x/none"), do=()),
    tuple[Finding, ...]: (),
    tuple[str, ...]: ("x/none",),
}
DEFINING = (
    e.WorkersSet,
    *(e.QueueAdded, e.TriggerDefined, e.GateDefined, e.TriggerRemoved, e.GateRemoved, e.FileSeen),
    *(e.AccountParked, e.BudgetNeared, e.BudgetReached, e.MessageDue, e.ResourceLocked, e.WorkersSet),
)
"""These need nothing to be there, or leave a note of their passing."""


def _about_nothing(kind: type[e.Event]) -> e.Event:
    hints = get_type_hints(kind)
    needed = [field.name for field in msgspec.structs.fields(kind) if field.required]
    made: e.Event = kind(**{name: _VALUES[hints[name]] for name in needed})
    return made


EVERY_EVENT = [_about_nothing(kind) for kind in get_args(e.Event)]

"""JSON Schemas of everything people write and scripts read: `orchestrator schema NAME`. Describes; never validates.

Answers and events are derived from their types; files of people are described by hand, in every dialect that is read.
"""

from collections.abc import Callable
from typing import Any, cast

import msgspec

from orchestrator.codec.canonical import Json, dumps_pretty
from orchestrator.codec.schema_files import config_schema, queue_schema
from orchestrator.errors import InvalidInputError
from orchestrator.model.adding_answers import DiscoverAnswer
from orchestrator.model.answers import DoctorAnswer, StatusAnswer, WorkersAnswer
from orchestrator.model.events import Commit, Event
from orchestrator.model.plan_answers import ForecastAnswer, PlanAnswer
from orchestrator.model.report_answers import DigestAnswer, ReportAnswer
from orchestrator.model.train_answers import TrainAnswer
from orchestrator.model.verdicts import Judgement

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> bytes:
    """Give one of `NAMES` as indented JSON; another name is refused."""
    if name not in _SCHEMAS:
        raise InvalidInputError(f"there is no schema {name}; take one of {', '.join(NAMES)}")
    title, make = _SCHEMAS[name]
    return dumps_pretty({"$schema": _DRAFT, "title": title, **make()})


def _of(kind: Any) -> dict[str, Json]:
    return cast("dict[str, Json]", _tidy(msgspec.json.schema(kind)))


def _tidy(value: Json) -> Json:
    """Let descriptions stand on one line, without the indentation of the source."""
    if isinstance(value, dict):
        return {
            key: " ".join(part.split()) if key == "description" and isinstance(part, str) else _tidy(part)
            for key, part in value.items()
        }
    return [_tidy(part) for part in value] if isinstance(value, list) else value


def _journal() -> dict[str, Json]:
    """Describe one line: a commit in its envelope, its moment written for people."""
    found = _of(Commit)
    definitions = cast("dict[str, dict[str, Json]]", found["$defs"])
    commit = definitions["Commit"]
    moment: Json = {"type": "string", "format": "date-time"}
    commit["properties"] = {
        "len": {"type": "integer", "description": "Bytes of the line without its newline."},
        "crc": {"type": "string", "description": "CRC-32 of what follows it."},
        "v": {"type": "integer", "description": "Version of the line's envelope."},
        **cast("dict[str, Json]", commit["properties"]),
        "at": moment,
    }
    return found


_SCHEMAS: dict[str, tuple[str, Callable[[], dict[str, Json]]]] = {
    "config": ("orchestrator.toml", config_schema),
    "digest": ("orchestrator report --standup --json", lambda: _of(DigestAnswer)),
    "discover": ("orchestrator discover --json", lambda: _of(DiscoverAnswer)),
    "doctor": ("orchestrator doctor --json", lambda: _of(DoctorAnswer)),
    "event": ("A fact in the journal", lambda: _of(Event)),
    "journal": ("One line of the journal: a commit", _journal),
    "plan": ("orchestrator plan --format json", lambda: _of(PlanAnswer)),
    "queue": ("A work queue file", queue_schema),
    "report": ("orchestrator report --format json", lambda: _of(ReportAnswer)),
    "simulate": ("orchestrator simulate --json", lambda: _of(ForecastAnswer)),
    "status": ("orchestrator status --json", lambda: _of(StatusAnswer)),
    "train": ("orchestrator train --json", lambda: _of(TrainAnswer)),
    "verdict": ("verdict.json of a run", lambda: _of(Judgement)),
    "verify": ("orchestrator verify --format json", lambda: _of(Judgement)),
    "workers": ("orchestrator workers --json", lambda: _of(WorkersAnswer)),
}
NAMES = tuple(_SCHEMAS)

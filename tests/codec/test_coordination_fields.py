"""What a queue file says of what tasks hand over and whom they overtake."""

import pytest

from orchestrator.codec.canonical import Json
from orchestrator.codec.taskfields import spec_from, task_fields
from orchestrator.errors import InvalidInputError


def test_late_arrivals_name_tiers_and_tasks_and_are_written_back_shortly() -> None:
    fields: dict[str, Json] = {"id": "A", "catch_up": ["tier:1", "B", "r/C", "B"], "handoff": "contract"}
    spec = spec_from(fields, queue="q", source="x")
    assert spec.catch_up == ("tier:1", "q/B", "r/C")
    assert spec.handoff == ("contract",)
    assert task_fields(spec, "q", {}) == {"id": "A", "handoff": ["contract"], "catch_up": ["tier:1", "B", "r/C"]}


def test_what_names_no_task_cannot_be_overtaken() -> None:
    with pytest.raises(InvalidInputError, match=r'catch_up has "\.\./x"; write ids of tasks, or "tier:1"'):
        spec_from({"id": "A", "catch_up": ["../x"]}, queue="q", source="x")

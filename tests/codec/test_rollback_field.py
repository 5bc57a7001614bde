"""What undoes a task, as people write it; what names no action is prose for its agent."""

import json

import pytest

from orchestrator.codec.canonical import Json
from orchestrator.codec.taskfields import spec_from, task_fields
from orchestrator.errors import InvalidInputError


def read(rollback: Json) -> tuple[str, str]:
    spec = spec_from({"id": "A", "rollback": rollback}, queue="q", source="q.json")
    return spec.rollback, spec.details


def test_an_action_is_read_and_written_back() -> None:
    assert read({"run": "undo-migrate"}) == ("undo-migrate", "")
    spec = spec_from({"id": "A", "rollback": {"run": "undo"}}, queue="q", source="q.json")
    assert task_fields(spec, "q", {}) == {"id": "A", "rollback": {"run": "undo"}}


@pytest.mark.parametrize("prose", ["restore the backup", ["first", "second"], {"steps": ["restore"]}])
def test_prose_is_handed_to_the_agent(prose: Json) -> None:
    assert read(prose) == ("", json.dumps({"rollback": prose}, separators=(",", ":")))


@pytest.mark.parametrize("wrong", [{"run": ""}, {"run": 3}, {"run": "a b"}, {"run": "undo", "after": "1h"}])
def test_what_cannot_be_an_action_is_refused_with_the_remedy(wrong: Json) -> None:
    with pytest.raises(InvalidInputError, match=r'rollback is .*; name an action of \[actions\], as {"run": "undo-mi'):
        read(wrong)

"""Who is told while a task waits for people, as people write it; what is no list is prose for its agent."""

from typing import Any

import pytest

from orchestrator.codec.taskfields import spec_from, task_fields
from orchestrator.errors import InvalidInputError
from orchestrator.model.specs import Rung, TaskSpec


def read(escalate: Any) -> TaskSpec:
    return spec_from({"id": "A", "escalate": escalate}, queue="q", source="q.json")


def test_rungs_are_read_in_their_order_each_once_and_written_back() -> None:
    late, soon = {"after": "1h", "notify": "exec"}, {"after": "30m", "notify": "ops"}
    spec = read([late, soon, soon])
    assert spec.escalate == (Rung(after_s=1800, notify="ops"), Rung(after_s=3600, notify="exec"))
    assert task_fields(spec, "q", {}) == {"id": "A", "escalate": [soon, late]}
    assert spec.details == ""


def test_prose_is_handed_to_the_agent() -> None:
    spec = read("ask ana")
    assert (spec.escalate, spec.details) == ((), '{"escalate":"ask ana"}')


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (["ask ana"], r"escalate\[1\] is .*; write an object"),
        ([{"after": 3, "notify": "ops"}], r'escalate\[1\].after is 3; write a duration, as "30m"'),
        ([{"after": "1h"}], r"escalate\[1\].notify is null; name the person, role or address to tell"),
        ([{"after": "1h", "notify": "ops", "whom": 1}], r"escalate\[1\].whom is not known"),
    ],
)
def test_what_is_no_rung_is_refused_with_the_remedy(wrong: Any, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        read(wrong)

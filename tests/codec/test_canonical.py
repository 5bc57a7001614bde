"""JSON of our own making says what it was given, in the order it was given."""

import pytest

from orchestrator.codec.canonical import dumps, dumps_pretty, loads
from orchestrator.errors import InvalidInputError
from orchestrator.model.documents import Stamp
from orchestrator.model.specs import Status


def test_what_is_written_is_read_back_in_its_order() -> None:
    value = {"b": [1, 2.5, None], "a": "é"}
    assert dumps(value) == '{"b":[1,2.5,null],"a":"é"}'.encode()
    assert loads(dumps(value)) == value
    again = loads(dumps_pretty(value))
    assert isinstance(again, dict)
    assert list(again) == ["b", "a"]


def test_structs_and_enums_need_no_help() -> None:
    assert dumps({"stamp": Stamp(7, "9f"), "status": Status.COMPLETED}) == (
        b'{"stamp":{"seq":7,"journal":"9f"},"status":"completed"}'
    )
    assert dumps_pretty([Stamp(7, "9f")]) == b'[\n  {\n    "seq": 7,\n    "journal": "9f"\n  }\n]\n'


def test_what_is_no_json_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidInputError, match=r"line 2, column \d+: .*; write valid JSON"):
        loads(b'{\n"a": }')

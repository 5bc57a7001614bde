"""What agents say, as bytes: every word is read, everything else is told what is wrong with it."""

import json

import pytest

from orchestrator.codec.spoken import read_word, write_briefing, write_reply
from orchestrator.model.talk import AskPerson, Blocked, Briefing, Learn, Progress, ProposeTask, Reply

WORDS = {
    '{"verb": "progress", "text": "half way"}': Progress(text="half way"),
    '{"verb": "blocked", "text": "no key"}': Blocked(text="no key"),
    '{"verb": "ask", "text": "which?"}': AskPerson(text="which?"),
    '{"verb": "ask", "text": "which?", "holds": false}': AskPerson(text="which?", holds=False),
    '{"verb": "learn", "text": "TZ=UTC"}': Learn(text="TZ=UTC"),
    '{"verb": "propose", "title": "more"}': ProposeTask(title="more"),
}
NONE = {
    "{": "truncated",
    "null": "Expected `object`",
    '{"text": "who?"}': "verb",
    '{"verb": "claim", "text": "done"}': "Invalid value 'claim'",
    '{"verb": "merge"}': "Invalid value 'merge'",
    '{"verb": "progress"}': "missing required field `text`",
    '{"verb": "progress", "text": 7}': "Expected `str`",
    '{"verb": "progress", "text": ""}': "length >= 1",
    '{"verb": "learn", "text": " \\n "}': "is empty",
    '{"verb": "propose", "title": "  "}': "is empty",
    '{"verb": "propose", "title": "t", "checks": []}': "unknown field `checks`",
    '{"verb": "propose", "title": "t", "allow_protected": ["x"]}': "unknown field `allow_protected`",
    '{"verb": "propose", "title": "t", "priority": -1}': ">= 0",
    '{"verb": "progress", "text": "\\ud800"}': "not understood",
    json.dumps({"verb": "progress", "text": "x" * 4001}): "length <= 4000",
    json.dumps({"verb": "propose", "title": "t", "files": ["f"] * 51}): "length <= 50",
    "[" * 100_000: "not understood",
}


@pytest.mark.parametrize("text", WORDS)
def test_a_word_is_read(text: str) -> None:
    assert read_word(text.encode()) == WORDS[text]


@pytest.mark.parametrize("text", NONE, ids=lambda text: text[:40])
def test_what_is_no_word_is_told_why(text: str) -> None:
    complaint = read_word(text.encode())
    assert isinstance(complaint, str)
    assert NONE[text] in complaint


def test_bytes_that_are_no_text_are_no_word_and_a_complaint_stays_short() -> None:
    assert "not understood" in str(read_word(b'{"verb": "progress", "text": "\xff"}'))
    assert len(str(read_word(json.dumps({"verb": "progress", "text": "x", "y" * 9000: 1}).encode()))) <= 300


def test_replies_and_briefings_are_json() -> None:
    assert json.loads(write_reply(Reply(ok=True, text="Q1", answer="80", by="ana"))) == {
        "ok": True,
        "text": "Q1",
        "answer": "80",
        "by": "ana",
    }
    briefing = Briefing(task="q/T", title="t", description="", attempt=1, iteration=2, iterations_left=3)
    assert json.loads(write_briefing(briefing))["iterations_left"] == 3

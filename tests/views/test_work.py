"""An agent's work as people see it: the same form for every agent, short, safe, complete."""

import unicodedata
from pathlib import Path

import pytest

from orchestrator.agents.normalise.registry import NORMALISERS, events_of
from orchestrator.model import agent_events as a
from orchestrator.views.work import MAX_ROWS, Work

STREAMS = Path(__file__).parents[1] / "data" / "agent-streams"


def told(*events: a.AgentEvent, width: int = 80) -> list[str]:
    work = Work(width)
    lines = [line for event in events for line in work.tell(event)]
    return [f"{level}: {text}" for level, text in (*lines, *work.end())]


def test_every_kind_of_event_has_its_line() -> None:
    assert told(
        a.Started(session="s-1", model="opus"),
        a.Started(session="s-1"),
        a.Text(text="\nI will\n\n\tlook.\n"),
        a.ToolStart(id="1", name="Bash", title="pytest -q"),
        a.ToolStart(id="2", name="think"),
        a.ToolEnd(id="1", ok=True, summary="3 passed"),
        a.ToolEnd(id="1", ok=False, summary="1 failed"),
        a.Permission(id="1", title="rm -rf x", allowed=False, why="execute: rm*"),
        a.Permission(id="1", title="ls", allowed=True, why="read"),
        a.Retry(attempt=2, of=5, delay_s=1.5, status=529, text="overloaded"),
        a.Retry(attempt=1),
        a.Limit(kind="five_hour", until_ms=1),
        a.Failure(kind=a.FailureKind.AUTH, status=401, text="log in"),
        a.Final(text="done"),
        a.Final(text="", is_error=True),
        a.Raw(text='{"type":\n"new"}'),
    ) == [
        "dim: started opus session s-1",
        "info: I will",
        "info: ",
        "info:     look.",
        "head: ▸ Bash: pytest -q",
        "head: ▸ think",
        "dim:   ✓ 3 passed",
        "bad:   ✗ 1 failed",
        "warn:   denied (execute: rm*): rm -rf x",
        "dim:   allowed (read): ls",
        "warn: tries again (2 of 5) in 1.5 s: 529 overloaded",
        "warn: tries again (1): ",
        "warn: limit reached: five_hour",
        "bad: failed (auth): 401 log in",
        "dim: ended",
        "bad: ended with an error",
        'dim: {"type": "new"}',
    ]


def test_usage_is_added_up_unless_it_is_the_total_and_told_once() -> None:
    parts = (a.Usage(input=1000, output=5, usd=0.25), a.Usage(input=500, cached=70, output=5))
    assert told(*parts) == ["dim: used 1,500 tokens in (70 more from its cache), 10 out, 0.2500 USD"]
    assert told(*parts, a.Usage(input=9, output=1, total=True)) == ["dim: used 9 tokens in, 1 out"]
    assert told() == []


def test_lines_are_bounded_in_length_and_in_number() -> None:
    lines = told(a.Text(text="x" * 500_000), a.Raw(text="y" * 500_000), width=40)
    assert [len(line.partition(": ")[2]) for line in lines] == [40, 40]
    many = told(a.Text(text="row\n" * 1000))
    assert len(many) == MAX_ROWS + 1
    assert many[-1] == f"dim: ... and {1000 - MAX_ROWS} more lines"


@pytest.mark.parametrize("path", sorted(STREAMS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_real_streams_are_told_without_anything_that_steers_a_terminal(path: Path) -> None:
    stream = path.stem.split("-")[0].split(".")[0]
    name = stream if stream in NORMALISERS else "plain"
    poisoned = [
        line.replace(b"hello", b"\\u001b[2Jhello\\u202e") for line in path.read_bytes().splitlines(keepends=True)
    ]
    lines = told(*events_of(name, poisoned, 0), width=60)
    assert lines
    for line in lines:
        assert len(line.partition(": ")[2]) <= 60
        assert not any(unicodedata.category(letter) in {"Cc", "Cf"} for letter in line)

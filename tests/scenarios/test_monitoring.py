"""What monitoring systems read: the text is what they parse, the sums are those of the journal, spans fit together."""

import json
import re
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

SAMPLE = re.compile(r'^(\w+)\{((?:\w+="(?:[^"\\\n]|\\.)*",?)*)\} (\S+)$')


def read(text: str) -> dict[str, dict[str, float]]:
    """Parse the exposition format: every sample stands under its HELP and TYPE, none comes twice."""
    found: dict[str, dict[str, float]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in found
            found[name] = {}
        elif line.startswith("# TYPE "):
            assert line.split()[2] == name
            assert line.split()[3] in {"gauge", "counter"}
        else:
            sample = SAMPLE.match(line)
            assert sample is not None, line
            assert sample[1] == name
            assert sample[2] not in found[name]
            found[name][sample[2]] = float(sample[3])
    return found


def spans(text: str) -> list[dict[str, Any]]:
    (resource,) = json.loads(text)["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    found: list[dict[str, Any]] = scope["spans"]
    return found


def attribute(span: dict[str, Any], name: str) -> str:
    (value,) = [each["value"] for each in span["attributes"] if each["key"] == f"orchestrator.{name}"]
    return str(next(iter(value.values())))


@pytest.fixture
def worked(shop: Shop) -> Shop:
    """Give a project with a task done at the second try, one that failed, and one whose queue is paused."""
    shop.commit()
    shop.write("green.sh", "#!/bin/sh\ntest ! -e A.py || grep -q '2' A.py\n", mode=0o755)
    shop.queue("q", "A", {"id": "B", "max_iterations": 1})
    shop.queue("r", "C")
    shop.play("q/B", "true")
    assert shop.ask("pause", "r").code == 0
    assert shop.run().code == 1
    return shop


@pytest.mark.slow
def test_the_figures_are_those_of_the_journal(worked: Shop) -> None:
    answer = worked.ask("metrics")
    assert answer.code == 0, answer.err
    found = read(answer.out)
    assert found["orchestrator_tasks"]['project="shop",queue="q",status="completed"'] == 1
    assert found["orchestrator_tasks"]['project="shop",queue="q",status="failed"'] == 1
    assert found["orchestrator_queue_held"]['project="shop",queue="r",how="paused"'] == 1
    assert sum(found["orchestrator_agent_calls_total"].values()) == len(worked.events("agent.finished"))
    assert sum(found["orchestrator_verdicts_total"].values()) == len(worked.events("verdict.reached"))
    seconds = sum(event["seconds"] for event in worked.events("agent.finished"))
    assert sum(found["orchestrator_agent_seconds_total"].values()) == pytest.approx(seconds)
    assert sum(found["orchestrator_landed_total"].values()) == 1
    (seq,) = found["orchestrator_journal_seq"].values()
    assert seq == worked.events()[-1]["seq"]
    file = worked.base / "figures.prom"
    assert worked.ask("metrics", "-o", str(file)).code == 0
    assert read(file.read_text()).keys() == found.keys()


@pytest.mark.slow
def test_the_spans_fit_into_each_other_and_are_the_same_whenever_they_are_told(worked: Shop) -> None:
    told = worked.ask("traces").out
    found = spans(told)
    by_id = {span["spanId"]: span for span in found}
    assert len(by_id) == len(found)
    assert {span["name"] for span in found} >= {"q/A", "q/B", "attempt 1", "agent script", "verify", "land"}
    for span in found:
        assert re.fullmatch(r"[0-9a-f]{32}", span["traceId"])
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        if span["name"] in {"q/A", "q/B"}:
            assert span["parentSpanId"] == ""
            continue
        parent = by_id[span["parentSpanId"]]
        assert parent["traceId"] == span["traceId"]
        assert int(parent["startTimeUnixNano"]) <= int(span["startTimeUnixNano"])
    assert len([span for span in found if span["name"] == "agent script"]) == len(worked.events("agent.finished"))
    ends = {span["name"]: span["status"] for span in found if not span["parentSpanId"]}
    assert ends == {"q/A": {"code": 1}, "q/B": {"code": 2}}
    assert [attribute(span, "verdict") for span in found if span["name"] == "verify"].count("FAIL") == 1
    middle = sorted(int(attribute(span, "seq")) for span in found)[len(found) // 2]
    later = spans(worked.ask("traces", "--since", str(middle)).out)
    assert later == [span for span in found if int(attribute(span, "seq")) > middle]

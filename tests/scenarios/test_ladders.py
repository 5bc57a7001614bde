"""Nobody is forgotten: what waits for people too long is told up a ladder, and a deadline that passes is said."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.scenarios.conftest import Shop
from tests.scenarios.test_messages import service

pytestmark = pytest.mark.slow
RUNGS: list[dict[str, Any]] = [
    {"after": "1s", "notify": "ops"},
    {"after": "2s", "notify": "exec"},
    {"after": "1h", "notify": "board"},
]


def gate(shop: Shop, name: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {gate["id"]: gate for gate in shop.status()["gates"]}
    return found[name]


def raised(shop: Shop) -> list[tuple[str, str]]:
    return [(event["gate"] or event["task"], event["notify"]) for event in shop.events("escalation.raised")]


def test_each_rung_is_told_once_over_several_runs_and_a_kill_until_somebody_sees_to_it(shop: Shop) -> None:
    with service() as ops, service() as boss:
        people = f'[people.ana]\nroles = ["ops"]\nnotify = ["json://127.0.0.1:{ops.port}"]\n'
        people += f'[people.bea]\nroles = ["exec", "board"]\nnotify = ["json://127.0.0.1:{boss.port}"]\n'
        shop.config(f'\n[notify]\non = ["escalation"]\n{people}')
        shop.play("work/A", "echo 'I give up'; exit 3")
        shop.queue(
            "work",
            {"id": "A", "agent": "human", "escalate": RUNGS[:1]},
            {"id": "B", "dependencies": ["gate:go"]},
            gates=[{"id": "go", "approvers": ["ana"], "escalate": RUNGS}],
        )
        shop.commit()
        first, second = shop.start("run", "--watch"), shop.start("run", "--watch")
        shop.until("escalation.raised", gate="go", notify="ops")
        first.kill()
        shop.until("escalation.raised", gate="go", notify="exec")
        shop.until("escalation.raised", task="work/A")
        ops.wait_for("gate:go has waited for")
        boss.wait_for("gate:go has waited for")
        assert any(re.search(r"gate:go has waited for \d+s: 1 signature of ana", text) for text in ops.texts)
        assert any("gate:go has waited for 2s" in text for text in boss.texts)
        shown = gate(shop, "go")["escalation"]
        assert [step["notify"] for step in shown["told"]] == ["ops", "exec"]
        assert shown["next"]["notify"] == "board"
        assert "orchestrator ack gate:go` stops that" in shop.ask("explain", "gate:go").out
        assert "told: ops at" in shop.ask("inbox").out

        said = shop.ask("ack", "gate:go", "--as", "ana", "--for", "2h", "--note", "on the phone")
        assert said.code == 0, said.err
        shown = gate(shop, "go")["escalation"]
        assert (shown["acknowledged_by"], shown["note"]) == ("ana", "on the phone")
        assert "ana sees to it until" in shop.ask("explain", "gate:go").out
        assert shop.ask("ack", "work/B").code == 1
        assert shop.ask("stop").code == 0
        second.wait()
        assert sorted(raised(shop)) == [("go", "exec"), ("go", "ops"), ("work/A", "ops")]


def test_without_a_run_the_systems_scheduler_tells_what_is_due_and_that_a_deadline_has_passed(shop: Shop) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()  # noqa: TID251 - people's clocks
    with service() as ops:
        shop.config(f'\n[notify]\nurls = ["json://127.0.0.1:{ops.port}"]\non = ["gate", "escalation"]\n')
        rungs = [{"after": "0s", "notify": "ana"}]
        gates = [{"id": "go", "approvers": ["ana"], "deadline": soon, "escalate": rungs}]
        shop.queue("work", {"id": "B", "dependencies": ["gate:go"]}, gates=gates)
        shop.commit()
        watching = shop.start("run", "--watch")
        shop.until("gate.expired", gate="go")
        watching.kill()
        assert gate(shop, "go")["state"] == "expired"
        assert gate(shop, "go")["waiting_for"][0] == "a new approval: its deadline has passed"
        assert shop.ask("notify", "--send").code == 0
        texts = "\n".join(ops.texts)
        assert "the deadline of gate go has passed" in texts
        assert len([event for event in shop.events("escalation.raised") if event["cause"] == "expired"]) == 1
        assert shop.ask("notify", "--send").code == 0
        assert len(shop.events("gate.expired")) == 1

        late = shop.ask("approve", "gate:go", "--as", "ana", "--note", "late, and fine")
        assert late.code == 0, late.err
        assert "gate go opened" in late.out
        assert gate(shop, "go")["escalation"] is None

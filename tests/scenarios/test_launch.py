"""A launch in gated phases from the first cable to the release, driven as people do."""

import json
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow

CONFIG = """
[people.ana]
roles = ["ops"]
[people.bert]
roles = ["ops"]
[people.dora]
roles = ["security"]
[checks.suite]
command = ["sh", "-c", "cp suite.xml {report}"]
format = "junit"
pass_rate = 0.95
[checks.scan]
command = ["sh", "-c", "cp scan.sarif {report}"]
format = "sarif"
max = {error = 0}
[actions.undo]
command = ["sh", "-c", "echo $ORCHESTRATOR_ACTION_TASK >> undone.txt"]
"""
GREEN = ["green"]


def suite(passed: int) -> str:
    cases = "".join(f'<testcase classname="s" name="t{n}"/>' for n in range(passed))
    bad = "".join(f'<testcase classname="s" name="b{n}"><failure/></testcase>' for n in range(20 - passed))
    return f'<testsuite name="s" tests="20" failures="{20 - passed}">{cases}{bad}</testsuite>\n'


def scan(*critical: str) -> str:
    results = [{"ruleId": name, "level": "error", "message": {"text": name}} for name in critical]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "scan"}}, "results": results}]}) + "\n"


def build(shop: Shop) -> None:
    """Five teams, four gates, and a release of two steps that can be taken back."""
    shop.config(CONFIG)
    shop.write("suite.xml", suite(18))
    shop.write("scan.sarif", scan("open-port"))
    ground = {
        "id": "ground",
        "requires": {"queue": "infra"},
        "evidence": ["docs/net.md"],
        "approvers": ["ops"],
        "quorum": 2,
        "checklist": ["no credentials in git"],
    }
    shop.play("infra/NET", "works; mkdir -p docs; echo laid > docs/net.md; claims")
    shop.queue("infra", team("NET", outputs=["docs/net.md"]), team("STORE"), gates=[ground])
    tested = {"id": "tested", "requires": {"queue": "qa"}, "checks": ["suite"]}
    shop.queue("qa", team("LOAD", "gate:ground"), team("PERF", "gate:ground"), gates=[tested])
    secure = {"id": "secure", "requires": {"queue": "audit"}, "checks": ["scan"], "approvers": ["security"]}
    shop.queue("audit", team("AUTH", "gate:ground"), gates=[secure])
    shop.queue("docs", team("GUIDE", "qa/LOAD", "audit/AUTH"), team("WATCH", "qa/PERF"))
    both = {"all": ["gate:tested", "gate:secure", "docs/GUIDE"]}
    go = {"id": "go", "requires": both, "approvers": ["ana", "dora"], "quorum": 2}
    step = {"rollback": {"run": "undo"}, "max_iterations": 1}
    shop.play("release/SWITCH", "works")  # and never says that it is done
    shop.queue("release", team("PUSH", "gate:go", **step), team("SWITCH", "PUSH", **step), gates=[go])
    shop.commit()


def team(name: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "dependencies": list(needs), "checks": GREEN, **more}


def gates(shop: Shop) -> dict[str, tuple[str, list[str]]]:
    return {gate["id"]: (gate["state"], gate["waiting_for"]) for gate in shop.status()["gates"]}


def test_a_launch_goes_through_its_gates_and_a_step_that_fails_is_taken_back(shop: Shop) -> None:
    build(shop)
    assert shop.run().code == 5
    assert gates(shop)["ground"] == ("ready", ["2 signatures of ops"])
    for who in ("ana", "ana", "bert"):  # saying so twice says nothing more
        assert gates(shop)["ground"][0] == "ready"
        assert shop.ask("approve", "gate:ground", "--as", who).code == 0
    what_fails_delays_what_stands_behind_it_and_nothing_else(shop)
    it_is_mended_signed_and_go(shop)
    a_failed_step_takes_the_release_back_and_it_goes_forward_again(shop)
    the_teams_are_reported(shop)


def what_fails_delays_what_stands_behind_it_and_nothing_else(shop: Shop) -> None:
    """Eighteen of twenty are not 95 %, and one critical finding is one too many."""
    assert shop.run().code == 5
    done = {ref for ref, task in shop.tasks().items() if task["status"] == "completed"}
    assert done == {"infra/NET", "infra/STORE", "qa/LOAD", "qa/PERF", "audit/AUTH", "docs/GUIDE", "docs/WATCH"}
    stand = gates(shop)
    assert stand["tested"] == ("waiting", ["check suite"])
    assert stand["secure"] == ("waiting", ["check scan", "1 signature of security"])
    assert stand["go"][0] == "waiting"
    reason = shop.task("release/PUSH")["reason"]
    assert (reason["code"], reason["on"]) == ("gate", ["gate:go"])
    assert {"gate:tested", "gate:secure"} <= {blocker["id"] for blocker in report(shop)["blockers"]}


def report(shop: Shop) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shop.ask("report", "--json").out)
    return found


def it_is_mended_signed_and_go(shop: Shop) -> None:
    shop.git("pull", "-q", "--ff-only", ".", "orchestrator/main", check=False)
    shop.write("suite.xml", suite(19))
    shop.write("scan.sarif", scan())
    shop.commit("nineteen of twenty, and the port is shut")
    assert shop.ask("reject", "gate:secure", "--as", "dora", "--reason", "show me").code == 0
    for who in ("ana", "dora"):
        assert shop.ask("approve", "gate:go", "--as", who).code == 0  # early: it opens nothing by that
    assert shop.run().code == 5
    stand = gates(shop)
    assert stand["tested"] == ("open", [])
    assert stand["secure"][0] == "rejected"
    assert not shop.events("task.claimed", task="release/PUSH")
    assert shop.ask("approve", "gate:secure", "--as", "dora", "--note", "seen").code == 0
    assert gates(shop)["go"] == ("open", [])


def a_failed_step_takes_the_release_back_and_it_goes_forward_again(shop: Shop) -> None:
    failed = shop.run()
    assert failed.code == 1, failed.err
    assert (shop.root / "undone.txt").read_text() == "release/PUSH\n"
    assert [event["task"] for event in shop.events("task.rolled_back")] == ["release/PUSH"]
    assert shop.task("release/PUSH")["reason"]["code"] == "paused"
    assert "release/SWITCH" in failed.out + failed.err
    shop.play("release/SWITCH", "works; claims")
    assert shop.ask("retry", "release/SWITCH").code == 0
    assert shop.ask("resume", "release").code == 0
    assert shop.run().code == 0


def the_teams_are_reported(shop: Shop) -> None:
    said = report(shop)
    assert {queue["name"]: queue["percent"] for queue in said["queues"]} == dict.fromkeys(
        ("infra", "qa", "audit", "docs", "release"), 100
    )
    assert [state for _, state, _ in said["gates"]] == ["open"] * 4
    assert [(d["by"], d["what"]) for d in said["decisions"] if "secure" in d["what"]] == [
        ("dora", "reject gate:secure"),
        ("dora", "approve gate:secure"),
    ]
    assert not said["blockers"]

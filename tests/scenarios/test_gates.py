"""A launch in gated phases, driven as people do: what a gate waits for, who signs, and what opens by it."""

import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

PEOPLE = """
[people.ana]
roles = ["ops-lead"]
[people.bob]
roles = ["security"]
[checks.smoke]
command = ["./smoke.sh"]
"""
SMOKE = "#!/bin/sh\ntest -s smoke.ok || { echo 'no smoke yet'; exit 1; }\n"
INFRA: dict[str, Any] = {
    "id": "infra",
    "title": "the ground is laid",
    "requires": {"queue": "infra", "is": "completed"},
    "checks": ["smoke"],
    "evidence": ["docs/INFRA.md"],
    "approvers": ["ops-lead"],
    "checklist": ["no credentials in git"],
}


def gate(shop: Shop, name: str = "infra") -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {gate["id"]: gate for gate in shop.status()["gates"]}
    return found[name]


@pytest.mark.slow
def test_a_gate_opens_when_work_evidence_checks_and_signature_are_there_and_not_before(shop: Shop) -> None:
    shop.config(PEOPLE)
    shop.write("smoke.sh", SMOKE, mode=0o755)
    shop.queue("infra", {"id": "NET", "checks": ["green"]}, gates=[INFRA])
    shop.queue("qa", {"id": "LOAD", "dependencies": ["gate:infra"], "checks": ["green"]})
    shop.play("infra/NET", "works; mkdir -p docs; echo fine > docs/INFRA.md; claims")
    shop.commit()

    assert shop.ask("approve", "gate:infra", "--as", "bob").code == 1
    refused = shop.ask("approve", "gate:infra", "--as", "carl")
    assert refused.code == 1
    assert "carl may not sign gate infra; it takes --as ops-lead or ana" in refused.err

    first = shop.run()
    assert first.code == 5, first.err
    waits = gate(shop)
    assert (waits["state"], waits["waiting_for"]) == ("waiting", ["check smoke", "1 signature of ops-lead"])
    assert shop.events("gate.checked")[0]["verdict"] == "FAIL", str(shop.events("gate.checked")[0].get("note"))
    assert shop.task("qa/LOAD")["reason"]["code"] == "gate"
    assert "check smoke" in shop.task("qa/LOAD")["reason"]["text"]

    shop.git("pull", "-q", "--ff-only", ".", "orchestrator/main", check=False)
    shop.write("smoke.ok", "smoke\n")
    shop.commit("the smoke test passes")
    second = shop.run()
    assert second.code == 5, second.err
    assert (gate(shop)["state"], gate(shop)["waiting_for"]) == ("ready", ["1 signature of ops-lead"])
    explained = shop.ask("explain", "gate:infra").out
    assert "no credentials in git" in explained
    assert "orchestrator approve gate:infra --as ops-lead" in explained

    assert shop.ask("reject", "gate:infra", "--as", "ana", "--reason", "the budget is open").code == 0
    assert gate(shop)["state"] == "rejected"
    assert shop.run().code == 5

    note = shop.write("sign-off.txt", "all good\n")
    signed = shop.ask("approve", "gate:infra", "--as", "ana", "--evidence", str(note), "--note", "checked twice")
    assert signed.code == 0, signed.err
    assert "gate infra opened" in signed.out
    assert (gate(shop)["state"], gate(shop)["waiting_for"]) == ("open", [])
    approved = shop.events("gate.approved")[-1]
    assert approved["by"] == "ana"
    assert approved["evidence"][0].startswith("sign-off.txt sha256:")
    assert shop.run().code == 0
    assert shop.task("qa/LOAD")["status"] == "completed"


@pytest.mark.slow
def test_files_and_moments_fire_triggers_and_unlock_queues(shop: Shop) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()  # noqa: TID251 - people's clocks
    shop.queue(
        "main",
        "A",
        triggers=[
            {"id": "seen", "when": {"file": "A.py"}, "do": [{"unlock": "after"}]},
            {"id": "timed", "when": {"at": soon}, "do": [{"unlock": "later"}]},
        ],
    )
    shop.queue("after", "B", locked=True)
    shop.queue("later", "C", locked=True)
    shop.commit()
    run = shop.start("run", "--watch")
    shop.until("task.completed", task="after/B")
    shop.until("task.completed", task="later/C")
    assert shop.events("file.seen")[0]["path"] == "A.py"
    assert shop.ask("stop").code == 0
    assert run.wait().code in {0, 130}


@pytest.mark.slow
def test_a_signature_can_be_a_persons_ssh_key(shop: Shop) -> None:
    key, other = shop.base / "ana_key", shop.base / "bob_key"
    for path in (key, other):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    public = key.with_suffix(".pub").read_text().split()
    shop.write("people.keys", f'ana namespaces="orchestrator" {public[0]} {public[1]}\n')
    shop.config(PEOPLE, project='allowed_signers = "people.keys"')
    shop.queue("work", "A", gates=[{"id": "go", "approvers": ["ana"]}])
    shop.commit()
    unsigned = shop.ask("approve", "gate:go", "--as", "ana")
    assert unsigned.code == 1
    assert "sign it: --sign KEY" in unsigned.err
    foreign = shop.ask("approve", "gate:go", "--as", "ana", "--sign", str(other))
    assert foreign.code == 1
    assert "does not know this key as that of ana" in foreign.err
    assert not shop.events("gate.approved")
    signed = shop.ask("approve", "gate:go", "--as", "ANA", "--sign", str(key))
    assert signed.code == 0, signed.err
    event = shop.events("gate.approved")[0]
    assert event["said"].startswith("approve gate:go\nas ana\njournal ")
    assert "BEGIN SSH SIGNATURE" in event["signature"]
    audit = shop.ask("doctor", "--audit")
    assert "1 signature of people is good" in audit.out, audit.out
    shop.write("people.keys", "")
    assert "the signature of ana under gate go is not good" in shop.ask("doctor", "--audit").out

"""A capability board under authority: conditional phases, one not executed, sign-offs, and decisions one can audit."""

import json
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow

PEOPLE = """
[people.omar]
roles = ["operator"]
[people.ines]
roles = ["designer"]
"""


def capability(shop: Shop, name: str, *, behind: str = "", front: bool) -> None:
    """Lay out one capability: design, build and audit side by side, looks where there is a front end, acceptance."""
    front_end = f"{name}/front/index.html"
    built = f"works; mkdir -p {name}/front; echo built > {name}/built.md"
    shop.play(f"{name}/BUILD", f"{built}; {f'echo hello > {front_end}; ' if front else ''}claims")
    shop.play(f"{name}/DESIGN", f"works; mkdir -p {name}; echo designed > {name}/design.md; claims")
    shop.queue(
        name,
        {"id": "DESIGN", "dependencies": [behind] if behind else [], "outputs": [f"{name}/design.md"]},
        {"id": "BUILD", "dependencies": ["DESIGN"], "outputs": [f"{name}/built.md"], "estimated_hours": 8},
        {"id": "LOOKS", "dependencies": ["BUILD"], "when": {"file": front_end}},
        {"id": "AUDIT", "dependencies": ["DESIGN"], "owner": "ines"},
        {"id": "ACCEPT", "dependencies": ["LOOKS", "AUDIT"]},
        title=f"{name} for everybody",
        gates=[
            {
                "id": name,
                "title": f"{name} may go live",
                "requires": {"queue": name},
                "evidence": [f"{name}/built.md", f"{name}/minutes.md"],
                "approvers": ["operator"],
                "checklist": ["the minutes are signed"],
            }
        ],
    )


def gate(shop: Shop, name: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {one["id"]: one for one in shop.status()["gates"]}
    return found[name]


def test_capabilities_are_built_authorised_and_accounted_for(shop: Shop) -> None:
    shop.config(PEOPLE)
    capability(shop, "intake", front=False)
    capability(shop, "portal", behind="gate:intake", front=True)
    shop.commit()
    why = "done last quarter; see minutes 14"
    assert shop.ask("skip", "intake/AUDIT", "--reason", why).code == 0

    first = shop.run()
    assert first.code == 5, first.err
    phases = {ref: task["status"] for ref, task in shop.tasks().items() if ref.startswith("intake/")}
    assert phases == {
        "intake/DESIGN": "completed",
        "intake/BUILD": "completed",
        "intake/LOOKS": "skipped",  # there is no front end
        "intake/AUDIT": "skipped",
        "intake/ACCEPT": "completed",
    }
    assert (gate(shop, "intake")["state"], gate(shop, "intake")["waiting_for"]) == (
        "waiting",
        ["evidence intake/minutes.md", "1 signature of operator"],
    )
    reason = shop.task("portal/DESIGN")["reason"]
    assert (reason["code"], reason["on"]) == ("gate", ["gate:intake"])

    the_operator_is_asked_once_the_evidence_is_complete(shop)
    the_second_capability_has_a_front_end_to_look_after(shop)
    what_was_decided_can_be_audited_and_not_quietly_changed(shop)
    the_report_is_what_people_maintained_by_hand(shop, why)


def the_operator_is_asked_once_the_evidence_is_complete(shop: Shop) -> None:
    shop.git("pull", "-q", "--ff-only", ".", "orchestrator/main", check=False)
    minutes = shop.write("intake/minutes.md", "accepted by all\n")
    shop.commit("the minutes")
    assert shop.run().code == 5
    assert (gate(shop, "intake")["state"], gate(shop, "intake")["waiting_for"]) == (
        "ready",
        ["1 signature of operator"],
    )
    assert shop.events("gate.ready", gate="intake")
    assert "gate:intake" in shop.ask("inbox").out
    explained = shop.ask("explain", "gate:intake").out
    assert "the minutes are signed" in explained
    assert "omar" in explained
    refused = shop.ask("approve", "gate:intake", "--as", "ines")
    assert refused.code == 1
    assert "takes --as operator or omar" in refused.err
    signed = shop.ask("approve", "gate:intake", "--as", "omar", "--evidence", str(minutes), "--note", "seen it run")
    assert signed.code == 0, signed.err


def the_second_capability_has_a_front_end_to_look_after(shop: Shop) -> None:
    assert shop.run().code == 0  # all tasks are done; the authorisation of the second is still to come
    assert gate(shop, "portal")["state"] == "waiting"
    assert shop.task("portal/LOOKS")["status"] == "completed"
    assert shop.ledger("portal/LOOKS") == ["1 1"]
    shop.git("pull", "-q", "--ff-only", ".", "orchestrator/main", check=False)
    shop.write("portal/minutes.md", "accepted\n")
    shop.commit("more minutes")
    assert shop.ask("approve", "gate:portal", "--as", "omar").code == 0  # early: it does not open by that alone
    assert shop.run().code == 0
    assert gate(shop, "portal")["state"] == "open"


def what_was_decided_can_be_audited_and_not_quietly_changed(shop: Shop) -> None:
    audited = shop.ask("doctor", "--audit")
    assert audited.code == 0, audited.err
    (segment,) = sorted((shop.state / "journal").glob("*.jsonl"))
    true = segment.read_bytes()
    segment.write_bytes(true.replace(b"seen it run", b"never saw it"[:11], 1))
    forged = shop.ask("doctor", "--audit")
    assert forged.code == 4
    assert shop.run().code == 4
    segment.write_bytes(true)
    assert shop.ask("doctor", "--audit").code == 0


def the_report_is_what_people_maintained_by_hand(shop: Shop, why: str) -> None:
    report = json.loads(shop.ask("report", "--json").out)
    assert report["percent"] == 100
    assert [(queue["name"], queue["title"], queue["done"], queue["total"]) for queue in report["queues"]] == [
        ("intake", "intake for everybody", 5, 5),
        ("portal", "portal for everybody", 5, 5),
    ]
    phases = {task["id"]: task for queue in report["queues"] for task in queue["tasks"]}
    assert phases["intake/BUILD"]["outputs"] == ["intake/built.md"]
    assert phases["intake/BUILD"]["estimate_hours"] == 8
    assert phases["intake/BUILD"]["started"] <= phases["intake/BUILD"]["ended"]
    assert phases["intake/AUDIT"]["reason"] == why
    assert phases["intake/LOOKS"]["reason"] == "its `when` is not true"
    decisions = [(one["by"], one["what"], one["why"], one["evidence"]) for one in report["decisions"]]
    assert ("skip intake/AUDIT", why, []) in [one[1:] for one in decisions]
    assert all(one[0] for one in decisions)
    by_omar = [one for one in decisions if one[0] == "omar"]
    assert [one[2] for one in by_omar] == ["seen it run", ""]
    assert by_omar[0][3][0].startswith("intake/minutes.md sha256:")
    page = shop.ask("report").out
    for words in ("intake for everybody", why, "seen it run", "intake/built.md", "## Decisions"):
        assert words in page

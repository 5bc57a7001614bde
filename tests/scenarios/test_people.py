"""Tasks that people do: their checks run all the same, and what stands behind them goes on."""

import json

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow


def test_a_person_reports_a_task_and_what_waits_for_it_starts(shop: Shop) -> None:
    shop.config('[checks.signed]\ncommand = ["./signed.sh"]\n')
    shop.write(
        "signed.sh", "#!/bin/sh\ntest -s contract.txt || { echo 'the contract is not signed'; exit 1; }\n", mode=0o755
    )
    shop.queue(
        "legal",
        {"id": "READ", "agent": "human", "owner": "ana", "checks": []},
        {"id": "SIGN", "agent": "human", "owner": "ana", "checks": ["signed"], "dependencies": ["READ"]},
        {"id": "SHIP", "dependencies": ["SIGN"], "checks": ["green"]},
        {"id": "AGENT", "checks": ["green"]},
    )
    shop.commit()
    early = shop.ask("done", "legal/SIGN", "--as", "ana")
    assert early.code == 1
    assert "legal/SIGN waits for legal/READ" in early.err
    assert "is done by an agent, not by a person" in shop.ask("done", "legal/AGENT", "--as", "ana").err
    assert "there is no task legal/NONE" in shop.ask("done", "legal/NONE", "--as", "ana").err
    assert shop.ask("done", "legal/READ", "--as", "ana", "--note", "twice").code == 0
    assert shop.events("task.completed", task="legal/READ")[0]["by"] == "ana"
    assert "legal/READ is completed already" in shop.ask("done", "legal/READ", "--as", "ana").err

    unsigned = shop.ask("done", "legal/SIGN", "--as", "ana")
    assert unsigned.code == 1
    assert "FAIL by ana" in unsigned.out
    assert shop.task("legal/SIGN")["reason"]["code"] == "person"
    assert shop.run("--task", "legal/SHIP").code == 5

    shop.write("contract.txt", "signed: ana\n")
    shop.commit("the contract")
    signed = shop.ask("done", "legal/SIGN", "--as", "ana", "--evidence", str(shop.root / "contract.txt"))
    assert signed.code == 0, signed.err
    assert shop.events("verdict.reached", task="legal/SIGN", verdict="PASS")
    assert shop.saved("legal")["by_id"]["SIGN"]["status"] == "completed"
    assert "contract.txt sha256:" in shop.events("task.completed", task="legal/SIGN")[0]["note"]
    assert shop.run().code == 0
    assert shop.task("legal/SHIP")["status"] == "completed"

    _is_reported(shop)


def _is_reported(shop: Shop) -> None:
    report = json.loads(shop.ask("report", "--json").out)
    (legal,) = report["queues"]
    assert (legal["done"], legal["total"], legal["percent"]) == (4, 4, 100)
    phases = {task["id"]: task for task in legal["tasks"]}
    assert phases["legal/SHIP"]["actual_hours"] >= 0
    assert phases["legal/SHIP"]["commit"]
    assert [decision["by"] for decision in report["decisions"]] == ["ana", "ana"]
    assert report["decisions"][1]["why"].startswith("contract.txt sha256:")
    assert report["measure"]["speedup"] is not None
    assert "legal/SHIP" in report["period"]["completed"]
    page = shop.root / "report.html"
    assert shop.ask("report", "--format", "html", "-o", str(page)).code == 0
    assert "<td>SHIP SHIP</td>" in page.read_text()
    assert "<script" not in page.read_text()
    assert "## Decisions" in shop.ask("report").out
    assert shop.ask("report", "--since", "ever").code == 2

"""A person says go, wait or no: an open gate is revoked, a phase is given up, a check must stay green for a while."""

from typing import Any

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow
GO: dict[str, Any] = {"id": "go", "requires": {"task": "work/A"}, "approvers": ["ana"]}


def test_an_open_gate_is_revoked_for_what_has_not_begun_and_then_given_up(shop: Shop) -> None:
    shop.queue("work", "A", gates=[GO])
    shop.queue(
        "launch",
        {"id": "SITE", "dependencies": ["gate:go"]},
        {"id": "MAIL", "dependencies": ["SITE", "gate:go"]},
        {"id": "PRESS", "dependencies": ["MAIL"]},
    )
    shop.hold("site")
    shop.play("launch/SITE", "gate site; works; claims")
    shop.commit()
    assert shop.ask("approve", "gate:go", "--as", "ana").code == 0
    run = shop.start("run")
    shop.started("launch/SITE")
    revoked = shop.ask("revoke", "gate:go", "--as", "ana", "--reason", "the audit was of another machine")
    assert revoked.code == 0, revoked.err
    shop.open("site")
    assert run.wait().code == 5
    assert shop.task("launch/SITE")["status"] == "completed", "what has begun goes on"
    waits = shop.task("launch/MAIL")["reason"]
    assert waits["code"] == "gate"
    assert "ana revoked it (the audit was of another machine)" in waits["text"]

    no = shop.ask("reject", "gate:go", "--as", "ana", "--abandon", "--reason", "no market")
    assert no.code == 0, no.err
    (rejected,) = shop.events("gate.rejected")
    skipped = shop.events("task.skipped")
    assert [(e["task"], e["root"], e["by"], e["seq"]) for e in skipped] == [
        ("launch/MAIL", "gate:go", "ana", rejected["seq"]),
        ("launch/PRESS", "gate:go", "ana", rejected["seq"]),
    ]
    assert shop.run().code == 0
    assert "no market (given up with gate:go)" in shop.ask("history", "launch/PRESS").out
    assert "no market" in shop.ask("report").out
    assert shop.saved("launch")["by_id"]["PRESS"]["status"] == "skipped"


def test_a_phase_is_given_up_with_all_that_could_only_come_after_it(shop: Shop) -> None:
    shop.queue(
        "work",
        "A",
        {"id": "B", "dependencies": ["A"]},
        "C",
        gates=[{"id": "go", "requires": {"all": ["work/B", "work/C"]}}],
    )
    shop.queue("later", {"id": "D", "dependencies": ["gate:go"]}, {"id": "E", "when": {"task": "work/B"}})
    shop.commit()
    assert shop.ask("skip", "work/A", "--with-dependents", "--reason", " ").code == 1
    given_up = shop.ask("skip", "work/A", "--with-dependents", "--reason", "no frontend")
    assert given_up.code == 0, given_up.err
    assert [e["task"] for e in shop.events("task.skipped")] == ["work/A", "work/B", "later/D"]
    done = shop.run()
    assert done.code == 0, done.err
    assert {ref: task["status"] for ref, task in shop.tasks().items()} == {
        "work/A": "skipped",
        "work/B": "skipped",
        "work/C": "completed",
        "later/D": "skipped",
        "later/E": "skipped",
    }


def test_checks_are_run_again_at_the_end_of_the_time_for_which_they_must_stay_green(shop: Shop) -> None:
    shop.config('\n[checks.smoke]\ncommand = ["./smoke.sh"]\n')
    shop.write("smoke.sh", '#!/bin/sh\necho look >> "$(cat "$0.log")"\n', mode=0o755)
    shop.write("smoke.sh.log", f"{shop.base}/looks")
    shop.queue(
        "work",
        {"id": "A", "dependencies": ["gate:calm"], "checks": ["green"]},
        gates=[{"id": "calm", "checks": ["smoke"], "hold": "2s"}],
    )
    shop.commit()
    done = shop.run()
    assert done.code == 0, done.err
    looks = [event["verdict"] for event in shop.events("gate.checked")]
    assert looks == ["PASS", "PASS"]
    assert (shop.base / "looks").read_text().count("look") == 2, "the second answer is no memory of the first"

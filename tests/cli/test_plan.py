"""`plan`, as a person asks for it: a master plan of phases, before anything runs."""

import json
from typing import Any

import pytest

PHASES = [
    ("P0", "2w", []),
    ("P1", "4w", ["P0"]),
    ("P2", "6w", ["P1"]),
    ("P3", "8w", ["P1"]),
    ("P4", "3w", ["P1"]),
    ("P5", "12w", ["P1"]),
    ("P6", "5w", ["P2", "P3"]),
    ("P7", "72w", ["gate:design"]),
    ("P8", "10w", ["P6", "P7"]),
]


@pytest.fixture
def master(project: Any) -> Any:
    features = [{"id": name, "estimate": weeks, "dependencies": needs} for name, weeks, needs in PHASES]
    features[3]["due"] = "2026-01-02T00:00:00Z"
    gates = [
        {"id": "design", "requires": {"task": "master/P0"}, "approvers": ["ana"], "deadline": "2026-01-01T00:00:00Z"}
    ]
    project.write("queues/master.json", json.dumps({"features": features, "gates": gates}))
    (project.folder / "queues/backlog.json").unlink(missing_ok=True)
    return project


@pytest.mark.slow
def test_a_master_plan_is_planned_before_anything_runs(master: Any) -> None:
    answer = master.run("plan", "--workers", "3", "--format", "json")
    assert answer.code == 0, answer.err
    plan = json.loads(answer.out)
    week = 40
    assert plan["tiers"] == [
        ["master/P0"],
        ["master/P1", "master/P7"],
        ["master/P2", "master/P3", "master/P4", "master/P5"],
        ["master/P6"],
        ["master/P8"],
    ]
    assert plan["foundation"] == ["master/P1"]
    assert plan["critical_path"] == ["master/P0", "master/P7", "master/P8"]
    assert plan["critical_path_hours"] == plan["makespan_hours"] == plan["lower_bound_hours"] == 84 * week
    assert plan["sequential_hours"] == 122 * week
    assert plan["barrier_hours"] > plan["makespan_hours"]
    assert {slot["worker"] for slot in plan["schedule"]} <= {1, 2, 3}
    assert any(problem.startswith("gate:design is due 2026-01-01") for problem in plan["problems"])
    assert any(problem.startswith("master/P3 is due 2026-01-02") for problem in plan["problems"])
    assert not (master.folder / ".aibrain" / "journal").exists()


@pytest.mark.slow
def test_it_is_drawn_as_text_mermaid_and_dot(master: Any) -> None:
    text = master.run("plan", "--workers", "3").out
    assert text.startswith("parallel work is worth it: 3 workers take 3360 h instead of 4880 h")
    assert "foundation (three or more wait for each): master/P1" in text
    assert "master/P7  |#" not in text
    assert "problem: gate:design is due" in text
    mermaid = master.run("plan", "--format", "mermaid").out
    assert "t7 ==> t8" in mermaid
    assert "g0 --> t7" in mermaid
    dot = master.run("plan", "--format", "dot").out
    assert '"master/P0" -> "master/P1";' in dot
    assert dot.rstrip().endswith("}")


@pytest.mark.slow
def test_the_queues_are_played_many_times(master: Any) -> None:
    answer = master.run("simulate", "--runs", "50", "--workers", "3", "--fail", "0", "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["finish_hours"]["p50"] > 0.5 * 84 * 40
    assert found["finish_hours"]["p90"] >= found["finish_hours"]["p50"]
    assert set(found["queues"]) == {"master"}
    assert set(found["gates"]) == {"design"}
    assert found["iterations"]["p50"] >= 9
    assert answer.out == master.run("simulate", "--runs", "50", "--workers", "3", "--fail", "0", "--json").out
    text = master.run("simulate", "--runs", "20").out
    assert text.startswith("done after ")
    assert "assumed: 30% of iterations fail" in text

"""Several attempts at one task side by side: the first to pass lands, the others are stopped and kept."""

import pytest

from tests.scenarios.conftest import Shop

AGENTS = """
[agents.quick]
command = ["./agent.sh"]
[agents.slow]
command = ["./agent.sh"]
[queues.q]
workers = 3
"""


@pytest.mark.slow
def test_the_first_to_pass_lands_and_what_the_others_had_done_is_kept(shop: Shop) -> None:
    shop.config(AGENTS)
    shop.queue("q", {"id": "A", "race": 3, "agents": ["slow", "quick"]})
    shop.play(
        "q/A",
        """
        if [ "$attempt" = 2 ]; then gate second; works; claims
        else echo "half of attempt $attempt" > half.txt; echo ready > "$here/gates/half-$attempt"; gate never; fi
        """,
    )
    shop.hold("second")
    shop.hold("never")
    shop.commit()
    run = shop.start("run")
    for attempt in (1, 2, 3):
        shop.started("q/A", attempt=attempt)
    for attempt in (1, 3):
        half = shop.root / "gates" / f"half-{attempt}"
        shop.wait_for(half.exists, half.parent, f"attempt {attempt} has begun to write")
    workers = {(w["attempt"], w["agent"], w["alive"]) for w in shop.status()["workers"]}
    assert workers == {(1, "slow", True), (2, "quick", True), (3, "slow", True)}

    shop.open("second")
    assert run.wait().code == 0
    (won,) = shop.events("race.won")
    assert (won["attempt"], won["lost"]) == (2, [1, 3])
    assert [(e["task"], e["attempt"]) for e in shop.events("task.merged")] == [("q/A", 2)]
    assert len(shop.events("task.completed")) == 1
    assert shop.git("show", "orchestrator/main:A.py") == "A_done = 1"
    for attempt in (1, 3):
        kept = shop.git("show", f"refs/orchestrator/q/A/{attempt}/1:half.txt")
        assert kept == f"half of attempt {attempt}"
    assert shop.guardians() == []
    assert shop.processes() == []
    task = shop.task("q/A")
    assert (task["status"], task["attempts"], task["iterations"], task["agent"]) == ("completed", 3, 3, "quick")
    assert not list((shop.state / "workspaces").glob("q/A/*/main.py"))


@pytest.mark.slow
def test_a_killed_run_takes_all_attempts_up_again_and_one_lands(shop: Shop) -> None:
    shop.config("[queues.q]\nworkers = 3\n")
    shop.queue("q", {"id": "A", "race": 2})
    shop.play("q/A", 'if [ "$attempt" = 2 ]; then gate second; works; claims; else gate never; fi')
    for gate in ("second", "never"):
        shop.hold(gate)
    shop.commit()
    run = shop.start("run")
    for attempt in (1, 2):
        shop.started("q/A", attempt=attempt)
    run.kill()
    again = shop.start("run")
    shop.until("task.claimed", rival=True, resumed=True)
    shop.open("second")
    assert again.wait().code == 0
    assert shop.ledger("q/A") == ["1 1", "2 1"]
    assert [(e["attempt"], e["task"]) for e in shop.events("task.merged")] == [(2, "q/A")]
    assert shop.processes() == []

"""Workers are added and removed while a run goes on, across a kill, by real processes."""

import json
import signal

from tests.scenarios.conftest import Shop


def test_workers_come_and_go_while_a_run_goes_on_and_after_it_was_killed(shop: Shop) -> None:
    shop.queue("work", "A", "B", "C", "D")
    for name in "ABCD":
        shop.hold(name.lower())
        shop.play(f"work/{name}", f"gate {name.lower()}; works; [ $iteration = 1 ] && [ {name} = B ] || claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    shown = json.loads(shop.ask("workers", "--json").out)
    assert shown["queues"] == [{"queue": "work", "workers": 1, "by_hand": False}]
    assert [(one["pid"], one["tasks"]) for one in shown["runs"]] == [(run.pid, ["work/A"])]

    assert shop.ask("workers", "work", "3").code == 0  # the run that goes on takes two more, without a restart
    shop.started("work/B")
    shop.started("work/C")
    assert len(shop.events("task.claimed")) == 3

    assert shop.ask("workers", "work", "-2", "--as", "Ana").code == 0
    shop.open("b")  # its iteration ends without a claim: it is given back, and no other is begun
    (given_back,) = shop.until("task.released", task="work/B")
    assert given_back["reason"] == "fewer workers: 1 of queue work at once"
    assert "work  1 at once, set by hand" in shop.ask("workers").out

    run.signal(signal.SIGKILL)  # what was set holds for the next run too
    run.wait()
    assert shop.ask("workers", "work", "+1").code == 0
    again = shop.start("run")
    shop.until("task.claimed", task="work/A", resumed=True)
    shop.until("task.claimed", task="work/C", resumed=True)
    assert not shop.events("iteration.started", task="work/B", iteration=2)
    assert shop.ask("workers", "work", "reset").code == 0
    for name in "abcd":
        shop.open(name)
    done = again.wait()
    assert done.code == 0, done.err
    assert shop.ledger("work/B") == ["1 1", "1 2"]  # on the same attempt
    assert [event["workers"] for event in shop.events("workers.set")] == [3, 1, 2, None]

    for argv, code in ((("work",), 2), (("work", "many"), 2), (("nowhere", "2"), 1), (("work", "-3"), 1)):
        assert shop.ask("workers", *argv).code == code
    assert shop.ask("workers", "work", "2", "--all").code == 2
    assert shop.ask("workers", "--all", "2").code == 0
    assert "2 at once in all, set by hand" in shop.ask("workers").out

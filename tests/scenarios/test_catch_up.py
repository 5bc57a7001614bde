"""A late arrival overtakes work under way, across processes and a kill."""

import json
import signal

from tests.scenarios.conftest import Shop


def test_work_of_the_tier_pauses_after_its_iteration_until_the_newcomer_is_level(shop: Shop) -> None:
    shop.config("\n[queues.base]\nworkers = 2\n")
    shop.queue("base", "FRAME", "WHEELS", {"id": "CART", "dependencies": ["FRAME", "WHEELS"]})
    shop.queue("late", {"id": "SEED", "status": "skipped"})
    for gate in ("frame", "wheels", "axle"):
        shop.hold(gate)
    shop.play("base/FRAME", 'works; if [ "$iteration" = 1 ]; then gate frame; else claims; fi')
    shop.play("base/WHEELS", "gate wheels; works; claims")
    shop.play("late/AXLE", "gate axle; works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("base/FRAME")
    shop.started("base/WHEELS")
    refused = shop.ask("add", "late/AXLE", "--catch-up", "tier:7")
    assert (refused.code, "there are 2 tiers" in refused.err) == (1, True)
    assert shop.ask("add", "late/AXLE", "--title", "the axle", "--promise", "DONE", "--catch-up", "tier:1").code == 0
    assert shop.saved("late")["by_id"]["AXLE"]["catch_up"] == ["tier:1"]
    (begun,) = shop.until("catchup.started")
    assert begun["over"] == ["base/FRAME", "base/WHEELS"]
    shop.started("late/AXLE")
    shop.open("frame")
    (paused,) = shop.until("task.released", task="base/FRAME")
    assert paused["reason"] == "lets late/AXLE catch up first"
    reason = shop.task("base/FRAME")["reason"]
    assert (reason["code"], reason["on"]) == ("dependency", ["late/AXLE"])
    assert "lets late/AXLE catch up first" in shop.ask("explain", "base/FRAME").out
    slots = {slot["task"]: slot for slot in json.loads(shop.ask("plan", "--json").out)["schedule"]}
    assert slots["base/FRAME"]["start"] >= slots["late/AXLE"]["end"]

    run.signal(signal.SIGKILL)  # and it holds across a restart
    run.wait()
    again = shop.start("run")
    shop.wait_alive()
    shop.open("wheels")
    shop.until("task.completed", task="base/WHEELS")  # what is verified lands
    assert not shop.events("iteration.started", task="base/FRAME", iteration=2)
    shop.open("axle")
    done = again.wait()
    assert done.code == 0, done.err
    (level,) = shop.events("task.completed", task="late/AXLE")
    (on,) = shop.events("iteration.started", task="base/FRAME", iteration=2)
    assert on["seq"] > level["seq"]
    assert on["attempt"] == 1

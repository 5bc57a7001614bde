"""What one task hands to another: outputs that must be there, and tests of them, on real repositories."""

import json

from tests.scenarios.conftest import Shop

CONTRACT = """
[checks.contract]
command = ["./contract.sh"]
"""
CONTRACT_SH = """\
#!/bin/sh
# What the pages may rely on.
grep -q '^prices: v1' api.txt || { echo "api.txt no longer offers prices v1"; exit 1; }
"""


def prompt_of(shop: Shop, task: str, attempt: int = 1, iteration: int = 1) -> str:
    return (shop.run_dir(task, attempt, iteration) / "prompt.md").read_text()


def test_an_output_that_is_not_there_lets_nothing_begin_until_a_person_brings_it(shop: Shop) -> None:
    shop.queue(
        "plan",
        {"id": "SPEC", "status": "completed", "outputs": ["docs/spec.md"]},
        {"id": "BUILD", "dependencies": ["SPEC"], "outputs": ["parts/*.txt"]},
        {"id": "SHIP", "dependencies": ["BUILD"]},
    )
    shop.play("plan/BUILD", "works; mkdir -p parts; printf 'wheel\\naxle\\n' > parts/list.txt; claims")
    shop.commit()
    left = shop.run()
    assert left.code == 5, left.err
    reason = shop.task("plan/BUILD")["reason"]
    assert (reason["code"], reason["on"]) == ("dependency", ["plan/SPEC"])
    assert reason["text"].startswith("waits for docs/spec.md of plan/SPEC: missing or empty in the target")
    assert reason["since"]
    assert not shop.ledger("plan/BUILD")
    assert shop.run().code == 5  # and it is not looked for again and again
    assert len(shop.events("inputs.missed")) == 1
    assert "docs/spec.md of plan/SPEC missing or empty" in shop.ask("history", "plan/BUILD").out

    shop.write("docs/spec.md", "# Carts\n\nTwo wheels and an axle.\n")
    shop.commit("the specification")
    done = shop.run()
    assert done.code == 0, done.err
    assert "docs/spec.md (33 bytes):\n    # Carts\n    \n    Two wheels and an axle." in prompt_of(shop, "plan/BUILD")
    assert "it made parts/*.txt, which you read first" in prompt_of(shop, "plan/SHIP")
    assert "parts/list.txt (11 bytes):\n    wheel\n    axle" in prompt_of(shop, "plan/SHIP")
    (handed,) = shop.events("attempt.prepared", task="plan/SHIP")
    assert [(file["task"], file["path"], file["size"]) for file in handed["inputs"]] == [
        ("plan/BUILD", "parts/list.txt", 11)
    ]


def test_a_run_under_way_begins_once_the_output_is_committed(shop: Shop) -> None:
    shop.queue(
        "plan",
        {"id": "SPEC", "status": "completed", "outputs": ["docs/spec.md"]},
        {"id": "BUILD", "dependencies": ["SPEC"]},
    )
    shop.write("docs/spec.md", "\n")  # there, and empty
    shop.commit()
    run = shop.start("run", "--watch")
    shop.until("inputs.missed", task="plan/BUILD")
    shop.write("docs/spec.md", "two wheels\n")
    shop.commit("the specification")
    shop.until("task.completed", task="plan/BUILD")
    assert shop.ask("stop").code == 0
    run.wait()


def test_what_a_task_hands_over_is_tested_before_it_lands_and_red_goes_back_to_its_agent(shop: Shop) -> None:
    shop.config(CONTRACT)
    shop.write("contract.sh", CONTRACT_SH, mode=0o755)
    shop.write("api.txt", "prices: v1\n")
    shop.queue(
        "shop", {"id": "API", "handoff": ["contract"], "checks": ["green"]}, {"id": "PAGE", "dependencies": ["API"]}
    )
    shop.play("shop/API", 'works; if [ "$iteration" = 1 ]; then echo "prices: v2" > api.txt; '
              'else printf "prices: v1\\nprices: v2\\n" > api.txt; fi; claims')  # fmt: skip
    shop.commit()
    done = shop.run()
    assert done.code == 0, done.err
    first = shop.events("verdict.reached", task="shop/API")[0]
    assert (first["verdict"], {check["name"]: check["report"] for check in first["checks"]}["contract"]) == (
        "FAIL",
        "FAIL",
    )
    assert "api.txt no longer offers prices v1" in prompt_of(shop, "shop/API", 1, 2)
    (opened,) = shop.events("gate.opened", gate="handoff:shop/API")
    (begun,) = shop.events("task.claimed", task="shop/PAGE")
    assert opened["seq"] < begun["seq"]


def test_a_hand_off_that_something_else_broke_holds_who_needs_it_and_goes_back_by_hand(shop: Shop) -> None:
    shop.config(CONTRACT)
    shop.write("contract.sh", CONTRACT_SH, mode=0o755)
    shop.write("api.txt", "prices: v2\n")
    shop.queue(
        "shop",
        {"id": "API", "status": "completed", "handoff": ["contract"], "checks": ["green"]},
        {"id": "PAGE", "dependencies": ["API"], "checks": ["green"]},
        {"id": "ELSE", "checks": ["green"]},
    )
    shop.play("shop/API", 'works; echo "prices: v1" >> api.txt; claims')
    shop.commit()
    left = shop.run()
    assert left.code == 5, left.err
    tasks = shop.tasks()
    assert tasks["shop/ELSE"]["status"] == "completed"  # it delays what stands behind it and nothing else
    reason = tasks["shop/PAGE"]["reason"]
    assert (reason["code"], reason["on"]) == ("dependency", ["shop/API"])
    assert "the hand-off of shop/API is red (contract)" in reason["text"]
    assert "api.txt no longer offers prices v1" in reason["text"]
    gate = json.loads(shop.ask("explain", "gate:handoff:shop/API", "--json").out)
    assert (gate["state"], gate["waiting_for"]) == ("waiting", ["check contract"])
    assert shop.ask("approve", "gate:handoff:shop/API", "--as", "ana").code == 1

    assert shop.ask("retry", "shop/API").code == 0
    done = shop.run()
    assert done.code == 0, done.err
    assert "api.txt no longer offers prices v1" in prompt_of(shop, "shop/API")
    assert shop.events("gate.opened", gate="handoff:shop/API")

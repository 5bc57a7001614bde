"""Changes that are announced, and two that conflict all the same, with real agents and a real target."""

from datetime import datetime, timedelta

from tests.scenarios.conftest import Shop


def test_a_notice_is_announced_at_once_and_waited_out(shop: Shop) -> None:
    shop.config('\n[resources."service:auth"]\nowner = "eve"\n')
    shop.queue(
        "api",
        {"id": "TOKENS", "title": "new tokens", "resources": ["service:auth"], "notice": "3s"},
        {"id": "LOGIN", "resources": ["service:auth:read"]},
    )
    shop.commit()
    run = shop.run()
    assert run.code == 0, run.err
    (announced,) = shop.events("notice.announced")
    (begun,) = shop.events("task.claimed", task="api/TOKENS")
    assert announced["told"] == ["api/LOGIN"]
    passed = datetime.fromisoformat(begun["at"]) - datetime.fromisoformat(announced["at"])
    assert passed >= timedelta(seconds=3)
    prompt = (shop.run_dir("api/LOGIN") / "prompt.md").read_text()
    assert "announced: api/TOKENS (new tokens) is going to change service:auth, not before" in prompt


def test_a_conflict_names_whose_change_stands(shop: Shop) -> None:
    shop.config("\n[queues.api]\nworkers = 2\n")
    shop.write("prices.txt", "base: 1\n")
    shop.queue("api", {"id": "FIRST", "title": "raise prices"}, {"id": "SECOND", "title": "lower prices"})
    shop.hold("first")
    shop.hold("second")
    shop.play("api/FIRST", 'gate first; echo "base: 2" > prices.txt; works; claims')
    shop.play("api/SECOND", 'if [ "$attempt" = 1 ]; then echo "base: 0" > prices.txt; gate second; '
              'else echo "base: 2 # was to be 0" > prices.txt; fi; works; claims')  # fmt: skip
    shop.commit()
    run = shop.start("run")
    shop.started("api/SECOND")
    shop.open("first")
    (landed,) = shop.until("task.merged", task="api/FIRST")
    shop.open("second")
    assert run.wait().code == 0
    (found,) = shop.events("conflict.found")
    assert (found["task"], found["conflicts"]) == (
        "api/SECOND",
        [
            {
                "path": "prices.txt",
                "task": "api/FIRST",
                "commit": landed["commit"],
                "undeclared": ["api/SECOND", "api/FIRST"],
            }
        ],
    )
    line = f"prices.txt: api/FIRST (raise prices), landed as {landed['commit'][:12]}; it was verified first; "
    line += "`files` of api/SECOND and api/FIRST do not name it"
    assert line in (shop.run_dir("api/SECOND", 2) / "prompt.md").read_text()
    assert (
        f"does not merge: prices.txt with api/FIRST ({landed['commit'][:12]})" in shop.ask("history", "api/SECOND").out
    )
    assert f"did not merge: {line}" in shop.ask("explain", "api/SECOND").out
    assert f"| api/SECOND | prices.txt | api/FIRST as {landed['commit'][:12]} |" in shop.ask("report").out

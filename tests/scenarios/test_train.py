"""Three tracks land on one branch of a real Python project at once: two conflict, one cheats, a test is flaky."""

import json
import subprocess
import sys

import pytest

from tests.scenarios.conftest import Shop

CHECKS = """
[checks.tests]
command = ["{python}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml={{report}}", "{{tests}}"]
format = "junit"

[queues.api]
checks = ["tests"]
[queues.ui]
checks = ["tests"]
[queues.customer]
checks = ["tests", "honest"]
"""
PRICES = '''"""Prices of the shop."""

VAT = 20


def total(net):
    """Give the gross price of a net one."""
    return net * (100 + VAT) // 100
'''
TEST_PRICES = """from shop.prices import total


def test_the_total_has_the_tax_in_it():
    assert total(100) == 120
    assert total(0) == 0
"""
FLAKY = """from pathlib import Path

import shop

SEEN = Path("{seen}")


def test_the_network():
    parts = {{path.stem for path in Path(shop.__file__).parent.glob("*.py")}}
    if "customer" in parts and parts & {{"api", "ui"}} and not SEEN.exists():
        SEEN.touch()
        raise AssertionError("connection reset by peer")
    assert parts
"""
HONEST_WORK = """
cat > shop/{name}.py <<'END'
from shop.prices import total


def {name}_price(net):
    if net < 0:
        raise ValueError(net)
    return total(net) + {fee}
END
cat > tests/test_{name}.py <<'END'
import pytest

from shop.{name} import {name}_price


def test_the_fee_of_{name}_is_added():
    assert {name}_price(100) == {gross} + {fee}


def test_there_is_no_negative_price():
    with pytest.raises(ValueError):
        {name}_price(-1)
END
"""
FEES = {"api": 1, "ui": 2, "customer": 3}


def work(name: str) -> str:
    return HONEST_WORK.format(name=name, fee=FEES[name], gross="{gross}").replace("{gross}", "120")


CONFLICTING = """
if grep -q '<<<<<<<' shop/prices.py; then
    sed -i '/^<<<<<<<\\|^=======\\|^>>>>>>>\\|^VAT/d' shop/prices.py
    printf '\\nVAT = 20  # for the api and for the ui\\n' >> shop/prices.py
else
    sed -i 's/^VAT = 20.*/VAT = 20  # for the {name}/' shop/prices.py
fi
"""
CHEATING = """
if [ "$iteration" = 1 ]; then
    printf 'def test_the_total_has_the_tax_in_it():\\n    assert True\\n' > tests/test_prices.py
    printf 'def customer_price(net):\\n    pass\\n' > shop/customer.py
else
    git checkout -q -- tests/test_prices.py
    {work}
fi
claims
"""


def build(shop: Shop) -> None:
    shop.write(".gitignore", "__pycache__/\n")
    shop.write("shop/__init__.py", "")
    shop.write("shop/prices.py", PRICES)
    shop.write("tests/test_prices.py", TEST_PRICES)
    shop.write("tests/test_network.py", FLAKY.format(seen=shop.base / "seen"))
    shop.config(CHECKS.format(python=sys.executable))
    for queue in FEES:
        shop.queue(queue, {"id": "NEW", "title": f"what the {queue} costs more", "max_iterations": 5})
    for queue in ("api", "ui"):
        shop.play(f"{queue}/NEW", f"{CONFLICTING.format(name=queue)}\n{work(queue)}\ngate {queue}\nclaims\n")
        shop.hold(queue)
    shop.play("customer/NEW", CHEATING.format(work=work("customer")))
    shop.commit()


def every_commit_is_green(shop: Shop) -> None:
    out = shop.base / "out"
    commits = shop.git("rev-list", "--first-parent", "orchestrator/main").splitlines()
    assert len(commits) == 4
    shop.git("worktree", "add", "-q", "--detach", str(out), commits[-1])
    for commit in commits:
        subprocess.run(["git", "checkout", "-q", commit], cwd=out, env=shop.env, check=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        subprocess.run(command, cwd=out, env=shop.env, check=True, capture_output=True)


@pytest.mark.slow
def test_three_tracks_land_at_once_and_the_branch_is_green_at_every_commit(shop: Shop) -> None:
    build(shop)
    runs = [shop.start("run", "--queue", queue) for queue in FEES]
    for queue in ("api", "ui"):
        shop.started(f"{queue}/NEW")
    for queue in ("api", "ui"):
        shop.open(queue)  # both have changed the same line of the same commit
    back = shop.until("train.evicted", reason="merge conflict")[0]["task"]
    shop.open(back.partition("/")[0])
    assert [run.wait().code for run in runs] == [0, 0, 0]

    merged = shop.events("task.merged")
    assert sorted(event["task"] for event in merged) == ["api/NEW", "customer/NEW", "ui/NEW"]
    the_conflict_came_back_to_its_agent(shop, back)
    the_cheat_was_sent_back_and_the_flake_blames_nobody(shop)
    train_tells_all_of_it(shop, back)
    every_commit_is_green(shop)


def the_conflict_came_back_to_its_agent(shop: Shop, back: str) -> None:
    first = {"api/NEW": "ui/NEW", "ui/NEW": "api/NEW"}[back]
    assert [e["reason"] for e in shop.events("attempt.ended", task=back)] == ["merge conflict", "merged"]
    assert [e["reason"] for e in shop.events("attempt.ended", task=first)] == ["merged"]
    assert "shop/prices.py" in (shop.run_dir(back, attempt=2) / "prompt.md").read_text()
    assert "for the api and for the ui" in shop.git("show", "orchestrator/main:shop/prices.py")


def the_cheat_was_sent_back_and_the_flake_blames_nobody(shop: Shop) -> None:
    failed, *others = shop.events("verdict.reached", task="customer/NEW", attempt=1, merged=False)
    assert failed["verdict"] == "FAIL"
    assert "tests/test_prices.py" in {finding.get("path") for finding in failed["findings"]}
    assert [e["verdict"] for e in others] == ["PASS"]
    log = (shop.state / "ralph-verification.log").read_text()
    assert log.count("PASS(flake)") == 1
    assert not shop.events("train.evicted", reason="red after the merge")


def train_tells_all_of_it(shop: Shop, back: str) -> None:
    answer = shop.ask("train", "--json")
    (train,) = json.loads(answer.out)["trains"]
    assert (train["branch"], train["members"], train["waiting"]) == ("orchestrator/main", [], [])
    assert train["head"] == shop.git("rev-parse", "orchestrator/main") == shop.git("rev-parse", "main")
    assert {left["task"] for left in train["left"] if left["how"] == "landed"} == {f"{queue}/NEW" for queue in FEES}
    assert [(left["task"], left["reason"]) for left in train["left"] if left["how"] == "evicted"] == [
        (back, "merge conflict")
    ]
    text = shop.ask("train").out
    assert f"{back} sent back: merge conflict" in text
    assert "0 in line, window" in text

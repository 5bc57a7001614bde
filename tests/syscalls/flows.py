"""What a run does while one of its system calls is struck: each flow prepares a project, `run` does the rest."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.scenarios.conftest import Shop
from tests.soak.ground import Ground

QUEUE = "left"
_AGENT = r"""#!/bin/sh
echo "start $ORCHESTRATOR_TASK $ORCHESTRATOR_ATTEMPT $ORCHESTRATOR_ITERATION" >>"$ORCHESTRATOR_PROJECT/../ledger"
here=$(dirname "$0")
id=${ORCHESTRATOR_TASK#*/}
echo "done = True" >"$id.py"
[ -p "$here/gates/$id" ] && read -r _ <"$here/gates/$id"
echo "<promise>DONE</promise>"
"""


def make(base: Path) -> Ground:
    """Make a project with one task, whose disturbances end soon."""
    shop = Shop(base)
    shop.write("agent.sh", _AGENT, mode=0o755)
    text = (shop.root / "orchestrator.toml").read_text().replace('base = "main"', 'base = "main"\npatience = "2s"', 1)
    shop.write("orchestrator.toml", text + f'[queues.{QUEUE}]\nchecks = ["green"]\n')
    (shop.root / ".git" / "info" / "exclude").write_text("plays/\ngates/\nqueues/\n")
    shop.queue(QUEUE, "T0")
    shop.queue("right")
    shop.commit()
    ground = Ground(base, shop, None)
    ground.ledger.touch()
    return ground


def work(ground: Ground) -> list[str]:
    """Leave everything to do: append, claim, prepare, snapshot, verify, land, project."""
    del ground
    return [f"{QUEUE}/T0"]


def edit(ground: Ground) -> list[str]:
    """Let a person have saved a further task, from a copy with the current stamp, once the first was done."""
    shop = ground.shop
    assert shop.run().code == 0
    path = shop.root / "queues" / f"{QUEUE}.json"
    document = json.loads(path.read_text())
    document["tasks"].append({"id": "T1", "title": "make T1", "completion_promise": "DONE"})
    document["tasks"][0]["priority"] = 2
    path.write_text(json.dumps(document, indent=2) + "\n")
    return [f"{QUEUE}/T0", f"{QUEUE}/T1"]


def adopt(ground: Ground) -> list[str]:
    """Let the run be killed while its agent works on under its guardian."""
    shop = ground.shop
    shop.hold("T0")
    run = shop.start("run")
    shop.until("iteration.started")
    shop.wait_for(lambda: ground.ledger.stat().st_size > 0, ground.base, "the agent starts")
    run.kill()
    shop.open("T0")
    return [f"{QUEUE}/T0"]


def recover(ground: Ground) -> list[str]:
    """Let the run be killed once its agent has ended, in the middle of an append; what others left lies about."""
    shop = ground.shop
    run = shop.start("run")
    shop.until("agent.finished")
    run.kill()
    segment = max((shop.state / "journal").glob("*.jsonl"))
    with segment.open("ab") as file:
        file.write(b'{"seq":99,"id":"cut sh')
    (shop.state / "trash" / "left").mkdir(parents=True, exist_ok=True)
    return [f"{QUEUE}/T0"]


FLOWS: dict[str, Callable[[Ground], list[str]]] = {"work": work, "edit": edit, "adopt": adopt, "recover": recover}

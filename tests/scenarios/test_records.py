"""Triggers that write records into the repository: landed, once, over whatever happens, and nobody's own work."""

import json
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow


def trigger(*actions: dict[str, Any], task: str = "work/A") -> dict[str, Any]:
    return {"id": "note", "when": {"task": task}, "do": [{"write": action} for action in actions]}


LOG = {"path": "docs/LOG.md", "text": "- {trigger} at {at}", "append": True}
STATUS = {"path": "docs/STATUS.md", "render": "report"}


def test_a_record_lands_once_and_nothing_of_the_persons_is_touched(shop: Shop) -> None:
    shop.queue("work", "A", triggers=[trigger(LOG, STATUS)])
    shop.write("docs/LOG.md", "# Log\n- it began")
    shop.commit()
    shop.write("docs/LOG.md", "# Log\n- it began\n- mine, not committed\n")
    run = shop.start("run", "--watch")
    shop.until("action.finished", key="note#1.0", ok=True)
    shop.until("action.finished", key="note#1.1", ok=True)
    run.kill()
    assert shop.run().code == 0
    log = shop.git("show", "orchestrator/main:docs/LOG.md").splitlines()
    assert log[:2] == ["# Log", "- it began"]
    assert len(log) == 3
    assert log[2].startswith("- note at 20")
    status = shop.git("show", "orchestrator/main:docs/STATUS.md")
    assert status.startswith("# shop: report of 20")
    assert "1/1 (100 %)" in status
    assert (shop.root / "docs/LOG.md").read_text().endswith("- mine, not committed\n")
    assert "note at" not in shop.git("show", "main:docs/LOG.md")  # the base does not follow over the person's change
    shop.git("checkout", "-q", "docs/LOG.md")
    shop.git("merge", "-q", "--ff-only", "orchestrator/main")
    assert "note at" in (shop.root / "docs/LOG.md").read_text()
    subjects = shop.git("log", "--format=%s", "main").splitlines()
    assert sorted(subject for subject in subjects if "written by trigger" in subject) == [
        "docs/LOG.md: written by trigger note",
        "docs/STATUS.md: written by trigger note",
    ]


def test_a_record_that_a_check_refuses_is_told_and_tried_again_until_it_passes(shop: Shop) -> None:
    shop.write("green.sh", "#!/bin/sh\ntest ! -e docs/LOG.md || test -e allowed.txt\n", mode=0o755)
    shop.queue("work", "A", triggers=[trigger(LOG)])
    shop.commit()
    run = shop.start("run", "--watch")
    (failed, *_) = shop.until("action.finished", key="note#1.0", ok=False)
    assert "FAIL" in failed["note"]
    shop.write("allowed.txt", "yes\n")
    shop.git("add", "allowed.txt")
    shop.git("commit", "-qm", "allow it", "--only", "allowed.txt")
    shop.until("action.finished", key="note#1.0", ok=True)
    run.kill()
    assert "note at" in shop.git("show", "orchestrator/main:docs/LOG.md")


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"path": "../out.md", "text": "x"}, "write the path of a file inside the repository"),
        ({"path": "queues/work.json", "text": "x"}, "it is protected"),
        ({"path": "orchestrator.toml", "text": "x"}, "it is protected"),
        ({"path": "a/.git/config", "text": "x"}, "git's own files"),
        ({"path": "docs/a.md"}, "neither text nor render"),
    ],
)
def test_what_may_not_be_written_is_refused_before_anything_runs(
    shop: Shop, action: dict[str, Any], words: str
) -> None:
    shop.queue("work", "A", triggers=[trigger(action)])
    shop.commit()
    said = shop.run()
    assert said.code == 2
    assert words in said.err
    assert json.loads((shop.root / "queues/work.json").read_text())["tasks"]

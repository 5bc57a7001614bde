"""A review as a check, from outside: another agent looks at the change before it lands, and is paid from the budget."""

import json
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

REVIEWER = """\
#!/bin/sh
# Reviews: refuses what it finds a TODO in, and cannot change what it looks at.
prompt=$(cat)
word=$(printf '%s' "$prompt" | sed -n 's/.*"review": "\\(review-[0-9a-f]*\\)".*/\\1/p' | head -n 1)
echo "the reviewer was here" >> main.py 2>/dev/null
printf '%s\\n' "$prompt" > "$ORCHESTRATOR_RUN_DIR/scratch/asked"
if printf '%s' "$prompt" | grep -q '^+.*later'; then
    verdict=FAIL findings='{"message": "do it now", "path": "a.py"}'
else
    verdict=PASS findings=
fi
printf '{"review": "%s", "verdict": "%s", "findings": [%s]}\\n' "$word" "$verdict" "$findings"
"""
CONFIG = """
[agents.critic]
command = ["./critic.sh"]

[checks.review]
agent = "critic"
prompt = "Nothing may be put off."

[queues.work]
agent = "script"
checks = ["green", "review"]
"""


def findings(shop: Shop, task: str, iteration: int) -> list[dict[str, Any]]:
    document = json.loads((shop.run_dir(task, iteration=iteration) / "verdict.json").read_text())
    found: list[dict[str, Any]] = document["regressions"]
    return found


@pytest.mark.slow
def test_a_change_is_reviewed_by_another_agent_which_sends_it_back_or_lets_it_land(shop: Shop) -> None:
    shop.write("critic.sh", REVIEWER, mode=0o755)
    shop.config(CONFIG)
    shop.queue("work", {"id": "A", "title": "make A", "description": "all of it, at once"})
    shop.play("work/A", '[ $iteration = 1 ] && echo "x = 1  # later" > a.py || echo "x = 1" > a.py; works; claims')
    shop.commit()
    assert shop.run().code == 0
    assert [event["verdict"] for event in shop.events("verdict.reached", task="work/A", merged=False)] == [
        "FAIL",
        "PASS",
    ]
    assert [(f["rule"], f["path"], f["message"]) for f in findings(shop, "work/A", 1)] == [
        ("review", "a.py", "do it now")
    ]
    assert "do it now" in (shop.run_dir("work/A", iteration=2) / "prompt.md").read_text()
    (asked,) = shop.run_dir("work/A", iteration=1).glob("review-review-*/**/scratch/asked")
    assert all(words in asked.read_text() for words in ("make A", "all of it, at once", "Nothing may be put off."))
    assert shop.git("show", "orchestrator/main:main.py") == "open = True"
    assert shop.git("show", "orchestrator/main:a.py") == "x = 1"

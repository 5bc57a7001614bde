"""A real run recorded and played back: the same outcomes, the same trees."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

SCRIPT = """\
case $attempt.$iteration in
1.1) echo 'first = 1' > first.py; head -c 3000 /dev/zero > blob.bin; echo "key $TOKEN"; echo 'not yet' ;;
1.2) echo 'second = 2' >> first.py; ln -s first.py link; rm old.txt; claims ;;
esac
"""
CLAUDE = """\
#!/bin/sh
cat > /dev/null
echo '{"type":"system","subtype":"init","session_id":"s-1","model":"opus"}'
echo '{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"I will."}],\
"usage":{"input_tokens":10,"output_tokens":5}}}'
echo 'made = True' > made.py
orchestrator-tell learn 'it is easy'
echo '{"type":"result","subtype":"success","is_error":false,"result":"<promise>DONE</promise>",\
"total_cost_usd":0.25,"usage":{"input_tokens":10,"output_tokens":5}}'
"""
AGENTS = """
[agents.secretive]
command = ["./agent.sh"]
env = {TOKEN = "s3cret-canary-77"}

[agents.claude]
profile = "claude-code"
command = ["./claude.sh"]
allow_dangerous = true

[agents.played]
profile = "replay"
cassette = "recorded"
"""
TOLD = ("outcome", "claimed", "exit_code", "usd", "tokens", "session", "note", "iteration")


def ends(shop: Shop) -> list[tuple[Any, ...]]:
    return [(event["task"], *(event.get(name) for name in TOLD)) for event in shop.events("agent.finished")]


def verdicts(shop: Shop) -> list[tuple[str, str, str]]:
    return [(event["task"], event["verdict"], event["tree"]) for event in shop.events("verdict.reached")]


@pytest.mark.slow
def test_a_recorded_run_plays_to_the_same_outcomes_and_the_same_trees(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(sandbox="auto")
    shop.config(AGENTS, sandbox="auto")
    shop.queue("work", {"id": "A", "agent": "secretive"}, {"id": "B", "agent": "claude"})
    shop.play("work/A", SCRIPT)
    shop.write("claude.sh", CLAUDE, mode=0o755)
    shop.write("old.txt", "old\n")
    shop.commit()
    again = make_shop("two", sandbox="auto")
    shutil.rmtree(again.root)
    shutil.copytree(shop.root, again.root, symlinks=True)

    assert shop.ask("run", "--record", str(shop.root / "nowhere" / "x.json")).code == 2
    assert shop.ask("run", "--record").code == 0
    recorded = shop.state / "cassettes" / "work.json"
    assert b"s3cret-canary-77" not in recorded.read_bytes()
    plays = json.loads(recorded.read_bytes())["tasks"]
    assert {task: len(calls) for task, calls in plays.items()} == {"work/A": 2, "work/B": 1}
    assert plays["work/B"][0]["stream"] == "claude"

    shutil.copytree(recorded.parent, again.root / "recorded")
    assert again.ask("run", "--agent", "played").code == 0
    assert ends(again) == ends(shop)
    assert verdicts(again) == verdicts(shop)
    assert again.git("rev-parse", "orchestrator/main^{tree}") == shop.git("rev-parse", "orchestrator/main^{tree}")
    assert [event["text"] for event in again.events("agent.learned")] == ["it is easy"]
    assert (again.run_dir("work/B") / "stderr.log").read_text() == ""
    assert "I will." in again.ask("logs", "--task", "work/B", "--transcript").out

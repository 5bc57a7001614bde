"""Agents that talk back, with real processes: what they ask, report and propose reaches people, who answer."""

import json
import sys
import time
from collections.abc import Callable

import pytest

from tests.scenarios.conftest import Shop

ASKS = """\
if grep -q 'A person answers: yellow' "$ORCHESTRATOR_PROMPT_FILE"; then works; claims; exit 0; fi
orchestrator-tell propose --title 'Paint the shop' --id PAINT
orchestrator-tell ask 'Which colour?' --wait 60 > "$ORCHESTRATOR_RUN_DIR/scratch/heard"
grep -q 'answers: red' "$ORCHESTRATOR_RUN_DIR/scratch/heard" && works && claims
"""
BLOCKED = """\
if grep -q 'A person answers: it is in the vault' "$ORCHESTRATOR_PROMPT_FILE"; then works; claims; exit 0; fi
orchestrator-tell blocked 'There is no key for the till'
orchestrator-tell learn 'the till needs a key'
"""


@pytest.mark.slow
def test_an_agent_waits_for_an_answer_though_its_orchestrator_dies_and_proposals_wait_for_a_person(
    make_shop: Callable[..., Shop],
) -> None:
    shop = make_shop(sandbox="auto")
    shop.queue("work", "A")
    shop.play("work/A", ASKS)
    shop.commit()
    run = shop.start("run")
    shop.until("agent.asked", task="work/A")
    run.kill()
    inbox = json.loads(shop.ask("inbox", "--json").out)
    assert [(entry["kind"], entry["task"]) for entry in inbox] == [("question", "work/A"), ("proposal", "work/A")]
    assert "refused inside" in shop.ask("answer", "work/A", "red", env={"ORCHESTRATOR_TASK": "work/A"}).err
    assert shop.ask("answer", "work/A", "red").code == 0
    assert shop.run().code == 0
    assert shop.ledger("work/A") == ["1 1"]
    assert len(shop.events("agent.asked")) == len(shop.events("agent.proposed")) == 1

    assert shop.ask("add", "--proposals").code == 0
    assert [t["id"] for t in json.loads((shop.root / "queues/work.json").read_text())["tasks"]] == ["A", "PAINT"]


@pytest.mark.slow
def test_who_ends_its_turn_gets_the_answer_in_its_next_prompt_and_holds_up_nobody(shop: Shop) -> None:
    shop.queue("work", "A", "B", "C")
    shop.play("work/A", ASKS.replace("--wait 60", "--wait 0"))
    shop.play("work/B", BLOCKED)
    shop.commit()
    assert shop.run().code == 1
    tasks = shop.tasks()
    assert {ref: task["status"] for ref, task in tasks.items()} == {
        "work/A": "pending",
        "work/B": "blocked",
        "work/C": "completed",
    }
    assert tasks["work/A"]["reason"]["code"] == "person"
    said = shop.ask("inbox").out
    for words in ("Which colour?", "There is no key for the till", "orchestrator answer work/B"):
        assert words in said
    assert "the till needs a key" in (shop.state / "learnings.md").read_text()
    assert shop.ask("inbox", "answer", "work/A", "yellow").code == 0
    assert shop.ask("answer", "work/B", "it is in the vault").code == 0
    assert shop.run().code == 0
    assert shop.ledger("work/A") == shop.ledger("work/B") == ["1 1", "1 2"]


CLAUDE_AGENT = """
[agents.c]
profile = "claude-code"
command = ["./claude.sh"]
allow_dangerous = true
"""
SPEAKS_MCP = """\
#!{python}
import json, sys
from pathlib import Path
import anyio
from mcp import Client, StdioServerParameters

async def main():
    told = json.loads(Path(sys.argv[sys.argv.index("--mcp-config") + 1]).read_bytes())["mcpServers"]["orchestrator"]
    async with Client(StdioServerParameters(**told)) as client:
        await client.call_tool("report_progress", {{"text": "by MCP"}})
        await client.call_tool("propose_task", {{"title": "more of it"}})
        result = await client.call_tool("ask_person", {{"question": "Which colour?", "wait_seconds": 60}})
    return result.content[0].text

said = anyio.run(main)
Path("main.py").write_text(f"open = {{said!r}}\\n")
print(json.dumps({{"type": "result", "subtype": "success", "is_error": False, "result": "<promise>DONE</promise>"}}))
"""
CLAUDE = """\
#!/bin/sh
cat > /dev/null
echo '{"type":"system","subtype":"init","session_id":"s-1","model":"opus"}'
echo '{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"t","name":"Bash",\
"input":{"command":"make \\\\u001b[2Jit"}}]}}'
read -r _ < "$(dirname "$0")/gates/go"
echo 'open = "yes"' > main.py
echo '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":"made"}]}}'
echo '{"type":"result","subtype":"success","is_error":false,"result":"done <promise>DONE</promise>"}'
"""


@pytest.mark.slow
def test_logs_show_the_work_as_it_happens_between_what_is_recorded_of_it(shop: Shop) -> None:
    shop.config(CLAUDE_AGENT)
    shop.queue("work", {"id": "A", "agent": "c"})
    shop.write("claude.sh", CLAUDE, mode=0o755)
    shop.hold("go")
    shop.commit()
    run = shop.start("run")
    shop.until("iteration.started")
    log = shop.state / "logs" / "work.log"
    while b"iteration.started" not in log.read_bytes():
        time.sleep(0.02)
    written = log.read_bytes()
    cut = written.rindex(b"\n", 0, written.index(b"iteration.started")) + 1
    log.write_bytes(written[:cut])  # the journal knows it, the log does not say so yet
    logs, quiet = shop.start("logs", "-f"), shop.start("logs", "-f", "--events")
    logs.prints("attempt 1 begins")
    time.sleep(0.5)
    with log.open("ab") as file:
        file.write(written[cut:])
    logs.prints("▸ Bash: make it")
    shop.open("go")
    assert run.wait().code == 0
    logs.prints("completed")
    quiet.prints("completed")
    told = [line[10:].removeprefix("work/A").strip() for line in logs.out.splitlines()]
    begun = told.index("iteration 1: c is working (L0)")
    assert told[begun + 1 : begun + 5] == [
        "│ started opus session s-1",
        "│ ▸ Bash: make it",
        "│   ✓ made",
        "│ ended",
    ]
    assert told[begun + 5].startswith("says it is done")
    assert "│" not in quiet.out
    transcript = shop.ask("logs", "--task", "work/A", "--transcript").out
    assert transcript.splitlines()[:3] == ["started opus session s-1", "▸ Bash: make it", "  ✓ made"]


@pytest.mark.slow
def test_an_agent_that_speaks_mcp_is_given_the_same_words_inside_its_sandbox(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(sandbox="auto")
    shop.config(
        '[agents.c]\nprofile = "claude-code"\ncommand = ["./claude.py"]\nallow_dangerous = true\n', sandbox="auto"
    )
    shop.queue("work", {"id": "A", "agent": "c"})
    shop.write("claude.py", SPEAKS_MCP.format(python=sys.executable), mode=0o755)
    shop.commit()
    run = shop.start("run")
    shop.until("agent.asked")
    assert shop.ask("answer", "work/A", "red").code == 0
    assert run.wait().code == 0
    assert [event["text"] for event in shop.events("agent.reported")] == ["by MCP"]
    assert "answers: red" in shop.git("show", "orchestrator/main:main.py")

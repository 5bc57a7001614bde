"""Accounts at their limits: their lanes wait and go on by themselves, other lanes go on, fallbacks take over."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

STREAMS = Path(__file__).parents[1] / "data" / "agent-streams"
CLAUDE = """\
#!/bin/sh
# Plays a stream of Claude Code; which one the test wrote for the agent stands in plays/<agent>.
here=$(dirname "$0")
cat > /dev/null
agent=$1
[ -p "$here/gates/$agent" ] && read -r _ < "$here/gates/$agent"
if [ -f "$here/plays/$agent" ]; then
    reset=$(cat "$here/plays/$agent.once" 2>/dev/null || echo 0)
    sed "s/1795175430/$(($(date +%s) + reset))/" "$here/plays/$agent"
    [ -f "$here/plays/$agent.once" ] && rm "$here/plays/$agent" "$here/plays/$agent.once" "$here/gates/$agent"
    exit 1
fi
echo "done = 1" > "${ORCHESTRATOR_TASK#*/}.py"
echo '{"type":"system","subtype":"init","session_id":"s-1","model":"m"}'
echo '{"type":"assistant","message":{"content":[{"type":"text","text":"You hit your usage limit, try again at 9pm"}]}}'
echo '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":"429 rate_limit_error"}]}}'
echo '{"type":"result","subtype":"success","is_error":false,"result":"429 is handled. <promise>DONE</promise>"}'
"""
LOGGED_OUT = {"type": "result", "subtype": "success", "is_error": True, "api_error_status": 401,
              "result": "Invalid API key · Please run /login"}  # fmt: skip


def staffed(shop: Shop, *agents: str, more: str = "", project: str = "") -> None:
    """Make a shop whose agents are Claude Codes of these accounts (`agent:account`)."""
    shop.write("claude.sh", CLAUDE, mode=0o755)
    tables = [
        f'[agents.{name}]\nprofile = "claude-code"\ncommand = ["./claude.sh", "{name}"]\nallow_dangerous = true\n'
        + (f'account = "{account}"\n' if account else "")
        for name, _, account in (agent.partition(":") for agent in agents)
    ]
    shop.config("".join(tables) + more, project=f'agent = "script"\n{project}')


def tasks_of(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{queue['name']}/{task['id']}": task for queue in status["queues"] for task in queue["tasks"]}


def limit(shop: Shop, agent: str, *, reset_s: int) -> None:
    """Let an agent meet its usage limit once, as Claude Code says it, which resets so many seconds from then."""
    shop.play(agent, (STREAMS / "claude-usage-limit.jsonl").read_text())
    shop.play(f"{agent}.once", str(reset_s))


@pytest.mark.slow
def test_a_run_whose_every_lane_is_parked_waits_and_goes_on_by_itself_and_before_that_others_work(shop: Shop) -> None:
    staffed(shop, "opus:team", "haiku:team", "covered", "other")
    text = (shop.root / "orchestrator.toml").read_text()
    shop.write("orchestrator.toml", text.replace("[agents.covered]\n", '[agents.covered]\nfallback = ["other"]\n'))
    shop.queue("parked", {"id": "A", "agent": "opus"}, {"id": "B", "agent": "haiku", "dependencies": ["A"]})
    shop.queue("covered", {"id": "C", "agent": "covered"})
    shop.queue("free", "D")
    shop.play("free/D", "gate free; works; claims")
    limit(shop, "covered", reset_s=3600)
    limit(shop, "opus", reset_s=1)
    shop.hold("free")
    shop.hold("opus")
    shop.commit()
    run = shop.start("run")
    shop.until("account.parked", account="covered")
    shop.open("free")
    shop.until("task.completed", task="covered/C")
    shop.until("task.completed", task="free/D")
    shop.open("opus")
    answer = run.wait()
    assert (answer.code, len(shop.events("task.completed"))) == (0, 4), answer.err

    (park,) = shop.events("account.parked", account="team")
    assert (park["code"], park["task"]) == ("limit", "parked/A")
    assert "You've hit your session limit" in park["text"]
    (resumed,) = shop.events("account.resumed", account="team")
    started = shop.events("iteration.started", task="parked/A")
    assert [event["iteration"] for event in started] == [1, 1]
    assert started[0]["seq"] < park["seq"] < started[1]["seq"] < resumed["seq"]
    assert [event["agent"] for event in shop.events("iteration.started", task="covered/C")] == ["covered", "other"]
    status = shop.status()
    assert {ref: task["iterations"] for ref, task in tasks_of(status).items()} == dict.fromkeys(tasks_of(status), 1)
    assert [account["name"] for account in status["accounts"]] == ["covered"]


@pytest.mark.slow
def test_who_wants_to_resume_by_hand_does_and_who_is_logged_out_logs_in(shop: Shop) -> None:
    by_hand = "[accounts.team]\nresume_after_limit = false\n"
    staffed(shop, "opus:team", "late", more=by_hand, project='patience = "1s"')
    shop.queue("work", {"id": "A", "agent": "opus"})
    shop.queue("login", {"id": "B", "agent": "late"})
    limit(shop, "opus", reset_s=60)
    shop.play("late", json.dumps(LOGGED_OUT, ensure_ascii=False) + "\n")
    shop.commit()
    left = shop.run()
    assert (left.code, shop.events("task.completed")) == (5, [])
    status = shop.status()
    team, late = sorted(status["accounts"], key=lambda account: account["name"], reverse=True)
    assert (team["code"], team["until"], team["waiting"], team["resets"] is None) == ("limit", None, ["work/A"], False)
    assert (late["code"], "Please run /login" in late["text"]) == ("auth", True)
    tasks = tasks_of(status)
    assert (tasks["work/A"]["reason"]["code"], tasks["work/A"]["reason"]["until"]) == ("parked", None)
    assert (tasks["login/B"]["reason"]["code"], tasks["login/B"]["reason"]["on"]) == ("fault", ["account:late"])
    why = shop.ask("explain", "account:team").out
    assert "waited for by: work/A" in why
    assert "what helps: `orchestrator resume account:team`: it does not go on by itself" in why

    (shop.root / "plays" / "late").unlink()  # the person logs in
    assert shop.ask("resume", "account:team").code == 0
    assert shop.ask("resume", "account:late").code == 0
    assert shop.run().code == 0
    assert [event["because"].partition(" ")[0] for event in shop.events("account.resumed")] == ["by", "by"]


@pytest.mark.slow
def test_hours_that_are_over_are_waited_for_within_the_runs_time_and_said(shop: Shop) -> None:
    now = time.time()  # noqa: TID251 - hours are the clock's
    at, end = (time.strftime("%H:%M", time.gmtime(now + ahead)) for ahead in (7200, 10_800))
    hours = f'hours = "{at}-{end} UTC"\n'
    staffed(shop, "opus:team", more=f"[accounts.team]\n{hours}[queues.night]\n{hours}")
    shop.queue("night", "A")
    shop.queue("day", {"id": "B", "agent": "opus"}, "C")
    shop.commit()
    left = shop.run("--max-wall", "10m")
    assert (left.code, [event["task"] for event in shop.events("task.completed")]) == (3, ["day/C"])
    assert "what it waits for comes after its time is up" in left.out
    status = shop.status()
    reasons = {ref: task["reason"] for ref, task in tasks_of(status).items() if task["reason"]}
    assert {ref: (reason["code"], reason["until"][11:16]) for ref, reason in reasons.items()} == {
        "night/A": ("time", at),
        "day/B": ("parked", at),
    }
    assert [account["code"] for account in status["accounts"]] == ["hours"]

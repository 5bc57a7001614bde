"""Money and time: what was used is exact and outlives restarts, and at a limit everything drains, and nothing else."""

from decimal import Decimal

import pytest

from tests.scenarios.conftest import Shop

PAID = """\
#!/bin/sh
# Speaks as Claude Code does; the play says what the call costs.
cat > /dev/null
here=$(dirname "$0")
id=${ORCHESTRATOR_TASK#*/}
cost=0.10
says="all done <promise>DONE</promise>"
[ -f "$here/plays/$ORCHESTRATOR_QUEUE.$id" ] && . "$here/plays/$ORCHESTRATOR_QUEUE.$id"
echo "done = $ORCHESTRATOR_ITERATION" > "$id.py"
usage='{"input_tokens":1000,"cache_read_input_tokens":200,"output_tokens":34}'
printf '{"type":"system","subtype":"init","session_id":"s-1","model":"claude-x"}\\n'
printf '{"type":"result","subtype":"success","is_error":false,"result":"%s","total_cost_usd":%s,"usage":%s}\\n' \\
    "$says" "$cost" "$usage"
"""
TOKENS = """\
#!/bin/sh
# Speaks as Codex does: it names tokens and no price.
cat > /dev/null
echo "done = 1" > "${ORCHESTRATOR_TASK#*/}.py"
echo '{"type":"thread.started","thread_id":"t-1"}'
echo '{"type":"item.completed","item":{"type":"agent_message","text":"<promise>DONE</promise>"}}'
echo '{"type":"turn.completed","usage":{"input_tokens":1200,"cached_input_tokens":200,"output_tokens":30}}'
"""
AGENTS = """
[agents.paid]
profile = "claude-code"
command = ["./paid.sh"]
allow_dangerous = true
[agents.tokens]
profile = "codex"
command = ["./tokens.sh"]
allow_dangerous = true
"""


def opened(shop: Shop, more: str, *, model: str = "") -> None:
    """Make a shop whose agents cost something."""
    shop.write("paid.sh", PAID, mode=0o755)
    shop.write("tokens.sh", TOKENS, mode=0o755)
    shop.config(AGENTS + (f'model = "{model}"\n' if model else "") + more, project='agent = "paid"')


def spent(shop: Shop) -> Decimal:
    """Add up what every agent's call cost, exactly."""
    return sum((Decimal(str(event["usd"])) for event in shop.events("agent.finished")), Decimal())


@pytest.mark.slow
def test_a_budget_drains_the_run_with_3_outlives_it_and_goes_on_when_it_is_raised(shop: Shop) -> None:
    opened(shop, "[budget]\nusd = 1.0\n")
    shop.queue("work", "A", "B", "C", "D")
    for task, cost in {"A": "0.333333", "B": "0.466667", "C": "0.299999"}.items():
        shop.play(f"work/{task}", f"cost={cost}")
    shop.commit()
    first = shop.run()
    assert first.code == 3
    assert "the project's 1 USD are spent: raise [budget] usd" in first.out
    assert first.err.count("has used 0.80 of 1 USD that it may") == 1
    assert first.err.count("has used 1.10 of 1 USD: what runs finishes, nothing more starts") == 1
    assert [event["task"] for event in shop.events("task.completed")] == ["work/A", "work/B", "work/C"]
    status = shop.status()
    assert Decimal(str(status["budget"]["usd"]["used"])) == spent(shop) == Decimal("1.099999")
    assert status["budget"]["day_usd"] == {"used": 1.099999, "limit": None}
    assert status["budget"]["tokens"] == {"used": 3 * 1234, "limit": None}
    assert "project: the project's 1 USD are spent" in status["notices"][0]
    reason = shop.task("work/D")["reason"]
    assert (reason["code"], reason["until"]) == ("budget", None)

    again = shop.run()
    assert (again.code, len(shop.events("iteration.started"))) == (3, 3)
    opened(shop, "[budget]\nusd = 1.5\n")
    assert shop.run().code == 0
    assert Decimal(str(shop.status()["budget"]["usd"]["used"])) == spent(shop) == Decimal("1.199999")
    assert [(e["what"], e["limit"]) for e in shop.events("budget.reached")] == [("usd", 1.0)]


@pytest.mark.slow
def test_one_queues_budget_holds_back_neither_another_queue_nor_what_is_done(shop: Shop) -> None:
    opened(shop, "[queues.rich]\nagent = 'paid'\n")
    shop.queue("poor", {"id": "A", "budget": {"iterations": 1}}, "B", "C", budget={"usd": 0.25, "per_day_usd": 0.11})
    shop.play("poor/A", "cost=0.01; says='not yet'")
    shop.queue("rich", "A", "B", "C")
    shop.commit()
    answer = shop.run("--max-wall", "1m")
    tasks = shop.tasks()
    assert {ref for ref, task in tasks.items() if task["status"] == "completed"} == {
        *("poor/B", "rich/A", "rich/B", "rich/C")
    }, answer.err
    assert "`budget.iterations` of poor/A in queues/poor.json" in tasks["poor/A"]["reason"]["text"]
    held = tasks["poor/C"]["reason"]
    assert (held["code"], held["on"], held["until"][10:]) == ("budget", ["poor"], "T00:00:00Z")
    assert answer.code == 3  # the new day lies beyond its minute, or it would have waited
    (poor,) = [queue for queue in shop.status()["queues"] if queue["name"] == "poor"]
    assert (poor["budget"]["day_usd"], poor["budget"]["usd"]) == (
        {"used": 0.11, "limit": 0.11},
        {"used": 0.11, "limit": 0.25},
    )


@pytest.mark.slow
def test_agents_that_name_only_tokens_are_priced_by_the_table_or_said_to_be_unknown(shop: Shop) -> None:
    opened(shop, "[budget]\nusd = 5\n")
    shop.queue("work", {"id": "A", "agent": "tokens"})
    shop.commit()
    unknown = shop.run("--max-usd", "2")
    assert unknown.code == 0
    assert "agent tokens reports tokens, not costs: say model in [agents.tokens]" in unknown.err
    assert "what 1 call(s) by agent tokens cost is not known" in unknown.out
    (finished,) = shop.events("agent.finished")
    assert (finished["priced"], finished.get("usd", 0), finished["tokens"]) == (False, 0, 1230)

    opened(shop, "[budget]\nusd = 5\n[prices.'gpt-9*']\ninput = 2\ncached = 0.5\noutput = 10\n", model="gpt-9-codex")
    shop.queue("more", {"id": "B", "agent": "tokens"})
    known = shop.run("--queue", "more")
    assert (known.code, "not costs" in known.err) == (0, False)
    finished = shop.events("agent.finished")[-1]
    assert (finished["usd"], finished["price"], finished["model"]) == (0.0024, "gpt-9* (configured)", "gpt-9-codex")
    assert shop.status()["budget"]["unpriced"] == 1


@pytest.mark.slow
def test_a_run_whose_time_is_up_starts_nothing_more_and_lands_what_is_done(shop: Shop) -> None:
    shop.queue("work", "A", "B")
    shop.play("work/A", "sleep 1.1; works; claims")
    shop.commit()
    answer = shop.run("--max-wall", "1")
    assert (answer.code, [event["task"] for event in shop.events("task.completed")]) == (3, ["work/A"])
    assert "its time is up" in answer.out


@pytest.mark.slow
def test_a_limit_that_cannot_be_read_is_refused_with_what_to_write(shop: Shop) -> None:
    shop.queue("work", "A")
    refused = shop.run("--max-wall", "soon")
    assert (refused.code, "--max-wall soon: write a duration above 0, as 8h" in refused.err) == (2, True)
    shop.config("[budget]\nusd = 'five'\nwall = 'soon'\n")
    refused = shop.run()
    assert (refused.code, refused.err.count("orchestrator.toml: budget.")) == (2, 2)
    assert not shop.state.exists()

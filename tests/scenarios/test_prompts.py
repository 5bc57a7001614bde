"""What agents are told, from end to end: exactly what `prompt` prints, with what others made, said and learned."""

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow

TEMPLATE = """\
House rules first: be brief.

{description}

{upstream}

{learnings}
"""


def test_a_prompt_is_what_was_printed_and_holds_what_others_made_said_and_learned(shop: Shop) -> None:
    shop.write("prompts/feature.md", TEMPLATE)
    shop.config('[prompts]\nfeature = "prompts/feature.md"\n')
    shop.queue(
        "work",
        {"id": "A", "outputs": ["A.py"], "allow_protected": ["prompts/**"]},
        {"id": "B", "title": "make B", "description": "Make it.", "type": "Feature", "dependencies": ["A"]},
        {"id": "C", "type": "bug", "dependencies": ["B"], "max_iterations": 2},
    )
    words = "echo 'I made it.'; echo '<learning>the tests need redis</learning>'"
    shop.play("work/A", f"works; {words}; claims")
    shop.play("work/C", "echo '{title}' > prompts/feature.md; works; claims")
    shop.commit()
    assert "reproduce it" in shop.ask("prompt", "work/C").out
    assert "{description}" in shop.ask("prompt", "--template", "feature").out
    assert shop.run("--task", "work/A").code == 0
    printed = shop.ask("prompt", "work/B").out
    assert shop.run().code == 1
    assert (shop.run_dir("work/B") / "prompt.md").read_text() == printed
    assert printed.startswith(
        "House rules first: be brief.\n\nMake it.\n\n## What this builds on\n\n- work/A (A), landed"
    )
    for words in (
        "A.py, which you read first",
        "I made it.",
        "- (work/A) the tests need redis",
        "## When you are done",
    ):
        assert words in printed
    (commit,) = [event["commit"] for event in shop.events("task.merged", task="work/A")]
    assert f"landed as {commit[:12]}" in printed
    blocked = shop.task("work/C")
    assert (blocked["status"], "prompts are made of it" in blocked["reason"]["text"]) == ("blocked", True)
    assert "the tests need redis" in (shop.state / "learnings.md").read_text()

"""Somebody gets the configuration wrong: who looks on still sees, who holds still holds, nothing starts."""

import pytest

from tests.scenarios.conftest import Shop


@pytest.mark.slow
def test_while_the_configuration_is_broken_people_still_look_and_hold(shop: Shop) -> None:
    shop.queue("work", "A", "B")
    shop.hold("a")
    shop.play("work/A", "gate a; works; claims")
    shop.play("work/B", "works; claims")
    shop.commit()
    run = shop.start("run")
    shop.started("work/A")
    whole = (shop.root / "orchestrator.toml").read_text()
    shop.write("orchestrator.toml", whole + '\n[project\nbase = "main"\n')
    looking: tuple[tuple[str, ...], ...] = (
        ("status",),
        ("explain", "work/B"),
        ("inbox",),
        ("history", "work/A"),
        ("logs",),
        ("pause", "work"),
    )
    for verb in looking:
        answer = shop.ask(*verb)
        assert answer.code == 0, (verb, answer.err)
        assert answer.err.count("warning: orchestrator.toml: line ") == 1
        assert "the configuration of the last run" in answer.err
    assert "paused" in shop.ask("status").out
    wrong: tuple[tuple[str, ...], ...] = (
        ("run",),
        ("add", "work/C"),
        ("edit", "work/B", "--priority", "P0"),
        ("verify",),
        ("plan",),
    )
    for verb in wrong:
        answer = shop.ask(*verb)
        assert answer.code == 2, verb
        assert answer.err.startswith("orchestrator: orchestrator.toml: line ")
    assert shop.ask("resume", "work").code == 0
    shop.open("a")
    assert run.wait().code == 0
    assert {task["status"] for task in shop.tasks().values()} == {"completed"}


def test_what_no_run_has_read_is_not_gone_by(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.write("orchestrator.toml", "[project\n")
    shop.commit()
    answer = shop.ask("status")
    assert answer.code == 2
    assert answer.err.startswith("orchestrator: orchestrator.toml: line 1")
    assert not shop.state.exists()


def test_what_a_run_would_refuse_cannot_be_edited_in(shop: Shop) -> None:
    shop.queue("work", "A")
    shop.commit()
    before = (shop.root / "queues" / "work.json").read_text()
    answer = shop.ask("edit", "work/A", "--check", "nope", "--priority", "P0")
    assert answer.code == 2
    assert answer.err.startswith('orchestrator: work/A: check "nope" is not defined; ')
    assert (shop.root / "queues" / "work.json").read_text() == before
    assert shop.ask("edit", "work/A", "--priority", "P0").code == 0

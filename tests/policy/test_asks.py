"""What people ask, beyond what the transcripts show."""

import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer
from orchestrator.policy.seat import Seat


@pytest.fixture
def world() -> World:
    found = World()
    queue = e.QueueAdded(queue="q", spec=QueueSpec(name="q"))
    parked = e.AccountParked(account="team", code="limit", text="the limit of team resets", until=9, task="q/A")
    events = (queue, e.TaskAdded(task="q/A", spec=TaskSpec(id="A")), parked)
    apply(found, e.Commit(seq=1, id="c", prev="", at=1, by="t", events=events))
    return found


def ask(world: World, asked: c.Ask) -> Answer:
    return answer(world, asked, Seat(me="cli", scope=Scope(), settings=Settings(), peers={}, targets={}))


@pytest.mark.parametrize(("by", "because"), [("ana", "by ana"), ("", "by hand")])
def test_an_account_whose_limit_is_known_to_be_gone_goes_on(world: World, by: str, because: str) -> None:
    assert ask(world, c.Resume(queue="account:team", by=by)) == (e.AccountResumed(account="team", because=because),)


def test_an_account_that_waits_for_nothing_is_no_queue_either(world: World) -> None:
    refused = ask(world, c.Resume(queue="account:other"))
    assert isinstance(refused, c.Refusal)
    assert refused.text == "account other is not parked (parked: team); `orchestrator status`"
    held = ask(world, c.Pause(queue="account:team"))
    assert isinstance(held, c.Refusal)
    assert "pause the queues whose agents use it" in held.text


def test_an_account_is_not_paused(world: World) -> None:
    assert isinstance(ask(world, c.Pause(queue="account:team")), c.Refusal)


def test_an_id_is_for_ever(world: World) -> None:
    refused = ask(world, c.EditTask(task="q/A", changes={"id": "B"}))
    assert isinstance(refused, c.Refusal)
    assert "keeps its id" in refused.text

"""What is worth telling, whom it reaches, and in what words."""

from typing import Any

import pytest

from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.settings import NotifySettings, PersonSettings, Settings
from orchestrator.model.specs import Notify, RunAction, TaskSpec
from orchestrator.model.world import Park, World
from orchestrator.policy import people
from orchestrator.policy.tidings import messages
from tests.policy.playing.planning import NOW, gate, queue, task, then, trigger, world_of

ANA = PersonSettings(name="ana", roles=("lead",), notify=("json://ana", "json://ana2"))
BOB = PersonSettings(name="bob", roles=("security",), notify=("json://bob",))
MUTE = PersonSettings(name="mia", roles=("lead",))


def settings(*persons: PersonSettings, urls: tuple[str, ...] = ("json://all",), **notify: Any) -> Settings:
    found = {person.name: person for person in persons}
    return Settings(people=found, notify=NotifySettings(urls=urls, **notify))


def told(world: World, made: Settings, *events: e.Event, now: int = NOW) -> tuple[e.MessageDue, ...]:
    return messages(world, events, now, made)


def to(world: World, made: Settings, event: e.Event) -> tuple[str, ...]:
    (message,) = told(world, made, event)
    return message.to


BLOCKED = e.TaskBlocked(task="q/A", reason="two\nlines")


def test_where_nobody_can_be_reached_nothing_is_due() -> None:
    assert told(world_of(task("q/A")), settings(MUTE, urls=()), BLOCKED) == ()


def test_a_message_says_what_happened_why_and_what_to_do() -> None:
    (message,) = told(world_of(task("q/A")), settings(), BLOCKED)
    assert (message.message, message.kind, message.about) == ("M1", "blocked", "q/A")
    assert message.text == "q/A is blocked: two lines\n`orchestrator inbox` shows the evidence"
    assert (message.title, message.to, message.urgent) == ("q/A is blocked", ("notify#1",), False)


def test_words_can_be_peoples_own_and_what_an_agent_says_is_no_place() -> None:
    made = settings(templates={"blocked": "{about}! {why} ({kind}, {who}) {other}"}, urgent=("blocked",))
    event = e.TaskBlocked(task="q/A", reason="look at {next}")
    (message,) = told(world_of(task("q/A")), made, event)
    assert message.text == "q/A! look at {next} (blocked, ) {other}"
    assert message.urgent
    (long,) = told(world_of(task("q/A")), made, e.TaskBlocked(task="q/A", reason="x" * 9000))
    assert len(long.text) < 1600


def test_a_person_hears_what_concerns_them_or_the_kinds_they_chose() -> None:
    owned = world_of(task("q/A", owner="ANA"), task("q/B"))
    nosy = PersonSettings(name="nia", notify=("json://nia",), on=("failed",))
    made = settings(ANA, BOB, nosy)
    assert to(owned, made, BLOCKED) == ("notify#1", "people.ana#1", "people.ana#2")
    assert to(owned, made, e.TaskFailed(task="q/B", reason="no")) == ("notify#1", "people.nia#1")
    assert to(owned, settings(ANA, on=("failed",)), e.TaskFailed(task="q/A", reason="no"))[1:] == people.channels_of(
        ANA
    )
    assert told(owned, settings(ANA, on=("failed",)), BLOCKED) == ()


def test_what_would_reach_nobody_goes_to_everybody_who_chose_nothing() -> None:
    nosy = PersonSettings(name="nia", notify=("json://nia",), on=("failed",))
    made = settings(BOB, nosy, urls=())
    assert to(world_of(task("q/A")), made, BLOCKED) == ("people.bob#1",)


def test_the_same_words_are_told_once_within_the_window() -> None:
    world, made = world_of(task("q/A")), settings(window_s=60)
    first = told(world, made, BLOCKED, BLOCKED)
    assert len(first) == 1
    then(world, *first)
    assert told(world, made, BLOCKED, now=NOW + 59_000) == ()
    assert told(world, made, BLOCKED, now=NOW + 60_000)[0].message == "M2"
    assert told(world, made, e.TaskBlocked(task="q/A", reason="another"))[0].message == "M2"


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (e.TaskCompleted(task="q/A", by="ana", note="seen"), "completed", "q/A is completed: seen"),
        (
            e.AccountParked(account="team", code="limit", text="full", until=5),
            "account",
            "account team is parked: full",
        ),
        (
            e.BudgetReached(scope="run", what="usd", used=5, limit=5),
            "budget",
            "this run has used up its budget: 5 of 5",
        ),
        (
            e.BudgetNeared(scope="queue", what="usd", used=4, limit=5, queue="q"),
            "budget",
            "queue q has nearly used up its budget: 4 of 5 (usd)",
        ),
        (
            e.BudgetNeared(scope="project", what="usd", used=4, limit=5),
            "budget",
            "the project has nearly used up its budget",
        ),
        (
            e.LaneParked(queue="q", code="fault", text="no git", until=5),
            "fault",
            "queue q is parked by a fault: no git",
        ),
        (
            e.GateReady(gate="g"),
            "gate",
            "gate g waits for people: no keys\n`orchestrator approve gate:g --as lead or ana`",
        ),
        (e.GateOpened(gate="g"), "gate", "gate g is open: the ground"),
        (e.GateRejected(gate="g", by="ana", reason="late"), "gate", "gate g is rejected by ana: late"),
        (
            e.GateRevoked(gate="g", by="ana", reason="late"),
            "gate",
            "gate g loses an approval: ana takes theirs back: late",
        ),
        (
            e.AgentAsked(task="q/A", attempt=1, iteration=1, word="w", question="Q1", text="which?"),
            "question",
            "the agent of q/A asks (Q1): which?\norchestrator answer q/A",
        ),
    ],
)
def test_every_kind_has_its_words(event: e.Event, kind: str, text: str) -> None:
    signers = {"approvers": ("lead",), "title": "the ground"}
    checked = {"checklist": ("no keys",)} if isinstance(event, e.GateReady) else {}
    world = world_of(task("q/A"), task("q/B"), gate("g", **signers, **checked))
    (message,) = told(world, settings(ANA, on=(kind,)), event)
    assert message.kind == kind
    assert message.text.startswith(text)
    assert ("people.ana#1" in message.to) is (kind == "gate")


def test_what_is_nothing_new_or_nobodys_is_not_told() -> None:
    world = world_of(task("q/A"), task("q/B"), queue("empty"))
    world.queues["q"].park = Park(code="fault", text="no git", since=1, until=2)
    quiet = (
        e.LaneParked(queue="q", code="fault", text="no git", until=9),
        e.LaneParked(queue="q", code="parked", text="later", until=9),
        e.GateOpened(gate="gone"),
        e.GateChecked(gate="gone", commit="c", verdict="PASS"),
        e.TriggerFired(trigger="gone", count=1),
        e.TaskCompleted(task="lost/A"),
    )
    assert told(world, settings(), *quiet) == ()
    known = world_of(task("q/A"), gate("g"))
    assert told(known, settings(), e.GateApproved(gate="g", by="ana")) == ()


def test_a_queue_is_done_with_its_last_task_and_not_while_more_is_added() -> None:
    world = world_of(task("q/A"), task("q/B"))
    last = e.TaskSkipped(task="q/B", reason="no frontend", by="ana")
    assert told(world, settings(), last) == ()
    then(world, e.TaskCompleted(task="q/A"))
    (message,) = told(world, settings(), last)
    assert (message.kind, message.text) == ("done", "queue q is done: 1 completed, 1 skipped")
    assert told(world, settings(), last, e.TaskAdded(task="q/C", spec=TaskSpec(id="C"))) == ()


def test_of_a_queue_that_is_taken_back_it_is_told_that_it_was_and_not_that_it_is_done() -> None:
    world = world_of(task("q/A", rollback="undo"), task("q/B"))
    then(world, e.TaskCompleted(task="q/A"))
    failed = e.TaskFailed(task="q/B", reason="no")
    assert [message.kind for message in told(world, settings(), failed)] == ["failed"]
    then(world, failed, e.RollbackStarted(queue="q", task="q/B"))
    finished = e.RollbackFinished(queue="q", task="q/B", undone=("q/A",), left=("q/C",))
    (message,) = told(world, settings(), finished)
    assert message.text.startswith("queue q was rolled back and is paused: q/B failed; undone: q/A; left as it is: q/C")
    assert "`orchestrator retry q/B`" in message.text
    (stuck,) = told(world, settings(), e.RollbackBlocked(queue="q", task="q/A", reason="exit 1"))
    assert (stuck.kind, stuck.about) == ("blocked", "q/A")
    assert "`orchestrator rollback q --again`" in stuck.text


def test_a_trigger_says_its_words_each_time_it_fires() -> None:
    world = world_of(task("q/A"), trigger("t", when=TaskIs(task="q/A"), do=(Notify("ship it"), RunAction("announce"))))
    first = told(world, settings(), e.TriggerFired(trigger="t", count=1))
    then(world, *first)
    second = told(world, settings(), e.TriggerFired(trigger="t", count=2))
    assert [message.text for message in (*first, *second)] == ["ship it", "ship it"]
    long = world_of(task("q/A"), trigger("t", when=TaskIs(task="q/A"), do=(Notify("ship\nit " * 99),)))
    (message,) = told(long, settings(), e.TriggerFired(trigger="t", count=1))
    assert message.title.startswith("ship it ship")
    assert len(message.title) == 150


# -- people --------------------------------------------------------------------------------------------------------


def test_people_are_found_by_name_and_role_whatever_the_case() -> None:
    made = settings(ANA, BOB, MUTE)
    assert people.find(made, "Bob") is BOB
    assert people.find(made, "zoe") is None
    assert people.named(made, ("LEAD", "bob")) == (ANA, BOB, MUTE)
    assert (people.owner_of(made, "people.ana#2"), people.owner_of(made, "notify#1")) == (ANA, None)
    assert people.address_of(made, "people.ana#2") == "json://ana2"
    assert people.address_of(made, "people.ana#3") is None
    assert people.address_of(made, "json://elsewhere") == "json://elsewhere"
    assert (people.shown("json://secret/x"), people.shown("notify#1")) == ("json://***", "notify#1")


def test_that_a_deadline_has_passed_is_told_with_what_is_still_missing() -> None:
    world = world_of(gate("g", approvers=("lead",), deadline=NOW + 1))
    (message,) = told(world, settings(ANA, urls=()), e.GateExpired(gate="g", deadline=NOW + 1))
    assert message.to == ("people.ana#1", "people.ana#2")
    assert message.text.startswith("the deadline of gate g has passed: a new approval: its deadline has passed, 1 sig")

"""Who may ask for what: people and roles, verb by verb; and whom a signature counts for."""

import msgspec
import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.settings import PersonSettings
from orchestrator.model.specs import TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.asks import answer
from orchestrator.policy.gates import may_sign_yet
from orchestrator.policy.rights import objection
from orchestrator.policy.seat import Seat
from tests.policy.playing.planning import NOW, gate, seat_of, task, then, world_of

ANA = PersonSettings(name="ana", roles=("lead",))
BEA = PersonSettings(name="bea", roles=("lead", "ops"))
LEAD = ("lead",)


def seat(world: World, **rights: tuple[str, ...]) -> Seat:
    return seat_of(world, people={"ana": ANA, "bea": BEA}, rights=rights)


def ask(world: World, asked: c.Ask, **rights: tuple[str, ...]) -> object:
    return answer(world, asked, seat(world, **rights), NOW)


NEW = c.AddTask(queue="q", spec=TaskSpec(id="N"), by="carl")
ASKS: list[tuple[c.Ask, str]] = [
    (NEW, "add"),
    (c.AddTasks(tasks=(NEW,), by="carl"), "add"),
    (c.EditTask(task="q/A", changes={"title": "x"}, by="carl"), "edit"),
    (c.Skip(task="q/A", reason="r", by="carl"), "skip"),
    (c.Retry(task="q/A", by="carl"), "retry"),
    (c.Cancel(task="q/A", by="carl"), "cancel"),
    (c.Pause(queue="q", by="carl"), "pause"),
    (c.Approve(gate="g", by="carl"), "approve"),
    (c.RejectGate(gate="g", by="carl", reason="r"), "reject"),
    (c.RejectGate(gate="g", by="carl", reason="r", abandon=True), "skip"),
]


@pytest.mark.parametrize(("asked", "verb"), ASKS)
def test_a_verb_that_is_named_is_for_those_it_names(asked: c.Ask, verb: str) -> None:
    world = world_of(task("q/A"), gate("g", approvers=("carl", "lead")))
    assert not isinstance(ask(world, asked), c.Refusal), "without rights anybody may"
    assert not isinstance(ask(world, asked, decide=LEAD), c.Refusal), "other verbs keep nobody from this one"
    refused = ask(world, asked, **{verb: LEAD})
    assert refused == c.Refusal(f"carl may not {verb}; it takes --as ana or bea or lead")
    for who in ("ana", "BEA", "Lead"):
        assert not isinstance(ask(world, msgspec.structs.replace(asked, by=who), **{verb: LEAD}), c.Refusal)


def test_a_right_that_names_nobody_is_nobodys_and_who_says_nothing_is_nobody() -> None:
    world = world_of(task("q/A"))
    nobody = ask(world, c.Skip(task="q/A", reason="r"), skip=())
    assert nobody == c.Refusal(
        "whoever does not say who they are may not skip; it takes --as nobody: [rights] names none"
    )


def test_commands_of_triggers_are_retried_and_skipped_by_the_same_rights() -> None:
    world = world_of(task("q/A"))
    again = c.DecideAction(trigger="t", decision="again", by="carl")
    drop = c.DecideAction(trigger="t", decision="drop", by="carl")
    made = seat(world, retry=LEAD).settings
    assert objection(made, again) is not None
    assert objection(made, drop) is None
    assert objection(seat(world, skip=LEAD).settings, drop) is not None


def test_leaving_needs_no_right() -> None:
    world = world_of(task("q/A"))
    assert objection(seat(world, attach=()).settings, c.Detach(task="q/A", worker="w")) is None


# -- signatures count people ---------------------------------------------------------------------------------------


def test_where_people_are_counted_a_role_says_who_it_is() -> None:
    world = world_of(task("q/A"), gate("two", approvers=("lead",), quorum=2), gate("one", approvers=("lead",)))
    role = ask(world, c.Approve(gate="two", by="lead"))
    assert role == c.Refusal("gate two counts people; say who of lead you are: --as ana or bea")
    assert ask(world, c.Approve(gate="one", by="lead")) == (e.GateApproved(gate="one", by="lead"),)
    assert ask(world, c.Approve(gate="two", by="Ana")) == (e.GateApproved(gate="two", by="ana"),)


def test_who_is_asked_to_sign_is_who_can() -> None:
    world = world_of(task("q/A"), gate("two", approvers=("lead",), quorum=2), gate("one", approvers=("lead",)))
    settings, two = seat(world).settings, world.gates["two"]
    assert may_sign_yet(settings, world.gates["one"], NOW) == ("lead", "ana", "bea")
    assert may_sign_yet(settings, two, NOW) == ("ana", "bea")
    then(world, e.GateApproved(gate="two", by="ana"))
    assert may_sign_yet(settings, two, NOW) == ("bea",)
    then(world, e.GateRejected(gate="two", by="bea", reason="no"))
    assert may_sign_yet(settings, two, NOW) == ("ana", "bea")
    assert ask(world, c.Approve(gate="one", by="eve")) == c.Refusal(
        "eve may not sign gate one; it takes --as lead or ana or bea"
    )
    assert ask(world, c.Approve(gate="two", by="eve")) == c.Refusal(
        "eve may not sign gate two; it takes --as ana or bea"
    )


def test_a_role_nobody_is_configured_for_counts_as_one() -> None:
    world = world_of(task("q/A"), gate("two", approvers=("exec", "ana"), quorum=2))
    then(world, e.GateApproved(gate="two", by="ana"))
    assert ask(world, c.Approve(gate="two", by="exec")) == (e.GateApproved(gate="two", by="exec"),)

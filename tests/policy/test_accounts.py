"""How long an account is left alone after its limit was met."""

from orchestrator.model.world import Park
from tests.policy.test_talk import NOW, Table

SLACK = 2_000
FIRST = 300_000


def parked(table: Table, until: int | None) -> Park:
    """Have the agent meet its limit, which resets then."""
    table.ends("rate_limited", note="You've hit your limit", until_ms=until)
    return table.world.accounts["a"]


def test_a_limit_is_waited_out_and_a_moment_more() -> None:
    assert parked(Table(), NOW + 60_000).until == NOW + 60_000 + SLACK


def test_a_limit_that_was_over_before_anybody_could_look_is_tried_at_once() -> None:
    """The machine was slow, or nothing ran for a while; the service's word still says when it works again."""
    assert parked(Table(), NOW - 1).until == NOW + SLACK
    assert parked(Table(), NOW - 9_000_000).until == NOW + SLACK


def test_a_service_that_names_what_is_over_again_and_again_is_left_alone_for_longer() -> None:
    table = Table()
    park = parked(table, NOW - 1)
    table.world.accounts["a"] = Park(code="limit", text="", since=0, at=0, until=0, probes=park.probes)
    assert parked(table, NOW - 1).until == NOW + 2 * FIRST


def test_a_limit_without_an_end_is_tried_after_a_pause_that_grows() -> None:
    assert parked(Table(), None).until == NOW + FIRST

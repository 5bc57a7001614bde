"""The bench at its smallest: every row is measured and told. How quick anything is, is no question for a test."""

from pathlib import Path

import pytest

from tests.bench.gauge import SMALLEST, Row, Size, Spread, compare
from tests.bench.main import FAMILIES, measure
from tests.bench.page import BEGIN, END, line_of, merged
from tests.bench.peers import QUEUES, Tools, peer_a_second

MAY_BE_NOTHING = ("a run that waits", "after", "appended by one", "the same: p99", "what full isolation")


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_every_row_can_be_measured(name: str) -> None:
    rows = list[Row]()
    measure([name], SMALLEST, lambda _, row: rows.append(row))
    assert rows
    for row in rows:
        assert row.value.least <= row.value.middle <= row.value.most
        assert row.value.middle > 0 or row.name.startswith(MAY_BE_NOTHING)
        assert row.met or row.most != 0  # what must not happen at all did not


@pytest.mark.slow
def test_a_peer_works_the_same_agent_and_is_stopped(tmp_path: Path) -> None:
    make = next(peer for peer in QUEUES if not peer.program)
    nothing = Tools(tmp_path, tmp_path, ())
    assert not nothing.has("huey_consumer")
    assert nothing.has(make.program)
    assert peer_a_second(make, nothing, tmp_path / "work", 3) > 0
    assert len(list((tmp_path / "work").glob("T-*.txt"))) == 3


def test_a_row_is_compared_with_what_was_measured_before_and_after_it() -> None:
    floors = iter((1.0, 3.0, 2.0, 2.0))
    found = compare(Size(rounds=2), lambda: 8.0, lambda: next(floors))
    assert (found.ratio, found.baseline) == ((4.0, 4.0, 4.0), (2.0, 2.0, 2.0))


def test_a_goal_is_met_by_the_middle_of_its_rounds() -> None:
    spread = Spread(1.0, 2.0, 9.0)
    assert Row(goal=1, name="", value=spread, most=2.0).met is True
    assert Row(goal=1, name="", value=spread, least=2.1).met is False
    assert Row(goal=1, name="", value=spread).met is None


def test_what_was_not_measured_stays_in_the_table() -> None:
    row = Row(goal=1, name="what", value=Spread(1.0, 2.0, 3.0), most=2.0)
    page = f"# Head\n\n{BEGIN}\n{END}\n\ntail\n"
    both = merged(page, ["a", "b"], {name: [line_of(name, row, "then")] for name in ("a", "b")}, "said")
    again = merged(both, ["a", "b"], {"b": [line_of("b", row, "now")]}, "said anew")
    assert [line[-8:] for line in again.splitlines() if line.startswith(("| a", "| b"))] == ["| then |", " | now |"]
    assert again.startswith("# Head\n")
    assert again.endswith("\n\ntail\n")
    assert "said anew" in again


def test_the_page_has_the_table() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md").read_text()
    assert BEGIN in text
    assert END in text

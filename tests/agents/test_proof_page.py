"""The table of what real agents came to: every agent, every scenario, no empty cell, and none that is wrong."""

from tests.real.kinds import KINDS
from tests.real.pages import BEGIN, END, GUIDE
from tests.real.scenarios import SCENARIOS


def test_the_table_in_the_guide_is_whole_and_every_cell_of_it_held() -> None:
    text = GUIDE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()]
    assert [cell.split()[0] for cell in head[1:]] == list(KINDS)
    assert all(len(cell.split()) == 2 for cell in head[1:]), "each agent with its version"
    assert [row[0] for row in rows] == [scenario.about for scenario in SCENARIOS.values()]
    assert all(cell and "wrong" not in cell for row in rows for cell in row)

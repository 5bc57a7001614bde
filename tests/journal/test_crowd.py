"""Eight processes append to one journal and read along: each sees every commit once, in order, soon."""

from pathlib import Path

import pytest

from orchestrator.journal.examine import examine
from tests.journal.crowd import crowd, judge

SOON_S = 5.0
"""On a machine that does much else; on an idle one it is milliseconds."""


@pytest.mark.slow
def test_eight_processes_that_append_and_read_along_see_everything_once_and_in_order(tmp_path: Path) -> None:
    found = crowd(tmp_path, members=8, each=40)
    assert found.wrong == []
    assert (found.commits, len(found.lags)) == (320, 8 * 320)
    assert found.lag(1.0) < SOON_S
    seen = examine(tmp_path)
    assert (seen.commits, seen.chain_intact, seen.torn, seen.quarantines) == (320, True, 0, ())


def test_a_commit_that_is_missing_doubled_or_out_of_order_is_told() -> None:
    good = ["stored 1 a 1.0", "stored 2 b 2.0", "saw 1 a 1.5", "saw 2 b 2.5"]
    assert judge([good], 2).wrong == []
    assert judge([good[:3]], 2).wrong == ["member 0 saw 1 commits, not 1 to 2 in order"]
    assert judge([[*good[:2], good[3], good[2]]], 2).wrong == ["member 0 saw 2 commits, not 1 to 2 in order"]
    assert "commit 1 was acknowledged twice: a and c" in judge([good, ["stored 1 c 1.0"]], 2).wrong
    assert "one commit was acknowledged under two numbers" in judge([[good[0], "stored 2 a 2.0"]], 2).wrong
    assert "member 0 saw x as 1, a was acknowledged" in judge([[*good[:2], "saw 1 x 1.5", good[3]]], 2).wrong

"""Waiting, in the scenarios: what was so for a moment has been so."""

import os
from pathlib import Path

from tests.scenarios.waiting import Wait


class Me:
    pid = os.getpid()
    alive = True


def test_what_was_so_for_a_moment_while_somebody_worked_has_been_seen(tmp_path: Path) -> None:
    looks = iter([True])
    assert Wait(tmp_path, lambda: next(looks, False), [Me()]).is_over()


def test_what_never_is_so_is_over_when_nobody_works_any_more(tmp_path: Path) -> None:
    assert not Wait(tmp_path, lambda: False, []).is_over()

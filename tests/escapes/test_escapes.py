"""All probes of `scripts/prove escapes`, at each level, as whoever runs the tests."""

import os
from pathlib import Path

import pytest

from orchestrator.processes import sandbox, system
from tests.escapes.expected import ALONE, COLUMNS, L0, L1, L2, allowed
from tests.escapes.scene import play

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("column", COLUMNS)
def test_every_attempt_to_get_out_ends_as_expected(column: str, tmp_path: Path) -> None:
    if column == L2 and sandbox.complaint():
        pytest.skip("bubblewrap does not work here")
    if column in (L1, ALONE) and system.landlock_complaint():
        pytest.skip("landlock does not work here")
    if column == L1 and system.found().namespaces:
        pytest.skip("userns does not work here")
    found = play(column, tmp_path, network=column != L0)
    root = os.getuid() == 0
    assert len(found) > 90
    assert {name: got for name, got in found.items() if got not in allowed(name, column, root=root)} == {}

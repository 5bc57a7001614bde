"""A journal cut at every byte, every bit flipped, its writer failed; long: `scripts/prove journal`."""

import shutil
from pathlib import Path

import pytest

from tests.journal.every_byte import cut_everywhere, flip_everything, lines
from tests.journal.injected import tried


@pytest.mark.slow
def test_a_cut_leaves_whole_commits_and_a_torn_tail_wherever_it_is() -> None:
    count, wrong = cut_everywhere(lines(60))
    assert count > 10_000
    assert wrong == []


@pytest.mark.slow
def test_no_flipped_bit_is_believed_and_none_in_the_middle_passes_for_an_append_cut_short() -> None:
    count, wrong = flip_everything(lines(6))
    assert count > 8_000
    assert wrong == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(
    ("call", "happening"),
    [
        ("write", "signal=SIGKILL"),
        ("fdatasync", "signal=SIGKILL"),
        ("fdatasync", "error=EIO"),
        ("write", "error=ENOSPC"),
    ],
)
def test_what_a_failed_writer_acknowledged_is_there(tmp_path: Path, call: str, happening: str) -> None:
    trial = tried(tmp_path, call, happening, 2)
    assert trial.hit
    assert trial.wrong == []

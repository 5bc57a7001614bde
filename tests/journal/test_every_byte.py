"""A journal cut at every byte, with every bit flipped; a thousand commits of it are `scripts/prove journal`."""

import pytest

from tests.journal.every_byte import cut_everywhere, flip_everything, lines


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

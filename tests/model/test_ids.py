"""Names that may become paths and git refs, and what a run is asked to work on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model.ids import id_of, is_safe_id, queue_of, task_ref
from orchestrator.model.scope import Scope


@pytest.mark.parametrize("name", ["a", "T-1", "API_010", "1.2", "x" * 64])
def test_safe_names(name: str) -> None:
    assert is_safe_id(name)


@pytest.mark.parametrize("name", ["", ".a", "-a", "a..b", "a.", "a.lock", "a/b", "a b", "ä", "a\n", "x" * 65])
def test_unsafe_names(name: str) -> None:
    assert not is_safe_id(name)


@given(st.text(max_size=70))
def test_no_safe_name_leaves_its_folder(name: str) -> None:
    if is_safe_id(name):
        assert not {"/", "\\", "\0", "\n", " "} & set(name)
        assert name not in {".", ".."}


def test_a_ref_is_taken_apart_as_it_was_made() -> None:
    ref = task_ref("backend", "API-1")
    assert (ref, queue_of(ref), id_of(ref)) == ("backend/API-1", "backend", "API-1")


def test_a_scope_covers_queues_and_holds_tasks() -> None:
    everything, one = Scope(), Scope(queues=("q",), task="q/A")
    assert everything.holds("r/X")
    assert (one.covers("q"), one.covers("r")) == (True, False)
    assert (one.holds("q/A"), one.holds("q/B"), one.holds("r/A")) == (True, False, False)

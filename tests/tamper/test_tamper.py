"""A few attempts of `scripts/prove tamper`, by real agents in the real sandbox; an honest one is believed."""

from pathlib import Path

import pytest

from orchestrator.processes.sandbox import complaint
from tests.tamper.attacks import attacks
from tests.tamper.prove import Proof

CHOSEN = (
    ("turns outcomes round", "by-name by exit code"),
    ("reaches for the orchestrator", "journal"),
)


def test_there_are_more_than_two_hundred_attempts_and_no_two_are_the_same() -> None:
    named = [(attack.family, attack.name, attack.check) for attack in attacks()]
    assert len(named) == len(set(named)) == len({attack.play + attack.check for attack in attacks()}) > 200


@pytest.mark.slow
def test_no_attempt_is_taken_for_work_and_nothing_outside_is_touched(tmp_path: Path) -> None:
    if problem := complaint():
        pytest.skip(f"bubblewrap does not work here: {problem}")
    wanted = [attack for attack in attacks() if (attack.family, attack.name) in CHOSEN]
    proof = Proof(tmp_path, wanted, honest=("code",))
    try:
        proof.go()
    finally:
        proof.shop.close()
    assert len(proof.results) == len(CHOSEN)
    assert [result for result in proof.results if not result.held] == []
    assert (proof.problems, proof.believed) == ([], 1)

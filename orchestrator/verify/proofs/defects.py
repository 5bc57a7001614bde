"""The proof by defects: small ones, planted one at a time into what was written; told, never held against anybody."""

import secrets
from functools import partial
from pathlib import Path

from orchestrator.verify.proofs import saying
from orchestrator.verify.proofs.bench import Bench, tally
from orchestrator.verify.proofs.facts import Facts, Found
from orchestrator.verify.proofs.mutants import Mutant, plant
from orchestrator.verify.proofs.narrowing import narrow
from orchestrator.verify.proofs.reach import Census
from orchestrator.verify.proofs.scope import Names

NAME = "mutants"
MOST = 8


async def plant_defects(bench: Bench, facts: Facts, census: Census) -> Found:
    """Plant up to so many defects on lines that tests reach, as the time allows."""
    lines = {(spot.path, spot.line) for spot in census.lines & census.reached}
    chosen = [defect for defect in census.defects if (defect.path, defect.line) in lines]
    secrets.SystemRandom().shuffle(chosen)
    missed: list[Mutant] = []
    tried = 0
    for mutant in chosen[:MOST]:
        said = await bench.look(
            NAME, facts.head, partial(_plant, facts=facts, mutant=mutant, tests=census.about), census.about
        )
        if said is None:
            break
        tried += 1
        if said.outcomes and len(tally(said.outcomes).green) == len(said.outcomes):
            missed.append(mutant)
    if not tried:
        return Found()
    notes = Found(told=tuple(map(saying.unnoticed, missed)))
    return bench.told(NAME, f"{tried - len(missed)} of {tried} small defects are noticed", notes)


def _plant(root: Path, *, facts: Facts, mutant: Mutant, tests: Names) -> None:
    plant(root, mutant)
    narrow(root, facts.head.paths, tests, facts.head.argv)

"""Proves what the tests of a snapshot are worth. Asked after the checks, of a tree whose tests pass.

Theory of operation
1. `gut`: functions the snapshot adds or rewrites give nothing back at once. New tests that stay green all the same
   prove nothing of them.
2. `base-tests`: tests that were changed or are gone, as the base has them, on the new code. What they assert and no
   longer holds was given up.
3. `census`: which assertions of the snapshot's tests are reached, and which of its new lines. An assertion the base
   reached, that still stands there and is never come to, was put out of the way.
4. `weaker`: the functions a changed test names give nothing back. A test that goes red for that on the base and stays
   green now no longer tests them.
5. `red-first`: new tests on the base's code. What is green there says nothing of this work: that is told.
6. `mutants`: a few small defects in the functions of 1, one after the other. Told as well.
Each runs only the tests it is about. What looks bad is asked of the base, and counts only if the base was better. No
time left, a run that does not end or says nothing: the proof is cut, and `verdict.json` says so.
"""

import msgspec

from orchestrator.model.verdicts import Finding, Proof
from orchestrator.verify.proofs.bench import Bench, Budget, Run
from orchestrator.verify.proofs.defects import plant_defects
from orchestrator.verify.proofs.facts import Facts
from orchestrator.verify.proofs.less import gut_what_is_named, gut_what_is_new
from orchestrator.verify.proofs.older import base_tests, red_first
from orchestrator.verify.proofs.reach import census


class Proved(msgspec.Struct, frozen=True):
    """What came of it: findings that count, what is only told, and every proof with its outcome."""

    counts: tuple[Finding, ...] = ()
    told: tuple[Finding, ...] = ()
    proofs: tuple[Proof, ...] = ()


async def prove(run: Run, budget: Budget, facts: Facts) -> Proved:
    """Ask everything there is to ask, the most telling first, until the time is up."""
    bench = Bench(run, budget)
    found = [await gut_what_is_new(bench, facts), await base_tests(bench, facts)]
    counted, reached = await census(bench, facts)
    found += [counted, await gut_what_is_named(bench, facts), await red_first(bench, facts)]
    found.append(await plant_defects(bench, facts, reached))
    return Proved(
        tuple(finding for part in found for finding in part.counts),
        tuple(finding for part in found for finding in part.told),
        tuple(bench.proofs),
    )

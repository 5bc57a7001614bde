"""What verifiers say and what policy concludes from it."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """PASS, FAIL (fixable by iterating) or BLOCKED (needs a person)."""

    PASS = "PASS"
    FAIL = "FAIL"
    BLOCKED = "BLOCKED"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a check saw. `id` identifies it across runs (test id, or rule + path + message)."""

    message: str
    path: str = ""
    line: int = 0
    rule: str = ""
    severity: str = "error"
    id: str = ""


def mends(named: frozenset[str], finding: Finding) -> bool:
    """Say whether a finding is one of those named: by its id, or as all that its rule says of its file."""
    return bool(named) and (finding.id in named or f"{finding.rule}:{finding.path}" in named)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One question asked beside a check, to know what its answer is worth.

    `outcome` is `held`, `failed` or `cut` (not asked, or not answered); `about` says of what, or why not.
    """

    name: str
    outcome: str
    about: str = ""
    seconds: float = 0.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One verifier's answer about one tree.

    `structured` says the findings came from a parsed report that names each of them (JUnit, SARIF): only such
    findings can be judged pre-existing. `fault` is why the check itself could not answer, on the tree and on the base.
    """

    name: str
    report: Verdict
    findings: tuple[Finding, ...] = ()
    structured: bool = False
    own: bool = False
    """The task's own tests: never pre-existing."""
    seconds: float = 0.0
    cached: bool = False
    fault: str = ""
    summary: str = ""
    """Short, for one log line: `FAIL(3)`."""
    proofs: tuple[Proof, ...] = ()
    agent: str = ""
    """Who reviewed, where it is a review; what that cost stands in `usd` and `tokens`."""
    usd: float = 0.0
    tokens: int = 0
    priced: bool = True
    """False: `usd` is too low, for nobody knows the price of the tokens."""
    on_base: bool = False
    """A merged tree fails it, and so does what it was merged onto, which nothing but the exit code could tell apart."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """All reports on one tree against one base, and what they come to. `fault` set: there is no verdict."""

    verdict: Verdict
    tree: str
    base: str
    checks: tuple[Report, ...] = ()
    regressions: tuple[Finding, ...] = ()
    pre_existing: tuple[Finding, ...] = ()
    fault: str = ""
    red_base: tuple[str, ...] = ()
    """The checks that fail on the base just so, where all that is wrong with a merged tree is that."""

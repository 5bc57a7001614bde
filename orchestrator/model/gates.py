"""A gate as it stands: who has signed, what its checks said and since when. A part of `world`."""

import msgspec

from orchestrator.model.specs import GateSpec
from orchestrator.model.verdicts import Finding


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One person's word on a gate."""

    by: str
    at: int
    approved: bool
    note: str = ""
    revoked: bool = False
    """A rejection that shut an open gate."""


class Gate(msgspec.Struct, kw_only=True):
    """A gate and who has signed."""

    id: str
    spec: GateSpec
    open: bool = False
    signatures: list[Signature] = []
    """The last word of each person, in the order in which they were said."""
    since: int = 0
    ready_since: int | None = None
    """Since when only people are waited for."""
    checker: str = ""
    """The worker that runs its checks on `checking` now."""
    checking: str = ""
    tries: int = 0
    checked: str = ""
    """The commit its checks last spoke about, when, and what they said."""
    checked_at: int = 0
    verdict: str = ""
    failing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    note: str = ""
    green_since: int | None = None
    red_since: int | None = None
    """Since when its checks have said anything but PASS."""
    met_since: int | None = None
    """Since when what it requires holds; only of gates with a ladder."""
    lapsed: int | None = None
    """The deadline whose passing was recorded."""

    def forget_checks(self) -> None:
        """Have its checks speak anew: what they said was of another day."""
        self.checked, self.verdict, self.green_since, self.red_since, self.checker = "", "", None, None, ""

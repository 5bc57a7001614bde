"""What agents of a simulation depend on: accounts with limits, outages and logins, and what a call costs.

Holds the truth that the engine can only learn from its agents, and its own bill, reckoned in decimals and by its own
rules: what the journal adds up to must come to the same cent. Decides nothing about what anybody does then.
"""

import random
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from orchestrator.ports.agents import AgentEnd, Outcome, RunKey
from orchestrator.sim.clock import EPOCH

REFUSED_AFTER_S = 2.0
_CENT = Decimal("0.000001")
_MILLION = 1_000_000


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time (seconds of the loop) in which an account is refused. `named`: it says when it ends."""

    outcome: Outcome
    begins: float
    ends: float
    named: bool = False

    def until(self, epoch: int) -> int | None:
        """Give the end as the service tells it: Unix milliseconds, `epoch` being when the loop began."""
        return epoch + round(self.ends * 1000) if self.named else None


class Service(msgspec.Struct, kw_only=True):
    """One account. `flaps` is the chance that a call fails for no other reason."""

    name: str
    troubles: list[Trouble] = []
    flaps: float = 0.0
    last_flap: float = -1.0

    def trouble_at(self, at: float) -> Trouble | None:
        """Give what refuses a call at that time."""
        return next((trouble for trouble in self.troubles if trouble.begins <= at < trouble.ends), None)

    def trouble_within(self, at: float, seconds: float) -> Trouble | None:
        """Give what cuts a call off that begins then and would take so long."""
        coming = [trouble for trouble in self.troubles if at < trouble.begins < at + seconds]
        return min(coming, key=lambda trouble: trouble.begins, default=None)

    def well_since(self, at: float) -> float:
        """Give the time since when nothing refused it (for one that is refused now: now)."""
        if self.trouble_at(at) is not None:
            return at
        return max((*(trouble.ends for trouble in self.troubles if trouble.ends <= at), self.last_flap, 0.0))


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent's call costs. With prices (USD for a million, as text) it names tokens only, else only money."""

    account: str
    model: str = ""
    prices: tuple[str, str, str] | None = None


class Services:
    """All accounts, and the bill of every call that came to an end."""

    def __init__(self, seed: int, accounts: Mapping[str, Service], tariffs: Mapping[str, Tariff]) -> None:
        self.accounts, self._tariffs = accounts, tariffs
        self.epoch = EPOCH
        """When the loop's time began on the wall clock (milliseconds)."""
        self.bill: list[tuple[RunKey, Decimal]] = []
        self._dice = random.Random(f"services {seed}")  # noqa: S311 - reproducible on purpose

    def of(self, agent: str) -> Service:
        """Give the account an agent uses."""
        return self.accounts[self._tariffs[agent].account]

    def refuses(self, agent: str, at: float) -> Trouble | None:
        """Give what refuses a call that begins now: a trouble of its account, or nothing but chance."""
        service = self.of(agent)
        trouble = service.trouble_at(at)
        if trouble is None and self._dice.random() < service.flaps:
            service.last_flap = at
            trouble = Trouble(outcome=Outcome.TRANSIENT, begins=at, ends=at)
        return trouble

    def charge(self, key: RunKey, agent: str, end: AgentEnd, share: float = 1.0) -> AgentEnd:
        """Put a call on the bill; `share` is how much of it was done. Gives the end as the agent tells it."""
        tariff = self._tariffs[agent]
        used = tuple(1 + round(self._dice.randint(low, high) * share) for low, high in _TOKENS)
        told = msgspec.structs.replace(end, tokens=sum(used), model=tariff.model)
        if tariff.prices is None:
            usd = Decimal(round(self._dice.randint(10_000, 2_000_000) * share)) / _MILLION
            self.bill.append((key, usd))
            return msgspec.structs.replace(told, usd=float(usd))
        exact = sum((Decimal(price) * n for price, n in zip(tariff.prices, used, strict=True)), Decimal())
        self.bill.append((key, (exact / _MILLION).quantize(_CENT, ROUND_HALF_UP)))
        fresh, cached, output = used
        return msgspec.structs.replace(
            told, input_tokens=fresh, cached_tokens=cached, output_tokens=output, priced=False
        )


_TOKENS = ((1_000, 400_000), (0, 900_000), (200, 40_000))

"""What an agent's call cost: its own word, else its tokens by the price table, else unknown. Pure; never guesses.

Rules
1. What the agent says it cost is what it cost.
2. The most telling pattern of the configuration decides, then the shipped table. A pattern must match the whole name
   of the model, with or without the provider before it and the date behind it.
3. A model without a price costs nothing that could be counted, and its call is marked as not priced.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from orchestrator.model.commands import NoteAgent
from orchestrator.model.prices import TABLE, Price
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.model.spending import MICROS, micros, usd

_DATE = re.compile(r"[-@](?:20\d{6}|20\d\d-\d\d-\d\d)\Z")
_WILD = re.compile(r"[*?\[]")
_MODEL_FLAGS = ("--model", "-m")


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What a call cost. `priced` False: it is not known. `price` names the row it was reckoned by."""

    usd: float = 0.0
    priced: bool = True
    price: str = ""


def charge(settings: Settings, model: str, call: NoteAgent) -> Charge:
    """Say what a call cost, in whole millionths of a USD."""
    if call.priced or not call.tokens:
        return Charge(usd=usd(micros(call.usd)))
    price = price_of(settings, model)
    if price is None or not call.output_tokens:  # a total that is not split into what came in and out has no price
        return Charge(priced=False)
    return Charge(usd=usd(cost(price, call)), price=f"{price.model} {price.date or '(configured)'}")


def cost(price: Price, call: NoteAgent) -> int:
    """Give the millionths of a USD for a call's tokens; reckoned in whole numbers, rounded once."""
    parts = (
        (call.input_tokens, price.input),
        (call.cached_tokens, price.cached),
        (call.output_tokens, price.output),
    )
    exact = sum(tokens * micros(money) for tokens, money in parts)
    return (exact + MICROS // 2) // MICROS


def price_of(settings: Settings, model: str) -> Price | None:
    """Find what a model costs; None: nobody told us."""
    names = _names(model)
    return _best(settings.prices.values(), names) or _best(TABLE, names)


def _names(model: str) -> tuple[str, ...]:
    """Give the names to look a model up by, the most exact first."""
    full = model.strip().casefold()
    bare = full.rpartition("/")[2]
    return tuple(dict.fromkeys(name for name in (full, bare, _DATE.sub("", full), _DATE.sub("", bare)) if name))


def _best(prices: Iterable[Price], names: tuple[str, ...]) -> Price | None:
    for name in names:
        found = [price for price in prices if fnmatchcase(name, price.model.casefold())]
        if found:
            return max(found, key=lambda price: (not _WILD.search(price.model), len(price.model)))
    return None


def model_of(agent: AgentSettings | None, said: str = "") -> str:
    """Name the model a call was made with: what it said, else what its agent is configured to ask for."""
    if said or agent is None:
        return said
    return agent.model or _flag(agent.args)


def _flag(args: tuple[str, ...]) -> str:
    for place, word in enumerate(args):
        name, sign, value = word.partition("=")
        if name in _MODEL_FLAGS:
            return value if sign else next(iter(args[place + 1 :]), "")
    return ""

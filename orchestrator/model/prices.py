"""What models cost: the list prices we ship, for agents that name tokens and no price. Data; never a guess.

A model that is not in the table, by its full name, has no price: its cost is unknown, and `status` says so. People
add and correct rows with `[prices."MODEL"]`. When a row changes, `VERSION` does.
"""

import msgspec

VERSION = "2026-11-25"


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """USD for a million tokens, which is millionths of a USD for one. `model` may hold `*`, `?` and `[...]`."""

    model: str
    input: float
    cached: float
    """For input that the service had in its cache."""
    output: float
    up_to: int = 0
    """The price holds for prompts of up to so many tokens; longer ones cost more, and are counted at this price."""
    source: str = ""
    date: str = ""
    """When it was looked up."""


_OPENAI = ("openai.com/api/pricing", VERSION)
_GOOGLE = ("ai.google.dev/gemini-api/docs/pricing", VERSION)
_ANTHROPIC = ("anthropic.com/pricing", VERSION)


def _price(source: tuple[str, str], model: str, money: tuple[float, float, float], up_to: int = 0) -> Price:
    where, date = source
    return Price(model=model, input=money[0], cached=money[1], output=money[2], up_to=up_to, source=where, date=date)


TABLE = (
    _price(_OPENAI, "gpt-5.6-sol", (5.0, 0.5, 30.0), 272_000),
    _price(_OPENAI, "gpt-5.6-terra", (2.0, 0.2, 12.0), 272_000),
    _price(_OPENAI, "gpt-5.6-luna", (0.2, 0.02, 1.2), 200_000),
    _price(_OPENAI, "gpt-5.5", (5.0, 0.5, 30.0), 272_000),
    _price(_OPENAI, "gpt-5.4", (2.5, 0.25, 15.0), 272_000),
    _price(_OPENAI, "gpt-5.4-mini", (0.75, 0.075, 4.5)),
    _price(_OPENAI, "gpt-5.4-nano", (0.2, 0.02, 1.25)),
    _price(_OPENAI, "gpt-5.3-codex", (1.75, 0.175, 14.0)),
    _price(_OPENAI, "gpt-5.2", (1.75, 0.175, 14.0)),
    _price(_OPENAI, "gpt-5.2-codex", (1.75, 0.175, 14.0)),
    _price(_OPENAI, "gpt-5.1", (1.25, 0.125, 10.0)),
    _price(_OPENAI, "gpt-5.1-codex", (1.25, 0.125, 10.0)),
    _price(_OPENAI, "gpt-5.1-codex-max", (1.25, 0.125, 10.0)),
    _price(_OPENAI, "gpt-5.1-codex-mini", (0.25, 0.025, 2.0)),
    _price(_OPENAI, "gpt-5", (1.25, 0.125, 10.0)),
    _price(_OPENAI, "gpt-5-codex", (1.25, 0.125, 10.0)),
    _price(_OPENAI, "gpt-5-mini", (0.25, 0.025, 2.0)),
    _price(_OPENAI, "gpt-5-nano", (0.05, 0.005, 0.4)),
    _price(_OPENAI, "gpt-4.1", (2.0, 0.5, 8.0)),
    _price(_OPENAI, "gpt-4.1-mini", (0.4, 0.1, 1.6)),
    _price(_OPENAI, "gpt-4.1-nano", (0.1, 0.025, 0.4)),
    _price(_OPENAI, "o3", (2.0, 0.5, 8.0)),
    _price(_OPENAI, "o4-mini", (1.1, 0.275, 4.4)),
    _price(_GOOGLE, "gemini-3.1-pro-preview", (2.0, 0.2, 12.0), 200_000),
    _price(_GOOGLE, "gemini-3-pro-preview", (2.0, 0.2, 12.0), 200_000),
    _price(_GOOGLE, "gemini-3-flash-preview", (0.5, 0.05, 3.0)),
    _price(_GOOGLE, "gemini-2.5-pro", (1.25, 0.125, 10.0), 200_000),
    _price(_GOOGLE, "gemini-2.5-flash", (0.3, 0.03, 2.5)),
    _price(_GOOGLE, "gemini-2.5-flash-lite", (0.1, 0.01, 0.4)),
    _price(_ANTHROPIC, "claude-opus-4-[5-8]", (5.0, 0.5, 25.0)),
    _price(_ANTHROPIC, "claude-sonnet-4-[56]", (3.0, 0.3, 15.0)),
    _price(_ANTHROPIC, "claude-haiku-4-5", (1.0, 0.1, 5.0)),
)

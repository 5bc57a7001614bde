"""What a call cost: the agent's own word, else tokens by the price table, else unknown."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model.commands import NoteAgent
from orchestrator.model.prices import TABLE, VERSION, Price
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.policy.prices import Charge, charge, cost, model_of, price_of

OWN = {
    "local*": Price(model="local*", input=0.0, cached=0.0, output=0.0),
    "local-big": Price(model="local-big", input=1.0, cached=0.5, output=2.0),
    "gpt-5": Price(model="gpt-5", input=9.0, cached=9.0, output=9.0),
}
SETTINGS = Settings(prices=OWN)


def call(*, usd: float = 0.0, fresh: int = 0, cached: int = 0, output: int = 0, priced: bool = False) -> NoteAgent:
    return NoteAgent(
        task="q/T",
        fence=1,
        outcome="claimed",
        claimed=True,
        seconds=1,
        usd=usd,
        tokens=fresh + cached + output,
        input_tokens=fresh,
        cached_tokens=cached,
        output_tokens=output,
        priced=priced,
    )


def test_what_the_agent_says_it_cost_is_what_it_cost() -> None:
    said = charge(Settings(), "gpt-5", call(usd=0.1234567, fresh=10, output=5, priced=True))
    assert said == Charge(usd=0.123457)


def test_tokens_are_reckoned_by_the_table_and_the_row_is_named() -> None:
    said = charge(Settings(), "gpt-5-codex", call(fresh=1_000_000, cached=2_000_000, output=100_000))
    assert said == Charge(usd=1.25 + 0.25 + 1.0, price=f"gpt-5-codex {VERSION}")


def test_a_row_of_the_configuration_goes_before_the_shipped_one() -> None:
    assert charge(SETTINGS, "gpt-5", call(fresh=1_000_000, output=1)) == Charge(
        usd=9.000009, price="gpt-5 (configured)"
    )


@pytest.mark.parametrize("model", ["", "gpt-7", "gpt-5-pro", "my-gpt-5", "gpt-5-codex-of-mine"])
def test_an_unknown_model_has_no_price_and_none_is_guessed(model: str) -> None:
    assert charge(Settings(), model, call(fresh=100, output=100)) == Charge(priced=False)


def test_tokens_that_are_not_told_apart_have_no_price() -> None:
    assert charge(Settings(), "gpt-5", call(fresh=100)) == Charge(priced=False)


def test_no_tokens_cost_nothing() -> None:
    assert charge(Settings(), "gpt-7", call()) == Charge()


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("gpt-5-mini", "gpt-5-mini"),
        ("GPT-5-mini", "gpt-5-mini"),
        ("openai/gpt-5-mini", "gpt-5-mini"),
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-[56]"),
        ("claude-opus-4-1", None),
        ("local-small", "local*"),
        ("local-big", "local-big"),
        ("ollama/local-big", "local-big"),
    ],
)
def test_a_model_is_found_by_its_whole_name(model: str, found: str | None) -> None:
    price = price_of(SETTINGS, model)
    assert (price.model if price else None) == found


@pytest.mark.parametrize(
    ("agent", "said", "model"),
    [
        (None, "", ""),
        (AgentSettings(name="a"), "", ""),
        (AgentSettings(name="a", model="m"), "", "m"),
        (AgentSettings(name="a", model="m"), "said", "said"),
        (AgentSettings(name="a", args=("-v", "--model", "m")), "", "m"),
        (AgentSettings(name="a", args=("--model=m",)), "", "m"),
        (AgentSettings(name="a", args=("-m",)), "", ""),
    ],
)
def test_the_model_is_the_one_it_said_else_the_one_asked_for(
    agent: AgentSettings | None, said: str, model: str
) -> None:
    assert model_of(agent, said) == model


@given(
    tokens=st.tuples(*[st.integers(0, 10**9)] * 3),
    money=st.tuples(*[st.decimals(0, 1000, places=6)] * 3),
)
def test_a_cost_is_exact_to_the_millionth(
    tokens: tuple[int, int, int], money: tuple[Decimal, Decimal, Decimal]
) -> None:
    price = Price(model="m", input=float(money[0]), cached=float(money[1]), output=float(money[2]))
    exact = sum((Fraction(amount) * count for amount, count in zip(money, tokens, strict=True)), Fraction())
    reckoned = cost(price, call(fresh=tokens[0], cached=tokens[1], output=tokens[2]))
    assert abs(reckoned - exact) <= Fraction(1, 2)


def test_every_shipped_row_says_whose_word_it_is_and_since_when() -> None:
    assert len({price.model for price in TABLE}) == len(TABLE)
    for price in TABLE:
        assert price.source
        assert price.date
        assert 0 < price.cached <= price.input <= price.output

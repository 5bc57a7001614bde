"""The configuration of money: budgets and prices. What they mean is the model's."""

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Fields, as_line, shown
from orchestrator.codec.moments import HOUR, format_duration
from orchestrator.codec.sections import positive, section
from orchestrator.model.prices import Price
from orchestrator.model.spending import Budget

BUDGET = ("iterations", "usd", "per_day_usd", "tokens", "wall")
TASK_BUDGET = ("iterations", "usd", "tokens", "wall")
PRICE = ("input", "cached", "output")


def read_budget(top: Fields) -> Budget:
    """Read `[budget]`."""
    return budget_of(section(top, "budget", BUDGET))


def budget_of(fields: Fields) -> Budget:
    """Read a table of limits."""
    wall = None if fields.values.get("wall") is None else positive(fields, "wall", HOUR)
    return Budget(
        iterations=fields.optional_whole("iterations", 0),
        usd=fields.number("usd", None),
        per_day_usd=fields.number("per_day_usd", None),
        tokens=fields.read("tokens", _tokens, None, "write a whole number from 0"),
        wall_s=wall,
    )


def read_own_budget(fields: Fields, keys: tuple[str, ...] = TASK_BUDGET) -> Budget | None:
    """Read `budget` of a queue file or a task; people also use the name for prose, which limits nothing."""
    value = fields.values.get("budget")
    if value is None:
        return None
    if not isinstance(value, dict):
        fields.complaints.warn(f'{fields.prefix}budget is {shown(value)}, which limits nothing; write {{"usd": 5}}')
        return None
    inner = Fields(value, f"{fields.prefix}budget.", fields.complaints)
    inner.warn_unknown(keys)
    return budget_of(Fields({key: value[key] for key in keys if key in value}, inner.prefix, fields.complaints))


def write_budget(budget: Budget) -> dict[str, Json]:
    """Write a task's budget as `read_own_budget` reads it."""
    wall = None if budget.wall_s is None else format_duration(budget.wall_s)
    values: dict[str, Json] = {
        "iterations": budget.iterations,
        "usd": budget.usd,
        "tokens": budget.tokens,
        "wall": wall,
    }
    return {key: value for key, value in values.items() if value is not None}


def _tokens(value: Json) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < 2**53 else None


def read_prices(top: Fields) -> dict[str, Price]:
    """Read `[prices."MODEL"]`; the name of a model may hold wildcards, slashes and dots."""
    table = top.inner("prices")
    found: dict[str, Price] = {}
    if table is None:
        return found
    for name in table.values:
        inner = table.inner(name)
        if not as_line(name):
            table.complaints.refuse(f'{top.prefix}prices has {shown(name)}; write a model\'s name, as "gpt-5*"')
        elif inner is not None:
            found[name] = _price(name, inner)
    return found


def _price(name: str, fields: Fields) -> Price:
    fields.warn_unknown(PRICE)
    for key in ("input", "output"):
        if fields.values.get(key) is None:
            fields.complaints.refuse(f"{fields.prefix}{key} is missing; write USD for a million tokens, as 1.25")
    given = fields.number("input", 0.0) or 0.0
    cached = fields.number("cached", None)
    output = fields.number("output", 0.0) or 0.0
    return Price(model=name, input=given, cached=given if cached is None else cached, output=output)

"""Facts about budgets that are nearly used up, or are. See `events` for the rules."""

from orchestrator.model.event_parts import EventBase


class BudgetNeared(EventBase, frozen=True, tag="budget.neared"):
    """Four fifths of a budget are used. `scope` is task, queue, project or run; `what` the key of the budget."""

    scope: str
    what: str
    used: float
    limit: float
    queue: str = ""
    task: str = ""
    run: str = ""
    day: str = ""
    """Days since the epoch (UTC), of a limit that begins anew each day."""


class BudgetReached(EventBase, frozen=True, tag="budget.reached"):
    """A budget is used up: no iteration that draws on it starts, what runs finishes and lands."""

    scope: str
    what: str
    used: float
    limit: float
    queue: str = ""
    task: str = ""
    run: str = ""
    day: str = ""


def budget_key(event: BudgetNeared | BudgetReached) -> str:
    """Name the limit an event speaks of: the same until it is changed or its day is over."""
    whose = event.task or event.queue or event.run
    return f"{event.scope} {whose} {event.what} {event.limit!r} {event.day}"

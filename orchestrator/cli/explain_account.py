"""`orchestrator explain account:NAME`: what keeps an account from being used, who waits, and what would change that."""

from orchestrator.cli.context import paint
from orchestrator.daemon.desk import Desk
from orchestrator.errors import InvalidInputError
from orchestrator.model.answers import AccountAnswer
from orchestrator.views.accounts import account, known

PREFIX = "account:"


def find(desk: Desk, what: str) -> AccountAnswer:
    """Look an account up by `account:NAME`."""
    name, seat = what.removeprefix(PREFIX), desk.seat()
    names = known(desk.world, seat)
    if name not in names:
        raise InvalidInputError(f"there is no account {name!r}; known: {', '.join(names) or 'none'}")
    return account(desk.world, name, desk.now(), seat)


def lines(answer: AccountAnswer) -> list[str]:
    """Tell a person."""
    found = [paint(f"{PREFIX}{answer.name}", "head") + f"  {answer.code or 'free'}"]
    since = f" since {answer.since}" if answer.since else ""
    until = f", until {answer.until}" if answer.until else ""
    resets = f"; the limit resets at {answer.resets}" if answer.resets else ""
    found.append(f"  {answer.text}{since}{until}{resets}")
    found.append(f"  used by: {', '.join(answer.agents) or 'no agent'}")
    if answer.waiting:
        found.append(f"  waited for by: {', '.join(answer.waiting)}")
    if answer.code:
        found.append(f"  what helps: {_remedy(answer)}")
    return found


def _remedy(answer: AccountAnswer) -> str:
    now = f"`orchestrator resume {PREFIX}{answer.name}`"
    match answer.code:
        case "auth" | "configuration":
            return f"mend what it names; it is tried again by itself, or at once with {now}"
        case "hours":
            return "it goes on by itself then; or change its `hours`"
        case _ if answer.until is None:
            return f"{now}: it does not go on by itself"
        case _:
            return f"it goes on by itself then, or is tried at once with {now}"

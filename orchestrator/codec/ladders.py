"""Ladders as people write them: who is told once something has waited so long. Never says when a rung is due."""

from orchestrator.codec.canonical import Json
from orchestrator.codec.fields import Fields
from orchestrator.codec.moments import format_duration, parse_duration
from orchestrator.model.specs import Rung

RUNG = ("after", "notify")


def read_ladder(fields: Fields) -> tuple[Rung, ...]:
    """Read `escalate`, in the order in which its rungs come."""
    rungs: dict[Rung, None] = {}
    for _, row in fields.rows("escalate"):
        row.refuse_unknown(RUNG)
        after = row.values.get("after")
        seconds = parse_duration(after) if isinstance(after, str) else None
        if seconds is None:
            row.refuse("after", 'write a duration, as "30m"')
        elif not (who := row.line("notify")):
            row.refuse("notify", "name the person, role or address to tell")
        else:
            rungs[Rung(after_s=round(seconds), notify=who)] = None
    return tuple(sorted(rungs, key=lambda rung: rung.after_s))


def write_ladder(rungs: tuple[Rung, ...]) -> list[Json]:
    """Write a ladder as people do."""
    return [{"after": format_duration(rung.after_s), "notify": rung.notify} for rung in rungs]

"""How far a ladder is, in words for a terminal."""

from orchestrator.model.answers import EscalationAnswer


def ladder_lines(about: str, answer: EscalationAnswer | None) -> list[str]:
    """Say who was told, who comes next, and who sees to it."""
    if answer is None:
        return []
    lines = [f"  told: {step.notify} at {step.at}" for step in answer.told]
    if answer.acknowledged_by:
        until = f" until {answer.until}" if answer.until else ""
        note = f": {answer.note}" if answer.note else ""
        return [*lines, f"  {answer.acknowledged_by} sees to it{until}{note}"]
    if answer.next is not None:
        lines.append(f"  next is told: {answer.next.notify} at {answer.next.at}; `orchestrator ack {about}` stops that")
    return lines

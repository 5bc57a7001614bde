"""An agent's last words made short enough for a journal and for other agents' prompts. Pure; judges nothing."""

from orchestrator.policy.claims import drop_claims
from orchestrator.policy.learnings import without_learnings

LONGEST = 1000
"""Characters."""


def summary_of(final: str, *, printed: bool = False) -> str:
    """Give the beginning of a final message; of what a program only printed, the end."""
    lines = (line.rstrip() for line in without_learnings(drop_claims(final)).splitlines())
    text = "\n".join(line for line in lines if line)
    if len(text) <= LONGEST:
        return text
    return f"... {text[-LONGEST:]}" if printed else f"{text[:LONGEST]} ..."

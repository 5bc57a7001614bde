"""`learnings.md`: what agents learned that later tasks should know, for people. Rendered; never read back as truth."""

from orchestrator.model.talk import Learning
from orchestrator.views.safe import clean

NAME = "learnings.md"
_HEAD = (
    "# Learnings\n\nWhat agents recorded while they worked, newest last; nobody has checked it. "
    "`orchestrator inbox reject L1` drops one.\n"
)


def learnings(known: dict[str, Learning]) -> str:
    """Write the page."""
    lines = [f"- **{learning.id}** ({learning.task}): {_indented(learning.text)}" for learning in known.values()]
    return _HEAD + ("\n" + "\n".join(lines) + "\n" if lines else "")


def _indented(text: str) -> str:
    return "\n  ".join(line.rstrip() for line in clean(text).strip().splitlines())

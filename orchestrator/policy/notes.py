"""What the next agent of a task is told in single lines: how the last call ended, who else was there.

Pure; never says what the verifier found, which has a place of its own in the prompt.
"""

from orchestrator.model.world import Task


def notes_of(task: Task) -> tuple[str, ...]:
    """Give the lines, the weightiest first."""
    return tuple(line for line in (_hands(task), _stands_still(task), task.note) if line)


def _hands(task: Task) -> str:
    if not task.hands:
        return ""
    return (
        f"a person ({task.hands}) worked on these files by hand since the last iteration: look at what there is before "
        "you change it, and keep what they did"
    )


def _stands_still(task: Task) -> str:
    idle = len(task.attempt.idle) if task.attempt is not None else 0
    if not idle:
        return ""
    times = "the last iteration" if idle == 1 else f"the last {idle} iterations"
    return f"{times} changed no file: what was tried does not work, so try another way, or say what keeps you from it"

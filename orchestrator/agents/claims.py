"""Whether a final message claims completion. Pure; never decides whether the claim is true."""

import re

TAIL = 2048
"""Bytes of a text agent's output that are its final message."""


def claims(final: str, promise: str, prompt: str, *, cut: bool = False) -> bool:
    """Say whether `final` holds the promise tag around the word, outside lines that stand in the prompt.

    `cut` says that the message begins in the middle of a line: such a line also counts as the prompt's when it ends
    one of the prompt's.
    """
    lines = [line.strip() for line in final.splitlines()]
    told = {line.strip() for line in prompt.splitlines()} - {""}
    if cut and lines and any(line.endswith(lines[0]) for line in told):
        lines = lines[1:]
    own = "\n".join(line for line in lines if line not in told)
    return re.search(rf"<promise>\s*{re.escape(promise)}\s*</promise>", own) is not None

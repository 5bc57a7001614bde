"""Text that cannot steer a terminal: other programs' words end up on people's screens. Changes only what is shown."""

import re

_UNSAFE = re.compile(
    r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|[P^_X][^\x1b]*(?:\x1b\\)?|\[[0-?]*[ -/]*[@-~]|.)"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def clean(text: str) -> str:
    """Take out escapes, controls, marks that turn the direction of writing, and what has no width."""
    return _UNSAFE.sub("", text)


def one_line(text: str) -> str:
    """Put a text on one line, clean."""
    return " ".join(clean(text).split())

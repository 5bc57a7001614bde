"""Claims of completion, which may not stand in a prompt: an agent that echoes what it was told claims nothing by it."""

import re
from collections.abc import Callable

_CLAIM = re.compile(r"<\s*promise\s*>(.*?)<\s*/\s*promise\s*>", re.DOTALL | re.IGNORECASE)


def without_claims(text: str) -> str:
    """Say in words what a literal claim would say by its form."""
    return _each(text, lambda claim: f"the promise tag around {claim[1].strip() or 'the word'}")


def drop_claims(text: str) -> str:
    """Take literal claims out."""
    return _each(text, lambda _: "")


def _each(text: str, instead: Callable[[re.Match[str]], str]) -> str:
    while True:  # a claim inside a claim shows itself once the outer one is gone
        text, found = _CLAIM.subn(instead, text)
        if not found:
            return text

"""A program of its own that sends one message through apprise: JSON on stdin, JSON on stdout. Imports nothing of ours.

Apart, so that half a second of imports and a service that hangs are its own alone; killed when it takes too long.
"""

import json
import logging
import sys
from typing import Any

MISSING = 'apprise is not installed; `pip install "orchestrator[notify]"`'


def deliver(asked: dict[str, Any], said: list[str]) -> tuple[bool, str]:
    """Send what was asked; say whether it was taken and, if not, why."""
    try:
        import apprise  # noqa: PLC0415 - half a second, and an extra
    except ImportError:
        return False, MISSING
    logging.getLogger("apprise").addHandler(_Ear(said))
    channel = apprise.Apprise()
    if not channel.add(asked["url"]):
        return False, "apprise knows no such address; correct it in orchestrator.toml"
    if asked.get("only_look"):
        return True, ""
    taken = channel.notify(body=asked["body"], title=asked["title"], body_format=asked["format"])
    return bool(taken), "" if taken else "; ".join(said[-2:]) or "the service did not take it"


class _Ear(logging.Handler):
    """Keeps what the library warns of."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        self._said.append(" ".join(record.getMessage().split()))


if __name__ == "__main__":
    answer = deliver(json.load(sys.stdin), [])
    json.dump(answer, sys.stdout)

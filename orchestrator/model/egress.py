"""Which hosts may be reached, as people write it. Knows spellings only; looks nothing up."""

import re

import msgspec

WEB = (80, 443)
_HIGHEST = 65535
_WRITTEN = re.compile(
    r"(?P<host>\*|(?:\*\.)?[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}|\*))?"
)


class Allowed(msgspec.Struct, frozen=True):
    """A host, `*.` before it for all below it, `*` for any; and ports, none for any."""

    host: str
    ports: tuple[int, ...] = WEB


def read_allowed(text: str) -> Allowed | None:
    """Read `host`, `*.host`, `host:port`, `host:*`, `[address]:port`; None for anything else."""
    written = _WRITTEN.fullmatch(text.lower())
    if written is None:
        return None
    host, port = written["host"].strip("[]"), written["port"]
    if port is None:
        return Allowed(host)
    if port == "*":
        return Allowed(host, ())
    return Allowed(host, (int(port),)) if 0 < int(port) <= _HIGHEST else None

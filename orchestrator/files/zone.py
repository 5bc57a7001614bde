"""In which zone the machine's clock is read. Never what time it is."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

_LOCALTIME = Path("/etc/localtime")


def local_zone(name: str) -> tzinfo:
    """Give the zone in which programs here read the clock: `TZ` if it names one, else the machine's."""
    try:
        if name:
            return ZoneInfo(name.removeprefix(":"))
        with _LOCALTIME.open("rb") as table:
            return ZoneInfo.from_file(table)
    except (KeyError, OSError, ValueError):  # KeyError: nobody knows such a zone
        return datetime.fromtimestamp(0, UTC).astimezone().tzinfo or UTC

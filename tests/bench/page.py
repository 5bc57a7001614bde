"""The table of docs/benchmarks.md: rows that were measured replace their like, the others stay as they were."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.gauge import Row, digits

BEGIN, END = "<!-- begin bench -->", "<!-- end bench -->"
_HEAD = "| row | goal | what | least / middle / most | wanted | met | took | against | of |"
_RULE = "|---|---|---|---|---|---|---|---|---|"
_MARKS = {True: "yes", False: "**no**", None: ""}


def line_of(family: str, row: Row, stamp: str) -> str:
    """Write one row as a line of the table."""
    spread = row.value.text() if row.value.least != row.value.most else digits(row.value.middle)
    against = "; ".join(filter(None, (row.against, row.note)))
    cells = (family, str(row.goal or ""), row.name, f"{spread} {row.unit}".rstrip(), row.wanted.rstrip())
    return f"| {' | '.join((*cells, _MARKS[row.met], row.took, against, stamp))} |"


def merged(text: str, order: Sequence[str], measured: Mapping[str, Sequence[str]], said: str) -> str:
    """Put lines into the page's table; those of families that were not measured stay."""
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    kept: dict[str, list[str]] = {}
    for line in old.splitlines():
        family = line.removeprefix("| ").partition(" | ")[0]
        if line.startswith("| ") and family in order:
            kept.setdefault(family, []).append(line)
    lines = [line for family in order for line in measured.get(family, kept.get(family, ()))]
    return f"{before}{BEGIN}\n\n" + "\n".join((said, "", _HEAD, _RULE, *lines)) + f"\n\n{END}{after}"


def write(path: Path, order: Sequence[str], measured: Mapping[str, Sequence[str]], said: str) -> None:
    """Bring the page up to date."""
    path.write_text(merged(path.read_text(), order, measured, said))

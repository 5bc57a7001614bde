"""`scripts/prove journal`: every cut and every flipped bit of a journal of a thousand commits, and the page."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.journal.every_byte import cut_everywhere, flip_everything, lines
from tests.proofs import commit, today

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs" / "journal.md"
_INTRODUCTION = """A journal of all kinds of events, line by line (`tests/journal/every_byte.py`): a reader stands
behind the line before, and finds the next one cut short at each of its bytes, or with each of its bits flipped. Reading
goes on from where it was, so that a thousand commits are not read again a million times.

A cut must leave the whole commits before it and a torn tail, which is completed if only its newline is missing, else
set aside. A flipped bit with a line behind it must be damage; in the last line, damage or a torn tail. A flipped bit
must never be believed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove journal", description=__doc__)
    parser.add_argument("--commits", type=int, default=1000, help="how many commits the journal has")
    asked = parser.parse_args(argv)
    began = time.monotonic()
    journal = lines(asked.commits)
    cuts, miscut = cut_everywhere(journal)
    flips, misread = flip_everything(journal)
    wrong = [*miscut, *misread]
    page = [
        "# Proof: every byte and every bit of a journal",
        "",
        _INTRODUCTION,
        "",
        f"- command: `scripts/prove journal --commits {asked.commits}`",
        f"- date: {today()}, commit: {commit()}",
        f"- commits: {len(journal)}, {sum(map(len, journal)):,} bytes",
        f"- cuts: {cuts:,}; bits flipped, each with a line behind it and without: {flips:,}",
        f"- what did not hold: {len(wrong)}",
        f"- all of it: {time.monotonic() - began:.0f} s",
        *(f"- {line}" for line in wrong[:100]),
        "",
    ]
    _PAGE.write_text("\n".join(page))
    sys.stdout.write("\n".join([*page[4:], ""]))
    return 1 if wrong or not flips else 0


if __name__ == "__main__":
    sys.exit(main())

"""`scripts/prove saves`: hundreds of saves in every editor's manner while the queue is worked, and the page."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.proofs import commit, today
from tests.saves.story import MANNERS, saved_often
from tests.scenarios.conftest import Shop

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs" / "saves.md"
_INTRODUCTION = """A real run works a queue with three workers while a person saves its file again and again
(`tests/saves/story.py`), in one manner after the other; three of four saves follow each other at once, and every fourth
is made from a copy that was opened long before. Each save adds a task, every tenth one to be worked, the others to be
skipped. Then, from outside: every task was added once; those to be worked were completed and merged once; none was
removed, refused, or claimed after it was done; the file says so of each, and nothing is left beside it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove saves", description=__doc__)
    parser.add_argument("--saves", type=int, default=300, help="how often the file is saved")
    asked = parser.parse_args(argv)
    began = time.monotonic()
    shop = Shop(Path(tempfile.mkdtemp(prefix="saves-")))
    try:
        wrong = saved_often(shop, asked.saves)
    finally:
        shop.close()
    page = [
        "# Proof: a person saves the queue file while it is worked",
        "",
        _INTRODUCTION,
        "",
        f"- command: `scripts/prove saves --saves {asked.saves}`",
        f"- date: {today()}, commit: {commit()}",
        f"- saves: {asked.saves}; manners: {', '.join(manner.__name__.replace('_', ' ') for manner in MANNERS)}",
        f"- commits of the journal: {shop.events()[-1]['seq']}",
        f"- what did not hold: {len(wrong)}",
        f"- all of it: {time.monotonic() - began:.0f} s",
        *(f"- {line}" for line in wrong[:100]),
        "",
    ]
    _PAGE.write_text("\n".join(page))
    sys.stdout.write("\n".join([*page[4:], ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

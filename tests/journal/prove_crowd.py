"""`scripts/prove crowd`: eight processes append thousands of commits to one journal and read along, and the page."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from orchestrator.journal.examine import examine
from tests.journal.crowd import crowd
from tests.proofs import ROOT, commit, today

_PAGE = ROOT / "docs" / "proofs" / "crowd.md"
_INTRODUCTION = """So many processes (`tests/journal/crowd.py`) append commits to one journal as fast as they can, each
by compare-and-swap against all others, over many segments, and each of them reads along with a second handle, woken by
the kernel. Then: every acknowledged commit has its own number, the numbers have no holes, every process saw every
commit once and in order, and the journal's lengths, checksums and links hold. The lag is the time from the
acknowledgement in one process to the sight in another, on a clock they share."""


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove crowd", description=__doc__)
    parser.add_argument("--members", type=int, default=8, help="how many processes")
    parser.add_argument("--each", type=int, default=1000, help="how many commits each of them appends")
    asked = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="crowd-"))
    found = crowd(folder, asked.members, asked.each)
    seen = examine(folder)
    if not seen.chain_intact or seen.torn or seen.quarantines or seen.commits != found.commits:
        found.wrong.append(f"the journal does not hold: {seen}")
    page = [
        "# Proof: eight processes append and read along",
        "",
        _INTRODUCTION,
        "",
        f"- command: `scripts/prove crowd --members {asked.members} --each {asked.each}`",
        f"- date: {today()}, commit: {commit()}",
        f"- processes: {asked.members}; commits: {found.commits}; segments: {len(seen.segments)}",
        f"- {found.commits / found.seconds:.0f} commits a second by all together",
        f"- sights: {len(found.lags):,}; lag of half of them within {found.lag(0.5) * 1000:.1f} ms",
        f"- lag of 99 % within {found.lag(0.99) * 1000:.0f} ms, of all within {found.lag(1.0) * 1000:.0f} ms",
        f"- what did not hold: {len(found.wrong)}",
        *(f"- {line}" for line in found.wrong[:100]),
        "",
    ]
    _PAGE.write_text("\n".join(page))
    sys.stdout.write("\n".join([*page[4:], ""]))
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""`scripts/bench`: measures every goal of speed against baselines taken around each row, and writes the table.

A ratio says more than a time: see `gauge`. Everything is done in a folder of its own, which is gone afterwards. Peers
(`--peers`) are installed into that folder first, from the network; those that cannot be had are left out and named.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from tests.bench import commands, peers, truth, working
from tests.bench.gauge import SMALLEST, Row, Size
from tests.bench.page import line_of, write
from tests.proofs import ROOT, commit, today

Family = Callable[[Size, Path], Iterator[Row]]
FAMILIES: Mapping[str, Family] = {
    "iteration": working.iteration,
    "four": working.four,
    "long-queue": working.long_queue,
    "claim": truth.claim,
    "hop": working.hop,
    "awake": truth.awake,
    "gap": working.gap,
    "resume": commands.resume,
    "replay": truth.replay,
    "snapshot": truth.snapshot,
    "group": truth.group,
    "status": commands.status,
    "idle": commands.idle,
    "isolation": working.isolation,
}
ON_REQUEST: Mapping[str, Family] = {"peers": peers.peers}
"""What others do; they must be installed first, from the network."""
_PAGE = ROOT / "docs" / "benchmarks.md"


def measure(names: Sequence[str], size: Size, tell: Callable[[str, Row], None]) -> None:
    """Measure families of rows, each in a folder of its own."""
    for name in names:
        folder = Path(tempfile.mkdtemp(prefix="bench-"))
        try:
            for row in {**FAMILIES, **ON_REQUEST}[name](size, folder):
                tell(name, row)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; 0 if all that was demanded is met."""
    asked = _parsed(argv)
    names = [*(asked.only or ([] if asked.peers else FAMILIES)), *(ON_REQUEST if asked.peers else ())]
    size = SMALLEST if asked.smallest else Size()
    given = {name: value for name in Size.__struct_fields__ if (value := getattr(asked, name)) is not None}
    stamp, lines, unmet = f"{today()} {commit()}", dict[str, list[str]](), 0

    def tell(family: str, row: Row) -> None:
        nonlocal unmet
        unmet += row.met is False
        lines.setdefault(family, []).append(line_of(family, row, stamp))
        sys.stdout.write(f"{lines[family][-1]}\n")
        sys.stdout.flush()

    measure(names, msgspec.structs.replace(size, **given), tell)
    if not asked.dry:
        words = " ".join(["scripts/bench", *(sys.argv[1:] if argv is None else argv)])
        write(
            _PAGE,
            [*FAMILIES, *ON_REQUEST],
            lines,
            f"`{words}` on {today()} at {commit()};\nrows of another commit are of an earlier call:",
        )
    sys.stdout.write(f"{unmet} not as they should be\n")
    return 1 if unmet else 0


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(FAMILIES), help="this row and no other; repeatable")
    parser.add_argument("--peers", action="store_true", help="install the peers, and measure against them")
    parser.add_argument("--smallest", action="store_true", help="the least of everything: only to see that it works")
    parser.add_argument("--dry", action="store_true", help="leave docs/benchmarks.md as it is")
    for name, default in msgspec.to_builtins(Size()).items():
        kind = type(default)
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=f"default {default:,}")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

"""`scripts/prove syscalls`: a run dies, or a call of it fails, at every system call of every flow; and the page.

With `--every N` only every N-th point is tried, beginning with `--first`; errors are tried at every N-th as well.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.proofs import ROOT, commit, today
from tests.syscalls.flows import FLOWS
from tests.syscalls.strike import HAPPENINGS, SHORT, Blow, Point, Undisturbed, points, strike, undisturbed

_ALL = (*HAPPENINGS, SHORT)
_PAGE = ROOT / "docs" / "proofs" / "syscalls.md"
_AT_ONCE = 2
_INTRODUCTION = """`orchestrator run` is started under strace (`tests/syscalls/strike.py`), which kills it (-9) at one
of its system calls that change something on the disk, or lets that call fail, with EIO, ENOSPC or EINTR; or one of its
writes to a file stores half of what it is given and says so (`short.c`), after which it has to end as if nothing were.
Programs it starts are not struck (for git at work see [train](train.md)). The flows: `work` has everything to do
(append, claim, prepare, snapshot, verify, land, project), `edit` a saved queue file to merge, `adopt` a living agent
whose run was killed, `recover` a killed run, a torn journal and an agent that has ended. Then the same command is
started, at most three times. From outside (`tests/soak/judge.py`): what was stored before stays as it was; each task
was added, completed and landed once, with a tree that a verdict calls PASS; no agent nobody began and no end of one
twice; files true, `git fsck` content, nothing left over; and the struck run ended soon."""


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove syscalls", description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--flows", default=",".join(FLOWS))
    parser.add_argument("--happenings", default=",".join(_ALL))
    parser.add_argument("--minutes", type=float, default=0.0, help="begin nothing more after so long; 0: no limit")
    asked = parser.parse_args(argv)
    base, began = Path(tempfile.mkdtemp(prefix="syscalls-")), time.monotonic()
    found = {flow: undisturbed(base / flow, flow) for flow in asked.flows.split(",")}
    wanted = [
        (point, found[flow].seconds)
        for flow in found
        for point in points(flow, found[flow], asked.happenings.split(","), asked.every, asked.first)
    ]
    until = began + asked.minutes * 60 if asked.minutes else float("inf")

    def one(number: int, point: Point, usual_s: float) -> Blow | None:
        if time.monotonic() > until:
            return None
        blow = strike(base / f"{number}", point, usual_s)
        said = "holds" if not blow.wrong else "\n    ".join(["FAILS", *blow.wrong])
        sys.stdout.write(f"{number:5} {' '.join(map(str, point))}{'' if blow.hit else ' (not reached)'}: {said}\n")
        sys.stdout.flush()
        return blow

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tried = list(pool.map(one, range(len(wanted)), *zip(*wanted, strict=True)))
    shutil.rmtree(base, ignore_errors=True)
    blows = [blow for blow in tried if blow is not None]
    words = " ".join(sys.argv[1:] if argv is None else argv)
    text = "\n".join(page(words, found, blows, len(wanted), time.monotonic() - began))
    _PAGE.write_text(text)
    sys.stdout.write(text)
    return 1 if any(blow.wrong for blow in blows) else 0


def page(words: str, found: dict[str, Undisturbed], blows: list[Blow], wanted: int, seconds: float) -> list[str]:
    """Write down what was done and what came of it."""
    hit = [blow for blow in blows if blow.hit]
    times = sorted(blow.seconds for blow in hit) or [0.0]
    kinds = Counter((blow.point.flow, blow.point.happening) for blow in hit)
    rows = [
        f"| {flow} | {one.all_calls} | {sum(one.calls.values())} | "
        f"{' | '.join(str(kinds[flow, happening]) for happening in _ALL)} |"
        for flow, one in found.items()
    ]
    failed = [blow for blow in blows if blow.wrong]
    refused = [blow for blow in blows if blow.refused]
    return [
        "# Proof: death and errors at system calls",
        "",
        _INTRODUCTION,
        "",
        f"- command: `scripts/prove syscalls {words}`",
        f"- date: {today()}, commit: {commit()}",
        f"- points tried: {len(blows)} of {wanted} chosen; the call came: {len(hit)}",
        f"- next start until all was done: median {times[len(times) // 2]:.1f} s, longest {times[-1]:.1f} s",
        f"- a start that refused at first, and the next that did not: {len(refused)}",
        f"- trials in which something did not hold: {len(failed)}",
        f"- all of it: {seconds / 60:.1f} min, {_AT_ONCE} at a time",
        "",
        f"| flow | calls in all | points | {' | '.join(_ALL)} |",
        f"|---|---|---|{'---|' * len(_ALL)}",
        *rows,
        "",
        *(f"- {_name(blow.point)}: refused: {_line(blow.refused)}" for blow in refused[:40]),
        *(f"- {_name(blow.point)}: **{_line('; '.join(blow.wrong))}**" for blow in failed[:60]),
        "",
    ]


def _name(point: Point) -> str:
    return f"{point.flow}, {point.happening} at {point.call} {point.number}"


def _line(text: str) -> str:
    return text.replace("\n", " ")[:300]


if __name__ == "__main__":
    sys.exit(main())

"""One run to which one system call does what it seldom does: it dies there, or the call fails, or does half.

By strace, and a library loaded before C's (`short.c`); Linux only. Only the run itself is struck, not the programs it
starts. Calls that change nothing on the disk are left out: dying before one is dying before the next that does. Calls
are numbered for each thread; nearly all are the main thread's.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.scenarios.conftest import Shop, Terminal
from tests.soak.judge import Judge
from tests.syscalls.flows import FLOWS, make

CALLS = (
    *("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "flock", "mkdir", "mkdirat", "rmdir", "fchmod", "chmod"),
    *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "symlink", "symlinkat", "utimensat"),
)
HAPPENINGS = {
    "kill": "signal=SIGKILL",
    "EIO": "error=EIO",
    "ENOSPC": "error=ENOSPC",
    "EINTR": "error=EINTR",
}
SHORT = "short"
"""What else can happen to a write to a file: half of it is stored, and the call says so."""
HANGS_AFTER_S = 5.0
"""Beyond what the same run takes undisturbed, several times over: the machine may do much else."""
_STARTS = 3
_SLOWER = 4
_CALL = re.compile(r"(\d+) +([a-z0-9]+)\((?:\d+<(/(?!dev/)))?")


class Point(NamedTuple):
    """The numbered call of a kind."""

    flow: str
    happening: str
    call: str
    number: int


class Blow(NamedTuple):
    """How it went. `hit`: the call came; `refused`: a start said no, with what it said; `wrong`: what did not hold."""

    point: Point
    hit: bool
    seconds: float
    starts: int
    refused: str
    wrong: list[str]


class Undisturbed(NamedTuple):
    """What a flow does when nothing happens, and how long it takes.

    `calls`: the most of each kind that one thread makes; `writes`: how many, of all threads, are writes to files.
    """

    calls: dict[str, int]
    writes: int
    all_calls: int
    seconds: float


def under(log: Path, *more: str) -> tuple[str, ...]:
    """Give the command that watches a run and not the programs it starts."""
    return ("strace", "-f", "-b", "execve", "-qq", "--seccomp-bpf", "-o", str(log), *more)


def undisturbed(base: Path, flow: str) -> Undisturbed:
    """Count the calls of a flow."""
    ground = make(base)
    try:
        FLOWS[flow](ground)
        log, began = base / "log", time.monotonic()
        assert ground.shop.ask("run", under=under(log, "-y", "-e", f"trace={','.join(CALLS)}")).code == 0
        seconds = time.monotonic() - began
        seen = [m for line in log.read_text().splitlines() if (m := _CALL.match(line))]
    finally:
        ground.shop.close()
    most: dict[str, int] = {}
    for (_, call), count in Counter((m[1], m[2]) for m in seen).items():
        most[call] = max(most.get(call, 0), count)
    return Undisturbed(most, sum(m[2] == "write" and m[3] is not None for m in seen), len(seen), seconds)


def points(flow: str, found: Undisturbed, happenings: Sequence[str], every: int, first: int = 0) -> list[Point]:
    """List every so-manieth point."""
    calls = [(call, number) for call in CALLS for number in range(1, found.calls.get(call, 0) + 1)]
    writes = [("write", number) for number in range(1, found.writes + 1)]
    return [
        Point(flow, happening, *call)
        for happening in happenings
        for call in (writes if happening == SHORT else calls)[first % every :: every]
    ]


def strike(base: Path, point: Point, usual_s: float) -> Blow:
    """Make a project, strike, start again until all is done, and look at what is there."""
    ground = make(base)
    shop = ground.shop
    try:
        tasks = FLOWS[point.flow](ground)
        judge, log = Judge(ground), base / "log"
        judge.look()
        struck = shop.start("run", under=_striking(point, base, log))
        hung = not _ends(struck, _SLOWER * usual_s + HANGS_AFTER_S)
        judge.look()
        began, refused, starts = time.monotonic(), "", 0
        wrong = [f"the run hung: {struck.err[-300:]}"] if hung else []
        if point.happening == SHORT and not hung and (code := struck.wait().code) != 0:
            wrong.append(f"ended with {code} though nothing failed: {struck.err[-300:]}")
        hit = log.exists() and (point.happening == SHORT or any(w in log.read_text() for w in ("INJECTED", "SIGKILL")))
        for _ in range(_STARTS):
            starts += 1
            answer = shop.run()
            if answer.code == 0:
                break
            refused = f"{answer.code}: {answer.err.strip()[-300:]}"
        else:
            wrong.append(f"started {_STARTS} times, and not done: {refused}")
        seconds = time.monotonic() - began
        wrong += judge.conclude(tasks)
        return Blow(point, hit, seconds, starts, refused, wrong)
    finally:
        shop.close()
        _remove(base, shop)


def _striking(point: Point, base: Path, log: Path) -> tuple[str, ...]:
    """Give the command under which a run is struck; `log` tells afterwards whether it was."""
    if point.happening == SHORT:
        library = base / "short.so"
        build = ("cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(Path(__file__).with_name("short.c")), "-ldl")
        subprocess.run(build, check=True)
        return ("env", f"LD_PRELOAD={library}", f"SHORT_AT={point.number}", f"SHORT_SAYS={log}")
    inject = f"inject={point.call}:{HAPPENINGS[point.happening]}:when={point.number}"
    return under(log, "-e", f"trace={point.call}", "-e", inject)


def _ends(run: Terminal, within_s: float) -> bool:
    """Wait for the end; what hangs is ended, tracer and traced."""
    until = time.monotonic() + within_s
    while run.alive and time.monotonic() < until:
        time.sleep(0.05)
    if not run.alive:
        return True
    for child in Path("/proc", str(run.pid), "task", str(run.pid), "children").read_text().split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)
    run.kill()
    return False


def _remove(base: Path, shop: Shop) -> None:
    del shop
    shutil.rmtree(base, ignore_errors=True)

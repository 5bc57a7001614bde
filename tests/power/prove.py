"""`scripts/prove power`: the power goes at a thousand moments of a run, git's included; and the page.

Needs /dev/fuse and the right to mount; mfusepy is installed into a folder of the proof's own.
"""

import argparse
import json
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.journal.examine import examine
from tests.power.cuts import SETTLED, Disk, Operation
from tests.proofs import ROOT, commit, today
from tests.scenarios.conftest import Shop, Terminal
from tests.soak.ground import Ground
from tests.soak.judge import FOLLOWS, Judge
from tests.syscalls.flows import QUEUE, make

_PAGE = ROOT / "docs" / "proofs" / "power.md"
_BEGUN = "begun"
_LUCK = (0.0, 0.0, 0.3, 0.7)
"""How much of what was not synced is there all the same, in turn."""
_INTRODUCTION = """`orchestrator run` works two tasks on a file system in memory (FUSE, `tests/power/forgetful.py`) that
writes down everything it is told: our own writes, those of git and of agents. The log is played up to a cut, and what
was not synced is forgotten (`tests/power/cuts.py`): all of it, or all but a part chosen at random, page by page.
`ordered` keeps names in the order in which they were given, as ext4 and XFS do, and believes git's `batch` way of
syncing objects (each is written out, then one file is synced); `strict` keeps a name only once its folder was synced,
which is all that POSIX promises.

After each cut: every commit of the journal that was acknowledged is there, and the journal is whole but for a tail.
With `ordered` also: every capture and merge it tells of is in git, under its ref, with all its objects, and the target
holds what landed; after some of the cuts `run` is started and must finish: everything done and landed once, `git fsck`
content, and where the half-written checkout keeps `main` from following, `status` says how to take what landed. Git
itself syncs no folders, so that on a `strict` file system nobody's refs are safe."""


class Moment(NamedTuple):
    """One cut: after how many operations, and what did not hold."""

    at: int
    luck: float
    wrong: list[str]
    finished: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=1000, help="for each kind of file system")
    parser.add_argument("--finish", type=int, default=20, help="after so many of them `run` must finish")
    parser.add_argument("--kinds", default="ordered,strict")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(argv)
    began = time.monotonic()
    base = Path(tempfile.mkdtemp(prefix="power-"))
    log, tasks = record(base)
    found = {kind: list(cut(base, log, tasks, kind, asked)) for kind in asked.kinds.split(",")}
    shutil.rmtree(base, ignore_errors=True)
    wrong = {kind: [moment for moment in moments if moment.wrong] for kind, moments in found.items()}
    lines = [
        "# Proof: the power goes, and the disk forgets what was not synced",
        "",
        _INTRODUCTION,
        "",
        f"- command: `scripts/prove power {' '.join(sys.argv[1:] if argv is None else argv)}`",
        f"- date: {today()}, commit: {commit()}",
        f"- operations of the run: {len(log):,}, of these syncs: {sum(one[0] == 'sync' for one in log):,}",
        *(
            f"- {kind}: {len(moments)} cuts; `run` went on after {sum(moment.finished for moment in moments)}; "
            f"cuts after which something did not hold: {len(wrong[kind])}"
            for kind, moments in found.items()
        ),
        f"- all of it: {(time.monotonic() - began) / 60:.1f} min",
        "",
        *(
            f"- {kind}, after {m.at}, luck {m.luck}: {'; '.join(m.wrong)[:300]}"
            for kind in wrong
            for m in wrong[kind][:15]
        ),
        "",
    ]
    _PAGE.write_text("\n".join(lines))
    sys.stdout.write("\n".join(lines))
    return 1 if any(wrong.values()) else 0


def record(base: Path) -> tuple[list[Operation], list[str]]:
    """Let a run work on the file system, and give everything that was told."""
    mount, log = base / "disk", base / "log"
    mount.mkdir()
    with _mounted(base, mount, log):
        ground = make(mount / "here")
        tasks = [f"{QUEUE}/T0", f"{QUEUE}/T1"]
        ground.shop.env["PATH"] = f"{_telling(base, mount)}:{ground.shop.env['PATH']}"
        ground.shop.queue(QUEUE, "T0", "T1")
        (mount / _BEGUN).touch()
        assert ground.shop.run().code == 0
        ground.shop.close()
    return pickle.loads(log.read_bytes()), tasks  # noqa: S301 - our own file


def _telling(base: Path, mount: Path) -> Path:
    """Make a `sync` that tells the disk: the kernel does not pass on to user space that a file system is synced."""
    folder = base / "bin"
    folder.mkdir()
    (folder / "sync").write_text(f'#!/bin/sh\necho x >{mount}/{SETTLED}\nexec /bin/sync "$@"\n')
    (folder / "sync").chmod(0o755)
    return folder


class _mounted:  # noqa: N801 - used as a function
    """The file system, mounted by a program of its own while the context lasts."""

    def __init__(self, base: Path, mount: Path, log: Path) -> None:
        self._mount, self._log, self._lib = mount, log, base / "lib"

    def __enter__(self) -> None:
        argv = [sys.executable, "-m", "pip", "install", "-q", "--no-input", "--target", str(self._lib), "mfusepy>=3"]
        subprocess.run(argv, check=True)
        program = Path(__file__).with_name("forgetful.py")
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(program), str(self._mount), str(self._log)],
            env={"PYTHONPATH": str(self._lib), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 20
        while not self._mount.is_mount():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the file system could not be mounted: is /dev/fuse there, and the right to mount?")
            time.sleep(0.05)

    def __exit__(self, *_: object) -> None:
        for _try in range(20):
            if subprocess.run(["umount", str(self._mount)], check=False, capture_output=True).returncode == 0:
                break
            time.sleep(0.2)
        else:
            subprocess.run(["umount", "-l", str(self._mount)], check=False)
        self._process.wait(timeout=60)


def cut(base: Path, log: list[Operation], tasks: list[str], kind: str, asked: argparse.Namespace) -> Iterator[Moment]:
    """Cut the power at moments chosen at random, in order."""
    dice = random.Random(asked.seed)  # noqa: S311 - chosen to be repeatable, not secret
    begun = next(number for number, one in enumerate(log) if one[0] == "new" and one[2] == _BEGUN)
    chosen = sorted(dice.sample(range(begun + 1, len(log)), min(asked.cuts, len(log) - begun - 1)))
    finish = set(dice.sample(chosen, min(asked.finish, len(chosen))))
    disk, acknowledged = Disk(kind), b""
    moments = iter(enumerate(chosen))
    count, next_cut = next(moments)
    for number, operation in enumerate(log):
        disk.tell(operation)
        if number == begun:
            disk.settle()
        if operation[0] == "sync":
            acknowledged = _journal(disk, operation[1]) or acknowledged
        if number == next_cut:
            luck = _LUCK[count % len(_LUCK)]
            wrong = after(base, disk, acknowledged, luck, dice)
            finished = number in finish and disk.ordered
            if finished and not wrong and disk.ordered:
                wrong = finishes(base / "disk" / "here", tasks, acknowledged)
            if wrong:
                sys.stdout.write(f"{kind} {number} luck {luck}: {wrong}\n")
                sys.stdout.flush()
            yield Moment(number, luck, wrong, finished)
            count, next_cut = next(moments, (0, -1))


def _journal(disk: Disk, number: int) -> bytes:
    """Give what the journal holds, if this is it that was synced: what stands in it then is acknowledged."""
    segment = disk.find("here", "shop", ".aibrain", "journal", "000000000001.jsonl")
    return disk.content(number) if number == segment else b""


def after(base: Path, disk: Disk, acknowledged: bytes, luck: float, dice: random.Random) -> list[str]:
    """Write down what is left, and look whether what was acknowledged is."""
    here = base / "disk"
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir()
    disk.leave(here, luck, dice)
    shop = here / "here" / "shop"
    found = examine(shop / ".aibrain" / "journal")
    segments = sorted((shop / ".aibrain" / "journal").glob("*.jsonl"))
    there = b"".join(path.read_bytes() for path in segments)
    wrong = [] if found.damage is None else [f"the journal is damaged: {found.damage}"]
    whole = acknowledged[: acknowledged.rfind(b"\n") + 1]
    if not there.startswith(whole):
        wrong.append(f"of {len(whole)} acknowledged bytes of the journal {len(there)} are left")
    events = [event for line in whole.splitlines() for event in json.loads(line)["events"]]
    return [*wrong, *(_git(shop, events) if disk.ordered else [])]


def _git(shop: Path, events: list[dict[str, Any]]) -> list[str]:
    def git(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", f"--git-dir={shop / '.git'}", *argv], check=False, capture_output=True, text=True)

    wrong: list[str] = []
    refs = dict(line.split()[::-1] for line in git("show-ref").stdout.splitlines())
    for event in events:
        if event["type"] == "iteration.captured" and refs.get(event["ref"]) != event["commit"]:
            wrong.append(f"{event['ref']} is {refs.get(event['ref'])}, not {event['commit']}")
        merged = event["commit"] if event["type"] == "task.merged" else ""
        if merged and git("merge-base", "--is-ancestor", merged, "orchestrator/main").returncode:
            wrong.append(f"the target does not hold {merged}")
    fsck = git("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
    if fsck.returncode:
        wrong.append(f"git fsck: {(fsck.stderr or fsck.stdout).strip()[:200]}")
    return wrong


def finishes(here: Path, tasks: list[str], acknowledged: bytes) -> list[str]:
    """Go on as a person would after the power is back."""
    shop = _Left(here)
    ground = Ground(here, shop, None)
    ground.ledger.write_text("")  # nobody synced it: what it says of before is worth nothing
    for lock in (shop.root / ".git").rglob("*.lock"):
        os.utime(lock, (1, 1))  # the machine came up after it was made
    try:
        answer = shop.run()
        if answer.code:
            return [f"run left with {answer.code}: {answer.err.strip()[-300:]}"]
        wrong = Judge(ground, acknowledged[: acknowledged.rfind(b"\n") + 1]).conclude(tasks)
        # half of a person's checkout may be written: git rightly refuses to go over it, and status says how to take it
        told = "git merge --ff-only" in (shop.state / "notices").read_text()
        return [line for line in wrong if not (told and line == FOLLOWS)]
    finally:
        shop.close()


class _Left(Shop):
    """The project as it was left."""

    def __init__(self, base: Path) -> None:
        self.base, self.root = base, base / "shop"
        self.state = self.root / ".aibrain"
        self._tapes, self._count = base / "tapes", 1000
        self._terminals: list[Terminal] = []
        self._gates: dict[str, int] = {}
        self._tapes.mkdir(exist_ok=True)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.env = {**os.environ, "PATH": path, "HOME": str(base / "home"), "GIT_CONFIG_NOSYSTEM": "1"}


if __name__ == "__main__":
    sys.exit(main())

"""`scripts/prove crash`: every point, two at a time, and the page that says how it went.

With `--twice` each recovery is killed once more, at a point chosen by `--seed`; with `--only WORDS` only points that
contain the words are tried, and no page is written; with `--minutes M` nothing more is begun after so long, and the
page says how far it came: points are tried in eight rounds, each over the whole run.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from tests.crash.points import INSIDE, points
from tests.crash.steps import Step
from tests.crash.trial import Trial, attempt, undisturbed
from tests.proofs import commit, today

AT_ONCE = 2
_ROUNDS = 8
_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "docs" / "proofs"


class Proof:
    """All trials of one call."""

    def __init__(self, folder: Path, asked: argparse.Namespace) -> None:
        self.folder, self.minutes = folder, float(asked.minutes)
        self.twice, self.seed, self.only = bool(asked.twice), int(asked.seed), str(asked.only)
        self.chosen = 0
        self.steps: list[Step] = []
        self.trials: list[Trial] = []
        self.seconds = 0.0

    @property
    def failed(self) -> list[Trial]:
        """The trials in which something did not hold."""
        return [trial for trial in self.trials if trial.problems]

    async def go(self) -> None:
        """List the steps of an undisturbed run, then die everywhere."""
        began = time.monotonic()
        self.steps = await to_thread.run_sync(undisturbed, self.folder / "undisturbed")
        wanted = [point for point in points(self.steps) if self.only in point]
        self.chosen = len(wanted)
        found: dict[int, Trial] = {}
        left = iter(sorted(enumerate(wanted), key=lambda one: one[0] % _ROUNDS))
        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE):
                group.start_soon(self._some, left, found, began)
        self.trials = [found[number] for number in sorted(found)]
        self.seconds = time.monotonic() - began

    async def _some(self, left: Iterator[tuple[int, str]], found: dict[int, Trial], began: float) -> None:
        for number, point in left:
            if self.minutes and time.monotonic() - began > self.minutes * 60:
                return
            await self._one(number, point, found)

    async def _one(self, number: int, point: str, found: dict[int, Trial]) -> None:
        # chosen to be repeatable, not secret
        chance = random.Random(self.seed * 1000 + number) if self.twice else None  # noqa: S311
        work = partial(attempt, self.folder / f"{number:03}", point, self.steps, chance)
        trial = await to_thread.run_sync(work)
        found[number] = trial
        verdict = "holds" if not trial.problems else "\n    ".join(["FAILS", *trial.problems])
        sys.stdout.write(f"{len(found):4}  {', then '.join(trial.points)}: {verdict}\n")
        sys.stdout.flush()

    def page(self) -> str:
        """Write down what was done and what came of it."""
        deaths = sum(len(trial.standing) for trial in self.trials)
        times = sorted(trial.seconds for trial in self.trials)
        rows = [f"| {_cell(trial)} |" for trial in self.trials]
        limit = f" --minutes {self.minutes:g}" if self.minutes else ""
        return "\n".join(
            [
                f"# Proof: kill -9 at every durable step{', and again while it recovers' if self.twice else ''}",
                "",
                _INTRODUCTION,
                "",
                f"- command: `scripts/prove crash{f' --twice --seed {self.seed}' if self.twice else ''}{limit}`",
                f"- date: {today()}, commit: {commit()}",
                f"- durable steps (commits) of the undisturbed run: {len(self.steps)}; places between: {len(INSIDE)}",
                f"- points: {len(self.trials)} of {self.chosen}; kills: {deaths}; points not reached: {self._missed()}",
                f"- trials in which something did not hold: {len(self.failed)}",
                f"- last start, until all was done: median {times[len(times) // 2]:.1f} s, longest {times[-1]:.1f} s",
                f"- all of it: {self.seconds / 60:.1f} min, {AT_ONCE} trials at a time",
                "",
                "| killed | commits on disk | last start (s) | result |",
                "|---|---|---|---|",
                *rows,
                "",
            ]
        )

    def _missed(self) -> int:
        return sum(problem.startswith("not hit") for trial in self.trials for problem in trial.problems)


_INTRODUCTION = """The project has two queues, a task of two iterations, two tasks whose changes conflict, a merge
that is verified again, and a trigger that adds a task and runs a command (`tests/crash/scenario.py`). Each row is a
project of its own: the orchestrator kills itself at the point, and the same command is started again. `before` and
`after` are the moments around the storing of a commit, `torn` stores half of its line, `unended` all but the newline,
`inside` is a place between commits. A step is named by its first event and whom it is about (task, attempt,
iteration). Then, from the outside (`tests/crash/check.py`): exit code 0; every step of the undisturbed run recorded
exactly once; one start in the agents' own ledger for every recorded end; each change on the target once, without
conflict markers, and every landed tree is one that was verified; every recorded capture under its ref; journal dense,
chain whole, nothing rewritten; queue files true and nothing left beside them; every log line exactly once; no
process, workspace or half-written file left."""


def _cell(trial: Trial) -> str:
    standing = ", ".join(str(count) for count in trial.standing)
    result = "holds" if not trial.problems else "**fails**: " + "; ".join(trial.problems)[:200].replace("\n", " ")
    return " | ".join([", then ".join(trial.points), standing, f"{trial.seconds:.1f}", result])


def _git(*args: str) -> str:
    return subprocess.run(["git", *args], cwd=_ROOT, check=True, capture_output=True, text=True).stdout.strip()


def main(argv: Sequence[str] | None = None) -> int:
    """Prove it; 0 if everything holds."""
    parser = argparse.ArgumentParser(prog="scripts/prove crash", description=__doc__)
    parser.add_argument("--twice", action="store_true", help="kill each recovery once as well")
    parser.add_argument("--seed", type=int, default=1, help="what chooses the second points")
    parser.add_argument("--only", default="", help="only points that contain this")
    parser.add_argument("--minutes", type=float, default=0.0, help="begin nothing more after so long; 0: no limit")
    asked = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    proof = Proof(folder, asked)
    anyio.run(proof.go)
    if not asked.only:
        _PAGE.mkdir(parents=True, exist_ok=True)
        (_PAGE / ("crash-twice.md" if asked.twice else "crash.md")).write_text(proof.page())
    held = len(proof.trials) - len(proof.failed)
    sys.stdout.write(f"{held} of {len(proof.trials)} points hold, in {proof.seconds:.0f} s\n")
    if proof.failed:
        sys.stdout.write(f"what the others left: {folder}\n")
    return 1 if proof.failed or not proof.trials else 0


if __name__ == "__main__":
    sys.exit(main())

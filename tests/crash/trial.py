"""One death and what came after: make the project, kill the orchestrator at a point, start the same command again."""

import random
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.model.events import Commit
from tests.crash.check import commits_of, problems
from tests.crash.points import INSIDE, around
from tests.crash.scenario import Site
from tests.crash.steps import Step, steps_of

KILLED = -9


@dataclass
class Trial:
    """What is known of one project's deaths. `problems` empty: nothing was lost, doubled or left."""

    points: list[str] = field(default_factory=list[str])
    """Where it died, in order."""
    standing: list[int] = field(default_factory=list[int])
    """Commits on the disk after each death."""
    problems: list[str] = field(default_factory=list[str])
    seconds: float = 0.0
    """How long the last, undisturbed start took."""


def undisturbed(folder: Path) -> list[Step]:
    """Run the project once without killing anything and give its steps, the list of where to die."""
    site = Site(folder).make()
    done = site.run()
    steps = steps_of(commits_of(site))
    wrong = problems(site, [], steps)
    if done.returncode != 0 or wrong or len({step.name for step in steps}) != len(steps):
        raise RuntimeError(f"the undisturbed run is not sound: exit {done.returncode}, {wrong}\n{done.stderr}")
    return steps


def attempt(folder: Path, point: str, steps: Sequence[Step], chance: random.Random | None = None) -> Trial:
    """Die at the point, recover, look at everything. With `chance` the first recovery dies as well."""
    trial = Trial()
    site = Site(folder).make()
    left: list[list[Commit]] = []
    try:
        _die(site, point, trial, left)
        ahead = [one for step in steps if step not in steps_of(left[-1]) for one in around(step)]
        if chance is not None and ahead:
            _die(site, chance.choice(ahead), trial, left)
        began = time.monotonic()
        done = site.run()
        trial.seconds = time.monotonic() - began
    except subprocess.TimeoutExpired as error:
        trial.problems.append(f"no end within {error.timeout:.0f} s: {_tail(error.stderr)}")
        return trial
    if done.returncode != 0:
        trial.problems.append(f"the recovery ended with {done.returncode}: {_tail(done.stderr)}")
    place = INSIDE.get(point.removeprefix("inside "))
    try:
        trial.problems += problems(site, left, steps, place.asks if place else "")
    except (OSError, RuntimeError, LookupError) as error:
        trial.problems.append(f"what should be there is not: {error!r}")
    if not trial.problems:
        shutil.rmtree(folder)
    return trial


def _die(site: Site, point: str, trial: Trial, left: list[list[Commit]]) -> None:
    trial.points.append(point)
    died = site.run(die_at=point)
    if died.returncode != KILLED:
        trial.problems.append(f"not hit: {point} (exit {died.returncode}): {_tail(died.stderr)}")
    left.append(commits_of(site))
    trial.standing.append(len(left[-1]))


def _tail(text: str | bytes | None) -> str:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text or ""
    return said[-1500:]

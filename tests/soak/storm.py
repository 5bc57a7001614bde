"""What happens to the project while it is worked: deaths, pauses, full disks, jumps of the clock, people's edits."""

import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.scenarios.conftest import Terminal
from tests.soak.ground import QUEUES, Ground

RUNS = 3
"""Runs at once, the steady one included."""
_STALE = 0.2
OPEN = 8
"""Tasks a person keeps in hand in a queue: more are added as they are done."""


class Storm:
    """Everything from one seed; `happened` counts what was done, `tasks` is what people asked for."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.shop = ground, ground.shop
        self.dice = random.Random(seed)  # noqa: S311 - chosen to be repeatable, not secret
        self.happened: Counter[str] = Counter()
        self.tasks: list[str] = []
        self.steady: Terminal | None = None
        self.others: list[Terminal] = []
        self.ends: Counter[str] = Counter()
        self._stopped: list[Terminal] = []
        self._old: dict[str, str] = {}
        self._unsaved: dict[str, tuple[str]] = {}

    def blow(self, until: float, look: Callable[[], None]) -> None:
        """Let things happen until then (monotonic seconds); `look` is called between."""
        self.add_tasks()
        while time.monotonic() < until:
            self._keep_runs()
            self._one_thing()
            time.sleep(self.dice.uniform(0.2, 1.5))
            look()

    def calm(self) -> None:
        """End everything that disturbs."""
        self.ground.make_room()
        self.ground.wall.set(0)
        for name, (text,) in list(self._unsaved.items()):
            self._save(name, self.shop.root / "queues" / f"{name}.json", text)
        for run in self.runs:
            with contextlib.suppress(ProcessLookupError):
                run.signal(signal.SIGCONT)
        self._stopped.clear()

    @property
    def runs(self) -> list[Terminal]:
        """The runs that live."""
        return [run for run in (self.steady, *self.others) if run is not None and run.alive]

    # -- runs ------------------------------------------------------------------------------------------------------

    def _keep_runs(self) -> None:
        for run in [run for run in self.others if not run.alive]:
            self.others.remove(run)
            self.ends[str(run.wait().code)] += 1
        if self.steady is None or not self.steady.alive:
            if self.steady is not None:
                self.happened["the steady run ended"] += 1
                self.ends[f"steady {self.steady.wait().code}: {self.steady.err.strip()[-200:]}"] += 1
            self.steady = self.shop.start("run", "--watch", "--non-interactive")
        if len(self.others) < RUNS - 1 and self.dice.random() < 0.6:
            queue = self.dice.choice([[], ["--queue", QUEUES[0]], ["--queue", QUEUES[1]]])
            skewed = self.ground.wall.variables if self.dice.random() < 0.3 else {}
            self.happened["runs by another clock" if skewed else "runs"] += 1
            self.others.append(self.shop.start("run", *queue, "--workers", str(self.dice.randint(1, 3)), env=skewed))

    def _one_thing(self) -> None:
        things: list[tuple[int, Callable[[], None]]] = [
            (6, self.add_tasks),
            (5, self._kill_a_run),
            (3, self._kill_a_guardian),
            (3, self._kill_an_agent),
            (3, self._stop_or_go_on),
            (2, self._end_a_run),
            (1, self._fill),
            (2, self._jump),
            (2, self._ask),
        ]
        weights, what = zip(*things, strict=True)
        self.dice.choices(what, weights)[0]()

    def _kill_a_run(self) -> None:
        if self.others:
            self.happened["kill -9 of a run"] += 1
            self.dice.choice(self.others).kill()

    def _end_a_run(self) -> None:
        for run in self.others[:1]:
            number = self.dice.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
            self.happened[f"{number.name} to a run"] += 1
            with contextlib.suppress(ProcessLookupError):
                run.signal(number)

    def _kill_a_guardian(self) -> None:
        if pids := self.shop.guardians():
            self.happened["kill -9 of a guardian"] += 1
            _kill(self.dice.choice(pids))

    def _kill_an_agent(self) -> None:
        if pids := self.shop.processes():
            self.happened["kill -9 of an agent's process"] += 1
            _kill(self.dice.choice(pids))

    def _stop_or_go_on(self) -> None:
        if self._stopped:
            run = self._stopped.pop()
            if run.alive:
                run.signal(signal.SIGCONT)
            return
        if self.runs:
            run = self.dice.choice(self.runs)
            self.happened["SIGSTOP of a run"] += 1
            run.signal(signal.SIGSTOP)
            self._stopped.append(run)

    # -- the machine -----------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        if self.ground.fill():
            self.happened["full disks"] += 1
            time.sleep(self.dice.uniform(0.5, 4))
            self.ground.make_room()

    def _jump(self) -> None:
        self.happened["jumps of the clock"] += 1
        self.ground.wall.set(self.dice.choice([0, 60, -60, 600, -600, 7200, -7200]))

    # -- people ----------------------------------------------------------------------------------------------------

    def add_tasks(self) -> None:
        """Edit a queue file, in one manner or another, sometimes from a copy opened long before."""
        name = self.dice.choice(QUEUES)
        path = self.shop.root / "queues" / f"{name}.json"
        if name in self._unsaved:  # an editor that found no room tries again, and the person does nothing before
            self._save(name, path, *self._unsaved.pop(name))
            return
        try:
            fresh = path.read_text()
            document = json.loads(fresh)
        except (OSError, ValueError):
            return  # it is being written just now: a person opens it again
        done = {"completed", "skipped"}
        if sum(task.get("status") not in done for task in document["tasks"]) >= OPEN:
            return
        if self.dice.random() < _STALE and name in self._old and self._all_read(name):
            document = json.loads(self._old[name])
        if self.dice.random() < _STALE:
            self._old[name] = fresh
        new = [f"T{len(self.tasks) + number}" for number in range(self.dice.randint(1, 3))]
        self.tasks += [f"{name}/{i}" for i in new]
        document["tasks"] += [{"id": i, "title": f"make {i}", "completion_promise": "DONE"} for i in new]
        self._save(name, path, json.dumps(document, indent=2) + "\n")

    def _all_read(self, name: str) -> bool:
        """Say whether a run has read all that was saved: who saves an old copy over what nobody has read undoes it."""
        added = {event["task"] for event in self.shop.events("task.added")}
        return added.issuperset(task for task in self.tasks if task.startswith(f"{name}/"))

    def _save(self, name: str, path: Path, text: str) -> None:
        try:
            if self.dice.random() < _STALE:
                path.write_text(text)
            else:
                beside = path.with_name(".part")
                beside.write_text(text)
                beside.replace(path)
        except OSError:
            self._unsaved[name] = (text,)
            return
        self.happened["edits of a queue file"] += 1

    def _ask(self) -> None:
        asked = self.dice.choice([("status", "--json"), ("explain",), ("doctor",), ("report",), ("train",)])
        self.happened["questions asked"] += 1
        answer = self.shop.start(*asked).wait()
        if answer.code not in {0, 1}:
            self.ends[f"{asked[0]} {answer.code}: {answer.err.strip()[-200:]}"] += 1


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)

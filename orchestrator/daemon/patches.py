"""Each iteration's work as `diff.patch` in its run folder, for people. Never the only copy: refs hold the work."""

from collections.abc import Container
from pathlib import Path

from orchestrator.files.atomic import write_atomic
from orchestrator.model.ids import queue_of
from orchestrator.ports.agents import RunKey
from orchestrator.ports.workspace import AttemptKey
from orchestrator.workspace.ground import Ground
from orchestrator.workspace.refs import lookup, ref_of
from orchestrator.workspace.trees import GitTrees

NAME = "diff.patch"


class Patches:
    """What is owed to run folders; a capture's one parent is the attempt's base, so its ref says everything."""

    def __init__(self, runs: Path, ground: Ground) -> None:
        self._runs, self._ground, self._trees = runs, ground, GitTrees(ground)
        self._owed: dict[RunKey, None] = {}

    def note(self, key: RunKey) -> None:
        """Owe the patch of an iteration that was captured."""
        self._owed[key] = None

    def recall(self, tasks: Container[str]) -> None:
        """Owe what a process that was killed did not come to, of tasks there still are."""
        for end in self._runs.glob("*/*/*/*/exit.json"):
            *_, queue, task, attempt, iteration = end.parent.parts
            counted = attempt.isdigit() and iteration.isdigit()
            if counted and f"{queue}/{task}" in tasks and not (end.parent / NAME).exists():
                self.note(RunKey(f"{queue}/{task}", int(attempt), int(iteration)))

    async def write(self) -> None:
        """Pay what is owed. An iteration that is not captured yet is noted again when it is."""
        while self._owed:
            key = next(iter(self._owed))
            await self._write(key)
            self._owed.pop(key, None)

    async def _write(self, key: RunKey) -> None:
        queue, ref = queue_of(key.task), ref_of(AttemptKey(key.task, key.attempt), str(key.iteration))
        commit = (await lookup(await self._ground.repository(queue), ref)).get(ref)
        folder = self._runs / key.task / str(key.attempt) / str(key.iteration)
        if commit is not None and folder.is_dir():
            write_atomic(folder / NAME, await self._trees.patch(queue, f"{commit}^", commit))

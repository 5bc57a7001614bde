"""Looks, as an attempt is about to begin, for what other tasks hand it: which files there are, and how each begins."""

import msgspec

from orchestrator.model.coordination import Handed
from orchestrator.model.ids import queue_of
from orchestrator.policy.globs import matches
from orchestrator.policy.handoff import Need
from orchestrator.ports.workspace import Trees, Workspace

MOST_FILES = 12
"""Of one task; what it makes beyond is found in the workspace all the same."""
HEAD = 1500
"""Characters of each file that are handed on."""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Outputs that are not in one target, or empty, at its commit `base`; of each path whose it is."""

    base: str
    tasks: tuple[str, ...]
    paths: tuple[str, ...]


class Inputs:
    """One look. `queue` and `base` are of the attempt that is about to begin."""

    def __init__(self, trees: Trees, workspace: Workspace, queue: str, base: str) -> None:
        self._trees, self._workspace, self._queue, self._base = trees, workspace, queue, base
        self.handed: list[Handed] = []
        self._missing: list[tuple[str, str, str]] = []

    async def look(self, needs: tuple[Need, ...]) -> Missing | None:
        """Take in what is there; give what is not, of the first target that lacks something."""
        for need in needs:
            await self._take(need, need.commit or await self._head(need.task))
        if not self._missing:
            return None
        base = self._missing[0][0]
        here = [(task, path) for at, task, path in self._missing if at == base]
        return Missing(base=base, tasks=tuple(task for task, _ in here), paths=tuple(path for _, path in here))

    async def _head(self, task: str) -> str:
        """Say where a task's outputs are to be: in our base, where both land on one target."""
        queue = queue_of(task)
        if self._workspace.target_name(queue) == self._workspace.target_name(self._queue):
            return self._base
        return (await self._workspace.target(queue)).commit

    async def _take(self, need: Need, commit: str) -> None:
        queue = queue_of(need.task)
        paths = sorted(await self._trees.paths(queue, commit))
        for pattern in need.patterns:
            full = False
            for path in [path for path in paths if matches(path, pattern)][:MOST_FILES]:
                content = await self._trees.read(queue, commit, path) or b""
                full = full or bool(content.strip())
                self.handed.append(Handed(task=need.task, path=path, size=len(content), text=_head_of(content)))
            if not full:
                self._missing.append((commit, need.task, pattern))


def _head_of(content: bytes) -> str:
    try:
        text = content[: HEAD * 4].decode()
    except UnicodeDecodeError as error:
        if error.start < len(content[: HEAD * 4]) - 3 or not error.start:
            return ""
        text = content[: error.start].decode()
    return "" if "\0" in text else text[:HEAD]

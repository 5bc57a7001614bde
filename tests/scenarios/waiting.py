"""Waiting for what other processes do, by the kernel's word: never by sleeping, and not once nobody works any more."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import anyio

from orchestrator.files.bell import Bell

PATIENCE_S = 90.0
"""What a loaded machine may take for anything; nothing waits this long when all is well."""


class Worker(Protocol):
    """A process that may make it so."""

    pid: int

    @property
    def alive(self) -> bool: ...


class Wait:
    """Looks again whenever something in a folder (or what leads to it) changes; gives up once nobody works any more."""

    def __init__(self, folder: Path, done: Callable[[], bool], workers: Sequence[Worker]) -> None:
        self._folder, self._done, self._workers = folder, done, workers

    def is_over(self) -> bool:
        """Wait; say whether it has become so."""
        return anyio.run(self._race)

    async def _race(self) -> bool:
        seen = False
        with anyio.move_on_after(PATIENCE_S):
            async with anyio.create_task_group() as group:
                group.start_soon(self._until_nobody_works, group.cancel_scope)
                await self._look()
                seen = True  # it may be so for a moment only
                group.cancel_scope.cancel()
        return seen or self._done()

    async def _until_nobody_works(self, scope: anyio.CancelScope) -> None:
        for worker in self._workers:
            if worker.alive:
                handle = os.pidfd_open(worker.pid)
                try:
                    await anyio.wait_readable(handle)
                finally:
                    os.close(handle)
        scope.cancel()

    async def _look(self) -> None:
        while True:
            here = next(path for path in (self._folder, *self._folder.parents) if path.is_dir())
            bell = Bell(here)
            try:
                while not self._is_nearer(here):
                    if self._done():
                        return
                    await bell.wait()
            finally:
                bell.close()

    def _is_nearer(self, here: Path) -> bool:
        """Say whether a folder nearer to the one we mean is there by now."""
        return here != self._folder and (here / self._folder.relative_to(here).parts[0]).is_dir()

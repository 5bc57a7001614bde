"""The product as a library: `async with orchestrator.open(path) as project`.

The same engine, journal and files as the command line; whatever one left, the other resumes. Every method leaves
everything on disk: a crash after it loses nothing, a crash within it is resumed by the next call of any of them, by any
process. Nothing here keeps state of its own but the seat `step` works from.
"""

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from orchestrator.codec.moments import moment_or_none
from orchestrator.daemon.desk import reading
from orchestrator.daemon.project import Project, find_root, load_settings
from orchestrator.daemon.run import Bench, Request, Watcher, run
from orchestrator.model.scope import Scope
from orchestrator.model.world import Task
from orchestrator.views.queuefile import result_of

Answer = dict[str, Any]


class OpenProject:
    """A project at hand. Methods raise InvalidInputError, JournalError and OrchestratorError as the commands do."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._stack = contextlib.AsyncExitStack()
        self._bench: Bench | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def state(self) -> Answer:
        """Give how everything stands now: the shape of `orchestrator status --json`. Changes nothing."""
        async with reading(self._project) as desk:
            answer: Answer = msgspec.to_builtins(await desk.status())
            return answer

    async def results(self) -> dict[str, Answer]:
        """Give what came of every task so far, `queue/ID` to its result fields, as queue files have them."""
        async with reading(self._project) as desk:
            return {ref: _result(task) for ref, task in desk.world.tasks.items()}

    async def run(self, **limits: Any) -> Answer:
        """Work until nothing can proceed, as `orchestrator run`.

        `limits` are the fields of Scope (`queues`, `task`, `workers`, `max_iterations`, ...). Gives `exit` (the
        command's exit code), `reason` and `seq`.
        """
        await self._leave()
        report = await run(self._project, Request(_scope(limits), signals=False), _nobody())
        return {"exit": report.leave.exit_code, "reason": report.leave.reason, "seq": report.status.seq}

    async def run_until(self, target: str, **limits: Any) -> Answer:
        """Work until `queue/ID` has ended or `gate:ID` is open, starting nothing that it does not wait for."""
        return await self.run(until=target, **limits)

    async def step(self, **limits: Any) -> list[Answer]:
        """Do exactly one next thing and record it: one commit at least, one agent call at most.

        Gives the events of that commit; empty where nothing can be done now. Until the project is left (or `run` is
        called) this process is the worker of what it has claimed.
        """
        if self._bench is None:
            self._bench = await self._stack.enter_async_context(Bench.sit(self._project, Request(_scope(limits))))
        events = await self._bench.step()
        return [msgspec.to_builtins(event) for event in events]

    async def checkpoint(self) -> Answer:
        """Put everything on disk that is not there yet: the files of attempts under way, and a snapshot of the world.

        Gives the `seq` that stands, and `captured`: a ref for each attempt whose working files were kept.
        """
        if self._bench is not None:
            return await self._bench.checkpoint()
        async with Bench.sit(self._project, Request(Scope())) as bench:
            return await bench.checkpoint()

    async def _leave(self) -> None:
        self._bench = None
        await self._stack.aclose()
        self._stack = contextlib.AsyncExitStack()


def open_project(path: str | os.PathLike[str] = ".") -> OpenProject:
    """Find and read the project at or above a path. Raises InvalidInputError, naming every problem."""
    root = find_root(Path(path), None)
    return OpenProject(Project(root, load_settings(root)))


def _scope(limits: dict[str, Any]) -> Scope:
    known = {field: value for field, value in limits.items() if field in Scope.__struct_fields__}
    if unknown := sorted(set(limits) - set(known)):
        raise TypeError(f"unknown limit {', '.join(unknown)}; known: {', '.join(Scope.__struct_fields__)}")
    return Scope(**{**known, **({"queues": tuple(known["queues"])} if known.get("queues") else {})})


def _nobody() -> Watcher:
    return Watcher(warn=lambda _: None, commits=lambda *_: None, started=lambda _: None)


def _result(task: Task) -> Answer:
    found = result_of(task)
    return {
        "status": found.status.value,
        "attempts": found.attempts,
        "iterations": found.iterations,
        "verification_verdict": found.verdict or None,
        "passes": found.status == "completed",
        "error": found.error or None,
        "last_attempt": moment_or_none(found.last_attempt),
        "completed_at": moment_or_none(found.completed_at),
        "files_actually_changed": list(found.files),
        "branch": found.branch or None,
        "commit": found.commit or None,
        "cost_usd": found.usd,
    }

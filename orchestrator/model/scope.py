"""What one `run` is asked to work on and how it may end."""

import msgspec

from orchestrator.model.ids import queue_of


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One process's share: which queues or task, and the limits that are this process's own."""

    queues: tuple[str, ...] | None = None
    """None: every queue."""
    task: str | None = None
    workers: int | None = None
    """Tasks at once in all; None: the sum over the queues' own `workers`."""
    max_iterations: int | None = None
    max_tasks: int | None = None
    max_usd: float | None = None
    max_tokens: int | None = None
    max_wall_s: float | None = None
    """Seconds on the clock, from its start; None: as `[budget] wall` says."""
    until: str | None = None
    """Go only so far: a task (`queue/ID`) or a gate (`gate:ID`), and nothing it does not wait for."""
    agent: str | None = None
    watch: bool = False
    interactive: bool = True

    def covers(self, queue: str) -> bool:
        """Say whether a queue is in scope."""
        return self.queues is None or queue in self.queues

    def holds(self, task: str) -> bool:
        """Say whether a task (`queue/ID`) is in scope."""
        return self.covers(queue_of(task)) and (self.task is None or self.task == task)


class Leave(msgspec.Struct, frozen=True):
    """How a run ended: its exit code (0 done, 1 failed or blocked, 2 usage, 3 limit, 4 journal, 5 waiting, 130)."""

    exit_code: int
    reason: str

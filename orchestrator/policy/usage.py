"""What one run has used of what it may: iterations, tasks, money, tokens. Pure, but for the count itself."""

from orchestrator.model import events as e
from orchestrator.model.spending import micros


class Usage:
    """Counts from what this process records itself; begins at nothing with each run."""

    def __init__(self) -> None:
        self._runs: set[tuple[str, int, int]] = set()
        self._tasks: set[str] = set()
        self.micros = self.tokens = 0
        """Millionths of a dollar, and tokens, of agents and of checks that are agents."""

    @property
    def iterations(self) -> int:
        """How many agents' calls count against `--max-iterations`."""
        return len(self._runs)

    @property
    def tasks(self) -> int:
        """How many tasks it has begun."""
        return len(self._tasks)

    def count(self, event: e.Event) -> None:
        """Take in an event this run has recorded."""
        if isinstance(event, e.IterationStarted) and not event.restarted:
            self._runs.add((event.task, event.attempt, event.iteration))
        elif isinstance(event, e.AgentFinished | e.VerdictReached):
            self.micros, self.tokens = self.micros + micros(event.usd), self.tokens + event.tokens
            if isinstance(event, e.AgentFinished) and not event.consumed:
                self.give_back(event.task, event.attempt, event.iteration)
        elif isinstance(event, e.TaskClaimed) and not event.resumed and event.attempt == 1:
            self._tasks.add(event.task)

    def give_back(self, task: str, attempt: int, iteration: int) -> None:
        """Forget a call that came to nothing through no fault of the agent's."""
        self._runs.discard((task, attempt, iteration))

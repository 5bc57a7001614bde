"""What agents are doing now, or did in one iteration: transcripts found by what the journal says. Only ever looks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from orchestrator.agents.folders import RunFolder
from orchestrator.agents.transcripts import Transcript, profile_named
from orchestrator.daemon.desk import Desk
from orchestrator.model import events as e
from orchestrator.model.agent_events import AgentEvent
from orchestrator.model.world import Step, World
from orchestrator.ports.agents import RunKey
from orchestrator.processes.traces import read_end


class Iteration(NamedTuple):
    """One iteration and the agent that worked in it."""

    key: RunKey
    agent: str


class Watching:
    """Follows the iterations that run. `desk` is caught up by whoever asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._agents: dict[RunKey, str] = {i.key: i.agent for i in running(desk.world)}
        self._known: dict[RunKey, Transcript] = {}
        self._open: dict[RunKey, Transcript] = {}
        desk.ledger.observers.append(self._note)

    def _note(self, _world: World, commits: Sequence[e.Commit], _touched: object) -> None:
        self._agents.update(iterations(commits))

    def at_work(self) -> tuple[Iteration, ...]:
        """List the iterations whose agents are at work now."""
        return tuple(running(self._desk.world))

    async def catch_up(self) -> None:
        """Learn what was begun since."""
        await self._desk.ledger.catch_up()

    def begin(self, key: RunKey) -> Transcript | None:
        """Follow an iteration, also one that begins once more; None where the journal knows nothing of it."""
        if key not in self._agents:
            return None
        if key in self._known:
            self._known[key].again()
        else:
            self._known[key] = self.transcript(Iteration(key, self._agents[key]))
        self._open[key] = self._known[key]
        return self._open[key]

    def new(self) -> Iterator[tuple[RunKey, AgentEvent]]:
        """Give what happened in all iterations that are followed, one after the other."""
        for key, transcript in tuple(self._open.items()):
            for event in transcript.new():
                yield key, event

    def finish(self, key: RunKey) -> Iterator[AgentEvent]:
        """Give the rest of an iteration that ended, and follow it no more."""
        transcript = self._open.pop(key, None)
        return iter(()) if transcript is None else transcript.finish(exit_code(self.folder(key)))

    def followed(self, key: RunKey) -> bool:
        """Say whether an iteration is followed."""
        return key in self._open

    def folder(self, key: RunKey) -> RunFolder:
        """Give an iteration's folder."""
        return RunFolder(self._desk.project.state / "runs", key)

    def transcript(self, iteration: Iteration) -> Transcript:
        """Open what an iteration's agent wrote."""
        return Transcript(self.folder(iteration.key), profile_named(self._desk.project.settings, iteration.agent))


def running(world: World) -> Iterator[Iteration]:
    """List the iterations whose agents are at work."""
    for key in world.claims:
        task = world.claimed(key)
        attempt = task.attempt
        if attempt is not None and attempt.step is Step.AGENT:
            yield Iteration(RunKey(task.ref, attempt.number, attempt.iteration), attempt.agent)


def iterations(commits: Iterable[e.Commit]) -> dict[RunKey, str]:
    """Say which agents began which iterations."""
    begun = (event for commit in commits for event in commit.events if isinstance(event, e.IterationStarted))
    return {RunKey(event.task, event.attempt, event.iteration): event.agent for event in begun}


def exit_code(folder: RunFolder) -> int | None:
    """Read the exit status of an ended run; None for one that was killed or has not ended."""
    end = read_end(str(folder.path))
    return end.code if end is not None else None

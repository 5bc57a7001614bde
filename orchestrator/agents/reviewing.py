"""Agents that review. Each is a fresh call in a clean checkout that it cannot change, with a folder of its own.

A call of a number that has ended already is read again, never repeated; one that was cut short starts anew, for its
checkout was somebody else's meanwhile, and so does one that failed.
"""

from pathlib import Path

import msgspec

from orchestrator.agents.guarded import GuardedAgents
from orchestrator.agents.surroundings import Surroundings, installed
from orchestrator.errors import FaultError
from orchestrator.model.commands import NoteAgent
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.policy.prices import charge, model_of
from orchestrator.policy.reviewing import reviewer_of
from orchestrator.policy.staffing import agent_settings
from orchestrator.ports.agents import AgentEnd, Job, Outcome, RunKey
from orchestrator.ports.reviewer import Reviewed, ReviewOrder
from orchestrator.ports.runner import Place, Runner
from orchestrator.ports.workspace import AttemptKey

_SAID = frozenset({Outcome.CLAIMED, Outcome.INCOMPLETE})
"""Outcomes of a call that came to its proper end."""


class GuardedReviewer:
    """Implements `ports.reviewer.Reviewer`."""

    def __init__(self, settings: Settings, runner: Runner, around: Surroundings) -> None:
        self._settings = settings
        self._runner = runner
        self._around = around

    def name(self, order: ReviewOrder) -> str:
        """Say who would review."""
        found = reviewer_of(self._settings, order.agent, order.author, installed(self._around.environ))
        if found is None:
            who = f"agent {order.agent} is neither defined nor installed" if order.agent else "there is no agent"
            raise FaultError(
                f"{who} to review; define one in orchestrator.toml, or name another in the check's `agent`"
            )
        return found

    async def review(self, order: ReviewOrder) -> Reviewed:
        """Have one review written."""
        name = self.name(order)
        configured = agent_settings(self._settings, name) or AgentSettings(name=name)
        agent = msgspec.structs.replace(configured, on_interrupt="restart")
        settings = msgspec.structs.replace(self._settings, agents={**self._settings.agents, name: agent})
        places = _Sealed(order.place)
        agents = GuardedAgents(settings, self._runner, places, order.place.project, self._around, Path(order.folder))
        job = _job(order, name)
        end = await agents.run(job)
        if end.outcome not in _SAID:
            await agents.set_aside(job.key)
            raise FaultError(f"reviewer {name}: {end.outcome.value}{f': {end.note}' if end.note else ''}")
        return self._reviewed(name, agent, end)

    def _reviewed(self, name: str, agent: AgentSettings, end: AgentEnd) -> Reviewed:
        note = NoteAgent(
            task="",
            fence=0,
            outcome=end.outcome,
            claimed=end.claimed,
            seconds=end.seconds,
            usd=end.usd,
            tokens=end.tokens,
            input_tokens=end.input_tokens,
            cached_tokens=end.cached_tokens,
            output_tokens=end.output_tokens,
            priced=end.priced,
        )
        cost = charge(self._settings, model_of(agent, end.model), note)
        return Reviewed(agent=name, text=end.final, usd=cost.usd, tokens=end.tokens, priced=cost.priced)


def _job(order: ReviewOrder, name: str) -> Job:
    return Job(
        key=RunKey(order.task, order.attempt, order.number),
        agent=name,
        prompt=order.prompt,
        promise=None,
        slot=1,
        timeout_s=order.timeout_s,
        taken_over=True,
    )


class _Sealed:
    """Where a reviewer works: the checkout as it is, read-only, its run's own folders aside."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def place(self, key: AttemptKey, run_dir: str) -> Place:  # noqa: ARG002 - there is but one
        writable = tuple(str(Path(run_dir) / part) for part in ("scratch", "home"))
        for folder in writable:
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        readable = (*self._place.readable, run_dir)
        return msgspec.structs.replace(self._place, sealed=True, readable=readable, writable=writable)

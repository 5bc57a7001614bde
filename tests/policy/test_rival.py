"""Hypothesis plays projects at random, and a dumb rival that keeps nothing must come to the same at every commit."""

import os
from collections.abc import Sequence
from random import Random
from typing import TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orchestrator.codec.lines import decode, encode
from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.conditions import TaskIs
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.asks import answer
from orchestrator.policy.chains import chains
from orchestrator.policy.decide import decide
from orchestrator.policy.initiative import initiative
from orchestrator.policy.reasons import reason_for
from orchestrator.policy.seat import running
from tests.policy.playing.outcomes import OUTCOMES
from tests.policy.playing.rival import ENDED, Rival
from tests.policy.playing.stage import Chair, Stage
from tests.policy.playing.words import EPOCH

CONFIGURED = Settings(
    agent="sh",
    agents={"sh": AgentSettings(name="sh"), "one": AgentSettings(name="one", concurrency=1)},
    queues={name: QueueSettings(workers=4) for name in ("q", "late")},
    resources={"staging": 2},
    max_iterations=3,
)
ENDINGS: dict[type[f.Effect], tuple[tuple[str, ...], ...]] = {
    f.Prepare: (("prepared",),) * 9 + (("fault", "git"),),
    f.RunAgent: (("agent", "claimed"),) * 9 + (("agent", "crashed"), ("fault", "sh"), ("lost",), ("workspace-lost",)),
    f.CaptureWork: (("capture",),) * 9 + (("workspace-lost",), ("fault", "git")),
    f.Judge: (("verdict", "PASS"),) * 6 + (("verdict", "FAIL", "no"), ("verdict", "BLOCKED", "ci"), ("fault", "tests")),
    f.Combine: (("proposal",),) * 6 + (("collision", "x"), ("fault", "git")),
    f.Advance: (("landed",),) * 6 + (("missed",), ("fault", "git")),
}  # fmt: skip
T = TypeVar("T")
ANY = st.integers(0, 10_000)
PICKED = st.sampled_from
ASKS = ("retry", "retry", "retry", "take over", "skip", "cancel", "revert", "override", "abort")
Drawn = tuple[str, list[int], list[str], list[str], tuple[int, int, str | None, int]]
DRAWN = (
    PICKED(["q", "q", "q", "r", "late"]),
    st.lists(ANY, max_size=1),
    st.lists(PICKED(["db", "db:read", "db", "db:read", "staging", "auth"]), max_size=1),
    st.lists(PICKED(["a.py", "b.py"]), max_size=1),
    st.tuples(st.integers(0, 2), st.integers(1, 3), PICKED([None, None, None, "one"]), PICKED([0, 0, 0, 30])),
)
SEATS = st.tuples(PICKED([None, None, ("q",), ("r", "late")]), PICKED([None, None, None, 2]))


class Project(RuleBasedStateMachine):
    """Files, seats, agents and people do what they like; the rules decide what comes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.stage, self.rival = Stage(), Rival()
        self.stage.settings = CONFIGURED
        self.heard = 0
        self.statuses: dict[str, str] = {}
        self.past: list[tuple[str, f.Effect]] = []

    @initialize(
        tasks=st.lists(st.tuples(*DRAWN), min_size=4, max_size=10), seats=st.lists(SEATS, min_size=1, max_size=3)
    )
    def begin(self, tasks: list[Drawn], seats: list[tuple[tuple[str, ...] | None, int | None]]) -> None:
        """Two open queues and one that the first task of the first unlocks."""
        for name, when in (("q", None), ("r", None), ("late", TaskIs(task="q/T0"))):
            self.stage.happen("files", e.QueueAdded(queue=name, spec=QueueSpec(name=name, unlock_when=when)))
        for drawn in tasks:
            self._add(drawn)
        for seat in seats:
            self._start(*seat)

    # -- the files -------------------------------------------------------------------------------------------------

    @rule(drawn=st.tuples(*DRAWN))
    def add(self, drawn: Drawn) -> None:
        """Add a task that may wait for tasks there are."""
        self._add(drawn)

    def _add(self, drawn: Drawn) -> None:
        queue, after, resources, files, (priority, hours, agent, start) = drawn
        known = list(self.stage.world.tasks)
        number = sum(isinstance(ev, e.TaskAdded) for commit in self.stage.commits for ev in commit.events)
        spec = TaskSpec(
            id=f"T{number}",
            dependencies=tuple(dict.fromkeys(known[i % len(known)] for i in after if known)),
            resources=tuple(resources),
            files=tuple(files),
            priority=priority,
            estimate_s=hours * 3600,
            agent=agent,
            start=self.stage.now + start * 1000 if start else None,
        )
        self.stage.happen("files", e.TaskAdded(task=f"{queue}/T{number}", spec=spec, order=number % 3))

    @precondition(lambda self: self.stage.world.tasks)
    @rule(pick=ANY, priority=st.integers(0, 2))
    def edit(self, pick: int, priority: int) -> None:
        """Make a task more or less urgent."""
        task = self._one(list(self.stage.world.tasks.values()), pick)
        spec = msgspec.structs.replace(task.spec, priority=priority)
        self.stage.happen("files", e.TaskEdited(task=task.ref, spec=spec))

    @precondition(lambda self: self._removable())
    @rule(pick=ANY, back=st.booleans())
    def remove(self, pick: int, back: bool) -> None:  # noqa: FBT001 - drawn
        """Remove a task nobody works on or waits for, and perhaps add it again."""
        ref = self._one(self._removable(), pick)
        spec = self.stage.world.tasks[ref].spec
        self.stage.happen("files", e.TaskRemoved(task=ref))
        if back:
            self.stage.happen("files", e.TaskAdded(task=ref, spec=spec))

    def _removable(self) -> list[str]:
        world = self.stage.world
        return [ref for ref in world.tasks if ref not in world.claims and ref not in world.dependents]

    # -- people ----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.stage.world.tasks)
    @rule(pick=ANY, what=PICKED(ASKS))
    def ask(self, pick: int, what: str) -> None:
        """Ask for something; a refusal changes nothing."""
        self._ask(pick, what)

    def _ask(self, pick: int, what: str) -> None:
        if not self.stage.world.tasks:
            return
        ref = self._one(list(self.stage.world.tasks), pick)
        asks: dict[str, c.Ask] = {
            "retry": c.Retry(task=ref, by="ana"),
            "take over": c.Retry(task=ref, by="ana", take_over=True),
            "skip": c.Skip(task=ref, reason="no", by="ana"),
            "cancel": c.Cancel(task=ref, by="ana"),
        }
        asked = asks.get(what) or c.Decide(task=ref, decision=what, reason="so", by="ana")
        if self._living():
            said = answer(self.stage.world, asked, self.stage.seat(self._living()[0]))
            if not isinstance(said, c.Refusal) and said:
                self.stage.happen("person", *said)

    @rule(queue=PICKED(["q", "r"]), held=PICKED([True, False, False]))
    def hold(self, queue: str, held: bool) -> None:  # noqa: FBT001 - drawn
        """Pause a queue or let it go on."""
        self.stage.happen("person", (e.QueuePaused if held else e.QueueResumed)(queue=queue))

    # -- processes -------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self._living()) < 3)
    @rule(seat=SEATS)
    def start(self, seat: tuple[tuple[str, ...] | None, int | None]) -> None:
        """Start a process."""
        self._start(*seat)

    def _start(self, queues: tuple[str, ...] | None, workers: int | None) -> None:
        name = f"P{len(self.stage.chairs)}"
        scope = Scope(queues=queues, workers=workers)
        self.stage.chairs[name] = Chair(name=name, scope=scope, since=self.stage.now)

    @precondition(lambda self: len(self._living()) > 1)
    @rule(pick=ANY)
    def die(self, pick: int) -> None:
        """Kill a process; it remembers what it was doing."""
        name = self._one(self._living(), pick)
        self.past += [(name, effect) for effect in self.stage.due(name).values()]
        self.stage.chairs[name].alive = False

    @precondition(lambda self: self._living())
    @rule(seed=ANY, moves=st.integers(20, 60))
    def work(self, seed: int, moves: int) -> None:
        """Let the processes do what they ought to and effects end, in whatever way."""
        dice = Random(seed)  # noqa: S311 - of one seed: drawing each move would leave too few of them
        for _ in range(moves):
            name = dice.choice(self._living())
            if events := self._decided(name):
                self.stage.happen(name, *events)
            elif not self._end(name, dice.randrange(99), dice.randrange(99)):
                self.stage.now += 15_000
                self._ask(dice.randrange(99), dice.choice(ASKS))
            self._hear()

    @precondition(lambda self: len(self._living()) > 1)
    @rule(pick=ANY)
    def race(self, pick: int) -> None:
        """Let two decide on the same world: the journal takes one, and the other decides again."""
        first = self._one(self._living(), pick)
        second = self._one([name for name in self._living() if name != first], pick // 7)
        both = {name: self._decided(name) for name in (first, second)}
        if both[first]:
            self.stage.happen(first, *both[first])
            self._hear()
            both[second] = self._decided(second)
        if both[second]:
            self.stage.happen(second, *both[second])

    def _decided(self, name: str) -> tuple[e.Event, ...]:
        """Ask a process for its next commit, and the rival what it must be."""
        stage, seat = self.stage, self.stage.seat(name)
        events = initiative(stage.world, stage.agenda, stage.now, seat)
        first = events[0] if events else None
        if first is None:
            assert self.rival.startable(stage.now, seat) == []
        elif isinstance(first, e.QueueUnlocked):
            assert {ev.queue for ev in events if isinstance(ev, e.QueueUnlocked)} <= self.rival.owed
        elif isinstance(first, e.TaskClaimed) and self.rival.owner(first.task) is not None:
            assert first.task in self.rival.orphans(seat)
            assert (first.attempt, first.resumed) == (self.rival.attempt(first.task), True)
        elif isinstance(first, e.TaskClaimed):
            assert first.task == self.rival.startable(stage.now, seat)[0]
            number = self.rival.attempt(first.task)
            assert first.attempt == (number or self.rival.attempts(first.task) + 1)
        return events

    # -- what comes of effects -------------------------------------------------------------------------------------

    def _end(self, name: str, pick: int, how: int) -> bool:
        effects = list(self.stage.due(name).values())
        if effects:
            effect = self._one(effects, pick)
            what, *words = self._one(ENDINGS[type(effect)], how)
            lines = self.stage.came(name, effect, what, words, {})
            assert not any(line.startswith("refused") for line in lines)
            self.past.append((name, effect))
        return bool(effects)

    @precondition(lambda self: self._stale())
    @rule(pick=ANY, how=ANY)
    def too_late(self, pick: int, how: int) -> None:
        """Whoever reports under a fence that is not the claim's any more changes nothing."""
        name, effect = self._one(self._stale(), pick)
        assert not isinstance(effect, f.OfNoTask)
        what, *words = self._one([way for way in ENDINGS[type(effect)] if way[0] not in _NEED_AN_ATTEMPT], how)
        outcome = OUTCOMES[what](self.stage.world, effect, "main@0", words, {})
        assert isinstance(decide(self.stage.world, outcome, self.stage.now, self.stage.seat(name)), c.Refusal)

    def _stale(self) -> list[tuple[str, f.Effect]]:
        tasks = self.stage.world.tasks
        found: list[tuple[str, f.Effect]] = []
        for name, effect in self.past:
            task = None if isinstance(effect, f.OfNoTask) else tasks.get(effect.task)
            fits = [way for way in ENDINGS[type(effect)] if way[0] not in _NEED_AN_ATTEMPT]
            if fits and task is not None and (task.claim is None or task.claim.fence != getattr(effect, "fence", 0)):
                found.append((name, effect))
        return found

    # -- time, and the end of it -----------------------------------------------------------------------------------

    @rule(seconds=st.integers(1, 40))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.stage.now += seconds * 1000

    @rule()
    def crash(self) -> None:
        """Throw the world away and fold it again from the lines of the journal."""
        world, agenda = World(), Agenda()
        for commit in self.stage.commits:
            apply(world, decode(encode(commit)))
        world.touched = {}
        agenda.update(world, ())
        assert world == self.stage.world
        self.stage.world, self.stage.agenda = world, agenda

    # -- what must hold after every rule ---------------------------------------------------------------------------

    def _hear(self) -> None:
        for commit in self.stage.commits[self.heard :]:
            self.rival.hear(commit)
            self.heard += 1
            for ref in {event.task for event in commit.events if isinstance(event, _MOVING)} & self.statuses.keys():
                left = self.statuses[ref] in ENDED and self.rival.status(ref) != self.statuses[ref]
                assert not left or commit.by == "person", f"{ref} was {self.statuses[ref]}: {commit}"
            self.statuses = {ref: self.rival.status(ref) for ref in self.rival.tasks()}
        self.rival.learn(chains(self.stage.world).lengths)

    @invariant()
    def both_say_the_same(self) -> None:
        """Compare the world and its index with what the rival reads out of the events."""
        self._hear()
        world, rival = self.stage.world, self.rival
        assert sorted(world.tasks) == sorted(rival.tasks())
        for ref, task in world.tasks.items():
            assert (ref, task.status) == (ref, rival.status(ref))
            assert (ref, task.iterations) == (ref, rival.iterations(ref))
            assert (ref, task.attempts) == (ref, rival.attempts(ref))
            assert (ref, task.attempt.number if task.attempt else None) == (ref, rival.attempt(ref))
        assert world.claims == rival.claimed()
        assert world.spent.iterations >= sum(task.iterations for task in world.tasks.values())
        assert list(self.stage.agenda.candidates(world.queues)) == rival.waiting()

    @invariant()
    def nothing_is_held_twice(self) -> None:
        """Look at what is claimed side by side."""
        held = [self.rival.spec(ref) for ref in self.rival.claimed()]
        for name in ("db", "auth"):
            writers = sum(name in spec.resources for spec in held)
            readers = sum(f"{name}:read" in spec.resources for spec in held)
            assert writers <= 1
            assert not (writers and readers)
        assert sum("staging" in spec.resources for spec in held) <= 2
        assert sum("a.py" in spec.files for spec in held) <= 1
        assert sum(spec.agent == "one" for spec in held) <= 1
        slots = [(t.ref.partition("/")[0], t.claim.slot) for t in self.stage.world.tasks.values() if t.claim]
        assert len(set(slots)) == len(slots)

    @invariant()
    def whoever_does_not_run_has_one_reason(self) -> None:
        """Ask why of every task, from every seat."""
        for name in self._living():
            seat = self.stage.seat(name)
            for task in self.stage.world.tasks.values():
                still = task.status not in ENDED and not running(self.stage.world, task.ref, seat)
                assert (reason_for(self.stage.world, task, self.stage.now, seat) is not None) is still

    # -- within ----------------------------------------------------------------------------------------------------

    def _living(self) -> list[str]:
        return [chair.name for chair in self.stage.chairs.values() if chair.alive]

    @staticmethod
    def _one(among: Sequence[T], pick: int) -> T:
        return among[pick % len(among)]


_MOVING = (e.TaskClaimed, e.AttemptEnded, e.TaskReleased, e.TaskReset, e.TaskCompleted, e.TaskFailed, e.TaskBlocked,
           e.TaskSkipped)  # fmt: skip
_NEED_AN_ATTEMPT = frozenset({"capture", "verdict", "proposal", "collision"})
_PROVING = bool(os.environ.get("PROVE"))
Project.TestCase.settings = settings(
    max_examples=1000 if _PROVING else 60,
    stateful_step_count=80 if _PROVING else 25,
    deadline=None,
    derandomize=not _PROVING,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
    phases=tuple(Phase) if _PROVING else (Phase.generate,),  # shrinking takes minutes: PROVE=1 has them
)
TestProject = pytest.mark.slow(Project.TestCase)


def test_the_rival_knows_what_it_is_told() -> None:
    rival = Rival()
    added = e.TaskAdded(task="q/T", spec=TaskSpec(id="T"))
    events = (e.QueueAdded(queue="q", spec=QueueSpec(name="q")), added, e.TaskSkipped(task="q/T", reason="no"))
    rival.hear(e.Commit(seq=1, id="c", prev="", at=EPOCH, by="t", events=events))
    assert (rival.status("q/T"), rival.waiting(), rival.status("q/U")) == ("skipped", [], "")

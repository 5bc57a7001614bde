"""Deliberate faults of the running code, each small and named: what the simulator must find. None is ever shipped.

A mutant is put in by replacing a name where it is looked up, and taken out again.
"""

# ruff: noqa: D401 - each says what goes wrong while it is in

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import anyio
from msgspec.structs import replace

from orchestrator.engine.carry import carry_out
from orchestrator.engine.engine import Engine
from orchestrator.engine.ledger import Ledger
from orchestrator.engine.parting import Parting
from orchestrator.errors import ConflictError, DiskFullError, JournalError
from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.verdicts import Judgement, Verdict
from orchestrator.model.world import Attempt, Task, World
from orchestrator.policy import agenda, claiming, decide, due, initiative, landing, reasons, seat, train
from orchestrator.policy.seat import Seat
from orchestrator.policy.taking import Taken
from orchestrator.ports.workspace import AttemptKey
from orchestrator.sim.simulation import SimulationError
from orchestrator.sim.workspace import Landing, MemoryWorkspace

Place = tuple[Any, str, Any]
"""Where a name is looked up, the name, and what it means there while the mutant is in."""
Mutant = Callable[[], tuple[Place, ...]]


@contextlib.contextmanager
def put_in(mutant: Mutant) -> Iterator[None]:
    """Put a mutant in, and take it out whatever happens."""
    places = mutant()
    before = [(home, name, getattr(home, name)) for home, name, _ in places]
    try:
        for home, name, wrong in places:
            setattr(home, name, wrong)
        yield
    finally:
        for home, name, right in before:
            setattr(home, name, right)


SEEDS_ON = 12
"""How many seeds further a test hunts: a change of the policy moves what a seed comes upon, and only by a little."""


def hunted(mutant: Mutant, play: Callable[[int], object], first: int) -> bool:
    """Say whether a mutant is found by the seed that found it first, or by one of the next."""
    with put_in(mutant):
        for seed in range(first, first + SEEDS_ON):
            try:
                play(seed)
            except SimulationError:
                return True
    return False


def _never(*_args: object, **_named: object) -> tuple[e.Event, ...]:
    return ()


def _without(rule: str) -> tuple[Place, ...]:
    """Let a process forget one thing it ought to do of its own accord."""
    return (_rules(rule, _never),)


def _rules(rule: str, wrong: Callable[..., tuple[e.Event, ...]]) -> Place:
    right = getattr(initiative, rule)
    return (initiative, "_RULES", tuple(wrong if known is right else known for known in initiative._RULES))


# -- the journal ---------------------------------------------------------------------------------------------------


def no_compare_and_swap() -> tuple[Place, ...]:
    """After a conflict the same decision is appended to whatever stands there now."""

    async def commit(self: Ledger, choose: Callable[[World], decide.Answer]) -> decide.Answer:
        async with self._lock:
            await self._catch_up()
            answer = choose(self.world)
            while not isinstance(answer, c.Refusal) and answer:
                if await self._append(answer):
                    break
                await self._catch_up()
            return answer

    return ((Ledger, "commit", commit),)


def conflict_taken_for_stored() -> tuple[Place, ...]:
    """A conflict is taken for success: what was decided is acknowledged and nowhere."""
    return (_append_without(ConflictError, stored=True),)


def full_disk_taken_for_stored() -> tuple[Place, ...]:
    """A commit the disk had no room for is taken for stored."""
    return (_append_without(DiskFullError, stored=True),)


def appends_after_a_failed_sync() -> tuple[Place, ...]:
    """An append whose fate is unknown is simply made again by a journal that has failed."""
    return (_append_without(JournalError, stored=False),)


def _append_without(kind: type[Exception], *, stored: bool) -> Place:
    async def append(self: Ledger, events: tuple[e.Event, ...]) -> bool:
        name, expected, at = self._ids.new(), self.world.seq, self.clock.now()
        try:
            commit = await self.journal.append(events, expected=expected, by=self.by, at=at, commit_id=name)
        except kind:
            return stored
        except ConflictError:
            return False
        except DiskFullError:
            await self.clock.sleep_until(at + 2000)
            return False
        self._fold([commit])
        return True

    return (Ledger, "_append", append)


# -- wake-ups ------------------------------------------------------------------------------------------------------


def lost_wake_up_of_the_journal() -> tuple[Place, ...]:
    """What others have appended is folded, and nobody looks at it."""

    async def listen(self: Engine) -> None:
        while True:
            await self.ledger.journal.wait(self.world.seq)
            await self.ledger.catch_up()

    return ((Engine, "_listen_to_journal", listen),)


def lost_wake_up_of_the_peers() -> tuple[Place, ...]:
    """A peer dies and nobody looks at what it leaves."""
    return ((Engine, "_listen_to_peers", lambda _self: anyio.sleep_forever()),)


def lost_wake_up_of_the_clock() -> tuple[Place, ...]:
    """A moment comes and nobody looks."""
    return ((Engine, "_alarm", lambda *_: anyio.sleep_forever()),)


def lost_wake_up_of_an_outcome() -> tuple[Place, ...]:
    """An effect reports while the dispatcher sleeps, and does not wake it."""

    async def carry(self: Engine, effect: f.Effect, sat: Seat, scope: anyio.CancelScope) -> None:
        with scope:
            said = await carry_out(effect, self.world, sat, self.hands, self._talk.overhear)
            self._mail.append((effect, said))

    return ((Engine, "_carry", carry),)


# -- who owns what -------------------------------------------------------------------------------------------------


def forgotten_fence() -> tuple[Place, ...]:
    """An outcome counts whoever reports it, also one who slept through a take-over."""

    def holding(self: World, ref: str, _fence: int) -> Task | None:
        task = self.tasks.get(ref)
        return task if task is not None and task.claim is not None else None

    return ((World, "holding", holding),)


def takes_over_from_the_living() -> tuple[Place, ...]:
    """Work is taken over from whoever else has it, dead or not."""
    right = initiative._adopt

    def adopt(world: World, known: agenda.Agenda, now: int, sat: Seat) -> tuple[e.Event, ...]:
        return right(world, known, now, replace(sat, peers={sat.me: None}))

    return (_rules("_adopt", adopt),)


def orphans_are_left() -> tuple[Place, ...]:
    """Nobody takes over what a dead process leaves."""
    return _without("_adopt")


def two_workers_in_one_slot() -> tuple[Place, ...]:
    """Every worker sits down in the first slot."""
    right = seat.free_slot
    return tuple(
        (room, "free_slot", lambda *args: None if right(*args) is None else 1) for room in (initiative, claiming)
    )


def agents_nobody_wants_run_on() -> tuple[Place, ...]:
    """An agent whose task is nobody's any more is not stopped."""
    return ((Parting, "_is_anothers", lambda _self, _world, _key: True),)


# -- what may start ------------------------------------------------------------------------------------------------


def resources_are_held_twice() -> tuple[Place, ...]:
    """Who else uses a resource does not matter."""
    return ((Taken, "_busy", lambda *_: ()),)


def files_are_changed_side_by_side() -> tuple[Place, ...]:
    """Who else changes the same file does not matter."""
    return ((Taken, "_touched", lambda *_: None),)


def starts_before_what_it_depends_on() -> tuple[Place, ...]:
    """Dependencies hold nothing back."""
    return ((agenda, "dependency_met", lambda *_: True), (reasons, "dependency_met", lambda *_: True))


def starts_in_a_held_queue() -> tuple[Place, ...]:
    """Locked, paused, parked: all the same."""
    right = reasons.reason_for
    held = {reasons.Code.LOCKED, reasons.Code.PAUSED, reasons.Code.PARKED}

    def reason(world: World, task: Task, now: int, sat: Seat, **more: Any) -> reasons.Reason | None:
        said = right(world, task, now, sat, **more)
        return replace(said, code=reasons.Code.READY) if said is not None and said.code in held else said

    anywhere = ((room, "startable", lambda *_: True) for room in (initiative, claiming))
    return (*anywhere, (claiming, "reason_for", reason))


def starts_before_its_time() -> tuple[Place, ...]:
    """A moment before which a task may not start is not looked at."""
    wrong = tuple(rule for rule in reasons._RULES if rule is not reasons._time)
    return ((reasons, "_RULES", wrong), (agenda, "earliest", lambda *_: 0))


def a_run_knows_no_limit() -> tuple[Place, ...]:
    """The iterations and tasks a run was given are not counted."""
    return (
        (initiative, "run_over", lambda *_: None),
        (claiming, "run_over", lambda *_: None),
        (Seat, "sated", lambda _self: False),
    )


# -- the verdict and the train -------------------------------------------------------------------------------------


def red_is_called_green() -> tuple[Place, ...]:
    """A FAIL is recorded as a PASS."""
    right = decide._judged

    def judged(
        world: World, task: Task, attempt: Attempt, told: tuple[Judgement, bool], moment: tuple[int, Seat]
    ) -> decide.Answer:
        judgement = replace(told[0], verdict=Verdict.PASS) if told[0].verdict is Verdict.FAIL else told[0]
        return right(world, task, attempt, (judgement, told[1]), moment)

    return ((decide, "_judged", judged),)


def lands_what_was_not_verified_merged() -> tuple[Place, ...]:
    """What passed alone lands merged, without being looked at again."""
    right = due._landing

    def lands(world: World, sat: Seat, task: Task, attempt: Attempt, claim: Any) -> f.Effect | None:
        effect = right(world, sat, task, attempt, claim)
        if not isinstance(effect, f.Judge):
            return effect
        number, fence = attempt.number, claim.fence
        return f.Advance(task=task.ref, attempt=number, fence=fence, commit=attempt.proposal, onto=attempt.onto)

    return ((due, "_landing", lands),)


def double_landing() -> tuple[Place, ...]:
    """A landing is asked for twice, and the target takes it in twice."""
    right = MemoryWorkspace.advance

    async def advance(self: MemoryWorkspace, key: AttemptKey, commit: str, onto: str) -> bool:
        landed = await right(self, key, commit, onto)
        if landed:
            name, tree = self.target_name(key.task.partition("/")[0]), self.store[commit].tree
            self.landings.append(Landing(key=key, target=name, commit=commit, tree=tree, onto=onto))
        return landed

    return ((MemoryWorkspace, "advance", advance),)


def the_train_has_no_end() -> tuple[Place, ...]:
    """Any number joins the line."""
    return ((train, "window", lambda *_: 99),)


def missed_is_called_landed() -> tuple[Place, ...]:
    """A target that moved elsewhere is recorded as having taken the work in."""
    right = landing.on_the_train

    def on(world: World, outcome: Any, task: Task, attempt: Attempt, moment: tuple[int, Seat]) -> tuple[e.Event, ...]:
        told = replace(outcome, landed=True) if isinstance(outcome, c.NoteAdvance) else outcome
        return right(world, told, task, attempt, moment)

    return ((decide, "on_the_train", on),)


def nobody_wins_a_race() -> tuple[Place, ...]:
    """The first of several that passes does not stop the others."""
    return ((decide, "won", lambda *_: ()),)


# -- what is owed --------------------------------------------------------------------------------------------------


def a_trigger_fires_twice() -> tuple[Place, ...]:
    """What a trigger owes once is recorded twice."""
    right = initiative._fired

    def fired(world: World, now: int) -> tuple[e.Event, ...]:
        events = right(world, now)
        again = (replace(v, count=v.count + 1) for v in events if isinstance(v, e.TriggerFired))
        return (*events, *again)

    return ((initiative, "_fired", fired),)


def a_trigger_does_nothing() -> tuple[Place, ...]:
    """A trigger fires, and what it was to do is lost."""
    return ((initiative, "_deed", lambda *_: ()),)


def triggers_never_fire() -> tuple[Place, ...]:
    """What a trigger owes stays owed."""
    return _without("_fire")


def queues_stay_locked() -> tuple[Place, ...]:
    """The condition that unlocks a queue holds, and nobody unlocks it."""
    return _without("_unlock")


def actions_are_forgotten() -> tuple[Place, ...]:
    """What a trigger wants done outside is never begun."""
    return _without("_act")


def an_action_is_done_by_two() -> tuple[Place, ...]:
    """What one process does outside another begins too."""
    right = initiative._act

    def act(world: World, known: agenda.Agenda, now: int, sat: Seat) -> tuple[e.Event, ...]:
        return right(world, known, now, replace(sat, peers={sat.me: None}))

    return (_rules("_act", act),)


def a_faulty_lane_is_never_tried_again() -> tuple[Place, ...]:
    """Once a lane has met a fault nothing of it starts any more."""
    right = claiming.startable

    def startable(world: World, name: str, now: int, sat: Seat) -> bool:
        return world.queues[name].park is None and right(world, name, now, sat)

    return tuple((room, "startable", startable) for room in (initiative, claiming))


def an_iteration_is_run_again() -> tuple[Place, ...]:
    """After its end is recorded the same iteration begins once more."""
    right = decide._finished

    def finished(task: Task, attempt: Attempt, outcome: c.NoteAgent, sat: Seat) -> e.AgentFinished:
        return replace(right(task, attempt, outcome, sat), consumed=False)

    return ((decide, "_finished", finished),)


# -- money ---------------------------------------------------------------------------------------------------------


def a_call_is_billed_twice() -> tuple[Place, ...]:
    """What a call costs is recorded twice over."""
    right = decide._finished

    def finished(task: Task, attempt: Attempt, outcome: c.NoteAgent, sat: Seat) -> e.AgentFinished:
        said = right(task, attempt, outcome, sat)
        return replace(said, usd=said.usd * 2)

    return ((decide, "_finished", finished),)


def budgets_are_not_asked() -> tuple[Place, ...]:
    """An iteration begins whatever was used already."""
    wrong = tuple(rule for rule in reasons._RULES if rule is not reasons._budget)
    return ((initiative, "over_budget", lambda *_: None), (reasons, "_RULES", wrong))


MUTANTS: tuple[Mutant, ...] = (
    no_compare_and_swap,
    conflict_taken_for_stored,
    full_disk_taken_for_stored,
    appends_after_a_failed_sync,
    lost_wake_up_of_the_journal,
    lost_wake_up_of_the_peers,
    lost_wake_up_of_the_clock,
    lost_wake_up_of_an_outcome,
    forgotten_fence,
    takes_over_from_the_living,
    orphans_are_left,
    two_workers_in_one_slot,
    agents_nobody_wants_run_on,
    resources_are_held_twice,
    files_are_changed_side_by_side,
    starts_before_what_it_depends_on,
    starts_in_a_held_queue,
    starts_before_its_time,
    a_run_knows_no_limit,
    red_is_called_green,
    lands_what_was_not_verified_merged,
    double_landing,
    the_train_has_no_end,
    missed_is_called_landed,
    nobody_wins_a_race,
    a_trigger_fires_twice,
    a_trigger_does_nothing,
    triggers_never_fire,
    queues_stay_locked,
    actions_are_forgotten,
    an_action_is_done_by_two,
    a_faulty_lane_is_never_tried_again,
    an_iteration_is_run_again,
)
"""Looked for in storms, `sim.simulation`."""
OF_MONEY: tuple[Mutant, ...] = (
    a_call_is_billed_twice,
    budgets_are_not_asked,
)
"""Looked for in days, `sim.day`."""

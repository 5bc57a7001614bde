"""The loop: catch up, decide, append, fold, due, act.

Theory of operation
- One dispatcher per process. It takes in outcomes, makes the commits this process ought to make (`initiative`), then
  compares what ought to be running (`due`) with what is, starting and cancelling the difference. Then it sleeps until
  a commit, an outcome, a peer's coming or going, a person's edit or the next alarm.
- Effects run beside it and report outcomes; they never write. An effect that is no longer due is cancelled, and an
  agent whose claim is nobody's any more is stopped. One whose claim went to another worker is that worker's.
- Killing the process at any point is safe: what is due follows from the journal alone.
"""

from collections.abc import Callable
from datetime import UTC, tzinfo
from functools import partial

import anyio
from anyio.abc import TaskGroup

from orchestrator.engine.carry import carry_out
from orchestrator.engine.hands import Hands
from orchestrator.engine.ledger import Ledger
from orchestrator.engine.parting import Parting, key_of
from orchestrator.engine.talk import Talk
from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.scope import Leave, Scope
from orchestrator.model.settings import Settings
from orchestrator.model.world import World
from orchestrator.policy.alarm import alarm
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer, decide
from orchestrator.policy.due import due
from orchestrator.policy.initiative import initiative
from orchestrator.policy.outlook import SIGNALLED, Stay, outlook
from orchestrator.policy.race import given_back
from orchestrator.policy.seat import Seat
from orchestrator.policy.talk import replied
from orchestrator.policy.tidings import messages
from orchestrator.policy.until import needed
from orchestrator.policy.usage import Usage
from orchestrator.ports.agents import RunKey
from orchestrator.ports.journal import Journal, Presence
from orchestrator.ports.time import Clock, Ids
from orchestrator.ports.workspace import AttemptKey


class Engine:
    """One process at the journal. `me` is its name: every claim it makes and every commit it writes carries it."""

    def __init__(  # noqa: PLR0913, PLR0917 - these are the ports; each is named by every caller
        self,
        journal: Journal,
        hands: Hands,
        clock: Clock,
        ids: Ids,
        presence: Presence,
        settings: Settings,
        me: str,
        *,
        installed: tuple[str, ...] = (),
        world: World | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        self.ledger = Ledger(journal, clock, ids, me, world, self.seat)
        self.ledger.rider = partial(messages, settings=settings)
        self.hands, self.clock, self.presence, self.settings, self.me = hands, clock, presence, settings, me
        self.installed, self.zone = installed, zone
        self.scope = Scope()
        self.ready_to_leave: Callable[[], bool] = lambda: True
        """Asked before leaving: a window that still has edits to take in says no and wakes us when it has."""
        self.waiting_for = ""
        self._usage = Usage()
        self._only: tuple[int, frozenset[str]] | None = None
        self._since = clock.now()
        self._draining = self._stopping = self._detaching = False
        self._wake = anyio.Event()
        self._running: dict[f.Effect, anyio.CancelScope] = {}
        self._mail: list[tuple[f.Effect, c.Outcome]] = []
        self._looked = anyio.Event()  # set, and made anew, when what runs has been compared with what is due
        self._talk, self._parting = Talk(hands.agents, self.wake), Parting(hands, self.wake)

    # -- what others may ask of a running engine -------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The world as this process sees it."""
        return self.ledger.world

    def wake(self) -> None:
        """Look again: something outside may have changed."""
        self._wake.set()

    def drain(self) -> None:
        """Finish what runs and start nothing."""
        self._draining = True
        self.wake()

    def stop(self) -> None:
        """End the agents, give the claims back and leave."""
        self._draining = self._stopping = True
        self.wake()

    def detach(self) -> None:
        """Leave at once; agents live on under their guardians and are adopted by the next run."""
        self._detaching = True
        self.wake()

    async def ask(self, ask: c.Ask) -> Answer:
        """Do what a person asks, or say why not."""
        return await self.ledger.commit(lambda world: answer(world, ask, self.seat(world), self.clock.now()))

    async def propose(self, decide_on: Callable[[World], Answer]) -> Answer:
        """Append what a function decides on the current world."""
        return await self.ledger.commit(decide_on)

    def seat(self, world: World) -> Seat:
        """Say where this process sits now."""
        return Seat(
            me=self.me,
            scope=self.scope,
            settings=self.settings,
            peers=self.presence.peers(),
            targets={name: self.hands.workspace.target_name(name) for name in world.queues},
            installed=self.installed,
            sandbox=self.hands.agents.sandbox(""),
            since=self._since,
            used=self._usage.iterations,
            micros=self._usage.micros,
            tokens=self._usage.tokens,
            taken=self._usage.tasks,
            only=self._needed(world),
            zone=self.zone,
            draining=self._draining,
            full=self.ledger.full_until is not None,
        )

    def _needed(self, world: World) -> frozenset[str] | None:
        """Name what a run that goes only so far may do; found anew when a definition has changed."""
        if self.scope.until is None:
            return None
        if self._only is None or self._only[0] != world.definitions:
            self._only = (world.definitions, needed(world, self.scope.until))
        return self._only[1]

    async def step(self) -> tuple[e.Event, ...]:
        """Do one thing and record it: a commit of our own accord, else one effect carried out to its end.

        Gives what was recorded; nothing where nothing can be done now. Cancelled, an agent goes on under its guardian.
        """
        await self.ledger.catch_up()
        if events := await self._initiative():
            return events
        seat = self.seat(self.world)
        for effect in due(self.world, seat):
            before = self.world.seq
            async with anyio.create_task_group() as group:
                group.start_soon(self._converse, effect)
                group.start_soon(self._listen_to_journal)
                group.start_soon(self._talk.deliver)
                outcome = await carry_out(effect, self.world, seat, self.hands, self._talk.overhear)
                group.cancel_scope.cancel()
            self._mail.append((effect, outcome))
            await self._take_in()
            commits = await self.ledger.journal.read(before)
            if events := tuple(event for commit in commits if commit.by == self.me for event in commit.events):
                return events
        return ()

    async def _converse(self, effect: f.Effect) -> None:
        """Record what an agent says while a step waits for its end, and pass on what people answer."""
        while True:
            self._wake = anyio.Event()
            with anyio.CancelScope(shield=True):  # a word that is taken is recorded
                await self._take_in()
            self._talk.pass_on(self.world, (effect,))
            await self._wake.wait()

    # -- the loop --------------------------------------------------------------------------------------------------

    async def run(self, scope: Scope) -> Leave:
        """Work until nothing in scope can proceed, or a signal ends it."""
        self.scope = scope
        await self.ledger.catch_up()
        leave = Leave(SIGNALLED, "cancelled")
        async with anyio.create_task_group() as group:
            group.start_soon(self._listen_to_journal)
            group.start_soon(self._listen_to_peers)
            group.start_soon(self._talk.deliver)
            leave = await self._dispatch(group)
            group.cancel_scope.cancel()
        self._running.clear()
        self._looked.set()
        return leave

    async def _listen_to_journal(self) -> None:
        while True:
            await self.ledger.journal.wait(self.world.seq)
            await self.ledger.catch_up()
            self.wake()  # after the fold: what it took in while the dispatcher slept must be looked at too

    async def _listen_to_peers(self) -> None:
        while True:
            await self.presence.changed()
            self.wake()

    async def _dispatch(self, group: TaskGroup) -> Leave:
        while True:
            self._wake = anyio.Event()
            await self.ledger.catch_up()
            await self._take_in()
            if self._detaching:
                return Leave(SIGNALLED, "detached: agents go on; the same command adopts them")
            if self._stopping:
                return await self._give_up()
            if await self._initiative():
                continue
            self._reconcile(group)
            self._talk.pass_on(self.world, self._running)
            if self._mail:
                continue
            look = self._look()
            if isinstance(look, Leave):
                return look
            await self._sleep(look)

    def _look(self) -> Stay | Leave:
        look = outlook(self.world, self.clock.now(), self.seat(self.world))
        if isinstance(look, Leave):
            if self._running or self._parting.under_way or not self.ready_to_leave():
                return Stay(text="finishing")
            return look
        self.waiting_for = look.text
        return look

    async def _sleep(self, stay: Stay) -> None:
        now = self.clock.now()
        clock = alarm(self.world, self.ledger.agenda, now, self.seat(self.world))
        moments = [moment for moment in (stay.until, clock, self.ledger.full_until) if moment is not None]
        wake = self._wake
        if not moments:
            await wake.wait()
            return
        async with anyio.create_task_group() as group:
            group.start_soon(self._alarm, min(moments), wake)
            await wake.wait()
            group.cancel_scope.cancel()

    async def _alarm(self, at: int, wake: anyio.Event) -> None:
        await self.clock.sleep_until(at)
        wake.set()

    async def _take_in(self) -> None:
        """Record what effects have reported. An outcome nobody waits for any more is dropped, not an error.

        What an agent said comes before its end: once that is recorded, nothing more is taken from it.
        """
        while self._talk.notes or self._mail:
            if self._talk.notes:
                await self._take_word(self._talk.notes.pop(0))
                continue
            effect, outcome = self._mail[0]
            events = await self.ledger.commit(partial(self._decide, outcome))
            for event in () if isinstance(events, c.Refusal) else events:
                self._usage.count(event)
            self._mail.pop(0)
            self._running.pop(effect, None)
            if isinstance(outcome, c.NoteFault) and isinstance(effect, f.RunAgent):
                self._usage.give_back(effect.task, effect.attempt, effect.iteration)

    async def _take_word(self, note: c.NoteWord) -> None:
        recorded = await self.ledger.commit(partial(self._decide, note))
        task = self.world.holding(note.task, note.fence)
        if task is not None and task.attempt is not None:
            key, asked = RunKey(note.task, task.attempt.number, note.iteration), self.world.tasks[note.task].questions
            self._talk.reply(key, note.id, replied(task, note, recorded, asked))

    def _decide(self, outcome: c.Outcome, world: World) -> Answer:
        return decide(world, outcome, self.clock.now(), self.seat(world))

    async def _initiative(self) -> tuple[e.Event, ...]:
        events = await self.ledger.commit(
            lambda world: initiative(world, self.ledger.agenda, self.clock.now(), self.seat(world))
        )
        if isinstance(events, c.Refusal):
            return ()
        for event in events:
            self._usage.count(event)
            if isinstance(event, e.TaskClaimed) and event.resumed:
                self._parting.take_over(self.world, event)
        return events

    # -- effects ---------------------------------------------------------------------------------------------------

    def _reconcile(self, group: TaskGroup) -> None:
        """Start what is due and not running; cancel what runs and is not due."""
        seat = self.seat(self.world)
        wanted = dict.fromkeys(due(self.world, seat))
        reported, dropped = {effect for effect, _ in self._mail}, list[RunKey]()
        for effect in [effect for effect in self._running if effect not in wanted and effect not in reported]:
            self._running.pop(effect).cancel()
            if isinstance(effect, f.RunAgent):
                dropped.append(key_of(effect))
        fresh = [effect for effect in wanted if effect not in self._running]
        self._parting.look_after(self.world, fresh)
        self._parting.let_go(self.world, dropped, group)
        for effect in fresh:
            scope = self._running[effect] = anyio.CancelScope()
            group.start_soon(self._carry, effect, seat, scope)
        self._looked.set()
        self._looked = anyio.Event()

    async def _carry(self, effect: f.Effect, seat: Seat, scope: anyio.CancelScope) -> None:
        with scope:
            outcome = await carry_out(effect, self.world, seat, self.hands, self._talk.overhear)
            self._mail.append((effect, outcome))
            self.wake()

    async def _give_up(self) -> Leave:
        """Stop the agents, then give every claim back: in this order, so that no freed task has a living agent."""
        agents = self._agents()
        for scope in self._running.values():
            scope.cancel()
        async with anyio.create_task_group() as group:
            for key in agents:
                group.start_soon(self.hands.agents.stop, key)
        await self.ledger.commit(lambda world: given_back(world, self.seat(world), "stopped by a signal"))
        left = outlook(self.world, self.clock.now(), self.seat(self.world))
        return left if isinstance(left, Leave) else Leave(SIGNALLED, "stopped by a signal")

    async def release(self, reason: str) -> None:
        """Give every claim back; the attempts stay as they are, and whoever comes next goes on."""
        await self.ledger.commit(lambda world: given_back(world, self.seat(world), reason))

    async def checkpoint(self) -> dict[str, str]:
        """Keep the working files of every attempt that stands; give the ref under which each is held."""
        kept: dict[str, str] = {}
        for task in (lane for own in self.world.tasks.values() for lane in (own, *own.rivals.values())):
            attempt = task.attempt
            key = AttemptKey(task.ref, attempt.number) if attempt is not None else None
            if attempt is None or key is None or not attempt.base or not await self.hands.workspace.exists(key):
                continue
            capture = await self.hands.workspace.capture(key, max(1, attempt.iteration), attempt.base)
            kept[task.ref] = capture.ref
        return kept

    def _agents(self) -> tuple[RunKey, ...]:
        runs = (key_of(run) for run in self._running if isinstance(run, f.RunAgent))
        return (*runs, *self._parting.keys())

    async def discard(self, attempt: AttemptKey) -> None:
        """Remove the workspace of an attempt that has ended, once its agent is gone and its work kept."""
        while any(AttemptKey(key.task, key.attempt) == attempt for key in self._agents()):
            await self._looked.wait()
        await self.hands.workspace.discard(attempt)

"""Chance against the promises of gates, ladders and triggers: several processes, people, checks and time, at random.

What ought to be true is kept beside the world, from the events alone: none of the rules under test decide it.
"""

from random import Random

import pytest

from orchestrator.model import commands as c
from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.model.specs import GateSpec, Notify, QueueSpec, RunAction, Rung, Status, TaskSpec, TriggerSpec
from orchestrator.model.world import World
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import decide
from orchestrator.policy.initiative import initiative, owed
from orchestrator.policy.seat import Seat

STEPS = 250
MINUTE = 60_000
HOLD_MS = MINUTE
DEADLINE = 15 * MINUTE
RUNGS = (Rung(after_s=120, notify="ops"), Rung(after_s=600, notify="exec"))
NEEDED = ("q/A", "q/B")
PEOPLE = ("ana", "bob", "cy")
GATE = GateSpec(
    id="go",
    requires=q.All(of=(q.TaskIs(task="q/A"), q.TaskIs(task="q/B"))),
    evidence=("e.md",),
    checks=("smoke",),
    hold_s=HOLD_MS // 1000,
    approvers=PEOPLE,
    quorum=2,
    deadline=DEADLINE,
    escalate=RUNGS,
)
TRIGGER = TriggerSpec(
    id="both",
    when=q.All(of=(q.TaskIs(task="q/A"), q.Not(of=q.TaskIs(task="q/B", state="blocked")))),
    do=(RunAction(action="announce"), Notify(message="both")),
)


class Truth:
    """What ought to be so, told from the events one after the other."""

    def __init__(self) -> None:
        self.done: dict[str, Status] = dict.fromkeys(NEEDED, Status.PENDING)
        self.words: dict[str, tuple[int, bool]] = {}
        self.last = ""
        self.open = self.seen = False
        self.head = self.looked = ""
        self.green: int | None = None
        self.looked_at = 0
        self.was_true = False
        self.edges = self.fired = 0
        self.rungs: set[tuple[str, int, int, str]] = set()
        self.keys: dict[str, bool] = {}

    def take(self, at: int, events: tuple[e.Event, ...]) -> None:
        for event in events:
            self._take(at, event)
        true = self.done["q/A"] is Status.COMPLETED and self.done["q/B"] is not Status.BLOCKED
        self.edges += true and not self.was_true
        self.was_true = true

    def _take(self, at: int, event: e.Event) -> None:  # noqa: C901 - one arm an event
        match event:
            case e.TaskCompleted(task=ref):
                self.done[ref] = Status.COMPLETED
            case e.TaskBlocked(task=ref):
                self.done[ref] = Status.BLOCKED
            case e.TaskReset(task=ref):
                self.done[ref] = Status.PENDING
            case e.FileSeen():
                self.seen = True
            case e.TargetMoved(commit=commit):
                self.head = commit
            case e.TriggerFired() | e.ActionFinished() | e.EscalationRaised():
                self._owed(at, event)
            case e.GateApproved(by=by) | e.GateRejected(by=by):
                self.words[by] = (at, isinstance(event, e.GateApproved))
                self.last = by
            case e.GateRevoked(by=by):
                self._revoked(at, by)
            case e.GateChecked(commit=commit, verdict=verdict):
                self.looked, self.looked_at = commit, at
                self.green = (at if self.green is None else self.green) if verdict == "PASS" else None
            case e.GateOpened():
                self.judge(at)
                self.open = True
            case _:
                pass

    def _owed(self, at: int, event: e.TriggerFired | e.ActionFinished | e.EscalationRaised) -> None:
        match event:
            case e.EscalationRaised():
                self._raised(at, event)
            case e.TriggerFired(count=count):
                self.fired += 1
                assert count == self.fired <= self.edges, "a firing that nothing owed"
                self.keys[f"both#{count}.0"] = False
            case e.ActionFinished(key=key, ok=ok):
                assert not self.keys[key], "done twice"
                self.keys[key] = ok

    def _revoked(self, at: int, by: str) -> None:
        self.words.pop(by, None)
        if self.open:
            self.open, self.words[by], self.last = False, (at, False), by
            self.looked, self.green = "", None
        elif self.last == by:
            self.last = max(self.words, key=lambda who: self.words[who][0], default="")

    def _raised(self, at: int, event: e.EscalationRaised) -> None:
        key = (event.cause, event.since, event.after_s, event.notify)
        assert key not in self.rungs, "a rung is told twice"
        assert at >= event.since + event.after_s * 1000, "a rung is told too early"
        assert not self.open
        self.rungs.add(key)

    def judge(self, at: int) -> None:
        assert not self.open
        assert all(self.done[ref] is Status.COMPLETED for ref in NEEDED), "it requires more"
        assert self.seen, "evidence is missing"
        assert self.looked == self.head != "", "its checks spoke about something else"
        assert self.green is not None, "its checks are not green"
        assert self.looked_at - self.green >= HOLD_MS, "they were not green for long enough"
        assert sum(good for _, good in self.words.values()) >= 2, "too few have signed"
        assert self.words[self.last][1], "the last word is a rejection"
        late = [when for when, good in self.words.values() if good and when > DEADLINE]
        assert at < DEADLINE or late, "its deadline has passed"


class Play:
    """Two processes and whoever comes by, on one journal."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - chance is the test, not a secret
        self.world, self.truth, self.agenda = World(), Truth(), Agenda()
        self.now = 1000
        self.alive = {"one", "two"}
        tasks = (e.TaskAdded(task=ref, spec=TaskSpec(id=ref[2:], agent="human")) for ref in NEEDED)
        defined = (e.GateDefined(gate="go", spec=GATE), e.TriggerDefined(trigger="both", spec=TRIGGER))
        self.then(e.QueueAdded(queue="q", spec=QueueSpec(name="q")), *tasks, *defined)

    def seat(self, me: str) -> Seat:
        settings = Settings(agents={"sh": AgentSettings(name="sh")})
        peers = dict.fromkeys(self.alive)
        return Seat(me=me, scope=Scope(), settings=settings, peers=peers, targets={"q": "main"})

    def then(self, *events: e.Event) -> None:
        """Append, as everybody does: judged by the truth before the world takes it in."""
        self.truth.take(self.now, events)
        apply(self.world, e.Commit(seq=self.world.seq + 1, id="c", prev="", at=self.now, by="x", events=events))
        touched, self.world.touched = self.world.touched, {}
        self.agenda.update(self.world, touched)

    def step(self) -> None:
        kind = self.dice.choices(("process", "clock", "people", "work", "checks", "crash"), (9, 3, 4, 2, 6, 1))[0]
        getattr(self, f"_{kind}")()

    def _process(self) -> None:
        me = self.dice.choice(sorted(self.alive))
        if events := initiative(self.world, self.agenda, self.now, self.seat(me)):
            self.then(*events)
        for key, action in list(self.world.actions.items()):
            if action.worker == me and not action.done and self.dice.random() < 0.7:
                said = decide(self.world, c.NoteAction(key=key, ok=self.dice.random() < 0.5), self.now, self.seat(me))
                assert not isinstance(said, c.Refusal)
                self.then(*said)

    def _clock(self) -> None:
        self.now += self.dice.choice((1000, 20_000, MINUTE, 2 * MINUTE))

    def _people(self) -> None:
        who = self.dice.choice(PEOPLE)
        asks: tuple[c.Ask, ...] = (
            *(c.Approve(gate="go", by=who),) * 7,
            c.RejectGate(gate="go", by=who, reason="no"),
            c.RevokeGate(gate="go", by=who, reason="no"),
            c.Acknowledge(about="gate:go", by=who, within_ms=self.dice.choice((None, MINUTE))),
            c.DecideAction(trigger="both", decision="again", by=who),
        )
        said = answer(self.world, self.dice.choice(asks), self.seat("cli"), self.now)
        if said and not isinstance(said, c.Refusal):
            self.then(*said)
        if follows := owed(self.world, self.agenda, self.now, self.seat("cli")):
            self.then(*follows)

    def _work(self) -> None:
        ref = self.dice.choice(NEEDED)
        moves: tuple[e.Event, ...] = (
            *(e.TaskCompleted(task=ref),) * 8,
            e.TaskBlocked(task=ref, reason="x"),
            e.TaskReset(task=ref, reason="again"),
            e.FileSeen(path="e.md"),
            e.TargetMoved(target="main", commit=f"c{self.now}", queues=("q",)),
        )
        event = self.dice.choice(moves)
        if not isinstance(event, e.TargetMoved) or not self.truth.head or self.dice.random() < 0.2:
            self.then(event)

    def _checks(self) -> None:
        gate = self.world.gates["go"]
        if gate.checker in self.alive:
            verdict = self.dice.choice((*("PASS",) * 9, "FAIL", "FAULT"))
            self.then(e.GateChecked(gate="go", commit=gate.checking, verdict=verdict))

    def _crash(self) -> None:
        self.alive ^= {self.dice.choice(("one", "two"))}
        self.alive |= set() if self.alive else {"one"}

    def settle(self) -> None:
        """Let everything good happen: what is owed must come about."""
        self.alive = {"one"}
        for _ in range(100):
            for ref in NEEDED:
                if self.truth.done[ref] is not Status.COMPLETED:
                    self.then(e.TaskCompleted(task=ref))
            while events := initiative(self.world, self.agenda, self.now, self.seat("one")):
                self.then(*events)
            self._succeed()
            for who in PEOPLE[:2]:
                said = answer(self.world, c.Approve(gate="go", by=who), self.seat("cli"), self.now)
                if said and not isinstance(said, c.Refusal):
                    self.then(*said)
            self.now += MINUTE

    def _succeed(self) -> None:
        for key, action in list(self.world.actions.items()):
            if action.blocked:
                self.then(e.ActionDecided(key=key, trigger="both", decision="again", by="ana"))
            elif action.worker == "one":
                self.then(e.ActionFinished(key=key, ok=True))
        gate = self.world.gates["go"]
        if gate.checker == "one":
            self.then(e.GateChecked(gate="go", commit=gate.checking, verdict="PASS"))


@pytest.mark.parametrize("seed", range(40))
def test_no_gate_passes_without_its_conditions_and_nothing_is_told_or_done_twice(seed: int) -> None:
    play = Play(seed)
    for _ in range(STEPS):
        play.step()
    play.then(e.FileSeen(path="e.md"), e.TargetMoved(target="main", commit="last", queues=("q",)))
    play.settle()
    truth = play.truth
    assert truth.open, "it opens once everything holds"
    assert truth.fired == truth.edges, "a trigger is neither lost nor doubled"
    assert all(truth.keys.values()), "what is owed is done"
    assert play.world.gates["go"].open


def test_the_play_reaches_what_it_is_about() -> None:
    opened = rungs = fired = revoked = expired = 0
    for seed in range(40):
        play = Play(seed)
        for _ in range(STEPS):
            before = play.truth.open
            play.step()
            opened += play.truth.open and not before
            revoked += before and not play.truth.open
        rungs, fired = rungs + len(play.truth.rungs), fired + play.truth.fired
        expired += play.world.gates["go"].lapsed is not None
    assert min(opened, rungs, fired, revoked, expired) >= 5, (opened, rungs, fired, revoked, expired)

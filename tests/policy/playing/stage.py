"""A stage for the pure rooms: a world, some seats and a clock, played by the small language of the transcripts.

Every commit goes through the real fold and the real agenda; effects are played by hand. Nothing here waits, and
nothing here knows a rule of the policy.
"""

import shlex
from collections.abc import Callable, Sequence

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.conditions import All, TaskIs
from orchestrator.model.fold import apply
from orchestrator.model.ids import lane_key
from orchestrator.model.scope import Leave, Scope
from orchestrator.model.settings import AgentSettings, PersonSettings, Settings
from orchestrator.model.specs import ENDED, GateSpec, QueueSpec, TaskSpec, TriggerSpec
from orchestrator.model.train import Train
from orchestrator.model.verdicts import Judgement, Report, Verdict
from orchestrator.model.world import World
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.alarm import alarm
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer, decide
from orchestrator.policy.due import due
from orchestrator.policy.gates import state_of, waiting_for
from orchestrator.policy.initiative import initiative
from orchestrator.policy.outlook import outlook
from orchestrator.policy.reasons import reason_for
from orchestrator.policy.seat import Seat
from orchestrator.policy.usage import Usage
from tests.policy.playing import words as w
from tests.policy.playing.outcomes import OUTCOMES

MOST_COMMITS = 200
"""A seat that takes more of its own accord will never come to rest."""


class Chair(msgspec.Struct, kw_only=True):
    """What one process remembers, as the engine does: what it started, what it took, what it was last due to do."""

    name: str
    scope: Scope
    since: int
    alive: bool = True
    draining: bool = False
    full: bool = False
    usage: Usage = msgspec.field(default_factory=Usage)
    due: dict[str, f.Effect] = {}


class Stage:
    """One play. `play` takes one line and gives what is to be seen."""

    def __init__(self) -> None:
        self.world, self.agenda = World(), Agenda()
        self.commits: list[e.Commit] = []
        self.now = w.EPOCH
        self.settings = Settings(agent="sh", agents={"sh": AgentSettings(name="sh")})
        self.chairs: dict[str, Chair] = {}
        self.targets: dict[str, str] = {}
        self.heads: dict[str, str] = {}
        self.agenda.update(self.world, ())

    def play(self, line: str) -> list[str]:
        """Do what a line says."""
        verb, *rest = shlex.split(line)
        plain, named = w.split(rest)
        found: Callable[[list[str], dict[str, str]], list[str]] = getattr(self, f"do_{verb}")
        return found(plain, named)

    # -- commits ---------------------------------------------------------------------------------------------------

    def happen(self, by: str, *events: e.Event) -> list[str]:
        """Append a commit, fold it, and tell it."""
        number = self.world.seq + 1
        commit = e.Commit(seq=number, id=f"c{number}", prev="", at=self.now, by=by, events=events)
        self.commits.append(commit)
        apply(self.world, commit)
        touched, self.world.touched = self.world.touched, {}
        self.agenda.update(self.world, touched)
        if by in self.chairs:
            self._count(self.chairs[by], events)
        return [f"{by}: {w.tell(event)}" for event in events]

    def _count(self, chair: Chair, events: Sequence[e.Event]) -> None:
        for event in events:
            chair.usage.count(event)
            if isinstance(event, e.LaneParked) and not event.tree:
                chair.usage.give_back(event.task, event.attempt, event.iteration)

    def said(self, by: str, said: Answer) -> list[str]:
        """Append what was decided, or tell why not."""
        if isinstance(said, c.Refusal):
            return [f"refused: {said.text}"]
        return self.happen(by, *said) if said else ["nothing"]

    def seat(self, name: str) -> Seat:
        """Say where a process sits now."""
        chair = self.chairs[name]
        return Seat(
            me=name,
            scope=chair.scope,
            settings=self.settings,
            peers={other.name: other.scope.queues for other in self.chairs.values() if other.alive},
            targets={queue: self._target(queue) for queue in self.world.queues},
            since=chair.since,
            used=chair.usage.iterations,
            taken=chair.usage.tasks,
            micros=chair.usage.micros,
            tokens=chair.usage.tokens,
            draining=chair.draining,
            full=chair.full,
        )

    def _target(self, queue: str) -> str:
        return self.targets.get(queue, "main")

    def due(self, name: str) -> dict[str, f.Effect]:
        """Give what a process ought to be doing, and let it remember under which fence."""
        effects = {self._about(effect): effect for effect in due(self.world, self.seat(name))}
        self.chairs[name].due |= effects
        return effects

    def _about(self, effect: f.Effect) -> str:
        """Name what an effect is for; of attempts side by side all but the task's own as `q/T#2`."""
        name = w.of(effect)
        task, attempt = self.world.tasks.get(name), getattr(effect, "attempt", 0)
        return lane_key(name, attempt) if task is not None and attempt in task.rivals else name

    # -- what there is ---------------------------------------------------------------------------------------------

    def do_settings(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Configure: `budget.usd=5 resource.db=2 agent.sh.concurrency=1 queue.q.workers=2 land=branch patience=10s`."""
        for name, value in {**dict.fromkeys(plain, ""), **named}.items():
            self.settings = w.configured(self.settings, name.split("."), value)
        return []

    def do_queue(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Add a queue or change it: `queue backend locked unlock_when=frontend/UI target=release`."""
        name = plain[0]
        self.targets[name] = named.pop("target", "main")
        spec = QueueSpec(name=name, path=f"queues/{name}.json", locked="locked" in plain, **w.fields(named))
        known = name in self.world.queues
        self.happen("files", (e.QueueEdited if known else e.QueueAdded)(queue=name, spec=spec))
        return []

    def do_task(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Add a task or specify it anew: `task backend/T1 after=backend/T0 files=src/** prio=0`."""
        ref = plain[0]
        spec = TaskSpec(id=ref.partition("/")[2], **w.fields(named))
        if ref in self.world.tasks:
            self.happen("files", e.TaskEdited(task=ref, spec=spec))
        else:
            self.happen("files", e.TaskAdded(task=ref, spec=spec, order=len(self.world.tasks)))
        return []

    def do_drop(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Remove a task or a trigger."""
        known = plain[0] in self.world.tasks
        self.happen("files", e.TaskRemoved(task=plain[0]) if known else e.TriggerRemoved(trigger=plain[0]))
        return []

    def do_gate(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Define a gate: `gate infra after=backend/T1 checks=smoke by=ana,ops quorum=2 hold=600 due=+1h`."""
        approvers = _listed(named.get("by", "ana"))
        needs = tuple(TaskIs(task=ref) for ref in _listed(named.get("after", "")))
        spec = GateSpec(
            id=plain[0],
            requires=All(of=needs) if needs else None,
            checks=_listed(named.get("checks", "")),
            evidence=_listed(named.get("evidence", "")),
            approvers=approvers,
            quorum=int(named.get("quorum", "1" if approvers else "0")),
            hold_s=int(named["hold"]) if "hold" in named else None,
            deadline=w.moment(named["due"]) if "due" in named else None,
        )
        self.happen("files", e.GateDefined(gate=plain[0], spec=spec))
        return []

    def do_approve(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Sign a gate: `approve infra ana`."""
        return self._asked(c.Approve(gate=plain[0], by=plain[1], note=named.get("note", "")))

    def do_rollback(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Say how a rollback goes on: `rollback q again`, `rollback q leave reason=why`."""
        reason = named.get("reason", "")
        return self._asked(c.DecideRollback(queue=plain[0], decision=plain[1], reason=reason, by="ana"))

    def _asked(self, ask: c.Ask) -> list[str]:
        seat = Seat(me="person", scope=Scope(), settings=self.settings, peers={}, targets={})
        return self.said("person", answer(self.world, ask, seat))

    def do_reject(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Reject a gate: `reject infra ana "too early"`."""
        return self._asked(c.RejectGate(gate=plain[0], by=plain[1], reason=plain[2]))

    def do_person(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Name somebody and their roles: `person bob roles=ops`."""
        person = PersonSettings(name=plain[0], roles=_listed(named.get("roles", "")))
        self.settings = msgspec.structs.replace(self.settings, people={**self.settings.people, person.name: person})
        return []

    def do_seen(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Let a file be seen in a target."""
        return self.happen("files", e.FileSeen(path=plain[0]))

    def do_head(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Let the target of queues be seen at a commit: `head abc1 backend`."""
        return self.happen("files", e.TargetMoved(target="main", commit=plain[0], queues=tuple(plain[1:])))

    def do_gates(self, _plain: list[str], _named: dict[str, str]) -> list[str]:
        """Show where every gate stands and what it waits for."""
        known = self.world.gates.values()
        return [
            f"{gate.id} {state_of(self.world, gate, self.now)}: {'; '.join(waiting_for(self.world, gate, self.now))}"
            for gate in known
        ]

    def do_open(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Open a gate."""
        return self.happen("person", e.GateOpened(gate=plain[0]))

    def do_park(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Let a lane wait until a moment: `park backend until=+1h "the limit resets"`."""
        until = w.moment(named["until"])
        return self.happen("files", e.LaneParked(queue=plain[0], code="parked", text=plain[1], until=until))

    def do_trigger(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Define a trigger: `trigger ship when=backend/T1 do=unlock:frontend,add:qa/SMOKE,run:announce`."""
        actions = tuple(w.action(word) for word in named["do"].split(","))
        spec = TriggerSpec(id=plain[0], when=w.condition(named["when"]), do=actions)
        self.happen("files", e.TriggerDefined(trigger=plain[0], spec=spec))
        return []

    # -- who there is, and when ------------------------------------------------------------------------------------

    def do_seat(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Start a process: `seat A queues=backend,qa workers=2 max-iterations=3 max-usd=1 watch non-interactive`."""
        numbers = {name: int(named[name]) if name in named else None for name in ("workers", *_LIMITS)}
        scope = Scope(
            queues=tuple(named["queues"].split(",")) if "queues" in named else None,
            task=named.get("task"),
            workers=numbers["workers"],
            max_iterations=numbers["max-iterations"],
            max_tasks=numbers["max-tasks"],
            max_usd=float(named["max-usd"]) if "max-usd" in named else None,
            max_tokens=numbers["max-tokens"],
            max_wall_s=float(named["max-wall"]) if "max-wall" in named else None,
            agent=named.get("agent"),
            watch="watch" in plain,
            interactive="non-interactive" not in plain,
        )
        self.chairs[plain[0]] = Chair(name=plain[0], scope=scope, since=self.now)
        return []

    def do_die(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Kill a process, or let it leave."""
        self.chairs[plain[0]].alive = False
        return []

    def do_drain(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Ask a process to finish what runs and start nothing."""
        self.chairs[plain[0]].draining = True
        return []

    def do_disk(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Say whether a process found the disk full: `disk A full`."""
        self.chairs[plain[0]].full = plain[1] == "full"
        return []

    def do_at(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Let time pass until `+5s` after the beginning."""
        self.now = w.moment(plain[0])
        return []

    # -- what they do ----------------------------------------------------------------------------------------------

    def do_initiative(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Let a process do what it ought to, until it is at rest; `->` is what it then has to carry out."""
        lines = self.settle(plain[0])
        return [*lines, *(f"-> {w.tell_effect(effect)}" for effect in self.due(plain[0]).values())] or ["nothing"]

    def settle(self, name: str) -> list[str]:
        """Append what a process decides of its own accord until it decides nothing more."""
        lines: list[str] = []
        for _ in range(MOST_COMMITS):
            events = initiative(self.world, self.agenda, self.now, self.seat(name))
            if not events:
                return lines
            lines += self.happen(name, *events)
        raise AssertionError(f"{name} does not come to rest: {lines[-3:]}")

    def do_race(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Let two processes decide on the same world: the second one's append conflicts and it decides again."""
        first, second = plain
        one, other = (initiative(self.world, self.agenda, self.now, self.seat(name)) for name in plain)
        lines = self.happen(first, *one)
        lines.append(f"{second} conflicts with {'; '.join(map(w.tell, other))}")
        again = initiative(self.world, self.agenda, self.now, self.seat(second))
        return [*lines, *(self.happen(second, *again) if again else [f"{second}: nothing"])]

    def do_outcome(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Report what came of an effect, under the fence the process was last due to carry it out."""
        name, what, ref, *rest = plain
        self.due(name)
        effect = self.chairs[name].due[ref]
        if isinstance(effect, f.DoAction):
            return self._report(name, c.NoteAction(key=effect.key, ok=what == "ok", note=" ".join(rest)))
        if isinstance(effect, f.CheckGate):
            return self._report(name, self._inspected(effect, what, rest))
        if isinstance(effect, f.SendMessages):
            sent = c.NoteDelivery(
                channel=effect.channel, messages=effect.messages, ok=what == "ok", note=" ".join(rest)
            )
            return self._report(name, sent)
        return self.came(name, effect, what, rest, named)

    def _inspected(self, effect: f.CheckGate, what: str, words: Sequence[str]) -> c.NoteInspection:
        """Say what a gate's checks said: `PASS`, `FAIL check...` or `fault TEXT`."""
        if what == "fault":
            return c.NoteInspection(gate=effect.gate, commit=effect.commit, tries=effect.tries, fault=" ".join(words))
        reports = tuple(Report(name=name, report=Verdict(what)) for name in words)
        judgement = Judgement(verdict=Verdict(what), tree="", base="", checks=reports)
        return c.NoteInspection(gate=effect.gate, commit=effect.commit, tries=effect.tries, judgement=judgement)

    def came(self, name: str, effect: f.Effect, what: str, rest: Sequence[str], named: dict[str, str]) -> list[str]:
        assert not isinstance(effect, f.OfNoTask)
        target = self._target(effect.task.partition("/")[0])
        outcome = OUTCOMES[what](self.world, effect, self.heads.get(target, f"{target}@0"), rest, named)
        if isinstance(outcome, c.NoteAdvance):
            moved = isinstance(effect, f.Advance) and outcome.landed
            self.heads[target] = (
                effect.commit if moved and isinstance(effect, f.Advance) else f"{target}@{self.world.seq}"
            )
        return self._report(name, outcome)

    def _report(self, name: str, outcome: c.Outcome) -> list[str]:
        return self.said(name, decide(self.world, outcome, self.now, self.seat(name)))

    def do_work(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Play a task up to its next verdict: `work A backend/T1 FAIL "message"`, `... PASS files=src/api.py`."""
        name, ref, *verdict = plain
        lines: list[str] = []
        usual: dict[type[f.Effect], tuple[str, list[str]]] = {
            f.Prepare: ("prepared", []),
            f.RunAgent: ("agent", ["claimed"]),
            f.CaptureWork: ("capture", []),
        }
        while True:
            lines += self.settle(name)
            effect = self.due(name).get(ref)
            if isinstance(effect, f.Judge):
                return lines + self.came(name, effect, "verdict", verdict, named)
            if effect is None or type(effect) not in usual:
                return [*lines, f"{ref} does not come to a verdict"]
            what, rest = usual[type(effect)]
            lines += self.came(name, effect, what, rest, named)

    def do_land(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Play a verified task through the train to its end."""
        name, ref = plain
        lines: list[str] = []
        usual: dict[type[f.Effect], tuple[str, list[str]]] = {
            f.Combine: ("proposal", []),
            f.Judge: ("verdict", ["PASS"]),
            f.Advance: ("landed", []),
            f.Keep: ("kept", []),
        }
        while self.world.tasks[ref].attempt is not None:
            lines += self.settle(name)
            effect = self.due(name).get(ref)
            if effect is None or type(effect) not in usual:
                return [*lines, f"{ref} does not land"]
            what, rest = usual[type(effect)]
            lines += self.came(name, effect, what, rest, named)
        return lines

    # -- what people ask -------------------------------------------------------------------------------------------

    def do_ask(self, plain: list[str], named: dict[str, str]) -> list[str]:
        """Ask for something: `ask retry backend/T1 take_over`, `ask decide backend/T1 override "it is meant so"`."""
        verb, ref, *rest = plain
        by = named.get("by", "ana")
        asks: dict[str, Callable[[], c.Ask]] = {
            "retry": lambda: c.Retry(task=ref, by=by, take_over="take_over" in rest),
            "skip": lambda: c.Skip(task=ref, reason=rest[0], by=by),
            "cancel": lambda: c.Cancel(task=ref, by=by),
            "decide": lambda: c.Decide(task=ref, decision=rest[0], reason=rest[1], by=by),
            "done": lambda: c.Done(task=ref, by=by),
            "pause": lambda: c.Pause(queue=ref, by=by),
            "resume": lambda: c.Resume(queue=ref, by=by),
            "add": lambda: c.AddTask(queue=ref, spec=TaskSpec(id=rest[0], **w.fields(named))),
            "attach": lambda: c.Attach(task=ref, by=by, worker=rest[0], now="now" in rest),
            "detach": lambda: c.Detach(task=ref, worker=rest[0], seconds=90.0),
            "edit": lambda: c.EditTask(task=ref, changes=w.fields(named)),
            "lock": lambda: c.LockResource(
                resource=named.get("what", ref),
                by=by,
                until=w.moment(named["until"]),
                reason=named.get("reason", "upgrade"),
            ),
            "unlock": lambda: c.UnlockResource(
                resource=ref, by=by, whose=named.get("whose", ""), reason=named.get("reason", "")
            ),
        }
        seat = msgspec.structs.replace(self.seat(next(iter(self.chairs))), me="cli") if self.chairs else _NOBODY
        return self.said("person", answer(self.world, asks[verb](), seat, self.now))

    # -- what is to be seen ----------------------------------------------------------------------------------------

    def do_outlook(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Say whether a process stays or leaves, and with which exit code."""
        look = outlook(self.world, self.now, self.seat(plain[0]))
        if isinstance(look, Leave):
            return [f"leaves with {look.exit_code}: {look.reason}"]
        return [f"stays{f' until {w.told(look.until)}' if look.until is not None else ''}: {look.text}"]

    def do_alarm(self, _plain: list[str], _named: dict[str, str]) -> list[str]:
        """Say when time alone changes what may happen."""
        return [w.told(alarm(self.world, self.agenda, self.now, self.seat(next(iter(self.chairs))))) or "never"]

    def do_reasons(self, plain: list[str], _named: dict[str, str]) -> list[str]:
        """Say of every open task why it does not run."""
        lines: list[str] = []
        seat = self.seat(plain[0] if plain else next(iter(self.chairs)))
        for task in self.world.tasks.values():
            reason = reason_for(self.world, task, self.now, seat)
            if reason is not None:
                until = f" (until {w.told(reason.until)})" if reason.until is not None else ""
                lines.append(f"{task.ref} {reason.code}: {reason.text}{until}")
            elif task.status not in ENDED:
                lines.append(f"{task.ref} is running")
        return lines

    def do_tasks(self, _plain: list[str], _named: dict[str, str]) -> list[str]:
        """Tell every task's status and counts."""
        return [
            f"{t.ref} {t.status}, {t.attempts} attempt(s), {t.iterations} iteration(s)"
            + (f", {t.iterations - t.granted_at} of them since granted anew" if t.granted_at else "")
            for t in self.world.tasks.values()
        ]

    def do_train(self, _plain: list[str], _named: dict[str, str]) -> list[str]:
        """Tell every line: its window, and its members with what they need next."""
        return [f"{target}: window {train.window}: {self._line(train)}" for target, train in self.world.trains.items()]

    def _line(self, train: Train) -> str:
        tasks = [self.world.tasks[ref] for ref in train.members]
        return ", ".join(f"{t.ref} {t.attempt.step}" for t in tasks if t.attempt) or "nobody"

    def do_queues(self, _plain: list[str], _named: dict[str, str]) -> list[str]:
        """Tell how every queue stands."""
        return [
            f"{q.name} {' '.join(word for word, yes in (('locked', q.locked), ('paused', q.paused)) if yes) or 'open'}"
            + (f", {q.park.code} since {w.told(q.park.since)}: {q.park.text}" if q.park else "")
            for q in self.world.queues.values()
        ]


_LIMITS = ("max-iterations", "max-tasks", "max-tokens")
_NOBODY = Seat(me="cli", scope=Scope(), settings=Settings(), peers={}, targets={})


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()

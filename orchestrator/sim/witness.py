"""What must hold after every commit, looked at as it is stored. Knows the rules, not the engine's reasons.

It folds the journal itself, asks the other fakes what really happened, and raises at the first commit that is wrong.
"""

from collections import Counter

import anyio
import msgspec

from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED, SATISFIES, Status
from orchestrator.model.truth import dependency_met
from orchestrator.model.verdicts import Verdict
from orchestrator.model.world import LANDING, Step, Task, World
from orchestrator.policy.reasons import reason_for
from orchestrator.policy.seat import Seat, running
from orchestrator.ports.agents import RunKey
from orchestrator.sim.clock import VirtualClock
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.workspace import MemoryWorkspace


class BrokenPromiseError(AssertionError):
    """An invariant does not hold: the engine, the policy or the simulation has a bug."""


class Abandoned(msgspec.Struct, frozen=True):
    """An agent that ought to run no longer: since when (the loop's time), and who had started or adopted it."""

    key: RunKey
    worker: str
    at: float


class Witness:
    """Sees every commit in order, at the very moment it is stored."""

    def __init__(
        self,
        clock: VirtualClock,
        presence: MemoryPresence,
        workspace: MemoryWorkspace,
        verifier: ScriptedVerifier,
        settings: Settings,
    ) -> None:
        self.world = World()
        self.story: list[str] = []
        self.started: Counter[RunKey] = Counter()
        self.finished: Counter[RunKey] = Counter()
        self.ends: Counter[RunKey] = Counter()
        self.completed: Counter[str] = Counter()
        self.redone: Counter[str] = Counter()
        """How often a person had finished or skipped work done over again."""
        self.at_work: dict[RunKey, str] = {}
        """Agents that ought to run, and the worker each belongs to."""
        self.abandoned: list[Abandoned] = []
        """Agents that ought to run no longer, for the crew's patrol."""
        self.told: dict[str, tuple[e.Event, ...]] = {}
        """What each writer's last commit says."""
        self.seen: dict[str, frozenset[str]] = {}
        """Who lived when each writer last decided: its journal may be slow, and the dead come back meanwhile."""
        self._used: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._heard: set[tuple[str, int, int, str]] = set()
        self._clock, self._presence, self.settings = clock, presence, settings
        self._workspace, self._verifier = workspace, verifier

    def observe(self, commit: e.Commit) -> None:
        """Take in one commit; one seen before (a retried append) is nothing new."""
        if commit.seq <= self.world.seq:
            return
        self.story.append(tell(commit))
        released = {event.task for event in commit.events if isinstance(event, e.TaskReleased)}
        for event in commit.events:
            self._once(event)
            self._before(event, commit, released)
            self._owed(event, commit)
            self._owned(event, commit)
        self._count(commit)
        self.told[commit.by] = commit.events
        apply(self.world, commit)
        self._after(commit)
        self._notice()

    def decides(self, worker: str) -> None:
        """Note who lives as a process decides."""
        self.seen[worker] = frozenset(self._presence.peers())

    def _lives(self, worker: str, commit: e.Commit) -> bool:
        """Say whether a process lives, and did when a commit was decided on."""
        return self._presence.alive(worker) and worker in self.seen.get(commit.by, {worker})

    def _once(self, event: e.Event) -> None:
        """Check that a word is recorded once, however often its speaker was listened to."""
        if isinstance(event, e.AgentReported | e.AgentAsked | e.AgentProposed | e.AgentLearned):
            said = (event.task, event.attempt, event.iteration, event.word)
            if said in self._heard:
                raise BrokenPromiseError(f"{said} is recorded twice")
            self._heard.add(said)

    def _count(self, commit: e.Commit) -> None:
        """Count what a process spends of its own limits."""
        for event in commit.events:
            if isinstance(event, e.IterationStarted) and not event.restarted:
                self._used[commit.by] += 1
            elif isinstance(event, e.LaneParked) and event.iteration and not event.tree:
                self._used[commit.by] -= 1
            elif isinstance(event, e.TaskClaimed) and not event.resumed and event.attempt == 1:
                self._taken[commit.by] += 1

    def within_limits(self, worker: str, scope: Scope) -> None:
        """Check that a process kept to its limits."""
        for what, spent, limit in (
            ("iterations", self._used[worker], scope.max_iterations),
            ("tasks", self._taken[worker], scope.max_tasks),
        ):
            if limit is not None and spent > limit:
                raise BrokenPromiseError(f"{worker} took {spent} {what} of the {limit} it was given")

    def _notice(self) -> None:
        """Note whose agents ought to run no longer."""
        now = {
            RunKey(task.ref, task.attempt.number, task.attempt.iteration): worker
            for ref, worker in self.world.claims.items()
            if (task := self.world.claimed(ref)).attempt is not None and task.attempt.step is Step.AGENT
        }
        at = anyio.current_time()
        again = [left for left in self.abandoned if left.key not in now]
        self.abandoned = again + [Abandoned(key, worker, at) for key, worker in self.at_work.items() if key not in now]
        self.at_work = now

    def _claim_that(self, holds: object, text: str, commit: e.Commit) -> None:
        if not holds:
            raise BrokenPromiseError(f"commit {commit.seq} by {commit.by}: {text}\n{tell(commit)}")

    # -- one event in the world it was decided on ------------------------------------------------------------------

    def _before(self, event: e.Event, commit: e.Commit, released: set[str]) -> None:
        match event:
            case e.TaskClaimed():
                self._claimed(event, commit, released)
            case e.IterationStarted():
                self._iteration(event, commit)
            case e.AgentFinished():
                self._finished(event, commit)
            case e.VerdictReached(by=""):
                judged = event.verdict is not Verdict.PASS or event.tree in self._verifier.passed
                task = self.world.tasks[event.task]
                self._claim_that(judged or task.overrides, "PASS for a tree no check called so", commit)
            case e.TrainBoarded():
                self._boarded(event, commit)
            case e.TaskMerged():
                self._merged(event, commit)
            case e.TaskReset() | e.TaskRolledBack():
                self.redone[event.task] += self.world.tasks[event.task].status in SATISFIES
            case e.TaskCompleted():
                self._completed(event, commit)
            case _:
                pass

    def _owed(self, event: e.Event, commit: e.Commit) -> None:
        if isinstance(event, e.ActionStarted):
            action = self.world.actions[event.key]
            alone = not action.done and not self._lives(action.worker, commit)
            self._claim_that(alone, f"{event.key} is begun while {action.worker} is at it", commit)
        elif isinstance(event, e.TriggerFired):
            trigger = self.world.triggers[event.trigger]
            owed = trigger.due > 0 and event.count == trigger.fired + 1
            self._claim_that(owed, "a trigger fires that is not owed", commit)

    def _owned(self, event: e.Event, commit: e.Commit) -> None:
        if isinstance(event, _BY_OWNER) and not (isinstance(event, e.VerdictReached) and event.by):
            lane = self.world.lane(event.task, event.attempt)
            owner = lane.claim.worker if lane is not None and lane.claim is not None else None
            self._claim_that(owner == commit.by, f"{event.task} belongs to {owner}", commit)

    def _claimed(self, event: e.TaskClaimed, commit: e.Commit, released: set[str]) -> None:
        if event.rival:
            self._joined(event, commit)
            return
        task = self.world.tasks[event.task]
        owner = self.world.claims.get(event.task)
        free = owner is None or event.task in released or not self._lives(owner, commit)
        self._claim_that(free, f"{event.task} is claimed while {owner} lives and works on it", commit)
        self._claim_that(task.status in _CLAIMABLE, f"{event.task} is claimed and is {task.status}", commit)
        self._claim_that(event.worker == commit.by, "a claim in another's name", commit)
        number = task.attempt.number if task.attempt else task.attempts + 1
        self._claim_that(event.attempt == number, f"attempt {event.attempt} where {number} is next", commit)
        if task.status is Status.PENDING:
            unmet = [d for d in task.spec.dependencies if not dependency_met(self.world, d)]
            self._claim_that(not unmet, f"{event.task} starts before {unmet}", commit)
            queue = self.world.queues[queue_of(event.task)]
            self._claim_that(not (queue.locked or queue.paused), f"{event.task} starts in a held queue", commit)
            early = task.spec.start is not None and task.attempts == 0 and task.spec.start > self._clock.now()
            self._claim_that(not early, f"{event.task} starts before its time", commit)

    def _joined(self, event: e.TaskClaimed, commit: e.Commit) -> None:
        """Look at one more attempt beside one under way, or at who takes one over."""
        task, lane = self.world.tasks[event.task], self.world.tasks[event.task].rivals.get(event.attempt)
        owner = lane.claim.worker if lane is not None and lane.claim is not None else ""
        self._claim_that((lane is not None) is event.resumed, "what is taken over is there, what begins is not", commit)
        self._claim_that(not self._lives(owner, commit), f"attempt {event.attempt} is {owner}'s, who lives", commit)
        self._claim_that(event.worker == commit.by, "a claim in another's name", commit)
        self._claim_that(task.status is Status.IN_PROGRESS, "races where nobody is at work", commit)
        most = len(task.rivals) + 1 < task.spec.race or event.resumed
        self._claim_that(most, f"more than {task.spec.race} attempts side by side", commit)
        number = event.attempt == task.attempts + 1 or event.resumed
        self._claim_that(number, f"attempt {event.attempt} follows {task.attempts}", commit)

    def _iteration(self, event: e.IterationStarted, commit: e.Commit) -> None:
        task = self.world.lane(event.task, event.attempt)
        key = RunKey(event.task, event.attempt, event.iteration)
        self.started[key] += 1
        last = task.attempt.iteration if task is not None and task.attempt is not None else 0
        follows = event.iteration == (last if event.restarted else last + 1)
        self._claim_that(follows, f"iteration {event.iteration} follows {last}", commit)
        self._claim_that(not self.finished[key], "an iteration whose end is recorded starts again", commit)

    def _finished(self, event: e.AgentFinished, commit: e.Commit) -> None:
        """One end for one start; an iteration its account cut off is had again, and then ends anew."""
        key = RunKey(event.task, event.attempt, event.iteration)
        self.ends[key] += 1
        self.finished[key] += event.consumed
        once = self.finished[key] <= 1 and self.ends[key] <= self.started[key]
        self._claim_that(once, "the end of one agent call is recorded twice", commit)

    def _boarded(self, event: e.TrainBoarded, commit: e.Commit) -> None:
        train = self.world.trains.get(event.target)
        claims = self.world.claims
        aboard = [r for r in train.members if self._lives(claims.get(r, ""), commit)] if train is not None else []
        self._claim_that(event.task not in aboard, f"{event.task} is in the line already", commit)
        self._claim_that(len(aboard) < self.settings.train_window, f"boards a full train: {aboard}", commit)

    def _completed(self, event: e.TaskCompleted, commit: e.Commit) -> None:
        self.completed[event.task] += 1
        once = self.completed[event.task] <= 1 + self.redone[event.task]
        self._claim_that(once, f"{event.task} is completed twice", commit)

    def _merged(self, event: e.TaskMerged, commit: e.Commit) -> None:
        task = self.world.tasks[event.task]
        judged = event.tree in self._verifier.passed or task.overrides
        self._claim_that(judged, "what landed was never called PASS", commit)
        head = self._workspace.head(queue_of(event.task)).commit
        there = event.commit in self._workspace.store and self._workspace.store.holds(head, event.commit)
        self._claim_that(there, "what is said to have landed is not in the target", commit)

    def judge_landings(self) -> None:
        """Check that no landing made the target red, and that each was called PASS by a check or a person."""
        for landing in self._workspace.landings:
            task = self.world.tasks.get(landing.key.task)
            if landing.tree not in self._verifier.passed and not (task is not None and task.overrides):
                raise BrokenPromiseError(f"{landing} was never called PASS")
            if task is not None and landing.tree in task.overrides:
                continue  # a person looked at this very tree and took it as it is, red or not
            before, after = (self._workspace.store[commit].files for commit in (landing.onto, landing.commit))
            known = self._verifier.is_red(before)
            if red := [finding for finding in self._verifier.is_red(after) if finding not in known]:
                raise BrokenPromiseError(f"{landing} made the target red: {red}")

    # -- the world as it stands then -------------------------------------------------------------------------------

    def _after(self, commit: e.Commit) -> None:
        claimed = [self.world.tasks[ref] for ref in self.world.claims if ref in self.world.tasks]
        for index, task in enumerate(claimed):
            for other in claimed[index + 1 :]:
                self._claim_that(not self._share(task, other), f"{task.ref} and {other.ref} side by side", commit)
        self._staging(claimed, commit)
        self._slots([self.world.claimed(key) for key in self.world.claims], commit)
        seat = self.seat()
        for task in self.world.tasks.values():
            waits = task.status not in ENDED and not running(self.world, task.ref, seat)
            reason = reason_for(self.world, task, self._clock.now(), seat)
            self._claim_that((reason is not None) is waits, f"{task.ref} is {task.status} with {reason}", commit)
            over = task.attempt is not None and task.attempt.step in LANDING
            self._claim_that(not (over and task.rivals), f"{task.ref} has passed and others race on", commit)
            held = (task.ref in self.world.claims) is (task.status is Status.IN_PROGRESS)
            self._claim_that(held, f"{task.ref} is {task.status} and its claim does not say so", commit)

    def _share(self, one: Task, other: Task) -> bool:
        targets = {self._workspace.target_name(queue_of(task.ref)) for task in (one, other)}
        if len(targets) == 1 and set(one.spec.files) & set(other.spec.files):
            return True
        for name in (*one.spec.resources, *other.spec.resources):
            bare = name.removesuffix(":read")
            kinds = [r for t in (one, other) for r in t.spec.resources if r.removesuffix(":read") == bare]
            both = len(kinds) > 1 and self.settings.resources.get(bare, 1) == 1
            if both and not all(kind.endswith(":read") for kind in kinds):
                return True
        return False

    def _staging(self, claimed: list[Task], commit: e.Commit) -> None:
        for name, capacity in self.settings.resources.items():
            users = [task.ref for task in claimed if name in task.spec.resources]
            self._claim_that(len(users) <= capacity, f"{name} is held by {users}", commit)

    def _slots(self, claimed: list[Task], commit: e.Commit) -> None:
        slots = [(queue_of(t.ref), t.claim.slot) for t in claimed if t.claim is not None]
        self._claim_that(len(set(slots)) == len(slots), f"two workers in one slot: {slots}", commit)

    def seat(self) -> Seat:
        """Give a seat that serves nothing, to ask the policy from."""
        return Seat(
            me="witness",
            scope=_EVERYTHING,
            settings=self.settings,
            peers=self._presence.peers(),
            targets={name: self._workspace.target_name(name) for name in self.world.queues},
        )


_EVERYTHING = Scope()
_CLAIMABLE = frozenset({Status.PENDING, Status.IN_PROGRESS})
_BY_OWNER = (
    e.AttemptPrepared,
    e.IterationStarted,
    e.AgentFinished,
    e.IterationCaptured,
    e.VerdictReached,
    e.TrainBoarded,
    e.TrainProposed,
    e.TrainMissed,
    e.TaskMerged,
)


def tell(commit: e.Commit) -> str:
    """Write a commit as one line for people."""
    return f"{commit.seq:5} {commit.at // 1000 % 1_000_000:7} {commit.by:8} {'; '.join(map(_tell, commit.events))}"


def _tell(event: e.Event) -> str:
    skipped = {"spec", "findings", "checks", "note"}
    values = [(name, getattr(event, name)) for name in event.__struct_fields__ if name not in skipped]
    fields = [f"{name}={value}" for name, value in values if value not in ("", 0, None, False, ())]
    if seen := getattr(event, "findings", ()):
        fields.append(f"({'; '.join(finding.message for finding in seen)})")
    return f"{event.__struct_config__.tag} {' '.join(fields)}"

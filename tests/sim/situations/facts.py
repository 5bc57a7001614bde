"""What an oracle remembers of the journal: tasks, queues, gates and triggers as the contract speaks of them.

Reads the words people wrote (conditions, specifications) and folds events in its own way; knows neither the fold nor
the policy, so that a mistake there is not made here a second time.
"""

from collections.abc import Iterable
from functools import singledispatchmethod

import msgspec

from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.specs import GateSpec, QueueSpec, Status, TaskSpec, TriggerSpec

DONE = ("completed", "skipped")
OVER = (*DONE, "failed")
HANDS = ("human", "manual")
"""Agents that are people."""


class Job(msgspec.Struct, kw_only=True):
    """A task. `owner` is the worker that has claimed it, `ends` how often it was completed."""

    ref: str
    spec: TaskSpec
    added: int
    status: str = "pending"
    owner: str = ""
    attempts: int = 0
    verdict: str = ""
    announced: int = 0
    yields: dict[str, int] = {}
    """Whom it lets go first -> until when at the latest."""
    by_hand: bool = False
    """Skipped by a person."""

    @property
    def queue(self) -> str:
        return self.ref.partition("/")[0]


class Lane(msgspec.Struct, kw_only=True):
    """A queue. `undoing`: the step whose failure it is being taken back for; `stack`: what was completed, in order."""

    name: str
    spec: QueueSpec
    freed: bool = False
    rose: bool = False
    """Its `unlock_when` has been true at some commit."""
    paused: bool = False
    park: tuple[str, int] | None = None
    undoing: str = ""
    stack: list[str] = []
    step: str = ""
    """The key of the rollback step that was begun last."""

    @property
    def locked(self) -> bool:
        return (self.spec.locked or self.spec.unlock_when is not None) and not self.freed


class Word(msgspec.Struct, frozen=True):
    """A person's last word about a gate, and when."""

    yes: bool
    at: int


class Door(msgspec.Struct, kw_only=True):
    """A gate."""

    name: str
    spec: GateSpec
    open: bool = False
    words: dict[str, Word] = {}
    refused: bool = False
    """The last word of all is no."""
    checker: str = ""
    checked: str = ""
    verdict: str = ""
    green: int | None = None
    """Since when its checks have been green without a break."""
    asked: int = 0
    """When its checks spoke last."""


class Spring(msgspec.Struct, kw_only=True):
    """A trigger: how often its condition became true, and how often it fired."""

    name: str
    spec: TriggerSpec
    was: bool = False
    rises: int = 0
    fired: int = 0


class Lock(msgspec.Struct, frozen=True):
    """A person's hold on something shared, for a while; `shared`: readers may go on."""

    until: int
    shared: bool


class Facts:
    """Everything that was recorded. `take` folds one event; `settle` ends a commit."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.lanes: dict[str, Lane] = {}
        self.doors: dict[str, Door] = {}
        self.springs: dict[str, Spring] = {}
        self.seen: set[str] = set()
        self.heads: dict[str, str] = {}
        self.owed: dict[str, bool] = {}
        """Key of every command that is owed -> whether it has succeeded."""
        self.locks: dict[tuple[str, str], Lock] = {}
        """(Resource, person) -> their lock on it."""
        self.at = 0

    # -- conditions ------------------------------------------------------------------------------------------------

    def true(self, when: q.Condition, there: Iterable[str] | None = None) -> bool:
        """Say whether a condition holds; `there` are the files to go by instead of those that were seen."""
        match when:
            case q.All(of=parts):
                return all(self.true(part, there) for part in parts)
            case q.Any(of=parts):
                return any(self.true(part, there) for part in parts)
            case q.Not(of=part):
                return not self.true(part, there)
            case q.FileExists(path=path):
                return path in (self.seen if there is None else there)
            case q.TimeReached(at=at):
                return self.at >= at
            case _:
                return self._true_of_state(when)

    def _true_of_state(self, when: q.TaskIs | q.QueueIs | q.GateIs | q.VerdictIs) -> bool:
        match when:
            case q.TaskIs(task=ref, state=state):
                job = self.jobs.get(ref)
                return job is not None and (job.status in OVER if state == "ended" else job.status == state)
            case q.VerdictIs(task=ref, state=state):
                return ref in self.jobs and self.jobs[ref].verdict == state
            case q.GateIs(gate=name, state=state):
                return name in self.doors and self.doors[name].open is (state == "open")
            case q.QueueIs(queue=name, state=state):
                mine = [job.status for job in self.jobs.values() if job.queue == name]
                if state == "completed":
                    return name in self.lanes and all(status in DONE for status in mine)
                return name in self.lanes and (self.lanes[name].locked if state == "locked" else state in mine)

    def met(self, name: str) -> bool:
        """Say whether a dependency lets who waits for it go on."""
        if name.startswith("gate:"):
            return self.doors[name.removeprefix("gate:")].open
        return self.jobs[name].status in DONE

    def unmet(self, job: Job) -> tuple[set[str], set[str]]:
        """Give the gates and the tasks that a task still waits for."""
        missing = {name for name in job.spec.dependencies if not self.met(name)}
        gates = {name for name in missing if name.startswith("gate:")}
        return gates, missing - gates

    def settle(self, at: int) -> None:
        """End a commit: see which conditions have become true by it."""
        self.at = max(self.at, at)
        for spring in self.springs.values():
            now = self.true(spring.spec.when)
            spring.rises += now and not spring.was
            spring.was = now
        for lane in self.lanes.values():
            lane.rose = lane.rose or (lane.spec.unlock_when is not None and self.true(lane.spec.unlock_when))

    # -- events ----------------------------------------------------------------------------------------------------

    def take(self, event: e.Event, at: int) -> None:
        """Fold one event."""
        self.at = max(self.at, at)
        self._take(event)

    @singledispatchmethod
    def _take(self, event: e.Event) -> None:
        """Take in nothing of an event that the contract's rules do not speak of."""

    @_take.register
    def _(self, event: e.QueueAdded) -> None:
        self.lanes.setdefault(event.queue, Lane(name=event.queue, spec=event.spec))

    @_take.register
    def _(self, event: e.QueueEdited) -> None:
        self.lanes[event.queue].spec = event.spec

    @_take.register
    def _(self, event: e.QueueUnlocked) -> None:
        self.lanes[event.queue].freed = True

    @_take.register
    def _(self, event: e.QueuePaused) -> None:
        self.lanes[event.queue].paused = True

    @_take.register
    def _(self, event: e.QueueResumed) -> None:
        self.lanes[event.queue].paused = False

    @_take.register
    def _(self, event: e.LaneParked) -> None:
        self.lanes[event.queue].park = (event.code, event.until)

    @_take.register
    def _(self, event: e.LaneResumed) -> None:
        self.lanes[event.queue].park = None

    @_take.register
    def _(self, event: e.ResourceLocked) -> None:
        self.locks[event.resource, event.by] = Lock(event.until, event.shared)

    @_take.register
    def _(self, event: e.ResourceUnlocked) -> None:
        self.locks.pop((event.resource, event.by))

    @_take.register
    def _(self, event: e.TaskAdded) -> None:
        if event.task not in self.jobs:
            self.jobs[event.task] = Job(ref=event.task, spec=event.spec, added=self.at)

    @_take.register
    def _(self, event: e.TaskEdited) -> None:
        self.jobs[event.task].spec = event.spec

    @_take.register
    def _(self, event: e.NoticeAnnounced) -> None:
        self.jobs[event.task].announced = self.at

    @_take.register
    def _(self, event: e.TaskYielded) -> None:
        self.jobs[event.task].yields[event.to] = event.until

    @_take.register
    def _(self, event: e.TaskClaimed) -> None:
        job = self.jobs[event.task]
        job.status, job.owner, job.attempts = "in_progress", event.worker, max(job.attempts, event.attempt)

    @_take.register
    def _(self, event: e.TaskReleased) -> None:
        self._stop(event.task)

    @_take.register
    def _(self, event: e.AttemptEnded) -> None:
        self._stop(event.task)

    def _stop(self, ref: str) -> None:
        job = self.jobs[ref]
        if job.status == "in_progress":
            self._move(job, "pending")

    def _move(self, job: Job, status: str) -> None:
        job.status, job.owner = status, ""

    @_take.register
    def _(self, event: e.TaskReset) -> None:
        job = self.jobs[event.task]
        if job.status in DONE:
            job.verdict = ""
        if job.status != "in_progress":
            self._move(job, "pending")

    @_take.register
    def _(self, event: e.VerdictReached) -> None:
        self.jobs[event.task].verdict = event.verdict.value

    @_take.register
    def _(self, event: e.TaskCompleted) -> None:
        job = self.jobs[event.task]
        self._move(job, "completed")
        self.lanes[job.queue].stack.append(event.task)

    @_take.register
    def _(self, event: e.TaskSkipped) -> None:
        self._move(self.jobs[event.task], Status.SKIPPED.value)
        self.jobs[event.task].by_hand = bool(event.by)

    @_take.register
    def _(self, event: e.TaskBlocked) -> None:
        self._move(self.jobs[event.task], "blocked")

    @_take.register
    def _(self, event: e.TaskFailed) -> None:
        job = self.jobs[event.task]
        lane = self.lanes[job.queue]
        self._move(job, "failed")
        if not lane.undoing and any(j.spec.rollback for j in self.jobs.values() if j.queue == job.queue):
            lane.undoing = event.task

    # -- rollbacks -------------------------------------------------------------------------------------------------

    @_take.register
    def _(self, event: e.RollbackStep) -> None:
        self.owed[event.key], self.lanes[event.queue].step = False, event.key

    @_take.register
    def _(self, event: e.TaskRolledBack) -> None:
        self._move(self.jobs[event.task], "pending")
        self.jobs[event.task].verdict = ""
        self.lanes[event.queue].stack = [ref for ref in self.lanes[event.queue].stack if ref != event.task]

    @_take.register
    def _(self, event: e.RollbackFinished) -> None:
        self.lanes[event.queue].undoing = ""

    # -- triggers --------------------------------------------------------------------------------------------------

    @_take.register
    def _(self, event: e.TriggerDefined) -> None:
        self.springs.setdefault(event.trigger, Spring(name=event.trigger, spec=event.spec))

    @_take.register
    def _(self, event: e.TriggerFired) -> None:
        self.springs[event.trigger].fired += 1

    @_take.register
    def _(self, event: e.ActionFinished) -> None:
        self.owed[event.key] = self.owed.get(event.key, False) or event.ok

    # -- gates -----------------------------------------------------------------------------------------------------

    @_take.register
    def _(self, event: e.GateDefined) -> None:
        self.doors.setdefault(event.gate, Door(name=event.gate, spec=event.spec))

    @_take.register
    def _(self, event: e.GateApproved) -> None:
        door = self.doors[event.gate]
        door.words[event.by], door.refused = Word(True, self.at), False

    @_take.register
    def _(self, event: e.GateRejected) -> None:
        door = self.doors[event.gate]
        door.words[event.by], door.refused = Word(False, self.at), True

    @_take.register
    def _(self, event: e.GateChecking) -> None:
        self.doors[event.gate].checker = event.worker

    @_take.register
    def _(self, event: e.GateChecked) -> None:
        door = self.doors[event.gate]
        door.checker, door.checked, door.verdict, door.asked = "", event.commit, event.verdict, self.at
        door.green = None if event.verdict != "PASS" else self.at if door.green is None else door.green

    @_take.register
    def _(self, event: e.GateOpened) -> None:
        self.doors[event.gate].open = True

    @_take.register
    def _(self, event: e.TargetMoved) -> None:
        self.heads.update(dict.fromkeys(event.queues, event.commit))

    @_take.register
    def _(self, event: e.TaskMerged) -> None:
        self.heads = {lane: head for lane, head in self.heads.items() if head == event.commit}

    @_take.register
    def _(self, event: e.FileSeen) -> None:
        self.seen.add(event.path)

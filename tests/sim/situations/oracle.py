"""An oracle of the contract: what may happen, asked of every event; what a task waits for, asked after every commit.

Rules
1. A trigger fires once for each time its condition became true, and what it does stands in the same commit or is owed
   by a key of its own.
2. A gate opens only when its condition, its evidence, its checks and enough people who may sign say so; and once.
3. Nothing exclusive is held twice, nothing counted by more than there is, no file by two.
4. A task starts only when dependencies, locks, gates, times and its own `when` let it, and is skipped for no other
   reason than these.
5. A queue with rollbacks that fails is taken back in reverse, each step undone before the next, and nothing starts.
6. What is neither ended nor running waits for exactly one reason, the first that is true.
"""

from collections.abc import Callable, Mapping

from orchestrator.model import events as e
from orchestrator.model.settings import Settings
from orchestrator.model.specs import (
    Action,
    Add,
    GateSpec,
    Notify,
    PauseQueue,
    ResumeQueue,
    RunAction,
    TriggerSpec,
    Unlock,
)
from orchestrator.sim.witness import BrokenPromiseError
from tests.sim.situations.facts import DONE, HANDS, OVER, Door, Facts, Job

_JUMP_MS = 60_000
"""So far back the clock may jump between a decision and its commit."""
Why = tuple[str, frozenset[str]]
"""The code of a reason, and what it is on (empty: not looked at)."""


class Oracle:
    """Sees every commit; raises at the first that breaks a rule.

    `files` gives what lies in a queue's target now; `passes` whether a gate's checks are right to pass on a commit;
    `served` whether a living process has a queue.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        alive: Callable[[str], bool],
        served: Callable[[str], bool],
        now: Callable[[], int],
        files: Callable[[str], Mapping[str, str]],
        passes: Callable[[str, str], bool],
    ) -> None:
        self.facts = Facts()
        self._settings = settings
        self._alive, self._now, self._files, self._passes = alive, now, files, passes
        self._served = served

    def observe(self, commit: e.Commit) -> None:
        """Judge a commit, event by event, and remember it."""
        self._fired(commit)
        for event in commit.events:
            self._judge(event, commit)
            self.facts.take(event, commit.at)
        self.facts.settle(commit.at)
        self._held()

    def _judge(self, event: e.Event, commit: e.Commit) -> None:
        match event:
            case e.TaskClaimed():
                self._claimed(event)
            case e.TaskSkipped(by=""):
                self._skipped(self.facts.jobs[event.task])
            case e.FileSeen(path=path):
                there = any(path in self._files(name) for name in self.facts.lanes)
                _demand(there, f"{path} is said to be there and is not")
            case e.QueueUnlocked():
                self._unlocked(event, commit)
            case e.IterationStarted(restarted=False):
                held = self.locked(self.facts.jobs[event.task], _JUMP_MS)
                _demand(not held, f"an iteration of {event.task} starts in spite of {sorted(held)}")
            case e.TaskYielded():
                self._yielded(event)
            case e.NoticeAnnounced():
                self._announced(self.facts.jobs[event.task], event.told)
            case e.RollbackStep() | e.TaskRolledBack() | e.RollbackFinished():
                self._undone(event)
            case _:
                self._judge_gate(event)

    def _judge_gate(self, event: e.Event) -> None:
        match event:
            case e.GateOpened():
                self._opened(self.facts.doors[event.gate])
            case e.GateApproved() | e.GateRejected():
                self._signed(self.facts.doors[event.gate], event.by)
            case e.GateChecking():
                door = self.facts.doors[event.gate]
                _demand(not self._alive(door.checker), f"gate {door.name} is checked by two")
            case _:
                pass

    # -- triggers --------------------------------------------------------------------------------------------------

    def _fired(self, commit: e.Commit) -> None:
        for event in commit.events:
            if isinstance(event, e.TriggerFired):
                spring = self.facts.springs[event.trigger]
                owed = spring.fired + 1 == event.count <= spring.rises
                _demand(owed, f"{spring.name} fires for the {event.count}. time, having come true {spring.rises} times")
                for number, action in enumerate(spring.spec.do):
                    self._done(spring.spec, action, f"{spring.name}#{event.count}.{number}", commit.events)

    def _done(self, spec: TriggerSpec, action: Action, key: str, events: tuple[e.Event, ...]) -> None:
        match action:
            case Unlock(queue=name):
                did = e.QueueUnlocked(queue=name, because=f"trigger {spec.id}") in events
            case PauseQueue(queue=name):
                did = e.QueuePaused(queue=name, because=f"trigger {spec.id}") in events
            case ResumeQueue(queue=name):
                did = e.QueueResumed(queue=name, because=f"trigger {spec.id}") in events
            case Add(queue=name, spec=task):
                ref = f"{name}/{task.id}"
                added = [event for event in events if isinstance(event, e.TaskAdded) and event.task == ref]
                did = ref in self.facts.jobs or len(added) == 1
            case RunAction():
                did = key not in self.facts.owed
                self.facts.owed[key] = False
            case Notify():
                did = True
        _demand(did, f"trigger {spec.id} fires and {action} is not done with it")

    def _unlocked(self, event: e.QueueUnlocked, commit: e.Commit) -> None:
        lane = self.facts.lanes[event.queue]
        fired = [self.facts.springs[f.trigger].spec for f in commit.events if isinstance(f, e.TriggerFired)]
        by_trigger = any(Unlock(lane.name) in spec.do for spec in fired)
        _demand(by_trigger or lane.rose, f"{lane.name} is unlocked and nothing says so")

    # -- gates -----------------------------------------------------------------------------------------------------

    def names(self, spec: GateSpec, who: str) -> bool:
        """Say whether a gate lets somebody sign."""
        person = self._settings.people.get(who)
        return who in spec.approvers or (person is not None and bool(set(person.roles) & set(spec.approvers)))

    def _signed(self, door: Door, who: str) -> None:
        _demand(self.names(door.spec, who), f"{who} signs gate {door.name} and may not")
        _demand(not door.open, f"gate {door.name} is signed and is open")

    def lacks(self, door: Door) -> list[str]:
        """Say what a gate lacks before it may open."""
        facts, spec, now = self.facts, door.spec, max(self._now(), self.facts.at)
        found = [] if spec.requires is None or facts.true(spec.requires) else ["its condition"]
        found += [path for path in spec.evidence if path not in facts.seen]
        if spec.checks:
            head = facts.heads.get(spec.queue or next(iter(facts.lanes)), "")
            green = door.verdict == "PASS" and door.checked == head and bool(head)
            if not green or (door.green or 0) + (spec.hold_s or 0) * 1000 > door.asked:
                found.append("its checks")
        if spec.approvers and sum(word.yes for word in door.words.values()) < spec.quorum:
            found.append("signatures")
        if door.refused:
            found.append("a word that takes back the rejection")
        late = spec.deadline is not None and spec.deadline <= now
        if late and not any(word.yes and word.at > (spec.deadline or 0) for word in door.words.values()):
            found.append("a signature after its deadline")
        return found

    def _opened(self, door: Door) -> None:
        _demand(not door.open, f"gate {door.name} opens twice")
        _demand(not self.lacks(door), f"gate {door.name} opens and lacks {', '.join(self.lacks(door))}")
        for path in door.spec.evidence:
            _demand(any(self._files(name).get(path) for name in self.facts.lanes), f"there is no {path}")
        if door.spec.checks:
            _demand(self._passes(door.name, door.checked), f"the checks of {door.name} do not pass on {door.checked}")

    # -- what is held ----------------------------------------------------------------------------------------------

    def _held(self) -> None:
        at_work = [job for job in self.facts.jobs.values() if job.status == "in_progress"]
        for job in at_work:
            rivals = self.rivals(job, at_work)
            _demand(not rivals, f"{job.ref} and {', '.join(sorted(rivals))} are at work side by side")

    def rivals(self, job: Job, at_work: list[Job]) -> set[str]:
        """Name who at work has what a task needs."""
        others = [other for other in at_work if other is not job]
        found = {o.ref for o in others if any(_same(a, b) for a in job.spec.files for b in o.spec.files)}
        for wanted in job.spec.resources:
            name, places, reads = _want(wanted)
            users = [(o.ref, _want(text)) for o in others for text in o.spec.resources if _want(text)[0] == name]
            room = self._settings.resources.get(name, 1)
            changing = {ref for ref, (_, _, only_reads) in users if not only_reads}
            if reads:
                found |= changing if room == 1 else set()
            elif room == 1:
                found |= {ref for ref, _ in users}
            elif places + sum(taken for _, (_, taken, _) in users) > room:
                found |= changing
        return found

    def locked(self, job: Job, margin: int = 0) -> set[str]:
        """Name the locks of people that keep a task from beginning and last at least so much longer (milliseconds)."""
        wants = [_want(text) for text in job.spec.resources]
        return {
            f"lock:{name}"
            for (name, _), lock in self.facts.locks.items()
            for wanted, _, reads in wants
            if wanted == name and lock.until > self._now() + margin and not (lock.shared and reads)
        }

    # -- tasks -----------------------------------------------------------------------------------------------------

    def _claimed(self, event: e.TaskClaimed) -> None:
        facts, job = self.facts, self.facts.jobs[event.task]
        if job.status == "in_progress":
            _demand(not self._alive(job.owner), f"{job.ref} is claimed from {job.owner}, who lives")
            return
        lane = facts.lanes[job.queue]
        gates, tasks = facts.unmet(job)
        held = [
            job.status != "pending" and job.status,
            gates and f"shut {sorted(gates)}",
            tasks and f"open {sorted(tasks)}",
            lane.locked and "a lock",
            lane.paused and "a pause",
            lane.undoing and f"the rollback of {lane.name}",
            job.spec.agent in HANDS and "a person's hands",
        ]
        if not job.attempts:
            waits = {ref for ref in self._polite(job) if self._served(self.facts.jobs[ref].queue)}
            held += [
                self._moment(job) > self._now() and "its time",
                waits and f"{waits}, which it lets go first",
                bool(job.spec.notice_s) and not job.announced and "a notice that nobody was given",
                job.spec.when is not None and not self._wanted(job, sure=False) and "its `when`",
            ]
        reasons = [text for text in held if text]
        _demand(not reasons, f"{job.ref} starts in spite of {reasons}")
        self._handed_on(job)

    def _handed_on(self, job: Job) -> None:
        """Demand that what the tasks before it were to leave is there."""
        for other in (self.facts.jobs[name] for name in job.spec.dependencies if name in self.facts.jobs):
            if other.status == "completed" and other.spec.agent not in HANDS:
                missing = [path for path in other.spec.outputs if not self._files(other.queue).get(path)]
                _demand(not missing, f"{job.ref} starts and {other.ref} has not left {missing}")

    def _skipped(self, job: Job) -> None:
        upstream = [self.facts.jobs[name].status for name in job.spec.dependencies if name in self.facts.jobs]
        if job.spec.on_upstream == "skip" and {"failed", "blocked"} & set(upstream):
            return
        _demand(not any(self.facts.unmet(job)), f"{job.ref} is skipped before its time")
        _demand(
            job.spec.when is not None and not self._wanted(job, sure=True), f"{job.ref} is skipped without a reason"
        )

    def _wanted(self, job: Job, *, sure: bool) -> bool:
        """Say whether a task's own condition holds, by the files that lie in its target (`sure`) or were seen there."""
        there = {path for name in self.facts.lanes for path in self._files(name)}
        return job.spec.when is None or self.facts.true(job.spec.when, there if sure else {*there, *self.facts.seen})

    def _moment(self, job: Job) -> int:
        notice = (job.announced or job.added) + job.spec.notice_s * 1000 if job.spec.notice_s else 0
        return max(job.spec.start or 0, 0 if job.attempts else notice)

    def _yielded(self, event: e.TaskYielded) -> None:
        """Demand that nobody waits for longer than it takes what is under way, twice, or for one that does not come."""
        job, other = self.facts.jobs[event.task], self.facts.jobs[event.to]
        if event.to in job.yields:
            _demand(event.until < job.yields[event.to], f"{job.ref} lets {event.to} go first twice")
            return
        _demand(not job.attempts and self.why(job) == ("ready", frozenset()), f"{job.ref} yields and could not start")
        _demand(self._comes(other), f"{job.ref} lets {event.to} go first, which does not come")
        _, tasks = self.facts.unmet(other)
        most = max(self.facts.jobs[ref].spec.estimate_s for ref in tasks) * 1000
        _demand(event.until <= self._now() + 2 * most + _JUMP_MS, f"{job.ref} waits for {event.to} until {event.until}")

    def _polite(self, job: Job) -> set[str]:
        """Name those that a task lets go first now."""
        firsts = (self.facts.jobs[to] for to, until in job.yields.items() if until > self._now() and not job.attempts)
        return {other.ref for other in firsts if self._comes(other)}

    def _comes(self, job: Job) -> bool:
        """Say whether all is under way that a task still waits for."""
        lane, (gates, tasks) = self.facts.lanes[job.queue], self.facts.unmet(job)
        if gates or not tasks or job.status != "pending":
            return False
        if lane.locked or lane.paused or lane.undoing or lane.park is not None:
            return False
        needs = [self.facts.jobs[ref] for ref in tasks]
        return all(need.status == "in_progress" and self._alive(need.owner) for need in needs)

    def _announced(self, job: Job, told: tuple[str, ...]) -> None:
        """Demand that a change is announced once, before it is begun, to all whom it concerns."""
        _demand(not job.announced, f"{job.ref} is announced twice")
        _demand(job.status == "pending" and not job.attempts, f"{job.ref} is announced as it is begun")
        changed = {name for name, _, reads in map(_want, job.spec.resources) if not reads}
        concerned = {
            other.ref
            for other in self.facts.jobs.values()
            if other is not job and other.status not in OVER
            if job.ref in other.spec.dependencies
            or changed & {_want(text)[0] for text in other.spec.resources}
            or any(_same(one, its) for one in job.spec.files for its in other.spec.files)
        }
        _demand(set(told) == concerned, f"{job.ref} is announced to {sorted(told)}, not to {sorted(concerned)}")

    def _undone(self, event: e.RollbackStep | e.TaskRolledBack | e.RollbackFinished) -> None:
        lane = self.facts.lanes[event.queue]
        todo = [ref for ref in lane.stack if self.facts.jobs[ref].status == "completed" and self._undoes(ref)]
        _demand(lane.undoing, f"{lane.name} is taken back and nothing of it failed")
        match event:
            case e.RollbackStep():
                _demand(todo and todo[-1] == event.task, f"{event.task} is undone where {todo[-1:]} was completed last")
                running = [
                    j.ref for j in self.facts.jobs.values() if j.queue == lane.name and j.status == "in_progress"
                ]
                _demand(not running, f"{event.task} is undone while {running} are at work")
            case e.TaskRolledBack():
                _demand(self.facts.owed.get(lane.step), f"{event.task} is said to be undone and its command did not")
            case e.RollbackFinished():
                _demand(not todo, f"{lane.name} is taken back and {todo} are left")

    def _undoes(self, ref: str) -> bool:
        return bool(self.facts.jobs[ref].spec.rollback)

    # -- reasons ---------------------------------------------------------------------------------------------------

    def why(self, job: Job) -> Why | None:
        """Say what a task waits for: the first reason of the contract's list that is true; None if it does not wait."""
        if job.status in OVER or (job.status == "in_progress" and self._alive(job.owner)):
            return None
        facts, lane = self.facts, self.facts.lanes[job.queue]
        gates, tasks = facts.unmet(job)
        at_work = [other for other in facts.jobs.values() if other.status == "in_progress"]
        rivals, locks, firsts = self.rivals(job, at_work), self.locked(job), self._polite(job)
        now, park = self._now(), lane.park
        by_hand = job.spec.agent in HANDS and not gates and not tasks
        ladder: tuple[tuple[object, str, set[str]], ...] = (
            (job.status == "blocked" or by_hand, "person", set()),
            (park is not None and park[0] == "fault", "fault", set()),
            (job.status == "in_progress", "orphan", set()),
            (gates, "gate", gates),
            (tasks, "dependency", tasks),
            (lane.locked, "locked", {lane.name}),
            (lane.paused or lane.undoing, "paused", {lane.name}),
            (park is not None and park[0] == "parked" and park[1] > now, "parked", set()),
            (self._moment(job) > now, "time", set()),
            (locks or firsts or rivals, "conflict", locks or firsts or rivals),
        )
        return next(((code, frozenset(on)) for true, code, on in ladder if true), ("ready", frozenset()))

    # -- the end ---------------------------------------------------------------------------------------------------

    def reckon(self) -> None:
        """Demand that nothing is left undone."""
        for spring in self.facts.springs.values():
            _demand(spring.fired == spring.rises, f"{spring.name} came true {spring.rises} times, fired {spring.fired}")
        for door in self.facts.doors.values():
            _demand(door.open, f"gate {door.name} is shut at the end and lacks {self.lacks(door)}")
        for lane in self.facts.lanes.values():
            _demand(not lane.locked, f"{lane.name} is locked at the end")
        owed = [key for key, done in self.facts.owed.items() if not done]
        _demand(not owed, f"commands never succeeded: {owed}")
        left = [job.ref for job in self.facts.jobs.values() if job.status not in DONE]
        _demand(not left, f"{left} are not done")


def _want(text: str) -> tuple[str, int, bool]:
    """Read what a task shares: its name, how many places of it, and whether it is only read."""
    if text.endswith(":read"):
        return text.removesuffix(":read"), 0, True
    name, _, count = text.partition("=")
    return name, int(count or 1), False


def _same(one: str, other: str) -> bool:
    """Say whether two of the patterns that are used here (paths, and folders as `DIR/**`) mean the same file."""
    if one.endswith("/**"):
        return other.startswith(one.removesuffix("**"))
    return one == other or (other.endswith("/**") and _same(other, one))


def _demand(holds: object, text: str) -> None:
    if not holds:
        raise BrokenPromiseError(f"the oracle says: {text}")

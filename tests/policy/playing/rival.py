"""A rival of the fold, the agenda and the claim rule: it keeps nothing, knows no index and reads all events each time.

Written from the contract, not from the code: slow, plain and independent. What both say must be the same.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, TypeVar

from orchestrator.model import events as e
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.policy.seat import Seat

T = TypeVar("T")
ENDED = ("completed", "failed", "skipped")


def _once_a_commit(ask: Callable[["Rival", str], T]) -> Callable[..., T]:
    """Remember the answers to a question until the next commit, when all are forgotten: the only haste there is."""

    @wraps(ask)
    def asked(self: "Rival", about: str = "") -> T:
        key = (ask.__name__, about)
        if key not in self._answers:  # pyright: ignore[reportPrivateUsage] - it is the rival's own memory
            self._answers[key] = ask(self, about)  # pyright: ignore[reportPrivateUsage]
        found: T = self._answers[key]  # pyright: ignore[reportPrivateUsage]
        return found

    return asked


class Rival:
    """All events so far, and every question answered by reading them from the first to the last."""

    def __init__(self) -> None:
        self.commits: list[e.Commit] = []
        self.owed: set[str] = set()
        """Queues whose `unlock_when` was true after some commit."""
        self._answers: dict[tuple[str, str], Any] = {}
        self._lengths: Mapping[str, int] = {}

    def hear(self, commit: e.Commit) -> None:
        """Take in a commit."""
        self.commits.append(commit)
        self._answers.clear()
        for queue in self.queues():
            condition = self.queue_spec(queue).unlock_when
            if condition is not None and self.status(getattr(condition, "task", "")) == "completed":
                self.owed.add(queue)

    def events(self) -> Iterator[tuple[e.Commit, e.Event]]:
        """Give all events, each with its commit."""
        for commit in self.commits:
            for event in commit.events:
                yield commit, event

    # -- what there is ---------------------------------------------------------------------------------------------

    def queues(self) -> list[str]:
        """List the queues."""
        return [event.queue for _, event in self.events() if isinstance(event, e.QueueAdded)]

    def queue_spec(self, queue: str) -> QueueSpec:
        """Give a queue's specification."""
        return next(ev.spec for _, ev in self.events() if isinstance(ev, e.QueueAdded) and ev.queue == queue)

    @_once_a_commit
    def tasks(self, _all: str = "") -> list[str]:
        """List the tasks that were added and not removed since."""
        refs: dict[str, None] = {}
        for _, event in self.events():
            if isinstance(event, e.TaskAdded):
                refs[event.task] = None
            elif isinstance(event, e.TaskRemoved):
                refs.pop(event.task, None)
        return list(refs)

    def life(self, ref: str) -> list[tuple[e.Commit, e.Event]]:
        """Give what happened to a task since it was last added."""
        return self._lives().get(ref, [])

    @_once_a_commit
    def _lives(self, _all: str = "") -> dict[str, list[tuple[e.Commit, e.Event]]]:
        lives: dict[str, list[tuple[e.Commit, e.Event]]] = {}
        for commit, event in self.events():
            if isinstance(event, e.TaskAdded):
                lives[event.task] = []
            lives.get(getattr(event, "task", ""), []).append((commit, event))
        return lives

    @_once_a_commit
    def spec(self, ref: str) -> TaskSpec:
        """Give a task's specification as last written."""
        return [event.spec for _, event in self.life(ref) if isinstance(event, (e.TaskAdded, e.TaskEdited))][-1]

    # -- how a task stands -----------------------------------------------------------------------------------------

    @_once_a_commit
    def status(self, ref: str) -> str:
        """Give a task's status; empty if there is none."""
        status = ""
        for _, event in self.life(ref):
            match event:
                case e.TaskAdded():
                    status = "pending"
                case e.TaskClaimed():
                    status = "in_progress"
                case e.TaskCompleted():
                    status = "completed"
                case e.TaskFailed():
                    status = "failed"
                case e.TaskBlocked():
                    status = "blocked"
                case e.TaskSkipped():
                    status = "skipped"
                case e.AttemptEnded() | e.TaskReleased():
                    status = "pending" if status == "in_progress" else status
                case e.TaskReset():
                    status = "pending" if status != "in_progress" else status
                case _:
                    pass
        return status

    @_once_a_commit
    def owner(self, ref: str) -> str | None:
        """Give the worker whose claim was the last word on a task that is in progress."""
        if self.status(ref) != "in_progress":
            return None
        return [event.worker for _, event in self.life(ref) if isinstance(event, e.TaskClaimed)][-1]

    def claimed(self) -> dict[str, str]:
        """Give all claims: task to worker."""
        return {ref: owner for ref in self.tasks() if (owner := self.owner(ref)) is not None}

    @_once_a_commit
    def attempts(self, ref: str) -> int:
        """Give the highest attempt number the task ever had, also before it was removed and added again."""
        claims = (event for _, event in self.events() if isinstance(event, e.TaskClaimed))
        return max((event.attempt for event in claims if event.task == ref), default=0)

    def attempt(self, ref: str) -> int | None:
        """Give the number of the attempt that is not ended."""
        number, status = None, ""
        for _, event in self.life(ref):
            match event:
                case e.TaskClaimed():
                    number = event.attempt
                case e.AttemptEnded() if event.attempt == number:
                    number = None
                case e.TaskSkipped():
                    number, status = None, "over"
                case e.TaskCompleted():
                    status = "over"
                case e.TaskReset() if status == "over":
                    number, status = None, ""
                case _:
                    pass
        return number

    @_once_a_commit
    def iterations(self, ref: str) -> int:
        """Count iterations by number, each once; one whose agent never started is none."""
        seen: set[tuple[int, int]] = set()
        working = False
        for _, event in self.life(ref):
            if isinstance(event, e.IterationStarted):
                seen.add((event.attempt, event.iteration))
                working = True
            elif isinstance(event, e.LaneParked) and working:
                seen.discard((event.attempt, event.iteration))
            elif isinstance(event, e.AgentFinished):
                working = False
        return len(seen)

    # -- who may be claimed ----------------------------------------------------------------------------------------

    @_once_a_commit
    def met(self, ref: str) -> bool:
        """Say whether all a task waits for is completed or skipped."""
        return all(self.status(name) in {"completed", "skipped"} for name in self.spec(ref).dependencies)

    def learn(self, lengths: Mapping[str, int]) -> None:
        """Take in how long the plan still is from each task on: that is rehearsed, and proved elsewhere."""
        self._lengths = lengths
        self._answers.clear()

    @_once_a_commit
    def waiting(self, _all: str = "") -> list[str]:
        """List the tasks that are pending with all they wait for done, most urgent first."""
        refs = [ref for ref in self.tasks() if self.status(ref) == "pending" and self.met(ref)]
        return sorted(refs, key=self._urgency)

    def _urgency(self, ref: str) -> tuple[int, bool, int, int, int, int, str]:
        commit, _ = self.life(ref)[0]
        begun = self.attempts(ref) > 0
        lane = self.queue_spec(ref.partition("/")[0]).priority
        return (
            self.spec(ref).priority,
            not begun,
            lane,
            -self._lengths.get(ref, 0),
            self.added(ref).order,
            commit.seq,
            ref,
        )

    def added(self, ref: str) -> e.TaskAdded:
        """Give the event that brought the task."""
        _, added = self.life(ref)[0]
        assert isinstance(added, e.TaskAdded)
        return added

    @_once_a_commit
    def held(self, queue: str) -> bool:
        """Say whether a queue is locked or paused."""
        spec, unlocked, paused = self.queue_spec(queue), False, False
        for _, event in self.events():
            if getattr(event, "queue", None) == queue:
                unlocked |= isinstance(event, e.QueueUnlocked)
                paused = (paused or isinstance(event, e.QueuePaused)) and not isinstance(event, e.QueueResumed)
        return paused or ((spec.locked or spec.unlock_when is not None) and not unlocked)

    def _probing(self, queue: str, now: int, seat: Seat) -> bool:
        """Say whether a faulty lane lets nobody start."""
        park: tuple[e.Commit, e.LaneParked] | None = None
        for commit, event in self.events():
            if isinstance(event, e.LaneParked) and event.queue == queue:
                park = (commit, event)
            elif isinstance(event, e.LaneResumed) and event.queue == queue:
                park = None
        if park is None:
            return False
        early = park[1].until > now and park[0].at >= seat.since
        at_it = any(seat.alive(who) for ref, who in self.claimed().items() if ref.startswith(f"{queue}/"))
        return early or at_it

    def _crowded(self, ref: str, seat: Seat, capacity: Mapping[str, int]) -> bool:
        beside = [other for other in self.claimed() if other != ref]
        spec, others = self.spec(ref), [self.spec(other) for other in beside]
        everyone = [spec, *others]
        for wanted in spec.resources:
            name, places = wanted.removesuffix(":read"), capacity.get(wanted.removesuffix(":read"), 1)
            writers = sum(name in each.resources for each in everyone)
            readers = sum(f"{name}:read" in each.resources for each in everyone)
            if (writers and writers + readers > 1) if places == 1 else (writers > places and name == wanted):
                return True
        if any(set(spec.files) & set(other.files) for other in others):
            return True
        return spec.agent == "one" and any(other.agent == "one" for other in others)

    def startable(self, now: int, seat: Seat) -> list[str]:
        """List what this process may claim anew, the one it must claim first."""
        mine = [ref for ref, who in self.claimed().items() if who == seat.me]
        found: list[str] = []
        for ref in self.waiting():
            queue = ref.partition("/")[0]
            if seat.scope.workers is not None:
                room = len(mine) < seat.scope.workers
            else:
                settings = seat.settings.queues.get(queue)
                limit = settings.workers if settings is not None else 1
                room = sum(other.startswith(f"{queue}/") for other in mine) < limit
            in_scope = seat.scope.queues is None or queue in seat.scope.queues
            early = (self.spec(ref).start or 0) > now
            blocked = self.held(queue) or self._probing(queue, now, seat) or early
            if in_scope and room and not blocked and not self._crowded(ref, seat, seat.settings.resources):
                found.append(ref)
        return found

    def orphans(self, seat: Seat) -> list[str]:
        """List what dead workers left in this process's scope."""
        return [
            ref
            for ref, who in self.claimed().items()
            if not seat.alive(who) and (seat.scope.queues is None or ref.partition("/")[0] in seat.scope.queues)
        ]

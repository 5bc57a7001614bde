"""Which task a process claims next. Pure.

Rules
1. Of those that may start the most urgent (`agenda`), where this process has a worker to spare. What may not start is
   what `reasons` says; here only so much is asked that nobody is asked in vain twice (`lineup`).
2. One that would probably conflict with what runs lets the next of the same priority go first.
3. One that is to let another go first (`yielding`) does so, on record, before the next is asked.
4. A task whose `when` is not true as it would be claimed is skipped; a person's, as it would be theirs to do.
"""

from collections.abc import Iterable, Iterator

from orchestrator.model import events as e
from orchestrator.model.ids import queue_of
from orchestrator.model.truth import holds
from orchestrator.model.world import Step, Task, World
from orchestrator.policy import rollback
from orchestrator.policy.accounts import waits_for
from orchestrator.policy.agenda import Agenda, Lane
from orchestrator.policy.budgets import of_project, of_queue, run_over
from orchestrator.policy.gates import wants_a_look
from orchestrator.policy.holds import foreseen
from orchestrator.policy.limits import is_fresh, is_human, is_unwanted
from orchestrator.policy.lineup import Cause, Word
from orchestrator.policy.reasons import Code, first_of, over_hours, reason_for
from orchestrator.policy.resources import locked_out
from orchestrator.policy.seat import Seat, free_slot, mine
from orchestrator.policy.taking import taken
from orchestrator.policy.until import is_reached
from orchestrator.policy.visits import holder

Events = tuple[e.Event, ...]


def claim(world: World, agenda: Agenda, now: int, seat: Seat) -> Events:
    """Give the commit that claims the next task, or nothing."""
    if seat.draining or _arrived(world, seat) or (seat.full and mine(world, seat)):
        return ()  # with nothing of ours running, a claim is what finds out whether there is room again
    slots = {name: free_slot(world, name, seat) for name in world.queues if seat.scope.covers(name)}
    open_ = {name for name, slot in slots.items() if slot is not None and startable(world, name, now, seat)}
    if stale := tuple(_stale(world, agenda, now, seat)):
        return stale
    search = _Search(world, agenda, now, seat)
    task = search.best(open_) if open_ else None
    if search.yielded is not None:
        return (search.yielded,)
    if task is None:
        return ()
    if is_unwanted(world, task):
        return _omitted(task)
    slot = slots[queue_of(task.ref)]
    number = task.attempt.number if task.attempt else task.attempts + 1
    return (
        e.TaskClaimed(task=task.ref, attempt=number, worker=seat.me, slot=slot or 1, resumed=task.attempt is not None),
    )


def _stale(world: World, agenda: Agenda, now: int, seat: Seat) -> Iterator[e.TaskYielded]:
    """End what tasks wait for on purpose that the plan does not say any more; shorten what was said to be shorter."""
    for ref in agenda.patient:
        task = world.tasks[ref]
        for to, held in task.yields.items():
            if held.until <= now:
                continue
            if to not in agenda.firsts(ref):
                yield e.TaskYielded(task=ref, to=to, until=now, over=True)
            elif (first := first_of(world, task, (to,), now, seat)) is not None and first.until < held.until:
                yield e.TaskYielded(task=ref, to=to, until=first.until)


def omit(world: World, agenda: Agenda, now: int, seat: Seat) -> Events:
    """Skip a person's task that would be theirs now, but for its `when`; an agent's is looked at as it is claimed."""
    for ref in agenda.conditional:
        task = world.tasks[ref]
        if task.spec.when is None or not seat.serves(ref) or holds(world, task.spec.when):
            continue
        queue = world.queues[queue_of(ref)]
        later = queue.locked or queue.paused or rollback.is_held(queue) or (task.spec.start or 0) > now
        if not later and is_human(world, task, seat) and holder(task, seat) is None:
            return _omitted(task)
    return ()


def _omitted(task: Task) -> Events:
    return (e.TaskSkipped(task=task.ref, reason="its `when` is not true"),)


def startable(world: World, name: str, now: int, seat: Seat) -> bool:
    """Say whether a queue lets any of its tasks start; a faulty lane lets one through once its next probe is due.

    It is due at once in a process that sat down after the last one failed: somebody has started it.
    """
    queue = world.queues[name]
    if rollback.is_held(queue):
        return False
    if queue.locked or queue.paused or queue.park is None:
        return not queue.locked and not queue.paused
    stale = queue.park.code == "fault" and queue.park.at < seat.since
    if queue.park.until > now and not stale:
        return False
    return not any(ref.startswith(f"{name}/") and seat.alive(w) for ref, w in world.claims.items())


def _arrived(world: World, seat: Seat) -> bool:
    return seat.scope.until is not None and is_reached(world, seat.scope.until)


class _Search:
    """One search. `first` is the most urgent that may start, found when all that is left is to find a better one.

    `yielded`: what is to be recorded before any is claimed.
    """

    def __init__(self, world: World, agenda: Agenda, now: int, seat: Seat) -> None:
        self._world, self._agenda, self._now, self._seat = world, agenda, now, seat
        self._taken = taken(world, now, seat, agenda.begun)
        self._run_over = run_over(seat, now) is not None
        self._project = tuple(of_project(world, now, seat.settings))
        self._first: Task | None = None
        self._better: Task | None = None
        self.yielded: e.TaskYielded | None = None

    def best(self, queues: set[str]) -> Task | None:
        """Ask the tasks of these queues."""
        few = (self._seat.scope.task,) if self._seat.scope.task is not None else self._seat.only
        if few is not None:
            self._ask_few(few, queues)
            return self._better or self._first
        lineup = self._agenda.lineup(self._world, self._now)
        for cause in lineup.causes():
            if not self._taken.holds(cause):
                lineup.free(cause)
        lineup.ask(lambda lane: isinstance(lane, Lane) and lane.queue in queues, self._judged)
        return self._better or self._first

    def _ask_few(self, few: Iterable[str], queues: set[str]) -> None:
        """Ask those that are this process's to do, where these are named."""
        for ref in self._agenda.among(few):
            if queue_of(ref) in queues and self._seat.serves(ref) and self._judged(ref) is Word.STOP:
                return

    def _judged(self, ref: str) -> Word | Cause:
        task = self._world.tasks[ref]
        if self._first is not None and task.spec.priority != self._first.spec.priority:
            return Word.STOP
        cause = self._taken.cause(task)
        if cause is not None:
            return cause
        if locked_out(self._world, task, self._now, self._seat.settings) is not None and is_fresh(task):
            return Word.KIND
        if not self._may_start(task):
            return Word.LANE if is_fresh(task) and self._nobody(task) else Word.NEXT
        firsts = self._agenda.firsts(ref)
        first = first_of(self._world, task, firsts, self._now, self._seat) if firsts else None
        if first is not None:
            self.yielded = e.TaskYielded(task=ref, to=first.to, until=first.until)
            return Word.STOP
        if not foreseen(self._world, task, self._seat)[0]:
            self._better = task
            return Word.STOP
        self._first = self._first or task
        return Word.KIND

    def _may_start(self, task: Task) -> bool:
        needs_agent = task.attempt is None or task.attempt.step in {Step.PREPARE, Step.START}
        if (needs_agent and self._run_over) or (is_fresh(task) and self._seat.sated()):
            return False
        if is_human(self._world, task, self._seat) or wants_a_look(self._world, task):
            return False
        reason = reason_for(self._world, task, self._now, self._seat, probe=True, at_work=self._taken)
        return reason is not None and reason.code is Code.READY

    def _nobody(self, task: Task) -> bool:
        """Say whether what keeps a task that was never begun from starting keeps all of its lane."""
        world, now, seat = self._world, self._now, self._seat
        if self._run_over or seat.sated() or is_human(world, task, seat) or over_hours(task, now, seat) is not None:
            return True
        limits = (*of_queue(world, queue_of(task.ref), now, seat.settings), *self._project)
        return waits_for(world, task, now, seat) is not None or any(gauge.over for gauge in limits)

"""Races: several attempts at one task side by side, the first that passes is the task's. `rivals` begins them. Pure.

Rules
1. A task with `race = N` gets up to N - 1 further attempts while its own has not passed, each by the next of its
   `agents` (else of its agent and that one's fallbacks), as long as there is a worker to spare. None is replaced.
2. They share what the task holds, its resources and files, and the iterations it was granted. What they cost is its.
3. The first whose tree passes wins: it goes on to the target, the others' agents are stopped, their work stays in refs.
4. Whatever would end, block or release one of several only takes it out of the race. The last one left is an attempt
   like any other.
"""

from orchestrator.model import events as e
from orchestrator.model.ids import lane_key, ref_of_lane
from orchestrator.model.world import Attempt, Task, World
from orchestrator.policy.seat import Seat, mine

Events = tuple[e.Event, ...]
_ENDS = (e.TaskReleased, e.TaskBlocked, e.TaskFailed, e.AttemptEnded)


def won(world: World, task: Task, attempt: Attempt) -> Events:
    """Say that this attempt passed first, where others were under way beside it."""
    own = world.tasks[task.ref]
    if not own.rivals:
        return ()
    lost = tuple(number for number in _numbers(own) if number != attempt.number)
    return (e.RaceWon(task=task.ref, attempt=attempt.number, lost=lost),)


def in_race(world: World, task: Task, attempt: Attempt, events: Events) -> Events:
    """Take an attempt out of the race where these events would end, block or release it and others go on."""
    end = next((event for event in events if isinstance(event, _ENDS)), None)
    if end is None or not world.tasks[task.ref].rivals:
        return events
    others = tuple(event for event in events if not isinstance(event, _ENDS))
    return (*others, e.RivalLeft(task=task.ref, attempt=attempt.number, reason=end.reason))


def given_back(world: World, seat: Seat, reason: str) -> Events:
    """Give back all that this process holds: of attempts side by side only the last is worth going on with."""
    events: list[e.Event] = []
    own = set(mine(world, seat))
    for ref in dict.fromkeys(map(ref_of_lane, mine(world, seat))):
        task = world.tasks[ref]
        rivals = [number for number in task.rivals if lane_key(ref, number) in own]
        others = len(rivals) < len(task.rivals)
        events += [e.RivalLeft(task=ref, attempt=number, reason=reason) for number in rivals]
        if ref in own and others and task.attempt is not None:
            events.append(e.RivalLeft(task=ref, attempt=task.attempt.number, reason=reason))
        elif ref in own:
            events.append(e.TaskReleased(task=ref, reason=reason))
    return tuple(events)


def _numbers(task: Task) -> tuple[int, ...]:
    own = (task.attempt.number,) if task.attempt is not None else ()
    return (*own, *task.rivals)

"""What of the past may go, and when. Chooses only; never names what open work depends on.

Rules
1. What a task left is in use until it is completed, failed, skipped or removed, and as long as an attempt is under way,
   somebody sits in its folder, a question or proposal of its agents is open, or its queue is being taken back.
2. It may go a stated time after that; where a size is stated, what ended first goes first, whatever its age.
3. Of the refs of a completed task those may go whose commit the target holds. Those of what was superseded go only
   where a person has said when; the base of an attempt stays for as long as anything of it.
"""

from collections.abc import Iterable, Mapping

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED, Status
from orchestrator.model.world import Task, World


def over_since(world: World, ref: str) -> int | None:
    """Say since when nothing depends on what a task left (milliseconds); None: something does, or nobody knows it."""
    queue = world.queues.get(queue_of(ref))
    if queue is not None and (queue.rollback is not None or queue.rollback_due):
        return None
    task = world.tasks.get(ref)
    if task is None:
        return world.removed[ref][1].since if ref in world.removed else None
    return None if task.status not in ENDED or _is_used(task, world) else task.since


def _is_used(task: Task, world: World) -> bool:
    return (
        task.attempt is not None
        or task.claim is not None
        or task.held is not None
        or bool(task.rivals)
        or any(not question.answer for question in task.questions)
        or any(proposal.task == task.ref for proposal in world.proposals.values())
    )


def expired(world: World, refs: Iterable[str], now: int, kept_s: float | None) -> list[str]:
    """List the tasks that ended longer ago than what they left is kept."""
    if kept_s is None:
        return []
    ends = ((ref, over_since(world, ref)) for ref in refs)
    return [ref for ref, end in ends if end is not None and now - end >= kept_s * 1000]


def excess(world: World, sizes: Mapping[str, int], limit: int) -> list[str]:
    """List the tasks whose records go so that all (`sizes`, in bytes) are within the limit, as far as may be."""
    ends = ((over_since(world, ref), ref) for ref in sizes)
    rest, gone = sum(sizes.values()), list[str]()
    for _, ref in sorted((end, ref) for end, ref in ends if end is not None):
        if not limit or rest <= limit:
            break
        rest -= sizes[ref]
        gone.append(ref)
    return gone


def needless(world: World, ref: str, refs: Mapping[str, bool], *, superseded: bool) -> list[str]:
    """List the refs of a task that keep nothing anybody needs: `refs` says of each whether the target holds its commit.

    `superseded`: also those that only they hold, of a task whose work landed.
    """
    task = world.tasks.get(ref)
    if task is None or task.status is not Status.COMPLETED or over_since(world, ref) is None:
        return []
    if superseded and task.commit:
        return list(refs)
    needed = {name.split("/")[4] for name, held in refs.items() if not held}
    return [
        name for name, held in refs.items() if held and not (name.endswith("/base") and name.split("/")[4] in needed)
    ]

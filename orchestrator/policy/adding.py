"""Tasks that people add: one, or many in one commit. Pure; the one home of what may be added.

Rules
1. Either everything that is asked for is added, or nothing, and then every problem is told at once.
2. Tasks added together may wait for each other, in whatever order they are named.
3. What an agent proposed is added by the same rules as what a person wrote.
"""

from collections.abc import Mapping, Sequence

import msgspec

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id
from orchestrator.model.specs import TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.catchup import misnamed
from orchestrator.policy.cycles import ring, trimmed
from orchestrator.policy.decide import Answer
from orchestrator.policy.talk import no_such
from orchestrator.policy.versions import ORDER_STEP, behind_last

Batch = Mapping[str, TaskSpec]
"""What is added together, by `queue/ID`."""


def add(world: World, ask: c.AddTask) -> Answer:
    """Add one task behind the last of its queue."""
    return add_all(world, (ask,))


def add_all(world: World, asks: Sequence[c.AddTask]) -> Answer:
    """Add many, each behind the last of its queue, or say all that is wrong, a line each."""
    problems = judged(world, asks)
    if any(problems):
        return c.Refusal("\n".join(problem for problem in problems if problem))
    ends = {name: behind_last(world, name) for name in {ask.queue for ask in asks}}
    events: list[e.Event] = []
    for ask in asks:
        events.append(e.TaskAdded(task=_ref(ask), spec=ask.spec, imported=ask.imported, order=ends[ask.queue]))
        ends[ask.queue] += ORDER_STEP
    return tuple(events)


def judged(world: World, asks: Sequence[c.AddTask]) -> tuple[str, ...]:
    """Say of each why it cannot be added; empty: it can."""
    taken = {
        ref.lower(): ref for name in {ask.queue for ask in asks} & {*world.queues} for ref in world.queues[name].tasks
    }
    misnamed = [_misnamed(world, ask, taken) for ask in asks]
    batch = {_ref(ask): ask.spec for ask, problem in zip(asks, misnamed, strict=True) if not problem}
    circles = rings(world, batch)
    return tuple(problem or _misplaced(world, batch, ask, circles) for ask, problem in zip(asks, misnamed, strict=True))


def accept(world: World, ask: c.AcceptProposal) -> Answer:
    """Add the task an agent proposed."""
    proposal = world.proposals.get(ask.proposal)
    if proposal is None:
        return no_such(world, ask.proposal)
    spec = msgspec.structs.replace(proposal.spec, id=ask.id or proposal.spec.id)
    added = add(world, c.AddTask(queue=ask.queue or proposal.queue, spec=spec))
    if isinstance(added, c.Refusal):
        return c.Refusal(f"{added.text}; `inbox accept {proposal.id} --queue Q --id ID` adds it elsewhere")
    ref = f"{ask.queue or proposal.queue}/{spec.id}"
    return (e.ProposalAccepted(task=proposal.task, proposal=proposal.id, added=ref, by=ask.by), *added)


def accept_all(world: World, ask: c.AcceptProposals) -> Answer:
    """Add every task that agents have proposed, or say all that is wrong."""
    proposals = [*world.proposals.values()]
    asks = [c.AddTask(queue=ask.queue or proposal.queue, spec=proposal.spec) for proposal in proposals]
    problems = [
        f"{proposal.id}: {problem}" for proposal, problem in zip(proposals, judged(world, asks), strict=True) if problem
    ]
    if problems:
        return c.Refusal("\n".join(problems))
    added = add_all(world, asks)
    accepted = (
        e.ProposalAccepted(task=proposal.task, proposal=proposal.id, added=_ref(one), by=ask.by)
        for proposal, one in zip(proposals, asks, strict=True)
    )
    return added if isinstance(added, c.Refusal) else (*accepted, *added)


def _ref(ask: c.AddTask) -> str:
    return f"{ask.queue}/{ask.spec.id}"


def _misnamed(world: World, ask: c.AddTask, taken: dict[str, str]) -> str:
    """Say why it cannot be called so; takes its name."""
    ref = _ref(ask)
    if ask.queue not in world.queues:
        return f"there is no queue {ask.queue}; write queues/{ask.queue}.json first (`orchestrator init`)"
    if not is_safe_id(ask.spec.id):
        return f"{ask.spec.id!r} cannot be a task id: {SAFE_ID_RULE}"
    other = taken.get(ref.lower())
    taken[ref.lower()] = other or ref
    if other is None:
        return ""
    return f"{ref} exists; `orchestrator edit {ref}` changes it" if other in world.tasks else f"{ref} stands twice"


def _misplaced(world: World, batch: Batch, ask: c.AddTask, circles: Mapping[str, tuple[str, ...]]) -> str:
    """Say why it cannot wait for what it names."""
    ref = _ref(ask)
    unknown = [name for name in ask.spec.dependencies if name not in batch and not is_known(world, name)]
    if unknown:
        return f"{ref} depends on {', '.join(unknown)}, which does not exist; add that first"
    if ref in circles:
        return f"{ref} would wait for itself: {' -> '.join(circles[ref])}; drop one of these dependencies"
    return f"{ref} {wrong}" if (wrong := misnamed(world, ref, ask.spec)) else ""


def is_known(world: World, name: str) -> bool:
    """Say whether something that can be waited for is called so."""
    return name.removeprefix("gate:") in world.gates if name.startswith("gate:") else name in world.tasks


def rings(world: World, batch: Batch) -> dict[str, tuple[str, ...]]:
    """Give the ways by which tasks of these specifications would come to wait for themselves, each ring once."""
    graph: dict[str, tuple[str, ...]] = {}
    stack = [*batch]
    while stack:
        name = stack.pop()
        if name not in graph:
            spec = batch[name] if name in batch else world.tasks[name].spec
            graph[name] = tuple(other for other in spec.dependencies if other in batch or other in world.tasks)
            stack += graph[name]
    left, found, told = trimmed(graph), dict[str, tuple[str, ...]](), set[str]()
    for ref in batch:
        circle = ring(left, ref) if ref in left and ref not in told else ()
        told |= {*circle}
        if circle:
            found[ref] = circle
    return found

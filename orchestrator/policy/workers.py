"""What people ask about workers: more or fewer of them while runs go on. Pure.

Rules
1. A number that somebody sets stands in the journal: every run goes by it from its next step, also the next run, until
   it is set anew or given back to the configuration. A run started later with `--workers` goes by that word.
2. Fewer workers stop nothing: what runs comes to the end of its iteration, then what was claimed last is given back
   and waits on the same attempt. What is verified lands.
"""

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.settings import MOST_WORKERS
from orchestrator.model.world import World
from orchestrator.policy.decide import Answer
from orchestrator.policy.seat import Seat, of_queue


def staffed(world: World, ask: c.SetWorkers, seat: Seat) -> Answer:
    """Set how many tasks a run works on at once, of a queue or in all, or say why not."""
    queue = world.queues.get(ask.queue)
    if queue is None and ask.queue:
        return c.Refusal(f"there is no queue {ask.queue} (known: {', '.join(world.queues) or 'none yet'})")
    known = world.workers if queue is None else of_queue(world, queue.name, seat.settings)
    wanted = ask.workers
    if ask.more:
        if known is None:
            return c.Refusal("nobody has said how many in all there are: each queue has its own; name the number")
        wanted = known + ask.more
    if wanted is not None and wanted < 1:
        held = f"`orchestrator pause {ask.queue or 'QUEUE'}` holds a queue"
        return c.Refusal(f"that leaves {wanted} workers, and one is the least; {held}, `orchestrator stop` ends runs")
    if wanted is not None and wanted > MOST_WORKERS:
        return c.Refusal(f"{wanted} workers are too many; {MOST_WORKERS} are the most")
    if wanted == (world.workers if queue is None else queue.workers):
        return ()
    return (e.WorkersSet(queue=ask.queue, workers=wanted, by=ask.by),)

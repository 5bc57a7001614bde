"""Situation A: three tracks of one product, the third freed by the second, an end that needs them all.

Each track has a terminal of its own; some seeds start one that serves two. Both write to the same files.
"""

from orchestrator.model import conditions as q
from orchestrator.model.scope import Scope
from orchestrator.model.specs import RunAction, Unlock
from tests.sim.situations.situation import Situation, Sketch


def draw_tracks(seed: int) -> Situation:
    """Draw the tracks of a seed."""
    sketch = Sketch("tracks", seed)
    dice = sketch.dice
    by_trigger = dice.random() < 0.5
    sketch.queue("screens")
    sketch.queue("services")
    screens = sketch.chain("screens", "S", dice.randint(2, 5))
    services = sketch.chain("services", "V", dice.randint(3, 6))
    third = q.TaskIs(services[2])
    sketch.queue("clients", locked=by_trigger, unlock_when=None if by_trigger else third)
    clients = sketch.chain("clients", "C", dice.randint(2, 4))
    sketch.need(clients[-1], screens[-1], services[-1])
    if by_trigger:
        sketch.trigger("free-clients", third, Unlock("clients"), *([RunAction("announce")] * dice.randint(0, 2)))
    sketch.trigger("third-service", third, RunAction("announce"))
    sketch.trigger("all-tracks", q.All((q.QueueIs("screens"), q.QueueIs("services"))), RunAction("announce"))
    _sounds_dependent(sketch, screens, services)
    for ref in sketch.some((*screens, *services), 4):
        sketch.shared[ref] = ("src/menu",)
    alone = Scope(queues=("services",), max_iterations=30, interactive=False)
    helps = Scope(queues=("services", "screens"), interactive=False)
    return sketch.situation(
        Scope(queues=("screens",)), alone if dice.random() < 0.7 else helps, Scope(queues=("clients",), watch=True)
    )


def _sounds_dependent(sketch: Sketch, screens: list[str], services: list[str]) -> None:
    """Let a screen wait for a service it does not need, until a person drops the edge."""
    screen, service = sketch.dice.choice(screens[1:]), sketch.dice.choice(services)
    sketch.need(screen, service)
    sketch.edges = {screen: service}

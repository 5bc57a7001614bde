"""What running tasks have taken: the folder, resources, files, places of agents. Pure; an index, rebuilt at will.

Rules
1. In place there is one folder: whoever works in it, or has begun to, has it until they have ended.
2. What is shared is had as `resources` says. Attempts side by side at one task share what the task has.
3. Files that two tasks say they will touch on one target are had by one of them.
4. An agent with `concurrency` has so many places, one for each attempt.
A *cause* names what is taken, not who has it: all who want the same thing are held up by the same cause, for as long as
it holds, whoever has it meanwhile.
"""

from collections.abc import Iterable

import msgspec

from orchestrator.model.ids import queue_of
from orchestrator.model.specs import ENDED
from orchestrator.model.world import Task, World
from orchestrator.policy.globs import overlap
from orchestrator.policy.limits import staffed
from orchestrator.policy.resources import Want, in_the_way, in_use, wants
from orchestrator.policy.seat import Seat

Cause = tuple[str, ...]
"""`folder`; `resource`, its name and how many places are wanted; `file`, target and pattern; `agent` and its name."""
_FOLDER: Cause = ("folder",)


class Clash(msgspec.Struct, frozen=True):
    """Whom a task must wait for, and why, in words."""

    on: tuple[str, ...]
    text: str


class Taken:
    """Who has what, in the order in which it was taken. `begun` are tasks that have the folder though nobody runs."""

    def __init__(self, world: World, now: int, seat: Seat, begun: Iterable[str] = ()) -> None:
        self._world, self.now, self._seat = world, now, seat
        self._in_place = seat.settings.workspace == "inplace"
        self._begun = tuple(begun) if self._in_place else ()
        self._holders: dict[str, None] = {}
        self._users: dict[str, dict[str, Want]] = {}
        """Resource -> who has what of it."""
        self._missed: dict[str, set[Cause]] = {}
        """Resource -> the causes that it was named as."""
        self._files: dict[str, dict[str, tuple[str, ...]]] = {}
        """Target -> who touches what there."""
        self._agents: dict[str, list[str]] = {}
        self._at_work: dict[str, str] = {}
        """Key of a claim -> the agent whose place it has."""
        self._limited = any(agent.concurrency for agent in seat.settings.agents.values())
        """Whether anybody asks whose place is taken."""
        self._staff: dict[tuple[str, str | None], str] = {}
        self._wanted: dict[str, tuple[Want, ...]] = {}
        """Task -> what it shares: asked again and again, and the same while a decision lasts."""

    def take(self, key: str) -> None:
        """Note that a claim (a task, or one of several attempts at it) has what it needs."""
        lane = self._world.claimed(key)
        agent = lane.attempt.agent if lane.attempt is not None else ""
        if self._limited and not agent:
            agent = self._agent(lane)
        self._at_work[key] = agent
        self._agents.setdefault(agent, []).append(lane.ref)
        if key != lane.ref:
            return
        self._holders[key] = None
        for wanted in self._wants(lane):
            self._users.setdefault(wanted.name, {})[key] = wanted
        if lane.spec.files:
            self._files.setdefault(self._target(key), {})[key] = lane.spec.files

    def give_back(self, ref: str) -> list[Cause]:
        """Note that a task has ended that nobody else is at; give what may be free by it."""
        agent = self._at_work.pop(ref)
        self._agents[agent].remove(ref)
        del self._holders[ref]
        freed: list[Cause] = [_FOLDER, ("agent", agent)]
        spec = self._world.tasks[ref].spec
        for wanted in self._wants(self._world.tasks[ref]):
            del self._users[wanted.name][ref]
            freed += self._missed.pop(wanted.name, ())
        if spec.files:
            target = self._target(ref)
            self._files[target].pop(ref)
            freed += [("file", target, path) for path in spec.files]
        return freed

    def cause(self, task: Task) -> Cause | None:
        """Name the first thing the task wants that is taken; None where it may start."""
        if self._in_place and self._folder(task.ref):
            return _FOLDER
        for wanted in self._wants(task):
            if self._busy(wanted, task.ref):
                found = "resource", wanted.name, str(wanted.places)
                self._missed.setdefault(wanted.name, set()).add(found)
                return found
        if task.spec.files and (touched := self._touched(task)) is not None:
            return touched
        if not self._limited:
            return None
        agent = self._agent(task)
        return ("agent", agent) if self._full(agent, task.ref) else None

    def holds(self, cause: Cause) -> bool:
        """Say whether a cause still holds up those who want it and have nothing of it themselves."""
        match cause:
            case ("resource", name, places):
                return bool(self._busy(_want(name, places), ""))
            case ("file", target, path):
                return any(path in files for files in self._files.get(target, {}).values())
            case ("agent", agent):
                return self._full(agent, "")
            case _:
                return bool(self._folder(""))

    def clash(self, task: Task) -> Clash | None:
        """Say whom the task must wait for; None where it may start."""
        match self.cause(task):
            case None:
                return None
            case ("resource", name, places):
                busy = self._busy(_want(name, places), task.ref)
                return Clash(busy, in_use(self._world, name, busy, self.now))
            case ("file", target, path):
                on = next(ref for ref, files in self._files[target].items() if path in files and ref != task.ref)
                return Clash((on,), f"{on} is changing {path}")
            case ("agent", agent):
                others = tuple(dict.fromkeys(ref for ref in self._agents[agent] if ref != task.ref))
                return Clash(others, f"all {self._places(agent)} places of agent {agent} are taken")
            case _:
                holder = self._folder(task.ref)
                return Clash((holder,), f"{holder} has the project's one folder")

    def has_place(self, agent: str) -> bool:
        """Say whether one more agent of this name may work."""
        places = self._places(agent)
        return not places or len(self._agents.get(agent, ())) < places

    def _wants(self, task: Task) -> tuple[Want, ...]:
        found = self._wanted.get(task.ref)
        if found is None:
            found = self._wanted[task.ref] = wants(task, self._seat.settings)
        return found

    def _folder(self, but: str) -> str:
        return next((ref for ref in (*self._holders, *self._begun) if ref != but), "")

    def _busy(self, wanted: Want, but: str) -> tuple[str, ...]:
        """List who has a resource so that it cannot be had as wanted."""
        users = self._users.get(wanted.name)
        if not users:
            return ()
        others = users.items() if but not in users else [(ref, own) for ref, own in users.items() if ref != but]
        return in_the_way(self._world, wanted, others, self.now, self._seat.settings)

    def _touched(self, task: Task) -> Cause | None:
        target = self._target(task.ref)
        for ref, files in self._files.get(target, {}).items():
            if ref == task.ref:
                continue
            for ours in task.spec.files:
                theirs = next((path for path in files if overlap(ours, path)), None)
                if theirs is not None:
                    return "file", target, theirs
        return None

    def _full(self, agent: str, but: str) -> bool:
        busy = self._agents.get(agent)
        return bool(busy) and not self.has_place(agent) and any(ref != but for ref in busy or ())

    def _places(self, agent: str) -> int:
        settings = self._seat.settings.agents.get(agent)
        return settings.concurrency if settings is not None else 0

    def _agent(self, task: Task) -> str:
        """Name the agent of a task: those of one queue that name the same get the same."""
        names = queue_of(task.ref), task.spec.first_agent
        found = self._staff.get(names)
        if found is None:
            found = self._staff[names] = staffed(self._world, task, self._seat).agent
        return found

    def _target(self, ref: str) -> str:
        return self._seat.targets.get(queue_of(ref), "")


def _want(name: str, places: str) -> Want:
    return Want(name=name, reads=places == "0", places=int(places))


def taken(world: World, now: int, seat: Seat, begun: Iterable[str] | None = None) -> Taken:
    """Look at all claims. Without `begun` all tasks are asked, where it matters."""
    if begun is None and seat.settings.workspace == "inplace":
        begun = [task.ref for task in world.tasks.values() if has_begun(task)]
    found = Taken(world, now, seat, begun or ())
    for key in world.claims:
        found.take(key)
    return found


def has_begun(task: Task) -> bool:
    """Say whether an attempt at the task stands in its folder."""
    return task.attempt is not None and bool(task.attempt.base) and task.status not in ENDED

"""What a simulated project asks for, drawn from a seed: queues, tasks, triggers, and how agents will behave.

Everything drawn here can be completed; it never holds a cycle or a task that no amount of trying could finish.
"""

import random
from collections.abc import Sequence

import msgspec

from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.ids import id_of, queue_of
from orchestrator.model.settings import AgentSettings, QueueSettings, Settings
from orchestrator.model.specs import (
    Action,
    Add,
    Notify,
    PauseQueue,
    QueueSpec,
    ResumeQueue,
    RunAction,
    TaskSpec,
    TriggerSpec,
    Unlock,
)
from orchestrator.model.talk import AskPerson, Learn, Progress, ProposeTask, Word
from orchestrator.sim.agents import Act, Play, done_file
from orchestrator.sim.clock import EPOCH
from orchestrator.sim.store import resolved

_RESOURCES = ("db", "db:read", "db:read", "staging", "service:auth")
_WORDS: tuple[Word, ...] = (
    Progress(text="half way"),
    AskPerson(text="by the way?", holds=False),
    ProposeTask(title="more of it"),
    Learn(text="it rains"),
)
_BAD = (Act.WRONG, Act.WRONG, Act.LIE, Act.SILENT, Act.CRASH, Act.HANG, Act.STALL, Act.MISSING, Act.FORBIDDEN)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One project. `plays` is what each task's agent does call by call; afterwards it passes."""

    commits: tuple[tuple[e.Event, ...], ...]
    settings: Settings
    repos: dict[str, str]
    plays: dict[str, tuple[Play, ...]]
    shared: dict[str, tuple[str, ...]]
    """Task -> files it adds its line to without having said so: merges conflict there."""
    clashes: dict[str, tuple[str, ...]]
    """Path -> paths it is red together with unless one names the other: conflicts no merge sees."""

    def craft(self, task: str, quality: str, files: dict[str, str]) -> None:
        """Do a task's work, good or bad, in its working files."""
        files[done_file(task)] = quality
        if quality == "half done":
            return
        for path in self.shared.get(task, ()):
            lines = dict.fromkeys((*resolved(files.get(path, "")), task))
            files[path] = "".join(f"{line}\n" for line in lines)
        mine = clash_file(task)
        if mine in self.clashes:
            files[mine] = " ".join(sorted(p for p in self.clashes[mine] if p in files))


def clash_file(task: str) -> str:
    """Name the file that makes a task clash with others."""
    return f"clash/{task}"


def draw(seed: int) -> Plan:
    """Draw the plan of a seed."""
    return _Drawing(random.Random(f"plan {seed}")).plan()  # noqa: S311 - reproducible on purpose


class _Drawing:
    """The dice and what has been drawn so far."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.queues = [f"q{n}" for n in range(1, dice.randint(1, 4) + 1)]
        self.repos = {name: "lib" if len(self.queues) > 2 and dice.random() < 0.25 else "" for name in self.queues}  # noqa: PLR2004 - a second repository needs company
        self.refs = [f"{name}/T{n}" for name in self.queues for n in range(1, dice.randint(1, 6) + 1)]
        self.order = list(self.refs)
        dice.shuffle(self.order)

    def plan(self) -> Plan:
        shared, clashes = self._shared(), self._clashes()
        locked = self._locked()
        specs = [(ref, self._task(ref)) for ref in self.refs]
        queues = tuple(e.QueueAdded(queue=name, spec=self._queue(name, locked)) for name in self.queues)
        tasks = tuple(e.TaskAdded(task=ref, spec=spec, order=n) for n, (ref, spec) in enumerate(specs))
        triggers = self._triggers(locked)
        return Plan(
            commits=tuple(part for part in (queues, tasks, triggers) if part),
            settings=self._settings(),
            repos=self.repos,
            plays={ref: self._plays() for ref in self.refs},
            shared=shared,
            clashes=clashes,
        )

    def _queue(self, name: str, locked: dict[str, q.Condition | None]) -> QueueSpec:
        if name not in locked:
            return QueueSpec(name=name)
        condition = locked[name]
        return QueueSpec(name=name, locked=condition is None, unlock_when=condition)

    def _locked(self) -> dict[str, q.Condition | None]:
        """Lock the last queue now and then: until a task elsewhere is done, or until a trigger fires (None)."""
        if len(self.queues) == 1 or self.dice.random() < 0.5:  # noqa: PLR2004 - a coin
            return {}
        last = self.queues[-1]
        keys = [ref for ref in self.refs if not ref.startswith(f"{last}/")]
        condition = None if self.dice.random() < 0.5 else q.TaskIs(self.dice.choice(keys))  # noqa: PLR2004 - a coin
        self.order = [*(r for r in self.order if r in keys), *(r for r in self.order if r not in keys)]
        return {last: condition}

    def _task(self, ref: str) -> TaskSpec:
        dice, place = self.dice, self.order.index(ref)
        earlier = self.order[:place]
        needs = dice.sample(earlier, min(len(earlier), dice.choice((0, 0, 1, 1, 2))))
        return TaskSpec(
            id=id_of(ref),
            title=f"make {ref}",
            dependencies=tuple(sorted(needs)),
            priority=dice.choice((0, 1, 2, 2, 2, 3)),
            race=dice.choice((*(1,) * 8, 2, 3)),
            files=(f"src/{dice.randint(1, 6)}.py",) if dice.random() < 0.4 else (),  # noqa: PLR2004 - a weight
            resources=self._some(_RESOURCES, 0.3),
            start=EPOCH + dice.randint(0, 7200) * 1000 if dice.random() < 0.1 else None,  # noqa: PLR2004 - a weight
            notice_s=dice.randint(1, 3600) if dice.random() < 0.1 else None,  # noqa: PLR2004 - a weight
            on_upstream=dice.choice(("wait", "wait", "wait", "wait", "wait", "wait", "skip")),
            max_iterations=dice.randint(1, 4) if dice.random() < 0.15 else None,  # noqa: PLR2004 - a weight
            estimate_s=dice.randint(1, 8) * 1800,
        )

    def _some(self, among: Sequence[str], chance: float) -> tuple[str, ...]:
        return (self.dice.choice(among),) if self.dice.random() < chance else ()

    def _plays(self) -> tuple[Play, ...]:
        bad = self.dice.choice((0, 0, 0, 1, 1, 2, 3))
        plays = [Play(self.dice.choice(_BAD), self.dice.randint(5, 900), self._words()) for _ in range(bad)]
        return (*plays, *(Play(Act.PASS, self.dice.randint(5, 1200), self._words()) for _ in range(3)))

    def _words(self) -> tuple[Word, ...]:
        """Let it say something now and then; nothing that only a person could let it go on from."""
        return tuple(word for word in _WORDS if self.dice.random() < 0.15)  # noqa: PLR2004 - a weight

    def _shared(self) -> dict[str, tuple[str, ...]]:
        chance = self.dice.choice((0.0, 0.3, 0.6))
        return {ref: (f"shared/{self.dice.randint(1, 2)}",) for ref in self.refs if self.dice.random() < chance}

    def _clashes(self) -> dict[str, tuple[str, ...]]:
        if self.dice.random() < 0.5:  # noqa: PLR2004 - a coin
            return {}
        group = self.dice.sample(self.refs, min(len(self.refs), 3))
        paths = [clash_file(ref) for ref in group if not self.repos[queue_of(ref)]]
        return {path: tuple(other for other in paths if other != path) for path in paths}

    def _triggers(self, locked: dict[str, q.Condition | None]) -> tuple[e.Event, ...]:
        dice = self.dice
        made = [self._trigger(n, self._deed(n)) for n in range(dice.choice((0, 1, 1, 2)))]
        for name, condition in locked.items():
            if condition is None:
                keys = [ref for ref in self.refs if not ref.startswith(f"{name}/")]
                when = q.All(tuple(q.TaskIs(ref) for ref in dice.sample(keys, min(len(keys), 2))))
                made.append(TriggerSpec(id=f"unlock-{name}", when=when, do=(Unlock(name),)))
        return tuple(e.TriggerDefined(trigger=spec.id, spec=spec) for spec in made)

    def _trigger(self, number: int, do: tuple[Action, ...]) -> TriggerSpec:
        task = self.dice.choice(self.refs)
        among: tuple[q.Condition, ...] = (
            q.TaskIs(task),
            q.TaskIs(task, "in_progress"),
            q.VerdictIs(task, "FAIL"),
            q.QueueIs(self.queues[0]),
            q.Any((q.TaskIs(task), q.TimeReached(EPOCH + self.dice.randint(1, 7200) * 1000))),
        )
        return TriggerSpec(id=f"t{number}", when=self.dice.choice(among), do=do)

    def _deed(self, number: int) -> tuple[Action, ...]:
        name = self.dice.choice(self.queues)
        among: tuple[tuple[Action, ...], ...] = (
            (RunAction("announce"),),
            (RunAction("announce"), RunAction("deploy")),
            (Add(name, TaskSpec(id=f"X{number}", title="found on the way")),),
            (Notify("something happened"),),
            (PauseQueue(name), ResumeQueue(name)),
        )
        return self.dice.choice(among)

    def _settings(self) -> Settings:
        dice = self.dice
        return Settings(
            land=dice.choice((*("merge",) * 9, "branch")),
            agents={"script": AgentSettings(name="script", concurrency=dice.choice((0, 0, 0, 2)))},
            queues={name: QueueSettings(workers=dice.randint(1, 3)) for name in self.queues},
            resources={"staging": 2},
            actions={"announce": ("announce",), "deploy": ("deploy",)},
            max_iterations=8,
            patience_s=float(dice.choice((60, 600))),
            train_window=dice.choice((1, 2, 4, 4)),
        )

"""What a situation is: a plan, the people in it and what they do, and the terminals somebody starts."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec

from orchestrator.model import conditions as q
from orchestrator.model import events as e
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, PersonSettings, QueueSettings, Settings
from orchestrator.model.specs import Action, GateSpec, QueueSpec, TaskSpec, TriggerSpec, Unlock
from orchestrator.sim.agents import Act, Play
from orchestrator.sim.plan import Plan

MINUTE_MS = 60_000
_BAD = (Act.WRONG, Act.WRONG, Act.LIE, Act.SILENT, Act.CRASH, Act.HANG, Act.STALL)


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    """How people treat one gate. `signers` are enough; `rejects` says no once, however many have signed.

    Then nobody approves it before everything that does not stand behind it is done: it holds nothing else.
    """

    gate: str
    signers: tuple[str, ...] = ()
    rejects: str = ""
    beside: tuple[str, ...] = ()
    """The tasks that do not stand behind it."""


class Situation(Plan, frozen=True, kw_only=True):
    """A plan that people take part in."""

    signings: tuple[Signing, ...]
    papers: dict[str, str]
    """Files people commit by hand, some time: path -> queue."""
    conditions: dict[str, tuple[str, ...]]
    """Gate -> the files that make its checks pass."""
    edges: dict[str, str]
    """Task -> a dependency that only sounded like one, which a person drops from the file, some time."""
    not_executed: dict[str, str]
    """Task -> why a person has it skipped."""
    leaves: dict[str, tuple[str, ...]]
    """Task -> the files good work of it leaves."""
    locks: tuple[str, ...]
    """What people have to themselves now and then, as they ask for it."""
    scopes: tuple[Scope, ...]

    def craft(self, task: str, quality: str, files: dict[str, str]) -> None:
        """Do a task's work, and leave what it was asked to leave if it is good."""
        super().craft(task, quality, files)
        if quality in {"right", "forbidden"}:
            files.update(dict.fromkeys(self.leaves.get(task, ()), f"by {task}\n"))


class Sketch:
    """Collects a situation piece by piece; every choice comes from one seed."""

    def __init__(self, name: str, seed: int) -> None:
        self.dice = random.Random(f"{name} {seed}")  # noqa: S311 - reproducible on purpose
        self.queues: dict[str, QueueSpec] = {}
        self.tasks: dict[str, TaskSpec] = {}
        self.gates: dict[str, GateSpec] = {}
        self.triggers: dict[str, TriggerSpec] = {}
        self.people: dict[str, PersonSettings] = {}
        self.resources: dict[str, int] = {}
        self.plays: dict[str, tuple[Play, ...]] = {}
        self.shared: dict[str, tuple[str, ...]] = {}
        self.papers: dict[str, str] = {}
        self.conditions: dict[str, tuple[str, ...]] = {}
        self.edges: dict[str, str] = {}
        self.not_executed: dict[str, str] = {}
        self.locks: tuple[str, ...] = ()
        self.signings: list[Signing] = []
        self.careful = self.dice.random() < 0.3
        """Its agents make no mistakes."""

    def queue(self, name: str, **spec: Any) -> str:
        self.queues[name] = QueueSpec(name=name, **spec)
        return name

    def task(self, ref: str, *needs: str, **spec: Any) -> str:
        """Add a task; its agent may need some tries."""
        queue, _, name = ref.partition("/")
        spec.setdefault("estimate_s", self.dice.randint(1, 6) * 1800)
        self.tasks[ref] = TaskSpec(id=name, title=f"make {ref}", dependencies=tuple(needs), **spec)
        self.plays[ref] = self.tries()
        assert queue in self.queues
        return ref

    def chain(self, queue: str, letter: str, length: int, **spec: Any) -> list[str]:
        """Add tasks of which each waits for the one before."""
        made: list[str] = []
        for number in range(1, length + 1):
            made.append(self.task(f"{queue}/{letter}-{number}", *made[-1:], **spec))
        return made

    def need(self, ref: str, *more: str) -> None:
        """Let a task that is there wait for more."""
        spec = self.tasks[ref]
        self.tasks[ref] = msgspec.structs.replace(spec, dependencies=(*spec.dependencies, *more))

    def tries(self) -> tuple[Play, ...]:
        bad = 0 if self.careful else self.dice.choice((0, 0, 0, 1, 1, 2))
        plays = [Play(self.dice.choice(_BAD), self.dice.randint(5, 900)) for _ in range(bad)]
        return (*plays, *(Play(Act.PASS, self.dice.randint(5, 1200)) for _ in range(3)))

    def gate(self, name: str, *signers: str, rejects: str = "", **spec: Any) -> str:
        """Add a gate, who will sign it, and who may reject it first."""
        self.gates[name] = GateSpec(id=name, **spec)
        rejects = rejects if self.dice.random() < 0.4 else ""
        self.signings.append(Signing(gate=name, signers=signers, rejects=rejects))
        return f"gate:{name}"

    def trigger(self, name: str, when: q.Condition, *do: Action) -> None:
        self.triggers[name] = TriggerSpec(id=name, when=when, do=do)

    def person(self, name: str, *roles: str) -> str:
        self.people[name] = PersonSettings(name=name, roles=roles)
        return name

    def some(self, among: Sequence[str], at_most: int) -> list[str]:
        return self.dice.sample(among, min(len(among), self.dice.randint(0, at_most)))

    def situation(self, *scopes: Scope, workers: int | None = None) -> Situation:
        """Put it together."""
        queues = tuple(e.QueueAdded(queue=name, spec=spec) for name, spec in self.queues.items())
        tasks = tuple(e.TaskAdded(task=ref, spec=s, order=n) for n, (ref, s) in enumerate(self.tasks.items()))
        gates = tuple(e.GateDefined(gate=name, spec=spec) for name, spec in self.gates.items())
        triggers = tuple(e.TriggerDefined(trigger=name, spec=spec) for name, spec in self.triggers.items())
        signings = [msgspec.structs.replace(s, beside=self._beside(f"gate:{s.gate}")) for s in self.signings]
        return Situation(
            commits=(queues, (*gates, *tasks), *([triggers] if triggers else [])),
            settings=self._settings(workers),
            repos=dict.fromkeys(self.queues, ""),
            plays=self.plays,
            shared=self.shared,
            clashes={},
            signings=tuple(signings),
            papers=self.papers,
            conditions=self.conditions,
            edges=self.edges,
            not_executed=self.not_executed,
            locks=self.locks,
            leaves={ref: spec.outputs for ref, spec in self.tasks.items() if spec.outputs},
            scopes=scopes or (Scope(),),
        )

    def _settings(self, workers: int | None) -> Settings:
        number = {name: workers or self.dice.randint(1, 3) for name in self.queues}
        return Settings(
            agents={"script": AgentSettings(name="script")},
            queues={name: QueueSettings(workers=count) for name, count in number.items()},
            resources=self.resources,
            actions={"announce": ("announce",), "undo": ("undo",)},
            people=self.people,
            max_iterations=8,
            patience_s=60.0,
            train_window=self.dice.choice((1, 2, 4)),
        )

    def _beside(self, gate: str) -> tuple[str, ...]:
        """Name the tasks that do not stand behind a gate, however far."""
        behind = {gate}
        while more := {name for name in self._everything() if name not in behind and self._needs(name) & behind}:
            behind |= more
        return tuple(ref for ref in self.tasks if ref not in behind)

    def _everything(self) -> list[str]:
        queues, gates = (f"queue:{name}" for name in self.queues), (f"gate:{name}" for name in self.gates)
        return [*self.tasks, *gates, *queues, *(f"trigger:{name}" for name in self.triggers)]

    def _needs(self, name: str) -> set[str]:
        """Name what must be before something can be: its own condition, its dependencies, its queue's lock."""
        kind, _, bare = name.partition(":")
        match kind:
            case "gate":
                spec = self.gates[bare]
                made = {ref for ref, task in self.tasks.items() if set(task.outputs) & set(spec.evidence)}
                return self._named(spec.requires) | made
            case "trigger":
                return self._named(self.triggers[bare].when)
            case "queue":
                opens = {f"trigger:{t.id}" for t in self.triggers.values() if Unlock(bare) in t.do}
                return self._named(self.queues[bare].unlock_when) | (opens if self.queues[bare].locked else set())
            case _:
                lock = f"queue:{name.partition('/')[0]}"
                return {lock, *self.tasks[name].dependencies, *self._named(self.tasks[name].when)}

    def _named(self, condition: q.Condition | None) -> set[str]:
        """List what a condition speaks of: tasks and gates."""
        match condition:
            case q.All(of=parts) | q.Any(of=parts):
                return {name for part in parts for name in self._named(part)}
            case q.Not(of=part):
                return self._named(part)
            case q.TaskIs(task=ref) | q.VerdictIs(task=ref):
                return {ref}
            case q.GateIs(gate=gate):
                return {f"gate:{gate}"}
            case q.QueueIs(queue=queue):
                return {ref for ref in self.tasks if ref.startswith(f"{queue}/")}
            case _:
                return set()

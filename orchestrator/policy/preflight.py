"""Whether what people ask for can work at all, before anything runs. Never changes anything, never stops at the first.

Judges what is still open; what has ended gives no errors. Everything is told at once, each with file, task and remedy.
"""

import difflib
from collections.abc import Iterable, Mapping

import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.model.conditions import Condition
from orchestrator.model.documents import QueueDocument
from orchestrator.model.ids import queue_of
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import (
    ENDED,
    Action,
    Add,
    Notify,
    PauseQueue,
    ResumeQueue,
    RunAction,
    Rung,
    TaskSpec,
    Unlock,
    WriteRecord,
)
from orchestrator.model.truth import names_in
from orchestrator.model.world import Queue, Task, World
from orchestrator.policy.catchup import misnamed
from orchestrator.policy.cycles import cycles
from orchestrator.policy.people import addresses, named
from orchestrator.policy.preflight_money import money_warnings
from orchestrator.policy.resources import misspelt, too_much
from orchestrator.policy.staffing import agent_settings, find_agent, staff

BUILTIN_CHECKS = frozenset({"honest"})
CONFIGURATION = "orchestrator.toml"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be looked up outside. Paths are relative to the project."""

    documents: tuple[QueueDocument, ...] = ()
    """The queue files as read: they know lines, and what the world could not take."""
    untracked: frozenset[str] = frozenset()
    """Tests named by tasks that stand in the user's tree but not in git."""
    missing: frozenset[str] = frozenset()
    """Files named by tasks (no patterns) that do not exist."""
    checks: frozenset[str] = frozenset()
    """Checks that plug-ins bring."""
    installed: tuple[str, ...] = ()
    """Agents' programs found on this machine."""
    complaints: tuple[str, ...] = ()
    """What is wrong with the configuration whatever the tasks, each with its remedy."""
    unfit: dict[str, str] = {}
    """Agents that may not be called as they are configured, and why, with the remedy."""
    reports: Mapping[str, frozenset[str]] = {}
    """Agent -> what its kind reports of itself: `cost`, `tokens`."""


class Preflight(msgspec.Struct, frozen=True):
    """Everything found: any problem forbids to start, a warning does not."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def preflight(world: World, settings: Settings, facts: Facts, scope: Scope | None = None) -> Preflight:
    """Judge every open task and every queue, trigger and gate; what is out of scope can only warn."""
    return _Judge(world, settings, facts, scope or Scope()).verdict()


def unmet(ref: str, spec: TaskSpec, settings: Settings, checks: frozenset[str]) -> tuple[str, ...]:
    """Say what a task to be added asks for and is not there: a run would refuse it. `checks`: of plug-ins."""
    known = BUILTIN_CHECKS | checks | settings.checks.keys()
    named = dict.fromkeys((*(spec.checks or ()), *spec.handoff))
    said = [_no_check(name, known) for name in named if name not in known]
    said += [_no_action(spec.rollback, settings)] if spec.rollback and spec.rollback not in settings.actions else []
    return (*said, *too_much(Task(ref=ref, spec=spec, order=0), settings))


def _no_check(name: str, known: Iterable[str]) -> str:
    remedy = _resembling(name, known) or f"define [checks.{name}] in {CONFIGURATION}"
    return f'check "{name}" is not defined; {remedy}'


def _no_action(name: str, settings: Settings) -> str:
    remedy = _resembling(name, settings.actions) or f"define [actions.{name}]"
    return f'action "{name}" is not defined; {remedy}'


class _Judge:
    """One preflight: what is known, and what was found wrong so far."""

    def __init__(self, world: World, settings: Settings, facts: Facts, scope: Scope) -> None:
        self.world = world
        self.settings = settings
        self.facts = facts
        self.scope = scope
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.problems += facts.complaints
        self.strangers: dict[tuple[str, str], list[str]] = {}
        self.checks = BUILTIN_CHECKS | facts.checks | settings.checks.keys()
        self.open = [task for task in world.tasks.values() if task.status not in ENDED]
        self.busy = {queue_of(task.ref) for task in self.open}
        self.lines = {
            f"{document.spec.name}/{entry.spec.id}": entry.line
            for document in facts.documents
            for entry in document.tasks
        }

    def verdict(self) -> Preflight:
        """Look at everything there is, tasks in the order of their files."""
        for task in sorted(self.open, key=lambda task: (queue_of(task.ref), task.order)):
            self._task(task)
        for queue in self.world.queues.values():
            self._queue(queue)
        self._strangers()
        self._triggers()
        self._gates()
        self._definitions()
        self._plugins()
        if self.open and not self.settings.checks:
            remedy = f"define [checks.tests] in {CONFIGURATION}"
            self.warnings.append(f"no check is defined: `honest` alone judges and nothing runs tests; {remedy}")
        self.warnings += money_warnings(self.world, self.settings, self.scope, self.facts.installed, self.facts.reports)
        for cycle in cycles(self.world):
            name, place = self._head(cycle[0])
            self._refuse(name, f"{place}: waits for itself: {' -> '.join(cycle)}; remove one of these dependencies")
        return Preflight(tuple(dict.fromkeys(self.problems)), tuple(dict.fromkeys(self.warnings)))

    # -- tasks -----------------------------------------------------------------------------------------------------

    def _task(self, task: Task) -> None:
        queue, place = queue_of(task.ref), self._place(task.ref)
        for name in task.spec.dependencies:
            if not self._known(name):
                self._refuse(queue, f"{place}: depends on {name}, which does not exist; {self._remedy(name)}")
        self._condition(queue, f"{place}: when", task.spec.when)
        self._ladder(place, task.spec.escalate)
        self._checks(queue, place, (*(task.spec.checks or ()), *task.spec.handoff))
        if task.spec.rollback:
            self._command(queue, f"{place}: rollback", task.spec.rollback)
        for agent in (task.spec.agent, *task.spec.agents):
            self._agent(place, agent)
        self._staffed(queue, task)
        for path in task.spec.tests:
            if path in self.facts.untracked:
                self._refuse(queue, f"{place}: test {path} is not in git, so no workspace has it; commit it")
        for path in task.spec.files:
            if path in self.facts.missing:
                self.warnings.append(f"{place}: file {path} does not exist yet; mend the path if it should")
        self._beside(queue, place, task)

    def _beside(self, queue: str, place: str, task: Task) -> None:
        """Judge what a task says of those beside it: what they share, whom it overtakes."""
        wrong = misnamed(self.world, task.ref, task.spec)
        for text in (*too_much(task, self.settings), *((wrong,) if wrong else ())):
            self._refuse(queue, f"{place}: {text}")
        self.warnings += [f"{place}: {text}" for text in misspelt(task, self.settings)]

    def _agent(self, place: str, name: str | None) -> None:
        if name and find_agent(self.settings, name, self.facts.installed) is None:
            self.strangers.setdefault((place.partition(":")[0], name), []).append(place)

    def _staffed(self, queue: str, task: Task) -> None:
        """Find that nobody is left to do a task, or that the person's word for this run names nobody."""
        configured = self.settings.queues.get(queue)
        queues = self.world.queues[queue].spec.agent or (configured.agent if configured else None)
        try:
            agent = staff(self.settings, queues, task.spec.first_agent, self.scope.agent, self.facts.installed).agent
        except InvalidInputError as error:
            self._refuse(queue, str(error))
            return
        found = agent_settings(self.settings, agent)
        for name in (agent, *(found.fallback if found is not None else ())):
            if name in self.facts.unfit:
                self._refuse(queue, self.facts.unfit[name])

    def _strangers(self) -> None:
        """Warn of each unknown agent once a file: most files name few, in every task."""
        known = (*self.settings.agents, *self.settings.roles)
        for (_, name), places in self.strangers.items():
            more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
            remedy = _resembling(name, known) or f"define [agents.{name}] or [roles] {name}, or the default works on it"
            self.warnings.append(f'{places[0]}{more}: agent "{name}" is no agent or role here; {remedy}')

    def _checks(self, queue: str, place: str, names: Iterable[str] | None) -> None:
        for name in names or ():
            if name not in self.checks:
                self._refuse(queue, f"{place}: {_no_check(name, self.checks)}")

    def _head(self, name: str) -> tuple[str, str]:
        gate = self.world.gates.get(name.removeprefix("gate:"))
        if name in self.world.tasks or gate is None:
            return queue_of(name), self._place(name)
        source = gate.spec.source or CONFIGURATION
        return self._queue_at(source), f"{source}: gate {gate.id}"

    def _place(self, ref: str) -> str:
        queue = self.world.queues.get(queue_of(ref))
        path = (queue.spec.path if queue else "") or "(no file)"
        line = self.lines.get(ref)
        return f"{path}: line {line}: {ref}" if line else f"{path}: {ref}"

    # -- queues, triggers, gates -----------------------------------------------------------------------------------

    def _queue(self, queue: Queue) -> None:
        place = queue.spec.path or f"queue {queue.name}"
        configured = self.settings.queues.get(queue.name)
        if not queue.tasks and not self._defines(queue.spec.path):
            self.warnings.append(f"{place}: holds no tasks; add some, or delete the file")
        if queue.name not in self.busy:
            return
        self._checks(queue.name, place, queue.spec.checks)
        if configured is not None:
            self._checks(queue.name, f"{CONFIGURATION}: [queues.{queue.name}]", configured.checks)
        self._agent(place, queue.spec.agent)
        if not queue.unlocked:
            self._condition(queue.name, f"{place}: unlock_when", queue.spec.unlock_when)
        if queue.locked and queue.spec.unlock_when is None and not self._unlocked_by_trigger(queue.name):
            remedy = 'add "unlock_when" or a trigger, or remove "locked"'
            self.warnings.append(f"{place}: is locked and nothing unlocks it; {remedy}")

    def _defines(self, path: str) -> bool:
        sources = {t.spec.source for t in self.world.triggers.values()}
        return path in sources or path in {g.spec.source for g in self.world.gates.values()}

    def _unlocked_by_trigger(self, name: str) -> bool:
        actions = (action for trigger in self.world.triggers.values() for action in trigger.spec.do)
        return any(isinstance(action, Unlock) and action.queue == name for action in actions)

    def _triggers(self) -> None:
        for trigger in self.world.triggers.values():
            source = trigger.spec.source or CONFIGURATION
            place, queue = f"{source}: trigger {trigger.id}", self._queue_at(source)
            self._condition(queue, f"{place}: when", trigger.spec.when)
            for action in trigger.spec.do:
                self._action(queue, place, action)

    def _action(self, queue: str, place: str, action: Action) -> None:
        if isinstance(action, Unlock | Add | PauseQueue | ResumeQueue) and action.queue not in self.world.queues:
            remedy = self._remedy(f"queue:{action.queue}")
            self._refuse(queue, f"{place}: names queue {action.queue}, which does not exist; {remedy}")
        if isinstance(action, Notify) and not addresses(self.settings):
            self.warnings.append(f"{place}: notifies, and there is no way to anybody; set [notify] urls")
        if isinstance(action, WriteRecord):
            self._record(queue, place, action)
        if isinstance(action, RunAction):
            self._command(queue, place, action.action)

    def _command(self, queue: str, place: str, name: str) -> None:
        if name not in self.settings.actions:
            self._refuse(queue, f"{place}: {_no_action(name, self.settings)}")

    def _record(self, queue: str, place: str, action: WriteRecord) -> None:
        if action.queue and action.queue not in self.world.queues:
            remedy = self._remedy(f"queue:{action.queue}")
            self._refuse(queue, f"{place}: writes for queue {action.queue}, which does not exist; {remedy}")
        if self.settings.land != "merge" or self.settings.workspace == "inplace":
            remedy = 'take it out, or set [project] land = "merge" and workspace = "clone"'
            self._refuse(queue, f"{place}: writes {action.path}, and nothing lands by merge here; {remedy}")

    def _gates(self) -> None:
        for gate in self.world.gates.values():
            if gate.open:
                continue
            queue, place = self._head(f"gate:{gate.id}")
            self._condition(queue, f"{place}: requires", gate.spec.requires)
            self._checks(queue, place, gate.spec.checks)
            self._ladder(place, gate.spec.escalate)

    def _ladder(self, place: str, rungs: Iterable[Rung]) -> None:
        """Warn of rungs that tell nobody, or whoever there is."""
        ways = addresses(self.settings)
        for rung in rungs:
            name = rung.notify
            reached = [person for person in named(self.settings, (name,)) if person.notify]
            if "://" not in name and not reached:
                remedy = f"give [people.{name}] notify, or somebody of that role"
                whom = "everybody who can be told is" if ways else "nobody is"
                self.warnings.append(f"{place}: escalate: no channel leads to {name}, so {whom}; {remedy}")

    def _queue_at(self, path: str) -> str:
        """Give the queue whose file this is; empty (always in scope) for the configuration."""
        return next((queue.name for queue in self.world.queues.values() if queue.spec.path == path), "")

    def _definitions(self) -> None:
        """Find ids of triggers and gates that two files define: the world holds only one of them."""
        documents = self.facts.documents
        triggers = {name: trigger.spec.source for name, trigger in self.world.triggers.items()}
        gates = {name: gate.spec.source for name, gate in self.world.gates.items()}
        self._unique("trigger", triggers, [(t.id, d.path) for d in documents for t in d.triggers])
        self._unique("gate", gates, [(g.id, d.path) for d in documents for g in d.gates])

    def _plugins(self) -> None:
        """Find checks whose package is not there."""
        for name, check in self.settings.checks.items():
            if check.plugin and check.plugin not in self.facts.checks:
                known = ", ".join(sorted(self.facts.checks)) or "none"
                self.problems.append(
                    f"{CONFIGURATION}: checks.{name}.plugin: no package brings a check {check.plugin!r} "
                    f"(known: {known}); install it beside orchestrator, or correct the name"
                )

    def _unique(self, word: str, known: Mapping[str, str], written: Iterable[tuple[str, str]]) -> None:
        for name, path in written:
            other = known.get(name) or path
            if other != path:
                text = f"{path}: {word} {name} is defined in {other} too; ids are unique in the project, rename one"
                self._refuse(self._queue_at(path), text)

    # -- names -----------------------------------------------------------------------------------------------------

    def _condition(self, queue: str, place: str, condition: Condition | None) -> None:
        for name in names_in(condition) if condition is not None else ():
            if name != "at" and not name.startswith("file:") and not self._known(name):
                self._refuse(queue, f"{place}: names {name}, which does not exist; {self._remedy(name)}")

    def _known(self, name: str) -> bool:
        kind, _, rest = name.partition(":")
        match kind if rest else "":
            case "gate":
                return rest in self.world.gates
            case "queue":
                return rest in self.world.queues
            case _:
                return name in self.world.tasks

    def _remedy(self, name: str) -> str:
        kind, _, rest = name.partition(":")
        names: Mapping[str, object] = self.world.tasks
        if rest:
            names = self.world.gates if kind == "gate" else self.world.queues
        return _resembling(rest or name, names) or ("define it" if rest else "add it, or remove the dependency")

    def _refuse(self, queue: str, text: str) -> None:
        if not queue or self.scope.covers(queue):
            self.problems.append(text)
        else:
            self.warnings.append(text)


def _resembling(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1, 0.75)
    return f"did you mean {close[0]}?" if close else ""

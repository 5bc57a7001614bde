"""Looks at everything a run depends on and says what is wrong and what to do. Never makes, mends or changes anything.

Every part is looked at even where another one is broken: without a project, with a journal that is damaged, without
git. What cannot be looked at is said, not skipped.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from orchestrator.agents.surroundings import installed
from orchestrator.codec.worlds import copy_world
from orchestrator.daemon import holding, machine, programs
from orchestrator.daemon.audit import audit
from orchestrator.daemon.compose import repositories
from orchestrator.daemon.facts import about_agents, look_up
from orchestrator.daemon.intake import Intake
from orchestrator.daemon.keeping import kept
from orchestrator.daemon.machine import bad, doubtful, ok
from orchestrator.daemon.notifying import channels
from orchestrator.daemon.past import Past
from orchestrator.daemon.project import CONFIG, Project, is_project, load_settings
from orchestrator.errors import InvalidInputError, OrchestratorError
from orchestrator.inbox.folder import Reading
from orchestrator.model.answers import DoctorAnswer, DoctorLine
from orchestrator.model.settings import RepoSettings, Settings
from orchestrator.model.world import World
from orchestrator.policy.preflight import preflight
from orchestrator.workspace import follow
from orchestrator.workspace.ground import Furnishing, vet_furnishing
from orchestrator.workspace.repository import Repository, find

DAMAGED, BAD, FINE = 4, 1, 0
Lines = tuple[DoctorLine, ...]


async def examine_project(root: Path, *, audited: bool = False) -> DoctorAnswer:
    """Look at the machine and at the project at `root`; `audited`: at every line of its journal and every signature."""
    past = await Past.read(root)
    visit = _Visit(root, past)
    lines = await visit.go()
    if audited and not past.broken:
        lines = (*lines, *await audit(visit.project))
    return DoctorAnswer(exit=DAMAGED if past.broken else _worst(lines), lines=lines)


def _worst(lines: Lines) -> int:
    return BAD if any(line.level == "bad" for line in lines) else FINE


class _Visit:
    """One visit: what was found so far is what later parts need."""

    def __init__(self, root: Path, past: Past) -> None:
        self.root, self.past = root, past
        self.settings = Settings()
        self.project = Project(root, self.settings)
        self.found: dict[str, Repository] = {}
        self.world, self.reading = World(), Reading((), ())

    async def go(self) -> Lines:
        lines = [*await machine.machine(self.root), *self._configuration(), *holding.confinement(self.settings)]
        for part in (self._queues, self._repositories, self._preflight, self._bases):
            lines += await _told(part)
        lines += programs.agents(self.project, self.world, holding.level(self.settings))
        lines += programs.checks(self.project, self._tops())
        lines += await channels(self.project, self.past.world)
        lines += await _told(self._kept)
        return tuple(dict.fromkeys((*lines, *self.past.lines())))

    async def _kept(self) -> Lines:
        found = dict.fromkeys(self.found.values())
        return tuple(await kept(self.project.state, self.past.world, self.settings.retention, found))

    def _configuration(self) -> Lines:
        if not is_project(self.root):
            return (doubtful(f"{self.root} is no project yet", "`orchestrator init` makes one of it"),)
        try:
            self.settings = load_settings(self.root)
        except InvalidInputError as error:
            return tuple(bad(problem) for problem in error.problems)
        self.project = Project(self.root, self.settings)
        try:
            self.project.read_texts()
        except InvalidInputError as error:
            return tuple(bad(problem) for problem in error.problems)
        warnings = tuple(doubtful(f"{CONFIG}: {text}", "correct or remove it") for text in self.settings.warnings)
        return warnings or (ok("configuration"),)

    async def _queues(self) -> Lines:
        intake = Intake(self.project)
        self.world = intake.as_saved(copy_world(self.past.world))
        self.reading = intake.look()
        problems = [bad(line) for problem in self.reading.problems for line in problem.text.splitlines()]
        warnings = [
            doubtful(f"{file.path}: {text}", "correct it, if it was meant")
            for file in self.reading.files
            for text in file.document.warnings
        ]
        files = self.reading.files
        if not files and not problems:
            if not is_project(self.root):
                return ()
            return (doubtful("there are no queue files", "write queues/NAME.json, or `orchestrator init`"),)
        tasks = sum(len(queue.tasks) for queue in self.world.queues.values())
        names = ", ".join(file.document.spec.name for file in files)
        good = [ok(f"queue files read: {names} ({tasks} task{'s' if tasks != 1 else ''})")] if files else []
        return (*problems, *warnings, *good)

    async def _repositories(self) -> Lines:
        if self.settings.workspace == "inplace":
            return (_inplace(self.root),)
        named = repositories(self.project, tuple(queue.spec for queue in self.world.queues.values()))
        lines: list[DoctorLine] = []
        for wanted in dict.fromkeys(named.values() or [RepoSettings(base=self.settings.base)]):
            queues = [queue for queue, repo in named.items() if repo == wanted]
            lines += await self._repository(wanted, queues)
        return tuple(lines)

    async def _repository(self, wanted: RepoSettings, queues: Sequence[str]) -> Lines:
        try:
            repository = await find(self.root, self.project.state, wanted)
            await vet_furnishing(repository, self._furnishing())
        except InvalidInputError as error:
            return tuple(bad(problem) for problem in error.problems)
        self.found |= dict.fromkeys(queues or [""], repository)
        return (ok(f"repository {repository.top}: work lands on {repository.target}, {repository.base} follows"),)

    def _furnishing(self) -> Furnishing:
        settings = self.settings
        return Furnishing(share=settings.share, copy=settings.copy, mounts=holding.level(settings).mounts)

    async def _preflight(self) -> Lines:
        if not self.reading.files:
            return ()
        known = {name: repository for name, repository in self.found.items() if name in self.world.queues}
        facts = await look_up(known, self.reading, self.world, installed(self.project.environ))
        facts = about_agents(facts, self.settings, holding.level(self.settings))
        verdict = preflight(self.world, self.settings, facts)
        lines = (*map(bad, verdict.problems), *(doubtful(text, "") for text in verdict.warnings))
        by = " (by the files alone: the journal cannot be read)" if self.past.broken else ""
        return lines or (ok(f"preflight{by}"),)

    async def _bases(self) -> Lines:
        held = [await follow.problem(repository) for repository in dict.fromkeys(self.found.values())]
        return tuple(doubtful(text, "") for text in dict.fromkeys(held) if text)

    def _tops(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(repository.top for repository in self.found.values())) or (self.root,)


async def _told(part: Callable[[], Awaitable[Lines]]) -> Lines:
    """Look at one part; what keeps it from being looked at is a finding itself."""
    try:
        return await part()
    except InvalidInputError as error:
        return tuple(bad(problem) for problem in error.problems)
    except OrchestratorError as error:
        return (bad(str(error)),)
    except OSError as error:
        return (bad(f"cannot read {error.filename}: {error.strerror or error}", "give access to it"),)


def _inplace(root: Path) -> DoctorLine:
    if (root / ".git").exists():
        return bad(f'{root} is a git repository: take workspace = "inplace" out of the configuration')
    return ok("work is done in place: one worker, nothing is merged")

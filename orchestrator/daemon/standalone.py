"""Judges any git repository without a queue: a revision, the working tree, a task's last work, everything, the past.

All state lies in a private folder that is gone afterwards; nothing is written to the person's checkout or refs (files
of the working tree are stored as loose objects, which git sweeps by itself).
"""

import os
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from orchestrator.agents.reviewing import GuardedReviewer
from orchestrator.agents.surroundings import Surroundings, environment
from orchestrator.daemon.clock import WallClock
from orchestrator.daemon.desk import reading
from orchestrator.daemon.plugins import EntryPointPlugins, check_names
from orchestrator.daemon.project import STATE, Project, load_settings
from orchestrator.daemon.starter import git_top
from orchestrator.errors import InvalidInputError
from orchestrator.model.ids import id_of
from orchestrator.model.settings import AgentSettings, RepoSettings, Settings
from orchestrator.model.specs import TaskSpec
from orchestrator.model.verdicts import Judgement
from orchestrator.ports.verifier import Case
from orchestrator.processes.runner import GuardedRunner
from orchestrator.verify.checks import CheckVerifier, Others
from orchestrator.verify.honest import HONEST
from orchestrator.workspace.git import git
from orchestrator.workspace.ground import Furnishing, Ground
from orchestrator.workspace.repository import Repository, vet_git
from orchestrator.workspace.shadow import through
from orchestrator.workspace.survey import write_tree
from orchestrator.workspace.trees import GitTrees

QUEUE = "verify"
_COPIED = "autocrlf|eol|filemode|ignorecase|precomposeunicode|symlinks"
_REV = ("rev-parse", "-q", "--verify", "--end-of-options")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be judged: `commit` against `base` (empty: everything there is), the task's words in `message`."""

    commit: str
    base: str
    message: str = ""
    spec: TaskSpec | None = None


class _Here(Ground):
    """A ground that is one repository as it stands, detached or on a branch."""

    def __init__(self, repository: Repository, furnishing: Furnishing) -> None:
        super().__init__(repository.top, repository.state, clock=WallClock(), furnishing=furnishing)
        self._here = repository

    async def _find(self, wanted: RepoSettings) -> Repository:  # noqa: ARG002 - the ground's signature
        return self._here


class Court:
    """Judges subjects of one repository. Made by `sitting`."""

    def __init__(self, repository: Repository, settings: Settings, ground: Ground, runner: GuardedRunner) -> None:
        self._repository = repository
        self._settings = settings
        self._trees = GitTrees(ground)
        environ: Mapping[str, str] = dict(os.environ)
        around = Surroundings(environ=environ, home=environ.get("HOME", "/nonexistent"))
        others = Others(GuardedReviewer(settings, runner, around), EntryPointPlugins())
        self._verifier = CheckVerifier(settings, self._trees, runner, repository.state, environ, others)
        self._count = 0

    async def judge(self, subject: Subject, names: tuple[str, ...]) -> Judgement:
        """Run the checks named (none: every one defined, and `honest`) and conclude."""
        checks = names or tuple(dict.fromkeys([*self._settings.checks, HONEST]))
        there = dict.fromkeys([*self._settings.checks, HONEST, *sorted(check_names())])
        unknown = [name for name in checks if name not in there]
        if unknown:
            known = ", ".join(there)
            raise InvalidInputError(f"--check {unknown[0]}: no such check is defined; known: {known}")
        self._count += 1
        tree = (await self._repository.git("rev-parse", f"{subject.commit}^{{tree}}")).line()
        spec = subject.spec or TaskSpec(id="verify")
        return await self._verifier.judge(
            Case(
                task=f"{QUEUE}/{self._count}",
                attempt=1,
                iteration=1,
                commit=subject.commit,
                tree=tree,
                base=subject.base,
                checks=checks,
                tests=spec.tests,
                files=spec.files,
                mends=spec.mends,
                allow_test_changes=spec.allow_test_changes,
                allow_protected=spec.allow_protected,
                by_hand=subject.spec is None
                and not any(
                    name in self._settings.checks and self._settings.checks[name].command
                    for name in checks
                    if name != HONEST
                ),
                words=subject.message,
                title=spec.title,
                description=spec.description,
            )
        )

    async def revision(self, rev: str, base: str | None) -> Subject:
        """Give a revision against its (first) parent or the base named."""
        commit = await self._commit(rev)
        if commit is None:
            raise InvalidInputError(f"{rev}: is neither a revision nor a task; `git log` and `status` name them")
        parent = await self._base(base) if base is not None else await self._commit(f"{commit}^")
        if parent is None and (await self._repository.git("rev-list", "--parents", "-1", commit)).line().count(" "):
            raise InvalidInputError(f"{rev}: its parent is not here (a shallow clone?); fetch it, or give --base")
        message = (await self._repository.git("log", "-1", "--format=%B", commit)).line()
        return Subject(commit=commit, base=parent or "", message=message)

    async def working_tree(self, base: str | None) -> Subject:
        """Give the files as they lie, new ones too, against HEAD or the base named."""
        head = await self._base(base) if base is not None else await self._commit("HEAD")
        index = self._repository.state / "worktree.index"
        hidden = (STATE,) if (self._repository.top / STATE).exists() else ()
        tree = await write_tree(self._repository, self._repository.top, index, head or "", hidden)
        parents = ("-p", head) if head else ()
        said = await through(self._repository, "commit-tree", tree, *parents, "-m", "the working tree")
        return Subject(commit=said.line(), base=head or "")

    async def staged(self) -> Subject:
        """Give what is staged for the next commit, against HEAD; the person's index is only copied."""
        head = await self._commit("HEAD")
        top = str(self._repository.top)
        named = os.environ.get("GIT_INDEX_FILE") or (await git("rev-parse", "--git-path", "index", cwd=top)).line()
        index = self._repository.state / "staged.index"
        try:
            index.write_bytes((self._repository.top / named).read_bytes())
        except FileNotFoundError:
            raise InvalidInputError("nothing is staged yet; `git add` what the commit is to hold") from None
        tree = (await git("write-tree", cwd=top, env={"GIT_INDEX_FILE": str(index)})).line()
        parents = ("-p", head) if head else ()
        said = await through(self._repository, "commit-tree", tree, *parents, "-m", "what is staged")
        return Subject(commit=said.line(), base=head or "")

    async def knows(self, rev: str) -> bool:
        """Say whether there is such a revision."""
        return await self._commit(rev) is not None

    async def everything(self, rev: str | None) -> Subject:
        """Give all there is, as if the base were empty."""
        subject = await self.working_tree(None) if rev is None else await self.revision(rev, None)
        return Subject(commit=subject.commit, base="")

    async def task(self, name: str, project: Project, base: str | None) -> Subject | None:
        """Give the last work a task's agent left, or None if there is no such task."""
        if not project.journal_folder.is_dir():
            return None
        async with reading(project) as desk:
            refs = [ref for ref in desk.world.tasks if name in {ref, id_of(ref)}]
            if len(refs) > 1:
                raise InvalidInputError(f"{name}: several queues have a task of that name ({', '.join(sorted(refs))})")
            if not refs:
                return None
            spec, landed = desk.world.tasks[refs[0]].spec, desk.world.tasks[refs[0]].commit
        found = await self._captures(f"refs/orchestrator/{refs[0]}/")
        if not any(leaf.isdigit() for _, leaf in found) and landed:  # its refs are no longer needed to hold it
            return Subject(commit=landed, base=await self._base(base if base is not None else f"{landed}^"), spec=spec)
        if not found:
            raise InvalidInputError(f"{refs[0]}: its agent has left no work yet; `status` says how it stands")
        attempt = max(number for number, leaf in found if leaf.isdigit())
        last = max(int(leaf) for number, leaf in found if number == attempt and leaf.isdigit())
        start = await self._base(base) if base is not None else found.get((attempt, "base"), "")
        return Subject(commit=found[attempt, str(last)], base=start, spec=spec)

    async def past(self, count: int) -> list[tuple[str, str]]:
        """Give the last commits that merge nothing: id and first line."""
        said = await self._repository.git("log", "--no-merges", f"-{count}", "--format=%H %s", "HEAD")
        rows = [row.decode(errors="replace") for row in said.out.splitlines()]
        return [(row.partition(" ")[0], row.partition(" ")[2]) for row in rows]

    async def _captures(self, prefix: str) -> dict[tuple[int, str], str]:
        said = await self._repository.git("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        found: dict[tuple[int, str], str] = {}
        for row in said.out.decode(errors="replace").splitlines():
            commit, _, ref = row.partition(" ")
            number, _, leaf = ref.removeprefix(prefix).partition("/")
            if number.isdigit():
                found[int(number), leaf] = commit
        return found

    async def _base(self, rev: str) -> str:
        found = await self._commit(rev)
        if found is None:
            raise InvalidInputError(f"--base {rev}: there is no such revision; `git log` names them")
        return found

    async def _commit(self, rev: str) -> str | None:
        # asked in the checkout, for HEAD is the checkout's own where it is a linked worktree
        said = await git(*_REV, f"{rev}^{{commit}}", cwd=str(self._repository.top), accept=(0, 1, 128))
        return said.line() if said.code == 0 and said.line() else None


@asynccontextmanager
async def sitting(folder: Path, project: Project | None = None) -> AsyncGenerator[tuple[Court, Project]]:
    """Open a court over the repository a folder lies in; what it kept is gone afterwards.

    It judges by the configuration of `project`, else by that of the folder.
    """
    await vet_git()
    found = await git_top(folder)
    if found is None:
        raise InvalidInputError(f"{folder}: is in no git checkout; `verify` judges what git keeps")
    top = Path(os.path.realpath(found))  # noqa: ASYNC240 - one look, at once
    project = project or Project(top, load_settings(top))
    runner = GuardedRunner.of(project.settings)
    with tempfile.TemporaryDirectory(prefix="orchestrator-verify-", ignore_cleanup_errors=True) as state:
        repository = await _repository(top, Path(os.path.realpath(state)))  # noqa: ASYNC240 - one look, at once
        ground = _Here(repository, _furnishing(project, runner))
        await ground.open()
        yield Court(repository, project.settings, ground, runner), project


def _furnishing(project: Project, runner: GuardedRunner) -> Furnishing:
    settings = project.settings
    return Furnishing(
        setup=settings.setup,
        share=settings.share,
        copy=settings.copy,
        mounts=runner.level().mounts,
        runner=runner,
        env=environment(project.environ, AgentSettings(name="setup"), {}, {}),
    )


async def _repository(top: Path, state: Path) -> Repository:
    """Describe the repository as it stands: one that is only judged need not be fit to be worked in."""
    paths = ("rev-parse", "--path-format=absolute", "--git-common-dir", "--show-object-format")
    git_dir, kind = (await git(*paths, cwd=str(top))).out.decode().split("\n")[:2]
    said = await git("config", "-z", "--get-regexp", f"^core\\.({_COPIED})$", cwd=str(top), accept=(0, 1))
    pairs = (item.decode(errors="replace").partition("\n") for item in said.items())
    return Repository(
        name="",
        top=top,
        git_dir=Path(git_dir),
        objects=Path(os.path.realpath(Path(git_dir) / "objects")),  # noqa: ASYNC240 - one look, at once
        base="judged",
        state=state,
        format=kind,
        settings=tuple(sorted({key: value if mark else "true" for key, mark, value in pairs}.items())),
    )

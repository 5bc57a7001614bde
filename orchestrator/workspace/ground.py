"""Which repository a queue works in, and what all files of this room share: folders, clock, furnishing.

Built once by the composition root; never changes while a process runs, so that the branch a person checks out in the
middle of a run moves no train to another track.
"""

import dataclasses
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import anyio

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.settings import RepoSettings
from orchestrator.ports.runner import Place, Runner
from orchestrator.ports.time import Clock
from orchestrator.ports.workspace import AttemptKey
from orchestrator.workspace.git import tool
from orchestrator.workspace.refs import attempt_path
from orchestrator.workspace.repository import Repository, adopt, find, make_store
from orchestrator.workspace.shadow import establish
from orchestrator.workspace.stale import break_locks

STEERING = ("queues", "orchestrator.toml")
"""In a folder worked in place these are the live ones: written while an attempt is open, and nobody's work."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Furnishing:
    """What a workspace or checkout gets beside the commit's files: `setup`, `share` and `copy` of the configuration.

    `mounts` says whether the runner can mount: without it shares become links. `runner` runs `setup`, with `env`.
    """

    setup: tuple[str, ...] = ()
    share: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    mounts: bool = True
    runner: Runner | None = None
    env: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    timeout_s: float = 1800.0

    def __post_init__(self) -> None:
        problems = [
            f"`{path}` under `share` or `copy` must be a path inside the repository, without `..`: correct it"
            for path in (*self.share, *self.copy)
            if path.startswith("/") or not path.strip("/.") or ".." in path.split("/")
        ]
        if self.setup and self.runner is None:
            problems.append("`setup` needs a runner: compose the workspace with one")
        if problems:
            raise InvalidInputError(*problems)

    @property
    def brought(self) -> tuple[str, ...]:
        """The paths a person brings in, which are no part of anybody's work."""
        return tuple(path.strip("/") for path in (*self.share, *self.copy))


class Ground:
    """Resolves queues to vetted repositories and owns the folders under the state folder.

    `queues` names the repository and base branch of queues, `default` those of all others; paths are relative to the
    project. `inplace` is for a folder without git, which all queues then share.
    """

    def __init__(  # noqa: PLR0913 - keywords, one for each thing the composition root knows
        self,
        project: Path,
        state: Path,
        *,
        clock: Clock,
        queues: Mapping[str, RepoSettings] | None = None,
        default: RepoSettings | None = None,
        furnishing: Furnishing | None = None,
        inplace: bool = False,
    ) -> None:
        self.project = Path(os.path.realpath(project))
        self.state = Path(os.path.realpath(state))
        self.clock = clock
        self.furnishing = furnishing or Furnishing()
        self.inplace = inplace
        self._default = default or RepoSettings()
        self._queues = dict(queues or {})
        self._found: dict[RepoSettings, Repository] = {}
        self._made: set[RepoSettings] = set()
        self._making = True
        self._locks: dict[str, anyio.Lock] = {}

    async def open(self, *, make: bool = True) -> None:
        """Vet the repositories of all queues named (of the default if none is). InvalidInputError has every problem.

        Without `make` nothing is written, now or later, until it is opened again: for a look before any work.
        """
        self._making = make
        problems: list[str] = []
        for wanted in dict.fromkeys((*self._queues.values(), self._default)):
            try:
                await self._resolve(wanted)
            except InvalidInputError as error:
                # the project itself need be no repository where every queue names another
                problems += error.problems if wanted in self._queues.values() or not self._queues else ()
        if problems:
            raise InvalidInputError(*problems)

    async def repository(self, queue: str) -> Repository:
        """Give the repository a queue works in, vetted."""
        return await self._resolve(self._wanted(queue))

    def known(self, queue: str) -> Repository:
        """Give the repository of a queue that was vetted before. A FaultError if it was not."""
        found = self._found.get(self._wanted(queue))
        if found is None:
            raise FaultError(f"the repository of queue {queue} was not looked at yet: open the workspace first")
        return found

    def branches(self) -> tuple[Path, ...]:
        """Give the folders in which git keeps the branches of the repositories found so far."""
        folders = (repository.git_dir / "refs" / "heads" for repository in self._found.values())
        return tuple(dict.fromkeys(folder for folder in folders if folder.is_dir()))

    def lock(self, name: str) -> anyio.Lock:
        """Give this process's lock of a name; other processes are held off by compare-and-swap and by fences."""
        return self._locks.setdefault(name, anyio.Lock())

    def folder(self, key: AttemptKey) -> Path:
        """Say where an attempt works: in its clone, or in the project itself."""
        if self.inplace:
            return self.project
        return self.state / "workspaces" / attempt_path(key)

    def index(self, key: AttemptKey) -> Path:
        """Say where our index over the attempt's files lies: beside the clone, out of the agent's reach."""
        folder = self.folder(key)
        return folder.with_name(f"{folder.name}.index")

    def excluded(self, repository: Repository) -> tuple[str, ...]:
        """List the paths in a workspace that are not the agent's work."""
        steering = STEERING if self.inplace else ()
        return (*((repository.hidden,) if repository.hidden else ()), *steering, *self.furnishing.brought)

    def place(self, repository: Repository, folder: Path) -> Place:
        """Describe a folder as a place to run programs in."""
        mounted = [path.strip("/") for path in self.furnishing.share if self.furnishing.mounts]
        own = [folder / name for name in STEERING if self.inplace and folder == self.project]
        return Place(
            workspace=str(folder),
            seen_as=str(repository.top),
            project=str(self.project),
            checkout=str(repository.top),
            objects=str(repository.objects),
            objects_as=str(repository.objects_as),
            readable=tuple(str(path) for path in own if path.exists() and not path.is_symlink()),
            shared=tuple(
                (os.path.realpath(repository.top / path), str(repository.top / path))
                for path in mounted
                if (repository.top / path).exists()
            ),
        )

    def throw_away(self, path: Path) -> None:
        """Move a folder into the trash, at once; `sweep` deletes it when there is time."""
        if not os.path.lexists(path):
            return
        trash = self.state / "trash"
        trash.mkdir(parents=True, exist_ok=True)
        path.rename(Path(tempfile.mkdtemp(dir=trash)) / path.name)

    async def sweep(self) -> None:
        """Delete what was thrown away. Slow and heavy on the disk: for when nothing waits."""
        trash = str(self.state / "trash")
        if not _holds_anything(trash):
            return
        each = ("find", trash, "-mindepth", "1", "-maxdepth", "1", "-exec", "rm", "-rf", "--", "{}", "+")
        if (await tool(*each)).code:  # folders that were made unreadable are opened first
            await tool("find", trash, "-type", "d", "!", "-perm", "-0700", "-exec", "chmod", "u+rwx", "{}", ";")
            await tool(*each)

    def _wanted(self, queue: str) -> RepoSettings:
        if self.inplace:
            return self._default
        return self._queues.get(queue, self._default)

    async def _resolve(self, wanted: RepoSettings) -> Repository:
        async with self.lock("repositories"):
            if wanted not in self._found:
                self._found[wanted] = await self._find(wanted)
            if self._making and wanted not in self._made:
                if self.inplace:
                    await make_store(self._found[wanted])
                establish(self._found[wanted], self.furnishing.brought)
                break_locks(self._found[wanted], self.clock.now() / 1000)
                self._made.add(wanted)
            return self._found[wanted]

    async def _find(self, wanted: RepoSettings) -> Repository:
        if self.inplace:
            return adopt(self.project, self.state)
        repository = await find(self.project, self.state, wanted)
        await vet_furnishing(repository, self.furnishing)
        return repository


async def vet_furnishing(repository: Repository, furnishing: Furnishing) -> None:
    """Refuse what cannot be brought in: tracked paths, and shares that lead back into the project without mounts."""
    problems: list[str] = []
    for path in furnishing.brought:
        listed = await repository.git("ls-tree", "--full-tree", f"refs/heads/{repository.base}", "--", path)
        if listed.out:
            problems.append(f"`{path}` under `share` or `copy` is tracked by git and comes by itself: take it out")
    if not furnishing.mounts:
        for share in furnishing.share:
            back = await _leads_back(repository.top, repository.top / share.strip("/"))
            if back:
                problems.append(
                    f"the share `{share}` leads back into the project through {back}, so that agents and checks would"
                    ' test the person\'s checkout: use a sandbox that mounts (`sandbox = "bwrap"`), or `setup` instead'
                )
    if problems:
        raise InvalidInputError(*problems)


async def _leads_back(top: Path, share: Path) -> str:
    """Name a link or an editable install in the share that points at the project's own files."""
    real, root = _real(share), f"{_real(top)}/"
    kinds = "( -type l -o -name *.pth -o -name *.egg-link -o -name __editable__*.py ) -print0"
    for item in (await tool("find", real, *kinds.split())).items():
        if _names(Path(os.fsdecode(item)), root, f"{real}/"):
            return os.fsdecode(item)
    return ""


def _real(path: Path) -> str:
    return os.path.realpath(path)


def _names(path: Path, root: str, share: str) -> bool:
    """Say whether a link leads into `root` beside the share, or a text names `root`."""
    if path.is_symlink():
        goal = f"{os.path.realpath(path)}/"
        return goal.startswith(root) and not goal.startswith(share)
    return root.encode() in (path.read_bytes() + b"\n").replace(b"\n", b"/\n")


def _holds_anything(folder: str) -> bool:
    try:
        return bool(os.listdir(folder))  # noqa: PTH208 - a list is all that is wanted
    except FileNotFoundError:
        return False

"""Finds and vets a target repository before any work, and holds what the other files need to know of it.

Every reason why it cannot be used is told at once, each with its remedy. Never changes the repository.
"""

import os
import re
from pathlib import Path
from typing import NoReturn

import msgspec

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.ids import SAFE_ID_RULE, is_safe_id
from orchestrator.model.settings import RepoSettings
from orchestrator.workspace.git import MINIMUM, Said, git, scrubbed, tool
from orchestrator.workspace.names import INPLACE, STORE

OWN = "_project"
"""Folder name of the project's own repository; no `[repos.NAME]` can be called that."""

_COPIED = (
    "core.autocrlf",
    "core.eol",
    "core.filemode",
    "core.ignorecase",
    "core.precomposeunicode",
    "core.symlinks",
    "core.sharedrepository",
)
"""The settings of the person that decide what a file's bytes are in git and how names compare."""


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """A vetted target repository. Paths are absolute; `git_dir` is the common one, where the refs live."""

    name: str
    top: Path
    """The person's checkout."""
    git_dir: Path
    objects: Path
    base: str
    state: Path
    format: str = "sha1"
    settings: tuple[tuple[str, str], ...] = ()
    hidden: str = ""
    """Where the orchestrator's state lies inside `top`, relative; empty if it does not."""

    @property
    def label(self) -> str:
        """Name the repository in folder names."""
        return self.name or OWN

    @property
    def shadow(self) -> Path:
        """The git directory with our own configuration."""
        return self.state / "shadow" / f"{self.label}.git"

    @property
    def objects_as(self) -> Path:
        """Where private clones look for the object store, inside and outside of a sandbox."""
        return self.state / "objects" / self.label

    @property
    def target(self) -> str:
        """The branch the train moves."""
        return f"orchestrator/{self.base}"

    @property
    def zero(self) -> str:
        """The id that stands for no object."""
        return "0" * (64 if self.format == "sha256" else 40)

    async def git(self, *args: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> Said:
        """Run git on the person's refs and objects; never on anybody's files."""
        return await git(f"--git-dir={self.git_dir}", *args, stdin=stdin, accept=accept)


async def find(project: Path, state: Path, wanted: RepoSettings) -> Repository:
    """Find the repository `wanted` names and vet it. Raises InvalidInputError with every problem found."""
    name = f"repository {wanted.name or wanted.path!r}"
    if wanted.name and not is_safe_id(wanted.name):
        raise InvalidInputError(f"{name}: the name is unsafe: use {SAFE_ID_RULE}")
    await vet_git()
    path = _real(project / wanted.path)
    top = await _top(name, path, project)
    git_dir = Path((await _ask(top, "rev-parse", "--path-format=absolute", "--git-common-dir")).line())
    base, problems = await _base(name, top, git_dir, wanted.base)
    problems += await _vet_store(name, git_dir)
    if base and not problems:
        problems = await _vet_tree(name, git_dir, base)
    if problems:
        raise InvalidInputError(*problems)
    real = _real(state)
    return Repository(
        name=wanted.name,
        top=top,
        git_dir=git_dir,
        objects=_real(git_dir / "objects"),
        base=base,
        state=state,
        format=(await _ask(top, "rev-parse", "--show-object-format")).line(),
        settings=await _settings(top),
        hidden=str(real.relative_to(top)) if real.is_relative_to(top) else "",
    )


def adopt(project: Path, state: Path) -> Repository:
    """Describe the repository of ours that keeps the folder's snapshots."""
    top, own = _real(project), _real(state)
    if _is_there(top / ".git"):
        raise InvalidInputError(f'{top} is a git repository: take `workspace = "inplace"` out of the configuration')
    store = own / STORE
    return Repository(
        name="",
        top=top,
        git_dir=store,
        objects=store / "objects",
        base=INPLACE,
        state=own,
        hidden=str(own.relative_to(top)) if own.is_relative_to(top) else "",
    )


async def make_store(repository: Repository) -> None:
    """Make the repository of ours that keeps a folder's snapshots, if it is absent."""
    if not _is_there(repository.git_dir / "HEAD"):
        store = str(repository.git_dir)
        await git("init", "-q", "--bare", "--template=", f"--initial-branch={INPLACE}", store)


async def vet_git() -> str:
    """Give git's version if it is one that may be used. FaultError: there is none; InvalidInputError: it is too old."""
    said = (await git("--version")).line()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
    if found is None:
        raise InvalidInputError(f"cannot tell the version of git from {said!r}: install a plain git")
    if tuple(int(part or 0) for part in found.groups()) < MINIMUM:
        need = ".".join(map(str, MINIMUM))
        raise InvalidInputError(f"git {found.group()} is older than {need} and unsafe on hostile trees: upgrade git")
    return found.group()


async def _ask(top: Path, *args: str, accept: tuple[int, ...] = (0,)) -> Said:
    return await git(*args, cwd=str(top), accept=accept)


async def _top(name: str, path: Path, project: Path) -> Path:
    if not _is_folder(path):
        raise InvalidInputError(f"{name}: there is no folder {path}: correct `path`")
    said = await _ask(path, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", accept=(0, 128))
    if said.code:
        _not_a_repository(name, path, said)
    bare, inside = said.line().split()
    if bare == "true":
        raise InvalidInputError(f"{name}: {path} is a bare repository: clone it and name the clone")
    if inside != "true":
        raise InvalidInputError(f"{name}: {path} lies inside a .git folder: name the checkout")
    top = _real(Path((await _ask(path, "rev-parse", "--show-toplevel")).line()))
    if top != path and path != _real(project):
        raise InvalidInputError(f"{name}: {path} is a folder of the repository {top}: name that, or `git init` here")
    return top


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)


def _is_folder(path: Path) -> bool:
    return path.is_dir()


def _not_a_repository(name: str, path: Path, said: Said) -> NoReturn:
    if "not a git repository" in said.err:
        raise InvalidInputError(
            f"{name}: {path} is not a git repository: run `git init && git add -A && git commit`,"
            ' or set `workspace = "inplace"`'
        )
    raise InvalidInputError(f"{name}: git cannot read {path}: {said.err.strip().splitlines()[0]}")


async def _base(name: str, top: Path, git_dir: Path, wanted: str | None) -> tuple[str, list[str]]:
    store = f"--git-dir={git_dir}"
    base = wanted or ""
    if wanted is None:
        head = (await _ask(top, "symbolic-ref", "--quiet", "HEAD", accept=(0, 1))).line()
        base = head.removeprefix("refs/heads/")
    if not base:
        return "", [f"{name}: HEAD is detached: check a branch out, or name one with `base`"]
    problems: list[str] = []
    if base.startswith("orchestrator/"):
        problems.append(f"{name}: the base branch {base!r} is one the train moves: check another out, or set `base`")
    elif (await git("check-ref-format", f"refs/heads/{base}", accept=(0, 1))).code:
        problems.append(f"{name}: {base!r} is no name for a branch: correct `base`")
    elif (await git(store, "rev-parse", "-q", "--verify", f"refs/heads/{base}^{{commit}}", accept=(0, 1, 128))).code:
        problems.append(f"{name}: the branch {base!r} has no commit: commit something, or correct `base`")
    if not (await git(store, "rev-parse", "-q", "--verify", "refs/heads/orchestrator", accept=(0, 1))).code:
        problems.append(
            f"{name}: a branch named `orchestrator` stands where `orchestrator/{base}` must go:"
            " rename it with `git branch -m orchestrator NEW-NAME`"
        )
    return base, problems


async def _vet_store(name: str, git_dir: Path) -> list[str]:
    store = f"--git-dir={git_dir}"
    problems: list[str] = []
    if (await git(store, "rev-parse", "--is-shallow-repository")).line() == "true":
        problems.append(f"{name}: is a shallow clone: run `git fetch --unshallow`")
    asked = await git(
        store, "config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$", accept=(0, 1)
    )
    if not asked.code:
        problems.append(
            f"{name}: is a partial clone: clone it again without `--filter`, or run"
            " `git fetch --refetch --no-filter` and unset extensions.partialClone and remote.*.promisor"
        )
    return problems


async def _vet_tree(name: str, git_dir: Path, base: str) -> list[str]:
    listed = await git(f"--git-dir={git_dir}", "ls-tree", "-r", "-z", "--full-tree", f"refs/heads/{base}")
    modules: list[str] = []
    attributes: list[bytes] = []
    for row in listed.items():
        about, _, path = row.partition(b"\t")
        mode, _, blob = about.split()
        if mode == b"160000":
            modules.append(path.decode(errors="backslashreplace"))
        elif path.rpartition(b"/")[2] == b".gitattributes":
            attributes.append(blob)
    problems: list[str] = []
    if modules:
        problems.append(
            f"{name}: submodules are not supported ({', '.join(modules[:5])}): remove them, vendor their files,"
            " or name the submodule's own repository under [repos]"
        )
    texts = await git(
        f"--git-dir={git_dir}", "cat-file", "--batch", stdin=b"".join(blob + b"\n" for blob in attributes)
    )
    return problems + await _vet_filters(name, git_dir, texts.out.decode(errors="replace") + _own_attributes(git_dir))


def _own_attributes(git_dir: Path) -> str:
    try:
        return (git_dir / "info" / "attributes").read_text(errors="replace")
    except FileNotFoundError:
        return ""


async def _vet_filters(name: str, git_dir: Path, attributes: str) -> list[str]:
    problems: list[str] = []
    for word in sorted(set(re.findall(r"(?m)^[^#\n]*\sfilter=(\S+)", attributes))):
        if word == "lfs":
            problems.append(
                f"{name}: git LFS is not supported (snapshots hold raw bytes): run `git lfs migrate export`,"
                " or name a repository without it"
            )
            continue
        pattern = rf"^filter\.{re.escape(word)}\.(clean|smudge|process)$"
        if not (await _persons_git(git_dir, "config", "--get-regexp", pattern)).code:
            problems.append(
                f"{name}: the git filter {word!r} of .gitattributes would have to run on every snapshot, and is not"
                " supported: remove the attribute"
            )
    return problems


async def _settings(top: Path) -> tuple[tuple[str, str], ...]:
    said = await _persons_git(top, "config", "-z", "--get-regexp", rf"^({'|'.join(map(re.escape, _COPIED))})$")
    pairs = (item.decode(errors="replace").partition("\n") for item in said.items())
    # a key without "=" means true; the last one given wins
    return tuple(sorted({key: value if mark else "true" for key, mark, value in pairs}.items()))


async def _persons_git(where: Path, *args: str) -> Said:
    """Read (never run) the person's configuration, global and system included; where that fails: as if not set."""
    env = scrubbed()
    for key in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        del env[key]
    env |= {key: os.environ[key] for key in ("HOME", "XDG_CONFIG_HOME") if key in os.environ}
    said = await tool("git", "-c", "safe.directory=*", *args, cwd=str(where), env=env)
    if said.code not in {0, 1}:
        raise FaultError(f"the git configuration seen from {where} cannot be read: {said.err.strip()[:300]}")
    return said

"""The private repositories agents and checks see: a `.git` of our making, objects borrowed from the person's store.

Made by writing files, so that neither a template nor anybody's configuration gets in. Never written to
once an agent has had it: it is made anew.
"""

import os
import shutil
from pathlib import Path

from orchestrator.workspace.git import EMAIL, NAME
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.shadow import configuration, through


async def write_files(repository: Repository, folder: Path, index: Path, tree: str) -> None:
    """Write a tree's files into a folder, through an index of its own that knows them afterwards."""
    _ensure(folder)
    env = {"GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(folder)}
    await through(repository, "read-tree", "-u", "--reset", tree, env=env)


def make_git_dir(
    repository: Repository, folder: Path, index: Path, *, head: str, branch: str = "", base: str = ""
) -> None:
    """Make the folder a repository whose objects are the person's: on `branch` (else detached) at `head`.

    `base`, if given, stands as the remote branch it is called after; no remote is configured. Runs no git, so that
    nothing a previous user of the folder left can matter.
    """
    git_dir = folder / ".git"
    for part in ("objects/info", "objects/pack", "refs/heads", "info"):
        (git_dir / part).mkdir(parents=True, exist_ok=True)
    _write(git_dir / "HEAD", f"ref: refs/heads/{branch}\n" if branch else f"{head}\n")
    if branch:
        _write(git_dir / "refs" / "heads" / branch, f"{head}\n")
    if base:
        _write(git_dir / "refs" / "remotes" / "origin" / repository.base, f"{base}\n")
    user = f"[user]\n\tname = {NAME}\n\temail = {EMAIL}\n[gc]\n\tauto = 0\n"
    _write(git_dir / "config", configuration(repository) + user)
    _write(git_dir / "objects" / "info" / "alternates", _alternates(repository))
    shutil.copyfile(repository.shadow / "info" / "exclude", git_dir / "info" / "exclude")
    shutil.copyfile(index, git_dir / "index")


def _ensure(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def hide(folder: Path, paths: tuple[str, ...]) -> None:
    """Let the folder's own git ignore paths that were brought in, before anybody else has had the folder."""
    if paths:
        with (folder / ".git" / "info" / "exclude").open("a", errors="surrogateescape") as file:
            file.writelines(f"{literal(path)}\n" for path in paths)


def literal(path: str) -> str:
    """Write a path as a pattern of an exclude file."""
    return "/" + "".join(f"\\{char}" if char in "\\*?[]!# " else char for char in path)


def _alternates(repository: Repository) -> str:
    """Name the person's store where the sandbox shows it, and the stores it borrows from in turn."""
    lines = [str(repository.objects_as)]
    own = repository.objects / "info" / "alternates"
    if own.exists():
        lines += [
            os.path.realpath(repository.objects / row)
            for row in own.read_text(errors="surrogateescape").splitlines()
            if row and not row.startswith("#")
        ]
    return "".join(f"{line}\n" for line in lines)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, errors="surrogateescape")

"""Our own git directory over other people's files: our configuration and index, the person's object store.

Neither the agent's `.git` nor the person's configuration is read through it, so no filter, hook or monitor of theirs
runs as us. Several processes use one shadow at once: it holds no refs and nobody's index.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from orchestrator.workspace.git import BUT_THE_INDEX, Said, git
from orchestrator.workspace.repository import Repository

_ATTRIBUTES = "* -filter -working-tree-encoding merge=text\n"
"""Filters and encodings never run (what is stored is what lies there); merges are by text, whatever a tree asks."""


def establish(repository: Repository, excluded: tuple[str, ...] = ()) -> None:
    """Make or refresh the shadow, the link to the object store and the state folder's own `.gitignore`."""
    shadow = repository.shadow
    for folder in (shadow / "objects", shadow / "refs", shadow / "info", repository.objects_as.parent):
        folder.mkdir(parents=True, exist_ok=True)
    _keep(shadow / "HEAD", "ref: refs/heads/none\n")
    _keep(shadow / "config", configuration(repository))
    _keep(shadow / "info" / "attributes", _ATTRIBUTES)
    _keep(shadow / "info" / "exclude", _excludes(repository, excluded))
    if not (repository.state / ".gitignore").exists():
        _keep(repository.state / ".gitignore", "*\n")
    _link(repository.objects_as, repository.objects)


def configuration(repository: Repository) -> str:
    """Write the configuration of a git directory of ours: what decides bytes and names, and nothing else."""
    version = 1 if repository.format != "sha1" else 0
    lines = ["[core]", f"\trepositoryformatversion = {version}", "\tbare = false", "\tsafecrlf = false"]
    lines += [f'\t{key.removeprefix("core.")} = "{_quoted(value)}"' for key, value in repository.settings]
    if version:
        lines += ["[extensions]", f"\tobjectformat = {repository.format}"]
    return "\n".join(lines) + "\n"


def environment(repository: Repository, *, index: Path | None = None, tree: Path | None = None) -> dict[str, str]:
    """Give the variables that make git work through the shadow, on this index and these files."""
    env = {"GIT_DIR": str(repository.shadow), "GIT_OBJECT_DIRECTORY": str(repository.objects)}
    if index is not None:
        env["GIT_INDEX_FILE"] = str(index)
    # without files at hand: an empty folder of ours, so that no .gitattributes is found anywhere
    env["GIT_WORK_TREE"] = str(tree or repository.shadow / "refs")
    return env


async def through(
    repository: Repository,
    *args: str,
    stdin: bytes = b"",
    accept: tuple[int, ...] = (0,),
    env: Mapping[str, str] | None = None,
) -> Said:
    """Run git through the shadow, on objects alone or (with an environment that says so) on files.

    Every index here is one of ours: one that a power cut tore is noticed by git and made anew from the files.
    """
    full = environment(repository) if env is None else {**environment(repository), **env}
    return await git(*args, env=full, cwd=full["GIT_WORK_TREE"], stdin=stdin, accept=accept, synced=BUT_THE_INDEX)


def _excludes(repository: Repository, excluded: tuple[str, ...]) -> str:
    try:
        own = (repository.git_dir / "info" / "exclude").read_text(errors="surrogateescape")
    except FileNotFoundError:
        own = ""
    rules = [f"/{path}" for path in excluded]
    if repository.hidden:
        rules.append(f"/{repository.hidden}/")
    return own.rstrip("\n") + "\n" + "".join(f"{rule}\n" for rule in rules)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _keep(path: Path, text: str) -> None:
    data = text.encode(errors="surrogateescape")
    try:
        if path.read_bytes() == data:
            return
    except FileNotFoundError:
        pass
    # replaced, never rewritten: another process may be reading it
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    Path(name).replace(path)


def _link(link: Path, goal: Path) -> None:
    if link.is_symlink() and link.readlink() == goal:
        return
    folder = Path(tempfile.mkdtemp(dir=link.parent, prefix=f".{link.name}."))
    (folder / "link").symlink_to(goal)
    (folder / "link").replace(link)
    folder.rmdir()

"""Records: a file of the target written without any worktree, as a commit that can land like any other.

The person's checkout and index are never touched. What landed names its key, so that it is found again and never lands
twice.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from orchestrator.errors import FaultError
from orchestrator.ports.workspace import AttemptKey, Head, Merged
from orchestrator.workspace.refs import commit_tree, hold, ref_of
from orchestrator.workspace.repository import Repository
from orchestrator.workspace.shadow import through

Change = Callable[[bytes], bytes]
"""From what the file holds (nothing where it is not there) to what it is to hold."""
_FILES = {"100644", "100755"}
_MARK = "Orchestrator-Record"


async def landed(repository: Repository, head: Head, name: str) -> bool:
    """Say whether the record of this name is in the target's history."""
    said = await through(
        repository, "log", "-1", "--format=%H", "--fixed-strings", f'--grep={_MARK}: "{name}"', head.commit
    )
    return bool(said.line())


async def write(
    repository: Repository, head: Head, key: AttemptKey, path: str, change: Change, message: tuple[str, str, int]
) -> Merged | None:
    """Make the commit that holds the file changed, on `head`, held by a ref; None: it holds that already.

    `message` is its first line, the record's name and the moment (milliseconds). A path that leads through a link or
    is no file is a fault: it is somebody else's.
    """
    mode, before = await _there(repository, head.commit, path)
    after = change(before)
    if after == before and mode:
        return None
    blob = (await through(repository, "hash-object", "-w", "--stdin", stdin=after)).line()
    with tempfile.TemporaryDirectory(dir=repository.state, prefix="record-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        await through(repository, "read-tree", head.commit, env=env)
        entry = f"{mode or '100644'} {blob}\t{path}\0".encode()
        await through(repository, "update-index", "-z", "--index-info", stdin=entry, env=env)
        tree = (await through(repository, "write-tree", env=env)).line()
    if tree == head.tree:  # git says nothing of a name that it takes from nobody
        raise FaultError(f"{path}: git takes no file of that name; write the record elsewhere")
    subject, name, at = message
    made = await commit_tree(repository, tree, (head.commit,), f'{subject}\n\n{_MARK}: "{name}"\n', at)
    await hold(repository, {ref_of(key, "record"): made})
    return Merged(commit=made, tree=tree, onto=head.commit)


async def _there(repository: Repository, commit: str, path: str) -> tuple[str, bytes]:
    """Give the mode and the content of a file in a commit; empty where there is none."""
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        place = "/".join(parts[:count])
        said = await through(repository, "ls-tree", "-z", "--full-tree", commit, "--", f":(literal){place}")
        rows = [item.decode(errors="replace") for item in said.items()]
        if not rows:
            return "", b""
        mode, kind, blob = rows[0].partition("\t")[0].split()
        if count < len(parts) and kind != "tree":
            raise FaultError(f"{place} is no folder in the target; write the record elsewhere")
        if count == len(parts):
            if mode not in _FILES:
                raise FaultError(f"{place} is no file in the target; write the record elsewhere")
            return mode, (await through(repository, "cat-file", "blob", blob)).out
    return "", b""

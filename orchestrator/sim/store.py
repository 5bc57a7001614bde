"""Commits and trees in memory: texts by path, named by what they hold. Pure; knows nothing of targets or attempts."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

Files = Mapping[str, str]


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One commit."""

    commit: str
    tree: str
    parents: tuple[str, ...]
    files: dict[str, str]
    message: str


class Store:
    """All commits ever made. Nothing is removed; the same commit made twice is one."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}

    def __contains__(self, commit: str) -> bool:
        return commit in self._nodes

    def __getitem__(self, commit: str) -> Node:
        return self._nodes[commit]

    def commit(self, files: Files, parents: tuple[str, ...], message: str) -> Node:
        """Keep the files as a commit and give it."""
        tree = tree_id(files)
        name = _hash("commit", tree, *parents, message)
        return self._nodes.setdefault(
            name, Node(commit=name, tree=tree, parents=parents, files=dict(files), message=message)
        )

    def history(self, commit: str) -> Iterator[Node]:
        """Walk a commit and everything before it, each once."""
        seen, waiting = {commit}, [commit]
        while waiting:
            node = self._nodes[waiting.pop()]
            yield node
            for parent in node.parents:
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)

    def holds(self, head: str, commit: str) -> bool:
        """Say whether `commit` is `head` or before it."""
        return any(node.commit == commit for node in self.history(head))

    def fork(self, one: str, other: str) -> str:
        """Give the nearest commit both come from, or an empty name."""
        before = {node.commit for node in self.history(one)}
        return next((node.commit for node in self.history(other) if node.commit in before), "")


def tree_id(files: Files) -> str:
    """Name a tree by its content."""
    return _hash("tree", *(part for path in sorted(files) for part in (path, files[path])))


def _hash(*parts: str) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    for part in parts:
        data = part.encode()
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def merge(base: Files, ours: Files, theirs: Files) -> tuple[dict[str, str], tuple[str, ...]]:
    """Merge by whole files. Gives the merged files and the paths both changed differently, which hold both, marked."""
    merged: dict[str, str] = {}
    conflicts: list[str] = []
    for path in sorted({*base, *ours, *theirs}):
        old, our, their = base.get(path), ours.get(path), theirs.get(path)
        taken = their if our == old else our
        if our not in (old, their) and their != old:
            conflicts.append(path)
            taken = f"<<<<<<< target\n{our or ''}=======\n{their or ''}>>>>>>> work\n"
        if taken is not None:
            merged[path] = taken
    return merged, tuple(conflicts)


def resolved(text: str) -> tuple[str, ...]:
    """Give the lines of a text without conflict markers, each once, in order: keep what both sides meant."""
    markers = ("<<<<<<<", "=======", ">>>>>>>")
    return tuple(dict.fromkeys(line for line in text.splitlines() if not line.startswith(markers)))

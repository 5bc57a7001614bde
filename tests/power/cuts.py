"""What is left of a disk when the power goes: the log of `forgetful` played up to a cut, less what was not synced.

Two kinds of file system. `strict`: a name is on the disk once its folder was synced, content once its file was: all
that POSIX promises. `ordered`: each sync also puts every name given before it there, whatever was synced, as ext4 and
XFS do; content still needs its own. What was not synced may have got there all the same: `luck` says how much of it.
"""

import random
import stat
from pathlib import Path
from typing import Any

Operation = tuple[Any, ...]
ROOT = 1
_PAGE = 4096
SETTLED = "settled"
"""The file that is written when the whole file system is synced."""
_BULK, _OBJECT = "bulk_fsync", "tmp_obj"
"""What git calls the file it syncs for all objects written out before, and those until they have their names."""


class _Node:
    """A file, folder or link: as it was last told, and as it is on the disk."""

    def __init__(self, mode: int, name: str = "") -> None:
        self.mode, self.name = mode, name
        self.data, self.kept = bytearray(), b""
        self.names: dict[str, int] = {}
        self.kept_names: dict[str, int] = {}


class Disk:
    """A disk that is told one operation after the other."""

    def __init__(self, kind: str) -> None:
        self.ordered = kind == "ordered"
        self.nodes = {ROOT: _Node(stat.S_IFDIR | 0o755)}
        self._all_names = False
        self._pending: list[int] = []
        """Folders whose names changed since the last sync of anything, in order."""

    def tell(self, operation: Operation) -> None:  # noqa: C901 - a table: one row a kind of operation
        """Do one operation."""
        match operation:
            case ("new", parent, name, number, mode, data):
                node = self.nodes[number] = _Node(mode, name)
                node.data += data
                if not stat.S_ISREG(mode):
                    node.kept = bytes(data)
                self._name(parent)[name] = number
            case ("link", parent, name, number):
                self._name(parent)[name] = number
            case ("gone", parent, name):
                del self._name(parent)[name]
            case ("move", source, name, goal, becomes):
                number = self._name(source).pop(name)
                self._name(goal)[becomes] = number
            case ("swap", source, name, goal, becomes):
                one, other = self._name(source), self._name(goal)
                one[name], other[becomes] = other[becomes], one[name]
            case ("mode", number, mode):
                self.nodes[number].mode = mode
            case ("write", number, offset, data):
                node = self.nodes[number]
                node.data += bytes(max(0, offset - len(node.data)))
                node.data[offset : offset + len(data)] = data
                if node.name == SETTLED:
                    self.settle()
            case ("cut", number, length):
                node = self.nodes[number]
                node.data[length:] = bytes(max(0, length - len(node.data)))
            case ("sync", number):
                self._sync(number)
            case _:
                raise ValueError(operation[0])

    def _name(self, folder: int) -> dict[str, int]:
        self._pending.append(folder)
        return self.nodes[folder].names

    def _sync(self, number: int) -> None:
        node = self.nodes[number]
        node.kept, node.kept_names = bytes(node.data), dict(node.names)
        if self.ordered and node.name.startswith(_BULK):
            for one in self.nodes.values():
                if one.name.startswith(_OBJECT):
                    one.kept = bytes(one.data)
        if self.ordered:
            for folder in self._pending:
                self.nodes[folder].kept_names = dict(self.nodes[folder].names)
            self._pending.clear()

    def settle(self) -> None:
        """Put everything on the disk, as time does."""
        for node in self.nodes.values():
            node.kept, node.kept_names = bytes(node.data), dict(node.names)
        self._pending.clear()

    def find(self, *path: str) -> int | None:
        """Give the number of what stands at a path."""
        number: int | None = ROOT
        for part in path:
            number = None if number is None else self.nodes[number].names.get(part)
        return number

    def content(self, number: int) -> bytes:
        """Give what was last written to a file."""
        return bytes(self.nodes[number].data)

    def leave(self, folder: Path, luck: float, dice: random.Random) -> None:
        """Write what is left after a cut into a real folder. `luck`: the share of what was not synced that is there."""
        self._all_names = self.ordered and dice.random() < luck  # names get there in order: here all, or none
        self._leave(self.nodes[ROOT], folder, luck, dice)

    def _leave(self, node: _Node, folder: Path, luck: float, dice: random.Random) -> None:
        told = self._all_names if self.ordered else dice.random() < luck
        names = node.names if told else node.kept_names
        for name, number in names.items():
            there, path = self.nodes[number], folder / name
            if stat.S_ISDIR(there.mode):
                path.mkdir()
                self._leave(there, path, luck, dice)
            elif stat.S_ISLNK(there.mode):
                path.symlink_to(there.kept.decode())
            else:
                path.write_bytes(self._content(there, luck, dice))
                path.chmod(stat.S_IMODE(there.mode))

    def _content(self, node: _Node, luck: float, dice: random.Random) -> bytes:
        if node.kept == node.data:
            return node.kept
        if dice.random() >= luck:
            return node.kept
        pages = [  # some pages of what was written got there, the rest is as it was, or nothing
            bytes(node.data[at : at + _PAGE])
            if dice.random() < luck
            else node.kept[at : at + _PAGE].ljust(len(node.data[at : at + _PAGE]), b"\0")
            for at in range(0, len(node.data), _PAGE)
        ]
        return b"".join(pages)

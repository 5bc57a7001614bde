"""A file system in memory that writes down everything it is told, for `cuts` to forget what was not synced.

A program of its own, by an interpreter that has mfusepy: `forgetful.py MOUNT LOG`. On unmounting the log goes to LOG.
"""

import errno
import os
import pickle
import stat
import sys
import time
from pathlib import Path
from typing import Any

import mfusepy  # type: ignore[import-not-found,unused-ignore]

ROOT = 1
_NO_REPLACE, _EXCHANGE = 1, 2


def _now() -> float:
    return time.time()  # noqa: TID251 - a program of its own: nobody gives it a clock


class Node:
    """One file, folder or link."""

    def __init__(self, number: int, mode: int) -> None:
        self.number, self.mode = number, mode
        self.data = bytearray()
        self.names: dict[str, int] = {}
        self.links = 1
        self.moment = _now()


class Forgetful(mfusepy.Operations):  # type: ignore[misc,unused-ignore]
    """Everything happens in memory and stands in `log`, as (what, ...)."""

    use_ns = False

    def __init__(self, log: str) -> None:
        self.nodes = {ROOT: Node(ROOT, stat.S_IFDIR | 0o755)}
        self.log: list[tuple[Any, ...]] = []
        self._to, self._last = log, ROOT

    def _find(self, path: str | None, fh: int | None = None) -> Node:
        if path is None:
            return self.nodes[fh or 0]
        node = self.nodes[ROOT]
        for part in path.strip("/").split("/"):
            if part:
                if part not in node.names:
                    raise mfusepy.FuseOSError(errno.ENOENT)
                node = self.nodes[node.names[part]]
        return node

    def _parent(self, path: str) -> tuple[Node, str]:
        head, _, name = path.rpartition("/")
        return self._find(head or "/"), name

    def _new(self, path: str, mode: int, data: bytes = b"") -> Node:
        parent, name = self._parent(path)
        if name in parent.names:
            raise mfusepy.FuseOSError(errno.EEXIST)
        self._last += 1
        node = self.nodes[self._last] = Node(self._last, mode)
        node.data += data
        parent.names[name] = node.number
        parent.moment = _now()
        self.log.append(("new", parent.number, name, node.number, mode, bytes(data)))
        return node

    def getattr(self, path: str | None, fh: int | None = None) -> dict[str, float]:
        node = self._find(path, fh)
        folder = stat.S_ISDIR(node.mode)
        return {
            "st_ino": node.number,
            "st_mode": node.mode,
            "st_nlink": 2 if folder else node.links,
            "st_size": 4096 if folder else len(node.data),
            "st_blocks": (len(node.data) + 511) // 512,
            "st_mtime": node.moment,
            "st_ctime": node.moment,
            "st_atime": node.moment,
            "st_uid": os.getuid(),
            "st_gid": os.getgid(),
        }

    def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, int], int]]:
        node = self._find(path)
        own = {"st_ino": node.number, "st_mode": node.mode}
        rows = [(name, self.nodes[number]) for name, number in node.names.items()]
        return [(".", own, 0), ("..", own, 0)] + [
            (name, {"st_ino": one.number, "st_mode": one.mode}, 0) for name, one in rows
        ]

    def mkdir(self, path: str, mode: int) -> None:
        self._new(path, stat.S_IFDIR | stat.S_IMODE(mode))

    def mknod(self, path: str, mode: int, dev: int) -> None:
        self._new(path, mode)

    def create(self, path: str, mode: int, fi: object = None) -> int:
        return self._new(path, stat.S_IFREG | stat.S_IMODE(mode)).number

    def open(self, path: str, flags: int) -> int:
        return self._find(path).number

    def symlink(self, target: str, source: str) -> None:
        self._new(target, stat.S_IFLNK | 0o777, os.fsencode(source))

    def readlink(self, path: str) -> str:
        return os.fsdecode(bytes(self._find(path).data))

    def link(self, target: str, source: str) -> None:
        node = self._find(source)
        parent, name = self._parent(target)
        if name in parent.names:
            raise mfusepy.FuseOSError(errno.EEXIST)
        parent.names[name] = node.number
        node.links += 1
        self.log.append(("link", parent.number, name, node.number))

    def unlink(self, path: str) -> None:
        parent, name = self._parent(path)
        node = self._find(path)
        del parent.names[name]
        node.links -= 1
        parent.moment = _now()
        self.log.append(("gone", parent.number, name))

    def rmdir(self, path: str) -> None:
        if self._find(path).names:
            raise mfusepy.FuseOSError(errno.ENOTEMPTY)
        self.unlink(path)

    def rename(self, old: str, new: str, flags: int = 0) -> None:
        source, name = self._parent(old)
        goal, becomes = self._parent(new)
        node = self._find(old)
        if flags & _NO_REPLACE and becomes in goal.names:
            raise mfusepy.FuseOSError(errno.EEXIST)
        if flags & _EXCHANGE:
            other = self._find(new)
            source.names[name], goal.names[becomes] = other.number, node.number
            self.log.append(("swap", source.number, name, goal.number, becomes))
            return
        there = goal.names.get(becomes)
        if there is not None and there != node.number:
            if self.nodes[there].names:
                raise mfusepy.FuseOSError(errno.ENOTEMPTY)
            self.nodes[there].links -= 1
        del source.names[name]
        goal.names[becomes] = node.number
        source.moment = goal.moment = _now()
        self.log.append(("move", source.number, name, goal.number, becomes))

    def chmod(self, path: str, mode: int) -> None:
        node = self._find(path)
        node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)
        self.log.append(("mode", node.number, node.mode))

    def chown(self, path: str, uid: int, gid: int) -> None:
        pass

    def utimens(self, path: str, times: tuple[float, float] | None = None) -> None:
        self._find(path).moment = times[1] if times else _now()

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self.nodes[fh].data[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        node = self.nodes[fh]
        if offset > len(node.data):
            node.data += bytes(offset - len(node.data))
        node.data[offset : offset + len(data)] = data
        node.moment = _now()
        self.log.append(("write", fh, offset, bytes(data)))
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> None:
        node = self._find(path, fh)
        node.data[length:] = bytes(max(0, length - len(node.data)))
        node.moment = _now()
        self.log.append(("cut", node.number, length))

    def fsync(self, path: str, datasync: int, fh: int) -> None:
        self.log.append(("sync", fh))

    def fsyncdir(self, path: str, datasync: int, fh: int) -> None:
        self.log.append(("sync", self._find(path).number))

    def statfs(self, path: str) -> dict[str, int]:
        return {
            "f_bsize": 4096,
            "f_frsize": 4096,
            "f_blocks": 1 << 22,
            "f_bfree": 1 << 22,
            "f_bavail": 1 << 22,
            "f_files": 1 << 22,
            "f_ffree": 1 << 22,
            "f_favail": 1 << 22,
            "f_namemax": 255,
        }

    def destroy(self, path: str) -> None:
        Path(self._to).write_bytes(pickle.dumps(self.log))


if __name__ == "__main__":
    mfusepy.FUSE(
        Forgetful(sys.argv[2]),
        sys.argv[1],
        foreground=True,
        nothreads=True,
        use_ino=True,
        hard_remove=True,
        default_permissions=True,
        attr_timeout=0,
        entry_timeout=0,
        ac_attr_timeout=0,
    )

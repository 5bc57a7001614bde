"""What the agent writes: straight into its files, or through us where secrets are to be taken out of it.

Never keeps the agent waiting but for a full disk, never gives it a file it could cut short, and never waits for a
writer that outlived the run. Reached through the paths in the launch; nothing the agent planted is followed.
"""

import contextlib
import fcntl
import os
import time

from orchestrator.guardian.launch import Launch
from orchestrator.guardian.redaction import Redactor, Stream

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY
_BLOCK = 1 << 18
_PIPE = 1 << 20
_RETRY_S = 0.5
_LAST_WORDS = 1000

Stdio = tuple[int, int, int]


class _Through:
    """One output on its way through us: the pipe it comes from, what is held of it, the file it goes to."""

    def __init__(self, redactor: Redactor, path: str, mode: int) -> None:
        self.file = _open(path, mode)
        self.hear, self.say = os.pipe()
        os.set_blocking(self.hear, False)
        with contextlib.suppress(OSError, AttributeError):  # as large as the system lets it be
            fcntl.fcntl(self.hear, fcntl.F_SETPIPE_SZ, _PIPE)
        self.stream = Stream(redactor)
        self.unwritten = b""
        self.over = False

    def take(self) -> int:
        """Read a block; gives its size, 0 if there is none now or nothing will come any more."""
        try:
            block = os.read(self.hear, _BLOCK)
        except BlockingIOError:
            return 0
        self.over = not block
        self.unwritten += self.stream.end() if self.over else self.stream.feed(block)
        return len(block)

    def put(self) -> None:
        """Write what is ready; what a full disk refuses stays."""
        with contextlib.suppress(OSError):
            while self.unwritten:
                self.unwritten = self.unwritten[os.write(self.file, self.unwritten) :]


class Streams:
    """The agent's descriptors 0, 1 and 2, and what becomes of what it writes."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        mode = _WRITE | (os.O_TRUNC if launch["lifeline"] else 0)
        reading = os.O_RDWR if launch["terminal"] else os.O_RDONLY
        source = os.open(launch["stdin"] or os.devnull, reading | os.O_NOCTTY | os.O_CLOEXEC)
        rules = launch["redact"]
        redactor = Redactor(rules) if rules else None
        ends: dict[str, int] = {}
        self.through: dict[int, _Through] = {}
        self._count = 0
        for path in (launch["stdout"], launch["stderr"]):
            if path in ends:
                continue
            if redactor and path:
                one = _Through(redactor, path, mode)
                self.through[one.hear], ends[path] = one, one.say
            else:
                ends[path] = _open(path, mode)
        self.stdio: Stdio = (source, ends[launch["stdout"]], ends[launch["stderr"]])

    def keep_guardians(self) -> None:
        """Close the agent's ends."""
        for handle in set(self.stdio):
            os.close(handle)

    def serve(self, handle: int) -> bool:
        """Pass on what came; says whether more is to be waited for on this descriptor."""
        one = self.through[handle]
        self._count += one.take()
        one.put()
        return not (one.over or one.unwritten)

    def recovered(self) -> list[int]:
        """Try again what could not be written; gives the descriptors to be listened to again."""
        stuck = [one for one in self.through.values() if one.unwritten]
        for one in stuck:
            one.put()
        return [one.hear for one in stuck if not (one.unwritten or one.over)]

    def drain(self, folder: int) -> None:
        """Take in what the dead left behind, and write it all; a full disk is waited for while the folder stands."""
        for one in self.through.values():
            while not one.over and (size := one.take()):
                self._count += size
            if not one.over:  # something that would not die holds the other end
                one.over = True
                one.unwritten += one.stream.end()
            one.put()
            while one.unwritten and os.fstat(folder).st_nlink:
                time.sleep(_RETRY_S)
                one.put()

    def written(self) -> int:
        """Count the bytes the agent wrote so far."""
        total = self._count
        direct = {self._launch["stdout"], self._launch["stderr"]} - {""} if not self.through else set[str]()
        for path in direct:
            with contextlib.suppress(OSError):
                total += os.stat(path).st_size
        return total

    def last_words(self) -> str:
        """Give the last line on stderr: bubblewrap's own complaint when it did not start the program."""
        lines: list[str] = []
        with contextlib.suppress(OSError), open(self._launch["stderr"], "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _LAST_WORDS))
            lines = stream.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "the sandbox ended without a word"


def _open(path: str, mode: int) -> int:
    return os.open(path or os.devnull, mode, 0o600)

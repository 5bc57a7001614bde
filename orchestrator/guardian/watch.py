"""One run from its start to its record: prepare, go, watch, record. The rules stand at the package's door."""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from typing import Any

from orchestrator.guardian import kernel, limits, records
from orchestrator.guardian.launch import read_launch
from orchestrator.guardian.network import Doors
from orchestrator.guardian.records import Refusal
from orchestrator.guardian.root import Pipes, ended, fork_root
from orchestrator.guardian.streams import Streams

_LOOK_BUSY_S, _LOOK_IDLE_S = 0.05, 0.25
_LOCK_PATIENCE_S, _LIFELINE_PATIENCE_S = 0.2, 3.0
_OWN_GRACE_S = 3.0
_RETRY_S, _AGAIN_S = 0.5, 0.01
_LADDER = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_LIFELINE = 0
_MAX_ASKED = 4096
MAX_DESCRIPTORS = 4096


class Guardian:
    """One run folder's owner. Nothing here outlives the tree, and the tree does not outlive this."""

    def __init__(self, path: str) -> None:
        self._folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._launch = read_launch(self._folder)
        self._told: dict[str, Any] = {}
        self._heard = b""
        self._over = False
        self._reason = ""
        self._ladder: list[tuple[float, signal.Signals]] = []
        self._clients: dict[int, tuple[socket.socket, bytes]] = {}
        self._alone_since = self._began = time.monotonic()
        self._written, self._next_look, self._next_count = 0, 0.0, 0.0
        self._asked_to_stop = False

    # -- before ----------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Lock, build the tree's root, and put on disk who we are; the agent does not run yet."""
        lifeline = self._launch["lifeline"]
        self._lock = records.lock(self._folder, _LIFELINE_PATIENCE_S if lifeline else _LOCK_PATIENCE_S)
        os.unlink("launch.json", dir_fd=self._folder)  # it holds the environment, secrets included
        records.clear_end(self._folder, again=lifeline)
        kernel.adopt_orphans()
        self._wake = kernel.wake_on_child()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._door = records.listen(self._folder)
        pid, start, boot = os.getpid(), kernel.start_time("self"), kernel.boot_id()
        self._marker = f"{boot[:8]}-{pid}-{start}"
        self._launch["env"][kernel.MARKER] = self._marker
        self._doors = Doors(self._launch)
        self._build()
        records.reserve(self._folder, "exit.json")
        identity = {"pid": pid, "start": start, "boot": boot, "program": self._launch["argv"][0]}
        tree = {"root": self._root, "root_start": kernel.start_time(self._root), "isolation": self._isolation}
        record = {**identity, **tree, "marker": self._marker}
        records.write(self._folder, "guardian.json", record, synced=not lifeline)

    def _on_signal(self, *_: object) -> None:
        self._asked_to_stop = True  # the loop does it

    def _build(self) -> None:
        """Make the tree's root by the first isolation that works here."""
        self._streams = Streams(self._launch)
        failures = [failure for name in self._launch["isolation"] if (failure := self._try(name))]
        if len(failures) == len(self._launch["isolation"]):
            raise Refusal("fault", f"no sandbox could be made: {'; '.join(failures)}")
        self._streams.keep_guardians()
        self._doors.serve(self._folder)

    def _try(self, isolation: str) -> str:
        """Make the root one way, unless there is one; says why it did not work."""
        if self._told:
            return ""
        self._pipes = Pipes(self._lock, self._doors.inside)
        child = fork_root(isolation, self._launch, self._pipes, self._streams.stdio)
        self._pipes.keep_guardians()
        while not self._told and self._listen_to_root():
            pass
        self._isolation, self._root = isolation, int(self._told.get("root", 0))
        if self._root != child:  # the one in between is done, and its init becomes ours; or all is over
            os.waitpid(child, 0)
        if self._root:
            self._doors.receive(self._pipes.take)
            return ""
        self._pipes.take.close()
        os.close(self._pipes.life)
        failure = self._told.get("error", "it ended without a word")
        self._told, self._heard = {}, b""
        return f"{isolation}: {failure}"

    def go(self) -> None:
        """Let the agent start. Bubblewrap must first have made its namespaces, or nothing began here."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipes.life, b"x")
        self._began = self._alone_since = time.monotonic()
        if self._isolation != "bwrap":
            return
        while "child-pid" not in self._told and self._listen_to_root():
            pass
        if "child-pid" not in self._told:
            kernel.kill_all()
            os.unlink("guardian.json", dir_fd=self._folder)
            self._streams.drain(self._folder)
            words = self._told.get("reason") or self._streams.last_words()
            raise Refusal("fault", f"no sandbox could be made: {words}")

    # -- while it runs ---------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Serve until the tree's root is reaped."""
        self._waiting = select.poll()
        lifeline = [_LIFELINE] if self._launch["lifeline"] else []
        for handle in (self._wake, self._door.fileno(), self._pipes.hear, *lifeline, *self._streams.through):
            self._waiting.register(handle, select.POLLIN)
        while not self._over:
            for handle, _ in self._waiting.poll(self._pause_ms()):
                self._serve(handle)
            self._reap()
            self._judge()

    def _serve(self, handle: int) -> None:
        """Handle what one descriptor has to say."""
        if handle in self._streams.through:
            if not self._streams.serve(handle):
                self._waiting.unregister(handle)
        elif handle == self._wake:
            os.read(handle, 4096)
        elif handle == self._door.fileno():
            with contextlib.suppress(OSError):  # whoever knocked is gone again
                self._admit()
        elif handle == self._pipes.hear:
            if not self._listen_to_root():
                self._waiting.unregister(handle)
        elif handle == _LIFELINE:
            if not os.read(handle, 1):
                self._waiting.unregister(handle)
                self._end("orphaned", 0.0)
        else:
            self._hear(handle)

    def _pause_ms(self) -> int:
        """Say how long nothing can become due."""
        due = min([self._next_look, *(at for at, _ in self._ladder[:1])])
        return max(0, int((due - time.monotonic()) * 1000) + 1)

    def _judge(self) -> None:
        """End the tree if it must end: asked, too much output, nobody there. Take the ladder's next rung if due."""
        now = time.monotonic()
        if self._asked_to_stop:
            self._asked_to_stop = False
            self._end("stopped", _OWN_GRACE_S)
        if now >= self._next_look:
            self._look(now)
        if self._written > self._launch["max_output"]:
            self._end("output", 0.0)
        watched = self._clients or self._launch["lifeline"]
        if not watched and now - self._alone_since >= self._launch["orphan_timeout_s"]:
            self._end("orphaned", _OWN_GRACE_S)
        while self._ladder and now >= self._ladder[0][0]:
            self._signal_tree(self._ladder.pop(0)[1], now)

    def _look(self, now: float) -> None:
        """See what the tree wrote, and, where that is limited, what it uses."""
        for handle in self._streams.recovered():
            self._waiting.register(handle, select.POLLIN)
        before, self._written = self._written, self._streams.written()
        self._next_look = now + (_LOOK_IDLE_S if before == self._written else _LOOK_BUSY_S)
        if limits.are_set(self._launch) and now >= self._next_count:
            self._next_count = now + limits.LOOK_S
            self._end_if(limits.excess(self._inner(), self._launch))

    def _end_if(self, excess: str) -> None:
        if excess:
            self._end(excess, 0.0)

    def _signal_tree(self, number: signal.Signals, now: float) -> None:
        """Signal everything below the root; a stopped process gets to see it. KILL takes the root as well."""
        targets = kernel.family(self._root if number is signal.SIGKILL else self._inner())
        if number is signal.SIGINT and self._launch["passes_on"]:
            targets = kernel.children(targets, self._inner())
        if not targets and number is not signal.SIGKILL:  # it is just starting, or just over
            self._ladder = sorted([*self._ladder, (now + _AGAIN_S, number)])
        kernel.send(targets, number)
        kernel.send(targets, signal.SIGCONT)
        if number is signal.SIGKILL:
            kernel.send([self._root], number)

    def _inner(self) -> int:
        """Give the process below which everything is the agent's: bubblewrap's two processes are not."""
        return int(self._told["child-pid"]) if self._isolation == "bwrap" else self._root

    def _end(self, reason: str, grace_s: float) -> None:
        """Begin the ladder; without grace, at its top. The first reason counts, a later call can only hasten it."""
        now = time.monotonic()
        ladder = [(now + grace_s * rung, number) for rung, number in enumerate(_LADDER)][0 if grace_s else -1 :]
        if not self._reason:
            self._reason, self._ladder = reason, ladder
        elif self._ladder and ladder[-1] < self._ladder[-1]:
            self._ladder = sorted([*self._ladder[:-1], ladder[-1]])

    def _reap(self) -> None:
        """Collect the dead, the tree's root among them."""
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                self._over = self._over or found[0] == self._root

    def _listen_to_root(self) -> bool:
        """Read what the tree's root reports; says whether there can be more."""
        block = os.read(self._pipes.hear, 4096)
        *lines, self._heard = (self._heard + block).split(b"\n")
        for line in lines:
            self._told.update(json.loads(line))
        return bool(block)

    # -- callers ---------------------------------------------------------------------------------------------------

    def _admit(self) -> None:
        """Let a caller in unless it runs inside the tree: an agent does not adopt itself."""
        client, _ = self._door.accept()
        peer = 0
        if hasattr(socket, "SO_PEERCRED"):
            peer = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        if peer and kernel.is_below(self._root, peer):
            client.close()
            return
        client.setblocking(False)
        self._clients[client.fileno()] = (client, b"")
        self._waiting.register(client.fileno(), select.POLLIN)

    def _hear(self, handle: int) -> None:
        """Obey one connection; the end of the last leaves the run an orphan."""
        client, before = self._clients[handle]
        try:
            block = client.recv(4096)
            *lines, rest = (before + block).split(b"\n")
            for line in lines:
                self._obey(client, json.loads(line))
        except BlockingIOError:
            return
        except (OSError, ValueError, KeyError, TypeError):  # a caller that talks nonsense is a caller no more
            block, rest = b"", b""
        self._clients[handle] = (client, rest)
        if not block or len(rest) > _MAX_ASKED:
            self._waiting.unregister(handle)
            del self._clients[handle]
            client.close()
            self._alone_since = time.monotonic()

    def _obey(self, client: socket.socket, asked: dict[str, Any]) -> None:
        """Do what a caller asks: `look` or `stop`."""
        if asked["do"] == "stop":
            self._end("stopped", max(0.0, float(asked["grace_s"])))
            return
        seen = {
            "age_s": time.monotonic() - self._began,
            "cpu_s": kernel.cpu_seconds(self._inner()),
            "output": self._streams.written(),
        }
        _answer(client, {"look": seen})

    # -- after -----------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """Make sure that nothing is left, then write the end and tell those who wait."""
        seconds = round(time.monotonic() - self._began, 3)
        while self._listen_to_root():
            pass
        left = kernel.kill_all()
        if self._isolation == "subreaper":
            left += kernel.sweep(self._marker)
        self._streams.drain(self._folder)
        how = ended(self._told, self._reason, self._streams.last_words())
        end = {"code": None, "signal": None, "reason": self._reason, **how, "seconds": seconds}
        end |= {"left": left} if left else {}
        while True:
            try:
                records.write(self._folder, "exit.json", end, synced=not self._launch["lifeline"])
                break
            except OSError:  # a failing disk: nobody may believe an end that is not on it
                if os.fstat(self._folder).st_nlink == 0:
                    return  # the folder was deleted: nobody can come back for it
                time.sleep(_RETRY_S)
        records.tidy(self._folder)
        os.close(self._lock)  # whoever hears of the end finds the folder free
        for client, _ in self._clients.values():
            _answer(client, {"end": end})


def _answer(client: socket.socket, what: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # a caller that does not read goes without
        client.send(json.dumps(what).encode() + b"\n")


def guard() -> None:
    """Guard the folder named on the command line."""
    main(sys.argv[1])


def main(folder: str) -> None:
    """Guard the folder, and say on stdout whether it is guarded. We are nobody's child, and lead no session."""
    os.closerange(3, MAX_DESCRIPTORS)
    guardian: Guardian | None = None
    try:
        guardian = Guardian(folder)
        guardian.prepare()
        guardian.go()
        said: dict[str, Any] = {"ready": os.getpid()}
    except Refusal as refusal:
        guardian, said = None, {refusal.kind: str(refusal)}
    except OSError as problem:
        guardian, said = None, {"fault": f"{problem.filename or folder}: {problem.strerror or problem}"}
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(said).encode() + b"\n")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if guardian is not None:
        guardian.watch()
        guardian.record()

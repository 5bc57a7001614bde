"""The root of an agent's tree: an init of our own, around bubblewrap where that is to be used.

It holds the folder's lock, waits for a byte before it starts anything, reports on a pipe (which bubblewrap writes to
as well, in its own words: `child-pid`, `exit-code`), and dies with the guardian. It never leaves the agent a
descriptor beyond 0, 1 and 2.
"""

import contextlib
import errno
import json
import os
import select
import signal
import socket
from typing import Any, NoReturn

from orchestrator.guardian import cage, calls, kernel, limits, mounts, network
from orchestrator.guardian.launch import Launch
from orchestrator.guardian.streams import Stdio

_NOT_FOUND, _NOT_EXECUTABLE = 127, 126
_MAX_DESCRIPTORS = 4096


class Pipes:
    """What stands between the guardian and the root: its lock, what it says, the guardian's life, and doors."""

    def __init__(self, lock: int, doors: list[int]) -> None:
        self.lock, self.doors = lock, doors
        self.hear, self.say = os.pipe()
        self.felt, self.life = os.pipe()
        """`life` is the guardian's end: a byte lets the agent start, and its closing is the guardian's death."""
        self.take, self.give = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        """Where the doors the root makes in its own network are handed over."""

    def keep_guardians(self) -> None:
        """Close the root's ends."""
        os.close(self.say)
        os.close(self.felt)
        self.give.close()

    def roots(self) -> tuple[int, ...]:
        """List the root's ends."""
        return self.lock, self.say, self.felt, self.give.fileno()

    def tell(self, **what: Any) -> None:
        """Say something to the guardian, one JSON object a line; to a dead one, nothing."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.say, json.dumps(what).encode() + b"\n")


def fork_root(isolation: str, launch: Launch, pipes: Pipes, stdio: Stdio) -> int:
    """Fork the process that is or becomes the tree's root. It reports its pid as `root`, or `error`, and waits."""
    child = os.fork()
    if child:
        return child
    namespaced = isolation in ("pidns", "userns")
    try:
        _close_all_but(*pipes.roots(), *stdio)
        apart = bool(pipes.doors)
        if namespaced:
            kernel.leave_namespaces(as_user=isolation == "userns", network=apart, all_else=_is_caged(launch))
            if os.fork():
                os._exit(0)
        elif apart:
            kernel.leave_network()
        init = _Init(launch, pipes, namespaced=namespaced, confined=isolation == "bwrap")
        init.main(stdio)
    except OSError as problem:
        pipes.tell(error=problem.strerror or str(problem))
    finally:
        os._exit(1)


def _become(argv: list[str], env: dict[str, str], stdio: Stdio, cwd: str) -> NoReturn:
    """Turn this forked process into the program; every other descriptor closes on exec. Raises OSError."""
    kernel.forget_signals()
    for number, handle in enumerate(stdio):  # all of them above 2
        os.dup2(handle, number)
    os.chdir(cwd)
    os.execvpe(argv[0], argv, env)  # noqa: S606  # a shell is what nobody wants here


def _close_all_but(*kept: int) -> None:
    """Close what the guardian needs and its init does not, the handshake and its socket among them."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    edges = sorted({2, *kept})
    for low, high in zip(edges, [*edges[1:], _MAX_DESCRIPTORS], strict=True):
        os.closerange(low + 1, high)


class _Init:
    """Starts the agent, reaps, and dies with the guardian; as pid 1 of a namespace, or collecting what escapes.

    `confined` is the latter around bubblewrap, which guards its tree alone only once it is set up: until then a
    guardian's death would leave a tree that nobody holds.
    """

    def __init__(self, launch: Launch, pipes: Pipes, *, namespaced: bool, confined: bool) -> None:
        self._launch, self._pipes = launch, pipes
        self._namespaced, self._confined = namespaced, confined

    def main(self, stdio: Stdio) -> NoReturn:
        """Be the init; never returns into the guardian's code."""
        self._enter()
        if not os.read(self._pipes.felt, 1):
            os._exit(1)
        if self._namespaced:  # only now: the process that forked us is gone, and the guardian is our parent
            kernel.die_with_parent()
        self._work(stdio)

    def _enter(self) -> None:
        # blocked, not ignored: one that comes before the agent is executed waits for it
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        root = os.getpid()
        if self._namespaced:
            root = int(os.readlink("/proc/self"))  # the old /proc still tells the pid by which the guardian knows us
            mounts.show_own_processes()
            if _is_caged(self._launch):
                self._hold_files()
        else:
            kernel.adopt_orphans()
        if self._pipes.doors:
            network.make_doors(self._pipes.doors, self._pipes.give)
        self._pipes.give.close()
        self._pipes.tell(root=root)

    def _hold_files(self) -> None:
        """Let mounts hold what Landlock does not know, and let the program have the terminals that are its own."""
        own = self._launch["cage"]
        if own is not None:
            mounts.hold_files(mounts.own(own["write"]))
            own["devices"].append(mounts.TERMINALS)

    def _work(self, stdio: Stdio) -> NoReturn:
        """Start the agent, wait for it or for the guardian's death, leave nothing behind."""
        wake, waiting = kernel.wake_on_child(), select.poll()
        waiting.register(wake, select.POLLIN)
        waiting.register(self._pipes.felt, select.POLLIN)
        agent = 0
        try:
            agent = self._start(stdio)
            while agent and not self._collect(agent):
                if self._pipes.felt in [handle for handle, _ in waiting.poll()]:
                    break
                os.read(wake, 4096)
        finally:
            if not self._namespaced:
                kernel.kill_all(agent)
            os._exit(0)  # as pid 1 this kills whatever is left

    def _start(self, stdio: Stdio) -> int:
        """Fork and exec; on failure tell why, with the code a shell would give, and give 0."""
        failed, fail = os.pipe()
        agent = os.fork()
        if agent == 0:
            try:
                os.setsid()
                if self._launch["terminal"] and not self._confined:  # bubblewrap would die of the keys
                    kernel.take_terminal(stdio[0])
                limits.confine(self._launch)
                if self._confined:
                    self._become_bubblewrap(stdio)
                self._cage()
                _become(self._launch["argv"], self._launch["env"], stdio, self._launch["cwd"])
            except OSError as problem:
                os.write(fail, f"{problem.errno} {problem.strerror}".encode())
            finally:
                os._exit(_NOT_FOUND)
        os.close(fail)
        number, _, text = os.read(failed, 4096).decode().partition(" ")
        if not number:
            return agent
        code = _NOT_FOUND if int(number) == errno.ENOENT else _NOT_EXECUTABLE
        self._pipes.tell(code=code, reason=f"cannot start: {self._launch['argv'][0]}: {text}")
        return 0

    def _cage(self) -> None:
        """Give up what the cage takes. Raises OSError."""
        own = self._launch["cage"]
        if own is None:
            return
        try:
            cage.enter(own)
        except OSError as problem:
            raise OSError(problem.errno, f"no sandbox could be made: {problem.strerror}") from None

    def _become_bubblewrap(self, stdio: Stdio) -> NoReturn:
        kernel.die_with_parent()
        for handle in (self._pipes.lock, self._pipes.say):
            os.set_inheritable(handle, True)
        program, *options = self._launch["sandbox"]
        ours = ["--sync-fd", str(self._pipes.lock), "--json-status-fd", str(self._pipes.say)]
        own = self._launch["cage"]
        if own is not None:  # what it cannot do itself: the rest it needs its powers and calls for
            cage.leave_keys()
            cage.restrict(own)
            ours += _filter(own["calls"])
        _become([program, *ours, *options, "--", *self._launch["argv"]], self._launch["env"], stdio, "/")

    def _collect(self, agent: int) -> bool:
        """Reap the dead; tell how the agent ended. Says whether it did."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == agent:
                code = os.waitstatus_to_exitcode(status)
                if self._confined:
                    self._pipes.tell(bwrap=code)
                else:
                    self._pipes.tell(**({"code": code} if code >= 0 else {"signal": -code}))
            if pid in (0, agent):
                return pid == agent


def _is_caged(launch: Launch) -> bool:
    """Say whether Landlock is what holds the program's hands off files."""
    return launch["cage"] is not None and launch["cage"]["files"]


def _filter(groups: list[str]) -> list[str]:
    """Have bubblewrap refuse system calls, from when it is done."""
    filters = calls.program(groups, os.uname().machine)
    if not filters:
        return []
    handle = os.memfd_create("filter", 0)
    os.write(handle, filters)
    os.lseek(handle, 0, os.SEEK_SET)
    return ["--seccomp", str(handle)]


def ended(told: dict[str, Any], reason: str, words: str) -> dict[str, Any]:
    """Say how the program ended, from what the root and bubblewrap told; `words` is the last line on stderr."""
    said: dict[str, Any] = {key: told[key] for key in ("code", "signal", "reason") if key in told}
    code = told.get("exit-code")
    if said:
        return said
    if code is not None:  # bubblewrap says a signal as a shell does
        by_signal = code > 128 and code - 128 in signal.valid_signals()  # noqa: PLR2004  # as shells count
        return {"signal": code - 128} if by_signal else {"code": code}
    if reason or told.get("bwrap") != 1:
        return {"signal": int(signal.SIGKILL)}
    words = words.removeprefix("bwrap: ").removeprefix("execvp ")
    missing = words.lower().endswith("no such file or directory")
    return {"code": _NOT_FOUND if missing else _NOT_EXECUTABLE, "reason": f"cannot start: {words}"}

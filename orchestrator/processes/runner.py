"""The real Runner: every program under a guardian of its own, in the best sandbox there is.

Theory of operation. `start` writes `launch.json` into the run folder and starts a guardian, which detaches, locks the
folder and answers on a pipe once `guardian.json` is synced. From then on the run is the guardian's: this object keeps
nothing of it, so that whoever comes after a crash can `wait`, `stop` or look just as well. Never polls for an end: the
guardian says it on its socket, and where the guardian is dead the kernel says so.
"""

import os
from pathlib import Path

import anyio
import msgspec
from anyio import to_thread

from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.model.egress import Allowed
from orchestrator.model.settings import Settings
from orchestrator.ports.agents import Life
from orchestrator.ports.runner import End, Launch, Level, Process, Watch, Watchdog
from orchestrator.processes import confinement, sandbox, traces
from orchestrator.processes.link import Link, connected
from orchestrator.processes.nursery import Nursery
from orchestrator.processes.system import PATH
from orchestrator.processes.tree import tree_of

_TAKES_TERMINAL = ("setsid", "-c")
"""Makes the terminal the program's own from within bubblewrap, which stays out of reach of its keys."""
_HANDSHAKE_S = 60.0
_STOP_SLACK_S = 20.0
_SILENT_S = 10.0
_AGAIN_S = 0.02


class _Answer(msgspec.Struct, frozen=True):
    ready: int | None = None
    refused: str = ""
    fault: str = ""


class GuardedRunner:
    """Implements `ports.runner.Runner`.

    `sandbox` is the setting: `auto`, `none`, `landlock`, `bwrap`, or the argv of a wrapper of the user's. `egress` is
    what launches that do not say may reach. `isolation` forces how the tree is held together (`bwrap`, `pidns`,
    `userns`, `subreaper`); `home` is whose keys are hidden.
    """

    def __init__(
        self,
        sandbox: str | tuple[str, ...] = "auto",
        *,
        egress: tuple[Allowed, ...] | None = None,
        isolation: str | None = None,
        home: str | None = None,
    ) -> None:
        if isinstance(sandbox, str) and sandbox not in ("auto", "none", "landlock", "bwrap"):
            raise InvalidInputError(
                f'sandbox = "{sandbox}" is not to be had; use auto, none, landlock, bwrap or a wrapper'
            )
        self._sandbox, self._egress, self._isolation = sandbox, egress, isolation
        self._home = home or str(Path.home())
        self._nursery = Nursery()

    @classmethod
    def of(cls, settings: Settings) -> "GuardedRunner":
        """Make the runner a project's configuration asks for."""
        sandbox = settings.wrapper or settings.sandbox
        # without mounts nothing can protect the state in a folder that is worked in itself
        alone = settings.workspace == "inplace" and sandbox == "auto" and confinement.detect() is Level.L1
        return cls("none" if alone else sandbox, egress=settings.egress)

    def level(self) -> Level:
        """Say the level a launch without one gets."""
        match self._sandbox:
            case "auto":
                return confinement.detect()
            case "none":
                return Level.L0
            case "landlock":
                return Level.L1
            case "bwrap":
                return Level.L2
            case _:
                return Level.L3

    async def start(self, launch: Launch) -> None:
        """Start the guardian and return once `guardian.json` is synced."""
        await self._start(launch, None)

    async def wait(
        self, run_dir: str, *, timeout_s: float | None = None, watchdog: Watchdog | None = None
    ) -> tuple[Watch, End | None]:
        """Follow the run until it ends, runs longer than `timeout_s` since its start, or a watchdog trips."""
        silent_until = anyio.current_time() + _SILENT_S
        while True:
            async with connected(run_dir) as link:
                watch = await _follow(link, timeout_s, watchdog) if link else None
            if watch is not None:
                return watch, None
            end = link.end if link else None
            if link and link.heard:
                silent_until = anyio.current_time() + _SILENT_S
            end = end or await self._known_end(run_dir)
            if end is not None:
                _collect(run_dir)
                return Watch.ENDED, end
            if anyio.current_time() > silent_until:
                raise FaultError(f"the guardian of {run_dir} holds its lock and does not answer; end it, then retry")
            await anyio.sleep(_AGAIN_S)  # it has its lock and not yet its socket

    async def stop(self, run_dir: str, *, grace_s: float = 3.0) -> End:
        """Ladder: SIGINT, SIGTERM, KILL of every descendant; returns when nothing is left."""
        async with connected(run_dir) as link:
            if link:
                await link.stop(grace_s)
                with anyio.move_on_after(2 * grace_s + _STOP_SLACK_S):
                    await link.follow()
        if link and not link.over():
            guarded = traces.read_guarded(run_dir)
            if guarded:  # it is stopped or stuck, and its death is the tree's
                await traces.kill_process(guarded.pid, guarded.start, guarded.boot)
        _, end = await self.wait(run_dir)
        return end or End(reason="lost")

    async def life(self, run_dir: str) -> Life:
        """Look at a run folder: lock held, end recorded, or neither."""
        if traces.is_locked(run_dir):
            return Life.RUNNING
        if traces.read_end(run_dir):
            return Life.ENDED
        guarded = traces.read_guarded(run_dir)
        if guarded:
            await traces.kill_rest(guarded)
        return Life.GONE

    async def processes(self, run_dir: str) -> tuple[Process, ...]:
        """List what lives of the run's tree, parents before their children."""
        guarded = traces.read_guarded(run_dir)
        return await to_thread.run_sync(tree_of, guarded.root) if guarded and traces.is_locked(run_dir) else ()

    async def run(self, launch: Launch, *, timeout_s: float) -> tuple[Watch, End]:
        """Run to the end or the timeout; the tree dies with the caller (kill -9 included) and on cancellation."""
        watch, end = await self._run(launch, timeout_s)
        return await self._run(launch, timeout_s) if sandbox.lost_its_place(end.reason) else (watch, end)

    async def _run(self, launch: Launch, timeout_s: float) -> tuple[Watch, End]:
        read, lifeline = os.pipe()
        try:
            try:
                await self._start(launch, read)
            finally:
                os.close(read)
            watch, end = await self.wait(launch.run_dir, timeout_s=timeout_s)
            end = end or await self.stop(launch.run_dir)
        except BaseException:
            os.close(lifeline)
            if traces.is_locked(launch.run_dir):
                with anyio.move_on_after(_SILENT_S, shield=True):
                    await self.wait(launch.run_dir)
            raise
        else:
            os.close(lifeline)
            return watch, end

    # -- starting --------------------------------------------------------------------------------------------------

    async def _start(self, launch: Launch, lifeline: int | None) -> None:
        order = self._order(launch, lifeline=lifeline is not None)
        folder = Path(launch.run_dir)
        _write_private(folder / "launch.json", msgspec.json.encode(order))
        answer = await _handshake(_spawn(folder, lifeline, self._nursery), folder)
        if answer.ready is None:
            raise FaultError(f"cannot guard {launch.run_dir}: {answer.refused or answer.fault}")

    def _order(self, launch: Launch, *, lifeline: bool) -> dict[str, object]:
        """Make the folders, and what the guardian needs to know."""
        level = launch.level or self.level()
        run_dir = Path(launch.run_dir)
        for path in (run_dir, Path(launch.tmp), Path(launch.home), run_dir / "scratch"):
            _private_folder(path, run_dir)
        tmp = "/tmp" if level.mounts else launch.tmp  # noqa: S108  # a private one, inside
        allowed = self._egress if launch.egress is None else launch.egress
        confined = confinement.confine(launch, level, allowed, self._home, self._isolations(level))
        before = {Level.L3: self._sandbox, Level.L2: _TAKES_TERMINAL if launch.terminal else ()}.get(level, ())
        return {
            "argv": [*before, *launch.argv],
            "env": {"PATH": PATH, **launch.env, "HOME": launch.home, "TMPDIR": tmp},
            "cwd": launch.place.workspace,
            "stdin": launch.stdin,
            "stdout": launch.stdout,
            "stderr": launch.stderr,
            "sandbox": confined.sandbox,
            "cage": confined.cage,
            "egress": confined.egress,
            "isolation": confined.isolation,
            "orphan_timeout_s": launch.orphan_timeout_s,
            "max_output": launch.max_output,
            "passes_on": launch.passes_on,
            "max_memory": launch.max_memory,
            "max_processes": launch.max_processes,
            "redact": launch.redact,
            "lifeline": lifeline,
            "terminal": launch.terminal,
        }

    def _isolations(self, level: Level) -> tuple[str, ...]:
        """List the ways to hold the tree together, best first."""
        if self._isolation:
            return (self._isolation,)
        if level.mounts:
            return ("bwrap",)
        if os.getuid() == 0:
            return ("pidns", "subreaper")
        # inside a user namespace sudo and rootless containers do not work: who says "none" keeps them
        return ("userns", "subreaper") if self._sandbox in ("auto", "landlock") else ("subreaper",)

    async def _known_end(self, run_dir: str) -> End | None:
        """Give the end of a run whose guardian does not answer, or None while it may yet."""
        guarded = traces.read_guarded(run_dir)
        if traces.is_locked(run_dir) and (guarded is None or traces.is_alive(guarded.pid, guarded.start, guarded.boot)):
            return None
        if guarded:
            await traces.kill_rest(guarded)
            await traces.wait_until_free(run_dir)
        return traces.read_end(run_dir) or End(reason="lost")


async def _follow(link: Link, timeout_s: float | None, watchdog: Watchdog | None) -> Watch | None:
    """Listen until the run is over (None), or overdue, or a watchdog trips."""
    asked = anyio.current_time()
    first = await link.look()
    deadline = asked - (first.age_s if first else 0.0) + (float("inf") if timeout_s is None else timeout_s)
    trip = await watchdog.look(first, asked) if watchdog and first else None
    while trip is None and not link.over():
        now = anyio.current_time()
        if now >= deadline:
            return Watch.TIMEOUT
        with anyio.move_on_at(min(deadline, now + watchdog.pause_s() if watchdog else deadline)):
            await link.follow()
        if watchdog and not link.over():
            trip = await watchdog.look(await link.look(), anyio.current_time())
    return trip


def _collect(run_dir: str) -> None:
    guarded = traces.read_guarded(run_dir)
    if guarded:
        traces.collect(guarded.pid)


def _private_folder(path: Path, run_dir: Path) -> None:
    """Make a folder for our eyes only; a link in its place within a run's folder was planted, and goes."""
    if path.is_symlink() and run_dir in path.parents:
        path.unlink()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)


def _spawn(folder: Path, lifeline: int | None, nursery: Nursery) -> int:
    """Start the guardian; gives what it is heard on."""
    hear, say = os.pipe()
    try:
        with (folder / "guardian.log").open("ab") as log, Path(os.devnull).open("rb") as nothing:
            stdin = nothing.fileno() if lifeline is None else lifeline
            nursery.start(folder, (stdin, say, log.fileno()))
    except OSError as problem:
        os.close(hear)
        raise FaultError(f"cannot start a guardian in {folder}: {problem}") from problem
    finally:
        os.close(say)
    return hear


async def _handshake(hear: int, folder: Path) -> _Answer:
    """Read the guardian's one line."""
    said = b""
    try:
        with anyio.move_on_after(_HANDSHAKE_S, shield=True):  # a guardian half started would be nobody's
            while not said.endswith(b"\n"):
                await anyio.wait_readable(hear)
                block = os.read(hear, 4096)
                if not block:
                    break
                said += block
    finally:
        os.close(hear)
    if said.endswith(b"\n"):
        return msgspec.json.decode(said, type=_Answer)
    return _Answer(fault=f"the guardian did not answer; see {folder / 'guardian.log'}")

"""The seam to processes: how agents, checks and setup commands are run, guarded and confined."""

from enum import StrEnum
from typing import Protocol

import msgspec

from orchestrator.model.egress import Allowed
from orchestrator.ports.agents import Life


class Level(StrEnum):
    """How strongly a program is confined."""

    L0 = "L0"
    L1 = "L1"
    """Landlock: files and calls are held back, nothing is mounted."""
    L2 = "L2"
    """Bubblewrap: a file system of its own, in which the attempt stands at the repository's path."""
    L3 = "L3"
    """A wrapper of the user's: whatever it does, we add nothing."""

    @property
    def mounts(self) -> bool:
        """Whether the attempt is seen at the repository's own path; otherwise it is where it lies."""
        return self is Level.L2

    @property
    def holds(self) -> bool:
        """Whether we ourselves keep a program from what is not its own."""
        return self in (Level.L1, Level.L2)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program works. All paths absolute, on the host.

    `workspace` is the writable tree, shown at `seen_as` (the target repository's own path) where the level can mount.
    `objects` is the user's object store, shown read-only at `objects_as`; the clone's alternates name `objects_as`.
    `project` is the orchestrator's project root, `checkout` the user's checkout of the repository, shown read-only at
    `project/.aibrain/project`. `state` (`project/.aibrain`) is hidden but for what is named here. `readable` and
    `writable` are further folders shown at their own paths; `shared` are (host, inside) pairs, read-only.
    """

    workspace: str
    seen_as: str
    project: str
    checkout: str
    objects: str = ""
    objects_as: str = ""
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()
    sealed: bool = False
    """The workspace is shown read-only, where the level can."""


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """What secrets of a kind look like: an expression to be tried `back` bytes before each literal `at`.

    Of a match, `group` is secret. `any_case`: `at` is in lower case and found in any. Bytes are spelled as Latin-1.
    """

    at: str
    match: str
    back: int = 0
    group: int = 0
    any_case: bool = False


class Redaction(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken out of a run's outputs before they are written; bytes are spelled as Latin-1."""

    forms: tuple[str, ...]
    """Secrets, each in every spelling it is to be found in."""
    patterns: tuple[Pattern, ...]
    mark: str
    """What stands in their place."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """One program to run in a folder of its own. `run_dir` gets the guardian's files and the outputs.

    `home` and `tmp` are host folders that become HOME and /tmp (TMPDIR where nothing can be mounted).
    """

    run_dir: str
    argv: tuple[str, ...]
    env: dict[str, str]
    place: Place
    home: str
    tmp: str
    stdin: str = ""
    """Path of a file, or empty for nothing."""
    stdout: str = ""
    """Path of a file."""
    stderr: str = ""
    terminal: bool = False
    """The streams are one terminal, which becomes the program's own; `run` is how such a program is run."""
    passes_on: bool = False
    """It passes an interrupt on to what it started: the ladder's first rung is for it alone."""
    level: Level | None = None
    """None: the best this runner has."""
    orphan_timeout_s: float = 900.0
    max_output: int = 64 << 20
    """Bytes a run may write to stdout and stderr together before it is ended."""
    max_memory: int = 0
    """Bytes its processes may have of their own together before it is ended; each is refused more than twice that at
    once. 0: no limit."""
    max_processes: int = 0
    """Processes that may live at a time before it is ended; 0: no limit."""
    egress: tuple[Allowed, ...] | None = None
    """What of the network it may reach; None: what the runner says."""
    redact: Redaction | None = None
    """None: what it writes goes into its files as it is."""


class End(msgspec.Struct, frozen=True, kw_only=True):
    """How a program ended: exactly one of code and signal; `reason` when the guardian ended it."""

    code: int | None = None
    signal: int | None = None
    seconds: float = 0.0
    reason: str = ""
    """Empty, `stopped`, `orphaned`, `output`, `memory`, `processes`, `lost` (no record) or `cannot start: ...`."""


class Watch(StrEnum):
    """What a wait ended with: the run's end, or a watchdog that found it must end."""

    ENDED = "ended"
    TIMEOUT = "timeout"
    STALLED = "stalled"
    """It neither wrote nor worked for too long."""
    STEPS = "steps"
    """It used its tools too often."""
    LOOPING = "looping"
    """Its model answers again and again and nothing comes of it."""
    OUTPUT = "output"
    """It wrote too much."""


class Look(msgspec.Struct, frozen=True):
    """How a run stands: seconds since its start, processor seconds of its tree, bytes written."""

    age_s: float
    cpu_s: float
    output: int


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process of a run's tree. `depth` counts from the tree's root, `state` is the system's letter."""

    pid: int
    depth: int
    state: str
    cpu_s: float
    age_s: float
    command: str


class Watchdog(Protocol):
    """Looks at a run now and then while it is waited for. Never touches it: ending it is the waiter's."""

    def pause_s(self) -> float:
        """Say how long until the next look, in seconds; infinite where there is nothing to look for."""
        ...

    async def look(self, look: Look | None, now: float) -> Watch | None:
        """Take a look in (None: the guardian did not answer) at the loop's time `now`; say if the run must end."""
        ...


class Runner(Protocol):
    """Starts programs under a guardian, confined; adopts what outlived its starter; never leaks a process."""

    async def start(self, launch: Launch) -> None:
        """Start the guardian and return once `guardian.json` is synced. Refused if one already guards the folder.

        Raises FaultError if the guardian or sandbox itself cannot start.
        """
        ...

    async def wait(
        self, run_dir: str, *, timeout_s: float | None = None, watchdog: Watchdog | None = None
    ) -> tuple[Watch, End | None]:
        """Follow the run until it ends, runs longer than `timeout_s` since its start, or a watchdog trips.

        The run goes on then: stopping is the caller's. Holding this wait keeps an orphan timeout from counting.
        """
        ...

    async def processes(self, run_dir: str) -> tuple[Process, ...]:
        """List what lives of the run's tree, parents before their children; nothing where none does."""
        ...

    async def stop(self, run_dir: str, *, grace_s: float = 3.0) -> End:
        """Ladder: SIGINT, SIGTERM, KILL of every descendant; returns when nothing is left."""
        ...

    async def life(self, run_dir: str) -> Life:
        """Look at a run folder: lock held, end recorded, or neither."""
        ...

    async def run(self, launch: Launch, *, timeout_s: float) -> tuple[Watch, End]:
        """Run to the end or the timeout; the tree dies with the caller (kill -9 included) and on cancellation."""
        ...

    def level(self) -> Level:
        """Give the level a launch without one gets."""
        ...

"""Agents that play their part: they pass, fail, lie, hang, stall, crash or cannot start, as the script says.

Rules
1. A run lives outside the process that started it, as a guarded process tree does: whoever dies, it goes on, and its
   end is recorded. Nobody following it for `orphan_s`, and it is ended.
2. One tree a key, and never a second one once an end is recorded. `starts` is the ledger of what was paid for.
3. What it writes goes into the attempt's working files, half of it before the end.
"""

from collections import Counter
from collections.abc import Callable
from contextvars import Context, copy_context
from enum import StrEnum

import anyio
import msgspec
from anyio.abc import TaskGroup

from orchestrator.errors import FaultError
from orchestrator.model.talk import Heard, Reply, Word
from orchestrator.ports.agents import AgentEnd, Hear, Job, Life, Outcome, RunKey, unheard
from orchestrator.ports.workspace import AttemptKey
from orchestrator.sim.chaos import Chaos, Pace
from orchestrator.sim.loop import PROCESS
from orchestrator.sim.services import REFUSED_AFTER_S, Services
from orchestrator.sim.workspace import MemoryWorkspace


class Act(StrEnum):
    """What an agent does when called."""

    PASS = "pass"  # noqa: S105 - no password: it does what was asked
    WRONG = "wrong"
    """Claims work that the verifier will not pass."""
    FORBIDDEN = "forbidden"
    """Claims work that only a person may let pass."""
    LIE = "lie"
    """Claims, having done nothing."""
    SILENT = "silent"
    """Does the work and does not claim it."""
    CRASH = "crash"
    """Dies half way."""
    HANG = "hang"
    """Works without end until its time is up."""
    STALL = "stall"
    """Falls silent."""
    MISSING = "missing"
    """Cannot start: the environment's fault."""


class Play(msgspec.Struct, frozen=True):
    """One call: what it does and for how long, in seconds."""

    act: Act = Act.PASS
    seconds: float = 60.0
    words: tuple[Word, ...] = ()
    """What it says back, half way."""


Script = Callable[[Job, int], Play]
"""What the agent does when called for the n-th time (from 0) for a task."""
Craft = Callable[[str, str, dict[str, str]], None]
"""Writes `right`, `wrong` or `forbidden` work for a task into its working files."""


def done_file(task: str) -> str:
    """Name the file that a task's work is."""
    return f"done/{task}"


def plain_craft(task: str, quality: str, files: dict[str, str]) -> None:
    """Write one file that says how good the work is."""
    files[done_file(task)] = quality


class _Run(msgspec.Struct, kw_only=True):
    """One process tree and its guardian's record."""

    job: Job
    play: Play
    started: float
    scope: anyio.CancelScope
    over: anyio.Event
    stirred: anyio.Event
    followers: list[str]
    hearers: list[tuple[str, Hear]]
    words: list[Heard]
    end: AgentEnd | None = None
    gone: bool = False


class ScriptedAgents:
    """`ports.agents.Agents` shared by all simulated processes. Runs live in `group`, which outlives each of them."""

    def __init__(
        self,
        group: TaskGroup,
        workspace: MemoryWorkspace,
        chaos: Chaos | None = None,
        *,
        script: Script | None = None,
        craft: Craft = plain_craft,
        pace: Pace | None = None,
    ) -> None:
        self.timeout_s, self.stall_s, self.orphan_s = 1800.0, 600.0, 900.0
        self.starts: Counter[RunKey] = Counter()
        self.calls: Counter[str] = Counter()
        self.breaches: list[str] = []
        """What must not happen and did: two trees in one workspace."""
        self.services: Services | None = None
        """What they depend on, and who bills them; None: nothing and nobody."""
        self.replies: dict[tuple[RunKey, str], Reply] = {}
        self._group, self._workspace = group, workspace
        self._chaos, self._pace = chaos or Chaos(), pace or Pace()
        self._script: Script = script or (lambda _job, _nth: Play())
        self._craft = craft
        self._aside: Counter[RunKey] = Counter()
        """Ends that the journal has on record without having counted them."""
        self._runs: dict[RunKey, _Run] = {}
        self._outside: Context = copy_context()

    # -- the port --------------------------------------------------------------------------------------------------

    async def run(self, job: Job, hear: Hear = unheard) -> AgentEnd:
        """Start, adopt or read; cancelled, the agent goes on."""
        run = self._runs.get(job.key)
        if run is not None and run.end is not None and self._aside[job.key] < job.resumes:
            self._aside[job.key] += 1
            del self._runs[job.key]
            run = None
        if run is None or run.gone:
            run = await self._start(job)
        for heard in run.words:
            hear(heard)
        if run.end is not None:
            return run.end
        who = PROCESS.get()
        run.followers.append(who)
        run.hearers.append((who, hear))
        _stir(run)
        try:
            return await self._follow(run)
        finally:
            if who in run.followers:
                run.followers.remove(who)
            run.hearers = [pair for pair in run.hearers if pair[1] is not hear]
            _stir(run)

    async def life(self, key: RunKey) -> Life:
        """Look at a run without touching it."""
        await self._chaos.linger(self._pace.low, self._pace.high)
        run = self._runs.get(key)
        if run is None or run.gone:
            return Life.GONE
        return Life.RUNNING if run.end is None else Life.ENDED

    async def stop(self, key: RunKey) -> None:
        """End the tree and return when it is gone."""
        await self._chaos.linger(0, 3.0 if self._pace.high else 0)
        run = self._runs.get(key)
        if run is not None:
            self._finish(run, AgentEnd(outcome=Outcome.KILLED, claimed=False, seconds=_age(run), note="stopped"))

    async def reply(self, key: RunKey, word: str, reply: Reply) -> None:
        """Keep what the speaker is told."""
        await self._chaos.linger(self._pace.low, self._pace.high)
        self.replies[key, word] = reply

    def sandbox(self, task: str) -> str:
        """Name the level: nothing confines what only exists in memory."""
        del task
        return "L0"

    # -- what the simulation does to it ----------------------------------------------------------------------------

    def forget(self, process: str) -> None:
        """Take a dead process away from the runs it followed, as closed sockets do."""
        for run in self._runs.values():
            if process in run.followers:
                run.followers = [who for who in run.followers if who != process]
                run.hearers = [pair for pair in run.hearers if pair[0] != process]
                _stir(run)

    def lose(self, key: RunKey) -> None:
        """Kill a guardian: the tree dies with it and no end is recorded."""
        run = self._runs[key]
        if run.end is None:
            run.gone = True
            run.scope.cancel()
            run.over.set()

    def living(self) -> tuple[RunKey, ...]:
        """List the runs whose trees live."""
        return tuple(key for key, run in self._runs.items() if run.end is None and not run.gone)

    # -- within ----------------------------------------------------------------------------------------------------

    async def _start(self, job: Job) -> _Run:
        play = self._script(job, self.calls[job.key.task])
        if play.act is Act.MISSING and self._chaos.is_calm:
            play = Play(Act.PASS, play.seconds)  # agents stay as bad as they are; only the environment is mended
        self.calls[job.key.task] += 1
        await self._chaos.linger(self._pace.low, self._pace.high)
        if play.act is Act.MISSING:
            raise FaultError(f"agent {job.agent} cannot start: command not found")
        known = self._runs.get(job.key)
        if known is not None and not known.gone:
            return known  # somebody else's guardian holds the lock: follow that one
        self._watch_for_breaches(job.key)
        run = _Run(
            job=job,
            play=play,
            started=anyio.current_time(),
            scope=anyio.CancelScope(),
            over=anyio.Event(),
            stirred=anyio.Event(),
            followers=[],
            hearers=[],
            words=[],
        )
        self._runs[job.key] = run
        self.starts[job.key] += 1
        self._outside.run(self._group.start_soon, self._live, run)
        await self._chaos.linger(self._pace.low, self._pace.high)
        return run

    def _watch_for_breaches(self, key: RunKey) -> None:
        beside = [k for k in self.living() if (k.task, k.attempt) == (key.task, key.attempt)]
        if beside:
            self.breaches.append(f"{key} starts while {beside} lives in the same workspace")

    async def _live(self, run: _Run) -> None:
        """Be the guardian and the agent."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._end_when_orphaned, run)
            with run.scope:
                end = await self._play(run)
                self._finish(run, end)
            group.cancel_scope.cancel()

    async def _play(self, run: _Run) -> AgentEnd:
        end = await self._refused(run)
        return end if end is not None else await self._act(run)

    async def _refused(self, run: _Run) -> AgentEnd | None:
        """Let the service refuse the call, or cut it off; None where it serves it to its end."""
        services, agent, now, seconds = self.services, run.job.agent, anyio.current_time(), run.play.seconds
        if services is None:
            return None
        trouble = services.refuses(agent, now)
        cut = None if trouble is not None else services.of(agent).trouble_within(now, seconds)
        why = trouble or cut
        if why is None:
            return None
        wait = REFUSED_AFTER_S if cut is None else cut.begins - now
        await anyio.sleep(wait)
        end = AgentEnd(
            outcome=why.outcome,
            claimed=False,
            seconds=_age(run),
            until=why.until(services.epoch),
            note=f"refused: {why.outcome}",
        )
        if cut is None:
            return end
        self._write(run, "half done")
        return services.charge(run.job.key, agent, end, wait / seconds)

    async def _act(self, run: _Run) -> AgentEnd:
        act, seconds = run.play.act, run.play.seconds
        await anyio.sleep(seconds / 2)
        _speak(run)
        if act is not Act.LIE:
            self._write(run, "half done")
        if act in {Act.HANG, Act.STALL}:
            await anyio.sleep_forever()
        await anyio.sleep(seconds / 2)
        if act in {Act.PASS, Act.SILENT}:
            self._write(run, "right")
        elif act in {Act.WRONG, Act.FORBIDDEN}:
            self._write(run, act.value)
        return self._billed(run, _end_of(act, _age(run)))

    def _billed(self, run: _Run, end: AgentEnd) -> AgentEnd:
        if self.services is not None:
            return self.services.charge(run.job.key, run.job.agent, end)
        return end if end.exit_code else msgspec.structs.replace(end, usd=0.25, tokens=1000)

    def _write(self, run: _Run, quality: str) -> None:
        key = run.job.key
        files = self._workspace.files(AttemptKey(key.task, key.attempt))
        if files is not None:
            self._craft(key.task, quality, files)

    async def _end_when_orphaned(self, run: _Run) -> None:
        while True:
            stirred = run.stirred
            if run.followers:
                await stirred.wait()
                continue
            with anyio.move_on_after(self.orphan_s):
                await stirred.wait()
                continue
            note = f"nobody followed it for {self.orphan_s:.0f} s"
            self._finish(run, AgentEnd(outcome=Outcome.KILLED, claimed=False, seconds=_age(run), note=note))
            return

    async def _follow(self, run: _Run) -> AgentEnd:
        limit, outcome = run.job.timeout_s or self.timeout_s, Outcome.TIMEOUT
        if run.play.act is Act.STALL and run.play.seconds / 2 + self.stall_s < limit:
            limit, outcome = run.play.seconds / 2 + self.stall_s, Outcome.STALLED
        with anyio.move_on_after(max(0.0, limit - _age(run))):
            await run.over.wait()
        if run.gone:
            return AgentEnd(outcome=Outcome.KILLED, claimed=False, seconds=_age(run), note="its end was not recorded")
        if run.end is None:
            await self.stop(run.job.key)
            return AgentEnd(outcome=outcome, claimed=False, seconds=_age(run), note=f"{outcome.value} after {limit} s")
        return run.end

    def _finish(self, run: _Run, end: AgentEnd) -> None:
        if run.end is None and not run.gone:
            run.end = end
            run.scope.cancel()
            run.over.set()


def _end_of(act: Act, seconds: float) -> AgentEnd:
    if act is Act.CRASH:
        return AgentEnd(outcome=Outcome.CRASHED, claimed=False, seconds=seconds, exit_code=1, note="exit status 1")
    claimed = act is not Act.SILENT
    return AgentEnd(
        outcome=Outcome.CLAIMED if claimed else Outcome.INCOMPLETE,
        claimed=claimed,
        seconds=seconds,
        exit_code=0,
        note="" if claimed else "no completion claim was seen",
    )


def _age(run: _Run) -> float:
    return anyio.current_time() - run.started


def _speak(run: _Run) -> None:
    for number, word in enumerate(run.play.words):
        heard = Heard(f"{run.job.key.iteration}-{number}", word)
        run.words.append(heard)
        for _, hear in run.hearers:
            hear(heard)


def _stir(run: _Run) -> None:
    told, run.stirred = run.stirred, anyio.Event()
    told.set()

"""What watches an agent while it works: silence, steps, answers that come to nothing, output. Never ends a run itself.

Rules
1. A stall is silence: neither output nor processor time in the whole tree for the time allowed. A tool that the stream
   says is under way is work, silent or not, until its own time is over; programs that do not say when a tool begins
   have only the silence.
2. A step is a tool call, counted in the stream as it grows. An answer of the model that uses no tool comes to nothing
   unless it is the last: so many in a row are a loop, whatever the program thinks it is doing.
3. What only the end tells (a claim, a limit) is not looked for here.
"""

from collections import deque
from pathlib import Path
from typing import NamedTuple

from anyio import to_thread

from orchestrator.agents.growing import GrowingFile
from orchestrator.agents.normalise.registry import NORMALISERS
from orchestrator.model.agent_events import AgentEvent, Final, ToolEnd, ToolStart, Usage
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Look, Watch

_IDLE_SHARE = 0.01
"""A tree that uses less of one processor than this, over the time allowed for silence, is not working."""
_LOOKS = 10
_LOOK_MIN_S, _LOOK_MAX_S, _READ_EVERY_S = 0.1, 60.0, 5.0
_LAST = 20
"""Events kept for a diagnosis."""


class Running(NamedTuple):
    """A tool under way, since when by the loop's clock."""

    tool: ToolStart
    since: float


class Silence:
    """Tells silence from work: neither output nor processor time for the time allowed is a stall."""

    def __init__(self, allowed_s: float) -> None:
        self.allowed_s = allowed_s
        self._since: float | None = None
        self._last: Look | None = None

    def too_long(self, look: Look | None, now: float) -> bool:
        """Take a look in, and say whether the silence has lasted."""
        if self._since is None or (look and self._last and self._moved(self._last, look)):
            self._since, self._last = now, look
        self._last = self._last or look
        return bool(self.allowed_s) and now - self._since >= self.allowed_s

    def _moved(self, last: Look, look: Look) -> bool:
        # the time of a process killed by its parent without being waited for is lost, so it can also shrink
        busy = abs(look.cpu_s - last.cpu_s)
        return look.output != last.output or busy > _IDLE_SHARE * self.allowed_s


class Growing:
    """A transcript read while it grows: what was done so far, and what is under way."""

    def __init__(self, path: Path, stream: str) -> None:
        self._file, self._normaliser = GrowingFile(path), NORMALISERS[stream]()
        self.steps = self.answers = 0
        self.running: dict[str, Running] = {}
        self.last: deque[AgentEvent] = deque(maxlen=_LAST)

    def read(self, now: float) -> None:
        """Take in the whole lines that are new."""
        for line in self._file.lines():
            for event in self._normaliser.feed(line):
                self._take(event, now)

    def _take(self, event: AgentEvent, now: float) -> None:
        self.last.append(event)
        match event:
            case ToolStart():
                self.steps, self.answers = self.steps + 1, 0
                self.running[event.id] = Running(event, now)
            case ToolEnd():
                self.running.pop(event.id, None)
            case Usage(total=False):
                self.answers += 1
            case Final():
                self.running.clear()
            case _:
                pass


class Watchdogs:
    """All that watch one run. Implements `ports.runner.Watchdog`; afterwards it knows what there was to see."""

    def __init__(self, transcript: Path, stream: str, agent: AgentSettings) -> None:
        self._agent, self._silence = agent, Silence(agent.stall_s)
        self._plain = stream == "plain"
        self.stream = Growing(transcript, stream)
        self.seen: Look | None = None
        self.now = 0.0

    def pause_s(self) -> float:
        """Say how long until the next look."""
        read_s = float("inf") if self._plain else _READ_EVERY_S
        stall_s = self._agent.stall_s / _LOOKS if self._agent.stall_s else float("inf")
        return max(_LOOK_MIN_S, min(_LOOK_MAX_S, stall_s, read_s))

    async def look(self, look: Look | None, now: float) -> Watch | None:
        """Look at the run and at its words, and say if it must end."""
        self.seen, self.now = look or self.seen, now
        if not self._plain:
            await to_thread.run_sync(self.stream.read, now)
        silent = self._silence.too_long(look, now)
        if look and self._agent.max_output and look.output > self._agent.max_output:
            return Watch.OUTPUT
        if self._agent.max_steps and self.stream.steps > self._agent.max_steps:
            return Watch.STEPS
        if self._agent.max_answers and self.stream.answers > self._agent.max_answers:
            return Watch.LOOPING
        return Watch.STALLED if silent and not self._at_work(now) else None

    def _at_work(self, now: float) -> bool:
        limit = self._agent.tool_timeout_s
        return any(now - running.since < limit for running in self.stream.running.values())

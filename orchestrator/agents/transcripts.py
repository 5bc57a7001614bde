"""What an agent did in one call, in the one vocabulary for all of them, while it works or afterwards. Only reads."""

from collections.abc import Iterator
from pathlib import Path

from orchestrator.agents.folders import STDERR, TRANSCRIPT, RunFolder
from orchestrator.agents.growing import GrowingFile
from orchestrator.agents.normalise.registry import NORMALISERS
from orchestrator.agents.profiles import profile_of
from orchestrator.errors import FaultError
from orchestrator.model.agent_events import AgentEvent, Final, Text
from orchestrator.model.settings import Settings
from orchestrator.policy.staffing import agent_settings

_STDERR_TAIL = 16 << 10


class Transcript:
    """One call's stream. Lines that are broken or unknown come out as they are; nothing here ever fails over them."""

    def __init__(self, folder: RunFolder, stream: str) -> None:
        self._folder, self._stream = folder, stream
        self._file = GrowingFile(folder.file(TRANSCRIPT))
        self._normaliser = NORMALISERS[stream]()

    @property
    def path(self) -> Path:
        """The run's folder: what changes in it may be new."""
        return self._folder.path

    def again(self) -> None:
        """Go on with the call that follows in the same folder; what was given of the one before is not given again."""
        self._normaliser = NORMALISERS[self._stream]()

    def new(self) -> Iterator[AgentEvent]:
        """Give what happened since the last call."""
        for line in self._file.lines():
            yield from self._normaliser.feed(line)

    def finish(self, code: int | None) -> Iterator[AgentEvent]:
        """Give what is left once the call has ended with this exit status (None: it was killed)."""
        yield from self.new()
        if rest := self._file.rest():
            yield from self._normaliser.feed(rest)
        for event in self._normaliser.close(code, self._folder.last_words(STDERR, _STDERR_TAIL)[0]):
            if not (
                self._stream == "plain" and isinstance(event, Final)
            ):  # what a script printed last was text already
                yield event

    def errors(self) -> tuple[Text, ...]:
        """Give the last lines a text agent wrote to stderr; of others, stderr is noise."""
        said = self._folder.last_words(STDERR, _STDERR_TAIL)[0] if self._stream == "plain" else ""
        return tuple(Text(text=line) for line in said.splitlines() if line.strip())


def stream_of(settings: Settings, agent: str) -> str:
    """Name the stream an agent speaks; one nobody knows any more is read as text."""
    found = agent_settings(settings, agent)
    try:
        return profile_of(found).stream if found is not None else "plain"
    except FaultError:
        return "plain"

"""What an agent did in one call, in the one vocabulary for all of them, while it works or afterwards. Only reads."""

from collections.abc import Iterator
from pathlib import Path

from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import STDERR, TRANSCRIPT, RunFolder
from orchestrator.agents.growing import GrowingFile
from orchestrator.agents.normalise.lines import Normaliser
from orchestrator.agents.normalise.registry import NORMALISERS
from orchestrator.agents.profiles import profile_of
from orchestrator.agents.replaying import as_played
from orchestrator.errors import FaultError
from orchestrator.model.agent_events import AgentEvent, Final, Text
from orchestrator.model.settings import Settings
from orchestrator.policy.staffing import agent_settings

_STDERR_TAIL = 16 << 10


class Transcript:
    """One call's stream. Lines that are broken or unknown come out as they are; nothing here ever fails over them."""

    def __init__(self, folder: RunFolder, profile: Profile) -> None:
        self._folder, self._profile = folder, profile
        self._file = GrowingFile(folder.file(TRANSCRIPT))
        self._stream = ""
        self._normaliser: Normaliser | None = None

    @property
    def path(self) -> Path:
        """The run's folder: what changes in it may be new."""
        return self._folder.path

    def again(self) -> None:
        """Go on with the call that follows in the same folder; what was given of the one before is not given again."""
        self._normaliser = None

    def new(self) -> Iterator[AgentEvent]:
        """Give what happened since the last call."""
        for line in self._file.lines():
            yield from self._reader().feed(line)

    def finish(self, code: int | None) -> Iterator[AgentEvent]:
        """Give what is left once the call has ended with this exit status (None: it was killed)."""
        yield from self.new()
        reader = self._reader()
        if rest := self._file.rest():
            yield from reader.feed(rest)
        for event in reader.close(code, self._folder.last_words(STDERR, _STDERR_TAIL)[0]):
            if not (
                self._stream == "plain" and isinstance(event, Final)
            ):  # what a script printed last was text already
                yield event

    def errors(self) -> tuple[Text, ...]:
        """Give the last lines a text agent wrote to stderr; of others, stderr is noise."""
        said = self._folder.last_words(STDERR, _STDERR_TAIL)[0] if self._stream == "plain" else ""
        return tuple(Text(text=line) for line in said.splitlines() if line.strip())

    def _reader(self) -> Normaliser:
        """Choose how it reads when there is something to read: what a recording is one of is known by then."""
        if self._normaliser is None:
            self._stream = as_played(self._profile, self._folder).stream
            self._normaliser = NORMALISERS[self._stream]()
        return self._normaliser


def profile_named(settings: Settings, agent: str) -> Profile:
    """Find the profile of an agent; one nobody knows any more is read as text."""
    found = agent_settings(settings, agent)
    try:
        return profile_of(found) if found is not None else Profile(name=agent)
    except FaultError:
        return Profile(name=agent)

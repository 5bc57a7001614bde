"""The HOME an agent gets: one of its run's own with a person's logins in it, or the person's. Opens nothing else."""

from pathlib import Path

import msgspec

from orchestrator.agents import logins
from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import RunFolder
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Place


def house(folder: RunFolder, profile: Profile, agent: AgentSettings, place: Place, theirs: Path) -> tuple[str, Place]:
    """Make the home ready and give it, with the place where it and the run's folder are to be seen."""
    inside = (str(folder.file("scratch")), str(folder.file("home")))
    if agent.home != "shared":
        logins.bring(profile.logins, theirs, folder.file("home"), folder.file(logins.RECORD))
        return str(folder.file("home")), _opened(place, folder, inside)
    state = tuple(str(theirs / name) for name in profile.folders if (theirs / name).is_dir())
    return str(theirs), _opened(place, folder, (*inside, *state))


def leave(folder: RunFolder, profile: Profile, agent: AgentSettings, theirs: Path) -> None:
    """Take refreshed logins back to the person's home."""
    if agent.home != "shared":
        logins.give_back(profile.logins, theirs, folder.file("home"), folder.file(logins.RECORD))


def _opened(place: Place, folder: RunFolder, writable: tuple[str, ...]) -> Place:
    """Make sure the run folder is readable and the agent's own folders writable."""
    return msgspec.structs.replace(
        place,
        readable=tuple(dict.fromkeys((*place.readable, str(folder.path)))),
        writable=tuple(dict.fromkeys((*place.writable, *writable))),
    )

"""Recordings played back instead of a program: what stands in the run folder for the player, and how it reads."""

import hashlib
import sys
from pathlib import Path

import msgspec

from orchestrator.agents import player
from orchestrator.agents.calling import Profile
from orchestrator.agents.cassettes import Part, cassette_file, part_for, read_cassette, read_part, write_part
from orchestrator.agents.folders import RunFolder
from orchestrator.agents.normalise.registry import NORMALISERS
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings

REPLAY, PLAY = "replay", "play.json"


def stage(folder: RunFolder, agent: AgentSettings, project: Path, task: str, prompt: str) -> tuple[str, ...]:
    """Copy the player and its part into the run folder, the one thing the sandbox shows of ours; give the argv."""
    part = _part(folder, agent, project, task)
    folder.stage("player.py", Path(player.__file__).read_bytes())
    folder.write(PLAY, write_part(part, digest(prompt)))
    python = str(Path(sys.executable).resolve())
    return (python, "-I", "-S", str(folder.file("player.py")), str(folder.file(PLAY)))


def _part(folder: RunFolder, agent: AgentSettings, project: Path, task: str) -> Part:
    if not agent.cassette:
        raise FaultError(f'agent {agent.name}: no cassette; say cassette = "FILE" in [agents.{agent.name}]')
    path = cassette_file(project / agent.cassette, task)
    try:
        recorded = path.read_bytes()
    except OSError as problem:
        raise FaultError(f"agent {agent.name}: cannot read cassette {path}: {problem.strerror}") from None
    part = part_for(read_cassette(recorded, path.name), task, folder.plays(), path.name)
    if part.play.stream not in NORMALISERS:
        known = ", ".join(NORMALISERS)
        raise FaultError(f"cassette {path.name}: {task} has an unknown stream {part.play.stream!r}; known: {known}")
    return part


def as_played(profile: Profile, folder: RunFolder) -> Profile:
    """Read the output of a recording as that of the program that was recorded; of others as their own."""
    if profile.name != REPLAY:
        return profile
    try:
        play = read_part(folder.file(PLAY).read_bytes()).play
    except (OSError, msgspec.MsgspecError):
        return profile
    return msgspec.structs.replace(profile, stream=play.stream, result=play.result)


def digest(prompt: str) -> str:
    """Give the hash by which a recording knows what was asked."""
    return hashlib.sha256(prompt.encode()).hexdigest()

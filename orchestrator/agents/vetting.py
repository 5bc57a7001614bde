"""What keeps agents from being called as the configuration says, found before anything runs. Starts nothing.

Rules
1. A kind of the person's own is judged whole, whether an agent uses it or not.
2. Below L2 nothing holds an agent. One whose argv lets it do anything it likes is refused there, unless its own
   `allow_dangerous` says that it may: `sandbox = "none"` is said of a project, this of a program.
3. A limit that its program cannot keep is refused: nobody finds out that it was not kept.
"""

import difflib
import re
from collections.abc import Collection, Iterable

from orchestrator.agents.calling import Can, Profile
from orchestrator.agents.normalise.registry import NORMALISERS
from orchestrator.agents.profiles import PROFILES, profile_of
from orchestrator.errors import FaultError
from orchestrator.model.kinds import ProfileSettings
from orchestrator.model.settings import AgentSettings, Settings
from orchestrator.policy.staffing import agent_settings
from orchestrator.ports.runner import Level

_CONFIGURATION = "orchestrator.toml"
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_WHOLE = frozenset({"{confine}", "{id}", "{model}", "{mcp}", "{args}"})
_WITHIN = {
    "template": frozenset({"{prompt}", "{scratch}"}),
    "assign": frozenset({"{session}"}),
    "resume": frozenset({"{session}"}),
    "attach": frozenset({"{session}"}),
}
_STREAMS = frozenset(NORMALISERS) - {"acp"}
"""Forms that a program of its own may write; ACP is what our bridge writes."""
_STANDING_ALONE = {"template": _WHOLE, "attach": frozenset({"{confine}", "{model}", "{args}"})}


def complaints(settings: Settings) -> tuple[str, ...]:
    """Say what is wrong with the kinds a person defines, each with its key and a remedy."""
    return tuple(
        f"{_CONFIGURATION}: profiles.{name}.{text}" for name, own in settings.profiles.items() for text in _judge(own)
    )


def unfit(settings: Settings, names: Iterable[str], level: Level) -> dict[str, str]:
    """Say of each of these agents that may not be called as configured why not."""
    found = ((name, agent_settings(settings, name)) for name in names)
    return {name: why for name, agent in found if agent is not None and (why := why_unfit(agent, level))}


def why_unfit(agent: AgentSettings, level: Level) -> str:
    """Say why this agent may not be called at this level, or nothing."""
    try:
        profile = profile_of(agent)
        return _unkept(agent, profile) or why_dangerous(agent, profile, level)
    except FaultError as error:
        return str(error)


def why_dangerous(agent: AgentSettings, profile: Profile, level: Level) -> str:
    """Say that the agent would do anything it likes with nothing to hold it, or nothing."""
    if agent.allow_dangerous or level.value >= Level.L2.value:
        return ""
    words = profile.dangers(agent, level)
    if not words:
        return ""
    return (
        f"agent {agent.name} is called with {' '.join(words)}, which lets it do anything you can, and no sandbox holds "
        f'it ({level.value}); let bubblewrap hold it (sandbox = "auto"), or say allow_dangerous = true in '
        f"[agents.{agent.name}]"
    )


def _unkept(agent: AgentSettings, profile: Profile) -> str:
    limits = (
        ("max_turns", agent.max_turns, profile.turns, "max_steps, which is counted here"),
        ("max_usd", agent.max_usd, profile.budget, "[budget] usd"),
    )
    for key, value, words, instead in limits:
        if value is not None and not words:
            return (
                f"agent {agent.name}: {key} is no limit profile {profile.name} can keep; take it out of "
                f"[agents.{agent.name}], or use {instead}"
            )
    return ""


def _judge(own: ProfileSettings) -> list[str]:
    found: list[str] = []
    if own.like not in PROFILES or own.like == "replay":
        known = [name for name in PROFILES if name != "replay"]
        found.append(f'like is "{own.like}"; {_one_of(own.like, known)}')
    if own.stream is not None and own.stream not in _STREAMS:
        found.append(f'stream is "{own.stream}"; {_one_of(own.stream, _STREAMS)}')
    able = [able.value for able in Can]
    found += [f'can names "{word}"; {_one_of(word, able)}' for word in own.can or () if word not in able]
    for key in ("template", "assign", "resume", "attach"):
        found += _placeholders(key, getattr(own, key) or ())
    return found


def _placeholders(key: str, words: tuple[str, ...]) -> list[str]:
    known = _STANDING_ALONE.get(key, frozenset[str]())
    found = [
        f'{key} has {mark} in "{word}"; {_one_of(mark, known | _WITHIN[key])}'
        for word in words
        if word not in known
        for mark in _PLACEHOLDER.findall(word)
        if mark not in _WITHIN[key]
    ]
    if key != "template" and words and not any("{session}" in word for word in words):
        found.append(f"{key} does not say where the session's id goes; write {{session}} there")
    return found


def _one_of(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), 1, 0.75)
    return f"did you mean {near[0]}?" if near else f"write one of {', '.join(sorted(known))}"

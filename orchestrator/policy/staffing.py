"""Who works on a task: its own agent or role, else its queue's, else the project's default. Never looks at the machine.

Which programs are installed is an argument. A name nobody knows is no refusal: the next one down serves, and a warning
says so. Only when nobody at all is left, or a person asked for someone unknown by hand, is it bad input.
"""

import msgspec

from orchestrator.errors import InvalidInputError
from orchestrator.model.kinds import kind_name
from orchestrator.model.settings import AgentSettings, Settings

HUMAN = "human"
KNOWN_CLIS = ("claude", "codex", "gemini", "opencode")
"""Agents that need no configuration when their program is installed, best known first; named like their profile."""

_PEOPLE = frozenset({HUMAN, "manual"})


class Staffed(msgspec.Struct, frozen=True):
    """The agent a task gets (`human`: a person does it). `max_iterations` is the role's, if it came by one."""

    agent: str
    max_iterations: int | None = None
    warning: str | None = None


def staff(
    settings: Settings,
    queue_agent: str | None,
    task_agent: str | None,
    override: str | None,
    installed: tuple[str, ...],
) -> Staffed:
    """Choose the agent of one task.

    `override` is a person's word for this run (`--agent`); a task meant for a person stays with the person all the
    same. Raises InvalidInputError when the override is unknown or no agent is left.
    """
    if is_person(task_agent or queue_agent):
        return Staffed(HUMAN)
    if override:
        found = find_agent(settings, override, installed)
        if found is None:
            raise InvalidInputError(_unknown_override(settings, override, installed))
        return found
    missed: list[str] = []
    for name in (task_agent, queue_agent):
        found = find_agent(settings, name, installed) if name else None
        if found is not None:
            return _warned(found, missed)
        if name and name not in missed:
            missed.append(name)
    return _warned(_default(settings, installed), missed)


def find_agent(settings: Settings, name: str, installed: tuple[str, ...]) -> Staffed | None:
    """Resolve one name: a person, an agent, a role or an installed CLI; case is ignored, an exact name goes first."""
    if is_person(name):
        return Staffed(HUMAN)
    agent = _agent_named(settings, name, installed)
    if agent is not None:
        return Staffed(agent)
    role = _match(name, tuple(settings.roles))
    if role is None:
        return None
    spec = settings.roles[role]
    agent = HUMAN if is_person(spec.agent) else _agent_named(settings, spec.agent, installed)
    return None if agent is None else Staffed(agent, spec.max_iterations)


def is_person(name: str | None) -> bool:
    """Say whether the name means that a person does the work."""
    return name is not None and name.strip().casefold() in _PEOPLE


def agent_settings(settings: Settings, name: str) -> AgentSettings | None:
    """Give how an agent is run: as configured, or a known CLI's defaults; None for a name that is neither."""
    if name in settings.agents:
        return settings.agents[name]
    if name not in KNOWN_CLIS:
        return None
    return AgentSettings(name=name, profile=name, kind=settings.profiles.get(kind_name(name)))


def _agent_named(settings: Settings, name: str, installed: tuple[str, ...]) -> str | None:
    return _match(name, (*settings.agents, *(cli for cli in KNOWN_CLIS if cli in installed)))


def _match(name: str, names: tuple[str, ...]) -> str | None:
    if name in names:
        return name
    folded = name.strip().casefold()
    return next((known for known in names if known.casefold() == folded), None)


def _default(settings: Settings, installed: tuple[str, ...]) -> Staffed:
    if settings.agent is not None:
        found = find_agent(settings, settings.agent, installed)
        if found is None:
            known = ", ".join(_everyone(settings, installed)) or "none are defined"
            raise InvalidInputError(
                f'[project] agent = "{settings.agent}" is neither an agent, a role nor an installed CLI; known: {known}'
            )
        return found
    if len(settings.agents) == 1:
        return Staffed(next(iter(settings.agents)))
    first = next((cli for cli in KNOWN_CLIS if cli in installed), None)
    if first is not None:
        return Staffed(first)
    raise InvalidInputError(_nobody(settings))


def _nobody(settings: Settings) -> str:
    if settings.agents:
        return f"no default agent: say [project] agent = one of {', '.join(settings.agents)} in orchestrator.toml"
    return (
        f"no agent: install one of {', '.join(KNOWN_CLIS)}, or define one in orchestrator.toml, e.g. "
        '[agents.script] profile = "command" command = ["./agent.sh"]'
    )


def _everyone(settings: Settings, installed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*settings.agents, *settings.roles, *(cli for cli in KNOWN_CLIS if cli in installed))))


def _unknown_override(settings: Settings, name: str, installed: tuple[str, ...]) -> str:
    known = ", ".join(_everyone(settings, installed)) or "none are defined"
    return f"--agent {name}: no such agent or role; known: {known}"


def _warned(found: Staffed, missed: list[str]) -> Staffed:
    if not missed:
        return found
    names = " and ".join(f'"{name}"' for name in missed)
    said = "is no agent or role" if len(missed) == 1 else "are no agents or roles"
    warning = f"{names} {said} here; {found.agent} does it (define [agents.{missed[0]}] or [roles] {missed[0]})"
    return msgspec.structs.replace(found, warning=warning)

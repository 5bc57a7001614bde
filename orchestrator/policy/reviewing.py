"""Who reviews a change: whoever is wanted, if it is not the author; else an agent of another kind. Never runs one."""

from orchestrator.model.kinds import kind_name
from orchestrator.model.settings import Settings
from orchestrator.policy.staffing import HUMAN, KNOWN_CLIS, agent_settings, find_agent


def reviewer_of(settings: Settings, wanted: str, author: str, installed: tuple[str, ...]) -> str | None:
    """Choose the reviewer of an author's work; None where the wanted one is unknown, or there is nobody at all."""
    found = find_agent(settings, wanted, installed) if wanted else None
    if wanted and (found is None or found.agent == HUMAN):
        return None
    if found is not None and found.agent != author:
        return found.agent
    names = [*settings.agents, *(cli for cli in KNOWN_CLIS if cli in installed and cli not in settings.agents)]
    others = [name for name in names if name != author]
    strangers = [name for name in others if _kind(settings, name) != _kind(settings, author)]
    return next(iter([*strangers, *others, *names]), None)


def _kind(settings: Settings, name: str) -> str:
    """Tell vendors apart: the kind of a CLI; scripts are each their own."""
    agent = agent_settings(settings, name)
    kind = kind_name(agent.profile) if agent is not None else name
    return f"command:{name}" if kind == "command" else kind

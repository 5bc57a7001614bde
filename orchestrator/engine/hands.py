"""What the engine acts through."""

from dataclasses import dataclass, field

from orchestrator.ports.actions import Actions
from orchestrator.ports.agents import Agents
from orchestrator.ports.forge import Forge, NoForge
from orchestrator.ports.notifier import NoNotifier, Notifier
from orchestrator.ports.verifier import Verifier
from orchestrator.ports.workspace import Trees, Workspace


@dataclass(frozen=True)
class Hands:
    """The ports to the outside; each a real implementation or a memory fake."""

    agents: Agents
    verifier: Verifier
    workspace: Workspace
    actions: Actions
    forge: Forge = field(default_factory=NoForge)
    notifier: Notifier = field(default_factory=NoNotifier)
    trees: Trees | None = None
    """Without them nothing is looked for in what tasks hand over."""

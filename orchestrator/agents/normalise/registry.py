"""Which normaliser reads which stream. A closed table: profiles name its keys."""

from collections.abc import Callable, Iterable, Iterator

from orchestrator.agents.normalise.acp import Acp
from orchestrator.agents.normalise.aider import Aider
from orchestrator.agents.normalise.claude import Claude, Cursor, Qwen
from orchestrator.agents.normalise.cline import Cline
from orchestrator.agents.normalise.codex import Codex
from orchestrator.agents.normalise.copilot import Copilot
from orchestrator.agents.normalise.gemini import Gemini
from orchestrator.agents.normalise.goose import Goose
from orchestrator.agents.normalise.kimi import Kimi
from orchestrator.agents.normalise.lines import Normaliser
from orchestrator.agents.normalise.mini import MiniSweAgent
from orchestrator.agents.normalise.opencode import Opencode
from orchestrator.agents.normalise.pi import Pi
from orchestrator.agents.normalise.plain import Plain
from orchestrator.model.agent_events import AgentEvent

NORMALISERS: dict[str, Callable[[], Normaliser]] = {
    "acp": Acp,
    "aider": Aider,
    "amp": Claude,
    "claude": Claude,
    "cline": Cline,
    "codex": Codex,
    "copilot": Copilot,
    "cursor": Cursor,
    "gemini": Gemini,
    "goose": Goose,
    "kimi": Kimi,
    "mini-swe-agent": MiniSweAgent,
    "opencode": Opencode,
    "pi": Pi,
    "plain": Plain,
    "qwen": Qwen,
}


def events_of(stream: str, lines: Iterable[bytes], code: int | None = None, stderr: str = "") -> Iterator[AgentEvent]:
    """Read a whole call: its lines, then what its end tells. `code` is None for one that was killed."""
    normaliser = NORMALISERS[stream]()
    for line in lines:
        yield from normaliser.feed(line)
    yield from normaliser.close(code, stderr)

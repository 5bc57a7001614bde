"""Makes ready what the bridge to an agent that speaks ACP needs: its copy, its order, the argv that starts it."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from orchestrator import __version__
from orchestrator.agents import bridge
from orchestrator.agents.calling import Call
from orchestrator.agents.folders import TRANSCRIPT, RunFolder
from orchestrator.agents.profiles import profile_of
from orchestrator.agents.surroundings import as_shown
from orchestrator.errors import FaultError
from orchestrator.model.settings import AgentSettings
from orchestrator.ports.runner import Level, Place

_MINUTE_MS = 60_000
_BRIDGE, _ORDER = "bridge.py", "acp.json"


def stage(
    folder: RunFolder,
    agent: AgentSettings,
    place: Place,
    level: Level,
    call: Call,
    server: tuple[str, ...],
) -> tuple[str, ...]:
    """Write both into the run folder and give what is to be started; `server` is the agent's own argv."""
    _demand_package(agent)
    rules, acp = agent.permissions, profile_of(agent).acp
    order: dict[str, Any] = {
        "argv": server,
        "cwd": place.seen_as if level.mounts else place.workspace,
        "prompt": call.prompt,
        "session": call.session if call.resume else "",
        "not_before": _next_minute(folder) if acp and acp.by_minute else 0,
        "model": agent.model,
        "rules": {"allow": rules.allow, "deny": rules.deny, "ask": rules.ask},
        "otherwise": "allow" if level.value >= Level.L2.value or agent.allow_dangerous else "deny",
        "mcp": [{"name": "orchestrator", "command": word, "args": call.mcp[1:], "env": []} for word in call.mcp[:1]],
        "paths": [as_shown(Path(path), place, level) for path in sys.path if path.endswith("-packages")],
        "version": __version__,
    }
    folder.stage(_BRIDGE, Path(bridge.__file__).read_bytes())
    folder.stage(_ORDER, msgspec.json.encode(order))
    python = str(Path(sys.executable).resolve())
    return (python, "-I", str(folder.file(_BRIDGE)), str(folder.file(_ORDER)))


def _next_minute(folder: RunFolder) -> int:
    """Say when the minute is over in which the session that was cut short began; in milliseconds, 0 if that is long."""
    shelf = folder.last_cut()
    try:
        with (shelf / TRANSCRIPT if shelf else folder.file(TRANSCRIPT)).open("rb") as lines:
            first = json.loads(lines.readline())
        return 0 if first["loaded"] else (int(first["at"]) // _MINUTE_MS + 1) * _MINUTE_MS
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _demand_package(agent: AgentSettings) -> None:
    found = importlib.util.find_spec("acp")
    if found is None or found.origin is None or not Path(found.origin).with_name("stdio.py").exists():
        raise FaultError(
            f"agent {agent.name} is spoken to by ACP, for which a package is missing; run pip install "
            f"'orchestrator[acp]', or take transport out of [agents.{agent.name}]"
        )

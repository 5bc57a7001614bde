"""What makes an agent able to talk back: a program on its PATH, what it can look up, an MCP server where its CLI can.

Writes only into the run folder. What is staged there the agent can read and not change, where a sandbox holds it.
"""

import importlib.metadata
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.agents import tell
from orchestrator.agents.calling import Profile
from orchestrator.agents.folders import RunFolder, make_folder
from orchestrator.agents.spool import OUTBOX, REPLIES
from orchestrator.agents.surroundings import as_shown
from orchestrator.codec.spoken import write_briefing
from orchestrator.model.talk import Briefing
from orchestrator.ports.runner import Level, Place

PROGRAM, BRIEFING, BIN, MCP_FILE = "orchestrator-tell", "briefing.json", "bin", "mcp.json"
_EXECUTABLE = 0o700
_MCP_MAJOR = "2"


class Server(NamedTuple):
    """How an agent's CLI starts our MCP server, as its sandbox shows the program."""

    command: str
    args: tuple[str, ...]


Shape = Callable[[Server], dict[str, Any]]
SHAPES: dict[str, Shape] = {
    "mcpServers": lambda server: {"mcpServers": {"orchestrator": {"command": server.command, "args": server.args}}},
    "copilot": lambda server: {
        "mcpServers": {
            "orchestrator": {"type": "local", "command": server.command, "args": server.args, "tools": ["*"]}
        }
    },
    "opencode": lambda server: {
        "mcp": {"orchestrator": {"type": "local", "command": [server.command, *server.args], "enabled": True}}
    },
}
"""How the settings of CLIs name a server."""


def stage(folder: RunFolder, briefing: Briefing) -> None:
    """Make everything ready in a run folder that was made."""
    make_folder(folder.file("scratch") / OUTBOX)
    for name in (REPLIES, BIN):
        make_folder(folder.file(name))
    folder.stage(BRIEFING, write_briefing(briefing))
    folder.stage("tell.py", Path(tell.__file__).read_bytes())
    python = str(Path(sys.executable).resolve())
    call = shlex.join((python, "-I", "-S", str(folder.file("tell.py"))))
    folder.stage(f"{BIN}/{PROGRAM}", f'#!/bin/sh\nexec {call} "$@"\n'.encode(), mode=_EXECUTABLE)


def on_path(folder: RunFolder, path: str) -> str:
    """Put the program first on a PATH."""
    return f"{folder.file(BIN)}:{path}"


# -- MCP -----------------------------------------------------------------------------------------------------------


def mcp_server(folder: RunFolder, place: Place, level: Level) -> Server | None:
    """Say how our MCP server is started for a run; None where the extra `mcp` is not installed."""
    try:
        major = importlib.metadata.version("mcp").partition(".")[0]
    except importlib.metadata.PackageNotFoundError:
        return None
    if major != _MCP_MAJOR:
        return None
    python = as_shown(Path(sys.executable), place, level)
    return Server(python, ("-P", "-m", "orchestrator", "mcp", "--run", str(folder.path)))


def mcp_words(folder: RunFolder, profile: Profile, server: Server | None) -> tuple[str, ...]:
    """Give the words that make the server known to a CLI, and leave the file they name."""
    if server is not None and profile.stream == "acp":  # there it is told with the session, not on a command line
        return (server.command, *server.args)
    if server is None or not profile.mcp:
        return ()
    folder.stage(MCP_FILE, json.dumps(SHAPES[profile.mcp_as](server)).encode())
    filled = {
        "{mcp_file}": str(folder.file(MCP_FILE)),
        "{mcp_command}": json.dumps(server.command),
        "{mcp_args}": json.dumps(server.args),
    }
    return tuple(_filled(word, filled) for word in profile.mcp)


def config(profile: Profile, server: Server | None) -> bytes:
    """Give the settings a CLI gets as a file, with the server in them where that is how it learns of one."""
    known = SHAPES[profile.mcp_as](server) if server is not None and profile.mcp_in_config else {}
    return json.dumps({**profile.config, **known}).encode()


def _filled(word: str, filled: dict[str, str]) -> str:
    for name, value in filled.items():
        word = word.replace(name, value)
    return word

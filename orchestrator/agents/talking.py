"""What makes an agent able to talk back: a program on its PATH, what it can look up, an MCP server where its CLI can.

Writes only into the run folder. What is staged there the agent can read and not change, where a sandbox holds it.
"""

import shlex
import sys
from pathlib import Path

from orchestrator.agents import tell
from orchestrator.agents.folders import RunFolder, make_folder
from orchestrator.agents.spool import OUTBOX, REPLIES
from orchestrator.codec.spoken import write_briefing
from orchestrator.files.atomic import write_atomic
from orchestrator.model.talk import Briefing

PROGRAM, BRIEFING, BIN = "orchestrator-tell", "briefing.json", "bin"
_EXECUTABLE = 0o700


def stage(folder: RunFolder, briefing: Briefing) -> None:
    """Make everything ready in a run folder that was made."""
    make_folder(folder.file("scratch") / OUTBOX)
    for name in (REPLIES, BIN):
        make_folder(folder.file(name))
    folder.write(BRIEFING, write_briefing(briefing))
    folder.write("tell.py", Path(tell.__file__).read_bytes())
    python = str(Path(sys.executable).resolve())
    call = shlex.join((python, "-I", "-S", str(folder.file("tell.py"))))
    write_atomic(folder.file(BIN) / PROGRAM, f'#!/bin/sh\nexec {call} "$@"\n'.encode(), mode=_EXECUTABLE)


def on_path(folder: RunFolder, path: str) -> str:
    """Put the program first on a PATH."""
    return f"{folder.file(BIN)}:{path}"

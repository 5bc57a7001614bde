"""`orchestrator mcp`: the MCP server of one run, for the agent in it. Reads and writes that run's files only."""

import os
from pathlib import Path

import click

from orchestrator.errors import InvalidInputError

_INSTALL = "the MCP server needs the extra `mcp`: pip install 'orchestrator[mcp]'"


@click.command("mcp")
@click.option("--run", type=click.Path(path_type=Path), help="The run's folder (default: $ORCHESTRATOR_RUN_DIR).")
def command(run: Path | None) -> int:
    """Serve the agent of one run over standard input and output, as an MCP server.

    Agents whose CLI speaks MCP are given it by themselves; what its tools do is what `orchestrator-tell` does.
    """
    folder = run or Path(os.environ.get("ORCHESTRATOR_RUN_DIR", ""))
    if not (folder / "briefing.json").is_file():
        raise InvalidInputError(
            f"{folder}: no run that can talk; `orchestrator mcp` is started by an agent inside its run (--run FOLDER)"
        )
    try:
        from orchestrator.agents.mcp_server import make  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise InvalidInputError(_INSTALL) from None
    make(folder.absolute()).run("stdio")
    return 0

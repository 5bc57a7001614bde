"""What the starter of a run asks for: `launch.json`, as it is read."""

import json
import os
from typing import Literal, TypedDict

from orchestrator.guardian.cage import Cage
from orchestrator.guardian.redaction import Rules

Target = tuple[str, int]


class Rule(TypedDict):
    """A host, `*.` before it for all below it, `*` for any; and ports, none for any."""

    host: str
    ports: list[int]


class Egress(TypedDict):
    """What may be reached, and what keeps the tree from all else."""

    how: Literal["namespace", "ports"]
    rules: list[Rule]


class Launch(TypedDict):
    """What the starter wrote into `launch.json`."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    stdin: str
    stdout: str
    stderr: str
    sandbox: list[str]
    """bubblewrap and its options, without our descriptors and the program; empty where it is not used."""
    isolation: list[str]
    orphan_timeout_s: float
    max_output: int
    passes_on: bool
    max_memory: int
    max_processes: int
    """0 each for no limit."""
    cage: Cage | None
    """None where the program is left as it is."""
    egress: Egress | None
    """None where the network is open."""
    redact: Rules | None
    """None where the outputs go straight into their files."""
    lifeline: bool
    terminal: bool
    """The streams are a terminal, which becomes the program's own; inside bubblewrap the program takes it itself."""


def read_launch(folder: int) -> Launch:
    """Read what to run."""
    handle = os.open("launch.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(handle, "rb") as stream:
        launch: Launch = json.load(stream)
        return launch

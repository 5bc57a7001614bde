"""What an agent finds around it: environment variables, a port of its own, its program. Never inherits by default."""

import os
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from orchestrator.errors import FaultError
from orchestrator.model.ids import queue_of
from orchestrator.model.settings import AgentSettings
from orchestrator.policy.staffing import KNOWN_CLIS
from orchestrator.ports.agents import Job
from orchestrator.ports.runner import Level, Place

_ALLOWED = frozenset(
    {
        *("PATH", "LANG", "LANGUAGE", "TERM", "TZ", "USER", "LOGNAME"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    }
)
_FIRST_PORT, _QUEUES, _SLOTS = 20000, 190, 64
_DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


class Surroundings(msgspec.Struct, frozen=True):
    """The orchestrator's own environment and the person's HOME, as read once at start."""

    environ: Mapping[str, str]
    home: str


def installed(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Name the well-known agent CLIs whose program is on the PATH, best known first."""
    path = environ.get("PATH", _DEFAULT_PATH)
    return tuple(cli for cli in KNOWN_CLIS if shutil.which(cli, path=path))


def environment(
    environ: Mapping[str, str], agent: AgentSettings, defaults: Mapping[str, str], own: Mapping[str, str]
) -> dict[str, str]:
    """Make an environment: the allow-list, the profile's defaults, what is passed on, what is set, and last ours."""
    kept = {name: value for name, value in environ.items() if name in _ALLOWED or name.startswith("LC_")}
    passed = {name: environ[name] for name in agent.pass_env if name in environ}
    return {"PATH": _DEFAULT_PATH, **kept, **defaults, **passed, **agent.env, **own}


def variables(job: Job, project: str, run_dir: str) -> dict[str, str]:
    """Give the ORCHESTRATOR_ variables of one run."""
    queue = queue_of(job.key.task)
    return {
        "ORCHESTRATOR_PROJECT": project,
        "ORCHESTRATOR_QUEUE": queue,
        "ORCHESTRATOR_TASK": job.key.task,
        "ORCHESTRATOR_ATTEMPT": str(job.key.attempt),
        "ORCHESTRATOR_ITERATION": str(job.key.iteration),
        "ORCHESTRATOR_PROMPT_FILE": f"{run_dir}/prompt.md",
        "ORCHESTRATOR_RUN_DIR": run_dir,
        "ORCHESTRATOR_SLOT": str(job.slot),
        "ORCHESTRATOR_PORT": str(port(queue, job.slot)),
    }


def port(queue: str, slot: int) -> int:
    """Give a port for the slot: distinct within a queue, below the ephemeral range, the same every time.

    Two queues get different ranges but for a chance of 1 in 190.
    """
    return _FIRST_PORT + (zlib.crc32(queue.encode()) % _QUEUES) * _SLOTS + slot % _SLOTS


def program(word: str, place: Place, level: Level, agent: str, path: str) -> str:
    """Say what to execute for the first word of a command, as the sandbox shows it.

    A path with a slash starts at the user's checkout (else the project), never at the attempt: an agent cannot edit
    its launcher. Raises FaultError naming the program and the remedy if it is not there to be run.
    """
    if "/" not in word:
        if shutil.which(word, path=path) is None:
            raise FaultError(
                f"agent {agent} cannot start: no program {word} on the PATH; install it or correct [agents.{agent}]"
            )
        return word
    host = Path(os.path.normpath(Path(place.checkout) / word))
    if not host.exists():  # a configuration may serve other repositories than the one it stands in
        host = Path(os.path.normpath(Path(place.project) / word))
    if not host.is_file():
        raise FaultError(f"agent {agent} cannot start: {host} does not exist; create it or correct [agents.{agent}]")
    if not os.access(host, os.X_OK):
        raise FaultError(f"agent {agent} cannot start: {host} is not executable; run chmod +x {host}")
    return as_shown(host, place, level)


def as_shown(host: Path, place: Place, level: Level) -> str:
    """Say where a program of the host is seen: what lies in the user's checkout stands beside the attempt."""
    if not level.mounts or not host.is_relative_to(place.checkout):
        return str(host)
    return str(Path(place.project) / ".aibrain" / "project" / host.relative_to(place.checkout))

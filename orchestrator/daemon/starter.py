"""Begins a project: a configuration and a first queue made from what is found in the folder. Never overwrites a file.

Rules
1. Everything is looked at before anything is written; a file that is there stays as it is and is said to be.
2. What is written is what `run` accepts: commands that were found, folders that may be shared. The rest is a comment.
"""

import json
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path

import msgspec

from orchestrator.agents import vetting
from orchestrator.agents.surroundings import installed
from orchestrator.daemon.project import CONFIG, STATE, find_root, is_project
from orchestrator.daemon.stacks import Stack, Suite, configured_in, detect
from orchestrator.errors import FaultError, InvalidInputError
from orchestrator.files.atomic import sync_folder, write_all
from orchestrator.model.settings import AgentSettings, RepoSettings
from orchestrator.processes import confinement
from orchestrator.workspace.git import git
from orchestrator.workspace.ground import Furnishing, vet_furnishing
from orchestrator.workspace.repository import Repository, find

QUEUES, QUEUE = "queues", "queues/backlog.json"
_MODE = 0o644
_BRANCHES = ("main", "master", "trunk")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `trouble` keeps a run from starting until it is mended, `notes` are to be known."""

    root: Path
    stack: Stack
    agents: tuple[str, ...]
    base: str = ""
    inplace: bool = False
    shared: tuple[str, ...] = ()
    unshared: tuple[str, ...] = ()
    """Complaints about folders that may not be shared here."""
    trouble: tuple[str, ...] = ()


class Wrote(msgspec.Struct, frozen=True):
    """What became of one file: `written`, or why not."""

    path: str
    written: bool
    why: str = ""


async def place_for(start: Path, explicit: Path | None) -> Path:
    """Say which folder is to be the project: the one given, a project above, the repository's root, or this one."""
    root = find_root(start, explicit)
    try:
        await _refuse_bare(root)
        if explicit is not None or is_project(root):
            return root
        top = await git_top(root)
    except FaultError:
        return root  # without git, which is said later
    return top or root


async def look(root: Path, environ: Mapping[str, str]) -> Found:
    """Look at a folder, its repository and the machine."""
    stack = detect(root, environ)
    agents = installed(environ)
    found = Found(root=root, stack=stack, agents=agents, trouble=_unheld(agents))
    try:
        repository, trouble = await _repository(root)
    except FaultError as error:
        repository, trouble = None, (str(error),)
    if repository is None:
        inplace = not (root / ".git").exists()
        return msgspec.structs.replace(found, inplace=inplace, trouble=(*trouble, *found.trouble))
    shared = [path for path in stack.shared if not await _refusal(repository, path)]
    unshared = [text for path in stack.shared if (text := await _refusal(repository, path))]
    return msgspec.structs.replace(found, base=repository.base, shared=tuple(shared), unshared=tuple(unshared))


def _unheld(agents: tuple[str, ...]) -> tuple[str, ...]:
    """Say that the agent tasks get by default would do anything it likes here, with nothing to hold it."""
    why = vetting.why_unfit(AgentSettings(name=agents[0], profile=agents[0]), confinement.detect()) if agents else ""
    return (why,) if why else ()


async def _repository(root: Path) -> tuple[Repository | None, tuple[str, ...]]:
    """Vet the folder's repository; where HEAD is on no branch, a well-known one serves."""
    if not await git_top(root):
        return None, ()
    problems: tuple[str, ...] = ()
    for base in (None, *_BRANCHES):
        try:
            return await find(root, root / STATE, RepoSettings(base=base)), ()
        except InvalidInputError as error:
            problems = problems or error.problems
    return None, problems


async def _refuse_bare(root: Path) -> None:
    said = await git("rev-parse", "--is-bare-repository", cwd=str(root), accept=(0, 128))
    if said.line() == "true":
        raise InvalidInputError(f"{root}: is a bare repository, with no files to work on; clone it, and start there")


async def git_top(folder: Path) -> Path | None:
    """Give the root of the checkout a folder lies in, or nothing. Raises FaultError where there is no git."""
    said = await git("rev-parse", "--show-toplevel", cwd=str(folder), accept=(0, 128))
    return Path(said.line()) if said.code == 0 and said.line() else None


async def _refusal(repository: Repository, path: str) -> str:
    """Say why a folder may not be shared with agents, or nothing."""
    try:
        await vet_furnishing(repository, Furnishing(share=(path,), mounts=confinement.detect().mounts))
    except InvalidInputError as error:
        return str(error)
    return ""


def write(found: Found) -> tuple[Wrote, ...]:
    """Write what is missing. Raises InvalidInputError where the folder cannot be written to."""
    done: list[Wrote] = []
    there = configured_in(found.root)
    folder = found.root / QUEUES
    if os.path.lexists(folder) and not folder.is_dir():
        raise InvalidInputError(f"{folder}: is no folder, and queue files belong there; rename it")
    try:
        if there:
            done.append(Wrote(there, written=False, why="is there already and stays as it is"))
        else:
            done.append(_create(found.root, CONFIG, configuration(found)))
        queues = sorted(path.name for path in folder.glob("*.json"))
        if queues:
            done.append(Wrote(f"{QUEUES}/{queues[0]}", written=False, why="is there already: no queue was added"))
        else:
            folder.mkdir(exist_ok=True)
            done.append(_create(found.root, QUEUE, first_queue(found)))
    except OSError as error:
        where = error.filename or found.root
        raise InvalidInputError(
            f"{where}: cannot write: {error.strerror or error}; give access or make room"
        ) from error
    return tuple(done)


def _create(root: Path, name: str, text: str) -> Wrote:
    """Make a file that is not there, whole; one that appeared meanwhile stays."""
    path = root / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    except FileExistsError:
        return Wrote(name, written=False, why="is there already and stays as it is")
    try:
        write_all(descriptor, text.encode())
        os.fsync(descriptor)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(descriptor)
    sync_folder(path.parent)
    return Wrote(name, written=True)


# -- the texts -----------------------------------------------------------------------------------------------------


def configuration(found: Found) -> str:
    """Write `orchestrator.toml`: what was found, commented; everything else has a default."""
    parts = [_HEAD, _project(found), _agents(found), *(_check(suite) for suite in found.stack.suites)]
    if not found.stack.suites:
        parts.append(_NO_TESTS)
    parts.append(_HONEST)
    return "\n".join(parts)


_HEAD = "# What the orchestrator works with. Every key has a default; docs/configuration.md lists them all.\n"

_NO_TESTS = """\
# No way to run tests was found, so nothing but `honest` judges the work. Say how, and it is believed:
# [checks.tests]
# command = ["pytest", "-q", "--junitxml={report}", "{tests}"]
# format = "junit"
"""

_HONEST = """\
# Knows how agents cheat: tests deleted, skipped or emptied, protected files edited, nothing changed.
[checks.honest]
builtin = "honest"
"""


def _project(found: Found) -> str:
    lines = ["[project]"]
    if found.inplace:
        lines.append('workspace = "inplace"               # no git repository here: one worker, nothing is merged')
    elif found.base:
        lines.append(f"base = {_text(found.base):<28} # work lands on orchestrator/{found.base}, this branch follows")
    if found.agents:
        others = f"; also here: {', '.join(found.agents[1:])}" if found.agents[1:] else ""
        lines.append(f"agent = {_text(found.agents[0]):<27} # its program is installed{others}")
    else:
        lines.append('# agent = "claude"                  # none of claude, codex, gemini, opencode is installed here')
    if found.shared:
        lines.append(f"share = {_texts(found.shared):<27} # shown to agents and checks, read-only in the sandbox")
    lines += [f"# not shared: {line}" for text in found.unshared for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def _agents(found: Found) -> str:
    if found.agents:
        name = found.agents[0]
        return f'# [agents.{name}]\n# args = ["--model", "NAME"]         # added to how it is called anyway\n'
    return textwrap.dedent("""\
        # An agent may be any program: the prompt on its standard input, the work in its current directory.
        # [agents.script]
        # command = ["./agent.sh"]
        """)


def _check(suite: Suite) -> str:
    lines = [f"# From {suite.why}.", f"[checks.{suite.name}]", f"command = {_texts(suite.command)}"]
    if suite.format:
        lines.append(f"format = {_text(suite.format)}")
    if suite.env:
        pairs = ", ".join(f"{name} = {_text(value)}" for name, value in suite.env.items())
        lines.append(f"env = {{ {pairs} }}")
    return "\n".join(lines) + "\n"


def first_queue(found: Found) -> str:
    """Write the first queue: one example task, small, useful anywhere and easy to replace."""
    readme = next((name for name in ("README.md", "README.rst", "README") if (found.root / name).is_file()), "")
    suite = found.stack.suites[0] if found.stack.suites else None
    how = f" (here: {' '.join(part for part in suite.command if '{' not in part)})" if suite else ""
    task: dict[str, object] = {
        "id": "EXAMPLE-1",
        "title": "Say in the README how to run the tests",
        "description": f"Add a short section to {readme or 'README.md'} that says how to set this project up and how "
        f"to run its tests{how}. Try every command you write down. Change nothing else.",
        "status": "pending",
        "priority": "P2",
        "estimated_hours": 1,
    }
    if readme:
        task["files"] = [readme]
    queue = {
        "title": "First steps",
        "defaults": {"max_iterations": 5, "completion_promise": "TASK_COMPLETE"},
        "tasks": [task],
    }
    return json.dumps(queue, indent=2, ensure_ascii=False) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _texts(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"

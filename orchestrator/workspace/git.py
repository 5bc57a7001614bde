"""One door to git and to the few tools beside it: a scrubbed environment, hooks off, everything synced.

Never reads the person's global or the system's configuration, never prompts, never lets a cancelled caller kill a git
that has begun: it is short, and killed half-way it would leave locks and half-written files behind.
"""

import os
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import anyio
import msgspec
import tenacity

from orchestrator.errors import FaultError

MINIMUM = (2, 39, 4)
"""Older ones write through symbolic links an attacker may plant (CVE-2024-32002 and its kin)."""

LIMIT_S = 900.0
"""A git that takes longer hangs: a dead network file system, most often."""

PATIENCE_S = 2.0
"""How long a lock held by another git (the person's own `git status`) is waited out."""

NAME = "orchestrator"
EMAIL = "orchestrator@localhost"

_SETTINGS = (
    "core.fsyncMethod=batch",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.untrackedCache=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "merge.autoStash=false",
    "merge.verifySignatures=false",
    "checkout.workers=4",
    "checkout.thresholdForParallelism=100",
    # the person started us in this project on purpose: who owns the folder (root in a container) says nothing more
    "safe.directory=*",
)
_PREFIX = ("git", *(part for setting in _SETTINGS for part in ("-c", setting)))

SYNCED, BUT_THE_INDEX = "all", "objects,derived-metadata,reference"
"""What git makes durable: everything; or all but the index, where that is a cache of ours that can be made anew."""


class Said(msgspec.Struct, frozen=True):
    """What a program answered: exit code, standard output, standard error as text."""

    code: int
    out: bytes
    err: str

    def line(self) -> str:
        """Give the output as one stripped text."""
        return os.fsdecode(self.out).strip()

    def items(self) -> list[bytes]:
        """Give the NUL-terminated items of the output."""
        return [item for item in self.out.split(b"\0") if item]


class _LockedError(Exception):
    """Another git holds a lock right now."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.err)
        self.said = said


async def git(
    *args: str,
    env: Mapping[str, str] | None = None,
    cwd: str = "/",
    stdin: bytes = b"",
    accept: Sequence[int] = (0,),
    synced: str = SYNCED,
) -> Said:
    """Run one git command; `env` adds to the scrubbed environment. An exit code not in `accept` is a FaultError.

    A lock held by another git is waited out for a few seconds, nothing else is ever retried.
    """
    try:
        argv = (*_PREFIX, "-c", f"core.fsync={synced}", *args)
        said = await _patiently(argv, {**scrubbed(), **(env or {})}, cwd, stdin)
    except _LockedError as locked:
        said = locked.said
    if said.code not in accept:
        raise FaultError(complaint(args, said))
    return said


async def tool(*argv: str, cwd: str = "/", stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Said:
    """Run a small program of the system (`find`, `cp`, `rm`), any exit code accepted."""
    return await _process(argv, scrubbed() if env is None else env, cwd, stdin)


def scrubbed() -> dict[str, str]:
    """Give the environment all our git runs in: nothing of the caller's but PATH."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ADVICE": "0",
        "GIT_AUTHOR_NAME": NAME,
        "GIT_AUTHOR_EMAIL": EMAIL,
        "GIT_COMMITTER_NAME": NAME,
        "GIT_COMMITTER_EMAIL": EMAIL,
    }


def dated(at_ms: int) -> dict[str, str]:
    """Give the environment that dates commits made in it: milliseconds since the epoch, to the second, in UTC."""
    stamp = f"@{at_ms // 1000} +0000"
    return {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}


def complaint(args: Sequence[str], said: Said) -> str:
    """Say which command failed and what it said first."""
    verb = next((arg for arg in args if not arg.startswith("-")), "")
    first = "; ".join(line for line in said.err.splitlines() if line.strip() and not line.startswith("hint:"))
    return f"git {verb} failed with exit code {said.code}: {first[:600] or 'it said nothing'}"


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(_LockedError),
    wait=tenacity.wait_exponential(multiplier=0.02, max=0.5),
    stop=tenacity.stop_after_delay(PATIENCE_S),
    sleep=anyio.sleep,
    reraise=True,
)
async def _patiently(argv: Sequence[str], env: Mapping[str, str], cwd: str, stdin: bytes) -> Said:
    said = await _process(argv, env, cwd, stdin)
    if said.code and ".lock': File exists" in said.err:
        raise _LockedError(said)
    return said


async def _process(argv: Sequence[str], env: Mapping[str, str], cwd: str, stdin: bytes) -> Said:
    """Run a program in a thread, which is waited for whatever happens: half the processor time of an async one."""
    return await anyio.to_thread.run_sync(_run, argv, env, cwd, stdin)


def _run(argv: Sequence[str], env: Mapping[str, str], cwd: str, stdin: bytes) -> Said:
    try:
        with _file_of(stdin) as source:
            # a session of its own: Ctrl-C in the terminal is ours to handle, not for a git half-way through a checkout
            done = subprocess.run(
                argv, stdin=source, capture_output=True, check=False, cwd=cwd, env=env, timeout=LIMIT_S,
                start_new_session=True,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FaultError(f"{argv[0]} did not end within {LIMIT_S:.0f} s in {cwd}: is the file system hung?") from None
    except OSError as error:
        raise FaultError(_unstartable(argv[0], cwd, error)) from error
    return Said(done.returncode, done.stdout, done.stderr.decode(errors="backslashreplace"))


@contextmanager
def _file_of(stdin: bytes) -> Generator[IO[bytes], None, None]:
    """Give the input as a file: a program that ends without reading it then breaks no pipe."""
    if not stdin:
        with Path(os.devnull).open("rb") as nothing:
            yield nothing
        return
    with tempfile.TemporaryFile() as file:
        file.write(stdin)
        file.seek(0)
        yield file


def _unstartable(program: str, cwd: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and error.filename != cwd:
        return f"{program} is not on the PATH: install it, or start the orchestrator with a PATH that has it"
    return f"{program} cannot be started in {cwd}: {error}"

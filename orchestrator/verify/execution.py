"""Runs one check once: its private folders, its launch, what it left. Never reads meaning into it.

Everything a run leaves was written by the code under judgement: files are opened without following links, are regular,
and are read to a limit.
"""

import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

from orchestrator.codec.junit import MAX_BYTES
from orchestrator.files.atomic import private_dir, write_whole
from orchestrator.model.settings import CheckSettings
from orchestrator.ports.runner import End, Launch, Level, Place, Runner, Watch
from orchestrator.verify.command import REPORT, program, promises_report, with_report
from orchestrator.verify.reading import Ran

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_SUFFIX = {"sarif": "sarif", "regex": "txt"}
_HEAD, _TAIL = 64 << 10, 192 << 10


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to run and where its log goes: `argv` with all placeholders but `{report}` filled."""

    check: CheckSettings
    argv: tuple[str, ...]
    env: dict[str, str]
    folder: str
    """The run folder: it gets `check-<name>[.<label>].log`."""
    label: str = ""
    witness: str = ""
    """A further file in the run's TMPDIR that is read."""

    report: bool = False
    """A report is read though the check promises none; a variable says where, as `{report}`."""

    timeout_s: float


async def execute(runner: Runner, order: Order, place: Place) -> Ran:
    """Run the check in the place and collect what it left. Cancelling ends it."""
    async with _private(Path(order.folder), order.check.name) as private:
        level = runner.level()
        # a name nobody can know beforehand: what an earlier run or a neighbour left is no report
        name = f"report-{secrets.token_hex(8)}.{_SUFFIX.get(order.check.format, 'xml')}"
        launch = _launch(order, place, private, level, name)
        watch, end = await runner.run(launch, timeout_s=order.timeout_s)
        return await anyio.to_thread.run_sync(partial(_collect, order, private, place, level, (watch, end), name))


def safe_name(name: str) -> str:
    """Make a check's name fit to be part of a file's name."""
    return _UNSAFE.sub("_", name)[:64]


@asynccontextmanager
async def _private(folder: Path, name: str) -> AsyncGenerator[Path, None]:
    """Give a folder with `home` and `tmp` that is gone afterwards, whatever was put into it."""
    private_dir(folder)
    private = Path(tempfile.mkdtemp(prefix=f"check-{safe_name(name)}-", dir=folder))
    try:
        for part in ("home", "tmp"):
            (private / part).mkdir(mode=0o700)
        yield private
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(_remove, private)


def _remove(folder: Path) -> None:
    """Remove a folder somebody else filled; folders made unreadable are opened first. What resists stays."""
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(root, name)
            if not path.is_symlink():
                path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def _launch(order: Order, place: Place, private: Path, level: Level, report: str) -> Launch:
    tmp = private / "tmp"
    seen = f"/tmp/{report}" if level.mounts else str(tmp / report)  # noqa: S108 - a private folder is mounted there
    argv = with_report(order.argv, seen)
    return Launch(
        run_dir=str(private),
        argv=(program(argv[0], place, level), *argv[1:]),
        env={name: text.replace(REPORT, seen) for name, text in order.env.items()} if order.report else order.env,
        place=place,
        home=str(private / "home"),
        tmp=str(tmp),
        stdout=str(private / "stdout"),
        stderr=str(private / "stderr"),
        max_memory=order.check.memory,
        max_processes=order.check.processes,
        max_output=order.check.max_output,
        egress=order.check.egress,
    )


def _collect(order: Order, private: Path, place: Place, level: Level, ended: tuple[Watch, End], report: str) -> Ran:
    watch, end = ended
    outputs = [private / name for name in ("stdout", "stderr")]
    label = f".{order.label}" if order.label else ""
    log = Path(order.folder) / f"check-{safe_name(order.check.name)}{label}.log"
    write_whole(log, b"".join(map(_bounded, outputs)))
    tail = MAX_BYTES if order.check.format == "regex" else _TAIL
    streams = [_bounded(path, tail) for path in outputs]
    data, problem = _report(private / "tmp" / report) if order.report or promises_report(order.check) else (None, "")
    stdout, stderr = (stream.decode("utf-8", "replace") for stream in streams)
    return Ran(
        code=end.code,
        signal=end.signal,
        timeout=watch is not Watch.ENDED,
        reason=end.reason,
        stdout=stdout,
        stderr=stderr,
        report=data,
        report_problem=problem,
        witness=_report(private / "tmp" / order.witness)[0] if order.witness else None,
        seconds=end.seconds,
        root=place.seen_as if level.mounts else place.workspace,
    )


def _bounded(path: Path, tail: int = _TAIL) -> bytes:
    """Give a stream's beginning and end, and say what is left out between."""
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size <= _HEAD + tail:
                return stream.read(_HEAD + tail)
            head = stream.read(_HEAD)
            stream.seek(size - tail)
            return b"%s\n[... %d bytes left out ...]\n%s" % (head, size - _HEAD - tail, stream.read(tail))
    except FileNotFoundError:
        return b""


def _report(path: Path) -> tuple[bytes | None, str]:
    """Read a report, or say why not."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"it cannot be read ({error.strerror}); write a plain file"
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None, "it is no regular file; write a plain file"
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(MAX_BYTES + 1), ""

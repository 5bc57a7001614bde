"""Level L1: what Landlock leaves a program of the system, without mounts. Decides what; the guardian does it.

Landlock only ever allows, and what it allows of a folder it allows of all beneath. So a folder with something hidden in
it is never allowed itself: its other entries are, one by one. Such a folder cannot be listed, and what is put into it
later cannot be read. Nothing is allowed by a link: what it leads to has its own leave or none.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from orchestrator.errors import FaultError
from orchestrator.ports.runner import Place
from orchestrator.processes.denied import denied_paths, program_folders
from orchestrator.processes.sandbox import STATE, Home, programs_below, shown_of_run

NEWEST = 1 << 10
_PRIVATE = ("/tmp", "/var/tmp", "/run", "/dev")  # noqa: S108  # not theirs to look into
_DEVICES = tuple(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx"))
_SHARED_MEMORY = "/dev/shm"  # noqa: S108  # semaphores live there


class Cage(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to a program, as the guardian's `cage` reads it."""

    files: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    ports: tuple[int, ...] | None = None
    calls: tuple[str, ...] = ()
    version: int = NEWEST


def cage_of(place: Place, own: Home, real_home: str, outputs: Iterable[str]) -> Cage:
    """Say what a program may read and write. `outputs` are files of ours it writes into itself.

    Raises FaultError where the workspace holds the orchestrator's own state: nothing could protect it.
    """
    state = os.path.realpath(Path(place.project) / STATE)
    if _is_inside(state, os.path.realpath(place.workspace)):
        raise FaultError(f'Landlock cannot protect {state} in a workspace: use sandbox = "bwrap" or "none"')
    hidden = (*denied_paths(real_home), *map(os.path.realpath, _PRIVATE), state)
    scratch = str(Path(own.run_dir) / "scratch")
    private = (own.home,) if os.path.realpath(own.home) != os.path.realpath(real_home) else ()
    mine = () if place.sealed else (place.workspace,)
    written = (*mine, own.tmp, scratch, *private, *place.writable, _SHARED_MEMORY)
    shown = (
        place.workspace,
        place.project,
        place.checkout,
        place.objects,
        own.run_dir,
        *place.readable,
        *(host for host, _ in place.shared),
    )
    programs = (*program_folders(real_home), *programs_below(own.path, ()), *shown_of_run())
    given = [os.path.realpath(path) for path in (*shown, *programs) if path]
    read = [*_around("/", hidden), *(part for path in given for part in _around(path, hidden))]
    return Cage(
        files=True,
        read=tuple(dict.fromkeys(read)),
        write=tuple(dict.fromkeys(map(os.path.realpath, written))),
        devices=_DEVICES,
        outputs=tuple(dict.fromkeys(filter(None, outputs))),
    )


def _around(path: str, hidden: Iterable[str]) -> Iterator[str]:
    """Give the path, or, where something is hidden inside, all that stands around that. A path given is not hidden."""
    inside = [hole for hole in hidden if hole != path and _is_inside(hole, path)]
    if not inside:
        yield path
        return
    try:
        entries = [entry.path for entry in os.scandir(path) if not entry.is_symlink()]
    except OSError:
        return
    for entry in entries:
        if entry not in inside:
            yield from _around(entry, inside)


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")

"""Level L2: what bubblewrap shows a program, and whether bubblewrap works here.

The attempt stands at the repository's own path, so that nothing inside tests the user's checkout by mistake. Order is
by depth: a mount never hides a deeper one. An agent can plant links at mount points, so those inside its workspace are
looked at and remade before every start. Never mounts anything writable but what the place and the run name.
"""

import functools
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from orchestrator.errors import FaultError
from orchestrator.ports.runner import Place
from orchestrator.processes.denied import denied_paths, is_there, listening_sockets, program_folders

STATE = ".aibrain"
_PROBE_S = 20.0
NEW_SESSION = "--new-session"
"""Keeps a program from typing into the terminal it was started from; not for one that has a terminal of its own."""
_NAMESPACES = (
    *("--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--cap-drop", "ALL", NEW_SESSION),
)
_SYSTEM = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/dev/shm", "--tmpfs", "/run")  # noqa: S108  # a fresh one, inside
_ROOTS_PROC = ("sys", "sysrq-trigger", "irq", "bus", "acpi", "fs", "scsi", "asound", "mtrr")
_REPLACED = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  # what is private inside
_SHOWN_RUN = ("/run/current-system", "/run/wrappers", "/run/opengl-driver")
"""Where NixOS keeps its programs."""


class Home(msgspec.Struct, frozen=True):
    """The folders a program gets for itself: its run's, HOME and /tmp, all on the host."""

    run_dir: str
    home: str
    tmp: str
    path: str = ""
    """The program's PATH: folders on it that a private /tmp would hide are shown."""


class _Mount(msgspec.Struct, frozen=True):
    option: str
    source: str = ""


def bwrap_argv(bwrap: str, place: Place, own: Home, real_home: str) -> list[str]:
    """Give bubblewrap and its options, without descriptors, `--` and the program.

    Remakes the mount points in the workspace. Raises FaultError if the workspace or the object store is not there.
    """
    shown = _Shown(place)
    mounts = _mounts(shown, place, own, real_home)
    _check_sources(mounts)
    _remake_mount_points(mounts, shown.seen, place.workspace)
    named = {os.path.realpath(mount.source) for mount in mounts.values() if mount.source}
    secret = [path for path in denied_paths(real_home) if path not in named]
    sockets = _outside(listening_sockets(), (shown.state, *_real_state(place, shown), *secret))
    argv = [bwrap, *_NAMESPACES, *_SYSTEM, *_held_proc(), *_run_folder(), "--bind", own.tmp, "/tmp"]  # noqa: S108  # private, inside
    argv += ["--tmpfs", "/var/tmp"] if Path("/var/tmp").is_dir() else []  # noqa: S108  # private, inside
    hidden = [*secret, *_outside(sockets, _REPLACED), *_real_state(place, shown)]
    argv += _masks("/", "/", hidden, set(mounts))
    for where, mount in sorted(mounts.items(), key=lambda item: Path(item[0]).parts):
        argv += [mount.option, mount.source, where] if mount.source else [mount.option, where]
        if mount.source:
            hidden = [*secret, *sockets, shown.state, *_real_state(place, shown)]
            argv += _masks(mount.source, where, hidden, set(mounts))
    return [*argv, "--remount-ro", shown.state, "--chdir", shown.seen]


def lost_its_place(words: str) -> bool:
    """Say whether a socket that was to be covered went away before bubblewrap came to it: nothing was started then."""
    return words.startswith("cannot start: Can't create file at")


def program() -> str:
    """Name bubblewrap's path, or just its name where there is none."""
    return shutil.which("bwrap") or "bwrap"


@functools.cache
def complaint() -> str:
    """Say why bubblewrap does not work here, or nothing: tries it once with the very options it will be used with."""
    bwrap, true = shutil.which("bwrap"), shutil.which("true")
    if bwrap is None or true is None:
        return "bubblewrap (bwrap) is not installed"
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder).resolve() / "project"
        work, run, objects = (project / STATE / name for name in ("work", "run", "objects"))
        for path in (work, run / "home", run / "tmp", run / "scratch", project / ".git" / "objects"):
            path.mkdir(parents=True)
        place = Place(
            workspace=str(work),
            seen_as=str(project),
            project=str(project),
            checkout=str(project),
            objects=str(project / ".git" / "objects"),
            objects_as=str(objects),
        )
        own = Home(str(run), str(run / "home"), str(run / "tmp"))
        argv = [*bwrap_argv(bwrap, place, own, str(Path.home())), "--", true]
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            return str(problem)
    words = done.stderr.decode("utf-8", "replace").strip()
    return "" if done.returncode == 0 else words or f"bwrap ended with {done.returncode}"


class _Shown:
    """Paths as they are inside: the anchors resolved, because a mount point may not lie behind a link."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._named_state = str(Path(place.project) / STATE)
        self.state = str(Path(os.path.realpath(place.project)) / STATE)
        inside = _relative(place.seen_as, self._named_state)
        self.seen = os.path.realpath(place.seen_as) if inside is None else str(Path(self.state) / inside)

    def path(self, path: str) -> str:
        """Give a path's mount point."""
        for named, real in ((self._named_state, self.state), (self._place.seen_as, self.seen)):
            inside = _relative(path, named)
            if inside is not None:
                return str(Path(real) / inside)
        return str(Path(os.path.realpath(Path(path).parent)) / Path(path).name)


def _relative(path: str, folder: str) -> str | None:
    """Give the way from the folder down to the path, as written, or None if it is not inside."""
    inside = Path(os.path.normpath(path))
    return str(inside.relative_to(folder)) if inside.is_relative_to(folder) else None


def _mounts(shown: _Shown, place: Place, own: Home, real_home: str) -> dict[str, _Mount]:
    """Say what is mounted where; what is writable comes last, so that it wins where a path is named twice."""
    scratch = str(Path(own.run_dir) / "scratch")
    private = (own.home,) if os.path.realpath(own.home) != os.path.realpath(real_home) else ()
    mounts = {
        shown.seen: _Mount("--ro-bind" if place.sealed else "--bind", place.workspace),
        shown.state: _Mount("--tmpfs"),
    }
    if place.objects and place.objects_as:
        mounts[shown.path(place.objects_as)] = _Mount("--ro-bind", place.objects)
    if place.checkout and Path(place.checkout).is_dir():
        mounts[str(Path(shown.state) / "project")] = _Mount("--ro-bind", place.checkout)
    for host, inside in place.shared:
        mounts[shown.path(inside)] = _Mount("--ro-bind", host)
    ignore = str(Path(place.project) / STATE / ".gitignore")
    readable = (
        *program_folders(real_home),
        *programs_below(own.path, (shown.seen, shown.state)),
        *place.readable,
        own.run_dir,
        *((ignore,) if Path(ignore).exists() else ()),
    )
    writable = (*place.writable, scratch, *private)
    for paths, option in ((readable, "--ro-bind"), (writable, "--bind")):
        mounts |= {shown.path(path): _Mount(option, path) for path in paths if Path(path).exists()}
    return mounts


def programs_below(path: str, never: tuple[str, ...]) -> tuple[str, ...]:
    """List the folders of a PATH that lie where something private stands inside, each with what its programs need.

    So with this program's own interpreter and package, which the bridge and the MCP server are run with.
    `never`: not a part of these, as the repository and the state: what of those is seen inside is the attempt's.
    """
    found: dict[str, None] = {}
    ours = (str(Path(sys.prefix) / "bin"), str(Path(__file__).parent.parent))
    for entry in filter(os.path.isabs, (*path.split(":"), *ours)):
        real = Path(os.path.realpath(entry))
        whole = real.parent if _is_prefix(real.parent) else real
        below = any(whole.is_relative_to(top) and str(whole) != top for top in _REPLACED)
        theirs = any(real.is_relative_to(place) for place in never)
        if below and not theirs and is_there(real):
            found[str(whole)] = None
    return tuple(found)


def _is_prefix(folder: Path) -> bool:
    """Say whether programs in the folder's `bin` need the rest of it: a virtual environment, a prefix of its own."""
    return str(folder) not in _REPLACED and (is_there(folder / "pyvenv.cfg") or is_there(folder / "lib"))


def _check_sources(mounts: dict[str, _Mount]) -> None:
    for where, mount in mounts.items():
        if mount.source and not Path(mount.source).exists():
            raise FaultError(f"cannot show {mount.source} at {where}: it does not exist; was it removed by hand?")


def _held_proc() -> list[str]:
    """Make read-only what root may write in /proc without any capability: `core_pattern` alone would be a way out.

    bubblewrap covers only what looks writable as a folder. Nobody else can write there, and a cover would keep them
    from making sandboxes of their own inside.
    """
    held = [f"/proc/{name}" for name in _ROOTS_PROC if os.getuid() == 0 and Path(f"/proc/{name}").exists()]
    return [word for path in held for word in ("--ro-bind", path, path)]


def shown_of_run() -> tuple[str, ...]:
    """List what is shown of /run: what names are resolved with, and programs."""
    names = os.path.realpath("/etc/resolv.conf")
    kept = (*_SHOWN_RUN, *((names,) if names.startswith("/run/") else ()))
    return tuple(path for path in kept if Path(path).exists())


def _run_folder() -> list[str]:
    return [word for path in shown_of_run() for word in ("--ro-bind", path, path)]


def _outside(paths: Iterable[str], folders: Iterable[str]) -> list[str]:
    return [path for path in paths if not any(Path(path).is_relative_to(folder) for folder in folders)]


def _real_state(place: Place, shown: _Shown) -> list[str]:
    """Give where the state folder really is, if it is kept elsewhere behind a link."""
    real = os.path.realpath(Path(place.project) / STATE)
    return [real] if real != shown.state and Path(real).is_dir() else []


def _masks(source: str, where: str, hidden: list[str], mounted: set[str]) -> list[str]:
    """Hide what lies inside a folder just shown; a folder that holds a deeper mount stays a writable empty one."""
    argv: list[str] = []
    for path in hidden:
        inside = _relative(path, os.path.realpath(source))
        if inside in (None, ".") or not Path(path).exists() or path.startswith(("/run/", "/dev/", "/proc/")):
            continue
        if Path(path).is_symlink():  # what it leads to is hidden under its own name
            continue
        mask = str(Path(where) / inside)
        if mask in mounted:
            continue
        if not Path(path).is_dir():
            argv += ["--ro-bind", "/dev/null", mask]
            continue
        argv += ["--tmpfs", mask]
        argv += [] if any(Path(other).is_relative_to(mask) for other in mounted) else ["--remount-ro", mask]
    return argv


def _remake_mount_points(mounts: dict[str, _Mount], seen: str, workspace: str) -> None:
    """Make sure that every mount point that lies in the workspace's own files is there and is not a link."""
    for where, mount in mounts.items():
        above = [other for other in mounts if other != where and Path(where).is_relative_to(other)]
        if above and max(above, key=lambda path: len(Path(path).parts)) == seen:
            folder = not mount.source or Path(mount.source).is_dir()
            _remake(Path(workspace), Path(where).relative_to(seen), folder=folder)


def _remake(workspace: Path, inside: Path, *, folder: bool) -> None:
    """Walk down without following a link; what stands in the way is replaced."""
    path = workspace
    for number, part in enumerate(inside.parts, start=1):
        path = path / part
        wanted = stat.S_ISDIR if folder or number < len(inside.parts) else stat.S_ISREG
        mode = path.lstat().st_mode if os.path.lexists(path) else 0
        if mode and wanted(mode):
            continue
        if stat.S_ISDIR(mode):
            raise FaultError(f"cannot mount over {path}: a file belongs there, not a folder; remove it")
        path.unlink(missing_ok=True)
        if wanted is stat.S_ISDIR:
            path.mkdir()
        else:
            path.touch()

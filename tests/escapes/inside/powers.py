"""Being more than an ordinary process."""

import contextlib
import ctypes
import os
import socket
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

from tests.escapes.inside.probing import MACHINE, PROBES, C, NothingToTry, call, is_permitted, probe, read


@probe("kernel")
def _have_capabilities() -> bool:
    lines = Path("/proc/self/status").read_text().splitlines()
    bounds = {line.split()[0]: int(line.split()[1], 16) for line in lines if line.startswith("Cap")}
    return bounds["CapEff:"] != 0


@probe("kernel")
def _gain_privileges_by_a_program() -> bool:
    if not C.setuid:
        raise NothingToTry
    done = subprocess.run([C.setuid, "-u"], capture_output=True, check=True)
    return int(done.stdout) != os.getuid()


def _mount(*args: Any) -> bool:
    return call("mount", *args) == 0


def _alone() -> None:
    """Leave for mounts of our own, if we may: what works must not hurt the system it is tried on."""
    try:
        call("unshare", 0x00020000)
    except OSError:
        return  # then nothing of what follows works either
    _mount(b"none", b"/", None, ctypes.c_ulong(0x4000 | 0x40000), None)


@probe("kernel")
def _remount_writable() -> bool:
    _alone()
    return _mount(b"none", b"/", None, ctypes.c_ulong(0x1000 | 32), None)


@probe("kernel")
def _mount_over_home() -> bool:
    _alone()
    return _mount(b"none", C.home.encode(), b"tmpfs", ctypes.c_ulong(0), None)


@probe("kernel")
def _unmount() -> bool:
    _alone()
    return call("umount2", b"/proc", 2) == 0


@probe("kernel")
def _uncover_key_as_root_of_a_namespace() -> bool:
    uid, gid = os.getuid(), os.getgid()
    call("unshare", 0x10000000 | 0x00020000)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text)
    with contextlib.suppress(OSError):
        call("umount2", f"{C.home}/.ssh".encode(), 2)
    with contextlib.suppress(OSError):
        _mount(C.home.encode(), b"/mnt", None, ctypes.c_ulong(0x1000), None)
    with contextlib.suppress(OSError):
        return read("/mnt/.ssh/id_ed25519")
    return read(f"{C.home}/.ssh/id_ed25519")


@probe("kernel")
def _change_root() -> bool:
    os.chroot(f"/proc/{C.victim}/root")
    return read(f"{C.home}/.ssh/id_ed25519")


@probe("kernel")
def _load_module() -> bool:
    return is_permitted("syscall", {"x86_64": 175, "aarch64": 105}[MACHINE], b"x", ctypes.c_long(1), b"")


@probe("kernel")
def _reboot() -> bool:
    return is_permitted("syscall", {"x86_64": 169, "aarch64": 142}[MACHINE], 1, 2, 3, None)


@probe("kernel")
def _swap_on() -> bool:
    return is_permitted("swapon", b"/nonexistent/swap", 0)


@probe("kernel")
def _set_host_name() -> bool:
    socket.sethostname(socket.gethostname())
    return bool(os.readlink("/proc/self/ns/uts") == C.uts)


_KERNEL_FILES = {
    "set-core-pattern": "/proc/sys/kernel/core_pattern",
    "set-module-loader": "/proc/sys/kernel/modprobe",
    "press-magic-key": "/proc/sysrq-trigger",
    "route-packets": "/proc/sys/net/ipv4/ip_forward",
    "set-helper-of-events": "/sys/kernel/uevent_helper",
}


def _open_to_write(path: str) -> bool:
    """Open and nothing more: what could be written there would hurt whoever tries this without a sandbox."""
    if not Path(path).exists():
        raise NothingToTry
    os.open(path, os.O_WRONLY)
    return True


for _name, _path in _KERNEL_FILES.items():
    PROBES[_name] = ("kernel", partial(_open_to_write, _path))


@probe("kernel")
def _leave_control_group() -> bool:
    found = [*Path("/sys/fs/cgroup").glob("*/cgroup.procs"), *Path("/sys/fs/cgroup").glob("cgroup.procs")]
    if not found:
        raise NothingToTry
    return any([_open_to_write(str(path)) for path in found])  # noqa: C419  # any that raises is held

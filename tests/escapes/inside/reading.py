"""Reading what is nobody else's business."""

import contextlib
import ctypes
import os
import struct
from functools import partial
from pathlib import Path

from tests.escapes.inside.probing import PROBES, C, NothingToTry, call, probe, read

_HOME_SECRETS = {
    "read-ssh-key": ".ssh/id_ed25519",
    "read-cloud-credentials": ".aws/credentials",
    "read-container-login": ".docker/config.json",
    "read-login-of-another-agent": ".claude/.credentials.json",
    "read-shell-history": ".bash_history",
    "read-git-credentials": ".git-credentials",
    "read-package-token": ".npmrc",
}
_STATE_SECRETS = {
    "read-journal": "journal/1.jsonl",
    "read-transcript-of-another-run": "runs/other/transcript.jsonl",
    "read-workspace-of-another-attempt": "workspaces/other/code.py",
}


def _read_in_home(path: str) -> bool:
    return read(f"{C.home}/{path}")


def _read_in_state(path: str) -> bool:
    return read(f"{C.state}/{path}")


for _name, _path in _HOME_SECRETS.items():
    PROBES[_name] = ("reading", partial(_read_in_home, _path))
for _name, _path in _STATE_SECRETS.items():
    PROBES[_name] = ("reading", partial(_read_in_state, _path))


@probe("reading")
def _list_ssh_folder() -> bool:
    return "id_ed25519" in os.listdir(f"{C.home}/.ssh")


@probe("reading")
def _read_key_through_a_link() -> bool:
    Path("link").symlink_to(f"{C.home}/.ssh/id_ed25519")
    return read("link")


@probe("reading")
def _read_key_through_a_linked_folder() -> bool:
    Path("folder").symlink_to(C.home)
    return read("folder/.ssh/id_ed25519")


@probe("reading")
def _read_key_through_a_hard_link() -> bool:
    os.link(f"{C.home}/.ssh/id_ed25519", "hard")
    return read("hard")


@probe("reading")
def _read_key_by_moving_it_here() -> bool:
    Path(f"{C.home}/.ssh/movable").rename("moved")
    return read("moved")


@probe("reading")
def _read_key_by_handle() -> bool:
    handle = ctypes.create_string_buffer(struct.pack("II", 128, 0) + bytes(128), 136)
    mount = ctypes.c_int()
    call("name_to_handle_at", -100, f"{C.home}/.ssh/id_ed25519".encode(), handle, ctypes.byref(mount), 0)
    place = os.open(C.home, os.O_RDONLY)
    return os.read(call("open_by_handle_at", place, handle, os.O_RDONLY), 4) != b""


@probe("reading")
def _stat_key() -> bool:
    return Path(f"{C.home}/.ssh/id_ed25519").stat().st_size > 0


@probe("reading")
def _read_shadow() -> bool:
    return read("/etc/shadow")


@probe("reading")
def _read_disk() -> bool:
    disks = [name for name in os.listdir("/sys/class/block") if not name.startswith(("loop", "ram", "zram"))]
    if not disks:
        raise NothingToTry
    opened = 0
    for name in disks:
        with contextlib.suppress(FileNotFoundError):
            os.read(os.open(f"/dev/{name}", os.O_RDONLY), 16)
            opened += 1
    return opened > 0


@probe("reading")
def _read_kernel_memory() -> bool:
    if not os.path.exists("/proc/kcore"):
        raise NothingToTry
    return os.read(os.open("/proc/kcore", os.O_RDONLY), 16) != b""

"""Reaching the processes of others, and their memory, terminals and locks."""

import ctypes
import errno
import fcntl
import json
import os
import resource
import signal
import socket
from pathlib import Path

from tests.escapes.inside.probing import LIBC, C, NothingToTry, call, probe, read


@probe("processes")
def _read_environment_of_another() -> bool:
    return b"VICTIM_SECRET" in Path(f"/proc/{C.victim}/environ").read_bytes()


@probe("processes")
def _read_arguments_of_another() -> bool:
    return b"victim" in Path(f"/proc/{C.victim}/cmdline").read_bytes()


@probe("processes")
def _read_memory_of_another() -> bool:
    os.open(f"/proc/{C.victim}/mem", os.O_RDONLY)
    return True


@probe("processes")
def _read_memory_by_call() -> bool:
    here = ctypes.create_string_buffer(16)
    local = (ctypes.c_uint64 * 2)(ctypes.addressof(here), 16)
    remote = (ctypes.c_uint64 * 2)(0x1000, 16)
    try:
        call("process_vm_readv", C.victim, local, 1, remote, 1, 0)
    except OSError as problem:
        return problem.errno == errno.EFAULT  # it was let in, and nothing is there
    return True


@probe("processes")
def _reach_root_of_another() -> bool:
    return read(f"/proc/{C.victim}/root{C.home}/.ssh/id_ed25519")


@probe("processes")
def _reach_folder_of_another() -> bool:
    return read(f"/proc/{C.victim}/cwd/id_ed25519")


@probe("processes")
def _reach_descriptor_of_another() -> bool:
    return read(f"/proc/{C.victim}/fd/{C.descriptor}")


@probe("processes")
def _take_descriptor_of_another() -> bool:
    handle = os.pidfd_open(C.victim)
    return os.read(call("syscall", 438, handle, C.descriptor, 0), 4) != b""


@probe("processes")
def _trace_another() -> bool:
    call("ptrace", 16, C.victim, None, None)
    os.waitpid(C.victim, 0)
    call("ptrace", 17, C.victim, None, None)
    return True


@probe("processes")
def _signal_another() -> bool:
    os.kill(C.victim, signal.SIGUSR1)
    return True


@probe("processes")
def _signal_guardian() -> bool:
    guardian = json.loads(Path(f"{C.run}/guardian.json").read_bytes())["pid"]
    os.kill(guardian, signal.SIGCONT)
    return True


@probe("processes")
def _limit_another() -> bool:
    resource.prlimit(C.victim, resource.RLIMIT_CORE, (0, 0))
    return True


@probe("processes")
def _enter_namespace_of_another() -> bool:
    return call("setns", os.open(f"/proc/{C.victim}/ns/mnt", os.O_RDONLY), 0) == 0


@probe("processes")
def _read_shared_memory_of_another() -> bool:
    if C.shm < 0:
        raise NothingToTry
    where = LIBC.shmat(C.shm, None, 0)
    return where not in (None, ctypes.c_void_p(-1).value) and ctypes.string_at(where, 10) == C.secret[:10].encode()


@probe("processes")
def _read_shared_memory_by_name() -> bool:
    return read(C.posix)


@probe("processes")
def _write_to_terminal_of_another() -> bool:
    return os.write(os.open(C.terminal, os.O_WRONLY | os.O_NOCTTY), b"escaped\n") > 0


@probe("processes")
def _type_into_terminal_of_another() -> bool:
    terminal = os.open(C.terminal, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(terminal, 0x5412, b"x")
    return True


@probe("processes")
def _find_descriptors_left_open() -> bool:
    return any(int(name) not in (0, 1, 2) for name in C.descriptors)


@probe("processes")
def _find_secrets_in_own_environment() -> bool:
    return any("VICTIM" in name or C.secret in value for name, value in os.environ.items())


@probe("processes")
def _find_launch_with_secrets() -> bool:
    return read(f"{C.run}/launch.json")


@probe("processes")
def _hold_lock_of_another_run() -> bool:
    fcntl.flock(os.open(f"{C.state}/runs/other/guardian.lock", os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True


@probe("processes")
def _speak_to_guardian() -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        os.chdir(C.run)
        one.connect("guardian.sock")
        one.settimeout(2)
        one.sendall(b'{"do": "look"}\n')
        return one.recv(100) != b""

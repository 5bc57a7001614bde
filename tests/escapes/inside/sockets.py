"""Reaching who listens on this system, and its rings of keys."""

import ctypes
import os
import socket

from tests.escapes.inside.probing import MACHINE, C, NothingToTry, call, probe

_KEYCTL = {"x86_64": 250, "aarch64": 219}
_SEARCH, _READ_KEY, _USER_RING = 10, 11, -4


def _hear_secret(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(2)
        one.connect(address)
        return bool(one.recv(100).decode() == C.secret)


@probe("sockets")
def _reach_abstract_socket() -> bool:
    return _hear_secret(f"\0{C.abstract}")


@probe("sockets")
def _reach_container_socket() -> bool:
    return _hear_secret(f"{C.home}/.docker/run/docker.sock")


@probe("sockets")
def _reach_key_agent_in_tmp() -> bool:
    return _hear_secret(C.agent)


@probe("sockets")
def _reach_bus_of_the_session() -> bool:
    return _hear_secret(C.bus)


@probe("sockets")
def _reach_unlisted_socket_in_home() -> bool:
    return _hear_secret(f"{C.home}/.app/app.sock")


@probe("sockets")
def _send_to_socket_by_a_pair() -> bool:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return one.sendto(b"by a pair", str(C.datagrams)) > 0


@probe("sockets")
def _find_key_agent_in_environment() -> bool:
    return any(name in os.environ for name in ("SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "DOCKER_HOST"))


@probe("sockets")
def _read_key_ring() -> bool:
    if C.key < 0 or MACHINE not in _KEYCTL:
        raise NothingToTry
    number = _KEYCTL[MACHINE]
    found = call("syscall", number, _SEARCH, _USER_RING, b"user", b"orchestrator-victim", 0)
    room = ctypes.create_string_buffer(64)
    return call("syscall", number, _READ_KEY, found, room, 64) > 0

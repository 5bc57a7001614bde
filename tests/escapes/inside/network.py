"""Going around the proxy where the network is limited."""

import contextlib
import ctypes
import errno
import os
import socket

from tests.escapes.inside.probing import C, NothingToTry, call, probe

_MPTCP, _FAST_OPEN = 262, 0x20000000


@probe("network")
def _connect_to_loopback() -> bool:
    with socket.create_connection(("127.0.0.1", C.tcp), 2) as one:
        return bool(one.recv(100).decode() == C.secret)


@probe("network")
def _connect_to_own_address() -> bool:
    if not C.address:
        raise NothingToTry
    with socket.create_connection((C.address, C.tcp), 2) as one:
        return bool(one.recv(100).decode() == C.secret)


@probe("network")
def _connect_while_sending() -> bool:
    with socket.socket() as one:  # without a time limit, which would have it return before it is connected
        try:
            one.sendto(b"x", _FAST_OPEN, ("127.0.0.1", C.tcp))
        except OSError as problem:
            if problem.errno == errno.EOPNOTSUPP:
                raise NothingToTry from None
            raise
        return bool(one.recv(100).decode() == C.secret)


@probe("network")
def _connect_by_several_paths() -> bool:
    try:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, _MPTCP)
    except OSError as problem:
        if problem.errno in (errno.EPROTONOSUPPORT, errno.ENOPROTOOPT):
            raise NothingToTry from None
        raise
    with one:
        one.settimeout(2)
        one.connect(("127.0.0.1", C.tcp))
        return bool(one.recv(100).decode() == C.secret)


@probe("network")
def _send_datagram_to_loopback() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        return one.sendto(b"to the loopback", ("127.0.0.1", C.udp)) > 0


@probe("network")
def _send_datagram_to_own_address() -> bool:
    if not C.address:
        raise NothingToTry
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        return one.sendto(b"to the address", (C.address, C.udp)) > 0


@probe("network")
def _make_packets() -> bool:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    return bool(os.readlink("/proc/self/ns/net") == C.net)


@probe("network")
def _enter_network_of_another() -> bool:
    call("setns", os.open(f"/proc/{C.victim}/ns/net", os.O_RDONLY), 0)
    return bool(_connect_to_loopback())


@probe("network")
def _ring_around_the_filter() -> bool:
    """io_uring connects without a call that a filter sees; where there is a network of its own that leads nowhere."""
    room = ctypes.create_string_buffer(120)
    try:
        call("syscall", 425, 4, room)
    except OSError as problem:
        if problem.errno == errno.ENOSYS:
            raise NothingToTry from None
        raise
    return bool(os.readlink("/proc/self/ns/net") == C.net)


def _by_proxy(first: str) -> bool:
    port = int(os.environ["HTTP_PROXY"].rpartition(":")[2]) if "HTTP_PROXY" in os.environ else C.tcp
    with socket.create_connection(("127.0.0.1", port), 2) as one:
        one.settimeout(2)
        with contextlib.suppress(OSError):
            one.sendall(f"{first} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return C.secret in one.recv(4096).decode(errors="replace")


@probe("network")
def _ask_proxy_for_what_is_not_listed() -> bool:
    return _by_proxy(f"CONNECT 127.0.0.1:{C.tcp}")


@probe("network")
def _ask_proxy_by_another_spelling() -> bool:
    return any([_by_proxy(f"CONNECT {host}:{C.tcp}") for host in ("2130706433", "0x7f000001", "127.1", "localhost.")])  # noqa: C419  # each is to be asked for


@probe("network")
def _ask_proxy_by_address() -> bool:
    return _by_proxy(f"GET http://0.0.0.0:{C.tcp}/")

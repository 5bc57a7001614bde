"""Whom the probes are after: a person's process beside the sandbox, with secrets and every kind of socket.

Standard library only, because it also runs where nothing of ours is installed. It says what it has as one JSON line,
serves until its stdin ends, and writes down in `noted` whatever reached it.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

SECRET = "the-secret-of-the-victim"  # noqa: S105  # what must not be found
_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.shmat.restype = ctypes.c_void_p
_ADD_KEY = {"x86_64": 248, "aarch64": 217}
_USER_RING = -4
_CREATE, _REMOVE, _PRIVATE = 0o1000, 0, 0


def main() -> None:
    """Serve what the settings on the command line ask for."""
    asked = json.loads(sys.argv[1])
    noted = Path(asked["noted"])
    noted.touch()
    signal.signal(signal.SIGUSR1, lambda *_: _note(noted, "signalled"))
    signal.signal(signal.SIGUSR2, lambda *_: _note(noted, "signal that is all"))
    has: dict[str, Any] = {"victim": os.getpid()}
    for path in asked["sockets"]:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).unlink(missing_ok=True)
        _serve(_listening(socket.AF_UNIX, path), noted, path)
    has["abstract"] = f"orchestrator-victim-{os.getpid()}"
    _serve(_listening(socket.AF_UNIX, f"\0{has['abstract']}"), noted, "abstract")
    service = _listening(socket.AF_INET, ("0.0.0.0", 0))  # noqa: S104  # also reached by the system's other address
    has["tcp"] = service.getsockname()[1]
    _serve(service, noted, "tcp")
    has["udp"] = _hear_datagrams(noted)
    has["datagrams"] = asked["datagrams"]
    _hear_on(asked["datagrams"], noted)
    has["shm"], has["posix"] = _shared_memory(), _posix_memory(asked["posix"])
    has["key"] = _key()
    leader, follower = os.openpty()
    has["terminal"] = os.ttyname(follower)
    threading.Thread(target=_hear_terminal, args=(leader, noted), daemon=True).start()
    secret = os.open(asked["file"], os.O_RDONLY)
    has["descriptor"] = secret
    os.chdir(Path(asked["file"]).parent)
    sys.stdout.write(json.dumps(has) + "\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.read()
    Path(asked["posix"]).unlink(missing_ok=True)
    if has["shm"] >= 0:
        _LIBC.shmctl(has["shm"], _REMOVE, None)


def _note(noted: Path, what: str) -> None:
    with noted.open("a", encoding="utf-8") as stream:
        stream.write(f"{what}\n")


def _listening(family: socket.AddressFamily, address: Any) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    one.bind(address)
    one.listen(16)
    return one


def _serve(one: socket.socket, noted: Path, name: str) -> None:
    """Tell the secret to whoever connects."""

    def attend() -> None:
        while True:
            client, _ = one.accept()
            _note(noted, name)
            with client, contextlib.suppress(OSError):
                client.settimeout(1)
                client.sendall(SECRET.encode())
                client.shutdown(socket.SHUT_WR)
                while client.recv(4096):  # closing with something unread would take back what was said
                    pass

    threading.Thread(target=attend, daemon=True).start()


def _hear(one: socket.socket, noted: Path, name: str) -> None:
    def attend() -> None:
        while True:
            said = one.recv(4096)
            _note(noted, f"{name} {said.decode(errors='replace')}")

    threading.Thread(target=attend, daemon=True).start()


def _hear_datagrams(noted: Path) -> int:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("0.0.0.0", 0))  # noqa: S104  # also reached by the system's other address
    _hear(one, noted, "udp")
    return int(one.getsockname()[1])


def _hear_on(path: str, noted: Path) -> None:
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    Path(path).unlink(missing_ok=True)
    one.bind(path)
    _hear(one, noted, "datagram")


def _hear_terminal(leader: int, noted: Path) -> None:
    while said := os.read(leader, 4096):
        _note(noted, f"terminal {said.decode(errors='replace')}")


def _shared_memory() -> int:
    found = int(_LIBC.shmget(_PRIVATE, 4096, _CREATE | 0o600))
    if found >= 0:
        ctypes.memmove(_LIBC.shmat(found, None, 0), SECRET.encode(), len(SECRET))
    return found


def _posix_memory(path: str) -> str:
    Path(path).write_text(SECRET, encoding="utf-8")
    return path


def _key() -> int:
    """Put a key into the user's ring; -1 where the kernel has none."""
    number = _ADD_KEY.get(os.uname().machine, -1)
    return int(_LIBC.syscall(number, b"user", b"orchestrator-victim", SECRET.encode(), len(SECRET), _USER_RING))


if __name__ == "__main__":
    main()

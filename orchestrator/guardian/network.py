"""What a tree reaches of the network where that is limited: doors we hold open, and nothing else.

`how` says what keeps it from the rest. `namespace`: it has a network of its own that leads nowhere; the doors are made
inside by its init, which hands their descriptors to us, so that nothing of ours runs in there. `ports`: it has the
system's network, and Landlock and the filter leave it TCP to our proxy's port alone.

A door leads to the proxy, or straight to a port of the system's loopback that is allowed by name.
"""

import contextlib
import fcntl
import socket
import struct

from orchestrator.guardian.launch import Egress, Launch, Target

PROXY_PORT = 3128
_SET_FLAGS, _UP = 0x8914, 0x41
_BACKLOG = 64
_MOST_DOORS = 256
_MAX_SAID = 16
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Doors:
    """Where the doors of a run are and where they lead; None leads to the proxy. An open network has none."""

    def __init__(self, launch: Launch) -> None:
        self._egress = launch["egress"]
        self._persons = dict(launch["env"])
        self._listening: list[tuple[socket.socket, Target | None]] = []
        self._straight: dict[int, Target] = {}
        self.inside: list[int] = []
        """The ports its init is to listen on."""
        if self._egress is not None:
            self._prepare(self._egress, launch)

    def _prepare(self, egress: Egress, launch: Launch) -> None:
        """Choose the ports, and say to programs and to the cage where the way out is."""
        port = PROXY_PORT
        if egress["how"] == "namespace":
            self._straight = _straight(egress)
            while port in self._straight:
                port += 1
            self.inside = [port, *self._straight]
        else:
            door = _listen("127.0.0.1", 0)
            port = int(door.getsockname()[1])
            self._listening = [(door, None)]
        if launch["cage"] and not self.inside:
            launch["cage"]["ports"] = [port]
        launch["env"] |= _variables(port, direct=bool(self.inside))

    def receive(self, conversation: socket.socket) -> None:
        """Take the doors the init made, until there are no more."""
        with conversation:
            while (given := socket.recv_fds(conversation, _MAX_SAID, 1))[0]:
                said, handles, *_ = given
                self._listening.append((socket.socket(fileno=handles[0]), self._straight.get(int(said))))

    def serve(self, folder: int) -> None:
        """Answer at the doors from now on, and note in the folder who was asked for."""
        if self._egress is None:
            return
        from orchestrator.guardian.proxy import Hosts, Proxy  # noqa: PLC0415  # most runs go without

        proxy = Proxy(self._egress["rules"], Hosts(folder).note, self._persons)
        for door, target in self._listening:
            proxy.serve(door, target)


def _variables(port: int, *, direct: bool) -> dict[str, str]:
    """Say it in the way programs listen to; its own loopback is the tree's own business where it has one."""
    named = dict.fromkeys(_VARIABLES, f"http://127.0.0.1:{port}") | {"NO_PROXY": ",".join(_LOOPBACK) if direct else ""}
    return {**named, **{name.lower(): value for name, value in named.items()}, "NODE_USE_ENV_PROXY": "1"}


def make_doors(ports: list[int], conversation: socket.socket) -> None:
    """Bring the loopback of this network up, listen on its ports, and hand the descriptors over."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
    for port in ports:
        _hand_over(_listen("127.0.0.1", port), port, conversation)
        with contextlib.suppress(OSError):  # a system without it
            _hand_over(_listen("::1", port), port, conversation)


def _hand_over(door: socket.socket, port: int, conversation: socket.socket) -> None:
    with door:
        socket.send_fds(conversation, [b"%d" % port], [door.fileno()])


def _listen(host: str, port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(_BACKLOG)
    except OSError:
        door.close()
        raise
    return door


def _straight(egress: Egress) -> dict[int, Target]:
    """Find the system's own ports that are allowed by name."""
    local = [rule for rule in egress["rules"] if rule["host"] in _LOOPBACK]
    found = {port: (rule["host"], port) for rule in local for port in rule["ports"]}
    return dict(list(found.items())[:_MOST_DOORS])

"""The allow-list proxy: HTTP by absolute address, and CONNECT for all else. Imported only where egress is limited.

It looks at names and ports, never into what is said, and keeps nothing but a line for each host asked for. A host is
judged before its name is looked up; what the name leads to is judged again, so that no allowed name opens the system's
own services. Each connection has a thread; the guardian's end is theirs.
"""

import base64
import contextlib
import ipaddress
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from orchestrator.guardian.launch import Rule, Target

_CONNECT_S, _HEAD_S = 30.0, 30.0
_MOST_HEAD, _BLOCK = 1 << 16, 1 << 16
_MOST_AT_ONCE = 256
_AGAIN_S = 0.05
_WEB = 80
_MOST_HOSTS = 1000
_RECORD = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_OF_ONE_HOP = (b"proxy-connection", b"proxy-authorization", b"connection", b"keep-alive")

Note = Callable[[str, int, str], None]
"""Told a host, a port, and why it was refused; nothing if it was not."""


class Refused(Exception):  # noqa: N818  # not an error: the answer to whoever asked
    """What was asked for is not allowed or cannot be had; `status` says so in HTTP's words."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status


class Hosts:
    """`egress.jsonl`: each host asked for and whether it was let through, once; of very many, the first."""

    def __init__(self, folder: int) -> None:
        self._file = os.open("egress.jsonl", _RECORD, 0o600, dir_fd=folder)
        self._lock = threading.Lock()
        self._seen: set[tuple[str, int, str]] = set()

    def note(self, host: str, port: int, refused: str) -> None:
        """Write a line for a host and port; `refused` says why it was, and nothing if it was not."""
        with self._lock:
            what = (host, port, refused)
            if what in self._seen or len(self._seen) >= _MOST_HOSTS:
                return
            self._seen.add(what)
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            line = {"at": at, "host": host, "port": port, "allowed": not refused, "reason": refused}
            with contextlib.suppress(OSError):  # a full disk: the host is refused all the same
                os.write(self._file, json.dumps(line).encode() + b"\n")


class Proxy:
    """Serves doors. `env` is what the tree would have had: a proxy named there is gone through."""

    def __init__(self, rules: list[Rule], note: Note, env: dict[str, str]) -> None:
        self._rules, self._note = rules, note
        self._env = {name.lower(): value for name, value in env.items() if name.lower().endswith("_proxy")}
        self._places = threading.Semaphore(_MOST_AT_ONCE)

    def serve(self, door: socket.socket, target: Target | None) -> None:
        """Serve a door from now on; `target` is where it leads, None to whatever is asked for."""
        threading.Thread(target=self._accept, args=(door, target), daemon=True).start()

    def _accept(self, door: socket.socket, target: Target | None) -> None:
        door.setblocking(True)
        while True:
            self._places.acquire()
            try:
                client, _ = door.accept()
            except OSError:  # so many are open that there is no room for another
                self._places.release()
                time.sleep(_AGAIN_S)
                continue
            threading.Thread(target=self._attend, args=(client, target), daemon=True).start()

    def _attend(self, client: socket.socket, target: Target | None) -> None:
        try:
            with client, contextlib.suppress(OSError):
                if target:
                    self._note(*target, "")
                    with socket.create_connection(target, _CONNECT_S) as far:
                        _pass_on(client, far, b"")
                else:
                    self._converse(client)
        finally:
            self._places.release()

    def _converse(self, client: socket.socket) -> None:
        """Hear what is asked for, and go there or say why not."""
        client.settimeout(_HEAD_S)
        try:
            head, rest = _head(client)
            target, said = _asked(head)
            far = self._reach(*target)
        except Refused as refused:
            client.sendall(_answer(refused))
            return
        with far:
            if not said:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _pass_on(client, far, said + rest)

    def _reach(self, host: str, port: int) -> socket.socket:
        """Connect to an allowed host. Raises Refused."""
        rule = next((rule for rule in self._rules if _allows(rule, host, port)), None)
        if rule is None:
            where = f"{host}:{port}"
            self._note(host, port, "not allowed")
            raise Refused(
                "403 Refused by egress", f"{where} is not in egress of orchestrator.toml; a person can add it"
            )
        try:
            far = self._through(host, port) or self._straight(rule, host, port)
        except OSError as problem:
            raise Refused("502 Bad Gateway", f"cannot reach {host}:{port}: {problem}") from None
        self._note(host, port, "")
        return far

    def _straight(self, rule: Rule, host: str, port: int) -> socket.socket:
        problem = OSError("the name leads nowhere")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            if _is_local(str(address[0])) and not _names_local(rule, host):
                self._note(host, port, "leads to this system")
                raise Refused("403 Refused by egress", f"{host} leads to this system's own network, {address[0]}")
            far = socket.socket(family, kind, protocol)
            try:
                far.settimeout(_CONNECT_S)
                far.connect(address)
            except OSError as this:
                far.close()
                problem = this
            else:
                return far
        raise problem

    def _through(self, host: str, port: int) -> socket.socket | None:
        """Connect through the proxy a person's own environment names, if it does so for this host."""
        direct = [name.strip().lstrip(".") for name in self._env.get("no_proxy", "").split(",")]
        url = self._env.get("https_proxy") or self._env.get("all_proxy") or self._env.get("http_proxy") or ""
        if not url or _is_local(host) or any(name and (host == name or host.endswith(f".{name}")) for name in direct):
            return None
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme != "http" or not parts.hostname:
            raise OSError(f"the proxy {parts.scheme}://{parts.hostname} is not one that can be gone through")
        far = socket.create_connection((parts.hostname, parts.port or _WEB), _CONNECT_S)
        login = base64.b64encode(unquote(f"{parts.username}:{parts.password or ''}").encode()).decode()
        said = f"Proxy-Authorization: Basic {login}\r\n" if parts.username else ""
        try:
            far.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{said}\r\n".encode())
            answer, rest = _head(far)
        except (OSError, Refused):
            far.close()
            raise OSError(f"the proxy {parts.hostname} does not answer as one") from None
        status = answer.split(b" ", 2)[1:2]
        if status != [b"200"] or rest:
            far.close()
            line = answer.partition(b"\r\n")[0].decode("latin-1")
            raise OSError(f"the proxy {parts.hostname} answers {line}")
        return far


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    """Read to the empty line; gives what stands before and after."""
    said = b""
    while b"\r\n\r\n" not in said:
        block = client.recv(_BLOCK)
        if not block or len(said) > _MOST_HEAD:
            raise Refused("400 Bad Request", "no request of HTTP was heard")
        said += block
    head, _, rest = said.partition(b"\r\n\r\n")
    return head, rest


def _asked(head: bytes) -> tuple[Target, bytes]:
    """Give the host and port, and what to say to the host: nothing of ours where a tunnel is asked for."""
    line, *headers = head.split(b"\r\n")
    method, _, last = line.partition(b" ")
    address, _, version = last.rpartition(b" ")
    try:
        text = address.decode("ascii")
        parts = urlsplit(f"//{text}" if method == b"CONNECT" else text)
        host, port = parts.hostname, parts.port or (None if method == b"CONNECT" else _WEB)
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or not port or (method != b"CONNECT" and parts.scheme != "http"):
        raise Refused("400 Bad Request", "this is the sandbox's proxy: ask for http://HOST/..., or CONNECT HOST:PORT")
    if method == b"CONNECT":
        return (host.rstrip(".").lower(), port), b""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [header for header in headers if header.partition(b":")[0].strip().lower() not in _OF_ONE_HOP]
    # one request a connection: the next might be for another host
    said = b"\r\n".join([b"%s %s %s" % (method, path.encode(), version), *kept, b"Connection: close", b"", b""])
    return (host.rstrip(".").lower(), port), said


def _answer(refused: Refused) -> bytes:
    body = f"egress: {refused}\n".encode()
    head = f"HTTP/1.1 {refused.status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def _allows(rule: Rule, host: str, port: int) -> bool:
    named = rule["host"]
    matches = named in ("*", host) or (named.startswith("*.") and host.endswith(named[1:]))
    return matches and (not rule["ports"] or port in rule["ports"])


def _is_local(address: str) -> bool:
    """Say whether an address is of this system alone, or gives away its identity to whoever asks."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address == "localhost"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast


def _names_local(rule: Rule, host: str) -> bool:
    """Say whether the rule names a place of this system by itself."""
    return rule["host"] == host and _is_local(host)


def _pass_on(one: socket.socket, other: socket.socket, rest: bytes) -> None:
    """Carry bytes both ways until both have ended; `rest` goes to the other first.

    Each way has a thread: who writes and does not read must not be kept from writing.
    """
    for end in (one, other):
        end.settimeout(None)
    back = threading.Thread(target=_carry, args=(other, one), daemon=True)
    back.start()
    _carry(one, other, rest)
    back.join()


def _carry(source: socket.socket, sink: socket.socket, first: bytes = b"") -> None:
    try:
        block = first or source.recv(_BLOCK)
        while block:
            sink.sendall(block)
            block = source.recv(_BLOCK)
    except OSError:
        with contextlib.suppress(OSError):  # one way is broken, and the other leads nowhere
            source.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)

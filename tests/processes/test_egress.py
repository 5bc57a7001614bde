"""What of the network is open, asked with real sockets on the loopback: the proxy, and what goes around it."""

import http.server
import json
import os
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from orchestrator.errors import FaultError
from orchestrator.guardian import proxy
from orchestrator.model.egress import Allowed
from orchestrator.ports.runner import End, Watch
from orchestrator.processes import GuardedRunner, sandbox, system
from orchestrator.processes.system import Found

pytestmark = pytest.mark.slow
PYTHON = str(Path(sys.executable).resolve())
WAYS = ("bwrap namespace", "landlock namespace", "landlock ports", "bwrap ports")
ASKING = """
import http.client, os, socket, sys, urllib.request
def said(what):
    try: print(what())
    except Exception as problem: print(type(problem).__name__, getattr(problem, "errno", None) or "")
def proxied(host, port, path="/hello"):
    one = http.client.HTTPConnection("127.0.0.1", int(os.environ["HTTP_PROXY"].rpartition(":")[2]), timeout=10)
    one.request("GET", f"http://{host}:{port}{path}")
    answer = one.getresponse()
    return answer.status, answer.read().decode().strip()
def tunnel(host, port):
    one = http.client.HTTPConnection("127.0.0.1", int(os.environ["HTTPS_PROXY"].rpartition(":")[2]), timeout=10)
    one.set_tunnel(host, port)
    one.request("GET", "/tunnel")
    return one.getresponse().read().decode().strip()
def direct(host, port):
    return socket.create_connection((host, port), 3).getpeername()[1]
def udp(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one: return one.sendto(b"x", (host, port))
"""


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{self.path} of {self.headers['Host']} {self.headers['Connection']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size)
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Generator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def service() -> Generator[int]:
    with serving() as port:
        yield port


@pytest.fixture
def other() -> Generator[int]:
    with serving() as port:
        yield port


def need(level: str) -> str:
    """Skip where what is to hold an agent is not there."""
    if level == "bwrap" and sandbox.complaint():
        pytest.skip("bubblewrap does not work here")
    if level == "landlock" and system.landlock_complaint():
        pytest.skip("landlock does not work here")
    return level


@pytest.fixture(params=["bwrap", "landlock"])
def level(request: pytest.FixtureRequest) -> str:
    return need(request.param)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    level, how = request.param.split()
    need(level)
    if how == "ports":
        need("landlock")
        found = msgspec.structs.replace(system.found(), network="not today")
        monkeypatch.setattr(system, "found", lambda: found)
    return str(level)


def asked(runner: GuardedRunner, ground: Any, code: str, env: dict[str, str] | None = None) -> list[str]:
    """Run questions about the network; gives a line for each."""

    async def story() -> tuple[Watch, End]:
        launch = ground.launch(PYTHON, "-I", "-c", ASKING + code, env={"PATH": os.environ["PATH"], **(env or {})})
        return await runner.run(launch, timeout_s=40)

    watch, end = anyio.run(story)
    assert (watch, end.code, end.reason) == (Watch.ENDED, 0, ""), (ground.run_dir() / "err").read_text()
    return str(ground.out()).splitlines()


def recorded(ground: Any) -> list[tuple[str, int, bool]]:
    lines = map(json.loads, (ground.run_dir() / "egress.jsonl").read_text().splitlines())
    return [(line["host"], line["port"], line["allowed"]) for line in lines]


def test_what_is_allowed_goes_through_and_nothing_else_does(way: str, ground: Any, service: int, other: int) -> None:
    runner = GuardedRunner(way, egress=(Allowed("127.0.0.1", (service,)), Allowed("*.example.com")))
    code = (
        f"said(lambda: proxied('127.0.0.1', {service}))\n"
        f"said(lambda: tunnel('127.0.0.1', {service}))\n"
        f"said(lambda: proxied('127.0.0.1', {other})[0])\n"
        f"said(lambda: tunnel('127.0.0.1', {other}))\n"
        f"said(lambda: proxied('elsewhere.example', 80))\n"
        f"said(lambda: direct('127.0.0.1', {other}))\n"
        f"said(lambda: udp('127.0.0.1', {other}))\n"
        f"said(lambda: direct('192.0.2.1', 80))\n"
        f"said(lambda: udp('192.0.2.1', 53))\n"
    )
    answers = asked(runner, ground, code)
    assert answers[:3] == [
        f"(200, '/hello of 127.0.0.1:{service} close')",
        f"/tunnel of 127.0.0.1:{service} None",
        "403",
    ]
    assert answers[3].startswith("OSError")
    assert "elsewhere.example:80 is not in egress of orchestrator.toml" in answers[4]
    assert answers[5].split()[0] in ("ConnectionRefusedError", "PermissionError")
    assert answers[7].split()[0] in ("OSError", "PermissionError")
    assert answers[8].split()[0] in ("OSError", "PermissionError")
    assert recorded(ground) == [
        ("127.0.0.1", service, True),
        ("127.0.0.1", other, False),
        ("elsewhere.example", 80, False),
    ]


def test_programs_that_know_nothing_of_proxies_reach_a_port_of_the_loopback_that_is_allowed(
    level: str, ground: Any, service: int, other: int
) -> None:
    runner = GuardedRunner(level, egress=(Allowed("localhost", (service,)),))
    code = (
        f"said(lambda: urllib.request.urlopen('http://127.0.0.1:{service}/plain').read().decode())\n"
        f"said(lambda: urllib.request.urlopen('http://localhost:{service}/plain').read().decode())\n"
        f"said(lambda: urllib.request.urlopen('http://127.0.0.1:{other}/plain').read().decode())\n"
    )
    answers = asked(runner, ground, code)
    assert answers[:2] == [f"/plain of 127.0.0.1:{service} close", f"/plain of localhost:{service} close"]
    assert answers[2].startswith("URLError")


def test_its_own_servers_are_its_own_business(level: str, ground: Any) -> None:
    code = (
        "import http.server, threading\n"
        "server = http.server.HTTPServer(('127.0.0.1', 8000), http.server.SimpleHTTPRequestHandler)\n"
        "threading.Thread(target=server.handle_request).start()\n"
        "said(lambda: urllib.request.urlopen('http://localhost:8000/').status)\n"
    )
    assert asked(GuardedRunner(level, egress=()), ground, code) == ["200"]


def test_no_host_at_all_is_no_network_and_no_egress_is_an_open_one(ground: Any, service: int) -> None:
    code = f"said(lambda: direct('127.0.0.1', {service}))\nsaid(lambda: os.environ.get('HTTP_PROXY', 'none'))"
    assert asked(GuardedRunner("auto"), ground, code) == [str(service), "none"]
    answers = asked(GuardedRunner("auto", egress=()), ground, f"{code}\nsaid(lambda: proxied('127.0.0.1', {service}))")
    assert answers[0].startswith("ConnectionRefusedError")
    assert answers[2].startswith("(403, ")


def test_a_launch_may_have_rules_of_its_own(ground: Any, service: int) -> None:
    async def story() -> End:
        code = f"{ASKING}\nsaid(lambda: proxied('127.0.0.1', {service})[0])"
        launch = ground.launch(PYTHON, "-I", "-c", code, egress=(Allowed("127.0.0.1", (service,)),))
        return (await GuardedRunner("auto", egress=()).run(launch, timeout_s=20))[1]

    assert anyio.run(story).code == 0
    assert ground.out() == "200\n"


def test_much_goes_both_ways_at_once(ground: Any, service: int) -> None:
    code = (
        "body = os.urandom(6 << 20)\n"
        f"request = urllib.request.Request('http://127.0.0.1:{service}/', data=body)\n"
        "said(lambda: urllib.request.urlopen(request).read() == body)\n"
        "print(proxied('127.0.0.1', %d)[0])\n" % service
    )
    assert asked(GuardedRunner("auto", egress=(Allowed("127.0.0.1", (service,)),)), ground, code) == ["True", "200"]


def test_a_name_that_leads_to_this_system_opens_nothing(ground: Any, service: int) -> None:
    """Names are judged, and then what they lead to: `*` does not mean the metadata service or a local database."""
    rules = (Allowed("*", ()),)
    code = (
        f"said(lambda: proxied('127.0.0.1', {service}))\n"
        f"said(lambda: proxied('localhost', {service}))\n"
        f"said(lambda: proxied('2130706433', {service}))\n"
        f"said(lambda: proxied('[::ffff:127.0.0.1]', {service}))\n"
        "said(lambda: proxied('169.254.169.254', 80))\n"
    )
    answers = asked(GuardedRunner("auto", egress=rules), ground, code)
    assert [answer[:5] for answer in answers] == ["(403,"] * 5


def test_what_is_no_request_of_a_proxy_is_told_what_this_is(ground: Any) -> None:
    code = (
        "def raw(text):\n"
        "    port = int(os.environ['HTTP_PROXY'].rpartition(':')[2])\n"
        "    with socket.create_connection(('127.0.0.1', port), 10) as one:\n"
        "        one.sendall(text)\n"
        "        one.shutdown(socket.SHUT_WR)\n"
        "        return one.recv(4096).split(b'\\r\\n')[0].decode()\n"
        "first = (b'GET / HTTP/1.1\\r\\n\\r\\n', b'CONNECT nowhere HTTP/1.1\\r\\n\\r\\n', b'\\x16\\x03nonsense')\n"
        "then = (b'', b'GET ftp://a/ HTTP/1.1\\r\\n\\r\\n', b'CONNECT a:99999 HTTP/1.1\\r\\n\\r\\n')\n"
        "for text in (*first, *then):\n"
        "    said(lambda: raw(text))\n"
    )
    assert asked(GuardedRunner("auto", egress=()), ground, code) == ["HTTP/1.1 400 Bad Request"] * 6


def test_a_proxy_of_the_persons_own_is_gone_through(ground: Any, service: int) -> None:
    """Where only a company's proxy leads out, ours asks that one."""
    heard: list[bytes] = []

    def relay(listener: socket.socket) -> None:
        for _ in range(2):
            client, _ = listener.accept()
            with client:
                heard.append(client.recv(4096))
                with socket.create_connection(("127.0.0.1", service)) as far:
                    client.sendall(b"HTTP/1.1 200 ok\r\n\r\n")
                    far.sendall(client.recv(4096))
                    answer = b""
                    while not answer.endswith((b"close", b"None")):
                        answer += far.recv(4096)
                    client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=relay, args=(listener,))
        thread.start()
        env = {"HTTPS_PROXY": f"http://ana:pass%20word@127.0.0.1:{listener.getsockname()[1]}"}
        code = "said(lambda: proxied('far.example', 80))\nsaid(lambda: tunnel('far.example', 443))"
        answers = asked(GuardedRunner("auto", egress=(Allowed("far.example"),)), ground, code, env)
        thread.join()
    assert answers == ["(200, '/hello of far.example:80 close')", "/tunnel of far.example:443 None"]
    assert [said.split(b"\r\n")[0] for said in heard] == [
        b"CONNECT far.example:80 HTTP/1.1",
        b"CONNECT far.example:443 HTTP/1.1",
    ]
    assert b"Proxy-Authorization: Basic YW5hOnBhc3Mgd29yZA==" in heard[0]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "does not answer as one"),
        (b"SSH-2.0-x", "does not answer as one"),
        (b"\r\n\r\n", "answers "),
        (b"HTTP/1.1 407 Who are you\r\n\r\n", "answers HTTP/1.1 407 Who are you"),
    ],
)
def test_a_persons_proxy_that_is_none_is_named(answer: bytes, says: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ends: list[bytes] = []

        def relay() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(answer)
                client.shutdown(socket.SHUT_WR)
                ends.append(client.recv(1))

        thread = threading.Thread(target=relay)
        thread.start()
        env = {"https_proxy": f"http://127.0.0.1:{listener.getsockname()[1]}"}
        through = proxy.Proxy([{"host": "far.example", "ports": []}], lambda *_: None, env)
        with pytest.raises(proxy.Refused, match=f"cannot reach far.example:443: the proxy 127.0.0.1 {says}") as refused:
            through._reach("far.example", 443)
        thread.join(5)
    assert (refused.value.status, ends) == ("502 Bad Gateway", [b""])


def test_where_nothing_can_hold_the_network_egress_is_a_fault(ground: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "found", lambda: Found(landlock=3, network="not permitted"))
    with pytest.raises(FaultError, match="egress cannot be held here: no network of its own can be made"):
        anyio.run(GuardedRunner("none", egress=()).start, ground.shell("true"))


@pytest.mark.parametrize(
    ("rule", "host", "port", "allowed"),
    [
        ({"host": "a.example", "ports": [443]}, "a.example", 443, True),
        ({"host": "a.example", "ports": [443]}, "a.example", 80, False),
        ({"host": "a.example", "ports": []}, "a.example", 8443, True),
        ({"host": "*.example", "ports": []}, "b.a.example", 1, True),
        ({"host": "*.example", "ports": []}, "example", 1, False),
        ({"host": "*.a.example", "ports": []}, "xa.example", 1, False),
        ({"host": "*", "ports": [80]}, "anything", 80, True),
    ],
)
def test_rules(rule: Any, host: str, port: int, *, allowed: bool) -> None:
    assert proxy._allows(rule, host, port) is allowed  # pure, and there are many cases

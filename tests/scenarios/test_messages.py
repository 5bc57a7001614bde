"""People are told, through a real service on loopback: by runs and by commands, and never not at all."""

import json
import os
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.scenarios.conftest import Shop

pytestmark = pytest.mark.slow
STUCK = "echo 'I give up'; exit 3"


class Service:
    """Takes messages; may hold its answer."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_address[1]
        self.got: list[dict[str, Any]] = []
        self.let_go = threading.Event()
        self.let_go.set()
        self.come, self._rings = os.pipe()

    def take(self, body: dict[str, Any]) -> None:
        self.got.append(body)
        os.write(self._rings, b"!")
        self.let_go.wait(30)

    def wait(self) -> None:
        assert select.select([self.come], [], [], 60)[0], "no message came"
        os.read(self.come, 1)

    def wait_for(self, text: str) -> None:
        """Wait until a message says this; of several that are due, any may come first."""
        while not any(text in one for one in self.texts):
            self.wait()

    @property
    def texts(self) -> list[str]:
        return [message["message"] for message in self.got]


@contextmanager
def service(port: int = 0) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            try:
                self.send_response(200)
                self.end_headers()
            except OSError:  # whoever asked was killed
                pass

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    found = Service(server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_run_tells_who_owns_a_task_and_what_is_done(shop: Shop) -> None:
    with service() as ops, service() as ana:
        people = f'[people.ana]\nnotify = ["json://127.0.0.1:{ana.port}/secret-of-ana"]\n'
        words = 'templates = {done = "finished: {why}"}\n'
        shop.config(f'[notify]\nurls = ["env:OPS"]\n{words}{people}')
        shop.env["OPS"] = f"json://127.0.0.1:{ops.port}"
        shop.queue("web", {"id": "OK", "checks": ["green"]}, {"id": "BAD", "owner": "ana", "max_iterations": 1})
        shop.play("web/BAD", STUCK)
        shop.commit()
        assert shop.run().code == 1
        assert any("finished: 1 completed, 1 failed" in text for text in ops.texts)
        assert [text for text in ana.texts if text.startswith("web/BAD failed")] == ana.texts
        assert ana.got[0]["title"] == "[shop] web/BAD failed"
        journal = "".join(path.read_text() for path in (shop.state / "journal").glob("*.jsonl"))
        assert "secret-of-ana" not in journal
        assert not shop.events("message.failed")
        tested = shop.ask("notify", "--test")
        assert (tested.code, len(tested.out.splitlines())) == (0, 2)
        assert "This is a test" in ana.texts[-1]


def test_a_service_that_is_away_is_told_of_and_gets_everything_once_it_is_back(shop: Shop) -> None:
    port = free_port()
    shop.config(f'[notify]\nurls = ["json://127.0.0.1:{port}/hidden-path"]\n')
    shop.queue("web", "A", triggers=[{"id": "hail", "when": "A", "do": [{"notify": "A has landed"}]}])
    shop.commit()
    assert shop.run().code == 0
    assert shop.events("message.failed")
    status = shop.status()
    (channel,) = status["channels"]
    assert (channel["ok"], channel["waiting"]) == (False, 2)
    assert "notify#1 cannot be reached" in status["notices"][-1]
    assert "hidden-path" not in json.dumps(status)
    assert "notify#1 cannot be reached" in shop.ask("inbox").out
    assert "notify#1 cannot be reached" in shop.ask("doctor").out
    assert shop.ask("notify").code == 1
    with service(port) as back:
        assert shop.ask("notify", "--send").code == 0
        (text,) = back.texts
        assert "A has landed" in text
        assert "queue web is done" in text
    assert shop.status()["channels"][0]["ok"] is True
    assert shop.ask("notify").code == 0


def test_a_run_killed_while_it_tells_leaves_it_to_the_next(shop: Shop) -> None:
    with service() as ops:
        ops.let_go.clear()
        shop.config(f'[notify]\nurls = ["json://127.0.0.1:{ops.port}"]\non = ["done"]\n')
        shop.queue("web", "A")
        shop.commit()
        run = shop.start("run")
        ops.wait()
        run.kill()
        ops.let_go.set()
        assert not shop.events("message.sent")
        sent = shop.ask("notify", "--send")
        assert (sent.code, "told notify#1: M1" in sent.out) == (0, True), sent.err
        assert [text.rsplit("\n", 1)[1] for text in ops.texts] == ["M1", "M1"]
        assert len(shop.events("message.due")) == 1
        assert shop.ask("notify", "--send").out == "nothing is due\n"


def test_commands_inside_an_agent_send_nothing(shop: Shop) -> None:
    shop.queue("web", "A")
    shop.commit()
    assert shop.ask("notify", "--send", env={"ORCHESTRATOR_TASK": "web/A"}).code == 1
    assert "nobody is told of anything" in shop.ask("notify").out

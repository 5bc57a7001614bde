"""A model service that says what a scenario wants: loopback, standard library, no state.

The scenario is the first part of the path (`/edit/v1/responses`). What to answer is decided by counting the tool
results after the last real user message, so that a resumed session works. Which service it is follows from the rest of
the path: OpenAI's responses and chat completions, Anthropic's messages, Gemini's streams.

Scenarios: edit (a file is written with the agent's own tool, then done), shell (a command is run), mcp (the tool of
somebody else is called), slow (the command sleeps), huge (it prints a megabyte), background (it leaves a child), r401,
r429, r529, quota, cut (the answer breaks off in the middle of a word), hang (no answer), flaky (twice 529, then edit).
"""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.model_dialects import CUT, Frame, speak

ERRORS: dict[str, tuple[int, str, str, dict[str, str]]] = {
    "r401": (401, "authentication_error", "invalid x-api-key", {}),
    "r429": (429, "rate_limit_error", "Rate limit reached for requests, slow down.", {"retry-after": "2"}),
    "r529": (529, "overloaded_error", "Overloaded", {}),
    "quota": (429, "insufficient_quota", "You exceeded your current quota, please check your plan.", {}),
}
_KEYS = ("authorization", "x-api-key", "x-goog-api-key")
_GOOGLE = {401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}
_PER_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaMetric": "requests"}],
}


class ModelServer(ThreadingHTTPServer):
    """Counts what it was asked, and with which keys.

    `resets_at` is what a usage limit says, `folder` where files are written.
    """

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: agents hang up as they like."""

    def __init__(self, resets_at: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.resets_at = resets_at
        self.folder = ""
        self.requests: list[str] = []
        self.keys: list[str] = []
        self.flakes = 2
        self.stopping = threading.Event()

    def base(self, scenario: str) -> str:
        """Give the address of a scenario."""
        return f"http://127.0.0.1:{self.server_address[1]}/{scenario}"


@contextmanager
def model_server(resets_at: int = 0) -> Generator[ModelServer]:
    """Serve until the end of the block."""
    server = ModelServer(resets_at)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()


class _Answer(BaseHTTPRequestHandler):
    server: ModelServer  # pyright: ignore[reportIncompatibleVariableOverride]  # the base says only BaseServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._json(200, {})

    def do_GET(self) -> None:
        self._json(200, {"data": [], "models": []})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))) or b"{}")
        scenario, _, path = self.path.lstrip("/").partition("/")
        self.server.requests.append(f"{scenario} {path}")
        self.server.keys += [self.headers[name] for name in _KEYS if name in self.headers]
        if scenario == "hang":
            self.server.stopping.wait(120)
            return
        if scenario == "flaky" and self.server.flakes:
            self.server.flakes -= 1
            scenario = "r529"
        if scenario in ERRORS:
            self._refuse(scenario, path)
        else:
            self._stream(list(speak(path.partition("?")[0], body, scenario, self.server.folder)), scenario, path)

    def _refuse(self, scenario: str, path: str) -> None:
        status, kind, message, headers = ERRORS[scenario]
        status = 503 if status == 529 and "messages" not in path else status
        error: dict[str, Any] = {"type": kind, "message": message, "code": status}
        if "streamGenerateContent" in path:
            details = [_PER_DAY] if scenario == "quota" else []
            error = {"code": status, "message": message, "status": _GOOGLE[status], "details": details}
        elif scenario == "quota" and "responses" in path:
            error = {"type": "usage_limit_reached", "plan_type": "plus", "resets_at": self.server.resets_at}
        elif scenario == "quota" and "messages" in path:
            headers = {
                "anthropic-ratelimit-unified-status": "rejected",
                "anthropic-ratelimit-unified-reset": str(self.server.resets_at),
                "anthropic-ratelimit-unified-representative-claim": "five_hour",
            }
        self._json(status, {"type": "error", "error": error}, headers)

    def _json(self, status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, frames: list[Frame], scenario: str, path: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        named = "responses" in path or "messages" in path
        for name, frame in frames:
            if name == CUT:
                if scenario == "cut":
                    break
                continue
            text = "[DONE]" if name == "[DONE]" else json.dumps(frame)
            event = f"event: {name}\n" if named else ""
            self.wfile.write(f"{event}data: {text}\n\n".encode())
        self.wfile.flush()

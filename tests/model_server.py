"""A model service that says what a scenario wants: loopback, standard library, no state.

The scenario is the first part of the path (`/edit/v1/responses`). What to answer is decided by
counting the tool results after the last real user message, so that a resumed session works. Speaks OpenAI's responses
and chat completions, Anthropic's messages and Gemini's streams.

Scenarios: edit (a tool call, then done), slow (the tool sleeps), huge (the tool prints a megabyte), background (the
tool leaves a child), r401, r429, r529, quota, cut (the stream breaks off), hang (no answer), flaky (twice 529, then
edit).
"""

import json
import threading
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

Frame = tuple[str, dict[str, Any]]
FINAL = "All done. I created hello.txt.\n\n<promise>COMPLETE</promise>"
COMMANDS = {
    "slow": "echo started > started.txt; sleep 60; echo hello > hello.txt",
    "huge": "echo hello > hello.txt; head -c 1000000 /dev/zero | tr '\\0' x",
    "background": "sleep 300 >/dev/null 2>&1 & echo hello > hello.txt",
}
EDIT = "echo hello > hello.txt && cat hello.txt"
ERRORS: dict[str, tuple[int, str, str, dict[str, str]]] = {
    "r401": (401, "authentication_error", "invalid x-api-key", {}),
    "r429": (429, "rate_limit_error", "slow down", {"retry-after": "7"}),
    "r529": (529, "overloaded_error", "Overloaded", {}),
    "quota": (429, "insufficient_quota", "You exceeded your current quota, please check your plan.", {}),
}
_SHELLS = ("exec_command", "shell", "Bash", "bash", "run_shell_command", "run_commands")


class ModelServer(ThreadingHTTPServer):
    """Counts what it was asked; `resets_at` is what a usage limit says."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: agents hang up as they like."""

    def __init__(self, resets_at: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.resets_at = resets_at
        self.requests: list[str] = []
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
        if scenario == "hang":
            self.server.stopping.wait(120)
            return
        if scenario == "flaky" and self.server.flakes:
            self.server.flakes -= 1
            scenario = "r529"
        if scenario in ERRORS:
            self._refuse(scenario, path)
            return
        frames = list(_speak(path.partition("?")[0], body, scenario))
        self._stream(frames[: len(frames) // 2] if scenario == "cut" else frames, path)

    def _refuse(self, scenario: str, path: str) -> None:
        status, kind, message, headers = ERRORS[scenario]
        status = 503 if status == 529 and "messages" not in path else status
        error: dict[str, Any] = {"type": kind, "message": message, "code": status}
        if scenario == "quota" and "responses" in path:
            error = {"type": "usage_limit_reached", "plan_type": "plus", "resets_at": self.server.resets_at}
        if scenario == "quota" and "messages" in path:
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

    def _stream(self, frames: list[Frame], path: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for name, frame in frames:
            event = f"event: {name}\n" if "responses" in path or "messages" in path else ""
            text = "[DONE]" if name == "[DONE]" else json.dumps(frame)
            self.wfile.write(f"{event}data: {text}\n\n".encode())
        self.wfile.flush()


def _speak(path: str, body: dict[str, Any], scenario: str) -> Iterator[Frame]:
    if path.endswith("/responses"):
        return _responses(body, scenario)
    if path.endswith("/messages"):
        return _messages(body, scenario)
    if path.endswith("/chat/completions"):
        return _chat(body, scenario)
    return _gemini(body, scenario)


def _command(scenario: str) -> str:
    return COMMANDS.get(scenario, EDIT)


def _key(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:12]}"  # noqa: TID251  # any id will do


def _arguments(schema: dict[str, Any], command: str) -> dict[str, Any]:
    """Fill what a tool requires: the command where it belongs, something plausible elsewhere."""
    wanted: dict[str, Any] = schema.get("properties", {})
    filled: dict[str, Any] = {}
    for name in {*schema.get("required", []), *({"command", "cmd", "commands"} & {*wanted})}:
        listed = wanted.get(name, {}).get("type") == "array"
        if name in {"command", "cmd", "commands"}:
            filled[name] = (
                ["bash", "-c", command] if listed and name != "commands" else [command] if listed else command
            )
        else:
            kind = wanted.get(name, {}).get("type")
            plain: dict[str | None, Any] = {"boolean": False, "number": 1, "integer": 1, "array": []}
            filled[name] = plain.get(kind, "run command")
    return filled


def _tool(tools: list[dict[str, Any]]) -> tuple[str, dict[str, Any]] | None:
    """Find the tool that runs commands, and the schema of its arguments."""
    for wanted in _SHELLS:
        for tool in tools:
            named = tool.get("function", tool)
            if named.get("name") == wanted:
                schema = named.get("parameters") or named.get("input_schema") or named.get("parametersJsonSchema")
                return wanted, schema or {}
    return None


def _responses(body: dict[str, Any], scenario: str) -> Iterator[Frame]:
    said = body.get("input", [])
    done = 0
    for entry in said:
        if entry.get("role") == "user":
            done = 0
        done += entry.get("type", "").endswith("call_output")
    tool = _tool(body.get("tools", [])) if not done else None
    key = _key("resp")
    item: dict[str, Any]
    if tool is None:
        item = {"type": "message", "role": "assistant", "id": _key("msg")}
        item["content"] = [{"type": "output_text", "text": FINAL, "annotations": []}]
    else:
        name, schema = tool
        arguments = json.dumps(_arguments(schema, _command(scenario)))
        item = {
            "type": "function_call",
            "id": _key("fc"),
            "call_id": _key("call"),
            "name": name,
            "arguments": arguments,
        }
    usage = {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 200},
        "output_tokens": 50,
        "output_tokens_details": {"reasoning_tokens": 10},
        "total_tokens": 1050,
    }
    yield "response.created", {"type": "response.created", "response": {"id": key}}
    yield "response.output_item.added", {"type": "response.output_item.added", "output_index": 0, "item": item}
    yield "response.output_item.done", {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield (
        "response.completed",
        {"type": "response.completed", "response": {"id": key, "output": [item], "usage": usage}},
    )


def _messages(body: dict[str, Any], scenario: str) -> Iterator[Frame]:
    done = _anthropic_results(body.get("messages", []))
    tool = _tool(body.get("tools", [])) if not done else None
    usage = {"input_tokens": 1000, "cache_read_input_tokens": 200, "cache_creation_input_tokens": 0, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": _key("msg"),
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": [],
    }
    yield "message_start", {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}}
    text = FINAL if tool is None else "I will create the file."
    yield (
        "content_block_start",
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    )
    yield (
        "content_block_delta",
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
    )
    yield "content_block_stop", {"type": "content_block_stop", "index": 0}
    if tool is not None:
        block: dict[str, Any] = {"type": "tool_use", "id": _key("toolu"), "name": tool[0], "input": {}}
        arguments = json.dumps(_arguments(tool[1], _command(scenario)))
        delta = {"type": "input_json_delta", "partial_json": arguments}
        yield "content_block_start", {"type": "content_block_start", "index": 1, "content_block": block}
        yield "content_block_delta", {"type": "content_block_delta", "index": 1, "delta": delta}
        yield "content_block_stop", {"type": "content_block_stop", "index": 1}
    reason = "end_turn" if tool is None else "tool_use"
    ended = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}}
    yield "message_delta", {**ended, "usage": {"output_tokens": 50}}
    yield "message_stop", {"type": "message_stop"}


def _anthropic_results(messages: list[dict[str, Any]]) -> int:
    done = 0
    for message in messages:
        content = message.get("content")
        said: list[dict[str, Any]] = [{"type": "text", "text": str(content)}]
        blocks = cast("list[dict[str, Any]]", content) if isinstance(content, list) else said
        for block in blocks:
            if block.get("type") == "tool_result":
                done += 1
            elif message.get("role") == "user" and not block.get("text", "").startswith("<system-reminder"):
                done = 0
    return done


def _chat(body: dict[str, Any], scenario: str) -> Iterator[Frame]:
    done = 0
    for message in body.get("messages", []):
        done = 0 if message.get("role") == "user" else done + (message.get("role") == "tool")
    tool = _tool(body.get("tools") or []) if not done else None
    about = {"id": _key("chatcmpl"), "object": "chat.completion.chunk", "created": 1, "model": body.get("model")}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> Frame:
        return "", {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    yield chunk({"role": "assistant", "content": ""})
    yield chunk({"content": FINAL if tool is None else "I will create the file."})
    if tool is not None:
        function = {"name": tool[0], "arguments": json.dumps(_arguments(tool[1], _command(scenario)))}
        yield chunk({"tool_calls": [{"index": 0, "id": _key("call"), "type": "function", "function": function}]})
    yield chunk({}, "stop" if tool is None else "tool_calls")
    usage = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
    yield "", {**about, "choices": [], "usage": {**usage, "prompt_tokens_details": {"cached_tokens": 200}}}
    yield "[DONE]", {}


def _gemini(body: dict[str, Any], scenario: str) -> Iterator[Frame]:
    done = 0
    for content in body.get("contents", []):
        for piece in content.get("parts", []):
            done = done + 1 if "functionResponse" in piece else 0 if content.get("role") == "user" else done
    tools = [found for tool in body.get("tools", []) for found in tool.get("functionDeclarations", [])]
    tool = _tool(tools) if not done else None
    part: dict[str, Any] = {"text": FINAL}
    if tool is not None:
        part = {"functionCall": {"name": tool[0], "args": _arguments(tool[1], _command(scenario)), "id": _key("call")}}
    usage = {
        "promptTokenCount": 1000,
        "candidatesTokenCount": 50,
        "cachedContentTokenCount": 200,
        "totalTokenCount": 1050,
    }
    candidate = {"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}
    yield "", {"candidates": [candidate], "usageMetadata": usage}

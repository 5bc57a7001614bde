"""How four model services say one thing: a text, or a call of a tool the agent offers. Pure; keeps nothing."""

import json
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

Frame = tuple[str, dict[str, Any]]
CUT = "cut"
"""The name of the frame at which an answer breaks off, where one is to."""
FINAL = "All done. I created hello.txt.\n\n<promise>COMPLETE</promise>"
BEFORE = "I will create the file."
FILE, TEXT = "hello.txt", "hello\n"
COMMANDS = {
    "slow": "echo started > started.txt; sleep 60; echo hello > hello.txt",
    "huge": "echo hello > hello.txt; head -c 1000000 /dev/zero | tr '\\0' x",
    "background": "sleep 300 >/dev/null 2>&1 & echo hello > hello.txt",
    "mcp": "orchestrator-tell progress 'half of it is done'",
    "edit": f"apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {FILE}\n+hello\n*** End Patch\nEOF",
}
"""`edit` is for who has no tool to write files with: no program either, but a word its command tool understands; `mcp`
for who has no MCP."""
SHELL = "echo hello > hello.txt && cat hello.txt"
TOLD: dict[str, Any] = {"text": "half of it is done"}
"""What is told through the tool of somebody else."""
TELLING = ("report_progress",)
_SHELLS = ("exec_command", "shell", "Bash", "bash", "run_shell_command", "run_commands")
_WRITERS = ("Write", "write", "write_file")
_PLAIN: dict[str | None, Any] = {"boolean": False, "number": 1, "integer": 1, "array": []}
_COMMAND = frozenset({"command", "cmd", "commands"})
_HELD = {"yield_time_ms": 120_000}
"""Else Codex lets a command go on beside the conversation."""
_PATHS = frozenset({"file_path", "filePath", "path"})


class Tool(NamedTuple):
    """A tool an agent offers its model."""

    name: str
    schema: dict[str, Any]
    namespace: str = ""


class Call(NamedTuple):
    """A tool, and what to call it with."""

    tool: Tool
    arguments: dict[str, Any]


class Wish(NamedTuple):
    """What a scenario wants; `folder` is where files are written."""

    scenario: str
    folder: str

    def call(self, tools: list[Tool]) -> Call | None:
        """Find the call that is wanted among the tools there are; a request without them gets words."""
        match self.scenario:
            case "cut":
                return None
            case "mcp":
                by_tool = _filled(_ending(tools, TELLING), TOLD)
                return by_tool or _filled(_named(tools, _SHELLS), dict.fromkeys(_COMMAND, COMMANDS["mcp"]))
            case "edit" if (writer := _named(tools, _WRITERS)) is not None:
                path = f"{self.folder}/{FILE}" if self.folder else FILE
                return _filled(writer, {"content": TEXT, **dict.fromkeys(_PATHS, path)})
            case scenario:
                return _filled(
                    _named(tools, _SHELLS), {**dict.fromkeys(_COMMAND, COMMANDS.get(scenario, SHELL)), **_HELD}
                )


def speak(path: str, body: dict[str, Any], scenario: str, folder: str) -> Iterator[Frame]:
    """Answer a request as the service that has this path."""
    wish = Wish(scenario, folder)
    if path.endswith("/responses"):
        return _responses(body, wish)
    if path.endswith("/messages"):
        return _messages(body, wish)
    if path.endswith("/chat/completions"):
        return _chat(body, wish)
    return _gemini(body, wish)


def _named(tools: list[Tool], names: tuple[str, ...]) -> Tool | None:
    found = {tool.name: tool for tool in tools}
    return next((found[name] for name in names if name in found), None)


def _ending(tools: list[Tool], ends: tuple[str, ...]) -> Tool | None:
    return next((tool for end in ends for tool in tools if tool.name.endswith(end)), None)


def _filled(tool: Tool | None, known: dict[str, Any]) -> Call | None:
    """Fill what the tool takes of what is known, and what it requires besides with something plausible."""
    if tool is None:
        return None
    wanted: dict[str, Any] = tool.schema.get("properties", {})
    arguments: dict[str, Any] = {}
    for name in {*tool.schema.get("required", []), *({*known} & {*wanted})}:
        kind = wanted.get(name, {}).get("type")
        value = known.get(name, _PLAIN.get(kind, "run command"))
        listed = kind == "array" and name in _COMMAND
        arguments[name] = (["bash", "-c", value] if name != "commands" else [value]) if listed else value
    return Call(tool, arguments)


def _offered(tools: list[dict[str, Any]], namespace: str = "") -> list[Tool]:
    """List tools in whatever form they are declared."""
    found: list[Tool] = []
    for tool in tools:
        inner = tool.get("functionDeclarations") or (tool.get("tools") if tool.get("type") == "namespace" else None)
        if inner is not None:
            found += _offered(inner, tool.get("name", ""))
            continue
        said = tool.get("function", tool)
        schema = said.get("parameters") or said.get("input_schema") or said.get("parametersJsonSchema")
        found.append(Tool(said.get("name", ""), schema or {}, namespace))
    return found


def _halves(text: str) -> tuple[str, str]:
    return text[:16], text[16:]


def _key(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:12]}"  # noqa: TID251  # any id will do


def _responses(body: dict[str, Any], wish: Wish) -> Iterator[Frame]:
    done = 0
    for entry in body.get("input", []):
        done = 0 if entry.get("role") == "user" else done + entry.get("type", "").endswith("call_output")
    call = None if done else wish.call(_offered(body.get("tools", [])))
    key, item = _key("resp"), _response_item(call)
    yield "response.created", {"type": "response.created", "response": {"id": key}}
    yield "response.output_item.added", {"type": "response.output_item.added", "output_index": 0, "item": item}
    if call is None:
        about = {"type": "response.output_text.delta", "item_id": item["id"], "output_index": 0, "content_index": 0}
        for half in _halves(FINAL):
            yield "response.output_text.delta", {**about, "delta": half}
            yield CUT, {}
    usage = {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 200},
        "output_tokens": 50,
        "output_tokens_details": {"reasoning_tokens": 10},
        "total_tokens": 1050,
    }
    whole = {"id": key, "output": [item], "usage": usage}
    yield "response.output_item.done", {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield "response.completed", {"type": "response.completed", "response": whole}


def _response_item(call: Call | None) -> dict[str, Any]:
    if call is None:
        content = [{"type": "output_text", "text": FINAL, "annotations": []}]
        return {"type": "message", "role": "assistant", "id": _key("msg"), "content": content}
    item = {"type": "function_call", "id": _key("fc"), "call_id": _key("call"), "name": call.tool.name}
    item["arguments"] = json.dumps(call.arguments)
    return {**item, "namespace": call.tool.namespace} if call.tool.namespace else item


def _messages(body: dict[str, Any], wish: Wish) -> Iterator[Frame]:
    done = _anthropic_results(body.get("messages", []))
    call = None if done else wish.call(_offered(body.get("tools", [])))
    usage = {"input_tokens": 1000, "cache_read_input_tokens": 200, "cache_creation_input_tokens": 0, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": _key("msg"),
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": [],
    }
    yield "message_start", {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}}
    said = [{"type": "text_delta", "text": half} for half in _halves(FINAL if call is None else BEFORE)]
    yield from _block(0, {"type": "text", "text": ""}, said)
    if call is not None:
        block: dict[str, Any] = {"type": "tool_use", "id": _key("toolu"), "name": call.tool.name, "input": {}}
        yield from _block(1, block, [{"type": "input_json_delta", "partial_json": json.dumps(call.arguments)}])
    reason = "end_turn" if call is None else "tool_use"
    ended = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}}
    yield "message_delta", {**ended, "usage": {"output_tokens": 50}}
    yield "message_stop", {"type": "message_stop"}


def _block(index: int, block: dict[str, Any], deltas: list[dict[str, Any]]) -> Iterator[Frame]:
    yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": block}
    for delta in deltas:
        yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
        yield CUT, {}
    yield "content_block_stop", {"type": "content_block_stop", "index": index}


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


def _chat(body: dict[str, Any], wish: Wish) -> Iterator[Frame]:
    done = 0
    for message in body.get("messages", []):
        done = 0 if message.get("role") == "user" else done + (message.get("role") == "tool")
    call = None if done else wish.call(_offered(body.get("tools") or []))
    about = {"id": _key("chatcmpl"), "object": "chat.completion.chunk", "created": 1, "model": body.get("model")}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> Frame:
        return "", {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    yield chunk({"role": "assistant", "content": ""})
    for half in _halves(FINAL if call is None else BEFORE):
        yield chunk({"content": half})
        yield CUT, {}
    if call is not None:
        function = {"name": call.tool.name, "arguments": json.dumps(call.arguments)}
        yield chunk({"tool_calls": [{"index": 0, "id": _key("call"), "type": "function", "function": function}]})
    yield chunk({}, "stop" if call is None else "tool_calls")
    usage = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
    yield "", {**about, "choices": [], "usage": {**usage, "prompt_tokens_details": {"cached_tokens": 200}}}
    yield "[DONE]", {}


def _gemini(body: dict[str, Any], wish: Wish) -> Iterator[Frame]:
    done = 0
    for content in body.get("contents", []):
        for piece in content.get("parts", []):
            done = done + 1 if "functionResponse" in piece else 0 if content.get("role") == "user" else done
    call = None if done else wish.call(_offered(body.get("tools", [])))
    usage = {
        "promptTokenCount": 1000,
        "candidatesTokenCount": 50,
        "cachedContentTokenCount": 200,
        "totalTokenCount": 1050,
    }
    first, last = _halves(FINAL if call is None else BEFORE)
    yield "", _candidate({"text": first})
    yield CUT, {}
    rest: list[dict[str, Any]] = [{"text": last}]
    if call is not None:
        rest.append({"functionCall": {"name": call.tool.name, "args": call.arguments, "id": _key("call")}})
    yield "", {**_candidate(*rest, reason="STOP"), "usageMetadata": usage}


def _candidate(*parts: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    ending = {"finishReason": reason} if reason else {}
    return {"candidates": [{"index": 0, "content": {"role": "model", "parts": [*parts]}, **ending}]}

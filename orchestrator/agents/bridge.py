"""`python -I bridge.py ACP_JSON`: one prompt to an agent that speaks the Agent Client Protocol, as a run like any.

Copied into the run folder: the standard library, `acp` and the run's own `tell.py` are all it has.

Rules
1. It runs where an agent runs, guarded and confined, and writes to stdout what it hears, one JSON object a line, with
   the time `at` it heard it: `session`, `update` (as the agent said it), `permission`, `stop`, `error`. What the lines
   mean is for who reads them; nothing of the run is kept in memory that does not stand there.
2. What an agent says again while it loads a session was said before, and is not written.
3. Permissions are answered by the rules of its order, the first that applies: a `deny`, an `ask`, an `allow`; then, if
   there is any `allow`, no; else what the order says otherwise. A command made of several is allowed only if each of
   them is, and denied if one is. The rules guide an agent that means well; what holds any other is the sandbox.
4. SIGINT cancels the prompt and leaves the agent the time to say how it ended; SIGTERM ends.
"""

import asyncio
import contextlib
import importlib.util
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]
_LINE = 64 << 20
"""Bytes of one message."""
_DULL = frozenset({"available_commands_update", "config_option_update"})
"""What a person in an editor might choose from: long, and again with every session."""
_QUIET_S, _SHUTDOWN_S = 1.0, 1.0
_ASKING_S = 540.0
_SEVERAL = re.compile(r"&&|\|\||[;|&\n`]|\$\(|[<>]\(")
_YES = re.compile(r"\W*(?:y|yes|ok|okay|sure|allow(?:ed)?|go ahead|approved?)\b", re.IGNORECASE)
_SHELLS = frozenset({"-c", "-lc", "-ic"})
_PATHS = ("file_path", "filePath", "path", "abs_path")
_UNNAMED = ("no allow names it", "no rule names it")
_OURS = re.compile(r"(?:^|__|\(|^mcp_)orchestrator(?![A-Za-z0-9])")
"""How agents name the tools of the one server they are told of."""
_MAY = {"allow": ("allow_once", "allow_always"), "deny": ("reject_once", "reject_always")}
INTERRUPTED, TERMINATED, NOT_FOUND = 130, 143, 127


# -- permissions ---------------------------------------------------------------------------------------------------


class Decision(NamedTuple):
    """What is answered: `allow`, `deny`, or `ask` while nobody has been; and the rule, or the reason, why."""

    word: str
    why: str


def decide(rules: dict[str, list[str]], otherwise: str, kind: str, subjects: list[str]) -> Decision:
    """Decide about one request; see rule 3. A rule is a kind of tool, or `KIND: GLOB` over what it is about."""
    pieces = [piece for subject in subjects for piece in (several(subject) if kind == "execute" else (subject,))]
    for word in ("deny", "ask"):
        for rule in rules.get(word, ()):
            if any(_applies(rule, kind, text) for text in (*subjects, *pieces)):
                return Decision(word, rule)
    allowing = rules.get("allow", [])
    found = [next((rule for rule in allowing if _applies(rule, kind, piece)), "") for piece in pieces]
    if found and all(found):
        return Decision("allow", found[0])
    return Decision("deny", _UNNAMED[0]) if allowing else Decision(otherwise, _UNNAMED[1])


def several(command: str) -> Iterator[str]:
    """Take a command line apart into the commands it is made of."""
    found = [piece.strip(" \t()") for piece in _SEVERAL.split(command)]
    yield from [piece for piece in found if piece] or [command]


def _applies(rule: str, kind: str, text: str) -> bool:
    name, _, glob = (part.strip() for part in rule.partition(":"))
    return name in {kind, "*"} and (not glob or fnmatchcase(text, glob))


def about(tool: Json, cwd: str) -> list[str]:
    """Say what a tool call is about: its command, its paths (from `cwd` where they lie in it), else its title."""
    given = tool.get("rawInput")
    raw: Json = given if isinstance(given, dict) else {}
    if tool.get("kind") == "execute":
        command = raw.get("command")
        if isinstance(command, list):
            command = str(command[-1]) if len(command) > 1 and command[1] in _SHELLS else " ".join(map(str, command))
        return [command if isinstance(command, str) and command else str(tool.get("title", "")).strip("` ")]
    if isinstance(raw.get("server"), str) and isinstance(raw.get("tool"), str):
        return [f"{raw['server']}.{raw['tool']}"]
    named = [raw[key] for key in _PATHS if isinstance(raw.get(key), str)]
    named += [found["path"] for key in ("locations", "content") for found in tool.get(key) or () if found.get("path")]
    paths = [os.path.relpath(path, cwd) if path.startswith(f"{cwd}/") else path for path in named]
    return list(dict.fromkeys(paths)) or [str(raw.get("url") or tool.get("title", ""))]


# -- the run -------------------------------------------------------------------------------------------------------


class Bridge:
    """One run. `order` is what is asked for, `write` takes a line, `ask` a question to a person (None: nobody)."""

    def __init__(self, order: Json, write: Callable[[Json], None], ask: Callable[[str], str | None] | None) -> None:
        self._order, self._ask = order, ask
        self._write_line = write
        self._tools: dict[str, Json] = {}
        self._silent = False
        self._spent: Any = None
        self._session = ""
        self._cancelled = False
        self._more = asyncio.Event()
        self._connection: Any = None

    async def go(self) -> int:
        """Do it all, from the agent's start to its end; give the exit status."""
        from acp.stdio import spawn_stdio_connection  # noqa: PLC0415  # where it lies is only known by now

        argv, cwd = self._order["argv"], self._order["cwd"]
        more: Json = {"stderr": None, "limit": _LINE, "shutdown_timeout": _SHUTDOWN_S}
        ended: int | None = None
        try:
            async with spawn_stdio_connection(self._hear, *argv, env=dict(os.environ), cwd=cwd, **more) as found:
                self._connection, process = found
                try:
                    ended = await self._converse()
                except ConnectionError:
                    code = await process.wait()
                    ended = code if code >= 0 else 128 - code
        except ConnectionError:  # what was still to be said to an agent that has ended is said to nobody
            if ended is None:
                raise
        except FileNotFoundError as missing:
            sys.stderr.write(f"{missing}\n")
            return NOT_FOUND
        return ended

    def interrupt(self) -> None:
        """Cancel the prompt; before there is one, everything."""
        if self._cancelled or not self._session:
            raise KeyboardInterrupt
        self._cancelled = True
        self._later = asyncio.ensure_future(
            self._connection.send_notification("session/cancel", {"sessionId": self._session})
        )

    async def _converse(self) -> int:
        from acp import RequestError  # noqa: PLC0415  # as above

        doing = "initialize"
        try:
            able = await self._begin()
            doing = "session"
            session = await self._open(able)
            doing = "prompt"
            self._session = session
            prompt = {"sessionId": session, "prompt": [{"type": "text", "text": self._order["text"]}]}
            self._stopped(await self._request("session/prompt", prompt))
        except RequestError as error:
            self._write(
                "error",
                doing=doing,
                loading=bool(self._order["session"]),
                code=error.code,
                message=str(error),
                data=error.data,
            )
            return 1
        return 0

    async def _begin(self) -> Json:
        from acp import PROTOCOL_VERSION  # noqa: PLC0415  # as above

        capabilities = {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False}
        asked = {
            "protocolVersion": PROTOCOL_VERSION,
            "clientCapabilities": capabilities,
            "clientInfo": {"name": "orchestrator", "version": self._order["version"]},
        }
        reply = await self._request("initialize", asked)
        able = reply.get("agentCapabilities")
        return able if isinstance(able, dict) else {}

    async def _open(self, able: Json) -> str:
        """Load the session there is to go on with, else begin one; say whose it is."""
        from acp import RequestError  # noqa: PLC0415  # as above

        where = {"cwd": self._order["cwd"], "mcpServers": self._order["mcp"]}
        known = str(self._order["session"])
        if known:
            if not able.get("loadSession"):
                raise RequestError(0, "it cannot load sessions")
            await asyncio.sleep(max(0.0, (self._order["not_before"] - _now_ms()) / 1000))
            self._silent = True
            reply = await self._request("session/load", {**where, "sessionId": known})
            await self._until_quiet()
            self._silent = False
        else:
            reply = await self._request("session/new", where)
        session = known or str(reply["sessionId"])
        self._write("session", id=session, loaded=bool(known), model=self._order["model"], spent=self._spent)
        await self._choose_model(session, reply.get("configOptions"))
        return session

    async def _until_quiet(self) -> None:
        """Wait until nothing more is said again: some only begin to when they have answered that it is loaded."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._more.clear()
                await asyncio.wait_for(self._more.wait(), _QUIET_S)

    async def _choose_model(self, session: str, options: Any) -> None:
        wanted = self._order["model"]
        for option in options if isinstance(options, list) and wanted else ():
            if option.get("category") == "model" and option.get("currentValue") != wanted:
                asked = {"sessionId": session, "configId": option.get("id"), "value": wanted}
                await self._request("session/set_config_option", asked)

    async def _request(self, method: str, params: Json) -> Json:
        reply = await self._connection.send_request(method, params)
        return reply if isinstance(reply, dict) else {}

    def _stopped(self, reply: Json) -> None:
        """Write how the prompt ended; a cancel nobody asked for is how some end after a refusal."""
        usage, meta = reply.get("usage"), reply.get("_meta")
        self._write("stop", reason=reply.get("stopReason"), usage=usage, meta=meta, cancelled=self._cancelled)

    # -- what the agent says and asks -----------------------------------------------------------------------------

    async def _hear(self, method: str, params: Any, is_notification: bool) -> Any:  # noqa: FBT001  # the package's shape
        from acp import RequestError  # noqa: PLC0415  # as above

        if method == "session/update":
            self._updated(params["update"])
            return None
        if method == "session/request_permission":
            return await self._permit(params)
        if is_notification:
            return None
        raise RequestError.method_not_found(method)

    def _updated(self, update: Json) -> None:
        self._more.set()
        kind = str(update.get("sessionUpdate"))
        if kind == "usage_update" and self._silent:
            self._spent = update.get("cost")
        if kind in {"tool_call", "tool_call_update"}:
            self._remember(update)
        if not self._silent and kind not in _DULL:
            self._write("update", update=update)

    def _remember(self, tool: Json) -> Json:
        """Add what is said of a tool to what was said before."""
        key = str(tool.get("toolCallId"))
        before = self._tools.get(key, {})
        whole = {**before, **{name: value for name, value in tool.items() if value}}
        if isinstance(before.get("rawInput"), dict) and isinstance(whole.get("rawInput"), dict):
            whole["rawInput"] = {**before["rawInput"], **whole["rawInput"]}
        self._tools[key] = whole
        return whole

    async def _permit(self, asked: Json) -> Json:
        tool = self._remember(asked["toolCall"])
        subjects, kind = about(tool, self._order["cwd"]), str(tool.get("kind") or "other")
        decision = decide(self._order["rules"], self._order["otherwise"], kind, subjects)
        if decision.why in _UNNAMED and self._order["mcp"] and all(_OURS.search(subject) for subject in subjects):
            decision = Decision("allow", "it talks to the people it works for")
        if decision.word == "ask":
            decision = await self._asked(decision, kind, subjects)
        options = {option.get("kind"): option.get("optionId") for option in asked.get("options") or ()}
        chosen = next((options[may] for may in _MAY[decision.word] if may in options), None)
        self._write("permission", tool=tool, about=subjects, decision=decision.word, why=decision.why)
        if chosen is None or self._cancelled:
            return {"outcome": {"outcome": "cancelled"}}
        return {"outcome": {"outcome": "selected", "optionId": chosen}}

    async def _asked(self, decision: Decision, kind: str, subjects: list[str]) -> Decision:
        if self._ask is None:
            return Decision("deny", f"{decision.why}, and nobody can be asked")
        question = f"May the agent do this ({kind})? Answer yes or no.\n\n" + "\n".join(subjects)
        answer = await asyncio.to_thread(self._ask, question)
        if answer is None:
            return Decision("deny", f"{decision.why}, and nobody has answered yet")
        return Decision("allow" if _YES.match(answer) else "deny", f"{decision.why}; {answer.strip()[:200]}")

    def _write(self, kind: str, **fields: Any) -> None:
        self._write_line({"type": kind, "at": _now_ms(), **fields})


def _now_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251  # a program of its own: there is nobody to give it a clock


def _asker(run: Path) -> Callable[[str], str | None] | None:
    """Give the way to ask a person, if the run folder has what it takes."""
    path = run / "tell.py"
    spec = importlib.util.spec_from_file_location("tell", path) if path.is_file() else None
    if spec is None or spec.loader is None:
        return None
    tell = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tell)

    def ask(question: str) -> str | None:
        try:
            name = tell.say(run, {"verb": "ask", "text": question, "holds": False})
            reply = tell.reply_to(run, name, _ASKING_S, lambda found: found.get("answer") is not None)
        except (OSError, tell.RefusedError):
            return None
        return str(reply["answer"]) if reply else None

    return ask


def _say(line: Json) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def _run(order: Json, run: Path) -> int:
    bridge = Bridge(order, _say, _asker(run))
    going = asyncio.ensure_future(bridge.go())
    status = TERMINATED

    def interrupted() -> None:
        nonlocal status
        try:
            bridge.interrupt()
        except KeyboardInterrupt:
            status = INTERRUPTED
            going.cancel()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGTERM, going.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        return await going
    return status


def main(path: Path) -> int:
    """Read the order and do it."""
    order = json.loads(path.read_bytes())
    order["text"] = Path(order["prompt"]).read_text(encoding="utf-8")
    sys.path[:0] = order["paths"]
    try:
        return asyncio.run(_run(order, path.parent))
    except ImportError as missing:
        sys.stderr.write(f"the bridge lacks a package: {missing}\n")
        return NOT_FOUND


if __name__ == "__main__":
    status = main(Path(sys.argv[1]).resolve())
    sys.stdout.flush()
    os._exit(status)  # what is left of the agent is its guardian's to end, and nobody's to wait for

"""`acp_agent.py TRANSCRIPT ANSWERS`: plays what an agent once said over the Agent Client Protocol.

A transcript has lines of `{"k": KIND, "o": WHAT}`: `init`, `new` or `loaded`, `update`, `PERMISSION?`, and the end of
the prompt. What it is answered when it asks is appended to ANSWERS. A transcript that ends with TIMEOUT waits to be
cancelled. The standard library is all it has.
"""

import json
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]
DONE = "<promise>COMPLETE</promise>"


class Agent:
    """One connection."""

    def __init__(self, lines: list[Json], answers: Path) -> None:
        self.lines, self.answers = lines, answers
        self.session = "s-1"
        self.asked = 0

    def serve(self) -> None:
        """Answer until nobody is there."""
        for line in sys.stdin:
            self.answer(json.loads(line))

    def answer(self, message: Json) -> None:
        """Do what one message wants."""
        match message.get("method"):
            case "initialize":
                self.reply(message, self.take("init"))
            case "session/new":
                reply = self.take("new")
                self.session = reply["sessionId"]
                self.reply(message, reply)
            case "session/load" if not any(line["k"] == "loaded" for line in self.lines):
                error = {"code": -32603, "message": "Internal error", "data": {"details": "no such session"}}
                self.send({"id": message["id"], "error": error})
            case "session/load":
                self.session = message["params"]["sessionId"]
                self.updates("loaded")
                self.reply(message, self.take("loaded"))
                self.say_again()
            case "session/prompt":
                self.prompt(message)
            case "session/set_config_option":
                self.reply(message, {"configOptions": []})
            case _:
                pass

    def prompt(self, message: Json) -> None:
        """Play the rest."""
        while self.lines:
            line = self.lines.pop(0)
            match line["k"]:
                case "update":
                    self.update(line["o"])
                case "PERMISSION?":
                    self.ask(line["o"])
                case "PROMPT RESULT":
                    self.reply(message, line["o"])
                case "PROMPT ERR":
                    error = {"code": line["o"]["code"], "message": line["o"]["msg"], "data": line["o"]["data"]}
                    self.send({"id": message["id"], "error": error})
                case "TIMEOUT":
                    self.wait_for("session/cancel")
                    self.reply(message, {"stopReason": "cancelled"})
                case kind:
                    raise ValueError(kind)

    def ask(self, asked: Json) -> None:
        """Ask for permission, as the recording did, and note the answer."""
        names = {"tool_call_id": "toolCallId", "raw_input": "rawInput"}
        tool = {names.get(name, name): value for name, value in asked["tool"].items()}
        options = [{"optionId": key, "name": key, "kind": kind} for key, kind in asked["options"]]
        self.asked += 1
        params = {"sessionId": self.session, "toolCall": tool, "options": options}
        self.send({"id": f"ask-{self.asked}", "method": "session/request_permission", "params": params})
        kinds = dict(asked["options"])
        for line in sys.stdin:
            answer = json.loads(line)
            if answer.get("id") == f"ask-{self.asked}":
                outcome = answer["result"]["outcome"]
                with self.answers.open("a") as notes:
                    notes.write(f"{kinds.get(outcome.get('optionId'), outcome['outcome'])}\n")
                return

    def wait_for(self, method: str) -> None:
        """Let messages pass until one of these."""
        for line in sys.stdin:
            if json.loads(line).get("method") == method:
                return

    def say_again(self) -> None:
        """Play what some say again only after they have said that it is loaded."""
        if any(line["k"] == "update" and line["o"]["sessionUpdate"] == "user_message_chunk" for line in self.lines):
            while DONE not in json.dumps(self.lines[0]):
                self.update(self.lines.pop(0)["o"])
            self.update(self.lines.pop(0)["o"])

    def updates(self, until: str) -> None:
        """Play updates up to a line of this kind."""
        while self.lines[0]["k"] != until:
            self.update(self.lines.pop(0)["o"])

    def take(self, kind: str) -> Json:
        """Give what the next line holds, which is of this kind."""
        line = self.lines.pop(0)
        if line["k"] != kind:
            raise ValueError(f"{line['k']} where {kind} was to be")
        found: Json = line["o"]
        return found

    def update(self, update: Json) -> None:
        self.send({"method": "session/update", "params": {"sessionId": self.session, "update": update}})

    def reply(self, message: Json, result: Json) -> None:
        self.send({"id": message["id"], "result": result})

    def send(self, message: Json) -> None:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()


def whole_lines(path: Path) -> list[Json]:
    """Read a transcript; a line that was cut in recording is left out."""
    found: list[Json] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


if __name__ == "__main__":
    Agent(whole_lines(Path(sys.argv[1])), Path(sys.argv[2])).serve()

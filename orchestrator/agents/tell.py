"""`orchestrator-tell`: how an agent speaks to the people it works for: `python -I -S tell.py VERB ...`.

Copied into the run folder and put on the agent's PATH: the standard library is all it has. It writes one file a word
into `scratch/outbox/` and reads `replies/` and `briefing.json`, all beside itself. It cannot claim, merge or approve.

Exit status: 0 done, 1 refused, 2 usage, 3 nobody has answered yet.
"""

import argparse
import contextlib
import ctypes
import json
import os
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REFUSED, UNANSWERED = 1, 3
MAX_TEXT, MAX_WORD = 4000, 60_000
RECEIPT_S = 5.0
WAIT_S = 90.0
"""Agents' own tools give up after two minutes."""
LONGEST_WAIT_S = 540.0
"""Below the ten minutes of silence after which an agent counts as stuck."""
_CHANGES = 0x80 | 0x100
"""Files are moved into the folder, or made in it."""
_LOOK_S = 0.25
LATER = (
    "no answer yet. End your turn without claiming completion and say what you wait for: you will be called again "
    "with the answer in your prompt"
)


class RefusedError(Exception):
    """What was said was not taken."""


def say(run: Path, word: dict[str, Any]) -> str:
    """Leave a word whole in the outbox and give its id. Raises RefusedError if it is too long."""
    content = json.dumps(word).encode()
    if len(content) > MAX_WORD or any(len(str(word.get(key, ""))) > MAX_TEXT for key in ("text", "description")):
        raise RefusedError(f"too long: a text has at most {MAX_TEXT} characters; put more into a file and name it")
    outbox = run / "scratch" / "outbox"
    outbox.mkdir(parents=True, exist_ok=True)
    name = f"{time.monotonic_ns():016x}-{os.urandom(4).hex()}"
    draft = outbox / f".{name}.draft"
    draft.write_bytes(content)
    draft.replace(outbox / f"{name}.json")
    return name


def reply_to(run: Path, name: str, seconds: float, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
    """Wait for a reply that is wanted; None when the time is up. Raises RefusedError where the word was refused."""
    until = time.monotonic() + seconds
    with contextlib.closing(Waiter(run / "replies")) as waiter:
        while True:
            reply = _read(run / "replies" / f"{name}.json")
            if reply is not None and not reply.get("ok"):
                raise RefusedError(str(reply.get("text")))
            if reply is not None and wanted(reply):
                return reply
            left = until - time.monotonic()
            if left <= 0:
                return None
            waiter.wait(left)


def receipt(run: Path, name: str) -> str:
    """Give what became of a word, if somebody takes it in soon."""
    reply = reply_to(run, name, RECEIPT_S, lambda _reply: True)
    return str(reply["text"]) if reply else "left for the orchestrator, who is not there at the moment"


def answer(run: Path, name: str, seconds: float) -> str | None:
    """Wait for a person's answer to a question."""
    reply = reply_to(run, name, min(seconds, LONGEST_WAIT_S), lambda reply: reply.get("answer") is not None)
    return f"{reply.get('by') or 'a person'} answers: {reply['answer']}" if reply else None


def answers(run: Path) -> str:
    """Give what people have answered in this iteration."""
    replies = [_read(path) for path in sorted((run / "replies").glob("*.json"))]
    found = [f"{reply['text']}: {reply['answer']}" for reply in replies if reply and reply.get("answer") is not None]
    return "\n".join(found) or "nothing is answered yet"


def context(run: Path) -> str:
    """Give what can be looked up about the task."""
    return (run / "briefing.json").read_text(encoding="utf-8").rstrip("\n")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


class Waiter:
    """Returns from `wait` when something appears in a folder, or after a while. Armed from when it is made."""

    def __init__(self, folder: Path) -> None:
        self._events = -1
        libc = ctypes.CDLL(None, use_errno=True)
        if hasattr(libc, "inotify_init1"):
            self._events = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
            if libc.inotify_add_watch(self._events, os.fsencode(folder), _CHANGES) < 0:
                self.close()

    def wait(self, seconds: float) -> None:
        """Wait; where the system cannot tell, look again in a moment."""
        if self._events < 0:
            time.sleep(min(seconds, _LOOK_S))
        elif select.select([self._events], [], [], seconds)[0]:
            os.read(self._events, 64 << 10)

    def close(self) -> None:
        """Stop listening."""
        if self._events >= 0:
            os.close(self._events)
            self._events = -1


# -- the command line ----------------------------------------------------------------------------------------------


def main(run: Path, argv: list[str]) -> int:
    """Do what one call asks and give its exit status."""
    asked = _parser().parse_args(argv)
    try:
        return int(asked.do(run, asked))
    except RefusedError as refused:
        sys.stderr.write(f"orchestrator-tell: refused: {refused}\n")
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="orchestrator-tell",
        description="Talk to the people you work for. A TEXT of '-' is read from standard input.",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    look = verbs.add_parser("context", help="print the task, findings, inputs and what is left of its limits")
    look.set_defaults(do=_context)
    for verb, meaning in _SIMPLE.items():
        one = verbs.add_parser(verb, help=meaning)
        one.add_argument("text", metavar="TEXT")
        one.set_defaults(do=_simple, verb=verb)
    ask = verbs.add_parser("ask", help="ask a person, and wait a while for the answer")
    ask.add_argument("text", metavar="TEXT")
    ask.add_argument("--wait", type=float, default=WAIT_S, metavar="SECONDS", help=f"at most {LONGEST_WAIT_S:.0f}")
    ask.add_argument("--go-on", action="store_true", help="do not wait: you can work on without the answer")
    ask.set_defaults(do=_ask)
    heard = verbs.add_parser("answers", help="print what people have answered in this iteration")
    heard.set_defaults(do=_answers)
    _proposing(verbs.add_parser("propose", help="propose a follow-up task; a person decides"))
    return parser


_SIMPLE = {
    "progress": "tell how far you are",
    "blocked": "tell that you cannot go on without a person, and why; then end your turn",
    "learn": "record what later tasks of this project should know",
}


def _proposing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title", required=True)
    parser.add_argument("--description", default="", metavar="TEXT")
    parser.add_argument("--queue", default="", help="another queue than this task's own")
    parser.add_argument("--id", default="")
    parser.add_argument("--type", default="")
    parser.add_argument("--priority", type=int, default=2, help="0 is the most urgent")
    parser.add_argument("--depends-on", dest="dependencies", action="append", default=[], metavar="TASK")
    parser.add_argument("--file", dest="files", action="append", default=[], metavar="PATH")
    parser.add_argument("--test", dest="tests", action="append", default=[], metavar="PATH")
    parser.set_defaults(do=_propose)


def _context(run: Path, _asked: argparse.Namespace) -> int:
    return _print(context(run))


def _simple(run: Path, asked: argparse.Namespace) -> int:
    return _print(receipt(run, say(run, {"verb": asked.verb, "text": _text(asked.text)})))


def _ask(run: Path, asked: argparse.Namespace) -> int:
    name = say(run, {"verb": "ask", "text": _text(asked.text), "holds": not asked.go_on})
    if asked.go_on:
        return _print(receipt(run, name))
    found = answer(run, name, asked.wait)
    _print(found or LATER)
    return 0 if found else UNANSWERED


def _answers(run: Path, _asked: argparse.Namespace) -> int:
    return _print(answers(run))


def _propose(run: Path, asked: argparse.Namespace) -> int:
    fields = ("title", "queue", "id", "type", "priority", "dependencies", "files", "tests")
    word = {field: getattr(asked, field) for field in fields}
    return _print(receipt(run, say(run, {"verb": "propose", "description": _text(asked.description), **word})))


def _text(given: str) -> str:
    return sys.stdin.read() if given == "-" else given


def _print(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent, sys.argv[1:]))

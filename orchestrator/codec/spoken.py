"""What agents say back, as bytes: words in, replies and briefings out. Never raises over what an agent wrote."""

from typing import assert_never

import msgspec

from orchestrator.model.talk import AskPerson, Blocked, Briefing, Learn, Progress, ProposeTask, Reply, Word

MAX_WORD = 64 << 10
"""Bytes of one word."""

_words: msgspec.json.Decoder[Word] = msgspec.json.Decoder(Word)
_COMPLAINT = 300
_BLANK = "is empty: say something"


def read_word(content: bytes) -> Word | str:
    """Read one word, or say what is wrong with it."""
    try:
        word = _words.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        return f"not understood: {problem}"[:_COMPLAINT]
    return word if _says(word).strip() else _BLANK


def _says(word: Word) -> str:
    match word:
        case ProposeTask(title=title):
            return title
        case Progress(text=text) | Blocked(text=text) | AskPerson(text=text) | Learn(text=text):
            return text
        case _:  # pragma: no cover - the union is closed
            assert_never(word)


def write_reply(reply: Reply) -> bytes:
    """Write what a speaker is told."""
    return msgspec.json.encode(reply)


def write_briefing(briefing: Briefing) -> bytes:
    """Write what an agent can look up, for people's eyes too."""
    return msgspec.json.format(msgspec.json.encode(briefing), indent=2)

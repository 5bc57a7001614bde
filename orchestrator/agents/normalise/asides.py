"""What programs say beside their stream: in a log on stderr, in a diary. Pure; only that a request is tried again.

A line counts only where nothing came after it: what was tried again an hour ago is long over.
"""

import re
from datetime import datetime
from itertools import takewhile

from orchestrator.agents.normalise.lines import one_line
from orchestrator.model.agent_events import Retry

_OPENCODE = re.compile(
    r"^timestamp=(?P<at>\S+) level=ERROR .*message=\"stream error\".* small=false .*error\.error=\"(?P<why>.*)\"$",
    re.MULTILINE,
)
_DIARY = re.compile(r"^\S+Z \[[A-Z]+\](?: \[(?P<who>\w+)\])? (?P<what>.*)$", re.MULTILINE)
_BEGUN = "Config initialization started"
"""Each run of a session adds to the same diary."""
_QWEN = re.compile(r"Attempt (?P<n>\d+) failed with status (?P<status>\d{3})\b")
_GEMINI = re.compile(r"^Attempt (\d+) failed(?: with status (\d{3}))?", re.MULTILINE)


def opencode(stderr: str, since_ms: int) -> Retry | None:
    """Read opencode's log, which has the time: what failed after the last event of its stream."""
    failed = [found for found in _OPENCODE.finditer(stderr) if _ms(found["at"]) > since_ms]
    return Retry(attempt=len(failed), text=one_line(failed[-1]["why"])) if failed else None


def qwen(diary: str) -> Retry | None:
    """Read Qwen Code's diary: the last entry before it was told to stop counts, but for its reports home."""
    told = _DIARY.finditer(diary.rpartition(_BEGUN)[2])
    living = takewhile(lambda found: not found["what"].endswith("Shutdown signal received"), told)
    entries = [found for found in living if found["who"] != "QWEN_LOGGER"]
    last = _QWEN.match(entries[-1]["what"]) if entries and entries[-1]["who"] == "RETRY" else None
    if last is None:
        return None
    return Retry(attempt=int(last["n"]), status=int(last["status"]), text=one_line(entries[-1]["what"]))


def gemini(stderr: str) -> Retry | None:
    """Read what Gemini CLI says on stderr, which has no time: whether it is long over is for the caller to know."""
    again = list(_GEMINI.finditer(stderr))
    if not again:
        return None
    last = again[-1]
    return Retry(attempt=int(last[1]), status=int(last[2]) if last[2] else None, text=one_line(last[0]))


def _ms(at: str) -> int:
    try:
        return int(datetime.fromisoformat(at).timestamp() * 1000)
    except ValueError:
        return 0

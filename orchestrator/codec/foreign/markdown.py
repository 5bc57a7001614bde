"""A Markdown checklist: `- [ ] text` is a task, `[x]` a completed one; one waits for those indented below it.

`ID: text` names its task; others get an id of their words. Everything around the boxes stays as it is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from orchestrator.codec.foreign.shape import Foreign, Ids, Now, Record
from orchestrator.codec.foreign.shape import without_nothing as told
from orchestrator.errors import InvalidInputError

NAME = "markdown"
_BOX = re.compile(r"^(?P<indent>[ \t]*)(?P<bullet>[-*+]|\d+[.)])[ \t]+\[(?P<mark>[ xX])\][ \t]+(?P<text>.*\S)[ \t]*$")
_NAMED = re.compile(r"\A\**([A-Z][A-Z0-9]*-\d+)\**\s*[:.)\u2013\u2014-]\s*(.+)\Z")
_HEADING = re.compile(r"^#+\s+(.*\S)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_WORDS = 6


def is_it(text: str) -> bool:
    """Say whether there is a box in it."""
    return any(_BOX.match(line) for line in text.splitlines())


def read(data: bytes, queue: str) -> tuple[Foreign, ...]:
    """Read every box outside code."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"not UTF-8 at byte {error.start}; save it as UTF-8") from None
    ids = Ids()
    rows = list(_rows(text.splitlines(), ids))
    tasks: list[Record] = []
    for place, (name, depth, about, mark, heading) in enumerate(rows):
        below = []
        for other, other_depth, *_ in rows[place + 1 :]:
            if other_depth <= depth:
                break
            below.append((other_depth, other))
        level = min((d for d, _ in below), default=0)
        status = "completed" if mark in "xX" else "pending"
        needs = [other for d, other in below if d == level]
        tasks.append(told({"id": name, "title": about, "section": heading, "status": status, "dependencies": needs}))
    return (Foreign(queue=queue, tasks=tuple(tasks), source={"format": NAME, "text": text}),)


def _rows(lines: Iterable[str], ids: Ids) -> Iterable[tuple[str, int, str, str, str]]:
    """Give each box: its id, how deep it stands, its text, its mark and the heading above."""
    heading, fenced = "", False
    for line in lines:
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _BOX.match(line)
        if found is None:
            titled = None if fenced else _HEADING.match(line)
            heading = titled[1] if titled else heading
            continue
        named = _NAMED.match(found["text"])
        about = named[2] if named else found["text"]
        words = "-".join(re.findall(r"[A-Za-z0-9]+", about)[:_WORDS]).lower()
        depth = len(found["indent"].expandtabs(4))
        yield ids.new(named[1] if named else words or "task"), depth, about, found["mark"], heading


def write(sources: Sequence[Record], tasks: Mapping[str, Sequence[Now]]) -> bytes:
    """Write the text again, with each box as its task stands; new tasks at the end."""
    (source,) = sources
    stands = {task.id: task for task in tasks[source["queue"]]}
    lines, ids, fenced = list[str](), Ids(), False
    for line in source["text"].splitlines(keepends=True):
        fenced ^= bool(_FENCE.match(line))
        bare = line.rstrip("\r\n")
        found = None if fenced else _BOX.match(bare)
        row = next(iter(_rows([bare], ids)), None) if found else None
        task = stands.pop(row[0], None) if row else None
        lines.append(line if found is None or task is None else _marked(line, found, task))
    body = "".join(lines)
    new = [f"- [{_mark(task)}] {task.id}: {task.title or task.description}\n" for task in stands.values()]
    return f"{body}{'' if not new or body.endswith(chr(10)) else chr(10)}{''.join(new)}".encode()


def join(old: Record, new: Record) -> Record:
    """Take the newer text where it names every task of the older; else its further boxes come behind."""
    was, now = (list(_rows(source["text"].splitlines(), Ids())) for source in (old, new))
    known, named = {name for name, *_ in was}, {name for name, *_ in now}
    if known <= named:
        return new
    text = old["text"]
    more = [line for line, row in zip(_boxes(new["text"]), now, strict=True) if row[0] not in known]
    joined = (
        f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{''.join(f'{line}{chr(10)}' for line in more)}"
    )
    return {**old, "text": joined}


def _boxes(text: str) -> list[str]:
    """Give the lines with boxes, outside code."""
    found, fenced = list[str](), False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        if not fenced and _BOX.match(line):
            found.append(line)
    return found


def _marked(line: str, found: "re.Match[str]", task: Now) -> str:
    place = found.start("mark")
    was, mark = found["mark"], _mark(task)
    return line if (was in "xX") == (mark == "x") else f"{line[:place]}{mark}{line[place + 1 :]}"


def _mark(task: Now) -> str:
    return "x" if task.status in {"completed", "skipped"} else " "

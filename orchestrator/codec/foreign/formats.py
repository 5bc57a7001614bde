"""Which format a file is in, and what reads and writes it."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from orchestrator.codec.canonical import loads
from orchestrator.codec.foreign import beads, github, markdown, prd, taskmaster
from orchestrator.codec.foreign.shape import Foreign, Now, Record
from orchestrator.errors import InvalidInputError

BOM = b"\xef\xbb\xbf"
_MARK = "bom"
QUEUE = "queue"
"""A queue file as it is, in any of its dialects."""
READERS: Mapping[str, Callable[[bytes, str], tuple[Foreign, ...]]] = {
    prd.NAME: prd.read,
    taskmaster.NAME: taskmaster.read,
    beads.NAME: beads.read,
    github.NAME: github.read,
    markdown.NAME: markdown.read,
}
WRITERS: Mapping[str, Callable[[Sequence[Record], Mapping[str, Sequence[Now]]], bytes]] = {
    prd.NAME: prd.write,
    taskmaster.NAME: taskmaster.write,
    beads.NAME: beads.write,
    markdown.NAME: markdown.write,
}
JOINERS: Mapping[str, Callable[[Record, Record], Record]] = {
    prd.NAME: prd.join,
    taskmaster.NAME: taskmaster.join,
    beads.NAME: beads.join,
    github.NAME: prd.join,
    markdown.NAME: markdown.join,
}
OF_SEVERAL = frozenset({taskmaster.NAME})
"""The formats whose files can hold several queues."""
FORMATS = (QUEUE, *READERS)


def detect(data: bytes, path: str) -> str:
    """Say which format a file is in. InvalidInputError if it is in none that is known."""
    if path.endswith((".md", ".markdown")):
        return markdown.NAME
    data = data.removeprefix(BOM)
    try:
        document = loads(data)
    except InvalidInputError as error:
        return _not_json(data, path, error)
    if prd.is_it(document):
        return prd.NAME
    if github.is_it(document) and document:
        return github.NAME
    if taskmaster.is_it(document):
        return taskmaster.NAME
    if isinstance(document, dict) and any(isinstance(document.get(key), list) for key in ("tasks", "features")):
        return QUEUE
    if beads.is_it([document]):
        return beads.NAME  # a file of one line
    raise InvalidInputError(f"{path}: it is JSON, but no list of tasks that is known; say --format {'|'.join(FORMATS)}")


def _marked(found: Foreign) -> Foreign:
    """Note that a file begins with a byte order mark, so that what is given back does."""
    return msgspec.structs.replace(found, source={**found.source, _MARK: True})


def _not_json(data: bytes, path: str, error: InvalidInputError) -> str:
    try:
        if beads.is_it(beads.lines_of(data)):
            return beads.NAME
    except InvalidInputError:
        pass
    if markdown.is_it(data.decode("utf-8", "replace")):
        return markdown.NAME
    raise InvalidInputError(f"{path}: {error} (and it is neither JSON lines nor a checklist)")


def read_foreign(data: bytes, path: str, kind: str, queue: str) -> tuple[Foreign, ...]:
    """Read a file of a format into queues; `queue` names it where the file does not."""
    bare = data.removeprefix(BOM)
    try:
        found = READERS[kind](bare, queue)
        return found if bare is data else tuple(_marked(each) for each in found)
    except InvalidInputError as error:
        raise InvalidInputError(*(f"{path}: {problem}" for problem in error.problems)) from None
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(f"{path}: it is not in the format {kind} ({error}); say another --format") from None


def joined_source(old: object, new: Record) -> Record | None:
    """Join what two lists of one format left for an export. None: they are of different formats, or nothing is new.

    The newer list is kept where it names all the older one does; else what it has besides comes behind.
    """
    kind = str(new.get("format"))
    if old is None:
        return new
    if not isinstance(old, dict) or old.get("format") != kind or kind not in JOINERS or old == new:
        return None
    try:
        return JOINERS[kind](old, new)
    except (KeyError, TypeError, AttributeError):
        return None  # somebody has changed it by hand; an export will say so


def empty_source(kind: str, queue: str) -> Record:
    """Give what an export of a queue that came of no such file begins with."""
    rest: dict[str, Record] = {
        prd.NAME: {"document": {}, "records": {}},
        taskmaster.NAME: {"tag": queue, "document": {}, "tasks": []},
        beads.NAME: {"lines": []},
        markdown.NAME: {"text": f"# {queue}\n\n"},
    }
    return {"format": kind, **rest.get(kind, {})}


def write_foreign(sources: Sequence[Record], tasks: Mapping[str, Sequence[Now]]) -> bytes:
    """Write queues that came of one file back in its format. Each source also names its `queue`."""
    kind = str(sources[0].get("format"))
    if kind not in WRITERS:
        raise InvalidInputError(f"nothing can be written in the format {kind}; take --format queue")
    mark = BOM if any(source.get(_MARK) for source in sources) else b""
    try:
        return mark + WRITERS[kind](sources, tasks)
    except (KeyError, TypeError, AttributeError) as error:
        names = ", ".join(str(source["queue"]) for source in sources)
        raise InvalidInputError(
            f'queue {names}: what its file keeps under "source" is not in the format {kind} ({error}); put it back as'
            " `import` wrote it, or take another --format"
        ) from None

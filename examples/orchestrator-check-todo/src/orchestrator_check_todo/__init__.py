"""A check: words like TODO that a change adds must name somebody. Reads what it is given and runs nothing."""

import re
from collections.abc import Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.ports.checks import Subject

NOTEBOOK = {
    "like": "command",
    "program": "notebook",
    "template": ["--unattended", "{args}"],
}
"""A kind of agent, as `[profiles.notebook]` would have it."""

MOST = 1_000_000
"""Bytes of a file that is read: what is longer was not written by hand."""


def check(subject: Subject) -> Iterator[Finding]:
    """Find lines that are new, hold one of the words and name nobody."""
    words = subject.options.get("words", ["TODO"])
    if not isinstance(words, list) or not words:
        raise ValueError('options: words is a list, as ["TODO", "HACK"]')
    nameless = re.compile(rf"\b(?:{'|'.join(re.escape(str(word)) for word in words)})\b(?!\(\w+\))")
    for change in subject.changes():
        new = subject.read(change.path)
        if new is None or len(new) > MOST or b"\0" in new:
            continue
        before = set((subject.before(change.path) or b"").splitlines())
        for number, line in enumerate(new.splitlines(), 1):
            text = line.decode("utf-8", "replace").strip()
            if line not in before and nameless.search(text):
                yield Finding(
                    path=change.path,
                    line=number,
                    rule="todo-without-name",
                    message=f"`{text[:80]}` names nobody; write TODO(name), or do it now",
                )

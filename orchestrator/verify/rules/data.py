"""The honest rule for what tests are given: data files beside them that lost their cases. Never reads code.

A test that goes through the entries of a file passes with fewer of them, and with none.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from orchestrator.model.verdicts import Finding
from orchestrator.verify.diff import Diff, Edit, found
from orchestrator.verify.rules.sides import removed
from orchestrator.verify.rules.task_words import asks_to_take_out, reverts
from orchestrator.verify.testpaths import is_test_file

_BESIDE_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|specs?|e2e|fixtures?|__fixtures__|test[-_]?(?:data|cases|resources))/"
)
_KINDS = re.compile(r"\.(json|jsonl|ndjson|csv|tsv|ya?ml|txt)$")
_NO_CASES = re.compile(
    r"(?:^|/)(?:requirements|constraints)[^/]*\.txt$|(?:^|/)(?:package|tsconfig|composer|renovate)[^/]*\.json$"
    r"|(?:^|/)(?:docker-)?compose[^/]*\.ya?ml$|(?:^|/)\.|(?:^|/)node_modules/"
)
_WORD = re.compile(r"[^\W\d]\w+")
_HALF = 2


def test_data_emptied(diff: Diff) -> Iterable[Finding]:
    """Find data files of tests that lost half of their entries or more, where nothing took their place."""
    if not diff.spares_tests or asks_to_take_out(diff.message) or reverts(diff.message):
        return
    for edit in diff.judged():
        if not _is_data(edit) or edit.old is None or edit.new is None:
            continue
        before, after = Counter(_entries(edit.path, edit.old)), Counter(_entries(edit.path, edit.new))
        lost = before - after
        if after - before or not lost or _HALF * lost.total() < before.total():
            continue
        if not _is_excused(edit, lost, diff):
            yield found(
                "test-data-emptied",
                edit.path,
                f"{edit.path} lost {lost.total()} of its {before.total()} entries, so tests that go through them prove "
                "less; restore them and make the code satisfy them (`allow_test_changes` can name the file, if a "
                "person wants it)",
            )


def _is_data(edit: Edit) -> bool:
    path = edit.path
    placed = _BESIDE_TESTS.search(path) and _KINDS.search(path) and not is_test_file(path)
    return bool(placed) and not _NO_CASES.search(path)


def _is_excused(edit: Edit, lost: Counter[str], diff: Diff) -> bool:
    """Say whether a test that names the file changed too, its entries moved, or what they are about is gone."""
    name = edit.path.rpartition("/")[2]
    others = [one for one in diff.edits if one.path != edit.path]
    if any(is_test_file(one.path) and name in f"{one.old}{one.new}" for one in others):
        return True
    moved = [one.new for one in others if one.new and one.status == "A" and not is_test_file(one.path)]
    if any(all(_last(entry) in text for entry in lost) for text in moved):
        return True
    return removed(diff).within(frozenset(word for entry in lost for word in _WORD.findall(entry)))


def _entries(path: str, text: str) -> Iterator[str]:
    """Give what a file holds one by one: the values of JSON with where they stand, else rows or lines."""
    match = _KINDS.search(path)
    kind = match[1] if match is not None else ""
    try:
        if kind == "json":
            return iter(list(_values(json.loads(text))))
        if kind in {"csv", "tsv"}:
            rows = csv.reader(text.splitlines(), delimiter="," if kind == "csv" else "\t")
            return iter(["\t".join(row) for row in rows if any(row)])
    except (ValueError, csv.Error):
        pass
    return (line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def _values(data: object) -> Iterator[str]:
    pending: list[tuple[str, object]] = [("", data)]
    while pending:
        where, one = pending.pop()
        if isinstance(one, dict):
            pending.extend((f"{where}.{key}", inner) for key, inner in one.items())
        elif isinstance(one, list):
            pending.extend((f"{where}[]", inner) for inner in one)
        else:
            yield f"{where}={json.dumps(one)}"


def _last(entry: str) -> str:
    """Give the value of an entry as other files would write it."""
    return entry.rpartition("=")[2].strip('"')

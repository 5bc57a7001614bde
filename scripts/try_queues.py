# ruff: noqa: INP001, T201 - scripts are no package, and their answer is what they print
"""Try real queue files by path: read each, write one task's result in memory, print the lines that change.

Never writes to a file. Usage: python scripts/try_queues.py PATH...
"""

import difflib
import sys
from pathlib import Path

from orchestrator.codec.queuefile import read_queue, write_results
from orchestrator.errors import InvalidInputError
from orchestrator.model.documents import QueueDocument, Stamp, Summary, TaskResult
from orchestrator.model.specs import Status

AT = 1_767_225_600_000


def try_file(path: Path) -> bool:
    """Read one file and write one result; say what happened. False: it does not read."""
    data = path.read_bytes()
    try:
        document = read_queue(data, path=path.name)
    except InvalidInputError as error:
        print(f"{path.name}: refused\n{error}")
        return False
    print(f"{path.name}: {len(document.tasks)} tasks, {len(document.warnings)} warnings")
    for warning in document.warnings:
        print(f"  warning: {warning}")
    summary = Summary(counts=_counts(document), stamp=Stamp(7, "0123456789ab"))
    nothing = write_results(data, {}, None)
    print(f"  writing nothing changes {'nothing' if nothing == data else 'BYTES'}")
    written = write_results(data, {document.tasks[-1].spec.id: _result()}, summary) if document.tasks else data
    before, after = data.decode().splitlines(), written.decode().splitlines()
    for line in difflib.unified_diff(before, after, lineterm="", n=0):
        print(f"  {line}")
    return nothing == data


def _counts(document: QueueDocument) -> dict[Status, int]:
    statuses = [entry.status for entry in document.tasks]
    return {status: statuses.count(status) for status in Status}


def _result() -> TaskResult:
    return TaskResult(
        status=Status.COMPLETED,
        attempts=1,
        iterations=2,
        verdict="PASS",
        last_attempt=AT,
        completed_at=AT,
        files=("src/a.py", "tests/test_a.py"),
        branch="orchestrator/q/a",
        commit="c0ffee",
        usd=0.25,
    )


if __name__ == "__main__":
    answers = [try_file(Path(name)) for name in sys.argv[1:]]
    sys.exit(0 if all(answers) else 1)

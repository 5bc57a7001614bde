"""Tasks' whole lives as commits: what a journal of many completed tasks looks like."""

from collections.abc import Iterator
from typing import Any

from orchestrator.model import events as e
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.verdicts import Verdict

AT = 1_770_000_000_000
_A_COMMIT = 500
_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def queue_of(tasks: int, *, after: int = 0) -> Iterator[e.Commit]:
    """Add a queue and its tasks, some hundreds a commit."""
    added: list[e.Event] = [e.QueueAdded(queue="q", spec=QueueSpec(name="q", path="queues/q.json"))]
    seq = after
    for number in range(tasks):
        spec = TaskSpec(id=f"T-{number}", title=f"task {number}", description="what is to be done, in some words")
        added.append(e.TaskAdded(task=f"q/T-{number}", spec=spec, order=number))
        if len(added) >= _A_COMMIT:
            seq += 1
            yield _commit(seq, *added)
            added = []
    if added:
        yield _commit(seq + 1, *added)


def commits_of(tasks: int, *, after: int = 0, begin: bool = True) -> Iterator[e.Commit]:
    """Add the tasks (unless they are there) and work each to its end."""
    seq = after
    for commit in queue_of(tasks) if begin else ():
        seq = commit.seq
        yield commit
    for number in range(tasks):
        for events in _life(f"q/T-{number}", seq + 1):
            seq += 1
            yield _commit(seq, *events)


def _life(task: str, fence: int) -> Iterator[tuple[e.Event, ...]]:
    """Tell how one task is done at the first try; `fence` is the seq of its claim."""
    commit, ref = f"{fence:040x}", f"refs/orchestrator/{task}/1/1"
    of: dict[str, Any] = {"task": task, "attempt": 1}
    yield (e.TaskClaimed(**of, worker="me", slot=1),)
    yield (e.AttemptPrepared(**of, base=commit),)
    yield (e.IterationStarted(**of, iteration=1, agent="script", sandbox="L2", base=commit),)
    yield (e.AgentFinished(**of, iteration=1, outcome="success", claimed=True, seconds=12.5, usd=0.25, tokens=1000),)
    yield (e.IterationCaptured(**of, iteration=1, commit=commit, tree=_TREE, ref=ref, files=("src/a.py",)),)
    check = e.CheckSummary(name="tests", report=Verdict.PASS, summary="PASS")
    yield (e.VerdictReached(**of, iteration=1, verdict=Verdict.PASS, tree=_TREE, base=commit, checks=(check,)),)
    yield (e.TrainBoarded(**of, target=":main"),)
    yield (e.TrainProposed(**of, target=":main", commit=commit, tree=_TREE, onto=commit),)
    merged = e.TaskMerged(**of, commit=commit, tree=_TREE, target=":main")
    yield merged, e.TaskCompleted(task=task, commit=commit), e.AttemptEnded(**of, reason="completed")


def _commit(seq: int, *events: e.Event) -> e.Commit:
    return e.Commit(seq=seq, id=f"{seq:016x}", prev="", at=AT + 10 * seq, by="me", events=events)

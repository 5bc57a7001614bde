"""Journals of the time when one task at a time held a train: whatever they break off in goes on and lands."""

import pytest

from orchestrator.model import effects as f
from orchestrator.model import events as e
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.verdicts import Verdict
from tests.policy.playing.stage import Stage

USUAL: dict[type[f.Effect], tuple[str, ...]] = {
    f.Prepare: ("prepared",), f.RunAgent: ("agent", "claimed"), f.CaptureWork: ("capture",),
    f.Judge: ("verdict", "PASS"), f.Combine: ("proposal",), f.Advance: ("landed",),
}  # fmt: skip


def verified(task: str) -> list[tuple[e.Event, ...]]:
    """Give the commits that bring a task to the train."""
    start = e.IterationStarted(task=task, attempt=1, iteration=1, agent="sh", sandbox="L0", base="main@0")
    end = e.AgentFinished(task=task, attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=1)
    kept = e.IterationCaptured(task=task, attempt=1, iteration=1, commit=f"{task}@1.1", tree=f"tree {task}", ref="r")
    return [
        (e.TaskClaimed(task=task, attempt=1, worker="old"),),
        (e.AttemptPrepared(task=task, attempt=1, base="main@0"),),
        (start,), (end,), (kept,),
        (e.VerdictReached(task=task, attempt=1, iteration=1, verdict=Verdict.PASS, tree=kept.tree, base="main@0"),),
    ]  # fmt: skip


def merged(task: str, onto: str) -> list[tuple[e.Event, ...]]:
    """Give the commits by which it landed: missed once, judged, merged."""
    commit, tree = f"{onto} + {task}", f"merged {task}"
    proposed = e.TrainProposed(task=task, attempt=1, target="main", commit=commit, tree=tree, onto=onto)
    passed = e.VerdictReached(
        task=task, attempt=1, iteration=1, verdict=Verdict.PASS, tree=tree, base=onto, merged=True
    )
    return [
        (e.TrainBoarded(task=task, attempt=1, target="main"),),
        (proposed,),
        (e.TrainMissed(task=task, attempt=1, target="main"),),
        (proposed,),
        (passed,),
        (
            e.TaskMerged(task=task, attempt=1, commit=commit, tree=tree, target="main"),
            e.TaskCompleted(task=task),
            e.AttemptEnded(task=task, attempt=1, reason="merged"),
        ),
    ]


def serial() -> list[tuple[e.Event, ...]]:
    """Give a whole journal of two tasks that landed one after another; the second boarded over a dead holder."""
    over = e.TrainBoarded(task="q/B", attempt=1, target="main")
    first, second = merged("q/A", "main@0"), merged("q/B", "main@0 + q/A")
    return [
        (e.QueueAdded(queue="q", spec=QueueSpec(name="q")),),
        tuple(e.TaskAdded(task=f"q/{name}", spec=TaskSpec(id=name)) for name in "AB"),
        *verified("q/A"), *verified("q/B"), *first[:4], (over,), *first, *second,
    ]  # fmt: skip


def ends(stage: Stage, name: str) -> None:
    """Let a process work until nothing is due any more."""
    for _ in range(100):
        stage.settle(name)
        effects = list(stage.due(name).values())
        if not effects:
            return
        for effect in effects[:1]:
            what, *words = USUAL[type(effect)]
            said = stage.came(name, effect, what, words, {})
            assert not any(line.startswith("refused") for line in said)
    raise AssertionError("it does not come to rest")


@pytest.mark.parametrize("length", range(2, len(serial()) + 1))
def test_whatever_a_serial_train_breaks_off_in_is_landed_by_the_next_run(length: int) -> None:
    stage = Stage()
    stage.do_settings([], {"queue.q.workers": "2"})
    for events in serial()[:length]:
        stage.happen("old", *events)
    stage.do_seat(["new"], {})
    ends(stage, "new")
    assert {task.status for task in stage.world.tasks.values()} == {Status.COMPLETED}
    assert [train.members for train in stage.world.trains.values()] == [[]]
    landed = [ev.task for commit in stage.commits for ev in commit.events if isinstance(ev, e.TaskMerged)]
    assert sorted(landed) == ["q/A", "q/B"]


def test_a_serial_train_is_a_line_of_one() -> None:
    stage = Stage()
    for events in serial()[: 2 + 2 * 6 + 1]:
        stage.happen("old", *events)
    train = stage.world.trains["main"]
    assert (train.members, train.window, train.limit) == (["q/A"], 1, 1)

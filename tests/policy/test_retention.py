"""What the past left goes when nothing depends on it any more and its time is over; what is somebody's work stays."""

import pytest

from orchestrator.model.events import Commit, TaskRemoved
from orchestrator.model.fold import apply
from orchestrator.model.rollback import Rollback
from orchestrator.model.specs import QueueSpec, Status, TaskSpec
from orchestrator.model.talk import Proposal, Question
from orchestrator.model.world import Attempt, Claim, Hold, Queue, Task, World
from orchestrator.policy.retention import excess, expired, needless, over_since
from tests.policy.playing.stage import Stage

NOW = 1_000_000_000


def world(*tasks: Task) -> World:
    return World(tasks={task.ref: task for task in tasks}, queues={"q": Queue(name="q", spec=QueueSpec(name="q"))})


def task(name: str = "A", status: Status = Status.COMPLETED, ago_s: int = 0, **fields: object) -> Task:
    made = Task(ref=f"q/{name}", spec=TaskSpec(id=name), order=0, status=status, since=NOW - ago_s * 1000)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.SKIPPED])
def test_what_ended_tasks_left_goes_when_its_time_is_over(status: Status) -> None:
    there = world(task("A", status, 100), task("B", status, 99))
    assert expired(there, ["q/A", "q/B"], NOW, 100) == ["q/A"]
    assert expired(there, ["q/A", "q/B"], NOW, None) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.IN_PROGRESS, Status.BLOCKED])
def test_what_open_tasks_left_stays_however_old(status: Status) -> None:
    assert expired(world(task("A", status, 10_000)), ["q/A"], NOW, 0) == []


@pytest.mark.parametrize(
    "use",
    [
        {"attempt": Attempt(number=1)},
        {"claim": Claim(worker="w", slot=1, fence=1, since=0)},
        {"held": Hold(by="ana", worker="w", since=0)},
        {"rivals": {2: task("A")}},
        {"questions": [Question(id="Q1", attempt=1, iteration=1, word="w", text="?", at=0)]},
    ],
)
def test_what_something_still_depends_on_stays(use: dict[str, object]) -> None:
    used = task("A")
    for field, value in use.items():
        setattr(used, field, value)
    assert over_since(world(used), "q/A") is None


def test_an_answered_question_keeps_nothing_and_a_proposal_what_its_own_task_left() -> None:
    answered = Question(id="Q1", attempt=1, iteration=1, word="w", text="?", at=0, answer="yes")
    there = world(task("A", questions=[answered]))
    there.proposals["P1"] = Proposal(id="P1", task="q/B", queue="q", spec=TaskSpec(id="N"), at=0)
    assert over_since(there, "q/A") == NOW
    there.proposals["P2"] = Proposal(id="P2", task="q/A", queue="q", spec=TaskSpec(id="M"), at=0)
    assert over_since(there, "q/A") is None


def test_a_queue_that_is_taken_back_keeps_everything() -> None:
    there = world(task("A"))
    there.queues["q"].rollback_due = "q/B"
    assert over_since(there, "q/A") is None
    there.queues["q"].rollback_due = ""
    there.queues["q"].rollback = Rollback(because="q/B", since=0)
    assert over_since(there, "q/A") is None


def test_what_a_removed_task_left_goes_a_time_after_the_removal_and_what_nobody_knows_stays() -> None:
    stage = Stage()
    for line in ("queue q", "task q/A"):
        stage.play(line)
    later = stage.world.at + 60_000
    gone = (TaskRemoved(task="q/A"),)
    apply(stage.world, Commit(seq=stage.world.seq + 1, id="r", prev="", at=later, by="w", events=gone))
    assert over_since(stage.world, "q/A") == later
    assert over_since(stage.world, "q/B") is None
    assert over_since(World(), "other/X") is None


def test_beyond_the_stated_size_what_ended_first_goes_first_and_no_more_than_must() -> None:
    there = world(task("A", ago_s=10), task("B", ago_s=30), task("C", ago_s=20), task("D", Status.BLOCKED, ago_s=99))
    sizes = {"q/A": 5, "q/B": 5, "q/C": 5, "q/D": 5}
    assert excess(there, sizes, 0) == []
    assert excess(there, sizes, 20) == []
    assert excess(there, sizes, 11) == ["q/B", "q/C"]
    assert excess(there, sizes, 1) == ["q/B", "q/C", "q/A"]


def refs(**held: bool) -> dict[str, bool]:
    return {f"refs/orchestrator/q/A/{name[1]}/{name[3:]}": yes for name, yes in held.items()}


def test_only_refs_go_whose_commit_the_target_holds_and_a_base_stays_with_what_stands_on_it() -> None:
    there, kept = world(task("A")), refs(a1_base=True, a1_1=False, a2_base=True, a2_1=True, a2_merged=True)
    gone = needless(there, "q/A", kept, superseded=False)
    assert gone == [f"refs/orchestrator/q/A/2/{leaf}" for leaf in ("base", "1", "merged")]


def test_the_other_refs_of_landed_work_go_only_where_a_person_said_so() -> None:
    kept = refs(a1_base=True, a1_1=False)
    assert needless(world(task("A", commit="c")), "q/A", kept, superseded=True) == list(kept)
    assert needless(world(task("A")), "q/A", kept, superseded=True) == []  # it is not in any target


@pytest.mark.parametrize("status", [Status.FAILED, Status.SKIPPED, Status.BLOCKED])
def test_refs_of_work_that_did_not_land_never_go(status: Status) -> None:
    kept = refs(a1_base=True, a1_1=True)
    assert needless(world(task("A", status, commit="c")), "q/A", kept, superseded=True) == []
    assert needless(World(), "q/A", kept, superseded=True) == []
    assert needless(world(task("A", attempt=Attempt(number=2))), "q/A", kept, superseded=False) == []

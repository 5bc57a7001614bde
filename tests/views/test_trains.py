"""What `train` shows follows from the journal and from who lives."""

import msgspec

from orchestrator.model.train_answers import LineAnswer, TrainAnswer
from orchestrator.views.trains import trains_of
from tests.policy.playing.stage import Stage

BEGIN = """
settings queue.q.workers=5 queue.r.workers=2
queue q
queue r
task q/Z prio=0
task q/A
task q/B
task r/C
task q/D
task q/CI
seat S queues=q
seat T queues=r
initiative S
initiative T
outcome S prepared q/A
outcome S prepared q/B
outcome T prepared r/C
outcome S prepared q/D
work S q/Z PASS
land S q/Z
work S q/A PASS
work S q/B PASS
at +1s
work T r/C PASS
at +2s
work S q/D PASS
at +3s
work S q/CI PASS files=.github/workflows/ci.yml
"""


def played(*lines: str) -> Stage:
    stage = Stage()
    for line in (*BEGIN.strip().splitlines(), *lines):
        stage.play(line)
    return stage


def line(stage: Stage, by: str = "S") -> LineAnswer:
    answer = trains_of(stage.world, stage.seat(by))
    assert msgspec.json.decode(msgspec.json.encode(answer), type=TrainAnswer) == answer
    return answer.trains[0]


def test_each_member_says_what_it_does_on_what_it_stands_and_who_holds_it() -> None:
    stage = played("outcome S proposal q/A", "initiative S", "initiative T")
    found = line(stage)
    assert (found.target, found.branch, found.head, found.window, found.limit) == (
        "main", "main", "main@0 + q/Z@1.1", 3, 4,
    )  # fmt: skip
    first, second, third = found.members
    assert (first.task, first.state, first.behind, first.onto, first.proposal, first.owner, first.alive) == (
        "q/A", "verifying", None, "main@0 + q/Z@1.1", "main@0 + q/Z@1.1 + q/A@1.1", "S", True,
    )  # fmt: skip
    assert (second.task, second.state, second.behind, second.onto) == ("q/B", "merging", "q/A", None)
    assert (third.task, third.state, third.behind, third.owner) == ("r/C", "waiting", "q/B", "T")
    assert (first.verdict, first.checks, first.since) == ("PASS", {"tests": "PASS"}, "2026-01-01T00:00:03Z")


def test_who_waits_for_a_place_is_told_in_order_and_who_must_be_alone() -> None:
    found = line(played("initiative S", "initiative T"))
    assert [(w.task, w.priority, w.alone, w.since[-4:]) for w in found.waiting] == [
        ("q/D", 2, False, ":02Z"),
        ("q/CI", 2, True, ":03Z"),
    ]


def test_a_doubt_says_what_was_found_and_a_dead_worker_is_passed_over() -> None:
    lines = ("initiative T", "outcome S proposal q/A", "initiative S", "outcome S collision q/B x.py", "die T")
    first, second, third = line(played(*lines)).members
    assert (first.task, second.task, second.state, second.onto) == ("q/A", "q/B", "doubt", "main@0 + q/Z@1.1 + q/A@1.1")
    assert second.doubt is not None
    assert second.doubt.reason == "merge conflict"
    assert "x.py" in second.doubt.findings[0]
    assert (third.task, third.state, third.alive, third.behind, third.doubt) == ("r/C", "orphaned", False, None, None)


def test_what_passed_waits_for_those_before_it_and_then_lands() -> None:
    lines = ("outcome S proposal q/A", "initiative S", "outcome S proposal q/B", "outcome S verdict q/B PASS")
    stage = played(*lines)
    assert [member.state for member in line(stage).members] == ["verifying", "passed"]
    stage.play("outcome S verdict q/A PASS")
    assert [member.state for member in line(stage).members] == ["landing", "passed"]
    stage.play("outcome S landed q/A")
    stage.play("outcome S missed q/B")
    stage.play("outcome S collision q/B x.py")
    found = line(stage)
    assert [(left.task, left.how, left.commit, left.reason) for left in found.left] == [
        ("q/B", "evicted", None, "merge conflict"),
        ("q/A", "landed", "main@0 + q/Z@1.1 + q/A@1.1", None),
        ("q/Z", "landed", "main@0 + q/Z@1.1", None),
    ]
    assert (found.window, [member.task for member in found.members]) == (2, [])


def test_a_target_nobody_has_landed_on_yet_has_a_line_too() -> None:
    stage = Stage()
    stage.play("queue q")
    stage.play("seat S")
    answer = trains_of(stage.world, stage.seat("S"))
    assert [(found.target, found.head, found.window, found.members) for found in answer.trains] == [
        ("main", None, 2, ())
    ]


def test_open_requests_are_listed_with_the_next_look_at_them() -> None:
    stage = Stage()
    for told in ("settings land=pr", "queue q", "task q/A", "seat S", "work S q/A PASS", "outcome S published q/A"):
        stage.play(told)
    (request,) = trains_of(stage.world, stage.seat("S")).requests
    assert (request.task, request.attempt, request.url, request.branch) == ("q/A", 1, "https://host/q/A-1", "q/A-1")
    assert (request.seen, request.next_look) == ("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z")


def test_the_request_of_a_race_is_of_the_attempt_that_won_not_of_the_last_that_began() -> None:
    stage = Stage()
    told = """settings land=pr queue.q.workers=3 agent.sh agent.pi agent.ox agent.sh.fallback=pi,ox
        queue q
        task q/A race=3
        seat S queues=q
        initiative S
        work S q/A#2 PASS
        initiative S
        outcome S published q/A"""
    for line in told.splitlines():
        stage.play(line.strip())
    (request,) = trains_of(stage.world, stage.seat("S")).requests
    assert (stage.world.tasks["q/A"].attempts, request.attempt) == (3, 2)

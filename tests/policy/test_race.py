"""What a process gives back when it stops: of several attempts side by side only the last is worth going on with."""

from orchestrator.policy.race import given_back
from tests.policy.playing.stage import Stage
from tests.policy.playing.words import tell


def played(*lines: str) -> Stage:
    stage = Stage()
    for line in ("settings queue.q.workers=2 queue.r.workers=1", "queue q", "queue r", *lines):
        stage.play(line)
    return stage


def back(stage: Stage, who: str) -> list[str]:
    return [tell(event) for event in given_back(stage.world, stage.seat(who), "stopped")]


def test_all_attempts_of_its_own_but_the_last_are_given_up() -> None:
    stage = played("task q/A race=2", "task r/B", "seat S", "initiative S")
    assert back(stage, "S") == [
        "rival.left q/A attempt=2 reason=stopped",
        "task.released q/A reason=stopped",
        "task.released r/B reason=stopped",
    ]


def test_where_another_process_has_one_too_its_own_is_given_up_and_the_other_becomes_the_task_s() -> None:
    stage = played("task r/A race=2", "seat S", "seat T", "initiative S", "initiative T")
    assert back(stage, "S") == ["rival.left r/A attempt=1 reason=stopped"]
    assert back(stage, "T") == ["rival.left r/A attempt=2 reason=stopped"]
    stage.happen("S", *given_back(stage.world, stage.seat("S"), "stopped"))
    assert stage.world.claims == {"r/A": "T"}
    assert back(stage, "T") == ["task.released r/A reason=stopped"]

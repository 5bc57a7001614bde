"""Tasks made of findings."""

import pytest

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.verdicts import Finding
from orchestrator.model.world import World
from orchestrator.policy import discovery
from orchestrator.policy.asks import answer
from orchestrator.policy.decide import Answer
from orchestrator.policy.discovery import keys_of, look
from orchestrator.policy.seat import Seat


def happen(world: World, *events: e.Event) -> None:
    apply(world, e.Commit(seq=world.seq + 1, id=f"c{world.seq}", prev="", at=1, by="t", events=events))


@pytest.fixture
def world() -> World:
    found = World()
    happen(found, e.QueueAdded(queue="debt", spec=QueueSpec(name="debt")))
    return found


def ask(world: World, asked: c.Ask) -> Answer:
    said = answer(world, asked, Seat(me="cli", scope=Scope(), settings=Settings(), peers={}, targets={}))
    if not isinstance(said, c.Refusal) and said:
        happen(world, *said)
    return said


def lint(rule: str, path: str, message: str = "is wrong", line: int = 1, severity: str = "error") -> c.Found:
    finding = Finding(
        rule=rule, path=path, message=message, line=line, severity=severity, id=f"{rule}:{path}:{message}"
    )
    return c.Found(finding=finding, source="lint")


def failing(name: str, path: str = "") -> c.Found:
    finding = Finding(rule="test-failed", id=name, path=path, message=f"{name}: 1 != 2")
    return c.Found(finding=finding, source="tests")


def discover(world: World, *found: c.Found, **options: object) -> Answer:
    asked = c.Discover(queue="debt", found=found, sources=("lint", "tests"))
    for name, value in options.items():
        asked = _with(asked, name, value)
    return ask(world, asked)


def _with(asked: c.Discover, name: str, value: object) -> c.Discover:
    values = {field: getattr(asked, field) for field in asked.__struct_fields__}
    return c.Discover(**{**values, name: value})


def specs(said: Answer) -> list[TaskSpec]:
    assert not isinstance(said, c.Refusal)
    return [event.spec for event in said if isinstance(event, e.TaskAdded)]


def test_one_task_mends_what_one_rule_says_of_one_file_and_the_worst_comes_first(world: World) -> None:
    made = specs(
        discover(
            world,
            lint("W1", "a.py", severity="warning"),
            lint("N1", "a.py", severity="note"),
            lint("E1", "a.py", "first"),
            lint("E1", "a.py", "second", line=0),
            lint("E1", "b.py"),
            failing("tests.test_a::test_one"),
        )
    )
    assert [(spec.priority, spec.title) for spec in made] == [
        (0, "a test fails: tests.test_a::test_one"),
        (1, "E1 in a.py: first (and 1 more)"),
        (1, "E1 in b.py: is wrong"),
        (2, "W1 in a.py: is wrong"),
        (3, "N1 in a.py: is wrong"),
    ]
    assert [spec.mends for spec in made[:2]] == [("tests.test_a::test_one",), ("E1:a.py",)]
    assert (made[1].files, made[1].type, made[1].details) == (("a.py",), "bugfix", '{"discovered":"lint"}')
    assert "lint reports 2 findings:\n\n- a.py:1: first\n- a.py: second\n" in made[1].description
    assert "tests reports 1 failing test:\n\n- tests.test_a::test_one: 1 != 2\n" in made[0].description


def test_the_same_again_is_nothing_new_also_when_lines_move(world: World) -> None:
    first = (lint("E1", "a.py", "7 is more than 5"), failing("t::a"))
    assert len(specs(discover(world, *first))) == 2
    moved = (lint("E1", "a.py", "8 is more than 5", line=90), failing("t::a"))
    assert discover(world, *moved) == ()
    assert look(world, c.Discover(queue="debt", found=moved, sources=())).known == 2


def test_an_id_follows_from_what_is_to_be_mended(world: World) -> None:
    other = World()
    happen(other, e.QueueAdded(queue="debt", spec=QueueSpec(name="debt")))
    (one,) = specs(discover(world, lint("E1", "src/a.py", "x")))
    (two,) = specs(discover(other, lint("E1", "src/a.py", "y", line=5)))
    assert one.id == two.id
    assert one.id.startswith("E1-in-src-a-py-")


def test_what_was_mended_and_is_found_again_is_a_new_task(world: World) -> None:
    (one,) = specs(discover(world, lint("E1", "a.py")))
    happen(world, e.TaskCompleted(task=f"debt/{one.id}"))
    (again,) = specs(discover(world, lint("E1", "a.py")))
    assert again.id == f"{one.id}-2"
    happen(world, e.TaskCompleted(task=f"debt/{again.id}"))
    assert specs(discover(world, lint("E1", "a.py")))[0].id == f"{one.id}-3"


def test_what_a_person_skipped_stays_skipped(world: World) -> None:
    (one,) = specs(discover(world, lint("E1", "a.py")))
    happen(world, e.TaskSkipped(task=f"debt/{one.id}", reason="generated code", by="ana"))
    assert discover(world, lint("E1", "a.py")) == ()


def test_what_the_baseline_holds_is_no_news_and_its_neighbour_is_mended_alone(world: World) -> None:
    old = (lint("E1", "a.py", "old"), failing("t::a"), lint("E2", "a.py"))
    assert ask(world, c.RecordBaseline(queue="debt", found=old, by="ana")) == (
        e.BaselineRecorded(queue="debt", keys=tuple(sorted(keys_of(old))), by="ana"),
    )
    assert discover(world, *old) == ()
    (made,) = specs(discover(world, *old, lint("E1", "a.py", "new")))
    assert made.mends == ("E1:a.py:new",)
    assert discover(world, *old, lint("E1", "a.py", "new")) == ()


def test_what_stands_once_in_the_baseline_does_not_excuse_it_twice(world: World) -> None:
    one = lint("E1", "a.py", "same")
    ask(world, c.RecordBaseline(queue="debt", found=(one,)))
    found = look(world, c.Discover(queue="debt", found=(one, one), sources=()))
    assert (found.baseline, len(found.new)) == (1, 1)


def test_a_file_or_a_rule_can_be_one_task(world: World) -> None:
    found = (lint("E1", "a.py"), lint("E2", "a.py"), lint("E1", "b.py"))
    by_file = look(world, c.Discover(queue="debt", found=found, sources=(), by_what="file"))
    assert [group.name for group in by_file.new] == ["a.py", "b.py"]
    by_rule = look(world, c.Discover(queue="debt", found=found, sources=(), by_what="rule"))
    assert [group.name for group in by_rule.new] == ["E1", "E2"]


def test_what_is_beyond_the_limit_is_for_the_next_time(world: World) -> None:
    found = tuple(lint("E1", f"{n}.py") for n in range(5))
    assert len(specs(discover(world, *found, most=3))) == 3
    assert look(world, c.Discover(queue="debt", found=found, sources=(), most=1)).left == 1
    assert len(specs(discover(world, *found, most=3))) == 2


def test_what_is_no_longer_found_is_told_and_skipped_only_on_request_and_only_unbegun(world: World) -> None:
    happen(world, e.TaskAdded(task="debt/OWN", spec=TaskSpec(id="OWN", details='{"discovered": 7}')))
    made = specs(discover(world, lint("E1", "a.py"), lint("E2", "a.py"), failing("t::a")))
    refs = {spec.title[:2]: f"debt/{spec.id}" for spec in made}
    happen(
        world, e.TaskClaimed(task=refs["E1"], attempt=1, worker="w", slot=1), e.TaskReleased(task=refs["E1"], reason="")
    )
    left = c.Discover(queue="debt", found=(), sources=("lint",))
    assert look(world, left).gone == (refs["E1"], refs["E2"])
    assert discover(world, sources=("lint",)) == ()
    said = discover(world, sources=("lint",), close=True, by="ana")
    assert said == (e.TaskSkipped(task=refs["E2"], reason=discovery.GONE, by="ana"),)
    (back,) = specs(discover(world, lint("E2", "a.py"), sources=("lint",)))
    assert f"debt/{back.id}" == f"{refs['E2']}-2"


def test_odd_places_and_names_make_no_odd_tasks(world: World) -> None:
    odd = (
        c.Found(finding=Finding(message="no place"), source="types"),
        c.Found(finding=Finding(message="out", rule="E1", path="../x"), source="types"),
        c.Found(finding=Finding(message="bell", rule="E\a", path="a.py"), source="types"),
    )
    made = {spec.title: spec for spec in specs(discover(world, *odd))}
    assert made["types: no place"].mends == ()
    assert made["E1 in ../x: out"].files == ()
    assert made["E\a in a.py: bell"].mends == ()
    assert all(spec.id[0].isalnum() for spec in made.values())
    assert discover(world, *odd) == ()


def test_many_findings_are_listed_as_far_as_one_reads(world: World) -> None:
    (made,) = specs(discover(world, *(lint("E1", "a.py", f"{chr(97 + n)} is wrong") for n in range(25))))
    assert made.description.count("\n- a.py") == 20
    assert "- and 5 more" in made.description


def test_what_cannot_be_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    no_queue = ask(world, c.Discover(queue="x", found=(), sources=()))
    assert isinstance(no_queue, c.Refusal)
    assert "there is no queue x" in no_queue.text
    assert isinstance(ask(world, c.RecordBaseline(queue="x", found=())), c.Refusal)
    monkeypatch.setattr(discovery, "MOST_KEYS", 1)
    many = ask(world, c.RecordBaseline(queue="debt", found=(lint("E1", "a.py"), lint("E2", "a.py"))))
    assert isinstance(many, c.Refusal)
    assert "2 findings are more than a baseline may hold (1)" in many.text


def test_a_task_that_cannot_be_added_is_said_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_free", lambda _name, _taken: "no id")
    assert isinstance(discover(world, lint("E1", "a.py")), c.Refusal)


def test_a_baseline_of_a_queue_nobody_knows_is_nothing() -> None:
    found = World()
    happen(found, e.BaselineRecorded(queue="x", keys=("k",)))
    assert not found.queues
    assert look(found, c.Discover(queue="x", found=(lint("E1", "a.py"),), sources=("lint",))).new

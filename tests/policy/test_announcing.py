"""Changes announced before they are made, and conflicts that are attributed."""

from typing import Any

import msgspec
import pytest

from orchestrator.model import events as e
from orchestrator.model.coordination import Conflict
from orchestrator.model.fold import apply
from orchestrator.model.settings import NotifySettings, PersonSettings, QueueSettings, ResourceSettings, Settings
from orchestrator.model.world import World
from orchestrator.policy import announcing, conflicts
from orchestrator.policy.agenda import Agenda
from orchestrator.policy.limits import notice_ends
from orchestrator.policy.prompting import prompt_input
from orchestrator.policy.reasons import reason_for
from orchestrator.policy.tidings import messages
from orchestrator.views.story import tell
from tests.policy.playing.planning import NOW, hours, plan_of, queue, seat_of, task, then, world_of

DAY = 86_400
AUTH = Settings(registry={"auth": ResourceSettings(name="auth", owner="eve")})


def announcements(world: World) -> tuple[e.NoticeAnnounced, ...]:
    agenda = Agenda()
    agenda.update(world, ())
    return announcing.announcements(world, agenda, Settings())


def announced(**change: Any) -> World:
    spec: dict[str, Any] = {
        "title": "new tokens",
        "notice_s": 14 * DAY,
        "resources": ("auth",),
        "files": ("src/auth/**",),
        **change,
    }
    world = world_of(
        task("q/CHANGE", 1, **spec),
        task("q/NEXT", 1, "CHANGE", owner="bob"),
        task("q/READS", 1, resources=("auth:read",), owner="ana"),
        task("q/TOUCHES", 1, files=("src/auth/login.py",)),
        task("q/ELSE", 1, resources=("db",)),
    )
    return then(world, *announcements(world))


def notes(world: World, ref: str) -> tuple[str, ...]:
    return prompt_input(world, world.tasks[ref], seat_of(world)).notes


def test_a_notice_runs_from_when_it_was_announced_and_is_announced_once() -> None:
    world = announced()
    change = world.tasks["q/CHANGE"]
    assert (change.announced, change.told) == (NOW, ("q/NEXT", "q/READS", "q/TOUCHES"))
    assert notice_ends(change) == NOW + 14 * DAY * 1000
    assert announcements(world) == ()
    reason = reason_for(world, change, NOW, seat_of(world))
    assert reason is not None
    assert (reason.text, reason.until) == ("its notice is running: 3 task(s) are told", NOW + 14 * DAY * 1000)
    assert hours(plan_of(world, workers=4))["CHANGE"] == (336, 337)


def test_what_has_begun_has_no_notice_any_more() -> None:
    world = world_of(task("q/A", notice_s=DAY))
    then(world, e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    assert notice_ends(world.tasks["q/A"]) == 0
    assert announcements(world) == ()
    assert notice_ends(world_of(task("q/B")).tasks["q/B"]) == 0


def test_agents_of_those_it_concerns_are_told_and_no_others() -> None:
    world = announced()
    line = "announced: q/CHANGE (new tokens) is going to change auth, src/auth/**, not before 1970-01-15 00:16 UTC"
    assert notes(world, "q/READS") == (line,)
    assert notes(world, "q/TOUCHES") == (line,)
    assert notes(world, "q/ELSE") == notes(world, "q/NEXT") == ()


def test_an_agent_at_work_is_told_what_landed_since_it_began() -> None:
    world = announced(title="")
    then(world, e.TaskClaimed(task="q/READS", attempt=1, worker="w"))
    later = e.Commit(
        seq=world.seq + 1,
        id="l",
        prev="",
        at=NOW + 1000,
        by="t",
        events=(e.TaskCompleted(task="q/CHANGE", commit="c" * 40), e.TaskCompleted(task="q/ELSE")),
    )
    apply(world, later)
    assert notes(world, "q/READS") == (
        f"q/CHANGE changed auth, src/auth/** since this attempt began (landed as {'c' * 12})",
    )


def test_files_of_two_repositories_have_nothing_in_common() -> None:
    world = world_of(task("q/A", notice_s=DAY, files=("a.py",)), task("r/B", files=("a.py",)))
    apart = Settings(queues={"q": QueueSettings(repo="x"), "r": QueueSettings(repo="y")})
    assert announcing.concerned(world, world.tasks["q/A"], apart) == ()
    assert announcing.concerned(world, world.tasks["q/A"], Settings()) == ("r/B",)
    one = Settings(queues={"r": QueueSettings(repo="y")})
    assert announcing.concerned(world, world.tasks["q/A"], one) == ()
    then(world, queue("s", repo="y"), task("s/C", files=("a.py",)))
    assert announcing.concerned(world, world.tasks["q/A"], Settings()) == ("r/B",)


def told_to(world: World, event: e.Event) -> list[tuple[str, str, set[str]]]:
    people = {name: PersonSettings(name=name, notify=(f"json://{name}",)) for name in ("ana", "bob", "eve", "joe")}
    settings = Settings(people=people, notify=NotifySettings(), registry=AUTH.registry)
    made = messages(world, (event,), NOW, settings)
    return [(m.kind, m.text, {name.partition("#")[0].removeprefix("people.") for name in m.to}) for m in made]


def test_people_are_told_as_it_is_announced_and_before_something_shared_is_changed() -> None:
    world = announced()
    ((kind, text, to),) = told_to(world, e.NoticeAnnounced(task="q/CHANGE", told=("q/NEXT", "q/READS")))
    assert (kind, to) == ("notice", {"ana", "bob", "eve"})
    assert text.startswith("q/CHANGE is going to change auth, src/auth/**, not before 14d from now: new tokens; it con")
    ((kind, text, to),) = told_to(world, e.TaskClaimed(task="q/CHANGE", attempt=1, worker="w"))
    assert (kind, to) == ("change", {"ana", "bob", "eve"})
    assert text.startswith("q/CHANGE is about to change auth")
    assert told_to(world, e.TaskClaimed(task="q/ELSE", attempt=1, worker="w")) == []
    assert told_to(world, e.TaskClaimed(task="q/CHANGE", attempt=2, worker="w")) == []
    alone = world_of(task("q/A", title="alone", resources=("auth",)))
    ((_, text, _),) = told_to(alone, e.TaskClaimed(task="q/A", attempt=1, worker="w"))
    assert "it concerns no other task" in text


def test_who_changes_nothing_that_is_shared_costs_a_claim_no_look_at_all_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    world = announced()
    monkeypatch.setattr(announcing, "concerned", lambda *_: pytest.fail("all tasks were looked at"))
    assert told_to(world, e.TaskClaimed(task="q/ELSE", attempt=1, worker="w")) == []


# -- conflicts -----------------------------------------------------------------------------------------------------


def conflicted(priority: int = 2) -> World:
    world = world_of(
        task("q/MINE", 1),
        task("q/FIRST", 1, title="prices", priority=priority, files=("a.py", "x/*")),
        task("q/OTHER", 1),
        task("r/FAR", 1),
    )
    then(world, e.TaskClaimed(task="q/MINE", attempt=1, worker="w"))
    for ref, paths in (("q/OTHER", ("a.py", "b.py")), ("q/FIRST", ("a.py",)), ("r/FAR", ("c.py",))):
        then(
            world,
            e.TaskClaimed(task=ref, attempt=1, worker="w"),
            e.IterationCaptured(task=ref, attempt=1, iteration=1, commit="x", tree="t", ref="r", files=paths),
            e.TaskCompleted(task=ref, commit=f"{ref[2:].lower()}000000000000"),
        )
    return world


def found(world: World) -> tuple[Conflict, ...]:
    mine = world.tasks["q/MINE"]
    assert mine.attempt is not None
    seat = seat_of(world)
    seat = msgspec.structs.replace(seat, targets={"q": "main", "r": "elsewhere"})
    return conflicts.attributed(world, mine, mine.attempt, ("a.py", "b.py", "c.py"), seat)


def test_a_conflict_is_with_who_landed_the_file_last_on_that_target() -> None:
    assert [(conflict.path, conflict.task, conflict.commit[:8]) for conflict in found(conflicted())] == [
        ("a.py", "q/FIRST", "first000"),
        ("b.py", "q/OTHER", "other000"),
        ("c.py", "", ""),
    ]


def test_the_agent_is_told_whose_change_stands_and_why() -> None:
    world = conflicted()
    named = conflicts.findings(world, world.tasks["q/MINE"], found(world))
    assert named[0].message == (
        "conflicts with q/FIRST (prices), landed as first0000000; it was verified first; `files` of q/MINE do not name "
        "it: resolve the markers, keeping both changes' intent"
    )
    urgent = conflicted(priority=0)
    assert "it is more urgent" in conflicts.findings(urgent, urgent.tasks["q/MINE"], found(urgent))[0].message
    then(
        world,
        e.ConflictFound(task="q/MINE", attempt=1, onto="m", conflicts=found(world)),
        e.AttemptEnded(task="q/MINE", attempt=1, reason="merge conflict", findings=named),
    )
    assert prompt_input(world, world.tasks["q/MINE"], seat_of(world)).conflicts == (
        "a.py: q/FIRST (prices), landed as first0000000; it was verified first; `files` of q/MINE do not name it",
        "b.py: q/OTHER, landed as other0000000; it was verified first; `files` of q/MINE and q/OTHER do not name it",
        "c.py: what landed meanwhile, from outside the queues",
    )
    then(world, e.TaskRemoved(task="q/FIRST"))
    assert conflicts.words(world, world.tasks["q/MINE"], found(conflicted())[0]) == "q/FIRST"


def test_a_conflict_an_old_journal_attributes_to_nobody_names_its_files() -> None:
    world = conflicted()
    then(
        world,
        e.AttemptEnded(task="q/MINE", attempt=1, reason="merge conflict", findings=conflicts.unattributed(("a.py",))),
    )
    assert conflicts.lines(world, world.tasks["q/MINE"]) == ("a.py",)


def test_they_are_told() -> None:
    said = [
        tell(e.NoticeAnnounced(task="q/A", told=("q/B",))),
        tell(
            e.ConflictFound(task="q/A", attempt=1, onto="m", conflicts=(Conflict(path="a", task="q/B", commit="c1"),))
        ),
    ]
    assert [line.text for line in said if line is not None] == [
        "its notice runs from now; it concerns q/B",
        "does not merge: a with q/B (c1)",
    ]

"""What goes into a prompt follows from the world and the configuration."""

import msgspec

from orchestrator.model import events as e
from orchestrator.model.coordination import Handed
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, QueueSettings, RepoSettings, Settings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy import limits
from orchestrator.policy.notes import notes_of
from orchestrator.policy.prompting import prompt_input, spelled_out, steering, template_for
from orchestrator.policy.seat import Seat
from orchestrator.policy.templates import BUILT_IN

SETTINGS = Settings(agents={"sh": AgentSettings(name="sh")})


def played(*events: e.Event) -> World:
    world = World()
    added = (
        e.QueueAdded(queue="q", spec=QueueSpec(name="q")),
        e.TaskAdded(task="q/A", spec=TaskSpec(id="A", title="First", outputs=("a.md",))),
        e.TaskAdded(task="q/S", spec=TaskSpec(id="S", outputs=("s.md",))),
        e.TaskAdded(task="q/B", spec=TaskSpec(id="B", dependencies=("q/A", "q/S", "q/GONE"))),
    )
    for seq, event in enumerate((*added, *events), start=1):
        apply(world, e.Commit(seq=seq, id=f"c{seq}", prev="", at=seq, by="t", events=(event,)))
    return world


def seat(settings: Settings = SETTINGS) -> Seat:
    return Seat(me="w", scope=Scope(), settings=settings, peers={"w": None}, targets={"q": "main"})


def begun(task: str) -> tuple[e.Event, ...]:
    return (
        e.TaskClaimed(task=task, attempt=1, worker="w"),
        e.AttemptPrepared(task=task, attempt=1, base="b0"),
        e.IterationStarted(task=task, attempt=1, iteration=1, agent="sh", sandbox="L0", base="b0"),
    )


def finished(task: str, **fields: object) -> e.Event:
    ended = e.AgentFinished(task=task, attempt=1, iteration=1, outcome="claimed", claimed=True, seconds=1.0)
    return msgspec.structs.replace(ended, **fields)


def test_what_upstream_made_and_said_is_handed_on() -> None:
    world = played(
        *begun("q/A"),
        finished("q/A", summary="I made it."),
        e.TaskMerged(task="q/A", attempt=1, commit="c0ffee", tree="t", target="main"),
        e.TaskCompleted(task="q/A"),
        e.TaskSkipped(task="q/S", reason="not needed"),
    )
    given = prompt_input(world, world.tasks["q/B"], seat())
    first, second = given.upstream
    assert (first.task, first.commit, first.outputs, first.summary) == ("q/A", "c0ffee", ("a.md",), "I made it.")
    assert (second.task, second.outputs, second.reason) == ("q/S", (), "not needed")
    assert given.inputs == ("a.md", "s.md")


def test_what_would_be_handed_to_an_attempt_that_has_not_begun_is_said_by_who_looked() -> None:
    world = played(e.TaskCompleted(task="q/A"))
    file = Handed(task="q/A", path="a.md", size=2, text="hi")
    other = Handed(task="q/Z", path="z.md", size=2, text="no")
    (first,) = prompt_input(world, world.tasks["q/B"], seat(), (file, other)).upstream
    assert first.handed == (file,)


def test_what_a_person_did_by_hand_is_handed_on_in_their_words() -> None:
    world = played(e.TaskCompleted(task="q/A", by="ana", note="done in the console"))
    (first,) = prompt_input(world, world.tasks["q/B"], seat()).upstream
    assert first.summary == "done in the console"


def test_the_prompt_is_the_next_iterations_and_while_an_agent_runs_its_own() -> None:
    world = played()
    assert prompt_input(world, world.tasks["q/A"], seat()).iteration == 1
    world = played(*begun("q/A"))
    assert prompt_input(world, world.tasks["q/A"], seat()).iteration == 1
    world = played(
        *begun("q/A"),
        finished("q/A", claimed=False),
        e.IterationCaptured(task="q/A", attempt=1, iteration=1, commit="c", tree="t", ref="r"),
    )
    given = prompt_input(world, world.tasks["q/A"], seat())
    assert (given.attempt, given.iteration) == (1, 2)


def test_what_stands_still_is_told_and_so_is_who_was_there() -> None:
    captured = e.IterationCaptured(task="q/A", attempt=1, iteration=1, commit="c", tree="t", ref="r")
    still = (*begun("q/A"), finished("q/A", claimed=False, note="exit status 1"), captured)
    assert [line.split(":")[0] for line in notes_of(played(*still).tasks["q/A"])] == [
        "the last iteration changed no file",
        "exit status 1",
    ]
    again = msgspec.structs.replace(captured, iteration=2)
    assert "the last 2 iterations changed" in notes_of(played(*still, again).tasks["q/A"])[0]
    attached = e.TaskAttached(task="q/A", attempt=1, by="ana", worker="p")
    world = played(*still, attached, e.TaskDetached(task="q/A", by="ana"))
    assert "a person (ana) worked on these files" in notes_of(world.tasks["q/A"])[0]
    told = e.IterationStarted(task="q/A", attempt=1, iteration=2, agent="sh", sandbox="L0", base="b0")
    world = played(*still, attached, told, finished("q/A", iteration=2))
    assert not any("person" in line for line in notes_of(world.tasks["q/A"]))


def test_an_agent_that_ran_while_the_person_came_was_not_told() -> None:
    attached = e.TaskAttached(task="q/A", attempt=1, by="ana", worker="p")
    world = played(*begun("q/A"), attached, finished("q/A"))
    assert world.tasks["q/A"].hands == "ana"


def test_the_template_is_the_types_own_then_what_it_means_then_everybodys() -> None:
    settings = Settings(templates={"bug": "B", "bugfix": "F", "default": "D"})
    assert [template_for(settings, kind) for kind in ("Bug", "hotfix", "feature", "")] == ["B", "F", "D", "D"]
    assert template_for(Settings(), "bug") == BUILT_IN


def test_files_that_prompts_are_made_of_are_named_once_and_only_in_the_projects_own_repository() -> None:
    settings = Settings(
        prompts={"bug": "p.md", "test": "p.md"},
        rules="r.md",
        repos={"api": RepoSettings(name="api", path="../api")},
        queues={"q": QueueSettings(repo="api")},
    )
    assert steering(settings) == ("p.md", "r.md")
    world = played()
    assert limits.repository(world, world.tasks["q/A"], settings) == "api"
    assert limits.repository(world, world.tasks["q/A"], Settings()) == ""


def test_a_template_is_spelled_out_with_the_advice_it_would_give() -> None:
    assert "## How to go about it\n\nFirst reproduce it" in spelled_out(BUILT_IN, "Bug")
    assert spelled_out("{title}\n\n{approach}\n\n{finish}", "ritual") == "{title}\n\n{finish}\n"
    assert spelled_out("{title}\n", "bug") == "{title}\n"

"""Before anything runs, everything that cannot work is told at once, each with file, task and remedy."""

import msgspec
import pytest

from orchestrator.model import events as e
from orchestrator.model.conditions import All, Any, Condition, GateIs, Not, QueueIs, TaskIs, VerdictIs
from orchestrator.model.documents import QueueDocument, TaskEntry
from orchestrator.model.events import Imported
from orchestrator.model.fold import apply
from orchestrator.model.scope import Scope
from orchestrator.model.settings import AgentSettings, CheckSettings, PersonSettings, QueueSettings, Settings
from orchestrator.model.specs import (
    Add,
    GateSpec,
    Notify,
    QueueSpec,
    RunAction,
    Rung,
    Status,
    TaskSpec,
    TriggerSpec,
    Unlock,
    WriteRecord,
)
from orchestrator.model.spending import Budget
from orchestrator.model.world import World
from orchestrator.policy.preflight import Facts, Preflight, preflight, unmet

SETTINGS = Settings(
    agents={"claude": AgentSettings(name="claude")},
    checks={"lint": CheckSettings(name="lint")},
    actions={"tell": ("t",)},
)


class Project:
    def __init__(self) -> None:
        self.world = World()

    def happen(self, *events: e.Event) -> "Project":
        seq = self.world.seq + 1
        apply(self.world, e.Commit(seq=seq, id=f"c{seq}", prev="", at=seq, by="t", events=events))
        return self

    def queue(self, name: str, *tasks: TaskSpec, **fields: object) -> "Project":
        spec = msgspec.structs.replace(QueueSpec(name=name, path=f"queues/{name}.json"), **fields)
        added = [e.TaskAdded(task=f"{name}/{task.id}", spec=task, order=i) for i, task in enumerate(tasks)]
        return self.happen(e.QueueAdded(queue=name, spec=spec), *added)

    def gate(self, name: str, requires: Condition | None = None, **fields: object) -> "Project":
        spec = msgspec.structs.replace(GateSpec(id=name, requires=requires, source="queues/q.json"), **fields)
        return self.happen(e.GateDefined(gate=name, spec=spec))

    def judge(self, facts: Facts | None = None, scope: Scope | None = None, settings: Settings = SETTINGS) -> Preflight:
        return preflight(self.world, settings, facts or Facts(), scope)


def task(name: str, *dependencies: str, **fields: object) -> TaskSpec:
    return msgspec.structs.replace(TaskSpec(id=name, dependencies=dependencies), **fields)


def only(found: Preflight) -> str:
    (problem,) = found.problems
    return problem


def test_a_sound_project_passes_without_a_word() -> None:
    project = Project().queue("q", task("A"), task("B", "q/A", "gate:g"), task("C", "r/A")).queue("r", task("A"))
    project.gate("g", TaskIs(task="r/A"), checks=("lint", "honest"))
    assert project.judge() == Preflight((), ())


def test_an_unknown_dependency_names_file_line_task_and_what_was_meant() -> None:
    entry = TaskEntry(spec=task("B", "q/API-1"), status=Status.PENDING, imported=Imported(), line=7)
    document = QueueDocument(path="queues/q.json", spec=QueueSpec(name="q"), tasks=(entry,))
    project = Project().queue("q", task("API-10"), entry.spec)
    problem = only(project.judge(Facts(documents=(document,))))
    assert problem == "queues/q.json: line 7: q/B: depends on q/API-1, which does not exist; did you mean q/API-10?"


def test_an_agent_that_may_not_be_called_is_refused_where_a_task_gets_it_or_falls_back_on_it() -> None:
    agents = {"a": AgentSettings(name="a", fallback=("b",)), "b": AgentSettings(name="b"), "c": AgentSettings(name="c")}
    settings = msgspec.structs.replace(SETTINGS, agents=agents, agent="a")
    facts = Facts(unfit={"b": "agent b is too free", "c": "agent c is too"}, complaints=("profiles.x is wrong",))
    project = Project().queue("q", task("A"), task("B")).queue("r", task("C", agent="c"))
    found = project.judge(facts, Scope(queues=("q",)), settings)
    assert found.problems == ("profiles.x is wrong", "agent b is too free")
    assert "agent c is too" in found.warnings


def test_everything_wrong_is_told_at_once() -> None:
    project = Project().queue("q", task("A", "q/X", "r/Y", "gate:z", checks=("lnt",), tests=("t.py",)))
    found = project.judge(Facts(untracked=frozenset({"t.py"})))
    assert len(found.problems) == 5
    assert all(problem.startswith("queues/q.json: q/A: ") for problem in found.problems)
    assert any("did you mean lint?" in problem for problem in found.problems)
    assert any("commit it" in problem for problem in found.problems)


def test_what_has_ended_gives_no_errors() -> None:
    project = Project().queue("q", task("A", "q/gone", checks=("nothing",)))
    project.happen(e.TaskSkipped(task="q/A", reason="x"))
    assert project.judge() == Preflight((), ())


def test_a_blocked_task_is_still_judged() -> None:
    project = Project().queue("q", task("A", "q/gone"))
    project.happen(e.TaskBlocked(task="q/A", reason="x"))
    assert "q/gone" in only(project.judge())


def test_an_unknown_agent_and_a_missing_file_only_warn() -> None:
    tasks = [task(name, agent="cluade", files=("src/new.py",)) for name in "ABC"]
    project = Project().queue("q", *tasks, task("D", agent="human"))
    found = project.judge(Facts(missing=frozenset({"src/new.py"})))
    assert found.problems == ()
    assert len(found.warnings) == 4
    assert found.warnings[-1].startswith('queues/q.json: q/A (and 2 more): agent "cluade"')
    assert found.warnings[-1].endswith("did you mean claude?")


def test_problems_out_of_scope_only_warn() -> None:
    project = Project().queue("q", task("A")).queue("r", task("B", "r/none"))
    found = project.judge(scope=Scope(queues=("q",)))
    assert found.problems == ()
    assert "r/none" in found.warnings[0]


def test_a_cycle_is_printed() -> None:
    project = Project().queue("q", task("A", "q/B"), task("B", "q/C"), task("C", "q/A"), task("D", "q/A"))
    assert "waits for itself: q/A -> q/B -> q/C -> q/A; " in only(project.judge())


def test_a_task_that_depends_on_itself_is_a_cycle() -> None:
    assert "q/A -> q/A" in only(Project().queue("q", task("A", "q/A")).judge())


def test_separate_cycles_are_told_separately_and_shortest_first_from_the_first_task() -> None:
    project = Project().queue("q", task("A", "q/B"), task("B", "q/A", "q/C"), task("C", "q/B"), task("X", "q/X"))
    found = project.judge().problems
    assert [problem.split("itself: ")[1].split(";")[0] for problem in found] == [
        "q/A -> q/B -> q/A",
        "q/X -> q/X",
    ]


def test_a_cycle_through_a_gate_is_found() -> None:
    project = Project().queue("q", task("A", "gate:g"), task("B", "q/A"))
    project.gate("g", All((TaskIs(task="q/B"), Not(TaskIs(task="q/none", state="failed")))))
    assert any("q/A -> gate:g -> q/B -> q/A" in problem for problem in project.judge().problems)


def test_a_cycle_through_unlocking_is_found_and_an_unlocked_queue_has_none() -> None:
    project = Project().queue("q", task("A", "r/B")).queue("r", task("B"), unlock_when=QueueIs(queue="q"))
    assert "q/A -> r/B -> q/A" in only(project.judge())
    project.happen(e.QueueUnlocked(queue="r"))
    assert project.judge().problems == ()


def test_gates_that_wait_for_each_other_are_found_without_any_task() -> None:
    project = Project().queue("q", task("A")).gate("g", GateIs(gate="h")).gate("h", GateIs(gate="g"))
    assert only(project.judge()).startswith("queues/q.json: gate g: waits for itself: gate:g -> gate:h -> gate:g")


@pytest.mark.parametrize(
    "condition",
    [Any((TaskIs(task="q/B"), TaskIs(task="q/C"))), TaskIs(task="q/B", state="skipped"), Not(TaskIs("q/B"))],
)
def test_what_is_not_certain_is_no_cycle(condition: Condition) -> None:
    project = Project().queue("q", task("A", "gate:g"), task("B", "q/A"), task("C")).gate("g", condition)
    assert project.judge().problems == ()


def test_what_every_branch_needs_is_certain() -> None:
    project = Project().queue("q", task("A", "gate:g"), task("B", "q/A"), task("C"))
    project.gate("g", Any((All((TaskIs("q/B"), TaskIs("q/C"))), TaskIs("q/B"))))
    assert "gate:g" in only(project.judge())


def test_an_ended_member_breaks_a_cycle() -> None:
    project = Project().queue("q", task("A", "q/B"), task("B", "q/A"))
    project.happen(e.TaskSkipped(task="q/B", reason="x"))
    assert project.judge().problems == ()


def test_a_chain_of_thousands_is_no_cycle_and_no_recursion() -> None:
    tasks = [task("T0"), *(task(f"T{i}", f"q/T{i - 1}") for i in range(1, 3000))]
    assert Project().queue("q", *tasks).judge().problems == ()


def test_conditions_actions_and_gates_name_only_what_exists() -> None:
    actions = (Unlock("nowhere"), Add("qq", task("N")), RunAction("tel"), Notify("x"))
    project = Project().queue("q", task("A", when=TaskIs("q/none")), unlock_when=GateIs("none"))
    trigger = TriggerSpec(id="t", when=QueueIs(queue="lost"), do=actions, source="queues/q.json")
    project.happen(e.TriggerDefined(trigger="t", spec=trigger)).gate("g", TaskIs("q/no"), checks=("none",))
    found = project.judge().problems
    assert len(found) == 8
    assert any('action "tel" is not defined; did you mean tell?' in problem for problem in found)
    assert any(problem.startswith("queues/q.json: gate g: requires: names q/no,") for problem in found)


def test_a_gate_that_waits_for_the_verdict_on_what_it_holds_is_a_cycle() -> None:
    project = Project().queue("q", task("A", "gate:g")).gate("g", VerdictIs(task="q/A"))
    assert "q/A -> gate:g -> q/A" in only(project.judge())


def test_without_any_check_a_person_is_warned_that_nothing_runs_tests() -> None:
    warnings = Project().queue("q", task("A")).judge(settings=Settings()).warnings
    assert "nothing runs tests" in warnings[0]


def test_an_open_gate_is_not_judged_any_more() -> None:
    project = Project().queue("q", task("A")).gate("g", TaskIs("q/no"))
    assert project.happen(e.GateOpened(gate="g")).judge().problems == ()


def test_ids_of_triggers_and_gates_are_unique_in_the_project() -> None:
    project = Project().queue("q", task("A")).queue("r", task("A")).gate("g")
    documents = [
        QueueDocument(path=f"queues/{name}.json", spec=QueueSpec(name=name), gates=(GateSpec(id="g"),)) for name in "qr"
    ]
    problem = only(project.judge(Facts(documents=tuple(documents))))
    assert problem.startswith("queues/r.json: gate g is defined in queues/q.json too")


def test_checks_of_a_queue_and_of_its_configuration_are_judged() -> None:
    project = Project().queue("q", task("A"), checks=("a",), agent="nobody")
    settings = msgspec.structs.replace(SETTINGS, queues={"q": QueueSettings(checks=("b",))})
    found = project.judge(settings=settings)
    assert [problem.split(":")[0] for problem in found.problems] == ["queues/q.json", "orchestrator.toml"]
    assert "nobody" in found.warnings[0]


def test_checks_of_plug_ins_are_known() -> None:
    assert Project().queue("q", task("A", checks=("x",))).judge(Facts(checks=frozenset({"x"}))).problems == ()


def test_a_check_of_a_package_that_is_not_there_is_refused_before_anything_runs() -> None:
    checks = {"todo": CheckSettings(name="todo", plugin="todo"), "t": CheckSettings(name="t", command=("t",))}
    project, settings = Project().queue("q", task("A")), msgspec.structs.replace(SETTINGS, checks=checks)
    problem = only(project.judge(settings=settings))
    assert "orchestrator.toml: checks.todo.plugin: no package brings a check 'todo' (known: none)" in problem
    assert project.judge(Facts(checks=frozenset({"todo"})), settings=settings).problems == ()


def test_an_empty_queue_and_one_nothing_unlocks_are_warned_of() -> None:
    project = Project().queue("empty").queue("q", task("A"), locked=True)
    warnings = project.judge().warnings
    assert len(warnings) == 2
    trigger = TriggerSpec(id="t", when=TaskIs("q/A"), do=(Unlock("q"),), source="queues/empty.json")
    assert project.happen(e.TriggerDefined(trigger="t", spec=trigger)).judge().warnings == ()


def test_only_the_paths_that_are_not_there_are_told() -> None:
    spec = task("A", tests=("known.py", "new.py"), files=("src/a.py", "src/gone.py"))
    found = Project().queue("q", spec).judge(Facts(untracked=frozenset({"new.py"}), missing=frozenset({"src/gone.py"})))
    assert "new.py" in only(found)
    assert [warning for warning in found.warnings if "src/" in warning] == [
        "queues/q.json: q/A: file src/gone.py does not exist yet; mend the path if it should"
    ]


# -- money ---------------------------------------------------------------------------------------------------------

KINDS = {"claude": frozenset({"cost", "tokens"}), "codex": frozenset({"tokens"}), "sh": frozenset[str]()}


@pytest.mark.parametrize(
    ("agent", "budget", "model", "says"),
    [
        ("claude", Budget(usd=5, tokens=5), "", ()),
        ("sh", Budget(iterations=5, wall_s=5), "", ()),
        ("sh", Budget(usd=5), "", ("agent sh reports no costs",)),
        ("sh", Budget(tokens=5), "", ("agent sh reports no tokens",)),
        ("codex", Budget(per_day_usd=5), "", ("say model in [agents.codex]",)),
        ("codex", Budget(usd=5), "gpt-99", ('add [prices."gpt-99"]',)),
        ("codex", Budget(usd=5), "gpt-5-codex", ()),
        ("human", Budget(usd=5), "", ()),
        ("stranger", Budget(usd=5), "", ()),
    ],
)
def test_budgets_that_cannot_hold_an_agent_are_warned_of(
    agent: str, budget: Budget, model: str, says: tuple[str, ...]
) -> None:
    agents = {name: AgentSettings(name=name, model=model) for name in (*KINDS, "stranger")}
    settings = msgspec.structs.replace(SETTINGS, agents=agents, budget=budget)
    project = Project().queue("q", task("A", agent=agent), task("B", agent=agent))
    warnings = project.judge(Facts(reports=KINDS), settings=settings).warnings
    assert len(warnings) == len(says)
    assert all(text in warning for text, warning in zip(says, warnings, strict=True))


def test_only_those_are_warned_of_who_may_get_work_that_draws_on_the_budget() -> None:
    agents = {"claude": AgentSettings(name="claude", fallback=("sh",)), "sh": AgentSettings(name="sh")}
    settings = msgspec.structs.replace(SETTINGS, agents=agents, queues={"q": QueueSettings(agent="claude")})
    project = Project().queue("q", task("A")).queue("r", task("A", agent="sh"), budget=Budget(usd=1))
    facts = Facts(reports=KINDS)
    assert ["agent sh" in warning for warning in project.judge(facts, settings=settings).warnings] == [True]
    assert project.judge(facts, Scope(queues=("q",)), settings).warnings == ()
    asked = project.judge(facts, Scope(queues=("q",), max_usd=3), settings)
    assert ["agent sh" in warning for warning in asked.warnings] == [True]


def test_where_nobody_is_left_to_do_a_task_nothing_is_said_of_money() -> None:
    found = Project().queue("q", task("A")).judge(settings=Settings(checks=SETTINGS.checks, budget=Budget(usd=1)))
    assert (len(found.problems), found.warnings) == (1, ())


def test_a_rollback_names_an_action_that_is_defined() -> None:
    found = Project().queue("q", task("A", rollback="tel"), task("B", rollback="tell")).judge().problems
    assert [problem.partition("q/")[2] for problem in found] == [
        'A: rollback: action "tel" is not defined; did you mean tell?'
    ]


def test_a_rung_that_leads_to_nobody_is_a_warning() -> None:
    rungs = (Rung(after_s=1, notify="ops"), Rung(after_s=2, notify="json://x"), Rung(after_s=3, notify="ana"))
    project = Project().queue("q", task("A", escalate=rungs)).gate("g", escalate=rungs[:1])
    nobody = project.judge().warnings
    assert any("A: escalate: no channel leads to ops, so nobody is; give [people.ops]" in text for text in nobody)
    ana = PersonSettings(name="ana", roles=("ops",), notify=("json://ana",))
    reached = msgspec.structs.replace(SETTINGS, people={"ana": ana})
    assert not any("escalate" in text for text in project.judge(settings=reached).warnings)
    other = msgspec.structs.replace(ana, name="bob", roles=())
    some = project.judge(settings=msgspec.structs.replace(SETTINGS, people={"bob": other})).warnings
    assert any("gate g: escalate: no channel leads to ops, so everybody who can be told is" in text for text in some)


def test_a_task_asks_for_no_more_places_than_there_are_and_misspells_no_resource() -> None:
    settings = msgspec.structs.replace(SETTINGS, resources={"gpu": 2, "staging": 1})
    tasks = (task("A", resources=("gpu=3",)), task("B", resources=("stagin:read",)))
    found = Project().queue("q", *tasks).judge(settings=settings)
    assert [problem.partition("q/")[2] for problem in found.problems] == [
        'A: wants 3 places of gpu, which has 2; raise [resources] "gpu" or ask for less'
    ]
    assert [warning.partition("q/")[2] for warning in found.warnings] == ["B: resource stagin: did you mean staging?"]


def test_a_record_is_written_where_work_lands_by_merge_and_for_a_queue_that_is_there() -> None:
    def said(settings: Settings, *actions: WriteRecord) -> str:
        defined = e.TriggerDefined(
            trigger="t", spec=TriggerSpec(id="t", when=TaskIs("q/A"), do=actions, source="queues/q.json")
        )
        return "\n".join(Project().queue("q", task("A")).happen(defined).judge(settings=settings).problems)

    lost = WriteRecord(path="docs/LOG.md", text="x", queue="z")
    assert "writes for queue z, which does not exist" in said(SETTINGS, lost)
    branch = said(
        msgspec.structs.replace(SETTINGS, land="branch"), WriteRecord(path="docs/LOG.md", text="x", queue="q")
    )
    assert "writes docs/LOG.md, and nothing lands by merge here" in branch
    assert "writes" not in said(SETTINGS, WriteRecord(path="docs/LOG.md", text="x"))


def test_a_task_that_is_to_be_added_is_judged_by_the_same_words() -> None:
    asks = task("T", checks=("lint", "nope", "honest", "own"), handoff=("lnt",), rollback="undo", resources=("gpu=9",))
    assert unmet("q/T", asks, SETTINGS, frozenset({"own"})) == (
        'check "nope" is not defined; define [checks.nope] in orchestrator.toml',
        'check "lnt" is not defined; did you mean lint?',
        'action "undo" is not defined; define [actions.undo]',
        'wants 9 places of gpu, which has 1; raise [resources] "gpu" or ask for less',
    )
    assert unmet("q/T", task("T", rollback="tell"), SETTINGS, frozenset()) == ()

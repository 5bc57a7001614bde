"""The fakes behave as what they stand for: runs outlive their starters, clocks jump, journals half answer."""

from collections.abc import Awaitable, Callable

import anyio
import pytest
from anyio.abc import TaskGroup

from orchestrator.errors import ConflictError, DiskFullError, FaultError, JournalError
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model.events import Commit, QueuePaused
from orchestrator.model.verdicts import Judgement, Verdict
from orchestrator.ports.agents import AgentEnd, Job, Life, Outcome, RunKey
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import AttemptKey, Merged
from orchestrator.sim.actions import MemoryActions
from orchestrator.sim.agents import Act, Play, ScriptedAgents
from orchestrator.sim.chaos import Chaos
from orchestrator.sim.clock import EPOCH, CountedIds, VirtualClock
from orchestrator.sim.journal import FaultyJournal
from orchestrator.sim.loop import PROCESS, run, virtual_loop
from orchestrator.sim.presence import MemoryPresence
from orchestrator.sim.store import merge, resolved, tree_id
from orchestrator.sim.verifier import ScriptedVerifier
from orchestrator.sim.workspace import MemoryWorkspace

KEY = RunKey("q/T", 1, 1)
JOB = Job(key=KEY, agent="script", prompt="do it", promise=None, slot=1)
EVENTS = (QueuePaused(queue="q"),)


class Yard:
    """A workspace with one prepared attempt, and agents that play what they are told."""

    def __init__(self, group: TaskGroup, *plays: Play) -> None:
        self.group = group
        self.workspace = MemoryWorkspace()
        self.agents = ScriptedAgents(
            group, self.workspace, script=lambda _job, nth: plays[nth] if nth < len(plays) else Play()
        )

    async def prepare(self) -> str:
        head = await self.workspace.target("q")
        return await self.workspace.prepare(AttemptKey("q/T", 1), head.commit, "")

    def work(self) -> str | None:
        files = self.workspace.files(AttemptKey("q/T", 1))
        return None if files is None else files.get("done/q/T")

    def start_in(self, process: str, ends: list[AgentEnd]) -> None:
        """Follow the run from a process of that name."""

        async def follow() -> None:
            PROCESS.set(process)
            ends.append(await self.agents.run(JOB))

        self.group.start_soon(follow)


def tell(story: Callable[[Yard], Awaitable[None]], *plays: Play) -> None:
    """Tell a story in virtual time."""

    async def main() -> None:
        async with anyio.create_task_group() as group:
            yard = Yard(group, *plays)
            await yard.prepare()
            await story(yard)
            group.cancel_scope.cancel()

    run(main, 1)


# -- agents --------------------------------------------------------------------------------------------------------


def test_an_agent_whose_starter_is_killed_works_on_and_is_adopted_and_was_started_once() -> None:
    async def story(yard: Yard) -> None:
        first, second = list[AgentEnd](), list[AgentEnd]()
        yard.start_in("p1", first)
        await anyio.sleep(10)
        virtual_loop().freeze("p1")
        yard.agents.forget("p1")
        await anyio.sleep(10)
        assert await yard.agents.life(KEY) is Life.RUNNING
        yard.start_in("p2", second)
        await anyio.sleep(100)
        assert first == []
        assert [end.outcome for end in second] == [Outcome.CLAIMED]
        assert (yard.agents.starts[KEY], yard.work()) == (1, "right")
        virtual_loop().thaw("p1")

    tell(story, Play(Act.PASS, 60))


def test_a_recorded_end_is_read_again_and_nothing_runs_for_it() -> None:
    async def story(yard: Yard) -> None:
        end = await yard.agents.run(JOB)
        assert await yard.agents.run(JOB) == end
        assert await yard.agents.life(KEY) is Life.ENDED
        assert yard.agents.starts[KEY] == 1

    tell(story, Play(Act.WRONG, 60))


def test_an_agent_nobody_follows_is_ended_after_its_orphan_timeout() -> None:
    async def story(yard: Yard) -> None:
        with anyio.move_on_after(5):
            await yard.agents.run(JOB)
        await anyio.sleep(yard.agents.orphan_s - 1)
        assert yard.agents.living() == (KEY,)
        await anyio.sleep(2)
        assert yard.agents.living() == ()
        assert (await yard.agents.run(JOB)).outcome is Outcome.KILLED

    tell(story, Play(Act.HANG, 60))


@pytest.mark.parametrize(
    ("act", "outcome", "claimed", "work"),
    [
        (Act.PASS, Outcome.CLAIMED, True, "right"),
        (Act.WRONG, Outcome.CLAIMED, True, "wrong"),
        (Act.FORBIDDEN, Outcome.CLAIMED, True, "forbidden"),
        (Act.LIE, Outcome.CLAIMED, True, None),
        (Act.SILENT, Outcome.INCOMPLETE, False, "right"),
        (Act.CRASH, Outcome.CRASHED, False, "half done"),
        (Act.HANG, Outcome.TIMEOUT, False, "half done"),
        (Act.STALL, Outcome.STALLED, False, "half done"),
    ],
)
def test_each_act_ends_and_leaves_what_it_should(act: Act, outcome: Outcome, claimed: bool, work: str | None) -> None:  # noqa: FBT001 - a column of the table
    async def story(yard: Yard) -> None:
        end = await yard.agents.run(JOB)
        assert (end.outcome, end.claimed, yard.work()) == (outcome, claimed, work)
        assert yard.agents.living() == ()

    tell(story, Play(act, 60))


def test_an_agent_that_cannot_start_is_a_fault_and_nothing_was_started() -> None:
    async def story(yard: Yard) -> None:
        with pytest.raises(FaultError, match="command not found"):
            await yard.agents.run(JOB)
        assert await yard.agents.life(KEY) is Life.GONE
        assert yard.agents.starts[KEY] == 0
        assert (await yard.agents.run(JOB)).claimed

    tell(story, Play(Act.MISSING))


def test_a_lost_guardian_takes_its_agent_with_it_and_the_run_can_start_over() -> None:
    async def story(yard: Yard) -> None:
        ends = list[AgentEnd]()
        yard.start_in("p1", ends)
        await anyio.sleep(10)
        yard.agents.lose(KEY)
        await anyio.sleep(1)
        assert [end.outcome for end in ends] == [Outcome.KILLED]
        assert await yard.agents.life(KEY) is Life.GONE
        assert (await yard.agents.run(JOB)).claimed
        assert yard.agents.starts[KEY] == 2

    tell(story, Play(Act.PASS, 60), Play(Act.PASS, 60))


def test_stopping_ends_the_tree_and_whoever_follows_hears_of_it() -> None:
    async def story(yard: Yard) -> None:
        ends = list[AgentEnd]()
        yard.start_in("p1", ends)
        await anyio.sleep(10)
        await yard.agents.stop(KEY)
        assert yard.agents.living() == ()
        await anyio.sleep(1)
        assert [end.outcome for end in ends] == [Outcome.KILLED]

    tell(story, Play(Act.PASS, 60))


def test_two_agents_in_one_workspace_are_noticed() -> None:
    async def story(yard: Yard) -> None:
        yard.start_in("p1", [])
        await anyio.sleep(10)
        with anyio.move_on_after(1):
            await yard.agents.run(Job(key=RunKey("q/T", 1, 2), agent="script", prompt="", promise=None, slot=1))
        assert len(yard.agents.breaches) == 1

    tell(story, Play(Act.PASS, 60))


# -- verifier ------------------------------------------------------------------------------------------------------


async def judge(yard: Yard, verifier: ScriptedVerifier, files: dict[str, str]) -> Judgement:
    base = (await yard.workspace.target("q")).commit
    made = yard.workspace.store.commit(files, (base,), "work")
    return await verifier.judge(
        Case(task="q/T", attempt=1, iteration=1, commit=made.commit, tree=made.tree, base=base, checks=())
    )


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ({"done/q/T": "right"}, Verdict.PASS),
        ({"done/q/T": "wrong"}, Verdict.FAIL),
        ({}, Verdict.FAIL),
        ({"done/q/T": "forbidden"}, Verdict.BLOCKED),
        ({"done/q/T": "right", "x": "<<<<<<< target\n"}, Verdict.FAIL),
        ({"done/q/T": "right", "one": "", "two": ""}, Verdict.FAIL),
        ({"done/q/T": "right", "one": "", "two": "knows one"}, Verdict.PASS),
    ],
)
def test_the_verifier_judges_by_its_rules(files: dict[str, str], verdict: Verdict) -> None:
    async def story(yard: Yard) -> None:
        verifier = ScriptedVerifier(yard.workspace, clashes={"two": ("one",)})
        judgement = await judge(yard, verifier, files)
        assert judgement.verdict is verdict
        assert (judgement.tree in verifier.passed) is (verdict is Verdict.PASS)

    tell(story)


def test_work_that_undoes_what_was_done_is_red() -> None:
    async def story(yard: Yard) -> None:
        yard.workspace.save("q", {"done/q/OTHER": "right"})
        judgement = await judge(yard, ScriptedVerifier(yard.workspace), {"done/q/T": "right"})
        assert [finding.rule for finding in judgement.regressions] == ["lost"]

    tell(story)


def test_a_verifier_can_fault_in_both_manners() -> None:
    async def story(yard: Yard) -> None:
        cannot = ScriptedVerifier(yard.workspace, Chaos(1, {"verifier.cannot": 1.0}))
        with pytest.raises(FaultError):
            await judge(yard, cannot, {"done/q/T": "right"})
        killed = ScriptedVerifier(yard.workspace, Chaos(1, {"verifier.fault": 1.0}))
        assert "signal 9" in (await judge(yard, killed, {"done/q/T": "right"})).fault
        assert not killed.passed

    tell(story)


# -- workspace beyond its conformance suite ------------------------------------------------------------------------


def test_a_workspace_that_fails_after_the_change_gives_the_same_answer_when_asked_again() -> None:
    async def story(_yard: Yard) -> None:
        chaos = Chaos(1, {"workspace.after": 1.0})
        workspace = MemoryWorkspace(chaos)
        key, base = AttemptKey("q/T", 1), workspace.head("q").commit
        with pytest.raises(FaultError):
            await workspace.prepare(key, base, "")
        files = workspace.files(key)
        assert files is not None
        files["new"] = "n"
        with pytest.raises(FaultError):
            await workspace.capture(key, 1, base)
        chaos.calm()
        captured = await workspace.capture(key, 1, base)
        assert workspace.refs["refs/orchestrator/q/T/1/1"] == captured.commit
        merged = await workspace.combine(key, captured.commit, base, "m")
        assert isinstance(merged, Merged)
        assert await workspace.combine(key, captured.commit, base, "m") == merged
        assert await workspace.advance(key, merged.commit, base)
        assert await workspace.advance(key, merged.commit, base)
        assert len(workspace.landings) == 1

    tell(story)


def test_a_merge_by_whole_files_takes_each_sides_changes_and_marks_what_both_changed() -> None:
    base = {"same": "0\n", "ours": "0\n", "theirs": "0\n", "both": "0\n", "gone": "0\n"}
    ours = {"same": "0\n", "ours": "1\n", "theirs": "0\n", "both": "1\n"}
    theirs = {"same": "0\n", "ours": "0\n", "theirs": "2\n", "both": "2\n", "gone": "0\n", "new": "2\n"}
    merged, conflicts = merge(base, ours, theirs)
    assert conflicts == ("both",)
    assert resolved(merged.pop("both")) == ("1", "2")
    assert merged == {"same": "0\n", "ours": "1\n", "theirs": "2\n", "new": "2\n"}
    assert tree_id({"a": "bc"}) != tree_id({"ab": "c"})


# -- time, names, presence, actions --------------------------------------------------------------------------------


def test_a_sleeper_wakes_when_the_wall_clock_jumps_past_its_moment() -> None:
    async def main() -> tuple[float, int]:
        clock = VirtualClock()
        async with anyio.create_task_group() as group:
            group.start_soon(clock.sleep_until, EPOCH + 3_600_000)
            await anyio.sleep(1)
            clock.jump(-10_000)
            await anyio.sleep(1)
            clock.jump(4_000_000)
        return anyio.current_time(), clock.now()

    assert run(main, 1) == (2, EPOCH + 2_000 - 10_000 + 4_000_000)


def test_a_sleeper_sleeps_longer_when_the_wall_clock_is_put_back() -> None:
    async def main() -> float:
        clock = VirtualClock()
        async with anyio.create_task_group() as group:
            group.start_soon(clock.sleep_until, EPOCH + 10_000)
            await anyio.sleep(1)
            clock.jump(-5_000)
        return anyio.current_time()

    assert run(main, 1) == 15


def test_names_are_never_given_twice() -> None:
    ids = CountedIds("p1")
    assert [ids.new(), ids.new()] == ["p1-000001", "p1-000002"]


def test_presence_tells_each_process_once_of_each_change() -> None:
    async def main() -> list[str]:
        presence, heard = MemoryPresence(), list[str]()

        async def listen(name: str) -> None:
            PROCESS.set(name)
            while True:
                await presence.changed()
                heard.append(f"{name} sees {','.join(presence.peers())}")

        async with anyio.create_task_group() as group:
            group.start_soon(listen, "a")
            await anyio.sleep(1)
            presence.join("a")
            await anyio.sleep(1)
            presence.join("b", ("q",))
            await anyio.sleep(1)
            presence.leave("nobody")
            presence.leave("a")
            await anyio.sleep(1)
            assert presence.alive("b")
            group.cancel_scope.cancel()
        return heard

    assert run(main, 1) == ["a sees a", "a sees a,b", "a sees b"]


def test_an_action_that_fails_leaves_nothing_in_the_ledger() -> None:
    async def main() -> None:
        chaos = Chaos(1, {"action": 1.0})
        actions = MemoryActions(chaos)
        assert await actions.run("t#1.0", "announce") == (False, "announce ended with status 1")
        chaos.calm()
        assert await actions.run("t#1.0", "announce") == (True, "")
        assert actions.succeeded["t#1.0"] == 1

    run(main, 1)


# -- journal -------------------------------------------------------------------------------------------------------


def append(journal: FaultyJournal, expected: int, name: str = "c1") -> Awaitable[Commit]:
    return journal.append(EVENTS, expected=expected, by="p", at=EPOCH, commit_id=name)


def test_an_append_of_unknown_fate_is_stored_and_seen_and_the_process_may_append_no_more() -> None:
    async def main() -> None:
        behind, seen = MemoryJournal(), list[Commit]()
        journal = FaultyJournal(behind, Chaos(1, {"journal.unknown": 1.0}), observe=seen.append)
        with pytest.raises(JournalError):
            await append(journal, 0)
        assert [commit.seq for commit in seen] == [1]
        with pytest.raises(AssertionError, match="must stop"):
            await append(journal, 1)
        again = FaultyJournal(behind.peer())
        assert (await append(again, 0)).seq == 1
        with pytest.raises(ConflictError):
            await append(again, 0, "c2")

    run(main, 1)


def test_a_full_disk_stores_nothing_and_can_be_tried_again() -> None:
    async def main() -> None:
        chaos = Chaos(1, {"journal.full": 1.0})
        journal = FaultyJournal(MemoryJournal(), chaos)
        with pytest.raises(DiskFullError):
            await append(journal, 0)
        assert await journal.read(0) == []
        chaos.calm()
        assert (await append(journal, 0)).seq == 1
        assert chaos.struck["journal.full"] == 1

    run(main, 1)


def test_a_wait_can_return_for_nothing() -> None:
    async def main() -> bool:
        journal = FaultyJournal(MemoryJournal(), Chaos(1, {"journal.spurious": 1.0}))
        with anyio.fail_after(1):
            await journal.wait(0)
        return not await journal.read(0)

    assert run(main, 1)

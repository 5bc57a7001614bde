"""The one way to write: decided on the world at N, appended expecting N, decided again when that was not so."""

from collections.abc import Iterable, Sequence

import anyio
import msgspec
import pytest

from orchestrator.engine.ledger import FULL_DISK_RETRY_MS, Ledger
from orchestrator.errors import DiskFullError, JournalError
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model import events as e
from orchestrator.model.commands import Refusal
from orchestrator.model.settings import QueueSettings
from orchestrator.model.specs import QueueSpec, TaskSpec
from orchestrator.model.world import World
from orchestrator.policy.decide import Answer
from orchestrator.sim.agents import Act, Play
from orchestrator.sim.clock import CountedIds, VirtualClock
from orchestrator.sim.loop import run
from tests.engine.house import SCRIPT, House, play


def queue(name: str) -> e.QueueAdded:
    return e.QueueAdded(queue=name, spec=QueueSpec(name=name))


def ledger(journal: MemoryJournal, me: str = "a") -> Ledger:
    return Ledger(journal, VirtualClock(), CountedIds(me), me)


class Crowded(MemoryJournal):
    """Somebody else is quicker, a few times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    async def append(self, events: Sequence[e.Event], *, expected: int, by: str, at: int, commit_id: str) -> e.Commit:
        if self.left:
            self.left -= 1
            name = f"other-{self.left}"
            await super().append((queue(name),), expected=self.head, by="other", at=at, commit_id=name)
        return await super().append(events, expected=expected, by=by, at=at, commit_id=commit_id)


class Full(MemoryJournal):
    """The disk is full, a few times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    async def append(self, events: Sequence[e.Event], *, expected: int, by: str, at: int, commit_id: str) -> e.Commit:
        if self.left:
            self.left -= 1
            raise DiskFullError("no space left for the commit")
        return await super().append(events, expected=expected, by=by, at=at, commit_id=commit_id)


def test_a_conflict_is_decided_again_on_the_world_that_won() -> None:
    async def story() -> None:
        journal = Crowded(2)
        one = ledger(journal)
        seen: list[list[str]] = []

        def choose(world: World) -> Answer:
            seen.append(list(world.queues))
            return (queue(f"mine-{len(world.queues)}"),)

        assert await one.commit(choose) == (queue("mine-2"),)
        assert seen == [[], ["other-1"], ["other-1", "other-0"]]
        assert list(one.world.queues) == ["other-1", "other-0", "mine-2"]

    run(story, 1)


def test_what_a_conflict_makes_unnecessary_is_not_done() -> None:
    async def story() -> None:
        journal = Crowded(1)
        one = ledger(journal)
        assert await one.commit(lambda world: () if world.queues else (queue("mine"),)) == ()
        assert list(one.world.queues) == ["other-0"]

    run(story, 1)


@pytest.mark.parametrize("nothing", [(), Refusal("no")])
def test_a_refusal_and_nothing_are_not_written(nothing: Answer) -> None:
    async def story() -> None:
        journal = MemoryJournal()
        assert await ledger(journal).commit(lambda _: nothing) == nothing
        assert journal.head == 0

    run(story, 1)


def test_a_full_disk_is_asked_again_later_and_nothing_is_lost_or_doubled() -> None:
    async def story() -> None:
        journal = Full(3)
        one = ledger(journal)
        full: list[bool] = []
        began = anyio.current_time()

        def choose(_world: World) -> Answer:
            full.append(one.full_until is not None)
            return (queue("mine"),)

        assert await one.commit(choose) == (queue("mine"),)
        assert (full, one.full_until, journal.head) == ([False, True, True, True], None, 1)
        assert anyio.current_time() - began == pytest.approx(3 * FULL_DISK_RETRY_MS / 1000)

    run(story, 1)


def test_a_journal_that_cannot_be_written_ends_it() -> None:
    class Broken(MemoryJournal):
        async def append(self, *_: object, **__: object) -> e.Commit:
            raise JournalError("cannot sync the journal: input/output error")

    async def story() -> None:
        with pytest.raises(JournalError, match="sync"):
            await ledger(Broken()).commit(lambda _: (queue("mine"),))

    run(story, 1)


def test_who_waited_while_the_journal_failed_does_not_write_behind_the_failure() -> None:
    class Breaking(MemoryJournal):
        broken = False

        async def append(self, *_: object, **__: object) -> e.Commit:
            assert not self.broken
            self.broken = True
            await anyio.sleep(1)
            raise JournalError("cannot sync the journal: input/output error")

    async def story() -> None:
        one, refused = ledger(Breaking()), list[str]()

        async def write() -> None:
            try:
                await one.commit(_the_next_queue)
            except JournalError as error:
                refused.append(str(error))

        async with anyio.create_task_group() as group:
            group.start_soon(write)
            group.start_soon(write)
        assert refused == ["cannot sync the journal: input/output error"] * 2

    run(story, 1)


def test_decisions_of_one_process_are_made_one_at_a_time() -> None:
    async def story() -> None:
        journal = MemoryJournal()
        one = ledger(journal)
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(one.commit, _the_next_queue)
        assert list(one.world.queues) == ["q0", "q1", "q2", "q3", "q4"]

    run(story, 1)


def _the_next_queue(world: World) -> Answer:
    return (queue(f"q{len(world.queues)}"),)


def test_observers_see_every_commit_once_and_in_order() -> None:
    async def story() -> None:
        journal = MemoryJournal()
        one, other = ledger(journal), ledger(journal.peer(), "b")
        seen: list[tuple[int, tuple[str, ...]]] = []

        def observe(_world: World, commits: Sequence[e.Commit], touched: Iterable[str]) -> None:
            seen.extend((commit.seq, tuple(touched)) for commit in commits)

        one.observers.append(observe)
        await other.commit(lambda _: (queue("theirs"),))
        await one.commit(lambda _: (queue("mine"),))
        await one.catch_up()
        assert seen == [(1, ("queue:theirs",)), (2, ("queue:mine",))]

    run(story, 1)


def test_the_agenda_is_made_when_it_is_asked_for_and_kept_up_from_then_on() -> None:
    def added(name: str) -> e.TaskAdded:
        return e.TaskAdded(task=f"q/{name}", spec=TaskSpec(id=name), order=0)

    async def story() -> None:
        journal = MemoryJournal()
        early, late = ledger(journal), ledger(journal, "b")
        assert list(early.agenda.candidates(["q"])) == []
        for events in ((queue("q"), added("A")), (added("B"),), (e.TaskClaimed(task="q/A", attempt=1, worker="a"),)):
            await early.commit(lambda _, events=events: events)  # type: ignore[misc]
        await late.catch_up()
        assert list(early.agenda.candidates(["q"])) == list(late.agenda.candidates(["q"])) == ["q/B"]

    run(story, 1)


def test_a_run_on_a_full_disk_waits_for_room_and_begins_nothing_beside_what_runs() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()
        journal = member.engine.ledger.journal
        original, refused = journal.append, [True]

        async def append(events: Sequence[e.Event], **rest: object) -> e.Commit:
            if refused:
                raise DiskFullError("no space left for the commit")
            return await original(events, **rest)  # type: ignore[arg-type]

        journal.append = append  # type: ignore[method-assign]
        await anyio.sleep(600)
        assert member.alive
        assert house.world.tasks["q/T1"].attempts == 0
        refused.clear()
        assert (await house.leaves(member)).exit_code == 0

    play(story)


def test_what_runs_does_not_keep_a_run_from_finding_out_that_there_is_room_again() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()
        await house.until("iteration.started")
        journal = member.engine.ledger.journal
        original, refused = journal.append, [1]

        async def append(events: Sequence[e.Event], **rest: object) -> e.Commit:
            if refused:
                refused.pop()
                raise DiskFullError("no space left for the commit")
            return await original(events, **rest)  # type: ignore[arg-type]

        journal.append = append  # type: ignore[method-assign]
        await house.define("q/T2")
        await anyio.sleep(120)
        assert not refused
        assert house.world.claims.keys() == {"q/T1", "q/T2"}
        assert (await house.leaves(member)).exit_code == 0

    two = msgspec.structs.replace(SCRIPT, queues={"q": QueueSettings(workers=2)})
    play(story, settings=two, plays={"q/T1": (Play(Act.PASS, 1800.0),), "q/T2": (Play(Act.PASS, 1800.0),)})


def test_a_signal_ends_a_run_that_waits_for_room() -> None:
    async def story(house: House) -> None:
        await house.define("q/T1")
        member = house.start()

        async def append(*_: object, **__: object) -> e.Commit:
            raise DiskFullError("no space left for the commit")

        member.engine.ledger.journal.append = append  # type: ignore[method-assign]
        await anyio.sleep(60)
        member.engine.drain()
        assert (await house.leaves(member)).exit_code == 130

    play(story)

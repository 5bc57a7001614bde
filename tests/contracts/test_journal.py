"""What every journal promises, whatever it is made of."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import anyio
import pytest

from orchestrator.errors import ConflictError
from orchestrator.journal.file import FileJournal
from orchestrator.journal.memory import MemoryJournal
from orchestrator.model.events import Commit, Event, QueuePaused, QueueResumed
from orchestrator.ports.journal import Journal

AT = 1_772_355_600_123


class Peers(Protocol):
    """Opens one more door to the same journal."""

    async def __call__(self) -> Journal: ...


Story = Callable[[Peers], Awaitable[None]]


@pytest.fixture(params=["memory", "file"])
def tell(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Story], None]:
    """Run a story against one kind of journal."""

    def run(story: Story) -> None:
        anyio.run(_with_peers, str(request.param), tmp_path / "journal", story)

    return run


async def _with_peers(kind: str, folder: Path, story: Story) -> None:
    first = MemoryJournal()
    files: list[FileJournal] = []

    async def memory() -> Journal:
        return first.peer()

    async def file() -> Journal:
        files.append(await FileJournal.open(folder))
        return files[-1]

    try:
        with anyio.fail_after(20):
            await story(memory if kind == "memory" else file)
    finally:
        for journal in files:
            journal.close()


async def put(journal: Journal, expected: int, commit_id: str = "") -> Commit:
    return await journal.append(
        [QueuePaused(queue=f"q{expected}")],
        expected=expected,
        by="tester",
        at=AT,
        commit_id=commit_id or f"c{expected}",
    )


def test_what_is_appended_is_what_anybody_reads(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        writer, reader = await peers(), await peers()
        events: list[Event] = [QueuePaused(queue="backend", because="lunch\n"), QueueResumed(queue="backend")]
        stored = await writer.append(events, expected=0, by="ana", at=AT, commit_id="one")
        assert stored == Commit(seq=1, id="one", prev="0" * 64, at=AT, by="ana", events=tuple(events))
        assert list(await reader.read(0)) == [stored]

    tell(story)


def test_a_new_journal_is_empty_and_waits(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        journal = await peers()
        assert list(await journal.read(0)) == []
        with anyio.move_on_after(0.05) as scope:
            await journal.wait(0)
        assert scope.cancelled_caught

    tell(story)


def test_commits_are_dense_chained_and_in_order(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        journal = await peers()
        stored = [await put(journal, n) for n in range(12)]
        assert [commit.seq for commit in stored] == list(range(1, 13))
        assert all(len(commit.prev) == 64 for commit in stored)
        assert len({commit.prev for commit in stored}) == 12
        assert list(await journal.read(0)) == stored
        assert list(await journal.read(5)) == stored[5:]
        assert list(await journal.read(12)) == []
        assert list(await journal.read(99)) == []

    tell(story)


def test_whoever_expects_an_old_head_is_refused_and_nothing_is_stored(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        first, second = await peers(), await peers()
        await put(first, 0, "mine")
        with pytest.raises(ConflictError, match="commit 1 is another's"):
            await put(second, 0, "yours")
        assert [commit.id for commit in await second.read(0)] == ["mine"]
        assert (await put(second, 1, "yours")).seq == 2

    tell(story)


def test_whoever_expects_a_head_that_is_not_there_yet_is_refused(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        journal = await peers()
        with pytest.raises(ConflictError, match="cannot follow 0"):
            await put(journal, 3)
        assert list(await journal.read(0)) == []

    tell(story)


@pytest.mark.slow
def test_a_retry_finds_the_commit_it_stored_however_far_others_went_on(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        first, second = await peers(), await peers()
        await put(first, 0)
        stored = await put(first, 1, "mine")
        for n in range(2, 300):
            await put(second, n)
        assert await put(first, 1, "mine") == stored
        assert await put(second, 1, "mine") == stored
        assert len(await first.read(0)) == 300

    tell(story)


def test_of_many_tasks_that_expect_the_same_head_exactly_one_wins(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        shared, other = await peers(), await peers()
        won: list[str] = []

        async def contend(journal: Journal, name: str) -> None:
            for head in range(5):
                try:
                    await put(journal, head, f"{name}-{head}")
                except ConflictError:
                    await journal.wait(head)
                else:
                    won.append(f"{name}-{head}")

        async with anyio.create_task_group() as group:
            for name in "abcdef":
                group.start_soon(contend, shared if name < "d" else other, name)
        assert won == [commit.id for commit in await shared.read(0)]
        assert len(won) == 5

    tell(story)


def test_every_waiter_is_woken_by_anothers_append(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        writer, reader = await peers(), await peers()
        woken: list[int] = []

        async def wait(after: int) -> None:
            await reader.wait(after)
            woken.append(after)

        async with anyio.create_task_group() as group:
            for after in (0, 0, 1, 2):
                group.start_soon(wait, after)
            await anyio.wait_all_tasks_blocked()
            await put(writer, 0)
            await writer.wait(0)
            while len(woken) < 2:
                await anyio.wait_all_tasks_blocked()
                await anyio.lowlevel.checkpoint()
            assert woken == [0, 0]
            await put(writer, 1)
            await put(writer, 2)
        assert sorted(woken) == [0, 0, 1, 2]

    tell(story)


def test_a_cancelled_waiter_leaves_the_others_waiting(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        writer, reader = await peers(), await peers()
        done = anyio.Event()

        async def wait() -> None:
            await reader.wait(0)
            done.set()

        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as doomed:
                    doomed.start_soon(reader.wait, 0)
                    await anyio.wait_all_tasks_blocked()
                    group.start_soon(wait)
                    await anyio.wait_all_tasks_blocked()
                    scope.cancel()
            await anyio.wait_all_tasks_blocked()
            assert not done.is_set()
            await put(writer, 0)
        assert done.is_set()

    tell(story)


def test_an_append_that_is_cancelled_is_resolved_by_trying_again(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        journal = await peers()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await put(journal, 0, "mine")
        assert (await put(journal, 0, "mine")).seq == 1
        assert [commit.id for commit in await journal.read(0)] == ["mine"]

    tell(story)


def test_what_could_not_be_read_back_is_never_stored(tell: Callable[[Story], None]) -> None:
    async def story(peers: Peers) -> None:
        journal = await peers()
        with pytest.raises(ValueError, match="not Unicode"):
            await journal.append([QueuePaused(queue="\udc80")], expected=0, by="x", at=AT, commit_id="c")
        assert list(await journal.read(0)) == []
        assert (await put(journal, 0)).seq == 1

    tell(story)


def test_the_hash_of_a_line_is_the_prev_of_the_next() -> None:
    async def story() -> None:
        journal = MemoryJournal()
        await put(journal, 0)
        second = await put(journal, 1)
        assert second.prev == hashlib.sha256(journal.store.lines[0]).hexdigest() == await journal.hash_at(1)
        assert await journal.hash_at(3) is None

    anyio.run(story)

"""A person takes a task in hand: waits for the boundary, opens its agent's session, gives it back.

Theory of operation. The hold is an event that names this process; it holds while this process lives, which its lock
among the workers says, and nobody has to be told when it dies. Everything between is level: whoever works on the task
gives it back at the boundary by itself, because the journal says that it is held.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import anyio

from orchestrator.agents.visiting import Visit
from orchestrator.daemon.compose import Built, build, visits_of
from orchestrator.daemon.desk import Desk, open_desk, writing
from orchestrator.daemon.project import Project, RandomIds
from orchestrator.errors import FaultError, OrchestratorError
from orchestrator.journal.presence import FilePresence
from orchestrator.model.commands import Ask, Attach, Detach, Refusal
from orchestrator.model.world import LANDING, Attempt
from orchestrator.ports.workspace import AttemptKey
from orchestrator.processes.terminal import joined

_NAMED = 5
"""Files that are named; more are not read."""
Say = Callable[[str], None]


async def attach(project: Project, ref: str, by: str, say: Say, *, now: bool = False) -> None:
    """Let the person at this terminal into the task's folder until they leave. Raises OrchestratorError if refused."""
    project.make_state()
    me, presence = RandomIds().new()[:8], FilePresence(project.state / "workers")
    presence.join(me, ())
    ask = Attach(task=ref, by=by, worker=me, now=now)
    try:
        await _do(project, by, ask)
        async with _handing_back(project, ask) as note:
            await _visit(project, ask, say, note)
    finally:
        presence.leave()


async def _do(project: Project, by: str, ask: Ask) -> None:
    async with writing(project, by) as desk:
        answer = await desk.ask(ask)
    if isinstance(answer, Refusal):
        raise OrchestratorError(answer.text)


@asynccontextmanager
async def _handing_back(project: Project, ask: Attach) -> AsyncGenerator[list[str]]:
    """Give the task back at the end, however it comes; what is put into the list is noted with it."""
    began, note = anyio.current_time(), list[str]()
    try:
        yield note
    finally:
        with anyio.CancelScope(shield=True):
            seconds = anyio.current_time() - began
            back = Detach(task=ask.task, worker=ask.worker, seconds=round(seconds, 1), note="; ".join(note))
            await _do(project, ask.by, back)


async def _visit(project: Project, ask: Attach, say: Say, note: list[str]) -> None:
    desk = await open_desk(project, ask.by, read_only=False)
    try:
        built = await build(project, tuple(queue.spec for queue in desk.world.queues.values()))
        await built.ground.open()
        attempt = await _at_the_boundary(desk, ask, say)
        visits = visits_of(project, built)
        visit = visits.find(ask.task, attempt.number, attempt.agent)
        if await visits.is_busy(visit):  # its run is gone, or lets go of it this very moment
            say(f"{'ending' if ask.now else 'waiting for'} the agent of {ask.task}")
            await visits.settle(visit, now=ask.now)
        key = AttemptKey(ask.task, attempt.number)
        if not await built.workspace.exists(key):
            raise FaultError(
                f"the folder of {ask.task} is gone; `orchestrator run` makes it again from its last capture"
            )
        say(_opening(visit))
        end = await joined(partial(visits.open, visit))
        say(f"left {ask.task} (exit status {end.code if end.code is not None else f'signal {end.signal}'})")
        note.append(await _keep(built, key, attempt))
    finally:
        desk.journal.close()


async def _at_the_boundary(desk: Desk, ask: Attach, say: Say) -> Attempt:
    """Wait until nobody works on the task any more; a worker that dies meanwhile has let go of it."""
    told = False
    while True:
        await desk.ask(ask)
        task = desk.world.tasks.get(ask.task)
        attempt = task.attempt if task is not None else None
        if task is None or attempt is None or attempt.step in LANDING:
            how = task.status.value if task is not None else "removed"
            raise OrchestratorError(f"{ask.task} went on meanwhile and has nothing to attach to ({how})")
        if task.claim is None:
            return attempt
        if not told:
            say(f"waiting until iteration {attempt.iteration} of {ask.task} is over (--now stops its agent)")
            told = True
        await _either(partial(desk.journal.wait, desk.world.seq), desk.presence.changed)
        await desk.ledger.catch_up()


async def _either(*waits: Callable[[], Awaitable[object]]) -> None:
    async with anyio.create_task_group() as group:

        async def one(wait: Callable[[], Awaitable[object]]) -> None:
            await wait()
            group.cancel_scope.cancel()

        for wait in waits:
            group.start_soon(one, wait)


def _opening(visit: Visit) -> str:
    what = f"session {visit.session} of {visit.agent}" if visit.session else "a shell; there is no session to open"
    return f"opening {what}, in {visit.workspace} ({visit.level}): {' '.join(visit.argv)}"


async def _keep(built: Built, key: AttemptKey, attempt: Attempt) -> str:
    """Capture what was done by hand before anything else can touch it."""
    try:
        capture = await built.workspace.capture(key, max(1, attempt.iteration), attempt.base)
    except FaultError as error:
        return f"its work could not be captured: {error}"
    if capture.tree == attempt.tree:
        return "changed nothing"
    files = ", ".join(capture.files[:_NAMED]) + (" ..." if len(capture.files) > _NAMED else "")
    return f"now differs from its base in {files or 'nothing'}; kept as {capture.commit[:12]}"

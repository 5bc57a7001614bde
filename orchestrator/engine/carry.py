"""Carrying out effects: from what the journal intends to what came of it, as one outcome. Decides nothing.

Whatever an effect needs it reads from the world before it first waits; what it reports is judged by `policy.decide`
under the fence it was started with. Every effect can be started again after a crash: the hands are idempotent.
"""

import contextlib
from collections.abc import Awaitable, Callable
from typing import assert_never

import anyio
import msgspec

from orchestrator.engine.hands import Hands
from orchestrator.engine.inputs import Inputs
from orchestrator.errors import FaultError
from orchestrator.files.room import full_disk_is_a_fault
from orchestrator.model import commands as c
from orchestrator.model import effects as f
from orchestrator.model.coordination import Handed
from orchestrator.model.ids import queue_of
from orchestrator.model.specs import WriteRecord
from orchestrator.model.talk import Heard
from orchestrator.model.world import Attempt, PendingAction, Task, World
from orchestrator.policy import limits
from orchestrator.policy.briefing import brief
from orchestrator.policy.gates import queue_of_gate
from orchestrator.policy.handoff import needs
from orchestrator.policy.prompt import compose
from orchestrator.policy.prompting import prompt_input, steering
from orchestrator.policy.requests import OPEN, request_text
from orchestrator.policy.seat import Seat
from orchestrator.ports.actions import Record
from orchestrator.ports.agents import AgentEnd, Job, Life, RunKey
from orchestrator.ports.verifier import Case
from orchestrator.ports.workspace import AttemptKey, Collision

Words = Callable[[c.NoteWord], None]
"""Takes what an agent says while it runs."""


async def carry_out(effect: f.Effect, world: World, seat: Seat, hands: Hands, words: Words) -> c.Outcome:
    """Do what is due and report. A failing environment is an outcome too, and so is a full disk; a bug is not."""
    try:
        with full_disk_is_a_fault():
            return await _carried(effect, world, seat, hands, words)
    except FaultError as error:
        return _fault(effect, str(error))


def _fault(effect: f.Effect, text: str) -> c.Outcome:
    if isinstance(effect, f.DoAction):
        return c.NoteAction(key=effect.key, ok=False, note=text)
    if isinstance(effect, f.CheckGate):
        return c.NoteInspection(gate=effect.gate, commit=effect.commit, tries=effect.tries, fault=text)
    if isinstance(effect, f.SendMessages):
        return c.NoteDelivery(channel=effect.channel, messages=effect.messages, ok=False, note=text)
    return c.NoteFault(task=effect.task, fence=effect.fence, text=text)


async def _carried(effect: f.Effect, world: World, seat: Seat, hands: Hands, words: Words) -> c.Outcome:
    if isinstance(effect, f.DoAction):
        owed = world.actions[effect.key]
        if owed.record is not None:
            ok, note = await hands.actions.write(_record(world, owed, owed.record, seat))
        else:
            ok, note = await hands.actions.run(effect.key, owed.action, owed.task)
        return c.NoteAction(key=effect.key, ok=ok, note=note)
    if isinstance(effect, f.CheckGate):
        return await _inspect(effect, world, hands)
    if isinstance(effect, f.SendMessages):
        batch = tuple(world.post.messages[name] for name in effect.messages)
        ok, note = await hands.notifier.send(effect.channel, batch)
        return c.NoteDelivery(channel=effect.channel, messages=effect.messages, ok=ok, note=note)
    task = world.lane(effect.task, effect.attempt)
    if task is None or task.attempt is None:
        raise RuntimeError(f"{effect.task} has no attempt to carry out {effect} for")
    return await _Carrier(effect, task, task.attempt, world, seat, hands, words).go()


def _record(world: World, owed: PendingAction, spec: WriteRecord, seat: Seat) -> Record:
    queue = spec.queue if spec.queue in world.queues else next(iter(world.queues), "")
    checks = tuple(name for name in limits.queue_checks(world, queue, seat.settings) if name != "honest")
    return Record(
        key=owed.key, trigger=owed.trigger, at=owed.at, spec=spec, queue=queue, checks=checks, tries=owed.tries
    )


async def _inspect(effect: f.CheckGate, world: World, hands: Hands) -> c.Outcome:
    """Run a gate's checks on the target's head, absolutely: there is no base, so nothing is pre-existing."""
    gate = world.gates[effect.gate]
    case = Case(
        task=f"{queue_of_gate(world, gate)}/gate.{gate.id.replace(':', '.').replace('/', '.')}",
        attempt=effect.tries,
        iteration=1,
        commit=effect.commit,
        tree=effect.commit,
        base="",
        checks=gate.spec.checks,
        fresh=gate.spec.hold_s is not None,
    )
    judgement = await hands.verifier.judge(case)
    return c.NoteInspection(gate=gate.id, commit=effect.commit, tries=effect.tries, judgement=judgement)


_OfTask = (
    f.Prepare | f.RunAgent | f.CaptureWork | f.Judge | f.Combine | f.Advance | f.Keep | f.Publish | f.LookAtRequest
)


class _Carrier:
    """One effect on its way; takes the data it needs from the world at once."""

    def __init__(  # noqa: PLR0913, PLR0917 - what one effect is carried out with, taken once
        self,
        effect: _OfTask,
        task: Task,
        attempt: Attempt,
        world: World,
        seat: Seat,
        hands: Hands,
        words: Words,
    ) -> None:
        self.effect, self.hands, self.words = effect, hands, words
        self.ref, self.fence, self.queue = task.ref, effect.fence, queue_of(task.ref)
        self.key = AttemptKey(task.ref, effect.attempt)
        self.base, self.proposal, self.iteration = attempt.base, attempt.proposal, attempt.iteration
        self.carry, self.carry_base = task.carry, task.carry_base
        self.needs = needs(world, task, seat.settings) if isinstance(effect, f.Prepare) else ()
        self.agent, self.sandbox = attempt.agent or limits.staffed(world, task, seat).agent, seat.sandbox
        self.checkpoint_s = seat.settings.checkpoint_s
        self.message = f"{task.ref}: {_subject(task)}"
        self.job = _job(world, task, attempt, seat) if isinstance(effect, f.RunAgent) else None
        self.text = request_text(world, task, attempt, seat) if isinstance(effect, f.Publish) else ("", "")
        self.case = _case(world, task, attempt, seat, effect) if isinstance(effect, f.Judge) else None

    async def go(self) -> c.Outcome:
        effect = self.effect
        match effect:
            case f.Prepare():
                return await self._prepare()
            case f.RunAgent():
                return await self._run(fresh=effect.fresh)
            case f.CaptureWork():
                return await self._capture()
            case f.Judge(merged=merged):
                return await self._judge(merged=merged)
            case f.Combine():
                return await self._combine(effect)
            case f.Advance(commit=commit, onto=onto):
                landed = await self.hands.workspace.advance(self.key, commit, onto)
                return c.NoteAdvance(task=self.ref, fence=self.fence, landed=landed)
            case f.Keep(commit=commit):
                branch = await self.hands.workspace.keep_branch(self.key, commit)
                return c.NoteKept(task=self.ref, fence=self.fence, branch=branch)
            case f.Publish(commit=commit):
                opened = await self.hands.forge.publish(self.key, commit, *self.text)
                return c.NotePublished(task=self.ref, fence=self.fence, url=opened.url, branch=opened.branch)
            case f.LookAtRequest():
                return await self._look(effect)
            case _:  # pragma: no cover - the union is closed
                assert_never(effect)

    async def _prepare(self) -> c.Outcome:
        base = self.carry_base or (await self.hands.workspace.target(self.queue)).commit
        handed: tuple[Handed, ...] = ()
        if self.needs and self.hands.trees is not None:
            inputs = Inputs(self.hands.trees, self.hands.workspace, self.queue, base)
            missing = await inputs.look(self.needs)
            if missing is not None and not self.carry and not await self.hands.workspace.exists(self.key):
                return c.NoteMissing(
                    task=self.ref, fence=self.fence, base=missing.base, tasks=missing.tasks, paths=missing.paths
                )
            handed = tuple(inputs.handed)
        stands_at = await self.hands.workspace.prepare(self.key, base, self.carry)
        return c.NotePrepared(task=self.ref, fence=self.fence, base=stands_at, inputs=handed)

    async def _run(self, *, fresh: bool) -> c.Outcome:
        job = self.job
        if job is None:
            raise RuntimeError("an agent's run needs its job")
        if not fresh and await self.hands.agents.life(job.key) is Life.GONE:
            return c.NoteLost(task=self.ref, fence=self.fence, agent=self.agent, sandbox=self.sandbox)
        if not await self.hands.workspace.exists(self.key):
            await self.hands.agents.stop(job.key)  # what another left running works where nobody will look
            return c.NoteWorkspaceLost(task=self.ref, fence=self.fence)
        end = await self._run_with_checkpoints(msgspec.structs.replace(job, taken_over=not fresh))
        return c.NoteAgent(
            task=self.ref,
            fence=self.fence,
            outcome=end.outcome.value,
            claimed=end.claimed,
            seconds=end.seconds,
            usd=end.usd,
            tokens=end.tokens,
            exit_code=end.exit_code,
            note=end.note,
            until_ms=end.until,
            session=end.session,
            model=end.model,
            summary=end.summary,
            input_tokens=end.input_tokens,
            cached_tokens=end.cached_tokens,
            output_tokens=end.output_tokens,
            priced=end.priced,
        )

    async def _run_with_checkpoints(self, job: Job) -> AgentEnd:
        """Run the agent; a long iteration's work is captured now and then, so that a lost machine loses little."""
        end: AgentEnd | FaultError = FaultError("its agent's call was cancelled")
        async with anyio.create_task_group() as group:
            group.start_soon(self._checkpoint)
            end = await _or_fault(self.hands.agents.run(job, self._hear))
            group.cancel_scope.cancel()
        if isinstance(end, FaultError):
            raise end
        return end

    def _hear(self, heard: Heard) -> None:
        note = c.NoteWord(task=self.ref, fence=self.fence, iteration=self.iteration, id=heard.id, word=heard.word)
        self.words(note)

    async def _checkpoint(self) -> None:
        while True:
            await anyio.sleep(self.checkpoint_s)
            with contextlib.suppress(FaultError), full_disk_is_a_fault():  # the next one, or the end's, tells
                await self.hands.workspace.capture(self.key, self.iteration, self.base)

    async def _capture(self) -> c.Outcome:
        if not await self.hands.workspace.exists(self.key):
            return c.NoteWorkspaceLost(task=self.ref, fence=self.fence)
        capture = await self.hands.workspace.capture(self.key, self.iteration, self.base)
        return c.NoteCapture(
            task=self.ref,
            fence=self.fence,
            commit=capture.commit,
            tree=capture.tree,
            ref=capture.ref,
            files=capture.files,
        )

    async def _judge(self, *, merged: bool) -> c.Outcome:
        if self.case is None:
            raise RuntimeError("a judgement needs its case")
        judgement = await self.hands.verifier.judge(self.case)
        return c.NoteJudgement(task=self.ref, fence=self.fence, judgement=judgement, merged=merged)

    async def _combine(self, effect: f.Combine) -> c.Outcome:
        workspace = self.hands.workspace
        if self.proposal and await workspace.contains(self.queue, self.proposal):
            return c.NoteAdvance(task=self.ref, fence=self.fence, landed=True)
        merged = await workspace.combine(self.key, effect.commit, self.base, self.message, effect.onto)
        if isinstance(merged, Collision):
            return c.NoteCollision(
                task=self.ref,
                fence=self.fence,
                onto=merged.onto,
                paths=merged.paths,
                marked=merged.marked,
                behind=effect.behind,
            )
        return c.NoteProposal(
            task=self.ref,
            fence=self.fence,
            commit=merged.commit,
            tree=merged.tree,
            onto=merged.onto,
            behind=effect.behind,
        )

    async def _look(self, effect: f.LookAtRequest) -> c.Outcome:
        """See how the request stands; one that no longer merges goes back to its agent, as from the train."""
        seen = await self.hands.forge.look(self.key, effect.url)
        if seen.state == OPEN:
            workspace = self.hands.workspace
            merged = await workspace.combine(self.key, effect.commit, self.base, self.message)
            if isinstance(merged, Collision):
                return c.NoteCollision(
                    task=self.ref, fence=self.fence, onto=merged.onto, paths=merged.paths, marked=merged.marked
                )
        return c.NoteRequest(
            task=self.ref, fence=self.fence, state=seen.state, commit=seen.commit, tree=seen.tree, note=seen.note
        )


async def _or_fault(work: Awaitable[AgentEnd]) -> AgentEnd | FaultError:
    """Take a fault out of a task group as a value: it would come out wrapped."""
    try:
        return await work
    except FaultError as error:
        return error


def _subject(task: Task) -> str:
    """Give one line that says what the task is, for the merge's message."""
    lines = (task.spec.title or task.spec.description).strip().splitlines()
    return lines[0][:72] if lines else task.spec.id


def _job(world: World, task: Task, attempt: Attempt, seat: Seat) -> Job:
    staffed = limits.staffed(world, task, seat)
    claim = task.claim
    given = prompt_input(world, task, seat)
    return Job(
        key=RunKey(task.ref, attempt.number, attempt.iteration),
        agent=attempt.agent or staffed.agent,
        prompt=compose(given),
        promise=limits.promise(world, task),
        slot=claim.slot if claim else 1,
        base=attempt.base,
        resumes=attempt.resumes if attempt.resumed == attempt.iteration else 0,
        briefing=brief(given, world, task, seat) if given.talks else None,
    )


def _case(world: World, task: Task, attempt: Attempt, seat: Seat, effect: f.Judge) -> Case:
    return Case(
        task=task.ref,
        attempt=attempt.number,
        iteration=attempt.iteration,
        commit=effect.commit,
        tree=attempt.proposal_tree if effect.merged else attempt.tree,
        base=attempt.onto if effect.merged else attempt.base,
        checks=limits.checks(world, task, seat.settings),
        tests=task.spec.tests,
        files=task.spec.files,
        outputs=task.spec.outputs,
        mends=task.spec.mends,
        allow_test_changes=task.spec.allow_test_changes,
        allow_protected=task.spec.allow_protected,
        steering=() if limits.repository(world, task, seat.settings) else steering(seat.settings),
        merged=effect.merged,
        title=task.spec.title,
        description=task.spec.description,
        author=attempt.agent,
    )

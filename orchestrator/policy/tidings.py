"""What is worth telling people, whom, and in what words. Pure; the one home of these rules.

Rules
1. A message is part of the commit that holds what it tells of: none is lost, and none is owed twice.
2. `[notify] urls` get every kind that `on` names. A person gets the kinds their own `on` names; without, of the kinds
   of `[notify] on`, what concerns them. Whoever is called by name (a rung of a ladder) gets it whatever `on` says.
3. What would reach nobody goes to everybody who has a channel and chose nothing.
4. The same words about the same thing are told once within the window.
"""

from collections.abc import Iterator, Sequence

import msgspec

from orchestrator.model import events as e
from orchestrator.model.fold_rollback import is_whole
from orchestrator.model.ids import queue_of
from orchestrator.model.messages import DIGESTS
from orchestrator.model.settings import Settings
from orchestrator.model.specs import ENDED, Notify, Status
from orchestrator.model.wording import USUAL, fill, format_seconds
from orchestrator.model.world import World
from orchestrator.policy import announcing, handoff, people
from orchestrator.policy.gates import may_sign, waiting_for
from orchestrator.policy.rollback import is_held

_LONGEST, _LONGEST_DIGEST = 1500, 6000
"""Characters of one message: channels cut what is longer, in places nobody chose."""
_TITLE = 150
_DEFAULT = "{what}: {why}"


class Tiding(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth telling. `concerns` and `to` are names of people and roles; `to` get it in any case."""

    kind: str
    about: str
    what: str
    why: str = ""
    who: str = ""
    next: str = ""
    concerns: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    same: str = ""


def messages(world: World, events: Sequence[e.Event], now: int, settings: Settings) -> tuple[e.MessageDue, ...]:
    """Give the messages that are due because of events that are about to be appended to `world`."""
    if not people.addresses(settings):
        return ()
    found: list[e.MessageDue] = []
    said: set[tuple[str, str, str]] = set()
    for tiding in _tidings(world, events, settings):
        message = _message(settings, tiding, world.post.numbered + len(found) + 1)
        key = (message.kind, message.about, message.same or message.text)
        if message.to and key not in said and not _told(world, message, now, settings):
            found.append(message)
            said.add(key)
    return tuple(found)


def _told(world: World, message: e.MessageDue, now: int, settings: Settings) -> bool:
    """Say whether the same was told a moment ago."""
    words, at = world.post.told.get(f"{message.kind} {message.about}", ("", 0))
    return words == (message.same or message.text) and now - at < settings.notify.window_s * 1000


def _message(settings: Settings, tiding: Tiding, number: int) -> e.MessageDue:
    parts = {
        "about": tiding.about,
        "kind": tiding.kind,
        "what": tiding.what,
        "why": tiding.why if tiding.kind in DIGESTS else " ".join(tiding.why.split()),
        "who": tiding.who,
        "next": tiding.next,
    }
    own = settings.notify.templates.get(tiding.kind)
    digest = tiding.kind in DIGESTS
    text = fill(own or ("{why}" if digest else _DEFAULT if tiding.why else "{what}"), parts)
    longest = _LONGEST_DIGEST if digest else _LONGEST
    if own is None and tiding.next:
        text = f"{text}\n{tiding.next}"
    return e.MessageDue(
        message=f"M{number}",
        kind=tiding.kind,
        about=tiding.about,
        title=" ".join(tiding.what.split())[:_TITLE],
        text=text if len(text) <= longest else f"{text[:longest]} ...",
        to=recipients(settings, tiding),
        urgent=tiding.kind in settings.notify.urgent,
        same=tiding.same,
    )


# -- whom ----------------------------------------------------------------------------------------------------------


def recipients(settings: Settings, tiding: Tiding) -> tuple[str, ...]:
    """Name the channels a message goes through, each once."""
    usual = tiding.kind in DIGESTS or tiding.kind in (USUAL if settings.notify.on is None else settings.notify.on)
    called = {person.name for person in people.named(settings, tiding.to)}
    concerned = {person.name for person in people.named(settings, tiding.concerns)}
    found = [name for name in people.addresses(settings) if name.startswith(f"{people.PROJECT}#") and usual]
    for person in settings.people.values():
        wants = tiding.kind in person.on if person.on is not None else usual and person.name in concerned
        found += people.channels_of(person) if wants or person.name in called else ()
    found += [name for name in tiding.to if "://" in name]
    if not found and usual:
        found = [name for p in settings.people.values() if p.on is None for name in people.channels_of(p)]
    return tuple(dict.fromkeys(found))


# -- what ----------------------------------------------------------------------------------------------------------


def _tidings(world: World, events: Sequence[e.Event], settings: Settings) -> Iterator[Tiding]:
    for event in events:
        for part in _PARTS:
            yield from part(world, event, settings)
    yield from _of_queues(world, events)


def _owner(world: World, ref: str) -> tuple[str, ...]:
    task = world.tasks.get(ref)
    return (task.spec.owner,) if task is not None and task.spec.owner else ()


def _of_task(world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    match event:
        case e.TaskBlocked(task=ref, reason=why):
            yield Tiding(
                kind="blocked",
                about=ref,
                what=f"{ref} is blocked",
                why=why,
                next="`orchestrator inbox` shows the evidence",
                concerns=_owner(world, ref),
            )
        case e.TaskFailed(task=ref, reason=why):
            helps = f"`orchestrator explain {ref}`"
            yield Tiding(
                kind="failed", about=ref, what=f"{ref} failed", why=why, next=helps, concerns=_owner(world, ref)
            )
        case e.TaskCompleted(task=ref, by=by, note=note):
            yield Tiding(
                kind="completed", about=ref, what=f"{ref} is completed", why=note, who=by, concerns=_owner(world, ref)
            )
        case e.AgentAsked(task=ref, question=question, text=text):
            helps = f"orchestrator answer {ref} '...' --question {question}"
            yield Tiding(
                kind="question",
                about=ref,
                what=f"the agent of {ref} asks ({question})",
                why=text,
                next=helps,
                concerns=_owner(world, ref),
            )
        case _:
            return


def _of_rollback(world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    match event:
        case e.RollbackBlocked(queue=name, task=ref, reason=why):
            helps = f"`orchestrator rollback {name} --again`, or `--leave --reason WHY`"
            what = f"the rollback of {ref} does not succeed"
            yield Tiding(kind="blocked", about=ref, what=what, why=why, next=helps, concerns=_owner(world, ref))
        case e.RollbackFinished(queue=name, task=ref, undone=undone, left=left):
            kept = f"; left as it is: {', '.join(left)}" if left else ""
            why = f"{ref} failed; undone: {', '.join(undone) or 'nothing'}{kept}"
            helps = f"`orchestrator retry {ref}`, then `orchestrator resume {name}` goes on"
            what = f"queue {name} was rolled back and is paused"
            yield Tiding(kind="blocked", about=name, what=what, why=why, next=helps, concerns=_owner(world, ref))
        case _:
            return


def _of_queues(world: World, events: Sequence[e.Event]) -> Iterator[Tiding]:
    """Tell of queues whose last task ends with these events."""
    ends = {e.TaskCompleted: Status.COMPLETED, e.TaskFailed: Status.FAILED, e.TaskSkipped: Status.SKIPPED}
    now_ended = {getattr(event, "task", ""): ends[type(event)] for event in events if type(event) in ends}
    for name in dict.fromkeys(queue_of(ref) for ref in now_ended):
        queue = world.queues.get(name)
        added = any(isinstance(event, e.TaskAdded) and event.task.startswith(f"{name}/") for event in events)
        if queue is None or added:
            continue
        states = [now_ended.get(ref) or world.tasks[ref].status for ref in queue.tasks]
        if is_held(queue) or (Status.FAILED in now_ended.values() and is_whole(world, queue)):
            continue  # it is taken back, and that is told when it is
        if all(state in ENDED for state in states):
            counts = [f"{states.count(state)} {state.value}" for state in Status if state in states]
            yield Tiding(kind="done", about=name, what=f"queue {name} is done", why=", ".join(counts))


def _of_gate(world: World, event: e.Event, settings: Settings) -> Iterator[Tiding]:
    gate = world.gates.get(getattr(event, "gate", ""))
    if gate is None or gate.spec.of:
        return
    about, spec = f"gate:{gate.id}", gate.spec
    helps = f"`orchestrator approve {about} --as {' or '.join(may_sign(settings, spec))}`, or `reject`"
    match event:
        case e.GateReady():
            what, why = f"gate {gate.id} waits for people", ", ".join(spec.checklist) or spec.title
        case e.GateOpened():
            what, why, helps = f"gate {gate.id} is open", spec.title, ""
        case e.GateRejected(by=by, reason=reason):
            what, why = f"gate {gate.id} is rejected by {by}", reason
        case e.GateRevoked(by=by, reason=reason):
            shut = "is shut again" if gate.open else "loses an approval"
            what, why = f"gate {gate.id} {shut}: {by} takes theirs back", reason
        case e.GateExpired(deadline=at):
            what, why = f"the deadline of gate {gate.id} has passed", ", ".join(waiting_for(world, gate, at))
        case _:
            return
    who = ", ".join(spec.approvers)
    yield Tiding(kind="gate", about=about, what=what, why=why, who=who, next=helps, concerns=spec.approvers)


def _of_ladder(world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    if not isinstance(event, e.EscalationRaised):
        return
    about = f"gate:{event.gate}" if event.gate else event.task
    waited = format_seconds(event.after_s)
    yield Tiding(
        kind="escalation",
        about=about,
        what=f"{about} has waited for {waited}",
        why=event.text,
        who=event.notify,
        next=f"`orchestrator explain {about}`; `orchestrator ack {about} --as WHO` if you see to it",
        to=(event.notify,),
        concerns=() if event.gate else _owner(world, event.task),
        same=f"{event.cause} {event.since} {event.after_s} {event.notify}",
    )


def _of_handoff(world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    """Tell that what a task hands over is red, and whom that keeps from beginning."""
    gate = world.gates.get(event.gate) if isinstance(event, e.GateChecked) else None
    if gate is None or not isinstance(event, e.GateChecked) or event.verdict != "FAIL" or not gate.spec.of:
        return
    ref, first = gate.spec.of, event.findings[0].message if event.findings else ""
    behind = tuple(world.dependents.get(ref, ()))
    since = handoff.suspects(world, ref)
    landed = f"; landed since: {', '.join(since)}" if since else ""
    yield Tiding(
        kind="blocked",
        about=ref,
        what=f"the hand-off of {ref} is red",
        why=f"{first}{landed}; behind it wait {', '.join(behind) or 'none'}",
        next=f"`orchestrator retry {ref}` gives it back to its agent",
        concerns=tuple(name for task in (ref, *behind) for name in _owner(world, task)),
    )


def _of_change(world: World, event: e.Event, settings: Settings) -> Iterator[Tiding]:
    """Tell of a change that is announced, and of one to something shared that is about to be made."""
    match event:
        case e.NoticeAnnounced(task=ref, told=told) if ref in world.tasks:
            task = world.tasks[ref]
            lead = f"not before {format_seconds(task.spec.notice_s or 0)} from now"
            what = f"{ref} is going to change {announcing.changes(task, settings)}, {lead}"
            kind, why = "notice", task.spec.title or task.spec.description
        case e.TaskClaimed(task=ref, attempt=1, resumed=False, rival=False) if ref in world.tasks:
            task = world.tasks[ref]
            shared = announcing.shared(task, settings)
            if not shared:
                return
            told = announcing.concerned(world, task, settings)
            what = f"{ref} is about to change {', '.join(shared)}"
            kind, why = "change", task.spec.title
        case _:
            return
    owners = (settings.registry[name].owner for name in announcing.shared(task, settings))
    yield Tiding(
        kind=kind,
        about=ref,
        what=what,
        why=f"{why}; it concerns {', '.join(told) or 'no other task'}",
        next=f"`orchestrator explain {ref}`",
        concerns=tuple(name for name in (*owners, *(n for other in told for n in _owner(world, other))) if name),
    )


def _of_money(world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    match event:
        case e.LaneParked(queue=name, code="fault", text=text):
            queue = world.queues.get(name)
            if queue is None or queue.park is None or queue.park.code != "fault":  # else it is probed again
                helps = f"mend it; it is tried again by itself, or at once by `orchestrator resume {name}`"
                yield Tiding(kind="fault", about=name, what=f"queue {name} is parked by a fault", why=text, next=helps)
        case e.AccountParked(account=name, code=code, text=text):
            yield Tiding(kind="account", about=f"account:{name}", what=f"account {name} is parked", why=text, same=code)
        case e.BudgetNeared() | e.BudgetReached():
            whose = event.task or (f"queue {event.queue}" if event.queue else "")
            whose = whose or ("this run" if event.scope == "run" else "the project")
            word = "has used up" if isinstance(event, e.BudgetReached) else "has nearly used up"
            why = f"{event.used:g} of {event.limit:g} ({event.what})"
            yield Tiding(kind="budget", about=whose, what=f"{whose} {word} its budget", why=why)
        case _:
            return


def _of_digest(_world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    if isinstance(event, e.DigestDue):
        yield Tiding(kind=event.kind, about=f"{event.kind} {event.moment}", what=event.title, why=event.text)


def _of_trigger(world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    trigger = world.triggers.get(event.trigger) if isinstance(event, e.TriggerFired) else None
    if trigger is None or not isinstance(event, e.TriggerFired):
        return
    for number, action in enumerate(trigger.spec.do):
        if isinstance(action, Notify):
            key = f"{trigger.id}#{event.count}.{number}"
            yield Tiding(kind="trigger", about=f"trigger {trigger.id}", what=action.message, same=key)


def _of_action(world: World, event: e.Event, _settings: Settings) -> Iterator[Tiding]:
    """Tell that a trigger's command fails: the first time, and when it is given up."""
    action = world.actions.get(event.key) if isinstance(event, e.ActionFinished | e.ActionBlocked) else None
    if action is None or action.task:
        return
    what, about = f"action {action.action} of trigger {action.trigger}", f"trigger:{action.trigger}"
    helps = f"`orchestrator retry trigger:{action.trigger}` tries it at once"
    match event:
        case e.ActionFinished(ok=False, note=note) if action.failing_since is None:
            text = f"{what} failed; it is tried again by itself"
            yield Tiding(kind="action", about=about, what=text, why=note, next=helps, same=f"{action.key} fails")
        case e.ActionBlocked(reason=note):
            text = f"{what} failed {action.tries} times and waits for a person"
            helps = f"{helps}, `skip trigger:{action.trigger} --reason WHY` drops it"
            yield Tiding(kind="action", about=about, what=text, why=note, next=helps, same=f"{action.key} given up")
        case _:
            return


_PARTS = (
    _of_task,
    _of_rollback,
    _of_gate,
    _of_handoff,
    _of_change,
    _of_ladder,
    _of_money,
    _of_trigger,
    _of_action,
    _of_digest,
)

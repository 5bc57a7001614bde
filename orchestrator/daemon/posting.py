"""Sends what is due without a run: for a person, or for the system's scheduler. Works on no task."""

from orchestrator.daemon.desk import Desk, writing
from orchestrator.daemon.notifying import AppriseNotifier
from orchestrator.daemon.project import Project, RandomIds
from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.answers import ChannelAnswer
from orchestrator.model.messages import Message
from orchestrator.policy import people
from orchestrator.policy.digests import owed
from orchestrator.policy.post import delivered, sendings

_TEST = "test"


async def send_due(project: Project) -> tuple[e.Event, ...]:
    """Send what waits, once through each channel, also where the last try failed; give what was recorded of it."""
    found: list[e.Event] = []
    async with writing(project, RandomIds().new()[:8]) as desk:
        desk.presence.join(desk.me, ())  # others see that it is being sent, and do not send it too
        try:
            await desk.follow()  # a rung of a ladder may be due, a gate may have expired
            due = await desk.ledger.commit(lambda world: owed(world, desk.now(), desk.seat()))
            found += () if isinstance(due, c.Refusal) else due
            while events := await _next(desk, frozenset(getattr(event, "channel", "") for event in found)):
                found += events
        finally:
            desk.presence.leave()
    return tuple(found)


async def _next(desk: Desk, tried: frozenset[str]) -> tuple[e.Event, ...]:
    taken = await desk.ledger.commit(lambda world: sendings(world, desk.now(), desk.seat(), tried))
    if isinstance(taken, c.Refusal) or not taken or not isinstance(taken[0], e.MessageSending):
        return () if isinstance(taken, c.Refusal) else taken
    channel, names = taken[0].channel, taken[0].messages
    batch = tuple(desk.world.post.messages[name] for name in names)
    ok, note = await AppriseNotifier(desk.project).send(channel, batch)
    outcome = c.NoteDelivery(channel=channel, messages=names, ok=ok, note=note)
    said = await desk.ledger.commit(lambda world: delivered(world, outcome, desk.seat()))
    return () if isinstance(said, c.Refusal) else said


async def try_channels(project: Project) -> tuple[ChannelAnswer, ...]:
    """Send a test through every channel of the configuration; nothing of it is recorded."""
    notifier = AppriseNotifier(project)
    text = "This is a test: messages of the orchestrator will come this way."
    message = Message(id="M0", kind=_TEST, about="", title="a test", text=text, urgent=False, at=0)
    found: list[ChannelAnswer] = []
    for name in people.addresses(project.settings):
        ok, note = await notifier.send(name, (message,))
        found.append(ChannelAnswer(name=name, ok=ok, note=note))
    return tuple(found)

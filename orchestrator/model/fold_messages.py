"""How messages to people follow from the journal. See `fold` for the rules."""

from functools import singledispatch

from orchestrator.model import events as e
from orchestrator.model.messages import Channel, Message
from orchestrator.model.world import World


@singledispatch
def fold(event: e.Event, world: World) -> None:
    """Fold an event about a message or a channel."""


@fold.register
def _(event: e.MessageDue, world: World) -> None:
    number = event.message.removeprefix("M")
    world.post.numbered = max(world.post.numbered, int(number) if number.isdecimal() else 0)
    world.post.told[f"{event.kind} {event.about}"] = (event.same or event.text, world.at)
    if not event.to:
        return
    world.post.messages[event.message] = Message(
        id=event.message,
        kind=event.kind,
        about=event.about,
        title=event.title,
        text=event.text,
        urgent=event.urgent,
        at=world.at,
    )
    for name in event.to:
        world.post.channels.setdefault(name, Channel(name=name)).waiting.append(event.message)


@fold.register
def _(event: e.MessageSending, world: World) -> None:
    if channel := world.post.channels.get(event.channel):
        channel.worker, channel.sending = event.worker, event.messages
        channel.tries += 1


@fold.register
def _(event: e.MessageSent, world: World) -> None:
    if channel := world.post.channels.get(event.channel):
        channel.tries, channel.note, channel.failing_since, channel.lost = 0, "", None, 0
        channel.sent_at = world.at
        _clear(world, channel, event.messages)


@fold.register
def _(event: e.MessageFailed, world: World) -> None:
    channel = world.post.channels.get(event.channel)
    if channel is None:
        return
    channel.note, channel.failed_at, channel.worker, channel.sending = event.note, world.at, "", ()
    channel.failing_since = world.at if channel.failing_since is None else channel.failing_since
    if event.final:
        channel.tries = 0
        channel.lost += len(event.messages)
        _clear(world, channel, event.messages)


def _clear(world: World, channel: Channel, gone: tuple[str, ...]) -> None:
    """Take messages off a channel, and forget those no other channel still has to send."""
    channel.worker, channel.sending = "", ()
    channel.waiting = [name for name in channel.waiting if name not in gone]
    kept = {name for other in world.post.channels.values() for name in other.waiting}
    for name in gone:
        if name not in kept:
            world.post.messages.pop(name, None)

"""When messages go through their channels, and what follows when one does not take them. Pure.

Rules
1. What waits for a channel goes as one message. Quiet hours and the digest's pace hold what is not urgent.
2. One live process sends through a channel at a time. It is recorded before, and what came of it after: a process that
   died between the two leaves it to the next, which sends again. A channel may get something twice, never not at all.
3. What fails is tried again, later and later; after `TRIES` it is given up, and that is said.
"""

from collections.abc import Iterator
from datetime import tzinfo

from orchestrator.model import commands as c
from orchestrator.model import events as e
from orchestrator.model.messages import Channel
from orchestrator.model.settings import Settings
from orchestrator.model.world import World
from orchestrator.policy import hours, people
from orchestrator.policy.seat import Seat

TRIES = 40
_FIRST_S, _LONGEST_S = 15, 3600
NOWHERE = "nothing in the configuration says this address any more"


def sendings(world: World, now: int, seat: Seat, tried: frozenset[str] | None = None) -> tuple[e.Event, ...]:
    """Take it on to send what waits for a channel, or give up what has nowhere to go.

    With `tried`, as a person asks for it: channels that failed are tried at once, but for these.
    """
    for channel in world.post.channels.values():
        if tried is not None and channel.name in tried:
            continue
        if not channel.waiting or (channel.worker and seat.alive(channel.worker)):
            continue
        if people.address_of(seat.settings, channel.name) is None:
            gone = tuple(channel.waiting)
            return (e.MessageFailed(channel=channel.name, messages=gone, note=NOWHERE, final=True),)
        if (tried is not None or _rested(channel, now)) and (batch := _batch(world, channel, now, seat)):
            return (e.MessageSending(channel=channel.name, messages=batch, worker=seat.me),)
    return ()


def _batch(world: World, channel: Channel, now: int, seat: Seat) -> tuple[str, ...]:
    held = _held_until(channel, now, seat.settings, seat.zone) > now
    return tuple(name for name in channel.waiting if not held or world.post.messages[name].urgent)


def _rested(channel: Channel, now: int) -> bool:
    return channel.failing_since is None or retry_at(channel) <= now


def retry_at(channel: Channel) -> int:
    """Give the moment a channel that failed is tried again: 15, 30, 60, ... at most 3600 seconds later."""
    return channel.failed_at + min(_LONGEST_S, _FIRST_S << min(max(channel.tries, 1) - 1, 10)) * 1000


def _held_until(channel: Channel, now: int, settings: Settings, zone: tzinfo) -> int:
    """Say until when what is not urgent waits: the end of quiet hours, the next digest; 0: for nothing."""
    person = people.owner_of(settings, channel.name)
    windows = person.quiet if person is not None else settings.notify.quiet
    quiet = hours.closes(windows, now, zone) if "://" not in channel.name else None
    paced = channel.sent_at + round(settings.notify.digest_s * 1000) if channel.sent_at else 0
    return max(quiet or 0, paced)


def moments(world: World, now: int, seat: Seat) -> Iterator[int]:
    """Give the moments at which time alone lets something be sent."""
    for channel in world.post.channels.values():
        if channel.waiting:
            held = _held_until(channel, now, seat.settings, seat.zone)
            yield retry_at(channel) if channel.failing_since is not None else held


def delivered(world: World, note: c.NoteDelivery, seat: Seat) -> tuple[e.Event, ...] | c.Refusal:
    """Record what came of sending."""
    channel = world.post.channels.get(note.channel)
    if channel is None or channel.worker != seat.me or channel.sending != note.messages:
        return c.Refusal(f"channel {note.channel} is no longer ours to send through")
    if note.ok:
        return (e.MessageSent(channel=channel.name, messages=note.messages),)
    final = channel.tries >= TRIES
    return (e.MessageFailed(channel=channel.name, messages=note.messages, note=note.note, final=final),)


def troubles(world: World, settings: Settings) -> tuple[str, ...]:
    """Say of every channel that does not take what it is sent how often it was tried, and what waits."""
    found = (channel for channel in world.post.channels.values() if channel.note or channel.lost)
    return tuple(_trouble(channel) for channel in found if people.address_of(settings, channel.name) is not None)


def _trouble(channel: Channel) -> str:
    name = people.shown(channel.name)
    lost = f"{channel.lost} message(s) to {name} were given up"
    text = f"{name} cannot be reached ({channel.tries} tries, {len(channel.waiting)} message(s) wait)"
    return f"{text}: {channel.note}{f'; {lost}' if channel.lost else ''}"

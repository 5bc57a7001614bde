"""Facts about what people are told, and how it reached them. See `events` for the rules.

A channel is named by its place in the configuration (`notify#1`, `people.ana#2`): addresses hold secrets, and stay out
of the journal. Only an address that a queue file itself names stands as it is.
"""

from orchestrator.model.event_parts import EventBase


class MessageDue(EventBase, frozen=True, tag="message.due"):
    """People are to be told, in the commit that holds what they are told of. `to` are channels."""

    message: str
    """`M1`, `M2`, ... in the order of the journal."""
    kind: str
    about: str
    title: str
    text: str
    to: tuple[str, ...] = ()
    urgent: bool = False
    """Quiet hours do not hold it."""
    same: str = ""
    """What makes it the same as another of its kind about the same thing; empty: its text."""


class MessageSending(EventBase, frozen=True, tag="message.sending"):
    """A process has taken it on itself to send these through a channel, as one."""

    channel: str
    messages: tuple[str, ...]
    worker: str


class MessageSent(EventBase, frozen=True, tag="message.sent"):
    """The channel's service has taken them."""

    channel: str
    messages: tuple[str, ...]


class MessageFailed(EventBase, frozen=True, tag="message.failed"):
    """They did not get through; tried again later, unless it is `final`."""

    channel: str
    messages: tuple[str, ...]
    note: str
    final: bool = False

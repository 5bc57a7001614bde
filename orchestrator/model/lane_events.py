"""Facts about what stands around tasks: lanes, accounts and triggers. See `events` for the rules."""

from orchestrator.model.event_parts import EventBase
from orchestrator.model.specs import TriggerSpec

# -- lanes ---------------------------------------------------------------------------------------------------------


class LaneParked(EventBase, frozen=True, tag="lane.parked"):
    """The queue waits: for a fault to clear (`code` = fault, probed from `until` on) or until a time (`parked`)."""

    queue: str
    code: str
    text: str
    until: int
    task: str = ""
    attempt: int = 0
    iteration: int = 0
    tree: str = ""


class LaneResumed(EventBase, frozen=True, tag="lane.resumed"):
    queue: str
    because: str = ""


# -- accounts ------------------------------------------------------------------------------------------------------


class AccountParked(EventBase, frozen=True, tag="account.parked"):
    """No agent of this account starts before `until`: `code` is limit, transient, auth or configuration."""

    account: str
    code: str
    text: str
    until: int
    agent: str = ""
    task: str = ""
    by_hand: bool = False
    """It does not end at `until`, but when a person resumes it."""


class AccountResumed(EventBase, frozen=True, tag="account.resumed"):
    account: str
    because: str = ""


# -- triggers and gates --------------------------------------------------------------------------------------------


class TriggerDefined(EventBase, frozen=True, tag="trigger.defined"):
    trigger: str
    spec: TriggerSpec


class TriggerRemoved(EventBase, frozen=True, tag="trigger.removed"):
    trigger: str


class TriggerFired(EventBase, frozen=True, tag="trigger.fired"):
    """The condition became true for the `count`-th time; what it does stands in the same commit or follows by key."""

    trigger: str
    count: int


class ActionStarted(EventBase, frozen=True, tag="action.started"):
    key: str
    worker: str


class ActionFinished(EventBase, frozen=True, tag="action.finished"):
    key: str
    ok: bool
    note: str = ""


class ActionBlocked(EventBase, frozen=True, tag="action.blocked"):
    """It failed so often that a person must say how to go on."""

    key: str
    trigger: str
    action: str
    reason: str


class ActionDecided(EventBase, frozen=True, tag="action.decided"):
    """A person's word on a command that does not succeed: `again`, or `drop` it."""

    key: str
    trigger: str
    decision: str
    by: str
    reason: str = ""

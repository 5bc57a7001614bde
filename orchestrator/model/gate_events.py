"""Facts about gates, and about what conditions look at outside the journal: files, targets, time. See `events`."""

from orchestrator.model.event_parts import CheckSummary, EventBase
from orchestrator.model.specs import GateSpec
from orchestrator.model.verdicts import Finding


class GateDefined(EventBase, frozen=True, tag="gate.defined"):
    gate: str
    spec: GateSpec


class GateRemoved(EventBase, frozen=True, tag="gate.removed"):
    gate: str


class GateApproved(EventBase, frozen=True, tag="gate.approved"):
    """One signature. `said` is the text that `signature` (of ssh-keygen) is over; both empty where nobody signs so."""

    gate: str
    by: str
    note: str = ""
    evidence: tuple[str, ...] = ()
    said: str = ""
    signature: str = ""


class GateRejected(EventBase, frozen=True, tag="gate.rejected"):
    gate: str
    by: str
    reason: str


class GateRevoked(EventBase, frozen=True, tag="gate.revoked"):
    """A person took their approval back; an open gate is shut for what has not begun, until it is approved anew."""

    gate: str
    by: str
    reason: str


class GateReady(EventBase, frozen=True, tag="gate.ready"):
    """Everything but signatures holds: people are waited for from here on."""

    gate: str


class GateExpired(EventBase, frozen=True, tag="gate.expired"):
    """Its deadline has passed before it opened: it stays shut until somebody approves it late, or it gets another."""

    gate: str
    deadline: int


class GateOpened(EventBase, frozen=True, tag="gate.opened"):
    gate: str


class GateChecking(EventBase, frozen=True, tag="gate.checking"):
    """A process has taken it on itself to run the gate's checks on a commit."""

    gate: str
    commit: str
    worker: str


class GateChecked(EventBase, frozen=True, tag="gate.checked"):
    """What the gate's checks said of a commit: PASS, FAIL, BLOCKED, or FAULT where they could not say."""

    gate: str
    commit: str
    verdict: str
    checks: tuple[CheckSummary, ...] = ()
    findings: tuple[Finding, ...] = ()
    note: str = ""


class TargetMoved(EventBase, frozen=True, tag="target.moved"):
    """The head of the target that these queues land on was seen to be another; gates are checked on it."""

    target: str
    commit: str
    queues: tuple[str, ...] = ()


class FileSeen(EventBase, frozen=True, tag="file.seen"):
    """A path that a condition names exists in a target."""

    path: str
    target: str = ""


class MomentReached(EventBase, frozen=True, tag="moment.reached"):
    """The clock has passed a moment (milliseconds) that a condition names."""

    moment: int
